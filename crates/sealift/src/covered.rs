//! Which packages of a source tree count.

use std::collections::{HashMap, HashSet};

use sealift_model::{Ecosystem, Package, Relationship};

/// Tells of installed packages whether a lockfile speaks for them: one of the same ecosystem in
/// a folder above that names more than the project itself.
pub(crate) struct Covered<'p>(HashMap<Ecosystem, HashSet<&'p str>>);

impl<'p> Covered<'p> {
    pub(crate) fn new(packages: &'p [Package]) -> Self {
        let mut folders: HashMap<Ecosystem, HashSet<&str>> = HashMap::new();
        for package in packages.iter().filter(|package| pins(package)) {
            let places = package.locations.iter().map(|place| folder_of(&place.path));
            folders.entry(package.ecosystem).or_default().extend(places);
        }
        Self(folders)
    }

    /// Whether every place of the package, which no lockfile itself names, lies below a folder
    /// whose lockfile covers it.
    pub(crate) fn covers(&self, package: &Package) -> bool {
        if is_of_lockfile(package) {
            return false;
        }
        let Some(folders) = self.0.get(&package.ecosystem) else { return false };
        package.locations.iter().all(|place| {
            let mut folder = folder_of(&place.path);
            loop {
                if folders.contains(folder) {
                    return true;
                }
                if folder.is_empty() {
                    return false;
                }
                folder = folder_of(folder);
            }
        })
    }
}

/// Whether a lockfile pins that package: it says nothing else of its own project's parts.
fn pins(package: &Package) -> bool {
    let is_own = matches!(package.relationship, Relationship::Root | Relationship::Workspace);
    is_of_lockfile(package) && !is_own
}

fn is_of_lockfile(package: &Package) -> bool {
    sealift_sbom::LOCKFILES.iter().any(|cataloger| cataloger.name() == package.cataloger)
}

fn folder_of(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(folder, _)| folder)
}

#[cfg(test)]
mod tests {
    use sealift_model::{Location, Purl};

    use super::*;

    fn package(cataloger: &str, ecosystem: Ecosystem, path: &str) -> Package {
        let purl = Purl::builder(ecosystem.purl_type(), "name").version("1").build().unwrap();
        let mut package = Package::new(ecosystem, "name", "1", purl);
        package.cataloger = cataloger.to_owned();
        package.locations = vec![Location::new(path)];
        package
    }

    #[test]
    fn what_pins_all_covers_and_is_not_covered() {
        use Ecosystem::{Maven, Nuget, Pypi};
        let archive = package("java-archive", Maven, "lib/a.jar");
        let deps = package("nuget-deps", Nuget, "bin/app.deps.json");
        let installed = package("python-installed", Pypi, "venv/a.dist-info/METADATA");
        for (declared, file, ecosystem, installed, is_covered) in [
            ("java-gradle", "gradle.lockfile", Maven, &archive, true),
            ("java-gradle", "other/gradle.lockfile", Maven, &archive, false),
            ("java-gradle", "gradle.lockfile", Nuget, &archive, false),
            ("java-pom", "pom.xml", Maven, &archive, false),
            ("nuget-project", "app.csproj", Nuget, &deps, false),
            ("nuget-lock", "packages.lock.json", Nuget, &deps, false),
            ("python-poetry", "poetry.lock", Pypi, &installed, true),
            ("python-requirements", "requirements.txt", Pypi, &installed, false),
        ] {
            let mut packages = [package(declared, ecosystem, file)];
            assert_eq!(Covered::new(&packages).covers(installed), is_covered, "{declared}");
            packages[0].relationship = Relationship::Root;
            assert!(!Covered::new(&packages).covers(installed), "{declared}");
        }
    }
}
