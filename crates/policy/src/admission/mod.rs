//! May this object be: admission policies as people have them, evaluated natively.
//!
//! ```text
//! policy documents ── load ──> Policies ─┐
//! AdmissionReview ──> Request ───────────┼─ review ──> Answers: one for each rule that applies
//! Surroundings (cluster, images, time) ──┘
//! ```
//!
//! What of a policy is not supported is an error when it is loaded, which names the field.
mod answer;
mod request;
mod surroundings;

pub use answer::{Answer, Effect, Outcome};
pub use request::{GroupVersionKind, GroupVersionResource, Operation, Request, UserInfo};
pub use surroundings::{Alone, Surroundings};
