//! The tree of folders that a lockfile describes, and the packages in it.

use std::borrow::Cow;
use std::collections::BTreeSet;

use hashbrown::{HashMap, HashSet};
use sealift_model::{Evidence, Location, Package, Relationship, Scope};

use crate::Facts;

/// Lookups that resolving one lockfile's dependencies may take. The largest real ones (10,000
/// packages) take some 200,000.
const MAX_LOOKUPS: u32 = 20_000_000;

/// The entry of a lockfile for one folder.
#[derive(Debug)]
pub(super) struct Node<'a> {
    /// The folder in whose `node_modules` this one lies; the root lies in itself.
    pub(super) parent: usize,
    /// Whether it is the project's own: its root or a workspace.
    pub(super) is_project: bool,
    /// The package in it; none in the root.
    pub(super) entry: Option<Entry<'a>>,
    /// Names of the dependencies as the folder's code calls them.
    pub(super) requires: Vec<Cow<'a, str>>,
}

/// One entry of a lockfile.
#[derive(Debug)]
pub(super) struct Entry<'a> {
    /// Real name.
    pub(super) name: Cow<'a, str>,
    /// Version; empty when only a URL is given.
    pub(super) version: Cow<'a, str>,
    pub(super) scope: Scope,
    pub(super) licenses: Vec<String>,
    pub(super) lines: Option<(u64, u64)>,
}

impl Entry<'_> {
    fn id(&self) -> String {
        format!("{}@{}", self.name, self.version)
    }
}

/// Folders within `node_modules` of folders.
#[derive(Debug)]
pub(super) struct Tree<'a> {
    nodes: Vec<Node<'a>>,
    /// The folder of each name in a folder's own `node_modules`.
    folders: HashMap<(usize, Cow<'a, str>), usize>,
}

/// The root's place in the tree.
pub(super) const ROOT: usize = 0;

impl<'a> Tree<'a> {
    /// A tree of nothing but the root, which requires these.
    pub(super) fn new(requires: Vec<Cow<'a, str>>) -> Self {
        let root = Node { parent: ROOT, is_project: true, entry: None, requires };
        Self { nodes: vec![root], folders: HashMap::new() }
    }

    /// Adds a folder and returns its place.
    pub(super) fn push(&mut self, node: Node<'a>) -> usize {
        self.nodes.push(node);
        self.nodes.len() - 1
    }

    /// Says that the folder at `place` lies in the `node_modules` of `parent` under `name`.
    pub(super) fn nest(&mut self, parent: usize, name: Cow<'a, str>, place: usize) {
        if let Some(node) = self.nodes.get_mut(place) {
            node.parent = parent;
        }
        self.link(parent, name, place);
    }

    /// Says that `name` in the `node_modules` of `parent` links to the folder at `place`.
    pub(super) fn link(&mut self, parent: usize, name: Cow<'a, str>, place: usize) {
        self.folders.insert((parent, name), place);
    }

    /// Adds the packages to `facts`: each once, with all its lines.
    pub(super) fn report(&self, facts: &mut Facts) {
        let Resolved { requires, complete } = self.resolve();
        let direct = self.direct(&requires);
        let mut packages: Vec<Package> = Vec::new();
        let mut known: HashMap<(&str, &str), Option<usize>> = HashMap::new();
        for (place, node) in self.nodes.iter().enumerate() {
            let Some(entry) = &node.entry else { continue };
            let at = *known.entry((&entry.name, &entry.version)).or_insert_with(|| {
                let package = super::package(&entry.name, &entry.version)?;
                packages.push(first(package, entry));
                Some(packages.len() - 1)
            });
            let Some(package) = at.and_then(|at| packages.get_mut(at)) else {
                let line = entry.lines.map(|(first, _)| first);
                facts.problem(line, format!("{:?} is not a name of a package", entry.name));
                continue;
            };
            package.scope = package.scope.joined(entry.scope);
            let is_first = package.locations.is_empty();
            if !node.is_project {
                package.relationship = match &direct {
                    Some(direct) if direct.contains(&place) => Relationship::Direct,
                    _ if package.relationship == Relationship::Direct => Relationship::Direct,
                    Some(_) => Relationship::Indirect,
                    None => Relationship::Unstated,
                };
            } else if is_first {
                package.relationship = Relationship::Workspace;
            }
            let targets = requires.get(place).into_iter().flatten();
            package.depends_on.extend(targets.filter_map(|target| self.id(*target)));
            let mut location = Location::new("");
            location.lines = entry.lines;
            package.locations.push(location);
        }
        for mut package in packages {
            package.depends_on.sort_unstable();
            package.depends_on.dedup();
            facts.package(package);
        }
        if !complete {
            let max = MAX_LOOKUPS;
            facts.problem(None, format!("not all dependencies were resolved, after {max} lookups"));
        }
    }

    /// The requirements of the project's own folders; `None` if they are not stated.
    fn direct(&self, requires: &[Vec<usize>]) -> Option<BTreeSet<usize>> {
        let projects = || self.nodes.iter().zip(requires).filter(|(node, _)| node.is_project);
        let stated = projects().any(|(node, _)| !node.requires.is_empty());
        stated.then(|| projects().flat_map(|(_, targets)| targets.iter().copied()).collect())
    }

    /// For each folder, the places of its requirements.
    fn resolve(&self) -> Resolved {
        let names: HashSet<&str> = self.folders.keys().map(|(_, name)| name.as_ref()).collect();
        let mut lookups = MAX_LOOKUPS;
        let requires = (0..self.nodes.len())
            .zip(&self.nodes)
            .map(|(place, node)| {
                let known = node.requires.iter().filter(|name| names.contains(name.as_ref()));
                known.filter_map(|name| self.find(place, name, &mut lookups)).collect()
            })
            .collect();
        Resolved { requires, complete: lookups > 0 }
    }

    /// Node.js docs, "Modules: Loading from node_modules folders": the nearest one outwards.
    fn find(&self, from: usize, name: &str, lookups: &mut u32) -> Option<usize> {
        let mut place = from;
        loop {
            *lookups = lookups.checked_sub(1)?;
            if let Some(found) = self.folders.get(&(place, Cow::Borrowed(name))) {
                return Some(*found);
            }
            place = match self.nodes.get(place) {
                Some(node) if node.parent != place => node.parent,
                _ => return None,
            };
        }
    }

    fn id(&self, place: usize) -> Option<String> {
        self.nodes.get(place)?.entry.as_ref().map(Entry::id)
    }
}

struct Resolved {
    requires: Vec<Vec<usize>>,
    complete: bool,
}

fn first(mut package: Package, entry: &Entry<'_>) -> Package {
    package.evidence = Evidence::Declared;
    package.scope = entry.scope;
    package.licenses.clone_from(&entry.licenses);
    package
}
