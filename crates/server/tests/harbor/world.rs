//! An adapter on loopback with a registry, and Harbor's side of the interface.

use std::net::TcpListener;
use std::path::Path;
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use sealift::http::{Client, Config, Headers, Request, Url};
use sealift::{BuildOptions, Database, Digest, Timestamp};
use sealift_server::harbor::{Access, Adapter, AdapterOptions, QueueOptions};
use sealift_server::http::{Limits, Server};
use sealift_server::{Clock, Log, Metrics};
use sealift_tests::instance::Layout;
use sealift_tests::project;
use sealift_tests::registry::{self, Options, TestRegistry};
use serde_json::{Value, json};
use tempfile::TempDir;

pub(crate) const SCAN: &str = "application/vnd.scanner.adapter.scan.request+json; version=1.0";
pub(crate) const NATIVE: &str = "application/vnd.security.vulnerability.report; version=1.1";
pub(crate) const SBOM: &str = "application/vnd.security.sbom.report+json; version=1.0";

/// A registry with the image of the quick start, and a folder with its advisories.
pub(crate) struct World {
    pub(crate) folder: TempDir,
    pub(crate) registry: TestRegistry,
    pub(crate) image: Digest,
}

impl World {
    pub(crate) fn new(access: registry::Access) -> Self {
        let layout = Layout::read(&project().join("examples/image")).unwrap();
        let image = layout.index[0]["digest"].as_str().unwrap().parse().unwrap();
        let registry = TestRegistry::start(Options { access, ..Options::default() });
        registry.put_layout(&layout, "library/app");
        let folder = tempfile::tempdir().unwrap();
        let from = project().join("examples/advisories");
        let options = BuildOptions::new(Timestamp::from_unix_seconds(1_780_000_000).unwrap());
        Database::build(&from, &folder.path().join("db"), &options).unwrap();
        Self { folder, registry, image }
    }

    pub(crate) fn options(&self) -> AdapterOptions {
        let mut queue = QueueOptions::new(self.folder.path().join("scans"));
        queue.workers = 2;
        AdapterOptions::new(self.folder.path().join("db"), queue)
    }

    pub(crate) fn serve(&self) -> Harbor {
        Harbor::before(self.options())
    }

    pub(crate) fn request(&self) -> Value {
        json!({
            "registry": {"url": format!("http://{}", self.registry.host()), "authorization": ""},
            "artifact": {
                "repository": "library/app",
                "digest": self.image.to_string(),
                "tag": "demo",
                "mime_type": "application/vnd.oci.image.manifest.v1+json",
            },
        })
    }

    pub(crate) fn scans(&self) -> &Path {
        self.folder.path()
    }
}

/// Harbor, before an adapter.
pub(crate) struct Harbor {
    pub(crate) adapter: Arc<Adapter>,
    server: Server,
    client: Client,
    pub(crate) metrics: Metrics,
    authorization: String,
}

/// What the adapter answers.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: Headers,
    pub(crate) body: Vec<u8>,
}

impl Answer {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body)
            .unwrap_or_else(|_| panic!("{} {}", self.status, String::from_utf8_lossy(&self.body)))
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).unwrap_or_default()
    }

    pub(crate) fn message(&self) -> String {
        assert_eq!(
            self.header("content-type"),
            "application/vnd.scanner.adapter.error+json; version=1.0"
        );
        self.json()["error"]["message"].as_str().unwrap().to_owned()
    }
}

impl Harbor {
    pub(crate) fn before(options: AdapterOptions) -> Self {
        let metrics = Metrics::default();
        let clock = Clock::new(|| Timestamp::from_unix_seconds(1_780_000_000).unwrap());
        let log = Log::new(std::io::sink(), clock.clone());
        let adapter = Adapter::open(options, clock, log.clone(), metrics.clone()).unwrap();
        let adapter = Arc::new(adapter);
        let handler = Arc::<Adapter>::clone(&adapter);
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let server =
            Server::start(listener, None, Limits::default(), handler, log, metrics.clone())
                .unwrap();
        let mut config = Config::default();
        config.retry.attempts = 1;
        let client = Client::new(config).unwrap();
        Self { adapter, server, client, metrics, authorization: String::new() }
    }

    pub(crate) fn with_access(options: AdapterOptions, access: Access, said: &str) -> Self {
        let mut options = options;
        options.access = access;
        Self { authorization: said.to_owned(), ..Self::before(options) }
    }

    fn url(&self, path: &str) -> Url {
        format!("http://{}{path}", self.server.address()).parse().unwrap()
    }

    fn send(&self, request: Request<'_>) -> Answer {
        let request = match self.authorization.as_str() {
            "" => request,
            said => request.header("authorization", said),
        };
        let response = self.client.send(request.without_redirects()).unwrap();
        let (status, headers) = (response.status(), response.headers().clone());
        Answer { status, headers, body: response.bytes(64 << 20).unwrap() }
    }

    pub(crate) fn get(&self, path: &str, accept: &str) -> Answer {
        let url = self.url(path);
        self.send(Request::get(&url).header("accept", accept))
    }

    pub(crate) fn post(&self, media_type: &str, body: &str) -> Answer {
        let url = self.url("/api/v1/scan");
        let body = sealift::http::Body::Bytes(body.as_bytes());
        let request = Request::new(sealift::http::Method::Post, &url);
        self.send(request.header("content-type", media_type).body(body))
    }

    /// Asks for a scan that is accepted.
    pub(crate) fn scan(&self, request: &Value) -> String {
        let answer = self.post(SCAN, &request.to_string());
        assert_eq!(answer.status, 202, "{answer:?}");
        let media_type = "application/vnd.scanner.adapter.scan.response+json; version=1.0";
        assert_eq!(answer.header("content-type"), media_type);
        answer.json()["id"].as_str().unwrap().to_owned()
    }

    /// Asks for a report until there is one, as Harbor does, only sooner.
    pub(crate) fn report(&self, id: &str, accept: &str, query: &str) -> Answer {
        let path = format!("/api/v1/scan/{id}/report{query}");
        let until = Instant::now() + Duration::from_secs(60);
        loop {
            let answer = self.get(&path, accept);
            if answer.status != 302 {
                return answer;
            }
            assert!(answer.header("location").starts_with(&format!("/api/v1/scan/{id}/report")));
            assert!(answer.header("refresh-after").parse::<u64>().unwrap() > 0);
            assert!(Instant::now() < until, "{id} is never done");
            thread::sleep(Duration::from_millis(20));
        }
    }
}
