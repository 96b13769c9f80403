//! Object patterns with OPA's meaning.
//!
//! In OPA `{"a": x} = y` holds only where `y` has as many fields as the pattern (`topdown/eval.go`,
//! `biunifyObjects`); the interpreter only looks up the pattern's fields. So the value is passed
//! through a function that knows the pattern's shape, and returns it where it fits:
//! `{"a": x} = sealift__exact(y, {1: {}})`.
//!
//! A shape is null where anything fits, an array for an array, and for an object
//! `{NUMBER OF FIELDS: {KEY: SHAPE}}` with those of its fields that have shapes of their own.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use regorus::unstable::{AssignOp, Expr, Literal, LiteralStmt, Module, Ref, Rule, RuleHead, Span};
use regorus::{Engine, Value};

use super::RegoError;
use super::ast::{self, Scope, Visit};
use super::edits::Edit;
use super::error::RegoPlace;
use super::negation::{ahead, has_wildcard, place, whole};

/// Returns a value unchanged where it has the shape.
const EXACT: &str = "sealift__exact";
/// Returns the members of a collection that have the shape.
const MEMBERS: &str = "sealift__members";
/// Returns a set, or an object, with only the members, or keys, that have the shape.
const KEYS: &str = "sealift__keys";

/// Returns the edits of a module by which object patterns match only values with as many fields.
pub(super) fn edits(
    module: &Module,
    text: &str,
    bare: &BTreeSet<usize>,
) -> Result<Vec<Edit>, RegoError> {
    let mut patterns = Patterns {
        text,
        bare,
        done: BTreeSet::new(),
        edits: Vec::new(),
        checks: String::new(),
        refused: None,
    };
    for rule in &module.policy {
        patterns.arguments(rule);
        ast::walk_rule(rule, &mut patterns);
    }
    patterns.refused.map_or(Ok(patterns.edits), Err)
}

/// Whether a pattern contains an object.
fn has_object(pattern: &Expr) -> bool {
    match pattern {
        Expr::Object { .. } => true,
        Expr::Array { items, .. } => items.iter().any(|item| has_object(item)),
        _ => false,
    }
}

/// Whether it also contains names: a pattern without names is compared as a whole.
pub(super) fn takes_objects_apart(pattern: &Expr) -> bool {
    has_object(pattern) && has_name(pattern)
}

fn has_name(pattern: &Expr) -> bool {
    match pattern {
        Expr::Var { .. } => true,
        Expr::Array { items, .. } => items.iter().any(|item| has_name(item)),
        Expr::Object { fields, .. } => fields.iter().any(|(_, _, value)| has_name(value)),
        _ => false,
    }
}

/// Returns an object with `_` that selects: the interpreter would choose outside of a negation.
fn open_index(expr: &Expr) -> Option<&Expr> {
    match expr {
        Expr::RefBrack { index, .. } if has_object(index) && has_wildcard(index) => Some(index),
        _ => ast::parts(expr).into_iter().find_map(open_index),
    }
}

struct Patterns<'t> {
    text: &'t str,
    bare: &'t BTreeSet<usize>,
    /// The ends of patterns that are done: a head is visited with each of its bodies.
    done: BTreeSet<usize>,
    edits: Vec<Edit>,
    /// The text to insert before the current statement.
    checks: String,
    refused: Option<RegoError>,
}

impl Visit for Patterns<'_> {
    fn statement(&mut self, statement: &LiteralStmt, _: &Scope) {
        if let Literal::NotExpr { expr, .. } = &statement.literal
            && let Some(index) = open_index(expr)
        {
            let message = "an object with _ in brackets within not is not supported: write \
                           count({1 | q[{\"a\": _}]}) == 0";
            self.refuse(index.span(), message);
        }
        match &statement.literal {
            Literal::SomeIn { key, value, collection, .. } => {
                if let Some(key) = key.as_ref().filter(|key| has_object(key)) {
                    let message = "an object as the key of some is not supported: name the key, \
                                   and write {\"a\": x} = key";
                    self.refuse(key.span(), message);
                }
                if has_object(value) {
                    self.held(collection, MEMBERS, value);
                }
            }
            Literal::Expr { expr, .. } | Literal::NotExpr { expr, .. } => {
                let Expr::AssignExpr { op, lhs, rhs, .. } = expr.as_ref() else { return };
                // A name may get its value here.
                let binds = *op == AssignOp::Eq
                    && matches!(statement.literal, Literal::Expr { .. })
                    && statement.with_mods.is_empty();
                // A name anywhere in the statement makes the interpreter take all of it apart.
                if !has_name(lhs) && !has_name(rhs) {
                    return;
                }
                self.unify(lhs, rhs, binds);
                if *op == AssignOp::Eq {
                    self.unify(rhs, lhs, binds);
                }
                self.check_ahead(statement);
            }
            _ => {}
        }
    }

    fn expr(&mut self, expr: &Expr, _: &Scope) {
        // The walk visits only the last selection of a reference.
        let mut at = expr;
        while let Expr::RefDot { refr, .. } | Expr::RefBrack { refr, .. } = at {
            if let Expr::RefBrack { index, .. } = at
                && takes_objects_apart(index)
            {
                self.held(refr, KEYS, index);
            }
            at = refr;
        }
    }
}

