//! How wide each column is, and the table itself.

use std::fmt;

use super::TableStyle;
use super::cells::{Column, Line};
use super::paint::Paint;
use super::rows::Row;
use super::wrap::{line_width, width};

/// The columns that are shown, and the width of each.
#[derive(Debug)]
pub(super) struct Layout {
    /// What the rows of one package share.
    shared: Vec<(Column, usize)>,
    /// What each row has for itself.
    own: Vec<(Column, usize)>,
    /// Whether the layer stands below the package, without a column.
    fold_layer: bool,
    /// Whether the title stands below the row, without a column.
    span_title: bool,
}

impl Layout {
    /// The layout of a table of `rows` that is no wider than `most`; none when there is none that
    /// can be read. Where room is short, first the layer has no column, then the title; where there
    /// are none, they have none.
    pub(super) fn of(rows: &[Row], most: usize) -> Option<Self> {
        let has_layers = rows.iter().any(|row| row.layer.is_some());
        let has_titles = rows.iter().any(|row| !row.title.trim().is_empty());
        let folds: &[(bool, bool)] = if has_titles {
            &[(false, false), (true, false), (true, true)]
        } else {
            &[(false, true), (true, true)]
        };
        let mut layouts = folds.iter().filter(|(fold_layer, _)| has_layers || *fold_layer);
        layouts.find_map(|(fold_layer, span_title)| Self::fit(rows, most, *fold_layer, *span_title))
    }

    fn fit(rows: &[Row], most: usize, fold_layer: bool, span_title: bool) -> Option<Self> {
        let natural = |column: &Column| (*column, natural_width(*column, rows, fold_layer));
        let shared = [Column::Package, Column::Installed, Column::Layer];
        let shown = shared.iter().filter(|column| **column != Column::Layer || !fold_layer);
        let mut shared: Vec<(Column, usize)> = shown.map(natural).collect();
        let own = [Column::Id, Column::Severity, Column::Fixed, Column::Title];
        let shown = own.iter().filter(|column| **column != Column::Title || !span_title);
        let mut own: Vec<(Column, usize)> = shown.map(natural).collect();

        // "│ " in front of each cell, " " behind it, "│" at the end.
        let frame = (shared.len() + own.len()) * 3 + 1;
        let room = most.checked_sub(frame)?;
        let needed: usize = shared.iter().chain(&own).map(|(_, width)| width).sum();
        for _ in room..needed {
            let columns = shared.iter_mut().chain(&mut own);
            let shrinkable = columns
                .filter(|(column, width)| column.least().is_some_and(|least| *width > least));
            // The title may stay twice as wide as any other.
            let weigh = |column: Column, width: usize| match column {
                Column::Title => width / 2,
                _ => width,
            };
            let (_, width) = shrinkable.max_by_key(|(column, width)| weigh(*column, *width))?;
            *width -= 1;
        }
        Some(Self { shared, own, fold_layer, span_title })
    }

    pub(super) fn write(
        &self,
        out: &mut dyn fmt::Write,
        rows: &[Row],
        style: &TableStyle,
    ) -> fmt::Result {
        self.rule(out, ['┌', '┬', '┐'], style)?;
        let headings = self.columns().map(|(column, columns)| {
            let heading = column.heading();
            let fill = " ".repeat(columns.saturating_sub(width(heading)));
            format!("{}{fill}", Paint::Bold.on(heading, style))
        });
        line(out, headings, style)?;
        for package in rows.chunk_by(Row::shares_package) {
            self.rule(out, ['├', '┼', '┤'], style)?;
            self.package(out, package, style)?;
        }
        self.rule(out, ['└', '┴', '┘'], style)
    }

    /// The rows of one package: what they share runs down beside them.
    fn package(&self, out: &mut dyn fmt::Write, rows: &[Row], style: &TableStyle) -> fmt::Result {
        let Some(first) = rows.first() else { return Ok(()) };
        let cell =
            |column: &(Column, usize)| column.0.cell(first, self.fold_layer, column.1, style);
        let shared: Vec<Vec<Line>> = self.shared.iter().map(cell).collect();
        let own: Vec<Vec<String>> =
            rows.iter().flat_map(|row| self.own_lines(row, style)).collect();
        let heights = shared.iter().map(Vec::len).chain([own.len()]);
        let empty: Vec<String> = self.own.iter().map(|(_, columns)| " ".repeat(*columns)).collect();
        for at in 0..heights.max().unwrap_or_default() {
            let left = self
                .shared
                .iter()
                .zip(&shared)
                .map(|((_, columns), lines)| filled(lines.get(at), *columns, style));
            let right = own.get(at).unwrap_or(&empty);
            line(out, left.chain(right.iter().cloned()), style)?;
        }
        Ok(())
    }

    /// What a row has for itself, line by line: a text for each column, or one over all of them.
    fn own_lines(&self, row: &Row, style: &TableStyle) -> Vec<Vec<String>> {
        let cell = |column: &(Column, usize)| column.0.cell(row, self.fold_layer, column.1, style);
        let cells: Vec<Vec<Line>> = self.own.iter().map(cell).collect();
        let height = cells.iter().map(Vec::len).max().unwrap_or_default();
        let beside = (0..height).map(|at| {
            let columns = self.own.iter().zip(&cells);
            columns.map(|((_, columns), lines)| filled(lines.get(at), *columns, style)).collect()
        });
        let mut lines: Vec<Vec<String>> = beside.collect();
        if self.span_title && !row.title.trim().is_empty() {
            let widths = self.own.iter().map(|(_, width)| width).sum::<usize>();
            let span = widths + self.own.len().saturating_sub(1) * 3;
            let title = Line::of(&row.title, span, Paint::None);
            lines.extend(title.iter().map(|line| vec![line.filled(span, style)]));
        }
        lines
    }

    fn columns(&self) -> impl Iterator<Item = &(Column, usize)> {
        self.shared.iter().chain(&self.own)
    }

    fn rule(
        &self,
        out: &mut dyn fmt::Write,
        [left, middle, right]: [char; 3],
        style: &TableStyle,
    ) -> fmt::Result {
        let mut rule = String::from(left);
        for (at, (_, width)) in self.columns().enumerate() {
            rule.extend((at > 0).then_some(middle));
            rule.push_str(&"─".repeat(width + 2));
        }
        rule.push(right);
        writeln!(out, "{}", Paint::Dim.on(&rule, style))
    }
}

fn filled(line: Option<&Line>, columns: usize, style: &TableStyle) -> String {
    line.map_or_else(|| " ".repeat(columns), |line| line.filled(columns, style))
}

fn line(
    out: &mut dyn fmt::Write,
    cells: impl Iterator<Item = String>,
    style: &TableStyle,
) -> fmt::Result {
    let bar = Paint::Dim.on("│", style);
    for cell in cells {
        write!(out, "{bar} {cell} ")?;
    }
    writeln!(out, "{bar}")
}

/// The width in which no cell of the column is wrapped.
fn natural_width(column: Column, rows: &[Row], fold_layer: bool) -> usize {
    let of_row = |row: &Row| {
        let texts = column.texts(row, fold_layer).into_iter();
        let widths = texts.map(|(text, _)| match column {
            Column::Severity => width(&text),
            _ => line_width(&text),
        });
        widths.max().unwrap_or_default()
    };
    rows.iter().map(of_row).max().unwrap_or_default().max(width(column.heading()))
}
