//! The trust material that is built in.

use sigstore_trust_root::{SIGSTORE_PRODUCTION_SIGNING_CONFIG, SIGSTORE_PRODUCTION_TRUSTED_ROOT};

use crate::TrustMaterial;

/// The public-good instance as of the build of this program. It still accepts keys that were
/// withdrawn since, so refreshed material is better.
#[must_use]
pub fn embedded() -> TrustMaterial {
    TrustMaterial {
        trusted_root: SIGSTORE_PRODUCTION_TRUSTED_ROOT.as_bytes().to_vec(),
        signing_config: Some(SIGSTORE_PRODUCTION_SIGNING_CONFIG.as_bytes().to_vec()),
        mirror: None,
        checked: None,
        expires: None,
    }
}

/// Version and SHA-256 of the public-good instance's initial root metadata: that of
/// `sigstore-trust-root` 0.15.1, `repository/tuf_root.json`. It is fetched, and accepted only if
/// the digest matches.
pub(crate) const PUBLIC_ROOT: (u64, &str) =
    (16, "27aea7e372aa7864065174f0661784fcf8b0e28b1dbfebeada31a0f1fb19167f");
