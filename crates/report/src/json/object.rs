//! An object that is written member by member, so that none of its long arrays is ever held whole.

use std::io::{self, Write};
use std::num::NonZeroUsize;

use serde::Serialize;
use serde_json::Serializer;
use serde_json::ser::Formatter;

use super::indented::Indented;
use super::rows;

/// Writes JSON with the indentation of the place where it stands.
pub(super) struct Writer<'w, W: Write + ?Sized> {
    pub(super) out: &'w mut W,
    pub(super) format: Indented,
}

impl<W: Write + ?Sized> Writer<'_, W> {
    /// Writes an object, whose members `write` writes.
    pub(super) fn object(
        &mut self,
        write: impl FnOnce(&mut Members<'_, '_, W>) -> io::Result<()>,
    ) -> io::Result<()> {
        self.format.begin_object(self.out)?;
        write(&mut Members { writer: self, is_first: true })?;
        self.format.end_object(self.out)
    }

    fn value<T: Serialize + ?Sized>(&mut self, value: &T) -> io::Result<()> {
        let mut serializer = Serializer::with_formatter(&mut *self.out, self.format.clone());
        Ok(value.serialize(&mut serializer)?)
    }
}

/// The members of an object.
pub(super) struct Members<'m, 'w, W: Write + ?Sized> {
    writer: &'m mut Writer<'w, W>,
    is_first: bool,
}

impl<W: Write + ?Sized> Members<'_, '_, W> {
    /// A member with its value.
    pub(super) fn put<T: Serialize + ?Sized>(&mut self, name: &str, value: &T) -> io::Result<()> {
        self.member(name, |writer| writer.value(value))
    }

    /// A member that is left out without a value.
    pub(super) fn put_some<T: Serialize>(
        &mut self,
        name: &str,
        value: Option<T>,
    ) -> io::Result<()> {
        value.map_or(Ok(()), |value| self.put(name, &value))
    }

    /// A member that is left out when it is empty.
    pub(super) fn put_list<T: Serialize>(&mut self, name: &str, list: &[T]) -> io::Result<()> {
        if list.is_empty() { Ok(()) } else { self.put(name, list) }
    }

    /// An array of what `row` makes of each entry, left out when it is empty; written by several
    /// threads.
    pub(super) fn put_rows<T: Sync, R: Serialize>(
        &mut self,
        name: &str,
        entries: &[T],
        threads: NonZeroUsize,
        row: impl Fn(&T) -> R + Sync,
    ) -> io::Result<()> {
        if entries.is_empty() {
            return Ok(());
        }
        self.array(name, |writer| rows::write(entries, threads, writer, row))
    }

    /// An array of objects, whose members `write` writes of each; left out when it is empty.
    pub(super) fn put_objects<T>(
        &mut self,
        name: &str,
        all: &[T],
        write: impl Fn(&T, &mut Members<'_, '_, W>) -> io::Result<()>,
    ) -> io::Result<()> {
        if all.is_empty() {
            return Ok(());
        }
        self.array(name, |writer| {
            for (at, one) in all.iter().enumerate() {
                writer.format.begin_array_value(writer.out, at == 0)?;
                writer.object(|members| write(one, members))?;
                writer.format.end_array_value(writer.out)?;
            }
            Ok(())
        })
    }

    fn array(
        &mut self,
        name: &str,
        write: impl FnOnce(&mut Writer<'_, W>) -> io::Result<()>,
    ) -> io::Result<()> {
        self.member(name, |writer| {
            writer.format.begin_array(writer.out)?;
            write(writer)?;
            writer.format.end_array(writer.out)
        })
    }

    fn member(
        &mut self,
        name: &str,
        write: impl FnOnce(&mut Writer<'_, W>) -> io::Result<()>,
    ) -> io::Result<()> {
        let writer = &mut *self.writer;
        writer.format.begin_object_key(writer.out, self.is_first)?;
        self.is_first = false;
        writer.value(name)?;
        writer.format.begin_object_value(writer.out)?;
        write(writer)?;
        writer.format.end_object_value(writer.out)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    #[test]
    fn writes_what_the_library_writes() {
        let threads = NonZeroUsize::new(3).unwrap();
        let numbers: Vec<usize> = (0..2_000).collect();
        let mut written = Vec::new();
        let mut writer = Writer { out: &mut written, format: Indented::new() };
        let lists = [&numbers[..3], &[]];
        writer
            .object(|members| {
                members.put("a", &json!({"b": [], "c": [1]}))?;
                members.put_some("none", None::<u8>)?;
                members.put_list("empty", &[0_u8; 0])?;
                members.put_rows("rows", &numbers, threads, |number| json!({"n": number}))?;
                members.put_rows("no rows", &[0_u8; 0], threads, |number| *number)?;
                members.put_objects("objects", &lists, |list, members| {
                    members.put_rows("list", list, threads, |number| *number)
                })?;
                members.put_list("list", &["x"])
            })
            .unwrap();
        let rows: Vec<Value> = numbers.iter().map(|number| json!({"n": number})).collect();
        let same = json!({"a": {"b": [], "c": [1]}, "rows": rows,
                          "objects": [{"list": [0, 1, 2]}, {}], "list": ["x"]});
        assert_eq!(serde_json::from_slice::<Value>(&written).unwrap(), same);
        let text = String::from_utf8(written).unwrap();
        let start = "{\n  \"a\": {\n    \"b\": [],\n    \"c\": [\n      1\n    ]\n  },\n  \"rows\": \
                     [\n    {\n      \"n\": 0\n    },\n";
        assert!(text.starts_with(start), "{text:.200}");
        let end = "\n      \"n\": 1999\n    }\n  ],\n  \"objects\": [\n    {\n      \"list\": \
                   [\n        0,\n        1,\n        2\n      ]\n    },\n    {}\n  ],\n  \
                   \"list\": [\n    \"x\"\n  ]\n}";
        assert!(text.ends_with(end), "{text:?}");
    }
}
