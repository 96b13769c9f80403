//! JSON indented by two spaces.

use std::io::{self, Write};

use serde_json::ser::Formatter;

/// Writes what `serde_json`'s own formatter writes, each line's indentation at once: of the calls
/// that a large report takes, that is half.
#[derive(Clone, Debug)]
pub(super) struct Indented {
    /// How a line begins: the end of the one before, and the indentation.
    line: Vec<u8>,
    has_value: bool,
}

impl Indented {
    pub(super) fn new() -> Self {
        Self { line: b"\n".to_vec(), has_value: false }
    }

    fn begin<W: ?Sized + Write>(&mut self, out: &mut W, bracket: &[u8]) -> io::Result<()> {
        self.line.extend_from_slice(b"  ");
        self.has_value = false;
        out.write_all(bracket)
    }

    fn end<W: ?Sized + Write>(&mut self, out: &mut W, bracket: &[u8]) -> io::Result<()> {
        self.line.truncate(self.line.len().saturating_sub(2));
        if self.has_value {
            out.write_all(&self.line)?;
        }
        out.write_all(bracket)
    }

    fn next<W: ?Sized + Write>(&mut self, out: &mut W, is_first: bool) -> io::Result<()> {
        if !is_first {
            out.write_all(b",")?;
        }
        out.write_all(&self.line)
    }
}

impl Formatter for Indented {
    fn begin_array<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.begin(out, b"[")
    }

    fn end_array<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.end(out, b"]")
    }

    fn begin_array_value<W: ?Sized + Write>(&mut self, out: &mut W, first: bool) -> io::Result<()> {
        self.next(out, first)
    }

    fn end_array_value<W: ?Sized + Write>(&mut self, _: &mut W) -> io::Result<()> {
        self.has_value = true;
        Ok(())
    }

    fn begin_object<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.begin(out, b"{")
    }

    fn end_object<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.end(out, b"}")
    }

    fn begin_object_key<W: ?Sized + Write>(&mut self, out: &mut W, first: bool) -> io::Result<()> {
        self.next(out, first)
    }

    fn begin_object_value<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        out.write_all(b": ")
    }

    fn end_object_value<W: ?Sized + Write>(&mut self, _: &mut W) -> io::Result<()> {
        self.has_value = true;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use serde::Serialize;
    use serde_json::{Serializer, json};

    use super::*;

    #[test]
    fn writes_what_the_library_writes() {
        let empty = json!({"a": [], "b": {}, "c": [[], {}, [1]]});
        for value in [json!(1), json!([]), json!({}), json!([1, [2], {"k": "v"}]), empty] {
            let mut written = Vec::new();
            let mut serializer = Serializer::with_formatter(&mut written, Indented::new());
            value.serialize(&mut serializer).unwrap();
            assert_eq!(written, serde_json::to_vec_pretty(&value).unwrap());
        }
    }
}
