//! Bringing one export up to date.

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;

use sealift_matcher::{Export, ReadSource};

use super::change::{self, Change};
use super::download::{Fetched, Fetcher};
use super::layout::Layout;
use super::listing::Listing;
use super::state::{ExportState, Stored};
use super::transport::{Place, Validator};
use super::{ExportName, ExportOutcome, Refusal, pack};

/// Largest zip that is fetched. The whole of OSV in 2026 has 1 GB.
const MAX_ZIP_BYTES: u64 = 4 << 30;

/// Largest listing that is read. That of all of OSV in 2026 has 40 MB.
const MAX_LISTING_BYTES: u64 = 512 << 20;

/// Fewer records than this may go at once.
const FEW: u64 = 50;

/// The result of asking for an export.
#[derive(Debug)]
pub(super) enum Candidate {
    /// All is as it was, and known to be.
    Same(Box<ExportState>),
    /// There is no such export.
    Absent,
    /// There is another state, still to be read.
    New(Box<NewExport>),
}

/// An export as it is to be from now on.
#[derive(Debug)]
pub(super) struct NewExport {
    pub(super) state: ExportState,
    pub(super) outcome: ExportOutcome,
    /// Where the zip still is, when it has just arrived.
    arrived: Option<PathBuf>,
    /// The changes that were published before the zip was fetched.
    listing: Option<(Listing, Option<Validator>)>,
}

/// An export to be asked for.
pub(super) struct Refresh<'r> {
    pub(super) fetcher: &'r Fetcher<'r>,
    pub(super) name: &'r ExportName,
    pub(super) now: i64,
    pub(super) generation: u64,
    /// Whether there is a last good state, from wherever.
    pub(super) was_there: bool,
}

impl Refresh<'_> {
    /// Asks whether an export has changed since its last good state, and fetches what has.
    pub(super) fn run(&self, last: Option<&ExportState>) -> Result<Candidate, Refusal> {
        let origin = self.fetcher.transport.origin(&Place::Zip(self.name));
        // What another place says of its files means nothing here.
        let last = last.filter(|last| last.origin == origin && last.zip.is_some());
        let known = last.and_then(|last| Some((last, self.stored_listing(last)?)));
        let unless = last.and_then(|last| last.listing.as_ref()?.validator.as_ref());
        let place = Place::Listing(self.name);
        let listing = match self.fetcher.bytes(&place, unless, MAX_LISTING_BYTES)? {
            Fetched::Unchanged => {
                let Some(last) = last else { return self.zip(origin, None, None) };
                return Ok(self.same(last));
            }
            Fetched::Absent => None,
            Fetched::Got((bytes, validator)) => {
                let from = || format!("{origin}/{}", place.path());
                let listing = Listing::parse(&bytes)
                    .map_err(|source| Refusal::Listing { from: from(), source })?;
                Some((listing, validator))
            }
        };
        if let (Some((last, old)), Some((new, validator))) = (&known, &listing) {
            shrunk(count(old.len()), count(new.len()))?;
            let change = Change::between(old, new);
            if change.is_empty() {
                let mut same = (*last).clone();
                if let Some(listing) = &mut same.listing {
                    listing.validator.clone_from(validator);
                }
                return Ok(self.same(&same));
            }
            if change.is_small(last) {
                return self.singly(last, change, new.clone(), validator.clone());
            }
        }
        self.zip(origin, last, listing)
    }

    fn same(&self, last: &ExportState) -> Candidate {
        Candidate::Same(Box::new(ExportState { checked: self.now, ..last.clone() }))
    }

    /// The changes up to which all is here.
    fn stored_listing(&self, last: &ExportState) -> Option<Listing> {
        let stored = last.listing.as_ref()?;
        let bytes = fs::read(self.fetcher.layout.stored(&stored.file)).ok()?;
        Listing::parse(&bytes).ok()
    }

    /// Fetches the records that have changed.
    fn singly(
        &self,
        last: &ExportState,
        change: Change,
        mut listing: Listing,
        validator: Option<Validator>,
    ) -> Result<Candidate, Refusal> {
        let records = change::fetch(self.fetcher, self.name, &change.changed)?;
        let mut state = last.clone();
        state.checked = self.now;
        let (fetched, removed) = (count(records.json.len()), count(change.removed.len()));
        state.removed.retain(|id| !records.json.contains_key(id));
        state.removed.extend(change.removed);
        if !records.json.is_empty() {
            let file = self.file("changes.zip");
            let path = self.fetcher.layout.stored(&file);
            pack::write(&path, &records.json).map_err(Refusal::io(&path))?;
            let bytes = fs::metadata(&path).map_err(Refusal::io(&path))?.len();
            state.packs.push(Stored { file, bytes, validator: None });
        }
        listing.retain(|id, _| !records.behind.contains(id));
        let validator = validator.filter(|_| records.behind.is_empty());
        state.listing = Some(self.store_listing(&listing, validator)?);
        let outcome = ExportOutcome::Changed { fetched, removed };
        Ok(Candidate::New(Box::new(NewExport { state, outcome, arrived: None, listing: None })))
    }

    /// Fetches the zip, unless it is still the same.
    fn zip(
        &self,
        origin: String,
        last: Option<&ExportState>,
        listing: Option<(Listing, Option<Validator>)>,
    ) -> Result<Candidate, Refusal> {
        let place = Place::Zip(self.name);
        let unless = last.and_then(|last| last.zip.as_ref()?.validator.as_ref());
        let arriving = self.arriving();
        let zip = match self.fetcher.file(&place, &arriving, unless, MAX_ZIP_BYTES)? {
            Fetched::Unchanged => {
                return Ok(last.map_or(Candidate::Absent, |last| self.same(last)));
            }
            Fetched::Absent if self.was_there => {
                return Err(Refusal::Gone { from: format!("{origin}/{}", place.path()) });
            }
            Fetched::Absent => return Ok(Candidate::Absent),
            Fetched::Got(zip) => zip,
        };
        let stored =
            Stored { file: self.file("all.zip"), bytes: zip.bytes, validator: zip.validator };
        let state = ExportState {
            origin,
            checked: self.now,
            zip: Some(stored),
            packs: Vec::new(),
            removed: BTreeSet::new(),
            listing: None,
            records: 0,
        };
        let outcome = ExportOutcome::Whole { bytes: zip.fetched };
        let arrived = Some(zip.path);
        Ok(Candidate::New(Box::new(NewExport { state, outcome, arrived, listing })))
    }

    /// The name of a download on its way.
    pub(super) fn arriving(&self) -> String {
        format!("{}-all.zip", self.name.stem())
    }

    /// The name of a stored file of the coming generation.
    fn file(&self, what: &str) -> String {
        format!("{}-{:06}-{what}", self.name.stem(), self.generation)
    }

    fn store_listing(
        &self,
        listing: &Listing,
        validator: Option<Validator>,
    ) -> Result<Stored, Refusal> {
        let file = self.file("modified_id.csv");
        let path = self.fetcher.layout.stored(&file);
        let csv = listing.to_csv();
        fs::write(&path, &csv).map_err(Refusal::io(&path))?;
        Ok(Stored { file, bytes: count(csv.len()), validator })
    }

    /// Takes an export that was read whole for good, if it has not lost too many records: puts
    /// what arrived in its place, and notes which changes it has.
    pub(super) fn accept(
        &self,
        new: NewExport,
        read: &ReadSource,
        last: Option<&ExportState>,
    ) -> Result<ExportState, Refusal> {
        let NewExport { mut state, arrived, listing, .. } = new;
        state.records = read.records();
        shrunk(last.map_or(0, |last| last.records), state.records)?;
        if let Some((mut listing, validator)) = listing {
            shrunk(count(listing.len()), state.records)?;
            let there: std::collections::HashMap<&str, i64> = read
                .heads()
                .filter_map(|(id, modified)| Some((id, modified?.unix_seconds())))
                .collect();
            let promised = listing.len();
            listing.retain(|id, time| there.get(id).is_some_and(|there| *there >= time));
            // With some behind, the same listing must be looked at again.
            let validator = validator.filter(|_| listing.len() == promised);
            state.listing = Some(self.store_listing(&listing, validator)?);
        }
        if let (Some(arrived), Some(zip)) = (arrived, &state.zip) {
            let stored = self.fetcher.layout.stored(&zip.file);
            fs::rename(arrived, &stored).map_err(Refusal::io(&stored))?;
            self.fetcher.forget(&self.arriving());
        }
        Ok(state)
    }
}

