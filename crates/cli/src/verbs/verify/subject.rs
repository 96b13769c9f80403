//! The file that a signature or an attestation is about.

use std::path::Path;

use sealift::verify::{
    Artifact, Bundle, Content, Hash, HashAlgorithm, KeyAlgorithm, Limits, Material, Statement,
};

use crate::failure::Failure;
use crate::files;

/// A file, read only as far as a bundle needs it: files are large, digests are small.
pub(super) enum Subject {
    Digest(Hash),
    Whole(Vec<u8>),
    /// Any subject, for `--check-claims=false`.
    Unchecked,
}

impl Subject {
    /// Reads the file; `key` is the algorithm of the key that must have signed, if a key is
    /// required.
    pub(super) fn read(
        path: &Path,
        bundle: &Bundle,
        key: Option<KeyAlgorithm>,
    ) -> Result<Self, Failure> {
        match one_digest(bundle, key) {
            Some(algorithm) => files::hashed(path, algorithm).map(Self::Digest),
            None => files::whole(path).map(Self::Whole),
        }
    }

    /// The same with a bundle, where cosign takes `sha256:HEX` for the file with this digest.
    pub(super) fn named(
        path: &Path,
        bundle: &Bundle,
        key: Option<KeyAlgorithm>,
    ) -> Result<Self, Failure> {
        match digest(path) {
            Some(hash) if !path.exists() => Ok(Self::Digest(hash)),
            _ => Self::read(path, bundle, key),
        }
    }

    pub(super) fn artifact(&self) -> Artifact<'_> {
        match self {
            Self::Digest(hash) => Artifact::Digest(hash),
            Self::Whole(bytes) => Artifact::Bytes(bytes),
            Self::Unchecked => Artifact::InsecureUnchecked,
        }
    }
}

fn digest(path: &Path) -> Option<Hash> {
    let (algorithm, hex) = path.to_str()?.split_once(':')?;
    Hash::from_hex(HashAlgorithm::from_name(algorithm)?, hex)
}

/// The one digest that the bundle can ask for, if that is known. Ed25519 signs the message itself,
/// and for some curves the bundle does not say which hash was signed.
fn one_digest(bundle: &Bundle, key: Option<KeyAlgorithm>) -> Option<HashAlgorithm> {
    let signer = match bundle.material() {
        Material::Certificate { leaf, .. } if key.is_none() => leaf.public_key().algorithm(),
        _ => key?,
    };
    match bundle.content() {
        Content::Envelope(envelope) => {
            let statement = Statement::from_envelope(envelope, &Limits::default()).ok()?;
            match statement.digest_algorithms()[..] {
                [only] => Some(only),
                _ => None,
            }
        }
        Content::Message { digest: Some(declared), .. } if signer != KeyAlgorithm::Ed25519 => {
            Some(declared.algorithm())
        }
        Content::Message { digest: None, .. } => match signer {
            KeyAlgorithm::EcdsaP256 | KeyAlgorithm::Rsa { .. } => Some(HashAlgorithm::Sha256),
            _ => None,
        },
        _ => None,
    }
}
