//! One update, from the first question to the new database.

use std::collections::{BTreeMap, BTreeSet};

use sealift_matcher::{BuildOptions, Builder};

use super::catalogue::{self, Catalogue};
use super::download::Fetcher;
use super::export::{Candidate, Files, Refresh};
use super::layout::Layout;
use super::state::{CatalogueState, ExportState, State};
use super::store::is_fresh;
use super::{
    DatabaseStore, ExportName, ExportOutcome, ExportReport, Refusal, Transport, UpdateError,
    UpdateReport, UpdateRequest, UpdateStep,
};
use crate::Database;

/// An update by the process that has the lock.
pub(super) struct Work<'w> {
    pub(super) layout: &'w Layout,
    pub(super) transport: &'w dyn Transport,
    pub(super) request: &'w UpdateRequest,
    pub(super) step: &'w (dyn Fn(UpdateStep<'_>) + Sync),
    pub(super) store: &'w DatabaseStore,
}

/// The exports that were fetched, and reports on those that were not.
#[derive(Default)]
struct Gathered {
    exports: BTreeMap<ExportName, Option<Candidate>>,
    catalogues: Vec<(Catalogue, Option<catalogue::Candidate>)>,
    reports: Vec<ExportReport>,
}

impl Work<'_> {
    pub(super) fn run(&self) -> Result<UpdateReport, UpdateError> {
        let path = self.layout.state();
        let read = State::read(&path).map_err(UpdateError::io(&path))?;
        let last = read.clone().filter(|_| !self.request.reset).unwrap_or_default();
        let database = Database::open(&self.store.database()).ok();
        if read.is_none() && database.is_none() {
            // From here on a database in this place is ours, whenever this process is killed.
            State::default().write(&path).map_err(UpdateError::io(&path))?;
        }
        let is_whole = database.is_some_and(|database| self.store.is_of(&last, &database));
        let names = self.names(&last, read.as_ref());
        if names.is_empty() {
            return Err(UpdateError::NothingWanted);
        }
        let generation = read.as_ref().map_or(0, |read| read.generation) + 1;
        let gathered = self.gather(&names, &last, generation);
        if is_whole && !gathered.has_news() {
            return self.keep(last, gathered, &path);
        }
        self.build(&last, gathered, generation, &path)
    }

    /// The exports that are to be in the database.
    fn names(&self, last: &State, read: Option<&State>) -> BTreeSet<ExportName> {
        let known =
            last.exports.keys().chain(read.into_iter().flat_map(|read| read.exports.keys()));
        let known = known.filter_map(|name| name.parse().ok());
        known.chain(self.request.exports.iter().cloned()).collect()
    }

    fn fetcher(&self) -> Fetcher<'_> {
        Fetcher { transport: self.transport, layout: self.layout, step: self.step }
    }

    /// Asks for everything.
    fn gather(&self, names: &BTreeSet<ExportName>, last: &State, generation: u64) -> Gathered {
        let fetcher = self.fetcher();
        let mut gathered = Gathered::default();
        let mut asked = false;
        for name in names {
            let before = last.exports.get(name.as_str());
            let skip =
                before.filter(|it| is_fresh(it.checked, self.request.fresh_for, self.request.now));
            let candidate = match skip {
                Some(before) => Ok(Candidate::Same(Box::new(before.clone()))),
                None => {
                    asked = true;
                    self.refresh(&fetcher, name, generation, before).run(before)
                }
            };
            // What was not there before and is not there now is no news.
            let candidate = candidate.map(|candidate| match (candidate, before) {
                (Candidate::Absent, Some(before)) => {
                    let checked = self.request.now.unix_seconds();
                    Candidate::Same(Box::new(ExportState { checked, ..before.clone() }))
                }
                (candidate, _) => candidate,
            });
            let candidate = gathered.noted(name.as_str(), candidate, before.is_some());
            gathered.exports.insert(name.clone(), candidate);
        }
        for which in Catalogue::ALL {
            let before = which.of(last);
            let now = self.request.now.unix_seconds();
            let skip = !asked || is_fresh(before.checked, self.request.fresh_for, self.request.now);
            let candidate = match skip {
                true => Ok(catalogue::Candidate::Same(before.clone())),
                false => which.refresh(&fetcher, before, now, generation),
            };
            let candidate = gathered.noted(which.name(), candidate, before.file.is_some());
            gathered.catalogues.push((which, candidate));
        }
        gathered
    }

    fn refresh<'r>(
        &self,
        fetcher: &'r Fetcher<'r>,
        name: &'r ExportName,
        generation: u64,
        before: Option<&ExportState>,
    ) -> Refresh<'r> {
        let was_there = before.is_some_and(|before| before.zip.is_some());
        Refresh { fetcher, name, now: self.request.now.unix_seconds(), generation, was_there }
    }

    /// Records, when no export has changed, that this was checked.
    fn keep(
        &self,
        mut state: State,
        gathered: Gathered,
        path: &std::path::Path,
    ) -> Result<UpdateReport, UpdateError> {
        let mut reports = gathered.reports;
        for (name, candidate) in gathered.exports {
            if let Some(Candidate::Same(same)) = candidate {
                let outcome = match same.zip {
                    Some(_) => ExportOutcome::Unchanged,
                    None => ExportOutcome::Absent,
                };
                reports.push(report(name.as_str(), same.records, outcome));
                state.exports.insert(name.as_str().to_owned(), *same);
            }
        }
        for (which, candidate) in gathered.catalogues {
            if let Some(catalogue::Candidate::Same(same)) = candidate {
                *which.of_mut(&mut state) = same;
            }
        }
        state.write(path).map_err(UpdateError::io(path))?;
        Ok(UpdateReport { exports: sorted(reports), ..UpdateReport::default() })
    }

    fn build(
        &self,
        last: &State,
        gathered: Gathered,
        generation: u64,
        path: &std::path::Path,
    ) -> Result<UpdateReport, UpdateError> {
        (self.step)(UpdateStep::Building);
        let options = BuildOptions::new(self.request.built)
            .threads(self.request.threads)
            .spool(self.store.folder());
        let mut making = Making {
            work: self,
            builder: Builder::new(options),
            state: State { generation, ..State::default() },
            reports: gathered.reports,
        };
        for (name, candidate) in gathered.exports {
            let before = last.exports.get(name.as_str());
            making.export(&name, candidate, before, generation)?;
        }
        for (which, candidate) in gathered.catalogues {
            making.catalogue(which, candidate, which.of(last))?;
        }
        let Making { builder, mut state, mut reports, .. } = making;
        if state.exports.is_empty() {
            let refused =
                reports.iter().position(|it| matches!(it.outcome, ExportOutcome::Refused { .. }));
            if let Some(index) = refused
                && let ExportReport { name, outcome: ExportOutcome::Refused { why, .. }, .. } =
                    reports.swap_remove(index)
            {
                // What turned out damaged is not relied on the next time.
                state.write(path).map_err(UpdateError::io(path))?;
                return Err(UpdateError::NothingThere { name, why });
            }
        }
        let database = self.store.database();
        let built = builder.write(&database).map_err(UpdateError::Build)?;
        state.built = built.info.built.unix_seconds();
        let metadata = database.metadata().map_err(UpdateError::io(&database))?;
        state.database_bytes = metadata.len();
        state.write(path).map_err(UpdateError::io(path))?;
        self.layout.sweep(&|file| state.names(file));
        Ok(UpdateReport { is_new: true, exports: sorted(reports), ..UpdateReport::default() })
    }
}

