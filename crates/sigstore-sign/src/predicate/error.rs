/// Why a document is not the predicate that it is said to be.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PredicateError {
    /// Not JSON.
    #[error("not JSON, at line {line}, column {column}")]
    NotJson {
        /// 1-based line.
        line: usize,
        /// 1-based column.
        column: usize,
    },
    /// Not UTF-8.
    #[error("not text in UTF-8")]
    NotText,
    /// JSON, but no object.
    #[error("a predicate of this type must be a JSON object")]
    NotAnObject,
    /// Without a member that the format requires.
    #[error("the member {field:?} is missing, which a predicate of this type must have")]
    Missing {
        /// The member.
        field: &'static str,
    },
}

/// Why the environment gives no provenance.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CiError {
    /// Neither GitHub Actions nor GitLab CI.
    #[error("this is no job of GitHub Actions or GitLab CI")]
    Unknown,
    /// A variable that the system sets is not there.
    #[error("the variable {name} is not set, which every job of {system} has")]
    Missing {
        /// The variable.
        name: &'static str,
        /// The system.
        system: &'static str,
    },
    /// A variable is not in the form that the system gives it.
    #[error("the variable {name} is not in the form that {system} gives it")]
    Malformed {
        /// The variable.
        name: &'static str,
        /// The system.
        system: &'static str,
    },
}
