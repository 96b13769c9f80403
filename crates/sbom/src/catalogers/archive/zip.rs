//! One zip archive in memory, after PKWARE's APPNOTE.TXT 6.3.10.
//!
//! The central directory is authoritative, as it is to `java.util.zip.ZipFile`: an entry that it
//! does not list does not exist. A contradiction in a local header is reported.

use std::borrow::Cow;
use std::collections::BTreeMap;

use flate2::bufread::DeflateDecoder;
use rawzip::{
    CompressionMethod, ErrorKind, ZipArchive, ZipArchiveEntryWayfinder, ZipFileHeaderRecord,
    ZipSliceArchive,
};
use sealift_layers::{LimitExceeded, TreePath};

use super::budget::{Budget, UnpackError};

/// A comment of 65,535 bytes and the end record itself (APPNOTE 4.3.16): the end of the central
/// directory lies within so many last bytes.
const END_RECORD_SEARCH_BYTES: u64 = 65_535 + 22;

/// An archive whose central directory was found.
#[derive(Debug)]
pub(in crate::catalogers) struct Archive<'d> {
    zip: ZipSliceArchive<&'d [u8]>,
    /// Start and end of the compressed data of the entries read so far.
    read: BTreeMap<u64, u64>,
}

/// What was found in a central directory.
#[derive(Debug)]
pub(in crate::catalogers) struct Selection<R> {
    /// The entries that have a role.
    pub(in crate::catalogers) picked: Vec<(R, Entry)>,
    /// What is wrong with the directory.
    pub(in crate::catalogers) problems: Vec<String>,
    /// The bound that stopped the listing.
    pub(in crate::catalogers) limit: Option<LimitExceeded>,
}

/// An entry of the central directory.
#[derive(Clone, Debug)]
pub(in crate::catalogers) struct Entry {
    /// Its path; bytes that are no UTF-8 are written `\xNN`.
    pub(in crate::catalogers) path: String,
    way: ZipArchiveEntryWayfinder,
    method: CompressionMethod,
    is_encrypted: bool,
    crc32: u32,
}

/// What an entry holds.
#[derive(Debug)]
pub(in crate::catalogers) struct Content<'d> {
    /// Its bytes: a slice of the archive when they are stored, unpacked ones otherwise.
    pub(in crate::catalogers) bytes: Cow<'d, [u8]>,
    /// Why they are in doubt.
    pub(in crate::catalogers) doubt: Option<&'static str>,
}

/// Why an entry cannot be read.
#[derive(Debug, thiserror::Error)]
pub(in crate::catalogers) enum EntryError {
    /// APPNOTE 4.4.4, bits 0, 6 and 13.
    #[error("encrypted")]
    Encrypted,
    /// Only stored and deflated entries are read, as by Java.
    #[error("compression method {0} is not supported")]
    Method(u16),
    /// Its local header or data is not in the archive.
    #[error("its data is not where the central directory says")]
    Misplaced,
    /// Several entries share compressed data, which makes a small archive without end.
    #[error("its data overlaps that of another entry")]
    Overlap,
    /// It does not unpack.
    #[error(transparent)]
    Unpack(#[from] UnpackError),
}

impl EntryError {
    /// Whether a bound was passed.
    pub(in crate::catalogers) fn is_limit(&self) -> bool {
        matches!(self, Self::Unpack(UnpackError::TooLarge(_) | UnpackError::Exhausted(_)))
    }
}

impl<'d> Archive<'d> {
    /// Finds the central directory.
    pub(in crate::catalogers) fn open(bytes: &'d [u8]) -> Result<Self, &'static str> {
        let zip = ZipArchive::with_max_search_space(END_RECORD_SEARCH_BYTES)
            .locate_in_slice(bytes)
            .map_err(|(_, error)| match error.kind() {
                ErrorKind::MissingEndOfCentralDirectory => "no central directory at its end",
                _ => "its central directory is broken",
            })?;
        Ok(Self { zip, read: BTreeMap::new() })
    }

    /// Hands the path of every file to `pick` and gives back the entries that it has a role for,
    /// in the order of the central directory.
    pub(in crate::catalogers) fn select<R>(
        &self,
        budget: &mut Budget<'_>,
        mut pick: impl FnMut(&[u8]) -> Option<R>,
    ) -> Selection<R> {
        let mut selection = Selection { picked: Vec::new(), problems: Vec::new(), limit: None };
        let mut entries = self.zip.entries();
        let (mut count, mut contradictions) = (0_u64, Contradictions::default());
        loop {
            let record = match entries.next_entry() {
                Ok(Some(record)) => record,
                Ok(None) => break,
                Err(_) => {
                    let problem = format!("its central directory is broken after entry {count}");
                    selection.problems.push(problem);
                    break;
                }
            };
            if let Err(limit) = budget.entry() {
                selection.limit = Some(limit);
                return selection;
            }
            count += 1;
            contradictions.check(&self.zip, &record);
            let path = record.file_path();
            if let Some(role) = pick(path.as_ref()).filter(|_| !record.is_dir()) {
                selection.picked.push((role, Entry::new(&record)));
            }
        }
        // Without zip64 the count is kept modulo 2^16 (APPNOTE 4.4.22).
        let stated = self.zip.entries_hint();
        if stated != count && (stated > 0xffff || stated != count & 0xffff) {
            selection.problems.push(format!("it states {stated} entries and lists {count}"));
        }
        selection.problems.extend(contradictions.summary());
        selection
    }

    /// The content of an entry. Unpacked bytes count as held until they are given back.
    ///
    /// # Errors
    /// The entry cannot be read, or is larger than `limit` or than what is left in `budget`.
    pub(in crate::catalogers) fn content(
        &mut self,
        entry: &Entry,
        budget: &mut Budget<'_>,
        limit: LimitExceeded,
    ) -> Result<Content<'d>, EntryError> {
        if entry.is_encrypted {
            return Err(EntryError::Encrypted);
        }
        let compressed = self.claim(entry)?;
        let stated = entry.way.uncompressed_size_hint();
        let (bytes, doubt) = match entry.method {
            CompressionMethod::STORE => {
                let is_off = u64::try_from(compressed.len()) != Ok(stated);
                (Cow::Borrowed(compressed), is_off.then_some(WRONG_SIZE))
            }
            CompressionMethod::DEFLATE => {
                let bytes = inflate(compressed, stated, budget, limit)?;
                let doubt = if u64::try_from(bytes.len()) != Ok(stated) {
                    Some(WRONG_SIZE)
                } else if rawzip::crc32(&bytes) != entry.crc32 {
                    Some("its checksum is wrong")
                } else {
                    None
                };
                (Cow::Owned(bytes), doubt)
            }
            other => return Err(EntryError::Method(other.as_u16())),
        };
        Ok(Content { bytes, doubt })
    }

