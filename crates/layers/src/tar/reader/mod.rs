//! Reads a tar archive from entry to entry.

mod maps;

use std::io::{self, BufRead};

use super::content::Content;
use super::header::{BLOCK, Header, text};
use super::pax::{self, Extensions};
use super::sparse::Map;
use super::{Malformed, TarError};
use crate::stream::length;

/// Most bytes of a pax, long-name or sparse header; as in Go's `archive/tar`.
const MAX_SPECIAL_BYTES: u64 = 1 << 20;

/// Skips bytes, as fast as the input can.
pub(crate) trait Skip {
    /// Skips `bytes` bytes and returns the number skipped; fewer only at the end.
    fn skip(&mut self, bytes: u64) -> io::Result<u64>;
}

/// Skips bytes by reading them.
pub(crate) fn skip_reading(input: &mut impl BufRead, bytes: u64) -> io::Result<u64> {
    let mut left = bytes;
    while left > 0 {
        let chunk = input.fill_buf()?.len();
        if chunk == 0 {
            break;
        }
        let take = chunk.min(usize::try_from(left).unwrap_or(usize::MAX));
        input.consume(take);
        left -= length(take);
    }
    Ok(bytes - left)
}

impl Skip for &[u8] {
    fn skip(&mut self, bytes: u64) -> io::Result<u64> {
        skip_reading(self, bytes)
    }
}

/// The kind of an entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    File,
    Directory,
    SymbolicLink,
    HardLink,
    /// FIFO or device.
    Special,
    /// A global pax header that would change the entries after it if it were not ignored.
    GlobalHeader,
    /// A type that engines do not extract.
    Unknown(u8),
}

/// One entry; the reader provides its names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Entry {
    pub(crate) kind: Kind,
    /// Bytes of content, holes included.
    pub(crate) size: u64,
    /// Permission bits.
    pub(crate) mode: u32,
}

/// Reads a tar archive entry by entry. Allocates only for names longer than those before.
pub(crate) struct TarReader<R> {
    pub(super) input: R,
    /// Bytes of the archive read so far.
    at: u64,
    /// Position of the present entry's header.
    header_at: u64,
    /// Remaining bytes of the present entry in the archive, and the padding after them.
    stored: u64,
    padding: u64,
    /// Position in the content, and its size; with holes, they differ from the above.
    position: u64,
    size: u64,
    is_sparse: bool,
    map: Map,
    piece: usize,
    extensions: Extensions,
    special: Vec<u8>,
    name: Vec<u8>,
    link: Vec<u8>,
}

impl<R: BufRead + Skip> TarReader<R> {
    pub(crate) fn new(input: R) -> Self {
        Self {
            input,
            at: 0,
            header_at: 0,
            stored: 0,
            padding: 0,
            position: 0,
            size: 0,
            is_sparse: false,
            map: Map::default(),
            piece: 0,
            extensions: Extensions::default(),
            special: Vec::new(),
            name: Vec::new(),
            link: Vec::new(),
        }
    }

    /// Name of the present entry, as written.
    pub(crate) fn name(&self) -> &[u8] {
        &self.name
    }

    /// Link target of the present entry, as written.
    pub(crate) fn link(&self) -> &[u8] {
        &self.link
    }

    /// Whether the present entry is a file with holes.
    pub(crate) fn is_sparse(&self) -> bool {
        self.is_sparse
    }

    /// Position and number of the remaining bytes of the content; only for files without holes.
    pub(crate) fn stored_range(&self) -> Option<(u64, u64)> {
        (!self.is_sparse).then_some((self.at, self.stored))
    }

    /// The first bytes of the content, at most `most`, if they are in the input's buffer and there
    /// are no holes. Nothing is consumed.
    pub(crate) fn peek(&mut self, most: usize) -> Option<&[u8]> {
        let bytes = usize::try_from(self.stored).map_or(most, |stored| most.min(stored));
        if self.is_sparse {
            return None;
        }
        // An error is reported again when the content is read.
        self.input.fill_buf().ok()?.get(..bytes)
    }

