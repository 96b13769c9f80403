//! Public keys that the caller trusts directly.

use crate::crypto::PublicKey;
use crate::trust::Window;

/// A public key that may sign.
#[derive(Clone, Debug)]
pub struct TrustedKey {
    pub(crate) key: PublicKey,
    pub(crate) hint: Option<String>,
    pub(crate) window: Option<Window>,
}

impl TrustedKey {
    /// A key without a limit in time.
    #[must_use]
    pub fn new(key: PublicKey) -> Self {
        Self { key, hint: None, window: None }
    }

    /// Limits the time in which the key may have signed to `window`. If no trustworthy signing time
    /// is known, the time of verification must lie in it.
    #[must_use]
    pub fn valid_in(mut self, window: Window) -> Self {
        self.window = Some(window);
        self
    }

    /// Requires that a signature that names its key by a hint uses this one.
    #[must_use]
    pub fn with_hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// The key.
    #[must_use]
    pub fn key(&self) -> &PublicKey {
        &self.key
    }
}
