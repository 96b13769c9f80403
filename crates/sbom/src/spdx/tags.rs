//! Converts a tag-value document to the equivalent JSON (SPDX 2.3, clause 4.4), so that both are
//! read alike.

use std::collections::HashMap;

use crate::Error;
use crate::document::PlacedJson;

/// Whether a text is a document of tags with values.
pub(crate) fn is_tag_value(text: &str) -> bool {
    !text.trim_start().starts_with(['{', '[', '<'])
        && text.lines().any(|line| line.trim_start().starts_with("SPDXVersion:"))
}

/// The JSON that tags with values stand for, each package on its line.
///
/// # Errors
/// A line has no tag, or a text does not end.
pub(super) fn to_json(text: &str, format: &'static str) -> Result<String, Error> {
    let mut document = Tagged::default();
    let mut entries = Entries { rest: text, line: 1, format };
    while let Some(entry) = entries.next()? {
        document.take(entry);
    }
    Ok(document.to_json())
}

/// A tag with its value.
#[derive(Clone, Copy)]
struct Entry<'a> {
    line: u64,
    tag: &'a str,
    value: &'a str,
}

/// The entries of a document.
struct Entries<'a> {
    rest: &'a str,
    line: u64,
    format: &'static str,
}

impl<'a> Entries<'a> {
    fn next(&mut self) -> Result<Option<Entry<'a>>, Error> {
        while !self.rest.is_empty() {
            let line = self.line;
            let whole = self.rest.lines().next().unwrap_or_default().trim();
            if whole.is_empty() || whole.starts_with('#') {
                self.skip_line();
                continue;
            }
            let malformed = |reason: &str| Error::Malformed {
                format: self.format,
                reason: reason.to_owned(),
                line: Some(line),
            };
            let (tag, after) = self.rest.split_once(':').ok_or_else(|| malformed(NO_TAG))?;
            let tag = tag.trim();
            if tag.is_empty() || tag.contains(char::is_whitespace) {
                return Err(malformed(NO_TAG));
            }
            let Some(inner) = after.trim_start_matches([' ', '\t']).strip_prefix("<text>") else {
                let value = after.lines().next().unwrap_or_default().trim();
                self.skip_line();
                return Ok(Some(Entry { line, tag, value }));
            };
            let (value, rest) = inner
                .split_once("</text>")
                .ok_or_else(|| malformed("a <text> that does not end"))?;
            self.line += breaks(value);
            self.rest = rest;
            self.skip_line();
            return Ok(Some(Entry { line, tag, value }));
        }
        Ok(None)
    }

    fn skip_line(&mut self) {
        self.rest = self.rest.split_once('\n').map_or("", |(_, rest)| rest);
        self.line += 1;
    }
}

const NO_TAG: &str = "a line that is no tag with a value";

fn breaks(text: &str) -> u64 {
    let breaks = text.bytes().filter(|byte| *byte == b'\n').count();
    u64::try_from(breaks).unwrap_or(u64::MAX)
}

/// What part of the document an entry belongs to.
#[derive(Clone, Copy, Default, PartialEq)]
enum Section {
    #[default]
    Document,
    Package,
    License,
    /// A file or snippet, which are passed over.
    Other,
}

/// The entries of one package or licence.
#[derive(Default)]
struct Part<'a> {
    line: u64,
    id: &'a str,
    entries: Vec<Entry<'a>>,
}

#[derive(Default)]
struct Annotation<'a> {
    about: &'a str,
    comment: Option<&'a str>,
}

#[derive(Default)]
struct Tagged<'a> {
    section: Section,
    version: &'a str,
    id: &'a str,
    created: Option<&'a str>,
    packages: Vec<Part<'a>>,
    licenses: Vec<Part<'a>>,
    relationships: Vec<&'a str>,
    annotations: Vec<Annotation<'a>>,
}

