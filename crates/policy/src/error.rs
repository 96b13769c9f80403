//! Errors of readers.

use crate::Limits;

/// Why an ignore, VEX or policy file could not be read. The caller knows which file it was.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The file exceeds a limit.
    #[error("more than {max} {limit}")]
    LimitExceeded {
        /// The name of the limit.
        limit: &'static str,
        /// The largest value that is allowed.
        max: usize,
    },
    /// The file is not UTF-8 text.
    #[error("byte {byte}: not UTF-8")]
    NotUtf8 {
        /// The 0-based byte offset of the first invalid byte.
        byte: usize,
    },
    /// The file is not valid YAML, TOML or JSON, or does not have the expected form.
    #[error("{}{message}", Position(*.line))]
    Syntax {
        /// 1-based line, where it is known.
        line: Option<u64>,
        /// What is wrong there.
        message: String,
    },
    /// A rule or setting has a value that it cannot have.
    #[error("{}{place}: {problem}", Position(*.line))]
    Rule {
        /// 1-based line, where it is known.
        line: Option<u64>,
        /// The rule or setting, as `vulnerabilities[2].purls[0]`.
        place: String,
        /// What is wrong with it.
        problem: String,
    },
    /// A key is not known.
    #[error("{}unknown key {key}{}", Position(*.line), Nearest(.nearest.as_deref()))]
    UnknownKey {
        /// 1-based line, where it is known.
        line: Option<u64>,
        /// The key with the tables that hold it, `gate.fail-onn`.
        key: String,
        /// The most similar known key.
        nearest: Option<String>,
    },
    /// A document is of no kind that is supported.
    #[error("neither OpenVEX nor CSAF VEX nor CycloneDX")]
    UnknownDocument,
    /// A document is of a supported kind, but of another profile or version.
    #[error("{field} is {value:?}, and {expected} is read")]
    OtherDocument {
        /// The field that names the profile or version.
        field: &'static str,
        /// The value of that field.
        value: String,
        /// The values that are supported.
        expected: &'static str,
    },
}

struct Position(Option<u64>);

impl std::fmt::Display for Position {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.map_or(Ok(()), |line| write!(f, "line {line}: "))
    }
}

struct Nearest<'n>(Option<&'n str>);

impl std::fmt::Display for Nearest<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.map_or(Ok(()), |nearest| write!(f, "; is {nearest} meant?"))
    }
}

impl Error {
    /// Returns the 1-based line of the error, where it is known.
    #[must_use]
    pub fn line(&self) -> Option<u64> {
        match self {
            Self::Syntax { line, .. } | Self::Rule { line, .. } | Self::UnknownKey { line, .. } => {
                *line
            }
            _ => None,
        }
    }

    pub(crate) fn rule(place: impl Into<String>, problem: impl ToString) -> Self {
        Self::Rule { line: None, place: place.into(), problem: problem.to_string() }
    }
}

/// Returns the text of a file within the limit, without a byte order mark.
pub(crate) fn text<'b>(bytes: &'b [u8], limits: &Limits) -> Result<&'b str, Error> {
    if bytes.len() > limits.max_file_bytes {
        return Err(Error::LimitExceeded { limit: "bytes", max: limits.max_file_bytes });
    }
    let text =
        std::str::from_utf8(bytes).map_err(|error| Error::NotUtf8 { byte: error.valid_up_to() })?;
    Ok(text.strip_prefix('\u{feff}').unwrap_or(text))
}

/// Reads JSON into a type.
pub(crate) fn json<'b, T: serde::Deserialize<'b>>(
    bytes: &'b [u8],
    limits: &Limits,
) -> Result<T, Error> {
    serde_json::from_str(text(bytes, limits)?).map_err(|error| json_error(&error))
}

pub(crate) fn json_error(error: &serde_json::Error) -> Error {
    Error::Syntax {
        line: u64::try_from(error.line()).ok().filter(|line| *line > 0),
        message: error.to_string(),
    }
}

/// Reads YAML into a type, within the reader's own bounds on nesting, aliases and nodes.
pub(crate) fn yaml<T: serde::de::DeserializeOwned>(
    bytes: &[u8],
    limits: &Limits,
) -> Result<T, Error> {
    let text = text(bytes, limits)?;
    let text = if text.trim().is_empty() { "{}" } else { text };
    serde_saphyr::from_str(text).map_err(|error| yaml_error(&error))
}

pub(crate) fn yaml_error(error: &serde_saphyr::Error) -> Error {
    Error::Syntax {
        line: error.location().map(|location| location.line()),
        message: first_line(&error.without_snippet().to_string()),
    }
}

/// Reads TOML into a type.
pub(crate) fn toml<T: serde::de::DeserializeOwned>(
    bytes: &[u8],
    limits: &Limits,
) -> Result<T, Error> {
    let text = text(bytes, limits)?;
    toml::from_str(text).map_err(|error| Error::Syntax {
        line: error.span().map(|span| line_of(text, span.start)),
        message: first_line(error.message()),
    })
}

/// Returns the 1-based line of a byte.
pub(crate) fn line_of(text: &str, byte: usize) -> u64 {
    let before = text.bytes().take(byte).filter(|byte| *byte == b'\n').count();
    u64::try_from(before).unwrap_or(u64::MAX).saturating_add(1)
}

fn first_line(message: &str) -> String {
    message.lines().next().unwrap_or_default().to_owned()
}
