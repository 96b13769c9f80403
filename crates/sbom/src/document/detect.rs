//! Detects the format of a document.

use std::fmt;

use serde::de::{Deserializer as _, Error as _, IgnoredAny, MapAccess, Visitor};

use super::{Document, DocumentLimits, Text, attested, is_xml, text_of};
use crate::{Error, cyclonedx, spdx, syft};

/// The format of an SBOM.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum DocumentFormat {
    /// CycloneDX, JSON or XML.
    CycloneDx,
    /// SPDX 2, JSON or tag-value.
    Spdx,
    /// Syft's own JSON.
    Syft,
}

const FORMAT: &str = "SBOM";

/// Reads an SBOM in any supported format: CycloneDX in JSON or XML, SPDX 2 in JSON or tag-value
/// form, Syft's own JSON, or an attestation that contains one of these (an in-toto statement, a
/// DSSE envelope, a Sigstore bundle, several on separate lines). The signature of an attestation is
/// not verified, and a diagnostic says so.
///
/// # Errors
/// When the format is none of these, or [`cyclonedx::read`] or [`spdx::read`] refuses the document.
pub fn read_document(bytes: &[u8], limits: &DocumentLimits) -> Result<Document, Error> {
    let text = text_of(bytes, FORMAT, limits)?;
    if kind_of(text)? != Kind::Attestation {
        return read_plain(text, limits);
    }
    let attested = attested::open(text)?;
    let mut document = read_plain(&attested.document, limits)?;
    // Its lines are not those of the file.
    let mut inventory = std::mem::take(&mut document.inventory);
    inventory.diagnostics.iter_mut().for_each(|diagnostic| diagnostic.line = None);
    inventory.diagnose(attested.told);
    document.inventory = inventory;
    Ok(document)
}

fn read_plain(text: &str, limits: &DocumentLimits) -> Result<Document, Error> {
    match kind_of(text)? {
        Kind::CycloneDx => cyclonedx::read(text.as_bytes(), limits),
        Kind::Spdx => spdx::read(text.as_bytes(), limits),
        Kind::Syft => syft::read(text, limits),
        Kind::Attestation => Err(malformed("an attestation within an attestation".to_owned())),
    }
}

/// Whether a text is a document that is no attestation.
pub(super) fn is_sbom(text: &str) -> bool {
    kind_of(text).is_ok_and(|kind| kind != Kind::Attestation)
}

/// What a document is, by what is seen of it first.
#[derive(Clone, Copy, PartialEq)]
enum Kind {
    CycloneDx,
    Spdx,
    Syft,
    Attestation,
}

/// Keys by which an object is told to be a document.
const KEYS: &[(&str, Kind)] = &[
    ("bomFormat", Kind::CycloneDx),
    ("spdxVersion", Kind::Spdx),
    ("dsseEnvelope", Kind::Attestation),
    ("payload", Kind::Attestation),
    ("payloadType", Kind::Attestation),
    ("predicate", Kind::Attestation),
    ("predicateType", Kind::Attestation),
];

/// A key of Syft's own JSON that many other objects have, too.
const ARTIFACTS: &str = "artifacts";

/// Keys that stand beside it in Syft's own JSON of any version.
const BESIDE_ARTIFACTS: [&str; 3] = ["artifactRelationships", "descriptor", "schema"];

/// Keys of what looks like an SBOM and is none that is read.
const OTHERS: &[(&str, &str)] = &[
    ("@graph", "SPDX 3 is not read, only 2.2 and 2.3"),
    ("messageSignature", "it is a signature, no attestation with an SBOM in it"),
    ("ArtifactName", "it is a report of Trivy; its --format cyclonedx is an SBOM"),
    ("matches", "it is a report of Grype, no SBOM"),
];

fn kind_of(text: &str) -> Result<Kind, Error> {
    if is_xml(text) {
        return Ok(Kind::CycloneDx);
    }
    if spdx::is_tag_value(text) {
        return Ok(Kind::Spdx);
    }
    let mut seen = Seen::default();
    let mut deserializer = serde_json::Deserializer::from_str(text);
    let result = deserializer.deserialize_map(Keys(&mut seen));
    match (seen.told, result) {
        (Some(Ok(kind)), _) => Ok(kind),
        (Some(Err(reason)), _) => Err(malformed(reason.to_owned())),
        (None, Ok(())) if seen.artifacts && seen.beside => Ok(Kind::Syft),
        (None, Ok(())) if seen.artifacts => Err(malformed(
            "it has artifacts, but neither schema nor descriptor as Syft's own JSON has".to_owned(),
        )),
        (None, Ok(())) => Err(malformed(
            "it has neither bomFormat (CycloneDX) nor spdxVersion (SPDX 2)".to_owned(),
        )),
        (None, Err(error)) => Err(Error::Malformed {
            format: FORMAT,
            reason: super::reason_of(&error),
            line: u64::try_from(error.line()).ok(),
        }),
    }
}

fn malformed(reason: String) -> Error {
    Error::Malformed { format: FORMAT, reason, line: None }
}

/// What the keys of an object say.
#[derive(Default)]
struct Seen {
    /// What it is, or why it is not read.
    told: Option<Result<Kind, &'static str>>,
    /// There is [`ARTIFACTS`].
    artifacts: bool,
    /// There is one of [`BESIDE_ARTIFACTS`].
    beside: bool,
}

/// Looks at the keys of an object up to the first that tells what it is.
struct Keys<'f>(&'f mut Seen);