impl<'a> Tagged<'a> {
    fn take(&mut self, entry: Entry<'a>) {
        let Entry { line, tag, value } = entry;
        let begin = || Part { line, id: "", entries: vec![entry] };
        match tag {
            "PackageName" => {
                self.section = Section::Package;
                self.packages.push(begin());
            }
            "LicenseID" => {
                self.section = Section::License;
                self.licenses.push(begin());
            }
            "FileName" | "SnippetSPDXID" => self.section = Section::Other,
            "SPDXVersion" => self.version = value,
            "Created" => self.created = Some(value),
            "Relationship" => self.relationships.push(value),
            "Annotator" => self.annotations.push(Annotation::default()),
            "SPDXREF" => {
                if let Some(annotation) = self.annotations.last_mut() {
                    annotation.about = value;
                }
            }
            "AnnotationComment" => {
                if let Some(annotation) = self.annotations.last_mut() {
                    annotation.comment = Some(value);
                }
            }
            _ => self.detail(entry),
        }
    }

    /// What says more of the part that was begun last.
    fn detail(&mut self, entry: Entry<'a>) {
        let part = match self.section {
            Section::Document if entry.tag == "SPDXID" => {
                self.id = entry.value;
                return;
            }
            Section::Document | Section::Other => return,
            Section::Package => self.packages.last_mut(),
            Section::License => self.licenses.last_mut(),
        };
        let Some(part) = part else { return };
        if entry.tag == "SPDXID" {
            part.id = entry.value;
        } else {
            part.entries.push(entry);
        }
    }

    fn to_json(&self) -> String {
        let mut comments: HashMap<&str, Vec<&str>> = HashMap::new();
        for Annotation { about, comment } in &self.annotations {
            comments.entry(about).or_default().extend(comment);
        }
        let mut json = PlacedJson::new();
        json.object();
        json.field("spdxVersion", self.version);
        if let Some(created) = self.created {
            json.key("creationInfo");
            json.object();
            json.field("created", created);
            json.end();
        }
        json.key("packages");
        json.list();
        for package in &self.packages {
            json.on_line(package.line);
            // One id may be stated of many packages: what is about it is written once.
            let about = Some(package.id).filter(|id| !id.is_empty());
            let about = about.and_then(|id| comments.remove(id)).unwrap_or_default();
            self::package(package, &about, &mut json);
        }
        json.end();
        json.key("hasExtractedLicensingInfos");
        json.list();
        for license in &self.licenses {
            self::license(license, &mut json);
        }
        json.end();
        json.key("relationships");
        json.list();
        for written in &self.relationships {
            relationship(written, &mut json);
        }
        json.end();
        annotations(&comments.remove(self.id).unwrap_or_default(), &mut json);
        json.end();
        json.finish()
    }
}

/// Tags of a package that are fields of the same value (clause 7).
const FIELDS: &[(&str, &str)] = &[
    ("PackageName", "name"),
    ("PackageVersion", "versionInfo"),
    ("PackageSupplier", "supplier"),
    ("PackageSourceInfo", "sourceInfo"),
    ("PackageLicenseConcluded", "licenseConcluded"),
    ("PackageLicenseDeclared", "licenseDeclared"),
    ("PrimaryPackagePurpose", "primaryPackagePurpose"),
];

fn package(part: &Part<'_>, comments: &[&str], json: &mut PlacedJson) {
    json.object();
    if !part.id.is_empty() {
        json.field("SPDXID", part.id);
    }
    for entry in &part.entries {
        if let Some((_, field)) = FIELDS.iter().find(|(tag, _)| *tag == entry.tag) {
            json.field(field, entry.value);
        }
    }
    let values = |tag: &'static str| {
        part.entries.iter().filter(move |entry| entry.tag == tag).map(|entry| entry.value)
    };
    json.key("checksums");
    json.list();
    for (algorithm, value) in values("PackageChecksum").filter_map(|text| text.split_once(':')) {
        json.object();
        json.field("algorithm", algorithm.trim());
        json.field("checksumValue", value.trim());
        json.end();
    }
    json.end();
    json.key("externalRefs");
    json.list();
    for (kind, locator) in values("ExternalRef").filter_map(reference) {
        json.object();
        json.field("referenceType", kind);
        json.field("referenceLocator", locator);
        json.end();
    }
    json.end();
    annotations(comments, json);
    json.end();
}

