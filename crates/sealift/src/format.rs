//! The formats that a report can be written in.

use std::fmt;
use std::io::{self, BufWriter, Write};

use sealift_report::{
    GithubOptions, JsonOptions, Report, TableStyle, escape, github, gitlab, json, junit, markdown,
    sarif, table,
};
use sealift_sbom::{Subject, SubjectKind, SubjectLayer, cyclonedx, spdx};

use crate::cyclonedx_vulnerabilities::vulnerabilities;
use crate::sign::write_predicate;

/// A format of reports.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Format {
    /// A table for people.
    Table(TableStyle),
    /// Trivy's JSON, schema 2.
    Json(JsonOptions),
    /// CycloneDX 1.6 JSON: the packages of the target.
    CycloneDx,
    /// CycloneDX 1.6 JSON: the packages of the target and their vulnerabilities.
    CycloneDxWithVulnerabilities,
    /// SPDX 2.3 JSON: the packages of the target.
    SpdxJson,
    /// SPDX 2.3 as tags with values: the packages of the target.
    Spdx,
    /// SARIF 2.1.0, for code scanning.
    Sarif,
    /// JUnit XML, for CI servers.
    Junit,
    /// Markdown, for a comment on a pull request.
    Markdown,
    /// GitLab's container-scanning report.
    GitLab,
    /// GitHub's dependency snapshot: the packages of the target.
    GitHub(GithubOptions),
    /// The predicate of cosign's attestation type `vuln`, with the JSON report as result.
    CosignVuln,
}

impl Format {
    /// The names that [`Format::named`] knows.
    pub const NAMES: [&str; 12] = [
        "table",
        "json",
        "sarif",
        "markdown",
        "junit",
        "gitlab",
        "github",
        "cosign-vuln",
        "cyclonedx",
        "cyclonedx-vulnerabilities",
        "spdx-json",
        "spdx",
    ];

    /// The format with this name; a table gets `columns` columns.
    #[must_use]
    pub fn named(name: &str, columns: usize) -> Option<Self> {
        Some(match name {
            "table" => Self::Table(TableStyle::plain(columns)),
            "json" => Self::Json(JsonOptions::default()),
            "sarif" => Self::Sarif,
            "markdown" => Self::Markdown,
            "junit" => Self::Junit,
            "gitlab" => Self::GitLab,
            "github" => Self::GitHub(GithubOptions::default()),
            "cosign-vuln" => Self::CosignVuln,
            "cyclonedx" => Self::CycloneDx,
            "cyclonedx-vulnerabilities" => Self::CycloneDxWithVulnerabilities,
            "spdx-json" => Self::SpdxJson,
            "spdx" => Self::Spdx,
            _ => return None,
        })
    }

    /// Why a report cannot be written in this format: it would look as if nothing were there.
    fn refusal(&self, report: &Report) -> Option<&'static str> {
        let checks_alone = report.configuration.is_some() && report.matches.is_none();
        match self {
            Self::Table(_) | Self::Json(_) | Self::Sarif | Self::Junit | Self::Markdown => None,
            Self::GitLab if checks_alone => {
                Some("GitLab's report has no place for what checks of configuration files say")
            }
            _ if !report.covers_packages => {
                Some("this format tells of packages, which were not looked for")
            }
            _ => None,
        }
    }
}

/// Writes a report.
///
/// # Errors
/// When `out` fails, and with [`io::ErrorKind::Unsupported`] when the format has no place for what
/// the scan looked for.
/// was looked for.
pub fn render(report: &Report, format: &Format, out: &mut dyn io::Write) -> io::Result<()> {
    if let Some(why) = format.refusal(report) {
        return Err(io::Error::new(io::ErrorKind::Unsupported, why));
    }
    let (inventory, version) = (&report.inventory, report.tool_version.as_str());
    let safe = &mut EscapedJson { out: &mut *out, text: Vec::with_capacity(2 * HANDED_ON_BYTES) };
    match format {
        Format::Table(style) => return text(out, |text| table::write(report, style, text)),
        Format::Junit => return text(out, |text| junit::write(report, text)),
        Format::Markdown => return text(out, |text| markdown::write(report, text)),
        Format::Spdx => {
            let mut document = String::new();
            let (created, about) = (report.created, subject(report));
            spdx::write_tag_value(&mut document, inventory, &about, created, version)
                .map_err(io::Error::other)?;
            return text(out, |text| {
                document.lines().try_for_each(|line| writeln!(text, "{}", escape::terminal(line)))
            });
        }
        Format::Sarif => sarif::write(report, safe),
        Format::GitLab => gitlab::write(report, safe),
        Format::GitHub(options) => github::write(report, options, safe),
        Format::Json(options) => json::write(report, options, safe),
        Format::CosignVuln => write_predicate(report, safe),
        Format::CycloneDxWithVulnerabilities => cyclonedx::write_with_vulnerabilities(
            safe,
            inventory,
            &subject(report),
            report.created,
            version,
            &vulnerabilities(report),
        ),
        Format::CycloneDx => {
            cyclonedx::write(safe, inventory, &subject(report), report.created, version)
        }
        Format::SpdxJson => spdx::write(safe, inventory, &subject(report), report.created, version),
    }?;
    safe.finish()
}

