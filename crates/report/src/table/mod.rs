//! The report as a table for people.
//!
//! Rows of one package share its cells, a rule stands between packages only, and what is wide is
//! wrapped, so that the table fits the terminal. Where it cannot fit, each finding is a short
//! paragraph.

mod cells;
mod layout;
mod list;
mod paint;
mod wrap;

use std::fmt;

use sealift_model::{Digest, Severity};

use self::paint::Paint;
use crate::escape;

/// One heading and what stands below it.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Section {
    /// The heading: `nginx:latest (debian 12.1)`, or the path of a lockfile.
    pub title: String,
    /// What stands below.
    pub body: Body,
}

impl Section {
    /// A section of findings. Rows of one package should follow each other.
    #[must_use]
    pub fn findings(title: impl Into<String>, rows: Vec<Row>) -> Self {
        Self { title: title.into(), body: Body::Findings(rows) }
    }

    /// A section of sentences, such as what could not be read.
    #[must_use]
    pub fn notes(title: impl Into<String>, notes: Vec<String>) -> Self {
        Self { title: title.into(), body: Body::Notes(notes) }
    }
}

/// What stands below a heading.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Body {
    /// Their number by severity, and a table.
    Findings(Vec<Row>),
    /// One line each, wrapped where needed.
    Notes(Vec<String>),
}

/// One finding. All texts are as found: they are made safe when written.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Row {
    /// Name of the package.
    pub package: String,
    /// Where it was found, below its name; for a package of the operating system that says little.
    pub path: Option<String>,
    /// Version that is installed.
    pub installed: String,
    /// Diff-id of the layer that brought it.
    pub layer: Option<Digest>,
    /// Id of the vulnerability.
    pub id: String,
    /// Page about it.
    pub link: Option<String>,
    /// How bad it is.
    pub severity: Severity,
    /// CVSS base score.
    pub score: Option<f32>,
    /// Whether it is known to be exploited.
    pub exploited: bool,
    /// Versions that are free of it, or a word on why there are none; empty when nothing is known.
    pub fixed: String,
    /// What it is, in a few words.
    pub title: String,
}

impl Row {
    /// A finding of which nothing else is known.
    #[must_use]
    pub fn new(
        package: impl Into<String>,
        installed: impl Into<String>,
        id: impl Into<String>,
        severity: Severity,
    ) -> Self {
        Self {
            package: package.into(),
            path: None,
            installed: installed.into(),
            layer: None,
            id: id.into(),
            link: None,
            severity,
            score: None,
            exploited: false,
            fixed: String::new(),
            title: String::new(),
        }
    }

    /// Whether both are about the same package at the same place.
    fn shares_package(&self, other: &Self) -> bool {
        (&self.package, &self.installed, &self.path, &self.layer)
            == (&other.package, &other.installed, &other.path, &other.layer)
    }
}

/// How the table looks.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Style {
    /// Columns of the terminal.
    pub width: usize,
    /// Whether to colour, by ANSI sequences.
    pub colour: bool,
    /// Whether ids are hyperlinks, by OSC 8 sequences.
    pub links: bool,
}

impl Style {
    /// Without colours and links.
    #[must_use]
    pub fn plain(width: usize) -> Self {
        Self { width, colour: false, links: false }
    }

    /// With colours.
    #[must_use]
    pub fn with_colour(mut self, colour: bool) -> Self {
        self.colour = colour;
        self
    }

    /// With hyperlinks.
    #[must_use]
    pub fn with_links(mut self, links: bool) -> Self {
        self.links = links;
        self
    }
}

/// Writes the sections, an empty line between them.
///
/// # Errors
/// `out` failed.
pub fn write(out: &mut dyn fmt::Write, sections: &[Section], style: &Style) -> fmt::Result {
    for (at, section) in sections.iter().enumerate() {
        if at > 0 {
            out.write_char('\n')?;
        }
        let title = wrap::wrap(&section.title, style.width).join("\n");
        writeln!(out, "{}", Paint::Bold.on(&title, style))?;
        match &section.body {
            Body::Findings(rows) => findings(out, rows, style)?,
            Body::Notes(notes) => list::notes(out, notes, style)?,
        }
    }
    Ok(())
}

fn findings(out: &mut dyn fmt::Write, rows: &[Row], style: &Style) -> fmt::Result {
    writeln!(out, "{}", total(rows, style))?;
    if rows.is_empty() {
        return Ok(());
    }
    out.write_char('\n')?;
    match layout::Layout::of(rows, style.width) {
        Some(layout) => layout.write(out, rows, style),
        None => list::findings(out, rows, style),
    }
}

/// `Total: 3 (CRITICAL: 1, LOW: 2)`.
fn total(rows: &[Row], style: &Style) -> String {
    let mut severities: Vec<Severity> = rows.iter().map(|row| row.severity).collect();
    severities.sort_unstable_by(|a, b| b.cmp(a));
    let counted = severities.chunk_by(PartialEq::eq).filter_map(|same| {
        let severity = *same.first()?;
        let count = format!("{severity}: {}", same.len());
        Some(Paint::of(severity).on(&count, style))
    });
    let counted: Vec<String> = counted.collect();
    match counted.is_empty() {
        true => "Total: 0".to_owned(),
        false => format!("Total: {} ({})", rows.len(), counted.join(", ")),
    }
}

/// What the score says behind the severity, `CRITICAL 10.0`.
fn severity_text(row: &Row) -> String {
    match row.score {
        Some(score) => format!("{:<8} {score:>4.1}", row.severity.to_string()),
        None => row.severity.to_string(),
    }
}

/// The page about a finding, when links are wanted and it is one.
fn link<'r>(row: &'r Row, style: &Style) -> Option<&'r str> {
    row.link.as_deref().filter(|_| style.links).and_then(escape::link)
}
