//! Evaluates expressions.
//!
//! `&&`, `||`, `all` and `exists` follow the specification's rule on errors (langdef.md, Logical
//! Operators): an operand that decides makes up for another that has no value. The cost of an
//! evaluation is bounded as in Kubernetes: each step and each piece of data that is read or made
//! counts, and the evaluation ends when the budget is exceeded, whatever operators are around.

use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::sync::Arc;

use sealift_model::Timestamp;
use serde_json::Value as Json;

use super::access::{element, has, select};
use super::compare::{compare, equal};
use super::compile::short;
use super::error::{Error, Result};
use super::functions::{Function, Images};
use super::operators;
use super::program::{Expr, INPUTS, Input, Literal, Program};
use super::shared::Shared;
use super::syntax::Operator;
use super::value::{List, Map, Text, Value};
use crate::admission::{Alone, Surroundings, regular};

/// Steps of one expression, including the variables that it uses: Kubernetes' limit for one call
/// (`PerCallLimit`).
const MAX_STEPS: u64 = 1_000_000;

/// Steps of all expressions of one policy on one object (`RuntimeCELCostBudget`).
const MAX_TOTAL_STEPS: u64 = 10_000_000;

/// The cost of compiling a pattern, in steps: a large one takes some milliseconds.
const PATTERN_STEPS: usize = 5_000;

/// The deepest nesting of expressions, including those of the variables that are used. Each level
/// takes some hundred bytes of stack.
const MAX_DEPTH: usize = 400;

/// The deepest nesting of lists and maps in a variable's value, apart from JSON's own.
const MAX_LEVELS: usize = 100;

/// Evaluates a call with literal arguments, which uses no names, to see whether it has a value.
pub(super) fn constant(expr: &Expr) -> Result<()> {
    let shared = Shared::default();
    // The time is never read.
    let Ok(now) = Timestamp::from_unix_seconds(0) else { return Ok(()) };
    let around = Alone(now);
    let mut run = Run::new(&[], &around, &shared);
    run.left = MAX_STEPS;
    run.eval(expr).map(|_| ())
}

/// One policy's evaluation of one object.
pub(crate) struct Run<'a> {
    inputs: [Option<Value<'a>>; INPUTS.len()],
    variables: &'a [Program],
    known: Vec<Option<Result<Value<'a>>>>,
    pub(super) surroundings: &'a dyn Surroundings,
    /// The answers of the surroundings.
    shared: &'a Shared,
    /// The images that it may verify, and has verified.
    pub(super) images: Images,
    /// The only namespace whose objects the policy may read.
    pub(super) namespace: Option<&'a str>,
    patterns: BTreeMap<String, regex::Regex>,
    pub(super) locals: Vec<Value<'a>>,
    /// The index of the current expression's first local.
    base: usize,
    depth: usize,
    left: u64,
    left_in_total: u64,
}

impl<'a> Run<'a> {
    /// Begins without inputs; each variable is evaluated once, when it is first used.
    pub(crate) fn new(
        variables: &'a [Program],
        surroundings: &'a dyn Surroundings,
        shared: &'a Shared,
    ) -> Self {
        Self {
            inputs: std::array::from_fn(|_| None),
            variables,
            known: vec![None; variables.len()],
            surroundings,
            shared,
            images: Images::default(),
            namespace: None,
            patterns: BTreeMap::new(),
            locals: Vec::new(),
            base: 0,
            depth: 0,
            left: 0,
            left_in_total: MAX_TOTAL_STEPS,
        }
    }

    /// Gives a value to an input.
    pub(crate) fn give(&mut self, input: Input, value: Value<'a>) {
        if let Some(place) = self.inputs.get_mut(input.index()) {
            *place = Some(value);
        }
    }

