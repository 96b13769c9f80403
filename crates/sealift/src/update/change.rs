//! The changes of an export since the last time, record by record.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Mutex;
use std::sync::PoisonError;
use std::sync::atomic::{AtomicUsize, Ordering};

use sealift_matcher::read_record;

use super::download::{Fetched, Fetcher};
use super::listing::Listing;
use super::name::is_plain_id;
use super::state::ExportState;
use super::transport::Place;
use super::{ExportName, Refusal};

/// What a request for one record costs, in bytes of a zip that could be fetched instead.
const REQUEST_BYTES: u64 = 32 << 10;

/// Records that are fetched one by one at most.
const MAX_SINGLE: u64 = 2_000;

/// Zips of single records before all is fetched again.
const MAX_PACKS: usize = 30;

/// Requests at a time.
const REQUESTS_AT_ONCE: usize = 8;

/// The difference between two listings.
#[derive(Debug)]
pub(super) struct Change {
    /// New records and those with another time, with that.
    pub(super) changed: BTreeMap<String, i64>,
    /// Records that are no longer there.
    pub(super) removed: BTreeSet<String>,
}

impl Change {
    pub(super) fn between(old: &Listing, new: &Listing) -> Self {
        let changed = new.iter().filter(|(id, time)| old.get(id) != Some(*time));
        let removed = old.iter().filter(|(id, _)| new.get(id).is_none());
        Self {
            changed: changed.map(|(id, time)| (id.to_owned(), time)).collect(),
            removed: removed.map(|(id, _)| id.to_owned()).collect(),
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.changed.is_empty() && self.removed.is_empty()
    }

    /// Whether fetching the changed records costs less than the whole zip.
    pub(super) fn is_small(&self, last: &ExportState) -> bool {
        let records = u64::try_from(self.changed.len()).unwrap_or(u64::MAX);
        let zip = last.zip.as_ref().map_or(0, |zip| zip.bytes);
        let packs: u64 = last.packs.iter().map(|pack| pack.bytes).sum();
        records <= MAX_SINGLE
            && records.saturating_mul(REQUEST_BYTES) < zip.max(REQUEST_BYTES)
            && packs < zip / 2 + 1
            && last.packs.len() < MAX_PACKS
            && self.changed.keys().all(|id| is_plain_id(id))
    }
}

/// Records that were fetched one by one.
#[derive(Debug, Default)]
pub(super) struct Records {
    pub(super) json: BTreeMap<String, Vec<u8>>,
    /// Records that are older than the listing promises: they are fetched again the next time.
    pub(super) behind: BTreeSet<String>,
}

/// Fetches records, several at a time. Each is read as building the database will.
pub(super) fn fetch(
    fetcher: &Fetcher<'_>,
    export: &ExportName,
    wanted: &BTreeMap<String, i64>,
) -> Result<Records, Refusal> {
    let wanted: Vec<(&String, i64)> = wanted.iter().map(|(id, time)| (id, *time)).collect();
    let next = AtomicUsize::new(0);
    let got = Mutex::new(Records::default());
    let work = || -> Result<(), Refusal> {
        while let Some((id, time)) = wanted.get(next.fetch_add(1, Ordering::Relaxed)) {
            let fetched = one(fetcher, export, id).inspect_err(|_| {
                // The others need not go on.
                next.store(wanted.len(), Ordering::Relaxed);
            })?;
            let mut got = got.lock().unwrap_or_else(PoisonError::into_inner);
            match fetched {
                Some((json, modified)) => {
                    if modified.is_none_or(|modified| modified < *time) {
                        got.behind.insert((*id).clone());
                    }
                    got.json.insert((*id).clone(), json);
                }
                None => drop(got.behind.insert((*id).clone())),
            }
        }
        Ok(())
    };
    std::thread::scope(|scope| {
        let workers: Vec<_> =
            (0..REQUESTS_AT_ONCE.min(wanted.len())).map(|_| scope.spawn(work)).collect();
        workers.into_iter().try_for_each(|worker| {
            worker.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
        })
    })?;
    Ok(got.into_inner().unwrap_or_else(PoisonError::into_inner))
}

/// A record as it was sent, and when it says that it was last changed.
type Single = (Vec<u8>, Option<i64>);

/// A record with the time of its last change; none when it is not there (any more, or yet).
fn one(fetcher: &Fetcher<'_>, export: &ExportName, id: &str) -> Result<Option<Single>, Refusal> {
    let limits = sealift_matcher::Limits::default();
    let place = Place::Record(export, id);
    let (json, _) = match fetcher.bytes(&place, None, limits.max_record_bytes)? {
        Fetched::Got(got) => got,
        Fetched::Unchanged | Fetched::Absent => return Ok(None),
    };
    let from = || format!("{}/{}", fetcher.transport.origin(&place), place.path());
    let head = read_record(&json, &limits)
        .map_err(|error| Refusal::Record { from: from(), source: error })?;
    match head.id == id {
        true => Ok(Some((json, head.modified.map(sealift_model::Timestamp::unix_seconds)))),
        false => Err(Refusal::OtherRecord { from: from(), found: head.id }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn listings_differ_by_what_is_new_changed_and_gone() {
        let old = Listing::parse(b"2026-01-01T00:00:00Z,A\n2026-01-01T00:00:00Z,B\n").unwrap();
        let new = Listing::parse(b"2026-01-02T00:00:00Z,C\n2026-01-02T00:00:00Z,B\n").unwrap();
        let change = Change::between(&old, &new);
        assert_eq!(change.changed.keys().collect::<Vec<_>>(), ["B", "C"]);
        assert_eq!(change.removed.iter().collect::<Vec<_>>(), ["A"]);
        assert!(Change::between(&new, &new).is_empty());
    }
}
