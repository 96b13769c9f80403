//! A provider for tests that asks all providers there are and accepts no difference.
#![cfg_attr(feature = "aws-lc", expect(clippy::panic, reason = "a test fails by panicking"))]

use sealift_sigstore_verify::{Claim, Provider, RustCrypto};

/// Asks every provider that is built in; with the feature `aws-lc` these are two.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Both;

impl Provider for Both {
    /// # Panics
    /// When the providers differ.
    fn holds(&self, claim: &Claim<'_>) -> bool {
        let verdict = RustCrypto.holds(claim);
        #[cfg(feature = "aws-lc")]
        if sealift_sigstore_verify::AwsLc.holds(claim) != verdict {
            panic!("only one provider accepts, RustCrypto says {verdict}: {claim:?}");
        }
        verdict
    }
}