/// Writes what is made as text.
fn text(
    out: &mut dyn Write,
    write: impl FnOnce(&mut dyn fmt::Write) -> fmt::Result,
) -> io::Result<()> {
    let mut text = TextWriter { out: BufWriter::new(out), failure: None };
    let written = write(&mut text);
    text.failure.take().map_or_else(|| text.out.flush(), Err)?;
    written.map_err(io::Error::other)
}

/// Takes text for a writer of bytes, and keeps why that refused some.
struct TextWriter<W> {
    out: W,
    failure: Option<io::Error>,
}

impl<W: io::Write> fmt::Write for TextWriter<W> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.out.write_all(text.as_bytes()).map_err(|error| {
            self.failure = Some(error);
            fmt::Error
        })
    }
}

/// Bytes that are handed on at a time. The serializers give a few in each call, or very many.
const HANDED_ON_BYTES: usize = 8 << 10;

/// Writes JSON that does nothing to a terminal. The serializer hands on whole characters.
struct EscapedJson<'w> {
    out: &'w mut dyn io::Write,
    text: Vec<u8>,
}

impl EscapedJson<'_> {
    /// All but what with the next fragment may be the beginning of `##[`.
    fn hand_on(&mut self) -> io::Result<()> {
        let signs = self.text.iter().rev().take(2).take_while(|byte| **byte == b'#').count();
        let held = self.text.split_off(self.text.len().saturating_sub(signs));
        self.finish()?;
        self.text = held;
        Ok(())
    }

    fn finish(&mut self) -> io::Result<()> {
        write_escaped(self.out, &self.text)?;
        self.text.clear();
        Ok(())
    }
}

fn write_escaped(out: &mut dyn io::Write, text: &[u8]) -> io::Result<()> {
    // Nearly all of a report, and nothing to look at character by character.
    if text.is_ascii() && !text.contains(&0x7f) && !text.contains(&b'#') {
        return out.write_all(text);
    }
    let text = std::str::from_utf8(text).map_err(io::Error::other)?;
    out.write_all(escape::json(text).as_bytes())
}

impl io::Write for EscapedJson<'_> {
    fn write(&mut self, fragment: &[u8]) -> io::Result<usize> {
        self.write_all(fragment)?;
        Ok(fragment.len())
    }

    fn write_all(&mut self, fragment: &[u8]) -> io::Result<()> {
        self.text.extend_from_slice(fragment);
        if self.text.len() >= HANDED_ON_BYTES { self.hand_on() } else { Ok(()) }
    }

    fn flush(&mut self) -> io::Result<()> {
        self.finish()?;
        self.out.flush()
    }
}

/// The subject of an SBOM of the report.
fn subject(report: &Report) -> Subject {
    let name = report.artifact.name.as_str();
    let Some(image) = &report.artifact.image else {
        return Subject::new(SubjectKind::FileSystem, name);
    };
    let mut subject = Subject::new(SubjectKind::Container, name);
    subject.purl = image.purl();
    subject.image_id = Some(image.id.clone());
    subject.digest = image.manifest.as_ref().map(|manifest| manifest.digest.clone());
    let layers = image.layers.iter();
    subject.layers = layers
        .map(|layer| SubjectLayer::new(layer.diff_id.clone(), layer.digest.clone()))
        .collect();
    subject
}

#[cfg(test)]
mod tests {
    use sealift_model::Inventory;
    use sealift_report::{Artifact, ArtifactKind, Configuration};

    use super::*;

    #[test]
    fn what_a_format_has_no_place_for_is_refused() {
        let artifact = Artifact::new("shop", ArtifactKind::Filesystem);
        let mut report = Report::new(artifact, Inventory::default(), "0");
        let refused = |report: &Report| {
            let formats = Format::NAMES.iter().filter(|name| {
                let format = Format::named(name, 80).unwrap();
                let error = render(report, &format, &mut io::sink()).err();
                error.is_some_and(|error| error.kind() == io::ErrorKind::Unsupported)
            });
            formats.copied().collect::<Vec<_>>()
        };
        assert!(refused(&report).is_empty());
        report.configuration = Some(Configuration::default());
        assert_eq!(refused(&report), ["gitlab"]);
        report.covers_packages = false;
        let written = ["table", "json", "sarif", "markdown", "junit"];
        let others: Vec<_> =
            Format::NAMES.into_iter().filter(|name| !written.contains(name)).collect();
        assert_eq!(refused(&report), others);
    }

    #[test]
    fn a_command_in_fragments_is_none() {
        let filler = "x".repeat(HANDED_ON_BYTES);
        for fragments in [
            [&*filler, "##", "[a"],
            [&*filler, "###[", "a"],
            [&*format!("{filler}#"), "#[", "a"],
            [&*format!("{filler}##"), "", "[a"],
            [&*format!("{filler}###"), "[", "a"],
        ] {
            let mut written = Vec::new();
            let mut safe = EscapedJson { out: &mut written, text: Vec::new() };
            for fragment in fragments {
                io::Write::write_all(&mut safe, fragment.as_bytes()).unwrap();
            }
            safe.finish().unwrap();
            let expected = fragments.concat().replace("##[", "#\\u0023[");
            assert_eq!(String::from_utf8(written).unwrap(), expected);
        }
    }
}
