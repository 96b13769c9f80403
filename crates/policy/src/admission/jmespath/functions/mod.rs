//! The functions of expressions: a table with their arguments.

mod certificates;
mod encoding;
mod lists;
mod numbers;
mod strings;
mod times;

use std::borrow::Cow;

use regex::Regex;
use serde_json::Value;

use super::Error;
use super::evaluate::Interpreter;
use super::parser::{Compiled, Node};
use super::values::{plain, type_of};

/// A function.
#[derive(Debug)]
pub(super) struct Function {
    name: &'static str,
    takes: Takes,
    run: fn(&Call<'_>) -> Given,
}

/// The result of a function, or the reason why there is none.
type Given = Result<Value, String>;

/// The arguments of a function.
#[derive(Debug)]
enum Takes {
    /// One argument of each of these kinds.
    Each(&'static [Kind]),
    /// One or more arguments of this kind.
    Some(Kind),
}

/// Kinds of arguments.
#[derive(Clone, Copy, Debug)]
enum Kind {
    Any,
    Text,
    Number,
    Array,
    Object,
    ArrayOrText,
    ArrayOrObject,
    ArrayTextOrObject,
    TextOrNumber,
    Numbers,
    Texts,
    NumbersOrTexts,
    Reference,
}

/// Every function, by name.
static ALL: &[&[Function]] = &[
    strings::FUNCTIONS,
    numbers::FUNCTIONS,
    lists::FUNCTIONS,
    encoding::FUNCTIONS,
    times::FUNCTIONS,
    certificates::FUNCTIONS,
];

pub(super) fn named(name: &str) -> Option<&'static Function> {
    ALL.iter().copied().flatten().find(|function| function.name == name)
}

/// One argument.
pub(super) enum Argument<'v> {
    /// A value.
    Value(Cow<'v, Value>),
    /// An expression that is evaluated on each element: `&name`.
    Reference(&'v Node),
}

/// One call of a function.
pub(super) struct Call<'c> {
    pub(super) interpreter: &'c Interpreter<'c>,
    pub(super) function: &'static Function,
    pub(super) arguments: Vec<Argument<'c>>,
    pub(super) expression: &'c Compiled,
}

impl Call<'_> {
    pub(super) fn run(&self) -> Result<Value, Error> {
        let problem = match self.check() {
            Ok(()) => match (self.function.run)(self) {
                Ok(value) => return Ok(value),
                Err(problem) => problem,
            },
            Err(problem) => problem,
        };
        Err(Error::Function { function: self.function.name, problem })
    }

    fn check(&self) -> Result<(), String> {
        let kinds: Vec<Kind> = match self.function.takes {
            Takes::Each(kinds) => kinds.to_vec(),
            Takes::Some(kind) => vec![kind; self.arguments.len().max(1)],
        };
        if kinds.len() != self.arguments.len() {
            return Err(format!("{} arguments, not {}", self.arguments.len(), kinds.len()));
        }
        for (at, (kind, argument)) in kinds.iter().zip(&self.arguments).enumerate() {
            if !kind.takes(argument) {
                let is = match argument {
                    Argument::Value(value) => type_of(value),
                    Argument::Reference(_) => "reference",
                };
                return Err(format!("argument {} is {is}, not {kind:?}", at + 1));
            }
        }
        Ok(())
    }

    fn value(&self, at: usize) -> &Value {
        match self.arguments.get(at) {
            Some(Argument::Value(value)) => value,
            _ => &Value::Null,
        }
    }

    fn text(&self, at: usize) -> &str {
        self.value(at).as_str().unwrap_or_default()
    }

    fn number(&self, at: usize) -> f64 {
        self.value(at).as_f64().unwrap_or_default()
    }

    fn array(&self, at: usize) -> &[Value] {
        self.value(at).as_array().map(Vec::as_slice).unwrap_or_default()
    }

    /// Evaluates a reference on a value.
    fn ask(&self, at: usize, value: &Value) -> Given {
        match self.arguments.get(at) {
            Some(Argument::Reference(node)) => self
                .interpreter
                .lenient(node, value)
                .and_then(|given| self.interpreter.owned(given))
                .map_err(|error| error.to_string()),
            _ => Err("no reference is given".to_owned()),
        }
    }

    /// Compiles the regular expression in an argument, and uses it.
    fn with_regex<T>(&self, at: usize, with: impl FnOnce(&Regex) -> T) -> Result<T, String> {
        let text = self.text(at);
        match self.expression.get() {
            Some((known, regex)) if known == text => Ok(with(regex)),
            Some(_) => Ok(with(&self.compiled(text)?)),
            None => {
                let regex = self.compiled(text)?;
                let given = with(&regex);
                _ = self.expression.set((text.to_owned(), regex));
                Ok(given)
            }
        }
    }
}

impl Call<'_> {
    /// Compiling a large expression takes milliseconds, as long as reading this many bytes.
    fn compiled(&self, text: &str) -> Result<Regex, String> {
        self.interpreter.work(1 << 20)?;
        super::super::regular::compile(text)
    }
}

impl Kind {
    fn takes(self, argument: &Argument<'_>) -> bool {
        let Argument::Value(value) = argument else { return matches!(self, Self::Reference) };
        let value: &Value = value;
        match self {
            Self::Any => true,
            Self::Text => value.is_string(),
            Self::Number => value.is_number(),
            Self::Array => value.is_array(),
            Self::Object => value.is_object(),
            Self::ArrayOrText => value.is_array() || value.is_string(),
            Self::ArrayOrObject => value.is_array() || value.is_object(),
            Self::ArrayTextOrObject => value.is_array() || value.is_string() || value.is_object(),
            Self::TextOrNumber => value.is_string() || value.is_number(),
            Self::Numbers => all(value, Value::is_number),
            Self::Texts => all(value, Value::is_string),
            Self::NumbersOrTexts => all(value, Value::is_number) || all(value, Value::is_string),
            Self::Reference => false,
        }
    }
}

fn all(value: &Value, is: fn(&Value) -> bool) -> bool {
    value.as_array().is_some_and(|items| items.iter().all(is))
}

/// Returns a scalar as text.
fn as_text(value: &Value) -> Result<String, String> {
    match value {
        Value::String(text) => Ok(text.clone()),
        Value::Number(number) => Ok(plain(number)),
        Value::Bool(truth) => Ok(truth.to_string()),
        other => Err(format!("{} is no text", type_of(other))),
    }
}

/// Returns a number that must be whole.
fn whole(value: f64) -> Result<i64, String> {
    match super::number(value).as_i64() {
        Some(whole) => Ok(whole),
        None => Err(format!("{value} is not whole")),
    }
}
