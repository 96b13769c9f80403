//! Decompresses on one thread what another thread hashes and reads.
//!
//! Decompression takes by far the longest, so its thread does nothing else if possible: the other
//! thread also reads and hashes the blob, and passes its bytes on.

use std::sync::mpsc::{Receiver, Sender, channel};

use super::blob::BlobStream;
use super::unpack::Unpacker;
use super::{BUFFER_BYTES, Failure, length};

/// Number of buffers between the two threads, in each direction. Waking a waiting thread is slow,
/// but decompressed bytes should still be in the processor's cache when they are hashed.
const BUFFERS: usize = 4;

/// The receiving end of a layer's decompressed pieces.
pub(super) struct Ahead<'a> {
    pieces: Receiver<Piece<'a>>,
    empty: Sender<Box<[u8]>>,
    /// The reader of the blob, if it runs at this end.
    feeder: Option<Feeder<'a>>,
}

/// The sending end, on the decompressing thread.
pub(super) struct Filler<'a> {
    pieces: Sender<Piece<'a>>,
    empty: Receiver<Box<[u8]>>,
}

enum Piece<'a> {
    /// A buffer with this number of bytes.
    Bytes(Box<[u8]>, usize),
    /// An empty buffer, to be filled with input again.
    Eaten(Box<[u8]>),
    /// The end or a failure, which the unpacker reports again.
    End(Box<Unpacker<'a>>),
}

/// The next piece.
pub(super) enum Next<'a> {
    /// Number of bytes.
    Bytes(usize),
    /// The end or a failure: the unpacker is returned and reports it again.
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
    /// Unpacks until the end, or until the other end is closed.
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
    /// Reads the unpacker's blob at this end from now on, if it also has to be decompressed.
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

    /// Replaces `buffer` by the next piece.
    pub(super) fn next(&mut self, buffer: &mut Box<[u8]>) -> Result<Next<'a>, Failure> {
        loop {
            match (self.pieces.recv(), &mut self.feeder) {
                (Ok(Piece::Bytes(filled, bytes)), _) => {
                    let emptied = std::mem::replace(buffer, filled);
                    // At its end the filler needs no more buffers.
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
                // The other thread has panicked; this one will too when it joins it.
                (Err(_), _) => return Err(Failure::Cancelled),
            }
        }
    }
}

/// A buffer with a number of bytes, which is zero at the end of the blob.
type Chunk = Result<(Box<[u8]>, usize), Failure>;

/// Reads and hashes a blob for the decompressing thread.
struct Feeder<'a> {
    blob: Box<BlobStream<'a>>,
    chunks: Sender<Chunk>,
}

impl Feeder<'_> {
    fn feed(&mut self, mut buffer: Box<[u8]>) {
        let chunk = self.blob.read_to(&mut buffer).map(|bytes| (buffer, bytes));
        // At its end the thread needs no more chunks.
        let _ = self.chunks.send(chunk);
    }
}

/// A blob that another thread reads.
pub(super) struct Fed<'a> {
    chunks: Receiver<Chunk>,
    eaten: Sender<Piece<'a>>,
    buffer: Box<[u8]>,
    /// Start of the unconsumed bytes in the buffer.
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
            // If the other end is closed, the rest is not needed.
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

    /// Bytes of the blob received so far.
    pub(super) fn read(&self) -> u64 {
        self.read
    }
}
