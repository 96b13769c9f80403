//! As much of HTTP as clients of these services speak.

use std::io::{self, BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;

use super::Reply;

/// Bytes of a request.
const MAX_BYTES: usize = 64 << 20;

/// A request.
pub(super) struct Asked {
    pub(super) method: String,
    pub(super) path: String,
    headers: Vec<String>,
    pub(super) body: Vec<u8>,
}

impl Asked {
    pub(super) fn read(stream: &TcpStream) -> Option<Self> {
        let mut reader = BufReader::new(stream);
        let mut line = String::new();
        reader.read_line(&mut line).ok()?;
        let mut words = line.split_whitespace().map(str::to_owned);
        let (method, path) = (words.next()?, words.next()?);
        let mut headers = Vec::new();
        loop {
            let mut header = String::new();
            reader.read_line(&mut header).ok()?;
            match header.trim_end() {
                "" => break,
                header => headers.push(header.to_owned()),
            }
        }
        let mut asked = Self { method, path, headers, body: Vec::new() };
        let length = asked.header("content-length").map_or(Some(0), |text| text.parse().ok())?;
        if length > MAX_BYTES {
            return None;
        }
        asked.body.resize(length, 0);
        reader.read_exact(&mut asked.body).ok()?;
        Some(asked)
    }

    pub(super) fn header(&self, name: &str) -> Option<&str> {
        let values = self.headers.iter().filter_map(|header| header.split_once(':'));
        values
            .filter(|(found, _)| found.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.trim())
            .next()
    }
}

pub(super) fn write(stream: &mut TcpStream, reply: &Reply) -> io::Result<()> {
    head(stream, reply)?;
    stream.write_all(&reply.body)
}

pub(super) fn write_half(stream: &mut TcpStream, reply: &Reply) -> io::Result<()> {
    head(stream, reply)?;
    stream.write_all(&reply.body[..reply.body.len() / 2])
}

fn head(stream: &mut TcpStream, reply: &Reply) -> io::Result<()> {
    let Reply { status, content_type, body, name, location } = reply;
    let length = body.len();
    write!(stream, "HTTP/1.1 {status} -\r\ncontent-type: {content_type}\r\n")?;
    if let Some(name) = name {
        write!(stream, "etag: {name}\r\nlocation: /rekor1/api/v1/log/entries/{name}\r\n")?;
    }
    if let Some(to) = location {
        write!(stream, "location: {to}\r\n")?;
    }
    write!(stream, "connection: close\r\ncontent-length: {length}\r\n\r\n")
}
