//! The cost of an admission review: the command's webhook over TLS, called like an API server does,
//! over several connections at once: `cargo run --release -p sealift-benches --bin webhook-rate --
//! target/release/sealift`.
//!
//! *Cold* is the first review of each image: its tag is resolved, its signature fetched from a
//! registry on loopback and verified. *Warm* are reviews of the same images by their digests.
#![expect(clippy::print_stdout, reason = "a bench prints what it measured")]

use std::error::Error;
use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use rustls::crypto::aws_lc_rs;
use rustls::pki_types::ServerName;
use rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};
use sealift_tests::instance::{Instance, KeyKind, Layout, Recipe, SimpleSignature, simple_signing};
use sealift_tests::registry::{Options, TestRegistry};
use serde_json::{Value, json};
use tempfile::TempDir;

type Failure = Box<dyn Error + Send + Sync>;

const IMAGES: usize = 200;
const REVIEWS: usize = 10_000;
const IN_FLIGHT: usize = 50;

fn main() -> Result<(), Failure> {
    let sealift = std::env::args().nth(1).ok_or("usage: webhook-rate SEALIFT")?;
    let shop = Shop::open()?;
    let served = Served::start(Path::new(&sealift), &shop)?;
    println!("{:<34} {:>8} {:>9} {:>9} {:>9}", "", "reviews", "a second", "p50 ms", "p99 ms");
    let cold = ask(&served, &shop.tags, IMAGES, IN_FLIGHT)?;
    print("cold, an image each", &cold);
    for (name, in_flight) in [("warm, one at a time", 1), ("warm, 50 in flight", IN_FLIGHT)] {
        print(name, &ask(&served, &shop.digests, REVIEWS, in_flight)?);
    }
    println!("most memory of the webhook: {:.1} MiB", served.most_mib()?);
    Ok(())
}

/// A registry with signed images, and what a webhook needs to verify them.
struct Shop {
    folder: TempDir,
    config: Arc<ClientConfig>,
    /// Reviews of the images by their tags, and by their digests.
    tags: Vec<Vec<u8>>,
    digests: Vec<Vec<u8>>,
    _registry: TestRegistry,
}

impl Shop {
    #[expect(clippy::disallowed_methods, reason = "the webhook reads the clock, too")]
    fn open() -> Result<Self, Failure> {
        let now = SystemTime::now().duration_since(UNIX_EPOCH)?.as_secs();
        let instance = Instance::new("webhook", i64::try_from(now)?);
        let mut layout = Layout::default();
        let registry = TestRegistry::start(Options::default());
        let (mut tags, mut digests) = (Vec::new(), Vec::new());
        for at in 0..IMAGES {
            let image = layout.image(&[at.to_string().as_bytes()]);
            let payload = simple_signing(&image, &Value::Null);
            let recipe = Recipe::key(&instance, KeyKind::P256, "cosign", &payload);
            layout.sign(&image, &[SimpleSignature::new(payload, instance.sign(&recipe))]);
            layout.tag(&format!("v{at}"), &image);
            let digest = image.get("digest").and_then(Value::as_str).unwrap_or_default();
            tags.push(review(&format!("{}/shop:v{at}", registry.host())));
            digests.push(review(&format!("{}/shop@{digest}", registry.host())));
        }
        registry.put_layout(&layout, "shop");
        let folder = tempfile::tempdir()?;
        let write = |name: &str, text: &str| fs::write(folder.path().join(name), text);
        write("cosign.pub", &instance.key(KeyKind::P256, "cosign").public_pem())?;
        let rules = "[admission]\nkey = 'cosign.pub'\ninsecure-ignore-tlog = true\n";
        write("sealift.toml", rules)?;
        let key = rcgen::KeyPair::generate()?;
        let parameters = rcgen::CertificateParams::new(vec!["localhost".to_owned()])?;
        let certificate = parameters.self_signed(&key)?;
        write("tls.crt", &certificate.pem())?;
        write("tls.key", &key.serialize_pem())?;
        let mut roots = RootCertStore::empty();
        roots.add(certificate.der().clone())?;
        let provider = Arc::new(aws_lc_rs::default_provider());
        let builder = ClientConfig::builder_with_provider(provider);
        let config = builder.with_safe_default_protocol_versions()?;
        let config = config.with_root_certificates(roots).with_no_client_auth();
        Ok(Self { folder, config: Arc::new(config), tags, digests, _registry: registry })
    }
}

