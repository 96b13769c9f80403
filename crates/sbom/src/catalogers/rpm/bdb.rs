//! `Packages`, a hash file of Berkeley DB (`dbinc/db_page.h` of Berkeley DB 5.3), as used by rpm
//! before 4.16: record number to header.
//!
//! All pages have the same size; page 0 has the size and the byte order. Every page of the hash is
//! read in the order of the file, not by its bucket: each lists keys and values alternately, and a
//! value that is too long for it is in a chain of overflow pages.

use std::borrow::Cow;

use super::bytes::{Order, slice};
use super::package::Packages;

/// `DB_HASHMAGIC`, at byte 12.
const MAGIC: u32 = 0x0006_1561;
const MAGIC_AT: usize = 12;

/// Bytes before the list of places on each page (`PAGE` in `db_page.h`).
const PAGE_HEAD_BYTES: usize = 26;

/// Types of pages.
const UNSORTED_HASH: u8 = 2;
const OVERFLOW: u8 = 7;
const HASH_META: u8 = 8;
const HASH: u8 = 13;

/// Types of items on a hash page.
const KEY_DATA: u8 = 1;
const OFF_PAGE: u8 = 3;

/// The record under this number counts the others.
const COUNTER: u32 = 0;

/// Whether a file begins as one of these.
pub(super) fn is_one(bytes: &[u8]) -> bool {
    order(bytes).is_some()
}

fn order(bytes: &[u8]) -> Option<Order> {
    [Order::Little, Order::Big].into_iter().find(|order| order.u32(bytes, MAGIC_AT) == Some(MAGIC))
}

/// Reads every record.
pub(super) fn read(bytes: &[u8], packages: &mut Packages<'_>) -> Result<(), BdbError> {
    let mut database = Database::open(bytes)?;
    for page in 1..=database.last_page {
        match database.page(page) {
            Ok(content) => database.read_page(page, content, packages),
            Err(error) => {
                // What follows a truncated page is missing, too.
                packages.problem(error.to_string());
                break;
            }
        }
    }
    Ok(())
}

/// Why a database or a record of it cannot be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum BdbError {
    /// Neither byte order gives the magic number of a hash.
    #[error("no magic number of a Berkeley DB hash")]
    Magic,
    /// The first page is something else.
    #[error("its first page has type {0}")]
    FirstPage(u8),
    /// No size that pages have.
    #[error("pages of {0} bytes")]
    PageSize(u32),
    /// Pages are encrypted, or have a checksum in their head; rpm makes neither.
    #[error("it is encrypted or has checksums")]
    Protected,
    /// The file ends before a page does.
    #[error("page {0}: the file ends before it does")]
    Cut(u32),
    /// A place in the page that is none.
    #[error("page {page}: item {item} lies outside of it")]
    Item { page: u32, item: usize },
    /// An item of another type than rpm uses.
    #[error("page {page}: item {item} has type {kind}")]
    ItemType { page: u32, item: usize, kind: u8 },
    /// A page that overflow leads to is something else.
    #[error("page {page}: type {kind} where a record goes on")]
    NoOverflow { page: u32, kind: u8 },
    /// A page that belongs to two records, or twice to one.
    #[error("page {0}: more than one record goes on there")]
    UsedTwice(u32),
    /// An overflow chain that ends early.
    #[error("page {page}: a record of {promised} bytes ends after {there}")]
    ShortRecord { page: u32, promised: usize, there: usize },
}

struct Database<'b> {
    bytes: &'b [u8],
    order: Order,
    page_size: usize,
    last_page: u32,
    /// By number, whether an overflow page belongs to a record already.
    used: Vec<bool>,
}

impl<'b> Database<'b> {
    /// Reads the meta page (`DBMETA`).
    fn open(bytes: &'b [u8]) -> Result<Self, BdbError> {
        let order = order(bytes).ok_or(BdbError::Magic)?;
        let size = order.u32(bytes, 20).ok_or(BdbError::Cut(0))?;
        let Some(&[encryption, kind, flags]) = slice(bytes, 24, 3).and_then(<[u8]>::first_chunk)
        else {
            return Err(BdbError::Cut(0));
        };
        if kind != HASH_META {
            return Err(BdbError::FirstPage(kind));
        }
        if encryption != 0 || flags & 1 != 0 {
            return Err(BdbError::Protected);
        }
        if !size.is_power_of_two() || !(512..=65536).contains(&size) {
            return Err(BdbError::PageSize(size));
        }
        let last_page = order.u32(bytes, 32).ok_or(BdbError::Cut(0))?;
        let page_size = usize::try_from(size).map_err(|_| BdbError::PageSize(size))?;
        let used = vec![false; bytes.len() / page_size + 1];
        Ok(Self { bytes, order, page_size, last_page, used })
    }

