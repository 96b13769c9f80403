//! Lines and cells of a table.

use std::fmt::{self, Write};

use sealift_model::Severity;

use super::TableStyle;
use super::layout::{width_of, widths, wrap};
use super::rows::{COLUMNS, HEADINGS, Row, SEVERITY, VULNERABILITY};

/// Column from which on rows of the same package are kept apart by a line.
const FIRST_OF_ITS_OWN: usize = 1;

/// Draws the rows.
pub(super) fn table(rows: &[Row], style: &TableStyle, out: &mut dyn Write) -> fmt::Result {
    let widths = widths(rows, style.width);
    rule(&widths, ['┌', '┬', '┐'], 0, out)?;
    let headings = HEADINGS.map(str::to_owned);
    cells(&headings, &widths, None, style, out)?;
    for row in rows {
        let start = if row.continues { FIRST_OF_ITS_OWN } else { 0 };
        rule(&widths, ['├', '┼', '┤'], start, out)?;
        cells(&shown(row), &widths, Some(row), style, out)?;
    }
    rule(&widths, ['└', '┴', '┘'], 0, out)
}

/// The cells of a row; the package is named once.
fn shown(row: &Row) -> [String; COLUMNS] {
    let mut cells = row.cells.clone();
    if row.continues {
        cells.iter_mut().take(FIRST_OF_ITS_OWN).for_each(String::clear);
    }
    cells
}

/// A line between rows that leaves the columns before `start` open.
fn rule(
    widths: &[usize],
    [left, cross, right]: [char; 3],
    start: usize,
    out: &mut dyn Write,
) -> fmt::Result {
    let visible = widths.iter().enumerate().filter(|(_, width)| **width > 0);
    for (index, (column, width)) in visible.enumerate() {
        let open = column < start;
        let corner = match (index, open, column == start) {
            (0, true, _) => '│',
            (_, true, _) => ' ',
            (0, false, _) => left,
            (_, false, true) => '├',
            (_, false, false) => cross,
        };
        let fill = if open { " " } else { "─" };
        write!(out, "{corner}{}", fill.repeat(width + 2))?;
    }
    writeln!(out, "{right}")
}

fn cells(
    cells: &[String; COLUMNS],
    widths: &[usize; COLUMNS],
    row: Option<&Row>,
    style: &TableStyle,
    out: &mut dyn Write,
) -> fmt::Result {
    let lines: Vec<Vec<String>> =
        cells.iter().zip(widths).map(|(cell, width)| wrap(cell, (*width).max(1))).collect();
    let height = lines.iter().map(Vec::len).max().unwrap_or_default();
    for line in 0..height {
        for (column, (texts, width)) in lines.iter().zip(widths).enumerate() {
            if *width == 0 {
                continue;
            }
            let text = texts.get(line).map_or("", String::as_str);
            let blanks = " ".repeat(width.saturating_sub(width_of(text)));
            write!(out, "│ {}{blanks} ", Dressed { text, column, row, style })?;
        }
        writeln!(out, "│")?;
    }
    Ok(())
}

/// Text with the colour or link of its column.
struct Dressed<'t> {
    text: &'t str,
    column: usize,
    row: Option<&'t Row>,
    style: &'t TableStyle,
}

impl fmt::Display for Dressed<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { text, column, row, style } = self;
        match row {
            Some(row) if *column == SEVERITY && style.colour && !text.is_empty() => {
                write!(f, "\x1b[{}m{text}\x1b[0m", colour(row.severity))
            }
            Some(Row { link: Some(link), .. }) if *column == VULNERABILITY && style.links => {
                write!(f, "\x1b]8;;{link}\x1b\\{text}\x1b]8;;\x1b\\")
            }
            _ => f.write_str(text),
        }
    }
}

/// The colours that Trivy's table has (ECMA-48, Select Graphic Rendition).
fn colour(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical => "31;1",
        Severity::High => "31",
        Severity::Medium => "33",
        Severity::Low => "34",
        Severity::Unknown => "36",
    }
}
