//! Why an expression cannot be compiled, or has no value.

use super::value::Value;
use crate::admission::Unanswered;

/// Why a text is no expression, or asks for what is not there.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("column {column}: {problem}")]
pub(crate) struct CompileError {
    /// Where it is wrong: characters before it, plus one.
    pub(crate) column: usize,
    /// What is wrong.
    pub(crate) problem: String,
}

/// Why an expression has no value.
///
/// `&&`, `||` and the macros built on them may do without the value that was not there; all of
/// them stop for one that is [fatal](Self::is_fatal).
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
    /// An optional value that is not there was asked for.
    #[error("optional.none() dereference")]
    NoValue,
    /// A value is not of the form that a function asks for.
    #[error("{0}")]
    Invalid(String),
    /// What the surroundings were asked for, they could not give.
    #[error("{0}")]
    Unanswered(String),
    /// It would cost more than it may.
    #[error("the expression takes more than {0} steps")]
    Cost(u64),
    /// It is nested too deeply.
    #[error("the expression is nested more than {0} levels deep")]
    Depth(usize),
}

impl Error {
    /// Whether nothing can make up for it.
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

/// What evaluation yields.
pub(crate) type Result<T, E = Error> = std::result::Result<T, E>;
