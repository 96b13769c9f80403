//! One rule for each vulnerability.

use std::collections::{BTreeMap, HashMap};

use sealift_matcher::cvss::{CvssScore, CvssVersion};
use sealift_matcher::{CvssEntry, Finding};
use sealift_model::Severity;

use super::log::{Configuration, Help, Message, Rule, RuleProperties};
use super::text;
use crate::sections::Class;
use crate::{escape, links};

/// Bytes of descriptions that all rules have together: they are most of what a report weighs once
/// it is compressed, and GitHub takes 10 MB.
const MAX_DESCRIPTION_BYTES: usize = 16 << 20;

/// Bytes of one rule's description.
const MAX_BYTES_OF_ONE: usize = 16 << 10;

/// The rules in the order of their first use.
#[derive(Default)]
pub(super) struct Rules<'r> {
    used: Vec<Used<'r>>,
    index: HashMap<&'r str, usize>,
}

/// The findings that use a rule.
struct Used<'r> {
    class: Class,
    /// The worst of its findings.
    worst: &'r Finding,
    score: CvssScore,
    packages: Vec<(&'r str, String)>,
}

impl<'r> Rules<'r> {
    /// The place of a finding's rule.
    pub(super) fn of(&mut self, class: Class, package: &'r str, finding: &'r Finding) -> usize {
        let score = security_severity(finding);
        let next = self.used.len();
        let at = *self.index.entry(&finding.id).or_insert(next);
        if let Some(used) = self.used.get_mut(at) {
            if (finding.severity, score) > (used.worst.severity, used.score) {
                (used.worst, used.score) = (finding, score.max(used.score));
            }
            if used.packages.iter().all(|(known, _)| *known != package) {
                used.packages.push((package, finding.fixed_versions.join(", ")));
            }
        } else {
            let packages = vec![(package, finding.fixed_versions.join(", "))];
            self.used.push(Used { class, worst: finding, score, packages });
        }
        at
    }

    /// The rules, and how many of them have their description left out.
    pub(super) fn finish(self) -> (Vec<Rule>, usize) {
        let mut left = MAX_DESCRIPTION_BYTES;
        let mut cut = 0;
        let rules = self.used.iter().map(|used| {
            let description = text::within(&used.worst.description, MAX_BYTES_OF_ONE);
            // In Markdown it is longer, and it stands there twice.
            let bytes = description.len().saturating_mul(2);
            let described = left.checked_sub(bytes);
            left = described.unwrap_or(left);
            cut += usize::from(described.is_none());
            rule(used, if described.is_some() { &description } else { "" })
        });
        let rules = rules.collect();
        (rules, cut)
    }
}

fn rule(used: &Used<'_>, description: &str) -> Rule {
    let finding = used.worst;
    let title = if finding.title.is_empty() { &finding.id } else { &finding.title };
    let full = if description.is_empty() { title.as_str() } else { description };
    let link = links::primary(&finding.id);
    Rule {
        id: finding.id.clone(),
        name: name(used.class),
        short_description: Message::new(text::short(&text::plain(title))),
        full_description: Message::new(text::short(&text::plain(full))),
        help_uri: Some(link.clone()).filter(|link| !link.is_empty()),
        help: help(used, &link, description),
        default_configuration: Configuration { level: level(finding.severity) },
        properties: RuleProperties {
            precision: "very-high",
            security_severity: used.score.to_string(),
            tags: ["vulnerability", "security", finding.severity.name()],
            cvss: cvss(finding),
        },
    }
}

/// The help of a rule: the packages with their fixed versions, then the advisory's own words.
fn help(used: &Used<'_>, link: &str, description: &str) -> Help {
    /// Packages that are named; a report has them all.
    const NAMED: usize = 20;
    let Finding { id, severity, .. } = used.worst;
    let mut plain = format!("Vulnerability {}\nSeverity: {severity}\n", text::plain(id));
    let mut markdown = format!("**Vulnerability {}**\n\n", escape::markdown(id));
    markdown.push_str("| Severity | Package | Fixed Version | Link |\n| --- | --- | --- | --- |\n");
    for (package, fixed) in used.packages.iter().take(NAMED) {
        plain.push_str(&format!(
            "Package: {}\nFixed Version: {}\n",
            text::plain(package),
            text::plain(fixed)
        ));
        let (package, fixed) = (escape::markdown(package), escape::markdown(fixed));
        let id = escape::markdown(id);
        let cell = if link.is_empty() { id } else { format!("[{id}]({link})") };
        markdown.push_str(&format!("| {severity} | {package} | {fixed} | {cell} |\n"));
    }
    if let Some(more) = used.packages.len().checked_sub(NAMED).filter(|more| *more > 0) {
        plain.push_str(&format!("and {more} more packages\n"));
        markdown.push_str(&format!("\nand {more} more packages\n"));
    }
    if !link.is_empty() {
        plain.push_str(&format!("Link: {link}\n"));
    }
    for line in description.lines() {
        plain.push_str(&text::plain(line));
        plain.push('\n');
    }
    markdown.push('\n');
    markdown.push_str(&escape::markdown_lines(description));
    Help { text: plain, markdown }
}

/// The CVSS 3 score of whoever says how bad it is; else the middle of the word's band.
fn security_severity(finding: &Finding) -> CvssScore {
    let source = finding.severity_source.as_deref();
    let mut scores = finding.cvss.iter().filter(|entry| Some(entry.source.as_str()) == source);
    let scored = scores.find(|entry| is_v3(entry)).map(|entry| entry.score);
    let tenths = match finding.severity {
        Severity::Critical => 95,
        Severity::High => 80,
        Severity::Medium => 55,
        Severity::Low => 20,
        Severity::Unknown => 0,
    };
    scored.or_else(|| CvssScore::from_tenths(tenths)).unwrap_or_default()
}

fn is_v3(entry: &CvssEntry) -> bool {
    !matches!(entry.version, CvssVersion::V2 | CvssVersion::V4)
}

/// The vectors and scores of whoever says how bad it is, else of the first.
fn cvss(finding: &Finding) -> BTreeMap<&'static str, String> {
    let first = finding.cvss.first().map(|entry| entry.source.as_str());
    let source = finding.severity_source.as_deref();
    let known = finding.cvss.iter().any(|entry| Some(entry.source.as_str()) == source);
    let source = if known { source } else { first };
    let mut properties = BTreeMap::new();
    for entry in finding.cvss.iter().filter(|entry| Some(entry.source.as_str()) == source) {
        let (vector, score) = match entry.version {
            CvssVersion::V2 => ("cvssv2_vector", "cvssv2_score"),
            CvssVersion::V4 => ("cvssv40_vector", "cvssv40_score"),
            _ => ("cvssv3_vector", "cvssv3_baseScore"),
        };
        properties.insert(score, entry.score.to_string());
        properties.extend(entry.vector.clone().map(|text| (vector, text)));
    }
    properties
}

fn name(class: Class) -> &'static str {
    match class {
        Class::OperatingSystem => "OsPackageVulnerability",
        Class::Language => "LanguageSpecificPackageVulnerability",
    }
}

/// The level of a severity.
pub(super) fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical | Severity::High => "error",
        Severity::Medium => "warning",
        Severity::Low | Severity::Unknown => "note",
    }
}
