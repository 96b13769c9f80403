//! The expressions of a policy, parsed when it is loaded.

use std::collections::BTreeMap;

use serde_json::Value;

use super::super::jmespath::Expression;
use super::substitute;

/// Expressions by their text.
#[derive(Debug, Default)]
pub(super) struct Expressions(BTreeMap<String, Expression>);

impl Expressions {
    pub(super) fn get(&self, text: &str) -> Option<&Expression> {
        self.0.get(text)
    }

    /// Parses the variables of a document; the error has the place of an invalid expression.
    pub(super) fn take_in(&mut self, document: &Value, place: &str) -> Result<(), Problem> {
        match document {
            Value::String(text) => {
                for variable in substitute::variables(text) {
                    self.add(variable, place)?;
                }
            }
            Value::Array(items) => {
                for (at, item) in items.iter().enumerate() {
                    self.take_in(item, &format!("{place}[{at}]"))?;
                }
            }
            Value::Object(fields) => {
                for (key, value) in fields {
                    self.take_in(&Value::String(key.clone()), place)?;
                    match (key.as_str(), value) {
                        // An expression without braces.
                        ("list" | "jmesPath", Value::String(text)) if !text.contains("{{") => {
                            self.add(text.trim(), &format!("{place}.{key}"))?;
                        }
                        // Where a variable has no value, the message is reported as written.
                        ("message", _) => {}
                        _ => self.take_in(value, &format!("{place}.{key}"))?,
                    }
                }
            }
            _ => {}
        }
        Ok(())
    }

    fn add(&mut self, text: &str, place: &str) -> Result<(), Problem> {
        // `@` means a path, and braces are variables within variables.
        if text.is_empty() || text == "@" || text.contains("{{") {
            return Ok(());
        }
        if !self.0.contains_key(text) {
            let expression = Expression::parse(text).map_err(|error| Problem {
                place: place.to_owned(),
                problem: format!("{text:?}: {error}"),
            })?;
            self.0.insert(text.to_owned(), expression);
        }
        Ok(())
    }
}

/// An invalid expression of a document.
#[derive(Debug)]
pub(super) struct Problem {
    pub(super) place: String,
    pub(super) problem: String,
}
