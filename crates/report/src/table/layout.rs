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
    /// The columns that the rows of one package share.
    shared: Vec<(Column, usize)>,
    /// The columns of each row.
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
        writeln!(out, "{}", Paint::Dim.on(&self.rule(['┌', '┬', '┐']), style))?;
        let bar = Paint::Dim.on("│", style);
        for (column, columns) in self.columns() {
            let heading = Line::of(column.heading().into(), *columns, Paint::Bold);
            filled(out, &bar, (heading.first(), *columns), style)?;
        }
        writeln!(out, "{bar}")?;
        let between = self.rule(['├', '┼', '┤']);
        for package in rows.chunk_by(Row::shares_package) {
            writeln!(out, "{}", Paint::Dim.on(&between, style))?;
            self.package(out, package, style)?;
        }
        writeln!(out, "{}", Paint::Dim.on(&self.rule(['└', '┴', '┘']), style))
    }

    /// The rows of one package: what they share runs down beside them.
    fn package(&self, out: &mut dyn fmt::Write, rows: &[Row], style: &TableStyle) -> fmt::Result {
        let Some(first) = rows.first() else { return Ok(()) };
        let cell =
            |column: &(Column, usize)| column.0.cell(first, self.fold_layer, column.1, style);
        let shared: Vec<Vec<Line<'_>>> = self.shared.iter().map(cell).collect();
        let own: Vec<_> = rows.iter().flat_map(|row| self.own_lines(row, style)).collect();
        let heights = shared.iter().map(Vec::len).chain([own.len()]);
        let empty: Vec<_> = self.own.iter().map(|(_, columns)| (None, *columns)).collect();
        let bar = Paint::Dim.on("│", style);
        for at in 0..heights.max().unwrap_or_default() {
            for ((_, columns), lines) in self.shared.iter().zip(&shared) {
                filled(out, &bar, (lines.get(at), *columns), style)?;
            }
            for (line, columns) in own.get(at).unwrap_or(&empty) {
                filled(out, &bar, (line.as_ref(), *columns), style)?;
            }
            writeln!(out, "{bar}")?;
        }
        Ok(())
    }

    /// What a row has for itself, line by line: a text for each column, or one over all of them,
    /// each with its columns.
    fn own_lines<'r>(
        &self,
        row: &'r Row,
        style: &TableStyle,
    ) -> Vec<Vec<(Option<Line<'r>>, usize)>> {
        let cell = |column: &(Column, usize)| column.0.cell(row, self.fold_layer, column.1, style);
        let mut cells: Vec<_> = self.own.iter().map(|column| cell(column).into_iter()).collect();
        let height = cells.iter().map(ExactSizeIterator::len).max().unwrap_or_default();
        let beside = (0..height).map(|_| {
            let columns = self.own.iter().zip(&mut cells);
            columns.map(|((_, columns), lines)| (lines.next(), *columns)).collect()
        });
        let mut lines: Vec<Vec<_>> = beside.collect();
        if self.span_title && !row.title.trim().is_empty() {
            let widths = self.own.iter().map(|(_, width)| width).sum::<usize>();
            let span = widths + self.own.len().saturating_sub(1) * 3;
            let title = Line::of(row.title.as_str().into(), span, Paint::None).into_iter();
            lines.extend(title.map(|line| vec![(Some(line), span)]));
        }
        lines
    }

    fn columns(&self) -> impl Iterator<Item = &(Column, usize)> {
        self.shared.iter().chain(&self.own)
    }

    fn rule(&self, [left, middle, right]: [char; 3]) -> String {
        let mut rule = String::from(left);
        for (at, (_, width)) in self.columns().enumerate() {
            rule.extend((at > 0).then_some(middle));
            rule.push_str(&"─".repeat(width + 2));
        }
        rule.push(right);
        rule
    }
}

/// Writes a line of a cell behind its bar.
fn filled(
    out: &mut dyn fmt::Write,
    bar: &str,
    (line, columns): (Option<&Line<'_>>, usize),
    style: &TableStyle,
) -> fmt::Result {
    out.write_str(bar)?;
    out.write_char(' ')?;
    line.unwrap_or(&Line::default()).write(out, columns, style)?;
    out.write_char(' ')
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
