//! Public keys that are trusted by themselves.

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
    /// A key without limit in time.
    #[must_use]
    pub fn new(key: PublicKey) -> Self {
        Self { key, hint: None, window: None }
    }

    /// The key may only have signed inside `window`; without a trustworthy signing time the time
    /// of verification must lie in it.
    #[must_use]
    pub fn valid_in(mut self, window: Window) -> Self {
        self.window = Some(window);
        self
    }

    /// Signatures that name their key by a hint must name it by this one.
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
