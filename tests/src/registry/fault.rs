//! Faults of a registry.

use std::io::{self, Write};
use std::net::TcpStream;
use std::thread::sleep;
use std::time::Duration;

use super::wire::Answer;

/// An answer in place of the right one.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Fault {
    /// Something else.
    Answer {
        /// The status.
        status: u16,
        /// Headers beside `Content-Length`.
        headers: Vec<(String, String)>,
        /// The body.
        body: Vec<u8>,
    },
    /// The right answer with the bits of one byte, a quarter into it, inverted.
    Changed,
    /// The right answer under another media type.
    Typed(String),
    /// The right length, and so many bytes; then the connection ends.
    Truncated(usize),
    /// The right answer and then more, without end or length.
    Endless,
    /// Status 200, a length of so many bytes, and zeros as long as the client reads.
    Claims(u64),
    /// A byte at a time, with this pause.
    Drip(Duration),
    /// Nothing, until the client hangs up or this time is over.
    Silent(Duration),
    /// The connection ends.
    HangUp,
}

impl Fault {
    /// A status, headers and a text.
    #[must_use]
    pub fn answer(status: u16, headers: &[(&str, &str)], body: &str) -> Self {
        let headers = headers.iter().map(|(name, value)| ((*name).into(), (*value).into()));
        Self::Answer { status, headers: headers.collect(), body: body.into() }
    }

    /// Sends an answer with the fault applied. False if the connection has to end.
    pub(super) fn send(self, mut right: Answer, stream: &mut TcpStream) -> io::Result<bool> {
        match self {
            Self::Answer { status, headers, body } => {
                Answer { status, headers, body: body.into() }.send(stream)?;
                return Ok(true);
            }
            Self::Changed => {
                let mut body = right.body.to_vec();
                let at = body.len() / 4;
                if let Some(byte) = body.get_mut(at) {
                    *byte ^= 0xff;
                }
                right.body = body.into();
                right.send(stream)?;
                return Ok(true);
            }
            Self::Typed(media_type) => {
                right.headers.retain(|(name, _)| name != "Content-Type");
                right.headers.push(("Content-Type".to_owned(), media_type));
                right.send(stream)?;
                return Ok(true);
            }
            Self::Truncated(bytes) => {
                right.send_head(stream, Some(right.length()))?;
                stream.write_all(right.body.get(..bytes).unwrap_or(&right.body))?;
            }
            Self::Endless => {
                right.send_head(stream, None)?;
                stream.write_all(&right.body)?;
                loop {
                    stream.write_all(&[0; 4096])?;
                }
            }
            Self::Claims(bytes) => {
                right.status = 200;
                right.send_head(stream, Some(bytes))?;
                for _ in 0..bytes / 4096 {
                    stream.write_all(&[0; 4096])?;
                }
            }
            Self::Drip(pause) => {
                right.send_head(stream, Some(right.length()))?;
                for byte in right.body.iter() {
                    stream.write_all(&[*byte])?;
                    sleep(pause);
                }
            }
            Self::Silent(time) => sleep(time),
            Self::HangUp => {}
        }
        Ok(false)
    }
}
