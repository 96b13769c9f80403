//! A container registry on loopback that behaves as a test needs: the distribution API with or
//! without referrers, authentication, and faults on demand.
//!
//! ```
//! use sealift_tests::registry::{Options, TestRegistry};
//!
//! let registry = TestRegistry::start(Options::default());
//! let digest = registry.put_blob(b"content");
//! assert!(registry.host().starts_with("127.0.0.1:"));
//! assert_eq!(registry.blob(&digest).as_deref(), Some(&b"content"[..]));
//! ```

mod api;
mod fault;
mod wire;

use std::collections::BTreeMap;
use std::net::TcpListener;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;

use sealift_model::Digest;
use serde_json::Value;

use crate::instance::Layout;

pub use fault::Fault;
pub use wire::Asked;

const IMAGE_INDEX: &str = "application/vnd.oci.image.index.v1+json";
const IMAGE_MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";

/// What a registry is like.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_structs, reason = "tests fill in what they want")]
pub struct Options {
    /// Whether it has the referrers API.
    pub referrers: bool,
    /// Entries of one page of a list.
    pub page: usize,
    /// The clients that it accepts.
    pub access: Access,
    /// Whether it answers for a part of a blob.
    pub ranges: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self { referrers: true, page: usize::MAX, access: Access::Anybody, ranges: true }
    }
}

/// The clients that a registry accepts.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_enums, reason = "tests name what they want")]
pub enum Access {
    /// Anybody.
    Anybody,
    /// Clients with the password, sent as `Basic`.
    Basic {
        /// The user.
        user: String,
        /// The password.
        password: String,
    },
    /// Clients with a token of the token service, which is the registry's own host.
    Token {
        /// The user.
        user: String,
        /// The password.
        password: String,
        /// Whether anybody may pull.
        pull: bool,
    },
}

/// A running registry. Its threads end with the process.
#[derive(Clone, Debug)]
pub struct TestRegistry {
    port: u16,
    state: Arc<State>,
}

type Rule = Box<dyn Fn(&Asked) -> Option<Fault> + Send + Sync>;

struct State {
    options: Options,
    port: u16,
    store: Mutex<Store>,
    rule: Mutex<Option<Arc<Rule>>>,
    asked: Mutex<Vec<Asked>>,
}

impl std::fmt::Debug for State {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("State").field("options", &self.options).finish_non_exhaustive()
    }
}

/// What a registry holds. Blobs and manifests belong to all repositories.
#[derive(Debug, Default)]
struct Store {
    blobs: BTreeMap<Digest, Arc<[u8]>>,
    manifests: BTreeMap<Digest, (String, Arc<[u8]>)>,
    /// Digests by repository and tag.
    tags: BTreeMap<(String, String), Digest>,
    uploads: BTreeMap<u64, Vec<u8>>,
    /// Scopes by token.
    tokens: BTreeMap<String, Vec<String>>,
    /// Numbers given to uploads and tokens.
    count: u64,
}

impl TestRegistry {
    /// Starts a registry at a free port.
    ///
    /// # Panics
    /// When loopback cannot be listened at.
    #[must_use]
    #[expect(clippy::expect_used, reason = "a test fails by panicking")]
    pub fn start(options: Options) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port on loopback");
        let port = listener.local_addr().expect("a listener has an address").port();
        let state = Arc::new(State {
            options,
            port,
            store: Mutex::default(),
            rule: Mutex::default(),
            asked: Mutex::default(),
        });
        let registry = Self { port, state: Arc::clone(&state) };
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let state = Arc::clone(&state);
                // A client that hangs up early ends only that thread.
                thread::spawn(move || wire::serve(&state, stream));
            }
        });
        registry
    }

    /// Its host and port, as a reference begins.
    #[must_use]
    pub fn host(&self) -> String {
        format!("127.0.0.1:{}", self.port)
    }

    /// Makes it answer some requests wrongly.
    pub fn fail(&self, rule: impl Fn(&Asked) -> Option<Fault> + Send + Sync + 'static) {
        *lock(&self.state.rule) = Some(Arc::new(Box::new(rule)));
    }

    /// The requests so far, in order.
    #[must_use]
    pub fn asked(&self) -> Vec<Asked> {
        lock(&self.state.asked).clone()
    }

    /// Forgets all tokens that it has given, as if they had expired.
    pub fn forget_tokens(&self) {
        lock(&self.state.store).tokens.clear();
    }

    /// Adds a blob.
    pub fn put_blob(&self, bytes: &[u8]) -> Digest {
        let digest = Digest::sha256_of(bytes);
        lock(&self.state.store).blobs.insert(digest.clone(), bytes.into());
        digest
    }

    /// Adds a manifest, under a tag of a repository if one is named.
    pub fn put_manifest(
        &self,
        media_type: &str,
        bytes: &[u8],
        tag: Option<(&str, &str)>,
    ) -> Digest {
        let digest = Digest::sha256_of(bytes);
        let mut store = lock(&self.state.store);
        store.manifests.insert(digest.clone(), (media_type.to_owned(), bytes.into()));
        if let Some((repository, tag)) = tag {
            store.tags.insert((repository.to_owned(), tag.to_owned()), digest.clone());
        }
        digest
    }

    /// Adds all that a layout has to a repository: its blobs, its manifests, its tags. Each is
    /// there under the name that it has in the layout, whatever its content.
    pub fn put_layout(&self, layout: &Layout, repository: &str) {
        for (name, bytes) in &layout.blobs {
            let Ok(digest) = format!("sha256:{name}").parse::<Digest>() else { continue };
            let document: Value = serde_json::from_slice(bytes).unwrap_or_default();
            let by_form = [("manifests", IMAGE_INDEX), ("layers", IMAGE_MANIFEST)];
            let by_form = by_form.iter().find(|(member, _)| document.get(member).is_some());
            let said = document.get("mediaType").and_then(Value::as_str);
            let media_type = by_form.map(|(_, media_type)| said.unwrap_or(media_type));
            let bytes: Arc<[u8]> = bytes.as_slice().into();
            let mut store = lock(&self.state.store);
            if let Some(media_type) = media_type {
                let manifest = (media_type.to_owned(), Arc::clone(&bytes));
                store.manifests.insert(digest.clone(), manifest);
            }
            store.blobs.insert(digest, bytes);
        }
        for entry in &layout.index {
            let tag = entry.pointer("/annotations/org.opencontainers.image.ref.name");
            let digest = entry.get("digest").and_then(Value::as_str);
            let digest = digest.and_then(|digest| digest.parse().ok());
            if let (Some(tag), Some(digest)) = (tag.and_then(Value::as_str), digest) {
                self.put_tag(repository, tag, digest);
            }
        }
    }

    /// Makes a tag name a digest.
    pub fn put_tag(&self, repository: &str, tag: &str, digest: Digest) {
        lock(&self.state.store).tags.insert((repository.to_owned(), tag.to_owned()), digest);
    }

    /// A blob that it has.
    #[must_use]
    pub fn blob(&self, digest: &Digest) -> Option<Vec<u8>> {
        lock(&self.state.store).blobs.get(digest).map(|bytes| bytes.to_vec())
    }

    /// A manifest that it has.
    #[must_use]
    pub fn manifest(&self, digest: &Digest) -> Option<Vec<u8>> {
        lock(&self.state.store).manifests.get(digest).map(|(_, bytes)| bytes.to_vec())
    }

    /// The digest that a tag names.
    #[must_use]
    pub fn tagged(&self, repository: &str, tag: &str) -> Option<Digest> {
        lock(&self.state.store).tags.get(&(repository.to_owned(), tag.to_owned())).cloned()
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
