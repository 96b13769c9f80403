use super::StatementError;
use crate::json::excerpt;

/// The formats of predicates that are known by name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum PredicateKind {
    /// SLSA provenance v0.2.
    SlsaProvenanceV02,
    /// SLSA provenance v1.
    SlsaProvenanceV1,
    /// An SPDX document.
    Spdx,
    /// A CycloneDX bill of materials.
    CycloneDx,
    /// An in-toto link.
    Link,
    /// cosign's report of a vulnerability scan.
    Vuln,
    /// An OpenVEX document.
    OpenVex,
    /// cosign's wrapping of anything.
    Custom,
    /// cosign's signature of an image, which states nothing further about the subject.
    CosignSign,
    /// SLSA verification summary.
    VerificationSummary,
    /// in-toto's report of a vulnerability scan, 0.1 and 0.2.
    Vulns,
    /// in-toto release.
    Release,
    /// in-toto test result.
    TestResult,
    /// in-toto supply chain attribute integrity.
    Scai,
    /// Any other.
    Other,
}

/// A row of the table: the kind, its URI, and what cosign's `--type` calls it.
struct Row(PredicateKind, &'static str, &'static [&'static str]);

const ROWS: &[Row] = &[
    Row(
        PredicateKind::SlsaProvenanceV02,
        "https://slsa.dev/provenance/v0.2",
        &["slsaprovenance", "slsaprovenance02"],
    ),
    Row(PredicateKind::SlsaProvenanceV1, "https://slsa.dev/provenance/v1", &["slsaprovenance1"]),
    Row(PredicateKind::Spdx, "https://spdx.dev/Document", &["spdx", "spdxjson"]),
    Row(PredicateKind::CycloneDx, "https://cyclonedx.org/bom", &["cyclonedx"]),
    Row(PredicateKind::Link, "https://in-toto.io/Link/v1", &["link"]),
    Row(PredicateKind::Vuln, "https://cosign.sigstore.dev/attestation/vuln/v1", &["vuln"]),
    Row(PredicateKind::OpenVex, "https://openvex.dev/ns", &["openvex"]),
    Row(PredicateKind::Custom, "https://cosign.sigstore.dev/attestation/v1", &["custom"]),
    Row(PredicateKind::CosignSign, "https://sigstore.dev/cosign/sign/v1", &[]),
    Row(PredicateKind::VerificationSummary, "https://slsa.dev/verification_summary/v1", &[]),
    Row(PredicateKind::Vulns, "https://in-toto.io/attestation/vulns/v0.2", &[]),
    Row(PredicateKind::Vulns, "https://in-toto.io/attestation/vulns/v0.1", &[]),
    Row(PredicateKind::Vulns, "https://in-toto.io/attestation/vulns", &[]),
    Row(PredicateKind::Release, "https://in-toto.io/attestation/release/v0.1", &[]),
    Row(PredicateKind::TestResult, "https://in-toto.io/attestation/test-result/v0.1", &[]),
    Row(PredicateKind::Scai, "https://in-toto.io/attestation/scai/attribute-report/v0.2", &[]),
    Row(PredicateKind::Scai, "https://in-toto.io/attestation/scai/v0.3", &[]),
];

impl PredicateKind {
    /// The kind of a predicate type. Formats with versions of their own (OpenVEX, SPDX, CycloneDX)
    /// may append the version to the URI: `https://spdx.dev/Document/v2.3`.
    #[must_use]
    pub fn of(uri: &str) -> Self {
        let row = ROWS.iter().find(|Row(kind, known, _)| {
            let versioned = matches!(kind, Self::OpenVex | Self::Spdx | Self::CycloneDx);
            *known == uri || (versioned && is_version_of(uri, known))
        });
        row.map_or(Self::Other, |Row(kind, ..)| *kind)
    }
}

/// A required predicate type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PredicateType(String);

impl PredicateType {
    /// The type with this name in cosign's `--type`, or with this URI.
    ///
    /// # Errors
    /// When it is neither.
    pub fn new(name: &str) -> Result<Self, StatementError> {
        if let Some(Row(_, uri, _)) = ROWS.iter().find(|Row(.., names)| names.contains(&name)) {
            return Ok(Self((*uri).to_owned()));
        }
        match is_uri(name) {
            true => Ok(Self(name.to_owned())),
            false => Err(StatementError::PredicateName { name: excerpt(name) }),
        }
    }

    /// The URI.
    #[must_use]
    pub fn uri(&self) -> &str {
        &self.0
    }

    /// Whether a statement's predicate type is this one. The required OpenVEX type has no version,
    /// which producers append.
    #[must_use]
    pub fn accepts(&self, predicate_type: &str) -> bool {
        let versioned = PredicateKind::of(&self.0) == PredicateKind::OpenVex;
        predicate_type == self.0 || (versioned && is_version_of(predicate_type, &self.0))
    }
}

/// Whether `uri` is `base` followed by a version: `/v0.2.0`.
fn is_version_of(uri: &str, base: &str) -> bool {
    uri.strip_prefix(base).and_then(|rest| rest.strip_prefix("/v")).is_some_and(|version| {
        version.split('.').all(|part| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit()))
    })
}

/// Whether text starts with a scheme (RFC 3986 section 3.1) and has more after it.
fn is_uri(text: &str) -> bool {
    text.split_once(':').is_some_and(|(scheme, rest)| {
        scheme.starts_with(|c: char| c.is_ascii_alphabetic())
            && scheme.bytes().all(|b| b.is_ascii_alphanumeric() || b"+-.".contains(&b))
            && !rest.is_empty()
            && !rest.contains(|c: char| c.is_whitespace() || c.is_control())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_those_of_cosign() {
        let uri = |name: &str| PredicateType::new(name).map(|one| one.uri().to_owned());
        assert_eq!(uri("slsaprovenance").unwrap(), "https://slsa.dev/provenance/v0.2");
        assert_eq!(uri("slsaprovenance02"), uri("slsaprovenance"));
        assert_eq!(uri("slsaprovenance1").unwrap(), "https://slsa.dev/provenance/v1");
        assert_eq!(uri("spdxjson"), uri("spdx"));
        assert_eq!(uri("https://example.com/p").unwrap(), "https://example.com/p");
        for name in ["", "SPDX", "slsa", "://x", "1a:b", "a:", "a: b"] {
            let refused = Err(StatementError::PredicateName { name: name.to_owned() });
            assert_eq!(uri(name), refused);
        }
    }

    #[test]
    fn openvex_is_accepted_with_a_version() {
        let openvex = PredicateType::new("openvex").unwrap();
        assert!(openvex.accepts("https://openvex.dev/ns"));
        assert!(openvex.accepts("https://openvex.dev/ns/v0.2.0"));
        for other in [
            "https://openvex.dev/ns/",
            "https://openvex.dev/nsx",
            "https://openvex.dev/ns/v",
            "https://openvex.dev/ns/v1/x",
        ] {
            assert!(!openvex.accepts(other), "{other}");
        }
        let spdx = PredicateType::new("spdx").unwrap();
        assert!(!spdx.accepts("https://spdx.dev/Document/v2.3"));
        assert_eq!(PredicateKind::of("https://spdx.dev/Document/v2.3"), PredicateKind::Spdx);
        assert_eq!(PredicateKind::of("https://slsa.dev/provenance/v1/v1"), PredicateKind::Other);
    }
}
