//! Media types of the scanner API, as Harbor and others write them.

/// The media types of metadata, by the requested version.
pub(super) const METADATA: [&str; 2] = [
    "application/vnd.scanner.adapter.metadata+json; version=1.0",
    "application/vnd.scanner.adapter.metadata+json; version=1.1",
];
pub(super) const SCAN_RESPONSE: &str =
    "application/vnd.scanner.adapter.scan.response+json; version=1.0";
pub(super) const ERROR: &str = "application/vnd.scanner.adapter.error+json; version=1.0";

/// The media types that can be scanned.
pub(super) const CONSUMED: [&str; 2] = [
    "application/vnd.oci.image.manifest.v1+json",
    "application/vnd.docker.distribution.manifest.v2+json",
];

/// A product of a scan.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Product {
    /// The vulnerabilities in Harbor's form.
    Vulnerabilities,
    /// The vulnerabilities as Trivy's JSON.
    Raw,
    /// The components of the image, in CycloneDX.
    CycloneDx,
    /// The components of the image, in SPDX.
    Spdx,
}

impl Product {
    pub(super) const ALL: [Self; 4] =
        [Self::Vulnerabilities, Self::Raw, Self::CycloneDx, Self::Spdx];

    /// The ending of its file name.
    pub(super) fn ending(self) -> &'static str {
        match self {
            Self::Vulnerabilities => "vulnerabilities",
            Self::Raw => "raw",
            Self::CycloneDx => "cyclonedx",
            Self::Spdx => "spdx",
        }
    }

    /// The SBOM format with a media type.
    pub(super) fn of_sbom(media_type: &str) -> Option<Self> {
        match bare(media_type).as_str() {
            "application/vnd.cyclonedx+json" => Some(Self::CycloneDx),
            "application/spdx+json" => Some(Self::Spdx),
            _ => None,
        }
    }
}

/// The media types of SBOMs; the first is the default.
pub(super) const SBOMS: [&str; 2] = ["application/spdx+json", "application/vnd.cyclonedx+json"];

/// The kind of a requested report.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ReportKind {
    Vulnerabilities,
    /// The vulnerabilities, under their older name.
    OldVulnerabilities,
    Raw,
    Sbom,
}

/// The kinds with their media types. The reference adapter omits `+json` and the version in places,
/// and so do its clients.
const REPORTS: [(ReportKind, &str); 4] = [
    (ReportKind::Vulnerabilities, "application/vnd.security.vulnerability.report; version=1.1"),
    (
        ReportKind::OldVulnerabilities,
        "application/vnd.scanner.adapter.vuln.report.harbor+json; version=1.0",
    ),
    (ReportKind::Raw, "application/vnd.scanner.adapter.vuln.report.raw"),
    (ReportKind::Sbom, "application/vnd.security.sbom.report+json; version=1.0"),
];

impl ReportKind {
    pub(super) fn name(self) -> &'static str {
        REPORTS.iter().find(|(kind, _)| *kind == self).map_or("", |(_, name)| name)
    }

    /// Whether the report is about vulnerabilities.
    pub(super) fn is_about_vulnerabilities(self) -> bool {
        self != Self::Sbom
    }

    /// The first available kind in an `Accept` header; vulnerabilities if it accepts anything.
    pub(super) fn accepted(accept: &str) -> Option<Self> {
        if accept.trim().is_empty() {
            return Some(Self::Vulnerabilities);
        }
        accept.split(',').find_map(|range| match bare(range).as_str() {
            "*/*" | "application/*" | "application/json" => Some(Self::Vulnerabilities),
            asked => {
                let asked = asked.trim_end_matches("+json");
                let named =
                    REPORTS.iter().find(|(_, name)| bare(name).trim_end_matches("+json") == asked);
                // A later version may have another form.
                named
                    .filter(|(_, name)| version(range).is_none_or(|it| version(name) == Some(it)))
                    .map(|(kind, _)| *kind)
            }
        })
    }
}

/// The media type of metadata for an `Accept` header.
pub(super) fn metadata(accept: &str) -> &'static str {
    let [old, new] = METADATA;
    let is_new =
        accept.split(',').any(|range| bare(range) == bare(new) && version(range) == version(new));
    if is_new { new } else { old }
}

/// Whether a body may be a request to scan.
pub(super) fn is_scan_request(content_type: &str) -> bool {
    matches!(
        bare(content_type).as_str(),
        "" | "application/json"
            | "application/vnd.scanner.adapter.scan.request"
            | "application/vnd.scanner.adapter.scan.request+json"
    )
}

/// A media type without parameters, in lower case.
fn bare(text: &str) -> String {
    text.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
}

fn version(text: &str) -> Option<&str> {
    let mut parameters = text.split(';').skip(1).filter_map(|parameter| parameter.split_once('='));
    let (_, value) = parameters.find(|(name, _)| name.trim().eq_ignore_ascii_case("version"))?;
    Some(value.trim().trim_matches('"'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reports_are_asked_for_in_many_ways() {
        use ReportKind::{OldVulnerabilities, Raw, Sbom, Vulnerabilities};
        for (accept, expected) in [
            ("", Some(Vulnerabilities)),
            ("*/*", Some(Vulnerabilities)),
            ("application/vnd.security.vulnerability.report; version=1.1", Some(Vulnerabilities)),
            (
                "application/vnd.security.vulnerability.report;version=\"1.1\"",
                Some(Vulnerabilities),
            ),
            ("Application/vnd.security.vulnerability.report+json", Some(Vulnerabilities)),
            (
                "application/vnd.scanner.adapter.vuln.report.harbor; version=1.0",
                Some(OldVulnerabilities),
            ),
            ("application/vnd.scanner.adapter.vuln.report.raw", Some(Raw)),
            ("text/html, application/vnd.security.sbom.report+json; version=1.0", Some(Sbom)),
            ("application/vnd.security.vulnerability.report; version=2.0", None),
            ("text/html", None),
        ] {
            assert_eq!(ReportKind::accepted(accept), expected, "{accept}");
        }
    }

    #[test]
    fn metadata_has_the_version_that_is_asked_for() {
        let [old, new] = METADATA;
        for (accept, expected) in [("", old), ("*/*", old), (old, old), (new, new)] {
            assert_eq!(metadata(accept), expected);
        }
        assert_eq!(metadata("application/vnd.scanner.adapter.metadata+json;version=1.1, */*"), new);
    }
}
