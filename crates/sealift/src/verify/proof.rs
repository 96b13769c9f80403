//! The results of verifying as data, independent of what was read.

use std::collections::BTreeMap;
use std::fmt;

use sealift_model::{Digest, Timestamp};
use sealift_sigstore_verify::{
    Check, SigningTime, TimeSource, Verified, VerifiedAttached, VerifiedSigner,
};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::image::VerifiedImage;

/// An image with at least one signature or attestation that counts.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ImageProof {
    /// The signed digest: that of the image's manifest or index.
    pub digest: Digest,
    /// The signatures or attestations that count; at least one.
    pub signatures: Vec<SignatureProof>,
    /// Attachments that were found and do not count.
    pub rejected: Vec<RejectedProof>,
    /// The content that was read; none where only the manifest was.
    pub content: Option<ContentProof>,
}

/// A signature that counts.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct SignatureProof {
    /// The signer.
    pub signer: SignerProof,
    /// Where the signature lies.
    #[serde(default, skip_serializing_if = "Origin::is_nowhere")]
    pub origin: Origin,
    /// The times of signing that somebody vouches for, the earliest first.
    pub signed_at: Vec<TimeProof>,
    /// The checks that were done, in words. All of them passed.
    pub checks: Vec<String>,
    /// The checks that were not done, in words.
    pub not_checked: Vec<String>,
    /// The predicate type, where it is an attestation.
    pub predicate_type: Option<String>,
    /// The signed payload, where it is JSON: an in-toto statement, or a simple signing document.
    pub payload: Option<Value>,
}

/// The signer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "lowercase")]
#[non_exhaustive]
pub enum SignerProof {
    /// The holder of an accepted key.
    Key {
        /// SHA-256 of the key in DER, in hexadecimal.
        fingerprint: String,
    },
    /// The holder of a certificate.
    Certificate {
        /// The subject that the certificate names.
        subject: String,
        /// The issuer that vouches for the subject.
        issuer: Option<String>,
        /// The other facts of the certificate, by the names of Fulcio's extensions.
        extensions: BTreeMap<String, String>,
    },
}

/// A time at which the signature existed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct TimeProof {
    /// The time.
    pub time: Timestamp,
    /// The witness: a log's URL or an authority's name.
    pub by: String,
}

/// The place of an attached signature; empty for that of a file.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Origin {
    /// The manifest.
    pub manifest: Option<Digest>,
    /// The layer in it.
    pub layer: Option<Digest>,
}

/// An attachment that was found and does not count.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct RejectedProof {
    /// Where the attachment lies.
    pub origin: Origin,
    /// The check that failed.
    pub check: String,
    /// The reason.
    pub reason: String,
}

/// The content of an image that was read; all digests in it hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ContentProof {
    /// Manifests, with their configs.
    pub manifests: usize,
    /// Layers and other blobs.
    pub blobs: usize,
    /// Entries of an index that are not here.
    pub absent: usize,
}

impl ImageProof {
    pub(super) fn new(verified: &VerifiedImage<'_>) -> Self {
        let content = verified.content.as_ref().map(|content| ContentProof {
            manifests: content.manifests,
            blobs: content.blobs,
            absent: content.absent.len(),
        });
        Self {
            digest: verified.image.clone(),
            signatures: verified.signatures.iter().map(SignatureProof::attached).collect(),
            rejected: verified.rejected.iter().map(RejectedProof::new).collect(),
            content,
        }
    }
}

impl SignatureProof {
    fn attached(attached: &VerifiedAttached<'_>) -> Self {
        let origin = Origin::of(attached.origin());
        Self::new(attached.verified(), origin, Some(attached.payload()))
    }

    pub(super) fn new(verified: &Verified<'_>, origin: Origin, payload: Option<&[u8]>) -> Self {
        let statement = verified.statement();
        let not_done = verified.checks_not_done().iter();
        Self {
            signer: SignerProof::of(verified.signer()),
            origin,
            signed_at: verified.signing_times().iter().map(TimeProof::of).collect(),
            checks: verified.checks().map(|check| Check::describe(check).to_owned()).collect(),
            not_checked: not_done.map(|one| one.check.describe().to_owned()).collect(),
            predicate_type: statement.map(|statement| statement.predicate_type().to_owned()),
            payload: payload.and_then(|payload| serde_json::from_slice(payload).ok()),
        }
    }
}

impl SignerProof {
    fn of(signer: &VerifiedSigner<'_>) -> Self {
        match signer {
            VerifiedSigner::Certificate { identity, .. } => Self::Certificate {
                subject: identity.subject.as_str().to_owned(),
                issuer: identity.issuer.clone(),
                extensions: identity
                    .extensions
                    .iter()
                    .map(|(extension, text)| (extension.name().to_owned(), text.to_owned()))
                    .collect(),
            },
            VerifiedSigner::Key(key) => {
                Self::Key { fingerprint: Digest::sha256_of(key.der()).hex() }
            }
            _ => Self::Key { fingerprint: String::new() },
        }
    }
}

impl fmt::Display for SignerProof {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Key { fingerprint } => write!(f, "the key {fingerprint}"),
            Self::Certificate { subject, issuer, .. } => {
                write!(f, "{subject} of {}", issuer.as_deref().unwrap_or("nobody"))
            }
        }
    }
}

impl TimeProof {
    fn of(time: &SigningTime) -> Self {
        let by = match &time.source {
            TimeSource::Log { url } => url.clone(),
            TimeSource::TimestampAuthority { name } => name.clone(),
            _ => String::new(),
        };
        Self { time: time.time, by }
    }
}

impl Origin {
    pub(super) fn of(origin: &sealift_sigstore_verify::Origin) -> Self {
        Self { manifest: Some(origin.manifest.clone()), layer: origin.layer.clone() }
    }

    fn is_nowhere(&self) -> bool {
        self.manifest.is_none()
    }
}
