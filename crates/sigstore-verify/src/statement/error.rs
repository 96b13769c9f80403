use crate::json::{FieldError, JsonError};

/// Why bytes are no in-toto statement, or a predicate does not have the format of its type.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum StatementError {
    /// The envelope holds something else.
    #[error("the payload type is {payload_type:?}, not an in-toto statement")]
    PayloadType {
        /// Its payload type, shortened where it is long.
        payload_type: String,
    },
    /// More bytes than allowed.
    #[error("a statement of {bytes} bytes, at most {max} are allowed")]
    TooLarge {
        /// Bytes that are there.
        bytes: usize,
        /// Bytes allowed.
        max: usize,
    },
    /// Not JSON.
    #[error(transparent)]
    Json(#[from] JsonError),
    /// The `_type` is not that of a statement, or its version is not known.
    #[error("unknown statement type {statement_type:?}")]
    StatementType {
        /// The type, shortened where it is long.
        statement_type: String,
    },
    /// A field is missing or malformed.
    #[error(transparent)]
    Field(#[from] FieldError),
    /// A name of a predicate type that is neither one of cosign's nor a URI.
    #[error("{name:?} is no known predicate type and no URI")]
    PredicateName {
        /// The name, shortened where it is long.
        name: String,
    },
}
