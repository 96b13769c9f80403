//! From a CycloneDX document to an inventory.

use sealift_layers::LimitExceeded;
use sealift_model::{Diagnostic, Distribution, Impact, Relationship};
use serde::Deserializer as _;
use serde_json::value::RawValue;

use super::clues::Clues;
use super::input::{Bom, Component, Composition, Identity, Metadata};
use super::packages::Packages;
use crate::document::{Document, Gather, Lines, Take, excerpt, reason_of, text_of};
use crate::{DocumentLimits, Error, Subject, SubjectKind};

const FORMAT: &str = "CycloneDX document";
pub(super) const ORIGIN: &str = "cyclonedx";

/// Reads a CycloneDX JSON document of version 1.2 to 1.7.
///
/// Every component with a purl of a known ecosystem becomes a package, nested ones and the one
/// that the document is about included. What else stands there is told of in diagnostics: one for
/// each library without a usable purl, one in sum for each kind of component that is no package.
///
/// # Errors
/// The bytes are more than allowed, no JSON, or no CycloneDX document; or there are more components
/// than allowed.
pub fn read(bytes: &[u8], limits: &DocumentLimits) -> Result<Document, Error> {
    let text = text_of(bytes, FORMAT, limits)?;
    let bom: Bom<'_> = serde_json::from_str(text).map_err(|error| Error::Malformed {
        format: FORMAT,
        reason: reason_of(&error),
        line: u64::try_from(error.line()).ok(),
    })?;
    let mut reader = Reader::new(text, limits);
    let version = reader.version(&bom)?;
    let metadata = bom.metadata.map(|raw| reader.metadata(raw)).transpose()?.unwrap_or_default();
    if let Some(raw) = bom.components {
        reader.components(raw, 0)?;
    }
    if let Some(raw) = bom.dependencies {
        reader.dependencies(raw);
    }
    if let Some(raw) = bom.compositions {
        reader.compositions(raw);
    }
    Ok(Document {
        version,
        subject: reader.subject.take(),
        created: metadata.timestamp.and_then(|time| time.parse().ok()),
        inventory: reader.packages.into_inventory(reader.distribution, reader.diagnostics),
    })
}

/// What is known at one point of the document.
struct Reader<'a> {
    limits: &'a DocumentLimits,
    lines: Lines<'a>,
    count: u64,
    packages: Packages<'a>,
    subject: Option<Subject>,
    distribution: Option<Distribution>,
    diagnostics: Vec<Diagnostic>,
    /// Set when the reading of a list was ended by a limit.
    exceeded: Option<LimitExceeded>,
}

impl<'a> Reader<'a> {
    fn new(text: &'a str, limits: &'a DocumentLimits) -> Self {
        Self {
            limits,
            lines: Lines::new(text),
            count: 0,
            packages: Packages::default(),
            subject: None,
            distribution: None,
            diagnostics: Vec::new(),
            exceeded: None,
        }
    }

    fn version(&mut self, bom: &Bom<'_>) -> Result<String, Error> {
        let malformed = |reason: String| Error::Malformed { format: FORMAT, reason, line: None };
        if bom.bom_format.as_deref() != Some("CycloneDX") {
            return Err(malformed("bomFormat is not \"CycloneDX\"".to_owned()));
        }
        let version = bom.spec_version.as_deref().unwrap_or_default();
        let minor = version.strip_prefix("1.").and_then(|minor| minor.parse::<u32>().ok());
        let note = match minor {
            Some(0..=7) => return Ok(version.to_owned()),
            Some(_) => {
                format!("version {} is newer than 1.7 and read as if it were", excerpt(version))
            }
            None if version.is_empty() => "no specVersion; read as 1.7".to_owned(),
            None => {
                return Err(malformed(format!("specVersion {} is not known", excerpt(version))));
            }
        };
        self.diagnostics.push(Diagnostic::new(ORIGIN, note, Impact::Note));
        Ok(version.to_owned())
    }

    fn metadata(&mut self, raw: &'a RawValue) -> Result<Metadata<'a>, Error> {
        let metadata: Metadata<'a> = match serde_json::from_str(raw.get()) {
            Ok(metadata) => metadata,
            Err(error) => {
                let message = format!("metadata is not as specified: {}", reason_of(&error));
                self.diagnose(raw, Impact::Partial, message);
                return Ok(Metadata::default());
            }
        };
        if let Some(clues) = &metadata.properties {
            self.diagnostics.extend(clues.0.diagnostics(ORIGIN));
        }
        let Some(root) = metadata.component else { return Ok(metadata) };
        if let Some(component) = self.parse(root) {
            self.subject = Some(subject(&component));
            let kind = component.kind.as_deref();
            if kind == Some("operating-system") || self.packages.knows(&component) {
                self.take_component(root, &component, Relationship::Root);
            } else {
                self.packages.refer(&component, None);
            }
            if let Some(nested) = component.components {
                self.components(nested, 1)?;
            }
        }
        Ok(metadata)
    }

    /// Takes in a list of components.
    fn components(&mut self, raw: &'a RawValue, depth: u32) -> Result<(), Error> {
        if depth > self.limits.max_component_depth {
            let max = u64::from(self.limits.max_component_depth);
            let limit = LimitExceeded::new("max_component_depth", max);
            self.diagnose(raw, Impact::Partial, format!("nested components left out: {limit}"));
            return Ok(());
        }
        let mut list = serde_json::Deserializer::from_str(raw.get());
        let result = list.deserialize_seq(Gather::into(Level { reader: self, depth })).map(drop);
        if let Some(limit) = self.exceeded {
            return Err(limit.into());
        }
        if let Err(error) = result {
            let reason = format!("components: {}", reason_of(&error));
            if depth == 0 {
                let line = self.lines.line_of(raw.get());
                return Err(Error::Malformed { format: FORMAT, reason, line });
            }
            self.diagnose(raw, Impact::Partial, reason);
        }
        Ok(())
    }

