//! JSON as signed documents need it: strict and bounded.
//!
//! RFC 8259 does not define the meaning of a repeated key, and implementations differ. Two readers
//! of one signed document must not see different contents, so a repeated key is refused at any
//! depth. Numbers stay integers whenever possible.
//!
//! The only canonical document (RFC 8785) that a verifier writes is that of a log's promise, which
//! is written in place; the general writer here is the reference for tests.

#[cfg(test)]
mod canonical;
mod error;
mod field;
mod parse;

use std::borrow::Cow;

#[cfg(test)]
pub(crate) use canonical::canonical;
pub(crate) use error::excerpt;
pub use error::{FieldError, FieldErrorKind, JsonError};
pub(crate) use field::{Field, Names, decimal};
pub(crate) use parse::parse;

/// A JSON value; strings without escapes are borrowed from the document.
#[derive(Clone, Debug, PartialEq)]
#[expect(clippy::exhaustive_enums, reason = "RFC 8259 section 3 knows these and no others")]
pub enum Value<'a> {
    /// `null`.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A number.
    Number(Number),
    /// A string, its escapes resolved.
    String(Cow<'a, str>),
    /// An array.
    Array(Vec<Value<'a>>),
    /// An object in document order; no key stands twice.
    Object(Vec<(Cow<'a, str>, Value<'a>)>),
}

/// A JSON number.
#[derive(Clone, Copy, Debug, PartialEq)]
#[expect(clippy::exhaustive_enums, reason = "every JSON number is one of these")]
pub enum Number {
    /// An integer from 0 on.
    Unsigned(u64),
    /// An integer below 0.
    Negative(i64),
    /// Anything else: a fraction, an exponent, or an integer outside of 64 bits.
    Float(f64),
}

impl<'a> Value<'a> {
    /// The member `name` of an object; `None` also where this is no object.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Self> {
        let Self::Object(members) = self else { return None };
        members.iter().find(|(key, _)| key == name).map(|(_, value)| value)
    }

    /// The text of a string.
    #[must_use]
    pub fn as_str(&self) -> Option<&str> {
        let Self::String(text) = self else { return None };
        Some(text)
    }

    /// The elements of an array.
    #[must_use]
    pub fn as_array(&self) -> Option<&[Self]> {
        let Self::Array(elements) = self else { return None };
        Some(elements)
    }

    /// The members of an object, in document order.
    #[must_use]
    pub fn as_object(&self) -> Option<&[(Cow<'a, str>, Self)]> {
        let Self::Object(members) = self else { return None };
        Some(members)
    }

    /// The same value, free of the document that it was read from.
    #[must_use]
    pub fn into_owned(self) -> Value<'static> {
        match self {
            Self::Null => Value::Null,
            Self::Bool(value) => Value::Bool(value),
            Self::Number(number) => Value::Number(number),
            Self::String(text) => Value::String(Cow::Owned(text.into_owned())),
            Self::Array(elements) => {
                Value::Array(elements.into_iter().map(Value::into_owned).collect())
            }
            Self::Object(members) => Value::Object(
                members
                    .into_iter()
                    .map(|(key, value)| (Cow::Owned(key.into_owned()), value.into_owned()))
                    .collect(),
            ),
        }
    }
}
