use sealift_model::Timestamp;
use sealift_sigstore_verify::{BundleError, CertificateError};

use crate::signer::SignError;
use crate::token::TokenError;

/// A service that vouches for signatures.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Service {
    /// The certificate authority (Fulcio).
    Authority,
    /// The transparency log (Rekor).
    Log,
    /// The timestamp authority (RFC 3161).
    Timestamps,
}

impl std::fmt::Display for Service {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Authority => "the certificate authority",
            Self::Log => "the transparency log",
            Self::Timestamps => "the timestamp authority",
        })
    }
}

/// Why nobody vouches for a signature, so that nothing counts as signed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ServiceError {
    /// The service cannot be asked.
    #[error("{service} cannot be asked")]
    Unreachable {
        /// Which one.
        service: Service,
        /// Why.
        source: sealift_http::Error,
    },
    /// The service refuses.
    #[error("{service} at {host} refuses with status {status}{}", said(.message))]
    Refused {
        /// Which one.
        service: Service,
        /// Where.
        host: String,
        /// Status of HTTP.
        status: u16,
        /// What it says, cut short.
        message: String,
    },
    /// The answer is not in the form that the service's description says.
    #[error("the answer of {service} at {host} is malformed: {what}")]
    Answer {
        /// Which one.
        service: Service,
        /// Where.
        host: String,
        /// What is wrong.
        what: &'static str,
    },
    /// The log's entry is malformed.
    #[error("the entry that the log at {host} answers with is malformed")]
    Entry {
        /// Where.
        host: String,
        /// How.
        source: BundleError,
    },
    /// The authority's certificate is malformed.
    #[error("the certificate that the authority at {host} answers with is malformed")]
    Certificate {
        /// Where.
        host: String,
        /// How.
        source: CertificateError,
    },
    /// The certificate is of another key, or of another identity than the token's.
    #[error("the certificate of the authority at {host} is not what was asked for: its {what}")]
    OtherCertificate {
        /// Where.
        host: String,
        /// What differs.
        what: &'static str,
    },
    /// What the services answer does not prove what it must.
    #[error("what the services answered does not verify")]
    Unproved(#[source] Box<sealift_sigstore_verify::Error>),
    /// A service is needed and none is configured.
    #[error("no URL of {service} is configured for this time")]
    NotConfigured {
        /// Which one.
        service: Service,
    },
    /// The identity token cannot be used.
    #[error(transparent)]
    Token(#[from] TokenError),
    /// Signing failed.
    #[error(transparent)]
    Sign(#[from] SignError),
    /// The log takes no signatures of such keys.
    #[error("the log takes no signatures of this kind of key")]
    Key,
}

fn said(message: &str) -> String {
    if message.is_empty() { String::new() } else { format!(": {message}") }
}

/// Why a signing configuration cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ConfigError {
    /// Not JSON of that form.
    #[error("not a signing configuration: line {line}, column {column}")]
    Malformed {
        /// 1-based line.
        line: usize,
        /// 1-based column.
        column: usize,
    },
    /// Of another version.
    #[error("a signing configuration of the media type {found:?}, which is not supported")]
    MediaType {
        /// What it says.
        found: String,
    },
    /// A URL is none.
    #[error("{url:?} is no URL of a service")]
    Url {
        /// What is there.
        url: String,
    },
    /// Fewer services than are asked for exactly.
    #[error("{found} of {service} are valid at {now}, where {required} are required")]
    TooFew {
        /// Which service.
        service: Service,
        /// How many must there be.
        required: usize,
        /// How many there are.
        found: usize,
        /// When.
        now: Timestamp,
    },
}
