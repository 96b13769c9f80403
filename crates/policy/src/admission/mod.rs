//! Admission policies in their common forms, evaluated natively on Kubernetes objects.
//!
//! ```text
//! policy documents ── load ──> Policies ─┐
//! AdmissionReview ──> Request ───────────┼─ review ──> Answers: one for each rule that applies
//! Surroundings (cluster, images, time) ──┘
//! ```
//!
//! An unsupported part of a policy is an error when the policy is loaded; the error names the
//! field.
mod answer;
pub(crate) mod cel;
pub(crate) mod documents;
mod files;
mod global;
mod image;
mod images;
mod jmespath;
mod kyverno;
pub(crate) mod labels;
pub(crate) mod policies;
mod quantity;
mod regular;
pub(crate) mod relation;
mod request;
mod semver;
mod surroundings;
mod unanswered;
mod unique;
mod wanted;
mod wildcard;

pub use crate::go::go_duration;
pub use answer::{Answer, Effect, Outcome};
pub use documents::Document;
pub use files::{Files, NotGiven};
pub use images::{
    ImagePattern, ImagePatternError, ImageRule, ImageRules, ImageUse, Wildcard, images_of,
};
pub use labels::{LabelError, LabelSelector};
pub use policies::Policies;
pub use request::{GroupVersionKind, GroupVersionResource, Operation, Request, UserInfo};
pub(crate) use surroundings::named_namespace;
pub use surroundings::{Alone, Given, Roles, Surroundings};
pub use unanswered::{Cause, Unanswered};
pub use wanted::{
    Attestation, Attestor, KeylessIdentity, SignatureFormat, TextMatch, TransparencyLog,
    VerifiedImage, WantedImage,
};