    /// The compressed data of an entry, which no other entry may have had.
    fn claim(&mut self, entry: &Entry) -> Result<&'d [u8], EntryError> {
        let (start, end) = self
            .zip
            .get_entry(entry.way)
            .map_err(|_| EntryError::Misplaced)?
            .compressed_data_range();
        if start < end {
            let before = self.read.range(..end).next_back();
            if before.is_some_and(|(_, known_end)| *known_end > start) {
                return Err(EntryError::Overlap);
            }
            self.read.insert(start, end);
        }
        let range = usize::try_from(start).ok().zip(usize::try_from(end).ok());
        range
            .and_then(|(start, end)| self.zip.get_ref().get(start..end))
            .ok_or(EntryError::Misplaced)
    }
}

const WRONG_SIZE: &str = "its size is not what the central directory says";

/// Unpacks a deflated entry to its end: a size that is stated too small hides nothing.
fn inflate(
    compressed: &[u8],
    stated: u64,
    budget: &mut Budget<'_>,
    limit: LimitExceeded,
) -> Result<Vec<u8>, UnpackError> {
    // Room for what class files usually unpack to; more only as bytes arrive.
    budget.admit(compressed, stated)?;
    let likely = compressed.len().saturating_mul(8);
    let capacity = usize::try_from(stated).unwrap_or(likely).min(likely);
    budget.unpack(DeflateDecoder::new(compressed), capacity, limit)
}

impl Entry {
    fn new(record: &ZipFileHeaderRecord<'_>) -> Self {
        let flags = record.flags();
        Self {
            path: TreePath::new(record.file_path().as_ref()).to_string(),
            way: record.wayfinder(),
            method: record.compression_method(),
            is_encrypted: flags.is_encrypted()
                || flags.has_strong_encryption()
                || flags.is_masked(),
            crc32: record.crc32(),
        }
    }
}

/// Entries whose local header is not what the central directory says.
#[derive(Debug, Default)]
struct Contradictions {
    count: u64,
    first: Option<String>,
}

impl Contradictions {
    fn check(&mut self, zip: &ZipSliceArchive<&[u8]>, record: &ZipFileHeaderRecord<'_>) {
        let agrees = zip.get_entry(record.wayfinder()).is_ok_and(|entry| {
            let local = entry.local_header();
            // APPNOTE 4.4.4, bit 3: the sizes follow the data and the local ones are zero.
            let has_sizes = !local.flags().has_data_descriptor();
            let same_sizes = local.compressed_size_hint() == record.compressed_size_hint()
                && local.uncompressed_size_hint() == record.uncompressed_size_hint();
            local.file_path().as_ref() == record.file_path().as_ref()
                && local.compression_method() == record.compression_method()
                && (same_sizes || !has_sizes)
        });
        if !agrees {
            self.count += 1;
            self.first
                .get_or_insert_with(|| TreePath::new(record.file_path().as_ref()).to_string());
        }
    }

    fn summary(self) -> Option<String> {
        let Self { count, first } = self;
        let first = first?;
        Some(format!("local headers contradict the central directory for {count} entries: {first}"))
    }
}
