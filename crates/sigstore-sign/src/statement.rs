//! Signed contents: in-toto statements and cosign's simple signing.

use std::collections::BTreeMap;

use data_encoding::HEXLOWER;
use sealift_model::Digest;
use sealift_sigstore_verify::{
    Hash, PredicateType, SIGNATURE_PREDICATE, SIMPLE_SIGNING_TYPE, StatementVersion,
};
use serde_json::Value;

use crate::json::Node;

/// The payload type of in-toto statements.
pub const IN_TOTO: &str = "application/vnd.in-toto+json";

/// A subject of a statement.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "these are the fields of in-toto that are written")]
pub struct StatementSubject {
    /// A name for people: the repository of an image, the name of a file.
    pub name: Option<String>,
    /// Its digest, which alone identifies it.
    pub digest: Hash,
    /// Claims about it; `None` omits the member, as attestations do.
    pub annotations: Option<BTreeMap<String, String>>,
}

/// An in-toto statement to be signed.
#[derive(Clone, Debug, PartialEq)]
#[expect(clippy::exhaustive_structs, reason = "these are the fields of in-toto")]
pub struct StatementDraft {
    /// Version of the statement's layout.
    pub version: StatementVersion,
    /// The subjects.
    pub subjects: Vec<StatementSubject>,
    /// The type of the predicate.
    pub predicate_type: String,
    /// The predicate.
    pub predicate: Value,
}

impl StatementDraft {
    /// The statement with which cosign 3 signs an image: it only contains the claims.
    #[must_use]
    pub fn signing(image: Hash, claims: BTreeMap<String, String>) -> Self {
        let subject = StatementSubject { name: None, digest: image, annotations: Some(claims) };
        Self {
            version: StatementVersion::V1,
            subjects: vec![subject],
            predicate_type: SIGNATURE_PREDICATE.to_owned(),
            predicate: Value::Object(serde_json::Map::new()),
        }
    }

    /// A statement about one subject.
    #[must_use]
    pub fn about(
        name: impl Into<String>,
        digest: Hash,
        predicate_type: &PredicateType,
        predicate: Value,
    ) -> Self {
        let subject = StatementSubject { name: Some(name.into()), digest, annotations: None };
        Self {
            version: StatementVersion::V1,
            subjects: vec![subject],
            predicate_type: predicate_type.uri().to_owned(),
            predicate,
        }
    }

    /// The signed bytes, written as cosign writes them.
    #[must_use]
    pub fn to_json(&self) -> Vec<u8> {
        let version = match self.version {
            StatementVersion::V01 => "https://in-toto.io/Statement/v0.1",
            _ => "https://in-toto.io/Statement/v1",
        };
        let document = Node::object([
            ("_type", Some(Node::text(version))),
            ("subject", Some(Node::List(self.subjects.iter().map(subject).collect()))),
            ("predicateType", Some(Node::text(&self.predicate_type))),
            ("predicate", Some(Node::value(&self.predicate))),
        ]);
        document.spaced().into_bytes()
    }
}

fn subject(subject: &StatementSubject) -> Node<'_> {
    let digest = (
        subject.digest.algorithm().name().into(),
        Node::text(HEXLOWER.encode(subject.digest.as_bytes())),
    );
    Node::object([
        ("name", subject.name.as_deref().map(Node::text)),
        ("digest", Some(Node::Object(vec![digest]))),
        ("annotations", subject.annotations.as_ref().map(Node::texts)),
    ])
}

/// The payload of cosign's older image signatures. `reference` is the image's repository, which
/// verifiers do not trust; `claims` are the arguments of `cosign sign -a`.
#[must_use]
pub fn simple_signing(
    reference: &str,
    image: &Digest,
    claims: &BTreeMap<String, String>,
) -> Vec<u8> {
    let one = |name, text| Node::object([(name, Some(text))]);
    let critical = Node::object([
        ("identity", Some(one("docker-reference", Node::text(reference)))),
        ("image", Some(one("docker-manifest-digest", Node::text(image.to_string())))),
        ("type", Some(Node::text(SIMPLE_SIGNING_TYPE))),
    ]);
    let optional = if claims.is_empty() { Node::Null } else { Node::texts(claims) };
    let document = Node::object([("critical", Some(critical)), ("optional", Some(optional))]);
    document.compact().into_bytes()
}

/// The signed bytes of an envelope: the pre-authentication encoding (DSSE 1.0.2 protocol,
/// "Signature Definition").
#[must_use]
pub fn pae(payload_type: &str, payload: &[u8]) -> Vec<u8> {
    let head = format!("DSSEv1 {} {payload_type} {} ", payload_type.len(), payload.len());
    [head.as_bytes(), payload].concat()
}