/// Type and locator of `CATEGORY TYPE LOCATOR` (clause 7.21).
fn reference(text: &str) -> Option<(&str, &str)> {
    let (_, rest) = text.split_once(char::is_whitespace)?;
    let (kind, locator) = rest.trim_start().split_once(char::is_whitespace)?;
    Some((kind, locator.trim_start()))
}

fn license(part: &Part<'_>, json: &mut PlacedJson) {
    json.object();
    for (tag, field) in [("LicenseID", "licenseId"), ("LicenseName", "name")] {
        if let Some(entry) = part.entries.iter().find(|entry| entry.tag == tag) {
            json.field(field, entry.value);
        }
    }
    json.end();
}

/// `SPDXRef-A DEPENDS_ON SPDXRef-B` (clause 11).
fn relationship(written: &str, json: &mut PlacedJson) {
    let mut words = written.split_whitespace();
    json.object();
    for field in ["spdxElementId", "relationshipType", "relatedSpdxElement"] {
        if let Some(word) = words.next() {
            json.field(field, word);
        }
    }
    json.end();
}

fn annotations(comments: &[&str], json: &mut PlacedJson) {
    json.key("annotations");
    json.list();
    for comment in comments {
        json.object();
        json.field("comment", comment);
        json.end();
    }
    json.end();
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_may_have_several_lines_and_files_are_passed_over() {
        let text = "SPDXVersion: SPDX-2.2\n# a comment\nSPDXID: SPDXRef-DOCUMENT\n\n\
                    PackageName: a\nSPDXID: SPDXRef-a\nPackageSourceInfo: <text>one\ntwo</text>\n\
                    FileName: ./x\nSPDXID: SPDXRef-x\nPackageVersion: 9\n\nPackageName: b\n\
                    ExternalRef: PACKAGE_MANAGER  purl  pkg:npm/b@1\n";
        let json = to_json(text, "test").unwrap();
        let read: serde_json::Value = serde_json::from_str(&json).unwrap();
        let [a, b] = &read["packages"].as_array().unwrap()[..] else { panic!("{json}") };
        assert_eq!((&a["SPDXID"], &a["sourceInfo"]), (&"SPDXRef-a".into(), &"one\ntwo".into()));
        assert_eq!(a["versionInfo"], serde_json::Value::Null, "that of a file");
        assert_eq!(b["externalRefs"][0]["referenceLocator"], "pkg:npm/b@1");
        let before = json.split("\"b\"").next().unwrap();
        assert_eq!(before.lines().count(), 13, "{json}");
    }

    #[test]
    fn comments_are_written_once_however_many_packages_have_the_id() {
        let count = |id: &str, about: &str| {
            let package = format!("PackageName: a\n{id}");
            let comment = format!("Annotator: Tool: t\n{about}AnnotationComment: c\n");
            let text = format!(
                "SPDXVersion: SPDX-2.3\nSPDXID: SPDXRef-DOCUMENT\n{}{}",
                package.repeat(10),
                comment.repeat(10)
            );
            to_json(&text, "test").unwrap().matches("\"comment\"").count()
        };
        assert_eq!(count("SPDXID: SPDXRef-a\n", "SPDXREF: SPDXRef-a\n"), 10);
        assert_eq!(count("", ""), 0);
    }

    #[test]
    fn what_is_no_tag_is_malformed_at_its_line() {
        for (text, message) in [
            ("SPDXVersion: SPDX-2.3\nwords", "a line that is no tag with a value"),
            ("SPDXVersion: SPDX-2.3\nmore words: a", "a line that is no tag with a value"),
            ("SPDXVersion: SPDX-2.3\nA: <text>\nB: 1", "a <text> that does not end"),
        ] {
            let error = to_json(text, "test").unwrap_err();
            assert!(
                matches!(&error, Error::Malformed { reason, line: Some(2), .. } if reason == message),
                "{text:?}: {error:?}"
            );
        }
    }
}
