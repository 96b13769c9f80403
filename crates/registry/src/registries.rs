//! The registries of one program: connections, credentials, tokens.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use sealift_http::{
    Client, Error as HttpError, ErrorKind as HttpErrorKind, Reach, Request, Scheme, Url,
};
use sealift_model::Reference;

use crate::auth::Auth;
use crate::mirrors::Asked;
use crate::{Error, ErrorKind, Keychain, Limits, Mirrors, Repository};

/// Registries that share connections and credentials. A clone shares them, too.
#[derive(Clone, Debug)]
pub struct Registries {
    pub(crate) inner: Arc<Inner>,
}

#[derive(Debug)]
pub(crate) struct Inner {
    pub(crate) client: Client,
    pub(crate) limits: Limits,
    pub(crate) auth: Auth,
    pub(crate) mirrors: Asked,
    /// Whether a registry that may be asked without TLS has it.
    schemes: Mutex<BTreeMap<String, Scheme>>,
}

impl Registries {
    /// Registries that are reached through `client` with the credentials of `keychain`.
    #[must_use]
    pub fn new(client: Client, keychain: Keychain) -> Self {
        Self::with_limits(client, keychain, Limits::default())
    }

    /// The same with other bounds.
    #[must_use]
    pub fn with_limits(client: Client, keychain: Keychain, limits: Limits) -> Self {
        Self::made(client, keychain, limits, Mirrors::default())
    }

    /// The same, with mirrors from which [`RepositoryBlobs`](crate::RepositoryBlobs) reads first.
    #[must_use]
    pub fn with_mirrors(client: Client, keychain: Keychain, mirrors: Mirrors) -> Self {
        Self::made(client, keychain, Limits::default(), mirrors)
    }

    fn made(client: Client, keychain: Keychain, limits: Limits, mirrors: Mirrors) -> Self {
        let (auth, mirrors) = (Auth::new(keychain), Asked::new(mirrors));
        let inner = Inner { client, limits, auth, mirrors, schemes: Mutex::default() };
        Self { inner: Arc::new(inner) }
    }

    /// The repository of an image.
    #[must_use]
    pub fn repository(&self, image: &Reference) -> Repository {
        Repository::new(self.clone(), image.registry(), image.repository())
    }

    /// Checks that a registry is one and accepts the credentials, for `login`.
    ///
    /// # Errors
    /// When it is no registry, or refuses the credentials.
    pub fn check_login(&self, registry: &str) -> Result<(), Error> {
        let check = || {
            let url = self.inner.base(registry)?;
            let response =
                self.inner.auth.send(&self.inner, registry, None, || Request::get(&url))?;
            match response.status() {
                200 => Ok(()),
                _ => Err(ErrorKind::of(response, registry, &self.inner.limits)),
            }
        };
        check().map_err(|kind| Error { name: registry.to_owned(), kind })
    }
}

/// The public registry's name, and the host that serves it.
const DEFAULT_REGISTRY: &str = "docker.io";
const DEFAULT_HOST: &str = "registry-1.docker.io";

impl Inner {
    /// Where a registry's API begins: `https://host/v2/`.
    pub(crate) fn base(&self, registry: &str) -> Result<Url, ErrorKind> {
        let host = if registry == DEFAULT_REGISTRY { DEFAULT_HOST } else { registry };
        let url = |scheme: Scheme| {
            ErrorKind::malformed_url(format!("{}://{host}/v2/", scheme.name()).parse())
        };
        let secure = url(Scheme::Https)?;
        let plain = url(Scheme::Http)?;
        let order = match (self.client.may_be_plain(&plain), secure.reach()) {
            (_, Reach::Loopback) => [Scheme::Http, Scheme::Https],
            (true, _) => [Scheme::Https, Scheme::Http],
            _ => return Ok(secure),
        };
        let known = self.schemes.lock().unwrap_or_else(PoisonError::into_inner).get(host).copied();
        let scheme = match known {
            Some(scheme) => scheme,
            None => {
                let found = self.probe(order, &secure, &plain)?;
                let mut schemes = self.schemes.lock().unwrap_or_else(PoisonError::into_inner);
                schemes.insert(host.to_owned(), found);
                found
            }
        };
        Ok(if scheme == Scheme::Http { plain } else { secure })
    }

    /// Which of two schemes the registry speaks.
    fn probe(&self, order: [Scheme; 2], secure: &Url, plain: &Url) -> Result<Scheme, ErrorKind> {
        let [first, second] = order;
        let ask = |scheme| {
            let url = if scheme == Scheme::Http { plain } else { secure };
            let response = self.client.send(Request::get(url).without_redirects())?;
            let status = response.status();
            // Read to its end, the connection serves the next request; what it says is no matter.
            drop(response.bytes(self.limits.max_answer_bytes));
            Ok::<_, HttpError>(status)
        };
        match ask(first) {
            // What Go's servers say to plain HTTP where TLS is spoken.
            Ok(400) if first == Scheme::Http => Ok(second),
            Ok(_) => Ok(first),
            Err(error) => match error.kind {
                HttpErrorKind::Tls(_)
                | HttpErrorKind::Protocol(_)
                | HttpErrorKind::Truncated
                | HttpErrorKind::Broken(_)
                | HttpErrorKind::Connect(_) => match ask(second) {
                    Ok(_) => Ok(second),
                    Err(_) => Err(error.into()),
                },
                _ => Err(error.into()),
            },
        }
    }
}
