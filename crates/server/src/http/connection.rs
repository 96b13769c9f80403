//! Serves one connection, from its first byte to its last.

use std::io::{self, Read, Write};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use rustls::{ServerConnection, StreamOwned};

use super::chunked::Chunks;
use super::head::{Bad, Framing, Head, parse};
use super::server::{Open, Shared};
use super::socket::{Channel, Timed};
use super::{Method, Response};

/// Bytes that are read at a time.
const PIECE_BYTES: usize = 16 << 10;
/// How much, and for how long, a refused client may still send before the connection is closed, so
/// that it reads the answer.
const LINGER_BYTES: usize = 1 << 20;
const LINGER_TIME: Duration = Duration::from_secs(1);

/// Answers one request after another until the client or the server ends the connection.
pub(super) fn serve(open: &Open, shared: &Arc<Shared>) {
    let until = Instant::now() + shared.limits.head_time;
    let timed = Timed::new(Arc::clone(&open.stream), until);
    let channel = match &shared.tls {
        None => Channel::Plain(timed),
        Some(tls) => match ServerConnection::new(tls.config()) {
            Ok(connection) => Channel::Secure(Box::new(StreamOwned::new(connection, timed))),
            Err(error) => return shared.complain("tls", &error),
        },
    };
    let mut connection = Connection { channel, arrived: Vec::new(), shared };
    if let Err(error) = connection.run(open) {
        shared.complain("connection", &error);
    }
}

struct Connection<'s> {
    channel: Channel,
    /// Bytes that are read but not processed, including those of later requests.
    arrived: Vec<u8>,
    shared: &'s Arc<Shared>,
}

/// The result of waiting for a request.
enum Next {
    Head(Box<Head>),
    Bad(Bad),
    /// The client or the server ends the connection.
    End,
}

impl Connection<'_> {
    fn run(&mut self, open: &Open) -> io::Result<()> {
        let mut is_first = true;
        loop {
            let head = match self.head(is_first, open)? {
                Next::Head(head) => *head,
                Next::Bad(bad) => return self.refuse(&bad),
                Next::End => {
                    self.channel.finish();
                    return Ok(());
                }
            };
            is_first = false;
            let Head { mut request, body, expects, mut closes, .. } = head;
            if expects && body != Framing::Length(0) {
                self.send(b"HTTP/1.1 100 Continue\r\n\r\n")?;
            }
            let mut share = Share { shared: self.shared, bytes: 0 };
            match self.body(body, &mut request.body, &mut share)? {
                Ok(()) => {}
                Err(bad) => return self.refuse(&bad),
            }
            if !share.grow(request.body.len().saturating_add(read_bytes(&request.body))) {
                let max = self.shared.limits.max_bodies_bytes;
                return self.refuse(&Bad::Bodies { max });
            }
            let handler = &self.shared.handler;
            let answer = catch_unwind(AssertUnwindSafe(|| handler.handle(&request)));
            let response = answer.unwrap_or_else(|_| {
                self.shared.panicked();
                closes = true;
                Response::text(500, "the server failed; see its log")
            });
            closes |= self.shared.is_stopping.load(Ordering::Acquire);
            self.send(&response.bytes(request.method, closes))?;
            drop(share);
            if closes {
                self.end();
                return Ok(());
            }
        }
    }

    /// Waits for a request. The first must arrive within the time limit, including the TLS
    /// handshake; the next may start after any idle time allowed, but must then arrive within the
    /// same limit.
    fn head(&mut self, is_first: bool, open: &Open) -> io::Result<Next> {
        let limits = &self.shared.limits;
        if !is_first && self.arrived.is_empty() {
            self.channel.until(Instant::now() + limits.idle_time);
            open.is_idle.store(true, Ordering::SeqCst);
            // If the server stops between this check and the wait, it shuts the connection, which
            // ends the wait.
            let read = match self.shared.is_stopping.load(Ordering::SeqCst) {
                true => Ok(0),
                false => self.read(),
            };
            open.is_idle.store(false, Ordering::Release);
            match read {
                Ok(0) => return Ok(Next::End),
                Err(error) if is_silence(&error) => return Ok(Next::End),
                read => _ = read?,
            }
        }
        self.channel.until(Instant::now() + limits.head_time);
        loop {
            match parse(&self.arrived, limits) {
                Ok(Some(head)) => {
                    self.arrived.drain(..head.length);
                    return Ok(Next::Head(Box::new(head)));
                }
                Ok(None) => {}
                Err(bad) => return Ok(Next::Bad(bad)),
            }
            match self.read() {
                Ok(0) => return Ok(Next::End),
                Ok(_) => {}
                Err(error) if is_late(&error) && !self.arrived.is_empty() => {
                    return Ok(Next::Bad(Bad::Late));
                }
                Err(error) if is_silence(&error) && self.arrived.is_empty() => {
                    return Ok(Next::End);
                }
                Err(error) => return Err(error),
            }
        }
    }

    fn body(
        &mut self,
        framing: Framing,
        body: &mut Vec<u8>,
        share: &mut Share<'_>,
    ) -> io::Result<Result<(), Bad>> {
        let limits = &self.shared.limits;
        self.channel.until(Instant::now() + limits.body_time);
        let mut chunks = Chunks::default();
        loop {
            let is_whole = match framing {
                Framing::Length(length) => {
                    let taken = (length - body.len()).min(self.arrived.len());
                    body.extend(self.arrived.drain(..taken));
                    body.len() == length
                }
                Framing::Chunked => {
                    match chunks.take(&mut self.arrived, body, limits.max_body_bytes) {
                        Ok(is_whole) => is_whole,
                        Err(bad) => return Ok(Err(bad)),
                    }
                }
            };
            if !share.grow(body.len()) {
                return Ok(Err(Bad::Bodies { max: limits.max_bodies_bytes }));
            }
            if is_whole {
                return Ok(Ok(()));
            }
            match self.read() {
                Ok(0) => return Err(io::ErrorKind::UnexpectedEof.into()),
                Ok(_) => {}
                Err(error) if is_late(&error) => return Ok(Err(Bad::Late)),
                Err(error) => return Err(error),
            }
        }
    }

    fn read(&mut self) -> io::Result<usize> {
        let mut piece = [0; PIECE_BYTES];
        let count = self.channel.read(&mut piece)?;
        self.arrived.extend_from_slice(piece.get(..count).unwrap_or_default());
        Ok(count)
    }

    fn send(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.channel.until(Instant::now() + self.shared.limits.write_time);
        self.channel.write_all(bytes)?;
        self.channel.flush()
    }

    fn refuse(&mut self, bad: &Bad) -> io::Result<()> {
        self.shared.refused(bad.status());
        let response = Response::text(bad.status(), bad.to_string());
        self.send(&response.bytes(Method::Other, true))?;
        self.end();
        Ok(())
    }

    /// Ends the connection in such a way that the client still reads the answer: closing it with
    /// unread bytes would discard the answer.
    fn end(&mut self) {
        let until = Instant::now() + LINGER_TIME;
        self.channel.until(until);
        self.channel.finish();
        let mut left = LINGER_BYTES;
        let mut piece = [0; PIECE_BYTES];
        while let Ok(count @ 1..) = self.channel.read(&mut piece) {
            match left.checked_sub(count) {
                Some(less) => left = less,
                None => return,
            }
        }
    }
}

