//! Walks over a parsed module, and tracks where names are declared.

use std::collections::BTreeSet;

use regorus::unstable::{
    Expr, Literal, LiteralStmt, Module, Query, Rule, RuleAssign, RuleHead, Span,
};

/// A visitor of a walk.
pub(super) trait Visit {
    /// Visits a name with its literal selections: `data.lib.x["y"]`.
    fn reference(&mut self, path: &[&str], span: &Span) {
        _ = (path, span);
    }

    /// Visits an expression, before its parts.
    fn expr(&mut self, expr: &Expr, scope: &Scope) {
        _ = (expr, scope);
    }

    /// Visits a call of a function by its full name.
    fn call(&mut self, name: &[&str], span: &Span) {
        _ = (name, span);
    }

    /// Visits a query, before its parts.
    fn enter(&mut self, query: &Query) {
        _ = query;
    }

    /// Visits the same query, after its parts.
    fn leave(&mut self, query: &Query) {
        _ = query;
    }

    /// Visits a statement of a query.
    fn statement(&mut self, statement: &LiteralStmt, scope: &Scope) {
        _ = (statement, scope);
    }
}

/// The names that are declared in the queries around a place.
#[derive(Default)]
pub(super) struct Scope(Vec<BTreeSet<String>>);

impl Scope {
    pub(super) fn declares(&self, name: &str) -> bool {
        self.0.iter().any(|names| names.contains(name))
    }

    fn declare(&mut self, name: &str) {
        if let Some(names) = self.0.last_mut() {
            names.insert(name.to_owned());
        }
    }
}

/// Walks over one rule. The parser bounds the nesting of expressions.
pub(super) fn walk_rule(rule: &Rule, visit: &mut dyn Visit) {
    let mut walk = Walk { visit, scope: Scope::default() };
    walk.scope.0.push(BTreeSet::new());
    match rule {
        Rule::Spec { head, bodies, .. } => {
            let (refr, args, key, assign): (_, &[_], _, &Option<RuleAssign>) = match head {
                RuleHead::Compr { refr, assign, .. } => (refr, &[], None, assign),
                RuleHead::Set { refr, key, .. } => (refr, &[], key.as_ref(), &None),
                RuleHead::Func { refr, args, assign, .. } => (refr, args, None, assign),
            };
            let told = chain(refr).others.into_iter().chain(key.map(|key| &**key));
            let told = told.chain(assign.as_ref().map(|assign| &*assign.value));
            let told: Vec<&Expr> = told.collect();
            for arg in args {
                walk.declare_names(arg);
            }
            for body in bodies {
                walk.inside(&body.query, |walk| {
                    told.iter().for_each(|expr| walk.expr(expr));
                    if let Some(assign) = &body.assign {
                        walk.expr(&assign.value);
                    }
                });
            }
            if bodies.is_empty() {
                told.iter().for_each(|expr| walk.expr(expr));
            }
        }
        Rule::Default { value, .. } => walk.expr(value),
    }
}

/// Returns the static part of a rule's name, below its package.
pub(super) fn rule_name(rule: &Rule) -> Vec<&str> {
    let refr = match rule {
        Rule::Spec { head, .. } => match head {
            RuleHead::Compr { refr, .. }
            | RuleHead::Set { refr, .. }
            | RuleHead::Func { refr, .. } => refr,
        },
        Rule::Default { refr, .. } => refr,
    };
    chain(refr).path
}

/// Returns the package of a module, without `data`.
pub(super) fn package(module: &Module) -> Vec<&str> {
    chain(&module.package.refr).path
}

/// Returns the number of a rule's arguments; none where it is a value.
pub(super) fn arity(rule: &Rule) -> Option<usize> {
    match rule {
        Rule::Spec { head: RuleHead::Func { args, .. }, .. } => Some(args.len()),
        Rule::Spec { .. } => None,
        Rule::Default { args, .. } => (!args.is_empty()).then_some(args.len()),
    }
}

