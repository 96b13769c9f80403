//! What stands in the cells of a table.

use sealift_matcher::{CvssEntry, Finding};
use sealift_model::{Package, Severity};

use crate::escape::terminal;
use crate::report::Report;
use crate::sections::{Entry, Section};
use crate::{escape, links};

/// The columns, left to right.
pub(super) const HEADINGS: [&str; COLUMNS] =
    ["Package", "Vulnerability", "Severity", "Installed", "Fixed", "Layer", "Title"];
pub(super) const COLUMNS: usize = 7;
/// Columns that may be broken into lines, in the order in which they give way.
pub(super) const PACKAGE: usize = 0;
pub(super) const VULNERABILITY: usize = 1;
pub(super) const SEVERITY: usize = 2;
pub(super) const INSTALLED: usize = 3;
pub(super) const FIXED: usize = 4;
pub(super) const TITLE: usize = 6;

/// One finding.
#[derive(Debug)]
pub(super) struct Row {
    /// The text of each cell, safe to print.
    pub(super) cells: [String; COLUMNS],
    pub(super) severity: Severity,
    /// Where the id leads.
    pub(super) link: Option<String>,
    /// Whether it is about the same package at the same place as the row above.
    pub(super) continues: bool,
}

/// The rows of a section, package by package, each package's worst first.
pub(super) fn of(report: &Report, section: &Section<'_>) -> Vec<Row> {
    let mut rows = Vec::new();
    for entry in &section.packages {
        for (index, finding) in entry.findings.iter().enumerate() {
            rows.push(row(report, section, entry, finding, index > 0));
        }
    }
    rows
}

fn row(
    report: &Report,
    section: &Section<'_>,
    entry: &Entry<'_>,
    finding: &Finding,
    continues: bool,
) -> Row {
    let link = links::primary(&finding.id);
    Row {
        cells: [
            package(section, entry),
            terminal(&finding.id).into_owned(),
            severity(finding),
            terminal(&entry.package.version).into_owned(),
            terminal(&finding.fixed_versions.join(", ")).into_owned(),
            layer(report, entry).unwrap_or_default(),
            terminal(&finding.title).into_owned(),
        ],
        severity: finding.severity,
        link: Some(link).filter(|link| escape::is_safe_link(link)),
        continues,
    }
}

/// The name, and the place where it is not the section's own.
fn package(section: &Section<'_>, entry: &Entry<'_>) -> String {
    let Package { name, locations, ecosystem, .. } = entry.package;
    let place = locations.get(entry.location).map(|place| place.path.as_str());
    let place = place.filter(|path| !ecosystem.is_operating_system() && *path != section.target);
    let more = match locations.len().saturating_sub(1) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    match place {
        Some(path) => format!("{} ({}{more})", terminal(name), terminal(path)),
        None => terminal(name).into_owned(),
    }
}

/// The word with the score that it follows from, and whether it is exploited.
fn severity(finding: &Finding) -> String {
    let source = finding.severity_source.as_deref();
    let own = |entry: &&CvssEntry| Some(entry.source.as_str()) == source;
    let entry = finding.cvss.iter().find(own).or_else(|| finding.cvss.first());
    let score = entry.map(|entry| format!(" {}", entry.score)).unwrap_or_default();
    let exploited = if finding.kev.is_some() { " KEV" } else { "" };
    format!("{}{score}{exploited}", finding.severity)
}

/// The layer by its place from the lowest, `2/3`.
fn layer(report: &Report, entry: &Entry<'_>) -> Option<String> {
    let layers = &report.artifact.image.as_ref()?.layers;
    let diff_id = entry.package.locations.get(entry.location)?.layer.as_ref()?;
    let at = layers.iter().position(|layer| layer.diff_id == *diff_id)?;
    Some(format!("{}/{}", at + 1, layers.len()))
}
