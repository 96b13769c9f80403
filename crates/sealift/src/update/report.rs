//! The steps and results of updates.

use super::Refusal;

/// A step of an update.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum UpdateStep<'s> {
    /// Waiting for the update of another process.
    Waiting,
    /// Downloading.
    Fetching {
        /// The file, as `Debian/all.zip`.
        what: &'s str,
        /// Bytes that have arrived.
        bytes: u64,
        /// Bytes in all, where known.
        total: Option<u64>,
    },
    /// Reading records and writing the database.
    Building,
}

/// The result of an update.
#[derive(Debug, Default)]
#[non_exhaustive]
pub struct UpdateReport {
    /// Whether the database is a new one.
    pub is_new: bool,
    /// Whether another process fetched everything while this one waited.
    pub by_another: bool,
    /// The results of the exports, sorted by name, and of the catalogues `kev.json` and `epss`.
    pub exports: Vec<ExportReport>,
}

impl UpdateReport {
    /// The exports that were refused.
    pub fn refused(&self) -> impl Iterator<Item = (&str, &Refusal, bool)> {
        self.exports.iter().filter_map(|export| match &export.outcome {
            ExportOutcome::Refused { why, kept } => Some((export.name.as_str(), why, *kept)),
            _ => None,
        })
    }
}

/// The result of one export.
#[derive(Debug)]
#[non_exhaustive]
pub struct ExportReport {
    /// Its name.
    pub name: String,
    /// Its records in the database, withdrawn ones included.
    pub records: u64,
    /// What happened to it.
    pub outcome: ExportOutcome,
}

/// What happened to an export.
#[derive(Debug)]
#[non_exhaustive]
pub enum ExportOutcome {
    /// The export has not changed.
    Unchanged,
    /// All of the export was fetched.
    Whole {
        /// Bytes fetched.
        bytes: u64,
    },
    /// Only the records that have changed were fetched.
    Changed {
        /// Records fetched.
        fetched: u64,
        /// Records that are no longer there.
        removed: u64,
    },
    /// The export does not exist.
    Absent,
    /// The export was refused.
    Refused {
        /// Why.
        why: Refusal,
        /// Whether its last good state is in the database.
        kept: bool,
    },
}
