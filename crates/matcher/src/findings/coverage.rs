//! For which of the packages there are advisories at all.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use crate::Database;
use serde::Serialize;

/// The ecosystems of the packages asked about, with and without advisories. "No advisories" is
/// not "no findings".
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
    /// As OSV writes it, `Debian:12`; where OSV has no name for it, in words.
    pub name: String,
    /// Packages of it that were asked about.
    pub packages: u64,
    /// Records of it in the database.
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

    /// Takes in what another counted.
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
