//! A repository of trusted roots made here, sound and unsound, asked over loopback.
#![expect(
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test fails by panicking"
)]

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;

use ed25519_dalek::{Signer, SigningKey};
use proptest::prelude::*;
use sealift_http::{Client, Config};
use sealift_model::Timestamp;
use sealift_sigstore_trust::{Error, InitialRoot, Mirror, TrustStore, embedded};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use sigstore_tuf::Error as Tuf;
use sigstore_tuf::canonical_json::to_canonical_bytes;
use tempfile::TempDir;

const FAR: &str = "2030-01-01T00:00:00Z";
const NOW: &str = "2026-06-01T00:00:00Z";
const TRUSTED_ROOT: &[u8] = br#"{"mediaType": "application/vnd.dev.sigstore.trustedroot+json"}"#;

type Files = BTreeMap<String, Vec<u8>>;

/// What a repository is made of.
#[derive(Clone)]
struct Recipe {
    /// Keys of each version of the root, by number; all of them sign.
    roots: Vec<Vec<u8>>,
    threshold: usize,
    version: u64,
    timestamp_expires: &'static str,
    trusted_root: Vec<u8>,
}

impl Default for Recipe {
    fn default() -> Self {
        Self {
            roots: vec![vec![1, 2]],
            threshold: 2,
            version: 5,
            timestamp_expires: FAR,
            trusted_root: TRUSTED_ROOT.to_vec(),
        }
    }
}

impl Recipe {
    fn files(&self) -> Files {
        let mut files = Files::new();
        for (index, keys) in self.roots.iter().enumerate() {
            // Signed by its own keys and by those of the root before.
            let mut signers = keys.clone();
            signers.extend(
                index.checked_sub(1).map(|last| self.roots[last].clone()).unwrap_or_default(),
            );
            signers.sort_unstable();
            signers.dedup();
            files.insert(format!("{}.root.json", index + 1), self.root(index, &signers));
        }
        let keys = self.roots.last().unwrap();
        let target = &self.trusted_root;
        let targets = json!({
            "_type": "targets", "spec_version": "1.0.31", "version": self.version, "expires": FAR,
            "targets": {"trusted_root.json":
                {"length": target.len(), "hashes": {"sha256": sha256(target)}}},
        });
        let targets = signed(targets, keys);
        let snapshot = json!({
            "_type": "snapshot", "spec_version": "1.0.31", "version": self.version, "expires": FAR,
            "meta": {"targets.json": meta(&targets, self.version)},
        });
        let snapshot = signed(snapshot, keys);
        let timestamp = json!({
            "_type": "timestamp", "spec_version": "1.0.31", "version": self.version,
            "expires": self.timestamp_expires,
            "meta": {"snapshot.json": meta(&snapshot, self.version)},
        });
        files.insert("timestamp.json".into(), signed(timestamp, keys));
        files.insert(format!("{}.snapshot.json", self.version), snapshot);
        files.insert(format!("{}.targets.json", self.version), targets);
        files.insert(format!("targets/{}.trusted_root.json", sha256(target)), target.clone());
        files
    }

    fn root(&self, index: usize, signers: &[u8]) -> Vec<u8> {
        let keys = &self.roots[index];
        let public: BTreeMap<String, Value> =
            keys.iter().map(|key| (id(*key), public(*key))).collect();
        let ids: Vec<String> = keys.iter().map(|key| id(*key)).collect();
        let role = json!({"keyids": ids, "threshold": self.threshold});
        let root = json!({
            "_type": "root", "spec_version": "1.0.31", "version": index + 1, "expires": FAR,
            "consistent_snapshot": true, "keys": public,
            "roles": {"root": role, "timestamp": role, "snapshot": role, "targets": role},
        });
        signed(root, signers)
    }
}

fn key(number: u8) -> SigningKey {
    SigningKey::from_bytes(&[number; 32])
}

fn id(number: u8) -> String {
    format!("{number:064x}")
}

fn public(number: u8) -> Value {
    let public = hex(key(number).verifying_key().as_bytes());
    json!({"keytype": "ed25519", "scheme": "ed25519", "keyval": {"public": public}})
}

fn signed(content: Value, keys: &[u8]) -> Vec<u8> {
    let bytes = to_canonical_bytes(&content).unwrap();
    let signatures: Vec<Value> = keys
        .iter()
        .map(|number| json!({"keyid": id(*number), "sig": hex(&key(*number).sign(&bytes).to_bytes())}))
        .collect();
    serde_json::to_vec(&json!({"signed": content, "signatures": signatures})).unwrap()
}

fn meta(bytes: &[u8], version: u64) -> Value {
    json!({"version": version, "length": bytes.len(), "hashes": {"sha256": sha256(bytes)}})
}

