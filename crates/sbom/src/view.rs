//! A tree before its upper layers, or the complete one.

use sealift_layers::{RemovedFile, Tree};
use sealift_model::{Diagnostic, Distribution, Package};

use crate::catalogers::os_release;
use crate::reader::FileFacts;
use crate::{Catalog, Cataloger, Facts, MergedFacts, MergedFile, identify_distribution};

/// The files of a tree that are there once some of its layers lie upon each other.
pub(crate) struct View<'t> {
    tree: &'t Tree<FileFacts>,
    files: Vec<ViewFile<'t>>,
}

/// A file of a view.
#[derive(Clone, Copy)]
pub(crate) struct ViewFile<'t> {
    path: &'t str,
    aliases: &'t [String],
    pub(crate) layer: Option<usize>,
    pub(crate) facts: &'t FileFacts,
}

impl<'t> View<'t> {
    /// The tree as it is.
    pub(crate) fn whole(tree: &'t Tree<FileFacts>) -> Self {
        let files = tree.files.iter().map(|file| ViewFile {
            path: &file.path,
            aliases: &file.aliases,
            layer: file.layer,
            facts: &file.facts,
        });
        Self { tree, files: files.collect() }
    }

    /// What the lowest `layers` make alone.
    pub(crate) fn below(tree: &'t Tree<FileFacts>, layers: usize) -> Self {
        let mut view = Self::whole(tree);
        view.files.retain(|file| file.layer.is_some_and(|layer| layer < layers));
        let removed = tree.removed.iter().filter(|file| is_crossing(file, layers));
        view.files.extend(removed.map(|file| ViewFile {
            path: &file.path,
            aliases: &[],
            layer: Some(file.layer),
            facts: &file.facts,
        }));
        view.files.sort_by_key(|file| (file.path, file.layer));
        view
    }

    pub(crate) fn files(&self) -> &[ViewFile<'t>] {
        &self.files
    }

    /// The distribution, and what is unclear about it.
    pub(crate) fn distribution(
        &self,
        catalogers: &[&dyn Cataloger],
    ) -> (Option<Distribution>, Vec<Diagnostic>) {
        let release = catalogers.iter().position(|cataloger| cataloger.name() == os_release::NAME);
        let files = release.map(|place| self.files_of(place)).unwrap_or_default();
        identify_distribution(&files)
    }

    /// The packages that the catalogers at the places `which` find.
    pub(crate) fn packages(
        &self,
        catalogers: &[&dyn Cataloger],
        distribution: Option<&Distribution>,
        which: impl Fn(usize) -> bool,
    ) -> (Vec<Package>, Vec<Diagnostic>) {
        let mut files: Vec<Vec<MergedFile<'_>>> = vec![Vec::new(); catalogers.len()];
        for file in &self.files {
            for (place, facts) in file.facts.by_place().filter(|(place, _)| which(*place)) {
                if let Some(files) = files.get_mut(place) {
                    files.push(self.merged(file, facts));
                }
            }
        }
        let mut catalog = Catalog::default();
        let all = catalogers.iter().zip(files).enumerate();
        for (_, (cataloger, files)) in all.filter(|(place, _)| which(*place)) {
            let mut merged = MergedFacts::new(cataloger.name(), files);
            merged.distribution = distribution;
            cataloger.assemble(&merged, &mut catalog);
        }
        catalog.into_parts()
    }

    fn files_of(&self, place: usize) -> Vec<MergedFile<'t>> {
        let files = self.files.iter();
        files.filter_map(|file| Some(self.merged(file, file.facts.of(place)?))).collect()
    }

    fn merged(&self, file: &ViewFile<'t>, facts: &'t Facts) -> MergedFile<'t> {
        let layer = file.layer.and_then(|layer| self.tree.layers.get(layer));
        MergedFile {
            path: file.path.to_owned(),
            aliases: file.aliases.to_vec(),
            layer: layer.and_then(|layer| layer.diff_id.as_ref()),
            facts,
        }
    }
}

/// Whether one of the lowest `layers` has the file and a higher one took it away.
pub(crate) fn is_crossing(file: &RemovedFile<FileFacts>, layers: usize) -> bool {
    file.layer < layers && file.removed_by >= layers
}
