//! The publishers of the content of a database.

use std::collections::{BTreeMap, BTreeSet};

use super::source::SourceKind;
use crate::database::{OriginInfo, key};
use crate::findings::data_source::origin;

/// Publishers by name, with the number of their records.
#[derive(Debug, Default)]
pub(super) struct Origins(BTreeMap<String, OriginInfo>);

impl Origins {
    /// Counts a record that is kept.
    pub(super) fn record(&mut self, id: &str, ecosystems: &BTreeSet<String>) {
        let bases: BTreeSet<&str> = ecosystems.iter().map(|name| key::base(name)).collect();
        let bases: Vec<&str> = bases.into_iter().collect();
        self.count(origin(id, &bases), 1);
    }

    /// Counts the entries of a catalogue.
    pub(super) fn catalogue(&mut self, kind: &SourceKind, entries: u64) {
        match kind {
            // Licence: cisa.gov, "Known Exploited Vulnerabilities Catalog".
            SourceKind::Kev(_) => {
                let url = "https://www.cisa.gov/known-exploited-vulnerabilities-catalog";
                self.count(("CISA KEV", Some(url), Some("CC0-1.0")), entries);
            }
            // Free to use; FIRST asks to be named (first.org/epss, "Usage agreement").
            SourceKind::Epss(_) => {
                self.count(("FIRST EPSS", Some("https://www.first.org/epss"), None), entries);
            }
            SourceKind::Zip(_) | SourceKind::Files(_) => {}
        }
    }

    pub(super) fn finish(self) -> Vec<OriginInfo> {
        self.0.into_values().collect()
    }

    fn count(&mut self, origin: (&str, Option<&str>, Option<&str>), records: u64) {
        let (name, url, license) = origin;
        if let Some(known) = self.0.get_mut(name) {
            known.records += records;
            return;
        }
        let (name, url, license) =
            (name.to_owned(), url.map(str::to_owned), license.map(str::to_owned));
        self.0.insert(name.clone(), OriginInfo { name, url, license, records });
    }
}