impl Gathered {
    /// The candidate; without one, the reason is noted.
    fn noted<T>(&mut self, name: &str, candidate: Result<T, Refusal>, kept: bool) -> Option<T> {
        candidate
            .map_err(|why| self.reports.push(report(name, 0, ExportOutcome::Refused { why, kept })))
            .ok()
    }

    fn has_news(&self) -> bool {
        let exports = self.exports.values().flatten();
        let mut catalogues = self.catalogues.iter().filter_map(|(_, it)| it.as_ref());
        exports.into_iter().any(|it| matches!(it, Candidate::New(_) | Candidate::Absent))
            || catalogues.any(|it| matches!(it, catalogue::Candidate::New(_)))
    }
}

/// A database in the making.
struct Making<'m, 'w> {
    work: &'m Work<'w>,
    builder: Builder,
    state: State,
    reports: Vec<ExportReport>,
}

impl Making<'_, '_> {
    /// Adds an export: what is new, if it can be read whole, else its last good state.
    fn export(
        &mut self,
        name: &ExportName,
        candidate: Option<Candidate>,
        before: Option<&ExportState>,
        generation: u64,
    ) -> Result<(), UpdateError> {
        let (state, outcome) = match candidate {
            Some(Candidate::New(new)) => match self.new_export(name, *new, before, generation)? {
                Ok(done) => done,
                Err(why) => return self.last_good(name, before, Some(why)),
            },
            Some(Candidate::Same(same)) => return self.last_good(name, Some(&same), None),
            Some(Candidate::Absent) => {
                let now = self.work.request.now.unix_seconds();
                let state = ExportState { checked: now, ..ExportState::default() };
                (state, ExportOutcome::Absent)
            }
            None => return self.last_good(name, before, None),
        };
        self.reports.push(report(name.as_str(), state.records, outcome));
        self.state.exports.insert(name.as_str().to_owned(), state);
        Ok(())
    }

