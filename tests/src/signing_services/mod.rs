//! The services of an instance on loopback: identity tokens, Fulcio v2, Rekor v1 and v2, and a
//! timestamp authority. They follow the published descriptions of their interfaces and refuse what
//! the real ones refuse; each fault makes one answer wrong.
#![expect(
    clippy::indexing_slicing,
    clippy::missing_panics_doc,
    clippy::unwrap_used,
    reason = "only tests call it, and they fail by panicking"
)]

mod authority;
mod http;
mod log;
mod login;
mod stamps;

use std::io::{self, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use crate::instance::{Instance, LogKind};
use http::Asked;

/// What goes wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Fault {
    /// The connection is closed without an answer.
    Down(Part),
    /// An error with a message.
    Refusal(Part, u16),
    /// A page instead of what was asked for.
    Html(Part),
    /// Half an answer.
    Truncated(Part),
    /// Bytes without end.
    Endless(Part),
    /// A byte at a time.
    Drip(Part),
    /// The certificate is of another identity.
    OtherIdentity,
    /// The certificate is of another key.
    OtherKey,
    /// The certificate is of an unknown authority.
    UnknownAuthority,
    /// The certificate is in no log.
    NoCertificateTimestamp,
    /// The word of the log for the certificate comes beside it: no fault, but rare.
    DetachedTimestamp,
    /// It comes beside it and is about another certificate.
    ForgedDetachedTimestamp,
    /// The entry is signed by another key than the log's.
    ForgedEntry,
    /// The entry is of another signature.
    OtherEntry,
    /// The entry has no proof.
    NoProof,
    /// The entry is there already.
    Conflict,
    /// The timestamp is over something else.
    OtherTimestamp,
    /// The timestamp is of an unknown authority.
    ForgedTimestamp,
}

/// Which service.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Part {
    /// The certificate authority.
    Authority,
    /// The log.
    Log,
    /// The timestamp authority.
    Timestamps,
}

/// Running services. Their thread ends with the process.
#[derive(Clone, Debug)]
pub struct SigningServers {
    port: u16,
    asked: Arc<Mutex<Vec<String>>>,
}

/// What they answer with.
struct State {
    instance: Instance,
    fault: Option<Fault>,
    /// Entries by name, for later requests.
    entries: Mutex<Vec<(String, Value)>>,
    /// Logins that were begun.
    begun: Mutex<Vec<login::Begun>>,
}

impl SigningServers {
    /// Starts the services of an instance.
    #[must_use]
    pub fn start(instance: &Instance, fault: Option<Fault>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let asked = Arc::<Mutex<Vec<String>>>::default();
        let servers = Self { port, asked: Arc::clone(&asked) };
        let entries = Mutex::default();
        let begun = Mutex::default();
        let state = Arc::new(State { instance: instance.clone(), fault, entries, begun });
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (state, asked) = (Arc::clone(&state), Arc::clone(&asked));
                thread::spawn(move || state.serve(stream, &asked));
            }
        });
        servers
    }

    /// Where they are.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// The requests so far, each as method and path.
    #[must_use]
    pub fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap().clone()
    }

    /// A signing configuration that names them, with a log of this kind.
    #[must_use]
    pub fn signing_config(&self, log: LogKind, has_timestamps: bool) -> Value {
        let row = |url: String, version: u8| {
            json!({"url": url, "majorApiVersion": version, "operator": "sealift.test",
                "validFor": {"start": "2020-01-01T00:00:00Z"}})
        };
        let (path, version) = match log {
            LogKind::Rekor1 => ("rekor1", 1),
            LogKind::Rekor2Ecdsa => ("rekor2", 2),
            LogKind::Rekor2Ed25519 => ("rekor3", 2),
        };
        let stamps = if has_timestamps {
            vec![row(format!("{}/api/v1/timestamp", self.url()), 1)]
        } else {
            vec![]
        };
        json!({
            "mediaType": "application/vnd.dev.sigstore.signingconfig.v0.2+json",
            "caUrls": [row(self.url(), 1)],
            "oidcUrls": [row(format!("{}/auth", self.url()), 1)],
            "rekorTlogUrls": [row(format!("{}/{path}", self.url()), version)],
            "tsaUrls": stamps,
            "rekorTlogConfig": {"selector": "ANY"},
            "tsaConfig": {"selector": "ANY"},
        })
    }
}

/// An identity token, valid until a time. It is not signed: the authority here trusts it.
#[must_use]
pub fn token(instance: &Instance, name: &str, expires: i64) -> String {
    signed(&claims(instance, name, expires))
}

fn claims(instance: &Instance, name: &str, expires: i64) -> Value {
    json!({
        "iss": instance.issuer(),
        "sub": name,
        "email": format!("{name}@{}", instance.organization),
        "email_verified": true,
        "aud": "sigstore",
        "exp": expires,
    })
}

