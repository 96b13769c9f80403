//! Evaluates an expression on a value.

use std::borrow::Cow;
use std::cell::Cell;

use sealift_model::Timestamp;
use serde_json::{Map, Value};

use super::functions::{Argument, Call};
use super::lexer::Comparison;
use super::parser::Node;
use super::{Error, is_false, is_shallow, same};

/// The budget that searches share: nodes evaluated, and values copied. A pod needs some hundred.
#[derive(Debug)]
pub(in super::super) struct Budget(Cell<usize>);

const MAX_STEPS: usize = 20_000_000;

impl Budget {
    pub(in super::super) fn new() -> Self {
        Self(Cell::new(MAX_STEPS))
    }

    /// Subtracts steps from the budget.
    pub(in super::super) fn take(&self, steps: usize) -> Result<(), Error> {
        let left = self.0.get().checked_sub(steps);
        // An exceeded budget is empty, so that an expression that takes the error for null cannot
        // go on.
        self.0.set(left.unwrap_or(0));
        left.map(drop).ok_or(Error::Limit { limit: "steps", max: MAX_STEPS })
    }
}

/// The most that one search may make, in values copied and bytes of text.
const MAX_MADE: usize = 64 << 20;

type Given<'v> = Result<Cow<'v, Value>, Error>;

pub(super) fn search(
    node: &Node,
    value: &Value,
    now: Timestamp,
    budget: &Budget,
) -> Result<Value, Error> {
    let interpreter = Interpreter { now, budget, left_to_make: Cell::new(MAX_MADE) };
    let found = interpreter.evaluate(node, value)?;
    budget.take(size(&found) / OF_ONE)?;
    Ok(found.into_owned())
}

/// One search.
pub(super) struct Interpreter<'b> {
    pub(super) now: Timestamp,
    budget: &'b Budget,
    left_to_make: Cell<usize>,
}