impl<'t> Patterns<'t> {
    /// The interpreter takes arguments of a function apart before it evaluates the body.
    fn arguments(&mut self, rule: &Rule) {
        let Rule::Spec { head: RuleHead::Func { args, .. }, .. } = rule else { return };
        if let Some(arg) = args.iter().find(|arg| has_object(arg)) {
            let message = "an object as the argument of a function is not supported: name the \
                           argument, and write {\"a\": x} = argument in the body";
            self.refuse(arg.span(), message);
        }
    }

    /// Inserts the checks of a statement's names, once for all of them.
    fn check_ahead(&mut self, statement: &LiteralStmt) {
        let checks = std::mem::take(&mut self.checks);
        if !checks.is_empty() {
            self.edits.extend(ahead(self.text, self.bare, statement, checks));
        }
    }

    /// Restricts a value that a pattern takes apart to the pattern's shape; before the statement
    /// where it may bind a name.
    fn unify(&mut self, pattern: &Expr, value: &Expr, binds: bool) {
        match (pattern, value) {
            (Expr::Array { items, .. }, Expr::Array { items: values, .. }) => {
                for (item, value) in items.iter().zip(values) {
                    self.unify(item, value, binds);
                }
            }
            (Expr::Object { fields, .. }, Expr::Object { fields: values, .. }) => {
                self.unify_fields(fields, values, binds);
            }
            _ if !has_object(pattern) => {}
            (_, Expr::Var { span, .. }) if span.text() == "_" => {}
            (_, Expr::Var { span, .. }) => match binds {
                true => {
                    if let Some(shape) = self.shape(pattern) {
                        _ = write!(self.checks, "{EXACT}({}, {shape}); ", span.text());
                    }
                }
                false => self.held(value, EXACT, pattern),
            },
            _ => self.held(value, EXACT, pattern),
        }
    }

    /// Restricts the values of fields. The interpreter itself checks that both have the same
    /// literal keys, but not the values.
    fn unify_fields(&mut self, fields: &[Field], values: &[Field], binds: bool) {
        let mut of_key: BTreeMap<&str, &Expr> = BTreeMap::new();
        for (span, key, value) in values {
            match self.literal(key) {
                Some(key) => _ = of_key.insert(key, value),
                None => return self.refuse(span, OPEN_KEY),
            }
        }
        for (span, key, pattern) in fields {
            match self.literal(key) {
                Some(key) => {
                    if let Some(value) = of_key.get(key) {
                        self.unify(pattern, value, binds);
                    }
                }
                None => return self.refuse(span, OPEN_KEY),
            }
        }
    }

    /// Wraps an expression in a function that restricts it to the shape of a pattern.
    fn held(&mut self, value: &Expr, function: &str, pattern: &Expr) {
        let Some(shape) = self.shape(pattern) else { return };
        match place(self.text, value) {
            Some((start, end)) if self.done.insert(end) => {
                self.edits.push(Edit::insert(start, format!("{function}(")));
                self.edits.push(Edit::insert(end, format!(", {shape})")));
            }
            Some(_) => {}
            None => self.refuse(value.span(), OPEN_KEY),
        }
    }

