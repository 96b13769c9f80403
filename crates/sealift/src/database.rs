//! The advisory database as a file.

use std::path::{Path, PathBuf};

use sealift_mapped::Mapped;
use sealift_matcher::{BuildOptions, BuildReport, Info, Verified};

use crate::Error;

/// An advisory database, opened for any number of scans.
///
/// The file is mapped, not read: opening takes the same time whatever its size.
#[derive(Debug)]
pub struct Database {
    path: PathBuf,
    inner: sealift_matcher::Database,
}

impl Database {
    /// Opens the file that [`Database::build`] wrote.
    ///
    /// # Errors
    /// [`Error::Io`] when it cannot be opened, [`Error::Database`] when it is not a database of
    /// this format or damaged.
    pub fn open(path: &Path) -> Result<Self, Error> {
        let bytes = Mapped::open(path).map_err(|source| Error::io(path, source))?;
        let inner = sealift_matcher::Database::open(bytes)
            .map_err(|source| Error::Database { path: path.to_owned(), source })?;
        Ok(Self { path: path.to_owned(), inner })
    }

    /// Builds a database from a folder of OSV exports (`<Ecosystem>/all.zip`, folders of records,
    /// `kev.json`, `epss*.csv`) and writes it to `output`, which is replaced only by a whole
    /// database.
    ///
    /// # Errors
    /// [`Error::Build`] when there is nothing to build from, a limit is passed or the file cannot
    /// be written. A record that cannot be read is a diagnostic of the report.
    pub fn build(from: &Path, output: &Path, options: &BuildOptions) -> Result<BuildReport, Error> {
        sealift_matcher::build(from, output, options).map_err(Error::Build)
    }

    /// The sources of the database, and when it was built.
    #[must_use]
    pub fn info(&self) -> &Info {
        self.inner.info()
    }

    /// Checks every block.
    ///
    /// # Errors
    /// [`Error::Database`] for the first damaged block.
    pub fn verify(&self) -> Result<Verified, Error> {
        let failed = |source| Error::Database { path: self.path.clone(), source };
        self.inner.verify().map_err(failed)
    }

    /// The database as the matcher has it.
    pub(crate) fn inner(&self) -> &sealift_matcher::Database {
        &self.inner
    }
}
