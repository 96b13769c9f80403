//! Why a policy in Rego could not be compiled or evaluated.

use std::fmt;

/// Why a policy in Rego could not be compiled or evaluated.
///
/// Whoever gets one has no answer: it is never to be taken for a pass.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RegoError {
    /// The text is no Rego.
    #[error("{at}{message}")]
    Syntax {
        /// Where.
        at: RegoPlace,
        /// What is wrong there.
        message: String,
    },
    /// It is Rego, but would mean something else here than it does to OPA.
    #[error("{at}{message}")]
    Refused {
        /// Where.
        at: RegoPlace,
        /// What is refused, and what to write for it.
        message: &'static str,
    },
    /// A function is called that there is not.
    #[error("{at}no function {name}{why}")]
    UnknownFunction {
        /// Where.
        at: RegoPlace,
        /// The function.
        name: String,
        /// Why not, where that is on purpose; begins with `: `.
        why: &'static str,
    },
    /// Rules depend on themselves.
    #[error("{}: rules depend on themselves", .rules.join(" -> "))]
    Recursion {
        /// The rules in their order; the last is the first.
        rules: Vec<String>,
    },
    /// A limit was passed.
    #[error("{at}more than {max} {limit}")]
    LimitExceeded {
        /// Where.
        at: RegoPlace,
        /// What there is too much of.
        limit: &'static str,
        /// How much there may be.
        max: usize,
    },
    /// A rule is asked for that there is not.
    #[error("no rule {0}")]
    UnknownRule(String),
    /// Evaluating took too long.
    #[error("not decided within {0:?}")]
    TimedOut(std::time::Duration),
    /// Evaluating failed: rules contradict one another, a function could not be called.
    #[error("{at}{message}")]
    Failed {
        /// Where.
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

/// What the interpreter says, which draws the place below the sentence's line:
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
