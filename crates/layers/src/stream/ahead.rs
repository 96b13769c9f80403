//! Decompressing on one thread what another one hashes and reads.
//!
//! To decompress takes the longest by far, so its thread does nothing else where it can: the other
//! one also reads and hashes the blob, and feeds it.

use std::sync::mpsc::{Receiver, Sender, channel};

use super::blob::BlobStream;
use super::unpack::Unpacker;
use super::{BUFFER_BYTES, Failure, length};

/// Buffers on the way between the two threads, in each direction. A thread that waits must be
/// woken, which is slow; what is decompressed should still lie in the processor's cache when it is
/// hashed.
const BUFFERS: usize = 4;

/// The pieces of a layer as the thread that decompresses gives them.
pub(super) struct Ahead<'a> {
    pieces: Receiver<Piece<'a>>,
    empty: Sender<Box<[u8]>>,
    /// The blob, where it is read at this end.
    feeder: Option<Feeder<'a>>,
}

/// The thread's end.
pub(super) struct Filler<'a> {
    pieces: Sender<Piece<'a>>,
    empty: Receiver<Box<[u8]>>,
}

enum Piece<'a> {
    /// So many bytes of a buffer.
    Bytes(Box<[u8]>, usize),
    /// A buffer to feed from again.
    Eaten(Box<[u8]>),
    /// There is no more, or it failed: the unpacker says so again.
    End(Box<Unpacker<'a>>),
}

/// What comes next.
pub(super) enum Next<'a> {
    /// So many bytes.
    Bytes(usize),
    /// There is no more, or it failed: the unpacker is given back and says so again.
    End(Box<Unpacker<'a>>),
}

/// Both ends.
pub(super) fn ends<'a>() -> (Ahead<'a>, Filler<'a>) {
    let (give, pieces) = channel();
    let (empty, emptied) = channel();
    for _ in 0..BUFFERS {
        // The other end is in this function.
        let _ = empty.send(new_buffer());
    }
    (Ahead { pieces, empty, feeder: None }, Filler { pieces: give, empty: emptied })
}

fn new_buffer() -> Box<[u8]> {
    vec![0; BUFFER_BYTES].into_boxed_slice()
}

impl<'a> Filler<'a> {
    /// Unpacks until the end, or until nobody listens any more.
    pub(super) fn run(self, mut unpacker: Box<Unpacker<'a>>) {
        while let Ok(mut buffer) = self.empty.recv() {
            let piece = match unpacker.fill(&mut buffer) {
                Ok(bytes @ 1..) => Piece::Bytes(buffer, bytes),
                Ok(0) | Err(_) => {
                    let _ = self.pieces.send(Piece::End(unpacker));
                    return;
                }
            };
            if self.pieces.send(piece).is_err() {
                return;
            }
        }
    }
}

impl<'a> Ahead<'a> {
    /// Reads the unpacker's blob at this end from now on, if it has more to do than to read it.
    pub(super) fn feed(&mut self, unpacker: &mut Unpacker<'a>, filler: &Filler<'a>) {
        let (chunks, fed) = channel();
        let eaten = filler.pieces.clone();
        let blob = unpacker.be_fed(|taken| Fed::new(fed, eaten, taken));
        let Some(mut feeder) = blob.map(|blob| Feeder { blob, chunks }) else { return };
        for _ in 0..BUFFERS {
            feeder.feed(new_buffer());
        }
        self.feeder = Some(feeder);
    }

    /// Puts the next piece in place of `buffer`.
    pub(super) fn next(&mut self, buffer: &mut Box<[u8]>) -> Result<Next<'a>, Failure> {
        loop {
            match (self.pieces.recv(), &mut self.feeder) {
                (Ok(Piece::Bytes(filled, bytes)), _) => {
                    let emptied = std::mem::replace(buffer, filled);
                    // At its end the filler wants no more buffers.
                    let _ = self.empty.send(emptied);
                    return Ok(Next::Bytes(bytes));
                }
                (Ok(Piece::Eaten(emptied)), Some(feeder)) => feeder.feed(emptied),
                (Ok(Piece::Eaten(_)), None) => {}
                (Ok(Piece::End(mut unpacker)), feeder) => {
                    if let Some(feeder) = feeder.take() {
                        unpacker.be_fed_no_more(feeder.blob);
                    }
                    return Ok(Next::End(unpacker));
                }
                // Its thread has panicked, and so will this one when it joins it.
                (Err(_), _) => return Err(Failure::Cancelled),
            }
        }
    }
}

/// So many bytes of a buffer: none at the end of the blob.
type Chunk = Result<(Box<[u8]>, usize), Failure>;

/// Reads and hashes a blob for the thread that decompresses.
struct Feeder<'a> {
    blob: Box<BlobStream<'a>>,
    chunks: Sender<Chunk>,
}

impl Feeder<'_> {
    fn feed(&mut self, mut buffer: Box<[u8]>) {
        let chunk = self.blob.read_to(&mut buffer).map(|bytes| (buffer, bytes));
        // At its end the thread wants no more.
        let _ = self.chunks.send(chunk);
    }
}

/// A blob as it comes from a thread that reads it.
pub(super) struct Fed<'a> {
    chunks: Receiver<Chunk>,
    eaten: Sender<Piece<'a>>,
    buffer: Box<[u8]>,
    /// What of the buffer is not yet consumed.
    start: usize,
    end: usize,
    read: u64,
}

impl<'a> Fed<'a> {
    /// `taken` bytes of the blob have been consumed before.
    fn new(chunks: Receiver<Chunk>, eaten: Sender<Piece<'a>>, taken: u64) -> Self {
        Self { chunks, eaten, buffer: Box::default(), start: 0, end: 0, read: taken }
    }

    /// As [`BlobStream::chunk`].
    pub(super) fn chunk(&mut self) -> Result<&[u8], Failure> {
        if self.start == self.end {
            // Without the other end nobody wants the rest.
            let (buffer, bytes) = self.chunks.recv().unwrap_or(Err(Failure::Cancelled))?;
            let emptied = std::mem::replace(&mut self.buffer, buffer);
            if !emptied.is_empty() {
                let _ = self.eaten.send(Piece::Eaten(emptied));
            }
            (self.start, self.end) = (0, bytes);
            self.read += length(bytes);
        }
        Ok(self.buffer.get(self.start..self.end).unwrap_or_default())
    }

    /// As [`BlobStream::consume`].
    pub(super) fn consume(&mut self, bytes: usize) {
        self.start = (self.start + bytes).min(self.end);
    }

    /// Bytes of the blob that have come so far.
    pub(super) fn read(&self) -> u64 {
        self.read
    }
}
