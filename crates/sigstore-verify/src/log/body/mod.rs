//! The body of an entry, which must record this signature, by this key, of this content.
//!
//! A log signs any body that a client sends, so an entry only counts after this comparison with
//! what is verified. The comparison is exact: any difference and any unknown kind is an error.

mod dsse;
mod hash;
mod hashedrekord;
mod intoto;
mod signatory;

use super::{Entry, LogError};
use crate::crypto::Hash;
use crate::json::{self, Field, FieldError, Names};

pub use signatory::Signatory;

/// Greatest depth of a body: those of the six kinds have at most seven levels.
const MAX_DEPTH: usize = 16;

/// What an entry must record.
#[derive(Clone, Copy, Debug)]
#[expect(clippy::exhaustive_structs, reason = "a caller must say all of it")]
pub struct Signed<'a> {
    /// The signature.
    pub signature: &'a [u8],
    /// The signer.
    pub signatory: Signatory<'a>,
    /// What the signature is over.
    pub content: SignedContent<'a>,
}

/// What was signed.
#[derive(Clone, Copy, Debug)]
#[expect(clippy::exhaustive_enums, reason = "a bundle holds one or the other")]
pub enum SignedContent<'a> {
    /// A message, by the digest that the signature's scheme makes of it.
    Digest(&'a Hash),
    /// An envelope (DSSE).
    Envelope {
        /// Type of the payload.
        payload_type: &'a str,
        /// The payload, decoded.
        payload: &'a [u8],
        /// Pre-authentication encoding of both: what was signed.
        pae: &'a [u8],
    },
}

/// A kind of entry in one version.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// `hashedrekord` 0.0.1: a message, or the encoding of an envelope.
    HashedRekordV1,
    /// `hashedrekord` 0.0.2 (Rekor v2): a message, or the encoding of an envelope.
    HashedRekordV2,
    /// `dsse` 0.0.1: an envelope.
    DsseV1,
    /// `dsse` 0.0.2 (Rekor v2): an envelope.
    DsseV2,
    /// `intoto` 0.0.1: an envelope, without its signature.
    IntotoV1,
    /// `intoto` 0.0.2: an envelope.
    IntotoV2,
}

impl Kind {
    const ALL: [Self; 6] = [
        Self::HashedRekordV1,
        Self::HashedRekordV2,
        Self::DsseV1,
        Self::DsseV2,
        Self::IntotoV1,
        Self::IntotoV2,
    ];

    /// The declared kind of an entry.
    pub(crate) fn of(entry: &Entry) -> Result<Self, LogError> {
        let is_entry =
            |kind: &Self| kind.name_and_version() == (entry.kind.as_str(), entry.version.as_str());
        Self::ALL.into_iter().find(is_entry).ok_or_else(|| LogError::UnknownKind {
            kind: entry.kind.clone(),
            version: entry.version.clone(),
        })
    }

    /// Whether only Rekor v2 has entries of this kind.
    pub(crate) const fn is_rekor_v2(self) -> bool {
        matches!(self, Self::HashedRekordV2 | Self::DsseV2)
    }

    const fn name_and_version(self) -> (&'static str, &'static str) {
        match self {
            Self::HashedRekordV1 => ("hashedrekord", "0.0.1"),
            Self::HashedRekordV2 => ("hashedrekord", "0.0.2"),
            Self::DsseV1 => ("dsse", "0.0.1"),
            Self::DsseV2 => ("dsse", "0.0.2"),
            Self::IntotoV1 => ("intoto", "0.0.1"),
            Self::IntotoV2 => ("intoto", "0.0.2"),
        }
    }
}

/// Checks that the body of an entry of this kind records what was signed.
///
/// # Errors
/// Names what is malformed or differs.
pub(crate) fn verify(kind: Kind, body: &[u8], signed: &Signed<'_>) -> Result<(), LogError> {
    let document = json::parse(body, MAX_DEPTH)?;
    let root = Field::root(&document, Names::Exact);
    same_kind(kind, root)?;
    let spec = root.get("spec")?;
    match (kind, signed.content) {
        (Kind::HashedRekordV1, _) => hashedrekord::verify_v1(spec, signed),
        (Kind::HashedRekordV2, _) => hashedrekord::verify_v2(spec, signed),
        (Kind::DsseV1, SignedContent::Envelope { payload, .. }) => {
            dsse::verify_v1(spec, signed, payload)
        }
        (Kind::DsseV2, SignedContent::Envelope { payload, .. }) => {
            dsse::verify_v2(spec, signed, payload)
        }
        (Kind::IntotoV1, SignedContent::Envelope { payload, .. }) => {
            intoto::verify_v1(spec, signed, payload)
        }
        (Kind::IntotoV2, SignedContent::Envelope { payload_type, payload, .. }) => {
            intoto::verify_v2(spec, signed, payload_type, payload)
        }
        (
            Kind::DsseV1 | Kind::DsseV2 | Kind::IntotoV1 | Kind::IntotoV2,
            SignedContent::Digest(_),
        ) => Err(LogError::ContentDiffers { kind: kind.name_and_version().0 }),
    }
}

fn same_kind(kind: Kind, root: Field<'_>) -> Result<(), LogError> {
    let found = (root.get("kind")?.string()?, root.get("apiVersion")?.string()?);
    let expected = kind.name_and_version();
    if found == expected {
        return Ok(());
    }
    let text = |(kind, version): (&str, &str)| format!("{kind} {version}");
    Err(LogError::KindDiffers { entry: text(expected), body: text(found) })
}

/// The one element of an array: an envelope has one signature, and so has its entry.
fn only_signature(list: Field<'_>) -> Result<Field<'_>, LogError> {
    let mut signatures = list.elements(usize::MAX)?;
    match (signatures.len(), signatures.next()) {
        (1, Some(signature)) => Ok(signature),
        (found, _) => Err(LogError::SignatureCount { found }),
    }
}

/// Checks a recorded signature.
fn same_signature(
    recorded: Result<Vec<u8>, FieldError>,
    signed: &Signed<'_>,
) -> Result<(), LogError> {
    if recorded? == signed.signature { Ok(()) } else { Err(LogError::SignatureDiffers) }
}

#[cfg(test)]
mod tests;
