//! The dependents of a package in its project.

use std::collections::{BTreeSet, HashMap};

use sealift_model::{Ecosystem, Package, Purl, Relationship};

/// The packages of an inventory with their dependents.
pub(super) struct Ancestors<'s> {
    packages: &'s [Package],
    /// Packages by the type and the folded name of the purl, `npm/left-pad`.
    named: HashMap<String, Vec<usize>>,
    /// Dependents by lockfile, ecosystem, and the dependency's `name@version`.
    needed_by: HashMap<(&'s str, Ecosystem, &'s str), Vec<usize>>,
}

impl<'s> Ancestors<'s> {
    pub(super) fn of(packages: &'s [Package]) -> Self {
        let mut ancestors = Self { packages, named: HashMap::new(), needed_by: HashMap::new() };
        for (at, package) in packages.iter().enumerate() {
            ancestors.named.entry(key(&package.purl)).or_default().push(at);
            for place in &package.locations {
                for needed in &package.depends_on {
                    let key = (place.path.as_str(), package.ecosystem, needed.as_str());
                    ancestors.needed_by.entry(key).or_default().push(at);
                }
            }
        }
        ancestors
    }

    /// Returns the packages that have the type and the name of a purl.
    pub(super) fn named(&self, purl: &Purl) -> impl Iterator<Item = (usize, &'s Package)> {
        let found = self.named.get(&key(purl)).map(Vec::as_slice).unwrap_or_default();
        let packages = self.packages;
        found.iter().filter_map(move |at| packages.get(*at).map(|package| (*at, package)))
    }

    /// Whether every path from a package up to the project leads through one of `stated`, in each
    /// lockfile that lists it.
    pub(super) fn are_all(&self, package: usize, stated: &BTreeSet<usize>) -> bool {
        let Some(places) = self.packages.get(package).map(|package| &package.locations) else {
            return false;
        };
        !places.is_empty() && places.iter().all(|place| self.are_in(&place.path, package, stated))
    }

    fn are_in(&self, path: &str, package: usize, stated: &BTreeSet<usize>) -> bool {
        let (mut seen, mut open) = (BTreeSet::from([package]), vec![package]);
        let mut ends = Vec::new();
        let mut needs: HashMap<usize, Vec<usize>> = HashMap::new();
        while let Some(at) = open.pop() {
            // The project itself depends on it, or may do so: that path avoids `stated`.
            let Some(found) =
                self.packages.get(at).filter(|found| found.relationship == Relationship::Indirect)
            else {
                return false;
            };
            let id = found.id();
            let Some(parents) = self.needed_by.get(&(path, found.ecosystem, &*id)) else {
                return false;
            };
            for parent in parents {
                if *parent != package && stated.contains(parent) {
                    ends.push(at);
                    continue;
                }
                needs.entry(*parent).or_default().push(at);
                if seen.insert(*parent) {
                    open.push(*parent);
                }
            }
        }
        // A package that leads to none of `stated` is in a loop, and its way into the project is
        // unknown.
        let mut led = BTreeSet::new();
        while let Some(at) = ends.pop() {
            if led.insert(at) {
                ends.extend(needs.get(&at).into_iter().flatten());
            }
        }
        led == seen
    }
}

fn key(purl: &Purl) -> String {
    let name = match Ecosystem::from_purl_type(purl.kind()) {
        Some(ecosystem) => ecosystem.folded_name(purl.name()),
        None => purl.name().into(),
    };
    format!("{}/{name}", purl.kind())
}

#[cfg(test)]
mod tests {
    use sealift_model::Location;

    use super::*;

    const FILE: &str = "package-lock.json";

    /// Makes packages from lines `name: needs`; a star marks a direct dependency of the project.
    fn packages(lines: &[&str]) -> Vec<Package> {
        let read = |line: &&str| {
            let (name, needs) = line.split_once(':').unwrap();
            let (name, relationship) = match name.strip_suffix('*') {
                Some(name) => (name, Relationship::Direct),
                None => (name, Relationship::Indirect),
            };
            let purl = format!("pkg:npm/{name}@1").parse().unwrap();
            let mut package = Package::new(Ecosystem::Npm, name, "1", purl);
            package.relationship = relationship;
            package.depends_on = needs.split_whitespace().map(|need| format!("{need}@1")).collect();
            package.locations = vec![Location::new(FILE)];
            package
        };
        lines.iter().map(read).collect()
    }

    #[test]
    fn every_way_must_lead_through_what_is_stated() {
        for (lines, stated, expected) in [
            (&["leaf:", "a*:leaf"][..], &["a"][..], true),
            (&["leaf:", "a*:b", "b:leaf"], &["a"], true),
            (&["leaf:", "a*:b", "b:leaf"], &["b"], true),
            (&["leaf:", "a*:leaf", "b*:leaf"], &["a"], false),
            (&["leaf:", "a*:leaf", "b*:leaf"], &["a", "b"], true),
            (&["leaf:", "a*:b c", "b:leaf", "c:leaf"], &["b"], false),
            (&["leaf:", "a*:b c", "b:leaf", "c:leaf"], &["a"], true),
            // The project depends on it directly, too.
            (&["leaf*:", "a*:leaf"], &["a"], false),
            // The package, or its dependent, has no dependents.
            (&["leaf:"], &["a"], false),
            (&["leaf:", "a*:leaf", "b:leaf"], &["a"], false),
            // A loop on the path, and one without an entry.
            (&["leaf:", "a*:b", "b:c leaf", "c:b"], &["a"], true),
            (&["leaf:", "a*:leaf", "b:c leaf", "c:b"], &["a"], false),
            (&["leaf:leaf", "a*:leaf"], &["a"], true),
            (&["leaf:leaf"], &["leaf"], false),
        ] {
            let packages = packages(lines);
            let ancestors = Ancestors::of(&packages);
            let named = packages.iter().enumerate();
            let stated: BTreeSet<usize> = named
                .filter(|(_, package)| stated.contains(&&*package.name))
                .map(|(at, _)| at)
                .collect();
            assert_eq!(ancestors.are_all(0, &stated), expected, "{lines:?} {stated:?}");
        }
    }

    #[test]
    fn each_lockfile_counts_by_itself() {
        let mut packages = packages(&["leaf:", "a*:leaf"]);
        packages[0].locations.push(Location::new("other/package-lock.json"));
        let stated = BTreeSet::from([1]);
        assert!(!Ancestors::of(&packages).are_all(0, &stated));
        packages[1].locations.push(Location::new("other/package-lock.json"));
        assert!(Ancestors::of(&packages).are_all(0, &stated));
        packages[0].relationship = Relationship::Unstated;
        assert!(!Ancestors::of(&packages).are_all(0, &stated));
    }
}
