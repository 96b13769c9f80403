//! Predicates: the contents of attestations.

mod error;
mod provenance;
mod vuln;

use sealift_model::Timestamp;
use sealift_sigstore_verify::{PredicateKind, PredicateType};
use serde_json::{Value, json};

pub use error::{CiError, PredicateError};
pub use provenance::provenance;
pub use vuln::ScanRecord;

/// Makes a predicate of a type from a document, as cosign does: most must be JSON objects, and a
/// link must have what in-toto requires; `custom` takes any text and adds the time; SPDX also takes
/// tag-value text. For further members that readers of a type expect, see [`missing_member`].
///
/// # Errors
/// When the document is not of that type.
pub fn predicate(
    predicate_type: &PredicateType,
    document: &[u8],
    now: Timestamp,
) -> Result<Value, PredicateError> {
    let kind = PredicateKind::of(predicate_type.uri());
    if kind == PredicateKind::Custom {
        let data = str::from_utf8(document).map_err(|_| PredicateError::NotText)?;
        return Ok(json!({ "Data": data, "Timestamp": now.to_string() }));
    }
    let parsed: Value = match serde_json::from_slice(document) {
        Ok(parsed) => parsed,
        Err(_) if kind == PredicateKind::Spdx && document.starts_with(b"SPDXVersion:") => {
            let text = str::from_utf8(document).map_err(|_| PredicateError::NotText)?;
            return Ok(text.into());
        }
        Err(error) => {
            return Err(PredicateError::NotJson { line: error.line(), column: error.column() });
        }
    };
    if !parsed.is_object() {
        return Err(PredicateError::NotAnObject);
    }
    match missing_member(predicate_type, &parsed) {
        Some(field) if kind == PredicateKind::Link => Err(PredicateError::Missing { field }),
        _ => Ok(parsed),
    }
}

/// A member that the format requires and the predicate lacks: readers may refuse it.
#[must_use]
pub fn missing_member(predicate_type: &PredicateType, predicate: &Value) -> Option<&'static str> {
    let members = predicate.as_object()?;
    let required = required(PredicateKind::of(predicate_type.uri()));
    required.iter().copied().find(|field| !members.contains_key(*field))
}

/// The members that a format requires.
fn required(kind: PredicateKind) -> &'static [&'static str] {
    match kind {
        // in-toto 0.9 section 4.4.
        PredicateKind::Link => {
            &["_type", "name", "materials", "products", "byproducts", "command", "environment"]
        }
        PredicateKind::SlsaProvenanceV02 => &["builder", "buildType"],
        PredicateKind::SlsaProvenanceV1 => &["buildDefinition", "runDetails"],
        PredicateKind::Vuln => &["scanner", "metadata"],
        PredicateKind::CycloneDx => &["bomFormat"],
        PredicateKind::OpenVex => &["@context", "statements"],
        _ => &[],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn made(name: &str, document: &str) -> Result<Value, PredicateError> {
        let now = "2026-01-02T03:04:05Z".parse().unwrap();
        predicate(&PredicateType::new(name).unwrap(), document.as_bytes(), now)
    }

    #[test]
    fn custom_takes_any_text() {
        let expected = json!({ "Data": "a\n", "Timestamp": "2026-01-02T03:04:05Z" });
        assert_eq!(made("custom", "a\n"), Ok(expected));
        let now = "2026-01-02T03:04:05Z".parse().unwrap();
        let custom = PredicateType::new("custom").unwrap();
        assert_eq!(predicate(&custom, b"\xff", now), Err(PredicateError::NotText));
    }

    #[test]
    fn others_are_objects_with_what_they_need() {
        let lacking = json!({ "runDetails": {} });
        assert_eq!(made("slsaprovenance1", &lacking.to_string()), Ok(lacking.clone()));
        for (name, field) in [
            ("slsaprovenance1", Some("buildDefinition")),
            ("slsaprovenance", Some("builder")),
            ("spdxjson", None),
        ] {
            assert_eq!(missing_member(&PredicateType::new(name).unwrap(), &lacking), field);
        }
        assert_eq!(made("link", "{}"), Err(PredicateError::Missing { field: "_type" }));
        assert_eq!(made("cyclonedx", "[]"), Err(PredicateError::NotAnObject));
        assert_eq!(made("openvex", "{\n]"), Err(PredicateError::NotJson { line: 2, column: 1 }));
        assert_eq!(made("https://example.com/x", "{}"), Ok(json!({})));
        let spdx = "SPDXVersion: SPDX-2.3\n";
        assert_eq!(made("spdx", spdx), Ok(spdx.into()));
        let deep = "[".repeat(100_000);
        assert!(matches!(made("link", &deep), Err(PredicateError::NotJson { .. })));
    }
}
