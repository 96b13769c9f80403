//! Answers.

use std::fmt;
use std::io::{self, Read};
use std::time::Instant;

use crate::agents::ureq_kind;
use crate::connection_limit::Permit;
use crate::meter::Meter;
use crate::{Error, ErrorKind, Headers, Phase, Timeouts, Url};

/// An answer: its status and headers, and its body as a stream.
///
/// The body is read with [`Read`], whose errors hold an [`Error`], or whole with
/// [`Response::bytes`]. It holds one of the connections to its host until it has been read to the
/// end or is dropped.
pub struct Response {
    pub(crate) url: Url,
    pub(crate) status: u16,
    pub(crate) headers: Headers,
    pub(crate) body: Stream,
}

/// The body as it arrives.
pub(crate) struct Stream {
    pub(crate) host: String,
    pub(crate) reader: Box<dyn Read + Send>,
    pub(crate) meter: Meter,
    pub(crate) timeouts: Timeouts,
    pub(crate) deadline: Instant,
    /// How many bytes it may still have.
    pub(crate) left: u64,
    pub(crate) max: u64,
    pub(crate) permit: Option<Permit>,
}

impl Response {
    /// The URL that answered, after redirects.
    #[must_use]
    pub fn url(&self) -> &Url {
        &self.url
    }

    /// The status code.
    #[must_use]
    pub fn status(&self) -> u16 {
        self.status
    }

    /// Whether the status is a success (2xx).
    #[must_use]
    pub fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }

    /// The headers.
    #[must_use]
    pub fn headers(&self) -> &Headers {
        &self.headers
    }

    /// The body's length, where the server states it.
    #[must_use]
    pub fn length(&self) -> Option<u64> {
        self.headers.number("content-length")
    }

    /// Reads the whole body, of at most `max` bytes.
    ///
    /// # Errors
    /// When the body has more (nothing is read where its length states that), or when it breaks
    /// off.
    pub fn bytes(mut self, max: u64) -> Result<Vec<u8>, Error> {
        if self.length().is_some_and(|length| length > max) {
            return Err(self.body.error(ErrorKind::BodyTooLarge { max }));
        }
        let mut bytes = Vec::new();
        let mut piece = vec![0; 32 << 10];
        loop {
            let read = self.body.next(&mut piece).map_err(|kind| self.body.error(kind))?;
            let piece = piece.get(..read).unwrap_or_default();
            if piece.is_empty() {
                return Ok(bytes);
            }
            bytes.extend_from_slice(piece);
            if u64::try_from(bytes.len()).unwrap_or(u64::MAX) > max {
                return Err(self.body.error(ErrorKind::BodyTooLarge { max }));
            }
        }
    }
}

impl Read for Response {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.body.next(buffer).map_err(|kind| self.body.error(kind).into())
    }
}

impl Stream {
    fn next(&mut self, buffer: &mut [u8]) -> Result<usize, ErrorKind> {
        if buffer.is_empty() || self.permit.is_none() {
            return Ok(0);
        }
        let asked = Instant::now();
        if asked >= self.deadline {
            return Err(ErrorKind::Timeout { phase: Phase::Total, limit: self.timeouts.total });
        }
        let read = loop {
            match self.reader.read(buffer) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                read => break read.map_err(|error| ureq_kind(error.into(), &self.timeouts))?,
            }
        };
        let bytes = u64::try_from(read).unwrap_or(u64::MAX);
        match self.left.checked_sub(bytes) {
            Some(left) => self.left = left,
            None => return Err(ErrorKind::BodyTooLarge { max: self.max }),
        }
        if read == 0 {
            self.permit = None;
        } else {
            self.meter.take(bytes, asked.elapsed())?;
        }
        Ok(read)
    }

    fn error(&self, kind: ErrorKind) -> Error {
        Error { host: self.host.clone(), kind }
    }
}

impl fmt::Debug for Response {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { url, status, headers, .. } = self;
        f.debug_struct("Response")
            .field("url", url)
            .field("status", status)
            .field("headers", headers)
            .finish_non_exhaustive()
    }
}
