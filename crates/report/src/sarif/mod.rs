//! SARIF 2.1.0, as GitHub's code scanning takes it.
//!
//! There is one rule for each vulnerability and each check that fails, and one result for each
//! finding and failure. `security-severity` is the CVSS 3 score of the source from which the
//! severity of a finding comes, else the middle of the severity's band. The `partialFingerprints`
//! of a result follow from the target's name without tag and digest, the package, its path and the
//! rule. They stay the same from build to build; several versions of a package at one path are
//! counted to tell them apart.
//!
//! A finding that does not count is a result with a suppression (SARIF 2.1.0, 3.35) where
//! suppressed findings are to be shown, and no result otherwise.
//!
//! Content beyond GitHub's limits (25 000 results and rules, 100 locations of a result, 1 024
//! characters of a description, 10 MB compressed) is cut, the least severe first. A notification of
//! the run states what was cut.

mod configuration;
mod log;
mod rules;
mod text;

use std::cmp::Reverse;
use std::collections::{BTreeMap, HashMap};
use std::io;

use sealift_matcher::Finding;
use sealift_model::{Digest, Impact};

use crate::Modified;
use crate::json::in_order;
use crate::place::{path_of, relative_uri, repository};
use crate::report::{ArtifactKind, ImageFacts, NOTHING_SEARCHED, Report};
use crate::sections::{Entry, Section, sections};
use log::{
    ArtifactLocation, Driver, Fingerprints, Invocation, Location, Log, Message, Notification,
    PhysicalLocation, Region, Run, RunProperties, SarifResult, Suppression, Tool, UriBase,
};
use rules::{Rules, level};
use text::{plain, short};

/// Results of a run that GitHub takes; it shows the most severe [`SHOWN_RESULTS`].
const MAX_RESULTS: usize = 25_000;
const SHOWN_RESULTS: usize = 5_000;
/// Locations of a result that GitHub keeps.
const MAX_LOCATIONS: usize = 100;
const ROOT: &str = "ROOTPATH";

/// Writes the report as one SARIF log, two spaces of indentation, a newline at the end.
///
/// # Errors
/// When `out` fails.
pub fn write<W: io::Write + ?Sized>(report: &Report, out: &mut W) -> io::Result<()> {
    write_within(report, MAX_RESULTS, out)
}

fn write_within<W: io::Write + ?Sized>(
    report: &Report,
    max_results: usize,
    out: &mut W,
) -> io::Result<()> {
    let sections = sections(report);
    let mut told: Vec<Told<'_>> =
        sections.iter().flat_map(|section| Told::of(report, section)).collect();
    let all = told.len();
    if all > max_results {
        told.sort_by_key(|told| (told.modified.is_some(), Reverse(told.finding.severity)));
        told.truncate(max_results);
    }
    let mut rules = Rules::default();
    let mut results = Results { report, seen: HashMap::new(), cut_locations: 0 };
    let written: Vec<SarifResult> =
        told.iter().map(|told| results.result(told, &mut rules)).collect();
    let (mut rules, undescribed) = rules.finish();
    let mut written = written;
    let room = max_results.saturating_sub(written.len());
    let left_out = configuration::add(report, room, &mut rules, &mut written);
    // 3.27.23: of all results it is known whether they are suppressed, or of none.
    if written.iter().any(|result| result.suppressions.is_some()) {
        for result in &mut written {
            result.suppressions.get_or_insert_default();
        }
    }
    let cut = Cut {
        results: (all - told.len()).saturating_add(left_out),
        shown: written.len() > SHOWN_RESULTS,
        locations: results.cut_locations,
        descriptions: undescribed,
    };
    let log = Log {
        version: "2.1.0",
        schema: "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json",
        runs: [run(report, rules, written, &cut)],
    };
    serde_json::to_writer_pretty(&mut *out, &log)?;
    out.write_all(b"\n")
}

/// A finding at its place.
struct Told<'r> {
    section: &'r Section<'r>,
    entry: &'r Entry<'r>,
    finding: &'r Finding,
    /// Why it does not count, where it does not.
    modified: Option<&'r Modified>,
}