/// Memory of a parsed JSON value, including its slot in the value that contains it.
const VALUE_BYTES: usize = 64;

/// Memory of a parsed document beyond its text: `[],[],[]` takes much more than nine bytes. Each
/// value but the first follows one of three characters.
fn read_bytes(body: &[u8]) -> usize {
    let (mut signs, mut in_text, mut is_escaped) = (0_usize, false, false);
    for byte in body {
        match byte {
            _ if is_escaped => is_escaped = false,
            b'\\' => is_escaped = in_text,
            b'"' => in_text = !in_text,
            b',' | b'[' | b'{' if !in_text => signs += 1,
            _ => {}
        }
    }
    signs.saturating_mul(VALUE_BYTES)
}

/// A request's share of the limit for all bodies.
struct Share<'s> {
    shared: &'s Shared,
    bytes: usize,
}

impl Share<'_> {
    fn grow(&mut self, to: usize) -> bool {
        let more = to.saturating_sub(self.bytes);
        let before = self.shared.bodies_bytes.fetch_add(more, Ordering::AcqRel);
        self.bytes += more;
        before.saturating_add(more) <= self.shared.limits.max_bodies_bytes
    }
}

impl Drop for Share<'_> {
    fn drop(&mut self) {
        self.shared.bodies_bytes.fetch_sub(self.bytes, Ordering::AcqRel);
    }
}

fn is_late(error: &io::Error) -> bool {
    error.kind() == io::ErrorKind::TimedOut
}

/// Whether the client merely closed the connection, which is normal between two requests.
fn is_silence(error: &io::Error) -> bool {
    use io::ErrorKind::{ConnectionAborted, ConnectionReset, NotConnected, UnexpectedEof};
    is_late(error)
        || matches!(
            error.kind(),
            ConnectionReset | ConnectionAborted | NotConnected | UnexpectedEof
        )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_counted_and_texts_are_not() {
        for (body, values) in [("", 0), ("[[],[]]", 4), (r#"{"a":1,"b":"x,[{,\"[","c":[2]}"#, 4)] {
            assert_eq!(read_bytes(body.as_bytes()), values * VALUE_BYTES, "{body}");
        }
    }
}
