//! A server of exports on loopback: entity tags, ranges, and faults on demand.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

/// What is wrong with a file.
#[derive(Clone, Debug)]
pub(crate) enum Fault {
    /// Another status.
    Status(u16),
    /// These bytes instead, under another entity tag.
    Instead(Vec<u8>),
    /// The whole is announced, and the connection closed after so many bytes.
    Cut(usize),
}

#[derive(Default)]
struct Inner {
    files: BTreeMap<String, Arc<Vec<u8>>>,
    faults: BTreeMap<String, Fault>,
    asked: Vec<String>,
    pause: Duration,
}

/// The server; it lives as long as the process.
#[derive(Clone)]
pub(crate) struct Server {
    inner: Arc<Mutex<Inner>>,
    pub(crate) url: String,
}

impl Server {
    pub(crate) fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let server = Self { inner: Arc::default(), url };
        let serving = server.clone();
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let serving = serving.clone();
                // A client that is killed breaks its connection.
                thread::spawn(move || drop(serving.serve(stream)));
            }
        });
        server
    }

    /// Replaces all files at once.
    pub(crate) fn publish(&self, files: BTreeMap<String, Vec<u8>>) {
        let files = files.into_iter().map(|(path, bytes)| (path, Arc::new(bytes))).collect();
        self.inner.lock().unwrap().files = files;
    }

    pub(crate) fn fault(&self, path: &str, fault: Fault) {
        self.inner.lock().unwrap().faults.insert(path.to_owned(), fault);
    }

    pub(crate) fn mend(&self) {
        self.inner.lock().unwrap().faults.clear();
    }

    /// Waits so long before each 16 KiB.
    pub(crate) fn slow(&self, pause: Duration) {
        self.inner.lock().unwrap().pause = pause;
    }

    /// What was asked for since the last time, with the status, sorted.
    pub(crate) fn asked(&self) -> Vec<String> {
        let mut asked = std::mem::take(&mut self.inner.lock().unwrap().asked);
        asked.sort();
        asked
    }

    fn serve(&self, mut stream: TcpStream) -> std::io::Result<()> {
        let mut reader = BufReader::new(stream.try_clone()?);
        loop {
            let mut first = String::new();
            if reader.read_line(&mut first)? == 0 {
                return Ok(());
            }
            let mut headers = BTreeMap::new();
            loop {
                let mut line = String::new();
                reader.read_line(&mut line)?;
                let Some((name, value)) = line.trim().split_once(':') else { break };
                headers.insert(name.to_ascii_lowercase(), value.trim().to_owned());
            }
            let path = first.split(' ').nth(1).unwrap_or_default();
            let path = path.trim_start_matches('/').replace("%20", " ");
            if !self.answer(&mut stream, &path, &headers)? {
                return Ok(());
            }
        }
    }

    /// Answers a request; false when the connection is to end.
    fn answer(
        &self,
        out: &mut TcpStream,
        path: &str,
        headers: &BTreeMap<String, String>,
    ) -> std::io::Result<bool> {
        let (file, fault, pause) = {
            let inner = self.inner.lock().unwrap();
            (inner.files.get(path).cloned(), inner.faults.get(path).cloned(), inner.pause)
        };
        let file = match (&fault, file) {
            (Some(Fault::Status(status)), _) => {
                self.note(path, *status);
                write!(out, "HTTP/1.1 {status} Odd\r\ncontent-length: 0\r\n\r\n")?;
                return Ok(true);
            }
            (Some(Fault::Instead(bytes)), _) => Arc::new(bytes.clone()),
            (_, Some(file)) => file,
            (_, None) => {
                self.note(path, 404);
                write!(out, "HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n")?;
                return Ok(true);
            }
        };
        let tag = format!("\"{:x}-{:x}\"", file.len(), checksum(&file));
        if headers.get("if-none-match") == Some(&tag) {
            self.note(path, 304);
            write!(out, "HTTP/1.1 304 Not Modified\r\netag: {tag}\r\n\r\n")?;
            return Ok(true);
        }
        let range = headers.get("range").filter(|_| headers.get("if-range") == Some(&tag));
        let start = range.and_then(|range| range.strip_prefix("bytes=")?.strip_suffix('-'));
        let start = start.and_then(|start| start.parse().ok()).filter(|start| *start < file.len());
        let status = if start.is_some() { 206 } else { 200 };
        self.note(path, status);
        let start = start.unwrap_or(0);
        write!(
            out,
            "HTTP/1.1 {status} OK\r\netag: {tag}\r\ncontent-length: {}\r\n",
            file.len() - start
        )?;
        if status == 206 {
            write!(out, "content-range: bytes {start}-{}/{}\r\n", file.len() - 1, file.len())?;
        }
        write!(out, "\r\n")?;
        let end = match fault {
            Some(Fault::Cut(length)) => (start + length).min(file.len()),
            _ => file.len(),
        };
        for piece in file[start..end].chunks(16 << 10) {
            if !pause.is_zero() {
                thread::sleep(pause);
            }
            out.write_all(piece)?;
        }
        Ok(end == file.len())
    }

    fn note(&self, path: &str, status: u16) {
        self.inner.lock().unwrap().asked.push(format!("{path} {status}"));
    }
}

/// FNV-1a: any two states of a file differ in it.
fn checksum(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3)
    })
}
