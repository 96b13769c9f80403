//! A layer's decompressed bytes, hashed while they are read.

use std::io::{self, BufRead, Read};
use std::sync::Arc;

use sealift_model::{Digest, Hasher};

use super::ahead::{Ahead, Next, ends};
use super::blob::{BlobStream, Watch};
use super::decode::Coding;
use super::unpack::Unpacker;
use super::{BUFFER_BYTES, Failure};
use crate::workers::Workers;
use crate::{Error, LimitExceeded, Limits};

/// The decompressed bytes of one layer. Once another worker is idle, it decompresses, and the
/// stream's own thread only hashes and reads. If a layer is not compressed, that worker reads and
/// hashes it.
pub(crate) struct LayerStream<'c, 'env> {
    input: Input<'env>,
    workers: &'c Workers<'env>,
    watch: Arc<dyn Watch + 'env>,
    coding: Coding,
    diff_id: &'env Digest,
    /// None if the blob's own digest suffices: an uncompressed layer with the same algorithm.
    hasher: Option<Hasher>,
    buffer: Box<[u8]>,
    start: usize,
    end: usize,
    failure: Option<Failure>,
}

enum Input<'env> {
    Here(Box<Unpacker<'env>>),
    Ahead(Ahead<'env>),
}

/// The results for a layer that was read completely.
#[derive(Clone, Debug)]
pub(crate) struct Finished {
    /// Decompressed bytes.
    pub(crate) bytes: u64,
    /// The limit at which decompression stopped; if none, the diff-id matches.
    pub(crate) stopped: Option<LimitExceeded>,
    /// Bytes after the end of the compressed data.
    pub(crate) trailing: u64,
}

impl<'c, 'env> LayerStream<'c, 'env> {
    /// Starts reading a blob that must unpack to `diff_id`.
    pub(crate) fn new(
        blob: BlobStream<'env>,
        diff_id: &'env Digest,
        limits: &'env Limits,
        workers: &'c Workers<'env>,
    ) -> Self {
        let algorithm = blob.names().0.algorithm();
        let watch = blob.watch();
        let unpacker = Unpacker::new(blob, limits);
        let coding = unpacker.coding();
        let hashed = coding == Coding::Plain && algorithm == diff_id.algorithm();
        Self {
            coding,
            input: Input::Here(Box::new(unpacker)),
            workers,
            watch,
            diff_id,
            hasher: (!hashed).then(|| Hasher::new(diff_id.algorithm())),
            buffer: vec![0; BUFFER_BYTES].into_boxed_slice(),
            start: 0,
            end: 0,
            failure: None,
        }
    }

    /// How the layer is compressed.
    pub(crate) fn coding(&self) -> Coding {
        self.coding
    }

    fn fill(&mut self) -> Result<usize, Failure> {
        // A piece of the blob may unpack to a thousand times its size.
        if self.watch.stops() {
            return Err(Failure::Cancelled);
        }
        self.share_work();
        let filled = loop {
            match &mut self.input {
                Input::Here(unpacker) => break unpacker.fill(&mut self.buffer)?,
                Input::Ahead(ahead) => match ahead.next(&mut self.buffer)? {
                    Next::Bytes(filled) => break filled,
                    Next::End(unpacker) => self.input = Input::Here(unpacker),
                },
            }
        };
        if let Some(hasher) = &mut self.hasher {
            hasher.update(self.buffer.get(..filled).unwrap_or_default());
        }
        Ok(filled)
    }

    /// Reads directly into `room`, without a buffer; none if another worker fills the buffers.
    fn fill_directly(&mut self, room: &mut [u8]) -> Option<Result<usize, Failure>> {
        self.share_work();
        let Input::Here(unpacker) = &mut self.input else { return None };
        let filled = unpacker.fill(room);
        if let (Ok(filled), Some(hasher)) = (&filled, &mut self.hasher) {
            hasher.update(room.get(..*filled).unwrap_or_default());
        }
        Some(filled)
    }

    /// Hands work to another worker, if one is waiting.
    fn share_work(&mut self) {
        if matches!(self.input, Input::Here(_)) && self.workers.waits() {
            self.hand_over();
        }
    }

    /// Lets another worker decompress from now on.
    fn hand_over(&mut self) {
        let input = &mut self.input;
        self.workers.hand(|| {
            let (mut ahead, filler) = ends();
            if let Input::Here(unpacker) = input {
                ahead.feed(unpacker, &filler);
            }
            match std::mem::replace(input, Input::Ahead(ahead)) {
                Input::Here(unpacker) => Box::new(move || filler.run(unpacker)),
                before @ Input::Ahead(_) => {
                    *input = before;
                    Box::new(|| ())
                }
            }
        });
    }

    /// Reads the rest, and compares both digests. Until then, nothing that was read may be used.
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
        let Input::Here(unpacker) = self.input else { return Err(Error::Cancelled) };
        let (bytes, trailing) = unpacker.passed();
        let Some(blob) = unpacker.into_blob() else { return Err(Error::Cancelled) };
        let (digest, size) = blob.names();
        // A blob that does not match its digest explains every later failure.
        blob.finish()?;
        let done = Finished { bytes, stopped: None, trailing };
        match failure {
            None => {
                let actual = self.hasher.map_or_else(|| digest.clone(), Hasher::finish);
                if actual == *self.diff_id {
                    Ok(done)
                } else {
                    let expected = self.diff_id.clone();
                    Err(Error::DiffId { blob: digest, expected, actual })
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

impl Read for LayerStream<'_, '_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        // Reads piece by piece, so that each is still in the processor's cache when it is hashed.
        if self.start == self.end
            && self.failure.is_none()
            && let Some(room) = buffer.get_mut(..BUFFER_BYTES)
            && let Some(filled) = self.fill_directly(room)
        {
            self.failure = filled.as_ref().err().cloned();
            return filled.map_err(io::Error::other);
        }
        let read = self.fill_buf()?.read(buffer)?;
        self.consume(read);
        Ok(read)
    }
}

impl BufRead for LayerStream<'_, '_> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        self.advance().map_err(io::Error::other)
    }

    fn consume(&mut self, bytes: usize) {
        self.start = (self.start + bytes).min(self.end);
    }
}
