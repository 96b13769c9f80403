use super::BundleError;
use crate::crypto::{Hash, HashAlgorithm};
use crate::dsse::Envelope;
use crate::json::{Field, FieldErrorKind};
use crate::limits::Limits;

/// What is signed, and the signature.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "the alternatives of Bundle.content")]
pub enum Content {
    /// A signature over an artifact, which the bundle does not contain.
    Message {
        /// What the signer says the artifact's digest is: a hint, not authenticated. None for a
        /// signature over the artifact itself (Ed25519).
        digest: Option<Hash>,
        /// The signature; never empty.
        signature: Vec<u8>,
    },
    /// A signed envelope, which mostly holds an in-toto statement.
    Envelope(Envelope),
}

/// `HashAlgorithm` of `sigstore_common.proto`: name, number, and what we know of it.
const ALGORITHMS: &[(&str, u64, Option<HashAlgorithm>)] = &[
    ("HASH_ALGORITHM_UNSPECIFIED", 0, None),
    ("SHA2_256", 1, Some(HashAlgorithm::Sha256)),
    ("SHA2_384", 2, Some(HashAlgorithm::Sha384)),
    ("SHA2_512", 3, Some(HashAlgorithm::Sha512)),
];

impl Content {
    pub(super) fn read(root: Field<'_>, limits: &Limits) -> Result<Self, BundleError> {
        match (root.optional("messageSignature")?, root.optional("dsseEnvelope")?) {
            (Some(message), None) => Self::read_message(message),
            (None, Some(envelope)) => Self::read_envelope(envelope, limits),
            (None, None) => {
                Err(root.member_error("messageSignature", FieldErrorKind::Missing).into())
            }
            (Some(_), Some(_)) => {
                Err(root.member_error("dsseEnvelope", FieldErrorKind::SetTwice).into())
            }
        }
    }

    fn read_message(message: Field<'_>) -> Result<Self, BundleError> {
        message.only(&["messageDigest", "signature"])?;
        let digest = match message.optional("messageDigest")? {
            Some(digest) => read_digest(digest)?,
            None => None,
        };
        Ok(Self::Message { digest, signature: message.get("signature")?.nonempty_bytes()? })
    }

    fn read_envelope(envelope: Field<'_>, limits: &Limits) -> Result<Self, BundleError> {
        let count = envelope.list("signatures", usize::MAX)?.len();
        if count != 1 {
            return Err(BundleError::SignatureCount { count });
        }
        Ok(Self::Envelope(Envelope::from_bundle(envelope, limits)?))
    }
}

/// A digest and its algorithm, or neither: an empty message is the same as none.
fn read_digest(message: Field<'_>) -> Result<Option<Hash>, BundleError> {
    message.only(&["algorithm", "digest"])?;
    let algorithm = match message.optional("algorithm")? {
        Some(algorithm) => algorithm.enumeration(ALGORITHMS)?,
        None => None,
    };
    let digest = match message.optional("digest")? {
        Some(digest) => digest.bytes()?,
        None => Vec::new(),
    };
    match algorithm {
        None if digest.is_empty() => Ok(None),
        None => Err(message.member_error("algorithm", FieldErrorKind::Missing).into()),
        Some(algorithm) => match Hash::new(algorithm, &digest) {
            Some(hash) => Ok(Some(hash)),
            None => Err(BundleError::DigestLength { algorithm, bytes: digest.len() }),
        },
    }
}