fn sha256(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Serves files, and counts what it is asked for.
#[derive(Clone)]
struct Server {
    files: Arc<Mutex<Files>>,
    asked: Arc<Mutex<Vec<String>>>,
    url: String,
}

impl Server {
    fn start(files: Files) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let server = Self { files: Arc::new(Mutex::new(files)), asked: Arc::default(), url };
        let serving = server.clone();
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let serving = serving.clone();
                thread::spawn(move || drop(serving.serve(stream)));
            }
        });
        server
    }

    fn serve(&self, mut out: TcpStream) -> std::io::Result<()> {
        let mut lines = BufReader::new(out.try_clone()?).lines();
        while let Some(first) = lines.next() {
            let first = first?;
            while lines.next().transpose()?.is_some_and(|line| !line.is_empty()) {}
            let path =
                first.split(' ').nth(1).unwrap_or_default().trim_start_matches('/').to_owned();
            self.asked.lock().unwrap().push(path.clone());
            let file = self.files.lock().unwrap().get(&path).cloned();
            let (status, body) =
                file.map_or(("404 Not Found", Vec::new()), |file| ("200 OK", file));
            write!(out, "HTTP/1.1 {status}\r\ncontent-length: {}\r\n\r\n", body.len())?;
            out.write_all(&body)?;
        }
        Ok(())
    }
}

struct Bench {
    folder: TempDir,
    server: Server,
    initial: InitialRoot,
}

impl Bench {
    fn new(recipe: &Recipe) -> Self {
        let files = recipe.files();
        let initial = InitialRoot::Given(files["1.root.json"].clone());
        Self { folder: TempDir::new().unwrap(), server: Server::start(files), initial }
    }

    fn store(&self) -> TrustStore {
        TrustStore::new(self.folder.path().join("trust"))
    }

    fn mirror(&self) -> Mirror {
        Mirror::new(Client::new(Config::default()).unwrap(), &self.server.url).unwrap()
    }

    fn refresh(&self) -> Result<Vec<u8>, Error> {
        let refreshed = self.store().refresh(&self.mirror(), &self.initial, time(NOW));
        refreshed.map(|material| material.trusted_root)
    }

    fn publish(&self, files: Files) {
        *self.server.files.lock().unwrap() = files;
    }
}

fn time(text: &str) -> Timestamp {
    text.parse().unwrap()
}

/// Why the repository was refused.
fn why(outcome: Result<Vec<u8>, Error>) -> Tuf {
    match outcome {
        Err(Error::Repository { source, .. }) => *source,
        other => panic!("{other:?}"),
    }
}

#[test]
fn what_the_repository_proves_is_kept() {
    let bench = Bench::new(&Recipe::default());
    assert_eq!(bench.store().kept().unwrap(), None);
    assert_eq!(bench.refresh().unwrap(), TRUSTED_ROOT);
    let kept = bench.store().kept().unwrap().unwrap();
    assert_eq!(kept.trusted_root, TRUSTED_ROOT);
    assert_eq!(kept.mirror.as_deref(), Some(bench.server.url.as_str()));
    assert_eq!(kept.checked, Some(time(NOW)));
    assert_eq!(kept.expires, Some(time(FAR)));
    assert!(!kept.is_expired(time(NOW)) && kept.is_expired(time(FAR)));
    let (mirror, initial) = bench.store().origin().unwrap().unwrap();
    assert_eq!((mirror, initial), (bench.server.url.clone(), bench.initial.clone()));
    // What has not changed is not fetched again.
    bench.server.asked.lock().unwrap().clear();
    bench.refresh().unwrap();
    assert_eq!(*bench.server.asked.lock().unwrap(), ["2.root.json", "timestamp.json"]);
}

#[test]
fn roots_are_rotated_one_by_one() {
    let mut recipe = Recipe::default();
    let bench = Bench::new(&recipe);
    bench.refresh().unwrap();
    recipe.roots.extend([vec![2, 3], vec![3, 4]]);
    recipe.version = 6;
    bench.publish(recipe.files());
    assert_eq!(bench.refresh().unwrap(), TRUSTED_ROOT);
    // One that its predecessor's keys did not sign.
    let mut files = recipe.files();
    recipe.roots.push(vec![5, 6]);
    files.insert("4.root.json".into(), recipe.root(3, &[5, 6]));
    bench.publish(files);
    assert!(matches!(why(bench.refresh()), Tuf::ThresholdNotMet { .. }));
    // One that a version is missing before.
    let mut files = Recipe::default().files();
    files.insert("2.root.json".into(), recipe.root(2, &[1, 2, 3, 4]));
    let other = Bench::new(&Recipe::default());
    other.publish(files);
    assert!(matches!(
        why(other.refresh()),
        Tuf::BadRootVersion { .. } | Tuf::ThresholdNotMet { .. }
    ));
}

