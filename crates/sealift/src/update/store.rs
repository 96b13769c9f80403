//! The folder of the database.

use std::collections::BTreeSet;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::time::Duration;

use sealift_model::Timestamp;

use super::layout::Layout;
use super::lock::Lock;
use super::state::State;
use super::work::Work;
use super::{ExportName, Transport, UpdateError, UpdateReport, UpdateStep};
use crate::Database;
use crate::cache::is_own_folder;

/// How long an update waits for another one by default.
const WAIT: Duration = Duration::from_secs(600);

/// The folder of the database, with the files that it was built from.
///
/// Any number of processes may use one folder: they only ever read whole databases, and one of them
/// updates at a time.
#[derive(Clone, Debug)]
pub struct DatabaseStore {
    layout: Layout,
}

/// The wishes for an update.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct UpdateRequest {
    /// Exports to fetch, beside those in the folder.
    pub exports: BTreeSet<ExportName>,
    /// The current time.
    pub now: Timestamp,
    /// The build time that the database states. Default: `now`.
    pub built: Timestamp,
    /// An export that was looked up within this time is not looked up again. Default: zero, so that
    /// all are.
    pub fresh_for: Duration,
    /// Whether to start over and accept any export, even one with fewer records than before.
    pub reset: bool,
    /// Threads that read records. Default: one for each processor.
    pub threads: NonZeroUsize,
    /// How long to wait for the update of another process. Default: 10 minutes.
    pub wait: Duration,
}

/// Whether the database should be updated before it is used.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Due {
    /// The database has what is needed, and is not old.
    No,
    /// There is no database.
    Missing,
    /// Some export that is needed was last looked up at this time.
    Old(Timestamp),
    /// These exports were never looked up.
    Lacks(BTreeSet<ExportName>),
    /// Somebody has put another database there. Updates leave it alone.
    Foreign,
}

impl UpdateRequest {
    /// A request for these exports and those in the folder, as of `now`.
    #[must_use]
    pub fn new(exports: impl IntoIterator<Item = ExportName>, now: Timestamp) -> Self {
        Self {
            exports: exports.into_iter().collect(),
            now,
            built: now,
            fresh_for: Duration::ZERO,
            reset: false,
            threads: std::thread::available_parallelism().unwrap_or(NonZeroUsize::MIN),
            wait: WAIT,
        }
    }
}

impl DatabaseStore {
    /// The store in a folder, which is created when there is something to keep.
    #[must_use]
    pub fn new(folder: impl Into<PathBuf>) -> Self {
        Self { layout: Layout::new(folder.into()) }
    }

    /// The folder.
    #[must_use]
    pub fn folder(&self) -> &Path {
        self.layout.folder()
    }

    /// The path of the database, whether it exists or not.
    #[must_use]
    pub fn database(&self) -> PathBuf {
        self.layout.database()
    }

    /// Whether the database has the exports that are `needed`, and they were looked up within
    /// `max_age` before `now`.
    ///
    /// # Errors
    /// [`UpdateError::Io`] when the folder cannot be read.
    pub fn due(
        &self,
        needed: &BTreeSet<ExportName>,
        max_age: Duration,
        now: Timestamp,
    ) -> Result<Due, UpdateError> {
        let path = self.layout.state();
        let state = State::read(&path).map_err(UpdateError::io(&path))?;
        let Ok(database) = Database::open(&self.database()) else { return Ok(Due::Missing) };
        let Some(state) = state else { return Ok(Due::Foreign) };
        let built = database.info().built;
        if !self.is_of(&state, &database) {
            // An update was killed on its last steps.
            return Ok(Due::Old(built));
        }
        let known = |name: &&ExportName| state.exports.contains_key(name.as_str());
        let lacks: BTreeSet<_> = needed.iter().filter(|name| !known(name)).cloned().collect();
        if !lacks.is_empty() {
            return Ok(Due::Lacks(lacks));
        }
        let used = state
            .exports
            .iter()
            .filter(|(name, _)| needed.iter().any(|needed| needed.as_str() == name.as_str()));
        let oldest = used.map(|(_, export)| export.checked).min();
        Ok(match oldest.filter(|checked| !is_fresh(*checked, max_age, now)) {
            Some(checked) => Due::Old(Timestamp::from_unix_seconds(checked).unwrap_or(built)),
            None => Due::No,
        })
    }

    /// Brings the database up to date.
    ///
    /// # Errors
    /// When no export can be fetched and the folder has none, or the folder cannot be used. The
    /// database is then unchanged. A refused export is no error but an entry of the report.
    pub fn update(
        &self,
        transport: &dyn Transport,
        request: &UpdateRequest,
        step: &(dyn Fn(UpdateStep<'_>) + Sync),
    ) -> Result<UpdateReport, UpdateError> {
        let folder = self.folder();
        self.layout.create().map_err(UpdateError::io(folder))?;
        if !is_own_folder(folder).map_err(UpdateError::io(folder))? {
            return Err(UpdateError::NotOurs { path: folder.to_owned() });
        }
        let before = self.generation()?;
        let lock = self.layout.lock();
        let held = Lock::take(&lock, request.wait, || step(UpdateStep::Waiting))
            .map_err(UpdateError::io(&lock))?
            .ok_or(UpdateError::Busy)?;
        if held.has_waited && self.generation()? != before && !request.reset {
            let due = self.due(&request.exports, Duration::from_secs(3600), request.now)?;
            if due == Due::No {
                return Ok(UpdateReport { by_another: true, ..UpdateReport::default() });
            }
        }
        Work { layout: &self.layout, transport, request, step, store: self }.run()
    }

    /// Removes the database, and the files that it was built from.
    ///
    /// # Errors
    /// [`UpdateError::Io`] when something cannot be removed.
    pub fn clear(&self) -> Result<(), UpdateError> {
        self.layout.clear().map_err(UpdateError::io(self.folder()))
    }

    pub(super) fn layout(&self) -> &Layout {
        &self.layout
    }

    /// Whether the database in the folder was built from this state.
    pub(super) fn is_of(&self, state: &State, database: &Database) -> bool {
        let bytes = self.database().metadata().map_or(0, |file| file.len());
        state.built == database.info().built.unix_seconds() && state.database_bytes == bytes
    }

    fn generation(&self) -> Result<Option<u64>, UpdateError> {
        let path = self.layout.state();
        let state = State::read(&path).map_err(UpdateError::io(&path))?;
        Ok(state.map(|state| state.generation))
    }
}

/// Whether something was looked up recently; not when that was in the future.
pub(super) fn is_fresh(checked: i64, max_age: Duration, now: Timestamp) -> bool {
    let age = now.unix_seconds().saturating_sub(checked);
    u64::try_from(age).is_ok_and(|age| age < max_age.as_secs())
}
