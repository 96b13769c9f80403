//! The findings of a report in a CycloneDX document.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use sealift_matcher::cvss::{CvssScore, CvssVersion};
use sealift_matcher::{CvssEntry, Finding};
use sealift_report::{Modified, Report, escape};
use sealift_sbom::cyclonedx::{
    Advisory, Analysis, Rating, Source, Vulnerability, VulnerabilityProperty,
};

/// One vulnerability for each id, with all packages that have it, sorted by id. Suppressed findings
/// are separate, with the reason, where they are to be shown.
pub(crate) fn vulnerabilities(report: &Report) -> Vec<Vulnerability> {
    let counted = report.findings().iter().map(|finding| (finding, None));
    let others = report.suppressed.iter().filter(|_| report.shows_suppressed);
    let others = others.map(|modified| (&modified.finding, Some(analysis(modified))));
    let mut by_id: BTreeMap<(&str, Option<Analysis>), Vulnerability> = BTreeMap::new();
    for (finding, analysis) in counted.chain(others) {
        let vulnerability = match by_id.entry((&finding.id, analysis)) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(free) => {
                let mut vulnerability = described(report, finding);
                vulnerability.analysis = free.key().1.clone();
                free.insert(vulnerability)
            }
        };
        add_ratings(&mut vulnerability.ratings, finding);
        if !vulnerability.packages.contains(&finding.package) {
            vulnerability.packages.push(finding.package);
        }
    }
    by_id.into_values().collect()
}

/// Why a finding is suppressed. An ignore rule does not say whether the vulnerability can be
/// exploited.
fn analysis(modified: &Modified) -> Analysis {
    let mut analysis = match modified.status {
        "not_affected" => Analysis::new("not_affected"),
        "fixed" => Analysis::new("resolved"),
        _ => Analysis::accepted(),
    };
    let separator = if modified.statement.is_empty() { "" } else { ": " };
    analysis.detail = format!("{}{separator}{}", modified.source, modified.statement);
    analysis
}

fn described(report: &Report, finding: &Finding) -> Vulnerability {
    let mut vulnerability = Vulnerability::new(finding.id.as_str());
    let source = &finding.data_source;
    vulnerability.source = Some(Source::new(source.id.as_str(), source.url.clone()));
    let number = |id: &String| id.strip_prefix("CWE-")?.parse().ok().filter(|id: &u32| *id > 0);
    vulnerability.cwes = finding.cwe_ids.iter().filter_map(number).collect();
    let text = if finding.description.is_empty() { &*finding.title } else { &finding.description };
    vulnerability.description = text.to_owned();
    if let (Some(package), [_, ..]) =
        (report.package_of(finding), finding.fixed_versions.as_slice())
    {
        let fixed = finding.fixed_versions.join(", ");
        vulnerability.recommendation = format!("Upgrade {} to version {fixed}", package.name);
    }
    let links = finding.references.iter().filter(|link| escape::is_safe_link(link));
    vulnerability.advisories = links.map(Advisory::new).collect();
    vulnerability.published = finding.published;
    vulnerability.updated = finding.modified;
    if let Some(kev) = &finding.kev {
        let property = VulnerabilityProperty::new("sealift:kev", kev.date_added.as_str());
        vulnerability.properties.push(property);
    }
    if let Some(epss) = finding.epss {
        let score = epss.score.to_string();
        vulnerability.properties.push(VulnerabilityProperty::new("sealift:epss", score));
    }
    vulnerability
}

/// Adds the ratings of a finding's sources that are not there yet.
fn add_ratings(ratings: &mut Vec<Rating>, finding: &Finding) {
    for entry in &finding.cvss {
        let known = ratings.iter().any(|rating| {
            rating.source.name == entry.source
                && (rating.vector == entry.vector && rating.score == Some(score(entry.score)))
        });
        if !known {
            ratings.push(scored(finding, entry));
        }
    }
    for (source, severity) in &finding.vendor_severity {
        let known = |rating: &Rating| {
            rating.source.name == *source
                && (rating.severity == Some(*severity) || rating.severity.is_none())
        };
        if !ratings.iter().any(known) {
            let mut rating = Rating::new(Source::new(source.as_str(), None));
            rating.severity = Some(*severity);
            ratings.push(rating);
        }
    }
}

fn scored(finding: &Finding, entry: &CvssEntry) -> Rating {
    let mut rating = Rating::new(Source::new(entry.source.as_str(), None));
    rating.score = Some(score(entry.score));
    let words = finding.vendor_severity.iter();
    rating.severity =
        words.clone().find(|(source, _)| *source == entry.source).map(|(_, severity)| *severity);
    rating.method = Some(match entry.version {
        CvssVersion::V2 => "CVSSv2",
        CvssVersion::V4 => "CVSSv4",
        CvssVersion::V3_0 => "CVSSv3",
        _ => "CVSSv31",
    });
    rating.vector.clone_from(&entry.vector);
    rating
}

fn score(score: CvssScore) -> f64 {
    f64::from(score.tenths()) / 10.0
}
