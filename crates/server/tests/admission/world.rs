//! A webhook on loopback, and a client that may misbehave.

use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use sealift::admission::{Rules, Sources, World};
use sealift::http::{Client, Config};
use sealift::registry::{Keychain, Registries};
use sealift::{Reference, RegistryImage, Timestamp};
use sealift_server::admission::{Judge, OnTimeout, Webhook};
use sealift_server::http::{Limits, Server};
use sealift_server::{Clock, Log, Metrics, Tls};
use serde_json::{Value, json};
use tempfile::TempDir;

pub(crate) const NOW: i64 = 1_780_000_000;

pub(crate) fn clock() -> Clock {
    Clock::new(|| Timestamp::from_unix_seconds(NOW).unwrap())
}

/// The log of a server.
#[derive(Clone, Default)]
pub(crate) struct Said(Arc<Mutex<Vec<u8>>>);

impl Said {
    pub(crate) fn text(&self) -> String {
        String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
    }
}

impl Write for Said {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// A running webhook.
pub(crate) struct Running {
    pub(crate) server: Server,
    pub(crate) metrics: Metrics,
    pub(crate) said: Said,
}

impl Running {
    pub(crate) fn start(judge: impl Judge) -> Self {
        Self::with(Arc::new(judge), OnTimeout::Deny, Limits::default(), None)
    }

    /// A server that judges by these rules, loaded or not.
    pub(crate) fn start_with(ruled: &Ruled) -> Self {
        Self::with(Arc::clone(&ruled.rules), OnTimeout::Deny, Limits::default(), None)
    }

    pub(crate) fn with<J: Judge>(
        judge: Arc<J>,
        on_timeout: OnTimeout,
        limits: Limits,
        tls: Option<Arc<Tls>>,
    ) -> Self {
        let (said, metrics) = (Said::default(), Metrics::default());
        let log = Log::new(said.clone(), clock()).verbose();
        let webhook =
            Webhook::new(judge, on_timeout, tls.clone(), clock(), log.clone(), metrics.clone());
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let handler = Arc::new(webhook);
        let server = Server::start(listener, tls, limits, handler, log, metrics.clone()).unwrap();
        Self { server, metrics, said }
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.server.address()
    }

    pub(crate) fn post(&self, path: &str, body: &str) -> Answer {
        exchange(self.address(), &post(path, "application/json", body))
    }

    pub(crate) fn get(&self, path: &str) -> Answer {
        let request = format!("GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
        exchange(self.address(), request.as_bytes())
    }
}

pub(crate) fn post(path: &str, media_type: &str, body: &str) -> Vec<u8> {
    let length = body.len();
    let head = format!(
        "POST {path} HTTP/1.1\r\nHost: x\r\nContent-Type: {media_type}\r\n\
         Content-Length: {length}\r\nConnection: close\r\n\r\n"
    );
    [head.as_bytes(), body.as_bytes()].concat()
}

/// What a server answers.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) body: String,
}

impl Answer {
    pub(crate) fn read(stream: &mut impl Read) -> Option<Self> {
        let mut bytes = Vec::new();
        // A connection that is cut has still brought what came before.
        let _ = stream.read_to_end(&mut bytes);
        let text = String::from_utf8(bytes).unwrap();
        let (head, body) = text.split_once("\r\n\r\n")?;
        let status = head.split(' ').nth(1)?.parse().ok()?;
        Some(Self { status, body: body.to_owned() })
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|_| panic!("{self:?}"))
    }

    pub(crate) fn response(&self) -> Value {
        assert_eq!(self.status, 200, "{self:?}");
        self.json()["response"].clone()
    }
}

pub(crate) fn connect(address: SocketAddr) -> TcpStream {
    let stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    stream
}

pub(crate) fn exchange(address: SocketAddr, request: &[u8]) -> Answer {
    let mut stream = connect(address);
    // One that is refused may be cut off while it still writes.
    let _ = stream.write_all(request);
    Answer::read(&mut stream).unwrap()
}

pub(crate) fn review(object: Value) -> Value {
    json!({
        "apiVersion": "admission.k8s.io/v1",
        "kind": "AdmissionReview",
        "request": {
            "uid": "705ab4f5-6393-11e8-b7cc-42010a800002",
            "kind": {"group": "", "version": "v1", "kind": object["kind"]},
            "namespace": "shop",
            "operation": "CREATE",
            "object": object,
        },
    })
}

pub(crate) fn pod(images: &[&str]) -> Value {
    let containers: Vec<Value> = images
        .iter()
        .enumerate()
        .map(|(at, image)| json!({"name": format!("c{at}"), "image": image}))
        .collect();
    review(json!({"apiVersion": "v1", "kind": "Pod", "spec": {"containers": containers}}))
}

/// A judge by files, and images on loopback.
pub(crate) fn rules(metrics: &Metrics) -> Rules {
    let registries = Registries::new(Client::new(Config::default()).unwrap(), Keychain::default());
    let registry =
        move |image: &Reference| Ok(RegistryImage::new(registries.clone(), image.clone()));
    Rules::new(World::new(registry, || clock().now()).with_tally(metrics.clone()))
}

/// A folder with `sealift.toml`, and the rules that are loaded from it.
pub(crate) struct Ruled {
    pub(crate) folder: TempDir,
    pub(crate) sources: Sources,
    pub(crate) rules: Arc<Rules>,
}

impl Ruled {
    pub(crate) fn by(toml: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut sources = Sources::default();
        sources.rules = Some(folder.path().join("sealift.toml"));
        let ruled = Self { rules: Arc::new(rules(&Metrics::default())), folder, sources };
        ruled.write("sealift.toml", toml);
        ruled
    }

    pub(crate) fn write(&self, name: &str, text: &str) {
        std::fs::write(self.folder.path().join(name), text).unwrap();
    }

    pub(crate) fn load(&self) {
        self.sources.load_into(&self.rules).unwrap();
    }

    pub(crate) fn serve(&self) -> Running {
        self.load();
        Running::start_with(self)
    }
}
