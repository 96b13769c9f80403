//! Reads an inventory from an SPDX document.

use std::collections::{HashMap, HashSet};

use sealift_layers::LimitExceeded;
use sealift_model::{Diagnostic, Distribution, Impact, Relationship as Role};
use serde::Deserializer as _;
use serde_json::value::RawValue;

use super::input::{Document as Input, Element, Relationship};
use super::tags::is_tag_value;
use super::{describe, tags};
use crate::document::{
    Document, DocumentFormat, Gather, Lines, Packages, Stated, Take, Text, excerpt, names_package,
    reason_of, text_of,
};
use crate::{DocumentLimits, Error, Subject};

const FORMAT: &str = "SPDX document";
const ORIGIN: &str = "spdx";

/// Reads an SPDX document of version 2.2 or 2.3, in JSON or in tag-value form.
///
/// Every package with a purl of a known ecosystem becomes a package. The rest is reported in
/// diagnostics, except files and snippets, which are ignored.
///
/// # Errors
/// When the document is too large, is neither JSON nor tag-value or not SPDX 2, or has too many
/// packages.
pub fn read(bytes: &[u8], limits: &DocumentLimits) -> Result<Document, Error> {
    let text = text_of(bytes, FORMAT, limits)?;
    match is_tag_value(text) {
        true => read_json(&tags::to_json(text, FORMAT)?, limits),
        false => read_json(text, limits),
    }
}

/// Reads a document in JSON.
fn read_json(text: &str, limits: &DocumentLimits) -> Result<Document, Error> {
    let malformed = |reason: String, line| Error::Malformed { format: FORMAT, reason, line };
    let input: Input<'_> = serde_json::from_str(text)
        .map_err(|error| malformed(reason_of(&error), u64::try_from(error.line()).ok()))?;
    let version = input.spdx_version.as_deref().and_then(|text| text.strip_prefix("SPDX-"));
    let version = match version {
        Some(version) if version.starts_with("2.") => version.to_owned(),
        Some(other) => {
            return Err(malformed(format!("version {} is not read", excerpt(other)), None));
        }
        None => return Err(malformed("it has no spdxVersion".to_owned(), None)),
    };
    let mut reader = Reader::new(text, limits, &input);
    if let Some(raw) = input.packages {
        reader.packages(raw)?;
    }
    if let Some(raw) = input.relationships {
        reader.relationships(raw);
    }
    let created = input.creation_info.and_then(|info| info.created);
    Ok(Document {
        format: DocumentFormat::Spdx,
        version,
        subject: reader.subject.take(),
        link: None,
        created: created.and_then(|time| time.parse().ok()),
        inventory: reader.packages.into_inventory(reader.distribution, reader.diagnostics),
    })
}

/// What is known at one point of the document.
struct Reader<'a, 'd> {
    limits: &'d DocumentLimits,
    lines: Lines<'a>,
    /// Identifiers of what the document is about.
    described: HashSet<Text<'a>>,
    extracted: HashMap<String, String>,
    count: u64,
    packages: Packages<'a>,
    subject: Option<Subject>,
    distribution: Option<Distribution>,
    diagnostics: Vec<Diagnostic>,
    /// Set when the reading of a list was ended by a limit.
    exceeded: Option<LimitExceeded>,
}

impl<'a, 'd> Reader<'a, 'd> {
    fn new(text: &'a str, limits: &'d DocumentLimits, input: &Input<'a>) -> Self {
        let mut described: HashSet<Text<'a>> =
            input.document_describes.iter().flatten().cloned().collect();
        if let Some(raw) = input.relationships {
            let mut list = serde_json::Deserializer::from_str(raw.get());
            // A list that cannot be read is reported when its dependencies are read.
            let _ = list.deserialize_seq(Gather::into(Described(&mut described)));
        }
        let extracted = input.has_extracted_licensing_infos.as_ref();
        let comments = input.annotations.iter().flat_map(|comments| &comments.0.0);
        Self {
            limits,
            lines: Lines::new(text),
            described,
            extracted: extracted.map_or_else(HashMap::new, |infos| infos.0.0.clone()),
            count: 0,
            packages: Packages::new(ORIGIN, limits),
            subject: None,
            distribution: None,
            diagnostics: comments.filter_map(|comment| diagnostic(comment)).collect(),
            exceeded: None,
        }
    }

    fn packages(&mut self, raw: &'a RawValue) -> Result<(), Error> {
        let mut list = serde_json::Deserializer::from_str(raw.get());
        let result = list.deserialize_seq(Gather::into(Elements(self))).map(drop);
        if let Some(limit) = self.exceeded {
            return Err(limit.into());
        }
        result.map_err(|error| Error::Malformed {
            format: FORMAT,
            reason: format!("packages: {}", reason_of(&error)),
            line: self.lines.line_of(raw.get()),
        })
    }

