//! What is called and what depends on what: known before anything is evaluated.

use std::collections::{BTreeMap, BTreeSet};

use regorus::unstable::{BUILTINS, Span};

use super::RegoError;
use super::ast::{self, Visit, chain};
use super::error::RegoPlace;
use super::source::Parsed;

/// Functions that policies must not have: the answer would depend on more than what is asked.
static WITHHELD: &[(&str, &str)] = &[
    ("http.send", ": a policy reaches no network"),
    ("net.lookup_ip_addr", ": a policy reaches no network"),
    ("opa.runtime", ": a policy sees no environment"),
    ("rand.intn", ": a policy's answer is no chance"),
    ("uuid.rfc4122", ": a policy's answer is no chance"),
];

/// The rules of all modules, by their paths.
#[derive(Debug, Default)]
pub(super) struct Rules {
    nodes: BTreeMap<Vec<String>, Node>,
    /// Of each module, whether it selects what a review has of anything at all.
    speaks_of_reviews: Vec<bool>,
    /// Documents that are asked for and that no module makes: `data.inventory`, and where.
    pub(super) foreign: BTreeMap<String, RegoPlace>,
}

#[derive(Debug, Default)]
struct Node {
    is_function: bool,
    /// How many statements are evaluated inside one another.
    nesting: usize,
    /// The first module that has it.
    file: String,
    /// The modules that have it.
    modules: BTreeSet<usize>,
    /// References to documents and functions, whole paths.
    uses: BTreeSet<Vec<String>>,
    /// The fields of the input that it selects; empty for the whole of it.
    reads: BTreeSet<String>,
}

/// What a rule needs, with all that it depends on.
#[derive(Debug, Default)]
pub(super) struct Needs {
    /// The modules, by their numbers.
    pub(super) modules: Vec<usize>,
    /// What it reads of the input.
    pub(super) reads: Reads,
}

/// What a rule reads of the input.
#[derive(Clone, Debug, Default)]
pub(super) struct Reads {
    /// The fields that it selects by name.
    pub(super) fields: BTreeSet<String>,
    /// Whether it takes the input whole.
    pub(super) is_whole: bool,
    /// Whether it does, and a module of it selects `request` or `review` of something.
    pub(super) maybe_a_review: bool,
}

/// How a module selects what a review has, of whatever holds it.
const OF_REVIEWS: [&str; 4] = [".request", ".review", "\"request", "\"review"];

fn speaks_of_reviews(parsed: &Parsed) -> bool {
    let is_of_word = |letter: char| letter.is_alphanumeric() || letter == '_';
    OF_REVIEWS.iter().any(|one| {
        let mut found = parsed.text.match_indices(one);
        found.any(|(at, _)| {
            let rest = parsed.text.get(at + one.len()..).unwrap_or_default();
            !rest.starts_with(is_of_word)
        })
    })
}

impl Rules {
    /// Reads what the rules of `modules` use, and checks each call.
    pub(super) fn of(modules: &[Parsed], given: &BTreeSet<&str>) -> Result<Self, RegoError> {
        let mut rules = Self {
            speaks_of_reviews: modules.iter().map(speaks_of_reviews).collect(),
            ..Self::default()
        };
        for (at, parsed) in modules.iter().enumerate() {
            let package = with_data(&ast::package(&parsed.module));
            for rule in &parsed.module.policy {
                let path = joined(&package, &ast::rule_name(rule));
                let node = rules.nodes.entry(path).or_default();
                node.is_function |= ast::is_function(rule);
                node.modules.insert(at);
                node.nesting = node.nesting.max(ast::nesting(rule));
                if node.file.is_empty() {
                    node.file.clone_from(&parsed.name);
                }
            }
        }
        for parsed in modules {
            let names = Names::of(parsed, &rules);
            for rule in &parsed.module.policy {
                let mut uses = Uses {
                    names: &names,
                    rules: &rules,
                    given,
                    found: BTreeMap::new(),
                    reads: BTreeSet::new(),
                    bad: None,
                };
                ast::walk_rule(rule, &mut uses);
                let Uses { found, reads, bad, .. } = uses;
                if let Some(error) = bad {
                    return Err(error);
                }
                let path = joined(&names.package, &ast::rule_name(rule));
                for (used, at) in &found {
                    if !rules.any_below_or_above(used) {
                        rules.foreign.entry(used.join(".")).or_insert_with(|| at.clone());
                    }
                }
                if let Some(node) = rules.nodes.get_mut(&path) {
                    node.uses.extend(found.into_keys());
                    node.reads.extend(reads);
                }
            }
        }
        Ok(rules)
    }

    /// The paths of the rules that take no arguments, each with what it needs.
    pub(super) fn paths(&self) -> impl Iterator<Item = (String, Needs)> {
        let mut of_module: BTreeMap<usize, Vec<&Vec<String>>> = BTreeMap::new();
        for (path, node) in &self.nodes {
            for module in &node.modules {
                of_module.entry(*module).or_default().push(path);
            }
        }
        let values = self.nodes.iter().filter(|(_, node)| !node.is_function);
        values.map(move |(path, _)| (dotted(path), self.needed(path, &of_module)))
    }

