//! Trivy's JSON report, schema 2, with more fields beside Trivy's.
//!
//! Trivy's fields: `aquasecurity/trivy`, `pkg/types/report.go` as of 0.74. The additional ones:
//!
//! - in a suppressed finding `Place` and `Expires`;
//! - in a misconfiguration `IgnoredBy`;
//! - in a finding `RecordIDs`, `Aliases`, `KEV`, `EPSS`, `Paths`, `FromBase` and `Hidden`;
//! - in a package `Paths`, `OwnedBy`, `FromBase` and `Hidden`;
//! - at the top `Diagnostics`, `Undetermined`, `Coverage` and `Notes`;
//! - in `Metadata` `ManifestDigest`, `IndexDigest`, `Created`, `AgeDays`, `Base`, `LeftOutInBase`
//!   and `JudgedOn`;
//! - in `OS` `EndOfSupport` and `ExtendedSupport`.
//!
//! `PkgPath` and `FilePath` are one path and write nested archives as Trivy does
//! (`shop.jar/lib/x.jar`); `Paths` are all paths, as `shop.jar:lib/x.jar`.

mod finding;
mod indented;
mod layers;
mod metadata;
mod misconfiguration;
mod modified;
mod object;
mod package;
mod rows;

use std::io;
use std::num::NonZeroUsize;

use sealift_matcher::{Coverage, Finding};
use sealift_misconfig::FileResult;
use sealift_model::{Digest, Impact};
use serde::Serialize;

use crate::Configuration;
use crate::report::Report;
use crate::sections::{self, Class, Section};
pub(crate) use finding::in_order;
pub use misconfiguration::misconfiguration;
pub(crate) use package::file_path;

use finding::JsonFinding;
use indented::Indented;
use metadata::Metadata;
use modified::JsonModified;
use object::{Members, Writer};
use package::JsonPackage;

/// Options of the JSON report.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct JsonOptions {
    /// Whether packages without findings are listed, too. Default: yes, as Trivy since 0.56.
    pub list_all_packages: bool,
    /// Threads that write packages and findings. Default: one.
    pub threads: NonZeroUsize,
}

impl Default for JsonOptions {
    fn default() -> Self {
        Self { list_all_packages: true, threads: NonZeroUsize::MIN }
    }
}

/// Each finding in the form of the report's `Vulnerabilities`, once for each section that lists it.
pub fn findings(report: &Report) -> Vec<(&Finding, serde_json::Value)> {
    let sections = sections::sections(report);
    let entries = sections.iter().flat_map(|section| &section.packages);
    let findings = entries.flat_map(|entry| {
        entry.findings.iter().map(move |finding| {
            let form = serde_json::to_value(JsonFinding::new(report, entry, finding));
            (*finding, form.unwrap_or_default())
        })
    });
    findings.collect()
}

/// Writes the report as one JSON document, two spaces of indentation, a newline at the end.
///
/// # Errors
/// When `out` fails.
pub fn write<W: io::Write + ?Sized>(
    report: &Report,
    options: &JsonOptions,
    out: &mut W,
) -> io::Result<()> {
    let mut writer = Writer { out: &mut *out, format: Indented::new() };
    writer.object(|document| write_document(report, options, document))?;
    out.write_all(b"\n")
}

fn write_document<W: io::Write + ?Sized>(
    report: &Report,
    options: &JsonOptions,
    document: &mut Members<'_, '_, W>,
) -> io::Result<()> {
    document.put("SchemaVersion", &2)?;
    document.put("Sealift", &Tool { version: &report.tool_version })?;
    document.put_some("CreatedAt", report.created)?;
    document.put_some("ArtifactID", report.artifact.image.as_ref().map(|image| &image.id))?;
    document.put("ArtifactName", &report.artifact.name)?;
    document.put("ArtifactType", report.artifact.kind.name())?;
    document.put("Metadata", &Metadata::new(report))?;
    let mut results = sections::sections(report);
    results.retain(|section| is_told(report, section, options));
    let packages = results.iter().map(Told::Packages);
    let files = misconfiguration::files(report);
    let files = files.map(|(configuration, file)| Told::File(configuration, file));
    let results: Vec<Told<'_>> = packages.chain(files).collect();
    document.put_objects("Results", &results, |told, result| match told {
        Told::Packages(section) => write_result(report, section, options, result),
        Told::File(configuration, file) => misconfiguration::write(configuration, file, result),
    })?;
    let diagnostics = report.inventory.diagnostics.iter();
    let diagnostics: Vec<_> = diagnostics.map(JsonDiagnostic::new).collect();
    document.put_list("Diagnostics", &diagnostics)?;
    document.put_list("Undetermined", &undetermined(report))?;
    let coverage = report.matches.as_ref().map(|matches| JsonCoverage::new(&matches.coverage));
    document.put_some("Coverage", coverage)?;
    document.put_list("Notes", &report.notes)
}

/// The subject of a result.
enum Told<'r> {
    /// Packages with their findings.
    Packages(&'r Section<'r>),
    /// A configuration file with the results of its checks.
    File(&'r Configuration, &'r FileResult),
}

/// A result of a language in which nothing is listed says nothing.
fn is_told(report: &Report, section: &Section<'_>, options: &JsonOptions) -> bool {
    section.class == Class::OperatingSystem
        || options.list_all_packages && !section.packages.is_empty()
        || section.findings().next().is_some()
        || section.packages.iter().any(|entry| report.shown_modified(entry).next().is_some())
}

fn write_result<W: io::Write + ?Sized>(
    report: &Report,
    section: &Section<'_>,
    options: &JsonOptions,
    result: &mut Members<'_, '_, W>,
) -> io::Result<()> {
    let JsonOptions { list_all_packages, threads } = *options;
    let packages = if list_all_packages { &section.packages[..] } else { &[] };
    result.put("Target", &section.title())?;
    result.put("Class", section.class.name())?;
    result.put("Type", &section.kind)?;
    result.put_rows("Packages", packages, threads, |entry| JsonPackage::new(report, entry))?;
    let findings = finding::in_order(&section.packages);
    result.put_rows("Vulnerabilities", &findings, threads, |(entry, finding)| {
        JsonFinding::new(report, entry, finding)
    })?;
    let modified: Vec<_> = section
        .packages
        .iter()
        .flat_map(|entry| report.shown_modified(entry).map(move |modified| (entry, modified)))
        .collect();
    result.put_rows("ExperimentalModifiedFindings", &modified, threads, |(entry, modified)| {
        JsonModified::new(report, entry, modified)
    })
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Tool<'r> {
    version: &'r str,
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

fn undetermined(report: &Report) -> Vec<JsonUndetermined<'_>> {
    let matches = report.matches.as_ref();
    let undetermined = matches.map(|matches| &matches.undetermined[..]).unwrap_or_default();
    let told = undetermined.iter().filter_map(|open| {
        let package = report.inventory.packages.get(open.package)?;
        Some(JsonUndetermined {
            pkg_name: &package.name,
            installed_version: &package.version,
            purl: package.purl.to_string(),
            record_id: &open.record_id,
            reason: open.reason.to_string(),
        })
    });
    told.collect()
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
