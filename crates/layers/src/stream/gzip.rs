//! gzip (RFC 1952) with any number of members, from pieces of any size.

use crc32fast::Hasher as Crc32;
use flate2::{Decompress, FlushDecompress, Status};

use super::decode::{Fault, Step};
use super::length;

// Flags of the member header (RFC 1952, 2.3.1).
const HAS_HEADER_CRC: u8 = 0x02;
const HAS_EXTRA: u8 = 0x04;
const HAS_NAME: u8 = 0x08;
const HAS_COMMENT: u8 = 0x10;

/// A decoder for a sequence of members. Bytes after the last member that do not form one (mostly
/// padding) are counted and left out, as the gzip program does.
pub(super) struct Gzip {
    state: State,
    inflate: Decompress,
    crc: Crc32,
    members: u64,
    trailing: u64,
    flags: u8,
}

#[derive(Clone, Copy)]
enum State {
    /// In the ten fixed bytes of a member header, after this many of them.
    Fixed(u8),
    /// At the start of the optional field that this flag announces.
    Optional(u8),
    /// In the length of the extra field: its low byte, if already read.
    ExtraLength(Option<u8>),
    /// Skipping this many bytes before the optional field of this flag.
    Skip(u16, u8),
    /// In a text that ends with a zero byte, before the optional field of this flag.
    Text(u8),
    /// In the compressed data.
    Body,
    /// In checksum and length: the value so far, and its number of bytes.
    Trailer(u64, u32),
    /// After the last member.
    Behind,
}

impl Gzip {
    pub(super) fn new() -> Self {
        Self {
            state: State::Fixed(0),
            inflate: Decompress::new(false),
            crc: Crc32::new(),
            members: 0,
            trailing: 0,
            flags: 0,
        }
    }

    pub(super) fn may_end(&self) -> bool {
        match self.state {
            State::Fixed(passed) => passed == 0 && self.members > 0,
            State::Behind => true,
            _ => false,
        }
    }

    pub(super) fn trailing(&self) -> u64 {
        self.trailing
    }

    pub(super) fn step(&mut self, input: &[u8], output: &mut [u8]) -> Result<Step, Fault> {
        match (self.state, input) {
            (_, []) => Ok(Step::default()),
            (State::Body, _) => self.inflate(input, output),
            (State::Behind, _) => {
                self.trailing += length(input.len());
                Ok(Step { consumed: input.len(), produced: 0 })
            }
            (state, [byte, ..]) => {
                self.state = self.pass(state, *byte)?;
                Ok(Step { consumed: 1, produced: 0 })
            }
        }
    }

    /// The state after one byte of a header or trailer.
    fn pass(&mut self, state: State, byte: u8) -> Result<State, Fault> {
        let next = match state {
            State::Fixed(passed) => match (passed, byte) {
                (0, 0x1f) | (1, 0x8b) | (2, 8) => State::Fixed(passed + 1),
                (0..=2, _) if self.members > 0 => {
                    self.trailing = u64::from(passed) + 1;
                    State::Behind
                }
                (0..=2, _) => return Err(Fault::corrupt("no gzip header")),
                (9, _) => State::Optional(HAS_EXTRA),
                (3, flags) => {
                    self.flags = flags;
                    State::Fixed(4)
                }
                _ => State::Fixed(passed + 1),
            },
            State::ExtraLength(None) => State::ExtraLength(Some(byte)),
            State::ExtraLength(Some(low)) => State::Skip(u16::from_le_bytes([low, byte]), HAS_NAME),
            State::Skip(left, next) => match left.saturating_sub(1) {
                0 => State::Optional(next),
                left => State::Skip(left, next),
            },
            State::Text(next) if byte == 0 => State::Optional(next),
            State::Text(next) => State::Text(next),
            State::Trailer(value, passed) => {
                let value = value | (u64::from(byte) << (8 * passed));
                if passed == 7 {
                    self.end_member(value)?
                } else {
                    State::Trailer(value, passed + 1)
                }
            }
            State::Optional(_) | State::Body | State::Behind => state,
        };
        Ok(self.settle(next))
    }

    /// Skips optional fields that are absent.
    fn settle(&mut self, mut state: State) -> State {
        loop {
            state = match state {
                State::Optional(HAS_EXTRA) if self.flags & HAS_EXTRA == 0 => {
                    State::Optional(HAS_NAME)
                }
                State::Optional(HAS_EXTRA) => return State::ExtraLength(None),
                State::Optional(HAS_NAME) if self.flags & HAS_NAME == 0 => {
                    State::Optional(HAS_COMMENT)
                }
                State::Optional(HAS_NAME) => return State::Text(HAS_COMMENT),
                State::Optional(HAS_COMMENT) if self.flags & HAS_COMMENT == 0 => {
                    State::Optional(HAS_HEADER_CRC)
                }
                State::Optional(HAS_COMMENT) => return State::Text(HAS_HEADER_CRC),
                State::Optional(HAS_HEADER_CRC) if self.flags & HAS_HEADER_CRC != 0 => {
                    return State::Skip(2, 0);
                }
                State::Optional(_) => {
                    self.inflate.reset(false);
                    self.crc.reset();
                    return State::Body;
                }
                State::Skip(0, next) => State::Optional(next),
                other => return other,
            };
        }
    }

    fn inflate(&mut self, input: &[u8], output: &mut [u8]) -> Result<Step, Fault> {
        let (taken, given) = (self.inflate.total_in(), self.inflate.total_out());
        let status = self
            .inflate
            .decompress(input, output, FlushDecompress::None)
            .map_err(|error| Fault::corrupt(error.to_string()))?;
        let step = Step {
            consumed: usize::try_from(self.inflate.total_in() - taken).unwrap_or(usize::MAX),
            produced: usize::try_from(self.inflate.total_out() - given).unwrap_or(usize::MAX),
        };
        self.crc.update(output.get(..step.produced).unwrap_or_default());
        match status {
            Status::StreamEnd => self.state = State::Trailer(0, 0),
            Status::Ok | Status::BufError if step == Step::default() => {
                return Err(Fault::corrupt("the deflate data does not go on"));
            }
            Status::Ok | Status::BufError => {}
        }
        Ok(step)
    }

    fn end_member(&mut self, trailer: u64) -> Result<State, Fault> {
        // CRC32 comes first, then the length modulo 2^32 (RFC 1952, 2.3.1).
        let length = self.inflate.total_out() & 0xffff_ffff;
        if trailer & 0xffff_ffff != u64::from(self.crc.clone().finalize()) {
            return Err(Fault::corrupt("wrong checksum"));
        }
        if trailer >> 32 != length {
            return Err(Fault::corrupt("wrong length"));
        }
        self.members += 1;
        Ok(State::Fixed(0))
    }
}
