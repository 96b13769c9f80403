//! The contents of a report, as data for JavaScript.

use sealift::{
    BaseEvidence, CheckStatus, Counts, Diagnostic, EcosystemCoverage, Evidence, FileResult,
    Finding, Hidden, Impact, Lines, Misconfiguration, Package, Report, Severity,
};
use serde::Serialize;
use serde_json::{Map, Value, json};

/// A finding.
#[derive(Debug, Serialize)]
pub(crate) struct FindingView<'r> {
    id: &'r str,
    severity: Severity,
    severity_source: Option<&'r str>,
    title: &'r str,
    description: &'r str,
    package: Option<PackageName<'r>>,
    fixed_versions: &'r [String],
    record_ids: &'r [String],
    aliases: &'r [String],
    /// The highest score of all sources.
    cvss_score: Option<f64>,
    cvss: Vec<Score<'r>>,
    epss: Option<f64>,
    kev: Option<KevView<'r>>,
    cwe_ids: &'r [String],
    references: &'r [String],
    published: Option<String>,
    modified: Option<String>,
    malicious: bool,
}

#[derive(Debug, Serialize)]
struct PackageName<'r> {
    name: &'r str,
    version: &'r str,
    purl: String,
    paths: Vec<&'r str>,
    from_base: Option<&'static str>,
}

#[derive(Debug, Serialize)]
struct Score<'r> {
    source: &'r str,
    vector: Option<&'r str>,
    score: f64,
}

#[derive(Debug, Serialize)]
struct KevView<'r> {
    date_added: &'r str,
    due_date: Option<&'r str>,
    ransomware: bool,
}

/// A package.
#[derive(Debug, Serialize)]
pub(crate) struct PackageView<'r> {
    name: &'r str,
    version: &'r str,
    purl: String,
    licenses: &'r [String],
    source: Option<SourceView<'r>>,
    architecture: Option<&'r str>,
    evidence: &'static str,
    depends_on: &'r [String],
    owned_by: Option<&'r str>,
    from_base: Option<&'static str>,
    hidden: bool,
    locations: Vec<LocationView<'r>>,
}

#[derive(Debug, Serialize)]
struct SourceView<'r> {
    name: &'r str,
    version: &'r str,
}

#[derive(Debug, Serialize)]
struct LocationView<'r> {
    path: &'r str,
    layer: Option<String>,
    line: Option<u64>,
}

/// What could not be read, or is worth knowing.
#[derive(Debug, Serialize)]
pub(crate) struct DiagnosticView<'r> {
    path: Option<&'r str>,
    line: Option<u64>,
    layer: Option<String>,
    message: &'r str,
    /// `note`, `partial` or `incomplete`.
    impact: &'static str,
}

/// The result of a check of a configuration file.
#[derive(Debug, Serialize)]
pub(crate) struct MisconfigurationView<'r> {
    id: &'r str,
    severity: Severity,
    title: &'r str,
    description: &'r str,
    resolution: &'r str,
    /// `fail`, `pass` or `ignored`.
    status: &'static str,
    ignored_by: Option<&'r str>,
    message: Option<&'r str>,
    path: &'r str,
    kind: &'static str,
    lines: Option<Lines>,
    resource: Option<&'r str>,
}

/// The results of checks of configuration files: failures, and all others if asked for.
pub(crate) fn misconfigurations(report: &Report) -> Vec<MisconfigurationView<'_>> {
    let rows = report.configuration.iter().flat_map(|all| {
        let files = all.files.iter();
        files.flat_map(move |file| {
            let found = file.misconfigurations.iter();
            found.filter_map(move |found| {
                MisconfigurationView::new(file, found)
                    .filter(|row| all.lists_all || row.status == "fail")
            })
        })
    });
    rows.collect()
}

/// The findings of a report.
pub(crate) fn findings(report: &Report) -> Vec<FindingView<'_>> {
    report.findings().iter().map(|finding| FindingView::new(report, finding)).collect()
}

/// The packages of a report.
pub(crate) fn packages(report: &Report) -> Vec<PackageView<'_>> {
    report.inventory.packages.iter().map(PackageView::new).collect()
}

/// The diagnostics of a report.
pub(crate) fn diagnostics(report: &Report) -> Vec<DiagnosticView<'_>> {
    let view = |diagnostic| DiagnosticView::new(diagnostic);
    report.inventory.diagnostics.iter().map(view).collect()
}

impl<'r> MisconfigurationView<'r> {
    /// `None` for a check that did not run: a diagnostic says so.
    fn new(file: &'r FileResult, found: &'r Misconfiguration) -> Option<Self> {
        let (status, failure) = match &found.status {
            CheckStatus::Fail(failure) => ("fail", Some(failure)),
            CheckStatus::Ignored(failure) => ("ignored", Some(failure)),
            CheckStatus::Pass => ("pass", None),
            CheckStatus::NotRun(_) => return None,
        };
        Some(Self {
            id: &found.check.id,
            severity: found.check.severity,
            title: &found.check.title,
            description: &found.check.description,
            resolution: &found.check.resolution,
            status,
            ignored_by: failure.and_then(|failure| failure.ignored_by.as_deref()),
            message: failure.map(|failure| failure.message.as_str()),
            path: &file.path,
            kind: file.kind.name(),
            lines: failure.and_then(|failure| failure.lines),
            resource: failure.and_then(|failure| failure.resource.as_deref()),
        })
    }
}

