//! Decompressing on one thread what another one hashes and reads.

use std::sync::mpsc::{Receiver, Sender, channel};

use super::unpack::Unpacker;
use super::{BUFFER_BYTES, Failure};

/// Buffers on the way between the two threads. A thread that waits must be woken, which is slow;
/// what is decompressed should still lie in the processor's cache when it is hashed.
const BUFFERS: usize = 4;

/// The pieces of a layer as the thread that decompresses gives them.
pub(super) struct Ahead<'a> {
    filled: Receiver<Piece<'a>>,
    empty: Sender<Box<[u8]>>,
}

/// The thread's end.
pub(super) struct Filler<'a> {
    filled: Sender<Piece<'a>>,
    empty: Receiver<Box<[u8]>>,
}

enum Piece<'a> {
    /// So many bytes of a buffer.
    Bytes(Box<[u8]>, usize),
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
    let (fill, filled) = channel();
    let (empty, emptied) = channel();
    for _ in 0..BUFFERS {
        // The other end is in this function.
        let _ = empty.send(vec![0; BUFFER_BYTES].into_boxed_slice());
    }
    (Ahead { filled, empty }, Filler { filled: fill, empty: emptied })
}

impl<'a> Filler<'a> {
    /// Unpacks until the end, or until nobody listens any more.
    pub(super) fn run(self, mut unpacker: Box<Unpacker<'a>>) {
        while let Ok(mut buffer) = self.empty.recv() {
            let piece = match unpacker.fill(&mut buffer) {
                Ok(bytes @ 1..) => Piece::Bytes(buffer, bytes),
                Ok(0) | Err(_) => {
                    let _ = self.filled.send(Piece::End(unpacker));
                    return;
                }
            };
            if self.filled.send(piece).is_err() {
                return;
            }
        }
    }
}

impl<'a> Ahead<'a> {
    /// Puts the next piece in place of `buffer`.
    pub(super) fn next(&self, buffer: &mut Box<[u8]>) -> Result<Next<'a>, Failure> {
        match self.filled.recv() {
            Ok(Piece::Bytes(filled, bytes)) => {
                let emptied = std::mem::replace(buffer, filled);
                // At its end the filler wants no more buffers.
                let _ = self.empty.send(emptied);
                Ok(Next::Bytes(bytes))
            }
            Ok(Piece::End(unpacker)) => Ok(Next::End(unpacker)),
            // Its thread has panicked, and so will this one when it joins it.
            Err(_) => Err(Failure::Cancelled),
        }
    }
}
