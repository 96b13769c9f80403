//! An imitation of a Kubernetes API server on loopback, with TLS and faults.

mod api;
mod policies;
mod wire;

use std::net::{SocketAddr, TcpListener};
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use serde_json::{Value, json};

pub use self::policies::{denied, kyverno};
pub use self::wire::{Certificate, certificate};

/// A fault for paths with a prefix.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Fault {
    /// An error, with its reason.
    Status(u16, &'static str),
    /// An answer that takes so long.
    Slow(Duration),
    /// A body that is not of the API.
    Body(&'static str),
    /// Every page names the same next one.
    Circle,
    /// There is always another page.
    Endless,
}

/// An imitation of an API server. It ends with the process.
#[derive(Debug)]
pub struct Cluster {
    address: SocketAddr,
    authority: String,
    state: Arc<Mutex<State>>,
}

#[derive(Debug)]
struct State {
    token: String,
    objects: Vec<Value>,
    faults: Vec<(String, Fault)>,
    asked: Vec<String>,
}

impl Cluster {
    /// Starts to answer clients that have the token `first`.
    ///
    /// # Panics
    /// When loopback has no port.
    #[must_use]
    #[expect(clippy::expect_used, reason = "a test without its server fails")]
    pub fn start(objects: Vec<Value>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port of loopback");
        let address = listener.local_addr().expect("the port of a listener");
        let (authority, tls) = wire::tls();
        let token = "first".to_owned();
        let state = State { token, objects, faults: Vec::new(), asked: Vec::new() };
        let state = Arc::new(Mutex::new(state));
        let shared = Arc::clone(&state);
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (tls, state) = (Arc::clone(&tls), Arc::clone(&shared));
                // A client that disconnects is the test's own.
                thread::spawn(move || wire::serve(stream, tls, |asked| api::answer(&state, asked)));
            }
        });
        Self { address, authority, state }
    }

    /// Where it is.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The paths that were asked for, in order.
    #[must_use]
    pub fn asked(&self) -> Vec<String> {
        self.lock().asked.clone()
    }

    /// Accepts only this token from now on.
    pub fn rotate(&self, token: &str) {
        token.clone_into(&mut self.lock().token);
    }

    /// Adds an object.
    pub fn add(&self, object: Value) {
        self.lock().objects.push(object);
    }

    /// Applies a fault to paths with a prefix.
    pub fn break_at(&self, path: &str, fault: Fault) {
        self.lock().faults.push((path.to_owned(), fault));
    }

    /// Removes all faults.
    pub fn mend(&self) {
        self.lock().faults.clear();
    }

    /// Writes the files that are mounted for a service account into a folder.
    ///
    /// # Panics
    /// When the folder cannot be written to.
    #[expect(clippy::expect_used, reason = "a test without its files fails")]
    pub fn mount(&self, folder: &Path, token: &str) {
        std::fs::write(folder.join("ca.crt"), &self.authority).expect("a folder of a test");
        std::fs::write(folder.join("token"), token).expect("a folder of a test");
    }

    /// A kubeconfig for it, with the token `first`.
    #[must_use]
    pub fn kubeconfig(&self) -> Value {
        let authority = base64::Engine::encode(
            &base64::engine::general_purpose::STANDARD,
            self.authority.as_bytes(),
        );
        let server = format!("https://127.0.0.1:{}", self.address.port());
        json!({
            "apiVersion": "v1", "kind": "Config", "current-context": "here",
            "contexts": [{"name": "here", "context": {"cluster": "one", "user": "me"}}],
            "clusters": [{"name": "one", "cluster": {
                "server": server, "certificate-authority-data": authority,
            }}],
            "users": [{"name": "me", "user": {"token": "first"}}],
        })
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        lock(&self.state)
    }
}

fn lock(state: &Mutex<State>) -> MutexGuard<'_, State> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}
