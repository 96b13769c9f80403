//! One repository.

use std::thread::sleep;
use std::time::Duration;

use sealift_http::{Request, Response, Url};
use sealift_model::Digest;

use crate::auth::Action;
use crate::registries::Inner;
use crate::{Error, ErrorKind, Limits, Registries};

/// The status of a registry that keeps files while another client writes the requested one.
const FAILED: u16 = 500;
/// Before it is asked again.
const FAILED_WAITS: [Duration; 2] = [Duration::from_millis(100), Duration::from_millis(300)];

/// A repository in a registry, for pulling and pushing.
///
/// | | |
/// |---|---|
/// | manifests | [`manifest`](Self::manifest), [`find_manifest`](Self::find_manifest), [`push_manifest`](Self::push_manifest), [`edit_tag`](Self::edit_tag), [`delete_manifest`](Self::delete_manifest) |
/// | blobs | [`blob`](Self::blob), [`blob_bytes`](Self::blob_bytes), [`has_blob`](Self::has_blob), [`push_blob`](Self::push_blob), [`push_blob_from`](Self::push_blob_from), [`mount_blob`](Self::mount_blob) |
/// | lists | [`tags`](Self::tags), [`referrers`](Self::referrers) |
#[derive(Clone, Debug)]
pub struct Repository {
    registries: Registries,
    registry: String,
    name: String,
}

impl Repository {
    pub(crate) fn new(registries: Registries, registry: &str, name: &str) -> Self {
        Self { registries, registry: registry.to_owned(), name: name.to_owned() }
    }

    /// A repository in another registry that is asked by the same client.
    pub(crate) fn elsewhere(&self, registry: &str, name: &str) -> Self {
        Self::new(self.registries.clone(), registry, name)
    }

    /// The registry's host.
    #[must_use]
    pub fn registry(&self) -> &str {
        &self.registry
    }

    /// The repository's name in the registry.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Registry and name: two mirrors may be in one registry, or in that of the image.
    pub(crate) fn place(&self) -> String {
        format!("{}/{}", self.registry, self.name)
    }

    pub(crate) fn inner(&self) -> &Inner {
        &self.registries.inner
    }

    pub(crate) fn limits(&self) -> &Limits {
        &self.registries.inner.limits
    }

    /// A URL in the repository.
    pub(crate) fn url(&self, rest: &str) -> Result<Url, ErrorKind> {
        let base = self.inner().base(&self.registry)?;
        ErrorKind::malformed_url(base.join(&format!("{}/{rest}", self.name)))
    }

    pub(crate) fn blob_url(&self, digest: &Digest) -> Result<Url, ErrorKind> {
        self.url(&format!("blobs/{digest}"))
    }

    /// Sends a request, with the credentials that the registry requires.
    pub(crate) fn send<'r>(
        &self,
        action: Action,
        request: impl FnMut() -> Request<'r>,
    ) -> Result<Response, ErrorKind> {
        let scope = Some((self.name.as_str(), action));
        self.inner().auth.send(self.inner(), &self.registry, scope, request)
    }

    /// Sends a request that changes nothing, and sends it again where the registry fails.
    pub(crate) fn ask<'r>(
        &self,
        action: Action,
        mut question: impl FnMut() -> Request<'r>,
    ) -> Result<Response, ErrorKind> {
        for wait in FAILED_WAITS {
            match self.send(action, &mut question)? {
                response if response.status() == FAILED => sleep(wait),
                response => return Ok(response),
            }
        }
        self.send(action, question)
    }

    /// An error that names the repository.
    pub(crate) fn error(&self, kind: ErrorKind) -> Error {
        Error { name: self.place(), kind }
    }
}
