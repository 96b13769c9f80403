//! SBOM documents: what is written, what is read back, what of others is understood.
#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "a test that finds something else than it expects ends there, and suites report"
)]

mod cyclonedx;
mod cyclonedx_bom;
mod schemas;
mod spdx;
mod support;
mod trivy;