/// Returns how deep the statements of a rule are nested at most when evaluated: later statements of
/// a body run inside the loops of earlier ones, and a comprehension's inside its own.
pub(super) fn nesting(rule: &Rule) -> usize {
    struct Deepest {
        now: usize,
        most: usize,
    }
    impl Visit for Deepest {
        fn enter(&mut self, query: &Query) {
            self.now += query.stmts.len();
            self.most = self.most.max(self.now);
        }
        fn leave(&mut self, query: &Query) {
            self.now = self.now.saturating_sub(query.stmts.len());
        }
    }
    let mut deepest = Deepest { now: 1, most: 1 };
    walk_rule(rule, &mut deepest);
    deepest.most
}

/// A root and its selections, outermost first.
pub(super) struct Chain<'e> {
    /// The root's name and the selections up to the first that is not literal; empty where the root
    /// is no name.
    pub(super) path: Vec<&'e str>,
    /// The root where it is not a name, and the expressions in brackets.
    pub(super) others: Vec<&'e Expr>,
    /// The root.
    pub(super) root: &'e Expr,
    /// The selections up to the first that is not literal.
    pub(super) selected: Vec<&'e str>,
    /// Whether all selections are literal.
    pub(super) is_written_out: bool,
    /// Every selected name, also after an index that is not literal.
    pub(super) words: Vec<&'e str>,
}

/// Splits a reference into its root and selections.
pub(super) fn chain(expr: &Expr) -> Chain<'_> {
    let mut steps: Vec<Option<&str>> = Vec::new();
    let mut others = Vec::new();
    let mut root = expr;
    let name = loop {
        match root {
            Expr::RefDot { refr, field, .. } => {
                steps.push(Some(field.0.text()));
                root = refr;
            }
            Expr::RefBrack { refr, index, .. } => {
                let name = match index.as_ref() {
                    Expr::String { value, .. } | Expr::RawString { value, .. } => {
                        value.as_string().ok().map(|text| &**text)
                    }
                    other => {
                        others.push(other);
                        None
                    }
                };
                steps.push(name);
                root = refr;
            }
            Expr::Var { span, .. } => break Some(span.text()),
            other => {
                others.push(other);
                break None;
            }
        }
    };
    let count = steps.len();
    let words = steps.iter().rev().copied().flatten().collect();
    let selected: Vec<&str> = steps.into_iter().rev().map_while(|step| step).collect();
    let path = name.map_or_else(Vec::new, |name| {
        std::iter::once(name).chain(selected.iter().copied()).collect()
    });
    let is_written_out = selected.len() == count;
    Chain { path, others, root, selected, is_written_out, words }
}

/// Returns the direct parts of an expression, without the queries of comprehensions.
pub(super) fn parts(expr: &Expr) -> Vec<&Expr> {
    match expr {
        Expr::RefDot { refr, .. } => vec![refr],
        Expr::RefBrack { refr, index, .. } => vec![refr, index],
        Expr::Call { params: items, .. } | Expr::Array { items, .. } | Expr::Set { items, .. } => {
            items.iter().map(|item| &**item).collect()
        }
        Expr::Object { fields, .. } => {
            fields.iter().flat_map(|(_, key, value)| [&**key, &**value]).collect()
        }
        Expr::BinExpr { lhs, rhs, .. }
        | Expr::BoolExpr { lhs, rhs, .. }
        | Expr::ArithExpr { lhs, rhs, .. }
        | Expr::AssignExpr { lhs, rhs, .. } => vec![lhs, rhs],
        Expr::Membership { key, value, collection, .. } => {
            key.iter().chain([value, collection]).map(|part| &**part).collect()
        }
        Expr::UnaryExpr { expr, .. } => vec![expr],
        _ => Vec::new(),
    }
}

/// Returns the start of a reference: its own span begins at its last selection.
pub(super) fn start(expr: &Expr) -> &Span {
    let mut at = expr;
    while let Expr::RefDot { refr, .. } | Expr::RefBrack { refr, .. } = at {
        at = refr;
    }
    at.span()
}

struct Walk<'v> {
    visit: &'v mut dyn Visit,
    scope: Scope,
}