impl<'r> Told<'r> {
    /// The findings that count, then those that do not.
    fn of(report: &'r Report, section: &'r Section<'r>) -> impl Iterator<Item = Self> {
        let counted = in_order(&section.packages).into_iter();
        let counted =
            counted.map(move |(entry, finding)| Self { section, entry, finding, modified: None });
        let others = section.packages.iter().flat_map(move |entry| {
            let modified = report.shown_modified(entry);
            modified.map(move |modified| {
                let finding = &modified.finding;
                Self { section, entry, finding, modified: Some(modified) }
            })
        });
        counted.chain(others)
    }
}

/// Results that are not in the log, or will not be shown.
struct Cut {
    results: usize,
    shown: bool,
    locations: usize,
    descriptions: usize,
}

impl Cut {
    fn sentences(&self) -> Vec<String> {
        let mut sentences = Vec::new();
        if self.results > 0 {
            sentences.push(format!(
                "{} results of the lowest severities are left out: GitHub takes {MAX_RESULTS}",
                self.results
            ));
        }
        if self.shown {
            sentences
                .push(format!("GitHub shows the {SHOWN_RESULTS} most severe of these results"));
        }
        if self.locations > 0 {
            sentences.push(format!(
                "{} locations are left out: GitHub keeps {MAX_LOCATIONS} of each result",
                self.locations
            ));
        }
        if self.descriptions > 0 {
            sentences.push(format!(
                "{} rules have no description: the report would be too large for GitHub",
                self.descriptions
            ));
        }
        sentences
    }
}

fn run<'r>(
    report: &'r Report,
    rules: Vec<log::Rule>,
    results: Vec<SarifResult>,
    cut: &Cut,
) -> Run<'r> {
    let image = report.artifact.image.as_ref();
    let manifest = image.and_then(|image| image.manifest.as_ref());
    Run {
        tool: Tool {
            driver: Driver {
                name: "sealift",
                full_name: "sealift vulnerability scanner",
                version: &report.tool_version,
                rules,
            },
        },
        invocations: [Invocation {
            execution_successful: report.is_complete(),
            tool_execution_notifications: notifications(report, cut),
        }],
        results,
        column_kind: "utf16CodeUnits",
        original_uri_base_ids: BTreeMap::from([(ROOT, UriBase { uri: root(report) })]),
        properties: RunProperties {
            image_name: &report.artifact.name,
            image_id: image.map(|image| image.id.to_string()),
            manifest_digest: manifest.map(|manifest| manifest.digest.to_string()),
            repo_tags: image.map_or(&[], |image| &image.tags),
            repo_digests: image.and_then(ImageFacts::repo_digest).into_iter().collect(),
        },
    }
}

/// The base of all paths: the root of the image, or the folder.
fn root(report: &Report) -> String {
    match report.artifact.kind {
        ArtifactKind::Filesystem if report.artifact.name.starts_with('/') => {
            let path = relative_uri(&report.artifact.name);
            format!("file:///{}/", path.trim_end_matches('/'))
        }
        _ => "file:///".to_owned(),
    }
}

/// Notifications about what was cut, what was not looked at and what could not be read.
fn notifications(report: &Report, cut: &Cut) -> Vec<Notification> {
    let warning = |text: String| Notification { level: "warning", message: Message::new(text) };
    let uncovered = report.matches.iter().flat_map(|matches| &matches.coverage.without);
    let uncovered = uncovered
        .map(|row| format!("no advisories for {} in this database", plain(&row.name)))
        .map(warning);
    let nothing = (!report.was_searched()).then(|| Notification {
        level: "error",
        message: Message::new(NOTHING_SEARCHED.to_owned()),
    });
    let notes = report.notes.iter().map(|note| warning(plain(note)));
    let diagnostics = report.inventory.diagnostics.iter().map(|diagnostic| Notification {
        level: match diagnostic.impact {
            Impact::Note => "note",
            Impact::Partial => "warning",
            _ => "error",
        },
        message: Message::new(short(&plain(&diagnostic.to_string()))),
    });
    let cut = cut.sentences().into_iter().map(warning);
    nothing.into_iter().chain(cut).chain(uncovered).chain(notes).chain(diagnostics).collect()
}

