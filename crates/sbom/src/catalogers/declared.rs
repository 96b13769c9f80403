//! The common form of lockfiles and manifests: packages with their lines, and references between
//! them.

use std::collections::{HashMap, HashSet};

use sealift_model::{Evidence, Impact, Location, Package, Purl, PurlError};

use crate::{Catalog, Fact, Facts, MergedFacts, MergedFile};

/// The package of that name and version in an ecosystem whose purls have the name alone.
pub(super) fn package(
    ecosystem: sealift_model::Ecosystem,
    name: &str,
    version: &str,
) -> Result<Package, PurlError> {
    let purl = Purl::builder(ecosystem.purl_type(), name).version(version).build()?;
    Ok(Package::new(ecosystem, name, version, purl))
}

/// Packages that one file declares, in its order.
#[derive(Debug, Default)]
pub(super) struct Declared(Vec<(Package, Vec<String>)>);

impl Declared {
    /// Adds a package with its lines and the names of what it needs. A name that no package can
    /// have is a problem.
    pub(super) fn add(
        &mut self,
        package: Result<Package, PurlError>,
        lines: (u64, u64),
        requires: Vec<String>,
        facts: &mut Facts,
    ) {
        match package {
            Ok(package) => self.0.push((declared(package, lines), requires)),
            Err(error) => facts.problem(Some(lines.0), format!("not a package: {error}")),
        }
    }

    /// Hands the packages over, each with those of the file that it needs. Which of several
    /// versions of one name is meant is not known; such a dependency is left out.
    pub(super) fn report(self, facts: &mut Facts) {
        let mut ids: HashMap<String, Option<String>> = HashMap::new();
        for (package, _) in &self.0 {
            let id = package.id();
            let known = ids.entry(package.name.clone()).or_insert_with(|| Some(id.clone()));
            if known.as_ref() != Some(&id) {
                *known = None;
            }
        }
        for (mut package, requires) in self.0 {
            let known = requires.iter().filter_map(|name| ids.get(name)?.clone());
            package.depends_on = known.collect();
            package.depends_on.sort_unstable();
            package.depends_on.dedup();
            facts.package(package);
        }
    }
}

/// Takes the facts of manifests that no lockfile covers.
pub(super) fn extend_unlocked(merged: &MergedFacts<'_>, catalog: &mut Catalog) {
    for file in unlocked(merged) {
        catalog.add_problems(file, merged.cataloger, Impact::Partial);
        for package in file.facts.packages() {
            catalog.add(package.clone(), file, merged.cataloger);
        }
    }
}

/// The manifests that no lockfile covers. A lockfile beside a manifest, or above it (the
/// workspace's), has all names in the manifest, with versions.
pub(super) fn unlocked<'m, 'a>(merged: &'m MergedFacts<'a>) -> Vec<&'m MergedFile<'a>> {
    let folder = |path: &str| path.rfind('/').map_or(0, |slash| slash + 1);
    let locked = merged.files.iter().filter(|file| file.facts.facts.contains(&Fact::PinsAll));
    let locked: HashSet<&str> =
        locked.filter_map(|file| file.path.get(..folder(&file.path))).collect();
    let is_locked = |file: &&MergedFile<'_>| {
        let mut above = file.path.match_indices('/').map(|(slash, _)| slash + 1);
        locked.contains("")
            || above.any(|end| file.path.get(..end).is_some_and(|it| locked.contains(it)))
    };
    merged.files.iter().filter(|file| !is_locked(file)).collect()
}

/// Adds one package that needs no other.
pub(super) fn add(package: Result<Package, PurlError>, line: u64, facts: &mut Facts) {
    match package {
        Ok(package) => facts.package(declared(package, (line, line))),
        Err(error) => facts.problem(Some(line), format!("not a package: {error}")),
    }
}

fn declared(mut package: Package, lines: (u64, u64)) -> Package {
    package.evidence = Evidence::Declared;
    package.locations = vec![Location::new("").on_lines(Some(lines))];
    package
}

#[cfg(test)]
pub(super) mod testing {
    use sealift_layers::{File, Limits, Metadata, TreePath};

    use crate::{Cataloger, Error, Facts};

    /// What a cataloger takes out of a file.
    pub(in crate::catalogers) fn read(
        cataloger: &dyn Cataloger,
        path: &str,
        bytes: impl AsRef<[u8]>,
    ) -> (Result<(), Error>, Facts) {
        let limits = Limits::default();
        let mut facts = Facts::default();
        let mut file = File::from_bytes(TreePath::from(path), bytes.as_ref().to_vec(), &limits);
        (cataloger.read(&mut file, &mut facts), facts)
    }

    /// The facts of a file that the cataloger can read.
    pub(in crate::catalogers) fn facts_of(
        cataloger: &dyn Cataloger,
        path: &str,
        bytes: impl AsRef<[u8]>,
    ) -> Facts {
        let (outcome, facts) = read(cataloger, path, bytes);
        outcome.unwrap();
        facts
    }

    /// `name@version line` of each package.
    pub(in crate::catalogers) fn rows(facts: &Facts) -> Vec<String> {
        let row = |it: &sealift_model::Package| {
            let line = it.locations.first().and_then(|place| place.lines).map_or(0, |it| it.0);
            format!("{} {line}", it.id())
        };
        facts.packages().map(row).collect()
    }

    /// The lines of the problems.
    pub(in crate::catalogers) fn problem_lines(facts: &Facts) -> Vec<u64> {
        facts.problems.iter().filter_map(|problem| problem.line).collect()
    }

    /// Whether a cataloger wants a file at a path.
    pub(in crate::catalogers) fn wants(cataloger: &dyn Cataloger, path: &str) -> bool {
        cataloger.wants(TreePath::from(path), &Metadata::new(1, 0o644), b"")
    }
}
