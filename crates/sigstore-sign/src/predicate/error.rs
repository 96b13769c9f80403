/// Why a document is not a predicate of the requested type.
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
    /// JSON, but not an object.
    #[error("a predicate of this type must be a JSON object")]
    NotAnObject,
    /// A member that the format requires is missing.
    #[error("the member {field:?} is missing, which a predicate of this type must have")]
    Missing {
        /// The member.
        field: &'static str,
    },
}

/// Why no provenance can be made from the environment.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CiError {
    /// Neither GitHub Actions nor GitLab CI.
    #[error("this is no job of GitHub Actions or GitLab CI")]
    Unknown,
    /// A variable that the system always sets is missing.
    #[error("the variable {name} is not set, which every job of {system} has")]
    Missing {
        /// The variable.
        name: &'static str,
        /// The system.
        system: &'static str,
    },
    /// A variable does not have the system's form.
    #[error("the variable {name} is not in the form that {system} gives it")]
    Malformed {
        /// The variable.
        name: &'static str,
        /// The system.
        system: &'static str,
    },
}
