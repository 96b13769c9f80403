//! Negations with OPA's meaning.
//!
//! OPA's compiler evaluates the operands of a call before the call: `not f(input.x)` becomes
//! `y = input.x; not f(y)`, and where `input.x` is undefined, so is the body. Of a comparison by
//! `==`, only computed operands are moved ahead; a reference stays in it: `not input.x == 1` holds
//! where `input.x` is undefined (`ast/compile.go`, `RewriteExprTerms` and `RewriteDynamicTerms`).
//! The interpreter moves nothing. So each negation gets a statement `_ = operand` before it, on the
//! same line, for each operand that OPA would move.

use std::collections::BTreeSet;

use regorus::unstable::{AssignOp, BoolOp, Expr, Literal, LiteralStmt};

use super::ast::{self, Scope, Visit, chain};
use super::edits::{Edit, edited};
use super::source::Parsed;

/// Returns a module's text with explicit negations and pattern shapes.
pub(super) fn explicit(parsed: &Parsed) -> String {
    let imported = parsed.module.imports.iter().filter_map(|import| match &import.r#as {
        Some(name) => Some(name.text().to_owned()),
        None => chain(&import.refr).path.last().map(|name| (*name).to_owned()),
    });
    let rules = parsed
        .module
        .policy
        .iter()
        .filter_map(|rule| ast::rule_name(rule).first().map(|name| (*name).to_owned()));
    let mut negations = Negations {
        text: &parsed.text,
        bare: &parsed.bare,
        documents: imported.chain(rules).chain(["input".into(), "data".into()]).collect(),
        edits: parsed.edits.clone(),
    };
    for rule in &parsed.module.policy {
        ast::walk_rule(rule, &mut negations);
    }
    edited(&parsed.text, negations.edits)
}

/// Returns the edits that insert a text before a statement. A body without braces has only one
/// statement, `allow if not f(x)`: `bare` has the offsets of those.
pub(super) fn ahead(
    text: &str,
    bare: &BTreeSet<usize>,
    statement: &LiteralStmt,
    what: String,
) -> Vec<Edit> {
    let Some((start, end)) = quoted(text, &statement.span) else { return Vec::new() };
    if !bare.contains(&start) {
        return vec![Edit::insert(start, what)];
    }
    vec![Edit::insert(start, format!("{{ {what}")), Edit::insert(end, " }")]
}

struct Negations<'t> {
    text: &'t str,
    bare: &'t BTreeSet<usize>,
    /// The names of documents, as opposed to local variables.
    documents: Vec<String>,
    edits: Vec<Edit>,
}

impl Visit for Negations<'_> {
    fn statement(&mut self, statement: &LiteralStmt, scope: &Scope) {
        let Literal::NotExpr { expr, .. } = &statement.literal else { return };
        let mut operands = Operands { negations: self, scope, found: Vec::new() };
        operands.of_negated(expr);
        let found = operands.found;
        let with = self.with(statement);
        let operands: String = found
            .into_iter()
            .filter_map(|expr| self.one_line(expr))
            .map(|operand| format!("_ = {operand}{with}; "))
            .collect();
        if operands.is_empty() {
            return;
        }
        self.edits.extend(ahead(self.text, self.bare, statement, operands));
    }
}

impl<'t> Negations<'t> {
    /// Returns the text of an expression where it fits on a line with others.
    fn one_line(&self, expr: &Expr) -> Option<&'t str> {
        let (start, end) = place(self.text, expr)?;
        let text = self.text.get(start..end)?;
        (!text.contains('\n') || !text.contains(['#', '`', '"'])).then_some(text)
    }

    /// Returns the modifiers of a statement, which hold for its operands, too.
    fn with(&self, statement: &LiteralStmt) -> String {
        statement
            .with_mods
            .iter()
            .filter_map(|with| {
                let target = self.one_line(&with.refr)?;
                let value = self.one_line(&with.r#as)?;
                Some(format!(" with {target} as {value}"))
            })
            .collect()
    }
}

struct Operands<'o, 'e> {
    negations: &'o Negations<'o>,
    scope: &'o Scope,
    found: Vec<&'e Expr>,
}

