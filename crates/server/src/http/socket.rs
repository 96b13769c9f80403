//! A connection with a deadline for every read and write.

use std::io::{self, IoSlice, Read, Write};
use std::net::{Shutdown, TcpStream};
use std::sync::Arc;
use std::time::Instant;

use rustls::{ServerConnection, StreamOwned};

/// A TCP connection with a deadline.
#[derive(Debug)]
pub(super) struct Timed {
    stream: Arc<TcpStream>,
    until: Instant,
}

impl Timed {
    pub(super) fn new(stream: Arc<TcpStream>, until: Instant) -> Self {
        Self { stream, until }
    }

    /// The time left; an error if there is none. A client that sends single bytes slowly gets no
    /// more.
    fn left(&self) -> io::Result<Option<std::time::Duration>> {
        let left = self.until.checked_duration_since(Instant::now());
        match left.filter(|left| !left.is_zero()) {
            Some(left) => Ok(Some(left)),
            None => Err(io::ErrorKind::TimedOut.into()),
        }
    }
}

/// Maps the system's errors for an expired time to one kind.
fn timed_out(error: io::Error) -> io::Error {
    match error.kind() {
        io::ErrorKind::WouldBlock => io::ErrorKind::TimedOut.into(),
        _ => error,
    }
}

impl Read for Timed {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.stream.set_read_timeout(self.left()?)?;
        (&*self.stream).read(buffer).map_err(timed_out)
    }
}

impl Write for Timed {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.stream.set_write_timeout(self.left()?)?;
        (&*self.stream).write(bytes).map_err(timed_out)
    }

    fn write_vectored(&mut self, slices: &[IoSlice<'_>]) -> io::Result<usize> {
        self.stream.set_write_timeout(self.left()?)?;
        (&*self.stream).write_vectored(slices).map_err(timed_out)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// A connection, with TLS or without.
pub(super) enum Channel {
    Plain(Timed),
    Secure(Box<StreamOwned<ServerConnection, Timed>>),
}

impl Channel {
    /// Sets the deadline.
    pub(super) fn until(&mut self, until: Instant) {
        match self {
            Self::Plain(timed) => timed.until = until,
            Self::Secure(stream) => stream.sock.until = until,
        }
    }

    /// Signals that nothing more will be sent.
    pub(super) fn finish(&mut self) {
        let stream = match self {
            Self::Plain(timed) => &timed.stream,
            Self::Secure(stream) => {
                stream.conn.send_close_notify();
                // A client that is gone need not be notified.
                let _ = stream.conn.complete_io(&mut stream.sock);
                &stream.sock.stream
            }
        };
        let _ = stream.shutdown(Shutdown::Write);
    }
}

impl Read for Channel {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::Plain(timed) => timed.read(buffer),
            Self::Secure(stream) => stream.read(buffer),
        }
    }
}

impl Write for Channel {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Self::Plain(timed) => timed.write(bytes),
            Self::Secure(stream) => stream.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Self::Plain(timed) => timed.flush(),
            Self::Secure(stream) => stream.flush(),
        }
    }
}
