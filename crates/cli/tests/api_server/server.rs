//! The API server.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::thread::sleep;
use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sealift::http::{Body, Client, Config, Method, Request, Roots, Url};
use sealift_tests::cluster::{Certificate, certificate};
use sealift_tests::on_path;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::process::{Process, port};

/// An API server with a store of its own. What it may not do to the tests, as to change their
/// objects, is left out of it.
#[derive(Debug)]
pub(crate) struct ApiServer {
    // In the order in which they end.
    _server: Process,
    _store: Process,
    folder: TempDir,
    port: u16,
    pub(crate) certificate: Certificate,
    client: Client,
}

/// What the server answers.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) body: Value,
    pub(crate) warnings: Vec<String>,
}

/// Who may do everything, and who may do nothing but what roles say.
const TOKENS: &str = "strong,admin,1,system:masters\nweak,robot,2,robots\n";
/// What would want more than a server alone.
const LEFT_OUT: &str = "ServiceAccount,TaintNodesByCondition,Priority,DefaultTolerationSeconds";
/// How long it may take to begin.
const PATIENCE: Duration = Duration::from_secs(120);

impl ApiServer {
    /// Starts it where its programs are there.
    pub(crate) fn start() -> Option<Self> {
        let (etcd, server) = (on_path("etcd")?, on_path("kube-apiserver")?);
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        let certificate = certificate();
        fs::write(at("server.crt"), &certificate.certificate).unwrap();
        fs::write(at("server.key"), &certificate.key).unwrap();
        fs::write(at("accounts.pub"), &certificate.public_key).unwrap();
        fs::write(at("tokens.csv"), TOKENS).unwrap();
        let [clients, peers] = [port(), port()].map(|port| format!("http://127.0.0.1:{port}"));
        let mut command = Command::new(etcd);
        command.arg("--data-dir").arg(at("store")).args(["--unsafe-no-fsync"]);
        command.args(["--listen-client-urls", &clients, "--advertise-client-urls", &clients]);
        command.args(["--listen-peer-urls", &peers, "--initial-advertise-peer-urls", &peers]);
        command.args(["--initial-cluster", &format!("default={peers}")]);
        let store = Process::start(&mut command, at("store.log"));
        let port = port();
        let mut command = Command::new(server);
        command.current_dir(folder.path());
        command.args([
            &format!("--etcd-servers={clients}"),
            "--bind-address=127.0.0.1",
            "--advertise-address=127.0.0.1",
            &format!("--secure-port={port}"),
            "--tls-cert-file=server.crt",
            "--tls-private-key-file=server.key",
            "--token-auth-file=tokens.csv",
            "--authorization-mode=RBAC",
            "--anonymous-auth=false",
            &format!("--service-account-issuer=https://127.0.0.1:{port}"),
            "--service-account-key-file=accounts.pub",
            "--service-account-signing-key-file=server.key",
            "--service-cluster-ip-range=10.0.0.0/24",
            "--endpoint-reconciler-type=none",
            "--watch-cache=false",
            &format!("--disable-admission-plugins={LEFT_OUT}"),
        ]);
        let server = Process::start(&mut command, at("server.log"));
        let mut config = Config::default();
        config.roots = Roots::Pem(certificate.certificate.clone().into_bytes());
        config.retry.attempts = 1;
        let client = Client::new(config).unwrap();
        let mut own = Self { _server: server, _store: store, folder, port, certificate, client };
        own.wait();
        own.create(
            "/api/v1/namespaces",
            &json!({
                "metadata": {"name": "shop", "labels": {"team": "ours"}},
            }),
        );
        Some(own)
    }

    fn wait(&mut self) {
        let until = Instant::now() + PATIENCE;
        while !self.is_ready() {
            let is_running = self._server.is_running();
            assert!(is_running && Instant::now() < until, "{}", self._server.said());
            sleep(Duration::from_millis(100));
        }
    }

    fn is_ready(&self) -> bool {
        let request = self.request(Method::Get, "/readyz");
        self.client.send(request).is_ok_and(|response| response.is_success())
    }

    fn request<'b>(&self, method: Method, path: &str) -> Request<'b> {
        let url: Url = format!("https://127.0.0.1:{}{path}", self.port).parse().unwrap();
        Request::new(method, &url).header("authorization", "Bearer strong").without_redirects()
    }

    /// Asks it as somebody who may do everything.
    pub(crate) fn ask(&self, method: Method, path: &str, body: Option<&Value>) -> Answer {
        let media_type = match method {
            Method::Patch => "application/merge-patch+json",
            _ => "application/json",
        };
        let body = body.map(Value::to_string);
        let mut request = self.request(method, path).header("content-type", media_type);
        if let Some(body) = &body {
            request = request.body(Body::Bytes(body.as_bytes()));
        }
        let response = self.client.send(request).unwrap();
        let status = response.status();
        let warnings = response.headers().get_all("warning").map(str::to_owned).collect();
        let bytes = response.bytes(64 << 20).unwrap();
        let body = serde_json::from_slice(&bytes).unwrap_or_default();
        Answer { status, body, warnings }
    }

    /// Creates an object, which nobody may refuse.
    pub(crate) fn create(&self, path: &str, object: &Value) -> Value {
        let answer = self.ask(Method::Post, path, Some(object));
        assert_eq!(answer.status, 201, "{path}: {}", answer.body);
        answer.body
    }

    /// Waits until something is so: the server takes up webhooks and policies in its own time.
    pub(crate) fn until(&self, what: &str, is_so: impl Fn(&Self) -> bool) {
        let until = Instant::now() + PATIENCE;
        while !is_so(self) {
            assert!(Instant::now() < until, "waited for in vain: {what}");
            sleep(Duration::from_millis(200));
        }
    }

    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    pub(crate) fn port(&self) -> u16 {
        self.port
    }

    /// A file of kubectl for who has a token.
    pub(crate) fn kubeconfig(&self, token: &str) -> Value {
        let authority = STANDARD.encode(&self.certificate.certificate);
        json!({
            "apiVersion": "v1", "kind": "Config", "current-context": "here",
            "contexts": [{"name": "here", "context": {"cluster": "one", "user": "me"}}],
            "clusters": [{"name": "one", "cluster": {
                "server": format!("https://127.0.0.1:{}", self.port),
                "certificate-authority-data": authority,
            }}],
            "users": [{"name": "me", "user": {"token": token}}],
        })
    }
}

impl Answer {
    /// What is said of a refusal.
    pub(crate) fn message(&self) -> &str {
        self.body["message"].as_str().unwrap_or_default()
    }
}
