//! Tokens of a token service.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use sealift_http::{Body, Method, Reach, Request, Response, Scheme, Url, form};
use serde::Deserialize;

use super::basic;
use crate::error::message;
use crate::registries::Inner;
use crate::{Credential, ErrorKind};

/// A token, and the time until which it may be used.
pub(super) struct Token {
    pub(super) value: String,
    pub(super) until: Instant,
}

#[derive(Deserialize)]
struct Answer {
    #[serde(default)]
    token: Option<String>,
    #[serde(default)]
    access_token: Option<String>,
    #[serde(default)]
    expires_in: Option<u64>,
}

/// The life of a token without a stated one, and the shortest that services may state.
const SHORTEST: Duration = Duration::from_secs(60);
const LONGEST: Duration = Duration::from_secs(24 * 60 * 60);

/// Requests a token from a token service.
pub(super) fn fetch(
    inner: &Inner,
    registry: &str,
    realm: &str,
    service: &str,
    scopes: &BTreeSet<String>,
    credential: Option<&Credential>,
) -> Result<Token, ErrorKind> {
    let base = inner.base(registry)?;
    let url = check_realm(inner, &base, realm)?;
    let response = match credential {
        Some(Credential::IdentityToken(token)) => {
            let scope = scopes.iter().map(String::as_str).collect::<Vec<_>>().join(" ");
            let form = form(&[
                ("grant_type", "refresh_token"),
                ("service", service),
                ("client_id", "sealift"),
                ("scope", &scope),
                ("refresh_token", token),
            ]);
            let request = Request::new(Method::Post, &url)
                .header("content-type", "application/x-www-form-urlencoded")
                .body(Body::Bytes(form.as_bytes()))
                .led_by(&base)
                .repeatable();
            inner.client.send(request)?
        }
        credential => {
            let mut url = url.clone();
            if !service.is_empty() {
                url = url.with_query(&[("service", service)]);
            }
            for scope in scopes {
                url = url.with_query(&[("scope", scope)]);
            }
            let mut request = Request::get(&url).led_by(&base);
            if let Some(Credential::Basic { user, password }) = credential {
                request = request.header("authorization", &basic(user, password));
            }
            inner.client.send(request)?
        }
    };
    read(inner, &url, response)
}

fn read(inner: &Inner, url: &Url, response: Response) -> Result<Token, ErrorKind> {
    let failed = |message| ErrorKind::Token { host: url.authority(), message };
    match response.status() {
        200 => {}
        401 | 403 => {
            return Err(ErrorKind::Denied {
                told: None,
                message: message(response, &inner.limits),
            });
        }
        status => {
            let said = message(response, &inner.limits);
            return Err(failed(said.or_else(|| Some(format!("status {status}")))));
        }
    }
    let bytes = response.bytes(inner.limits.max_answer_bytes)?;
    let Answer { token, access_token, expires_in } =
        serde_json::from_slice(&bytes).map_err(|_| failed(Some("no JSON".to_owned())))?;
    let value = token.or(access_token).filter(|token| is_token(token));
    let value = value.ok_or_else(|| failed(Some("no token in its answer".to_owned())))?;
    let lasts = expires_in.map_or(SHORTEST, Duration::from_secs).clamp(SHORTEST, LONGEST);
    // A little before its time, so that it does not expire on the way.
    Ok(Token { value, until: Instant::now() + lasts - SHORTEST / 10 })
}

/// Whether the text is allowed in a header.
fn is_token(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_graphic())
}

/// The URL of the token service, if it may be called: with TLS unless the registry itself has none,
/// and at no address that is inside the network of another host.
fn check_realm(inner: &Inner, base: &Url, realm: &str) -> Result<Url, ErrorKind> {
    let refused = |why| ErrorKind::Realm { realm: realm.chars().take(100).collect(), why };
    let url: Url = realm.parse().map_err(|_| refused("is no URL"))?;
    let refused = |why| ErrorKind::Realm { realm: url.authority(), why };
    if inner.client.is_insecure(&url) {
        return Ok(url);
    }
    if url.scheme() == Scheme::Http && base.scheme() == Scheme::Https {
        return Err(refused("has no TLS"));
    }
    let is_near = url.reach() != Reach::Elsewhere;
    let is_both_here = base.reach() == Reach::Loopback && url.reach() == Reach::Loopback;
    if is_near && url.host() != base.host() && !is_both_here {
        return Err(refused("is an address inside the network and not the registry's own"));
    }
    Ok(url)
}