/// Replaces a missing key's error by null.
fn or_null(given: Given<'_>) -> Given<'_> {
    match given {
        Err(Error::UnknownKey(_)) => Ok(Cow::Owned(Value::Null)),
        other => other,
    }
}

impl Interpreter<'_> {
    /// Evaluates a node on a value; a missing key counts as null.
    pub(super) fn lenient<'v>(&self, node: &'v Node, value: &'v Value) -> Given<'v> {
        or_null(self.evaluate(node, value))
    }

    fn evaluate<'v>(&self, node: &'v Node, value: &'v Value) -> Given<'v> {
        self.budget.take(1)?;
        match node {
            Node::Current => Ok(Cow::Borrowed(value)),
            Node::Field(name) => match value {
                Value::Object(fields) => match fields.get(name) {
                    Some(field) => Ok(Cow::Borrowed(field)),
                    None => Err(Error::UnknownKey(name.clone())),
                },
                _ => null(),
            },
            Node::Index(index) => Ok(match value {
                Value::Array(items) => position(items.len(), *index)
                    .and_then(|at| items.get(at))
                    .map_or(Cow::Owned(Value::Null), Cow::Borrowed),
                _ => Cow::Owned(Value::Null),
            }),
            Node::Slice(parts) => match value {
                Value::Array(items) => self.made(Value::Array(slice(items, *parts)?)),
                _ => null(),
            },
            Node::Literal(literal) => Ok(Cow::Borrowed(literal)),
            Node::Chain(left, right) => {
                let left = self.evaluate(left, value)?;
                self.of(right, left)
            }
            Node::Pipe(left, right) => {
                let left = self.lenient(left, value)?;
                or_null(self.of(right, left))
            }
            Node::Projection(list, each) => match self.lenient(list, value)? {
                Cow::Borrowed(Value::Array(items)) => self.project(items.iter(), each),
                Cow::Owned(Value::Array(items)) => self.project(items.iter(), each),
                _ => null(),
            },
            Node::ValueProjection(map, each) => match self.evaluate(map, value) {
                Ok(Cow::Borrowed(Value::Object(fields))) => self.project(fields.values(), each),
                Ok(Cow::Owned(Value::Object(fields))) => self.project(fields.values(), each),
                Err(error @ Error::Limit { .. }) => Err(error),
                _ => null(),
            },
            Node::Filter { list, condition, each } => match self.evaluate(list, value) {
                Ok(Cow::Borrowed(Value::Array(items))) => self.filter(items, condition, each),
                Ok(Cow::Owned(Value::Array(items))) => self.filter(&items, condition, each),
                Err(error @ Error::Limit { .. }) => Err(error),
                _ => null(),
            },
            Node::Flatten(list) => match self.evaluate(list, value) {
                Ok(Cow::Borrowed(Value::Array(items))) => self.flatten(items.clone()),
                Ok(Cow::Owned(Value::Array(items))) => self.flatten(items),
                Err(error @ Error::Limit { .. }) => Err(error),
                _ => null(),
            },
            Node::List(_) | Node::Hash(_) if value.is_null() => null(),
            Node::List(nodes) => {
                let items = nodes.iter().map(|node| self.owned(self.lenient(node, value)?));
                let items: Result<Vec<Value>, Error> = items.collect();
                self.made(Value::Array(items?))
            }
            Node::Hash(pairs) => {
                let mut fields = Map::new();
                for (key, node) in pairs {
                    fields.insert(key.clone(), self.owned(self.lenient(node, value)?)?);
                }
                self.made(Value::Object(fields))
            }
            Node::Or(left, right) => {
                let left = self.lenient(left, value)?;
                if is_false(&left) { self.lenient(right, value) } else { Ok(left) }
            }
            Node::And(left, right) => {
                let left = self.lenient(left, value)?;
                if is_false(&left) { Ok(left) } else { self.evaluate(right, value) }
            }
            Node::Not(inner) => {
                let inner = self.lenient(inner, value)?;
                Ok(Cow::Owned(Value::Bool(is_false(&inner))))
            }
            Node::Compare(how, left, right) => {
                let left = self.lenient(left, value)?;
                let right = self.lenient(right, value)?;
                self.read(&left)?;
                self.read(&right)?;
                Ok(Cow::Owned(compare(*how, &left, &right)))
            }
            Node::Reference(_) => {
                Err(Error::Syntax { byte: 0, problem: "a reference is no value".to_owned() })
            }
            Node::Call { function, arguments, expression } => {
                let mut given = Vec::with_capacity(arguments.len());
                for argument in arguments {
                    given.push(match argument {
                        Node::Reference(node) => Argument::Reference(node),
                        node => {
                            let value = self.lenient(node, value)?;
                            self.read(&value)?;
                            Argument::Value(value)
                        }
                    });
                }
                let call = Call { interpreter: self, function, arguments: given, expression };
                self.made(call.run()?)
            }
        }
    }

    /// Evaluates a node on an intermediate result, and keeps it borrowed where possible.
    fn of<'v>(&self, node: &'v Node, value: Cow<'v, Value>) -> Given<'v> {
        match value {
            Cow::Borrowed(value) => self.evaluate(node, value),
            Cow::Owned(value) => {
                self.evaluate(node, &value).map(|own| Cow::Owned(own.into_owned()))
            }
        }
    }

    fn project<'i, 'v>(&self, items: impl Iterator<Item = &'i Value>, each: &Node) -> Given<'v> {
        let mut given = Vec::new();
        for item in items {
            let one = self.lenient(each, item)?;
            if !one.is_null() {
                given.push(self.owned(one)?);
            }
        }
        self.made(Value::Array(given))
    }

    fn filter<'v>(&self, items: &[Value], condition: &Node, each: &Node) -> Given<'v> {
        let mut given = Vec::new();
        for item in items {
            let holds = self.lenient(condition, item)?;
            if !is_false(&holds) {
                let one = self.lenient(each, item)?;
                if !one.is_null() {
                    given.push(self.owned(one)?);
                }
            }
        }
        self.made(Value::Array(given))
    }

    fn flatten<'v>(&self, items: Vec<Value>) -> Given<'v> {
        let mut flat = Vec::with_capacity(items.len());
        for item in items {
            match item {
                Value::Array(inner) => flat.extend(inner),
                item => flat.push(item),
            }
        }
        self.made(Value::Array(flat))
    }

    /// Counts the values that a function or a comparison reads.
    fn read(&self, value: &Value) -> Result<(), Error> {
        self.budget.take(size(value) / OF_STEP)
    }

    /// Counts other work, by the bytes that are read.
    pub(super) fn work(&self, bytes: usize) -> Result<(), String> {
        self.budget.take(bytes / OF_STEP).map_err(|error| error.to_string())
    }

    /// Returns an owned value, counted before it is copied.
    pub(super) fn owned(&self, value: Cow<'_, Value>) -> Result<Value, Error> {
        if let Cow::Borrowed(value) = value {
            self.count(size(value))?;
        }
        Ok(value.into_owned())
    }

    /// Counts a value that was made.
    fn made<'v>(&self, value: Value) -> Given<'v> {
        if !is_shallow(&value) {
            return Err(Error::Limit { limit: "levels of a value", max: 256 });
        }
        self.count(size(&value))?;
        Ok(Cow::Owned(value))
    }

    fn count(&self, size: usize) -> Result<(), Error> {
        let limit = Error::Limit { limit: "bytes made", max: MAX_MADE };
        self.budget.take(size / OF_ONE)?;
        let left = self.left_to_make.get().checked_sub(size).ok_or(limit)?;
        self.left_to_make.set(left);
        Ok(())
    }
}

/// The bytes of a value without its contents.
const OF_ONE: usize = 32;

/// The bytes that may be read for one step.
const OF_STEP: usize = 256;

/// About how many bytes a value takes.
fn size(value: &Value) -> usize {
    OF_ONE
        + match value {
            Value::String(text) => text.len(),
            Value::Array(items) => items.iter().map(size).sum(),
            Value::Object(fields) => {
                fields.iter().map(|(key, value)| key.len() + size(value)).sum()
            }
            _ => 0,
        }
}

fn null<'v>() -> Given<'v> {
    Ok(Cow::Owned(Value::Null))
}

fn compare(how: Comparison, left: &Value, right: &Value) -> Value {
    match how {
        Comparison::Equal => return same(left, right).into(),
        Comparison::NotEqual => return (!same(left, right)).into(),
        _ => {}
    }
    let (Some(left), Some(right)) = (left.as_f64(), right.as_f64()) else { return Value::Null };
    Value::Bool(match how {
        Comparison::Less => left < right,
        Comparison::LessOrEqual => left <= right,
        Comparison::Greater => left > right,
        _ => left >= right,
    })
}

/// Returns the position of an index; a negative one counts from the end.
fn position(length: usize, index: i64) -> Option<usize> {
    match usize::try_from(index) {
        Ok(index) => Some(index),
        Err(_) => length.checked_sub(usize::try_from(index.unsigned_abs()).ok()?),
    }
}

/// Slices as in the specification, which are Python's.
fn slice(items: &[Value], [start, stop, step]: [Option<i64>; 3]) -> Result<Vec<Value>, Error> {
    let step = step.unwrap_or(1);
    if step == 0 {
        return Err(Error::Syntax { byte: 0, problem: "a slice of step 0".to_owned() });
    }
    let length = i64::try_from(items.len()).unwrap_or(i64::MAX);
    let (least, most) = if step > 0 { (0, length) } else { (-1, length - 1) };
    let bound = |given: Option<i64>, otherwise: i64| match given {
        None => otherwise,
        Some(index) if index < 0 => index.saturating_add(length).clamp(least, most),
        Some(index) => index.clamp(least, most),
    };
    let (first, last) = if step > 0 { (0, length) } else { (length - 1, -1) };
    let (mut at, stop) = (bound(start, first), bound(stop, last));
    let mut taken = Vec::new();
    while (step > 0 && at < stop) || (step < 0 && at > stop) {
        taken.extend(usize::try_from(at).ok().and_then(|at| items.get(at)).cloned());
        at = at.saturating_add(step);
    }
    Ok(taken)
}
