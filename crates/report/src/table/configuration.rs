//! The results for configuration files: a section for each file with a failure.

use std::fmt::{self, Write};

use sealift_misconfig::{Check, Failure, FileResult};

use super::paint::{Paint, linked};
use super::{TableStyle, counted, list, wrap};
use crate::Report;
use crate::configuration::{counts, page, place};
use crate::escape::terminal;

/// Writes the files with failures, then the number of those without.
pub(super) fn write(report: &Report, style: &TableStyle, out: &mut dyn Write) -> fmt::Result {
    let Some(configuration) = &report.configuration else { return Ok(()) };
    let (failing, others): (Vec<_>, Vec<_>) =
        configuration.files.iter().partition(|file| file.failures().next().is_some());
    for file in &failing {
        write_file(file, style, out)?;
    }
    // Of what no check has looked at, none can say that it passes.
    let passing = others.iter().filter(|file| !file.misconfigurations.is_empty()).count();
    write_rest(failing.len() + passing, passing, style, out)
}

fn write_rest(all: usize, passing: usize, style: &TableStyle, out: &mut dyn Write) -> fmt::Result {
    let line = match (all, passing) {
        (0, _) => "Configuration: no file that a check looks at".to_owned(),
        (_, 0) => return Ok(()),
        _ => format!("Configuration: no failure listed in {passing} of {all} files"),
    };
    list::item(out, "", &line, Paint::None, style)?;
    out.write_char('\n')
}

fn write_file(file: &FileResult, style: &TableStyle, out: &mut dyn Write) -> fmt::Result {
    let title = format!("{} ({})", terminal(&file.path), file.kind.name());
    let rule = "=".repeat(wrap::width(&title).min(style.width));
    writeln!(out, "{}\n{rule}", Paint::Bold.on(&title, style))?;
    let failures = counts(file.failures().map(|(check, _)| check));
    let (passed, failed) = (file.passed(), failures.total());
    writeln!(out, "Tests: {} (passed: {passed}, failed: {failed})", passed + failed)?;
    writeln!(out, "Failures: {failed} ({})\n", counted(&failures, style))?;
    let mut told = None;
    for (check, failure) in file.failures() {
        if told != Some(&check.id) {
            write_check(check, style, out)?;
            told = Some(&check.id);
        }
        write_failure(file, failure, style, out)?;
    }
    Ok(())
}

fn write_check(check: &Check, style: &TableStyle, out: &mut dyn Write) -> fmt::Result {
    let id = terminal(&check.id);
    let shown = match page(check).filter(|_| style.links) {
        Some(page) => linked(&id, &page),
        None => id.into_owned(),
    };
    let severity = Paint::of(check.severity).on(check.severity.name(), style);
    writeln!(out, "{shown} {severity}")?;
    list::item(out, "  ", &check.title, Paint::Bold, style)?;
    list::item(out, "  ", &check.description, Paint::None, style)?;
    list::item(out, "  ", &check.resolution, Paint::None, style)?;
    out.write_char('\n')
}

fn write_failure(
    file: &FileResult,
    failure: &Failure,
    style: &TableStyle,
    out: &mut dyn Write,
) -> fmt::Result {
    let mut line = format!("{}: {}", place(&file.path, failure.lines), failure.message);
    if let Some(resource) = &failure.resource {
        line.push_str(&format!(" ({resource})"));
    }
    list::item(out, "    ", &line, Paint::None, style)?;
    for (number, text) in (failure.lines.map_or(1, |lines| lines.start)..).zip(&failure.excerpt) {
        let lead = format!("    {number:>5} | ");
        let room = style.width.saturating_sub(lead.len());
        let text = terminal(text);
        let shown = wrap::cut(&text, room);
        writeln!(out, "{}", Paint::Dim.on(&format!("{lead}{shown}"), style))?;
    }
    out.write_char('\n')
}
