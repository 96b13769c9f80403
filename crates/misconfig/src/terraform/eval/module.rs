//! Modules: the declarations of the files of one folder.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use super::super::syntax::{self, Attribute, Block, Body, Expr};
use crate::below::below;
use crate::{Limits, Lines};

/// A declaration and its file, by index among the given files.
#[derive(Clone, Debug)]
pub(crate) struct Declared<T> {
    pub(crate) file: usize,
    pub(crate) item: T,
}

/// What the files of one folder declare.
#[derive(Debug, Default)]
pub(crate) struct Module {
    /// Below the folder that is checked; empty for that itself.
    pub(crate) folder: String,
    pub(crate) files: Vec<usize>,
    pub(crate) variables: BTreeMap<Arc<str>, Block>,
    pub(crate) locals: BTreeMap<Arc<str>, Expr>,
    pub(crate) outputs: BTreeMap<Arc<str>, Block>,
    pub(crate) calls: BTreeMap<Arc<str>, Declared<Block>>,
    /// Resources and data, in the order of files and lines.
    pub(crate) resources: Vec<ResourceBlock>,
    by_name: HashMap<(Mode, Arc<str>, Arc<str>), usize>,
}

/// Whether a resource is managed or only read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Mode {
    Managed,
    Data,
}

/// `resource "type" "name" { … }` or `data "type" "name" { … }`.
#[derive(Debug)]
pub(crate) struct ResourceBlock {
    pub(crate) file: usize,
    pub(crate) mode: Mode,
    pub(crate) kind: Arc<str>,
    pub(crate) name: Arc<str>,
    pub(crate) block: Block,
}

impl Module {
    pub(crate) fn new(folder: &str) -> Self {
        Self { folder: folder.to_owned(), ..Self::default() }
    }

    /// Adds what a file declares.
    pub(crate) fn add(&mut self, file: usize, body: Body) {
        self.files.push(file);
        for block in body.blocks {
            let mut labels = block.labels.iter().map(Arc::clone);
            match (&*block.kind, labels.next(), labels.next()) {
                ("resource", Some(kind), Some(name)) => {
                    self.resource(file, Mode::Managed, kind, name, block);
                }
                ("data", Some(kind), Some(name)) => {
                    self.resource(file, Mode::Data, kind, name, block);
                }
                ("variable", Some(name), None) => _ = self.variables.insert(name, block),
                ("output", Some(name), None) => _ = self.outputs.insert(name, block),
                ("module", Some(name), None) => {
                    self.calls.insert(name, Declared { file, item: block });
                }
                ("locals", None, None) => {
                    let locals = block.body.attributes.into_iter();
                    self.locals.extend(locals.map(|local| (local.name, local.value)));
                }
                // Providers, settings of Terraform itself, checks, moves: no check looks at them.
                _ => {}
            }
        }
    }

    /// Lays the declarations of an override file over existing ones, as Terraform merges them: an
    /// attribute replaces one, blocks of a kind replace all of that kind. A failure is reported at
    /// the overridden declaration, not in the override file. Returns the names of overrides without
    /// a declaration.
    pub(crate) fn lay_over(&mut self, body: Body) -> Vec<String> {
        let mut left = Vec::new();
        for block in body.blocks {
            let labels: Vec<Arc<str>> = block.labels.iter().map(Arc::clone).collect();
            let base = match (&*block.kind, labels.as_slice()) {
                ("resource", [kind, name]) => self.declared(Mode::Managed, kind, name),
                ("data", [kind, name]) => self.declared(Mode::Data, kind, name),
                ("variable", [name]) => self.variables.get_mut(name),
                ("output", [name]) => self.outputs.get_mut(name),
                ("module", [name]) => self.calls.get_mut(name).map(|call| &mut call.item),
                ("locals", []) => {
                    let locals = block.body.attributes.into_iter();
                    self.locals.extend(locals.map(|local| (local.name, local.value)));
                    continue;
                }
                _ => continue,
            };
            match base {
                Some(base) => merge(base, block.body),
                None => left.push(format!("{} {}", block.kind, labels.join("."))),
            }
        }
        left
    }

