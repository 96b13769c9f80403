//! GitLab's container-scanning report, schema 15.0. Descriptions and solutions are Markdown there.

use std::io;

use sealift_matcher::cvss::CvssVersion;
use sealift_matcher::{CvssEntry, Finding};
use sealift_model::{Digest, Severity, Timestamp};
use serde::Serialize;

use crate::json::in_order;
use crate::report::{NOTHING_SEARCHED, Report};
use crate::sections::{Entry, Section, sections};
use crate::{escape, links, place};

/// Stands for a time that is not known; the format demands one.
const UNKNOWN_TIME: &str = "1970-01-01T00:00:00";

/// Writes the report as one JSON document, two spaces of indentation, a newline at the end.
///
/// # Errors
/// When `out` fails.
pub fn write<W: io::Write + ?Sized>(report: &Report, out: &mut W) -> io::Result<()> {
    let sections = sections(report);
    let vulnerabilities = sections.iter().flat_map(|section| {
        let listed = in_order(&section.packages);
        listed
            .into_iter()
            .map(|(entry, finding)| Vulnerability::new(report, section, entry, finding))
    });
    let document = Document {
        version: "15.0.7",
        scan: Scan::new(report),
        vulnerabilities: vulnerabilities.collect(),
    };
    serde_json::to_writer_pretty(&mut *out, &document)?;
    out.write_all(b"\n")
}

#[derive(Serialize)]
struct Document<'r> {
    version: &'static str,
    scan: Scan<'r>,
    vulnerabilities: Vec<Vulnerability<'r>>,
}

#[derive(Serialize)]
struct Scan<'r> {
    analyzer: Tool<'r>,
    scanner: Tool<'r>,
    start_time: String,
    end_time: String,
    status: &'static str,
    #[serde(rename = "type")]
    kind: &'static str,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    messages: Vec<ScanMessage>,
}

#[derive(Serialize)]
struct Tool<'r> {
    id: &'static str,
    name: &'static str,
    vendor: Vendor,
    version: &'r str,
}

#[derive(Serialize)]
struct Vendor {
    name: &'static str,
}

#[derive(Serialize)]
struct ScanMessage {
    level: &'static str,
    value: String,
}

impl<'r> Scan<'r> {
    fn new(report: &'r Report) -> Self {
        let tool = || Tool {
            id: "sealift",
            name: "sealift",
            vendor: Vendor { name: "sealift" },
            version: &report.tool_version,
        };
        let time = report.judged_at.or(report.created).map_or(UNKNOWN_TIME.to_owned(), seconds);
        let warning = |value: &str| ScanMessage {
            level: "warn",
            value: escape::terminal(value).into_owned(),
        };
        let diagnostics = report.inventory.diagnostics.iter();
        // It lists vulnerabilities and nothing else.
        let untold = untold(report);
        let is_whole = report.is_complete() && report.matches.is_some() && untold.is_none();
        let nothing = report.matches.is_none().then(|| warning(NOTHING_SEARCHED));
        let messages = report.notes.iter().map(|note| warning(note));
        let messages = nothing
            .into_iter()
            .chain(untold.map(|text| warning(&text)))
            .chain(messages)
            .chain(diagnostics.map(|it| warning(&it.to_string())));
        Self {
            analyzer: tool(),
            scanner: tool(),
            start_time: time.clone(),
            end_time: time,
            status: if is_whole { "success" } else { "failure" },
            kind: "container_scanning",
            messages: messages.collect(),
        }
    }
}

/// A sentence about failures of configuration files, for which this format has no place.
fn untold(report: &Report) -> Option<String> {
    let failures = report.configuration.as_ref()?.failures().count();
    (failures > 0).then(|| format!("{failures} failures of configuration are not in this format"))
}

/// `YYYY-MM-DDThh:mm:ss`, UTC, without zone.
fn seconds(time: Timestamp) -> String {
    let text = Timestamp::from_unix_seconds(time.unix_seconds()).map(|time| time.to_string());
    text.map_or(UNKNOWN_TIME.to_owned(), |text| text.trim_end_matches('Z').to_owned())
}

