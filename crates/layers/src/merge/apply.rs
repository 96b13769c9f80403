//! One layer after the other.

use sealift_model::Impact;

use super::nodes::{Content, Naming, NodeId, NodeKind, Nodes};
use crate::log::{Change, ChangeLog};
use crate::name::split;
use crate::notes::Notes;
use crate::tree::Removal;
use crate::{LimitExceeded, Limits, TreePath};

/// Steps along paths, for each entry that may be merged: many times what real trees take, and an
/// end to archives whose every name goes through links of thousands of components.
const STEPS_PER_ENTRY: u64 = 20;

/// The tree while layers are laid upon it.
pub(crate) struct Merge<'a> {
    pub(super) nodes: Nodes,
    /// By their numbers, as far as they are laid upon each other.
    logs: Vec<Option<&'a ChangeLog>>,
    is_known: IsKnown<'a>,
    max_hops: u32,
    max_path_bytes: usize,
    /// Steps along paths that may still be gone.
    steps: u64,
    max_entries: u64,
    pub(crate) removed: Vec<Removed>,
    /// What goes wrong, layer by layer.
    pub(crate) notes: Vec<Notes>,
    /// The folder of the change before: its path as written, where that leads, and whether
    /// through a link. Archives list a folder's entries together.
    folder: Option<(Vec<u8>, NodeId, bool)>,
}

/// Whether anything is known of a content.
pub(crate) type IsKnown<'a> = Box<dyn Fn(Content) -> bool + Send + Sync + 'a>;

/// A known file that a higher layer took away.
#[derive(Clone, Debug)]
pub(crate) struct Removed {
    pub(crate) path: Vec<u8>,
    pub(crate) content: Content,
    pub(crate) layer: u32,
    pub(crate) removed_by: u32,
    pub(crate) removal: Removal,
}

/// How to go along a path.
#[derive(Clone, Copy)]
enum Walk {
    /// To what is there, through links.
    Find,
    /// To what is there; the last link is not followed.
    FindLink,
    /// To a folder, made where nothing is; its layer.
    Create(u32),
}

/// Where a path leads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// To a node; whether through links.
    At(NodeId, bool),
    /// To nothing.
    Nowhere,
    /// Into more links than may be followed.
    Endless,
}

