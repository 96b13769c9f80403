//! `walk` with OPA's meaning: a relation that holds once for each pair of a path and a value.
//!
//! OPA's compiler turns `x := walk(y)` into `walk(y, x)`, also in other expressions
//! (`ast/compile.go`, `RewriteExprTerms`). The interpreter knows only `walk(y, x)`, so each call of
//! one argument is changed to choose one of all pairs: `[w | walk(y, w)][_]`.

use std::collections::BTreeSet;

use regorus::unstable::{Expr, Literal, LiteralStmt, Module, Span};

use super::RegoError;
use super::ast::{self, Scope, Visit, chain};
use super::edits::{Edit, edited};
use super::error::RegoPlace;
use super::negation::bytes;

/// Returns a module's text with a choice for each call of one argument; none where there is no such
/// call.
pub(super) fn explicit(module: &Module, text: &str) -> Result<Option<String>, RegoError> {
    let mut name = "walked".to_owned();
    while text.contains(&name) {
        name.push('_');
    }
    let mut walks = Walks { text, name, done: BTreeSet::new(), edits: Vec::new(), refused: None };
    for rule in &module.policy {
        ast::walk_rule(rule, &mut walks);
    }
    if let Some(error) = walks.refused {
        return Err(error);
    }
    let edits = walks.edits;
    Ok((!edits.is_empty()).then(|| edited(text, edits)))
}

struct Walks<'t> {
    text: &'t str,
    /// The prefix of the names of chosen pairs; no other name has it.
    name: String,
    /// The starts of calls that are done: a head is visited with each of its bodies.
    done: BTreeSet<usize>,
    edits: Vec<Edit>,
    refused: Option<RegoError>,
}

impl Visit for Walks<'_> {
    fn statement(&mut self, statement: &LiteralStmt, _: &Scope) {
        if let Literal::NotExpr { expr, .. } = &statement.literal
            && let Some(call) = relation(expr)
        {
            let message = "walk within not is not supported: name what it finds in a set, \
                           {v | walk(x, [_, v])}, and ask that";
            self.refuse(call, message);
        }
        for with in &statement.with_mods {
            if let Some(call) = relation(&with.r#as) {
                let message = "walk within with is not supported: write walk(x, [path, value]) \
                               before it";
                self.refuse(call, message);
            }
        }
    }

    fn expr(&mut self, expr: &Expr, _: &Scope) {
        let Expr::Call { span, fcn, params, .. } = expr else { return };
        if !is_walk(fcn) || params.len() != 1 {
            return;
        }
        let place = bytes(fcn.span()).map(|(start, _)| start).zip(bytes(span).map(|(_, end)| end));
        let whole = place.filter(|(start, end)| {
            let text = self.text.get(*start..*end).unwrap_or_default();
            text.starts_with("walk") && text.ends_with(')')
        });
        let Some((start, end)) = whole else {
            return self.refuse(fcn.span(), "write walk(x, [path, value])");
        };
        if self.done.insert(start) {
            // Each call has its own name: walks may be nested.
            let name = format!("{}{start}", self.name);
            self.edits.push(Edit::insert(start, format!("[{name} | ")));
            self.edits.push(Edit::insert(end - 1, format!(", {name}")));
            self.edits.push(Edit::insert(end, "][_]"));
        }
    }
}

impl Walks<'_> {
    fn refuse(&mut self, at: &Span, message: &'static str) {
        let at = RegoPlace::of(at);
        self.refused.get_or_insert(RegoError::Refused { at, message });
    }
}

fn is_walk(function: &Expr) -> bool {
    chain(function).path == ["walk"]
}

/// Returns a call of `walk` that is evaluated with an expression; a call in a comprehension's query
/// is not.
fn relation(expr: &Expr) -> Option<&Span> {
    if let Expr::Call { fcn, .. } = expr
        && is_walk(fcn)
    {
        return Some(fcn.span());
    }
    ast::parts(expr).into_iter().find_map(relation)
}
