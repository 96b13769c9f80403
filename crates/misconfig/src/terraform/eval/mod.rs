//! Evaluates the modules: the attributes of each resource, as far as they can be known.
//!
//! Everything is evaluated on demand and kept: a local, a variable, an output, an attribute of a
//! resource. So declarations may be in any order and refer to one another as long as no *value*
//! depends on itself.
//!
//! Nothing here fails. A value that cannot be known is [`Value::Unknown`] with its [`Reason`], and
//! no check fails because of it; what the user should know about it is in the diagnostics.

mod block;
mod expression;
mod files;
mod functions;
mod instances;
mod module;
mod operators;
mod policy_document;
mod references;
mod resource;
mod template;
mod unify;
mod value;
mod variable;

#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::rc::Rc;
use std::sync::Arc;

use sealift_model::{Diagnostic, Impact};

use self::files::Files;
use crate::terraform::model::Place;
use crate::terraform::syntax::{Block, Body};
use crate::{Limits, OtherFiles};
pub(crate) use functions::from_json;
pub(crate) use instances::Instances;
pub(crate) use module::{Mode, Module, variables};
pub(crate) use value::{HOLE, Reason, Reference, Value};

/// A module with its arguments, by its number among those of the evaluation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct ScopeId(usize);

/// The most references that are kept of what an attribute reads.
const MAX_TRACE: usize = 64;

/// The evaluation of one tree of modules.
pub(crate) struct Evaluator<'a> {
    modules: &'a BTreeMap<String, Module>,
    paths: &'a [&'a str],
    limits: &'a Limits,
    /// What functions read.
    files: Files<'a>,
    /// Folders of modules that were fetched, by the names of the calls: `network.subnets`.
    fetched: Option<&'a BTreeMap<String, String>>,
    scopes: Vec<Scope<'a>>,
    steps: usize,
    /// How many there may be, and the limit that says so.
    max_steps: (usize, &'static str),
    depth: usize,
    instances: usize,
    /// Resources that were read since the caller began to listen.
    trace: Vec<Reference>,
    diagnostics: BTreeSet<Diagnostic>,
    /// Variables that are asked for and have no value.
    not_given: BTreeSet<Arc<str>>,
    /// Functions that are called and not evaluated.
    not_evaluated: BTreeSet<Arc<str>>,
}

/// A module and the values of its names.
struct Scope<'a> {
    module: &'a Module,
    /// `module.network["a"].`, empty for the root.
    path: Arc<str>,
    /// The same without instances: `network.subnets`.
    names: Arc<str>,
    /// The blocks of the calls that lead to it, the outermost first.
    places: Arc<[Place]>,
    /// The calling block, with the names in scope there; `None` for the root.
    caller: Option<(Env, &'a Block)>,
    /// Values from `.tfvars` files, for the root.
    given: BTreeMap<Arc<str>, Value>,
    kept: HashMap<Key, Kept>,
    expansions: HashMap<usize, Option<Rc<Instances>>>,
    calls: HashMap<Arc<str>, Option<Value>>,
}

/// The calls that lead to a scope.
#[derive(Debug, Default)]
struct Calls {
    path: Arc<str>,
    names: Arc<str>,
    places: Arc<[Place]>,
}

/// The key under which a scope's value is kept.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Key {
    Variable(Arc<str>),
    Local(Arc<str>),
    Output(Arc<str>),
    Attribute { block: usize, instance: usize, name: Arc<str> },
}

impl Key {
    fn name(&self) -> Arc<str> {
        match self {
            Self::Variable(name) => format!("var.{name}").into(),
            Self::Local(name) => format!("local.{name}").into(),
            Self::Output(name) => format!("the output {name}").into(),
            Self::Attribute { name, .. } => format!("the attribute {name}").into(),
        }
    }
}

enum Kept {
    /// Being evaluated: asked for again, it depends on itself.
    Running,
    Done(Value, Vec<Reference>),
}

/// The scope of an expression and the names that stand for values in it: `each`, `count`, `self`,
/// those of `for` and of `dynamic` blocks.
#[derive(Clone, Debug)]
pub(crate) struct Env {
    scope: ScopeId,
    names: Vec<(Arc<str>, Value)>,
}

impl Env {
    pub(crate) fn new(scope: ScopeId) -> Self {
        Self { scope, names: Vec::new() }
    }

