//! The admission webhook of Kubernetes (`admission.k8s.io/v1`).
//!
//! ```text
//! POST /validate ──> Request ── Judge, in time or not ──> Decision ──> AdmissionReview
//! ```
//!
//! It fails closed: a request that cannot be read, or whose decision panics or is late, is refused;
//! [`OnTimeout::Allow`] admits late ones. Only the results for images are kept after a request, so
//! a dry run needs no special treatment.

mod judge;
mod patience;
mod provider;
mod webhook;

pub use judge::Judge;
pub use webhook::{OnTimeout, Webhook};
