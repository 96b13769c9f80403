//! JMESPath as Kyverno has it.
//!
//! The grammar is JMESPath's (<https://jmespath.org/specification.html>). Two things differ, as in
//! the dialect that Kyverno evaluates: a key that an object lacks is an error, which `||`, `&&`,
//! `!`, `|`, comparisons, projections, selections and function calls take for null; and there are
//! many more functions, listed in `functions`.
//!
//! Nothing runs for ever: the depth of an expression is bounded when it is read, its steps and
//! what it makes are when it is evaluated.

mod evaluate;
mod functions;
mod lexer;
mod parser;
mod values;

use sealift_model::Timestamp;
use serde_json::Value;

pub(super) use self::evaluate::Budget;
use self::values::{is_false, number};
pub(super) use self::values::{is_shallow, plain, same};

/// An expression, ready to be asked.
#[derive(Debug)]
pub(super) struct Expression(parser::Node);

/// Why an expression gives nothing.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum Error {
    /// It is no expression.
    #[error("no JMESPath at byte {byte}: {problem}")]
    Syntax {
        /// Where in it.
        byte: usize,
        /// What is wrong there.
        problem: String,
    },
    /// An object lacks a key.
    #[error("unknown key {0:?}")]
    UnknownKey(String),
    /// A function cannot take what it is given.
    #[error("{function}: {problem}")]
    Function {
        /// Which one.
        function: &'static str,
        /// Why.
        problem: String,
    },
    /// It takes more than it may.
    #[error("more than {max} {limit}")]
    Limit {
        /// Of what.
        limit: &'static str,
        /// How much it may take.
        max: usize,
    },
}

impl Expression {
    /// Reads an expression.
    pub(super) fn parse(text: &str) -> Result<Self, Error> {
        parser::parse(text).map(Self)
    }

    /// What it gives of a value, with what is left of a budget.
    pub(super) fn search(
        &self,
        value: &Value,
        now: Timestamp,
        budget: &Budget,
    ) -> Result<Value, Error> {
        evaluate::search(&self.0, value, now, budget)
    }
}

/// What an expression gives of a value.
pub(super) fn search(text: &str, value: &Value, now: Timestamp) -> Result<Value, Error> {
    Expression::parse(text)?.search(value, now, &Budget::new())
}

#[cfg(test)]
mod tests;
