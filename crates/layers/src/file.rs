//! One file while its layer streams by.

use std::fmt;
use std::io::{self, Read};

use crate::buffer::Buffer;
use crate::{LimitExceeded, Limits, TreePath};

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

/// A wanted file: read it whole with [`File::bytes`], or forward only with [`File::stream`].
pub struct File<'a> {
    path: TreePath<'a>,
    metadata: Metadata,
    limits: &'a Limits,
    content: Content<'a>,
}

enum Content<'a> {
    /// Not yet read: the first bytes, what follows them, and where they can go.
    Stream { head: &'a [u8], rest: &'a mut (dyn Read + 'a), buffer: Buffer },
    /// Read whole, or given whole; a stream of it goes on at `streamed`.
    Whole { buffer: Buffer, streamed: usize },
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
        Self::with_buffer(path, metadata, head, rest, limits, Buffer::default())
    }

    /// The same with memory of a file before.
    pub(crate) fn with_buffer(
        path: TreePath<'a>,
        metadata: Metadata,
        head: &'a [u8],
        rest: &'a mut (dyn Read + 'a),
        limits: &'a Limits,
        buffer: Buffer,
    ) -> Self {
        Self { path, metadata, limits, content: Content::Stream { head, rest, buffer } }
    }

    /// Its memory.
    pub(crate) fn into_buffer(self) -> Buffer {
        let (Content::Stream { buffer, .. } | Content::Whole { buffer, .. }) = self.content;
        buffer
    }

    /// A file whose content is at hand, as tests and fuzzers have it.
    #[must_use]
    pub fn from_bytes(path: TreePath<'a>, bytes: Vec<u8>, limits: &'a Limits) -> Self {
        let size = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
        let metadata = Metadata::new(size, 0o644);
        let content = Content::Whole { buffer: Buffer::of(bytes), streamed: 0 };
        Self { path, metadata, limits, content }
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
            Content::Whole { buffer, .. } => {
                let bytes = buffer.content();
                bytes.get(..512).unwrap_or(bytes)
            }
        }
    }

    /// Lets the next stream of a file that was read whole begin at its first byte again.
    pub fn rewind(&mut self) {
        if let Content::Whole { streamed, .. } = &mut self.content {
            *streamed = 0;
        }
    }

    /// Reads the file whole; a second call gives the same bytes again.
    ///
    /// # Errors
    /// [`FileError::Limit`] when the file is larger than `max_file_bytes`, [`FileError::Io`] when
    /// its content ends early or cannot be read.
    pub fn bytes(&mut self) -> Result<&[u8], FileError> {
        if let Content::Stream { head, rest, buffer } = &mut self.content {
            let max = self.limits.max_file_bytes;
            if self.metadata.size > max {
                return Err(LimitExceeded::new("max_file_bytes", max).into());
            }
            let expected = usize::try_from(self.metadata.size).unwrap_or(usize::MAX);
            buffer.fill(head, rest.take(max), expected)?;
            self.content = Content::Whole { buffer: std::mem::take(buffer), streamed: 0 };
        }
        match &self.content {
            Content::Whole { buffer, .. } => Ok(buffer.content()),
            Content::Stream { .. } => Ok(&[]),
        }
    }

    /// The content from where reading stopped: from the first byte, unless a stream before has
    /// read some.
    pub fn stream(&mut self) -> impl Read {
        FileStream(&mut self.content)
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

struct FileStream<'f, 'a>(&'f mut Content<'a>);

impl Read for FileStream<'_, '_> {
    fn read(&mut self, room: &mut [u8]) -> io::Result<usize> {
        match self.0 {
            Content::Stream { head: [], rest, .. } => rest.read(room),
            Content::Stream { head, .. } => head.read(room),
            Content::Whole { buffer, streamed } => {
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
