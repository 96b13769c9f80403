use data_encoding::HEXLOWER_PERMISSIVE;

use crate::crypto::{Hash, HashAlgorithm};
use crate::json::{Field, FieldError, FieldErrorKind};
use crate::limits::Limits;

/// Digests of one artifact, by the name of their algorithm (in-toto `digest_set.md`).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DigestSet(Vec<(String, String)>);

impl DigestSet {
    /// Reads a set; the digest of a known algorithm must have that algorithm's length.
    pub(super) fn read(field: Field<'_>, limits: &Limits) -> Result<Self, FieldError> {
        let mut digests = Vec::new();
        for (algorithm, value) in field.members()? {
            let text = value.nonempty_string()?;
            if let Some(known) = HashAlgorithm::from_name(algorithm) {
                let bytes = value.hex()?;
                if bytes.len() != known.digest_bytes() {
                    let (expected, bytes) = (known.digest_bytes(), bytes.len());
                    return Err(value.error(FieldErrorKind::Length { expected, bytes }));
                }
            }
            digests.push((algorithm.to_owned(), text.to_owned()));
        }
        if digests.len() > limits.max_digests {
            let (count, max) = (digests.len(), limits.max_digests);
            return Err(field.error(FieldErrorKind::TooMany { count, max }));
        }
        Ok(Self(digests))
    }

    /// Whether this digest is in the set. By the specification, two sets match if any of their
    /// digests does; algorithms that it does not define are never compared.
    #[must_use]
    pub fn contains(&self, digest: &Hash) -> bool {
        let own = self
            .get(digest.algorithm().name())
            .and_then(|digits| HEXLOWER_PERMISSIVE.decode(digits.as_bytes()).ok());
        own.is_some_and(|own| own == digest.as_bytes())
    }

    /// The digest by an algorithm, as written in the document: `sha256`, `gitCommit`.
    #[must_use]
    pub fn get(&self, algorithm: &str) -> Option<&str> {
        self.iter().find(|(name, _)| *name == algorithm).map(|(_, value)| value)
    }

    /// Each algorithm with its digest, in the order of the document.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(algorithm, value)| (algorithm.as_str(), value.as_str()))
    }

    /// Whether the set is empty.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}
