//! What an update does and did.

use super::Refusal;

/// What an update is doing.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum UpdateStep<'s> {
    /// Another process updates; it is waited for.
    Waiting,
    /// Something is fetched, and so much of it is there.
    Fetching {
        /// What: `Debian/all.zip`.
        what: &'s str,
        /// Bytes that are there.
        bytes: u64,
        /// Bytes in all, where that is known.
        total: Option<u64>,
    },
    /// Records are read and the database is written.
    Building,
}

/// What came of an update.
#[derive(Debug, Default)]
#[non_exhaustive]
pub struct UpdateReport {
    /// Whether there is another database than before.
    pub is_new: bool,
    /// Another process brought what was asked for while this one waited.
    pub by_another: bool,
    /// What came of each export, sorted by name, and of the catalogues `kev.json` and `epss`.
    pub exports: Vec<ExportReport>,
}

impl UpdateReport {
    /// What was refused.
    pub fn refused(&self) -> impl Iterator<Item = (&str, &Refusal, bool)> {
        self.exports.iter().filter_map(|export| match &export.outcome {
            ExportOutcome::Refused { why, kept } => Some((export.name.as_str(), why, *kept)),
            _ => None,
        })
    }
}

/// What came of one export.
#[derive(Debug)]
#[non_exhaustive]
pub struct ExportReport {
    /// Its name.
    pub name: String,
    /// Records of it in the database, withdrawn ones included.
    pub records: u64,
    /// What came of it.
    pub outcome: ExportOutcome,
}

/// What came of asking for an export.
#[derive(Debug)]
#[non_exhaustive]
pub enum ExportOutcome {
    /// It has not changed.
    Unchanged,
    /// It was fetched whole.
    Whole {
        /// Bytes fetched.
        bytes: u64,
    },
    /// The records that have changed were fetched.
    Changed {
        /// Records fetched.
        fetched: u64,
        /// Records that are no longer there.
        removed: u64,
    },
    /// There is no such export.
    Absent,
    /// It could not be had.
    Refused {
        /// Why.
        why: Refusal,
        /// Whether its last good state is in the database.
        kept: bool,
    },
}
