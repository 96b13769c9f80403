//! The names of `every` with OPA's meaning.
//!
//! In the body of `every x in xs`, OPA has a value for `x`, and `x = 1` compares. The interpreter
//! does not know that value when it decides which statements assign names, so `x = 1` gives `x` a
//! new value and holds. So the names are separated: `every x in xs { x = 1 }` becomes
//! `every x_ in xs { x := x_; x = 1 }`.

use std::collections::BTreeSet;

use regorus::unstable::{Literal, LiteralStmt, Module, Query, Span};

use super::ast::{self, Scope, Visit};
use super::edits::Edit;
use super::negation::{bytes, quoted};

/// Returns the edits of a module that give the names of `every` their values.
pub(super) fn edits(module: &Module, text: &str) -> Vec<Edit> {
    let mut end = "_each".to_owned();
    while text.contains(&end) {
        end.push('_');
    }
    let mut every = Every { text, end, done: BTreeSet::new(), edits: Vec::new() };
    for rule in &module.policy {
        ast::walk_rule(rule, &mut every);
    }
    every.edits
}

struct Every<'t> {
    text: &'t str,
    /// The suffix of the other names; no other name has it.
    end: String,
    /// The names that are done, by their end: a head is visited with each of its bodies.
    done: BTreeSet<usize>,
    edits: Vec<Edit>,
}

impl Visit for Every<'_> {
    fn statement(&mut self, statement: &LiteralStmt, _: &Scope) {
        if let Literal::Every { key, value, query, .. } = &statement.literal {
            for name in key.iter().chain([value]).filter(|name| name.text() != "_") {
                self.bind(name, query);
            }
        }
    }
}

impl Every<'_> {
    fn bind(&mut self, name: &Span, query: &Query) {
        let first = query.stmts.first().and_then(|first| quoted(self.text, &first.span));
        let Some(((_, end), (start, _))) = bytes(name).zip(first) else { return };
        if self.done.insert(end) {
            let name = name.text();
            self.edits.push(Edit::insert(end, self.end.clone()));
            self.edits.push(Edit::insert(start, format!("{name} := {name}{}; ", self.end)));
        }
    }
}
