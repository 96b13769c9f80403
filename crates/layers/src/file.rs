//! One file while its layer streams by.

use std::cell::Cell;
use std::fmt;
use std::io::{self, Read};
use std::ops::Range;

use crate::buffer::Buffer;
use crate::{LimitExceeded, Limits, Pieces, TreePath};

/// What is known of a regular file before it is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Metadata {
    /// Bytes of its content.
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

/// A wanted file: read it whole with [`File::bytes`], forward only with [`File::stream`], or but
/// for what is not needed of it with [`File::pieces`].
pub struct File<'a> {
    path: TreePath<'a>,
    metadata: Metadata,
    limits: &'a Limits,
    look: Look,
    content: Content<'a>,
    /// Whether something was asked for that was left out.
    lacks: Cell<bool>,
}

/// Whether a file that was not held whole may be read again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Look {
    /// There may be a second look at it.
    First,
    /// This is the last.
    Last,
}

enum Content<'a> {
    /// Not yet read: the first bytes, what follows them, and where they can go.
    Stream { head: &'a [u8], rest: &'a mut (dyn Read + 'a), buffer: Buffer },
    /// Read, or given whole; a stream of it goes on at `streamed`.
    Held { buffer: Buffer, streamed: usize, gaps: Vec<Range<u64>> },
}

impl<'a> File<'a> {
    /// A file whose content is `head` followed by what `rest` gives.
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

    /// The same with memory of a file before, for one of two looks.
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

    /// Whether something was asked for that was left out.
    pub(crate) fn lacks(&self) -> bool {
        self.lacks.get()
    }

    /// A file whose content is at hand, as tests and fuzzers have it.
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

    /// The bounds of this scan.
    #[must_use]
    pub fn limits(&self) -> &'a Limits {
        self.limits
    }

    /// The first bytes, at most 512, as they were shown to `wants`; fewer once a stream has read
    /// some of them.
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

    /// Lets the next stream of a file that was read whole begin at its first byte again.
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

    /// Reads the file but for the ranges of bytes that `leave_out` gives, in order, by the first
    /// 4096 of its bytes, which are always there. What was read before, whole or in pieces, stays
    /// as it is.
    ///
    /// Whoever asks for something that was left out is told that it is not there; the file is then
    /// read once more when the layers are merged, whole, and what comes of that takes the place of
    /// what came of it now. Where that cannot be, nothing is left out.
    ///
    /// # Errors
    /// As of [`File::bytes`].
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

    /// The content from where reading stopped: from the first byte, unless a stream before has
    /// read some.
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
    /// A bound was passed.
    #[error(transparent)]
    Limit(#[from] LimitExceeded),
    /// The content ends early or cannot be read.
    #[error("cannot be read: {0}")]
    Io(#[from] io::Error),
}
