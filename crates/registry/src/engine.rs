//! Images that a container engine on this machine has: what `docker save` would write, asked for
//! at the engine's socket (Docker Engine API 1.41, `GET /images/{name}/get`; Podman has the same).

use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::Deserialize;

/// A container engine that listens at a socket.
#[derive(Clone, Debug)]
pub struct Engine {
    socket: PathBuf,
}

/// Engines pack an image before they send the first byte of it.
const TIMEOUT: Duration = Duration::from_secs(120);
const MAX_HEADER_BYTES: usize = 64 << 10;
const MAX_MESSAGE_BYTES: u64 = 64 << 10;

impl Engine {
    /// The engine at a socket.
    #[must_use]
    pub fn new(socket: impl Into<PathBuf>) -> Self {
        Self { socket: socket.into() }
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

    /// The socket.
    #[must_use]
    pub fn socket(&self) -> &Path {
        &self.socket
    }

    /// The archive of an image, as a stream.
    ///
    /// # Errors
    /// [`EngineError::Absent`] when nothing listens at the socket, [`EngineError::NoSuchImage`]
    /// when the engine does not have the image.
    #[cfg(unix)]
    pub fn save(&self, image: &str) -> Result<Box<dyn Read + Send>, EngineError> {
        use std::os::unix::net::UnixStream;

        let failed = |source| EngineError::Io { socket: self.socket.clone(), source };
        let mut stream = UnixStream::connect(&self.socket).map_err(|error| match error.kind() {
            io::ErrorKind::NotFound
            | io::ErrorKind::ConnectionRefused
            | io::ErrorKind::PermissionDenied => {
                EngineError::Absent { socket: self.socket.clone(), source: error }
            }
            _ => failed(error),
        })?;
        stream.set_read_timeout(Some(TIMEOUT)).map_err(failed)?;
        stream.set_write_timeout(Some(TIMEOUT)).map_err(failed)?;
        // In HTTP/1.0 the answer has no chunks and ends with the connection.
        let path = encode(image);
        write!(stream, "GET /images/{path}/get HTTP/1.0\r\nHost: localhost\r\n\r\n")
            .map_err(failed)?;
        let mut reader = io::BufReader::with_capacity(64 << 10, stream);
        let status = self.head(&mut reader)?;
        match status {
            200 => Ok(Box::new(reader)),
            404 => Err(EngineError::NoSuchImage { image: image.to_owned() }),
            status => {
                let mut body = Vec::new();
                let _ = reader.take(MAX_MESSAGE_BYTES).read_to_end(&mut body);
                Err(EngineError::Status { status, message: message(&body) })
            }
        }
    }

    /// The archive of an image, as a stream.
    ///
    /// # Errors
    /// Always: there are no sockets of this kind here.
    #[cfg(not(unix))]
    pub fn save(&self, _: &str) -> Result<Box<dyn Read + Send>, EngineError> {
        let source = io::ErrorKind::Unsupported.into();
        Err(EngineError::Absent { socket: self.socket.clone(), source })
    }

    /// Reads the status line and passes over the headers.
    #[cfg(unix)]
    fn head(&self, reader: &mut impl io::BufRead) -> Result<u16, EngineError> {
        use std::io::BufRead as _;

        let failed = |source| EngineError::Io { socket: self.socket.clone(), source };
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            let left = MAX_HEADER_BYTES.saturating_sub(head.len());
            let most = u64::try_from(left).unwrap_or(u64::MAX);
            let read = reader.take(most).read_until(b'\n', &mut head).map_err(failed)?;
            if read == 0 {
                return Err(EngineError::NoHttp { socket: self.socket.clone() });
            }
        }
        let text = String::from_utf8_lossy(&head).to_ascii_lowercase();
        let status = text.split(' ').nth(1).and_then(|status| status.parse().ok());
        let is_http = text.starts_with("http/1.") && !text.contains("\r\ntransfer-encoding:");
        status.filter(|_| is_http).ok_or(EngineError::NoHttp { socket: self.socket.clone() })
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
#[cfg(unix)]
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

/// Why an engine gives no image.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum EngineError {
    /// Nothing that may be asked listens there.
    #[error("no engine listens at {}: {source}", socket.display())]
    Absent {
        /// The socket.
        socket: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// The engine does not have the image.
    #[error("the engine does not have the image {image}")]
    NoSuchImage {
        /// Its name.
        image: String,
    },
    /// The connection broke.
    #[error("the connection to {} broke: {source}", socket.display())]
    Io {
        /// The socket.
        socket: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// What listens there is no engine.
    #[error("what listens at {} is no container engine", socket.display())]
    NoHttp {
        /// The socket.
        socket: PathBuf,
    },
    /// The engine answers with a status that is not expected.
    #[error("the engine answers with status {status}: {message}")]
    Status {
        /// The status.
        status: u16,
        /// What it says.
        message: String,
    },
}
