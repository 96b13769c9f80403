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

/// How long an update waits for another one, unless it is told otherwise.
const WAIT: Duration = Duration::from_secs(600);

/// The folder in which the database is kept, with what it was made of.
///
/// Any number of processes may use one folder: they read whole databases only, and one of them
/// updates at a time.
#[derive(Clone, Debug)]
pub struct DatabaseStore {
    layout: Layout,
}

/// What an update is to bring.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct UpdateRequest {
    /// The exports that are wanted, beside those that are there.
    pub exports: BTreeSet<ExportName>,
    /// The time.
    pub now: Timestamp,
    /// The time that the database gives as that of its building. Default: `now`.
    pub built: Timestamp,
    /// Exports that were looked up so recently are not asked for. Default: all are.
    pub fresh_for: Duration,
    /// Whether to begin anew and take whatever comes, even when it is less than before.
    pub reset: bool,
    /// Threads that read records. Default: one for each processor.
    pub threads: NonZeroUsize,
    /// How long to wait while another process updates. Default: 10 minutes.
    pub wait: Duration,
}

/// Whether the database should be updated before it is used.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Due {
    /// It has what is needed, and is not old.
    No,
    /// There is none.
    Missing,
    /// Some of what is needed was last looked up then.
    Old(Timestamp),
    /// These exports have never been asked for.
    Lacks(BTreeSet<ExportName>),
    /// Somebody has put another database there. It is left as it is.
    Foreign,
}

impl UpdateRequest {
    /// Everything that is there and these exports, as of `now`.
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
    /// The store in a folder, which is made when there is something to keep.
    #[must_use]
    pub fn new(folder: impl Into<PathBuf>) -> Self {
        Self { layout: Layout::new(folder.into()) }
    }

    /// The folder.
    #[must_use]
    pub fn folder(&self) -> &Path {
        self.layout.folder()
    }

    /// The database, if it is there.
    #[must_use]
    pub fn database(&self) -> PathBuf {
        self.layout.database()
    }

    /// Whether the database has the exports that are `needed`, and was asked for news of them
    /// within `max_age` before `now`.
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
    /// When nothing can be had and nothing is there, or the folder cannot be used. The database is
    /// then as it was. An export that is refused is no error but stands in the report.
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

    /// Takes the database away, and all that it was made of.
    ///
    /// # Errors
    /// [`UpdateError::Io`] when something cannot be removed.
    pub fn clear(&self) -> Result<(), UpdateError> {
        self.layout.clear().map_err(UpdateError::io(self.folder()))
    }

    pub(super) fn layout(&self) -> &Layout {
        &self.layout
    }

    /// Whether the database in the folder was made of this state.
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
