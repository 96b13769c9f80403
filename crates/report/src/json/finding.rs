//! One entry of `Vulnerabilities`.

use std::borrow::Cow;
use std::collections::BTreeMap;

use sealift_matcher::cvss::CvssVersion;
use sealift_matcher::{CvssEntry, DataSource, EpssScore, Finding, Kev, Status};
use sealift_model::{BaseEvidence, Timestamp};
use serde::Serialize;

use super::layers::{JsonHidden, JsonLayer};
use super::package::{Identifier, file_path, paths};
use crate::sections::Entry;
use crate::{Report, links};

/// The findings of a section in the order of Trivy's reports: by package name, installed version,
/// severity from the highest, id, path.
pub(crate) fn in_order<'s, 'r>(entries: &'s [Entry<'r>]) -> Vec<(&'s Entry<'r>, &'r Finding)> {
    let mut findings: Vec<_> = entries
        .iter()
        .flat_map(|entry| entry.findings.iter().map(move |finding| (entry, *finding)))
        .collect();
    findings.sort_by(|(entry, finding), (other_entry, other)| {
        let (package, other_package) = (entry.package, other_entry.package);
        (&package.name, &package.version)
            .cmp(&(&other_package.name, &other_package.version))
            .then_with(|| other.severity.cmp(&finding.severity))
            .then_with(|| finding.id.cmp(&other.id))
            .then_with(|| package.locations.cmp(&other_package.locations))
    });
    findings
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct JsonFinding<'r> {
    #[serde(rename = "VulnerabilityID")]
    id: &'r str,
    #[serde(rename = "VendorIDs", skip_serializing_if = "Vec::is_empty")]
    vendor_ids: Vec<&'r str>,
    #[serde(rename = "RecordIDs")]
    record_ids: &'r [String],
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    aliases: &'r [String],
    #[serde(rename = "PkgID")]
    package_id: String,
    pkg_name: &'r str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pkg_path: Option<Cow<'r, str>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    paths: Vec<&'r str>,
    pkg_identifier: Identifier,
    installed_version: &'r str,
    #[serde(skip_serializing_if = "String::is_empty")]
    fixed_version: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    fix_needs: Option<&'static str>,
    status: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    layer: Option<JsonLayer<'r>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    from_base: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    hidden: Option<JsonHidden<'r>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    severity_source: Option<&'r str>,
    #[serde(rename = "PrimaryURL")]
    primary_url: String,
    data_source: JsonDataSource<'r>,
    #[serde(skip_serializing_if = "str::is_empty")]
    title: &'r str,
    #[serde(skip_serializing_if = "str::is_empty")]
    description: &'r str,
    severity: &'static str,
    #[serde(rename = "CweIDs", skip_serializing_if = "<[String]>::is_empty")]
    cwe_ids: &'r [String],
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    vendor_severity: BTreeMap<&'r str, u8>,
    #[serde(rename = "CVSS", skip_serializing_if = "BTreeMap::is_empty")]
    cvss: BTreeMap<&'r str, JsonCvss<'r>>,
    #[serde(rename = "KEV", skip_serializing_if = "Option::is_none")]
    kev: Option<JsonKev<'r>>,
    #[serde(rename = "EPSS", skip_serializing_if = "Option::is_none")]
    epss: Option<JsonEpss>,
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    references: &'r [String],
    #[serde(skip_serializing_if = "Option::is_none")]
    published_date: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    last_modified_date: Option<Timestamp>,
}

impl<'r> JsonFinding<'r> {
    pub(super) fn new(report: &'r Report, entry: &Entry<'r>, finding: &'r Finding) -> Self {
        let package = entry.package;
        let place = package.locations.get(entry.location);
        let source = finding.severity_source.as_deref();
        Self {
            id: &finding.id,
            vendor_ids: finding
                .record_ids
                .iter()
                .map(String::as_str)
                .filter(|id| *id != finding.id)
                .collect(),
            record_ids: &finding.record_ids,
            aliases: &finding.aliases,
            package_id: package.id(),
            pkg_name: &package.name,
            pkg_path: file_path(entry),
            paths: paths(package),
            pkg_identifier: Identifier::new(entry),
            installed_version: &package.version,
            fixed_version: finding.fixed_versions.join(", "),
            fix_needs: finding.fix_needs,
            status: match finding.status {
                Status::Fixed => "fixed",
                _ => "affected",
            },
            layer: place
                .and_then(|place| package.layer(place))
                .map(|layer| JsonLayer::reference(report, layer)),
            from_base: package.from_base.map(BaseEvidence::name),
            hidden: JsonHidden::of(report, package),
            severity_source: source,
            primary_url: links::primary(&finding.id),
            data_source: JsonDataSource::new(&finding.data_source),
            title: &finding.title,
            description: &finding.description,
            severity: finding.severity.name(),
            cwe_ids: &finding.cwe_ids,
            vendor_severity: finding
                .vendor_severity
                .iter()
                .map(|(source, severity)| (source.as_str(), severity.rank()))
                .collect(),
            cvss: JsonCvss::of(&finding.cvss),
            kev: finding.kev.as_ref().map(JsonKev::new),
            epss: finding.epss.map(JsonEpss::new),
            references: &finding.references,
            published_date: finding.published,
            last_modified_date: finding.modified,
        }
    }
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct JsonDataSource<'r> {
    #[serde(rename = "ID")]
    id: &'r str,
    name: &'r str,
    #[serde(rename = "URL", skip_serializing_if = "Option::is_none")]
    url: Option<&'r str>,
}

impl<'r> JsonDataSource<'r> {
    fn new(source: &'r DataSource) -> Self {
        Self { id: &source.id, name: &source.name, url: source.url.as_deref() }
    }
}

/// The vectors of one source, each version in its field.
#[derive(Default, Serialize)]
#[serde(rename_all = "PascalCase")]
struct JsonCvss<'r> {
    #[serde(skip_serializing_if = "Option::is_none")]
    v2_vector: Option<&'r str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    v3_vector: Option<&'r str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    v40_vector: Option<&'r str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    v2_score: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    v3_score: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    v40_score: Option<f64>,
}

impl<'r> JsonCvss<'r> {
    fn of(entries: &'r [CvssEntry]) -> BTreeMap<&'r str, Self> {
        let mut sources: BTreeMap<&str, Self> = BTreeMap::new();
        for entry in entries {
            let cvss = sources.entry(&entry.source).or_default();
            let (vector, score) = match entry.version {
                CvssVersion::V2 => (&mut cvss.v2_vector, &mut cvss.v2_score),
                CvssVersion::V4 => (&mut cvss.v40_vector, &mut cvss.v40_score),
                _ => (&mut cvss.v3_vector, &mut cvss.v3_score),
            };
            *vector = entry.vector.as_deref();
            *score = Some(f64::from(entry.score.tenths()) / 10.0);
        }
        sources
    }
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct JsonKev<'r> {
    date_added: &'r str,
    #[serde(skip_serializing_if = "Option::is_none")]
    due_date: Option<&'r str>,
    known_ransomware_use: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<&'r str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    required_action: Option<&'r str>,
}

impl<'r> JsonKev<'r> {
    fn new(kev: &'r Kev) -> Self {
        Self {
            date_added: &kev.date_added,
            due_date: kev.due_date.as_deref(),
            known_ransomware_use: kev.ransomware,
            name: kev.name.as_deref(),
            required_action: kev.required_action.as_deref(),
        }
    }
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct JsonEpss {
    score: f64,
    percentile: f64,
}

impl JsonEpss {
    fn new(epss: EpssScore) -> Self {
        Self { score: epss.score, percentile: epss.percentile }
    }
}
