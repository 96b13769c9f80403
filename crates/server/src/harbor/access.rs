//! Authentication of clients.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sealift::Digest;

use crate::http::Request;

/// The credentials that scan requests need, as registered in Harbor.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Access {
    /// None: anybody who reaches the server may request scans.
    Anybody,
    /// A name and a password.
    Basic {
        /// The name.
        user: String,
        /// The password.
        password: String,
    },
    /// A token.
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
        // Comparing digests leaks nothing about the secret byte by byte.
        let digest = |text: &str| Digest::sha256_of(text.trim().as_bytes());
        said_scheme.eq_ignore_ascii_case(scheme) && digest(said_secret) == digest(&secret)
    }

    /// The `WWW-Authenticate` challenge for a client without credentials.
    pub(super) fn challenge(&self) -> &'static str {
        match self {
            Self::Bearer(_) => "Bearer realm=\"sealift\"",
            _ => "Basic realm=\"sealift\"",
        }
    }
}
