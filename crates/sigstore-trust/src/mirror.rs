//! Repositories of trusted roots, accessed by HTTP.

use std::future;

use sealift_http::{Client, Request, Url};
use sigstore_tuf::transport::FetchFuture;
use sigstore_tuf::{Error as TufError, Repository};

use crate::Error;

/// The public-good instance's repository (docs.sigstore.dev, "Sigstore's TUF root").
const PUBLIC: &str = "https://tuf-repo-cdn.sigstore.dev";

/// Largest initial root; that of the public-good instance has 6 kB.
pub(crate) const MAX_ROOT_BYTES: u64 = 512_000;

/// A repository, accessed by HTTP.
#[derive(Clone, Debug)]
pub struct Mirror {
    client: Client,
    base: String,
}

/// The initial root of trust.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum InitialRoot {
    /// The root of the public-good instance, whose digest is built in.
    Public,
    /// This root metadata (`root.json`), which the caller trusts.
    Given(Vec<u8>),
}

impl Mirror {
    /// The repository of the public-good instance.
    #[must_use]
    pub fn public(client: Client) -> Self {
        Self { client, base: PUBLIC.to_owned() }
    }

    /// A repository below a URL.
    ///
    /// # Errors
    /// [`Error::Url`].
    pub fn new(client: Client, url: &str) -> Result<Self, Error> {
        let parsed: Url =
            url.parse().map_err(|source| Error::Url { url: url.to_owned(), source })?;
        Ok(Self { client, base: parsed.full().trim_end_matches('/').to_owned() })
    }

    /// Its URL.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.base
    }

    /// A file of at most `max` bytes; none if there is no such file.
    pub(crate) fn file(&self, path: &str, max: u64) -> Result<Option<Vec<u8>>, TufError> {
        let name = format!("{}/{path}", self.base);
        let failed = |source: Box<dyn std::error::Error + Send + Sync>| TufError::Transport {
            message: name.clone(),
            source: Some(source),
        };
        let url: Url =
            name.parse().map_err(|error: sealift_http::UrlError| failed(error.into()))?;
        let request = Request::get(&url).max_bytes(max);
        let response = self.client.send(request).map_err(|error| failed(error.into()))?;
        match response.status() {
            200 => response.bytes(max).map(Some).map_err(|error| failed(error.into())),
            // Storage services answer 403 for missing files.
            403 | 404 | 410 => Ok(None),
            status => Err(failed(format!("status {status}").into())),
        }
    }
}

impl Repository for Mirror {
    fn fetch_metadata<'a>(&'a self, name: &'a str, max_length: u64) -> FetchFuture<'a> {
        Box::pin(future::ready(self.file(name, max_length)))
    }

    fn fetch_target<'a>(&'a self, path: &'a str, max_length: u64) -> FetchFuture<'a> {
        Box::pin(future::ready(self.file(&format!("targets/{path}"), max_length)))
    }
}
