//! Envelopes (DSSE 1.0.2): a payload, its type, and signatures over both.

use crate::json::{self, Field, FieldError, FieldErrorKind, JsonError, Names};
use crate::limits::Limits;

/// The payload type of in-toto statements.
pub(crate) const IN_TOTO: &str = "application/vnd.in-toto+json";

/// An envelope: parsed, not verified.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Envelope {
    payload_type: String,
    payload: Vec<u8>,
    signatures: Vec<EnvelopeSignature>,
}

/// One signature of an [`Envelope`].
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct EnvelopeSignature {
    /// The signature over [`Envelope::pae`]; never empty.
    pub signature: Vec<u8>,
    /// A hint that names the key, not authenticated: "it MUST NOT be used for security decisions".
    pub key_id: Option<String>,
}

/// Why bytes are no envelope.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum EnvelopeError {
    /// More bytes than allowed.
    #[error("an envelope of {bytes} bytes, at most {max} are allowed")]
    TooLarge {
        /// Bytes that are there.
        bytes: usize,
        /// Bytes allowed.
        max: usize,
    },
    /// Not JSON.
    #[error(transparent)]
    Json(#[from] JsonError),
    /// A field is missing or malformed.
    #[error(transparent)]
    Field(#[from] FieldError),
}

impl Envelope {
    /// Reads an envelope as the DSSE protocol writes it in JSON: other members are ignored, and
    /// base64 may be of either alphabet.
    ///
    /// # Errors
    /// When it is no envelope, has no signature, or exceeds a limit.
    pub fn from_json(bytes: &[u8], limits: &Limits) -> Result<Self, EnvelopeError> {
        if bytes.len() > limits.max_bundle_bytes {
            return Err(EnvelopeError::TooLarge {
                bytes: bytes.len(),
                max: limits.max_bundle_bytes,
            });
        }
        let document = json::parse(bytes, limits.max_json_depth)?;
        Ok(Self::read(Field::root(&document, Names::Exact), limits)?)
    }

    /// Reads the envelope of a bundle, where unknown members are refused.
    pub(crate) fn from_bundle(field: Field<'_>, limits: &Limits) -> Result<Self, FieldError> {
        field.only(&["payload", "payloadType", "signatures"])?;
        for signature in field.list("signatures", limits.max_signatures)? {
            signature.only(&["sig", "keyid"])?;
        }
        Self::read(field, limits)
    }

    fn read(field: Field<'_>, limits: &Limits) -> Result<Self, FieldError> {
        let signatures: Vec<EnvelopeSignature> = field
            .list("signatures", limits.max_signatures)?
            .into_iter()
            .map(EnvelopeSignature::read)
            .collect::<Result<_, _>>()?;
        if signatures.is_empty() {
            return Err(field.member_error("signatures", FieldErrorKind::Missing));
        }
        Ok(Self {
            payload_type: field.get("payloadType")?.nonempty_string()?.to_owned(),
            payload: field.get("payload")?.bytes()?,
            signatures,
        })
    }

    /// The type of the payload: `application/vnd.in-toto+json`.
    #[must_use]
    pub fn payload_type(&self) -> &str {
        &self.payload_type
    }

    /// The payload before verification, which must not be trusted; used to look up the evidence for
    /// the envelope.
    #[must_use]
    pub fn unverified_payload(&self) -> &[u8] {
        &self.payload
    }

    /// The payload.
    pub(crate) fn payload(&self) -> &[u8] {
        &self.payload
    }

    /// The signatures, at least one.
    #[must_use]
    pub fn signatures(&self) -> &[EnvelopeSignature] {
        &self.signatures
    }

    /// The signed bytes: the pre-authentication encoding of type and payload (DSSE protocol,
    /// "Signature Definition").
    #[must_use]
    pub fn pae(&self) -> Vec<u8> {
        let head = format!(
            "DSSEv1 {} {} {} ",
            self.payload_type.len(),
            self.payload_type,
            self.payload.len()
        );
        [head.as_bytes(), &self.payload].concat()
    }
}

impl EnvelopeSignature {
    fn read(field: Field<'_>) -> Result<Self, FieldError> {
        let key_id = field.optional("keyid")?.map(Field::string).transpose()?;
        Ok(Self {
            signature: field.get("sig")?.nonempty_bytes()?,
            key_id: key_id.filter(|id| !id.is_empty()).map(str::to_owned),
        })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read(text: &str) -> Result<Envelope, EnvelopeError> {
        Envelope::from_json(text.as_bytes(), &Limits::default())
    }

    fn field_error(text: &str) -> (String, FieldErrorKind) {
        match read(text) {
            Err(EnvelopeError::Field(error)) => (error.path, error.kind),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn encodes_as_the_protocol_says() {
        // The example of the DSSE protocol.
        let envelope = read(
            r#"{"payload":"aGVsbG8gd29ybGQ=","payloadType":"http://example.com/HelloWorld",
                "signatures":[{"keyid":"","sig":"AA=="},{"sig":"_w","keyid":"k"}],"other":1}"#,
        )
        .unwrap();
        assert_eq!(envelope.pae(), b"DSSEv1 29 http://example.com/HelloWorld 11 hello world");
        assert_eq!(envelope.payload(), b"hello world");
        let [first, second] = envelope.signatures() else { panic!("two signatures") };
        assert_eq!((&*first.signature, &first.key_id), (&[0][..], &None));
        assert_eq!((&*second.signature, &second.key_id), (&[255][..], &Some("k".to_owned())));
    }

    #[test]
    fn what_is_missing_is_named() {
        let missing = |path: &str| (path.to_owned(), FieldErrorKind::Missing);
        let with = |signatures: &str| {
            format!(r#"{{"payload":"","payloadType":"t","signatures":{signatures}}}"#)
        };
        assert!(read(&with(r#"[{"sig":"AA=="}]"#)).is_ok());
        assert_eq!(field_error("{}"), missing("signatures"));
        assert_eq!(field_error(&with("[]")), missing("signatures"));
        assert_eq!(field_error(&with("null")), missing("signatures"));
        assert_eq!(field_error(&with("[{}]")), missing("signatures[0].sig"));
        assert_eq!(field_error(&with(r#"[{"sig":""}]"#)), missing("signatures[0].sig"));
        assert_eq!(
            field_error(r#"{"payload":"","signatures":[{"sig":"AA=="}]}"#),
            missing("payloadType")
        );
        assert_eq!(
            field_error(r#"{"payload":"","payloadType":"","signatures":[{"sig":"AA=="}]}"#),
            missing("payloadType")
        );
        let many = with(&format!("[{}{{}}]", r#"{"sig":"AA=="},"#.repeat(9_999)));
        assert_eq!(
            field_error(&many),
            ("signatures".to_owned(), FieldErrorKind::TooMany { count: 10_000, max: 32 })
        );
    }

    #[test]
    fn size_is_bounded() {
        let limits = Limits { max_bundle_bytes: 1, ..Limits::default() };
        assert_eq!(
            Envelope::from_json(b"{}", &limits),
            Err(EnvelopeError::TooLarge { bytes: 2, max: 1 })
        );
    }

    proptest! {
        #[test]
        fn encoding_tells_type_and_payload_apart(
            a in ("[ a1]{1,4}", "[ a1]{0,4}"),
            b in ("[ a1]{1,4}", "[ a1]{0,4}"),
        ) {
            let pae = |(payload_type, payload): &(String, String)| Envelope {
                payload_type: payload_type.clone(),
                payload: payload.clone().into_bytes(),
                signatures: Vec::new(),
            }.pae();
            prop_assert_eq!(pae(&a) == pae(&b), a == b);
        }
    }
}
