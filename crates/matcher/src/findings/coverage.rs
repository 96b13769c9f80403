//! For which packages there are advisories at all.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use crate::Database;
use serde::Serialize;

/// The ecosystems of the matched packages, with and without advisories. "No advisories" is not the
/// same as "no findings".
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Coverage {
    /// Those with advisories, sorted by name.
    pub with: Vec<EcosystemCoverage>,
    /// Those without, sorted by name.
    pub without: Vec<EcosystemCoverage>,
}

/// One ecosystem or release of a distribution.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct EcosystemCoverage {
    /// Its OSV name, `Debian:12`; a description if OSV has no name for it.
    pub name: String,
    /// Number of its matched packages.
    pub packages: u64,
    /// Number of its records in the database.
    pub records: u64,
    /// Whether they are packages of an operating system.
    pub is_system: bool,
}

/// Counts packages by ecosystem.
#[derive(Debug, Default)]
pub(super) struct Counter(BTreeMap<String, EcosystemCoverage>);

impl Counter {
    pub(super) fn count(&mut self, name: &str, is_system: bool, database: &Database) {
        if let Some(known) = self.0.get_mut(name) {
            known.packages += 1;
            return;
        }
        let records = database.info().ecosystem(name).map_or(0, |info| info.records);
        let name = name.to_owned();
        let ecosystem = EcosystemCoverage { name: name.clone(), packages: 1, records, is_system };
        self.0.insert(name, ecosystem);
    }

    /// Adds the counts of another thread.
    pub(super) fn add(&mut self, other: Self) {
        for (name, ecosystem) in other.0 {
            match self.0.entry(name) {
                Entry::Vacant(place) => drop(place.insert(ecosystem)),
                Entry::Occupied(known) => known.into_mut().packages += ecosystem.packages,
            }
        }
    }

    pub(super) fn finish(self) -> Coverage {
        let (with, without) = self.0.into_values().partition(|ecosystem| ecosystem.records > 0);
        Coverage { with, without }
    }
}