    fn component(&mut self, raw: &'a RawValue, depth: u32) -> Result<(), LimitExceeded> {
        self.count += 1;
        if self.count > self.limits.max_components {
            let limit = LimitExceeded::new("max_components", self.limits.max_components);
            self.exceeded = Some(limit);
            return Err(limit);
        }
        let Some(component) = self.parse(raw) else { return Ok(()) };
        self.take_component(raw, &component, Relationship::Unstated);
        match component.components.map(|nested| self.components(nested, depth + 1)) {
            Some(Err(Error::Limit(limit))) => Err(limit),
            _ => Ok(()),
        }
    }

    fn parse(&mut self, raw: &'a RawValue) -> Option<Component<'a>> {
        let error = match serde_json::from_str(raw.get()) {
            Ok(component) => return Some(component),
            Err(error) => reason_of(&error),
        };
        match serde_json::from_str::<Identity<'a>>(raw.get()) {
            Ok(identity) => {
                let message = format!("only the identity of a component was read: {error}");
                self.diagnose(raw, Impact::Note, message);
                Some(identity.into())
            }
            Err(_) => {
                let message = format!("a component cannot be read: {error}");
                self.diagnose(raw, Impact::Partial, message);
                None
            }
        }
    }

    fn take_component(
        &mut self,
        raw: &'a RawValue,
        component: &Component<'a>,
        relationship: Relationship,
    ) {
        let has_purl = component.purl.as_deref().is_some_and(|purl| !purl.is_empty());
        if component.kind.as_deref() == Some("operating-system") && !has_purl {
            return self.operating_system(raw, component);
        }
        if let Err((impact, message)) = self.packages.add(component, relationship) {
            self.diagnose(raw, impact, message);
        }
    }

    fn operating_system(&mut self, raw: &'a RawValue, component: &Component<'a>) {
        let Some(found) = distribution(component) else {
            return self.diagnose(raw, Impact::Partial, "an operating system without name".into());
        };
        self.packages.refer(component, None);
        match &self.distribution {
            None => self.distribution = Some(found),
            Some(known) if *known == found => {}
            Some(known) => {
                let message = format!("a second operating system, {found}; {known} is taken");
                self.diagnose(raw, Impact::Note, message);
            }
        }
    }

    fn dependencies(&mut self, raw: &'a RawValue) {
        let mut list = serde_json::Deserializer::from_str(raw.get());
        let budget = self.limits.max_sbom_bytes;
        let links = self.packages.links(budget);
        if let Err(error) = list.deserialize_seq(Gather::into(links)) {
            let message = format!("dependencies were not all read: {}", reason_of(&error));
            self.diagnose(raw, Impact::Note, message);
        }
    }

    /// A document may say that it does not list everything.
    fn compositions(&mut self, raw: &'a RawValue) {
        let compositions: Vec<Composition<'a>> =
            serde_json::from_str(raw.get()).unwrap_or_default();
        let says_so = |composition: &Composition<'_>| {
            composition.aggregate.as_deref().is_some_and(|word| word.starts_with("incomplete"))
        };
        let explained = self.diagnostics.iter().any(|diagnostic| diagnostic.impact > Impact::Note);
        if !explained && compositions.iter().any(says_so) {
            let message = "the document says that it does not list everything";
            self.diagnose(raw, Impact::Note, message.to_owned());
        }
    }

    fn diagnose(&mut self, raw: &'a RawValue, impact: Impact, message: String) {
        let mut diagnostic = Diagnostic::new(ORIGIN, message, impact);
        diagnostic.line = self.lines.line_of(raw.get());
        self.diagnostics.push(diagnostic);
    }
}

/// One list of components, taken in one by one.
struct Level<'r, 'a> {
    reader: &'r mut Reader<'a>,
    depth: u32,
}

impl<'a> Take<&'a RawValue> for Level<'_, 'a> {
    fn take(&mut self, raw: &'a RawValue) -> Result<(), LimitExceeded> {
        self.reader.component(raw, self.depth)
    }
}

fn subject(component: &Component<'_>) -> Subject {
    let kind = match component.kind.as_deref() {
        Some("container") => SubjectKind::Container,
        _ => SubjectKind::FileSystem,
    };
    let name = component.name.as_deref().unwrap_or_default();
    let group = component.group.as_deref().filter(|group| !group.is_empty());
    let name = group.map_or_else(|| name.to_owned(), |group| format!("{group}/{name}"));
    let mut subject = Subject::new(kind, name);
    subject.version = component.version.as_deref().map(str::to_owned);
    subject.purl =
        component.purl.as_deref().and_then(|it| sealift_model::Purl::parse_lenient(it).ok());
    if let Some(clues) = component.properties.as_ref().map(|properties| &properties.0) {
        (subject.image_id, subject.digest) = clues.image();
        subject.layers = clues.layers();
    }
    subject
}

fn distribution(component: &Component<'_>) -> Option<Distribution> {
    let name = component.name.as_deref().filter(|name| !name.is_empty())?;
    let version = component.version.as_deref().filter(|version| !version.is_empty());
    let none = Clues::default();
    let clues = component.properties.as_ref().map_or(&none, |properties| &properties.0);
    let [id, version_id, codename, pretty_name] = clues.distribution();
    let name = id.as_deref().unwrap_or(name);
    let mut distribution = Distribution::from_name(name, version_id.as_deref().or(version));
    distribution.full_version = version.map(str::to_owned).or(distribution.full_version);
    distribution.codename = codename;
    distribution.pretty_name = pretty_name;
    Some(distribution)
}
