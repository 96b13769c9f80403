//! The file that `--bundle` of cosign's `sign-blob` and `attest-blob` wrote before Sigstore's
//! bundles: a signature or an envelope, the certificate (or key) of the signer, and Rekor's answer,
//! as JSON. A timestamp is kept in a separate file.

use super::annotations::{entry_of, timestamp_of};
use super::{AnnotationError, CandidateError, SignerKind};
use crate::base64;
use crate::bundle::{Bundle, Content, Material};
use crate::certificate::Certificate;
use crate::json::{self, Field, Names};
use crate::limits::Limits;

const SIGNATURE: &str = "base64Signature";
const CERTIFICATE: &str = "cert";
const ENTRY: &str = "rekorBundle";

impl Bundle {
    /// Reads the older file of cosign's `sign-blob --bundle` or `attest-blob --bundle`; none if it
    /// is not such a file. The kind of signer decides how the certificate member is read: when
    /// cosign signs with a key, it writes the key in its place.
    ///
    /// # Errors
    /// When it is such a file and a part of it cannot be read.
    pub fn from_cosign_json(
        bytes: &[u8],
        signer: SignerKind,
        limits: &Limits,
    ) -> Result<Option<Self>, CandidateError> {
        let failed = |name| move |source| CandidateError::Member { name, source };
        let Ok(document) = json::parse(bytes, limits.max_json_depth) else { return Ok(None) };
        let root = Field::root(&document, Names::Exact);
        let Ok(Some(signature)) = root.optional(SIGNATURE) else { return Ok(None) };
        let signature =
            (|| -> Result<_, AnnotationError> { Ok(base64::decode(signature.string()?.trim())?) })(
            );
        let signature = signature.map_err(failed(SIGNATURE))?;
        let text = (|| -> Result<_, AnnotationError> {
            let Some(field) = root.optional(CERTIFICATE)? else { return Ok(None) };
            let text = Some(field.string()?).filter(|text| !text.is_empty());
            Ok(text.map(base64::decode).transpose()?)
        })();
        let text = text.map_err(failed(CERTIFICATE))?;
        let material = match (signer, text) {
            (SignerKind::Identity, Some(pem)) => {
                let leaf = Certificate::from_pem(&pem).map_err(AnnotationError::from);
                let leaf = leaf.map_err(failed(CERTIFICATE))?;
                Material::Certificate { leaf, intermediates: Vec::new() }
            }
            _ => Material::PublicKey { hint: String::new() },
        };
        let entry =
            (|| -> Result<_, AnnotationError> { root.optional(ENTRY)?.map(entry_of).transpose() })(
            );
        let entry = entry.map_err(failed(ENTRY))?;
        let entries = Vec::from_iter(entry);
        // For an attestation, the whole envelope takes the place of the signature, which itself is
        // binary.
        let is_envelope = signature.is_ascii() && signature.trim_ascii_start().starts_with(b"{");
        Ok(Some(if is_envelope {
            Self::from_envelope(material, entries, Vec::new(), signature, limits)?
        } else {
            let content = Content::Message { digest: None, signature };
            Self::from_parts(material, entries, Vec::new(), content)
        }))
    }

    /// The bundle with an RFC 3161 timestamp from a separate file: DER of a response or token, or
    /// the JSON around a response that `--rfc3161-timestamp` of cosign's `sign-blob` writes.
    ///
    /// # Errors
    /// When it is JSON without such a response. DER is checked only when the bundle is verified.
    pub fn with_timestamp_file(self, file: &[u8]) -> Result<Self, AnnotationError> {
        let is_json = file.trim_ascii_start().starts_with(b"{");
        Ok(self.with_timestamp(if is_json { timestamp_of(file)? } else { file.to_vec() }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Option<Bundle>, CandidateError> {
        Bundle::from_cosign_json(text.as_bytes(), SignerKind::Key, &Limits::default())
    }

    #[test]
    fn reads_signature_and_log_entry() {
        let body = base64::encode(br#"{"apiVersion":"0.0.1","kind":"hashedrekord","spec":{}}"#);
        let id = "c0".repeat(32);
        let text = format!(
            r#"{{"base64Signature":"AwQ=","cert":"LS0tLS1CRUdJTg==","rekorBundle":{{
                "SignedEntryTimestamp":"AQI=","Payload":{{"body":"{body}","integratedTime":1700000000,
                "logIndex":7,"logID":"{id}"}}}}}}"#
        );
        let bundle = read(&text).unwrap().unwrap();
        assert_eq!(bundle.entries().len(), 1);
        assert!(matches!(bundle.content(), Content::Message { digest: None, signature }
            if *signature == [3, 4]));
        assert!(read(r#"{"base64Signature":"AwQ="}"#).unwrap().unwrap().entries().is_empty());
    }

    #[test]
    fn an_attestation_has_an_envelope_for_its_signature() {
        let of = |signature: &str| {
            read(&format!(r#"{{"base64Signature":"{}"}}"#, base64::encode(signature.as_bytes())))
        };
        let envelope = r#"{"payloadType":"t","payload":"e30=","signatures":[{"sig":"AwQ="}]}"#;
        let bundle = of(envelope).unwrap().unwrap();
        assert!(matches!(bundle.content(), Content::Envelope(one) if one.payload_type() == "t"));
        assert_eq!(bundle.written_envelope(), Some(envelope.as_bytes()));
        assert!(matches!(of(&envelope.replace("sig", "gis")), Err(CandidateError::Envelope(_))));
        let bundle = of("\u{7b}\u{e9}").unwrap().unwrap();
        assert!(matches!(bundle.content(), Content::Message { .. }), "chance");
    }

    #[test]
    fn a_timestamp_is_der_or_in_json() {
        let bundle = read(r#"{"base64Signature":"AwQ="}"#).unwrap().unwrap();
        for file in [&b"\x30\x01"[..], b" {\"SignedRFC3161Timestamp\":\"MAE=\"}\n"] {
            let stamped = bundle.clone().with_timestamp_file(file).unwrap();
            assert_eq!(stamped.timestamps(), [[0x30, 1]]);
        }
        for malformed in ["{", "{}", r#"{"SignedRFC3161Timestamp":""}"#] {
            assert!(bundle.clone().with_timestamp_file(malformed.as_bytes()).is_err());
        }
    }

    #[test]
    fn what_is_of_another_kind_is_none_and_what_is_malformed_an_error() {
        for other in ["", "[1]", r#"{"mediaType":"application/json"}"#] {
            assert!(read(other).unwrap().is_none(), "{other}");
        }
        for malformed in [
            r#"{"base64Signature":7}"#,
            r#"{"base64Signature":"A="}"#,
            r#"{"base64Signature":"AwQ=","cert":"!"}"#,
            r#"{"base64Signature":"AwQ=","rekorBundle":{}}"#,
        ] {
            let error = read(malformed).unwrap_err();
            assert!(matches!(error, CandidateError::Member { .. }), "{malformed}");
        }
    }
}
