//! Builds the tree from the contents of the layers.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use super::layer::{Found, Requests};
use crate::content::{LayerContent, ReadFile};
use crate::entry_log::Change;
use crate::merge::{Content, Merge, Name, Removed, Survey};
use crate::notes::Notes;
use crate::tree::{LayerSummary, RemovedFile, Tree, TreeFile};
use crate::{Extract, LimitExceeded, Limits, Metadata, TreePath};

/// The merged view, before and after the second look.
pub(crate) struct Merged<F> {
    survey: Survey,
    removed: Vec<Removed>,
    notes: Vec<Notes>,
    found: BTreeMap<Content, ReadFile<F>>,
}

/// Contents of layers, in the order in which they arrive.
pub(crate) type Contents<F> = [OnceLock<LayerContent<F>>];

/// A tree that grows while layers are still being read, from the contents so far.
pub(crate) struct Growing<'a, F> {
    contents: &'a Contents<F>,
    stack: &'a [usize],
    growth: Mutex<Growth<'a>>,
}

struct Growth<'a> {
    merge: Merge<'a>,
    /// Number of layers that are merged.
    layers: usize,
    ended: Result<(), LimitExceeded>,
}

impl<'a, F: Send + Sync> Growing<'a, F> {
    pub(crate) fn new(contents: &'a Contents<F>, stack: &'a [usize], limits: &Limits) -> Self {
        let is_known = move |content| {
            let file = read_file(contents, content);
            file.is_some_and(|file| file.facts.is_some() || file.lacks)
        };
        let merge = Merge::new(Box::new(is_known), limits);
        let growth = Mutex::new(Growth { merge, layers: 0, ended: Ok(()) });
        Self { contents, stack, growth }
    }

    /// Merges the available contents, in the order of the stack, unless another thread is doing so.
    /// Nobody waits: the rest is merged with the next layer, or at the end.
    pub(crate) fn grow(&self) {
        if let Ok(mut growth) = self.growth.try_lock() {
            growth.grow(self.contents, self.stack);
        }
    }

    /// Merges the rest and determines the wanted names.
    pub(crate) fn finish<E: Extract<Facts = F>>(
        self,
        extract: &E,
    ) -> Result<Merged<F>, LimitExceeded> {
        let mut growth = self.growth.into_inner().unwrap_or_else(PoisonError::into_inner);
        growth.grow(self.contents, self.stack);
        let Growth { mut merge, ended, .. } = growth;
        ended?;
        let read = |content| read_file(self.contents, content);
        let survey = Survey::new(&mut merge, extract, read)?;
        let Merge { removed, notes, .. } = merge;
        Ok(Merged { survey, removed, notes, found: BTreeMap::new() })
    }
}

impl<'a> Growth<'a> {
    fn grow<F>(&mut self, contents: &'a Contents<F>, stack: &[usize]) {
        while let (Ok(()), Some(slot)) = (self.ended, stack.get(self.layers))
            && let Some(content) = contents.get(*slot).and_then(OnceLock::get)
        {
            let (layer, log) = (number(self.layers), number(*slot));
            self.ended = self.merge.apply(layer, log, &content.log, content.entries);
            self.layers += 1;
        }
    }
}

fn read_file<F>(contents: &Contents<F>, content: Content) -> Option<&ReadFile<F>> {
    let slot = usize::try_from(content.log).ok()?;
    contents.get(slot)?.get()?.files.get(&content.position)
}

impl<F> Merged<F> {
    /// The files to look at again, by slot.
    pub(crate) fn requests(&self, contents: &[LayerContent<F>]) -> HashMap<usize, Requests> {
        let mut requests: HashMap<usize, Requests> = HashMap::new();
        for (content, names) in &self.survey.again {
            let change = slot_of(contents, *content).and_then(|slot| slot.log.at(content.position));
            if let (Some(Change::File { entry, .. }), Ok(slot)) =
                (change, usize::try_from(content.log))
            {
                let mut names = names.clone();
                names.sort();
                requests.entry(slot).or_default().insert(entry, (content.position, names));
            }
        }
        for (slot, content) in contents.iter().enumerate() {
            for (position, file) in content.files.iter().filter(|(_, file)| file.lacks) {
                if let Some(Change::File { entry, .. }) = content.log.at(*position) {
                    let name = Name::real(file.path.to_vec(), 0);
                    requests.entry(slot).or_default().insert(entry, (*position, vec![name]));
                }
            }
        }
        requests
    }

