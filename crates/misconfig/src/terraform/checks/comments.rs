//! Comments that apply to more, or to less, than the lines beside them.

use std::collections::HashMap;

use crate::Failure;
use crate::ignore::{Ignores, Values};
use crate::terraform::model::{Block, Place, Resource};

/// The comments of all files that name one check.
pub(super) struct Comments<'a> {
    files: &'a [Ignores],
    check: &'static str,
    /// Whether one covers the call of a module, by file and line.
    calls: HashMap<(usize, u32), bool>,
    /// Attributes with the values that comments ask for, by file and line.
    values: HashMap<(usize, u32), Vec<&'a Values>>,
}

impl<'a> Comments<'a> {
    pub(super) fn new(files: &'a [Ignores], check: &'static str) -> Self {
        Self { files, check, calls: HashMap::new(), values: HashMap::new() }
    }

    /// Whether a failure is covered by a comment at the call of a module that the resource is in,
    /// or by one that names values that the resource has.
    pub(super) fn cover(&mut self, place: Place, failure: &Failure, about: &Resource) -> bool {
        about.calls.iter().any(|call| self.covers_call(*call)) || {
            let mut starts = failure.enclosing.iter().copied().chain([place.lines.start]);
            starts.any(|start| self.covers_values(place.file, start, about))
        }
    }

    fn covers_call(&mut self, call: Place) -> bool {
        let (files, check) = (self.files, self.check);
        let start = call.lines.start;
        *self.calls.entry((call.file, start)).or_insert_with(|| {
            let comments = files.get(call.file);
            comments.is_some_and(|it| it.cover(check, Some(start), <[_]>::is_empty))
        })
    }

    fn covers_values(&mut self, file: usize, start: u32, about: &Resource) -> bool {
        let (files, check) = (self.files, self.check);
        let asked = self.values.entry((file, start)).or_insert_with(|| {
            files.get(file).map(|comments| comments.values_for(check, start)).unwrap_or_default()
        });
        asked.iter().any(|pairs| pairs.iter().all(|(path, value)| has(about, path, value)))
    }
}

/// Whether a block has an attribute with a value; a nested one, in each of its blocks.
fn has(block: &Block, path: &str, value: &str) -> bool {
    match path.split_once('.') {
        None => block.get(path).text().is_some_and(|text| *text == *value),
        Some((kind, rest)) => {
            let mut inner = block.blocks(kind).peekable();
            inner.peek().is_some() && inner.all(|block| has(block, rest, value))
        }
    }
}
