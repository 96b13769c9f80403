//! Trivy's JSON report, schema 2, with what we know beyond it beside its fields.
//!
//! Shape: `aquasecurity/trivy`, `pkg/types/report.go` as of 0.74. Ours: `Place` and `Expires` in a
//! suppressed finding, `RecordIDs`, `Aliases`,
//! `KEV`, `EPSS` and `Paths` in a finding, `Paths` and `OwnedBy` in a package, `FromBase` and
//! `Hidden` in both, `Diagnostics`, `Undetermined`, `Coverage` and `Notes` at the top,
//! `ManifestDigest`, `IndexDigest`, `Created`, `AgeDays`, `Base`, `LeftOutInBase` and `JudgedOn` in
//! `Metadata`,
//! `EndOfSupport` and `ExtendedSupport` in `OS`. `PkgPath` and `FilePath` are one path and write nested archives as Trivy does
//! (`shop.jar/lib/x.jar`); `Paths` are all of them, as `shop.jar:lib/x.jar`.

mod finding;
mod indented;
mod layers;
mod metadata;
mod modified;
mod package;

use std::borrow::Cow;
use std::io;

use sealift_matcher::Coverage;
use sealift_model::{Digest, Impact, Timestamp};
use serde::Serialize;

use crate::report::Report;
use crate::sections::{self, Class, Section};
pub(crate) use finding::in_order;
pub(crate) use package::file_path;

use finding::JsonFinding;
use indented::Indented;
use metadata::Metadata;
use modified::JsonModified;
use package::JsonPackage;

/// What of a report is written.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct JsonOptions {
    /// Whether packages without findings are listed, too. Default: yes, as Trivy since 0.56.
    pub list_all_packages: bool,
}

impl Default for JsonOptions {
    fn default() -> Self {
        Self { list_all_packages: true }
    }
}

/// Writes the report as one JSON document, two spaces of indentation, a newline at the end.
///
/// # Errors
/// When `out` refuses.
pub fn write<W: io::Write + ?Sized>(
    report: &Report,
    options: &JsonOptions,
    out: &mut W,
) -> io::Result<()> {
    let sections = sections::sections(report);
    let document = Document::new(report, &sections, options);
    document.serialize(&mut serde_json::Serializer::with_formatter(&mut *out, Indented::new()))?;
    out.write_all(b"\n")
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Document<'r> {
    schema_version: u32,
    sealift: Tool<'r>,
    #[serde(skip_serializing_if = "Option::is_none")]
    created_at: Option<Timestamp>,
    #[serde(rename = "ArtifactID", skip_serializing_if = "Option::is_none")]
    artifact_id: Option<&'r Digest>,
    artifact_name: &'r str,
    artifact_type: &'static str,
    metadata: Metadata<'r>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    results: Vec<JsonResult<'r>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    diagnostics: Vec<JsonDiagnostic<'r>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    undetermined: Vec<JsonUndetermined<'r>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    coverage: Option<JsonCoverage<'r>>,
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    notes: &'r [String],
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Tool<'r> {
    version: &'r str,
}

impl<'r> Document<'r> {
    fn new(report: &'r Report, sections: &'r [Section<'r>], options: &JsonOptions) -> Self {
        let matches = report.matches.as_ref();
        let undetermined = matches.map(|matches| &matches.undetermined[..]).unwrap_or_default();
        Self {
            schema_version: 2,
            sealift: Tool { version: &report.tool_version },
            created_at: report.created,
            artifact_id: report.artifact.image.as_ref().map(|image| &image.id),
            artifact_name: &report.artifact.name,
            artifact_type: report.artifact.kind.name(),
            metadata: Metadata::new(report),
            results: sections
                .iter()
                .map(|section| JsonResult::new(report, section, options))
                .filter(JsonResult::is_told)
                .collect(),
            diagnostics: report.inventory.diagnostics.iter().map(JsonDiagnostic::new).collect(),
            undetermined: undetermined
                .iter()
                .filter_map(|open| {
                    let package = report.inventory.packages.get(open.package)?;
                    Some(JsonUndetermined {
                        pkg_name: &package.name,
                        installed_version: &package.version,
                        purl: package.purl.to_string(),
                        record_id: &open.record_id,
                        reason: open.reason.to_string(),
                    })
                })
                .collect(),
            coverage: matches.map(|matches| JsonCoverage::new(&matches.coverage)),
            notes: &report.notes,
        }
    }
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct JsonResult<'r> {
    target: Cow<'r, str>,
    class: &'static str,
    #[serde(rename = "Type")]
    kind: &'r str,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    packages: Vec<JsonPackage<'r>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    vulnerabilities: Vec<JsonFinding<'r>>,
    #[serde(rename = "ExperimentalModifiedFindings", skip_serializing_if = "Vec::is_empty")]
    modified: Vec<JsonModified<'r>>,
}

impl<'r> JsonResult<'r> {
    fn new(report: &'r Report, section: &'r Section<'r>, options: &JsonOptions) -> Self {
        let entries = section.packages.iter();
        Self {
            target: section.title(),
            class: section.class.name(),
            kind: &section.kind,
            packages: entries
                .clone()
                .filter(|_| options.list_all_packages)
                .map(|entry| JsonPackage::new(report, entry))
                .collect(),
            vulnerabilities: finding::in_order(entries)
                .map(|(entry, finding)| JsonFinding::new(report, entry, finding))
                .collect(),
            modified: section
                .packages
                .iter()
                .flat_map(|entry| {
                    report
                        .shown_modified(entry)
                        .map(move |modified| JsonModified::new(report, entry, modified))
                })
                .collect(),
        }
    }

    /// A result of a language in which nothing is listed says nothing.
    fn is_told(&self) -> bool {
        self.class == Class::OperatingSystem.name()
            || !self.packages.is_empty()
            || !self.vulnerabilities.is_empty()
            || !self.modified.is_empty()
    }
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct JsonDiagnostic<'r> {
    #[serde(skip_serializing_if = "Option::is_none")]
    path: Option<&'r str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    line: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    layer: Option<&'r Digest>,
    message: &'r str,
    origin: &'r str,
    impact: &'static str,
}

impl<'r> JsonDiagnostic<'r> {
    fn new(diagnostic: &'r sealift_model::Diagnostic) -> Self {
        Self {
            path: diagnostic.path.as_deref(),
            line: diagnostic.line,
            layer: diagnostic.layer.as_ref(),
            message: &diagnostic.message,
            origin: &diagnostic.origin,
            impact: match diagnostic.impact {
                Impact::Note => "note",
                Impact::Partial => "partial",
                _ => "incomplete",
            },
        }
    }
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct JsonUndetermined<'r> {
    pkg_name: &'r str,
    installed_version: &'r str,
    #[serde(rename = "PURL")]
    purl: String,
    #[serde(rename = "RecordID")]
    record_id: &'r str,
    reason: String,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct JsonCoverage<'r> {
    with: Vec<JsonEcosystem<'r>>,
    without: Vec<JsonEcosystem<'r>>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct JsonEcosystem<'r> {
    ecosystem: &'r str,
    packages: u64,
}

impl<'r> JsonCoverage<'r> {
    fn new(coverage: &'r Coverage) -> Self {
        let list = |rows: &'r [sealift_matcher::EcosystemCoverage]| {
            rows.iter()
                .map(|row| JsonEcosystem { ecosystem: &row.name, packages: row.packages })
                .collect()
        };
        Self { with: list(&coverage.with), without: list(&coverage.without) }
    }
}

#[cfg(test)]
mod tests;
