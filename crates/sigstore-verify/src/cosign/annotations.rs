//! The annotations of a signature's layer (`cosign specs/SIGNATURE_SPEC.md`, Properties).

use sealift_model::{Descriptor, Timestamp};

use super::{AnnotationError, CandidateError};
use crate::base64;
use crate::json::{self, Field, FieldErrorKind, Names};
use crate::log::Entry;

pub(super) const SIGNATURE: &str = "dev.cosignproject.cosign/signature";
pub(super) const CERTIFICATE: &str = "dev.sigstore.cosign/certificate";
pub(super) const CHAIN: &str = "dev.sigstore.cosign/chain";
const BUNDLE: &str = "dev.sigstore.cosign/bundle";
const TIMESTAMP: &str = "dev.sigstore.cosign/rfc3161timestamp";

/// Levels of nesting in the JSON of an annotation, and in the body of a log entry.
const MAX_DEPTH: usize = 16;

/// The unverified annotations of a signature.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Annotations<'a> {
    /// The signature over the payload; none for an attestation, whose envelope holds it.
    pub(crate) signature: Option<Vec<u8>>,
    /// PEM of the signer's certificate.
    pub(crate) certificate: Option<&'a str>,
    /// PEM of the certificates above it.
    pub(crate) chain: Option<&'a str>,
    /// The log entry with its promise.
    pub(crate) entry: Option<Entry>,
    /// The RFC 3161 response over the signature.
    pub(crate) timestamp: Option<Vec<u8>>,
}

impl<'a> Annotations<'a> {
    /// Reads the annotations of a layer. An empty annotation counts as absent: cosign writes an
    /// empty signature beside an attestation.
    pub(crate) fn of(layer: &'a Descriptor) -> Result<Self, CandidateError> {
        let text = |name| {
            layer.annotations.get(name).map(String::as_str).filter(|text: &&str| !text.is_empty())
        };
        let signature = read(SIGNATURE, text(SIGNATURE), |text| Ok(base64::decode(text)?))?;
        Ok(Self {
            signature,
            certificate: text(CERTIFICATE),
            chain: text(CHAIN),
            entry: read(BUNDLE, text(BUNDLE), entry)?,
            timestamp: read(TIMESTAMP, text(TIMESTAMP), |text| timestamp_of(text.as_bytes()))?,
        })
    }
}

fn read<T>(
    name: &'static str,
    text: Option<&str>,
    parse: impl Fn(&str) -> Result<T, AnnotationError>,
) -> Result<Option<T>, CandidateError> {
    let parsed = text.map(parse).transpose();
    parsed.map_err(|source| CandidateError::Annotation { name, source })
}

/// Rekor's answer as cosign keeps it: the entry's body, time and place in the log, and the
/// signature over them (the signed entry timestamp).
fn entry(text: &str) -> Result<Entry, AnnotationError> {
    let document = json::parse(text.as_bytes(), MAX_DEPTH)?;
    entry_of(Field::root(&document, Names::AnyCase))
}

/// Reads the same object where it is part of another document.
pub(super) fn entry_of(root: Field<'_>) -> Result<Entry, AnnotationError> {
    let promise = root.get("SignedEntryTimestamp")?.strict_bytes()?;
    let payload = root.get("Payload")?;
    let body = payload.get("body")?.strict_bytes()?;
    let (kind, version) = kind_of(&body)?;
    let time = payload.get("integratedTime")?;
    let seconds = time.natural_int64()?;
    let out_of_range =
        || time.error(FieldErrorKind::OutOfRange { min: 0, max: i64::MAX.unsigned_abs() });
    let integrated_time = i64::try_from(seconds)
        .ok()
        .and_then(|seconds| Timestamp::from_unix_seconds(seconds).ok())
        .ok_or_else(out_of_range)?;
    Ok(Entry {
        log_index: payload.get("logIndex")?.natural_int64()?,
        log_id: payload.get("logID")?.hex()?,
        kind,
        version,
        integrated_time: Some(integrated_time),
        promise: Some(promise),
        proof: None,
        body,
    })
}

