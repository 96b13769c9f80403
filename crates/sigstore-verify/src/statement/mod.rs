//! in-toto statements: a predicate about artifacts (the subjects).
//!
//! Specifications: in-toto attestation framework v1 (`spec/v1/statement.md`, `digest_set.md`,
//! `resource_descriptor.md`) and v0.1. As there, "unset, null and empty mean the same", and
//! unknown fields are ignored.

mod digests;
mod error;
mod kind;
mod predicate;
mod slsa;
#[cfg(test)]
mod tests;

use serde::Deserialize;
use serde_json::value::RawValue;

pub use digests::DigestSet;
pub use error::StatementError;
pub use kind::{PredicateKind, PredicateType};
pub use predicate::{
    CustomPredicate, CycloneDxPredicate, OpenVexPredicate, Predicate, SpdxPredicate, VexStatement,
    VulnDatabase, VulnPredicate, VulnScanner,
};
pub use slsa::{
    Builder, ConfigSource, ProvenanceV1, ProvenanceV02, ResourceDescriptor, RunMetadata,
};

use crate::crypto::{Hash, HashAlgorithm};
use crate::dsse::{self, Envelope};
use crate::json::{self, Field, FieldError, FieldErrorKind, Names, excerpt};
use crate::limits::Limits;

/// An in-toto statement: parsed, which alone proves nothing. A statement that a verifier returns
/// was in an envelope with a valid signature.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Statement {
    version: StatementVersion,
    subjects: Vec<Subject>,
    predicate_type: String,
    predicate: Box<str>,
    limits: Limits,
}

/// Version of the statement format.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum StatementVersion {
    /// `https://in-toto.io/Statement/v0.1`.
    V01,
    /// `https://in-toto.io/Statement/v1`.
    V1,
}

/// An artifact that a statement is about.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Subject {
    /// Its name, which distinguishes subjects but is never matched.
    pub name: Option<String>,
    /// Its digests; at least one.
    pub digests: DigestSet,
    /// Further claims about it, for example those that cosign adds to a signed image; only those
    /// that are texts.
    pub annotations: Vec<(String, String)>,
}

/// The predicate as raw JSON.
#[derive(Deserialize)]
struct RawPredicate<'a> {
    #[serde(borrow, default)]
    predicate: Option<&'a RawValue>,
}

impl Statement {
    /// Reads a statement.
    ///
    /// # Errors
    /// When it is no statement, has no subject or a malformed one, or exceeds a limit.
    pub fn from_json(bytes: &[u8], limits: &Limits) -> Result<Self, StatementError> {
        if bytes.len() > limits.max_statement_bytes {
            let (bytes, max) = (bytes.len(), limits.max_statement_bytes);
            return Err(StatementError::TooLarge { bytes, max });
        }
        let document = json::parse(bytes, limits.max_json_depth)?;
        let root = Field::root(&document, Names::Exact);
        // The strict reading above ensures that the document has at most one predicate.
        let raw = serde_json::from_slice::<RawPredicate<'_>>(bytes)
            .map_err(|_| root.error(FieldErrorKind::Type { expected: "an object" }))?;
        Ok(Self {
            version: StatementVersion::read(root)?,
            subjects: read_subjects(root, limits)?,
            predicate_type: root.get("predicateType")?.nonempty_string()?.to_owned(),
            predicate: raw.predicate.map_or("null", RawValue::get).into(),
            limits: limits.clone(),
        })
    }

    /// Reads the statement of an envelope.
    ///
    /// # Errors
    /// When the payload of the envelope is something else, or no valid statement.
    pub fn from_envelope(envelope: &Envelope, limits: &Limits) -> Result<Self, StatementError> {
        if envelope.payload_type() != dsse::IN_TOTO {
            let payload_type = excerpt(envelope.payload_type());
            return Err(StatementError::PayloadType { payload_type });
        }
        Self::from_json(envelope.payload(), limits)
    }

    /// The version of the format.
    #[must_use]
    pub fn version(&self) -> StatementVersion {
        self.version
    }

    /// The subjects, which the statement is about; at least one.
    #[must_use]
    pub fn subjects(&self) -> &[Subject] {
        &self.subjects
    }

    /// The first subject with that digest.
    #[must_use]
    pub fn subject_of(&self, digest: &Hash) -> Option<&Subject> {
        self.subjects.iter().find(|subject| subject.digests.contains(digest))
    }

    /// The digest algorithms of the subjects by which an artifact can be found, each once.
    #[must_use]
    pub fn digest_algorithms(&self) -> Vec<HashAlgorithm> {
        [HashAlgorithm::Sha256, HashAlgorithm::Sha384, HashAlgorithm::Sha512]
            .into_iter()
            .filter(|one| self.subjects.iter().any(|s| s.digests.get(one.name()).is_some()))
            .collect()
    }

    /// The type of the predicate: a URI.
    #[must_use]
    pub fn predicate_type(&self) -> &str {
        &self.predicate_type
    }

    /// The predicate as the signed JSON text; `null` if there is none.
    #[must_use]
    pub fn predicate_json(&self) -> &str {
        &self.predicate
    }

    /// The predicate, parsed in the format of its type.
    ///
    /// # Errors
    /// When it does not have that format. Paths in the error start at the predicate.
    pub fn predicate(&self) -> Result<Predicate, StatementError> {
        let kind = PredicateKind::of(&self.predicate_type);
        let document = json::parse(self.predicate.as_bytes(), self.limits.max_json_depth)?;
        Ok(Predicate::read(kind, Field::root(&document, Names::Exact), &self.limits)?)
    }
}

impl StatementVersion {
    fn read(root: Field<'_>) -> Result<Self, StatementError> {
        match root.get("_type")?.string()? {
            "https://in-toto.io/Statement/v0.1" => Ok(Self::V01),
            "https://in-toto.io/Statement/v1" => Ok(Self::V1),
            other => Err(StatementError::StatementType { statement_type: excerpt(other) }),
        }
    }
}

fn read_subjects(root: Field<'_>, limits: &Limits) -> Result<Vec<Subject>, FieldError> {
    let subjects = root
        .list("subject", limits.max_subjects)?
        .into_iter()
        .map(|field| {
            let digests = field.get("digest")?;
            let subject = Subject {
                name: text(field, "name")?,
                digests: DigestSet::read(digests, limits)?,
                annotations: read_annotations(field)?,
            };
            match subject.digests.is_empty() {
                true => Err(digests.error(FieldErrorKind::Missing)),
                false => Ok(subject),
            }
        })
        .collect::<Result<Vec<_>, _>>()?;
    match subjects.is_empty() {
        true => Err(root.member_error("subject", FieldErrorKind::Missing)),
        false => Ok(subjects),
    }
}

/// The annotations of a resource (`resource_descriptor.md`), which may be of any type.
fn read_annotations(field: Field<'_>) -> Result<Vec<(String, String)>, FieldError> {
    let Some(annotations) = field.optional("annotations")? else { return Ok(Vec::new()) };
    let texts = annotations.members()?.filter_map(|(name, value)| {
        value.string().ok().map(|text| (name.to_owned(), text.to_owned()))
    });
    Ok(texts.collect())
}

/// A text that may be unset, null or empty.
fn text(field: Field<'_>, name: &str) -> Result<Option<String>, FieldError> {
    let text = field.optional(name)?.map(Field::string).transpose()?;
    Ok(text.filter(|text| !text.is_empty()).map(str::to_owned))
}

/// A text that must be there.
fn required(field: Field<'_>, name: &str) -> Result<String, FieldError> {
    Ok(field.get(name)?.nonempty_string()?.to_owned())
}
