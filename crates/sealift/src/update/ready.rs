//! The database for a scan: the cached one, after an update when that is due.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::time::Duration;

use sealift_model::Timestamp;

use super::{
    DatabaseStore, Due, ExportName, Transport, UpdateError, UpdateReport, UpdateRequest, UpdateStep,
};
use crate::{Chain, Database, Error};

/// How the cached database is kept up to date.
#[derive(Clone, Copy)]
#[expect(clippy::exhaustive_structs, reason = "all of it must be said")]
pub struct Upkeep<'u> {
    /// The source of advisories; without one, nothing is fetched and the cached database is used.
    pub transport: Option<&'u dyn Transport>,
    /// The age of the last look-up from which the database is updated.
    pub max_age: Duration,
    /// The current time.
    pub now: Timestamp,
    /// The build time that a new database states.
    pub built: Timestamp,
    /// Receives each step of the update.
    pub step: &'u (dyn Fn(UpdateStep<'_>) + Sync),
}

impl std::fmt::Debug for Upkeep<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Upkeep")
            .field("max_age", &self.max_age)
            .field("now", &self.now)
            .finish_non_exhaustive()
    }
}

/// The database to match against, and notes about it for the report.
#[derive(Debug, Default)]
#[non_exhaustive]
pub struct Kept {
    /// The database; none when no export is needed and none is cached.
    pub database: Option<Database>,
    /// What is not up to date, and why; one sentence each.
    pub notes: Vec<String>,
}

/// Why there is no database to match against.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum KeptError {
    /// No database is cached, and nothing may be fetched.
    #[error("{}: there is no advisory database", path.display())]
    Missing {
        /// Where the database would be.
        path: PathBuf,
    },
    /// No database is cached, and none could be made; or the folder cannot be used.
    #[error(transparent)]
    Update(#[from] UpdateError),
    /// The cached database cannot be opened.
    #[error(transparent)]
    Open(#[from] Error),
}

impl DatabaseStore {
    /// Opens the database with the exports that are `needed`, after an update when that is due.
    /// When the update fails, the last good database is used, and a note says so.
    ///
    /// # Errors
    /// When no database is cached and none can be made.
    pub fn ready(
        &self,
        needed: BTreeSet<ExportName>,
        upkeep: &Upkeep<'_>,
    ) -> Result<Kept, KeptError> {
        let due = self.due(&needed, upkeep.max_age, upkeep.now)?;
        let mut notes = Vec::new();
        match (&due, upkeep.transport) {
            (Due::No | Due::Foreign, _) => {}
            (Due::Missing, None) => return Err(KeptError::Missing { path: self.database() }),
            (Due::Missing, _) if needed.is_empty() => return Ok(Kept::default()),
            (Due::Lacks(names), None) => {
                let names: Vec<&str> = names.iter().map(ExportName::as_str).collect();
                notes.push(format!("the advisories of {} were never fetched", names.join(", ")));
            }
            (_, None) => {}
            (due, Some(transport)) => {
                let mut request = UpdateRequest::new(needed, upkeep.now);
                request.built = upkeep.built;
                request.fresh_for = upkeep.max_age;
                match self.update(transport, &request, upkeep.step) {
                    Ok(report) => notes.extend(report.refusals()),
                    Err(error) if matches!(due, Due::Missing) => return Err(error.into()),
                    Err(error) => notes.push(self.old(&error)),
                }
            }
        }
        Ok(Kept { database: Some(Database::open(&self.database())?), notes })
    }

    /// A note that the last good database is used, and why.
    fn old(&self, error: &UpdateError) -> String {
        let of = Database::open(&self.database()).ok();
        let of =
            of.map_or_else(String::new, |database| format!(" of {}", database.info().built.day()));
        let why = Chain(error);
        format!("the advisory database is not updated, the last one{of} is used: {why}")
    }
}

impl UpdateReport {
    /// The exports that could not be fetched, one sentence each.
    pub fn refusals(&self) -> impl Iterator<Item = String> {
        self.refused().map(|(name, why, kept)| {
            let so = if kept { "its last good state is used" } else { "there is nothing of it" };
            format!("{name} is not up to date: {}; {so}", Chain(why))
        })
    }
}