    /// Evaluates an expression.
    ///
    /// # Errors
    /// When it has no value, or exceeds a limit.
    pub(crate) fn value(&mut self, program: &'a Program) -> Result<Value<'a>> {
        let allowance = MAX_STEPS.min(self.left_in_total);
        self.left = allowance;
        self.locals.clear();
        (self.base, self.depth) = (0, 0);
        let value = self.eval(&program.expr);
        self.left_in_total -= allowance - self.left;
        value
    }

    /// Counts steps.
    pub(super) fn spend(&mut self, steps: usize) -> Result<()> {
        let steps = u64::try_from(steps).unwrap_or(u64::MAX);
        match self.left.checked_sub(steps) {
            Some(left) => {
                self.left = left;
                Ok(())
            }
            None => {
                self.left = 0;
                Err(Error::Cost(MAX_STEPS))
            }
        }
    }

    /// Stores an answer of the surroundings, so that values can borrow from it.
    pub(super) fn share(&mut self, given: Arc<Json>) -> Result<&'a Json> {
        let (given, seen) = self.shared.keep(given);
        self.spend(1 + seen)?;
        Ok(given)
    }

    /// Counts the reading or writing of a text: one step for ten bytes.
    pub(super) fn spend_bytes(&mut self, bytes: usize) -> Result<()> {
        self.spend(bytes.div_ceil(10))
    }

    /// Counts the search for a pattern in a text, by both lengths, as Kubernetes does.
    fn spend_search(&mut self, pattern: &regex::Regex, text: &str) -> Result<()> {
        let width = pattern.as_str().len().div_ceil(4);
        self.spend(text.len().div_ceil(10).saturating_mul(width))
    }

    /// Compiles a pattern that is only known at evaluation, to search a text; compiling is
    /// expensive.
    pub(super) fn pattern(&mut self, pattern: &str, text: &str) -> Result<regex::Regex> {
        let pattern = self.compiled(pattern)?;
        self.spend_search(&pattern, text)?;
        Ok(pattern)
    }

    fn compiled(&mut self, pattern: &str) -> Result<regex::Regex> {
        if let Some(known) = self.patterns.get(pattern) {
            return Ok(known.clone());
        }
        self.spend(PATTERN_STEPS)?;
        let compiled =
            regular::compile(pattern).map_err(|why| Error::Invalid(short(pattern, &why)))?;
        self.patterns.insert(pattern.to_owned(), compiled.clone());
        Ok(compiled)
    }

    pub(super) fn eval(&mut self, expr: &'a Expr) -> Result<Value<'a>> {
        self.spend(1)?;
        if self.depth == MAX_DEPTH {
            return Err(Error::Depth(MAX_DEPTH));
        }
        self.depth += 1;
        let value = self.eval_kind(expr);
        self.depth -= 1;
        value
    }

    /// Each kind has a function of its own, so that one level takes little of the stack.
    fn eval_kind(&mut self, expr: &'a Expr) -> Result<Value<'a>> {
        match expr {
            Expr::Literal(literal) => Ok(of_literal(literal)),
            Expr::Input(input) => self.input(*input),
            Expr::Local(index) => self.local(*index),
            Expr::Variable(index) => self.variable(*index),
            Expr::Type(named) => Ok(Value::Type(*named)),
            Expr::Select { of, field, optional } => self.select(of, field, *optional),
            Expr::Has { of, field } => self.has(of, field),
            Expr::Index { of, index, optional } => self.index(of, index, *optional),
            Expr::Call { function, arguments } => self.call(function, arguments),
            Expr::Matches { text, pattern } => self.matches(text, pattern),
            Expr::List(items) => self.list(items),
            Expr::Map(entries) => self.map(entries),
            Expr::Not(of) => self.not(of),
            Expr::Negate(of) => self.negate(of),
            Expr::Binary(operator, left, right) => self.binary(*operator, left, right),
            Expr::All(parts) => self.decide(parts.iter(), false, Self::eval),
            Expr::Any(parts) => self.decide(parts.iter(), true, Self::eval),
            Expr::If(parts) => self.condition(parts),
            Expr::Loop(each) => self.each(each),
            Expr::Bind(parts) => self.bind(parts),
            Expr::OptionalOr { of, otherwise, value } => self.optional_or(of, otherwise, *value),
            Expr::OptionalMap { of, then, flat } => self.optional_map(of, then, *flat),
        }
    }

    #[inline(never)]
    fn local(&self, index: usize) -> Result<Value<'a>> {
        let local = self.locals.get(self.base + index).cloned();
        local.ok_or_else(|| Error::NoSuchKey("variable".into()))
    }

    #[inline(never)]
    fn select(&mut self, of: &'a Expr, field: &'a str, optional: bool) -> Result<Value<'a>> {
        let of = self.eval(of)?;
        select(&of, field, optional)
    }

