//! Applies one layer after another.

use sealift_model::Impact;

use super::nodes::{Content, Naming, NodeId, NodeKind, Nodes, Spot};
use super::take::Taken;
use crate::entry_log::{Change, ChangeLog, Position};
use crate::entry_name::split;
use crate::notes::Notes;
use crate::tree::Removal;
use crate::{LimitExceeded, Limits, TreePath};

/// Steps along paths for each entry that may be merged: many times what real trees need, and a
/// bound on archives in which every name goes through links with thousands of components.
const STEPS_PER_ENTRY: u64 = 20;

/// The tree to which layers are applied.
pub(crate) struct Merge<'a> {
    pub(super) nodes: Nodes,
    /// The logs by number, as far as they are applied.
    logs: Vec<Option<&'a ChangeLog>>,
    pub(super) is_known: IsKnown<'a>,
    max_hops: u32,
    max_path_bytes: usize,
    /// The remaining steps along paths.
    steps: u64,
    max_entries: u64,
    pub(crate) removed: Vec<Removed>,
    /// The problems of each layer.
    pub(crate) notes: Vec<Notes>,
    /// The folder of the previous change: its path as written, the node it leads to, and how.
    /// Archives list a folder's entries together.
    pub(super) folder: Option<(Vec<u8>, NodeId, Way)>,
    /// What the present layer has removed from those below.
    pub(super) taken: Taken,
}

/// Whether facts of a content are known.
pub(crate) type IsKnown<'a> = Box<dyn Fn(Content) -> bool + Send + Sync + 'a>;

/// A file with known facts that a higher layer removed.
#[derive(Clone, Debug)]
pub(crate) struct Removed {
    pub(crate) path: Vec<u8>,
    pub(crate) content: Content,
    pub(crate) layer: u32,
    pub(crate) removed_by: u32,
    pub(crate) removal: Removal,
}

/// How to follow a path.
#[derive(Clone, Copy)]
pub(super) enum Walk {
    /// To an existing node, through links.
    Find,
    /// To an existing node; the last link is not followed.
    FindLink,
    /// To a folder, which is created in the given layer if it is missing.
    Create(u32),
}

/// The end of a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// A node, and how the path leads to it.
    At(NodeId, Way),
    /// A file of a lower layer that would be removed, reached through this link of a lower layer.
    Blocked(NodeId),
    /// Nothing.
    Nowhere,
    /// More links than may be followed.
    Endless,
}

/// How a path leads to a node.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Way {
    /// By its own names.
    Direct,
    /// Through links.
    Linked,
    /// Through links, of which this is the first from a lower layer. Only determined for the folder
    /// of an entry.
    Lower(NodeId),
}

impl<'a> Merge<'a> {
    /// An empty tree. Removed files are remembered if `is_known` returns true for them.
    pub(crate) fn new(is_known: IsKnown<'a>, limits: &Limits) -> Self {
        Self {
            nodes: Nodes::new(limits),
            logs: Vec::new(),
            is_known,
            max_hops: limits.max_link_hops,
            max_path_bytes: limits.max_path_bytes,
            steps: limits.max_tree_entries.saturating_mul(STEPS_PER_ENTRY),
            max_entries: limits.max_tree_entries,
            removed: Vec::new(),
            notes: Vec::new(),
            folder: None,
            taken: Taken::default(),
        }
    }

    /// Applies a layer, whose log has the given number and about the given number of entries.
    pub(crate) fn apply(
        &mut self,
        layer: u32,
        log: u32,
        changes: &'a ChangeLog,
        entries: u64,
    ) -> Result<(), LimitExceeded> {
        let number = usize::try_from(log).unwrap_or(usize::MAX);
        self.logs.resize(self.logs.len().max(number.saturating_add(1)), None);
        if let Some(log) = self.logs.get_mut(number) {
            *log = Some(changes);
        }
        self.nodes.make_room(entries);
        self.folder = None;
        let layers = usize::try_from(layer).unwrap_or(usize::MAX).saturating_add(1);
        self.notes.resize_with(self.notes.len().max(layers), Notes::default);
        if changes.hides() {
            self.hide(layer, changes)?;
        }
        self.folder = None;
        let mut reader = changes.reader();
        while let Some((path, position, change)) = reader.next() {
            self.place(layer, path, Content { log, position }, change)?;
        }
        self.bury_taken(layer)
    }

