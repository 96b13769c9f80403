//! The cells of a table.

use super::TableStyle;
use super::paint::{Paint, linked};
use super::rows::Row;
use super::wrap::{width, wrap};

/// One line of a cell: safe text, and how it stands out.
#[derive(Clone, Debug)]
pub(super) struct Line {
    text: String,
    paint: Paint,
    link: Option<String>,
}

impl Line {
    /// A text in lines of at most `most` columns.
    pub(super) fn of(text: &str, most: usize, paint: Paint) -> Vec<Self> {
        wrap(text, most).into_iter().map(|text| Self { text, paint, link: None }).collect()
    }

    /// The line, filled up with spaces to `columns`.
    pub(super) fn filled(&self, columns: usize, style: &TableStyle) -> String {
        let painted = self.paint.on(&self.text, style);
        let text = match &self.link {
            Some(url) => linked(&painted, url),
            None => painted,
        };
        format!("{text}{}", " ".repeat(columns.saturating_sub(width(&self.text))))
    }
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
    pub(super) fn texts(self, row: &Row, fold_layer: bool) -> Vec<(String, Paint)> {
        match self {
            Self::Package => {
                let path = row.path.iter().map(|path| (path.clone(), Paint::Dim));
                let hidden = row.hidden.iter().map(|how| (format!("hidden: {how}"), Paint::Dim));
                let layer = row.layer.iter().filter(|_| fold_layer);
                let layer = layer.map(|layer| (format!("layer {layer}"), Paint::Dim));
                let package = (row.package.clone(), Paint::Bold);
                [package].into_iter().chain(path).chain(hidden).chain(layer).collect()
            }
            Self::Installed => vec![(row.installed.clone(), Paint::None)],
            Self::Layer => row.layer.iter().map(|layer| (layer.clone(), Paint::Dim)).collect(),
            Self::Id => vec![(row.id.clone(), Paint::None)],
            Self::Severity => {
                let exploited = row.exploited.then(|| ("KEV exploited".to_owned(), Paint::BoldRed));
                let severity = (row.severity_text(), Paint::of(row.severity));
                [severity].into_iter().chain(exploited).collect()
            }
            Self::Fixed if row.fixed.trim().is_empty() => vec![("-".to_owned(), Paint::Dim)],
            Self::Fixed => vec![(row.fixed.clone(), Paint::None)],
            Self::Title => vec![(row.title.clone(), Paint::None)],
        }
    }

    /// The cell of a row, in lines of at most `columns`.
    pub(super) fn cell(
        self,
        row: &Row,
        fold_layer: bool,
        columns: usize,
        style: &TableStyle,
    ) -> Vec<Line> {
        let texts = self.texts(row, fold_layer).into_iter();
        let mut lines: Vec<Line> = match self {
            // The spaces in front of the score align it.
            Self::Severity => texts.map(|(text, paint)| Line { text, paint, link: None }).collect(),
            _ => texts.flat_map(|(text, paint)| Line::of(&text, columns, paint)).collect(),
        };
        if self == Self::Id {
            for line in &mut lines {
                line.link = row.link.clone().filter(|_| style.links);
            }
        }
        lines
    }
}