    /// The rest of the present entry's content.
    pub(crate) fn content(&mut self) -> Content<'_, R> {
        Content(self)
    }

    /// The input, at its present position.
    pub(crate) fn into_input(self) -> R {
        self.input
    }

    /// Advances to the next entry; none at the end of the archive.
    pub(crate) fn next(&mut self) -> Result<Option<Entry>, TarError> {
        self.extensions.clear();
        let mut block = [0; BLOCK];
        loop {
            self.leave_entry()?;
            self.header_at = self.at;
            if !self.header(&mut block)? {
                return Ok(None);
            }
            let header = Header::new(&block).map_err(|what| self.malformed(what))?;
            let size = header.size().map_err(|what| self.malformed(what))?;
            match header.type_flag() {
                b'x' => {
                    self.read_special(size)?;
                    let done = self.extensions.read_pax(&self.special);
                    done.map_err(|what| self.malformed(what))?;
                }
                b'g' => {
                    self.read_special(size)?;
                    self.extensions.clear();
                    if pax::changes_entries(&self.special) {
                        self.name.clear();
                        return Ok(Some(Entry { kind: Kind::GlobalHeader, size: 0, mode: 0 }));
                    }
                }
                b'L' => {
                    self.read_special(size)?;
                    replace(&mut self.extensions.long_path, text(&self.special));
                }
                b'K' => {
                    self.read_special(size)?;
                    replace(&mut self.extensions.long_link, text(&self.special));
                }
                flag => return self.entry(header, flag, size).map(Some),
            }
        }
    }

    fn entry(&mut self, header: Header<'_>, flag: u8, size: u64) -> Result<Entry, TarError> {
        self.set_names(header);
        let kind = match flag {
            0 if self.name.ends_with(b"/") => Kind::Directory,
            0 | b'0' | b'7' | b'S' => Kind::File,
            b'1' => Kind::HardLink,
            b'2' => Kind::SymbolicLink,
            b'3' | b'4' | b'6' => Kind::Special,
            b'5' => Kind::Directory,
            other => Kind::Unknown(other),
        };
        let size = match kind {
            Kind::File | Kind::Unknown(_) => self.extensions.size.unwrap_or(size),
            _ => 0,
        };
        self.begin(size);
        if kind == Kind::File {
            if flag == b'S' {
                self.old_sparse(header)?;
            } else {
                self.pax_sparse()?;
            }
        }
        let mode = header.mode().map_err(|what| self.malformed(what))?;
        Ok(Entry { kind, size: self.size, mode })
    }

    fn set_names(&mut self, header: Header<'_>) {
        let Extensions { path, link, long_path, long_link, .. } = &self.extensions;
        match (&long_path[..], &path[..]) {
            ([], []) => {
                self.name.clear();
                if !header.prefix().is_empty() {
                    self.name.extend_from_slice(header.prefix());
                    self.name.push(b'/');
                }
                self.name.extend_from_slice(header.name());
            }
            ([], name) | (name, _) => replace(&mut self.name, name),
        }
        match (&long_link[..], &link[..]) {
            ([], []) => replace(&mut self.link, header.link()),
            ([], link) | (link, _) => replace(&mut self.link, link),
        }
    }

    fn begin(&mut self, stored: u64) {
        let block = length(BLOCK);
        self.stored = stored;
        self.padding = (block - stored % block) % block;
        self.position = 0;
        self.size = stored;
        self.is_sparse = false;
        self.map.clear();
        self.piece = 0;
    }

    /// Reads the next header into `block`. Returns false at the end mark, or at the end of the
    /// input.
    fn header(&mut self, block: &mut [u8; BLOCK]) -> Result<bool, TarError> {
        const END: [u8; BLOCK] = [0; BLOCK];
        if !self.block(block)? {
            return Ok(false);
        }
        if *block != END {
            return Ok(true);
        }
        match self.block(block)? && *block != END {
            true => Err(self.malformed(Malformed::HalfEnd)),
            false => Ok(false),
        }
    }

    /// Reads the next block into `block`. Returns false at the end of the input.
    fn block(&mut self, block: &mut [u8; BLOCK]) -> Result<bool, TarError> {
        let mut filled = 0;
        while filled < BLOCK {
            let read = self.input.read(block.get_mut(filled..).unwrap_or_default())?;
            match (read, filled) {
                (0, 0) => return Ok(false),
                (0, _) => return Err(self.malformed(Malformed::Cut)),
                _ => filled += read,
            }
        }
        self.at += length(BLOCK);
        Ok(true)
    }

    fn read_special(&mut self, size: u64) -> Result<(), TarError> {
        if size > MAX_SPECIAL_BYTES {
            return Err(self.malformed(Malformed::TooLong(MAX_SPECIAL_BYTES)));
        }
        self.begin(size);
        let mut special = std::mem::take(&mut self.special);
        special.clear();
        let read = io::Read::read_to_end(&mut self.content(), &mut special);
        self.special = special;
        match read {
            Ok(_) => Ok(()),
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => {
                Err(self.malformed(Malformed::Cut))
            }
            Err(error) => Err(error.into()),
        }
    }

    fn leave_entry(&mut self) -> Result<(), TarError> {
        let bytes = self.stored.saturating_add(self.padding);
        let skipped = self.input.skip(bytes)?;
        self.at = self.at.saturating_add(skipped);
        // The padding of the last entry may be missing.
        if skipped < self.stored {
            return Err(self.malformed(Malformed::Cut));
        }
        self.stored = 0;
        self.padding = 0;
        Ok(())
    }

    fn malformed(&self, what: Malformed) -> TarError {
        TarError::Malformed { at: self.header_at, what }
    }

    // For `Content`.

    pub(super) fn real_left(&self) -> u64 {
        self.size - self.position
    }

    /// Whether there is a hole at the position, and the length of the hole or data.
    pub(super) fn run(&self) -> (bool, u64) {
        if !self.is_sparse {
            return (false, self.stored);
        }
        match self.map.piece(self.piece) {
            None => (true, self.real_left()),
            Some(piece) if self.position < piece.start => (true, piece.start - self.position),
            Some(piece) => (false, piece.end - self.position),
        }
    }

    /// Counts bytes of the archive that were read.
    pub(super) fn took(&mut self, bytes: usize) {
        self.at += length(bytes);
        self.stored -= length(bytes).min(self.stored);
    }

    /// Counts bytes of the content that have passed.
    pub(super) fn passed(&mut self, bytes: usize) {
        self.position += length(bytes).min(self.real_left());
        while self.map.piece(self.piece).is_some_and(|piece| piece.end <= self.position) {
            self.piece += 1;
        }
    }
}

fn replace(buffer: &mut Vec<u8>, bytes: &[u8]) {
    buffer.clear();
    buffer.extend_from_slice(bytes);
}
