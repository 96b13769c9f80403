//! Finds calls and dependencies before anything is evaluated.

use std::collections::{BTreeMap, BTreeSet};

use regorus::unstable::{AssignOp, BUILTINS, BoolOp, Expr, Literal, LiteralStmt, Ref, Span};

use super::RegoError;
use super::ast::{self, Scope, Visit, chain};
use super::error::RegoPlace;
use super::flow::Flow;
use super::names::{Names, joined, with_data};
use super::negation::has_wildcard;
use super::patterns::takes_objects_apart;
use super::reads::Reads;
use super::source::Parsed;

/// Functions that policies must not call: the result would depend on more than the input.
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
    /// Documents that are used and that no module defines: `data.inventory`, and where.
    pub(super) foreign: BTreeMap<String, RegoPlace>,
}

#[derive(Debug, Default)]
struct Node {
    /// The number of arguments, for a function.
    arity: Option<usize>,
    /// How deep its statements are nested when evaluated.
    nesting: usize,
    /// The first module that defines it.
    file: String,
    /// The modules that define it.
    modules: BTreeSet<usize>,
    /// The full paths of the documents and functions that it refers to.
    uses: BTreeSet<Vec<String>>,
    /// The flow of the input in each rule of that name.
    flows: Vec<Flow>,
}

impl Rules {
    /// Finds the dependencies of the rules of `modules`, and checks each call.
    pub(super) fn of(modules: &[Parsed], given: &BTreeSet<&str>) -> Result<Self, RegoError> {
        let mut rules = Self::default();
        for (at, parsed) in modules.iter().enumerate() {
            let package = with_data(&ast::package(&parsed.module));
            for rule in &parsed.module.policy {
                let path = joined(&package, &ast::rule_name(rule));
                let node = rules.nodes.entry(path).or_default();
                node.arity = node.arity.max(ast::arity(rule));
                node.modules.insert(at);
                node.nesting = node.nesting.max(ast::nesting(rule));
                if node.file.is_empty() {
                    node.file.clone_from(&parsed.name);
                }
            }
        }
        let mut number = 0;
        for parsed in modules {
            let names = Names::of(parsed, &rules);
            for rule in &parsed.module.policy {
                number += 1;
                let mut uses =
                    Uses { names: &names, rules: &rules, given, found: BTreeMap::new(), bad: None };
                ast::walk_rule(rule, &mut uses);
                let Uses { found, bad, .. } = uses;
                if let Some(error) = bad {
                    return Err(error);
                }
                let path = joined(&names.package, &ast::rule_name(rule));
                let flow = Flow::of(rule, number, &path, &names, &rules);
                for (used, at) in &found {
                    if !rules.any_below_or_above(used) {
                        rules.foreign.entry(used.join(".")).or_insert_with(|| at.clone());
                    }
                }
                if let Some(node) = rules.nodes.get_mut(&path) {
                    node.uses.extend(found.into_keys());
                    node.flows.push(flow);
                }
            }
        }
        Ok(rules)
    }

    /// Returns the rules without arguments by name, each with its path and the indexes of the
    /// modules that it needs.
    pub(super) fn values(&self) -> impl Iterator<Item = (String, &Vec<String>, Vec<usize>)> {
        let mut of_module: BTreeMap<usize, Vec<&Vec<String>>> = BTreeMap::new();
        for (path, node) in &self.nodes {
            for module in &node.modules {
                of_module.entry(*module).or_default().push(path);
            }
        }
        let values = self.nodes.iter().filter(|(_, node)| node.arity.is_none());
        values.map(move |(path, _)| (dotted(path), path, self.needed(path, &of_module)))
    }

