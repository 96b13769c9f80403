//! JMESPath in Kyverno's dialect.
//!
//! The grammar is JMESPath's (<https://jmespath.org/specification.html>). Two things differ, as in
//! Kyverno: a missing key of an object is an error, which `||`, `&&`, `!`, `|`, comparisons,
//! projections, selections and function calls take for null; and there are many more functions,
//! listed in `functions`.
//!
//! Every evaluation ends: the depth of an expression is bounded when it is read, its steps and its
//! results when it is evaluated.

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

/// A parsed expression.
#[derive(Debug)]
pub(super) struct Expression(parser::Node);

/// Why an expression has no value.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum Error {
    /// The text is not an expression.
    #[error("no JMESPath at byte {byte}: {problem}")]
    Syntax {
        /// The byte in the text.
        byte: usize,
        /// What is wrong there.
        problem: String,
    },
    /// An object lacks a key.
    #[error("unknown key {0:?}")]
    UnknownKey(String),
    /// A function cannot take its arguments.
    #[error("{function}: {problem}")]
    Function {
        /// The function.
        function: &'static str,
        /// The reason.
        problem: String,
    },
    /// A limit is exceeded.
    #[error("more than {max} {limit}")]
    Limit {
        /// The name of the limit.
        limit: &'static str,
        /// The largest value that is allowed.
        max: usize,
    },
}

impl Expression {
    /// Reads an expression.
    pub(super) fn parse(text: &str) -> Result<Self, Error> {
        parser::parse(text).map(Self)
    }

    /// Evaluates it on a value, within the rest of a budget.
    pub(super) fn search(
        &self,
        value: &Value,
        now: Timestamp,
        budget: &Budget,
    ) -> Result<Value, Error> {
        evaluate::search(&self.0, value, now, budget)
    }
}

/// Evaluates an expression on a value.
pub(super) fn search(text: &str, value: &Value, now: Timestamp) -> Result<Value, Error> {
    Expression::parse(text)?.search(value, now, &Budget::new())
}

#[cfg(test)]
mod tests;
