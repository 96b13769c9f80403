//! The lines before the sections: age, base, end of life.

use std::fmt::{self, Write};

use sealift_model::{BaseEvidence, Severity, Support, Timestamp};

use super::paint::Paint;
use super::{TableStyle, list};
use crate::base::is_real;
use crate::report::{Counts, ImageFacts, Report};

/// Writes the lines, and an empty one after them.
pub(super) fn write(report: &Report, style: &TableStyle, out: &mut dyn Write) -> fmt::Result {
    let image = report.artifact.image.as_ref();
    let by = report.judged_at.map(|now| format!(" (as of {})", now.day())).unwrap_or_default();
    let age = image.and_then(|image| age(report, image.created));
    let age = age.map(|age| format!("Image: {age}{by}"));
    let base = image.and_then(|image| base(report, image));
    let left_out = report.left_out.as_ref().map(|counts| left_out(report, counts));
    let lines = [age, base, left_out].into_iter().flatten().map(|line| (line, Paint::None));
    let end = end_of_life(report).map(|line| (line, Paint::BoldRed));
    let lines: Vec<(String, Paint)> = lines.chain(end).collect();
    for (line, paint) in &lines {
        list::item(out, "", line, *paint, style)?;
    }
    if lines.is_empty() { Ok(()) } else { out.write_char('\n') }
}

/// `created 2023-01-01, 1421 days ago`.
fn age(report: &Report, created: Option<Timestamp>) -> Option<String> {
    let day = created.filter(|time| is_real(*time))?.day();
    Some(match report.age_in_days(created) {
        Some(1) => format!("created {day}, 1 day ago"),
        Some(days) => format!("created {day}, {days} days ago"),
        None => format!("created {day}"),
    })
}

/// `Base: debian:12 (named), 1 of 5 layers, created ..., 91 of 198 packages, 3 of 7 findings`.
fn base(report: &Report, image: &ImageFacts) -> Option<String> {
    let base = image.base.as_ref()?;
    let what = match (base.evidence, base.name.as_deref()) {
        (BaseEvidence::Guessed, _) => "a guess by the history of the image".to_owned(),
        (known, name) => format!("{} ({})", name.unwrap_or_default(), known.name()),
    };
    let mut line = format!("Base: {what}, {} of {} layers", base.layers, image.layers.len());
    line.extend(age(report, base.created).map(|age| format!(", {age}")));
    let packages = report.inventory.packages.iter().filter(|package| package.hidden.is_none());
    line.push_str(&format!(", {} of {} packages", report.packages_from_base(), packages.count()));
    if report.matches.is_some() && report.left_out.is_none() {
        let (own, all) = (report.findings_from_base().total(), report.visible_findings().count());
        line.push_str(&format!(", {own} of {all} findings"));
    }
    Some(line)
}

fn left_out(report: &Report, counts: &Counts) -> String {
    match report.base() {
        None => "No base image is known: no finding is left out for it".to_owned(),
        Some(base) => {
            let what = match base.evidence {
                BaseEvidence::Guessed => "what is guessed to be the base",
                _ => "the base",
            };
            format!("Left out, being in {what}: {}", numbers(counts))
        }
    }
}

fn numbers(counts: &Counts) -> String {
    let severities = Severity::ALL.into_iter().rev().filter(|severity| counts.get(*severity) > 0);
    let each = severities.map(|severity| format!("{severity}: {}", counts.get(severity)));
    let each: Vec<String> = each.collect();
    match counts.total() {
        0 => "0 findings".to_owned(),
        total => format!("{total} findings ({})", each.join(", ")),
    }
}

fn end_of_life(report: &Report) -> Option<String> {
    let distribution = report.inventory.distribution.as_ref()?;
    let now = report.judged_at?;
    let Support::Until { end, extended } = report.support().filter(|it| it.is_over(now))? else {
        return None;
    };
    let day = now.day();
    let mut line = format!("{distribution} is past its end of life ({end}) as of {day}: ");
    line.push_str("no security fixes");
    if let Some((name, day)) = extended.filter(|(_, day)| !day.is_over(now)) {
        line.push_str(&format!(" but those of {name} until {day}"));
    }
    Some(line)
}
