//! Collects packages from the facts of the merged view.

use std::hash::BuildHasher;

use hashbrown::{DefaultHashBuilder, HashSet, HashTable};
use sealift_model::{
    Diagnostic, Digest, Distribution, Ecosystem, Evidence, Impact, Location, Package, Purl,
    Relationship,
};

use crate::{Facts, Problem};

/// A file of the merged view, with the facts that one cataloger extracted from it.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct MergedFile<'a> {
    /// Path in the merged view, in the form of [`Location::path`].
    pub path: String,
    /// Other names of the same content, hard and symbolic links.
    pub aliases: Vec<String>,
    /// Diff-id of the layer that added the file; none outside images.
    pub layer: Option<&'a Digest>,
    /// The extracted facts.
    pub facts: &'a Facts,
}

/// The files that one cataloger wanted and that remain after the merge, ordered by path.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct MergedFacts<'a> {
    /// The cataloger's name.
    pub cataloger: &'static str,
    /// The files, sorted by path.
    pub files: Vec<MergedFile<'a>>,
    /// The distribution, if it is known.
    pub distribution: Option<&'a Distribution>,
}

impl<'a> MergedFacts<'a> {
    /// The files, sorted by path, of a tree whose distribution is unknown.
    #[must_use]
    pub fn new(cataloger: &'static str, files: Vec<MergedFile<'a>>) -> Self {
        Self { cataloger, files, distribution: None }
    }
}

/// The most diagnostics kept for one tree; further ones are only counted. A hostile image can have
/// millions of unreadable files.
const MAX_DIAGNOSTICS: usize = 10_000;

/// The packages found so far.
#[derive(Debug, Default)]
#[non_exhaustive]
pub struct Catalog {
    packages: Vec<Package>,
    diagnostics: Vec<Diagnostic>,
    /// The number of diagnostics that are not kept, and the worst impact among them.
    more: u64,
    worst: Option<Impact>,
    /// The index of each package, by the hash of its identity.
    found: HashTable<(u64, usize)>,
    /// Seeded at random.
    hasher: DefaultHashBuilder,
    /// Locations of the packages with more than one, which may be very many.
    places: HashSet<(usize, Location)>,
    /// What is needed by packages of which several files say different things.
    needs: HashSet<(usize, String)>,
}

impl Catalog {
    /// Adds all packages and problems of the files unchanged.
    pub fn extend(&mut self, merged: &MergedFacts<'_>) {
        for file in &merged.files {
            for package in file.facts.packages() {
                self.add(package.clone(), file, merged.cataloger);
            }
            self.add_problems(file, merged.cataloger, Impact::Partial);
        }
    }

    /// Adds a package that `file` names. If it is found again, it becomes one package with two
    /// locations.
    pub fn add(&mut self, mut package: Package, file: &MergedFile<'_>, cataloger: &str) {
        let inner = std::mem::take(&mut package.locations);
        package.locations = if inner.is_empty() {
            vec![file.location("")]
        } else {
            inner
                .into_iter()
                .map(|place| file.location(&place.path).on_lines(place.lines))
                .collect()
        };
        cataloger.clone_into(&mut package.cataloger);
        let hash = self.hasher.hash_one(identity(&package));
        let is_same = |(_, at): &(u64, usize)| {
            self.packages.get(*at).is_some_and(|known| identity(known) == identity(&package))
        };
        match self.found.find(hash, is_same).copied() {
            Some((_, at)) => {
                if let Some(known) = self.packages.get_mut(at) {
                    known.scope = known.scope.joined(package.scope);
                    known.relationship = joined(known.relationship, package.relationship);
                }
                self.add_needs(at, package.depends_on);
                self.add_places(at, package.locations);
            }
            None => {
                self.found.insert_unique(hash, (hash, self.packages.len()), |(hash, _)| *hash);
                self.packages.push(package);
            }
        }
    }

    /// Adds what another file says that the package at `at` needs, each once.
    fn add_needs(&mut self, at: usize, needs: Vec<String>) {
        let Some(known) = self.packages.get_mut(at) else { return };
        if known.depends_on == needs {
            return;
        }
        let first = known.depends_on.first().map(|first| (at, first.clone()));
        if first.is_some_and(|first| !self.needs.contains(&first)) {
            self.needs.extend(known.depends_on.iter().map(|need| (at, need.clone())));
        }
        for need in needs {
            if self.needs.insert((at, need.clone())) {
                known.depends_on.push(need);
            }
        }
    }

    /// Adds locations to the package at `at`, each once.
    fn add_places(&mut self, at: usize, places: Vec<Location>) {
        let Some(known) = self.packages.get_mut(at) else { return };
        let first = known.locations.first().map(|first| (at, first.clone()));
        if first.is_some_and(|first| !self.places.contains(&first)) {
            self.places.extend(known.locations.iter().map(|place| (at, place.clone())));
        }
        for place in places {
            if self.places.insert((at, place.clone())) {
                known.locations.push(place);
            }
        }
    }

    /// Adds the problems of a file as diagnostics, and its notes. If a limit stopped the reading,
    /// the result is incomplete.
    pub fn add_problems(&mut self, file: &MergedFile<'_>, cataloger: &str, impact: Impact) {
        let of = |problem: &Problem| match problem.is_limit {
            true => Impact::Incomplete,
            false => impact,
        };
        let problems = file.facts.problems.iter().map(|problem| (problem, of(problem)));
        let notes = file.facts.notes.iter().map(|note| (note, Impact::Note));
        for (problem, impact) in problems.chain(notes) {
            self.diagnose(file.diagnostic(problem, cataloger, impact));
        }
    }

    /// The packages so far, in the order in which they were added.
    #[must_use]
    pub fn packages(&self) -> &[Package] {
        &self.packages
    }

