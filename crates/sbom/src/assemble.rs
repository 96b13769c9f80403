//! Assembles the inventory of a tree from its facts.

use hashbrown::HashMap;
use sealift_layers::Tree;
use sealift_model::{Inventory, Location, Package};

use crate::origin::mark_brought;
use crate::reader::FileFacts;
use crate::system;
use crate::view::View;
use crate::{Cataloger, Fact};

/// Assembles the inventory of a tree from its facts. `catalogers` is the same slice that the tree's
/// [`Reader`](crate::Reader) used.
#[must_use]
pub fn assemble(tree: &Tree<FileFacts>, catalogers: &[&dyn Cataloger]) -> Inventory {
    let view = View::whole(tree);
    let (distribution, unclear) = view.distribution(catalogers);
    let (mut packages, mut diagnostics) =
        view.packages(catalogers, distribution.as_ref(), |_| true);
    mark_owned(&mut packages, &view, tree);
    mark_brought(&mut packages, tree);
    diagnostics.extend(unclear);
    diagnostics.extend(tree.diagnostics.iter().cloned());
    system::judge(&packages, distribution.as_ref(), catalogers, &mut diagnostics);
    let mut inventory = Inventory::default();
    inventory.distribution = distribution;
    inventory.packages = packages;
    inventory.diagnostics = diagnostics;
    inventory.sort();
    inventory
}

/// Marks the packages of language ecosystems whose every place was brought by a package of the
/// operating system. A file that a later layer put in place of the owner's is its own.
pub(crate) fn mark_owned(packages: &mut [Package], view: &View<'_>, tree: &Tree<FileFacts>) {
    let mut owners: Owners<'_> = HashMap::new();
    for file in view.files() {
        for fact in file.facts.all().flat_map(|facts| &facts.facts) {
            if let Fact::Owns { owner, paths } = fact {
                owners
                    .extend(paths.iter().map(|path| (path.as_str(), (owner.as_str(), file.layer))));
            }
        }
    }
    if owners.is_empty() {
        return;
    }
    for package in packages.iter_mut().filter(|package| !package.ecosystem.is_operating_system()) {
        let mut owner = None;
        let owned = package.locations.iter().all(|place| {
            owner = owner_of(&owners, place, tree);
            owner.is_some()
        });
        package.owned_by = owner.filter(|_| owned).map(str::to_owned);
    }
}

/// By path: the owning package's name, and the layer whose package database says so.
type Owners<'o> = HashMap<&'o str, (&'o str, Option<usize>)>;

fn owner_of<'o>(owners: &Owners<'o>, place: &Location, tree: &Tree<FileFacts>) -> Option<&'o str> {
    // The path inside an archive follows a colon; a file name may contain a colon, too.
    let archive = || place.path.split_once(':').and_then(|(file, _)| listed(owners, file));
    let (owner, database_layer) = listed(owners, &place.path).or_else(archive)?;
    let layer = place.layer.as_ref();
    let layer = layer.and_then(|diff_id| {
        tree.layers.iter().rposition(|layer| layer.diff_id.as_ref() == Some(diff_id))
    });
    (layer <= database_layer).then_some(owner)
}

/// A package database may list a file below `/lib` that a merged `/usr` has below `/usr/lib`.
fn listed<'o>(owners: &Owners<'o>, path: &str) -> Option<(&'o str, Option<usize>)> {
    let without_usr = || path.strip_prefix("usr/").and_then(|path| owners.get(path));
    owners.get(path).or_else(without_usr).copied()
}
