//! The rows of a table.

use sealift_matcher::{CvssEntry, Finding};
use sealift_model::{BaseEvidence, Digest, Package, Severity};

use crate::report::Report;
use crate::sections::{Entry, Section};
use crate::{escape, links};

/// One finding; the texts are as found, and made safe when they are wrapped.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Row {
    /// Name of the package.
    pub(super) package: String,
    /// The place of the package, where it is not the section's own.
    pub(super) path: Option<String>,
    pub(super) installed: String,
    /// How the package is hidden, `whiteout by layer 3/3`.
    pub(super) hidden: Option<String>,
    /// The layer by its place from the lowest, and whether that is the base's: `2/3`, `1/3 base`.
    pub(super) layer: Option<String>,
    pub(super) id: String,
    /// The link of the id; safe to write unchanged.
    pub(super) link: Option<String>,
    pub(super) severity: Severity,
    /// The score that the severity follows from.
    pub(super) score: Option<String>,
    /// Whether the vulnerability is known to be exploited.
    pub(super) exploited: bool,
    /// Fixed versions.
    pub(super) fixed: String,
    pub(super) title: String,
}

impl Row {
    /// Whether both are about the same package at the same place.
    pub(super) fn shares_package(&self, other: &Self) -> bool {
        (&self.package, &self.installed, &self.path, &self.layer, &self.hidden)
            == (&other.package, &other.installed, &other.path, &other.layer, &other.hidden)
    }

    /// The severity, the scores of all rows below each other: `CRITICAL 10.0`.
    pub(super) fn severity_text(&self) -> String {
        match &self.score {
            Some(score) => format!("{:<8} {score:>4}", self.severity),
            None => self.severity.to_string(),
        }
    }
}

/// The rows of a section, package by package, each package's worst first.
pub(super) fn of(report: &Report, section: &Section<'_>) -> Vec<Row> {
    let entries = section.packages.iter();
    let rows = entries.flat_map(|entry| {
        entry.findings.iter().map(move |finding| row(report, section, entry, finding))
    });
    rows.collect()
}

fn row(report: &Report, section: &Section<'_>, entry: &Entry<'_>, finding: &Finding) -> Row {
    Row {
        package: entry.package.name.clone(),
        path: path(section, entry),
        installed: entry.package.version.clone(),
        hidden: hidden(report, entry.package),
        layer: layer(report, entry),
        id: finding.id.clone(),
        link: Some(links::primary(&finding.id)).filter(|link| escape::is_safe_link(link)),
        severity: finding.severity,
        score: score(finding),
        exploited: finding.kev.is_some(),
        fixed: fixed(finding),
        title: finding.title.clone(),
    }
}

fn fixed(finding: &Finding) -> String {
    let versions = finding.fixed_versions.join(", ");
    match finding.fix_needs {
        Some(needs) => format!("{versions} ({needs})"),
        None => versions,
    }
}

fn path(section: &Section<'_>, entry: &Entry<'_>) -> Option<String> {
    let Package { locations, ecosystem, .. } = entry.package;
    let place = locations.get(entry.location).map(|place| place.path.as_str());
    let place = place.filter(|path| !ecosystem.is_operating_system() && *path != section.target)?;
    Some(match locations.len().saturating_sub(1) {
        0 => place.to_owned(),
        more => format!("{place} and {more} more"),
    })
}

/// The score of the source that the severity comes from, else of the first that has one.
fn score(finding: &Finding) -> Option<String> {
    let source = finding.severity_source.as_deref();
    let own = |entry: &&CvssEntry| Some(entry.source.as_str()) == source;
    let entry = finding.cvss.iter().find(own).or_else(|| finding.cvss.first())?;
    Some(entry.score.to_string())
}

/// The layer by its place from the lowest, and whether it is known or guessed to be the base's.
fn layer(report: &Report, entry: &Entry<'_>) -> Option<String> {
    let place = entry.package.locations.get(entry.location)?;
    let layer = number(report, entry.package.layer(place)?)?;
    Some(match entry.package.from_base {
        None => layer,
        Some(BaseEvidence::Guessed) => format!("{layer} base (guess)"),
        Some(_) => format!("{layer} base"),
    })
}

/// How a package is hidden, and by which layer.
pub(super) fn hidden(report: &Report, package: &Package) -> Option<String> {
    let hidden = package.hidden.as_ref()?;
    let by = number(report, &hidden.by).unwrap_or_else(|| hidden.by.to_string());
    Some(format!("{} by layer {by}", hidden.how.name()))
}

/// A layer's place from the lowest, `2/3`.
fn number(report: &Report, diff_id: &Digest) -> Option<String> {
    let layers = &report.artifact.image.as_ref()?.layers;
    let at = layers.iter().position(|layer| layer.diff_id == *diff_id)?;
    Some(format!("{}/{}", at + 1, layers.len()))
}
