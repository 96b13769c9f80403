//! TOML files whose values know their lines.

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::text::{self, LineIndex};
use crate::Error;

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
    pub(super) fn elements(&self, keys: &[&str]) -> impl Iterator<Item = &Spanned<DeValue<'a>>> {
        let array = self.get(keys).and_then(|value| value.get_ref().as_array());
        array.into_iter().flat_map(|array| array.iter())
    }

    /// The line on which a value begins.
    pub(super) fn line(&self, value: &Spanned<DeValue<'a>>) -> u64 {
        self.lines.at(value.span().start)
    }
}
