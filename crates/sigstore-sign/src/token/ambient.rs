//! Tokens that a machine receives for the job that it runs.

use std::collections::BTreeMap;
use std::time::Duration;

use sealift_http::{Body, Client, Method, Request, Url};
use serde_json::{Value, json};
use zeroize::Zeroizing;

use super::{IdentityToken, TokenError};

/// Most bytes of an answer with a token.
const MAX_BYTES: u64 = 1 << 20;
const TOTAL: Duration = Duration::from_secs(30);
const BUILDKITE: &str = "https://agent.buildkite.com/v3";
const GOOGLE: &str = "computeMetadata/v1/instance/service-accounts/default/identity";

/// The metadata server of Google's machines. It has no TLS, so the client must be allowed to use
/// plain HTTP. `GCE_METADATA_HOST` names another server, as for Google's own libraries.
pub const GOOGLE_HOST: &str = "metadata.google.internal";

/// The source of a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Ambient {
    /// A variable in a job of GitLab CI (`id_tokens: SIGSTORE_ID_TOKEN`).
    Variable,
    /// A workflow of GitHub Actions with the permission `id-token: write`.
    GitHubActions,
    /// An agent of Buildkite.
    Buildkite,
    /// The metadata server of Google's machines, used only if it is named.
    Google,
}

impl Ambient {
    /// The source that the environment indicates.
    #[must_use]
    pub fn detect(variables: &BTreeMap<String, String>) -> Option<Self> {
        let has = |name: &str| variables.get(name).is_some_and(|value| !value.is_empty());
        if has("SIGSTORE_ID_TOKEN") {
            Some(Self::Variable)
        } else if has("ACTIONS_ID_TOKEN_REQUEST_TOKEN") && has("ACTIONS_ID_TOKEN_REQUEST_URL") {
            Some(Self::GitHubActions)
        } else if has("BUILDKITE_AGENT_ACCESS_TOKEN") && has("BUILDKITE_JOB_ID") {
            Some(Self::Buildkite)
        } else {
            None
        }
    }

    /// The source with this name in cosign's `--oidc-provider`.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        match name {
            "envvar" | "gitlab" => Some(Self::Variable),
            "github-actions" | "github" => Some(Self::GitHubActions),
            "buildkite-agent" | "buildkite" => Some(Self::Buildkite),
            "google" | "google-workload-identity" => Some(Self::Google),
            _ => None,
        }
    }

    /// Requests a token for an audience, which is `sigstore` for the public instance.
    ///
    /// # Errors
    /// When the environment does not belong to the source, or the source returns no token.
    pub fn token(
        self,
        client: &Client,
        variables: &BTreeMap<String, String>,
        audience: &str,
    ) -> Result<IdentityToken, AmbientError> {
        let get = |name: &'static str| {
            let value = variables.get(name).filter(|value| !value.is_empty());
            value.cloned().ok_or(AmbientError::NotSet { name })
        };
        let text = match self {
            Self::Variable => Zeroizing::new(get("SIGSTORE_ID_TOKEN")?),
            Self::GitHubActions => {
                let secret = bearer(&get("ACTIONS_ID_TOKEN_REQUEST_TOKEN")?);
                let url = url(&get("ACTIONS_ID_TOKEN_REQUEST_URL")?)?;
                let url = url.with_query(&[("audience", audience)]);
                let request = Request::get(&url).header("authorization", &secret);
                member(&asked(client, request)?, "value")?
            }
            Self::Buildkite => {
                let base = get("BUILDKITE_AGENT_ENDPOINT").unwrap_or_else(|_| BUILDKITE.to_owned());
                let job = get("BUILDKITE_JOB_ID")?;
                let url = url(&format!("{}/jobs/{job}/oidc/tokens", base.trim_end_matches('/')))?;
                let secret =
                    Zeroizing::new(format!("Token {}", get("BUILDKITE_AGENT_ACCESS_TOKEN")?));
                let body = json!({ "audience": audience }).to_string();
                let request = Request::new(Method::Post, &url)
                    .header("authorization", &secret)
                    .header("content-type", "application/json")
                    .body(Body::Bytes(body.as_bytes()));
                member(&asked(client, request)?, "token")?
            }
            Self::Google => {
                let host = get("GCE_METADATA_HOST").unwrap_or_else(|_| GOOGLE_HOST.to_owned());
                let url = url(&format!("http://{host}/{GOOGLE}"))?;
                let url = url.with_query(&[("audience", audience), ("format", "full")]);
                let request = Request::get(&url).header("metadata-flavor", "Google");
                let bytes = asked(client, request)?;
                let text = str::from_utf8(&bytes).map_err(|_| AmbientError::NoToken)?;
                Zeroizing::new(text.to_owned())
            }
        };
        Ok(IdentityToken::new(&text)?)
    }
}

fn bearer(secret: &str) -> Zeroizing<String> {
    Zeroizing::new(format!("Bearer {secret}"))
}

fn url(text: &str) -> Result<Url, AmbientError> {
    text.parse().map_err(|_| AmbientError::Url)
}

fn asked(client: &Client, request: Request<'_>) -> Result<Zeroizing<Vec<u8>>, AmbientError> {
    let request = request.total(TOTAL).max_bytes(MAX_BYTES);
    let response = client.send(request)?;
    if !response.is_success() {
        let (host, status) = (response.url().authority(), response.status());
        return Err(AmbientError::Refused { host, status });
    }
    Ok(Zeroizing::new(response.bytes(MAX_BYTES)?))
}

fn member(bytes: &[u8], name: &str) -> Result<Zeroizing<String>, AmbientError> {
    let document: Value = serde_json::from_slice(bytes).map_err(|_| AmbientError::NoToken)?;
    let text = document.get(name).and_then(Value::as_str).ok_or(AmbientError::NoToken)?;
    Ok(Zeroizing::new(text.to_owned()))
}

/// Why no token could be had from the environment.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AmbientError {
    /// A variable that the source needs is not set.
    #[error("the variable {name} is not set")]
    NotSet {
        /// Its name.
        name: &'static str,
    },
    /// A URL from the environment is malformed.
    #[error("the environment names no URL to ask for a token")]
    Url,
    /// The source could not be reached.
    #[error("no identity token can be asked for")]
    Unreachable(#[from] sealift_http::Error),
    /// The source refused.
    #[error("{host} refuses an identity token with status {status}")]
    Refused {
        /// Its host.
        host: String,
        /// Status of HTTP.
        status: u16,
    },
    /// The answer has no token.
    #[error("the answer has no identity token")]
    NoToken,
    /// The token cannot be used.
    #[error(transparent)]
    Token(#[from] TokenError),
}
