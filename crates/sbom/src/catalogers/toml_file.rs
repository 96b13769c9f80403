//! TOML files whose values know their lines.

use std::borrow::Cow;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::shape::{Found, Kind, Shape};
use super::text::{self, LineIndex};
use crate::{Error, Facts};

/// A TOML file, valid as a whole.
#[derive(Debug)]
pub(super) struct TomlFile<'a> {
    root: Spanned<DeTable<'a>>,
    lines: LineIndex,
}

impl<'a> TomlFile<'a> {
    pub(super) fn read(bytes: &'a [u8], format: &'static str) -> Result<Self, Error> {
        let text = text::utf8(bytes, format)?;
        let lines = LineIndex::of(text);
        let root = DeTable::parse(text).map_err(|error| Error::Malformed {
            format,
            reason: error.message().to_owned(),
            line: error.span().map(|span| lines.at(span.start)),
        })?;
        Ok(Self { root, lines })
    }

    /// Adds a problem for whatever in the file is not of the shape.
    pub(super) fn check(&self, shape: &Shape, facts: &mut Facts) {
        shape.check(|keys| self.find(keys), facts);
    }

    fn find(&self, keys: &[&str]) -> Option<Found<'_>> {
        let value = self.get(keys)?;
        let (kind, text) = match value.get_ref() {
            DeValue::Table(_) => (Kind::Map, ""),
            DeValue::Array(_) => (Kind::List, ""),
            DeValue::String(text) => (Kind::Scalar, text.as_ref()),
            DeValue::Integer(number) => (Kind::Scalar, number.as_str()),
            _ => (Kind::Scalar, ""),
        };
        Some(Found { kind, text: Cow::Borrowed(text), line: self.line(value) })
    }

    /// The value that the keys lead to.
    pub(super) fn get(&self, keys: &[&str]) -> Option<&Spanned<DeValue<'a>>> {
        let (last, path) = keys.split_last()?;
        let mut table = self.root.get_ref();
        for key in path {
            table = table.get(*key)?.get_ref().as_table()?;
        }
        table.get(*last)
    }

    /// The table that the keys lead to; the whole file without any.
    pub(super) fn table(&self, keys: &[&str]) -> Option<&DeTable<'a>> {
        if keys.is_empty() {
            return Some(self.root.get_ref());
        }
        self.get(keys)?.get_ref().as_table()
    }

    /// The members of the table that the keys lead to, in the order of the file.
    pub(super) fn members(&self, keys: &[&str]) -> Vec<(&str, &Spanned<DeValue<'a>>)> {
        let table = self.table(keys).into_iter().flat_map(|table| table.iter());
        let mut members: Vec<_> =
            table.map(|(key, value)| (key.get_ref().as_ref(), value)).collect();
        members.sort_by_key(|(_, value)| value.span().start);
        members
    }

    /// The elements of the array that the keys lead to.
    pub(super) fn elements<'f>(
        &'f self,
        keys: &[&str],
    ) -> impl Iterator<Item = &'f Spanned<DeValue<'a>>> + use<'f, 'a> {
        let array = self.get(keys).and_then(|value| value.get_ref().as_array());
        array.into_iter().flat_map(|array| array.iter())
    }

    /// The line on which a value begins.
    pub(super) fn line(&self, value: &Spanned<DeValue<'a>>) -> u64 {
        self.lines.at(value.span().start)
    }

    /// Where the lines of the file end.
    pub(super) fn line_index(&self) -> &LineIndex {
        &self.lines
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_of_the_shape_is_a_problem_at_its_line() {
        let shape =
            Shape { version: Some(("v", 3)), keys: &[("a.b", Kind::Map), ("c", Kind::List)] };
        let problems = |text: &str| {
            let mut facts = Facts::default();
            TomlFile::read(text.as_bytes(), "test").unwrap().check(&shape, &mut facts);
            facts.problems.iter().filter_map(|it| it.line).collect::<Vec<_>>()
        };
        assert_eq!(problems(""), [0; 0]);
        assert_eq!(problems("v = 3\n[a.b]\n[[c]]\n"), [0; 0]);
        assert_eq!(problems("v = \"4.0\"\n[a]\nb = []\n[c]\n"), [3, 4, 1]);
        assert_eq!(problems("v = 1.0\na = 7\n"), [2, 1]);
    }
}
