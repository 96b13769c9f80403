//! The failures in configuration files: a rule for each check, a result for each failure.

use std::cmp::Reverse;
use std::collections::{BTreeMap, HashMap};

use sealift_misconfig::{Check, Failure, FileResult};
use sealift_model::{Digest, Severity};

use super::ROOT;
use super::log::{
    ArtifactLocation, Configuration, Fingerprints, Help, Location, Message, PhysicalLocation,
    Region, Rule, RuleProperties, SarifResult,
};
use super::rules::level;
use super::text::{plain, short};
use crate::configuration::{page, place};
use crate::place::relative_uri;
use crate::{Report, escape};

/// Adds the failures, the most severe first where there is not room for all. Returns the number of
/// those that were left out.
pub(super) fn add(
    report: &Report,
    room: usize,
    rules: &mut Vec<Rule>,
    results: &mut Vec<SarifResult>,
) -> usize {
    let mut failures: Vec<_> = report.configuration.iter().flat_map(|all| all.failures()).collect();
    let all = failures.len();
    if all > room {
        failures.sort_by_key(|(_, check, _)| Reverse(check.severity));
        failures.truncate(room);
    }
    let mut known: HashMap<&str, usize> = HashMap::new();
    let mut seen: HashMap<String, usize> = HashMap::new();
    for (file, check, failure) in &failures {
        let index = *known.entry(&check.id).or_insert_with(|| {
            rules.push(rule(check));
            rules.len().saturating_sub(1)
        });
        let fingerprint = fingerprint(file, check, failure, &mut seen);
        results.push(result(file, check, failure, index, fingerprint));
    }
    all.saturating_sub(failures.len())
}

fn rule(check: &Check) -> Rule {
    let link = page(check);
    Rule {
        id: check.id.to_string(),
        name: "Misconfiguration",
        short_description: Message::new(short(&plain(&check.title))),
        full_description: Message::new(short(&plain(&check.description))),
        help: help(check, link.as_deref()),
        help_uri: link,
        default_configuration: Configuration { level: level(check.severity) },
        properties: RuleProperties {
            precision: "very-high",
            security_severity: score(check.severity).to_owned(),
            tags: ["misconfiguration", "security", check.severity.name()],
            cvss: BTreeMap::new(),
        },
    }
}

fn help(check: &Check, link: Option<&str>) -> Help {
    let (id, severity) = (&check.id, check.severity);
    let mut text = format!(
        "Misconfiguration {}\nSeverity: {severity}\n{}\n{}\n",
        plain(id),
        plain(&check.description),
        plain(&check.resolution)
    );
    let mut markdown = format!(
        "**Misconfiguration {}** ({severity})\n\n{}\n\n{}\n",
        escape::markdown(id),
        escape::markdown_lines(&check.description),
        escape::markdown_lines(&check.resolution)
    );
    if let Some(link) = link {
        text.push_str(&format!("Link: {link}\n"));
        markdown.push_str(&format!("\n[{}]({link})\n", escape::markdown(id)));
    }
    Help { text, markdown }
}

/// The middle of each severity's band.
fn score(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical => "9.5",
        Severity::High => "8.0",
        Severity::Medium => "5.5",
        Severity::Low => "2.0",
        Severity::Unknown => "0.0",
    }
}

/// The same from build to build: it follows from what is wrong and where, not from the line,
/// which moves with what is written above it.
fn fingerprint(
    file: &FileResult,
    check: &Check,
    failure: &Failure,
    seen: &mut HashMap<String, usize>,
) -> String {
    let resource = failure.resource.as_deref().unwrap_or_default();
    let parts = [file.kind.name(), &file.path, &check.id, resource, &failure.excerpt.join("\n")];
    let hash = Digest::sha256_of(parts.join("\0").as_bytes()).hex();
    let count = seen.entry(hash.clone()).or_default();
    *count += 1;
    format!("{hash}:{count}")
}

fn result(
    file: &FileResult,
    check: &Check,
    failure: &Failure,
    index: usize,
    fingerprint: String,
) -> SarifResult {
    let mut lines = vec![
        format!("Artifact: {}", plain(&file.path)),
        format!("Type: {}", file.kind.name()),
        format!("Check {}", plain(&check.id)),
        format!("Severity: {}", check.severity),
        format!("Message: {}", plain(&failure.message)),
    ];
    if let Some(link) = page(check) {
        lines.push(format!("Link: [{}]({link})", plain(&check.id)));
    }
    let (start, end) = failure.lines.map_or((1, 1), |lines| (lines.start, lines.end));
    let region = Region {
        start_line: start.max(1).into(),
        start_column: 1,
        end_line: end.max(start).max(1).into(),
        end_column: 1,
    };
    let uri = relative_uri(&file.path);
    let artifact_location = ArtifactLocation { uri, uri_base_id: ROOT };
    SarifResult {
        rule_id: check.id.to_string(),
        rule_index: index,
        level: level(check.severity),
        message: Message::new(short(&lines.join("\n"))),
        locations: vec![Location {
            physical_location: PhysicalLocation { artifact_location, region },
            message: Message::new(short(&plain(&place(&file.path, failure.lines)))),
        }],
        partial_fingerprints: Fingerprints { primary_location_line_hash: fingerprint },
        suppressions: None,
    }
}