#[derive(Serialize)]
struct Vulnerability<'r> {
    id: String,
    name: String,
    description: String,
    severity: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    solution: Option<String>,
    identifiers: Vec<Identifier<'r>>,
    links: Vec<Link<'r>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    cvss_vectors: Vec<CvssVector<'r>>,
    location: Place<'r>,
}

#[derive(Serialize)]
struct Identifier<'r> {
    #[serde(rename = "type")]
    kind: String,
    name: &'r str,
    value: &'r str,
    #[serde(skip_serializing_if = "Option::is_none")]
    url: Option<String>,
}

#[derive(Serialize)]
struct Link<'r> {
    url: &'r str,
}

#[derive(Serialize)]
struct CvssVector<'r> {
    vendor: &'r str,
    vector: &'r str,
}

#[derive(Serialize)]
struct Place<'r> {
    dependency: Dependency<'r>,
    operating_system: String,
    image: &'r str,
}

#[derive(Serialize)]
struct Dependency<'r> {
    package: Named<'r>,
    version: &'r str,
}

#[derive(Serialize)]
struct Named<'r> {
    name: &'r str,
}

impl<'r> Vulnerability<'r> {
    fn new(
        report: &'r Report,
        section: &Section<'r>,
        entry: &Entry<'r>,
        finding: &'r Finding,
    ) -> Self {
        let package = entry.package;
        let title = if finding.title.is_empty() { &finding.id } else { &finding.title };
        let description =
            if finding.description.is_empty() { title } else { &*finding.description };
        let fixed = finding.fixed_versions.join(", ");
        let solution = format!("Upgrade {} to {fixed}", package.name);
        let distribution = report.inventory.distribution.as_ref();
        Self {
            id: id(report, section, entry, finding),
            name: within(title, 255),
            description: escape::markdown_lines(&within(description, 100_000)),
            severity: severity(finding.severity),
            solution: Some(escape::markdown(&within(&solution, 2_000)))
                .filter(|_| !fixed.is_empty()),
            identifiers: identifiers(finding),
            links: links_of(finding),
            cvss_vectors: vectors(finding),
            location: Place {
                dependency: Dependency {
                    package: Named { name: &package.name },
                    version: &package.version,
                },
                operating_system: distribution
                    .map_or("unknown".to_owned(), |distribution| distribution.to_string()),
                image: &report.artifact.name,
            },
        }
    }
}

/// An id in the form of a UUID, the same for the same finding in every build.
fn id(report: &Report, section: &Section<'_>, entry: &Entry<'_>, finding: &Finding) -> String {
    let path = place::path_of(report, entry);
    let (package, version) = (&entry.package.name, &entry.package.version);
    let hidden = if section.hidden { "hidden" } else { "" };
    let parts =
        [place::repository(report), &section.kind, package, version, &path, &finding.id, hidden];
    let hex = Digest::sha256_of(parts.join("\0").as_bytes()).hex();
    let part = |from: usize, to: usize| hex.get(from..to).unwrap_or_default();
    // RFC 9562, 5.8: version 8, whose bits are anybody's.
    format!("{}-{}-8{}-8{}-{}", part(0, 8), part(8, 12), part(12, 15), part(15, 18), part(18, 30))
}

/// The vulnerability's ids: GitLab tracks it by the first, and takes 20.
fn identifiers(finding: &Finding) -> Vec<Identifier<'_>> {
    const MOST: usize = 20;
    let mut ids = vec![finding.id.as_str()];
    for id in finding.record_ids.iter().chain(&finding.aliases) {
        if !ids.contains(&id.as_str()) {
            ids.push(id);
        }
    }
    let cwes = finding.cwe_ids.iter().map(String::as_str);
    ids.into_iter().chain(cwes).take(MOST).map(identifier).collect()
}

