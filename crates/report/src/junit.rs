//! JUnit XML, as CI servers show test results: a suite for each section, a failed test for each
//! finding, an error for each reason why the scan is incomplete, a skipped test for what was not
//! looked for.

use std::fmt::{self, Write};

use sealift_matcher::Finding;
use sealift_misconfig::{FileResult, Status};
use sealift_model::Impact;

use crate::configuration::place;
use crate::json::in_order;
use crate::report::{NOTHING_SEARCHED, Report};
use crate::sections::{Entry, Section, sections};
use crate::{escape, links};

/// Writes the report as one XML document.
///
/// A section without findings is one test, which passes, or is skipped where nothing was looked
/// for.
///
/// # Errors
/// When `out` fails.
pub fn write(report: &Report, out: &mut dyn Write) -> fmt::Result {
    let sections = sections(report);
    let scan = Scan::of(report);
    let files = report.configuration.iter().flat_map(|all| &all.files);
    let failures: usize = files.clone().map(|file| file.failures().count()).sum();
    let findings: usize = sections.iter().map(|section| section.findings().count()).sum();
    let findings = findings + failures;
    // Each section without findings is one test, which passes, or is skipped where nobody looked.
    let clean = sections.iter().filter(|section| section.findings().next().is_none()).count();
    let checked: usize = files.clone().map(|file| file.passed() + not_run(file)).sum();
    let tests = findings + clean + checked + scan.tests();
    writeln!(out, r#"<?xml version="1.0" encoding="UTF-8"?>"#)?;
    let errors = scan.broken.len();
    writeln!(
        out,
        r#"<testsuites name="sealift" tests="{tests}" failures="{findings}" errors="{errors}">"#
    )?;
    for section in &sections {
        suite(section, report.matches.is_some(), out)?;
    }
    for file in files {
        file_suite(file, out)?;
    }
    if scan.tests() > 0 {
        scan.write(&report.artifact.name, out)?;
    }
    writeln!(out, "</testsuites>")
}

fn suite(section: &Section<'_>, was_matched: bool, out: &mut dyn Write) -> fmt::Result {
    let failures = section.findings().count();
    let (tests, skipped) = (failures.max(1), usize::from(!was_matched));
    let name = xml(&section.title());
    writeln!(
        out,
        r#"  <testsuite name="{name}" tests="{tests}" failures="{failures}" errors="0" skipped="{skipped}">"#
    )?;
    writeln!(out, "    <properties>")?;
    writeln!(out, r#"      <property name="type" value="{}"/>"#, xml(&section.kind))?;
    writeln!(out, "    </properties>")?;
    if !was_matched {
        writeln!(out, r#"    <testcase classname="{name}" name="vulnerabilities">"#)?;
        writeln!(out, r#"      <skipped message="not looked for"/>"#)?;
        writeln!(out, "    </testcase>")?;
    } else if failures == 0 {
        writeln!(out, r#"    <testcase classname="{name}" name="no vulnerabilities listed"/>"#)?;
    }
    for (entry, finding) in in_order(&section.packages) {
        case(entry, finding, out)?;
    }
    writeln!(out, "  </testsuite>")
}

/// The number of checks that did not run on a file.
fn not_run(file: &FileResult) -> usize {
    let found = file.misconfigurations.iter();
    found.filter(|found| matches!(found.status, Status::NotRun(_))).count()
}

/// A configuration file: each check that passes, each failure, and what did not run.
fn file_suite(file: &FileResult, out: &mut dyn Write) -> fmt::Result {
    let (name, passed, failures) = (xml(&file.path), file.passed(), file.failures().count());
    let skipped = not_run(file);
    let tests = passed + failures + skipped;
    writeln!(
        out,
        r#"  <testsuite name="{name}" tests="{tests}" failures="{failures}" errors="0" skipped="{skipped}">"#
    )?;
    writeln!(out, "    <properties>")?;
    writeln!(out, r#"      <property name="type" value="{}"/>"#, file.kind.name())?;
    writeln!(out, "    </properties>")?;
    for found in &file.misconfigurations {
        let check = &found.check;
        let case = format!("[{}] {}", check.severity, xml(&check.id));
        let open = format!(r#"    <testcase classname="{name}" name="{case}""#);
        match &found.status {
            Status::Pass => writeln!(out, "{open}/>")?,
            Status::Fail(failure) => {
                writeln!(out, "{open}>")?;
                let message = xml(&check.title);
                write!(out, r#"      <failure message="{message}" type="misconfiguration">"#)?;
                writeln!(out, "{}", xml(&place(&file.path, failure.lines)))?;
                writeln!(out, "{}", xml(&failure.message))?;
                writeln!(out, "{}", xml(&check.resolution))?;
                writeln!(out, "</failure>\n    </testcase>")?;
            }
            Status::NotRun(why) => {
                writeln!(out, "{open}>")?;
                writeln!(out, r#"      <skipped message="did not run: {}"/>"#, xml(why))?;
                writeln!(out, "    </testcase>")?;
            }
            Status::Ignored(_) => {}
        }
    }
    writeln!(out, "  </testsuite>")
}

fn case(entry: &Entry<'_>, finding: &Finding, out: &mut dyn Write) -> fmt::Result {
    let package = entry.package;
    let class = xml(&format!("{}-{}", package.name, package.version));
    let Finding { id, severity, title, .. } = finding;
    let message = if title.is_empty() { id } else { title };
    writeln!(out, r#"    <testcase classname="{class}" name="[{severity}] {}">"#, xml(id))?;
    write!(out, r#"      <failure message="{}" type="vulnerability">"#, xml(message))?;
    for place in &package.locations {
        writeln!(out, "Path: {}", xml(&place.path))?;
    }
    let fixed = finding.fixed_versions.join(", ");
    writeln!(out, "Fixed in: {}", if fixed.is_empty() { "-".into() } else { xml(&fixed) })?;
    if finding.kev.is_some() {
        writeln!(out, "Known to be exploited (CISA KEV)")?;
    }
    let link = links::primary(id);
    if !link.is_empty() {
        writeln!(out, "{}", xml(&link))?;
    }
    for line in finding.description.lines() {
        writeln!(out, "{}", xml(line))?;
    }
    writeln!(out, "</failure>\n    </testcase>")
}

/// Results about the scan as a whole.
struct Scan<'r> {
    /// The reasons why it is incomplete.
    broken: Vec<String>,
    /// The requests that were not fulfilled.
    notes: &'r [String],
}

impl<'r> Scan<'r> {
    fn of(report: &'r Report) -> Self {
        let nothing = (!report.was_searched()).then(|| NOTHING_SEARCHED.to_owned());
        let diagnostics = report.inventory.diagnostics.iter();
        let broken = diagnostics.filter(|it| it.impact == Impact::Incomplete);
        let broken = nothing.into_iter().chain(broken.map(ToString::to_string)).collect();
        Self { broken, notes: &report.notes }
    }

    fn tests(&self) -> usize {
        self.broken.len() + self.notes.len()
    }

    fn write(&self, target: &str, out: &mut dyn Write) -> fmt::Result {
        let (name, tests) = (xml(target), self.tests());
        let (errors, skipped) = (self.broken.len(), self.notes.len());
        writeln!(
            out,
            r#"  <testsuite name="{name} (scan)" tests="{tests}" failures="0" errors="{errors}" skipped="{skipped}">"#
        )?;
        for (at, why) in self.broken.iter().enumerate() {
            let number = at + 1;
            writeln!(
                out,
                r#"    <testcase classname="{name}" name="scan is complete ({number})">"#
            )?;
            writeln!(out, r#"      <error message="{}" type="incomplete"/>"#, xml(why))?;
            writeln!(out, "    </testcase>")?;
        }
        for note in self.notes {
            writeln!(out, r#"    <testcase classname="{name}" name="{}">"#, xml(note))?;
            writeln!(out, "      <skipped/>\n    </testcase>")?;
        }
        writeln!(out, "  </testsuite>")
    }
}

/// Makes text safe for an element or an attribute in double quotes (XML 1.0, 2.4). Characters that
/// XML cannot express are replaced by the escapes for terminals.
#[must_use]
pub fn xml(text: &str) -> String {
    let mut safe = String::with_capacity(text.len() + 16);
    for character in escape::terminal(text).chars() {
        match character {
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '&' => safe.push_str("&amp;"),
            '"' => safe.push_str("&quot;"),
            '\u{fffe}' | '\u{ffff}' => safe.push('\u{fffd}'),
            _ => safe.push(character),
        }
    }
    safe
}

#[cfg(test)]
mod tests {
    use sealift_model::Diagnostic;

    use super::*;
    use crate::example;

    fn written(report: &Report) -> String {
        let mut text = String::new();
        write(report, &mut text).unwrap();
        text
    }

    #[test]
    fn findings_are_failures_and_what_is_clean_passes() {
        insta::assert_snapshot!(written(&example::report()));
    }

    #[test]
    fn what_is_incomplete_is_an_error_and_nothing_is_markup() {
        let mut report = example::report();
        report.matches = None;
        report.artifact.name = "a\"<b>\u{1b}\u{ffff}".to_owned();
        let broken = Diagnostic::new("rpm", "no such page & more", Impact::Incomplete);
        report.inventory.diagnostics.push(broken);
        let text = written(&report);
        assert!(text.contains(r#"tests="7" failures="0" errors="2""#), "{text}");
        assert!(text.contains("nothing was looked for"), "{text}");
        assert!(!text.contains("no vulnerabilities listed"), "{text}");
        assert!(text.contains(r#"name="not scanned: secret">"#), "{text}");
        assert!(text.contains(r#"name="a&quot;&lt;b&gt;\u{1b}"#), "{text}");
        assert!(text.contains("no such page &amp; more"), "{text}");
    }
}