    pub(crate) fn with(mut self, name: &str, value: Value) -> Self {
        self.names.push((name.into(), value));
        self
    }

    fn get(&self, name: &str) -> Option<&Value> {
        self.names.iter().rev().find(|(known, _)| &**known == name).map(|(_, value)| value)
    }
}

impl<'a> Evaluator<'a> {
    pub(crate) fn new(
        modules: &'a BTreeMap<String, Module>,
        paths: &'a [&'a str],
        limits: &'a Limits,
    ) -> Self {
        Self {
            modules,
            paths,
            limits,
            files: Files::default(),
            fetched: None,
            scopes: Vec::new(),
            steps: 0,
            max_steps: (limits.max_steps, "max_steps"),
            depth: 0,
            instances: 0,
            trace: Vec::new(),
            diagnostics: BTreeSet::new(),
            not_given: BTreeSet::new(),
            not_evaluated: BTreeSet::new(),
        }
    }

    /// Has functions read files.
    pub(crate) fn reading(mut self, files: Option<&'a dyn OtherFiles>) -> Self {
        self.files = Files::of(files);
        self
    }

    /// Has calls find the modules that were fetched for the root.
    pub(crate) fn with_fetched(mut self, fetched: Option<&'a BTreeMap<String, String>>) -> Self {
        self.fetched = fetched;
        self
    }

    /// Has it take no more steps than are left of those of all trees.
    pub(crate) fn within(mut self, left: usize) -> Self {
        if left < self.limits.max_steps {
            self.max_steps = (left, "max_total_steps");
        }
        self
    }

    /// The steps that it took.
    pub(crate) fn steps(&self) -> usize {
        self.steps
    }

    /// Begins a tree with its root and the values that are given to it.
    pub(crate) fn root(&mut self, module: &'a Module, given: BTreeMap<Arc<str>, Value>) -> ScopeId {
        self.push_scope(module, Calls::default(), None, given)
    }

    /// The values of a file that only gives values: nothing is in sight in it.
    pub(crate) fn constants(&mut self, body: &Body) -> BTreeMap<Arc<str>, Value> {
        let mut bare = self.bare();
        let mut env = Env::new(ScopeId(0));
        let values = body.attributes.iter();
        let values =
            values.map(|value| (Arc::clone(&value.name), bare.evaluate(&value.value, &mut env)));
        let values = values.collect();
        (self.steps, self.diagnostics) = (bare.steps, bare.diagnostics);
        values
    }

    /// One of what stands by itself, that goes on with what is left of this one's steps.
    fn bare(&mut self) -> Self {
        let mut bare = Evaluator::new(self.modules, self.paths, self.limits);
        (bare.steps, bare.max_steps, bare.depth) = (self.steps, self.max_steps, self.depth);
        bare.diagnostics = std::mem::take(&mut self.diagnostics);
        bare
    }

    fn push_scope(
        &mut self,
        module: &'a Module,
        calls: Calls,
        caller: Option<(Env, &'a Block)>,
        given: BTreeMap<Arc<str>, Value>,
    ) -> ScopeId {
        let id = ScopeId(self.scopes.len());
        let kept = HashMap::new();
        let expansions = HashMap::new();
        let Calls { path, names, places } = calls;
        let calls = HashMap::new();
        let scope = Scope { module, path, names, places, caller, given, kept, expansions, calls };
        self.scopes.push(scope);
        id
    }

    /// The diagnostics of this evaluation.
    pub(crate) fn into_diagnostics(mut self) -> BTreeSet<Diagnostic> {
        let lists = [
            ("no value is given for", "", std::mem::take(&mut self.not_given)),
            ("not evaluated:", "()", std::mem::take(&mut self.not_evaluated)),
        ];
        for (what, mark, names) in lists {
            if let Some(message) = listed(what, mark, &names) {
                self.tell(message, Impact::Note);
            }
        }
        self.diagnostics
    }

    /// Says something of the root module, beside its first file.
    fn tell(&mut self, message: String, impact: Impact) {
        let root = self.scopes.first().and_then(|root| root.module.files.first());
        let path = root.and_then(|file| self.paths.get(*file)).copied().unwrap_or_default();
        let diagnostic = Diagnostic::new("terraform", message, impact);
        self.diagnostics.insert(diagnostic.at(path, None));
    }

    fn scope(&self, id: ScopeId) -> Option<&Scope<'a>> {
        self.scopes.get(id.0)
    }

    fn scope_mut(&mut self, id: ScopeId) -> Option<&mut Scope<'a>> {
        self.scopes.get_mut(id.0)
    }

    fn module(&self, id: ScopeId) -> Option<&'a Module> {
        self.scope(id).map(|scope| scope.module)
    }

    /// Pays for work; false where there is nothing left to pay with.
    fn pay(&mut self, steps: usize) -> bool {
        self.steps = self.steps.saturating_add(steps);
        let (max, name) = self.max_steps;
        if self.steps <= max {
            return true;
        }
        let limits = self.limits;
        let of_all = name == "max_total_steps";
        self.limit(name, if of_all { limits.max_total_steps } else { limits.max_steps });
        false
    }

    fn limit(&mut self, name: &str, value: usize) {
        let message = format!("evaluation stopped: limit {name} of {value} reached");
        self.diagnostics.insert(Diagnostic::new("terraform", message, Impact::Incomplete));
    }

    fn say(&mut self, file: usize, line: u32, message: String, impact: Impact) {
        let path = self.paths.get(file).copied().unwrap_or_default();
        let diagnostic = Diagnostic::new("terraform", message, impact);
        self.diagnostics.insert(diagnostic.at(path, None).on_line(line.into()));
    }

    /// Evaluates once what is kept under a key.
    fn keep(
        &mut self,
        scope: ScopeId,
        key: Key,
        evaluate: impl FnOnce(&mut Self) -> Value,
    ) -> Value {
        match self.scope(scope).and_then(|scope| scope.kept.get(&key)) {
            Some(Kept::Done(value, references)) => {
                let (value, references) = (value.clone(), references.clone());
                self.read_all(references);
                return value;
            }
            Some(Kept::Running) => return self.cycle(scope, &key),
            None => {}
        }
        self.set_kept(scope, key.clone(), Kept::Running);
        let outer = std::mem::take(&mut self.trace);
        let value = evaluate(self);
        let inner = std::mem::replace(&mut self.trace, outer);
        self.set_kept(scope, key, Kept::Done(value.clone(), inner.clone()));
        self.read_all(inner);
        value
    }

    fn read_all(&mut self, references: Vec<Reference>) {
        // Each is compared with each.
        let lengths = references.iter().map(|reference| 1 + reference.address.len() / 64);
        self.pay(lengths.sum::<usize>() * self.trace.len() / 4);
        references.into_iter().for_each(|reference| self.read(reference));
    }

    fn set_kept(&mut self, scope: ScopeId, key: Key, kept: Kept) {
        if let Some(scope) = self.scope_mut(scope) {
            scope.kept.insert(key, kept);
        }
    }

    fn cycle(&mut self, scope: ScopeId, key: &Key) -> Value {
        let name = key.name();
        let path = self.scope(scope).map(|scope| Arc::clone(&scope.path)).unwrap_or_default();
        let message = format!("{path}{name} depends on itself");
        self.diagnostics.insert(Diagnostic::new("terraform", message, Impact::Partial));
        Value::unknown(Reason::Cycle(name))
    }

    fn read(&mut self, reference: Reference) {
        if self.trace.len() < MAX_TRACE && !self.trace.contains(&reference) {
            self.trace.push(reference);
        }
    }

    /// Evaluates and says which resources were read for it.
    pub(crate) fn traced<T>(
        &mut self,
        evaluate: impl FnOnce(&mut Self) -> T,
    ) -> (T, Vec<Reference>) {
        let outer = std::mem::take(&mut self.trace);
        let value = evaluate(self);
        (value, std::mem::replace(&mut self.trace, outer))
    }
}

/// Names that are written out; of more only how many there are.
const MAX_NAMES: usize = 20;

/// One sentence about several names.
fn listed(what: &str, mark: &str, names: &BTreeSet<Arc<str>>) -> Option<String> {
    if names.is_empty() {
        return None;
    }
    let shown: Vec<String> =
        names.iter().take(MAX_NAMES).map(|name| format!("{name}{mark}")).collect();
    let more = match names.len().saturating_sub(MAX_NAMES) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    let shown = shown.join(", ");
    let told = "what depends on that is unknown, and no failure; of what it counts, one is checked";
    Some(format!("{what} {shown}{more}: {told}"))
}