    /// Returns the shape of a pattern; none where it is refused.
    fn shape(&mut self, pattern: &Expr) -> Option<String> {
        match pattern {
            Expr::Array { items, .. } if has_object(pattern) => {
                let items: Option<Vec<String>> =
                    items.iter().map(|item| self.shape(item)).collect();
                Some(format!("[{}]", items?.join(", ")))
            }
            Expr::Object { fields, .. } => {
                let mut within = Vec::new();
                for (span, key, value) in fields {
                    if !has_object(value) {
                        continue;
                    }
                    let Some(key) = self.literal(key).map(str::to_owned) else {
                        self.refuse(span, OPEN_KEY);
                        return None;
                    };
                    within.push(format!("{key}: {}", self.shape(value)?));
                }
                Some(format!("{{{}: {{{}}}}}", fields.len(), within.join(", ")))
            }
            _ => Some("null".to_owned()),
        }
    }

    /// Returns the text of a literal key.
    fn literal(&self, key: &Expr) -> Option<&'t str> {
        match key {
            Expr::String { .. }
            | Expr::RawString { .. }
            | Expr::Number { .. }
            | Expr::Bool { .. }
            | Expr::Null { .. } => {
                let (start, end) = whole(key)?;
                self.text.get(start..end)
            }
            _ => None,
        }
    }

    fn refuse(&mut self, at: &Span, message: &'static str) {
        let at = RegoPlace::of(at);
        self.refused.get_or_insert(RegoError::Refused { at, message });
    }
}

type Field = (Span, Ref<Expr>, Ref<Expr>);

const OPEN_KEY: &str = "an object in a field whose name is not written out, or compared with one \
                        that has such fields, is not supported: take it apart in a statement of \
                        its own";

/// Returns the part of a value that has a shape.
type Held = fn(&Value, &Value) -> Value;

/// Adds the inserted functions to an engine.
pub(super) fn add(engine: &mut Engine) -> Result<(), anyhow::Error> {
    let functions: [(&str, Held); 3] = [(EXACT, exact), (MEMBERS, members), (KEYS, keys)];
    for (name, call) in functions {
        let body = Box::new(move |arguments: Vec<Value>| {
            Ok(match arguments.as_slice() {
                [value, shape] => call(value, shape),
                _ => Value::Undefined,
            })
        });
        engine.add_extension(name.to_owned(), 2, body)?;
    }
    Ok(())
}

fn exact(value: &Value, shape: &Value) -> Value {
    if fits(value, shape) { value.clone() } else { Value::Undefined }
}

/// The members of an array keep their indexes, as keys of an object.
fn members(collection: &Value, shape: &Value) -> Value {
    match collection {
        Value::Array(items) => {
            let items = (0_u64..).zip(items.iter()).filter(|(_, item)| fits(item, shape));
            object(items.map(|(at, item)| (Value::from(at), item.clone())))
        }
        Value::Object(fields) => {
            let fields = fields.iter().filter(|(_, value)| fits(value, shape));
            object(fields.map(|(key, value)| (key.clone(), value.clone())))
        }
        other => keys(other, shape),
    }
}

fn keys(collection: &Value, shape: &Value) -> Value {
    match collection {
        Value::Set(items) => {
            let items = items.iter().filter(|item| fits(item, shape));
            Value::from(items.cloned().collect::<BTreeSet<_>>())
        }
        Value::Object(fields) => {
            let fields = fields.iter().filter(|(key, _)| fits(key, shape));
            object(fields.map(|(key, value)| (key.clone(), value.clone())))
        }
        other => other.clone(),
    }
}

fn object(fields: impl Iterator<Item = (Value, Value)>) -> Value {
    Value::from(fields.collect::<BTreeMap<_, _>>())
}

/// The parser bounds how deep a shape is.
fn fits(value: &Value, shape: &Value) -> bool {
    match (shape, value) {
        (Value::Null, _) => true,
        (Value::Array(shapes), Value::Array(items)) => {
            shapes.len() == items.len()
                && shapes.iter().zip(items.iter()).all(|(shape, item)| fits(item, shape))
        }
        (Value::Object(shape), Value::Object(fields)) => shape.iter().all(|(count, shapes)| {
            count.as_u64().is_ok_and(|count| usize::try_from(count) == Ok(fields.len()))
                && shapes.as_object().is_ok_and(|shapes| {
                    shapes
                        .iter()
                        .all(|(key, shape)| fields.get(key).is_some_and(|value| fits(value, shape)))
                })
        }),
        _ => false,
    }
}
