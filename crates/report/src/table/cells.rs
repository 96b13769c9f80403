//! The cells of a table.

use std::borrow::Cow;
use std::fmt;

use super::TableStyle;
use super::paint::{Paint, linked};
use super::rows::Row;
use super::wrap::{width, wrap};

/// One line of a cell: safe text, and how it stands out.
#[derive(Clone, Debug, Default)]
pub(super) struct Line<'r> {
    text: Cow<'r, str>,
    paint: Paint,
    link: Option<&'r str>,
}

impl<'r> Line<'r> {
    /// A text in lines of at most `most` columns.
    pub(super) fn of(text: Cow<'r, str>, most: usize, paint: Paint) -> Vec<Self> {
        let line = |text| Self { text, paint, link: None };
        match text {
            Cow::Borrowed(text) => wrap(text, most).into_iter().map(line).collect(),
            Cow::Owned(text) => {
                let lines = wrap(&text, most).into_iter();
                lines.map(|text| line(Cow::Owned(text.into_owned()))).collect()
            }
        }
    }

    /// Writes the line, filled up with spaces to `columns`.
    pub(super) fn write(
        &self,
        out: &mut dyn fmt::Write,
        columns: usize,
        style: &TableStyle,
    ) -> fmt::Result {
        let painted = self.paint.on(&self.text, style);
        match &self.link {
            Some(url) => out.write_str(&linked(&painted, url))?,
            None => out.write_str(&painted)?,
        }
        spaces(out, columns.saturating_sub(width(&self.text)))
    }
}

/// Writes so many spaces.
fn spaces(out: &mut dyn fmt::Write, mut count: usize) -> fmt::Result {
    const MANY: &str = "                                                                ";
    while let Some(rest) = count.checked_sub(MANY.len()) {
        out.write_str(MANY)?;
        count = rest;
    }
    out.write_str(MANY.get(..count).unwrap_or_default())
}

/// A column of the table, in their order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Column {
    Package,
    Installed,
    Layer,
    Id,
    Severity,
    Fixed,
    Title,
}

impl Column {
    pub(super) fn heading(self) -> &'static str {
        match self {
            Self::Package => "Package",
            Self::Installed => "Version",
            Self::Layer => "Layer",
            Self::Id => "Vulnerability",
            Self::Severity => "Severity",
            Self::Fixed => "Fixed in",
            Self::Title => "Title",
        }
    }

    /// The fewest columns that it can be read in; none when it is not to be wrapped.
    pub(super) fn least(self) -> Option<usize> {
        match self {
            Self::Package => Some(16),
            Self::Installed | Self::Fixed => Some(8),
            Self::Title => Some(40),
            Self::Layer | Self::Id | Self::Severity => None,
        }
    }

    /// The texts of the cell, unwrapped, with how each stands out. `fold_layer` puts the layer
    /// below the package.
    pub(super) fn texts(self, row: &Row, fold_layer: bool) -> Vec<(Cow<'_, str>, Paint)> {
        fn text(text: &str, paint: Paint) -> (Cow<'_, str>, Paint) {
            (Cow::Borrowed(text), paint)
        }
        match self {
            Self::Package => {
                let path = row.path.iter().map(|path| text(path, Paint::Dim));
                let hidden = row.hidden.iter();
                let hidden = hidden.map(|how| (format!("hidden: {how}").into(), Paint::Dim));
                let layer = row.layer.iter().filter(|_| fold_layer);
                let layer = layer.map(|layer| (format!("layer {layer}").into(), Paint::Dim));
                let package = text(&row.package, Paint::Bold);
                [package].into_iter().chain(path).chain(hidden).chain(layer).collect()
            }
            Self::Installed => vec![text(&row.installed, Paint::None)],
            Self::Layer => row.layer.iter().map(|layer| text(layer, Paint::Dim)).collect(),
            Self::Id => vec![text(&row.id, Paint::None)],
            Self::Severity => {
                let exploited = row.exploited.then(|| text("KEV exploited", Paint::BoldRed));
                let severity = (row.severity_text().into(), Paint::of(row.severity));
                [severity].into_iter().chain(exploited).collect()
            }
            Self::Fixed if row.fixed.trim().is_empty() => vec![text("-", Paint::Dim)],
            Self::Fixed => vec![text(&row.fixed, Paint::None)],
            Self::Title => vec![text(&row.title, Paint::None)],
        }
    }

    /// The cell of a row, in lines of at most `columns`.
    pub(super) fn cell<'r>(
        self,
        row: &'r Row,
        fold_layer: bool,
        columns: usize,
        style: &TableStyle,
    ) -> Vec<Line<'r>> {
        let texts = self.texts(row, fold_layer).into_iter();
        let mut lines: Vec<Line<'_>> = match self {
            // The spaces in front of the score align it.
            Self::Severity => texts.map(|(text, paint)| Line { text, paint, link: None }).collect(),
            _ => texts.flat_map(|(text, paint)| Line::of(text, columns, paint)).collect(),
        };
        if self == Self::Id {
            for line in &mut lines {
                line.link = row.link.as_deref().filter(|_| style.links);
            }
        }
        lines
    }
}
