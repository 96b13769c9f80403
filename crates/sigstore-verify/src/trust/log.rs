//! Transparency logs: the key of each, its scheme, and the time in which it is trusted.

use crate::crypto::{PublicKey, Scheme};

use super::Window;

/// A log whose promises and checkpoints, or signed certificate timestamps, are trusted.
#[derive(Clone, Debug, PartialEq)]
pub struct TransparencyLog {
    base_url: String,
    is_of_any_name: bool,
    id: Vec<u8>,
    checkpoint_key_id: Option<Vec<u8>>,
    key: PublicKey,
    scheme: Scheme,
    window: Window,
}

impl TransparencyLog {
    /// The log at `base_url` that signs with `key` by `scheme`; its id is that of its key, the
    /// SHA-256 of the SubjectPublicKeyInfo (RFC 6962 3.2).
    #[must_use]
    pub fn new(base_url: String, key: PublicKey, scheme: Scheme, window: Window) -> Self {
        let id = key.id().to_vec();
        let (is_of_any_name, checkpoint_key_id) = (false, None);
        Self { base_url, is_of_any_name, id, checkpoint_key_id, key, scheme, window }
    }

    /// A log of which only the key is known, as with cosign's variable `SIGSTORE_REKOR_PUBLIC_KEY`:
    /// a checkpoint with any name is the log's if the key signed it.
    #[must_use]
    pub fn of_key(key: PublicKey, scheme: Scheme, window: Window) -> Self {
        Self { is_of_any_name: true, ..Self::new(String::new(), key, scheme, window) }
    }

    /// The same log with another id: logs of Rekor v2 use the signed-note key id.
    #[must_use]
    pub fn with_id(self, id: Vec<u8>) -> Self {
        Self { id, ..self }
    }

    /// The same log with another key id in its checkpoints, instead of the first bytes of its id.
    #[must_use]
    pub fn with_checkpoint_key_id(self, id: Vec<u8>) -> Self {
        Self { checkpoint_key_id: Some(id), ..self }
    }

    /// The URL of the log in the trusted root: `https://rekor.sigstore.dev`.
    #[must_use]
    pub fn base_url(&self) -> &str {
        &self.base_url
    }

    /// The name under which the log signs its checkpoints: the host of its URL, without scheme,
    /// port and path.
    #[must_use]
    pub fn origin(&self) -> &str {
        host(&self.base_url)
    }

    /// Whether checkpoints may have any name.
    #[must_use]
    pub(crate) fn is_of_any_name(&self) -> bool {
        self.is_of_any_name
    }

    /// The id of the log in entries and certificate timestamps.
    #[must_use]
    pub fn id(&self) -> &[u8] {
        &self.id
    }

    /// The key id in checkpoints, if the trusted root gives one beside the log's id; a signed note
    /// holds its first four bytes.
    #[must_use]
    pub fn checkpoint_key_id(&self) -> Option<&[u8]> {
        self.checkpoint_key_id.as_deref()
    }

    /// The key with which the log signs.
    #[must_use]
    pub fn key(&self) -> &PublicKey {
        &self.key
    }

    /// How the log signs with its key.
    #[must_use]
    pub fn scheme(&self) -> Scheme {
        self.scheme
    }

    /// The time in which signatures of the log are trusted.
    #[must_use]
    pub fn window(&self) -> Window {
        self.window
    }
}

/// The host in a URL (RFC 3986 3.2.2), between the scheme or user and the port or path.
fn host(url: &str) -> &str {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let authority = rest.split(['/', '?', '#']).next().unwrap_or(rest);
    let address = authority.rsplit_once('@').map_or(authority, |(_, address)| address);
    match address.rsplit_once(':') {
        // The colons of an IPv6 address are in brackets; a port has only digits.
        Some((host, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => host,
        _ => address,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_host_is_what_checkpoints_name() {
        for (url, expected) in [
            ("https://rekor.sigstore.dev", "rekor.sigstore.dev"),
            ("https://rekor.example:8443/api/", "rekor.example"),
            ("http://127.0.0.1:3003", "127.0.0.1"),
            ("https://user@[2001:db8::1]:80/x", "[2001:db8::1]"),
            ("https://[2001:db8::1]", "[2001:db8::1]"),
            ("rekor.example/log", "rekor.example"),
            ("", ""),
        ] {
            assert_eq!(host(url), expected, "{url}");
        }
    }
}
