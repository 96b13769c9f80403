//! The admission webhook of Kubernetes (`admission.k8s.io/v1`).
//!
//! ```text
//! POST /validate ──> Request ── Judge, in time or not ──> Decision ──> AdmissionReview
//! ```
//!
//! It fails closed: what is not decided in time, panics, or cannot be read is refused, unless
//! [`OnTimeout::Allow`] says otherwise. Nothing is kept of a request but what its images were found
//! to be, so that a dry run is as any other.

mod judge;
mod patience;
mod provider;
mod webhook;

pub use judge::Judge;
pub use webhook::{OnTimeout, Webhook};
