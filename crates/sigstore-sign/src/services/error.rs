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

/// Why a service did not vouch for a signature, which therefore does not count as signed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ServiceError {
    /// The service could not be reached.
    #[error("{service} cannot be asked")]
    Unreachable {
        /// The service.
        service: Service,
        /// The reason.
        source: sealift_http::Error,
    },
    /// The service refused.
    #[error("{service} at {host} refuses with status {status}{}", said(.message))]
    Refused {
        /// The service.
        service: Service,
        /// Its host.
        host: String,
        /// Status of HTTP.
        status: u16,
        /// Its message, shortened.
        message: String,
    },
    /// The answer is not in the form of the service's description.
    #[error("the answer of {service} at {host} is malformed: {what}")]
    Answer {
        /// The service.
        service: Service,
        /// Its host.
        host: String,
        /// The fault.
        what: &'static str,
    },
    /// The log's entry is malformed.
    #[error("the entry that the log at {host} answers with is malformed")]
    Entry {
        /// Its host.
        host: String,
        /// The fault.
        source: BundleError,
    },
    /// The authority's certificate is malformed.
    #[error("the certificate that the authority at {host} answers with is malformed")]
    Certificate {
        /// Its host.
        host: String,
        /// The fault.
        source: CertificateError,
    },
    /// The certificate has another key than requested, or another identity than the token.
    #[error("the certificate of the authority at {host} is not what was asked for: its {what}")]
    OtherCertificate {
        /// Its host.
        host: String,
        /// The part that differs.
        what: &'static str,
    },
    /// The answers of the services do not verify.
    #[error("what the services answered does not verify")]
    Unproved(#[source] Box<sealift_sigstore_verify::Error>),
    /// A required service is not configured.
    #[error("no URL of {service} is configured for this time")]
    NotConfigured {
        /// The service.
        service: Service,
    },
    /// The identity token cannot be used.
    #[error(transparent)]
    Token(#[from] TokenError),
    /// Signing failed.
    #[error(transparent)]
    Sign(#[from] SignError),
    /// The log does not accept signatures of this kind of key.
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
    /// Not JSON of a signing configuration.
    #[error("not a signing configuration: line {line}, column {column}")]
    Malformed {
        /// 1-based line.
        line: usize,
        /// 1-based column.
        column: usize,
    },
    /// The version is not supported.
    #[error("a signing configuration of the media type {found:?}, which is not supported")]
    MediaType {
        /// The media type of the document.
        found: String,
    },
    /// A URL is malformed.
    #[error("{url:?} is no URL of a service")]
    Url {
        /// The text in place of the URL.
        url: String,
    },
    /// There are fewer services than the configuration requires.
    #[error("{found} of {service} are valid at {now}, where {required} are required")]
    TooFew {
        /// The service.
        service: Service,
        /// The required number.
        required: usize,
        /// The number found.
        found: usize,
        /// The time at which they must be valid.
        now: Timestamp,
    },
}
