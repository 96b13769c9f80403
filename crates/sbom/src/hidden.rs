//! Packages of lower layers that upper layers hide. A running container does not see them, but they
//! are in the pulled image.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use sealift_layers::{LimitExceeded, Removal, Tree};
use sealift_model::{Diagnostic, Hidden, HiddenBy, Impact, Inventory, Location, Package};

use crate::Cataloger;
use crate::assemble::mark_owned;
use crate::origin::{Identity, Known};
use crate::reader::FileFacts;
use crate::view::View;

/// Files and facts that are gone through for all layers together. Each layer that takes
/// something away is looked at with what lies below it, and an image may have a thousand; real
/// ones need a quarter of this.
const MAX_STEPS: usize = 4_000_000;

/// Hidden packages that are listed: images of a thousand packages have a few hundred.
const MAX_FOUND: usize = 100_000;

/// Returns the packages that upper layers hide, each with its layer and what hides it, and
/// diagnostics for what could not be read of them. `inventory` is the result of
/// [`assemble`](crate::assemble()) for the tree.
///
/// A package is hidden if its file is removed or replaced; a package of the operating system, if a
/// layer's database no longer lists it, or lists another version. A package that exists again at
/// the same place is not hidden.
#[must_use]
pub fn hidden_packages(
    tree: &Tree<FileFacts>,
    catalogers: &[&dyn Cataloger],
    inventory: &Inventory,
) -> (Vec<Package>, Vec<Diagnostic>) {
    let present = Known::new(&inventory.packages);
    let mut found = Found::default();
    let mut steps = MAX_STEPS;
    let removing: BTreeSet<usize> = tree.removed.iter().map(|file| file.removed_by).collect();
    for layer in removing {
        let files = tree.files.len().saturating_add(tree.removed.len());
        let step = steps.checked_sub(files).and_then(|left| {
            let step = Step::new(tree, layer);
            Some((left.checked_sub(step.cost())?, step))
        });
        let Some((left, step)) = step else {
            found.give_up("files and facts below layers", MAX_STEPS);
            break;
        };
        steps = left;
        step.run(tree, catalogers, &present, &mut found);
        if found.places.len() >= MAX_FOUND {
            found.give_up("hidden packages", MAX_FOUND);
            break;
        }
    }
    found.into_parts()
}

/// One layer that takes files away, over what lies below it.
struct Step<'t> {
    view: View<'t>,
    layer: usize,
    /// The files that it takes away, and how.
    removed: HashMap<&'t str, Removal>,
    /// The catalogers whose files are among them.
    touched: HashSet<usize>,
}

impl<'t> Step<'t> {
    fn new(tree: &'t Tree<FileFacts>, layer: usize) -> Self {
        let removed = || tree.removed.iter().filter(|file| file.removed_by == layer);
        Self {
            view: View::below(tree, layer),
            layer,
            removed: removed().map(|file| (&*file.path, file.removal)).collect(),
            touched: removed().flat_map(|file| file.facts.places()).collect(),
        }
    }

    fn cost(&self) -> usize {
        let files = self.view.files().iter();
        files.flat_map(|file| file.facts.all()).map(|facts| facts.facts.len()).sum()
    }

    fn run(
        &self,
        tree: &Tree<FileFacts>,
        catalogers: &[&dyn Cataloger],
        present: &Known<'_>,
        found: &mut Found,
    ) {
        let by = tree.layers.get(self.layer).and_then(|layer| layer.diff_id.as_ref());
        let Some(by) = by else { return };
        let (distribution, _) = self.view.distribution(catalogers);
        let which = |place| self.touched.contains(&place);
        let (mut packages, diagnostics) =
            self.view.packages(catalogers, distribution.as_ref(), which);
        mark_owned(&mut packages, &self.view, tree);
        for mut package in packages {
            for place in std::mem::take(&mut package.locations) {
                if present.has(&package, &place) {
                    continue;
                }
                if let Some(removal) = self.removal(&place.path) {
                    found.add(&package, place, Hidden::new(by.clone(), how(removal)));
                }
            }
        }
        for diagnostic in diagnostics {
            if diagnostic.path.as_deref().is_some_and(|path| self.removal(path).is_some()) {
                found.diagnose(diagnostic);
            }
        }
    }

    /// How the file of a place was removed. The path inside an archive follows a colon; a file name
    /// may contain a colon, too.
    fn removal(&self, path: &str) -> Option<Removal> {
        let ends = path.match_indices(':').map(|(at, _)| at).chain([path.len()]);
        let mut files = ends.filter_map(|end| path.get(..end));
        files.find_map(|file| self.removed.get(file).copied())
    }
}

fn how(removal: Removal) -> HiddenBy {
    match removal {
        Removal::Whiteout => HiddenBy::Whiteout,
        Removal::Opaque => HiddenBy::Opaque,
        _ => HiddenBy::Replaced,
    }
}

/// Packages while they are found, by what they are, where they were and what hides them. The last
/// layer that hides a package counts: those before it put it back.
#[derive(Default)]
struct Found {
    places: BTreeMap<(String, Option<String>), (Package, Location, Hidden)>,
    diagnostics: Vec<Diagnostic>,
}

impl Found {
    /// Adds a package, given without its places, at one of them.
    fn add(&mut self, package: &Package, mut place: Location, hidden: Hidden) {
        let path = Some(place.path.clone()).filter(|_| !package.ecosystem.is_operating_system());
        let key = (Identity::of(package).to_string(), path);
        // The database was written again and again: where it was first is where it came from.
        if let Some((_, earlier, _)) = self.places.get(&key).filter(|_| key.1.is_none()) {
            place.clone_from(earlier);
        }
        self.places.insert(key, (package.clone(), place, hidden));
    }

    /// Hidden files cannot make the scan of the visible ones incomplete.
    fn diagnose(&mut self, mut diagnostic: Diagnostic) {
        diagnostic.impact = Impact::Note;
        diagnostic.message.insert_str(0, "in a hidden file: ");
        self.diagnostics.push(diagnostic);
    }

    fn give_up(&mut self, what: &'static str, max: usize) {
        let exceeded = LimitExceeded::new(what, u64::try_from(max).unwrap_or(u64::MAX));
        let message = format!("not all hidden packages are listed: {exceeded}");
        self.diagnostics.push(Diagnostic::new("sbom", message, Impact::Partial));
    }

    fn into_parts(self) -> (Vec<Package>, Vec<Diagnostic>) {
        let mut packages: BTreeMap<(String, Hidden), Package> = BTreeMap::new();
        for ((identity, _), (alone, place, hidden)) in self.places {
            let package = packages.entry((identity, hidden.clone())).or_insert(alone);
            package.hidden = Some(hidden);
            package.locations.push(place);
        }
        (packages.into_values().collect(), self.diagnostics)
    }
}
