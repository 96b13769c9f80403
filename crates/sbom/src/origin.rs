//! The layer that a package is from.
//!
//! A file is in one layer, but every layer that installs something writes the database of a package
//! manager anew. Its packages are attributed by comparison with the databases of lower layers,
//! which are among the files that upper layers replaced.

use std::fmt;

use hashbrown::{HashMap, HashSet};
use sealift_layers::Tree;
use sealift_model::{BaseEvidence, Ecosystem, Location, Package};

use crate::reader::FileFacts;
use crate::view::{View, is_crossing};
use crate::{Cataloger, Fact};

/// The identity of a package, independent of its place.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct Identity<'p> {
    ecosystem: Ecosystem,
    name: &'p str,
    version: &'p str,
    architecture: Option<&'p str>,
}

impl<'p> Identity<'p> {
    pub(crate) fn of(package: &'p Package) -> Self {
        Self {
            ecosystem: package.ecosystem,
            name: &package.name,
            version: &package.version,
            architecture: package.architecture.as_deref(),
        }
    }
}

impl fmt::Display for Identity<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { ecosystem, name, version, architecture } = self;
        let architecture = architecture.unwrap_or_default();
        write!(f, "{ecosystem:?}\0{name}\0{version}\0{architecture}")
    }
}

/// Packages with their places. For one of the operating system, one place is as good as another:
/// databases move.
pub(crate) struct Known<'p>(HashSet<(Identity<'p>, Option<&'p str>)>);

impl<'p> Known<'p> {
    pub(crate) fn new(packages: &'p [Package]) -> Self {
        let places = packages
            .iter()
            .flat_map(|package| package.locations.iter().map(|place| Self::key(package, place)));
        Self(places.collect())
    }

    pub(crate) fn has(&self, package: &Package, place: &Location) -> bool {
        self.0.contains(&Self::key(package, place))
    }

    fn key<'k>(package: &'k Package, place: &'k Location) -> (Identity<'k>, Option<&'k str>) {
        let path = Some(&*place.path).filter(|_| !package.ecosystem.is_operating_system());
        (Identity::of(package), path)
    }
}

/// Tells packages which layer first brought them as they are, where their place is of a later
/// one: the lowest whose database lists them.
pub(crate) fn mark_brought(packages: &mut [Package], tree: &Tree<FileFacts>) {
    let lowest = lowest_layers(tree);
    if lowest.is_empty() {
        return;
    }
    let diff_id = |layer: usize| tree.layers.get(layer)?.diff_id.as_ref();
    for package in packages.iter_mut().filter(|package| package.ecosystem.is_operating_system()) {
        let key = (&*package.name, &*package.version, package.architecture.as_deref());
        let Some(brought) = lowest.get(&key).copied().and_then(diff_id) else { continue };
        let in_place = package.locations.iter().any(|place| place.layer.as_ref() == Some(brought));
        package.brought_by = (!in_place).then(|| brought.clone());
    }
}

/// By name, version and architecture of packages of an operating system: the lowest layer with a
/// database that was replaced and lists it. An image has one package manager.
fn lowest_layers(tree: &Tree<FileFacts>) -> HashMap<(&str, &str, Option<&str>), usize> {
    let mut lowest = HashMap::new();
    for file in &tree.removed {
        for fact in file.facts.all().flat_map(|facts| &facts.facts) {
            let Fact::OsPackage(package) = fact else { continue };
            let key = (&*package.name, &*package.version, package.architecture.as_deref());
            let layer = lowest.entry(key).or_insert(file.layer);
            *layer = file.layer.min(*layer);
        }
    }
    lowest
}

/// Marks the packages of the base, which is the lowest `layers` of an image.
///
/// A package of the operating system is from the base if the base's own database lists it with this
/// version and architecture; any other package, if the base has it at all its places. `catalogers`
/// is the same slice that the tree's [`Reader`](crate::Reader) used.
pub fn mark_base(
    packages: &mut [Package],
    tree: &Tree<FileFacts>,
    catalogers: &[&dyn Cataloger],
    layers: usize,
    evidence: BaseEvidence,
) {
    let alone = base_packages(tree, catalogers, layers);
    let alone = alone.as_deref().map(Known::new);
    for package in packages {
        let in_base =
            |place: &Location| alone.as_ref().is_none_or(|alone| alone.has(package, place));
        let is_from_base = !package.locations.is_empty() && package.locations.iter().all(in_base);
        package.from_base = is_from_base.then_some(evidence);
    }
}

/// What the lowest `layers` make alone; none when the layers above change nothing of it. A file of
/// the base may tell of other packages once an upper layer has changed one beside it (a parent, a
/// lockfile), so all are looked at again.
fn base_packages(
    tree: &Tree<FileFacts>,
    catalogers: &[&dyn Cataloger],
    layers: usize,
) -> Option<Vec<Package>> {
    let is_above = |layer: usize| layer >= layers;
    let is_changed = tree.files.iter().filter_map(|file| file.layer).any(is_above)
        || tree.removed.iter().any(|file| is_crossing(file, layers));
    if !is_changed {
        return None;
    }
    let view = View::below(tree, layers);
    let (distribution, _) = view.distribution(catalogers);
    Some(view.packages(catalogers, distribution.as_ref(), |_| true).0)
}
