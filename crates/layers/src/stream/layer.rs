//! A layer's decompressed bytes, hashed while they pass.

use std::io::{self, BufRead, Read};

use sealift_model::{Digest, Hasher};

use super::blob::BlobStream;
use super::decode::{Coding, Decoder, Fault, Step};
use super::{Failure, length};
use crate::{Error, LimitExceeded, Limits};

const BUFFER_BYTES: usize = 128 << 10;

/// Output up to which the inflate ratio is not looked at.
const RATIO_FREE_BYTES: u64 = 100 << 20;

/// The decompressed bytes of one layer.
pub(crate) struct LayerStream<'a> {
    blob: BlobStream<'a>,
    decoder: Decoder,
    diff_id: &'a Digest,
    /// None where the blob's own digest says it all: a plain layer, one algorithm.
    hasher: Option<Hasher>,
    limits: &'a Limits,
    buffer: Box<[u8]>,
    start: usize,
    end: usize,
    written: u64,
    failure: Option<Failure>,
}

/// What is known of a layer that was read to its end.
#[derive(Clone, Debug)]
pub(crate) struct Finished {
    /// Decompressed bytes.
    pub(crate) bytes: u64,
    /// The bound at which decompression stopped; without one, the diff-id holds.
    pub(crate) stopped: Option<LimitExceeded>,
    /// Bytes behind the compressed data that belong to it no more.
    pub(crate) trailing: u64,
}

impl<'a> LayerStream<'a> {
    /// Starts on a blob that unpacks to `diff_id`.
    pub(crate) fn new(mut blob: BlobStream<'a>, diff_id: &'a Digest, limits: &'a Limits) -> Self {
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
            Decoder::Plain
        });
        let same =
            decoder.coding() == Coding::Plain && blob.names().0.algorithm() == diff_id.algorithm();
        Self {
            blob,
            decoder,
            diff_id,
            hasher: (!same).then(|| Hasher::new(diff_id.algorithm())),
            limits,
            buffer: vec![0; BUFFER_BYTES].into_boxed_slice(),
            start: 0,
            end: 0,
            written: 0,
            failure,
        }
    }

    /// How the layer is compressed.
    pub(crate) fn coding(&self) -> Coding {
        self.decoder.coding()
    }

    fn fill(&mut self) -> Result<usize, Failure> {
        let mut filled = 0;
        // Small pieces (tiny gzip members) are gathered, so that hashing has enough to do.
        while filled < BUFFER_BYTES / 2 {
            let input = self.blob.chunk()?;
            let room = self.buffer.get_mut(filled..).unwrap_or_default();
            let Step { consumed, produced } = self
                .decoder
                .step(input, room)
                .map_err(|fault| fail(self.decoder.coding(), fault))?;
            let (ended, stuck) = (input.is_empty(), consumed == 0 && produced == 0);
            self.blob.consume(consumed);
            filled += produced;
            if ended && stuck {
                if !self.decoder.may_end() {
                    let reason = "the data ends early".to_owned();
                    return Err(Failure::Corrupt { coding: self.decoder.coding(), reason });
                }
                break;
            }
        }
        if let Some(hasher) = &mut self.hasher {
            hasher.update(self.buffer.get(..filled).unwrap_or_default());
        }
        self.written += length(filled);
        self.check_limits()?;
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

    /// Reads what is left and compares both digests. Only then may be used what was read before.
    pub(crate) fn finish(mut self) -> Result<Finished, Error> {
        let failure = loop {
            match self.advance() {
                Ok([]) => break None,
                Ok(chunk) => {
                    let bytes = chunk.len();
                    self.consume(bytes);
                }
                Err(failure) => break Some(failure),
            }
        };
        let Self { blob, decoder, diff_id, hasher, written, .. } = self;
        let (digest, size) = blob.names();
        // A blob that is not the one named explains every failure after it.
        blob.finish()?;
        let done = Finished { bytes: written, stopped: None, trailing: decoder.trailing() };
        match failure {
            None => {
                let actual = hasher.map_or_else(|| digest.clone(), Hasher::finish);
                if actual == *diff_id {
                    Ok(done)
                } else {
                    Err(Error::DiffId { blob: digest, expected: diff_id.clone(), actual })
                }
            }
            Some(Failure::Limit(limit)) => Ok(Finished { stopped: Some(limit), ..done }),
            Some(failure) => Err(failure.into_error(&digest, size)),
        }
    }

    fn advance(&mut self) -> Result<&[u8], Failure> {
        if self.start == self.end {
            if let Some(failure) = &self.failure {
                return Err(failure.clone());
            }
            self.start = 0;
            self.end = 0;
            match self.fill() {
                Ok(filled) => self.end = filled,
                Err(failure) => {
                    self.failure = Some(failure.clone());
                    return Err(failure);
                }
            }
        }
        Ok(self.buffer.get(self.start..self.end).unwrap_or_default())
    }
}

fn fail(coding: Coding, fault: Fault) -> Failure {
    match fault {
        Fault::Corrupt(reason) => Failure::Corrupt { coding, reason },
        Fault::Limit(limit) => Failure::Limit(limit),
    }
}

impl Read for LayerStream<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.fill_buf()?.read(buffer)?;
        self.consume(read);
        Ok(read)
    }
}

impl BufRead for LayerStream<'_> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        self.advance().map_err(io::Error::other)
    }

    fn consume(&mut self, bytes: usize) {
        self.start = (self.start + bytes).min(self.end);
    }
}
