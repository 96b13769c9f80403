//! One file while its layer streams by.

use std::cell::Cell;
use std::fmt;
use std::io::{self, Read};
use std::ops::Range;

use crate::buffer::Buffer;
use crate::{LimitExceeded, Limits, Pieces, TreePath};

/// The metadata of a regular file, known before it is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Metadata {
    /// Size of its content in bytes.
    pub size: u64,
    /// Permission bits, `0o755`.
    pub mode: u32,
}

impl Metadata {
    /// Metadata of a regular file.
    #[must_use]
    pub fn new(size: u64, mode: u32) -> Self {
        Self { size, mode }
    }
}

/// A wanted file. It can be read whole with [`File::bytes`], forward only with [`File::stream`], or
/// without unneeded parts with [`File::pieces`].
pub struct File<'a> {
    path: TreePath<'a>,
    metadata: Metadata,
    limits: &'a Limits,
    look: Look,
    content: Content<'a>,
    /// Whether a part was requested that had been left out.
    lacks: Cell<bool>,
}

/// Whether a file of which parts were left out can be read again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Look {
    /// The file can be read again in a second look.
    First,
    /// This is the last look.
    Last,
}

enum Content<'a> {
    /// Not yet read: the first bytes, the rest, and the buffer to read them into.
    Stream { head: &'a [u8], rest: &'a mut (dyn Read + 'a), buffer: Buffer },
    /// Already read, or given whole; the next stream continues at `streamed`.
    Held { buffer: Buffer, streamed: usize, gaps: Vec<Range<u64>> },
}

impl<'a> File<'a> {
    /// A file whose content is `head` followed by the bytes of `rest`.
    pub fn new(
        path: TreePath<'a>,
        metadata: Metadata,
        head: &'a [u8],
        rest: &'a mut (dyn Read + 'a),
        limits: &'a Limits,
    ) -> Self {
        let content = Content::Stream { head, rest, buffer: Buffer::default() };
        Self { path, metadata, limits, look: Look::Last, content, lacks: Cell::new(false) }
    }

    /// The same file with the reused memory of an earlier one, for the given look.
    pub(crate) fn with_buffer(self, memory: Buffer, look: Look) -> Self {
        let content = match self.content {
            Content::Stream { head, rest, .. } => Content::Stream { head, rest, buffer: memory },
            held @ Content::Held { .. } => held,
        };
        Self { look, content, ..self }
    }

    /// Its memory.
    pub(crate) fn into_buffer(self) -> Buffer {
        let (Content::Stream { buffer, .. } | Content::Held { buffer, .. }) = self.content;
        buffer
    }

    /// Whether a part was requested that had been left out.
    pub(crate) fn lacks(&self) -> bool {
        self.lacks.get()
    }

    /// A file whose content is in memory, for tests and fuzzers.
    #[must_use]
    pub fn from_bytes(path: TreePath<'a>, bytes: Vec<u8>, limits: &'a Limits) -> Self {
        let size = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
        let metadata = Metadata::new(size, 0o644);
        let content = Content::Held { buffer: Buffer::of(bytes), streamed: 0, gaps: Vec::new() };
        Self { path, metadata, limits, look: Look::Last, content, lacks: Cell::new(false) }
    }

    /// Its path in the layer.
    #[must_use]
    pub fn path(&self) -> TreePath<'a> {
        self.path
    }

    /// Its size and mode.
    #[must_use]
    pub fn metadata(&self) -> Metadata {
        self.metadata
    }

    /// The limits of this scan.
    #[must_use]
    pub fn limits(&self) -> &'a Limits {
        self.limits
    }

    /// The first bytes, at most 512, as `wants` saw them; fewer once a stream has read some of
    /// them.
    #[must_use]
    pub fn head(&self) -> &[u8] {
        match &self.content {
            Content::Stream { head, .. } => head,
            Content::Held { buffer, .. } => {
                let bytes = buffer.content();
                bytes.get(..512).unwrap_or(bytes)
            }
        }
    }

    /// Makes the next stream of a file that was read whole start at its first byte again.
    pub fn rewind(&mut self) {
        if let Content::Held { streamed, .. } = &mut self.content {
            *streamed = 0;
        }
    }

    /// Reads the file whole; a second call gives the same bytes again.
    ///
    /// # Errors
    /// [`FileError::Limit`] when the file is larger than `max_file_bytes`, [`FileError::Io`] when
    /// its content ends early or cannot be read.
    pub fn bytes(&mut self) -> Result<&[u8], FileError> {
        let pieces = self.pieces(&|_| Vec::new())?;
        Ok(pieces.whole().ok_or_else(left_out)?)
    }

    /// Reads the file without the ranges of bytes that `leave_out` returns, in order, for the first
    /// 4096 bytes, which are always kept. If the file was read before, whole or in pieces, that
    /// content is kept.
    ///
    /// A request for a part that was left out returns nothing. The file is then read once more,
    /// whole, when the layers are merged, and that result replaces the first one. If this is not
    /// possible, nothing is left out.
    ///
    /// # Errors
    /// Those of [`File::bytes`].
    pub fn pieces(
        &mut self,
        leave_out: &dyn Fn(&[u8]) -> Vec<Range<u64>>,
    ) -> Result<Pieces<'_>, FileError> {
        if let Content::Stream { head, rest, buffer } = &mut self.content {
            let max = self.limits.max_file_bytes;
            if self.metadata.size > max {
                return Err(LimitExceeded::new("max_file_bytes", max).into());
            }
            let expected = usize::try_from(self.metadata.size).unwrap_or(usize::MAX);
            let rest = rest.take(max);
            let gaps = match self.look {
                Look::First => buffer.fill_around(head, rest, expected, leave_out)?,
                Look::Last => buffer.fill(head, rest, expected).map(|()| Vec::new())?,
            };
            self.content = Content::Held { buffer: std::mem::take(buffer), streamed: 0, gaps };
        }
        Ok(match &self.content {
            Content::Held { buffer, gaps, .. } => Pieces::new(buffer.content(), gaps, &self.lacks),
            Content::Stream { .. } => Pieces::from(&[][..]),
        })
    }

    /// A stream of the content from the current position: from the first byte, unless an earlier
    /// stream has read some.
    pub fn stream(&mut self) -> impl Read {
        FileStream { content: &mut self.content, lacks: &self.lacks }
    }
}

impl fmt::Debug for File<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("File")
            .field("path", &self.path)
            .field("metadata", &self.metadata)
            .finish_non_exhaustive()
    }
}

fn left_out() -> io::Error {
    io::Error::other("parts of it were left out")
}

struct FileStream<'f, 'a> {
    content: &'f mut Content<'a>,
    lacks: &'f Cell<bool>,
}

impl Read for FileStream<'_, '_> {
    fn read(&mut self, room: &mut [u8]) -> io::Result<usize> {
        match self.content {
            Content::Stream { head: [], rest, .. } => rest.read(room),
            Content::Stream { head, .. } => head.read(room),
            Content::Held { gaps, .. } if !gaps.is_empty() => {
                self.lacks.set(true);
                Err(left_out())
            }
            Content::Held { buffer, streamed, .. } => {
                let read = buffer.content().get(*streamed..).unwrap_or_default().read(room)?;
                *streamed += read;
                Ok(read)
            }
        }
    }
}

/// Why a file could not be read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum FileError {
    /// A limit was exceeded.
    #[error(transparent)]
    Limit(#[from] LimitExceeded),
    /// The content ends early or cannot be read.
    #[error("cannot be read: {0}")]
    Io(#[from] io::Error),
}
