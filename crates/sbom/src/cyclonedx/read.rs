//! Reads an inventory from a CycloneDX document.

use sealift_layers::LimitExceeded;
use sealift_model::{Diagnostic, Distribution, Impact, Package, Relationship};
use serde::Deserializer as _;
use serde_json::value::RawValue;

use super::ahead::{self, Named};
use super::input::{Bom, Component, Composition, Dependency, Identity, Metadata};
use super::{describe, xml};
use crate::document::{
    Document, DocumentFormat, Gather, Items, Lines, NoPackage, OtherForm, Packages, Take, Text,
    excerpt, is_xml, named, names_package, reason_of, text_of,
};
use crate::{DocumentLimits, Error, Subject};

const FORMAT: &str = "CycloneDX document";
const ORIGIN: &str = "cyclonedx";

/// Component types that are no packages when they have no purl.
const NO_PACKAGES: &[&str] = &[
    "container",
    "cryptographic-asset",
    "data",
    "device",
    "device-driver",
    "file",
    "firmware",
    "machine-learning-model",
    "platform",
];

/// Reads a CycloneDX document, in JSON of version 1.2 to 1.7 or in XML of 1.2 to 1.6.
///
/// Every component with a purl of a known ecosystem becomes a package, including nested ones and
/// the subject of the document. The rest is reported in diagnostics: one for each library without a
/// usable purl, and one in total for each kind of component that is not a package.
///
/// # Errors
/// When the document is too large, is neither JSON nor XML or not CycloneDX, or has too many
/// components.
pub fn read(bytes: &[u8], limits: &DocumentLimits) -> Result<Document, Error> {
    let text = text_of(bytes, FORMAT, limits)?;
    if is_xml(text) {
        read_json(&xml::to_json(text, FORMAT)?, limits)
    } else {
        read_json(text, limits)
    }
}

/// Reads a document in JSON.
pub(crate) fn read_json(text: &str, limits: &DocumentLimits) -> Result<Document, Error> {
    let bom: Bom<'_> = serde_json::from_str(text).map_err(|error| Error::Malformed {
        format: FORMAT,
        reason: reason_of(&error),
        line: u64::try_from(error.line()).ok(),
    })?;
    let mut reader = Reader::new(text, bom.dependencies.is_some(), limits);
    let version = reader.version(&bom)?;
    let link = link(&bom);
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
        format: DocumentFormat::CycloneDx,
        version,
        subject: reader.subject.take(),
        link,
        created: metadata.timestamp.and_then(|time| time.parse().ok()),
        inventory: reader.packages.into_inventory(reader.distribution, reader.diagnostics),
    })
}

/// CycloneDX, "BOM-Link". A document without a version is the first one.
fn link(bom: &Bom<'_>) -> Option<String> {
    let serial: String = serde_json::from_str(bom.serial_number?.get()).ok()?;
    let uuid = serial.strip_prefix("urn:uuid:").filter(|uuid| !uuid.is_empty())?;
    // A text in the form of XML.
    let version = bom.version.map_or("1", |version| version.get().trim_matches('"'));
    let version: u64 = version.parse().ok()?;
    Some(format!("urn:cdx:{uuid}/{version}").to_ascii_lowercase())
}

/// What is known at one point of the document.
struct Reader<'a> {
    limits: &'a DocumentLimits,
    lines: Lines<'a>,
    count: u64,
    /// Whether anything refers to components.
    has_graph: bool,
    packages: Packages<'a>,
    subject: Option<Subject>,
    distribution: Option<Distribution>,
    diagnostics: Vec<Diagnostic>,
}

impl<'a> Reader<'a> {
    fn new(text: &'a str, has_graph: bool, limits: &'a DocumentLimits) -> Self {
        Self {
            limits,
            lines: Lines::new(text),
            count: 0,
            has_graph,
            packages: Packages::new(ORIGIN, limits),
            subject: None,
            distribution: None,
            diagnostics: Vec::new(),
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
                self.diagnose(raw.get(), Impact::Partial, message);
                return Ok(Metadata::default());
            }
        };
        if let Some(clues) = &metadata.properties {
            self.diagnostics.extend(clues.0.diagnostics(ORIGIN));
        }
        let Some(root) = metadata.component else { return Ok(metadata) };
        let component =
            serde_json::from_str(root.get()).map_err(|error| OtherForm { raw: root, error });
        if let Some(component) = self.identity_at_least(component) {
            self.subject = Some(describe::subject(&component));
            let is_system = component.kind.as_deref() == Some("operating-system");
            if is_system || component.purl.as_deref().is_some_and(names_package) {
                self.take_component(root.get(), &component, Some(Relationship::Root));
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
            self.diagnose(
                raw.get(),
                Impact::Incomplete,
                format!("nested components left out: {limit}"),
            );
            return Ok(());
        }
        let Some(items) = Items::of(raw) else {
            let reason = "components: not a list".to_owned();
            if depth == 0 {
                let line = self.lines.line_of(raw.get());
                return Err(Error::Malformed { format: FORMAT, reason, line });
            }
            self.diagnose(raw.get(), Impact::Partial, reason);
            return Ok(());
        };
        let (max, threads) = (self.limits.max_components, self.limits.max_threads);
        // One more than may be taken in, so that it is seen that there are too many.
        let most = usize::try_from(max.saturating_add(1)).unwrap_or(usize::MAX);
        ahead::each(items, raw.get().len(), threads, most, |(start, named)| {
            self.count += 1;
            if self.count > max {
                return Err(LimitExceeded::new("max_components", max).into());
            }
            self.component(start, named, depth)
        })
    }