    /// Returns the modules that a rule needs. The interpreter may evaluate every rule of a module
    /// when it evaluates one, so the dependencies of all of them are needed.
    fn needed<'s>(
        &'s self,
        path: &[String],
        of_module: &BTreeMap<usize, Vec<&'s Vec<String>>>,
    ) -> Vec<usize> {
        let mut modules = BTreeSet::new();
        self.walk(path, |node| {
            let found = node.modules.iter().filter(|module| modules.insert(**module));
            found.filter_map(|module| of_module.get(module)).flatten().copied().collect()
        });
        modules.into_iter().collect()
    }

    /// Returns what a rule and all its dependencies read of the input.
    pub(super) fn reads(&self, path: &[String]) -> Reads {
        let mut flows: Vec<&Flow> = Vec::new();
        self.walk(path, |node| {
            flows.extend(&node.flows);
            Vec::new()
        });
        Reads::of(&flows)
    }

    /// Visits a rule and all its dependencies; `visit` may return further rules to follow.
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

    /// Checks that no rule depends on itself, and that statements are nested no deeper than `max`
    /// over a chain of rules: each level uses stack.
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
        // A depth-first search with an explicit stack: a path of (rule, index of its next edge).
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
                        let at = RegoPlace::file(paths.get(at).map_or("", |path| self.file(path)));
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

    /// Returns the rules that a reference may use: itself, its prefixes, and the rules below it.
    fn matching<'r>(&'r self, used: &'r [String]) -> impl Iterator<Item = &'r Vec<String>> {
        let above = used.split_last().map_or(&[][..], |(_, above)| above);
        self.holding(above).chain(self.below(used))
    }

    /// Returns the rules that a reference may be a part of: itself, and its prefixes.
    pub(super) fn holding<'r>(
        &'r self,
        used: &'r [String],
    ) -> impl Iterator<Item = &'r Vec<String>> {
        (1..=used.len()).filter_map(|length| {
            let part = used.get(..length)?.to_vec();
            self.nodes.get_key_value(&part).map(|(path, _)| path)
        })
    }

    /// Returns the rules whose paths begin with `start`.
    pub(super) fn below<'r>(
        &'r self,
        start: &'r [String],
    ) -> impl Iterator<Item = &'r Vec<String>> {
        let from = start.to_vec();
        let rules = self.nodes.range(from..).map(|(path, _)| path);
        rules.take_while(move |path| path.starts_with(start))
    }

    fn any_below_or_above(&self, used: &[String]) -> bool {
        self.matching(used).next().is_some()
    }

    /// Returns the first module that defines a rule.
    pub(super) fn file(&self, path: &[String]) -> &str {
        self.nodes.get(path).map_or("", |node| &node.file)
    }

    /// Returns the number of a function's arguments; none where it is not a function.
    pub(super) fn arity(&self, path: &[String]) -> Option<usize> {
        self.nodes.get(path)?.arity
    }
}

struct Uses<'u> {
    names: &'u Names,
    rules: &'u Rules,
    given: &'u BTreeSet<&'u str>,
    found: BTreeMap<Vec<String>, RegoPlace>,
    bad: Option<RegoError>,
}

impl Visit for Uses<'_> {
    /// OPA does not compile a negation over any item, since the variable is bound nowhere outside
    /// it (Policy Language, "Negation"). The interpreter would ask whether one item does not match.
    fn statement(&mut self, statement: &LiteralStmt, _: &Scope) {
        let Literal::NotExpr { expr, .. } = &statement.literal else { return };
        let sides = match expr.as_ref() {
            Expr::BoolExpr { op: BoolOp::Eq, lhs, rhs, .. }
            | Expr::AssignExpr { op: AssignOp::Eq, lhs, rhs, .. } => vec![lhs, rhs],
            _ => vec![expr],
        };
        let is_any = |side: &&Ref<Expr>| {
            matches!(***side, Expr::RefDot { .. } | Expr::RefBrack { .. }) && has_wildcard(side)
        };
        if let Some(side) = sides.into_iter().find(is_any) {
            let message = "`_` in a negation says not which item is meant: ask in a function or rule \
                           of its own whether one is, and negate that";
            let at = RegoPlace::of(side.span());
            self.bad.get_or_insert(RegoError::Refused { at, message });
        }
    }

    fn reference(&mut self, path: &[&str], span: &Span) {
        if let Some(path) = self.names.document(path) {
            self.found.entry(path).or_insert_with(|| RegoPlace::of(span));
        }
    }

    fn expr(&mut self, expr: &Expr, _: &Scope) {
        let Expr::Call { fcn, params, .. } = expr else { return };
        let Some(result) = params.last().filter(|last| takes_objects_apart(last)) else { return };
        let name = chain(fcn).path;
        let own = self.names.document(&name).and_then(|path| self.rules.arity(&path));
        let of_rego =
            || BUILTINS.get(name.join(".").as_str()).map(|(_, count)| usize::from(*count));
        if own.or_else(of_rego).is_some_and(|count| params.len() == count + 1) {
            let message = "an object that takes apart what a function yields is not supported: \
                           name it, and write {\"a\": x} = name";
            let at = RegoPlace::of(result.span());
            self.bad.get_or_insert(RegoError::Refused { at, message });
        }
    }

    fn call(&mut self, name: &[&str], span: &Span) {
        let function = self.names.document(name).filter(|path| self.rules.arity(path).is_some());
        if let Some(path) = function {
            if name == ["walk"] {
                // The interpreter decides by the name alone.
                let message = "walk is a function of Rego: give this one another name";
                let at = RegoPlace::of(span);
                self.bad.get_or_insert(RegoError::Refused { at, message });
            }
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

/// Writes a path as the interpreter does: a part that is not a name is in brackets.
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
