//! Follows the input through a rule: under which names, into which functions, and which selections
//! are made of it there.
//!
//! It reads the syntax tree without order or scope: a name may have every value that it has
//! anywhere in its rule. So the result may be more than the rule really does, but never less.

use std::collections::BTreeSet;

use regorus::unstable::{
    AssignOp, Expr, Literal, LiteralStmt, Query, Rule, RuleAssign, RuleHead, WithModifier,
};

use super::admission::NAMESPACES;
use super::ast::chain;
use super::calls::Rules;
use super::names::Names;

/// How many selections are kept: `input.review._unstable.namespace.metadata.name` has six.
const MAX_SELECTED: usize = 6;

/// A place that may hold the input.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Cell {
    Input,
    /// A variable of a rule, by the rule's number.
    Local(usize, String),
    /// The value of a rule or a function.
    Value(Vec<String>),
    /// An argument of a function.
    Argument(Vec<String>, usize),
}

/// A selection from a cell, outermost first.
#[derive(Clone, Debug)]
pub(super) struct Part {
    pub(super) of: Cell,
    pub(super) selected: Vec<String>,
}

/// The flow of the input in one rule.
#[derive(Debug, Default)]
pub(super) struct Flow {
    /// Parts that are assigned to other cells.
    pub(super) moves: Vec<(Part, Cell)>,
    /// The parts that are read.
    pub(super) seen: Vec<Part>,
    /// The parts that are used as a whole: iterated over, compared, returned, put into something.
    pub(super) used: Vec<Part>,
    /// The documents that are used with everything below them, as `data.lib`.
    pub(super) used_below: BTreeSet<Vec<String>>,
    /// Whether an expression is evaluated `with` another input.
    pub(super) gives_input: bool,
    /// Whether it contains, anywhere, the name of a field that may show a Namespace.
    pub(super) names_namespace: bool,
}

impl Flow {
    /// Returns the flow of a rule; `number` is unique to the rule.
    pub(super) fn of(
        rule: &Rule,
        number: usize,
        path: &[String],
        names: &Names,
        rules: &Rules,
    ) -> Self {
        let mut reader = Reader { number, path, names, rules, flow: Self::default() };
        reader.rule(rule);
        reader.flow.without_constants()
    }

    /// Removes variables that hold nothing of the input.
    fn without_constants(mut self) -> Self {
        let held: BTreeSet<Cell> = self.moves.iter().map(|(_, to)| to.clone()).collect();
        let may_hold = |part: &Part| !matches!(part.of, Cell::Local(..)) || held.contains(&part.of);
        self.moves.retain(|(part, _)| may_hold(part));
        self.seen.retain(may_hold);
        self.used.retain(may_hold);
        self
    }
}

/// Functions whose results reveal nothing of an argument's contents.
const BLIND: [&str; 9] = [
    "is_array",
    "is_boolean",
    "is_null",
    "is_number",
    "is_object",
    "is_set",
    "is_string",
    "print",
    "type_name",
];

struct Reader<'r> {
    number: usize,
    path: &'r [String],
    names: &'r Names,
    rules: &'r Rules,
    flow: Flow,
}