    /// The interpreter may evaluate every rule of a module of which it evaluates one, so that what
    /// any of them uses is needed; what a rule says goes by what it uses itself.
    fn needed<'s>(
        &'s self,
        path: &[String],
        of_module: &BTreeMap<usize, Vec<&'s Vec<String>>>,
    ) -> Needs {
        let mut fields: BTreeSet<String> = BTreeSet::new();
        self.walk(path, |node| {
            fields.extend(node.reads.iter().cloned());
            Vec::new()
        });
        let mut modules = BTreeSet::new();
        self.walk(path, |node| {
            let found = node.modules.iter().filter(|module| modules.insert(**module));
            found.filter_map(|module| of_module.get(module)).flatten().copied().collect()
        });
        let is_whole = fields.remove("");
        let speaks = |at: &usize| self.speaks_of_reviews.get(*at).copied().unwrap_or_default();
        let maybe_a_review = is_whole && modules.iter().any(speaks);
        Needs {
            modules: modules.into_iter().collect(),
            reads: Reads { fields, is_whole, maybe_a_review },
        }
    }

    /// Shows the rules that one uses, and that they use, and what else `visit` names of each.
    fn walk<'s>(
        &'s self,
        path: &[String],
        mut visit: impl FnMut(&'s Node) -> Vec<&'s Vec<String>>,
    ) {
        let mut seen: BTreeSet<&Vec<String>> = BTreeSet::new();
        let mut waiting: Vec<&Vec<String>> =
            self.nodes.get_key_value(path).map(|(path, _)| path).into_iter().collect();
        while let Some(path) = waiting.pop() {
            if !seen.insert(path) {
                continue;
            }
            if let Some(node) = self.nodes.get(path) {
                waiting.extend(visit(node));
                waiting.extend(node.uses.iter().flat_map(|used| self.matching(used)));
            }
        }
    }

    /// That no rule depends on itself, and that no more than `max` statements are evaluated inside
    /// one another over a chain of rules: each takes a part of the stack.
    pub(super) fn check_depth(&self, max: usize) -> Result<(), RegoError> {
        let paths: Vec<&Vec<String>> = self.nodes.keys().collect();
        let index: BTreeMap<&Vec<String>, usize> =
            paths.iter().enumerate().map(|(at, path)| (*path, at)).collect();
        let edges: Vec<Vec<usize>> = self
            .nodes
            .values()
            .map(|node| {
                let targets: BTreeSet<usize> = node
                    .uses
                    .iter()
                    .flat_map(|used| self.matching(used))
                    .filter_map(|path| index.get(path).copied())
                    .collect();
                targets.into_iter().collect()
            })
            .collect();
        let mut depths: Vec<Option<usize>> = vec![None; paths.len()];
        let nesting: Vec<usize> = self.nodes.values().map(|node| node.nesting).collect();
        let name = |at: &usize| paths.get(*at).map_or_else(String::new, |path| dotted(path));
        // Depth first without the stack: a path of (rule, next of its edges).
        for root in 0..paths.len() {
            let mut walk: Vec<(usize, usize)> = vec![(root, 0)];
            while let Some((at, next)) = walk.last().copied() {
                if depths.get(at).copied().flatten().is_some() {
                    walk.pop();
                    continue;
                }
                let own = edges.get(at).map_or(&[][..], Vec::as_slice);
                if let Some(target) = own.get(next) {
                    if let Some(last) = walk.last_mut() {
                        last.1 += 1;
                    }
                    if let Some(first) = walk.iter().position(|(at, _)| at == target) {
                        let cycle = walk.iter().skip(first).map(|(at, _)| at).chain([target]);
                        return Err(RegoError::Recursion { rules: cycle.map(name).collect() });
                    }
                    walk.push((*target, 0));
                } else {
                    let below = own.iter().filter_map(|to| depths.get(*to).copied().flatten());
                    let depth = below.max().unwrap_or(0) + nesting.get(at).copied().unwrap_or(1);
                    if depth > max {
                        let at = RegoPlace::file(self.file(paths.get(at).copied()));
                        let limit = "statements that are evaluated inside one another";
                        return Err(RegoError::LimitExceeded { at, limit, max });
                    }
                    if let Some(slot) = depths.get_mut(at) {
                        *slot = Some(depth);
                    }
                    walk.pop();
                }
            }
        }
        Ok(())
    }

    /// The rules that a reference may mean: itself, what it selects from, what is below it.
    fn matching<'r>(&'r self, used: &'r [String]) -> impl Iterator<Item = &'r Vec<String>> {
        let above = (1..used.len()).filter_map(|length| {
            let part = used.get(..length)?.to_vec();
            self.nodes.get_key_value(&part).map(|(path, _)| path)
        });
        let from = used.to_vec();
        let below = self.nodes.range(from..).map(|(path, _)| path);
        above.chain(below.take_while(move |path| path.starts_with(used)))
    }

    fn any_below_or_above(&self, used: &[String]) -> bool {
        self.matching(used).next().is_some()
    }

    fn file(&self, path: Option<&Vec<String>>) -> &str {
        path.and_then(|path| self.nodes.get(path)).map_or("", |node| &node.file)
    }

    fn is_function(&self, path: &[String]) -> bool {
        self.nodes.get(path).is_some_and(|node| node.is_function)
    }
}

