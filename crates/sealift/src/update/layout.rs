//! The layout of the folder of the database.

use std::fs::{self, DirBuilder};
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

/// ```text
/// sealift.db     the database, which scans map
/// state.json     what it was made of
/// exports/       the files that the state names
/// partial/       downloads on their way
/// update.lock    held while somebody updates
/// ```
#[derive(Clone, Debug)]
pub(super) struct Layout {
    folder: PathBuf,
}

impl Layout {
    pub(super) fn new(folder: PathBuf) -> Self {
        Self { folder }
    }

    pub(super) fn folder(&self) -> &Path {
        &self.folder
    }

    pub(super) fn database(&self) -> PathBuf {
        self.folder.join("sealift.db")
    }

    pub(super) fn state(&self) -> PathBuf {
        self.folder.join("state.json")
    }

    pub(super) fn lock(&self) -> PathBuf {
        self.folder.join("update.lock")
    }

    /// A file that the state names, by its name alone.
    pub(super) fn stored(&self, file: &str) -> PathBuf {
        let name = Path::new(file).file_name().unwrap_or_default();
        self.folder.join("exports").join(name)
    }

    pub(super) fn partial(&self, file: &str) -> PathBuf {
        self.folder.join("partial").join(file)
    }

    /// Makes the folders, the user's alone: who can write there decides what is found.
    pub(super) fn create(&self) -> io::Result<()> {
        for folder in
            [self.folder.clone(), self.folder.join("exports"), self.folder.join("partial")]
        {
            let mut builder = DirBuilder::new();
            builder.recursive(true);
            #[cfg(unix)]
            std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
            builder.create(folder)?;
        }
        Ok(())
    }

    /// Takes away stored files that are not `kept`.
    pub(super) fn sweep(&self, kept: &dyn Fn(&str) -> bool) {
        let Ok(entries) = fs::read_dir(self.folder.join("exports")) else { return };
        for entry in entries.flatten() {
            if !entry.file_name().to_str().is_some_and(kept) {
                // What cannot be removed now is so the next time.
                drop(fs::remove_file(entry.path()));
            }
        }
    }

    /// Takes away all that this module has put there.
    pub(super) fn clear(&self) -> io::Result<()> {
        for file in [self.database(), self.state()] {
            gone(fs::remove_file(file))?;
        }
        for folder in ["exports", "partial"] {
            gone(fs::remove_dir_all(self.folder.join(folder)))?;
        }
        Ok(())
    }
}

fn gone(removed: io::Result<()>) -> io::Result<()> {
    match removed {
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
        removed => removed,
    }
}
