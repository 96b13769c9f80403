//! Files of YAML or JSON documents, as policies and objects come.

use serde_json::Value;
use serde_saphyr::DuplicateKeyPolicy;

use super::Policies;
use super::unique::Unique;
use crate::{Error, Limits};

/// One document, and where it stands.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Document {
    /// The file's name.
    pub source: String,
    /// Which of the file's documents it is, 1-based.
    pub number: usize,
    /// What it says.
    pub value: Value,
}

impl Document {
    /// The documents of a file; those of a `List` one by one, empty ones left out. A module of
    /// Rego, by its name `.rego`, is one.
    ///
    /// Scalars are read as Kubernetes' tools read them, which is YAML 1.1: `yes` is true and
    /// `0644` is 420.
    ///
    /// # Errors
    /// When it is neither YAML nor JSON, or passes a limit.
    pub fn read(source: &str, bytes: &[u8], limits: &Limits) -> Result<Vec<Self>, Error> {
        let text = crate::error::text(bytes, limits)?;
        if source.ends_with(".rego") {
            return Ok(vec![crate::rego::admission::module(source, text)]);
        }
        let values = if text.trim_start().starts_with('{') {
            vec![crate::error::json(bytes, limits)?]
        } else {
            yaml(text, DuplicateKeyPolicy::LastWins)?
        };
        let mut documents = Vec::new();
        for (index, value) in values.into_iter().enumerate() {
            let mut add = |value: Value| {
                documents.push(Self { source: source.to_owned(), number: index + 1, value });
            };
            match value {
                Value::Null => {}
                Value::Object(mut list) if is_list(&list) => {
                    if let Some(Value::Array(items)) = list.remove("items") {
                        items.into_iter().for_each(&mut add);
                    }
                }
                value => add(value),
            }
        }
        // Of objects, tools take the last field of a name. In a policy, rules would be lost.
        if documents.iter().any(Policies::reads) {
            unique_keys(text, limits)?;
        }
        Ok(documents)
    }

    /// Its kind.
    #[must_use]
    pub fn kind(&self) -> &str {
        self.text("/kind")
    }

    /// The group of its API version; empty for the core group.
    #[must_use]
    pub fn group(&self) -> &str {
        self.text("/apiVersion").split_once('/').map_or("", |(group, _)| group)
    }

    /// Its name.
    #[must_use]
    pub fn name(&self) -> &str {
        self.text("/metadata/name")
    }

    /// A problem with one of its fields, said with the file and the document.
    #[must_use]
    pub fn error(&self, field: &str, problem: impl ToString) -> Error {
        let Self { source, number, .. } = self;
        let place = format!("{source}, document {number}, {} {}", self.kind(), self.name());
        let place = if field.is_empty() { place } else { format!("{place}: {field}") };
        Error::rule(place, problem)
    }

    fn text(&self, pointer: &str) -> &str {
        self.value.pointer(pointer).and_then(Value::as_str).unwrap_or_default()
    }
}

fn yaml(text: &str, twice: DuplicateKeyPolicy) -> Result<Vec<Value>, Error> {
    serde_saphyr::from_multiple_with_options(text, options(twice))
        .map_err(|error| crate::error::yaml_error(&error))
}

/// Refuses a file in which a field stands twice.
fn unique_keys(text: &str, limits: &Limits) -> Result<(), Error> {
    if text.trim_start().starts_with('{') {
        crate::error::json::<Unique>(text.as_bytes(), limits).map(|_| ())
    } else {
        yaml(text, DuplicateKeyPolicy::Error).map(|_| ())
    }
}

fn is_list(object: &serde_json::Map<String, Value>) -> bool {
    let is = |key: &str, expected: &str| object.get(key).and_then(Value::as_str) == Some(expected);
    is("apiVersion", "v1") && is("kind", "List")
}

/// Objects may be larger than what people write by hand; the bytes are bounded by the crate's
/// limits. How deep they may be, 64 levels, is the reader's own bound, for which a thread's stack
/// lasts.
fn options(twice: DuplicateKeyPolicy) -> serde_saphyr::Options {
    serde_saphyr::options! {
        budget: serde_saphyr::budget! {
            max_nodes: 8_000_000,
            max_events: 16_000_000,
            max_documents: 100_000,
        },
        legacy_octal_numbers: true,
        duplicate_keys: twice,
    }
}
