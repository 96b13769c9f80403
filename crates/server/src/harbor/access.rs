//! Who may ask.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sealift::Digest;

use crate::http::Request;

/// Who may ask for scans, as it is registered in Harbor.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Access {
    /// Anybody who reaches the server.
    Anybody,
    /// Who knows a name and a password.
    Basic {
        /// The name.
        user: String,
        /// The password.
        password: String,
    },
    /// Who has a token.
    Bearer(String),
}

impl std::fmt::Debug for Access {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Anybody => "Anybody",
            Self::Basic { .. } => "Basic(..)",
            Self::Bearer(_) => "Bearer(..)",
        })
    }
}

impl Access {
    pub(super) fn lets_in(&self, request: &Request) -> bool {
        let (scheme, secret) = match self {
            Self::Anybody => return true,
            Self::Basic { user, password } => {
                ("basic", STANDARD.encode(format!("{user}:{password}")))
            }
            Self::Bearer(token) => ("bearer", token.clone()),
        };
        let said = request.header("authorization").unwrap_or_default();
        let (said_scheme, said_secret) = said.split_once(' ').unwrap_or((said, ""));
        // Of digests nothing can be guessed byte by byte.
        let digest = |text: &str| Digest::sha256_of(text.trim().as_bytes());
        said_scheme.eq_ignore_ascii_case(scheme) && digest(said_secret) == digest(&secret)
    }

    /// What a client is told that has not said who it is.
    pub(super) fn challenge(&self) -> &'static str {
        match self {
            Self::Bearer(_) => "Bearer realm=\"sealift\"",
            _ => "Basic realm=\"sealift\"",
        }
    }
}