    /// Adds the result of a second look at a slot.
    pub(crate) fn add_found(&mut self, slot: usize, found: Found<F>) {
        for (position, (file, names)) in found {
            let content = Content { log: number(slot), position };
            // A file from the first look has its names already, or has none any more.
            if self.survey.again.contains_key(&content) {
                self.survey.names.insert(content, names);
            }
            self.found.insert(content, file);
        }
    }

    /// The result.
    pub(crate) fn into_tree(
        self,
        contents: &[LayerContent<F>],
        stack: &[usize],
        layers: Vec<LayerSummary>,
    ) -> Tree<F> {
        let facts = |content: &Content| -> Option<(Metadata, Arc<F>)> {
            let file = match self.found.get(content) {
                Some(found) => found,
                None => slot_of(contents, *content)?.files.get(&content.position)?,
            };
            Some((file.metadata, Arc::clone(file.facts.as_ref()?)))
        };
        let mut files: Vec<_> = self
            .survey
            .names
            .iter()
            .filter_map(|(content, names)| tree_file(names, facts(content)?))
            .collect();
        files.sort_by(|a, b| a.path.cmp(&b.path));
        let is_left = |content: &Content| self.survey.names.contains_key(content);
        let mut removed: Vec<_> = self
            .removed
            .iter()
            .filter(|removed| !is_left(&removed.content))
            .filter_map(|removed| removed_file(removed, facts(&removed.content)?.1))
            .collect();
        removed.sort_by(|a, b| (&a.path, a.layer).cmp(&(&b.path, b.layer)));
        let mut diagnostics = Vec::new();
        for (layer, slot) in stack.iter().enumerate() {
            let diff_id = layers.get(layer).and_then(|layer| layer.diff_id.as_ref());
            // The problems of a layer are reported once, however often it occurs in the image.
            if !stack.iter().take(layer).any(|before| before == slot)
                && let Some(content) = contents.get(*slot)
            {
                content.notes.write(diff_id, &mut diagnostics);
            }
            if let Some(notes) = self.notes.get(layer) {
                notes.write(diff_id, &mut diagnostics);
            }
        }
        Tree { files, removed, diagnostics, layers }
    }
}

fn tree_file<F>(names: &[Name], (metadata, facts): (Metadata, Arc<F>)) -> Option<TreeFile<F>> {
    let mut names: Vec<_> = names.iter().collect();
    names.sort();
    let (first, rest) = names.split_first()?;
    let path = TreePath::new(&first.path).to_string();
    let mut aliases: Vec<_> =
        rest.iter().map(|name| TreePath::new(&name.path).to_string()).collect();
    aliases.sort();
    aliases.dedup();
    let layer = usize::try_from(first.layer).ok();
    Some(TreeFile { path, aliases, layer, metadata, facts })
}

fn removed_file<F>(removed: &Removed, facts: Arc<F>) -> Option<RemovedFile<F>> {
    Some(RemovedFile {
        path: TreePath::new(&removed.path).to_string(),
        layer: usize::try_from(removed.layer).ok()?,
        removed_by: usize::try_from(removed.removed_by).ok()?,
        removal: removed.removal,
        facts,
    })
}

fn slot_of<F>(contents: &[LayerContent<F>], content: Content) -> Option<&LayerContent<F>> {
    contents.get(usize::try_from(content.log).ok()?)
}

fn number(index: usize) -> u32 {
    u32::try_from(index).unwrap_or(u32::MAX)
}
