//! The reports for Harbor.

use std::collections::BTreeMap;
use std::io;

use sealift::{
    CvssEntry, CvssVersion, Finding, Format, JsonOptions, Report, Severity, Timestamp, escape,
    render,
};
use serde::Serialize;

use super::media::{Product, SBOMS};
use super::metadata::Named;
use super::request::Artifact;

/// Makes the bytes of a product from a report.
pub(super) fn make(
    product: Product,
    report: &Report,
    artifact: &Artifact,
    now: Timestamp,
) -> io::Result<Vec<u8>> {
    match product {
        Product::Vulnerabilities => {
            let made = VulnerabilityReport::new(report, artifact, now);
            let text = serde_json::to_string(&made)?;
            Ok(escape::json(&text).into_owned().into_bytes())
        }
        Product::Raw => rendered(report, &Format::Json(JsonOptions::default())),
        Product::CycloneDx => sbom(product, rendered(report, &Format::CycloneDx)?, artifact, now),
        Product::Spdx => sbom(product, rendered(report, &Format::SpdxJson)?, artifact, now),
    }
}

fn rendered(report: &Report, format: &Format) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    render(report, format, &mut bytes)?;
    Ok(bytes)
}

/// A document in Harbor's envelope, unchanged.
fn sbom(
    product: Product,
    document: Vec<u8>,
    artifact: &Artifact,
    now: Timestamp,
) -> io::Result<Vec<u8>> {
    #[derive(Serialize)]
    struct Envelope<'r> {
        generated_at: Timestamp,
        artifact: &'r Artifact,
        scanner: Named,
        media_type: &'r str,
    }
    let media_type = SBOMS.into_iter().find(|name| Product::of_sbom(name) == Some(product));
    let media_type = media_type.unwrap_or_default();
    let head = Envelope { generated_at: now, artifact, scanner: Named::OURS, media_type };
    let mut bytes = serde_json::to_vec(&head)?;
    bytes.pop();
    bytes.extend_from_slice(b",\"sbom\":");
    bytes.extend_from_slice(&document);
    bytes.push(b'}');
    Ok(bytes)
}

#[derive(Serialize)]
struct VulnerabilityReport<'r> {
    generated_at: Timestamp,
    artifact: &'r Artifact,
    scanner: Named,
    severity: &'static str,
    vulnerabilities: Vec<Vulnerability<'r>>,
}

#[derive(Serialize)]
struct Vulnerability<'r> {
    id: &'r str,
    package: &'r str,
    version: &'r str,
    fix_version: String,
    severity: &'static str,
    description: &'r str,
    links: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    layer: Option<Layer>,
    #[serde(skip_serializing_if = "Option::is_none")]
    preferred_cvss: Option<PreferredCvss<'r>>,
    cwe_ids: &'r [String],
    #[serde(skip_serializing_if = "Option::is_none")]
    vendor_attributes: Option<VendorAttributes<'r>>,
}

#[derive(Serialize)]
struct Layer {
    #[serde(skip_serializing_if = "Option::is_none")]
    digest: Option<String>,
    diff_id: String,
}

#[derive(Default, Serialize)]
struct PreferredCvss<'r> {
    #[serde(skip_serializing_if = "Option::is_none")]
    score_v3: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    score_v2: Option<f64>,
    #[serde(skip_serializing_if = "str::is_empty")]
    vector_v3: &'r str,
    #[serde(skip_serializing_if = "str::is_empty")]
    vector_v2: &'r str,
}

/// A vulnerability in the reference adapter's form, which other programs read.
#[derive(Serialize)]
#[serde(rename_all = "UPPERCASE")]
struct VendorAttributes<'r> {
    cvss: BTreeMap<&'r str, VendorCvss<'r>>,
}

#[derive(Default, Serialize)]
#[serde(rename_all = "PascalCase")]
struct VendorCvss<'r> {
    #[serde(skip_serializing_if = "Option::is_none")]
    v2_score: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    v3_score: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    v2_vector: Option<&'r str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    v3_vector: Option<&'r str>,
}

impl<'r> VulnerabilityReport<'r> {
    fn new(report: &'r Report, artifact: &'r Artifact, now: Timestamp) -> Self {
        let findings = report.findings();
        let worst = findings.iter().map(|finding| finding.severity).max_by_key(|it| it.rank());
        Self {
            generated_at: now,
            artifact,
            scanner: Named::OURS,
            severity: word(worst.unwrap_or(Severity::Unknown)),
            vulnerabilities: findings.iter().map(|it| Vulnerability::new(report, it)).collect(),
        }
    }
}