#[test]
fn too_few_signatures_are_none() {
    let recipe = Recipe::default();
    let bench = Bench::new(&recipe);
    let mut files = recipe.files();
    let timestamp: Value = serde_json::from_slice(&files["timestamp.json"]).unwrap();
    let one = signed(timestamp["signed"].clone(), &[1]);
    files.insert("timestamp.json".into(), one);
    bench.publish(files.clone());
    assert!(matches!(why(bench.refresh()), Tuf::ThresholdNotMet { found: 1, threshold: 2, .. }));
    // The same key twice counts once, or not at all.
    files.insert("timestamp.json".into(), signed(timestamp["signed"].clone(), &[1, 1]));
    bench.publish(files.clone());
    assert!(matches!(
        why(bench.refresh()),
        Tuf::DuplicateSignature { .. } | Tuf::ThresholdNotMet { .. }
    ));
    // A stranger's does not count.
    files.insert("timestamp.json".into(), signed(timestamp["signed"].clone(), &[1, 9]));
    bench.publish(files);
    assert!(matches!(why(bench.refresh()), Tuf::ThresholdNotMet { .. }));
}

#[test]
fn what_has_expired_counts_no_more() {
    let recipe = Recipe { timestamp_expires: "2026-05-31T23:59:59Z", ..Recipe::default() };
    let bench = Bench::new(&recipe);
    assert!(matches!(why(bench.refresh()), Tuf::Expired { role, .. } if role == "timestamp"));
    assert_eq!(bench.store().kept().unwrap(), None);
}

#[test]
fn there_is_no_way_back() {
    let bench = Bench::new(&Recipe::default());
    bench.refresh().unwrap();
    let older = Recipe { version: 4, trusted_root: b"{}".to_vec(), ..Recipe::default() };
    bench.publish(older.files());
    assert!(matches!(why(bench.refresh()), Tuf::Rollback { .. }));
    assert_eq!(bench.store().kept().unwrap().unwrap().trusted_root, TRUSTED_ROOT);
}

#[test]
fn targets_have_the_length_and_hash_that_were_signed() {
    let recipe = Recipe::default();
    for other in [b"{}".to_vec(), [TRUSTED_ROOT, b" "].concat(), vec![b' '; TRUSTED_ROOT.len()]] {
        let bench = Bench::new(&recipe);
        let mut files = recipe.files();
        files.insert(format!("targets/{}.trusted_root.json", sha256(TRUSTED_ROOT)), other);
        bench.publish(files);
        assert!(matches!(why(bench.refresh()), Tuf::IntegrityMismatch(_) | Tuf::Transport { .. }));
    }
}

#[test]
fn answers_without_end_are_cut() {
    let bench = Bench::new(&Recipe::default());
    let mut files = Recipe::default().files();
    files.insert("timestamp.json".into(), vec![b' '; 1 << 20]);
    bench.publish(files);
    assert!(matches!(why(bench.refresh()), Tuf::Transport { .. }));
}

#[test]
fn the_public_root_is_known_by_its_digest() {
    let bench = Bench::new(&Recipe::default());
    let mut files = Recipe::default().files();
    files.insert("16.root.json".into(), files["1.root.json"].clone());
    bench.publish(files);
    let refreshed = bench.store().refresh(&bench.mirror(), &InitialRoot::Public, time(NOW));
    assert!(matches!(refreshed, Err(Error::OtherRoot { .. })), "{refreshed:?}");
}

#[test]
fn what_is_kept_and_changed_is_told() {
    let bench = Bench::new(&Recipe::default());
    bench.refresh().unwrap();
    std::fs::write(bench.store().trusted_root(), "{}").unwrap();
    assert!(matches!(bench.store().kept(), Err(Error::Damaged { .. })));
    assert_eq!(bench.refresh().unwrap(), TRUSTED_ROOT);
    assert!(bench.store().kept().unwrap().is_some());
}

#[test]
fn the_built_in_root_is_one() {
    let embedded = embedded();
    let root: Value = serde_json::from_slice(&embedded.trusted_root).unwrap();
    assert!(!root["certificateAuthorities"].as_array().unwrap().is_empty());
    let config: Value = serde_json::from_slice(&embedded.signing_config.unwrap()).unwrap();
    assert!(config["caUrls"].is_array());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn no_flipped_bit_brings_another_root(
        file in any::<prop::sample::Index>(), at in any::<prop::sample::Index>(), bit in 0u8..8,
    ) {
        let bench = Bench::new(&Recipe::default());
        let mut files = Recipe::default().files();
        let name = files.keys().nth(file.index(files.len())).unwrap().clone();
        let bytes = files.get_mut(&name).unwrap();
        let at = at.index(bytes.len());
        bytes[at] ^= 1 << bit;
        bench.publish(files);
        if let Ok(root) = bench.refresh() {
            prop_assert_eq!(root, TRUSTED_ROOT);
        }
    }
}
