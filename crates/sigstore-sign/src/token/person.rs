//! Tokens from an interactive login: in a browser on this machine (RFC 6749 section 4.1 with RFC
//! 7636 and RFC 8252), or with a code on any device (RFC 8628).

use std::fmt;
use std::io::{self, BufRead, BufReader, Read as _, Write as _};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::thread::sleep;
use std::time::{Duration, Instant};

use aws_lc_rs::rand;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sealift_http::{Body, Client, Method, Request, Scheme, Url, form};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use sha2::{Digest as _, Sha256};
use zeroize::Zeroizing;

use super::{IdentityToken, TokenError};

/// Most bytes of an answer.
const MAX_BYTES: u64 = 1 << 20;
/// Longest duration of an exchange.
const TOTAL: Duration = Duration::from_secs(30);
/// Longest wait for the person to log in.
const PATIENCE: Duration = Duration::from_secs(15 * 60);
/// The interval between checks whether the browser has come back.
const PAUSE: Duration = Duration::from_millis(50);
/// The time and size limits of a browser's request.
const BROWSER: Duration = Duration::from_secs(5);
const MAX_LINE_BYTES: u64 = 16 << 10;
/// The interval between checks for the login, if the issuer does not set one (RFC 8628 3.2).
const INTERVAL_SECONDS: u64 = 5;

const SCOPE: &str = "openid email";
const CALLBACK: &str = "/auth/callback";
const DEVICE_GRANT: &str = "urn:ietf:params:oauth:grant-type:device_code";

/// An issuer of identity tokens with interactive logins.
#[derive(Clone, Copy)]
#[expect(clippy::exhaustive_structs, reason = "all of it must be said")]
pub struct Login<'a> {
    /// The HTTP client.
    pub client: &'a Client,
    /// The URL of the issuer.
    pub issuer: &'a Url,
    /// This program's id at the issuer.
    pub client_id: &'a str,
    /// The secret for this id; programs on people's machines have none.
    pub secret: Option<&'a str>,
    /// The URL on this machine to which the browser returns, if it is registered with the issuer:
    /// plain HTTP, `localhost` or 127.0.0.1. By default any free port.
    pub redirect: Option<&'a Url>,
}

impl fmt::Debug for Login<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Login").field("issuer", &self.issuer).finish_non_exhaustive()
    }
}

/// The instruction for the person.
#[derive(Clone, Copy, Debug)]
#[expect(clippy::exhaustive_enums, reason = "there are two ways")]
pub enum Prompt<'a> {
    /// Open this in a browser on this machine.
    Browser(&'a str),
    /// Open this on any device, and enter the code there if it asks for one.
    Device {
        /// The URL.
        url: &'a str,
        /// The code.
        code: &'a str,
    },
}

/// The issuer's metadata (OpenID Connect Discovery 1.0 section 3).
#[derive(Deserialize)]
struct Endpoints {
    issuer: String,
    authorization_endpoint: String,
    token_endpoint: String,
    #[serde(default)]
    device_authorization_endpoint: Option<String>,
}

#[derive(Deserialize)]
struct Tokens {
    #[serde(default)]
    id_token: Option<String>,
}

/// An error of OAuth (RFC 6749 section 5.2).
#[derive(Deserialize)]
struct Refusal {
    error: String,
}

#[derive(Deserialize)]
struct Device {
    device_code: String,
    user_code: String,
    verification_uri: String,
    #[serde(default)]
    verification_uri_complete: Option<String>,
    expires_in: u64,
    #[serde(default)]
    interval: Option<u64>,
}