    #[inline(never)]
    fn has(&mut self, of: &'a Expr, field: &str) -> Result<Value<'a>> {
        let of = self.eval(of)?;
        has(&of, field).map(Value::Bool)
    }

    #[inline(never)]
    fn call(&mut self, function: &'static Function, arguments: &'a [Expr]) -> Result<Value<'a>> {
        let arguments = self.evals(arguments)?;
        // Every function reads its arguments, and its result takes memory.
        self.spend_texts(&arguments)?;
        let value = (function.body)(self, &arguments)?;
        self.spend_texts(std::slice::from_ref(&value))?;
        Ok(value)
    }

    fn spend_texts(&mut self, values: &[Value<'a>]) -> Result<()> {
        self.spend_bytes(values.iter().map(Value::text_bytes).sum())
    }

    #[inline(never)]
    fn matches(&mut self, text: &'a Expr, pattern: &regex::Regex) -> Result<Value<'a>> {
        match self.eval(text)? {
            Value::String(text) => {
                self.spend_search(pattern, &text)?;
                Ok(Value::Bool(pattern.is_match(&text)))
            }
            other => Err(Error::overload("matches", &[&other])),
        }
    }

    #[inline(never)]
    fn not(&mut self, of: &'a Expr) -> Result<Value<'a>> {
        match self.eval(of)? {
            Value::Bool(value) => Ok(Value::Bool(!value)),
            other => Err(Error::overload("!", &[&other])),
        }
    }

    #[inline(never)]
    fn negate(&mut self, of: &'a Expr) -> Result<Value<'a>> {
        let of = self.eval(of)?;
        operators::negate(&of)
    }

    #[inline(never)]
    fn bind(&mut self, parts: &'a [Expr; 2]) -> Result<Value<'a>> {
        let [value, body] = parts;
        let value = self.eval(value)?;
        self.with([value], |run| run.eval(body))
    }

    /// A value that is not optional is used as it is, as in cel-go.
    #[inline(never)]
    fn optional_or(&mut self, of: &'a Expr, otherwise: &'a Expr, value: bool) -> Result<Value<'a>> {
        match self.eval(of)? {
            Value::Optional(None) => self.eval(otherwise),
            Value::Optional(Some(within)) if value => Ok((*within).clone()),
            other => Ok(other),
        }
    }

    fn evals(&mut self, exprs: &'a [Expr]) -> Result<Vec<Value<'a>>> {
        exprs.iter().map(|expr| self.eval(expr)).collect()
    }

    fn input(&self, input: Input) -> Result<Value<'a>> {
        let given = self.inputs.get(input.index()).and_then(Clone::clone);
        given.ok_or_else(|| match input {
            Input::NamespaceObject => {
                Error::Unanswered("nothing is known of the namespace".to_owned())
            }
            input => Error::NoSuchKey(input.name().into()),
        })
    }

    #[inline(never)]
    fn variable(&mut self, index: usize) -> Result<Value<'a>> {
        if let Some(Some(known)) = self.known.get(index) {
            return known.clone();
        }
        let variables = self.variables;
        let Some(program) = variables.get(index) else {
            return Err(Error::NoSuchKey("variables".into()));
        };
        let base = std::mem::replace(&mut self.base, self.locals.len());
        let mut value = self.eval(&program.expr);
        self.base = base;
        if let Ok(found) = &value
            && let Err(error) = self.check_levels(found, MAX_LEVELS)
        {
            value = Err(error);
        }
        // An error of depth depends on the place of use, so it is not kept.
        if !matches!(value, Err(Error::Depth(_)))
            && let Some(known) = self.known.get_mut(index)
        {
            *known = Some(value.clone());
        }
        value
    }

    /// Checks the nesting of a variable's value. A variable may hold lists of another variable's
    /// lists; deep nesting would overflow the stack.
    fn check_levels(&mut self, value: &Value<'a>, left: usize) -> Result<()> {
        self.spend(1)?;
        let Some(below) = left.checked_sub(1) else { return Err(Error::Depth(MAX_LEVELS)) };
        match value {
            Value::List(List::Made(items)) => {
                items.iter().try_for_each(|item| self.check_levels(item, below))
            }
            Value::Map(Map::Made(entries)) => {
                entries.values().try_for_each(|item| self.check_levels(item, below))
            }
            Value::Optional(Some(value)) => self.check_levels(value, below),
            _ => Ok(()),
        }
    }

    #[inline(never)]
    fn index(&mut self, of: &'a Expr, index: &'a Expr, optional: bool) -> Result<Value<'a>> {
        let of = self.eval(of)?;
        let index = self.eval(index)?;
        self.spend_bytes(index.text_bytes())?;
        match of {
            Value::Optional(None) => Ok(Value::Optional(None)),
            Value::Optional(Some(of)) => {
                Ok(Value::Optional(element(&of, &index, true)?.map(Into::into)))
            }
            of if optional => Ok(Value::Optional(element(&of, &index, true)?.map(Into::into))),
            of => element(&of, &index, false)?.ok_or(Error::NoValue),
        }
    }

    #[inline(never)]
    fn list(&mut self, items: &'a [(Expr, bool)]) -> Result<Value<'a>> {
        let mut list = Vec::with_capacity(items.len());
        for (item, optional) in items {
            match (self.eval(item)?, optional) {
                (value, false) => list.push(value),
                (Value::Optional(value), true) => list.extend(value.map(|value| (*value).clone())),
                (other, true) => return Err(Error::overload("[?]", &[&other])),
            }
        }
        Ok(Value::list(list))
    }

    #[inline(never)]
    fn map(&mut self, entries: &'a [(Expr, Expr, bool)]) -> Result<Value<'a>> {
        let mut map = BTreeMap::new();
        for (key, value, optional) in entries {
            let key = self.eval(key)?;
            self.spend_bytes(key.text_bytes())?;
            let key = key.to_key().ok_or_else(|| Error::overload("{}", &[&key]))?;
            let value = match (self.eval(value)?, optional) {
                (value, false) => value,
                (Value::Optional(Some(value)), true) => (*value).clone(),
                (Value::Optional(None), true) => continue,
                (other, true) => return Err(Error::overload("{?}", &[&other])),
            };
            if map.contains_key(&key) {
                return Err(Error::invalid(format!("the key {key} is there twice")));
            }
            map.insert(key, value);
        }
        Ok(Value::map(map))
    }

    #[inline(never)]
    fn binary(&mut self, operator: Operator, left: &'a Expr, right: &'a Expr) -> Result<Value<'a>> {
        let left = self.eval(left)?;
        let right = self.eval(right)?;
        self.spend_bytes(left.text_bytes().min(right.text_bytes()))?;
        let ordered = |wanted: fn(Ordering) -> bool| {
            compare(operator.sign(), &left, &right)
                .map(|order| Value::Bool(order.is_some_and(wanted)))
        };
        match operator {
            Operator::Equal | Operator::NotEqual => {
                let equal = equal(self, &left, &right)?;
                Ok(Value::Bool(equal == (operator == Operator::Equal)))
            }
            Operator::Less => ordered(Ordering::is_lt),
            Operator::LessOrEqual => ordered(Ordering::is_le),
            Operator::Greater => ordered(Ordering::is_gt),
            Operator::GreaterOrEqual => ordered(Ordering::is_ge),
            Operator::In => self.contained(&left, &right).map(Value::Bool),
            _ => operators::arithmetic(self, operator, &left, &right),
        }
    }

    fn contained(&mut self, item: &Value<'a>, whole: &Value<'a>) -> Result<bool> {
        match whole {
            Value::List(list) => {
                for other in list.iter() {
                    if equal(self, item, &other)? {
                        return Ok(true);
                    }
                }
                Ok(false)
            }
            Value::Map(map) => Ok(item.to_key().is_some_and(|key| map.get(&key).is_some())),
            other => Err(Error::overload("in", &[item, other])),
        }
    }

    /// `&&` and `||`: the first operand that is `deciding` decides; else an error, where there was
    /// one.
    #[inline(never)]
    pub(super) fn decide<T>(
        &mut self,
        parts: impl Iterator<Item = T>,
        deciding: bool,
        mut eval: impl FnMut(&mut Self, T) -> Result<Value<'a>>,
    ) -> Result<Value<'a>> {
        let mut missing = None;
        for part in parts {
            match eval(self, part) {
                Ok(Value::Bool(value)) if value == deciding => return Ok(Value::Bool(deciding)),
                Ok(Value::Bool(_)) => {}
                Ok(other) => {
                    let sign = if deciding { "||" } else { "&&" };
                    missing.get_or_insert(Error::overload(sign, &[&other]));
                }
                Err(error) if error.is_fatal() => return Err(error),
                Err(error) => {
                    missing.get_or_insert(error);
                }
            }
        }
        missing.map_or(Ok(Value::Bool(!deciding)), Err)
    }

    #[inline(never)]
    fn condition(&mut self, parts: &'a [Expr; 3]) -> Result<Value<'a>> {
        let [condition, then, otherwise] = parts;
        match self.eval(condition)? {
            Value::Bool(true) => self.eval(then),
            Value::Bool(false) => self.eval(otherwise),
            other => Err(Error::overload("?:", &[&other])),
        }
    }

    #[inline(never)]
    fn optional_map(&mut self, of: &'a Expr, then: &'a Expr, flat: bool) -> Result<Value<'a>> {
        let value = match self.eval(of)? {
            Value::Optional(None) => return Ok(Value::Optional(None)),
            Value::Optional(Some(value)) => (*value).clone(),
            other => return Err(Error::overload("optMap", &[&other])),
        };
        match self.with([value], |run| run.eval(then))? {
            value if !flat => Ok(Value::some(value)),
            Value::Optional(value) => Ok(Value::Optional(value)),
            other => Err(Error::overload("optFlatMap", &[&other])),
        }
    }

    /// Evaluates with more locals.
    fn with<const N: usize>(
        &mut self,
        locals: [Value<'a>; N],
        eval: impl FnOnce(&mut Self) -> Result<Value<'a>>,
    ) -> Result<Value<'a>> {
        let before = self.locals.len();
        self.locals.extend(locals);
        let value = eval(self);
        self.locals.truncate(before);
        value
    }
}

fn of_literal(literal: &Literal) -> Value<'_> {
    match literal {
        Literal::Null => Value::Null,
        Literal::Bool(value) => Value::Bool(*value),
        Literal::Int(value) => Value::Int(*value),
        Literal::Uint(value) => Value::Uint(*value),
        Literal::Double(value) => Value::Double(*value),
        Literal::String(text) => Value::String(Text::Borrowed(text)),
        Literal::Bytes(bytes) => Value::Bytes((&**bytes).into()),
    }
}