impl NewExport {
    /// The files of the export, the zip where it is now.
    pub(super) fn files(&self, layout: &Layout) -> Files {
        let mut files = Files::of(&self.state, layout);
        if let Some(arrived) = &self.arrived {
            files.zip = Some(arrived.clone());
        }
        files
    }

    /// Whether the zip has just arrived.
    pub(super) fn has_arrived(&self) -> bool {
        self.arrived.is_some()
    }
}

/// Where the files of an export are.
#[derive(Debug)]
pub(super) struct Files {
    zip: Option<PathBuf>,
    packs: Vec<PathBuf>,
    removed: BTreeSet<String>,
}

impl Files {
    pub(super) fn of(state: &ExportState, layout: &Layout) -> Self {
        Self {
            zip: state.zip.as_ref().map(|zip| layout.stored(&zip.file)),
            packs: state.packs.iter().map(|pack| layout.stored(&pack.file)).collect(),
            removed: state.removed.clone(),
        }
    }

    /// What is built from; none where there is no such export.
    pub(super) fn export<'f>(&'f self, name: &'f str) -> Option<Export<'f>> {
        let mut export = Export::new(name, self.zip.as_ref()?);
        export.changes = self.packs.iter().map(PathBuf::as_path).collect();
        export.removed = self.removed.iter().map(String::as_str).collect();
        Some(export)
    }
}

/// Whether a set of records has lost more than a quarter.
pub(super) fn shrunk(before: u64, now: u64) -> Result<(), Refusal> {
    match before > FEW && now < before / 4 * 3 {
        true => Err(Refusal::Shrunk { before, now }),
        false => Ok(()),
    }
}

fn count(length: usize) -> u64 {
    u64::try_from(length).unwrap_or(u64::MAX)
}
