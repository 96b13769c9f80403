//! The signed payload of cosign's image signatures (`cosign specs/SIGNATURE_SPEC.md`, after the
//! simple signing format of `containers/image`).

use sealift_model::Digest;

use super::PayloadError;
use crate::json::{self, Field, Names, Value};

/// The required value of `critical.type`.
pub const SIMPLE_SIGNING_TYPE: &str = "cosign container image signature";

/// Levels of nesting; a payload has three, and claims may be any JSON.
const MAX_DEPTH: usize = 32;

/// A parsed payload. Parsed is not verified.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct SimpleSigning {
    /// The image that was signed: the digest of its manifest or index.
    pub image: Digest,
    /// The name that the image was signed under. It proves nothing: the digest says what was
    /// signed.
    pub reference: Option<String>,
    /// Claims made with the signature, `cosign sign -a key=value`.
    pub claims: Vec<(String, Value<'static>)>,
}

impl SimpleSigning {
    /// Reads a payload. Keys are compared without regard to ASCII case, as in the reference
    /// program; a repeated key, in whatever case, is refused.
    ///
    /// # Errors
    /// When it is no JSON, lacks a field, has another type or names no digest.
    pub fn from_json(payload: &[u8]) -> Result<Self, PayloadError> {
        let document = json::parse(payload, MAX_DEPTH)?;
        let root = Field::root(&document, Names::AnyCase);
        let critical = root.get("critical")?;
        let found = critical.get("type")?.string()?;
        if found != SIMPLE_SIGNING_TYPE {
            return Err(PayloadError::Type { found: json::excerpt(found) });
        }
        let image = critical.get("image")?.get("docker-manifest-digest")?.string()?.parse()?;
        let identity = critical.optional("identity")?;
        let reference =
            identity.map(|identity| identity.optional("docker-reference")).transpose()?.flatten();
        let claims = match root.optional("optional")? {
            Some(optional) => optional.members()?.collect(),
            None => Vec::new(),
        };
        Ok(Self {
            image,
            reference: reference.map(|name| name.string().map(str::to_owned)).transpose()?,
            claims: claims
                .into_iter()
                .map(|(key, value)| (key.to_owned(), value.value().clone().into_owned()))
                .collect(),
        })
    }

    /// The text of a claim; none where it is absent or no text.
    #[must_use]
    pub fn claim(&self, key: &str) -> Option<&str> {
        let (_, value) = self.claims.iter().find(|(name, _)| name == key)?;
        value.as_str()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::json::{FieldErrorKind, JsonError};

    const HEX: &str = "cbcc339b32fc5b348382596926e218b144cbb7ee560e0b31e5108cf182a76c67";

    fn payload(optional: &str) -> String {
        format!(
            r#"{{"critical":{{"identity":{{"docker-reference":"r.example/app"}},
                "image":{{"docker-manifest-digest":"sha256:{HEX}"}},
                "type":"{SIMPLE_SIGNING_TYPE}"}},"optional":{optional}}}"#
        )
    }

    #[test]
    fn reads_digest_reference_and_claims() {
        let read = SimpleSigning::from_json(payload(r#"{"env":"prod","n":1}"#).as_bytes()).unwrap();
        assert_eq!(read.image.hex(), HEX);
        assert_eq!(read.reference.as_deref(), Some("r.example/app"));
        assert_eq!(
            (read.claim("env"), read.claim("n"), read.claim("ENV")),
            (Some("prod"), None, None)
        );
        assert!(SimpleSigning::from_json(payload("null").as_bytes()).unwrap().claims.is_empty());
    }

    #[test]
    fn the_case_of_keys_does_not_matter() {
        let text = payload("null")
            .replace("critical", "Critical")
            .replace("docker-manifest-digest", "Docker-manifest-Digest")
            .replace("\"type\"", "\"TYPE\"");
        assert_eq!(SimpleSigning::from_json(text.as_bytes()).unwrap().image.hex(), HEX);
        let twice = payload("null").replace("\"image\"", "\"Image\":{},\"image\"");
        let Err(PayloadError::Field(error)) = SimpleSigning::from_json(twice.as_bytes()) else {
            panic!("accepted");
        };
        assert_eq!((error.path.as_str(), error.kind), ("critical.image", FieldErrorKind::SetTwice));
    }

    #[test]
    fn refuses_what_is_no_signature_of_an_image() {
        let other = payload("null").replace(SIMPLE_SIGNING_TYPE, "atomic container signature");
        assert!(matches!(
            SimpleSigning::from_json(other.as_bytes()),
            Err(PayloadError::Type { found }) if found == "atomic container signature"
        ));
        for wrong in [HEX.to_uppercase(), HEX[1..].to_owned(), format!("{HEX}\\u0000")] {
            let text = payload("null").replace(HEX, &wrong);
            assert!(matches!(
                SimpleSigning::from_json(text.as_bytes()),
                Err(PayloadError::Digest(_))
            ));
        }
        for (part, path) in [("critical", "critical"), ("\"type\"", "critical.type")] {
            let text = payload("null").replacen(part, &part.replace(['c', 't'], "x"), 1);
            assert!(matches!(
                SimpleSigning::from_json(text.as_bytes()),
                Err(PayloadError::Field(error)) if error.path == path
            ));
        }
        let twice = payload("{\"a\":1,\"a\":2}");
        assert!(matches!(
            SimpleSigning::from_json(twice.as_bytes()),
            Err(PayloadError::Json(JsonError::DuplicateKey { .. }))
        ));
        let more = payload("null") + "{}";
        assert!(matches!(
            SimpleSigning::from_json(more.as_bytes()),
            Err(PayloadError::Json(JsonError::TrailingBytes { .. }))
        ));
    }

    proptest! {
        #[test]
        fn any_bytes_give_an_answer(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _ = SimpleSigning::from_json(&bytes);
        }
    }
}
