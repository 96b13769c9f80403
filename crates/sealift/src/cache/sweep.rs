//! All entries of a cache: counting and removing them.
//!
//! Other processes write, read and sweep at the same time: what is gone is gone, and what comes
//! meanwhile is left for the next time.

use std::fs::{self, Metadata};
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use super::entry;

/// How the names of entries begin that are still being written.
pub(super) const UNFINISHED: &str = ".new-";

/// After which time a writer is dead.
const ABANDONED_AFTER: Duration = Duration::from_secs(3600);

/// Number and size of the entries of a cache.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct CacheSize {
    /// The number of entries.
    pub entries: u64,
    /// Bytes of their files.
    pub bytes: u64,
}

/// A file of the cache.
struct Entry {
    used: SystemTime,
    path: PathBuf,
    bytes: u64,
    is_finished: bool,
}

pub(super) fn size(folder: &Path) -> io::Result<CacheSize> {
    Ok(sum(&list(folder)?))
}

pub(super) fn clear(folder: &Path) -> io::Result<CacheSize> {
    let entries = list(folder)?;
    for entry in &entries {
        match fs::remove_file(&entry.path) {
            Err(error) if error.kind() != ErrorKind::NotFound => return Err(error),
            _ => {}
        }
    }
    // Left where it is when other things are in it.
    drop(fs::remove_dir(folder));
    Ok(sum(&entries))
}

/// Takes away what was not used for the longest time, until nine tenths of the bound are left,
/// and what dead writers have left.
pub(super) fn trim(folder: &Path, max_bytes: u64, now: SystemTime) {
    let Ok(entries) = list(folder) else { return };
    let (mut entries, unfinished): (Vec<_>, Vec<_>) =
        entries.into_iter().partition(|entry| entry.is_finished);
    let is_dead =
        |entry: &&Entry| now.duration_since(entry.used).is_ok_and(|age| age > ABANDONED_AFTER);
    for dead in unfinished.iter().filter(is_dead) {
        drop(fs::remove_file(&dead.path));
    }
    let mut left = sum(&entries).bytes;
    if left <= max_bytes {
        return;
    }
    entries.sort_by(|a, b| (a.used, &a.path).cmp(&(b.used, &b.path)));
    for oldest in entries {
        if left <= max_bytes / 10 * 9 {
            break;
        }
        drop(fs::remove_file(&oldest.path));
        left = left.saturating_sub(oldest.bytes);
    }
}

fn sum(entries: &[Entry]) -> CacheSize {
    let finished = entries.iter().filter(|entry| entry.is_finished);
    finished.fold(CacheSize::default(), |sum, entry| CacheSize {
        entries: sum.entries + 1,
        bytes: sum.bytes.saturating_add(entry.bytes),
    })
}

/// The files that belong to the cache; none where there is no folder.
fn list(folder: &Path) -> io::Result<Vec<Entry>> {
    let listed = match fs::read_dir(folder) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
        listed => listed?,
    };
    let mut entries = Vec::new();
    for file in listed {
        let file = file?;
        let name = file.file_name();
        let Some(is_finished) = name.to_str().and_then(is_finished) else { continue };
        // Gone already, otherwise. A name alone does not make a file the cache's.
        if let Ok(metadata) = file.metadata().and_then(regular)
            && entry::is_begun(&file.path(), is_finished)
        {
            let (used, bytes) = (metadata.modified()?, metadata.len());
            entries.push(Entry { used, path: file.path(), bytes, is_finished });
        }
    }
    Ok(entries)
}

fn regular(metadata: Metadata) -> io::Result<Metadata> {
    if metadata.is_file() { Ok(metadata) } else { Err(ErrorKind::InvalidInput.into()) }
}

/// Whether the file is an entry or still being written; none when it is not of the cache.
fn is_finished(name: &str) -> Option<bool> {
    let is_key = name.len() == 64 && name.bytes().all(|byte| byte.is_ascii_hexdigit());
    (is_key || name.starts_with(UNFINISHED)).then_some(is_key)
}