impl<'de> Visitor<'de> for Keys<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(key) = map.next_key::<Text<'_>>()? {
            let known = KEYS.iter().find(|(known, _)| **known == *key).map(|(_, kind)| Ok(*kind));
            let other =
                || OTHERS.iter().find(|(known, _)| **known == *key).map(|(_, why)| Err(*why));
            self.0.told = known.or_else(other);
            if self.0.told.is_some() {
                // The rest is read by the reader of that format.
                return Err(A::Error::custom("found"));
            }
            self.0.artifacts |= *key == *ARTIFACTS;
            self.0.beside |= BESIDE_ARTIFACTS.contains(&&*key);
            map.next_value::<IgnoredAny>()?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD;
    use sealift_model::Impact;
    use serde_json::json;

    use super::*;

    const CYCLONEDX: &str = r#"{"bomFormat":"CycloneDX","specVersion":"1.6",
        "components":[{"name":"a","purl":"pkg:npm/a@1"}]}"#;
    const TAGS: &str =
        "SPDXVersion: SPDX-2.3\nPackageName: a\nExternalRef: PACKAGE-MANAGER purl pkg:npm/a@1\n";

    fn read(text: &str) -> Document {
        read_document(text.as_bytes(), &DocumentLimits::default()).unwrap()
    }

    #[test]
    fn a_key_tells_the_format() {
        for (text, format) in [
            (
                r#"{"$schema":{"a":[]},"bomFormat":"CycloneDX","specVersion":"1.6"}"#,
                DocumentFormat::CycloneDx,
            ),
            ("\u{feff}{\"spdxVersion\":\"SPDX-2.3\"}", DocumentFormat::Spdx),
            (
                r#"<b:bom xmlns:b="http://cyclonedx.org/schema/bom/1.4"/>"#,
                DocumentFormat::CycloneDx,
            ),
            ("# a comment\nSPDXVersion: SPDX-2.2\n", DocumentFormat::Spdx),
            (r#"{"artifacts":[],"schema":{"version":"16.0.0"}}"#, DocumentFormat::Syft),
            (
                r#"{"artifacts":[],"schema":{},"bomFormat":"CycloneDX","specVersion":"1.6"}"#,
                DocumentFormat::CycloneDx,
            ),
            (r#"{"artifacts":[],"spdxVersion":"SPDX-2.3"}"#, DocumentFormat::Spdx),
        ] {
            assert_eq!(read(text).format, format, "{text}");
        }
        for (text, message) in [
            ("[]", "not a valid SBOM: invalid type: sequence, expected an object"),
            (
                "{}",
                "not a valid SBOM: it has neither bomFormat (CycloneDX) nor spdxVersion (SPDX 2)",
            ),
            (
                r#"{"total_count":0,"artifacts":[]}"#,
                "not a valid SBOM: it has artifacts, but neither schema nor descriptor as Syft's \
                 own JSON has",
            ),
            (
                r#"{"bomFormat":"CycloneDX""#,
                "not a valid CycloneDX document: EOF while parsing an object",
            ),
            (
                "<rdf:RDF xmlns:rdf=\"x\"/>",
                "not a valid CycloneDX document: the root of this XML, \"RDF\", is no bom of CycloneDX",
            ),
            (
                r#"{"@context":"https://spdx.org/rdf/3.0.1/spdx-context.jsonld","@graph":[]}"#,
                "not a valid SBOM: SPDX 3 is not read, only 2.2 and 2.3",
            ),
        ] {
            let limits = DocumentLimits::default();
            let error = read_document(text.as_bytes(), &limits).unwrap_err();
            assert_eq!(error.to_string(), message, "{text}");
        }
    }

    fn statement(predicate: serde_json::Value) -> String {
        let kind = "https://cyclonedx.org/bom";
        json!({"_type": "https://in-toto.io/Statement/v1", "subject": [], "predicateType": kind, "predicate": predicate})
            .to_string()
    }

    fn envelope(statement: &str) -> String {
        let payload = STANDARD.encode(statement);
        json!({"payloadType": "application/vnd.in-toto+json", "payload": payload, "signatures": []})
            .to_string()
    }

    #[test]
    fn an_attestation_is_opened_and_said_to_be_unverified() {
        let object: serde_json::Value = serde_json::from_str(CYCLONEDX).unwrap();
        let plain = statement(object.clone());
        let enveloped: serde_json::Value = serde_json::from_str(&envelope(&plain)).unwrap();
        let media_type = "application/vnd.dev.sigstore.bundle.v0.3+json";
        let provenance =
            json!({"predicateType": "https://slsa.dev/provenance/v1", "predicate": {}});
        for text in [
            plain.clone(),
            envelope(&plain),
            json!({"mediaType": media_type, "dsseEnvelope": enveloped}).to_string(),
            statement(TAGS.into()),
            statement(json!({"Data": CYCLONEDX, "Timestamp": ""})),
            statement(json!({"Data": object})),
            format!("{}\n{}\n", envelope(&plain), envelope(&provenance.to_string())),
            format!("{}\n{}\n", envelope(&provenance.to_string()), envelope(&plain)),
        ] {
            let inventory = read(&text).inventory;
            assert_eq!(inventory.packages.len(), 1, "{text}");
            assert_eq!(inventory.packages[0].name, "a");
            let told = inventory.diagnostics.iter().find(|it| it.message.contains("not verified"));
            assert_eq!(told.map(|it| it.impact), Some(Impact::Note), "{text}");
        }
        for (text, reason) in [
            (envelope(&provenance.to_string()), "no SBOM but a predicate of type \"https://slsa"),
            (envelope("{}"), "neither payload nor predicate"),
            (json!({"payload": "!"}).to_string(), "payload: "),
            (envelope(&envelope(&envelope(&envelope(&plain)))), "more than 4 envelopes"),
        ] {
            let error = read_document(text.as_bytes(), &DocumentLimits::default()).unwrap_err();
            assert!(error.to_string().contains(reason), "{text}: {error}");
        }
    }
}
