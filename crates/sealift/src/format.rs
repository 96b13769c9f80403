//! The formats that a report can be written in.

use std::io;

use sealift_report::{JsonOptions, Report, TableStyle, escape, json, table};
use sealift_sbom::{Subject, SubjectKind, SubjectLayer, cyclonedx, spdx};

/// A format of reports.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Format {
    /// A table for people.
    Table(TableStyle),
    /// Trivy's JSON, schema 2.
    Json(JsonOptions),
    /// CycloneDX 1.6 JSON: what is in the target.
    CycloneDx,
    /// SPDX 2.3 JSON: what is in the target.
    SpdxJson,
}

/// Writes a report.
///
/// # Errors
/// When `out` refuses.
pub fn render(report: &Report, format: &Format, out: &mut dyn io::Write) -> io::Result<()> {
    let (inventory, version) = (&report.inventory, report.tool_version.as_str());
    match format {
        Format::Table(style) => written(out, |text| table::write(report, style, text)),
        Format::Json(options) => {
            let mut text = String::new();
            json::write(report, options, &mut text).map_err(io::Error::other)?;
            out.write_all(escape::json(&text).as_bytes())
        }
        Format::CycloneDx => escaped(out, |out| {
            cyclonedx::write(out, inventory, &subject(report), report.created, version)
        }),
        Format::SpdxJson => escaped(out, |out| {
            spdx::write(out, inventory, &subject(report), report.created, version)
        }),
    }
}

fn written(
    out: &mut dyn io::Write,
    write: impl FnOnce(&mut String) -> std::fmt::Result,
) -> io::Result<()> {
    let mut text = String::new();
    write(&mut text).map_err(io::Error::other)?;
    out.write_all(text.as_bytes())
}

/// JSON that does nothing to a terminal.
fn escaped(
    out: &mut dyn io::Write,
    write: impl FnOnce(&mut dyn io::Write) -> io::Result<()>,
) -> io::Result<()> {
    let mut bytes = Vec::new();
    write(&mut bytes)?;
    let text = String::from_utf8(bytes).map_err(io::Error::other)?;
    out.write_all(escape::json(&text).as_bytes())
}

/// What an SBOM of the report is about.
fn subject(report: &Report) -> Subject {
    let name = report.artifact.name.as_str();
    let Some(image) = &report.artifact.image else {
        return Subject::new(SubjectKind::FileSystem, name);
    };
    let mut subject = Subject::new(SubjectKind::Container, name);
    subject.image_id = Some(image.id.clone());
    subject.digest = image.manifest.as_ref().map(|manifest| manifest.digest.clone());
    let layers = image.layers.iter();
    subject.layers = layers
        .map(|layer| SubjectLayer::new(layer.diff_id.clone(), layer.digest.clone()))
        .collect();
    subject
}