impl<'r> Vulnerability<'r> {
    fn new(report: &'r Report, finding: &'r Finding) -> Self {
        let package = report.package_of(finding);
        let text =
            if finding.description.is_empty() { &finding.title } else { &*finding.description };
        Self {
            id: &finding.id,
            package: package.map_or("", |package| &package.name),
            version: package.map_or("", |package| &package.version),
            fix_version: finding.fixed_versions.join(", "),
            severity: word(finding.severity),
            description: text,
            links: links(finding),
            layer: layer(report, finding),
            preferred_cvss: preferred(finding),
            cwe_ids: &finding.cwe_ids,
            vendor_attributes: vendors(finding),
        }
    }
}

/// The severity in Harbor's words.
fn word(severity: Severity) -> &'static str {
    match severity {
        Severity::Unknown => "Unknown",
        Severity::Low => "Low",
        Severity::Medium => "Medium",
        Severity::High => "High",
        Severity::Critical => "Critical",
    }
}

/// Links for people; for a CVE without links, the page that each CVE has.
fn links(finding: &Finding) -> Vec<String> {
    let safe = finding.references.iter().filter(|link| escape::is_safe_link(link));
    let links: Vec<String> = safe.cloned().collect();
    if links.is_empty() && finding.id.starts_with("CVE-") {
        return vec![format!("https://nvd.nist.gov/vuln/detail/{}", finding.id)];
    }
    links
}

/// The layer that contains the package.
fn layer(report: &Report, finding: &Finding) -> Option<Layer> {
    let package = report.package_of(finding)?;
    let diff_id = package.locations.iter().find_map(|place| package.layer(place))?;
    let image = report.artifact.image.as_ref()?;
    let known = image.layers.iter().find(|layer| layer.diff_id == *diff_id);
    let digest = known.and_then(|layer| layer.digest.as_ref()).map(ToString::to_string);
    Some(Layer { digest, diff_id: diff_id.to_string() })
}

/// Whether the entry is of version 2 or 3; none for version 4, for which Harbor has no field.
fn is_version_2(entry: &CvssEntry) -> Option<bool> {
    match entry.version {
        CvssVersion::V2 => Some(true),
        CvssVersion::V3_0 | CvssVersion::V3_1 => Some(false),
        _ => None,
    }
}

fn score(entry: &CvssEntry) -> f64 {
    f64::from(entry.score.tenths()) / 10.0
}

/// The preferred entry: from the source of the severity, then from the NVD, then from any source.
fn preferred(finding: &Finding) -> Option<PreferredCvss<'_>> {
    let rank = |entry: &CvssEntry| {
        (Some(&entry.source) != finding.severity_source.as_ref(), entry.source != "nvd")
    };
    let best = |is_2: bool| {
        let entries = finding.cvss.iter().filter(move |it| is_version_2(it) == Some(is_2));
        entries.min_by_key(|entry| rank(entry))
    };
    let (v2, v3) = (best(true), best(false));
    if v2.is_none() && v3.is_none() {
        return None;
    }
    Some(PreferredCvss {
        score_v3: v3.map(score),
        score_v2: v2.map(score),
        vector_v3: v3.and_then(|entry| entry.vector.as_deref()).unwrap_or_default(),
        vector_v2: v2.and_then(|entry| entry.vector.as_deref()).unwrap_or_default(),
    })
}

fn vendors(finding: &Finding) -> Option<VendorAttributes<'_>> {
    let mut cvss: BTreeMap<&str, VendorCvss<'_>> = BTreeMap::new();
    for entry in &finding.cvss {
        let Some(is_2) = is_version_2(entry) else { continue };
        let vendor = cvss.entry(&entry.source).or_default();
        let (number, vector) = match is_2 {
            true => (&mut vendor.v2_score, &mut vendor.v2_vector),
            false => (&mut vendor.v3_score, &mut vendor.v3_vector),
        };
        // The newest version of a source comes first.
        if number.is_none() {
            (*number, *vector) = (Some(score(entry)), entry.vector.as_deref());
        }
    }
    (!cvss.is_empty()).then_some(VendorAttributes { cvss })
}
