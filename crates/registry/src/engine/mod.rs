//! Images of container engines: the archive that `docker save` would write, from the engine's
//! socket or server (Docker Engine API 1.41, `GET /images/{name}/get`; Podman has the same).

mod error;
mod server;
#[cfg(unix)]
mod socket;

use std::fmt;
use std::io::Read;
use std::path::PathBuf;
use std::time::Duration;

use sealift_http::{Client, Url};
use serde::Deserialize;

pub use error::EngineError;

/// A container engine.
#[derive(Clone, Debug)]
pub struct Engine {
    place: Place,
}

/// Where it listens.
#[derive(Clone, Debug)]
enum Place {
    Socket(PathBuf),
    Server(Client, Url),
}

/// The archive of an image as it arrives.
type Archive = Box<dyn Read + Send>;

const MAX_MESSAGE_BYTES: u64 = 64 << 10;

impl Engine {
    /// How long an engine may be silent: it packs an image before it sends the first byte.
    pub const SILENCE: Duration = Duration::from_secs(120);

    /// The engine at a socket.
    #[must_use]
    pub fn new(socket: impl Into<PathBuf>) -> Self {
        Self { place: Place::Socket(socket.into()) }
    }

    /// The engine behind a server, reached with this client. The client should wait for
    /// [`SILENCE`](Self::SILENCE) and not repeat failed requests, and may need a certificate of its
    /// own. The API's paths are below the path of `url`.
    #[must_use]
    pub fn server(client: Client, url: Url) -> Self {
        Self { place: Place::Server(client, url) }
    }

    /// Docker's engine, at the socket of the system.
    #[must_use]
    pub fn docker() -> Self {
        Self::new("/var/run/docker.sock")
    }

    /// Podman's service, at the socket of the system.
    #[must_use]
    pub fn podman() -> Self {
        Self::new("/run/podman/podman.sock")
    }

    /// The archive of an image, as a stream.
    ///
    /// # Errors
    /// [`EngineError::Absent`] when nothing listens there, as always for a socket where the system
    /// has none; [`EngineError::NoSuchImage`] when the engine does not have the image.
    pub fn save(&self, image: &str) -> Result<Archive, EngineError> {
        let path = format!("images/{}/get", encode(image));
        let answer = match &self.place {
            #[cfg(unix)]
            Place::Socket(socket) => socket::get(socket, &path),
            #[cfg(not(unix))]
            Place::Socket(_) => Err(Broken::Absent(std::io::ErrorKind::Unsupported.into())),
            Place::Server(client, url) => server::get(client, url, &path),
        };
        match answer.map_err(|broken| broken.at(self))? {
            Answer { status: 200, body } => Ok(body),
            Answer { status: 404, .. } => Err(EngineError::NoSuchImage { image: image.to_owned() }),
            Answer { status, body } => {
                let mut said = Vec::new();
                let _ = body.take(MAX_MESSAGE_BYTES).read_to_end(&mut said);
                Err(EngineError::Status { status, message: message(&said) })
            }
        }
    }
}

/// Where it listens: a path, or a URL.
impl fmt::Display for Engine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.place {
            Place::Socket(path) => path.display().fmt(f),
            Place::Server(_, url) => url.fmt(f),
        }
    }
}

/// The answer of an engine.
struct Answer {
    status: u16,
    body: Archive,
}

/// Why nothing comes back.
enum Broken {
    Absent(std::io::Error),
    Io(std::io::Error),
    NoHttp,
}

impl Broken {
    fn at(self, engine: &Engine) -> EngineError {
        let engine = engine.to_string();
        match self {
            Self::Absent(source) => EngineError::Absent { engine, source },
            Self::Io(source) => EngineError::Io { engine, source },
            Self::NoHttp => EngineError::NoHttp { engine },
        }
    }
}

fn message(body: &[u8]) -> String {
    #[derive(Deserialize)]
    struct Said {
        message: String,
    }
    match serde_json::from_slice::<Said>(body) {
        Ok(said) => said.message.chars().take(300).collect(),
        Err(_) => String::new(),
    }
}

/// The name as it may stand in a path.
fn encode(name: &str) -> String {
    name.bytes().fold(String::new(), |mut path, byte| {
        match byte {
            byte if byte.is_ascii_alphanumeric() || b"-._~/:@".contains(&byte) => {
                path.push(char::from(byte));
            }
            byte => path.push_str(&format!("%{byte:02X}")),
        }
        path
    })
}