impl<'a> Merge<'a> {
    /// An empty tree. Of files that are removed, those are remembered that `is_known` knows.
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
        }
    }

    /// Lays a layer, whose log has that number and about so many entries, upon those below.
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
        Ok(())
    }

    /// Takes away what the layer hides, before its own entries come.
    fn hide(&mut self, layer: u32, changes: &ChangeLog) -> Result<(), LimitExceeded> {
        let mut reader = changes.reader();
        while let Some((path, _, change)) = reader.next() {
            match change {
                Change::Whiteout => self.white_out(layer, path)?,
                Change::Opaque => self.clear(layer, path)?,
                _ => {}
            }
        }
        Ok(())
    }

    fn white_out(&mut self, layer: u32, path: &[u8]) -> Result<(), LimitExceeded> {
        let (folder, name) = split(path);
        if let Place::At(folder, _) = self.walk(NodeId::ROOT, folder, Walk::Find)?
            && let Some(hidden) = self.nodes.child(self.nodes.spot(folder, name))
        {
            self.remove(hidden, layer, Removal::Whiteout);
        }
        Ok(())
    }

    fn clear(&mut self, layer: u32, folder: &[u8]) -> Result<(), LimitExceeded> {
        if let Place::At(folder, _) = self.walk(NodeId::ROOT, folder, Walk::Find)? {
            let hidden: Vec<_> = self.nodes.children(folder).collect();
            for hidden in hidden {
                self.remove(hidden, layer, Removal::Opaque);
            }
        }
        Ok(())
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
        let (folder, name) = split(path);
        let (folder, linked) = match self.folder(layer, folder)? {
            Place::At(folder, linked) => (folder, linked),
            Place::Nowhere | Place::Endless => {
                let what = "the links in its path do not end; the entry is left out";
                self.note(layer, path, what, Impact::Partial);
                return Ok(());
            }
        };
        let kind = match change {
            Change::Directory => NodeKind::Directory,
            Change::File { .. } if linked => NodeKind::File(content, Naming::Moved),
            Change::File { .. } => NodeKind::File(content, Naming::Direct),
            Change::SymbolicLink(_) => NodeKind::SymbolicLink(content),
            Change::HardLink(target) => match self.hard_link(target)? {
                Some(kind) => kind,
                None => {
                    // An engine that makes the link before it comes to a whiteout of its target
                    // has what is missing here, whatever it is.
                    let what = "a hard link to a file that is not there; the entry is left out";
                    self.note(layer, path, what, Impact::Incomplete);
                    return Ok(());
                }
            },
            Change::Special | Change::Whiteout | Change::Opaque => NodeKind::Special,
        };
        self.put(layer, folder, name, kind)
    }

    fn put(
        &mut self,
        layer: u32,
        folder: NodeId,
        name: &[u8],
        kind: NodeKind,
    ) -> Result<(), LimitExceeded> {
        let spot = self.nodes.spot(folder, name);
        if let Some(present) = self.nodes.child(spot) {
            let present_kind = self.nodes[present].kind;
            if present_kind == NodeKind::Directory && kind == NodeKind::Directory {
                return Ok(());
            }
            self.remove(present, layer, Removal::Replaced);
        }
        self.nodes.add(spot, kind, layer)?;
        Ok(())
    }

    /// What a hard link to `target` is: another name for the same.
    fn hard_link(&mut self, target: &[u8]) -> Result<Option<NodeKind>, LimitExceeded> {
        Ok(match self.walk(NodeId::ROOT, target, Walk::FindLink)? {
            Place::At(node, _) => match self.nodes[node].kind {
                NodeKind::File(content, _) => Some(NodeKind::File(content, Naming::HardLink)),
                NodeKind::Directory | NodeKind::Gone => None,
                same => Some(same),
            },
            Place::Nowhere | Place::Endless => None,
        })
    }

    /// The folder that an entry goes to, made if need be.
    fn folder(&mut self, layer: u32, path: &[u8]) -> Result<Place, LimitExceeded> {
        if let Some((known, node, linked)) = &self.folder
            && known == path
        {
            return Ok(Place::At(*node, *linked));
        }
        let place = self.walk(NodeId::ROOT, path, Walk::Create(layer))?;
        if let Place::At(node, linked) = place {
            self.folder = Some((path.to_vec(), node, linked));
        }
        Ok(place)
    }

    /// Where a link leads.
    pub(super) fn follow(&mut self, link: NodeId) -> Result<Place, LimitExceeded> {
        let NodeKind::SymbolicLink(target) = self.nodes[link].kind else {
            return Ok(Place::At(link, false));
        };
        let target = self.target(target);
        let start = match target {
            [b'/', ..] => NodeId::ROOT,
            _ => self.nodes[link].parent,
        };
        self.walk(start, target, Walk::Find)
    }

    /// Whether a relative link, by its words, climbs above the root.
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

    /// Where a path leads.
    pub(super) fn find(&mut self, path: &[u8]) -> Result<Place, LimitExceeded> {
        self.walk(NodeId::ROOT, path, Walk::Find)
    }

    /// Goes along a path, through links but never out of the tree, like a process whose root
    /// folder the tree is.
    fn walk(&mut self, start: NodeId, path: &[u8], walk: Walk) -> Result<Place, LimitExceeded> {
        let mut at = start;
        let mut hops = 0;
        let mut steps = 0;
        // Paths still to be gone along, the last first.
        let mut rest = vec![path];
        while let Some(path) = rest.pop() {
            steps += 1;
            if steps > self.max_path_bytes {
                return Ok(Place::Endless);
            }
            let max = self.max_entries;
            let left = self.steps.checked_sub(1);
            self.steps = left.ok_or(LimitExceeded::new("max_tree_entries", max))?;
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
                    return Ok(Place::At(child, hops > 0));
                }
                (NodeKind::SymbolicLink(target), _) => {
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
                // A folder takes the place of a file, as it would with an entry of its own.
                (_, Walk::Create(layer)) => {
                    self.remove(child, layer, Removal::Replaced);
                    at = self.nodes.add(spot, NodeKind::Directory, layer)?;
                }
                (_, Walk::Find | Walk::FindLink) if ends => {
                    return Ok(Place::At(child, hops > 0));
                }
                (_, Walk::Find | Walk::FindLink) => return Ok(Place::Nowhere),
            }
        }
        Ok(Place::At(at, hops > 0))
    }

    fn target(&self, content: Content) -> &'a [u8] {
        match self.change(content) {
            Some(Change::SymbolicLink(target)) => target,
            _ => &[],
        }
    }

    /// What a log says of a content.
    pub(super) fn change(&self, Content { log, position }: Content) -> Option<Change<'a>> {
        let log: &'a ChangeLog = self.logs.get(usize::try_from(log).ok()?).copied()??;
        log.at(position)
    }

    fn remove(&mut self, node: NodeId, removed_by: u32, removal: Removal) {
        self.folder = None;
        for id in self.nodes.below(node) {
            let found = self.nodes[id];
            let NodeKind::File(content, _) = found.kind else { continue };
            if found.layer != removed_by && (self.is_known)(content) {
                let path = self.nodes.path(id);
                let layer = found.layer;
                self.removed.push(Removed { path, content, layer, removed_by, removal });
            }
        }
        self.nodes.remove(node);
    }

    pub(super) fn note(&mut self, layer: u32, path: &[u8], what: &'static str, impact: Impact) {
        let layer = usize::try_from(layer).unwrap_or(usize::MAX);
        if let Some(notes) = self.notes.get_mut(layer) {
            notes.add(TreePath::new(path).to_string(), what, impact);
        }
    }
}

/// The first component and what follows its slash.
fn first(path: &[u8]) -> (&[u8], Option<&[u8]>) {
    match path.iter().position(|byte| *byte == b'/') {
        Some(slash) => {
            let (name, rest) = path.split_at(slash);
            (name, rest.get(1..))
        }
        None => (path, None),
    }
}
