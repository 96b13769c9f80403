//! JSON objects whose members know their positions in the text.
//!
//! A member's value stays a slice of the text until it is needed. That gives lines without a parser
//! of our own, limits a wrong value's effect to itself, and needs no stack however deeply the text
//! nests. If a name is repeated, the last member counts, as in JavaScript (ECMA-404 leaves it
//! open).

use std::borrow::Cow;
use std::fmt;

use serde::Deserialize;
use serde::de::{MapAccess, Visitor};
use serde_json::value::RawValue;

use super::shape::{Found, Kind, Shape};
use super::text::{self, LineIndex};
use crate::{Error, Facts};

/// A JSON text, which is valid as a whole.
#[derive(Debug)]
pub(super) struct Document<'a> {
    text: &'a str,
    lines: LineIndex,
}

impl<'a> Document<'a> {
    /// Reads a text whose outermost value is an object.
    pub(super) fn read(bytes: &'a [u8], format: &'static str) -> Result<(Self, Object<'a>), Error> {
        let text = text::utf8(bytes, format)?;
        let object = serde_json::from_str(text).map_err(|error| Error::Malformed {
            format,
            reason: reason(&error),
            line: u64::try_from(error.line()).ok().filter(|line| *line > 0),
        })?;
        Ok((Self { text, lines: LineIndex::of(text) }, object))
    }

    /// First and last line of a value.
    pub(super) fn lines(&self, value: Value<'a>) -> Option<(u64, u64)> {
        let part = value.0.get();
        let start = part.as_ptr().addr().checked_sub(self.text.as_ptr().addr())?;
        let last = start.checked_add(part.len())?.saturating_sub(1);
        (last < self.text.len()).then(|| (self.lines.at(start), self.lines.at(last)))
    }

    /// Adds a problem for whatever in the outermost object is not of the shape.
    pub(super) fn check(&self, root: &Object<'a>, shape: &Shape, facts: &mut Facts) {
        shape.check(|keys| self.find(root, keys), facts);
    }

    fn find(&self, root: &Object<'a>, keys: &[&str]) -> Option<Found<'a>> {
        let (first, within) = keys.split_first()?;
        let found = within.iter().try_fold(root.get(first)?, |it, key| it.as_object()?.get(key));
        let value = found?;
        let kind = match value.0.get().as_bytes().first() {
            Some(b'{') => Kind::Map,
            Some(b'[') => Kind::List,
            _ => Kind::Scalar,
        };
        let text = value.as_text().unwrap_or(Cow::Borrowed(value.0.get()));
        Some(Found { kind, text, line: self.lines(value).map_or(1, |(first, _)| first) })
    }
}

/// The parser's message without the position, which is reported separately.
fn reason(error: &serde_json::Error) -> String {
    let message = error.to_string();
    match message.rsplit_once(" at line ") {
        Some((reason, _)) => reason.to_owned(),
        None => message,
    }
}

/// One value in the text.
#[derive(Clone, Copy, Debug)]
pub(super) struct Value<'a>(&'a RawValue);

impl<'a> Value<'a> {
    /// The value when it is a string.
    pub(super) fn as_text(self) -> Option<Cow<'a, str>> {
        serde_json::from_str::<Text<'a>>(self.0.get()).ok().map(|text| text.0)
    }

    /// The value when it is an object.
    pub(super) fn as_object(self) -> Option<Object<'a>> {
        serde_json::from_str(self.0.get()).ok()
    }

    /// The elements when it is an array.
    pub(super) fn as_array(self) -> Option<Vec<Value<'a>>> {
        let elements: Vec<&'a RawValue> = serde_json::from_str(self.0.get()).ok()?;
        Some(elements.into_iter().map(Value).collect())
    }

    /// Whether it is `null`.
    pub(super) fn is_null(self) -> bool {
        self.0.get() == "null"
    }

    /// Whether it is `true`.
    pub(super) fn is_true(self) -> bool {
        self.0.get() == "true"
    }
}

