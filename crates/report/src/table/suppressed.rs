//! The suppressed findings, where they are to be shown.

use std::fmt::{self, Write};

use super::list;
use super::paint::Paint;
use crate::{Modified, Report, TableStyle};

/// Writes a line for each finding that does not count, with source, reason and end.
pub(super) fn write(report: &Report, style: &TableStyle, out: &mut dyn Write) -> fmt::Result {
    if !report.shows_suppressed || report.suppressed.is_empty() {
        return Ok(());
    }
    writeln!(out, "Suppressed: {}", report.suppressed.len())?;
    for modified in &report.suppressed {
        list::item(out, "  ", &line(report, modified), Paint::None, style)?;
    }
    out.write_char('\n')
}

fn line(report: &Report, modified: &Modified) -> String {
    let finding = &modified.finding;
    let package = report.package_of(finding).map(sealift_model::Package::id).unwrap_or_default();
    let mut line = format!(
        "{} {} in {package}: {} by {}",
        finding.severity, finding.id, modified.status, modified.source
    );
    if !modified.place.is_empty() {
        line.push_str(&format!(" ({})", modified.place));
    }
    if let Some(end) = modified.expires {
        line.push_str(&format!(" until {}", end.day()));
    }
    let why = if modified.statement.is_empty() { "no reason given" } else { &modified.statement };
    format!("{line}: {why}")
}