    /// Takes in a component that was read ahead, and those within it.
    fn component(
        &mut self,
        start: &'a str,
        named: Option<Box<Named<'a>>>,
        depth: u32,
    ) -> Result<(), Error> {
        let within = match named {
            Some(named) => {
                let Named { package, reference, within } = *named;
                self.named(start, reference.as_ref(), package);
                within
            }
            None => {
                let Some((_, component)) = Items::at(start).next() else { return Ok(()) };
                let Some(component) = self.identity_at_least(component) else { return Ok(()) };
                self.take_component(start, &component, None);
                component.components
            }
        };
        within.map_or(Ok(()), |nested| self.components(nested, depth + 1))
    }

    /// A component; where one of its fields is not as it should be, only what names it.
    fn identity_at_least(
        &mut self,
        component: Result<Component<'a>, OtherForm<'a>>,
    ) -> Option<Component<'a>> {
        let OtherForm { raw, error } = match component {
            Ok(component) => return Some(component),
            Err(other) => other,
        };
        let error = reason_of(&error);
        match serde_json::from_str::<Identity<'a>>(raw.get()) {
            Ok(identity) => {
                let message = format!("only the identity of a component was read: {error}");
                self.diagnose(raw.get(), Impact::Note, message);
                Some(identity.into())
            }
            Err(_) => {
                let message = format!("a component cannot be read: {error}");
                self.diagnose(raw.get(), Impact::Partial, message);
                None
            }
        }
    }

    /// Takes in a component by itself; `relationship` overrules what it says.
    fn take_component(
        &mut self,
        start: &'a str,
        component: &Component<'a>,
        relationship: Option<Relationship>,
    ) {
        let Some(purl) = ahead::purl_of(component) else {
            return self.without_purl(start, component);
        };
        let package = named(purl, ahead::stated(component), |package| {
            describe::package(package, component, purl);
            package.relationship = relationship.unwrap_or(package.relationship);
        });
        self.named(start, component.bom_ref.as_ref(), package);
    }

    /// Takes in what the purl of a component names.
    fn named(
        &mut self,
        start: &'a str,
        reference: Option<&Text<'a>>,
        package: Result<Package, NoPackage>,
    ) {
        let reference = reference.filter(|_| self.has_graph);
        if let Err(message) = self.packages.take(reference, package) {
            self.diagnose(start, Impact::Partial, format!("component {message}"));
        }
    }

    fn without_purl(&mut self, start: &'a str, component: &Component<'a>) {
        let kind = component.kind.as_deref().unwrap_or_default();
        let version = component.version.as_deref().filter(|version| !version.is_empty());
        let name = || excerpt(component.name.as_deref().unwrap_or_default());
        match (kind, version) {
            ("operating-system", _) => self.operating_system(start, component),
            (kind, _) if NO_PACKAGES.contains(&kind) => {
                self.packages.leave_out(format!("of type {kind}"), Impact::Note);
            }
            // Trivy writes a lockfile or a program, below which packages hang, as an application.
            ("application", None) => {
                self.diagnose(start, Impact::Note, format!("application {} has no purl", name()));
            }
            (_, None) => {
                self.diagnose(start, Impact::Partial, format!("component {} has no purl", name()));
            }
            (_, Some(version)) => {
                let version = excerpt(version);
                let message = format!("component {} at version {version} has no purl", name());
                self.diagnose(start, Impact::Partial, message);
            }
        }
    }

    fn operating_system(&mut self, start: &'a str, component: &Component<'a>) {
        let Some(found) = describe::distribution(component) else {
            return self.diagnose(
                start,
                Impact::Partial,
                "an operating system without name".into(),
            );
        };
        match &self.distribution {
            None => self.distribution = Some(found),
            Some(known) if *known == found => {}
            Some(known) => {
                let message = format!("a second operating system, {found}; {known} is taken");
                self.diagnose(start, Impact::Note, message);
            }
        }
    }

    fn dependencies(&mut self, raw: &'a RawValue) {
        let mut list = serde_json::Deserializer::from_str(raw.get());
        if let Err(error) = list.deserialize_seq(Gather::into(Links(&mut self.packages))).map(drop)
        {
            let message = format!("dependencies were not all read: {}", reason_of(&error));
            self.diagnose(raw.get(), Impact::Note, message);
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
            self.diagnose(raw.get(), Impact::Note, message.to_owned());
        }
    }

    fn diagnose(&mut self, part: &'a str, impact: Impact, message: String) {
        let mut diagnostic = Diagnostic::new(ORIGIN, message, impact);
        diagnostic.line = self.lines.line_of(part);
        self.diagnostics.push(diagnostic);
    }
}

/// The dependency graph, taken in entry by entry.
struct Links<'p, 'a>(&'p mut Packages<'a>);

impl<'a> Take<Dependency<'a>> for Links<'_, 'a> {
    fn take(&mut self, dependency: Dependency<'a>) -> Result<(), LimitExceeded> {
        let needed = dependency.depends_on.unwrap_or_default();
        needed.iter().try_for_each(|needed| self.0.link(&dependency.reference, needed))
    }
}