    /// Reads an export that has just arrived. The inner error is why it is refused.
    fn new_export(
        &mut self,
        name: &ExportName,
        mut new: super::export::NewExport,
        before: Option<&ExportState>,
        generation: u64,
    ) -> Result<Result<(ExportState, ExportOutcome), Refusal>, UpdateError> {
        let fetcher = self.work.fetcher();
        let refresh = self.work.refresh(&fetcher, name, generation, before);
        let files = new.files(self.work.layout);
        let called = format!("{name}/all.zip");
        let Some(export) = files.export(&called) else { return Ok(Ok(empty())) };
        let outcome = std::mem::replace(&mut new.outcome, ExportOutcome::Unchanged);
        let has_arrived = new.has_arrived();
        let read = self.builder.read(&export).map_err(Refusal::from);
        let accepted = read.and_then(|read| {
            let state = refresh.accept(new, &read, before)?;
            Ok((state, read))
        });
        match accepted {
            Ok((state, read)) => {
                self.builder.add(read).map_err(UpdateError::Build)?;
                Ok(Ok((state, outcome)))
            }
            Err(why) => {
                if has_arrived {
                    fetcher.forget(&refresh.arriving());
                }
                Ok(Err(why))
            }
        }
    }

    /// Adds an export in its last good state; `why` is the reason, unless it is already noted.
    fn last_good(
        &mut self,
        name: &ExportName,
        last: Option<&ExportState>,
        why: Option<Refusal>,
    ) -> Result<(), UpdateError> {
        let is_told = self.reports.iter().any(|it| it.name == name.as_str());
        let mut why = why;
        let mut kept = None;
        if let Some(last) = last {
            let files = Files::of(last, self.work.layout);
            match files.export(&format!("{name}/all.zip")).map(|it| self.builder.read(&it)) {
                None => kept = Some((last.clone(), ExportOutcome::Absent)),
                Some(Ok(read)) => {
                    self.builder.add(read).map_err(UpdateError::Build)?;
                    kept = Some((last.clone(), ExportOutcome::Unchanged));
                }
                // What is kept is damaged: it is fetched again the next time.
                Some(Err(error)) => {
                    why.get_or_insert(Refusal::Unreadable(error));
                }
            }
        }
        let (records, unchanged) = match kept {
            Some((state, outcome)) => {
                let records = state.records;
                self.state.exports.insert(name.as_str().to_owned(), state);
                (records, Some(outcome))
            }
            None => (0, None),
        };
        let is_kept = unchanged.is_some();
        match (why, unchanged) {
            (Some(why), _) => {
                let outcome = ExportOutcome::Refused { why, kept: is_kept };
                self.reports.push(report(name.as_str(), records, outcome));
            }
            (None, Some(outcome)) if !is_told => {
                self.reports.push(report(name.as_str(), records, outcome));
            }
            _ => {}
        }
        Ok(())
    }

    fn catalogue(
        &mut self,
        which: Catalogue,
        candidate: Option<catalogue::Candidate>,
        before: &CatalogueState,
    ) -> Result<(), UpdateError> {
        let layout = self.work.layout;
        let (mut state, outcome) = match candidate {
            Some(catalogue::Candidate::New(state)) => {
                let bytes = state.file.as_ref().map_or(0, |file| file.bytes);
                (state, ExportOutcome::Whole { bytes })
            }
            Some(catalogue::Candidate::Same(state)) => (state, ExportOutcome::Unchanged),
            Some(catalogue::Candidate::Absent) | None => (before.clone(), ExportOutcome::Unchanged),
        };
        let is_told = self.reports.iter().any(|it| it.name == which.name());
        let read = match which.read(&self.builder, layout, &mut state, before.records) {
            Ok(read) => read.map(|read| (read, outcome)),
            Err(why) => {
                let mut last = before.clone();
                let read = which.read(&self.builder, layout, &mut last, 0).ok().flatten();
                state = if read.is_some() { last } else { CatalogueState::default() };
                let kept = read.is_some();
                let refused = ExportOutcome::Refused { why, kept };
                self.reports.push(report(which.name(), state.records, refused));
                if let Some(read) = read {
                    self.builder.add(read).map_err(UpdateError::Build)?;
                }
                *which.of_mut(&mut self.state) = state;
                return Ok(());
            }
        };
        if let Some((read, outcome)) = read {
            self.builder.add(read).map_err(UpdateError::Build)?;
            if !is_told {
                self.reports.push(report(which.name(), state.records, outcome));
            }
        }
        *which.of_mut(&mut self.state) = state;
        Ok(())
    }
}

impl Catalogue {
    fn of(self, state: &State) -> &CatalogueState {
        match self {
            Self::Kev => &state.kev,
            Self::Epss => &state.epss,
        }
    }

    fn of_mut(self, state: &mut State) -> &mut CatalogueState {
        match self {
            Self::Kev => &mut state.kev,
            Self::Epss => &mut state.epss,
        }
    }
}

fn empty() -> (ExportState, ExportOutcome) {
    (ExportState::default(), ExportOutcome::Absent)
}

fn report(name: &str, records: u64, outcome: ExportOutcome) -> ExportReport {
    ExportReport { name: name.to_owned(), records, outcome }
}

fn sorted(mut reports: Vec<ExportReport>) -> Vec<ExportReport> {
    reports.sort_by(|a, b| a.name.cmp(&b.name));
    reports
}
