//! What a layer removes from those below it, as far as engines agree.
//!
//! On overlayfs a layer is unpacked alone, and the kernel mounts its folder over those below. So,
//! unlike when a layer is unpacked into the tree itself,
//!
//! - nothing goes through a link of a lower layer: a folder of the upper layer hides the link,
//! - a folder that the layer replaces or whites out, and brings again later, is an ordinary folder
//!   and shows what those below have in it, unless it or the folder around it is opaque,
//! - an opaque mark on the root does nothing (`ovl_get_root` in Linux never asks for it).

use std::collections::HashMap;

use sealift_model::Impact;

use super::apply::{Merge, Place, Removed, Walk, Way};
use super::nodes::{NodeId, NodeKind, Spot};
use crate::LimitExceeded;
use crate::entry_log::{Change, ChangeLog, Position};
use crate::entry_name::split;
use crate::stream::length;
use crate::tree::Removal;

const THROUGH_LINK: &str =
    "hides something through a link; engines differ on what goes, so it stays";
const OF_ROOT: &str = "an opaque mark on the root; engines differ on what goes, so all stays";
const ANEW: &str =
    "its layer takes this folder away and brings it anew; engines differ on what goes, so it stays";
const BOTH_STAY: &str =
    "replaces something through a link; engines differ on what goes, so both stay";

/// The nodes that one layer has removed so far, in order; none for those that came back.
#[derive(Default)]
pub(super) struct Taken {
    nodes: Vec<Option<(NodeId, Removal)>>,
    /// Indexes of the removed folders that may come back, by their place in the tree.
    folders: HashMap<(NodeId, Vec<u8>), usize>,
    /// The layer's folders with an opaque mark, and the position of the mark.
    opaque: HashMap<Vec<u8>, Position>,
}

impl Taken {
    /// Whether a new folder at this path is opaque or lies in an opaque one. A mark on an earlier
    /// folder at the path does not count.
    fn is_hidden(&self, path: &[u8], position: Position) -> bool {
        self.opaque.get(path).is_some_and(|mark| *mark > position)
            || self.opaque.contains_key(split(path).0)
    }
}

