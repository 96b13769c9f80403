//! Reads the entries of a zip (APPNOTE 6.3.10), from any number of threads at once.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use flate2::bufread::DeflateDecoder;
use rawzip::{CompressionMethod, FileReader, ZipArchive, ZipArchiveEntryWayfinder};

use super::Limits;

/// An open zip, with the entries that may be records.
#[derive(Debug)]
pub(super) struct Archive {
    zip: ZipArchive<FileReader>,
    entries: Vec<Entry>,
}

#[derive(Debug)]
struct Entry {
    name: String,
    method: CompressionMethod,
    place: ZipArchiveEntryWayfinder,
}

/// Why a zip or one of its entries could not be read.
#[derive(Debug, thiserror::Error)]
pub(super) enum ArchiveError {
    #[error("cannot be opened: {0}")]
    Open(std::io::Error),
    #[error("not a whole zip: {0}")]
    Zip(#[from] rawzip::Error),
    #[error("the directory of the zip has {found} entries where its end says {told}")]
    Directory { found: u64, told: u64 },
    #[error("more than {0} entries (max_entries)")]
    TooManyEntries(u64),
    #[error("compressed in a way other than deflate ({0:?})")]
    Method(CompressionMethod),
    #[error("more than {0} bytes after inflation (max_record_bytes)")]
    TooLarge(u64),
    #[error("damaged: {0}")]
    Damaged(std::io::Error),
}

impl Archive {
    /// Reads the directory of a zip. If it is truncated, the entries read so far are kept.
    pub(super) fn open(
        path: &Path,
        limits: &Limits,
    ) -> Result<(Self, Option<ArchiveError>), ArchiveError> {
        let file = File::open(path).map_err(ArchiveError::Open)?;
        let mut buffer = vec![0; rawzip::RECOMMENDED_BUFFER_SIZE];
        let zip = ZipArchive::from_file(file, &mut buffer)?;
        let mut entries = Vec::new();
        let trouble = list(&zip, &mut buffer, limits, &mut entries).err();
        Ok((Self { zip, entries }, trouble))
    }

    /// Drops entries by the ids in their names.
    pub(super) fn retain(&mut self, mut keep: impl FnMut(&str) -> bool) {
        self.entries.retain(|entry| keep(id_of(&entry.name)));
    }

    pub(super) fn len(&self) -> usize {
        self.entries.len()
    }

    /// The path of an entry; bytes that are not UTF-8 are replaced.
    pub(super) fn name(&self, index: usize) -> &str {
        self.entries.get(index).map_or("", |entry| &entry.name)
    }

    /// Inflates an entry into `out`, whose previous content is replaced.
    pub(super) fn read(
        &self,
        index: usize,
        limits: &Limits,
        out: &mut Vec<u8>,
    ) -> Result<(), ArchiveError> {
        out.clear();
        let Some(entry) = self.entries.get(index) else { return Ok(()) };
        let content = self.zip.get_entry(entry.place)?;
        let stored = std::io::BufReader::new(content.reader());
        let reader: Box<dyn Read> = match entry.method {
            CompressionMethod::STORE => Box::new(content.verifying_reader(stored)),
            CompressionMethod::DEFLATE => {
                Box::new(content.verifying_reader(DeflateDecoder::new(stored)))
            }
            method => return Err(ArchiveError::Method(method)),
        };
        let max = limits.max_record_bytes;
        reader.take(max.saturating_add(1)).read_to_end(out).map_err(ArchiveError::Damaged)?;
        match u64::try_from(out.len()).is_ok_and(|bytes| bytes <= max) {
            true => Ok(()),
            false => Err(ArchiveError::TooLarge(max)),
        }
    }
}

/// The id in the entry name `<ID>.json`.
fn id_of(name: &str) -> &str {
    let file = name.rsplit_once('/').map_or(name, |(_, file)| file);
    file.strip_suffix(".json").unwrap_or(file)
}

fn list(
    zip: &ZipArchive<FileReader>,
    buffer: &mut [u8],
    limits: &Limits,
    entries: &mut Vec<Entry>,
) -> Result<(), ArchiveError> {
    let told = zip.entries_hint();
    let mut found = 0;
    let mut directory = zip.entries(buffer);
    while let Some(entry) = directory.next_entry()? {
        found += 1;
        if found > limits.max_entries {
            return Err(ArchiveError::TooManyEntries(limits.max_entries));
        }
        let path = entry.file_path();
        let name = String::from_utf8_lossy(path.as_ref());
        if entry.is_dir() || !name.ends_with(".json") {
            continue;
        }
        entries.push(Entry {
            name: name.into_owned(),
            method: entry.compression_method(),
            place: entry.wayfinder(),
        });
    }
    // Without zip64 records, only the lower 16 bits of the number are known.
    match found == told || found % (1 << 16) == told {
        true => Ok(()),
        false => Err(ArchiveError::Directory { found, told }),
    }
}