impl Login<'_> {
    /// Performs a login with a browser that returns to this machine.
    ///
    /// # Errors
    /// When the person does not log in, or the issuer returns no token.
    pub fn by_browser(&self, show: &dyn Fn(Prompt<'_>)) -> Result<IdentityToken, LoginError> {
        let endpoints = self.endpoints()?;
        if !self.redirect.is_none_or(is_here) {
            return Err(LoginError::Redirect);
        }
        // RFC 8252 section 7.3: any port of the loopback interface.
        let asked = self.redirect.map_or(0, Url::port);
        let listener =
            TcpListener::bind((Ipv4Addr::LOCALHOST, asked)).map_err(LoginError::Listen)?;
        let port = listener.local_addr().map_err(LoginError::Listen)?.port();
        let path = self.redirect.map_or(CALLBACK, Url::path);
        let back = match self.redirect {
            Some(url) => url.full(),
            None => format!("http://localhost:{port}{CALLBACK}"),
        };
        let (verifier, state, nonce) = (secret()?, secret()?, secret()?);
        let challenge = challenge(&verifier);
        let url = self.url(&endpoints.authorization_endpoint)?.with_query(&[
            ("response_type", "code"),
            ("client_id", self.client_id),
            ("redirect_uri", &back),
            ("scope", SCOPE),
            ("state", &state),
            ("nonce", &nonce),
            ("code_challenge", &challenge),
            ("code_challenge_method", "S256"),
        ]);
        show(Prompt::Browser(&url.full()));
        let code = wait(&listener, (path, &state), Instant::now() + PATIENCE)?;
        let tokens: Tokens = self.ask(
            &endpoints.token_endpoint,
            &[
                ("grant_type", "authorization_code"),
                ("code", &code),
                ("redirect_uri", &back),
                ("code_verifier", &verifier),
            ],
        )??;
        self.token(tokens, Some(&nonce))
    }

    /// Performs a login on any device.
    ///
    /// # Errors
    /// When the person does not log in in time, or the issuer returns no token or does not support
    /// this.
    pub fn by_device(&self, show: &dyn Fn(Prompt<'_>)) -> Result<IdentityToken, LoginError> {
        let endpoints = self.endpoints()?;
        let asked = endpoints.device_authorization_endpoint.ok_or(LoginError::NoDevices)?;
        let verifier = secret()?;
        let challenge = challenge(&verifier);
        let device: Device = self.ask(
            &asked,
            &[("scope", SCOPE), ("code_challenge", &challenge), ("code_challenge_method", "S256")],
        )??;
        let url = device.verification_uri_complete.as_ref().unwrap_or(&device.verification_uri);
        show(Prompt::Device { url, code: &device.user_code });
        let lasts = Duration::from_secs(device.expires_in).min(PATIENCE);
        let deadline = Instant::now() + lasts;
        let mut interval = Duration::from_secs(device.interval.unwrap_or(INTERVAL_SECONDS).min(60));
        loop {
            if Instant::now() + interval >= deadline {
                return Err(LoginError::NotInTime { lasts });
            }
            sleep(interval);
            let asked: Result<Tokens, LoginError> = self.ask(
                &endpoints.token_endpoint,
                &[
                    ("grant_type", DEVICE_GRANT),
                    ("device_code", &device.device_code),
                    ("code_verifier", &verifier),
                ],
            )?;
            match asked {
                Ok(tokens) => return self.token(tokens, None),
                Err(LoginError::Refused { error }) if error == "authorization_pending" => {}
                // RFC 8628 section 3.5: the interval grows by 5 seconds permanently.
                Err(LoginError::Refused { error }) if error == "slow_down" => {
                    interval += Duration::from_secs(5);
                }
                Err(error) => return Err(error),
            }
        }
    }

    fn endpoints(&self) -> Result<Endpoints, LoginError> {
        let issuer = self.issuer.full();
        let issuer = issuer.trim_end_matches('/');
        let url = self.url(&format!("{issuer}/.well-known/openid-configuration"))?;
        let request = Request::get(&url).total(TOTAL).max_bytes(MAX_BYTES);
        let response = self.client.send(request)?;
        let status = response.status();
        if status != 200 {
            return Err(LoginError::Status { status });
        }
        let found: Endpoints = read(&response.bytes(MAX_BYTES)?)?;
        // Section 4.3: the issuer in the metadata must be the requested one.
        match found.issuer.trim_end_matches('/') == issuer {
            true => Ok(found),
            false => Err(LoginError::OtherIssuer),
        }
    }

    fn url(&self, text: &str) -> Result<Url, LoginError> {
        text.parse().map_err(|_| LoginError::Malformed)
    }

    /// Posts a form. The inner error is the issuer's.
    fn ask<T: DeserializeOwned>(
        &self,
        endpoint: &str,
        pairs: &[(&str, &str)],
    ) -> Result<Result<T, LoginError>, LoginError> {
        let own = [("client_id", Some(self.client_id)), ("client_secret", self.secret)];
        let own = own.into_iter().filter_map(|(name, value)| Some((name, value?)));
        let pairs: Vec<_> = pairs.iter().copied().chain(own).collect();
        let body = Zeroizing::new(form(&pairs));
        let url = self.url(endpoint)?;
        let request = Request::new(Method::Post, &url)
            .header("content-type", "application/x-www-form-urlencoded")
            .header("accept", "application/json")
            .body(Body::Bytes(body.as_bytes()))
            .led_by(self.issuer)
            .total(TOTAL)
            .max_bytes(MAX_BYTES);
        let response = self.client.send(request)?;
        let status = response.status();
        let bytes = Zeroizing::new(response.bytes(MAX_BYTES)?);
        if status == 200 {
            return read(&bytes).map(Ok);
        }
        let refused = read::<Refusal>(&bytes).map(|Refusal { error }| LoginError::Refused {
            error: error.chars().take(100).collect(),
        });
        Ok(Err(refused.unwrap_or(LoginError::Status { status })))
    }

    fn token(&self, tokens: Tokens, nonce: Option<&str>) -> Result<IdentityToken, LoginError> {
        let text = Zeroizing::new(tokens.id_token.ok_or(LoginError::Malformed)?);
        // OpenID Connect Core 1.0 section 3.1.3.7: the nonce must be that of this login.
        if nonce.is_some_and(|nonce| claim(&text, "nonce").as_deref() != Some(nonce)) {
            return Err(LoginError::OtherLogin);
        }
        Ok(IdentityToken::new(&text)?)
    }
}

/// A claim of a token, if it is a text.
fn claim(token: &str, name: &str) -> Option<String> {
    let claims = token.split('.').nth(1)?.trim_end_matches('=');
    let claims = URL_SAFE_NO_PAD.decode(claims).ok()?;
    let claims: serde_json::Value = serde_json::from_slice(&claims).ok()?;
    claims.get(name)?.as_str().map(str::to_owned)
}

fn read<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, LoginError> {
    serde_json::from_slice(bytes).map_err(|_| LoginError::Malformed)
}

/// 256 random bits, as text.
fn secret() -> Result<Zeroizing<String>, LoginError> {
    let mut bytes = Zeroizing::new([0; 32]);
    rand::fill(bytes.as_mut_slice()).map_err(|_| LoginError::Random)?;
    Ok(Zeroizing::new(URL_SAFE_NO_PAD.encode(bytes.as_slice())))
}

/// RFC 7636 section 4.2.
fn challenge(verifier: &str) -> String {
    URL_SAFE_NO_PAD.encode(Sha256::digest(verifier))
}

/// Whether a URL leads back to this machine.
fn is_here(url: &Url) -> bool {
    url.scheme() == Scheme::Http && matches!(url.host(), "localhost" | "127.0.0.1")
}

/// The path and the state with which the browser returns.
type Back<'b> = (&'b str, &'b str);

/// Waits for the browser to return with a code.
fn wait(listener: &TcpListener, back: Back<'_>, deadline: Instant) -> Result<String, LoginError> {
    listener.set_nonblocking(true).map_err(LoginError::Listen)?;
    while Instant::now() < deadline {
        match listener.accept() {
            // Other connections are answered too, but change nothing.
            Ok((stream, _)) => {
                if let Some(outcome) = serve(&stream, back).unwrap_or_default() {
                    return outcome;
                }
            }
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => sleep(PAUSE),
            Err(error) => return Err(LoginError::Listen(error)),
        }
    }
    Err(LoginError::NotInTime { lasts: PATIENCE })
}

/// Answers a browser; returns an outcome if its request is the expected one.
fn serve(mut stream: &TcpStream, back: Back<'_>) -> io::Result<Option<Result<String, LoginError>>> {
    stream.set_nonblocking(false)?;
    stream.set_read_timeout(Some(BROWSER))?;
    stream.set_write_timeout(Some(BROWSER))?;
    let mut line = String::new();
    let mut reader = BufReader::new(stream.take(MAX_LINE_BYTES));
    reader.read_line(&mut line)?;
    // The rest is read, since closing early would look like a broken connection to the browser.
    let mut header = String::new();
    while reader.read_line(&mut header)? > 2 {
        header.clear();
    }
    let outcome = came_back(&line, back);
    let (status, text) = match &outcome {
        None => ("404 Not Found", "There is nothing here."),
        Some(Ok(_)) => ("200 OK", "You are logged in, and may close this window."),
        Some(Err(_)) => ("200 OK", "You are not logged in; the program says why."),
    };
    let length = text.len();
    write!(
        stream,
        "HTTP/1.1 {status}\r\nContent-Type: text/plain\r\nContent-Length: {length}\r\n\
         Connection: close\r\n\r\n{text}"
    )?;
    Ok(outcome)
}

/// The outcome in a request, if it is the expected one.
fn came_back(line: &str, (expected, state): Back<'_>) -> Option<Result<String, LoginError>> {
    let target = line.strip_prefix("GET ")?.split(' ').next()?;
    let (path, query) = target.split_once('?')?;
    let value = |name: &str| {
        let pairs = query.split('&').filter_map(|pair| pair.split_once('='));
        pairs.filter(|(found, _)| *found == name).map(|(_, value)| decoded(value)).next()
    };
    if path != expected || value("state")? != state {
        return None;
    }
    if let Some(error) = value("error") {
        return Some(Err(LoginError::Refused { error: error.chars().take(100).collect() }));
    }
    Some(value("code").ok_or(LoginError::Malformed))
}

/// A value of a query without its percent-encoding.
fn decoded(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        let hex = rest.clone().take(2).map(|digit| char::from(digit).to_digit(16));
        match (byte, hex.collect::<Option<Vec<u32>>>().as_deref()) {
            (b'%', Some(&[high, low])) => {
                bytes.extend(u8::try_from(high * 16 + low));
                rest.nth(1);
            }
            (b'+', _) => bytes.push(b' '),
            (byte, _) => bytes.push(byte),
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// Why an interactive login gave no token.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LoginError {
    /// The issuer could not be reached.
    #[error("the issuer of identity tokens cannot be asked")]
    Unreachable(#[from] sealift_http::Error),
    /// The issuer answered with a status that is neither success nor an OAuth error.
    #[error("the issuer of identity tokens answers with status {status}")]
    Status {
        /// The status.
        status: u16,
    },
    /// The issuer's answer is malformed.
    #[error("the answer of the issuer of identity tokens is malformed")]
    Malformed,
    /// The issuer's metadata names a different issuer.
    #[error("the issuer of identity tokens says to be another one")]
    OtherIssuer,
    /// The issuer does not support logins on other devices.
    #[error("the issuer of identity tokens knows no login on other devices")]
    NoDevices,
    /// The issuer, or the person, refused.
    #[error("the login is refused: {error}")]
    Refused {
        /// The code of the error.
        error: String,
    },
    /// The token belongs to another login.
    #[error("the identity token is of another login")]
    OtherLogin,
    /// Nobody logged in.
    #[error("nobody logged in within {} seconds", lasts.as_secs())]
    NotInTime {
        /// The duration of the wait.
        lasts: Duration,
    },
    /// The redirect URL is not on this machine.
    #[error("a browser comes back to http://localhost:PORT/PATH alone")]
    Redirect,
    /// The local port could not be opened.
    #[error("loopback cannot be listened at: {0}")]
    Listen(io::Error),
    /// The system gives no randomness.
    #[error("the system gives no random numbers")]
    Random,
    /// The token cannot be used.
    #[error(transparent)]
    Token(#[from] TokenError),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_browser_that_was_sent_has_a_code() {
        let code = |line: &str| {
            came_back(line, (CALLBACK, "s/1")).map(|outcome| outcome.map_err(|it| it.to_string()))
        };
        let sent = "GET /auth/callback?code=a%2Fb+c&state=s%2F1 HTTP/1.1\r\n";
        assert_eq!(code(sent), Some(Ok("a/b c".to_owned())));
        let refused = code("GET /auth/callback?error=access_denied&state=s/1 HTTP/1.1");
        assert_eq!(refused, Some(Err("the login is refused: access_denied".to_owned())));
        for line in [
            "GET /auth/callback?code=a&state=other HTTP/1.1",
            "GET /auth/callback?code=a HTTP/1.1",
            "GET /favicon.ico?code=a&state=s/1 HTTP/1.1",
            "POST /auth/callback?code=a&state=s/1 HTTP/1.1",
            "",
        ] {
            assert_eq!(code(line), None, "{line}");
        }
    }

    /// RFC 7636 appendix B.
    #[test]
    fn the_challenge_is_that_of_the_rfc() {
        let challenge = challenge("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk");
        assert_eq!(challenge, "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM");
        assert_eq!(decoded("a%zz%4"), "a%zz%4");
    }
}
