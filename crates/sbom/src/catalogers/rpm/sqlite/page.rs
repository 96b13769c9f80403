//! Pages: their common size, and the cells of one (section 1.6, "B-tree Pages").

use serde::{Deserialize, Serialize};

use super::SqliteError;
use super::record::varint;
use crate::catalogers::rpm::bytes::{Order, slice};

/// Bytes of the database header, before the b-tree header on page 1 (section 1.3).
const HEADER_BYTES: usize = 100;

/// Types of pages of a table.
const INTERIOR: u8 = 5;
const LEAF: u8 = 13;

/// How pages are laid out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Sizes")]
pub(super) struct Layout {
    /// Bytes of a page.
    pub(super) page_size: usize,
    /// Bytes of a page without those reserved at its end.
    usable: usize,
}

/// A layout that was kept, not yet checked.
#[derive(Deserialize)]
struct Sizes {
    page_size: usize,
    usable: usize,
}

impl TryFrom<Sizes> for Layout {
    type Error = SqliteError;

    fn try_from(Sizes { page_size, usable }: Sizes) -> Result<Self, SqliteError> {
        let size = u32::try_from(page_size).unwrap_or_default();
        let reserved = page_size.checked_sub(usable).and_then(|bytes| u8::try_from(bytes).ok());
        Self::new(size, reserved.ok_or(SqliteError::PageSize(size))?)
    }
}

/// What a page of a table leads to.
#[derive(Debug)]
pub(super) enum TablePage<'p> {
    /// Other pages, in the order of their records.
    Interior(Vec<u32>),
    /// Records.
    Leaf(Vec<Result<Cell<'p>, SqliteError>>),
}

/// A record on a leaf.
#[derive(Clone, Copy, Debug)]
pub(super) struct Cell<'p> {
    /// Its number.
    pub(super) rowid: i64,
    /// Bytes of the whole record.
    pub(super) bytes: u64,
    /// What of it lies on the page.
    pub(super) local: &'p [u8],
    /// The page on which it goes on; none when it is whole.
    pub(super) overflow: Option<u32>,
}

impl Layout {
    /// Reads the header of a database (section 1.3, "The Database Header").
    pub(super) fn of(header: &[u8]) -> Result<Self, SqliteError> {
        let short = SqliteError::NoHeader(header.len());
        let size = match Order::Big.u16(header, 16).ok_or(short)? {
            1 => 65536,
            size => u32::from(size),
        };
        let reserved = *header.get(20).ok_or(short)?;
        let encoding = Order::Big.u32(header, 56).ok_or(short)?;
        // 0 means that no table was made in the database yet.
        if encoding > 1 {
            return Err(SqliteError::Encoding(encoding));
        }
        Self::new(size, reserved)
    }

    fn new(size: u32, reserved: u8) -> Result<Self, SqliteError> {
        let page_size = page_size(size)?;
        let usable = page_size - usize::from(reserved);
        if usable < 480 {
            return Err(SqliteError::Reserved { page_size: size, reserved });
        }
        Ok(Self { page_size, usable })
    }

    /// Reads a page of a table.
    pub(super) fn table_page(self, number: u32, page: &[u8]) -> Result<TablePage<'_>, SqliteError> {
        let start = if number == 1 { HEADER_BYTES } else { 0 };
        let cut = SqliteError::Cut(number);
        let kind = *page.get(start).ok_or(cut)?;
        let cells = Order::Big.u16(page, start + 3).map(usize::from).ok_or(cut)?;
        match kind {
            INTERIOR => {
                let children = (0..cells).map(|cell| {
                    let place = Order::Big.u16(page, start + 12 + 2 * cell).map(usize::from);
                    let child = place.and_then(|place| Order::Big.u32(page, place));
                    child.ok_or(SqliteError::Cell { page: number, cell })
                });
                let mut children = children.collect::<Result<Vec<_>, _>>()?;
                children.push(Order::Big.u32(page, start + 8).ok_or(cut)?);
                Ok(TablePage::Interior(children))
            }
            LEAF => {
                // Cells do not overlap; a hostile page could give the same bytes many times.
                let mut left = self.usable;
                let cells = (0..cells).map(|cell| {
                    let place = Order::Big.u16(page, start + 8 + 2 * cell).map(usize::from);
                    let found = place.and_then(|place| self.cell(page, place));
                    let found = found.and_then(|found| {
                        left = left.checked_sub(found.local.len())?;
                        Some(found)
                    });
                    found.ok_or(SqliteError::Cell { page: number, cell })
                });
                Ok(TablePage::Leaf(cells.collect()))
            }
            kind => Err(SqliteError::Kind { page: number, kind }),
        }
    }

    fn cell(self, page: &[u8], place: usize) -> Option<Cell<'_>> {
        let (bytes, at) = varint(page, place)?;
        let (rowid, at) = varint(page, at)?;
        let length = self.local_bytes(bytes)?;
        let local = slice(page, at, length)?;
        let is_whole = u64::try_from(length) == Ok(bytes);
        let overflow = match is_whole {
            true => None,
            false => Some(Order::Big.u32(page, at + length)?),
        };
        Some(Cell { rowid: rowid.cast_signed(), bytes, local, overflow })
    }

    /// How many bytes of a record lie on its leaf (section 1.6, "Cell Payload Overflow Pages").
    fn local_bytes(self, bytes: u64) -> Option<usize> {
        let most = self.usable - 35;
        if let Ok(bytes) = usize::try_from(bytes)
            && bytes <= most
        {
            return Some(bytes);
        }
        let least = (self.usable - 12) * 32 / 255 - 23;
        let per_page = u64::try_from(self.usable - 4).ok()?;
        let past = bytes.checked_sub(u64::try_from(least).ok()?)? % per_page;
        let wanted = least + usize::try_from(past).ok()?;
        Some(if wanted <= most { wanted } else { least })
    }

    /// The next page of a record, and what this page holds of it.
    pub(super) fn overflow_page(self, page: &[u8]) -> Option<(u32, &[u8])> {
        Some((Order::Big.u32(page, 0)?, page.get(4..self.usable)?))
    }
}

/// A size that pages have: a power of two between 512 and 65,536.
pub(super) fn page_size(size: u32) -> Result<usize, SqliteError> {
    let is_possible = size.is_power_of_two() && (512..=65536).contains(&size);
    usize::try_from(size).ok().filter(|_| is_possible).ok_or(SqliteError::PageSize(size))
}
