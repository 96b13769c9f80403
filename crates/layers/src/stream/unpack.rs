//! A layer's blob, decompressed.

use sealift_model::Algorithm;

use super::blob::BlobStream;
use super::decode::{Coding, Decoder, Fault, Step};
use super::{Failure, length};
use crate::{LimitExceeded, Limits};

/// Output up to which the inflate ratio is not looked at.
const RATIO_FREE_BYTES: u64 = 100 << 20;

/// Decompresses a blob while it is read and hashed.
pub(super) struct Unpacker<'a> {
    blob: BlobStream<'a>,
    coding: Coding,
    /// None for what is not compressed.
    decoder: Option<Decoder>,
    limits: &'a Limits,
    written: u64,
    failure: Option<Failure>,
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
        Self { blob, coding, decoder, limits, written: 0, failure }
    }

    /// How the layer is compressed.
    pub(super) fn coding(&self) -> Coding {
        self.coding
    }

    /// Whether the blob's own digest, of that algorithm, is that of the decompressed bytes.
    pub(super) fn is_hashed(&self, algorithm: Algorithm) -> bool {
        self.coding == Coding::Plain && self.blob.names().0.algorithm() == algorithm
    }

    /// Fills the buffer, and says how far: at least by half, or to the end of the layer. At the
    /// end there is nothing, however often it is asked; and what failed once fails again.
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
        // Small pieces (tiny gzip members) are gathered, so that hashing has enough to do.
        while filled < buffer.len() / 2 {
            let room = buffer.get_mut(filled..).unwrap_or_default();
            let Some(decoder) = &mut self.decoder else {
                match self.blob.read_to(room)? {
                    0 => break,
                    read => filled += read,
                }
                continue;
            };
            let input = self.blob.chunk()?;
            let step = decoder.step(input, room).map_err(|fault| fail(self.coding, fault))?;
            let Step { consumed, produced } = step;
            let (ended, stuck) = (input.is_empty(), consumed == 0 && produced == 0);
            self.blob.consume(consumed);
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
        let ratio = self.written / self.blob.read().max(1);
        if self.written > RATIO_FREE_BYTES && ratio > max_inflate_ratio {
            return Err(Failure::Limit(LimitExceeded::new("max_inflate_ratio", max_inflate_ratio)));
        }
        Ok(())
    }

    /// Decompressed bytes, and those after the compressed data that belong to it no more.
    pub(super) fn passed(&self) -> (u64, u64) {
        (self.written, self.decoder.as_ref().map_or(0, Decoder::trailing))
    }

    /// The blob, to be read to its end.
    pub(super) fn into_blob(self) -> BlobStream<'a> {
        self.blob
    }
}

fn fail(coding: Coding, fault: Fault) -> Failure {
    match fault {
        Fault::Corrupt(reason) => Failure::Corrupt { coding, reason },
        Fault::Limit(limit) => Failure::Limit(limit),
    }
}
