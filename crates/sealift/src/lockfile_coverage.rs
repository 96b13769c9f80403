//! Which installed packages of a source tree are left to lockfiles.

use std::collections::{HashMap, HashSet};

use sealift_layers::{Metadata, TreePath};
use sealift_model::{Ecosystem, Package, Relationship};

/// Decides whether an installed package is left to a lockfile: one of the same ecosystem, in a
/// folder above it, that names more than the project itself.
pub(crate) struct Covered<'p>(HashMap<Ecosystem, HashSet<&'p str>>);

impl<'p> Covered<'p> {
    pub(crate) fn new(packages: &'p [Package]) -> Self {
        let mut folders: HashMap<Ecosystem, HashSet<&str>> = HashMap::new();
        for package in packages.iter().filter(|package| !is_own(package)) {
            // A package that a lockfile and a manifest name is one, with both as its places.
            let lockfiles = package.locations.iter().filter(|place| is_lockfile(&place.path));
            for lockfile in lockfiles {
                let folder = folder_of(&lockfile.path);
                folders.entry(package.ecosystem).or_default().insert(folder);
            }
        }
        Self(folders)
    }

    /// Whether every place of the package, which no lockfile itself names, lies below a folder
    /// whose lockfile covers it.
    pub(crate) fn covers(&self, package: &Package) -> bool {
        if package.locations.iter().any(|place| is_lockfile(&place.path)) {
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

/// Whether the package is the project itself or a part of it. The project does not use it, and its
/// version is not a release of the package that has this name in a registry.
pub(crate) fn is_own(package: &Package) -> bool {
    matches!(package.relationship, Relationship::Root | Relationship::Workspace)
}

fn is_lockfile(path: &str) -> bool {
    let (path, regular) = (TreePath::new(path.as_bytes()), Metadata::new(1, 0o644));
    sealift_sbom::LOCKFILES.iter().any(|cataloger| cataloger.wants(path, &regular, b""))
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

    /// One package of two files is one, and the second of them may be no lockfile, or the only one.
    #[test]
    fn each_place_is_judged_by_itself() {
        use Ecosystem::Pypi;
        let installed = package("python-installed", Pypi, "b/venv/a.dist-info/METADATA");
        for (cataloger, places, is_covered) in [
            ("python-poetry", ["a/poetry.lock", "b/requirements.txt"], false),
            ("python-requirements", ["b/requirements.txt", "b/uv.lock"], true),
        ] {
            let mut both = package(cataloger, Pypi, "");
            both.locations = places.map(Location::new).to_vec();
            assert_eq!(Covered::new(&[both]).covers(&installed), is_covered, "{places:?}");
        }
    }
}