    /// The diagnostics so far, in the order in which they were added.
    #[must_use]
    pub fn diagnostics(&self) -> &[Diagnostic] {
        &self.diagnostics
    }

    /// The packages and diagnostics collected, in the order of collection.
    pub(crate) fn into_parts(mut self) -> (Vec<Package>, Vec<Diagnostic>) {
        if let Some(worst) = self.worst {
            let message = format!("{} more problems with files are not listed", self.more);
            self.diagnostics.push(Diagnostic::new("sbom", message, worst));
        }
        (self.packages, self.diagnostics)
    }

    /// Adds a diagnostic.
    pub fn diagnose(&mut self, diagnostic: Diagnostic) {
        if self.diagnostics.len() < MAX_DIAGNOSTICS {
            self.diagnostics.push(diagnostic);
        } else {
            self.more += 1;
            self.worst = self.worst.max(Some(diagnostic.impact));
        }
    }
}

/// How a package is required that two files list: indirectly only where both say so. A folder of
/// the project hides nothing of that name and version that is fetched.
fn joined(one: Relationship, other: Relationship) -> Relationship {
    use Relationship::{Direct, Indirect, Root, Unstated, Workspace};
    match (one, other) {
        (Root | Workspace, relationship) | (relationship, Root | Workspace) => relationship,
        (Direct, _) | (_, Direct) => Direct,
        (Indirect, Indirect) => Indirect,
        _ => Unstated,
    }
}

/// The identity of a package: packages that share it are merged.
fn identity(package: &Package) -> (Ecosystem, &Purl, &str, Evidence) {
    (package.ecosystem, &package.purl, &package.version, package.evidence)
}

impl<'a> MergedFile<'a> {
    /// A file outside images, without other names.
    #[must_use]
    pub fn new(path: impl Into<String>, facts: &'a Facts) -> Self {
        Self { path: path.into(), aliases: Vec::new(), layer: None, facts }
    }

    /// The location `inner` inside this file; the file itself if `inner` is empty.
    #[must_use]
    pub fn location(&self, inner: &str) -> Location {
        let path = match inner {
            "" => self.path.clone(),
            inner => format!("{}:{inner}", self.path),
        };
        let mut location = Location::new(path);
        location.layer = self.layer.cloned();
        location
    }

    /// A problem of this file, as a diagnostic.
    #[must_use]
    pub fn diagnostic(&self, problem: &Problem, cataloger: &str, impact: Impact) -> Diagnostic {
        let place = self.location(problem.inner_path.as_deref().unwrap_or_default());
        let mut diagnostic =
            Diagnostic::new(cataloger, &problem.message, impact).at(place.path, place.layer);
        diagnostic.line = problem.line;
        diagnostic
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_of_the_project_hides_nothing_that_is_fetched() {
        let (part, fetched) = (Relationship::Workspace, Relationship::Indirect);
        for relationships in [[part, fetched], [fetched, part]] {
            let facts = Facts::default();
            let mut catalog = Catalog::default();
            for (relationship, path) in relationships.into_iter().zip(["a", "b"]) {
                let purl = Purl::builder("npm", "x").version("1").build().unwrap();
                let mut package = Package::new(Ecosystem::Npm, "x", "1", purl);
                package.relationship = relationship;
                catalog.add(package, &MergedFile::new(path, &facts), "test");
            }
            let [package] = catalog.packages() else { panic!("{catalog:?}") };
            assert_eq!((package.relationship, package.locations.len()), (fetched, 2));
        }
    }

    #[test]
    fn what_several_files_say_of_a_package_is_joined() {
        let of = |relationship, needs: &[&str]| {
            let purl = Purl::builder("npm", "x").version("1").build().unwrap();
            let mut package = Package::new(Ecosystem::Npm, "x", "1", purl);
            package.relationship = relationship;
            package.depends_on = needs.iter().map(|need| (*need).to_owned()).collect();
            package
        };
        use Relationship::{Direct, Indirect, Unstated};
        for (relationships, expected) in [
            ([Indirect, Indirect], Indirect),
            ([Indirect, Direct], Direct),
            ([Direct, Unstated], Direct),
            ([Unstated, Indirect], Unstated),
        ] {
            for [one, other] in [relationships, [relationships[1], relationships[0]]] {
                let facts = Facts::default();
                let mut catalog = Catalog::default();
                catalog.add(of(one, &["a@1", "b@1"]), &MergedFile::new("a", &facts), "test");
                catalog.add(of(other, &["b@1", "c@1"]), &MergedFile::new("b", &facts), "test");
                catalog.add(of(other, &["c@1"]), &MergedFile::new("c", &facts), "test");
                let [package] = catalog.packages() else { panic!("{catalog:?}") };
                assert_eq!(package.relationship, expected, "{relationships:?}");
                assert_eq!(package.depends_on, ["a@1", "b@1", "c@1"]);
            }
        }
    }

    #[test]
    fn counts_the_diagnostics_that_it_does_not_keep() {
        let mut catalog = Catalog::default();
        for number in 0..MAX_DIAGNOSTICS + 3 {
            let last = number == MAX_DIAGNOSTICS + 2;
            let impact = if last { Impact::Incomplete } else { Impact::Note };
            catalog.diagnose(Diagnostic::new("x", number.to_string(), impact));
        }
        let (_, diagnostics) = catalog.into_parts();
        assert_eq!(diagnostics.len(), MAX_DIAGNOSTICS + 1);
        let last = diagnostics.last().expect("one that counts");
        assert_eq!(last.to_string(), "3 more problems with files are not listed");
        assert_eq!(last.impact, Impact::Incomplete);
    }
}
