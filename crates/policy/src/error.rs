//! Why a file could not be read.

use crate::Limits;

/// Why an ignore, VEX or policy file could not be read. Which file it was the caller knows.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A limit was passed.
    #[error("more than {max} {limit}")]
    LimitExceeded {
        /// What there is too much of.
        limit: &'static str,
        /// How much there may be.
        max: usize,
    },
    /// The file is no text.
    #[error("byte {byte}: not UTF-8")]
    NotUtf8 {
        /// Where it is none, 0-based.
        byte: usize,
    },
    /// The file is no YAML, TOML or JSON, or not of the form that is expected.
    #[error("{}{message}", Position(*.line))]
    Syntax {
        /// 1-based line, where it is known.
        line: Option<u64>,
        /// What is wrong there.
        message: String,
    },
    /// A rule or setting cannot be what is given.
    #[error("{}{place}: {problem}", Position(*.line))]
    Rule {
        /// 1-based line, where it is known.
        line: Option<u64>,
        /// Which one, as `vulnerabilities[2].purls[0]`.
        place: String,
        /// What is wrong with it.
        problem: String,
    },
    /// A key is not one of those that there are.
    #[error("{}unknown key {key}{}", Position(*.line), Nearest(.nearest.as_deref()))]
    UnknownKey {
        /// 1-based line, where it is known.
        line: Option<u64>,
        /// The key with the tables that it stands in, `gate.fail-onn`.
        key: String,
        /// The nearest one that there is.
        nearest: Option<String>,
    },
    /// A document is of no kind that is read.
    #[error("neither OpenVEX nor CSAF VEX nor CycloneDX")]
    UnknownDocument,
    /// A document is of a kind that is read, but of another profile or version.
    #[error("{field} is {value:?}, and {expected} is read")]
    OtherDocument {
        /// The field that says so.
        field: &'static str,
        /// What it says.
        value: String,
        /// What is read.
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
    /// The line that is wrong, 1-based, where it is known.
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

/// The text of a file, within the limit; a mark of the byte order is no part of it.
pub(crate) fn text<'b>(bytes: &'b [u8], limits: &Limits) -> Result<&'b str, Error> {
    if bytes.len() > limits.max_file_bytes {
        return Err(Error::LimitExceeded { limit: "bytes", max: limits.max_file_bytes });
    }
    let text =
        std::str::from_utf8(bytes).map_err(|error| Error::NotUtf8 { byte: error.valid_up_to() })?;
    Ok(text.strip_prefix('\u{feff}').unwrap_or(text))
}

/// Reads JSON of a form.
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

/// Reads YAML of a form. The reader's own bounds on nesting, aliases and nodes hold.
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

/// Reads TOML of a form.
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

/// The 1-based line of a byte.
pub(crate) fn line_of(text: &str, byte: usize) -> u64 {
    let before = text.bytes().take(byte).filter(|byte| *byte == b'\n').count();
    u64::try_from(before).unwrap_or(u64::MAX).saturating_add(1)
}

fn first_line(message: &str) -> String {
    message.lines().next().unwrap_or_default().to_owned()
}
