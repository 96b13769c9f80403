//! Errors of compiling and evaluating expressions.

use super::value::Value;
use crate::admission::Unanswered;

/// Why a text is not a valid expression.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("column {column}: {problem}")]
pub(crate) struct CompileError {
    /// The column of the error, counted in characters from 1.
    pub(crate) column: usize,
    /// What is wrong.
    pub(crate) problem: String,
}

/// Why an expression has no value.
///
/// `&&`, `||` and the macros built on them may not need the missing value; a
/// [fatal](Self::is_fatal) error stops all of them.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Error {
    /// A map has no such key, or a value no such field.
    #[error("no such key: {0}")]
    NoSuchKey(String),
    /// A list has no such element.
    #[error("index out of bounds: {0}")]
    IndexOutOfBounds(i64),
    /// A function or operator does not take values of these types.
    #[error("no such overload: {0}")]
    NoSuchOverload(String),
    /// A number does not fit its type.
    #[error("integer overflow")]
    Overflow,
    /// A division by zero.
    #[error("division by zero")]
    DivisionByZero,
    /// An optional value is missing where a value is needed.
    #[error("optional.none() dereference")]
    NoValue,
    /// A value does not have the form that a function needs.
    #[error("{0}")]
    Invalid(String),
    /// The surroundings have no answer.
    #[error("{0}")]
    Unanswered(String),
    /// The cost limit is exceeded.
    #[error("the expression takes more than {0} steps")]
    Cost(u64),
    /// The nesting limit is exceeded.
    #[error("the expression is nested more than {0} levels deep")]
    Depth(usize),
}

impl Error {
    /// Whether no operator can recover from it.
    pub(crate) fn is_fatal(&self) -> bool {
        matches!(self, Self::Cost(_) | Self::Depth(_))
    }

    pub(crate) fn invalid(problem: impl Into<String>) -> Self {
        Self::Invalid(problem.into())
    }

    pub(crate) fn overload(name: &str, arguments: &[&Value<'_>]) -> Self {
        let types: Vec<&str> = arguments.iter().map(|value| value.type_of().name()).collect();
        Self::NoSuchOverload(format!("{name}({})", types.join(", ")))
    }
}

impl From<Unanswered> for Error {
    fn from(why: Unanswered) -> Self {
        Self::Unanswered(why.to_string())
    }
}

/// The result of an evaluation.
pub(crate) type Result<T, E = Error> = std::result::Result<T, E>;