    fn place(
        &mut self,
        layer: u32,
        path: &[u8],
        content: Content,
        change: Change<'_>,
    ) -> Result<(), LimitExceeded> {
        if matches!(change, Change::Whiteout | Change::Opaque) {
            return Ok(());
        }
        let (parent, name) = split(path);
        let Some(kind) = self.kind(layer, path, content, change)? else { return Ok(()) };
        let (folder, way) = loop {
            let Place::At(folder, way) = self.folder(layer, path, parent)? else {
                let what = "the links in its path do not end; the entry is left out";
                self.note(layer, path, what, Impact::Partial);
                return Ok(());
            };
            match way {
                Way::Lower(link) if self.would_take(layer, folder, name, kind) => {
                    self.part(layer, path, link)?;
                }
                way => break (folder, way),
            }
        };
        let kind = match kind {
            NodeKind::File(content, Naming::Direct) if way != Way::Direct => {
                NodeKind::File(content, Naming::Moved)
            }
            kind => kind,
        };
        self.put(layer, path, content.position, self.nodes.spot(folder, name), kind)
    }

    /// The node kind of an entry; none if the entry is left out.
    fn kind(
        &mut self,
        layer: u32,
        path: &[u8],
        content: Content,
        change: Change<'_>,
    ) -> Result<Option<NodeKind>, LimitExceeded> {
        Ok(Some(match change {
            Change::Directory => NodeKind::Directory,
            Change::File { .. } => NodeKind::File(content, Naming::Direct),
            Change::SymbolicLink(_) => NodeKind::SymbolicLink(content),
            Change::HardLink(target) => {
                let kind = self.hard_link(target)?;
                if kind.is_none() {
                    // An engine that creates the link before it reaches a whiteout of its target
                    // has the missing file, whatever it is.
                    let what = "a hard link to a file that is not there; the entry is left out";
                    self.note(layer, path, what, Impact::Incomplete);
                }
                return Ok(kind);
            }
            Change::Special | Change::Whiteout | Change::Opaque => NodeKind::Special,
        }))
    }

    fn put(
        &mut self,
        layer: u32,
        path: &[u8],
        position: Position,
        spot: Spot<'_>,
        kind: NodeKind,
    ) -> Result<(), LimitExceeded> {
        if let Some(present) = self.nodes.child(spot) {
            if self.nodes[present].kind == NodeKind::Directory && kind == NodeKind::Directory {
                return Ok(());
            }
            self.remove(present, layer, Removal::Replaced)?;
        }
        if kind != NodeKind::Directory || !self.bring_back(layer, path, position, spot)? {
            self.nodes.add(spot, kind, layer)?;
        }
        Ok(())
    }

    /// The node kind of a hard link to `target`: another name for the same file.
    fn hard_link(&mut self, target: &[u8]) -> Result<Option<NodeKind>, LimitExceeded> {
        Ok(match self.walk(NodeId::ROOT, target, Walk::FindLink)? {
            Place::At(node, _) => match self.nodes[node].kind {
                NodeKind::File(content, _) => Some(NodeKind::File(content, Naming::HardLink)),
                NodeKind::Directory | NodeKind::Gone => None,
                same => Some(same),
            },
            Place::Nowhere | Place::Blocked(_) | Place::Endless => None,
        })
    }

    /// The folder of an entry, created if needed.
    fn folder(&mut self, layer: u32, entry: &[u8], path: &[u8]) -> Result<Place, LimitExceeded> {
        if let Some((known, node, way)) = &self.folder
            && known == path
        {
            return Ok(Place::At(*node, *way));
        }
        let mut place = self.walk(NodeId::ROOT, path, Walk::Create(layer))?;
        while let Place::Blocked(link) = place {
            self.part(layer, entry, link)?;
            place = self.walk(NodeId::ROOT, path, Walk::Create(layer))?;
        }
        if let Place::At(node, way) = place {
            self.folder = Some((path.to_vec(), node, way));
        }
        Ok(place)
    }

    /// The target of a link.
    pub(super) fn follow(&mut self, link: NodeId) -> Result<Place, LimitExceeded> {
        let NodeKind::SymbolicLink(target) = self.nodes[link].kind else {
            return Ok(Place::At(link, Way::Direct));
        };
        let target = self.target(target);
        let start = match target {
            [b'/', ..] => NodeId::ROOT,
            _ => self.nodes[link].parent,
        };
        self.walk(start, target, Walk::Find)
    }

    /// Whether a relative link, by its text alone, climbs above the root.
    pub(super) fn leads_out(&self, link: NodeId) -> bool {
        let NodeKind::SymbolicLink(target) = self.nodes[link].kind else { return false };
        let target = self.target(target);
        let path = self.nodes.path(link);
        let folders = path.iter().filter(|byte| **byte == b'/').count();
        let mut depth = Some(folders);
        for component in target.split(|byte| *byte == b'/') {
            depth = match component {
                b"" | b"." => depth,
                b".." => depth.and_then(|depth| depth.checked_sub(1)),
                _ => depth.map(|depth| depth.saturating_add(1)),
            };
        }
        !target.starts_with(b"/") && depth.is_none()
    }