fn identifier(id: &str) -> Identifier<'_> {
    let kind = id.split(['-', ':']).next().unwrap_or_default().to_ascii_lowercase();
    let number = id.strip_prefix("CWE-");
    let is_number = |text: &&str| text.bytes().all(|byte| byte.is_ascii_digit());
    let url = match number.filter(is_number) {
        Some(number) => format!("https://cwe.mitre.org/data/definitions/{number}.html"),
        None => links::primary(id),
    };
    Identifier {
        kind: if kind.is_empty() { "other".to_owned() } else { kind },
        name: id,
        value: number.unwrap_or(id),
        url: Some(url).filter(|url| !url.is_empty()),
    }
}

fn links_of(finding: &Finding) -> Vec<Link<'_>> {
    let safe = finding.references.iter().filter(|link| escape::is_safe_link(link));
    safe.map(|url| Link { url }).collect()
}

/// The vectors that the schema knows, the first of which GitLab sorts by: those of version 3 before
/// those of 2. With one of 4.0 GitLab takes nothing of the report.
fn vectors(finding: &Finding) -> Vec<CvssVector<'_>> {
    const MOST: usize = 10;
    let mut known: Vec<_> = finding.cvss.iter().filter_map(vector).collect();
    known.sort_by_key(|(version, _)| *version == CvssVersion::V2);
    known.into_iter().map(|(_, vector)| vector).take(MOST).collect()
}

/// A vector in the form of the schema, which has no prefix for version 2.
fn vector(entry: &CvssEntry) -> Option<(CvssVersion, CvssVector<'_>)> {
    const MOST_BYTES: usize = 128;
    let vector = entry.vector.as_deref()?.trim().trim_end_matches('/');
    let vector = match entry.version {
        CvssVersion::V2 => {
            let bare = vector.strip_prefix('(').and_then(|rest| rest.strip_suffix(')'));
            bare.or_else(|| vector.strip_prefix("CVSS:2.0/")).unwrap_or(vector)
        }
        CvssVersion::V3_0 | CvssVersion::V3_1 => vector,
        _ => return None,
    };
    let is_taken = vector.len() <= MOST_BYTES && !entry.source.is_empty();
    is_taken.then_some((entry.version, CvssVector { vendor: &entry.source, vector }))
}

fn severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical => "Critical",
        Severity::High => "High",
        Severity::Medium => "Medium",
        Severity::Low => "Low",
        Severity::Unknown => "Unknown",
    }
}

/// A text of at most `most` characters.
fn within(text: &str, most: usize) -> String {
    if text.len() <= most { text.to_owned() } else { text.chars().take(most).collect() }
}

#[cfg(test)]
mod tests {
    use regex::Regex;
    use sealift_misconfig::{Options, SourceFile, scan as check};
    use serde_json::Value;

    use super::*;
    use crate::{Configuration, example};

    fn written(report: &Report) -> String {
        let mut bytes = Vec::new();
        write(report, &mut bytes).unwrap();
        String::from_utf8(bytes).unwrap()
    }

    #[test]
    fn everything_has_its_field() {
        insta::assert_snapshot!(written(&example::report()));
    }

    #[test]
    fn the_time_is_that_of_the_scan() {
        let mut report = example::report();
        report.judged_at = Some("2030-03-04T05:06:07Z".parse().unwrap());
        let document: Value = serde_json::from_str(&written(&report)).unwrap();
        assert_eq!(document["scan"]["start_time"], "2030-03-04T05:06:07");
        assert_eq!(document["scan"]["end_time"], "2030-03-04T05:06:07");
    }

    #[test]
    fn what_was_not_looked_for_is_no_success() {
        let mut report = example::report();
        let scan = |report: &Report| -> Value {
            serde_json::from_str::<Value>(&written(report)).unwrap()["scan"].take()
        };
        assert_eq!(scan(&report)["status"], "success");
        let file = SourceFile::new("Dockerfile", b"FROM a:1\nUSER root\nHEALTHCHECK NONE\n");
        report.configuration = Some(Configuration::new(check(&[file], &Options::default())));
        let told = scan(&report);
        assert_eq!(told["status"], "failure");
        let failures = "1 failures of configuration are not in this format";
        assert_eq!(told["messages"][0]["value"], failures);
        report.configuration = Some(Configuration::default());
        assert_eq!(scan(&report)["status"], "success");
        report.matches = None;
        let told = scan(&report);
        assert_eq!(told["status"], "failure");
        assert_eq!(told["messages"][0]["value"], NOTHING_SEARCHED);
    }

