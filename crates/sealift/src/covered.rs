//! Which packages of a source tree count.

use std::collections::{HashMap, HashSet};

use sealift_model::{Ecosystem, Evidence, Package};

/// Tells of installed packages whether a lockfile speaks for them: one of the same ecosystem in
/// a folder above.
pub(crate) struct Covered<'p>(HashMap<Ecosystem, HashSet<&'p str>>);

impl<'p> Covered<'p> {
    pub(crate) fn new(packages: &'p [Package]) -> Self {
        let mut folders: HashMap<Ecosystem, HashSet<&str>> = HashMap::new();
        for package in packages.iter().filter(|package| package.evidence == Evidence::Declared) {
            let places = package.locations.iter().map(|place| folder_of(&place.path));
            folders.entry(package.ecosystem).or_default().extend(places);
        }
        Self(folders)
    }

    /// Whether every place of the package lies below a folder whose lockfile covers it.
    pub(crate) fn covers(&self, package: &Package) -> bool {
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

fn folder_of(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(folder, _)| folder)
}