impl<'r> FindingView<'r> {
    fn new(report: &'r Report, finding: &'r Finding) -> Self {
        let cvss: Vec<Score<'r>> = finding
            .cvss
            .iter()
            .map(|entry| Score {
                source: &entry.source,
                vector: entry.vector.as_deref(),
                score: f64::from(entry.score.tenths()) / 10.0,
            })
            .collect();
        Self {
            id: &finding.id,
            severity: finding.severity,
            severity_source: finding.severity_source.as_deref(),
            title: &finding.title,
            description: &finding.description,
            package: report.package_of(finding).map(PackageName::new),
            fixed_versions: &finding.fixed_versions,
            record_ids: &finding.record_ids,
            aliases: &finding.aliases,
            cvss_score: cvss.iter().map(|entry| entry.score).reduce(f64::max),
            cvss,
            epss: finding.epss.map(|epss| epss.score),
            kev: finding.kev.as_ref().map(|kev| KevView {
                date_added: &kev.date_added,
                due_date: kev.due_date.as_deref(),
                ransomware: kev.ransomware,
            }),
            cwe_ids: &finding.cwe_ids,
            references: &finding.references,
            published: finding.published.map(|time| time.to_string()),
            modified: finding.modified.map(|time| time.to_string()),
            malicious: finding.malicious,
        }
    }
}

impl<'r> PackageName<'r> {
    fn new(package: &'r Package) -> Self {
        Self {
            name: &package.name,
            version: &package.version,
            purl: package.purl.to_string(),
            paths: package.locations.iter().map(|place| place.path.as_str()).collect(),
            from_base: package.from_base.map(BaseEvidence::name),
        }
    }
}

impl<'r> PackageView<'r> {
    fn new(package: &'r Package) -> Self {
        let source = package.source.as_ref();
        let locations = package.locations.iter().map(|place| LocationView {
            path: &place.path,
            layer: place.layer.as_ref().map(ToString::to_string),
            line: place.lines.map(|(first, _)| first),
        });
        Self {
            name: &package.name,
            version: &package.version,
            purl: package.purl.to_string(),
            licenses: &package.licenses,
            source: source.map(|it| SourceView { name: &it.name, version: &it.version }),
            architecture: package.architecture.as_deref(),
            evidence: match package.evidence {
                Evidence::Installed => "installed",
                Evidence::Declared => "declared",
            },
            depends_on: &package.depends_on,
            owned_by: package.owned_by.as_deref(),
            from_base: package.from_base.map(BaseEvidence::name),
            hidden: package.hidden.is_some(),
            locations: locations.collect(),
        }
    }
}

impl<'r> DiagnosticView<'r> {
    fn new(diagnostic: &'r Diagnostic) -> Self {
        Self {
            path: diagnostic.path.as_deref(),
            line: diagnostic.line,
            layer: diagnostic.layer.as_ref().map(ToString::to_string),
            message: &diagnostic.message,
            impact: match diagnostic.impact {
                Impact::Note => "note",
                Impact::Partial => "partial",
                _ => "incomplete",
            },
        }
    }
}

/// A summary of a report: everything but its lists.
pub(crate) fn summary(report: &Report, hidden: &Hidden) -> Value {
    let counts = |counts: &Counts| -> Map<String, Value> {
        let count = |severity: Severity| (severity.name().to_owned(), counts.get(severity).into());
        Severity::ALL.into_iter().map(count).collect()
    };
    let image = report.artifact.image.as_ref();
    let names = |rows: &[EcosystemCoverage]| -> Vec<String> {
        rows.iter().map(|row| row.name.clone()).collect()
    };
    let coverage = report.matches.as_ref().map(|matches| {
        json!({ "with": names(&matches.coverage.with), "without": names(&matches.coverage.without) })
    });
    let undetermined = report.matches.as_ref().map_or(0, |matches| matches.undetermined.len());
    json!({
        "name": report.artifact.name,
        "kind": report.artifact.kind.name(),
        "distribution": report.inventory.distribution.as_ref().map(ToString::to_string),
        "image_id": image.map(|image| image.id.to_string()),
        "digest": image.and_then(|image| {
            let manifest = image.manifest.as_ref().map(|manifest| &manifest.digest);
            image.index.as_ref().or(manifest).map(ToString::to_string)
        }),
        "manifest_digest": image
            .and_then(|image| image.manifest.as_ref())
            .map(|manifest| manifest.digest.to_string()),
        "matched": report.matches.is_some(),
        "counts": counts(&Counts::of(report.findings())),
        "hidden_by_severity": counts(&hidden.by_severity),
        "coverage": coverage,
        "undetermined": undetermined,
        "notes": report.notes,
        "complete": report.is_complete(),
    })
}
