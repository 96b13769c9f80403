//! Cases, counted by group and by feature.

use std::collections::BTreeMap;

use crate::case::Outcome;

#[derive(Default)]
pub(crate) struct Tally {
    groups: BTreeMap<String, Count>,
    features: BTreeMap<String, Count>,
}

#[derive(Default)]
struct Count {
    cases: usize,
    exact_cases: usize,
    not_loaded: usize,
    rows: usize,
    exact: usize,
    unsafe_rows: usize,
}

impl Tally {
    pub(crate) fn add(&mut self, group: &str, features: &str, outcome: &Outcome) {
        self.groups.entry(group.to_owned()).or_default().add(outcome);
        for feature in features.split(' ') {
            self.features.entry(feature.to_owned()).or_default().add(outcome);
        }
    }

    pub(crate) fn passes_that_fail(&self) -> usize {
        self.groups.values().map(|count| count.unsafe_rows).sum()
    }

    pub(crate) fn print(&self) {
        for (title, counts) in [("feature", &self.features), ("group", &self.groups)] {
            println!(
                "{title:34}{:>6}{:>7}{:>12}{:>7}{:>7}{:>22}",
                "cases", "exact", "not loaded", "rows", "exact", "passes where it fails"
            );
            for (name, count) in counts {
                let Count { cases, exact_cases, not_loaded, rows, exact, unsafe_rows } = count;
                println!(
                    "{name:34}{cases:>6}{exact_cases:>7}{not_loaded:>12}{rows:>7}{exact:>7}{unsafe_rows:>22}"
                );
            }
        }
    }
}

impl Count {
    fn add(&mut self, outcome: &Outcome) {
        self.cases += 1;
        self.exact_cases += usize::from(outcome.exact().is_ok());
        match outcome {
            Outcome::NotLoaded(_) => self.not_loaded += 1,
            Outcome::Compared { rows, exact, unsafe_rows, .. } => {
                self.rows += rows;
                self.exact += exact;
                self.unsafe_rows += unsafe_rows;
            }
        }
    }
}
