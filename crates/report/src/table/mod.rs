//! The report for people: one table for each section, as wide as the terminal.
//!
//! Findings of one package share its cells, rules separate only packages, and wide texts are
//! wrapped. Where there is little room, layer and title lose their columns; where no table fits,
//! each finding is a short paragraph.

mod cells;
mod configuration;
mod head;
mod layout;
mod list;
mod paint;
mod rows;
mod suppressed;
mod wrap;

use std::fmt::{self, Write};

use sealift_model::Severity;

use self::layout::Layout;
use self::paint::Paint;
use self::rows::Row;
use crate::escape::terminal;
use crate::report::{Counts, Report};
use crate::sections::{Class, Section, sections};

/// The look of a table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct TableStyle {
    /// Columns of the terminal.
    pub width: usize,
    /// Whether severities are coloured.
    pub colour: bool,
    /// Whether ids are links (OSC 8).
    pub links: bool,
}

impl TableStyle {
    /// A table without colour and links.
    #[must_use]
    pub fn plain(width: usize) -> Self {
        Self { width, colour: false, links: false }
    }
}

/// Writes the sections with their tables, then what has no advisories and what could not be read.
///
/// # Errors
/// When `out` fails.
pub fn write(report: &Report, style: &TableStyle, out: &mut dyn Write) -> fmt::Result {
    head::write(report, style, out)?;
    let sections = sections(report);
    for section in sections.iter().filter(|section| is_shown(section)) {
        write_section(report, section, style, out)?;
    }
    let is_told = sections.iter().any(is_shown);
    if report.matches.is_some() && !is_told {
        let packages = report.inventory.packages.iter().filter(|package| package.hidden.is_none());
        let count = packages.count();
        let packages = if count == 1 { "package" } else { "packages" };
        let name = terminal(&report.artifact.name);
        // Some may be there that --severity or an ignore rule leaves out.
        writeln!(out, "{name}: no findings listed, {count} {packages}")?;
    }
    configuration::write(report, style, out)?;
    write_notes(report, style, out)
}

/// Sections of languages without findings are left out; the operating system always has one.
fn is_shown(section: &Section<'_>) -> bool {
    section.class == Class::OperatingSystem || section.findings().next().is_some()
}

fn write_section(
    report: &Report,
    section: &Section<'_>,
    style: &TableStyle,
    out: &mut dyn Write,
) -> fmt::Result {
    let title = match section.class {
        Class::OperatingSystem => terminal(&section.title()).into_owned(),
        Class::Language => format!("{} ({})", terminal(&section.title()), terminal(&section.kind)),
    };
    let counts = Counts::of(section.findings());
    let heading = Paint::Bold.on(&title, style);
    writeln!(out, "{heading}\n{}", "=".repeat(wrap::width(&title).min(style.width)))?;
    let packages = section.packages.len();
    match report.matches {
        // A sum of nothing that was looked for would read as an answer.
        None => writeln!(out, "{packages} packages, not searched for vulnerabilities\n")?,
        Some(_) => writeln!(out, "{}\n", totals(&counts, packages, style))?,
    }
    if counts.total() > 0 {
        findings(&rows::of(report, section), style, out)?;
        out.write_char('\n')?;
    }
    Ok(())
}

/// Writes rows as a table where there is room for one.
fn findings(rows: &[Row], style: &TableStyle, out: &mut dyn Write) -> fmt::Result {
    match Layout::of(rows, style.width) {
        Some(layout) => layout.write(out, rows, style),
        None => list::findings(out, rows, style),
    }
}

/// `Total: 23 (CRITICAL: 2, HIGH: 8)`, the severities that occur.
fn totals(counts: &Counts, packages: usize, style: &TableStyle) -> String {
    if counts.total() == 0 {
        return format!("Total: 0 in {packages} packages");
    }
    format!("Total: {} ({})", counts.total(), counted(counts, style))
}

/// `CRITICAL: 2, HIGH: 8`.
fn counted(counts: &Counts, style: &TableStyle) -> String {
    let severities = Severity::ALL.into_iter().rev().filter(|severity| counts.get(*severity) > 0);
    let each = severities.map(|severity| {
        let count = format!("{severity}: {}", counts.get(severity));
        Paint::of(severity).on(&count, style).into_owned()
    });
    each.collect::<Vec<_>>().join(", ")
}

fn write_notes(report: &Report, style: &TableStyle, out: &mut dyn Write) -> fmt::Result {
    suppressed::write(report, style, out)?;
    write_hidden(report, style, out)?;
    for note in &report.notes {
        writeln!(out, "{}", terminal(note))?;
    }
    let matches = report.matches.as_ref();
    for ecosystem in matches.into_iter().flat_map(|matches| &matches.coverage.without) {
        writeln!(out, "no advisories for {} in this database", terminal(&ecosystem.name))?;
    }
    let undetermined = matches.map_or(0, |matches| matches.undetermined.len());
    if undetermined > 0 {
        writeln!(out, "{undetermined} advisories could not be decided, see Undetermined in JSON")?;
    }
    if !report.inventory.diagnostics.is_empty() {
        writeln!(out, "\nNot read, or odd:")?;
    }
    let diagnostics = report.inventory.diagnostics.iter();
    diagnostics
        .map(ToString::to_string)
        .try_for_each(|diagnostic| list::item(out, "  ", &diagnostic, Paint::None, style))
}

/// Names the packages that upper layers hide, with findings or without.
fn write_hidden(report: &Report, style: &TableStyle, out: &mut dyn Write) -> fmt::Result {
    let packages = report.inventory.packages.iter();
    let mut hidden = packages.filter_map(|package| Some((package, rows::hidden(report, package)?)));
    let Some(first) = hidden.next() else { return Ok(()) };
    writeln!(out, "Hidden by upper layers:")?;
    for (package, how) in std::iter::once(first).chain(hidden) {
        let places: Vec<&str> = package.locations.iter().map(|place| &*place.path).collect();
        let line = format!("{}, {how}, {}", package.id(), places.join(", "));
        list::item(out, "  ", &line, Paint::None, style)?;
    }
    out.write_char('\n')
}

#[cfg(test)]
mod tests;