    /// The end of a path.
    pub(super) fn find(&mut self, path: &[u8]) -> Result<Place, LimitExceeded> {
        self.walk(NodeId::ROOT, path, Walk::Find)
    }

    /// Follows a path, through links but never out of the tree, like a process whose root folder is
    /// the tree.
    pub(super) fn walk(
        &mut self,
        start: NodeId,
        path: &[u8],
        walk: Walk,
    ) -> Result<Place, LimitExceeded> {
        let mut at = start;
        let mut way = Way::Direct;
        let mut hops = 0;
        let mut steps = 0;
        // The rest of the paths to follow, the last first.
        let mut rest = vec![path];
        while let Some(path) = rest.pop() {
            steps += 1;
            if steps > self.max_path_bytes {
                return Ok(Place::Endless);
            }
            self.pay(1)?;
            let (name, tail) = first(path);
            if let Some(tail) = tail {
                rest.push(tail);
            }
            match name {
                b"" | b"." => continue,
                b".." => {
                    at = self.nodes[at].parent;
                    continue;
                }
                _ => {}
            }
            let spot = self.nodes.spot(at, name);
            let Some(child) = self.nodes.child(spot) else {
                let Walk::Create(layer) = walk else { return Ok(Place::Nowhere) };
                at = self.nodes.add(spot, NodeKind::Directory, layer)?;
                continue;
            };
            let ends = rest.iter().all(|path| path.iter().all(|byte| *byte == b'/'));
            match (self.nodes[child].kind, walk) {
                (NodeKind::Directory, _) => at = child,
                (NodeKind::SymbolicLink(_), Walk::FindLink) if ends => {
                    return Ok(Place::At(child, way));
                }
                (NodeKind::SymbolicLink(target), _) => {
                    way = self.way_through(way, child, walk);
                    hops += 1;
                    if hops > self.max_hops {
                        return Ok(Place::Endless);
                    }
                    let target = self.target(target);
                    if target.starts_with(b"/") {
                        at = NodeId::ROOT;
                    }
                    rest.push(target);
                }
                // A folder replaces a file, as an entry of its own would.
                (_, Walk::Create(layer)) => {
                    if let Way::Lower(link) = way
                        && self.nodes[child].layer != layer
                    {
                        return Ok(Place::Blocked(link));
                    }
                    self.remove(child, layer, Removal::Replaced)?;
                    at = self.nodes.add(spot, NodeKind::Directory, layer)?;
                }
                (_, Walk::Find | Walk::FindLink) if ends => {
                    return Ok(Place::At(child, way));
                }
                (_, Walk::Find | Walk::FindLink) => return Ok(Place::Nowhere),
            }
        }
        Ok(Place::At(at, way))
    }

    fn way_through(&self, way: Way, link: NodeId, walk: Walk) -> Way {
        match (way, walk) {
            (Way::Lower(_), _) => way,
            (_, Walk::Create(layer)) if self.nodes[link].layer != layer => Way::Lower(link),
            _ => Way::Linked,
        }
    }

    /// Counts steps along paths.
    pub(super) fn pay(&mut self, steps: u64) -> Result<(), LimitExceeded> {
        let left = self.steps.checked_sub(steps);
        self.steps = left.ok_or(LimitExceeded::new("max_tree_entries", self.max_entries))?;
        Ok(())
    }

    fn target(&self, content: Content) -> &'a [u8] {
        match self.change(content) {
            Some(Change::SymbolicLink(target)) => target,
            _ => &[],
        }
    }

    /// The change that a content refers to.
    pub(super) fn change(&self, Content { log, position }: Content) -> Option<Change<'a>> {
        let log: &'a ChangeLog = self.logs.get(usize::try_from(log).ok()?).copied()??;
        log.at(position)
    }

    pub(super) fn note(&mut self, layer: u32, path: &[u8], what: &'static str, impact: Impact) {
        let layer = usize::try_from(layer).unwrap_or(usize::MAX);
        if let Some(notes) = self.notes.get_mut(layer) {
            notes.add(TreePath::new(path).to_string(), what, impact);
        }
    }
}

/// The first component, and the rest after its slash.
fn first(path: &[u8]) -> (&[u8], Option<&[u8]>) {
    match path.iter().position(|byte| *byte == b'/') {
        Some(slash) => {
            let (name, rest) = path.split_at(slash);
            (name, rest.get(1..))
        }
        None => (path, None),
    }
}
