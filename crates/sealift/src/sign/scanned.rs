//! The results of a scan, as statements about the image.

use std::io;

use sealift_model::Timestamp;
use sealift_report::{JsonOptions, Report};
use sealift_sigstore_sign::{ScanRecord, StatementDraft};
use sealift_sigstore_verify::{Hash, PredicateType};
use serde_json::Value;

use crate::{Database, Format, render};

/// The scanner, as a package URL.
const SCANNER: &str = concat!("pkg:cargo/sealift@", env!("CARGO_PKG_VERSION"));

/// The name of an image, and its digest.
pub type Subject<'s> = (&'s str, Hash);

/// A report as a statement of cosign's type `vuln`: the JSON report is the scanner's result.
///
/// # Errors
/// When the report cannot be written as JSON.
pub fn scan_statement(
    (name, digest): Subject<'_>,
    report: &Report,
    database: &Database,
    (started, finished): (Timestamp, Timestamp),
) -> io::Result<StatementDraft> {
    let predicate = predicate(report, Some(database.info().built), (started, finished))?;
    let kind = PredicateType::new("vuln").map_err(io::Error::other)?;
    Ok(StatementDraft::about(name, digest, &kind, predicate))
}

/// Writes the predicate of such a statement, for another program to sign. Its times are those by
/// which the report judges.
pub(crate) fn write_predicate(report: &Report, out: &mut dyn io::Write) -> io::Result<()> {
    let time = report.judged_at.or(report.created).unwrap_or(Timestamp::EPOCH);
    let predicate = predicate(report, report.advisories_built, (time, time))?;
    serde_json::to_writer_pretty(&mut *out, &predicate)?;
    out.write_all(b"\n")
}

fn predicate(
    report: &Report,
    built: Option<Timestamp>,
    (started, finished): (Timestamp, Timestamp),
) -> io::Result<Value> {
    let record = ScanRecord {
        scanner: SCANNER.to_owned(),
        version: report.tool_version.clone(),
        // The database is made where it is used: it has a day, and no place of its own.
        database: String::new(),
        database_version: built.map(|time| time.to_string()).unwrap_or_default(),
        started,
        finished,
        result: written(report, &Format::Json(JsonOptions::default()))?,
    };
    Ok(record.predicate())
}

/// A form of SBOM that can be attested.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum SbomForm {
    /// CycloneDX, JSON.
    CycloneDx,
    /// SPDX, JSON.
    Spdx,
}

/// The packages of a report, as an SBOM in a statement of that form's type.
///
/// # Errors
/// When the SBOM cannot be written as JSON.
pub fn sbom_statement(
    (name, digest): Subject<'_>,
    report: &Report,
    form: SbomForm,
) -> io::Result<StatementDraft> {
    let (kind, format) = match form {
        SbomForm::CycloneDx => ("cyclonedx", Format::CycloneDx),
        SbomForm::Spdx => ("spdxjson", Format::SpdxJson),
    };
    let kind = PredicateType::new(kind).map_err(io::Error::other)?;
    Ok(StatementDraft::about(name, digest, &kind, written(report, &format)?))
}

fn written(report: &Report, format: &Format) -> io::Result<Value> {
    let mut json = Vec::new();
    render(report, format, &mut json)?;
    serde_json::from_slice(&json).map_err(io::Error::other)
}
