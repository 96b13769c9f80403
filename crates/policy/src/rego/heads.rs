//! The choices in the heads of rules, with OPA's meaning.
//!
//! OPA's compiler moves the computations of a head into the body (`ast/compile.go`,
//! `rewriteRuleHeadRefs` and `RewriteExprTerms`): `p contains xs[_].a if true` holds for each of
//! `xs` that has an `a`. The interpreter loses all of them where one has none, also with
//! `p contains x.a if some x in xs`. So expressions that may be undefined are moved here, too:
//! `p contains chosen if { true; chosen := xs[_].a }`.

use std::collections::BTreeSet;

use regorus::unstable::{Expr, Module, Rule, RuleBody, RuleHead, Span};

use super::RegoError;
use super::ast::{self, chain};
use super::edits::{Edit, edited};
use super::error::RegoPlace;
use super::negation::{place, quoted};

/// Returns a module's text with the choices of its heads in the bodies; none where there are no
/// choices.
pub(super) fn explicit(
    module: &Module,
    v0: bool,
    text: &str,
    bare: &BTreeSet<usize>,
) -> Result<Option<String>, RegoError> {
    let mut name = "chosen".to_owned();
    while text.contains(&name) {
        name.push('_');
    }
    let mut heads = Heads { v0, text, bare, name, edits: Vec::new() };
    for rule in &module.policy {
        heads.rule(rule)?;
    }
    let edits = heads.edits;
    Ok((!edits.is_empty()).then(|| edited(text, edits)))
}

struct Heads<'t> {
    v0: bool,
    text: &'t str,
    bare: &'t BTreeSet<usize>,
    /// The prefix of the names of choices; no other name has it.
    name: String,
    edits: Vec<Edit>,
}

impl Heads<'_> {
    fn rule(&mut self, rule: &Rule) -> Result<(), RegoError> {
        let Rule::Spec { head, bodies, .. } = rule else { return Ok(()) };
        let (refr, args, key, assign) = match head {
            RuleHead::Compr { refr, assign, .. } => (refr, None, None, assign.as_ref()),
            RuleHead::Set { refr, key, .. } => (refr, None, key.as_ref(), None),
            RuleHead::Func { refr, args, assign, .. } => (refr, Some(args), None, assign.as_ref()),
        };
        let mut given = BTreeSet::new();
        args.into_iter().flatten().for_each(|arg| names(arg, &mut given));
        // A later body of a function or value may use the head's value.
        let chooses = |expr: &&Expr| chooses(expr, &given) && !is_choice(expr, &given);
        let is_shared = bodies.iter().skip(1).any(|body| body.assign.is_none());
        let moves = |expr: &&Expr| match bodies.is_empty() || is_shared {
            true => chooses(expr),
            false => may_be_undefined(expr),
        };
        let value = assign.map(|assign| &*assign.value);
        let keys = chain(refr).others.into_iter().chain(key.map(|key| &**key));
        let keys: Vec<&Expr> = keys.filter(moves).collect();
        let values: Vec<&Expr> = value.into_iter().filter(moves).collect();
        let told = [keys.as_slice(), &values].concat();
        if let Some(first) = told.first()
            && (is_shared || (!keys.is_empty() && bodies.len() > 1))
        {
            return Err(refused(first.span()));
        }
        match bodies.first() {
            Some(body) => self.behind(body, &told)?,
            // In v0 the key is in brackets.
            None => self.alone(value.or(key.map(|key| &**key).filter(|_| !self.v0)), &told)?,
        }
        for body in bodies {
            let value = body.assign.as_ref().map(|assign| &*assign.value).filter(moves);
            self.behind(body, &value.into_iter().collect::<Vec<_>>())?;
        }
        Ok(())
    }

    /// Moves expressions to the end of a body.
    fn behind(&mut self, body: &RuleBody, told: &[&Expr]) -> Result<(), RegoError> {
        let Some(one) = told.first() else { return Ok(()) };
        let statements = &body.query.stmts;
        let Some((first, last)) = statements.first().zip(statements.last()) else {
            // An `else` may have only a value.
            return self.alone(body.assign.as_ref().map(|assign| &*assign.value), told);
        };
        let first = quoted(self.text, &first.span);
        let Some(((start, _), (_, end))) = first.zip(quoted(self.text, &last.span)) else {
            return Err(refused(one.span()));
        };
        let moved = self.moved(told)?;
        if self.bare.contains(&start) {
            self.edits.push(Edit::insert(start, "{ "));
            self.edits.push(Edit::insert(end, format!("; {moved} }}")));
        } else {
            self.edits.push(Edit::insert(end, format!("; {moved}")));
        }
        Ok(())
    }

    /// Adds a body after the last part of a head that has none.
    fn alone(&mut self, last: Option<&Expr>, told: &[&Expr]) -> Result<(), RegoError> {
        let Some(one) = told.first() else { return Ok(()) };
        let Some((_, end)) = last.and_then(|last| place(self.text, last)) else {
            return Err(refused(one.span()));
        };
        let word = if self.v0 { "" } else { "if " };
        let moved = self.moved(told)?;
        self.edits.push(Edit::insert(end, format!(" {word}{{ {moved} }}")));
        Ok(())
    }

    /// Replaces expressions by names, and returns the statements that assign them.
    fn moved(&mut self, told: &[&Expr]) -> Result<String, RegoError> {
        let mut statements = Vec::new();
        for expr in told {
            let place = place(self.text, expr);
            let text = place.and_then(|(start, end)| self.text.get(start..end));
            let (Some((start, end)), Some(text)) = (place, text) else {
                return Err(refused(expr.span()));
            };
            let name = format!("{}{start}", self.name);
            statements.push(format!("{name} := {text}"));
            self.edits.push(Edit::replace(start, end, name));
        }
        Ok(statements.join("; "))
    }
}

