//! The content of a target.

use serde::{Deserialize, Serialize};

use crate::{Diagnostic, Distribution, Impact, Package};

/// The packages of an image, a tree or an SBOM, and what could not be read of it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Inventory {
    /// The distribution, when one is identified.
    pub distribution: Option<Distribution>,
    /// The packages, sorted by ecosystem, name, version and first location.
    pub packages: Vec<Package>,
    /// What could not be read, sorted by path.
    pub diagnostics: Vec<Diagnostic>,
}

impl Inventory {
    /// Sorts packages and diagnostics, so that equal inventories are equal bytes.
    pub fn sort(&mut self) {
        sort_packages(&mut self.packages);
        self.diagnose([]);
    }

    /// Adds diagnostics, and sorts everything.
    pub fn diagnose(&mut self, more: impl IntoIterator<Item = Diagnostic>) {
        self.diagnostics.extend(more);
        self.diagnostics.sort();
        self.diagnostics.dedup();
    }

    /// Whether a diagnostic makes the inventory incomplete as a whole.
    #[must_use]
    pub fn is_incomplete(&self) -> bool {
        self.diagnostics.iter().any(|diagnostic| diagnostic.impact == Impact::Incomplete)
    }
}

/// Sorts the places of packages, which are large themselves, and then moves each once.
fn sort_packages(packages: &mut [Package]) {
    let mut sorted: Vec<_> = packages.iter().enumerate().collect();
    sorted.sort_by(|(_, a), (_, b)| order_key(a).cmp(&order_key(b)));
    let mut targets = vec![0; sorted.len()];
    for (to, (from, _)) in sorted.into_iter().enumerate() {
        if let Some(target) = targets.get_mut(from) {
            *target = to;
        }
    }
    for at in 0..targets.len() {
        while let Some(to) = targets.get(at).copied().filter(|to| *to != at) {
            packages.swap(at, to);
            targets.swap(at, to);
        }
    }
}

fn order_key(package: &Package) -> impl Ord {
    (package.ecosystem, &package.name, &package.version, &package.locations, &package.purl)
}
