//! The merged tree: every name in it, in little memory.

use std::hash::BuildHasher;
use std::num::NonZeroU32;
use std::ops::{Index, IndexMut};

use hashbrown::{DefaultHashBuilder, HashTable};

use crate::entry_log::Position;
use crate::stream::length;
use crate::{LimitExceeded, Limits};

/// The content of a file, or the target of a link, by its log and position.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct Content {
    pub(crate) log: u32,
    pub(crate) position: Position,
}

/// A node of the tree. Only [`Nodes`] makes it, so it is always valid.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct NodeId(NonZeroU32);

impl NodeId {
    pub(crate) const ROOT: Self = Self(NonZeroU32::MIN);
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum NodeKind {
    Directory,
    File(Content, Naming),
    SymbolicLink(Content),
    Special,
    /// A removed node.
    Gone,
}

impl NodeKind {
    /// Whether it is a file with that content.
    pub(crate) fn is_of(self, content: Content) -> bool {
        matches!(self, Self::File(own, _) if own == content)
    }
}

/// How a file got its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Naming {
    /// It is the name of its entry.
    Direct,
    /// The name of its entry goes through a linked folder.
    Moved,
    /// It is a hard link to another file.
    HardLink,
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct Node {
    pub(crate) parent: NodeId,
    pub(crate) kind: NodeKind,
    /// The layer that added it.
    pub(crate) layer: u32,
    name_start: u32,
    name_bytes: u32,
    first_child: Option<NodeId>,
    next: Option<NodeId>,
    previous: Option<NodeId>,
}

/// A name in a folder, which may or may not exist.
#[derive(Clone, Copy)]
pub(crate) struct Spot<'n> {
    pub(crate) parent: NodeId,
    pub(crate) name: &'n [u8],
    hash: u64,
}

/// All nodes.
pub(crate) struct Nodes {
    nodes: Vec<Node>,
    names: Vec<u8>,
    /// Finds a node by its folder and name.
    table: HashTable<NodeId>,
    /// Seeded at random, so that no image can be built whose names all collide.
    hasher: DefaultHashBuilder,
    max_nodes: u64,
    max_names_bytes: u64,
}

impl Nodes {
    /// A tree with only the root.
    pub(crate) fn new(limits: &Limits) -> Self {
        let root = Node {
            parent: NodeId::ROOT,
            kind: NodeKind::Directory,
            layer: 0,
            name_start: 0,
            name_bytes: 0,
            first_child: None,
            next: None,
            previous: None,
        };
        Self {
            nodes: vec![root],
            names: Vec::new(),
            table: HashTable::new(),
            hasher: DefaultHashBuilder::default(),
            max_nodes: limits.max_tree_entries,
            max_names_bytes: limits.max_names_bytes,
        }
    }

    /// Reserves memory for as many names as entries were read, within the limit.
    pub(crate) fn make_room(&mut self, entries: u64) {
        let most = self.max_nodes.saturating_sub(length(self.nodes.len()));
        let room = usize::try_from(entries.min(most)).unwrap_or_default();
        self.nodes.reserve(room);
        let Self { nodes, names, table, hasher, .. } = self;
        table.reserve(room, |id| hash_of(nodes, names, hasher, *id));
    }

    /// All nodes, including removed ones.
    pub(crate) fn ids(&self) -> impl Iterator<Item = NodeId> + use<> {
        let last = u32::try_from(self.nodes.len()).unwrap_or(u32::MAX);
        (1..=last).filter_map(NonZeroU32::new).map(NodeId)
    }