impl<'e> Operands<'_, 'e> {
    fn of_negated(&mut self, expr: &'e Expr) {
        match expr {
            Expr::Call { params, .. } => {
                for param in params {
                    self.of_call(param);
                }
            }
            Expr::BoolExpr { op: BoolOp::Eq, lhs, rhs, .. }
            | Expr::AssignExpr { op: AssignOp::Eq, lhs, rhs, .. } => {
                for side in [lhs, rhs] {
                    self.of_equality(side);
                }
            }
            Expr::BoolExpr { lhs, rhs, .. }
            | Expr::BinExpr { lhs, rhs, .. }
            | Expr::ArithExpr { lhs, rhs, .. } => {
                for side in [lhs, rhs] {
                    self.of_call(side);
                }
            }
            Expr::Membership { key, value, collection, .. } => {
                for part in key.iter().chain([value, collection]) {
                    self.of_call(part);
                }
            }
            _ => self.of_equality(expr),
        }
    }

    /// Handles a side of an equality: a reference itself stays in it, the contents of its brackets
    /// do not.
    fn of_equality(&mut self, expr: &'e Expr) {
        match expr {
            Expr::RefDot { .. } | Expr::RefBrack { .. } => {
                for other in chain(expr).others {
                    self.of_call(other);
                }
            }
            Expr::Var { .. } => {}
            _ => self.of_call(expr),
        }
    }

    /// Handles an operand of a call.
    fn of_call(&mut self, expr: &'e Expr) {
        match expr {
            Expr::Var { span, .. } => {
                let name = span.text();
                let document = self.negations.documents.iter().any(|known| known == name);
                if document && !self.scope.declares(name) {
                    self.found.push(expr);
                }
            }
            Expr::RefDot { .. } | Expr::RefBrack { .. } | Expr::Call { .. }
                if !has_wildcard(expr) =>
            {
                self.found.push(expr);
            }
            // A computed value is undefined where one of its sides is.
            Expr::BinExpr { lhs, rhs, .. }
            | Expr::BoolExpr { lhs, rhs, .. }
            | Expr::ArithExpr { lhs, rhs, .. } => {
                self.of_call(lhs);
                self.of_call(rhs);
            }
            Expr::Membership { key, value, collection, .. } => {
                for part in key.iter().chain([value, collection]) {
                    self.of_call(part);
                }
            }
            Expr::Array { items, .. } | Expr::Set { items, .. } => {
                for item in items {
                    self.of_call(item);
                }
            }
            Expr::Object { fields, .. } => {
                for (_, key, value) in fields {
                    self.of_call(key);
                    self.of_call(value);
                }
            }
            Expr::UnaryExpr { expr, .. } => self.of_call(expr),
            _ => {}
        }
    }
}

/// Whether `_` makes a choice: moved ahead, it would choose outside of the negation.
pub(super) fn has_wildcard(expr: &Expr) -> bool {
    match expr {
        Expr::Var { span, .. } => span.text() == "_",
        _ => ast::parts(expr).into_iter().any(has_wildcard),
    }
}

pub(super) fn bytes(span: &regorus::unstable::Span) -> Option<(usize, usize)> {
    Some((usize::try_from(span.start).ok()?, usize::try_from(span.end).ok()?))
}

/// Returns the bytes of code that may begin or end with a string: the spans of strings lack their
/// quotes.
pub(super) fn quoted(text: &str, span: &regorus::unstable::Span) -> Option<(usize, usize)> {
    let (start, end) = bytes(span)?;
    let before = text.get(..start)?.ends_with(['"', '`']);
    let behind = text.get(end..)?.starts_with(['"', '`']);
    Some((start - usize::from(before), end + usize::from(behind)))
}

/// Returns the bytes of an expression: the span of an object with several fields begins at the last
/// one.
pub(super) fn place(text: &str, expr: &Expr) -> Option<(usize, usize)> {
    let (start, end) = quoted(text, expr.span())?;
    match expr {
        Expr::Object { fields, .. } if fields.len() > 1 => {
            let (_, key, _) = fields.first()?;
            let (first, _) = place(text, key)?;
            Some((text.get(..first)?.rfind('{')?, end))
        }
        _ => Some((start, end)),
    }
}

/// Returns the bytes of an expression; the spans of strings lack their quotes.
pub(super) fn whole(expr: &Expr) -> Option<(usize, usize)> {
    let (start, end) = bytes(expr.span())?;
    match expr {
        Expr::String { .. } | Expr::RawString { .. } => Some((start.checked_sub(1)?, end + 1)),
        _ => Some((start, end)),
    }
}
