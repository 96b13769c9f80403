//! The advisory database, opened again when its file is replaced.

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use sealift::{Chain, Database, Error, Scanner};

/// Why there is no database.
#[derive(Debug, thiserror::Error)]
pub(super) enum NoDatabase {
    #[error("{}", Chain(.0))]
    Unusable(Error),
    /// It was taken away while it was opened.
    #[error("{} is not there", .0.display())]
    Missing(PathBuf),
}

/// A database whose file may be replaced while it is used.
#[derive(Debug)]
pub(super) struct Advisories {
    path: PathBuf,
    open: Mutex<Option<(Seen, Arc<Scanner>)>>,
}

/// The identity of a file: a replacement has another inode.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Seen {
    inode: u64,
    size: u64,
    changed: (i64, i64),
}

impl Seen {
    fn of(path: &Path) -> Option<Self> {
        let meta = fs::metadata(path).ok()?;
        let changed = (meta.mtime(), meta.mtime_nsec());
        Some(Self { inode: meta.ino(), size: meta.len(), changed })
    }
}

impl Advisories {
    pub(super) fn at(path: &Path) -> Self {
        Self { path: path.to_owned(), open: Mutex::default() }
    }

    /// A scanner with the present database, or with the last valid one if the new one is not.
    pub(super) fn scanner(&self) -> Result<Arc<Scanner>, NoDatabase> {
        let seen = Seen::of(&self.path);
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        match (&*open, seen) {
            (Some((known, scanner)), Some(seen)) if *known == seen => Ok(Arc::clone(scanner)),
            (last, seen) => match (Database::open(&self.path), seen, last) {
                (Ok(database), Some(seen), _) => {
                    let scanner = Arc::new(Scanner::new(database));
                    *open = Some((seen, Arc::clone(&scanner)));
                    Ok(scanner)
                }
                (_, _, Some((_, scanner))) => Ok(Arc::clone(scanner)),
                (Err(error), ..) => Err(NoDatabase::Unusable(error)),
                (Ok(_), None, None) => Err(NoDatabase::Missing(self.path.clone())),
            },
        }
    }
}
