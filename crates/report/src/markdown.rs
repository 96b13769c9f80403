//! Markdown for a comment on a pull request or a job's summary: the verdict first, then the
//! findings, most severe first, as many as GitHub takes in one comment.

use std::fmt::{self, Write};

use sealift_matcher::Finding;
use sealift_model::{Impact, Severity};

use crate::Configuration;
use crate::configuration::{page, place};
use crate::report::{Counts, Report};
use crate::sections::{Entry, Section, sections};
use crate::{escape, links};

/// Characters of a comment on GitHub.
const MAX_CHARS: usize = 65_536;
/// Characters that are reserved for the sentences below the table.
const RESERVED_CHARS: usize = 8_192;
/// The most characters of the list of misconfigurations.
const CHARS_OF_CHECKS: usize = 20_000;
/// Diagnostics that are named.
const NAMED: usize = 10;
/// By which a program finds its comment to bring it up to date.
const MARK: &str = "<!-- sealift report -->";

/// Writes the report as one comment of at most 65 536 characters. Findings for which there is no
/// room are counted.
///
/// # Errors
/// When `out` fails.
pub fn write(report: &Report, out: &mut dyn Write) -> fmt::Result {
    let sections = sections(report);
    let mut rows: Vec<Row<'_>> = sections.iter().flat_map(Row::of).collect();
    rows.sort_by_key(|row| std::cmp::Reverse(row.finding.severity));
    writeln!(out, "{MARK}")?;
    writeln!(out, "### sealift: {}\n", code(&shortened(&report.artifact.name)))?;
    if report.matches.is_some() || report.configuration.is_none() {
        writeln!(out, "{}\n", verdict(report, &rows))?;
    }
    if !rows.is_empty() {
        let for_checks = report.configuration.as_ref().map_or(0, |_| CHARS_OF_CHECKS);
        table(&rows, MAX_CHARS - RESERVED_CHARS - for_checks, out)?;
    }
    if let Some(configuration) = &report.configuration {
        misconfigurations(configuration, out)?;
    }
    notes(report, out)
}

/// A finding at its place.
struct Row<'r> {
    section: &'r Section<'r>,
    entry: &'r Entry<'r>,
    finding: &'r Finding,
}

impl<'r> Row<'r> {
    fn of(section: &'r Section<'r>) -> impl Iterator<Item = Self> {
        let listed = crate::json::in_order(&section.packages);
        listed.into_iter().map(move |(entry, finding)| Self { section, entry, finding })
    }

    fn text(&self) -> String {
        let Self { section, entry, finding } = self;
        let link = links::primary(&finding.id);
        let id = match link.as_str() {
            "" => code(&finding.id),
            link => format!("[{}]({link})", prose(&finding.id)),
        };
        let title = match finding.title.as_str() {
            "" => String::new(),
            title => format!("<br>{}", prose(&shortened(title))),
        };
        let exploited = if finding.kev.is_some() { " **exploited**" } else { "" };
        let needs = finding.fix_needs.map(|needs| format!(" ({needs})")).unwrap_or_default();
        let fixed = match finding.fixed_versions.as_slice() {
            [] => "-".to_owned(),
            versions => code(&shortened(&versions.join(", "))) + &needs,
        };
        let hidden = if section.hidden { " (hidden)" } else { "" };
        let place = crate::json::file_path(entry)
            .map_or_else(String::new, |path| format!("<br>{}", code(&shortened(&path))));
        format!(
            "| {}{exploited} | {id}{title} | {}{hidden}{place} | {} | {fixed} |",
            finding.severity,
            code(&shortened(&entry.package.name)),
            code(&shortened(&entry.package.version)),
        )
    }
}

