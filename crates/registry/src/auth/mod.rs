//! Authentication: challenges of registries, answered with tokens or passwords (`distribution`'s
//! token authentication specification, RFC 6750, RFC 7617).

mod challenge;
mod token;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sealift_http::{Request, Response};

use crate::error::message;
use crate::registries::Inner;
use crate::{Credential, ErrorKind, Keychain};
use challenge::Challenge;
use token::Token;

/// The use of a repository, for which a token is requested.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Action {
    Pull,
    Push,
    Delete,
}

impl Action {
    fn scope(self, repository: &str) -> String {
        let actions = match self {
            Self::Pull => "pull",
            Self::Push => "pull,push",
            Self::Delete => "delete,pull",
        };
        format!("repository:{repository}:{actions}")
    }
}

/// Answers challenges, and remembers the answers.
pub(crate) struct Auth {
    keychain: Keychain,
    known: Mutex<Known>,
}

#[derive(Default)]
struct Known {
    /// Credentials by registry and repository.
    credentials: BTreeMap<String, Option<(Credential, String)>>,
    /// Registries that want the password itself.
    basic: BTreeSet<String>,
    tokens: BTreeMap<(String, Scopes), Token>,
}

type Scopes = BTreeSet<String>;

/// A request is sent at most so often: without a token, with one, and with one for more scopes or
/// in place of an expired one.
const ROUNDS: usize = 3;

impl Auth {
    pub(crate) fn new(keychain: Keychain) -> Self {
        Self { keychain, known: Mutex::default() }
    }

    /// Sends a request, and sends it again with the credentials that the registry requires.
    pub(crate) fn send<'r>(
        &self,
        inner: &Inner,
        registry: &str,
        scope: Option<(&str, Action)>,
        mut request: impl FnMut() -> Request<'r>,
    ) -> Result<Response, ErrorKind> {
        let place = match scope {
            Some((repository, _)) => format!("{registry}/{repository}"),
            None => registry.to_owned(),
        };
        let mut scopes: Scopes =
            scope.iter().map(|(repository, action)| action.scope(repository)).collect();
        let base = inner.base(registry)?;
        for round in 1.. {
            let request = request();
            // An upload may go on at another host, which is told nothing.
            let is_own = request.url().is_same_origin(&base);
            let authorization = self.authorization(registry, &place, &scopes)?;
            let response = inner.client.send(match authorization {
                Some(authorization) if is_own => request.header("authorization", &authorization),
                _ if is_own => request,
                _ => request.led_by(&base),
            })?;
            if !matches!(response.status(), 401 | 403) || !is_own {
                return Ok(response);
            }
            // A redirect has led away from the registry: it is not for others to ask who asks.
            if !response.url().is_same_origin(&base) {
                return Ok(response);
            }
            if round == ROUNDS {
                return self.refused(inner, registry, &place, response);
            }
            let challenges = Challenge::all(response.headers().get_all("www-authenticate"));
            match self.answer(inner, registry, &place, &challenges, &mut scopes) {
                Ok(true) => {}
                Ok(false) => return self.refused(inner, registry, &place, response),
                Err(ErrorKind::Denied { message, .. }) => {
                    let told = self.told(registry, &place)?;
                    return Err(ErrorKind::Denied { told, message });
                }
                Err(kind) => return Err(kind),
            }
        }
        Err(ErrorKind::Challenge)
    }

    /// The error for an answer that denies access; it names the source of the credentials that were
    /// sent.
    fn refused(
        &self,
        inner: &Inner,
        registry: &str,
        place: &str,
        response: Response,
    ) -> Result<Response, ErrorKind> {
        match self.told(registry, place)? {
            None => Ok(response),
            told => Err(ErrorKind::Denied { told, message: message(response, &inner.limits) }),
        }
    }

    /// The source of the credentials that are sent for a place.
    fn told(&self, registry: &str, place: &str) -> Result<Option<String>, ErrorKind> {
        let found = self.known().found(&self.keychain, registry, place)?;
        Ok(found.map(|(_, whose)| whose))
    }

    /// The credentials that the registry is known to require.
    fn authorization(
        &self,
        registry: &str,
        place: &str,
        scopes: &Scopes,
    ) -> Result<Option<String>, ErrorKind> {
        let mut known = self.known();
        match known.credential(&self.keychain, registry, place)? {
            Some(Credential::RegistryToken(token)) => return Ok(Some(format!("Bearer {token}"))),
            Some(Credential::Basic { user, password }) if known.basic.contains(registry) => {
                return Ok(Some(basic(&user, &password)));
            }
            _ => {}
        }
        let key = (registry.to_owned(), scopes.clone());
        let token = known.tokens.get(&key).filter(|token| token.until > Instant::now());
        Ok(token.map(|token| format!("Bearer {}", token.value)))
    }

    /// Prepares the answer to a challenge. False when there is no other answer than before.
    fn answer(
        &self,
        inner: &Inner,
        registry: &str,
        place: &str,
        challenges: &[Challenge],
        scopes: &mut Scopes,
    ) -> Result<bool, ErrorKind> {
        // Held while a token is fetched, so that many threads fetch it once.
        let mut known = self.known();
        let credential = known.credential(&self.keychain, registry, place)?;
        if matches!(credential, Some(Credential::RegistryToken(_))) {
            return Ok(false);
        }
        if let Some((realm, service, scope)) = challenges.iter().find_map(Challenge::bearer) {
            let more = scope.split(' ').filter(|scope| !scope.is_empty()).map(str::to_owned);
            scopes.extend(more);
            let key = (registry.to_owned(), scopes.clone());
            let token = token::fetch(inner, registry, realm, service, scopes, credential.as_ref())?;
            // The same token again would be refused again.
            let is_new = known.tokens.get(&key).is_none_or(|old| old.value != token.value);
            known.tokens.insert(key, token);
            return Ok(is_new);
        }
        if challenges.iter().any(Challenge::is_basic) {
            let has_password = matches!(credential, Some(Credential::Basic { .. }));
            return Ok(has_password && known.basic.insert(registry.to_owned()));
        }
        if challenges.is_empty() { Ok(false) } else { Err(ErrorKind::Challenge) }
    }

    fn known(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Known {
    fn credential(
        &mut self,
        keychain: &Keychain,
        registry: &str,
        place: &str,
    ) -> Result<Option<Credential>, ErrorKind> {
        Ok(self.found(keychain, registry, place)?.map(|(credential, _)| credential))
    }

    fn found(
        &mut self,
        keychain: &Keychain,
        registry: &str,
        place: &str,
    ) -> Result<Option<(Credential, String)>, ErrorKind> {
        if let Some(found) = self.credentials.get(place) {
            return Ok(found.clone());
        }
        let found = keychain.find(registry, place)?;
        self.credentials.insert(place.to_owned(), found.clone());
        Ok(found)
    }
}

impl fmt::Debug for Auth {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Auth").field("keychain", &self.keychain).finish_non_exhaustive()
    }
}

fn basic(user: &str, password: &str) -> String {
    format!("Basic {}", STANDARD.encode(format!("{user}:{password}")))
}