impl Merge<'_> {
    /// Removes what the layer hides, before its own entries are applied.
    pub(super) fn hide(&mut self, layer: u32, changes: &ChangeLog) -> Result<(), LimitExceeded> {
        let mut reader = changes.reader();
        while let Some((path, position, change)) = reader.next() {
            match change {
                Change::Whiteout => self.white_out(layer, path)?,
                Change::Opaque => self.clear(layer, path, position)?,
                _ => {}
            }
        }
        Ok(())
    }

    fn white_out(&mut self, layer: u32, path: &[u8]) -> Result<(), LimitExceeded> {
        let (folder, name) = split(path);
        if let Place::At(folder, way) = self.walk(NodeId::ROOT, folder, Walk::Find)?
            && let Some(hidden) = self.nodes.child(self.nodes.spot(folder, name))
        {
            if way == Way::Direct {
                return self.remove(hidden, layer, Removal::Whiteout);
            }
            self.note(layer, path, THROUGH_LINK, Impact::Note);
        }
        Ok(())
    }

    fn clear(&mut self, layer: u32, path: &[u8], position: Position) -> Result<(), LimitExceeded> {
        let Place::At(folder, way) = self.walk(NodeId::ROOT, path, Walk::Find)? else {
            // A folder that is removed, or that only this layer has.
            self.taken.opaque.insert(path.to_vec(), position);
            return Ok(());
        };
        let hidden: Vec<_> = self.nodes.children(folder).collect();
        if path.is_empty() || way != Way::Direct {
            let (at, what) = if path.is_empty() {
                (&b".wh..wh..opq"[..], OF_ROOT)
            } else {
                (path, THROUGH_LINK)
            };
            if !hidden.is_empty() {
                self.note(layer, at, what, Impact::Note);
            }
            return Ok(());
        }
        self.taken.opaque.insert(path.to_vec(), position);
        for hidden in hidden {
            self.remove(hidden, layer, Removal::Opaque)?;
        }
        Ok(())
    }

    /// Whether an entry of that kind would remove something of a lower layer.
    pub(super) fn would_take(
        &self,
        layer: u32,
        folder: NodeId,
        name: &[u8],
        kind: NodeKind,
    ) -> bool {
        self.nodes.child(self.nodes.spot(folder, name)).is_some_and(|present| {
            let present = self.nodes[present];
            let is_folder = present.kind == NodeKind::Directory;
            !(is_folder && kind == NodeKind::Directory) && (is_folder || present.layer != layer)
        })
    }

    /// Turns a link of a lower layer into a folder, as happens if layers are unpacked alone, so
    /// that `path` is added beside the file that it would replace.
    pub(super) fn part(
        &mut self,
        layer: u32,
        path: &[u8],
        link: NodeId,
    ) -> Result<(), LimitExceeded> {
        self.note(layer, path, BOTH_STAY, Impact::Note);
        let parent = self.nodes[link].parent;
        let name = self.nodes.name(link).to_vec();
        self.remove(link, layer, Removal::Replaced)?;
        self.nodes.add(self.nodes.spot(parent, &name), NodeKind::Directory, layer)?;
        Ok(())
    }

    /// Removes a node with everything below it: nodes of this layer for good, the others until the
    /// layer adds the folder again.
    pub(super) fn remove(
        &mut self,
        node: NodeId,
        layer: u32,
        removal: Removal,
    ) -> Result<(), LimitExceeded> {
        self.folder = None;
        let below = self.nodes.below(node);
        self.pay(length(below.len()))?;
        for id in below {
            let found = self.nodes[id];
            if found.layer == layer && found.kind != NodeKind::Gone {
                self.nodes.remove(id);
            }
        }
        if self.nodes[node].kind == NodeKind::Gone {
            return Ok(());
        }
        self.nodes.detach(node);
        if self.nodes[node].kind == NodeKind::Directory {
            let spot = (self.nodes[node].parent, self.nodes.name(node).to_vec());
            self.taken.folders.insert(spot, self.taken.nodes.len());
        }
        self.taken.nodes.push(Some((node, removal)));
        Ok(())
    }

    /// Restores the folder of lower layers that this layer removed here, with everything that was
    /// removed below it: what the layer hid there was in its own previous folder. Returns whether
    /// there is one.
    pub(super) fn bring_back(
        &mut self,
        layer: u32,
        path: &[u8],
        position: Position,
        spot: Spot<'_>,
    ) -> Result<bool, LimitExceeded> {
        let Some(at) = self.taken.folders.remove(&(spot.parent, spot.name.to_vec())) else {
            return Ok(false);
        };
        let real = joined(self.nodes.path(spot.parent), spot.name);
        if self.taken.is_hidden(&real, position) {
            return Ok(false);
        }
        self.pay(length(self.taken.opaque.len()))?;
        self.taken.opaque.retain(|folder, mark| *mark > position || !is_at_or_in(folder, &real));
        let Some(Some((folder, _))) = self.taken.nodes.get(at).copied() else { return Ok(false) };
        let mut taken = std::mem::take(&mut self.taken.nodes);
        for slot in &mut taken {
            if let Some((node, _)) = *slot
                && self.is_in(node, folder)?
            {
                self.nodes.attach(node);
                *slot = None;
            }
        }
        self.taken.nodes = taken;
        self.note(layer, path, ANEW, Impact::Note);
        Ok(true)
    }

    /// Whether a node is `folder` or below it.
    fn is_in(&mut self, node: NodeId, folder: NodeId) -> Result<bool, LimitExceeded> {
        let mut at = node;
        loop {
            self.pay(1)?;
            if at == folder || at == NodeId::ROOT {
                return Ok(at == folder);
            }
            at = self.nodes[at].parent;
        }
    }

    /// Removes for good what the layer took away: no later entry can bring it back.
    pub(super) fn bury_taken(&mut self, removed_by: u32) -> Result<(), LimitExceeded> {
        let taken = std::mem::take(&mut self.taken);
        for (node, removal) in taken.nodes.into_iter().flatten() {
            let below = self.nodes.below(node);
            self.pay(length(below.len()))?;
            for id in below {
                let found = self.nodes[id];
                let NodeKind::File(content, _) = found.kind else { continue };
                if (self.is_known)(content) {
                    let path = self.nodes.path(id);
                    let layer = found.layer;
                    self.removed.push(Removed { path, content, layer, removed_by, removal });
                }
            }
            self.nodes.bury(node);
        }
        Ok(())
    }
}

fn joined(mut folder: Vec<u8>, name: &[u8]) -> Vec<u8> {
    if !folder.is_empty() {
        folder.push(b'/');
    }
    folder.extend(name);
    folder
}

fn is_at_or_in(path: &[u8], folder: &[u8]) -> bool {
    path.strip_prefix(folder).is_some_and(|rest| matches!(rest, [] | [b'/', ..]))
}
