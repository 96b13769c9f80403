//! The write-ahead log (section 4, "The Write-Ahead Log").

use std::collections::BTreeMap;
use std::ops::Range;

use serde::{Deserialize, Serialize};

use super::SqliteError;
use super::page::page_size;
use crate::catalogers::rpm::bytes::{Order, slice};

/// The lowest bit of the magic number tells the byte order of checksums.
const MAGIC: u32 = 0x377f_0682;
const VERSION: u32 = 3_007_000;
const HEADER_BYTES: usize = 32;
const FRAME_HEADER_BYTES: usize = 24;

/// Pages that a log puts in place of the database's.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::catalogers::rpm) struct Log {
    pub(super) page_size: usize,
    /// The last committed content of each page.
    pages: BTreeMap<u32, Vec<u8>>,
}

/// How a log ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::catalogers::rpm) enum Tail {
    /// With a commit, or with what an earlier use of the file left there.
    Clean,
    /// With frames that were not committed or are damaged, which no reader of the database sees.
    Lost,
}

/// Why a log is no log. SQLite takes such a file for an empty one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(in crate::catalogers::rpm) enum LogError {
    #[error("a write-ahead log of {0} bytes")]
    NoHeader(usize),
    #[error("no magic number of a write-ahead log")]
    Magic,
    #[error("a write-ahead log of version {0}, known is {VERSION}")]
    Version(u32),
    #[error(transparent)]
    PageSize(#[from] SqliteError),
    #[error("a write-ahead log whose header has a wrong checksum")]
    Checksum,
    /// More than is kept.
    #[error("limit exceeded: bytes of pages in a write-ahead log ({0})")]
    TooLong(usize),
}

impl LogError {
    /// Whether the database is whole without the file.
    pub(in crate::catalogers::rpm) fn is_ignored(self) -> bool {
        !matches!(self, Self::TooLong(_))
    }
}

impl Log {
    /// Reads the frames up to the last commit; none without one. No more than `max_bytes` of
    /// pages are kept.
    pub(in crate::catalogers::rpm) fn read(
        bytes: &[u8],
        max_bytes: usize,
    ) -> Result<(Option<Self>, Tail), LogError> {
        let header = Header::parse(bytes)?;
        let mut sum = header.sum;
        let (mut committed, mut open) = (BTreeMap::new(), BTreeMap::new());
        let mut frames = bytes.get(HEADER_BYTES..).unwrap_or_default();
        let mut tail = Tail::Clean;
        let mut size_in_pages = 0;
        while let Some(frame) = Frame::first(frames, &header) {
            if !frame.is_sound(&mut sum, header.order) {
                tail = Tail::Lost;
                break;
            }
            open.insert(frame.page, frame.content);
            if frame.commit != 0 {
                committed.append(&mut open);
                size_in_pages = frame.commit;
            }
            frames = frame.rest;
        }
        if !open.is_empty() {
            tail = Tail::Lost;
        }
        committed.retain(|page, _| *page <= size_in_pages);
        if committed.len().saturating_mul(header.page_size) > max_bytes {
            return Err(LogError::TooLong(max_bytes));
        }
        let pages: BTreeMap<u32, Vec<u8>> =
            committed.into_iter().map(|(page, content)| (page, content.to_vec())).collect();
        let log = Self { page_size: header.page_size, pages };
        Ok((Some(log).filter(|log| !log.pages.is_empty()), tail))
    }

    /// The content of a page that the log replaces.
    pub(super) fn page(&self, number: u32) -> Option<&[u8]> {
        self.pages.get(&number).map(Vec::as_slice)
    }

    /// Whether it replaces any of the pages.
    pub(super) fn replaces_any(&self, pages: &Range<u32>) -> bool {
        !pages.is_empty() && self.pages.range(pages.clone()).next().is_some()
    }
}

struct Header<'b> {
    page_size: usize,
    order: Order,
    /// Both salts, which every frame of this use of the file repeats.
    salts: &'b [u8],
    sum: Sum,
}

impl<'b> Header<'b> {
    fn parse(bytes: &'b [u8]) -> Result<Self, LogError> {
        let short = LogError::NoHeader(bytes.len());
        let number = |at| Order::Big.u32(bytes, at).ok_or(short);
        let order = match number(0)? {
            MAGIC => Order::Little,
            magic if magic == MAGIC | 1 => Order::Big,
            _ => return Err(LogError::Magic),
        };
        let version = number(4)?;
        if version != VERSION {
            return Err(LogError::Version(version));
        }
        let page_size = page_size(number(8)?)?;
        let salts = slice(bytes, 16, 8).ok_or(short)?;
        let mut sum = Sum::default();
        sum.add(slice(bytes, 0, 24).ok_or(short)?, order);
        if sum != (Sum { first: number(24)?, second: number(28)? }) {
            return Err(LogError::Checksum);
        }
        Ok(Self { page_size, order, salts, sum })
    }
}

/// A frame with the salts of its log.
struct Frame<'b> {
    page: u32,
    /// Pages of the database after the commit that this frame ends; 0 where it ends none.
    commit: u32,
    /// The page number and that of pages after the commit.
    numbers: &'b [u8],
    sum: Sum,
    content: &'b [u8],
    rest: &'b [u8],
}

