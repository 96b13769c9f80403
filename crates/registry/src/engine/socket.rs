//! Reaching an engine at a socket of this machine.

use std::io::{self, BufRead, BufReader, Read as _, Write as _};
use std::os::unix::net::UnixStream;
use std::path::Path;

use super::{Answer, Broken, Engine};

const MAX_HEADER_BYTES: usize = 64 << 10;

/// Requests a path of the API.
pub(super) fn get(socket: &Path, path: &str) -> Result<Answer, Broken> {
    let mut stream = UnixStream::connect(socket).map_err(|error| match error.kind() {
        io::ErrorKind::NotFound
        | io::ErrorKind::ConnectionRefused
        | io::ErrorKind::PermissionDenied => Broken::Absent(error),
        _ => Broken::Io(error),
    })?;
    stream.set_read_timeout(Some(Engine::SILENCE)).map_err(Broken::Io)?;
    stream.set_write_timeout(Some(Engine::SILENCE)).map_err(Broken::Io)?;
    // In HTTP/1.0 the answer has no chunks and ends with the connection.
    write!(stream, "GET /{path} HTTP/1.0\r\nHost: localhost\r\n\r\n").map_err(Broken::Io)?;
    let mut reader = BufReader::with_capacity(64 << 10, stream);
    let status = head(&mut reader)?;
    Ok(Answer { status, body: Box::new(reader) })
}

/// Reads the status line and passes over the headers.
fn head(reader: &mut impl BufRead) -> Result<u16, Broken> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        let left = MAX_HEADER_BYTES.saturating_sub(head.len());
        let most = u64::try_from(left).unwrap_or(u64::MAX);
        let read = reader.take(most).read_until(b'\n', &mut head).map_err(Broken::Io)?;
        if read == 0 {
            return Err(Broken::NoHttp);
        }
    }
    let text = String::from_utf8_lossy(&head).to_ascii_lowercase();
    let status = text.split(' ').nth(1).and_then(|status| status.parse().ok());
    let is_http = text.starts_with("http/1.") && !text.contains("\r\ntransfer-encoding:");
    status.filter(|_| is_http).ok_or(Broken::NoHttp)
}