fn verdict(report: &Report, rows: &[Row<'_>]) -> String {
    if report.matches.is_none() {
        return format!(
            "Vulnerabilities were not looked for; {} packages are listed.",
            report.inventory.packages.len()
        );
    }
    let counts = Counts::of(rows.iter().map(|row| row.finding));
    match counts.total() {
        0 => "**No vulnerabilities listed.**".to_owned(),
        total => format!("**{total} vulnerabilities: {}**", counted(&counts)),
    }
}

fn table(rows: &[Row<'_>], room: usize, out: &mut dyn Write) -> fmt::Result {
    writeln!(out, "| Severity | Vulnerability | Package | Installed | Fixed in |")?;
    writeln!(out, "| --- | --- | --- | --- | --- |")?;
    let mut left = room;
    let mut shown = 0;
    for row in rows {
        let text = row.text();
        let Some(rest) = left.checked_sub(text.chars().count() + 1) else { break };
        left = rest;
        shown += 1;
        writeln!(out, "{text}")?;
    }
    let more = rows.len() - shown;
    if more > 0 {
        writeln!(out, "\n{more} more of lower or the same severity do not fit in a comment.")?;
    }
    writeln!(out)
}

/// The failures in configuration files, the most severe first.
fn misconfigurations(configuration: &Configuration, out: &mut dyn Write) -> fmt::Result {
    let counts = configuration.counts();
    if counts.total() == 0 {
        let files = configuration.files.len();
        let files_are = if files == 1 { "file" } else { "files" };
        return writeln!(out, "**No failure listed in {files} configuration {files_are}.**\n");
    }
    writeln!(out, "**{} misconfigurations: {}**\n", counts.total(), counted(&counts))?;
    writeln!(out, "| Severity | Check | Place |\n| --- | --- | --- |")?;
    let mut failures: Vec<_> = configuration.failures().collect();
    failures.sort_by_key(|(_, check, _)| std::cmp::Reverse(check.severity));
    let (mut left, mut shown) = (CHARS_OF_CHECKS, 0);
    for (file, check, failure) in &failures {
        let id = match page(check) {
            Some(page) => format!("[{}]({page})", prose(&check.id)),
            None => code(&check.id),
        };
        let place = code(&shortened(&place(&file.path, failure.lines)));
        let message = prose(&shortened(&failure.message));
        let text = format!("| {} | {id}<br>{message} | {place} |", check.severity);
        let Some(rest) = left.checked_sub(text.chars().count() + 1) else { break };
        left = rest;
        shown += 1;
        writeln!(out, "{text}")?;
    }
    let more = failures.len() - shown;
    if more > 0 {
        writeln!(out, "\n{more} more of lower or the same severity do not fit in a comment.")?;
    }
    writeln!(out)
}

fn counted(counts: &Counts) -> String {
    let severities = Severity::ALL.into_iter().rev().filter(|severity| counts.get(*severity) > 0);
    let words: Vec<String> =
        severities.map(|severity| format!("{} {severity}", counts.get(severity))).collect();
    words.join(", ")
}

/// Notes about what the table does not show.
fn notes(report: &Report, out: &mut dyn Write) -> fmt::Result {
    let uncovered = report.matches.iter().flat_map(|matches| &matches.coverage.without);
    let uncovered: Vec<String> =
        uncovered.take(NAMED).map(|row| code(&shortened(&row.name))).collect();
    if !uncovered.is_empty() {
        writeln!(out, "- No advisories for {} in this database.", uncovered.join(", "))?;
    }
    let undetermined = report.matches.as_ref().map_or(0, |matches| matches.undetermined.len());
    if undetermined > 0 {
        writeln!(out, "- {undetermined} advisories could not be decided.")?;
    }
    if !report.suppressed.is_empty() {
        writeln!(out, "- {} findings are suppressed.", report.suppressed.len())?;
    }
    if let Some(left_out) = &report.left_out {
        writeln!(out, "- {} findings of the base image are left out.", left_out.total())?;
    }
    for note in report.notes.iter().take(NAMED) {
        writeln!(out, "- {}", prose(&shortened(note)))?;
    }
    let unread = report.inventory.diagnostics.iter().filter(|it| it.impact > Impact::Note);
    let count = unread.clone().count();
    for diagnostic in unread.take(NAMED) {
        writeln!(out, "- {}", prose(&shortened(&diagnostic.to_string())))?;
    }
    if let Some(more) = count.checked_sub(NAMED).filter(|more| *more > 0) {
        writeln!(out, "- {more} more files could not be read.")?;
    }
    if !report.is_complete() {
        writeln!(out, "- **The scan is incomplete.**")?;
    }
    Ok(())
}

/// A text of at most 200 characters.
fn shortened(text: &str) -> String {
    const MOST: usize = 200;
    if text.len() <= MOST {
        return text.to_owned();
    }
    let mut short: String = text.chars().take(MOST).collect();
    if short.len() < text.len() {
        short.push('…');
    }
    short
}

/// Text as it is, in the font of code: nothing in it is markup, and GitHub makes no links of what
/// looks like a user or an issue there.
fn code(text: &str) -> String {
    let mut safe = String::from("<code>");
    for character in escape::terminal(text).chars() {
        let plain = character.is_alphanumeric() || " -./:+@,".contains(character);
        match character {
            // Numbers for the rest, as in `&#124;`: Markdown takes them for text (GFM 0.29, 6.2).
            other if !plain && other.is_ascii() => {
                safe.push_str(&format!("&#{};", u32::from(other)));
            }
            other => safe.push(other),
        }
    }
    safe.push_str("</code>");
    safe
}

/// Text without markup, in which nobody is mentioned and no issue is linked.
fn prose(text: &str) -> String {
    escape::markdown(text).replace('@', "@<!-- -->").replace("\\#", "#<!-- -->")
}

#[cfg(test)]
mod tests {
    use sealift_model::BaseEvidence;

    use super::*;
    use crate::example;

    fn written(report: &Report) -> String {
        let mut text = String::new();
        write(report, &mut text).unwrap();
        text
    }

    #[test]
    fn the_verdict_comes_first_then_the_most_severe() {
        insta::assert_snapshot!(written(&example::report()));
        let hidden = written(&example::report_with_base(BaseEvidence::Named));
        assert!(hidden.contains("(hidden)"), "{hidden}");
    }

    #[test]
    fn nothing_found_and_nothing_looked_for_are_told_apart() {
        let mut report = example::report();
        report.matches.as_mut().unwrap().findings.clear();
        assert!(written(&report).contains("**No vulnerabilities listed.**"));
        report.matches = None;
        assert!(written(&report).contains("not looked for; 3 packages"));
    }

    #[test]
    fn hostile_text_is_no_markup_and_calls_nobody() {
        let mut report = example::report();
        for finding in &mut report.matches.as_mut().unwrap().findings {
            finding.title = "a | b <img> @team #12 \u{202e}`x`".to_owned();
        }
        report.artifact.name = "a`|</code><b>".to_owned();
        let text = written(&report);
        let title = "a \\| b &lt;img&gt; @<!-- -->team #<!-- -->12 \\\\u{202e}\\`x\\`";
        assert!(text.contains(title), "{text}");
        assert!(text.contains("<code>a&#96;&#124;&#60;/code&#62;&#60;b&#62;</code>"), "{text}");
    }

    #[test]
    fn what_does_not_fit_is_counted() {
        let mut report = example::report();
        let findings = &mut report.matches.as_mut().unwrap().findings;
        let one = findings[0].clone();
        findings.extend(std::iter::repeat_n(one, 2_000));
        let text = written(&report);
        assert!(text.chars().count() <= MAX_CHARS);
        assert!(text.contains("do not fit in a comment"), "{}", text.len());
    }
}
