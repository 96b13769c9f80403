//! Errors of compiling or evaluating Rego.

use std::fmt;

/// Why a policy in Rego could not be compiled or evaluated.
///
/// An error means that there is no answer: it must never count as a pass.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RegoError {
    /// The text is not valid Rego.
    #[error("{at}{message}")]
    Syntax {
        /// The place.
        at: RegoPlace,
        /// What is wrong there.
        message: String,
    },
    /// The text is Rego, but would have another meaning here than in OPA.
    #[error("{at}{message}")]
    Refused {
        /// The place.
        at: RegoPlace,
        /// The construct that is refused, and its replacement.
        message: &'static str,
    },
    /// A function is called that does not exist.
    #[error("{at}no function {name}{why}")]
    UnknownFunction {
        /// The place.
        at: RegoPlace,
        /// The function.
        name: String,
        /// The reason, where the function is missing on purpose; begins with `: `.
        why: &'static str,
    },
    /// Rules depend on themselves.
    #[error("{}: rules depend on themselves", .rules.join(" -> "))]
    Recursion {
        /// The rules of the cycle in order; the last one is the first one again.
        rules: Vec<String>,
    },
    /// A limit is exceeded.
    #[error("{at}more than {max} {limit}")]
    LimitExceeded {
        /// The place.
        at: RegoPlace,
        /// The name of the limit.
        limit: &'static str,
        /// The largest value that is allowed.
        max: usize,
    },
    /// The requested rule does not exist.
    #[error("no rule {0}")]
    UnknownRule(String),
    /// The evaluation took too long.
    #[error("not decided within {0:?}")]
    TimedOut(std::time::Duration),
    /// The evaluation failed: rules contradict one another, or a function could not be called.
    #[error("{at}{message}")]
    Failed {
        /// The place.
        at: RegoPlace,
        /// What failed.
        message: String,
    },
    /// The interpreter panicked.
    #[error("the interpreter failed: {0}")]
    Panicked(String),
}

/// A place in a module: file, line and column, 1-based; empty where it is not known.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct RegoPlace {
    /// The module's file.
    pub file: String,
    /// The line, 0 where it is not known.
    pub line: u32,
    /// The column, 0 where it is not known.
    pub column: u32,
}

impl fmt::Display for RegoPlace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self { file, .. } if file.is_empty() => Ok(()),
            Self { file, line: 0, .. } => write!(f, "{file}: "),
            Self { file, line, column } => write!(f, "{file}:{line}:{column}: "),
        }
    }
}

impl RegoPlace {
    pub(super) fn file(name: &str) -> Self {
        Self { file: name.to_owned(), line: 0, column: 0 }
    }

    pub(super) fn of(span: &regorus::unstable::Span) -> Self {
        Self { file: span.source.file().clone(), line: span.line, column: span.col }
    }
}

/// Reads an error of the interpreter, which has this form:
///
/// ```text
/// --> shop.rego:3:15
///   |
/// 3 | allow if foo(1)
///   |          ^
/// error: could not find function foo
/// ```
pub(super) fn read(error: &str) -> (RegoPlace, String) {
    let mut at = RegoPlace::default();
    if let Some(place) = error.lines().find_map(|line| line.trim_start().strip_prefix("--> ")) {
        let mut parts = place.rsplitn(3, ':');
        let column = parts.next().and_then(|text| text.parse().ok());
        let line = parts.next().and_then(|text| text.parse().ok());
        if let (Some(column), Some(line), Some(file)) = (column, line, parts.next()) {
            at = RegoPlace { file: file.to_owned(), line, column };
        }
    }
    let message = error.split("error: ").nth(1).unwrap_or(error);
    (at, message.lines().next().unwrap_or_default().trim().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_interpreter_draws_is_read() {
        let drawn = "\n--> a:b.rego:3:15\n  |\n3 | x\n  |   ^\nerror: could not find it\n";
        let (at, message) = read(drawn);
        assert_eq!(at, RegoPlace { file: "a:b.rego".into(), line: 3, column: 15 });
        assert_eq!(message, "could not find it");
        assert_eq!(read("plain"), (RegoPlace::default(), "plain".into()));
    }
}
