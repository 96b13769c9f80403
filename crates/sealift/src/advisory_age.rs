//! How old the advisories of a scan are.

use std::collections::BTreeMap;

use sealift_matcher::{Coverage, Info};
use sealift_model::Timestamp;

/// Advisories that have not changed for longer than is usual for their source.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct OldAdvisories {
    /// The ecosystem without its release, `Debian`.
    pub ecosystem: String,
    /// When the newest of its records was modified.
    pub newest: Timestamp,
    /// Whole days from then to the time of the scan.
    pub days: i64,
}

/// Days within which each of OSV's sources usually changes.
const USUAL_DAYS: i64 = 7;

/// The ecosystems of a scan whose newest advisory is older than usual at the time `now`.
#[must_use]
pub fn old_advisories(info: &Info, coverage: &Coverage, now: Timestamp) -> Vec<OldAdvisories> {
    let mut newest: BTreeMap<&str, Timestamp> = BTreeMap::new();
    for ecosystem in coverage.with.iter().map(|row| without_release(&row.name)) {
        // A folder of records need not be named after its ecosystem: then any source counts.
        let own = info.sources.iter().filter(|source| folder(&source.name) == ecosystem);
        let own = own.filter_map(|source| source.newest).max();
        let any = || info.sources.iter().filter_map(|source| source.newest).max();
        newest.extend(own.or_else(any).map(|newest| (ecosystem, newest)));
    }
    let aged = newest.into_iter().map(|(ecosystem, newest)| OldAdvisories {
        ecosystem: ecosystem.to_owned(),
        newest,
        days: now.days_since(newest),
    });
    aged.filter(|advisories| advisories.days > USUAL_DAYS).collect()
}

fn without_release(ecosystem: &str) -> &str {
    ecosystem.split_once(':').map_or(ecosystem, |(name, _)| name)
}

fn folder(source: &str) -> &str {
    source.split_once('/').map_or(source, |(folder, _)| folder)
}
