//! A node of a document.

use std::rc::Rc;

use crate::Lines;

/// A value and where it is written. Cloning is cheap: what an alias stands for is shared.
#[derive(Clone, Debug)]
pub(crate) struct Node {
    /// What it is.
    pub(crate) value: Value,
    /// Where it is.
    pub(crate) lines: Lines,
    /// Nodes in it, itself included.
    pub(crate) size: usize,
    /// Levels in it, itself included.
    pub(super) height: usize,
}

/// What a node is.
#[derive(Clone, Debug)]
pub(crate) enum Value {
    Null,
    Bool(bool),
    Int(i64),
    Float(f64),
    String(Rc<str>),
    List(Rc<Vec<Node>>),
    Map(Rc<Map>),
}

/// A mapping, in the order of its text; merged entries come last.
#[derive(Debug, Default)]
pub(crate) struct Map {
    /// Its entries, each key once.
    pub(crate) entries: Vec<Entry>,
}

/// A key and its value.
#[derive(Clone, Debug)]
pub(crate) struct Entry {
    /// The key's text, whatever its type.
    pub(crate) key: Rc<str>,
    /// Line of the key.
    pub(crate) key_line: u32,
    /// The value.
    pub(crate) value: Node,
}

impl Node {
    /// The value of a key, where this is a mapping that has it.
    pub(crate) fn get(&self, key: &str) -> Option<&Self> {
        let Value::Map(map) = &self.value else { return None };
        map.entries.iter().find(|entry| &*entry.key == key).map(|entry| &entry.value)
    }

    /// What is found by one key after the other.
    pub(crate) fn at(&self, path: &[&str]) -> Option<&Self> {
        path.iter().try_fold(self, |node, key| node.get(key))
    }

    /// The items of a list; none of anything else.
    pub(crate) fn items(&self) -> &[Self] {
        match &self.value {
            Value::List(items) => items,
            _ => &[],
        }
    }

    /// The entries of a mapping; none of anything else.
    pub(crate) fn entries(&self) -> &[Entry] {
        match &self.value {
            Value::Map(map) => &map.entries,
            _ => &[],
        }
    }

    /// The text of a string.
    pub(crate) fn str(&self) -> Option<&str> {
        match &self.value {
            Value::String(text) => Some(text),
            _ => None,
        }
    }

    /// The truth of a boolean.
    pub(crate) fn bool(&self) -> Option<bool> {
        match self.value {
            Value::Bool(value) => Some(value),
            _ => None,
        }
    }

    /// The number of an integer.
    pub(crate) fn int(&self) -> Option<i64> {
        match self.value {
            Value::Int(value) => Some(value),
            _ => None,
        }
    }

    pub(crate) fn is_null(&self) -> bool {
        matches!(self.value, Value::Null)
    }

    pub(crate) fn is_map(&self) -> bool {
        matches!(self.value, Value::Map(_))
    }

    pub(crate) fn is_list(&self) -> bool {
        matches!(self.value, Value::List(_))
    }

    /// The same mapping with another value of a key that it has.
    pub(crate) fn with(&self, key: &str, value: Self) -> Self {
        let mut entries = self.entries().to_vec();
        for entry in entries.iter_mut().filter(|entry| &*entry.key == key) {
            entry.value = value.clone();
        }
        self.with_entries(entries)
    }

    /// A mapping of other entries in its place.
    pub(crate) fn with_entries(&self, entries: Vec<Entry>) -> Self {
        let sizes = entries.iter().map(|entry| entry.value.size);
        let size = sizes.fold(1, usize::saturating_add);
        Self { value: Value::Map(Rc::new(Map { entries })), size, ..*self }
    }

    /// A list of other items in its place.
    pub(crate) fn with_items(&self, items: Vec<Self>) -> Self {
        let size = items.iter().map(|item| item.size).fold(1, usize::saturating_add);
        Self { value: Value::List(Rc::new(items)), size, ..*self }
    }

    /// The same as if all of it stood on one line.
    pub(crate) fn on_line(&self, line: u32) -> Self {
        let value = match &self.value {
            Value::List(items) => {
                Value::List(Rc::new(items.iter().map(|item| item.on_line(line)).collect()))
            }
            Value::Map(map) => {
                let moved = map.entries.iter().map(|entry| Entry {
                    key: Rc::clone(&entry.key),
                    key_line: line,
                    value: entry.value.on_line(line),
                });
                Value::Map(Rc::new(Map { entries: moved.collect() }))
            }
            other => other.clone(),
        };
        Self { value, lines: Lines { start: line, end: line }, ..*self }
    }
}
