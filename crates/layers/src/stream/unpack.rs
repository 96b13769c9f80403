//! Decompresses a layer's blob.

use std::io::Read;

use super::ahead::Fed;
use super::blob::BlobStream;
use super::decode::{Coding, Decoder, Fault, Step};
use super::{Failure, length};
use crate::{LimitExceeded, Limits};

/// Output below which the inflate ratio is not checked.
const RATIO_FREE_BYTES: u64 = 100 << 20;

/// Decompresses a blob while it is read and hashed.
pub(super) struct Unpacker<'a> {
    input: Input<'a>,
    coding: Coding,
    /// None for uncompressed data.
    decoder: Option<Decoder>,
    limits: &'a Limits,
    written: u64,
    failure: Option<Failure>,
}

/// The source of a blob's bytes.
enum Input<'a> {
    Blob(Box<BlobStream<'a>>),
    Fed(Fed<'a>),
}

impl<'a> Unpacker<'a> {
    pub(super) fn new(mut blob: BlobStream<'a>, limits: &'a Limits) -> Self {
        let mut failure = None;
        let coding = match blob.peek(Coding::MAGIC_BYTES) {
            Ok(head) => Coding::of(head),
            Err(error) => {
                failure = Some(error);
                Coding::Plain
            }
        };
        let decoder = Decoder::new(coding, limits).unwrap_or_else(|fault| {
            failure = Some(fail(coding, fault));
            None
        });
        Self { input: Input::Blob(Box::new(blob)), coding, decoder, limits, written: 0, failure }
    }

    /// How the layer is compressed.
    pub(super) fn coding(&self) -> Coding {
        self.coding
    }

    /// Hands the blob to another thread that reads it from now on; none if it is not compressed.
    /// `fed` gets the number of bytes consumed so far.
    pub(super) fn be_fed(
        &mut self,
        fed: impl FnOnce(u64) -> Fed<'a>,
    ) -> Option<Box<BlobStream<'a>>> {
        let (Input::Blob(blob), Some(_)) = (&self.input, &self.decoder) else { return None };
        let fed = Input::Fed(fed(blob.consumed()));
        match std::mem::replace(&mut self.input, fed) {
            Input::Blob(blob) => Some(blob),
            Input::Fed(_) => None,
        }
    }

    /// Takes back the blob.
    pub(super) fn be_fed_no_more(&mut self, blob: Box<BlobStream<'a>>) {
        self.input = Input::Blob(blob);
    }

    /// Fills the buffer, and returns the number of bytes: at least half of its size, unless the
    /// layer ends. After the end it always returns 0, and after a failure the same failure.
    pub(super) fn fill(&mut self, buffer: &mut [u8]) -> Result<usize, Failure> {
        if let Some(failure) = &self.failure {
            return Err(failure.clone());
        }
        let filled = self.take(buffer).and_then(|filled| {
            self.written += length(filled);
            self.check_limits().map(|()| filled)
        });
        self.failure = filled.as_ref().err().cloned();
        filled
    }

    fn take(&mut self, buffer: &mut [u8]) -> Result<usize, Failure> {
        let mut filled = 0;
        // Small pieces (tiny gzip members) are collected, so that hashing is efficient.
        while filled < buffer.len() / 2 {
            let room = buffer.get_mut(filled..).unwrap_or_default();
            let Some(decoder) = &mut self.decoder else {
                match self.input.read_to(room)? {
                    0 => break,
                    read => filled += read,
                }
                continue;
            };
            let input = self.input.chunk()?;
            let step = decoder.step(input, room).map_err(|fault| fail(self.coding, fault))?;
            let Step { consumed, produced } = step;
            let (ended, stuck) = (input.is_empty(), consumed == 0 && produced == 0);
            self.input.consume(consumed);
            filled += produced;
            if ended && stuck {
                if !decoder.may_end() {
                    let reason = "the data ends early".to_owned();
                    return Err(Failure::Corrupt { coding: self.coding, reason });
                }
                break;
            }
        }
        Ok(filled)
    }

    fn check_limits(&self) -> Result<(), Failure> {
        let Limits { max_layer_bytes, max_inflate_ratio, .. } = *self.limits;
        if self.written > max_layer_bytes {
            return Err(Failure::Limit(LimitExceeded::new("max_layer_bytes", max_layer_bytes)));
        }
        let ratio = self.written / self.input.read().max(1);
        if self.written > RATIO_FREE_BYTES && ratio > max_inflate_ratio {
            return Err(Failure::Limit(LimitExceeded::new("max_inflate_ratio", max_inflate_ratio)));
        }
        Ok(())
    }

    /// Decompressed bytes, and bytes after the end of the compressed data.
    pub(super) fn passed(&self) -> (u64, u64) {
        (self.written, self.decoder.as_ref().map_or(0, Decoder::trailing))
    }

    /// The blob, to be read to its end; none if another thread has it.
    pub(super) fn into_blob(self) -> Option<Box<BlobStream<'a>>> {
        match self.input {
            Input::Blob(blob) => Some(blob),
            Input::Fed(_) => None,
        }
    }
}

impl Input<'_> {
    fn chunk(&mut self) -> Result<&[u8], Failure> {
        match self {
            Self::Blob(blob) => blob.chunk(),
            Self::Fed(fed) => fed.chunk(),
        }
    }

    fn consume(&mut self, bytes: usize) {
        match self {
            Self::Blob(blob) => blob.consume(bytes),
            Self::Fed(fed) => fed.consume(bytes),
        }
    }

    fn read_to(&mut self, room: &mut [u8]) -> Result<usize, Failure> {
        match self {
            Self::Blob(blob) => blob.read_to(room),
            Self::Fed(fed) => {
                let bytes = fed.chunk()?.read(room).unwrap_or_default();
                fed.consume(bytes);
                Ok(bytes)
            }
        }
    }

    fn read(&self) -> u64 {
        match self {
            Self::Blob(blob) => blob.read(),
            Self::Fed(fed) => fed.read(),
        }
    }
}

fn fail(coding: Coding, fault: Fault) -> Failure {
    match fault {
        Fault::Corrupt(reason) => Failure::Corrupt { coding, reason },
        Fault::Limit(limit) => Failure::Limit(limit),
    }
}