fn review(image: &str) -> Vec<u8> {
    let body = json!({
        "apiVersion": "admission.k8s.io/v1",
        "kind": "AdmissionReview",
        "request": {
            "uid": "705ab4f5-6393-11e8-b7cc-42010a800002",
            "kind": {"group": "", "version": "v1", "kind": "Pod"},
            "namespace": "shop",
            "operation": "CREATE",
            "object": {
                "apiVersion": "v1",
                "kind": "Pod",
                "metadata": {"name": "web", "namespace": "shop", "labels": {"app": "web"}},
                "spec": {"containers": [{"name": "web", "image": image}]},
            },
        },
    })
    .to_string();
    let length = body.len();
    let head = format!(
        "POST /validate?timeout=10s HTTP/1.1\r\nHost: localhost\r\n\
         Content-Type: application/json\r\nContent-Length: {length}\r\n\r\n"
    );
    [head.as_bytes(), body.as_bytes()].concat()
}

/// The webhook as a process.
struct Served {
    child: Child,
    address: String,
    config: Arc<ClientConfig>,
}

impl Served {
    fn start(sealift: &Path, shop: &Shop) -> Result<Self, Failure> {
        let mut command = Command::new(fs::canonicalize(sealift)?);
        command.args(["admission", "serve", "--listen", "127.0.0.1:0", "--cache-dir", "cache"]);
        command.args(["--tls-cert", "tls.crt", "--tls-key", "tls.key"]);
        command.current_dir(shop.folder.path()).stderr(Stdio::piped());
        let mut child = command.spawn()?;
        let mut said = BufReader::new(child.stderr.take().ok_or("no stderr")?);
        let address = loop {
            let mut line = String::new();
            if said.read_line(&mut line)? == 0 {
                return Err("the webhook has ended".into());
            }
            let told: Value = serde_json::from_str(&line)?;
            if let Some(address) = told.get("address").and_then(Value::as_str) {
                break address.to_owned();
            }
        };
        // Its output is not read, and it must not wait for a reader.
        thread::spawn(move || std::io::copy(&mut said, &mut std::io::sink()));
        Ok(Self { child, address, config: Arc::clone(&shop.config) })
    }

    fn connect(&self) -> Result<StreamOwned<ClientConnection, TcpStream>, Failure> {
        let stream = TcpStream::connect(&self.address)?;
        stream.set_nodelay(true)?;
        let name = ServerName::try_from("localhost")?;
        Ok(StreamOwned::new(ClientConnection::new(Arc::clone(&self.config), name)?, stream))
    }

    fn most_mib(&self) -> Result<f64, Failure> {
        let status = fs::read_to_string(format!("/proc/{}/status", self.child.id()))?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let kib: u32 =
            line.and_then(|line| line.split_whitespace().next()).ok_or("VmHWM")?.parse()?;
        Ok(f64::from(kib) / 1024.0)
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The time of each review, ascending, and the elapsed time of all.
struct Measured {
    times: Vec<Duration>,
    whole: Duration,
}

fn ask(
    served: &Served,
    reviews: &[Vec<u8>],
    count: usize,
    in_flight: usize,
) -> Result<Measured, Failure> {
    let next = AtomicUsize::new(0);
    let began = Instant::now();
    let client = || -> Result<Vec<Duration>, Failure> {
        let mut connection = served.connect()?;
        let mut times = Vec::new();
        loop {
            let at = next.fetch_add(1, Ordering::Relaxed);
            let Some(review) = reviews.get(at % reviews.len()).filter(|_| at < count) else {
                return Ok(times);
            };
            let began = Instant::now();
            connection.write_all(review)?;
            connection.flush()?;
            if !answer(&mut connection)?.contains("\"allowed\":true") {
                return Err("an image is refused".into());
            }
            times.push(began.elapsed());
        }
    };
    let mut times = thread::scope(|scope| -> Result<Vec<Duration>, Failure> {
        let clients: Vec<_> = (0..in_flight).map(|_| scope.spawn(client)).collect();
        let mut all = Vec::new();
        for client in clients {
            all.extend(client.join().map_err(|_| "a client panicked")??);
        }
        Ok(all)
    })?;
    let whole = began.elapsed();
    times.sort_unstable();
    Ok(Measured { times, whole })
}

fn answer(connection: &mut impl Read) -> Result<String, Failure> {
    let (mut text, mut piece) = (String::new(), [0; 16 << 10]);
    loop {
        let count = connection.read(&mut piece)?;
        if count == 0 {
            return Err("the webhook hangs up".into());
        }
        text.push_str(std::str::from_utf8(piece.get(..count).unwrap_or_default())?);
        let Some((head, body)) = text.split_once("\r\n\r\n") else { continue };
        let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
        if body.len() >= length.ok_or("no length")?.parse()? {
            return Ok(body.to_owned());
        }
    }
}

fn print(name: &str, measured: &Measured) {
    let Measured { times, whole } = measured;
    let at = |percent: usize| {
        let time = times.get(times.len() * percent / 100).copied().unwrap_or_default();
        time.as_secs_f64() * 1e3
    };
    let count = u32::try_from(times.len()).unwrap_or(u32::MAX);
    let rate = f64::from(count) / whole.as_secs_f64();
    println!("{name:<34} {count:>8} {rate:>9.0} {:>9.2} {:>9.2}", at(50), at(99));
}