    /// The place of a name in a folder, with its hash, which searching and adding share.
    pub(crate) fn spot<'n>(&self, parent: NodeId, name: &'n [u8]) -> Spot<'n> {
        Spot { parent, name, hash: self.hash(parent, name) }
    }

    /// The node with that name in a folder.
    pub(crate) fn child(&self, Spot { parent, name, hash }: Spot<'_>) -> Option<NodeId> {
        let same = |id: &NodeId| self[*id].parent == parent && self.name(*id) == name;
        self.table.find(hash, same).copied()
    }

    /// Adds a new name.
    pub(crate) fn add(
        &mut self,
        Spot { parent, name, hash }: Spot<'_>,
        kind: NodeKind,
        layer: u32,
    ) -> Result<NodeId, LimitExceeded> {
        if length(self.nodes.len()) > self.max_nodes {
            return Err(LimitExceeded::new("max_tree_entries", self.max_nodes));
        }
        let too_long = LimitExceeded::new("max_names_bytes", self.max_names_bytes);
        if length(self.names.len() + name.len()) > self.max_names_bytes {
            return Err(too_long);
        }
        let number = |size: usize| u32::try_from(size).map_err(|_| too_long);
        let id = number(self.nodes.len() + 1)?;
        let id = NodeId(NonZeroU32::new(id).ok_or(too_long)?);
        let next = self[parent].first_child;
        let node = Node {
            parent,
            kind,
            layer,
            name_start: number(self.names.len())?,
            name_bytes: number(name.len())?,
            first_child: None,
            next,
            previous: None,
        };
        self.names.extend_from_slice(name);
        self.nodes.push(node);
        self[parent].first_child = Some(id);
        if let Some(next) = next {
            self[next].previous = Some(id);
        }
        let Self { nodes, names, table, hasher, .. } = self;
        table.insert_unique(hash, id, |id| hash_of(nodes, names, hasher, *id));
        Ok(id)
    }

    /// Removes a node and everything below it.
    pub(crate) fn remove(&mut self, id: NodeId) {
        self.detach(id);
        self.bury(id);
    }

    /// Detaches a node, with everything below it, from its folder; [`Nodes::attach`] puts it back.
    pub(crate) fn detach(&mut self, id: NodeId) {
        let Node { parent, next, previous, .. } = self[id];
        match previous {
            Some(previous) => self[previous].next = next,
            None => self[parent].first_child = next,
        }
        if let Some(next) = next {
            self[next].previous = previous;
        }
        self.forget(id);
    }

    /// Puts a detached node back to its place, where its name must not exist.
    pub(crate) fn attach(&mut self, id: NodeId) {
        let parent = self[id].parent;
        let next = self[parent].first_child.replace(id);
        if let Some(next) = next {
            self[next].previous = Some(id);
        }
        self[id].next = next;
        self[id].previous = None;
        let hash = self.hash(parent, self.name(id));
        let Self { nodes, names, table, hasher, .. } = self;
        table.insert_unique(hash, id, |id| hash_of(nodes, names, hasher, *id));
    }

    /// Removes a detached node and everything below it for good.
    pub(crate) fn bury(&mut self, id: NodeId) {
        for id in self.below(id) {
            self.forget(id);
            self[id].kind = NodeKind::Gone;
        }
    }

    /// Makes a node unreachable by its name.
    fn forget(&mut self, id: NodeId) {
        let hash = self.hash(self[id].parent, self.name(id));
        if let Ok(entry) = self.table.find_entry(hash, |other| *other == id) {
            entry.remove();
        }
    }

    /// A node and everything below it.
    pub(crate) fn below(&self, id: NodeId) -> Vec<NodeId> {
        let mut found = vec![id];
        let mut at = 0;
        while let Some(id) = found.get(at) {
            found.extend(self.children(*id));
            at += 1;
        }
        found
    }

    /// The nodes in a folder.
    pub(crate) fn children(&self, id: NodeId) -> impl Iterator<Item = NodeId> {
        std::iter::successors(self[id].first_child, |id| self[*id].next)
    }

    /// Returns the path of a node.
    pub(crate) fn path(&self, id: NodeId) -> Vec<u8> {
        let mut names = Vec::new();
        let mut at = id;
        while at != NodeId::ROOT {
            names.push(self.name(at));
            at = self[at].parent;
        }
        names.reverse();
        names.join(&b'/')
    }

    /// The name of a node in its folder.
    pub(crate) fn name(&self, id: NodeId) -> &[u8] {
        name_of(&self.names, &self[id])
    }

    fn hash(&self, parent: NodeId, name: &[u8]) -> u64 {
        self.hasher.hash_one(Some((parent.0, name)))
    }
}

/// The hash of a node, as [`Nodes::hash`] makes it.
fn hash_of(nodes: &[Node], names: &[u8], hasher: &DefaultHashBuilder, id: NodeId) -> u64 {
    let node = nodes.get(index(id));
    hasher.hash_one(node.map(|node| (node.parent.0, name_of(names, node))))
}

fn index(id: NodeId) -> usize {
    usize::try_from(id.0.get() - 1).unwrap_or(usize::MAX)
}

fn name_of<'a>(names: &'a [u8], node: &Node) -> &'a [u8] {
    let start = usize::try_from(node.name_start).unwrap_or(usize::MAX);
    let bytes = usize::try_from(node.name_bytes).unwrap_or(usize::MAX);
    names.get(start..).and_then(|names| names.get(..bytes)).unwrap_or_default()
}

impl Index<NodeId> for Nodes {
    type Output = Node;

    #[expect(clippy::indexing_slicing, reason = "ids are made by `add` and nodes are never freed")]
    fn index(&self, id: NodeId) -> &Node {
        &self.nodes[index(id)]
    }
}

impl IndexMut<NodeId> for Nodes {
    #[expect(clippy::indexing_slicing, reason = "ids are made by `add` and nodes are never freed")]
    fn index_mut(&mut self, id: NodeId) -> &mut Node {
        &mut self.nodes[index(id)]
    }
}