impl Walk<'_> {
    fn inside(&mut self, query: &Query, then: impl FnOnce(&mut Self)) {
        self.visit.enter(query);
        self.scope.0.push(BTreeSet::new());
        for statement in &query.stmts {
            self.declare(&statement.literal);
        }
        for statement in &query.stmts {
            self.visit.statement(statement, &self.scope);
            self.literal(&statement.literal);
            for with in &statement.with_mods {
                self.expr(&with.r#as);
            }
        }
        then(self);
        self.scope.0.pop();
        self.visit.leave(query);
    }

    /// A statement's declarations hold in its whole query.
    fn declare(&mut self, literal: &Literal) {
        match literal {
            Literal::SomeVars { vars, .. } => {
                for span in vars {
                    self.scope.declare(span.text());
                }
            }
            Literal::SomeIn { key, value, .. } => {
                for expr in key.iter().chain([value]) {
                    self.declare_names(expr);
                }
            }
            Literal::Expr { expr, .. } => {
                if let Expr::AssignExpr { op, lhs, .. } = expr.as_ref()
                    && *op == regorus::unstable::AssignOp::ColEq
                {
                    self.declare_names(lhs);
                }
            }
            Literal::NotExpr { .. } | Literal::Every { .. } => {}
        }
    }

    /// Declares the names in a pattern.
    fn declare_names(&mut self, pattern: &Expr) {
        match pattern {
            Expr::Var { span, .. } => self.scope.declare(span.text()),
            Expr::Array { items, .. } | Expr::Set { items, .. } => {
                for item in items {
                    self.declare_names(item);
                }
            }
            Expr::Object { fields, .. } => {
                for (_, _, value) in fields {
                    self.declare_names(value);
                }
            }
            _ => {}
        }
    }

    fn literal(&mut self, literal: &Literal) {
        match literal {
            Literal::SomeVars { .. } => {}
            Literal::SomeIn { key, value, collection, .. } => {
                for expr in key.iter().chain([value, collection]) {
                    self.expr(expr);
                }
            }
            Literal::Expr { expr, .. } | Literal::NotExpr { expr, .. } => self.expr(expr),
            Literal::Every { key, value, domain, query, .. } => {
                self.expr(domain);
                self.scope.0.push(BTreeSet::new());
                for span in key.iter().chain([value]) {
                    self.scope.declare(span.text());
                }
                self.inside(query, |_| {});
                self.scope.0.pop();
            }
        }
    }

    fn expr(&mut self, expr: &Expr) {
        self.visit.expr(expr, &self.scope);
        match expr {
            Expr::Var { .. } | Expr::RefDot { .. } | Expr::RefBrack { .. } => {
                let chain = chain(expr);
                if let Some(root) = chain.path.first()
                    && !self.scope.declares(root)
                {
                    self.visit.reference(&chain.path, start(expr));
                }
                for other in chain.others {
                    self.expr(other);
                }
            }
            Expr::Array { items, .. } | Expr::Set { items, .. } => {
                for item in items {
                    self.expr(item);
                }
            }
            Expr::Object { fields, .. } => {
                for (_, key, value) in fields {
                    self.expr(key);
                    self.expr(value);
                }
            }
            Expr::ArrayCompr { term, query, .. } | Expr::SetCompr { term, query, .. } => {
                self.inside(query, |walk| walk.expr(term));
            }
            Expr::ObjectCompr { key, value, query, .. } => self.inside(query, |walk| {
                walk.expr(key);
                walk.expr(value);
            }),
            Expr::Call { fcn, params, .. } => {
                self.visit.call(&chain(fcn).path, start(fcn));
                for param in params {
                    self.expr(param);
                }
            }
            Expr::UnaryExpr { expr, .. } => self.expr(expr),
            Expr::BinExpr { lhs, rhs, .. }
            | Expr::BoolExpr { lhs, rhs, .. }
            | Expr::ArithExpr { lhs, rhs, .. }
            | Expr::AssignExpr { lhs, rhs, .. } => {
                self.expr(lhs);
                self.expr(rhs);
            }
            Expr::Membership { key, value, collection, .. } => {
                for expr in key.iter().chain([value, collection]) {
                    self.expr(expr);
                }
            }
            Expr::String { .. }
            | Expr::RawString { .. }
            | Expr::Number { .. }
            | Expr::Bool { .. }
            | Expr::Null { .. } => {}
        }
    }
}
