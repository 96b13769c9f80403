//! A blob from its source, counted and hashed while it is read.

use std::io::{self, Read};
use std::sync::Arc;

use sealift_model::{BlobSource, Descriptor, Digest, Hasher};

use super::{BUFFER_BYTES, Failure, length};
use crate::Error;

/// Is notified of every piece read, and can stop the reading.
pub(crate) trait Watch: Send + Sync {
    /// `read` bytes of the blob have been read so far.
    fn has_read(&self, read: u64);

    /// Whether the rest is no longer needed.
    fn stops(&self) -> bool;
}

impl Watch for () {
    fn has_read(&self, _: u64) {}

    fn stops(&self) -> bool {
        false
    }
}

/// The bytes of one blob, in pieces. Reads at most one byte more than the size in its descriptor,
/// which shows that the blob is too long.
pub(crate) struct BlobStream<'a> {
    descriptor: &'a Descriptor,
    input: Box<dyn Read + Send + 'a>,
    watch: Arc<dyn Watch + 'a>,
    hasher: Hasher,
    buffer: Box<[u8]>,
    /// Start of the unconsumed bytes in the buffer.
    start: usize,
    end: usize,
    read: u64,
    failure: Option<Failure>,
}

impl<'a> BlobStream<'a> {
    pub(crate) fn open(
        source: &'a dyn BlobSource,
        descriptor: &'a Descriptor,
        watch: impl Watch + 'a,
    ) -> Result<Self, Error> {
        let input = source.open(descriptor)?;
        Ok(Self {
            descriptor,
            input,
            watch: Arc::new(watch),
            hasher: Hasher::new(descriptor.digest.algorithm()),
            buffer: vec![0; BUFFER_BYTES].into_boxed_slice(),
            start: 0,
            end: 0,
            read: 0,
            failure: None,
        })
    }

    /// The blob's digest and size, from its descriptor.
    pub(crate) fn names(&self) -> (Digest, u64) {
        (self.descriptor.digest.clone(), self.descriptor.size)
    }

    /// The observer.
    pub(crate) fn watch(&self) -> Arc<dyn Watch + 'a> {
        Arc::clone(&self.watch)
    }

    /// Bytes read so far.
    pub(crate) fn read(&self) -> u64 {
        self.read
    }

    /// Bytes consumed so far.
    pub(crate) fn consumed(&self) -> u64 {
        self.read - length(self.end - self.start)
    }

    /// The bytes read but not yet consumed; empty only at the end of the blob.
    pub(crate) fn chunk(&mut self) -> Result<&[u8], Failure> {
        if self.start == self.end {
            if let Some(failure) = &self.failure {
                return Err(failure.clone());
            }
            self.start = 0;
            self.end = 0;
            self.end = self.fill(0)?;
        }
        Ok(self.buffer.get(self.start..self.end).unwrap_or_default())
    }

    /// At least `wanted` bytes, unless the blob is shorter; only for small numbers, at the start.
    pub(crate) fn peek(&mut self, wanted: usize) -> Result<&[u8], Failure> {
        while self.end < wanted {
            let at = self.end;
            match self.fill(at)? {
                0 => break,
                read => self.end = at + read,
            }
        }
        Ok(self.buffer.get(self.start..self.end).unwrap_or_default())
    }

    /// Consumes `bytes` bytes of the chunk.
    pub(crate) fn consume(&mut self, bytes: usize) {
        self.start = (self.start + bytes).min(self.end);
    }

    /// Reads directly into `room`, without a buffer; returns 0 only at the end of the blob.
    pub(crate) fn read_to(&mut self, room: &mut [u8]) -> Result<usize, Failure> {
        if self.start < self.end {
            let mut chunk = self.buffer.get(self.start..self.end).unwrap_or_default();
            let bytes = chunk.read(room).unwrap_or_default();
            self.consume(bytes);
            return Ok(bytes);
        }
        if let Some(failure) = &self.failure {
            return Err(failure.clone());
        }
        let read = self.read_into(room);
        self.failure = read.as_ref().err().cloned();
        read
    }

    fn fill(&mut self, at: usize) -> Result<usize, Failure> {
        let mut buffer = std::mem::take(&mut self.buffer);
        let filled = self.read_into(buffer.get_mut(at..).unwrap_or_default());
        self.buffer = buffer;
        self.failure = filled.as_ref().err().cloned();
        filled
    }

    fn read_into(&mut self, room: &mut [u8]) -> Result<usize, Failure> {
        let left = self.descriptor.size.saturating_sub(self.read).saturating_add(1);
        let most = room.len().min(usize::try_from(left).unwrap_or(usize::MAX));
        let room = room.get_mut(..most).unwrap_or_default();
        let read = loop {
            match self.input.read(room) {
                Ok(read) => break read.min(most),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(Failure::Read(error.kind(), error.to_string())),
            }
        };
        self.read += length(read);
        if self.read > self.descriptor.size {
            return Err(Failure::TooLong { actual: self.read });
        }
        self.hasher.update(room.get(..read).unwrap_or_default());
        self.watch.has_read(self.read);
        if self.watch.stops() { Err(Failure::Cancelled) } else { Ok(read) }
    }

    /// Reads the rest, and compares size and digest.
    pub(crate) fn finish(mut self) -> Result<(), Error> {
        let expected = self.descriptor.size;
        loop {
            match self.chunk() {
                Ok([]) => break,
                Ok(chunk) => {
                    let bytes = chunk.len();
                    self.consume(bytes);
                }
                Err(failure) => {
                    return Err(failure.into_error(&self.descriptor.digest, expected));
                }
            }
        }
        let actual = self.hasher.finish();
        let digest = self.descriptor.digest.clone();
        if self.read != expected {
            Err(Error::BlobSize { digest, expected, actual: self.read })
        } else if actual != digest {
            Err(Error::BlobDigest { expected: digest, actual })
        } else {
            Ok(())
        }
    }
}
