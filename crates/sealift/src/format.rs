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
    let safe = &mut EscapedJson(&mut *out);
    match format {
        Format::Table(style) => {
            let mut text = String::new();
            table::write(report, style, &mut text).map_err(io::Error::other)?;
            out.write_all(text.as_bytes())
        }
        Format::Json(options) => json::write(report, options, safe),
        Format::CycloneDx => {
            cyclonedx::write(safe, inventory, &subject(report), report.created, version)
        }
        Format::SpdxJson => spdx::write(safe, inventory, &subject(report), report.created, version),
    }
}

/// Writes JSON that does nothing to a terminal. The serializer hands on whole characters.
struct EscapedJson<'w>(&'w mut dyn io::Write);

impl io::Write for EscapedJson<'_> {
    fn write(&mut self, fragment: &[u8]) -> io::Result<usize> {
        // Nearly all of a report, and nothing to look at character by character.
        if fragment.iter().all(|byte| *byte < 0x7f) {
            self.0.write_all(fragment)?;
        } else {
            let text = std::str::from_utf8(fragment).map_err(io::Error::other)?;
            self.0.write_all(escape::json(text).as_bytes())?;
        }
        Ok(fragment.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
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
