//! Finds the remaining names that lead to a wanted content.

use std::collections::BTreeMap;

use sealift_model::Impact;
use serde::{Deserialize, Serialize};

use super::apply::{Merge, Place, Way};
use super::nodes::{Content, Naming, NodeId, NodeKind};
use crate::content::ReadFile;
use crate::entry_log::Change;
use crate::{Extract, LimitExceeded, Metadata, TreePath};

/// A name under which a content is wanted, ordered by preference.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) struct Name {
    pub(crate) rank: Rank,
    pub(crate) path: Vec<u8>,
    /// The layer that added the file: of a symbolic link and the file that it leads to, the later
    /// one, since the file did not exist under this name before.
    pub(crate) layer: u32,
}

/// The kind of a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) enum Rank {
    Real,
    HardLink,
    SymbolicLink,
    /// A name through a linked folder, as written in the archive.
    Written,
}

/// The wanted names of each content.
#[derive(Debug, Default)]
pub(crate) struct Survey {
    /// The names of contents that were read.
    pub(crate) names: BTreeMap<Content, Vec<Name>>,
    /// The names of contents that were not read, which may be wanted once their first bytes are
    /// known.
    pub(crate) again: BTreeMap<Content, Vec<Name>>,
}

impl Survey {
    /// Checks the names of the merged tree. `read` returns the file that was read for a content.
    pub(crate) fn new<'r, E: Extract>(
        merge: &mut Merge<'_>,
        extract: &E,
        read: impl Fn(Content) -> Option<&'r ReadFile<E::Facts>>,
    ) -> Result<Self, LimitExceeded>
    where
        E::Facts: 'r,
    {
        let mut survey = Self::default();
        for id in merge.nodes.ids() {
            let node = merge.nodes[id];
            let layer = node.layer;
            match node.kind {
                NodeKind::Directory | NodeKind::Gone => {}
                NodeKind::File(content, naming) => {
                    let known = read(content);
                    if known.is_some() || naming != Naming::Direct {
                        let path = merge.nodes.path(id);
                        let name = Name::real(path, layer);
                        survey.file(merge, extract, known, content, naming, name)?;
                    }
                }
                NodeKind::SymbolicLink(_) => {
                    let path = merge.nodes.path(id);
                    let place = merge.follow(id)?;
                    if let Some(problem) =
                        survey.link(merge, extract, &read, (id, place), (&path, layer))
                        && extract.wants(TreePath::new(&path), &Metadata::new(0, 0), &[])
                    {
                        merge.note(layer, &path, problem.0, problem.1);
                    }
                }
                NodeKind::Special => {
                    let path = merge.nodes.path(id);
                    if extract.wants(TreePath::new(&path), &Metadata::new(0, 0), &[]) {
                        merge.note(layer, &path, IS_SPECIAL, Impact::Partial);
                    }
                }
            }
        }
        for path in extract.fixed_paths() {
            survey.fixed(merge, extract, &read, path)?;
        }
        Ok(survey)
    }

    /// Adds a file at a fixed path through a linked folder, which has no node with that name.
    fn fixed<'r, E: Extract>(
        &mut self,
        merge: &mut Merge<'_>,
        extract: &E,
        read: &impl Fn(Content) -> Option<&'r ReadFile<E::Facts>>,
        path: &str,
    ) -> Result<(), LimitExceeded>
    where
        E::Facts: 'r,
    {
        let Place::At(id, Way::Linked) = merge.find(path.as_bytes())? else { return Ok(()) };
        let node = merge.nodes[id];
        if let NodeKind::File(content, _) = node.kind {
            let path = path.as_bytes().to_vec();
            let name = Name { rank: Rank::SymbolicLink, path, layer: node.layer };
            let is_known = |names: &BTreeMap<Content, Vec<Name>>| {
                names.get(&content).is_some_and(|names| names.iter().any(|n| n.path == name.path))
            };
            if !is_known(&self.names) && !is_known(&self.again) {
                self.ask(merge, extract, read(content), content, name);
            }
        }
        Ok(())
    }

    fn file<E: Extract>(
        &mut self,
        merge: &mut Merge<'_>,
        extract: &E,
        known: Option<&ReadFile<E::Facts>>,
        content: Content,
        naming: Naming,
        name: Name,
    ) -> Result<(), LimitExceeded> {
        match (known, naming) {
            (Some(_), Naming::Direct) => self.name(content, name),
            (Some(file), Naming::Moved) => {
                // The link on the way may have been replaced.
                let place = merge.find(&file.path)?;
                let written = Name { rank: Rank::Written, path: file.path.to_vec(), ..name };
                self.name(content, name);
                if matches!(place, Place::At(node, _) if merge.nodes[node].kind.is_of(content)) {
                    self.name(content, written);
                }
            }
            (known, Naming::HardLink) => {
                let name = Name { rank: Rank::HardLink, ..name };
                self.ask(merge, extract, known, content, name);
            }
            (None, Naming::Moved | Naming::Direct) => {
                self.ask(merge, extract, None, content, name);
            }
        }
        Ok(())
    }

    /// Adds a symbolic link at a wanted path as another name of its target. Reports a link that
    /// leads to no file.
    fn link<'r, E: Extract>(
        &mut self,
        merge: &Merge<'_>,
        extract: &E,
        read: &impl Fn(Content) -> Option<&'r ReadFile<E::Facts>>,
        (link, place): (NodeId, Place),
        (path, layer): (&[u8], u32),
    ) -> Option<(&'static str, Impact)>
    where
        E::Facts: 'r,
    {
        let target = match place {
            Place::At(target, _) => merge.nodes[target],
            Place::Nowhere if merge.leads_out(link) => return Some((LEADS_OUT, Impact::Partial)),
            Place::Nowhere | Place::Blocked(_) => return Some((LEADS_NOWHERE, Impact::Note)),
            Place::Endless => return Some((IS_ENDLESS, Impact::Partial)),
        };
        match target.kind {
            NodeKind::File(content, _) => {
                let layer = layer.max(target.layer);
                let name = Name { rank: Rank::SymbolicLink, path: path.to_vec(), layer };
                self.ask(merge, extract, read(content), content, name);
                None
            }
            NodeKind::Special => Some((IS_SPECIAL, Impact::Partial)),
            NodeKind::Directory | NodeKind::SymbolicLink(_) | NodeKind::Gone => None,
        }
    }

    fn ask<E: Extract>(
        &mut self,
        merge: &Merge<'_>,
        extract: &E,
        known: Option<&ReadFile<E::Facts>>,
        content: Content,
        name: Name,
    ) {
        let path = TreePath::new(&name.path);
        match (known, merge.change(content)) {
            (Some(file), _) => {
                if extract.wants(path, &file.metadata, &file.head) {
                    self.name(content, name);
                }
            }
            (None, Some(Change::File { size, mode, .. })) => {
                if extract.wants(path, &Metadata::new(size, mode), &[]) {
                    self.again.entry(content).or_default().push(name);
                }
            }
            (None, _) => {}
        }
    }

    fn name(&mut self, content: Content, name: Name) {
        self.names.entry(content).or_default().push(name);
    }
}

impl Name {
    pub(crate) fn real(path: Vec<u8>, layer: u32) -> Self {
        Self { rank: Rank::Real, path, layer }
    }
}

const IS_SPECIAL: &str = "is a FIFO, device or socket, not a file; it is not read";
const LEADS_NOWHERE: &str = "is a link to nothing in this tree";
const LEADS_OUT: &str = "is a link that leads out of the tree; it is not followed";
const IS_ENDLESS: &str = "is a link into links that do not end";
