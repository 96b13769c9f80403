//! Admission by Rego: Gatekeeper's constraints, and modules for OPA.

mod constraint;
mod family;
mod matching;
mod namespace;
mod opa;
mod policies;
mod schema;
mod template;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod told_apart;

pub(crate) use family::{FAMILY, module};
pub(super) use namespace::NAMESPACES;
pub use policies::RegoPolicies;

use serde_json::Value;

use crate::Error;

/// A document, with its name in errors.
struct Named<'v> {
    place: String,
    value: &'v Value,
}

impl Named<'_> {
    fn error(&self, field: &str, problem: impl ToString) -> Error {
        Error::rule(format!("{}: {field}", self.place), problem)
    }

    fn text(&self, pointer: &str) -> &str {
        self.value.pointer(pointer).and_then(Value::as_str).unwrap_or_default()
    }

    /// Refuses keys of an object that are not read, so that no part of a policy is ignored.
    fn only(&self, pointer: &str, read: &[&str]) -> Result<(), Error> {
        let Some(Value::Object(fields)) = self.value.pointer(pointer) else { return Ok(()) };
        match fields.keys().find(|key| !read.contains(&key.as_str())) {
            Some(key) => {
                let field = format!("{pointer}/{key}").replace('/', ".");
                Err(self.error(field.trim_start_matches('.'), "is not supported"))
            }
            None => Ok(()),
        }
    }
}

/// Returns the message of a denial: a text, or an object that contains it.
fn message(denied: &Value) -> Option<String> {
    match denied {
        Value::String(text) => Some(text.clone()),
        Value::Object(fields) => {
            let text = ["msg", "message"].iter().find_map(|key| fields.get(*key));
            text.map(|text| text.as_str().map_or_else(|| text.to_string(), str::to_owned))
        }
        _ => None,
    }
}