/// The results in the making.
struct Results<'r> {
    report: &'r Report,
    /// How often a fingerprint was given.
    seen: HashMap<String, usize>,
    cut_locations: usize,
}

impl<'r> Results<'r> {
    fn result(&mut self, told: &Told<'r>, rules: &mut Rules<'r>) -> SarifResult {
        let Told { section, entry, finding, modified } = *told;
        SarifResult {
            rule_id: finding.id.clone(),
            rule_index: rules.of(section.class, &entry.package.name, finding),
            level: level(finding.severity),
            message: Message::new(short(&message(told))),
            locations: self.locations(told),
            partial_fingerprints: Fingerprints {
                primary_location_line_hash: self.fingerprint(told),
            },
            suppressions: modified.map(|modified| vec![Suppression::new(modified)]),
        }
    }

    fn fingerprint(&mut self, told: &Told<'_>) -> String {
        let Told { section, entry, finding, .. } = *told;
        let path = path_of(self.report, entry);
        let hidden = if section.hidden { "hidden" } else { "" };
        let parts = [
            repository(self.report),
            &section.kind,
            &entry.package.name,
            &path,
            &finding.id,
            hidden,
        ];
        let hash = Digest::sha256_of(parts.join("\0").as_bytes()).hex();
        let count = self.seen.entry(hash.clone()).or_default();
        *count += 1;
        format!("{hash}:{count}")
    }

    /// The place that counts in the section first, then the others of what is installed.
    fn locations(&mut self, told: &Told<'_>) -> Vec<Location> {
        let package = told.entry.package;
        let mut places = vec![told.entry.location];
        if sealift_model::Evidence::Installed == package.evidence
            && !package.ecosystem.is_operating_system()
        {
            let others = 0..package.locations.len();
            places.extend(others.filter(|place| *place != told.entry.location));
        }
        self.cut_locations += places.len().saturating_sub(MAX_LOCATIONS);
        let kept = places.into_iter().take(MAX_LOCATIONS);
        kept.map(|place| self.location(told, place)).collect()
    }

    fn location(&self, told: &Told<'_>, place: usize) -> Location {
        let package = told.entry.package;
        let entry = Entry { package, location: place, findings: Vec::new() };
        let path = path_of(self.report, &entry);
        let lines = package.locations.get(place).and_then(|place| place.lines);
        let lines = lines.filter(|_| !package.ecosystem.is_operating_system());
        let (first, last) = lines.unwrap_or((1, 1));
        let text = plain(&format!("{path}: {}", package.id()));
        Location {
            physical_location: PhysicalLocation {
                artifact_location: ArtifactLocation { uri: relative_uri(&path), uri_base_id: ROOT },
                region: Region {
                    start_line: first.max(1),
                    start_column: 1,
                    end_line: last.max(first).max(1),
                    end_column: 1,
                },
            },
            message: Message::new(short(&text)),
        }
    }
}

/// The lines that Trivy writes, and what is known beyond them.
fn message(told: &Told<'_>) -> String {
    let Told { section, entry, finding, .. } = *told;
    let id = plain(&finding.id);
    let mut lines = vec![
        format!("Package: {}", plain(&entry.package.name)),
        format!("Installed Version: {}", plain(&entry.package.version)),
        format!("Vulnerability {id}"),
        format!("Severity: {}", finding.severity),
        format!("Fixed Version: {}", plain(&finding.fixed_versions.join(", "))),
    ];
    if finding.kev.is_some() {
        lines.push("Known to be exploited (CISA KEV)".to_owned());
    }
    if section.hidden {
        lines.push("Hidden by upper layers".to_owned());
    }
    let link = crate::links::primary(&finding.id);
    if !link.is_empty() {
        lines.push(format!("Link: [{id}]({link})"));
    }
    lines.join("\n")
}

#[cfg(test)]
mod tests;
