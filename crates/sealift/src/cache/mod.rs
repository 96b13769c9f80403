//! The layer cache: a folder with the facts that layers yielded.

mod entry;
mod sweep;
#[cfg(test)]
mod tests;

use std::fs::{DirBuilder, Permissions};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, OnceLock, PoisonError};
use std::time::SystemTime;

use sealift_layers::LayerStore;
use sealift_model::Digest;

use crate::Error;
pub use sweep::CacheSize;

/// Mode of the folder: it is the user's alone.
const FOLDER_MODE: u32 = 0o700;

/// Bits of the modes of folders that others may write to.
const WRITABLE_BY_OTHERS: u32 = 0o022;

/// Who may write anywhere.
const ROOT: u32 = 0;

/// The facts that layers yielded, kept in a folder for the next scan of an image with the same
/// layers.
///
/// Any number of processes may use one folder at the same time, without locks and without waiting
/// for each other. An entry is written under a name of its own and renamed when it is whole: an
/// entry whose writer was killed is never seen, and two writers of an entry write the same bytes.
/// An entry goes out of date by its name, which is a digest of diff-ids, limits, skip rules and the
/// code that reads files. The advisory database is no part of it.
///
/// # Whose folder it must be
///
/// A checksum protects against damage, not against people: whoever can write to the folder decides
/// what is found in images. The folder is created for its user alone. A folder that others may
/// write to, or that belongs to another user, is not used.
///
/// # What is not checked
///
/// When all layers of an image are in the cache, only its manifest and config are read and
/// verified. Whether its layers are still there and unchanged is not checked;
/// [`verify`](crate::verify) never uses a cache.
#[derive(Debug)]
pub struct LayerCache {
    folder: PathBuf,
    max_bytes: u64,
    now: SystemTime,
    /// Whether the folder may be used at all.
    is_ours: OnceLock<bool>,
    has_written: AtomicBool,
    problem: Mutex<Option<io::Error>>,
}

impl LayerCache {
    /// The most bytes of a cache unless the caller sets another bound: 1 GiB, some hundred large
    /// images.
    pub const DEFAULT_MAX_BYTES: u64 = 1 << 30;

    /// A cache in a folder, which is created with the first entry. `now` is the time with which
    /// entries are marked when they are used.
    #[must_use]
    pub fn new(folder: impl Into<PathBuf>, now: SystemTime) -> Self {
        Self {
            folder: folder.into(),
            max_bytes: Self::DEFAULT_MAX_BYTES,
            now,
            is_ours: OnceLock::new(),
            has_written: AtomicBool::new(false),
            problem: Mutex::default(),
        }
    }

    /// The same cache with another bound. When a scan that wrote entries passes it, the entries
    /// that were not used for the longest time are removed.
    #[must_use]
    pub fn with_max_bytes(mut self, max_bytes: u64) -> Self {
        self.max_bytes = max_bytes;
        self
    }

    /// The folder.
    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Why entries could not be kept, or the folder could not be used; reported once. Scans go on
    /// without the cache.
    #[must_use]
    pub fn take_problem(&self) -> Option<Error> {
        let source = self.problem.lock().unwrap_or_else(PoisonError::into_inner).take()?;
        Some(Error::Io { path: self.folder.clone(), source })
    }

    /// Number and size of the entries.
    ///
    /// # Errors
    /// [`Error::Io`] when the folder cannot be read.
    pub fn size(&self) -> Result<CacheSize, Error> {
        sweep::size(&self.folder).map_err(|source| Error::io(&self.folder, source))
    }

    /// Removes all entries, and the folder when nothing else is in it. Returns how many they were.
    ///
    /// # Errors
    /// [`Error::Io`] when the folder cannot be read or an entry cannot be removed.
    pub fn clear(&self) -> Result<CacheSize, Error> {
        sweep::clear(&self.folder).map_err(|source| Error::io(&self.folder, source))
    }

    /// Keeps to the bound, if entries were written since the last time.
    pub(crate) fn trim(&self) {
        if self.has_written.swap(false, Ordering::Relaxed) {
            sweep::trim(&self.folder, self.max_bytes, self.now);
        }
    }

    fn write(&self, key: &Digest, content: &[u8]) -> io::Result<()> {
        DirBuilder::new().recursive(true).mode(FOLDER_MODE).create(&self.folder)?;
        if !self.may_be_used() {
            return Ok(());
        }
        let header = entry::header(key, content);
        check_size(header.len().saturating_add(content.len()))?;
        let mut file = tempfile::Builder::new()
            .prefix(sweep::UNFINISHED)
            .permissions(Permissions::from_mode(0o600))
            .tempfile_in(&self.folder)?;
        file.write_all(&header)?;
        file.write_all(content)?;
        // Without fsync: what a crash of the system leaves of it does not pass the checksum.
        file.persist(self.folder.join(key.hex()))?;
        self.has_written.store(true, Ordering::Relaxed);
        Ok(())
    }

    /// Whether nobody else may write to the folder; looked up once, when it is there.
    fn may_be_used(&self) -> bool {
        *self.is_ours.get_or_init(|| {
            let is_ours = is_own_folder(&self.folder);
            if !matches!(is_ours, Ok(true)) {
                let others = "it is somebody else's, or others may write to it (make it your own \
                              with mode 700, or name another folder)";
                let others = || io::Error::new(io::ErrorKind::PermissionDenied, others);
                self.complain(is_ours.err().unwrap_or_else(others));
                return false;
            }
            true
        })
    }

    /// Keeps the first problem.
    fn complain(&self, error: io::Error) {
        self.problem.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(error);
    }
}

/// Refuses what is larger than the process may write (`ulimit -f`): to write on would end it by
/// `SIGXFSZ`.
fn check_size(bytes: usize) -> io::Result<()> {
    let max = rustix::process::getrlimit(rustix::process::Resource::Fsize).current;
    match max {
        Some(max) if u64::try_from(bytes).is_ok_and(|bytes| bytes > max) => {
            let message = format!("an entry has {bytes} bytes, and `ulimit -f` allows {max}");
            Err(io::Error::new(io::ErrorKind::FileTooLarge, message))
        }
        _ => Ok(()),
    }
}

/// Whether a folder belongs to this user (or root), and nobody else may write to it.
pub(crate) fn is_own_folder(folder: &Path) -> io::Result<bool> {
    let folder = folder.metadata()?;
    let is_own = [ROOT, rustix::process::geteuid().as_raw()].contains(&folder.uid());
    Ok(is_own && folder.permissions().mode() & WRITABLE_BY_OTHERS == 0)
}

impl LayerStore for LayerCache {
    fn get(&self, key: &Digest) -> Option<Vec<u8>> {
        let path = self.folder.join(key.hex());
        if !self.folder.exists() || !self.may_be_used() {
            return None;
        }
        entry::read(&path, key, self.max_bytes, self.now)
    }

    fn put(&self, key: &Digest, entry: &[u8]) {
        let fits = u64::try_from(entry.len()).is_ok_and(|bytes| bytes <= self.max_bytes);
        if fits && let Err(error) = self.write(key, entry) {
            self.complain(error);
        }
    }
}
