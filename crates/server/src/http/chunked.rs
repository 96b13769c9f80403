//! Bodies in chunks (RFC 9112 section 7.1).

use super::head::Bad;

/// More than extensions and trailers need.
const MAX_LINE_BYTES: usize = 1024;

/// Decodes a chunked body while its bytes arrive.
#[derive(Debug, Default)]
pub(super) struct Chunks {
    state: State,
}

#[derive(Debug, Default)]
enum State {
    /// Before the line with a chunk's length.
    #[default]
    Size,
    /// In a chunk, with the number of its remaining bytes.
    Data(usize),
    /// After a chunk's bytes.
    End,
    /// After the last chunk.
    Trailer,
    Done,
}

impl Chunks {
    /// Decodes as much as possible from the front of `arrived`, and appends the content to `body`.
    /// Returns whether the body is complete.
    pub(super) fn take(
        &mut self,
        arrived: &mut Vec<u8>,
        body: &mut Vec<u8>,
        max: usize,
    ) -> Result<bool, Bad> {
        // Removed once at the end, since each chunk may be a single byte.
        let mut rest = arrived.as_slice();
        let is_whole = self.read(&mut rest, body, max)?;
        let taken = arrived.len() - rest.len();
        arrived.drain(..taken);
        Ok(is_whole)
    }

    fn read(&mut self, rest: &mut &[u8], body: &mut Vec<u8>, max: usize) -> Result<bool, Bad> {
        loop {
            match self.state {
                State::Done => return Ok(true),
                State::Data(left) => {
                    let (taken, behind) = rest.split_at_checked(left).unwrap_or((*rest, &[]));
                    *rest = behind;
                    body.extend_from_slice(taken);
                    if taken.len() < left {
                        self.state = State::Data(left - taken.len());
                        return Ok(false);
                    }
                    self.state = State::End;
                }
                State::Size | State::End | State::Trailer => {
                    let Some(line) = line(rest)? else { return Ok(false) };
                    self.state = match self.state {
                        State::End if line.is_empty() => State::Size,
                        State::End => return Err(Bad::Framing("a chunk of another length")),
                        State::Trailer if line.is_empty() => State::Done,
                        State::Trailer => State::Trailer,
                        _ => match size(line)? {
                            0 => State::Trailer,
                            size if size > max.saturating_sub(body.len()) => {
                                return Err(Bad::Body { max });
                            }
                            size => State::Data(size),
                        },
                    };
                }
            }
        }
    }
}

/// The line at the front, without its line end.
fn line<'a>(rest: &mut &'a [u8]) -> Result<Option<&'a [u8]>, Bad> {
    let seen = rest.get(..MAX_LINE_BYTES).unwrap_or(*rest);
    let Some(end) = seen.iter().position(|byte| *byte == b'\n') else {
        return match rest.len() {
            0..MAX_LINE_BYTES => Ok(None),
            _ => Err(Bad::Framing("a chunk with a line that is too long")),
        };
    };
    let (line, behind) = rest.split_at_checked(end + 1).unwrap_or((*rest, &[]));
    *rest = behind;
    // A bare line feed does not end a line here.
    let line = line.strip_suffix(b"\r\n");
    line.map(Some).ok_or(Bad::Framing("a chunk whose line does not end as it must"))
}

fn size(line: &[u8]) -> Result<usize, Bad> {
    let bad = Bad::Framing("a chunk without a length");
    let digits = line.split(|byte| *byte == b';').next().unwrap_or_default();
    let digits = std::str::from_utf8(digits).map_err(|_| bad.clone())?.trim_end();
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return Err(bad);
    }
    usize::from_str_radix(digits, 16).map_err(|_| bad)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Content, and what comes behind.
    type Read = (Vec<u8>, Vec<u8>);

    fn read(text: &str, piece: usize) -> Result<Option<Read>, Bad> {
        let (mut chunks, mut arrived, mut body) = Default::default();
        for bytes in text.as_bytes().chunks(piece) {
            let (chunks, arrived): (&mut Chunks, &mut Vec<u8>) = (&mut chunks, &mut arrived);
            arrived.extend_from_slice(bytes);
            if chunks.take(arrived, &mut body, 8)? && text.ends_with("rest") {
                continue;
            }
        }
        let done = Chunks::take(&mut chunks, &mut arrived, &mut body, 8)?;
        Ok(done.then_some((body, arrived)))
    }

    #[test]
    fn chunks_are_joined_however_they_arrive() {
        let text = "3;x=y\r\nabc\r\n2\r\nde\r\n0\r\nTrailer: x\r\n\r\nrest";
        for piece in [1, 2, 3, 100] {
            let read = read(text, piece).unwrap().unwrap();
            assert_eq!(read, (b"abcde".to_vec(), b"rest".to_vec()), "{piece}");
        }
        assert_eq!(read("3\r\nab", 100), Ok(None));
    }

    #[test]
    fn what_is_no_chunk_is_refused() {
        for text in ["x\r\n", "\r\n", "-1\r\n", "3\nabc", "3\r\nabcd\r\n", "fffffffffffffffff\r\n"]
        {
            assert!(matches!(read(text, 100), Err(Bad::Framing(_))), "{text:?}");
        }
        assert_eq!(read("9\r\n", 100), Err(Bad::Body { max: 8 }));
    }

    proptest::proptest! {
        /// The content of the chunks is read, and the bytes after them are kept.
        #[test]
        fn chunks_are_undone(
            parts in proptest::collection::vec("[a-z]{1,30}", 0..10),
            piece in 1_usize..50,
            noise in proptest::collection::vec(proptest::num::u8::ANY, 0..100),
        ) {
            let mut sent = String::new();
            for part in &parts {
                sent.push_str(&format!("{:x}\r\n{part}\r\n", part.len()));
            }
            sent.push_str("0\r\n\r\n");
            let (mut chunks, mut arrived, mut body) = (Chunks::default(), Vec::new(), Vec::new());
            for bytes in sent.as_bytes().chunks(piece) {
                arrived.extend_from_slice(bytes);
                chunks.take(&mut arrived, &mut body, 1000).unwrap();
            }
            arrived.extend_from_slice(b"next");
            proptest::prop_assert_eq!(chunks.take(&mut arrived, &mut body, 1000), Ok(true));
            proptest::prop_assert_eq!(body, parts.concat().into_bytes());
            proptest::prop_assert_eq!(arrived, b"next");
            let mut noise = noise;
            let _ = Chunks::default().take(&mut noise, &mut Vec::new(), 1000);
        }
    }
}