    fn element(&mut self, raw: &'a RawValue) -> Result<(), LimitExceeded> {
        self.count += 1;
        if self.count > self.limits.max_components {
            let limit = LimitExceeded::new("max_components", self.limits.max_components);
            self.exceeded = Some(limit);
            return Err(limit);
        }
        let element: Element<'a> = match serde_json::from_str(raw.get()) {
            Ok(element) => element,
            Err(error) => {
                let message = format!("a package cannot be read: {}", reason_of(&error));
                self.diagnose(raw, Impact::Partial, message);
                return Ok(());
            }
        };
        let is_described = element.id.as_ref().is_some_and(|id| self.described.contains(id));
        let is_subject = is_described && self.subject.is_none();
        if is_subject {
            self.subject = Some(describe::subject(&element));
        }
        match element.external_refs.as_ref().and_then(|refs| refs.0.0.as_deref()) {
            Some(purl) if is_subject && !names_package(purl) => {}
            Some(purl) => self.with_purl(raw, &element, purl, is_subject),
            None if is_subject => {}
            None => self.without_purl(raw, &element),
        }
        Ok(())
    }

    fn with_purl(
        &mut self,
        raw: &'a RawValue,
        element: &Element<'a>,
        purl: &str,
        is_subject: bool,
    ) {
        let stated = Stated {
            group: None,
            name: element.name.as_deref(),
            version: element.version_info.as_deref(),
        };
        let extracted = &self.extracted;
        let added = self.packages.add(element.id.as_ref(), purl, stated, |package| {
            describe::package(package, element, extracted, purl);
            if is_subject {
                package.relationship = Role::Root;
            }
        });
        if let Err(message) = added {
            self.diagnose(raw, Impact::Partial, format!("package {message}"));
        }
    }

    fn without_purl(&mut self, raw: &'a RawValue, element: &Element<'a>) {
        let name = || excerpt(element.name.as_deref().unwrap_or_default());
        let has_version = element.version_info.as_deref().is_some_and(|it| !it.is_empty());
        match element.primary_package_purpose.as_deref() {
            Some("OPERATING-SYSTEM" | "OPERATING_SYSTEM") => self.operating_system(raw, element),
            Some(purpose @ ("CONTAINER" | "FILE" | "DEVICE" | "FIRMWARE")) => {
                self.packages.leave_out(format!("of purpose {purpose}"), Impact::Note);
            }
            // Trivy writes a lockfile or a program, below which packages hang, as an application.
            Some("APPLICATION") if !has_version => {
                self.diagnose(raw, Impact::Note, format!("application {} has no purl", name()));
            }
            _ => self.diagnose(raw, Impact::Partial, format!("package {} has no purl", name())),
        }
    }

    fn operating_system(&mut self, raw: &'a RawValue, element: &Element<'a>) {
        match (&self.distribution, describe::distribution(element)) {
            (_, None) => {
                self.diagnose(raw, Impact::Partial, "an operating system without name".to_owned());
            }
            (None, found) => self.distribution = found,
            (Some(known), Some(found)) if *known == found => {}
            (Some(known), Some(found)) => {
                let message = format!("a second operating system, {found}; {known} is taken");
                self.diagnose(raw, Impact::Note, message);
            }
        }
    }

    fn relationships(&mut self, raw: &'a RawValue) {
        let mut list = serde_json::Deserializer::from_str(raw.get());
        if let Err(error) = list.deserialize_seq(Gather::into(Links(&mut self.packages))).map(drop)
        {
            let message = format!("relationships were not all read: {}", reason_of(&error));
            self.diagnose(raw, Impact::Note, message);
        }
    }

    fn diagnose(&mut self, raw: &'a RawValue, impact: Impact, message: String) {
        let mut diagnostic = Diagnostic::new(ORIGIN, message, impact);
        diagnostic.line = self.lines.line_of(raw.get());
        self.diagnostics.push(diagnostic);
    }
}

/// The diagnostic that our own documents have for what could not be read when they were made.
fn diagnostic(comment: &str) -> Option<Diagnostic> {
    let (impact, message) = comment.strip_prefix("Diagnostic (")?.split_once("): ")?;
    let impact = match impact {
        "incomplete" => Impact::Incomplete,
        "partial" => Impact::Partial,
        _ => Impact::Note,
    };
    Some(Diagnostic::new(ORIGIN, message, impact))
}

/// The list of packages, taken in one by one.
struct Elements<'r, 'a, 'd>(&'r mut Reader<'a, 'd>);

impl<'a> Take<&'a RawValue> for Elements<'_, 'a, '_> {
    fn take(&mut self, raw: &'a RawValue) -> Result<(), LimitExceeded> {
        self.0.element(raw)
    }
}

/// The relationships that say what the document is about.
struct Described<'r, 'a>(&'r mut HashSet<Text<'a>>);

impl<'a> Take<Relationship<'a>> for Described<'_, 'a> {
    fn take(&mut self, relationship: Relationship<'a>) -> Result<(), LimitExceeded> {
        match relationship.relationship_type.as_deref() {
            Some("DESCRIBES") => self.0.extend(relationship.related_spdx_element),
            Some("DESCRIBED_BY") => self.0.extend(relationship.spdx_element_id),
            _ => {}
        }
        Ok(())
    }
}

/// The relationships that say which package needs which.
struct Links<'p, 'a>(&'p mut Packages<'a>);

impl<'a> Take<Relationship<'a>> for Links<'_, 'a> {
    fn take(&mut self, relationship: Relationship<'a>) -> Result<(), LimitExceeded> {
        let Relationship { spdx_element_id, related_spdx_element, relationship_type } =
            relationship;
        let (Some(one), Some(other)) = (spdx_element_id, related_spdx_element) else {
            return Ok(());
        };
        match relationship_type.as_deref() {
            Some("DEPENDS_ON") => self.0.link(&one, &other),
            Some("DEPENDENCY_OF") => self.0.link(&other, &one),
            _ => Ok(()),
        }
    }
}