    fn page(&self, number: u32) -> Result<&'b [u8], BdbError> {
        let start = usize::try_from(number).ok().and_then(|n| n.checked_mul(self.page_size));
        let page = start.and_then(|start| slice(self.bytes, start, self.page_size));
        page.ok_or(BdbError::Cut(number))
    }

    /// Reads the records of a hash page; other pages have none.
    fn read_page(&mut self, number: u32, page: &'b [u8], packages: &mut Packages<'_>) {
        if !matches!(page.get(25), Some(&(HASH | UNSORTED_HASH))) {
            return;
        }
        let items = self.order.u16(page, 20).map_or(0, usize::from);
        for key in (0..items).step_by(2) {
            let header = match self.key(number, page, key) {
                Ok(COUNTER) => continue,
                Ok(record) => self.value(number, page, key + 1).map(|header| (record, header)),
                Err(error) => Err(error),
            };
            match header {
                Ok((record, header)) => {
                    packages.add(u64::from(record), &header);
                }
                Err(error) => packages.problem(error.to_string()),
            }
        }
    }

    /// The number of a record, from the item that is its key.
    fn key(&self, number: u32, page: &'b [u8], item: usize) -> Result<u32, BdbError> {
        match self.item(number, page, item)? {
            [KEY_DATA, key @ ..] if key.len() == 4 => self.order.u32(key, 0),
            [KEY_DATA, ..] | [] => None,
            &[kind, ..] => return Err(BdbError::ItemType { page: number, item, kind }),
        }
        .ok_or(BdbError::Item { page: number, item })
    }

    /// The header of a record, from the item that is its value.
    fn value(
        &mut self,
        number: u32,
        page: &'b [u8],
        item: usize,
    ) -> Result<Cow<'b, [u8]>, BdbError> {
        match self.item(number, page, item)? {
            [KEY_DATA, header @ ..] => Ok(Cow::Borrowed(header)),
            // `HOFFPAGE`: three bytes unused, the first page, the length.
            value @ [OFF_PAGE, ..] => {
                let place = (self.order.u32(value, 4), self.order.size(value, 8));
                let (Some(first), Some(length)) = place else {
                    return Err(BdbError::Item { page: number, item });
                };
                Ok(Cow::Owned(self.overflow(first, length)?))
            }
            &[kind, ..] => Err(BdbError::ItemType { page: number, item, kind }),
            [] => Err(BdbError::Item { page: number, item }),
        }
    }

    /// An item of a hash page. Items lie from the end of the page downwards, each ending where
    /// the one before it begins.
    fn item(&self, number: u32, page: &'b [u8], item: usize) -> Result<&'b [u8], BdbError> {
        let place = |index: usize| {
            let at = PAGE_HEAD_BYTES + 2 * index;
            self.order.u16(page, at).map(usize::from)
        };
        let end = match item.checked_sub(1) {
            None => Some(page.len()),
            Some(before) => place(before),
        };
        let range = place(item).zip(end).and_then(|(start, end)| page.get(start..end));
        range.ok_or(BdbError::Item { page: number, item })
    }

    /// The bytes of a chain of overflow pages.
    fn overflow(&mut self, first: u32, length: usize) -> Result<Vec<u8>, BdbError> {
        let mut record = Vec::new();
        let mut number = first;
        while record.len() < length {
            if number == 0 {
                let there = record.len();
                return Err(BdbError::ShortRecord { page: first, promised: length, there });
            }
            let page = self.page(number)?;
            match page.get(25) {
                Some(&OVERFLOW) => {}
                kind => {
                    let kind = kind.copied().unwrap_or_default();
                    return Err(BdbError::NoOverflow { page: number, kind });
                }
            }
            let used = usize::try_from(number).ok().and_then(|number| self.used.get_mut(number));
            if used.is_none_or(|used| std::mem::replace(used, true)) {
                return Err(BdbError::UsedTwice(number));
            }
            // On overflow pages `hf_offset` is the number of bytes used.
            let bytes = self.order.u16(page, 22).map_or(0, usize::from);
            let bytes = bytes.min(length - record.len());
            let content = slice(page, PAGE_HEAD_BYTES, bytes);
            record.extend(content.ok_or(BdbError::Cut(number))?);
            number = self.order.u32(page, 16).unwrap_or_default();
        }
        Ok(record)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::testing::{BdbWriter, HeaderWriter, headers, names_and_problems_of};
    use super::*;

    const WRITERS: [BdbWriter; 2] = [
        BdbWriter { order: Order::Little, page_size: 512 },
        BdbWriter { order: Order::Big, page_size: 4096 },
    ];

    fn read_bytes(bytes: &[u8]) -> (Vec<String>, Vec<String>) {
        names_and_problems_of(|packages| read(bytes, packages))
    }

    #[test]
    fn reads_both_byte_orders_values_on_pages_and_beside_them() {
        for writer in WRITERS {
            let bytes = writer.write(&headers(&[("a", 0), ("b", 3000), ("c", 100), ("d", 9000)]));
            assert!(is_one(&bytes));
            let (mut names, problems) = read_bytes(&bytes);
            names.sort();
            assert_eq!((names.join(" ").as_str(), problems), ("a b c d", vec![]));
        }
    }

    #[test]
    fn what_is_no_such_database_is_told() {
        let good = WRITERS[0].write(&headers(&[("a", 0)]));
        for (at, byte, problem) in [
            (12, 0, "no magic number of a Berkeley DB hash"),
            (25, 9, "its first page has type 9"),
            (24, 1, "it is encrypted or has checksums"),
            (26, 1, "it is encrypted or has checksums"),
            (20, 1, "pages of 513 bytes"),
        ] {
            let mut bytes = good.clone();
            bytes[at] = byte;
            assert_eq!(read_bytes(&bytes), (vec![], vec![problem.to_owned()]));
        }
        assert_eq!(read_bytes(&good[..20]).1, ["page 0: the file ends before it does"]);
    }

    #[test]
    fn a_cut_database_gives_what_is_there() {
        let bytes = WRITERS[0].write(&headers(&[("a", 0), ("b", 3000)]));
        let (names, problems) = read_bytes(&bytes[..512 * 4 - 1]);
        assert_eq!(names, ["a"]);
        assert_eq!(problems[0], "page 3: the file ends before it does");
    }

    #[test]
    fn chains_end_and_belong_to_one_record() {
        let good = WRITERS[0].write(&headers(&[("a", 3000)]));
        let mut circle = good.clone();
        let next = 512 * 3 + 16;
        circle[next..next + 4].copy_from_slice(&2_u32.to_le_bytes());
        assert_eq!(read_bytes(&circle).1, ["page 2: more than one record goes on there"]);
        let mut short = good.clone();
        short[next..next + 4].copy_from_slice(&[0; 4]);
        let (names, problems) = read_bytes(&short);
        assert_eq!(names.len(), 0);
        assert!(problems[0].starts_with("page 2: a record of"), "{problems:?}");
        let mut other = good;
        other[512 * 3 + 25] = HASH;
        let problems = read_bytes(&other).1;
        assert!(problems.contains(&"page 3: type 13 where a record goes on".to_owned()));
    }

    #[test]
    fn items_lie_on_their_page() {
        let good = WRITERS[0].write(&headers(&[("a", 0)]));
        let mut outside = good.clone();
        outside[512 + 32..512 + 34].copy_from_slice(&[0xff, 0xff]);
        assert_eq!(read_bytes(&outside).1, ["page 1: item 3 lies outside of it"]);
        let mut duplicates = good.clone();
        let value = usize::from(Order::Little.u16(&good, 512 + 32).unwrap());
        duplicates[512 + value] = 2;
        assert_eq!(read_bytes(&duplicates).1, ["page 1: item 3 has type 2"]);
    }

    proptest! {
        #[test]
        fn takes_any_bytes(changes in prop::collection::vec((0..8192_usize, any::<u8>()), 0..40)) {
            for writer in WRITERS {
                let mut bytes = writer.write(&headers(&[("a", 0), ("b", 3000)]));
                for (at, byte) in &changes {
                    let at = at % bytes.len();
                    bytes[at] = *byte;
                }
                read_bytes(&bytes);
            }
        }
    }

    #[test]
    fn a_header_that_is_none_is_told_with_its_record() {
        let bytes = WRITERS[0].write(&[vec![0; 3], HeaderWriter::package("a", "1", "1").bytes()]);
        let (names, problems) = read_bytes(&bytes);
        assert_eq!((names.len(), problems), (1, vec!["record 1: a header of 3 bytes".to_owned()]));
    }
}