/// Collects the names in a pattern.
fn names<'e>(expr: &'e Expr, into: &mut BTreeSet<&'e str>) {
    if let Expr::Var { span, .. } = expr {
        into.insert(span.text());
    }
    ast::parts(expr).into_iter().for_each(|part| names(part, into));
}

/// Whether a name in brackets, other than `given`, may choose.
fn chooses(expr: &Expr, given: &BTreeSet<&str>) -> bool {
    let here = match expr {
        Expr::RefBrack { index, .. } => {
            let mut inside = BTreeSet::new();
            names(index, &mut inside);
            inside.contains("_") || !inside.is_subset(given)
        }
        _ => false,
    };
    here || ast::parts(expr).into_iter().any(|part| chooses(part, given))
}

/// Whether an expression is undefined for some values of its names.
fn may_be_undefined(expr: &Expr) -> bool {
    match expr {
        Expr::Array { .. } | Expr::Set { .. } | Expr::Object { .. } => {
            ast::parts(expr).into_iter().any(may_be_undefined)
        }
        Expr::String { .. }
        | Expr::RawString { .. }
        | Expr::Number { .. }
        | Expr::Bool { .. }
        | Expr::Null { .. }
        | Expr::Var { .. }
        | Expr::ArrayCompr { .. }
        | Expr::SetCompr { .. }
        | Expr::ObjectCompr { .. } => false,
        _ => true,
    }
}

/// Whether an expression is only one choice, which is defined for each item.
fn is_choice(expr: &Expr, given: &BTreeSet<&str>) -> bool {
    matches!(expr, Expr::RefBrack { refr, index, .. }
        if matches!(index.as_ref(), Expr::Var { .. }) && !chooses(refr, given))
}

fn refused(at: &Span) -> RegoError {
    let message = "what the head of this rule chooses is not supported: name it in the body, \
                   x := .., and put x into the head";
    RegoError::Refused { at: RegoPlace::of(at), message }
}
