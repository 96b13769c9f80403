//! The state: what the database was built from.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::{self, ErrorKind, Write};
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::Validator;

/// Raised when an older program must not read it.
const FORMAT: u32 = 1;

/// Largest state that is read.
const MAX_BYTES: u64 = 256 << 20;

/// All that an update knows of the one before.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct State {
    pub(super) format: u32,
    /// Counts the states; files of a new one have names of their own.
    pub(super) generation: u64,
    /// Build time of the database, by which it is known.
    pub(super) built: i64,
    /// Bytes of the database.
    pub(super) database_bytes: u64,
    pub(super) exports: BTreeMap<String, ExportState>,
    #[serde(default)]
    pub(super) kev: CatalogueState,
    #[serde(default)]
    pub(super) epss: CatalogueState,
}

/// One export.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct ExportState {
    /// Where it comes from.
    pub(super) origin: String,
    /// When it was last asked whether it has changed, and it was known.
    pub(super) checked: i64,
    /// The zip; none where there is no such export.
    pub(super) zip: Option<Stored>,
    /// Records fetched since, the newest last.
    #[serde(default)]
    pub(super) packs: Vec<Stored>,
    #[serde(default)]
    pub(super) removed: BTreeSet<String>,
    /// The changes up to which all is here.
    #[serde(default)]
    pub(super) listing: Option<Stored>,
    pub(super) records: u64,
}

/// A catalogue.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct CatalogueState {
    pub(super) origin: String,
    pub(super) checked: i64,
    pub(super) file: Option<Stored>,
    pub(super) records: u64,
}

/// A file of the folder `exports`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Stored {
    pub(super) file: String,
    pub(super) bytes: u64,
    #[serde(default)]
    pub(super) validator: Option<Validator>,
}

impl State {
    /// Reads the state; none where there is none, or one that this program does not understand:
    /// then all is fetched anew.
    pub(super) fn read(path: &Path) -> io::Result<Option<Self>> {
        let length = match fs::metadata(path) {
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            metadata => metadata?.len(),
        };
        if length > MAX_BYTES {
            return Ok(None);
        }
        let bytes = fs::read(path)?;
        let state = serde_json::from_slice::<Self>(&bytes).ok();
        Ok(state.filter(|state| state.format == FORMAT))
    }

    /// Replaces the state by this one, whole.
    pub(super) fn write(&mut self, path: &Path) -> io::Result<()> {
        self.format = FORMAT;
        let folder = path.parent().unwrap_or_else(|| Path::new("."));
        let mut file = tempfile::Builder::new().prefix(".state-").tempfile_in(folder)?;
        file.write_all(&serde_json::to_vec(self)?)?;
        file.as_file().sync_all()?;
        file.persist(path)?;
        Ok(())
    }

    /// Whether it names a file of the folder `exports`.
    pub(super) fn names(&self, file: &str) -> bool {
        let of_exports = self
            .exports
            .values()
            .flat_map(|export| export.zip.iter().chain(&export.packs).chain(&export.listing));
        let of_catalogues = self.kev.file.iter().chain(&self.epss.file);
        of_exports.chain(of_catalogues).any(|stored| stored.file == file)
    }
}