    /// The metrics of `cvss_vectors` in GitLab's schema 15.0.7, of versions 2 and 3.
    const V2: &str = "AV:[NAL]|AC:[LMH]|Au:[MSN]|[CIA]:[NPC]|E:(U|POC|F|H|ND)|RL:(OF|TF|W|U|ND)|\
                      RC:(UC|UR|C|ND)|CDP:(N|L|LM|MH|H|ND)|TD:(N|L|M|H|ND)|[CIA]R:(L|M|H|ND)";
    const V3: &str = "AV:[NALP]|AC:[LH]|PR:[NLH]|UI:[NR]|S:[UC]|[CIA]:[NLH]|E:[XUPFH]|RL:[XOTWU]|\
                      RC:[XURC]|[CIA]R:[XLMH]|MAV:[XNALP]|MAC:[XLH]|MPR:[XNLH]|MUI:[XNR]|MS:[XUC]|\
                      M[CIA]:[XNLH]";

    #[test]
    fn vectors_are_those_of_the_schema() {
        let patterns = [("", V2), ("CVSS:3[.][01]/", V3)].map(|(prefix, metric)| {
            Regex::new(&format!("^{prefix}(({metric})/)*({metric})$")).unwrap()
        });
        let mut report = example::report();
        let findings = &mut report.matches.as_mut().unwrap().findings;
        let entry = findings.iter().find_map(|finding| finding.cvss.first()).unwrap().clone();
        let third = entry.vector.clone().unwrap();
        let fourth = "CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N";
        let second = "AV:N/AC:L/Au:N/C:P/I:P/A:P";
        let with = |version, vector: &str| {
            let mut entry = entry.clone();
            (entry.version, entry.vector) = (version, Some(vector.to_owned()));
            entry
        };
        let cvss = vec![
            with(CvssVersion::V4, fourth),
            with(CvssVersion::V2, second),
            with(CvssVersion::V2, &format!("({second})")),
            with(CvssVersion::V2, &format!("CVSS:2.0/{second}/")),
            with(CvssVersion::V3_1, &third),
        ];
        let vectors = |report: &Report| -> Vec<String> {
            let document: Value = serde_json::from_str(&written(report)).unwrap();
            let list = document["vulnerabilities"][0]["cvss_vectors"].as_array().unwrap().clone();
            list.iter().map(|row| row["vector"].as_str().unwrap().to_owned()).collect()
        };
        findings.iter_mut().for_each(|finding| finding.cvss.clone_from(&cvss));
        let told = vectors(&report);
        assert_eq!(told, [third.as_str(), second, second, second]);
        for vector in told {
            assert!(patterns.iter().any(|pattern| pattern.is_match(&vector)), "{vector}");
        }
        let findings = &mut report.matches.as_mut().unwrap().findings;
        findings.iter_mut().for_each(|finding| finding.cvss = vec![cvss[4].clone(); 12]);
        assert_eq!(vectors(&report).len(), 10);
    }

    #[test]
    fn ids_stay_the_same_from_tag_to_tag_and_links_are_of_the_web() {
        let mut report = example::report();
        let ids = |report: &Report| -> Vec<String> {
            let document: Value = serde_json::from_str(&written(report)).unwrap();
            let list = document["vulnerabilities"].as_array().unwrap();
            list.iter().map(|it| it["id"].as_str().unwrap().to_owned()).collect()
        };
        let first = ids(&report);
        report.artifact.image.as_mut().unwrap().tags = vec!["example.org/shop:2".to_owned()];
        assert_eq!(ids(&report), first);
        for finding in &mut report.matches.as_mut().unwrap().findings {
            finding.references = vec!["javascript:x".to_owned(), "https://a.example".to_owned()];
        }
        let document: Value = serde_json::from_str(&written(&report)).unwrap();
        let links = &document["vulnerabilities"][0]["links"];
        assert_eq!(links, &serde_json::json!([{"url": "https://a.example"}]));
    }
}
