//! Paragraphs: notes, and findings where a table has no room.

use std::fmt;

use super::TableStyle;
use super::paint::{Paint, linked};
use super::rows::Row;
use super::wrap::wrap;

/// Writes each finding as a paragraph below its package.
pub(super) fn findings(out: &mut dyn fmt::Write, rows: &[Row], style: &TableStyle) -> fmt::Result {
    for (at, package) in rows.chunk_by(Row::shares_package).enumerate() {
        let Some(first) = package.first() else { continue };
        if at > 0 {
            out.write_char('\n')?;
        }
        item(out, "", &format!("{} {}", first.package, first.installed), Paint::Bold, style)?;
        if let Some(path) = &first.path {
            item(out, "  ", path, Paint::Dim, style)?;
        }
        if let Some(how) = &first.hidden {
            item(out, "  ", &format!("hidden: {how}"), Paint::Dim, style)?;
        }
        if let Some(layer) = &first.layer {
            item(out, "  ", &format!("layer {layer}"), Paint::Dim, style)?;
        }
        for row in package {
            finding(out, row, style)?;
        }
    }
    Ok(())
}

fn finding(out: &mut dyn fmt::Write, row: &Row, style: &TableStyle) -> fmt::Result {
    let severity = row.severity_text();
    let severity = Paint::of(row.severity).on(&severity, style);
    let exploited = if row.exploited { " KEV exploited" } else { "" };
    let exploited = Paint::BoldRed.on(exploited, style);
    for line in wrap(&row.id, style.width.saturating_sub(2)) {
        let url = row.link.as_ref().filter(|_| style.links);
        let line = url.map_or(line.clone(), |url| linked(&line, url).into());
        writeln!(out, "  {line}")?;
    }
    writeln!(out, "    {severity}{exploited}")?;
    if !row.fixed.trim().is_empty() {
        item(out, "    ", &format!("fixed in {}", row.fixed), Paint::None, style)?;
    }
    if !row.title.trim().is_empty() {
        item(out, "    ", &row.title, Paint::None, style)?;
    }
    Ok(())
}

/// Writes a text behind `lead`, which indents the lines that follow.
pub(super) fn item(
    out: &mut dyn fmt::Write,
    lead: &str,
    text: &str,
    paint: Paint,
    style: &TableStyle,
) -> fmt::Result {
    let most = style.width.saturating_sub(lead.len());
    for (at, line) in wrap(text, most).iter().enumerate() {
        let indent = " ".repeat(lead.len());
        let front = if at == 0 { lead } else { &indent };
        writeln!(out, "{front}{}", paint.on(line, style))?;
    }
    Ok(())
}