fn signed(claims: &Value) -> String {
    let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    format!("{}.{}.{}", part(&json!({"alg": "RS256"})), part(claims), URL_SAFE_NO_PAD.encode("-"))
}

/// An answer.
struct Reply {
    status: u16,
    content_type: &'static str,
    body: Vec<u8>,
    /// The entry that it is about, for `ETag` and `Location`.
    name: Option<String>,
    /// Where it sends the client on to.
    location: Option<String>,
}

impl Reply {
    fn json(status: u16, body: &Value) -> Self {
        let body = body.to_string().into_bytes();
        Self { status, content_type: "application/json", body, name: None, location: None }
    }

    fn refusal(status: u16, message: &str) -> Self {
        Self::json(status, &json!({ "code": 3, "message": message }))
    }
}

impl State {
    fn serve(&self, mut stream: TcpStream, log: &Mutex<Vec<String>>) {
        let Some(asked) = Asked::read(&stream) else { return };
        log.lock().unwrap().push(format!("{} {}", asked.method, asked.path));
        let part = match asked.path.as_str() {
            path if path.contains("signingCert") => Part::Authority,
            path if path.contains("timestamp") => Part::Timestamps,
            _ => Part::Log,
        };
        // The client may have hung up.
        let _ = self.reply(&asked, part, &mut stream);
        let _ = stream.flush();
    }

    fn reply(&self, asked: &Asked, part: Part, stream: &mut TcpStream) -> io::Result<()> {
        match self.fault {
            Some(Fault::Down(one)) if one == part => return Ok(()),
            Some(Fault::Refusal(one, status)) if one == part => {
                return http::write(stream, &Reply::refusal(status, "not today\nor tomorrow"));
            }
            Some(Fault::Html(one)) if one == part => {
                let body = b"<html>a captive portal</html>".to_vec();
                let content_type = "text/html";
                let page = Reply { status: 200, content_type, body, name: None, location: None };
                return http::write(stream, &page);
            }
            Some(Fault::Endless(one)) if one == part => {
                stream.write_all(b"HTTP/1.1 201 Created\r\nconnection: close\r\n\r\n")?;
                loop {
                    stream.write_all(&[b' '; 64 << 10])?;
                }
            }
            Some(Fault::Drip(one)) if one == part => {
                stream.write_all(b"HTTP/1.1 201 Created\r\ncontent-length: 100000\r\n\r\n")?;
                loop {
                    stream.write_all(b" ")?;
                    stream.flush()?;
                    thread::sleep(Duration::from_millis(100));
                }
            }
            _ => {}
        }
        let reply = self.answer(asked);
        if self.fault == Some(Fault::Truncated(part)) {
            return http::write_half(stream, &reply);
        }
        http::write(stream, &reply)
    }

    fn answer(&self, asked: &Asked) -> Reply {
        match (asked.method.as_str(), asked.path.as_str()) {
            ("POST", "/api/v2/signingCert") => self.certify(asked),
            ("POST", "/api/v1/timestamp") => self.stamp(asked),
            ("POST", "/rekor1/api/v1/log/entries") => self.enter_1(&asked.body),
            ("POST", "/rekor1/api/v1/log/entries/retrieve") => self.retrieve(&asked.body),
            ("POST", "/rekor2/api/v2/log/entries") => self.enter_2(LogKind::Rekor2Ecdsa, asked),
            ("POST", "/rekor3/api/v2/log/entries") => self.enter_2(LogKind::Rekor2Ed25519, asked),
            ("GET", path) if path.starts_with("/rekor1/api/v1/log/entries/") => self.entry(path),
            ("GET", "/auth/.well-known/openid-configuration") => self.discover(asked),
            ("GET", path) if path.starts_with("/auth/auth?") => self.authorize(asked),
            ("POST", "/auth/device/code") => self.begin_on_device(asked),
            ("POST", "/auth/token") => self.exchange(asked),
            // A machine's metadata server, and the service of an agent of Buildkite.
            ("GET", path) if path.starts_with("/computeMetadata/v1/instance/") => {
                if asked.header("metadata-flavor") != Some("Google") {
                    return Reply::refusal(403, "who asks does not know what this is");
                }
                let body = token(&self.instance, "ada", self.instance.now + 300).into_bytes();
                Reply { body, content_type: "text/html", ..Reply::json(200, &Value::Null) }
            }
            ("POST", "/jobs/7/oidc/tokens") => {
                if asked.header("authorization") != Some("Token hidden") {
                    return Reply::refusal(401, "not an agent");
                }
                let token = token(&self.instance, "ada", self.instance.now + 300);
                Reply::json(200, &json!({ "token": token }))
            }
            ("GET", path) if path.starts_with("/token") => {
                let expires = self.instance.now + 300;
                Reply::json(200, &json!({ "value": token(&self.instance, "ada", expires) }))
            }
            _ => Reply::refusal(404, "no such thing here"),
        }
    }
}
