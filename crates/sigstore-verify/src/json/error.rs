use crate::base64::Base64Error;

/// Longest piece of a foreign name that an error repeats, in characters.
const MAX_EXCERPT: usize = 64;

/// Why bytes were not accepted as a JSON document.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum JsonError {
    /// Not JSON (RFC 8259), or not UTF-8.
    #[error("not JSON at line {line} column {column}")]
    Syntax {
        /// 1-based line.
        line: usize,
        /// 1-based column, in bytes; 0 where a line has just begun.
        column: usize,
    },
    /// An object has a key twice.
    #[error("the key {key:?} stands twice in the object that ends at line {line} column {column}")]
    DuplicateKey {
        /// The key, shortened where it is long.
        key: String,
        /// 1-based line of the object's end.
        line: usize,
        /// 1-based column of the object's end, in bytes.
        column: usize,
    },
    /// Arrays and objects are nested deeper than allowed.
    #[error("nested deeper than {max} levels")]
    TooDeep {
        /// Levels allowed.
        max: usize,
    },
    /// More values than allowed.
    #[error("more than {max} values")]
    TooManyValues {
        /// Values allowed.
        max: usize,
    },
    /// Something follows the document.
    #[error("something follows the document at line {line} column {column}")]
    TrailingBytes {
        /// 1-based line.
        line: usize,
        /// 1-based column, in bytes.
        column: usize,
    },
}

/// What is wrong at one place of a document.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{path}: {kind}")]
#[non_exhaustive]
pub struct FieldError {
    /// The place: `verificationMaterial.tlogEntries[0].logIndex`; `$` is the document itself.
    pub path: String,
    /// What is wrong there.
    pub kind: FieldErrorKind,
}

/// Why a field was not accepted.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum FieldErrorKind {
    /// The field is required, and is missing, null or empty.
    #[error("missing")]
    Missing,
    /// The object has an unknown field.
    #[error("no such field")]
    Unknown,
    /// The field is set twice, under both of its names (`logIndex` and `log_index`), or two
    /// exclusive alternatives are set.
    #[error("set twice")]
    SetTwice,
    /// The value is of another type.
    #[error("expected {expected}")]
    Type {
        /// The expected type: "a string".
        expected: &'static str,
    },
    /// An integer that is negative, too large, or no integer.
    #[error("expected an integer from {min} to {max}")]
    OutOfRange {
        /// Smallest value allowed.
        min: i64,
        /// Largest value allowed.
        max: u64,
    },
    /// The text is not base64.
    #[error(transparent)]
    Base64(#[from] Base64Error),
    /// The text is not hexadecimal digits in pairs.
    #[error("not hexadecimal")]
    Hex,
    /// The value has the wrong length.
    #[error("{bytes} bytes, expected {expected}")]
    Length {
        /// Bytes that it must have.
        expected: usize,
        /// Bytes that it has.
        bytes: usize,
    },
    /// The value is not a known one.
    #[error("unknown value {value:?}")]
    UnknownValue {
        /// The value, shortened where it is long.
        value: String,
    },
    /// More elements than allowed.
    #[error("{count} elements, at most {max} are allowed")]
    TooMany {
        /// Elements that are there.
        count: usize,
        /// Elements allowed.
        max: usize,
    },
}

/// A name from a document, shortened for use in an error.
pub(crate) fn excerpt(text: &str) -> String {
    match text.char_indices().nth(MAX_EXCERPT) {
        Some((end, _)) => text.get(..end).unwrap_or_default().to_owned() + "...",
        None => text.to_owned(),
    }
}
