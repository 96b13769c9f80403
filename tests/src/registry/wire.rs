//! HTTP/1.1 as far as a registry needs it.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::sync::Arc;

use super::{State, api, lock};

/// What a client asked.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Asked {
    /// GET, PUT, ...
    pub method: String,
    /// Path and query.
    pub target: String,
    /// Names in lower case, and values.
    pub headers: Vec<(String, String)>,
    /// Bytes of the body.
    pub body_bytes: usize,
}

impl Asked {
    /// The path, without query.
    #[must_use]
    pub fn path(&self) -> &str {
        self.target.split('?').next().unwrap_or_default()
    }

    /// The values of a name in the query, decoded.
    #[must_use]
    pub fn query(&self, name: &str) -> Vec<String> {
        let query = self.target.split_once('?').map_or("", |(_, query)| query);
        let pairs = query.split('&').filter_map(|pair| pair.split_once('='));
        pairs.filter(|(own, _)| *own == name).map(|(_, value)| decode(value)).collect()
    }

    /// The value of a header.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(own, _)| own == name).map(|(_, value)| value.as_str())
    }
}

fn decode(text: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        let digits: Option<Vec<u8>> = (byte == b'%').then(|| rest.by_ref().take(2).collect());
        let decoded = digits
            .and_then(|digits| u8::from_str_radix(std::str::from_utf8(&digits).ok()?, 16).ok());
        bytes.push(decoded.unwrap_or(byte));
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// What is answered.
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) headers: Vec<(String, String)>,
    pub(super) body: Arc<[u8]>,
}

impl Answer {
    pub(super) fn new(status: u16) -> Self {
        Self { status, headers: Vec::new(), body: Arc::new([]) }
    }

    pub(super) fn header(mut self, name: &str, value: impl ToString) -> Self {
        self.headers.push((name.to_owned(), value.to_string()));
        self
    }

    pub(super) fn body(mut self, media_type: &str, body: impl Into<Arc<[u8]>>) -> Self {
        self.body = body.into();
        self.header("Content-Type", media_type)
    }

    pub(super) fn length(&self) -> u64 {
        u64::try_from(self.body.len()).unwrap_or(u64::MAX)
    }

    pub(super) fn send(&self, stream: &mut TcpStream) -> io::Result<()> {
        self.send_head(stream, Some(self.length()))?;
        stream.write_all(&self.body)
    }

    pub(super) fn send_head(&self, stream: &mut TcpStream, bytes: Option<u64>) -> io::Result<()> {
        let mut head = format!("HTTP/1.1 {} Status\r\n", self.status);
        for (name, value) in &self.headers {
            head.push_str(&format!("{name}: {value}\r\n"));
        }
        if let Some(bytes) = bytes {
            head.push_str(&format!("Content-Length: {bytes}\r\n"));
        }
        head.push_str("\r\n");
        stream.write_all(head.as_bytes())
    }
}

/// Answers what comes on a connection, until it ends.
pub(super) fn serve(state: &State, mut stream: TcpStream) {
    let Ok(read_half) = stream.try_clone() else { return };
    let _ = stream.set_nodelay(true);
    let mut reader = BufReader::new(read_half);
    while let Ok(Some((asked, body))) = read_request(&mut reader) {
        lock(&state.asked).push(asked.clone());
        let rule = lock(&state.rule).clone();
        let fault = rule.and_then(|rule| rule(&asked));
        let is_head = asked.method == "HEAD";
        let right = api::answer(state, &asked, body);
        let goes_on = match fault {
            Some(fault) => fault.send(right, &mut stream),
            None if is_head => right.send_head(&mut stream, Some(right.length())).map(|()| true),
            None => right.send(&mut stream).map(|()| true),
        };
        if !goes_on.unwrap_or(false) {
            let _ = stream.shutdown(std::net::Shutdown::Both);
            return;
        }
    }
}

fn read_request(reader: &mut impl BufRead) -> io::Result<Option<(Asked, Vec<u8>)>> {
    let mut line = String::new();
    if reader.read_line(&mut line)? == 0 {
        return Ok(None);
    }
    let mut words = line.split_whitespace().map(str::to_owned);
    let (method, target) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
    let mut headers = Vec::new();
    loop {
        let mut header = String::new();
        reader.read_line(&mut header)?;
        match header.trim_end().split_once(':') {
            Some((name, value)) => {
                headers.push((name.to_ascii_lowercase(), value.trim().to_owned()));
            }
            None => break,
        }
    }
    let mut asked = Asked { method, target, headers, body_bytes: 0 };
    let length = asked.header("content-length").and_then(|length| length.parse().ok());
    let mut body = Vec::new();
    reader.take(length.unwrap_or(0)).read_to_end(&mut body)?;
    asked.body_bytes = body.len();
    Ok(Some((asked, body)))
}
