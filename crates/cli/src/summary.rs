//! Messages on stderr after the report.

use sealift::{
    BaseEvidence, Counts, Database, Hidden, Report, Severity, SkipRules, Timestamp, escape,
};

/// The most diagnostics that are named one by one; the report has them all.
const NAMED: usize = 10;

/// Prints what the report does not say: which image was scanned, what was hidden, what could not be
/// read and what has no advisories.
pub(crate) fn print(report: &Report, hidden: &Hidden, all: bool) {
    image(report);
    hidden_findings(hidden);
    suppressed(report);
    ignored_checks(report);
    base(report);
    not_matched(report);
    unknown(report);
    for note in &report.notes {
        eprintln!("warning: {note}");
    }
    coverage(report);
    undetermined(report);
    diagnostics(report, all);
}

/// Says which advisories are old at the time `now`.
pub(crate) fn old_advisories(report: &Report, database: Option<&Database>, now: Timestamp) {
    let (Some(matches), Some(database)) = (&report.matches, database) else { return };
    let old = sealift::old_advisories(database.info(), &matches.coverage, now);
    let named: Vec<String> = old
        .iter()
        .map(|old| format!("{} (newest {} days ago)", escape::terminal(&old.ecosystem), old.days))
        .collect();
    if !named.is_empty() {
        eprintln!("warning: this database has old advisories: {}", named.join(", "));
    }
}

/// Names the patterns that matched nothing; they may be meant for another folder.
pub(crate) fn not_skipped(rules: &SkipRules) {
    let [directories, files] = rules.unused();
    for (flag, patterns) in [("--skip-dirs", directories), ("--skip-files", files)] {
        for pattern in patterns {
            eprintln!("warning: {flag} {pattern} left out nothing that is read");
        }
    }
}

/// Names the files that a peer would apply.
pub(crate) fn not_applied<'f>(files: impl Iterator<Item = &'f str>) {
    for file in files {
        eprintln!("warning: {file} is there and not applied: name it with --config");
    }
}

fn image(report: &Report) {
    let Some(image) = &report.artifact.image else { return };
    match (&image.manifest, &image.index) {
        (Some(manifest), Some(index)) => eprintln!("scanned {} of index {index}", manifest.digest),
        (Some(manifest), None) => eprintln!("scanned {}", manifest.digest),
        (None, _) => eprintln!("scanned the image with id {}", image.id),
    }
}

fn hidden_findings(hidden: &Hidden) {
    if hidden.by_severity.total() > 0 {
        eprintln!("not shown by --severity: {}", words(&hidden.by_severity));
    }
    if hidden.by_status > 0 {
        eprintln!("not shown by status: {}", hidden.by_status);
    }
}

/// Prints how many findings do not count.
fn suppressed(report: &Report) {
    let count = report.suppressed.len();
    match count {
        0 => {}
        _ if report.shows_suppressed => eprintln!("suppressed: {count}"),
        _ => eprintln!("suppressed: {count}, listed with --show-suppressed"),
    }
}

/// Prints how many failures of configuration files do not count.
fn ignored_checks(report: &Report) {
    let count = report.configuration.as_ref().map_or(0, sealift::Configuration::ignored);
    if count > 0 {
        eprintln!("{count} failures of checks do not count, see --include-non-failures");
    }
}

/// Prints how much is left out because of the base image, and how much is listed although hidden.
fn base(report: &Report) {
    match (&report.left_out, report.base()) {
        (Some(_), None) => {
            eprintln!("warning: no base image is known, so --exclude-base does nothing")
        }
        (Some(left_out), Some(base)) => {
            let guess = match base.evidence {
                BaseEvidence::Guessed => " (a guess: name it with --base)",
                _ => "",
            };
            eprintln!("not shown by --exclude-base{guess}: {}", left_out.total());
        }
        (None, _) => {}
    }
    let hidden = report.findings().len() - report.visible_findings().count();
    if hidden > 0 {
        eprintln!("{hidden} findings are in what upper layers hide");
    }
}

/// Prints how many packages were left out because only building or testing needs them, and how many
/// installed ones because a lockfile covers them.
fn not_matched(report: &Report) {
    let packages = |count| if count == 1 { "package" } else { "packages" };
    match report.development {
        0 => {}
        count => {
            let packages = packages(count);
            eprintln!("not matched: {count} {packages} to build or test, see --include-dev-deps");
        }
    }
    match report.left_to_lockfiles {
        0 => {}
        count => {
            let packages = packages(count);
            eprintln!(
                "not matched: {count} installed {packages} below a lockfile, which counts instead"
            );
        }
    }
}

/// Prints that the distribution is past its end of life, or, if `asked`, that this is unknown.
pub(crate) fn end_of_life(report: &Report, asked: bool) {
    let name = report.inventory.distribution.as_ref().map(ToString::to_string);
    let name = escape::terminal(name.as_deref().unwrap_or("a distribution that is not identified"));
    if report.is_past_end_of_life() {
        eprintln!("warning: {name} is past its end of life");
    } else if asked && report.support().is_none() {
        eprintln!("warning: the end of life of {name} is not known to this version");
    }
}

fn unknown(report: &Report) {
    let unknown = Counts::of(report.findings()).get(Severity::Unknown);
    if unknown > 0 {
        eprintln!("{unknown} findings have no known severity (UNKNOWN)");
    }
}

fn words(counts: &Counts) -> String {
    let severities = Severity::ALL.into_iter().rev().filter(|severity| counts.get(*severity) > 0);
    let words: Vec<String> =
        severities.map(|severity| format!("{} {severity}", counts.get(severity))).collect();
    words.join(", ")
}

fn coverage(report: &Report) {
    let Some(matches) = &report.matches else {
        return;
    };
    for ecosystem in &matches.coverage.without {
        let name = escape::terminal(&ecosystem.name);
        eprintln!("warning: no advisories for {name} in this database");
    }
}

fn undetermined(report: &Report) {
    let count = report.matches.as_ref().map_or(0, |matches| matches.undetermined.len());
    if count > 0 {
        eprintln!(
            "warning: {count} advisories could not be decided, see Undetermined in --format json"
        );
    }
}

fn diagnostics(report: &Report, all: bool) {
    let diagnostics = &report.inventory.diagnostics;
    let named = if all { diagnostics.len() } else { NAMED };
    for diagnostic in diagnostics.iter().take(named) {
        eprintln!("warning: {}", escape::terminal(&diagnostic.to_string()));
    }
    if let Some(more) = diagnostics.len().checked_sub(named).filter(|more| *more > 0) {
        eprintln!("warning: {more} more, see Diagnostics in --format json or --debug");
    }
    if report.inventory.is_incomplete() {
        eprintln!("warning: the scan is incomplete");
    }
}