/// The kind and version of an entry, which only its body contains.
fn kind_of(body: &[u8]) -> Result<(String, String), AnnotationError> {
    let document = json::parse(body, MAX_DEPTH)?;
    let root = Field::root(&document, Names::Exact);
    let kind = root.get("kind")?.string()?.to_owned();
    Ok((kind, root.get("apiVersion")?.string()?.to_owned()))
}

/// Reads the RFC 3161 response from the JSON in which cosign keeps it.
pub(super) fn timestamp_of(json: &[u8]) -> Result<Vec<u8>, AnnotationError> {
    let document = json::parse(json, MAX_DEPTH)?;
    let root = Field::root(&document, Names::AnyCase);
    let bytes = root.get("SignedRFC3161Timestamp")?.strict_bytes()?;
    if bytes.is_empty() { Err(AnnotationError::Empty) } else { Ok(bytes) }
}

#[cfg(test)]
mod tests {
    use sealift_model::Digest;

    use super::*;
    use crate::base64::Base64Error;

    fn layer(annotations: &[(&str, &str)]) -> Descriptor {
        let mut layer = Descriptor::new("", Digest::sha256_of(b""), 0);
        for (name, value) in annotations {
            layer.annotations.insert((*name).to_owned(), (*value).to_owned());
        }
        layer
    }

    fn annotation_error(name: &str, value: &str) -> AnnotationError {
        match Annotations::of(&layer(&[(name, value)])) {
            Err(CandidateError::Annotation { source, .. }) => source,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn reads_a_log_entry() {
        let body = base64::encode(br#"{"apiVersion":"0.0.1","kind":"hashedrekord","spec":{}}"#);
        let id = "c0".repeat(32);
        let bundle = format!(
            r#"{{"SignedEntryTimestamp":"AQI=","Payload":{{"body":"{body}",
                "integratedTime":1700000000,"logIndex":7,"logID":"{id}"}}}}"#
        );
        let descriptor = layer(&[(BUNDLE, bundle.as_str()), (SIGNATURE, "AwQ=")]);
        let read = Annotations::of(&descriptor).unwrap();
        let entry = read.entry.unwrap();
        assert_eq!((entry.kind.as_str(), entry.version.as_str()), ("hashedrekord", "0.0.1"));
        assert_eq!((entry.log_index, entry.log_id), (7, vec![0xc0; 32]));
        assert_eq!(entry.promise, Some(vec![1, 2]));
        assert_eq!(entry.integrated_time.unwrap().unix_seconds(), 1_700_000_000);
        assert_eq!(read.signature, Some(vec![3, 4]));
        for (from, to) in [("1700000000", "-1"), ("\"logIndex\":7", "\"logIndex\":null")] {
            let error = annotation_error(BUNDLE, &bundle.replace(from, to));
            assert!(matches!(error, AnnotationError::Field(_)), "{error}");
        }
    }

    #[test]
    fn an_empty_annotation_is_none() {
        let descriptor = layer(&[(SIGNATURE, ""), (CERTIFICATE, "")]);
        let read = Annotations::of(&descriptor).unwrap();
        assert_eq!((read.signature, read.certificate), (None, None));
    }

    #[test]
    fn refuses_what_is_malformed() {
        let error = annotation_error(SIGNATURE, "MEUC IEAc");
        assert_eq!(error, AnnotationError::Base64(Base64Error::Character { at: 4 }));
        assert!(matches!(annotation_error(BUNDLE, "{"), AnnotationError::Json(_)));
        assert!(matches!(annotation_error(BUNDLE, "{}"), AnnotationError::Field(_)));
        let empty = r#"{"SignedRFC3161Timestamp":""}"#;
        assert_eq!(annotation_error(TIMESTAMP, empty), AnnotationError::Empty);
    }
}