    fn declared(&mut self, mode: Mode, kind: &Arc<str>, name: &Arc<str>) -> Option<&mut Block> {
        let index = self.find(mode, kind, name)?;
        self.resources.get_mut(index).map(|resource| &mut resource.block)
    }

    fn resource(&mut self, file: usize, mode: Mode, kind: Arc<str>, name: Arc<str>, block: Block) {
        let key = (mode, Arc::clone(&kind), Arc::clone(&name));
        self.by_name.entry(key).or_insert(self.resources.len());
        self.resources.push(ResourceBlock { file, mode, kind, name, block });
    }

    /// The number of a resource among [`Module::resources`].
    pub(crate) fn find(&self, mode: Mode, kind: &Arc<str>, name: &Arc<str>) -> Option<usize> {
        self.by_name.get(&(mode, Arc::clone(kind), Arc::clone(name))).copied()
    }

    /// The folder that a call's `source` names, if it is one.
    pub(crate) fn called_folder(&self, call: &Block) -> Option<String> {
        match self.local_source(call) {
            Source::Folder(folder) => Some(folder),
            _ => None,
        }
    }

    /// The folder that a call's `source` names, where it is one that is below the checked one.
    pub(super) fn local_source(&self, call: &Block) -> Source {
        let Some(source) = call.body.attribute("source").and_then(|source| source.value.as_text())
        else {
            return Source::Unreadable;
        };
        if !source.starts_with("./")
            && !source.starts_with("../")
            && source != "."
            && source != ".."
        {
            return Source::Remote(source.to_owned());
        }
        below(&self.folder, source)
            .map_or_else(|| Source::Outside(source.to_owned()), Source::Folder)
    }
}

/// Lays the body of an override over a block.
fn merge(base: &mut Block, over: Body) {
    let lines = base.lines;
    for Attribute { name, value, .. } in over.attributes {
        match base.body.attributes.iter_mut().find(|attribute| attribute.name == name) {
            Some(attribute) => attribute.value = value,
            None => base.body.attributes.push(Attribute { name, value, lines }),
        }
    }
    // Settings of the life cycle are merged one by one.
    let (cycle, blocks): (Vec<Block>, Vec<Block>) =
        over.blocks.into_iter().partition(|block| &*block.kind == "lifecycle");
    let replaced: Vec<Arc<str>> = blocks.iter().map(nested_kind).collect();
    base.body.blocks.retain(|block| !replaced.contains(&nested_kind(block)));
    base.body.blocks.extend(blocks.into_iter().map(|block| moved(block, lines)));
    for over in cycle {
        match base.body.blocks.iter_mut().find(|block| block.kind == over.kind) {
            Some(block) => merge(block, over.body),
            None => base.body.blocks.push(moved(over, lines)),
        }
    }
}

/// The kind of a nested block, also of those that `dynamic` makes.
fn nested_kind(block: &Block) -> Arc<str> {
    let dynamic = block.labels.first().filter(|_| &*block.kind == "dynamic");
    Arc::clone(dynamic.unwrap_or(&block.kind))
}

/// A block as if it stood on other lines. The reader bounds how deep it is.
fn moved(mut block: Block, lines: Lines) -> Block {
    block.lines = lines;
    block.body.attributes.iter_mut().for_each(|attribute| attribute.lines = lines);
    let inner = std::mem::take(&mut block.body.blocks);
    block.body.blocks = inner.into_iter().map(|inner| moved(inner, lines)).collect();
    block
}

/// Where a module comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Source {
    /// A folder that may be among those that are given.
    Folder(String),
    /// A folder above the one that is checked.
    Outside(String),
    /// A registry, a repository, an archive.
    Remote(String),
    /// No text.
    Unreadable,
}

/// The values that a `.tfvars` file gives, or its JSON twin.
pub(crate) fn variables(
    text: &str,
    json: bool,
    limits: &Limits,
) -> Result<Body, syntax::SyntaxError> {
    if json { syntax::parse_json_values(text, limits) } else { syntax::parse(text, limits) }
}