impl<'b> Frame<'b> {
    /// The first frame in `bytes`; none at the end, and before frames of an earlier use of the
    /// file, which have other salts. A frame that is cut has no content.
    fn first(bytes: &'b [u8], log: &Header<'_>) -> Option<Self> {
        if slice(bytes, 8, 8)? != log.salts {
            return None;
        }
        let number = |at| Order::Big.u32(bytes, at);
        let length = FRAME_HEADER_BYTES + log.page_size;
        Some(Self {
            page: number(0)?,
            commit: number(4)?,
            numbers: slice(bytes, 0, 8)?,
            sum: Sum { first: number(16)?, second: number(20)? },
            content: slice(bytes, FRAME_HEADER_BYTES, log.page_size).unwrap_or_default(),
            rest: bytes.get(length..).unwrap_or_default(),
        })
    }

    /// Whether the frame is whole, by its checksum, which goes on from the frame before.
    fn is_sound(&self, sum: &mut Sum, order: Order) -> bool {
        sum.add(self.numbers, order);
        sum.add(self.content, order);
        self.page != 0 && !self.content.is_empty() && *sum == self.sum
    }
}

/// The checksum (section 4.2, "Checksum Algorithm").
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Sum {
    first: u32,
    second: u32,
}

impl Sum {
    fn add(&mut self, bytes: &[u8], order: Order) {
        let (words, _) = bytes.as_chunks::<8>();
        for words in words {
            let word = |at| order.u32(words, at).unwrap_or_default();
            self.first = self.first.wrapping_add(word(0)).wrapping_add(self.second);
            self.second = self.second.wrapping_add(word(4)).wrapping_add(self.first);
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::testing::{LogWriter, PAGE_SIZE};
    use super::*;

    fn pages(bytes: &[u8]) -> (Vec<(u32, u8)>, Tail) {
        let (log, tail) = Log::read(bytes, 1 << 20).unwrap();
        let pages = log.map(|log| log.pages).unwrap_or_default();
        (pages.into_iter().map(|(page, content)| (page, content[0])).collect(), tail)
    }

    fn filled(byte: u8) -> Vec<u8> {
        vec![byte; PAGE_SIZE]
    }

    #[test]
    fn keeps_the_last_committed_content_of_each_page() {
        for order in [Order::Little, Order::Big] {
            let log = LogWriter::new(order).frame(2, 0, &filled(1)).frame(9, 9, &filled(2)).frame(
                2,
                4,
                &filled(3),
            );
            assert_eq!(pages(&log.bytes), (vec![(2, 3)], Tail::Clean));
            let open = log.frame(3, 0, &filled(4));
            assert_eq!(pages(&open.bytes), (vec![(2, 3)], Tail::Lost));
        }
    }

    #[test]
    fn frames_count_up_to_the_first_that_is_not_sound() {
        let log = LogWriter::new(Order::Big).frame(2, 4, &filled(1)).frame(3, 4, &filled(2)).bytes;
        assert_eq!(pages(&log), (vec![(2, 1), (3, 2)], Tail::Clean));
        let second = 32 + 24 + PAGE_SIZE;
        let mut damaged = log.clone();
        damaged[second + 30] ^= 1;
        assert_eq!(pages(&damaged), (vec![(2, 1)], Tail::Lost));
        assert_eq!(pages(&log[..log.len() - 1]), (vec![(2, 1)], Tail::Lost));
        let mut of_earlier_use = log;
        of_earlier_use[second + 8] ^= 1;
        assert_eq!(pages(&of_earlier_use), (vec![(2, 1)], Tail::Clean));
    }

    #[test]
    fn what_is_no_log_is_told() {
        let good = LogWriter::new(Order::Little).frame(2, 4, &filled(1)).bytes;
        let read = |at: usize| {
            let mut bytes = good.clone();
            bytes[at] ^= 1;
            Log::read(&bytes, 1 << 20).unwrap_err()
        };
        assert_eq!(read(0), LogError::Magic);
        assert_eq!(read(7), LogError::Version(3_006_999 + 2));
        assert_eq!(read(11), LogError::PageSize(SqliteError::PageSize(513)));
        assert_eq!(read(20), LogError::Checksum);
        assert_eq!(Log::read(&[1; 3], 1), Err(LogError::NoHeader(3)));
        assert_eq!(Log::read(&good, PAGE_SIZE - 1), Err(LogError::TooLong(PAGE_SIZE - 1)));
        assert_eq!(pages(&good[..32]), (vec![], Tail::Clean));
    }

    proptest! {
        #[test]
        fn takes_any_bytes(changes in prop::collection::vec((0..1600_usize, any::<u8>()), 0..20)) {
            let log = LogWriter::new(Order::Little).frame(2, 4, &filled(1)).frame(3, 4, &filled(2));
            let mut bytes = log.bytes;
            for (at, byte) in changes {
                let at = at % bytes.len();
                bytes[at] = byte;
            }
            let _ = Log::read(&bytes, 1 << 20);
        }
    }
}
