//! `rpmdb.sqlite`, as rpm since 4.16 keeps it: in table `Packages`, record number to header
//! (rpm 4.20, `lib/backend/sqlite.c`), in the file format of SQLite 3
//! (<https://www.sqlite.org/fileformat2.html>; sections named below are of that document).
//!
//! Only table b-trees are read. A write-ahead log beside the database replaces pages of it. Since
//! each file is read alone, [`DatabasePages`] has the layout of the table in the database's pages,
//! or the pages of the log; [`merge()`] combines the two.

mod log;
mod merge;
mod page;
mod record;
mod table;
#[cfg(test)]
pub(super) mod testing;
mod walk;

pub(super) use log::{Log, Tail as LogTail};
pub(super) use merge::merge;
pub(super) use table::{Tree, read};

use serde::{Deserialize, Serialize};

const MAGIC: &[u8] = b"SQLite format 3\0";

/// Whether a file begins as one of these.
pub(super) fn is_one(bytes: &[u8]) -> bool {
    bytes.starts_with(MAGIC)
}

/// What is kept of an SQLite file to be put together with the one beside it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DatabasePages(pub(super) Pages);

/// Of which file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Pages {
    /// How the packages of a database lie in its pages.
    Database(Tree),
    /// Pages that a write-ahead log puts in place of the database's.
    Log(Log),
}

/// Why a database or a part of it cannot be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum SqliteError {
    /// The file ends within the database header.
    #[error("a file of {0} bytes")]
    NoHeader(usize),
    /// No size that pages have.
    #[error("pages of {0} bytes")]
    PageSize(u32),
    /// So many bytes reserved on each page that nothing fits.
    #[error("pages of {page_size} bytes with {reserved} reserved")]
    Reserved { page_size: u32, reserved: u8 },
    /// Text in UTF-16; rpm makes none.
    #[error("text encoding {0}, not 1 for UTF-8")]
    Encoding(u32),
    /// The schema does not name the table.
    #[error("no table of packages")]
    NoTable,
    /// A page that the file does not have.
    #[error("page {0}: the file ends before it does")]
    Cut(u32),
    /// A page of another kind than a table's.
    #[error("page {page}: type {kind}, no page of a table")]
    Kind { page: u32, kind: u8 },
    /// A page that two others lead to.
    #[error("page {0}: more than one page leads there")]
    Loop(u32),
    /// A cell outside its page, or one that shares bytes with another.
    #[error("page {page}: cell {cell} is not whole within it")]
    Cell { page: u32, cell: usize },
    /// A schema larger than any of rpm's.
    #[error("a schema of more than {0} pages")]
    SchemaPages(usize),
    /// An overflow page that belongs to two records, or twice to one.
    #[error("page {0}: more than one record goes on there")]
    UsedTwice(u32),
    /// A chain of overflow pages that ends early.
    #[error("record {record}: ends after {there} of {promised} bytes")]
    ShortRecord { record: i64, promised: u64, there: usize },
    /// A row without a header in its second column.
    #[error("record {0}: no header in it")]
    NoBlob(i64),
    /// The log's pages have another size than the database's.
    #[error("its write-ahead log has pages of {log} bytes, the database of {database}")]
    LogPageSize { log: usize, database: usize },
    /// With the log, a page is part of the table that was not without it.
    #[error("page {0}: only with its write-ahead log part of the table, and not kept")]
    NotKept(u32),
    /// Part of a record was replaced by the log.
    #[error("record {0}: only a part of it is in the write-ahead log")]
    Mixed(i64),
}