/// What names mean in one module.
struct Names {
    package: Vec<String>,
    imports: BTreeMap<String, Vec<String>>,
    own: BTreeSet<String>,
}

impl Names {
    fn of(parsed: &Parsed, rules: &Rules) -> Self {
        let package = with_data(&ast::package(&parsed.module));
        let imports = parsed.module.imports.iter().filter_map(|import| {
            let path = chain(&import.refr).path;
            let name = match &import.r#as {
                Some(name) => name.text(),
                None => path.last().copied()?,
            };
            let path = path.iter().map(|part| (*part).to_owned()).collect();
            Some((name.to_owned(), path))
        });
        let imports = imports.collect();
        let length = package.len();
        // Other modules may add rules to the same package.
        let own = rules
            .nodes
            .keys()
            .filter(|path| path.starts_with(&package))
            .filter_map(|path| path.get(length).cloned())
            .collect();
        Self { package, imports, own }
    }

    /// What of the input a path selects: a field, or empty for the whole; none where it is no part
    /// of the input.
    fn field_of_input(&self, path: &[&str]) -> Option<String> {
        let (root, rest) = path.split_first()?;
        let import = self.imports.get(*root).map(Vec::as_slice).unwrap_or_default();
        let field = match import.split_first() {
            Some((first, own)) if first == "input" => match own.first() {
                Some(field) => field.as_str(),
                None => rest.first().copied().unwrap_or_default(),
            },
            None if *root == "input" => rest.first().copied().unwrap_or_default(),
            _ => return None,
        };
        Some(field.to_owned())
    }

    /// The whole path of a document; none where it is of the input or a local variable.
    fn document(&self, path: &[&str]) -> Option<Vec<String>> {
        let (root, rest) = path.split_first()?;
        if *root == "data" {
            return Some(path.iter().map(|part| (*part).to_owned()).collect());
        }
        if let Some(import) = self.imports.get(*root) {
            return (import.first()? == "data").then(|| joined(import, rest));
        }
        self.own.contains(*root).then(|| joined(&self.package, path))
    }
}

struct Uses<'u> {
    names: &'u Names,
    rules: &'u Rules,
    given: &'u BTreeSet<&'u str>,
    found: BTreeMap<Vec<String>, RegoPlace>,
    reads: BTreeSet<String>,
    bad: Option<RegoError>,
}

impl Visit for Uses<'_> {
    fn reference(&mut self, path: &[&str], span: &Span) {
        if let Some(field) = self.names.field_of_input(path) {
            self.reads.insert(field);
        } else if let Some(path) = self.names.document(path) {
            self.found.entry(path).or_insert_with(|| RegoPlace::of(span));
        }
    }

    fn call(&mut self, name: &[&str], span: &Span) {
        let function = self.names.document(name).filter(|path| self.rules.is_function(path));
        if let Some(path) = function {
            self.found.entry(path).or_insert_with(|| RegoPlace::of(span));
            return;
        }
        let name = name.join(".");
        let withheld = WITHHELD.iter().find(|(withheld, _)| *withheld == name);
        let known = name == "print"
            || self.given.contains(name.as_str())
            || BUILTINS.contains_key(name.as_str());
        if withheld.is_some() || !known {
            let at = RegoPlace::of(span);
            let why = withheld.map_or("", |(_, why)| *why);
            self.bad.get_or_insert(RegoError::UnknownFunction { at, name, why });
        }
    }
}

fn with_data(package: &[&str]) -> Vec<String> {
    std::iter::once("data").chain(package.iter().copied()).map(str::to_owned).collect()
}

fn joined(start: &[String], rest: &[&str]) -> Vec<String> {
    start.iter().cloned().chain(rest.iter().map(|part| (*part).to_owned())).collect()
}

/// A path as the interpreter writes it: what is no name stands in brackets.
fn dotted(path: &[String]) -> String {
    let mut text = String::new();
    for part in path {
        let is_name = part.chars().all(|one| one.is_ascii_alphanumeric() || one == '_')
            && !part.starts_with(|first: char| first.is_ascii_digit());
        if !is_name {
            text.push_str(&format!("[{}]", serde_json::Value::from(part.as_str())));
        } else {
            if !text.is_empty() {
                text.push('.');
            }
            text.push_str(part);
        }
    }
    text
}