impl Reader<'_> {
    fn rule(&mut self, rule: &Rule) {
        let (head, bodies) = match rule {
            Rule::Spec { head, bodies, .. } => (head, bodies),
            Rule::Default { value, .. } => return self.yields(value),
        };
        match head {
            RuleHead::Compr { refr, assign, .. } => self.head(refr, assign.as_ref()),
            RuleHead::Set { refr, key, .. } => {
                self.head(refr, None);
                key.iter().for_each(|key| self.used(key));
            }
            RuleHead::Func { refr, args, assign, .. } => {
                for (at, arg) in args.iter().enumerate() {
                    let given = Cell::Argument(self.path.to_vec(), at);
                    self.bind(arg, vec![whole(given)]);
                }
                self.head(refr, assign.as_ref());
            }
        }
        for body in bodies {
            self.query(&body.query);
            body.assign.iter().for_each(|assign| self.yields(&assign.value));
        }
    }

    fn head(&mut self, refr: &Expr, assign: Option<&RuleAssign>) {
        let name = chain(refr);
        self.names(&name.words);
        name.others.iter().for_each(|other| self.used(other));
        match assign {
            Some(assign) if name.is_written_out => self.yields(&assign.value),
            // The rule defines members of an object.
            Some(assign) => self.used(&assign.value),
            None => {}
        }
    }

    fn yields(&mut self, value: &Expr) {
        let to = Cell::Value(self.path.to_vec());
        let moves = self.parts(value).into_iter().map(|part| (part, to.clone()));
        self.flow.moves.extend(moves);
    }

    fn query(&mut self, query: &Query) {
        for LiteralStmt { literal, with_mods, .. } in &query.stmts {
            self.literal(literal);
            with_mods.iter().for_each(|with| self.with(with));
        }
    }

    fn literal(&mut self, literal: &Literal) {
        match literal {
            Literal::SomeVars { .. } => {}
            Literal::SomeIn { key, value, collection, .. } => {
                key.iter().chain([value]).for_each(|pattern| self.seen(pattern));
                self.used(collection);
            }
            Literal::Expr { expr, .. } | Literal::NotExpr { expr, .. } => self.seen(expr),
            Literal::Every { domain, query, .. } => {
                self.used(domain);
                self.query(query);
            }
        }
    }

    fn with(&mut self, with: &WithModifier) {
        let target = chain(&with.refr);
        let is_of_input = target.path.first() == Some(&"input");
        self.flow.gives_input |= is_of_input;
        match is_of_input && target.path.len() == 1 {
            true => self.seen(&with.r#as),
            false => self.used(&with.r#as),
        }
        if !is_of_input {
            // A replaced function or document may pass other cells into this one.
            self.flow.used.push(whole(Cell::Input));
        }
    }

    /// Records an expression of which only the existence matters.
    fn seen(&mut self, expr: &Expr) {
        let parts = self.parts(expr);
        self.flow.seen.extend(parts);
    }

    /// Records an expression whose use cannot be followed.
    fn used(&mut self, expr: &Expr) {
        let parts = self.parts(expr);
        self.flow.used.extend(parts);
    }

    /// Binds parts to the names of a pattern.
    fn bind(&mut self, pattern: &Expr, parts: Vec<Part>) {
        match pattern {
            Expr::Var { span, .. } if span.text() == "_" => self.flow.seen.extend(parts),
            Expr::Var { span, .. } => {
                let to = Cell::Local(self.number, span.text().to_owned());
                self.flow.moves.extend(parts.into_iter().map(|part| (part, to.clone())));
            }
            _ => {
                self.within(pattern);
                self.flow.used.extend(parts);
            }
        }
    }

    /// Returns the parts that an expression's value may be, and reads its contents.
    fn parts(&mut self, expr: &Expr) -> Vec<Part> {
        match expr {
            Expr::Var { .. } | Expr::RefDot { .. } | Expr::RefBrack { .. } => self.reference(expr),
            Expr::Call { fcn, params, .. } => {
                let params: Vec<&Expr> = params.iter().map(|param| &**param).collect();
                self.call(&chain(fcn).path, &params)
            }
            other => {
                self.within(other);
                Vec::new()
            }
        }
    }

    /// Reads the contents of an expression whose value is no part of the input.
    fn within(&mut self, expr: &Expr) {
        match expr {
            Expr::AssignExpr { op, lhs, rhs, .. } => self.assign(op, lhs, rhs),
            Expr::BoolExpr { lhs, rhs, .. } if is_null(lhs) || is_null(rhs) => {
                self.seen(lhs);
                self.seen(rhs);
            }
            Expr::BinExpr { lhs, rhs, .. }
            | Expr::BoolExpr { lhs, rhs, .. }
            | Expr::ArithExpr { lhs, rhs, .. } => {
                self.used(lhs);
                self.used(rhs);
            }
            Expr::Array { items, .. } | Expr::Set { items, .. } => {
                items.iter().for_each(|item| self.used(item));
            }
            Expr::Object { fields, .. } => fields.iter().for_each(|(_, key, value)| {
                self.used(key);
                self.used(value);
            }),
            Expr::ArrayCompr { term, query, .. } | Expr::SetCompr { term, query, .. } => {
                self.query(query);
                self.used(term);
            }
            Expr::ObjectCompr { key, value, query, .. } => {
                self.query(query);
                self.used(key);
                self.used(value);
            }
            Expr::UnaryExpr { expr, .. } => self.used(expr),
            Expr::Membership { key, value, collection, .. } => {
                key.iter().chain([value, collection]).for_each(|part| self.used(part));
            }
            Expr::String { .. } | Expr::RawString { .. } => {
                let names_it = |text: &str| NAMESPACES.iter().any(|name| text.contains(name));
                self.flow.names_namespace |= text(expr).is_some_and(names_it);
            }
            _ => {}
        }
    }

    fn assign(&mut self, op: &AssignOp, lhs: &Expr, rhs: &Expr) {
        let right = self.parts(rhs);
        if *op == AssignOp::ColEq {
            return self.bind(lhs, right);
        }
        let left = self.parts(lhs);
        self.unify(lhs, rhs, right);
        self.unify(rhs, lhs, left);
    }

    /// Binds a side of `=` to the other where it is a variable; else the side is compared, or taken
    /// apart.
    fn unify(&mut self, side: &Expr, other: &Expr, parts: Vec<Part>) {
        if matches!(side, Expr::Var { .. }) {
            self.bind(side, parts.clone());
        }
        if !(self.is_variable(side) || self.is_variable(other) && is_reference(side)) {
            self.flow.used.extend(parts);
        }
    }

    /// Records selected names, whatever they are selected from: the value before an index may be a
    /// review.
    fn names(&mut self, words: &[&str]) {
        self.flow.names_namespace |= words.iter().any(|word| NAMESPACES.contains(word));
    }

    fn is_variable(&self, expr: &Expr) -> bool {
        let Expr::Var { span, .. } = expr else { return false };
        let path = [span.text()];
        self.names.of_input(&path).is_none() && self.names.document(&path).is_none()
    }

    fn reference(&mut self, expr: &Expr) -> Vec<Part> {
        let chain = chain(expr);
        self.names(&chain.words);
        for other in chain.others.iter().filter(|other| !std::ptr::eq(**other, chain.root)) {
            self.used(other);
        }
        let parts = match chain.root {
            Expr::Var { .. } => self.named(&chain.path),
            root => self.parts(root).into_iter().map(|part| part.select(&chain.selected)).collect(),
        };
        if chain.is_written_out {
            return parts;
        }
        self.flow.used.extend(parts);
        Vec::new()
    }

    /// Returns the parts that a name with its selections may be.
    fn named(&mut self, path: &[&str]) -> Vec<Part> {
        let Some((name, selected)) = path.split_first() else { return Vec::new() };
        let mut parts = Vec::new();
        if let Some(selected) = self.names.of_input(path) {
            parts.push(whole(Cell::Input).select(&selected));
        }
        if !["input", "data"].contains(name) {
            let local = Cell::Local(self.number, (*name).to_owned());
            parts.push(whole(local).select(selected));
        }
        if let Some(document) = self.names.document(path) {
            for rule in self.rules.holding(&document) {
                let selected = document.get(rule.len()..).unwrap_or_default();
                parts.push(whole(Cell::Value(rule.clone())).select(selected));
            }
            if self.rules.below(&document).any(|rule| rule.len() > document.len()) {
                self.flow.used_below.insert(document);
            }
        }
        parts
    }

    fn call(&mut self, name: &[&str], params: &[&Expr]) -> Vec<Part> {
        let own = self.names.document(name);
        let own = own.and_then(|path| self.rules.arity(&path).map(|arity| (path, arity)));
        let Some((path, arity)) = own else { return self.builtin(&name.join("."), params) };
        for (at, param) in params.iter().enumerate() {
            if at < arity {
                let to = Cell::Argument(path.clone(), at);
                let moves = self.parts(param).into_iter().map(|part| (part, to.clone()));
                self.flow.moves.extend(moves);
            } else if self.is_variable(param) {
                // The result of the function is bound to a name here.
                self.bind(param, vec![whole(Cell::Value(path.clone()))]);
            } else {
                // The result is compared, or taken apart.
                self.used(param);
                self.flow.used.push(whole(Cell::Value(path.clone())));
            }
        }
        vec![whole(Cell::Value(path))]
    }

    fn builtin(&mut self, name: &str, params: &[&Expr]) -> Vec<Part> {
        if name == "object.get"
            && let [object, key, default] = params
            && let Some((keys, is_all)) = keys(key)
        {
            self.within(key);
            let parts = self.parts(object).into_iter().map(|part| part.select(&keys));
            let parts: Vec<Part> = parts.collect();
            let otherwise = self.parts(default);
            if is_all {
                return parts.into_iter().chain(otherwise).collect();
            }
            self.flow.used.extend(parts);
            return otherwise;
        }
        let is_blind = BLIND.contains(&name);
        params.iter().for_each(|param| match is_blind {
            true => self.seen(param),
            false => self.used(param),
        });
        Vec::new()
    }
}

impl Part {
    /// Adds selections to the part.
    fn select(mut self, names: &[impl AsRef<str>]) -> Self {
        let room = MAX_SELECTED.saturating_sub(self.selected.len());
        self.selected.extend(names.iter().take(room).map(|name| name.as_ref().to_owned()));
        self
    }
}

fn whole(of: Cell) -> Part {
    Part { of, selected: Vec::new() }
}

fn is_reference(expr: &Expr) -> bool {
    matches!(
        expr,
        Expr::Var { .. } | Expr::RefDot { .. } | Expr::RefBrack { .. } | Expr::Call { .. }
    )
}

fn is_null(expr: &Expr) -> bool {
    matches!(expr, Expr::Null { .. })
}

fn text(expr: &Expr) -> Option<&str> {
    match expr {
        Expr::String { value, .. } | Expr::RawString { value, .. } => {
            value.as_string().ok().map(|text| &**text)
        }
        _ => None,
    }
}

/// Returns the literal keys of `object.get`, and whether all are literal; none where the first is
/// not.
fn keys(expr: &Expr) -> Option<(Vec<&str>, bool)> {
    let Expr::Array { items, .. } = expr else { return Some((vec![text(expr)?], true)) };
    let keys: Vec<&str> = items.iter().map_while(|item| text(item)).collect();
    let is_all = keys.len() == items.len();
    (!keys.is_empty()).then_some((keys, is_all))
}