/// The members of an object in the order of the text.
#[derive(Debug, Default)]
pub(super) struct Object<'a>(Vec<(Cow<'a, str>, &'a RawValue)>);

impl<'a> Object<'a> {
    /// All members, those named twice included.
    pub(super) fn members(&self) -> impl Iterator<Item = (&Cow<'a, str>, Value<'a>)> {
        self.0.iter().map(|(name, value)| (name, Value(value)))
    }

    /// The last member called `name`.
    pub(super) fn get(&self, name: &str) -> Option<Value<'a>> {
        self.0.iter().rev().find(|member| member.0 == name).map(|member| Value(member.1))
    }

    /// The member called `name` when it is a string.
    pub(super) fn text(&self, name: &str) -> Option<Cow<'a, str>> {
        self.get(name)?.as_text()
    }

    /// The member called `name` when it is an object.
    pub(super) fn object(&self, name: &str) -> Option<Object<'a>> {
        self.get(name)?.as_object()
    }

    /// Whether the member called `name` is `true`.
    pub(super) fn flag(&self, name: &str) -> bool {
        self.get(name).is_some_and(Value::is_true)
    }
}

impl<'de> Deserialize<'de> for Object<'de> {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Members;

        impl<'de> Visitor<'de> for Members {
            type Value = Object<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Object<'de>, A::Error> {
                let mut members = Vec::new();
                while let Some((Text(name), value)) = map.next_entry()? {
                    members.push((name, value));
                }
                Ok(Object(members))
            }
        }

        deserializer.deserialize_map(Members)
    }
}

/// A string, borrowed from the text unless it has escapes.
#[derive(Deserialize)]
struct Text<'a>(#[serde(borrow)] Cow<'a, str>);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn members_know_their_lines() {
        let text = "{\n \"a\": {\n  \"b\": \"c\"\n },\n \"d\\n\": true, \"a\": 7}";
        let (document, object) = Document::read(text.as_bytes(), "test").unwrap();
        let lines: Vec<_> = object
            .members()
            .map(|(name, value)| (name.as_ref(), document.lines(value).unwrap()))
            .collect();
        assert_eq!(lines, [("a", (2, 4)), ("d\n", (5, 5)), ("a", (5, 5))]);
        assert!(object.flag("d\n") && !object.flag("a"));
        assert!(object.object("a").is_none(), "the last one counts");
    }

    #[test]
    fn what_is_no_object_is_malformed_at_its_line() {
        for (text, expected) in [("null", 1), ("{\n\"a\" 1}", 2), ("", 1), ("{}\n\nx", 3)] {
            let error = Document::read(text.as_bytes(), "test").unwrap_err();
            assert!(
                matches!(error, Error::Malformed { line: Some(line), .. } if line == expected),
                "{text:?}: {error:?}"
            );
        }
    }

    #[test]
    fn what_is_not_of_the_shape_is_a_problem_at_its_line() {
        let shape =
            Shape { version: Some(("v", 3)), keys: &[("a.b", Kind::Map), ("c", Kind::List)] };
        let problems = |text: &str| {
            let mut facts = Facts::default();
            let (document, root) = Document::read(text.as_bytes(), "test").unwrap();
            document.check(&root, &shape, &mut facts);
            facts.problems.iter().filter_map(|it| it.line).collect::<Vec<_>>()
        };
        assert_eq!(problems("{}"), [0; 0]);
        assert_eq!(problems("{\"v\": 3, \"a\": {\"b\": {}}, \"c\": []}"), [0; 0]);
        assert_eq!(problems("{\"v\": \"4.0\",\n\"a\": {\n\"b\": []}, \"c\": null}"), [3, 3, 1]);
        assert_eq!(problems("{\n\"a\": 7,\n\"c\": {}}"), [2, 3]);
    }

    #[test]
    fn depth_costs_no_stack() {
        let text = format!("{{\"a\": {}{}}}", "[".repeat(100_000), "]".repeat(100_000));
        let (_, object) = Document::read(text.as_bytes(), "test").unwrap();
        assert_eq!(object.get("a").unwrap().as_array().unwrap().len(), 1);
    }
}
