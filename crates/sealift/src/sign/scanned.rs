//! What a scan found, as statements about the image.

use std::io;

use sealift_model::Timestamp;
use sealift_report::{JsonOptions, Report};
use sealift_sigstore_sign::{ScanRecord, StatementDraft};
use sealift_sigstore_verify::{Hash, PredicateType};
use serde_json::Value;

use crate::{Database, Format, render};

/// Who scanned, as a package URL.
const SCANNER: &str = concat!("pkg:cargo/sealift@", env!("CARGO_PKG_VERSION"));

/// What an image is called, and its digest.
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
    let record = ScanRecord {
        scanner: SCANNER.to_owned(),
        version: report.tool_version.clone(),
        // The database is made where it is used: it has a day, and no place of its own.
        database: String::new(),
        database_version: database.info().built.to_string(),
        started,
        finished,
        result: written(report, &Format::Json(JsonOptions::default()))?,
    };
    let kind = PredicateType::new("vuln").map_err(io::Error::other)?;
    Ok(StatementDraft::about(name, digest, &kind, record.predicate()))
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

/// What a report lists, as an SBOM in a statement of that form's type.
///
/// # Errors
/// When it cannot be written as JSON.
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
