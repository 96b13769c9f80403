//! The translated parts of an expression: items, and the groups around them.

/// The flags that influence what matches.
#[derive(Clone, Copy, Default)]
pub(super) struct Flags {
    pub(super) ignore_case: bool,
    pub(super) multi_line: bool,
    pub(super) dot_all: bool,
}

/// A group that is being read.
#[derive(Default)]
pub(super) struct Level {
    /// The completed alternatives.
    alternatives: Vec<Item>,
    /// The items of the alternative that is being read.
    pub(super) items: Vec<Item>,
    pub(super) flags: Flags,
}

/// Something that can be repeated, translated.
pub(super) struct Item {
    pub(super) pattern: String,
    /// Largest product of nested repeat counts.
    pub(super) repeats: u32,
    /// Whether it matches only at the start of the text.
    pub(super) starts: bool,
    /// Whether it matches only at the end of the text.
    pub(super) ends: bool,
}

impl Item {
    pub(super) fn new(pattern: String) -> Self {
        Self { pattern, repeats: 1, starts: false, ends: false }
    }
}

impl Level {
    pub(super) fn new(flags: Flags) -> Self {
        Self { flags, ..Self::default() }
    }

    pub(super) fn end_alternative(&mut self) {
        let items = std::mem::take(&mut self.items);
        self.alternatives.push(Item {
            starts: items.first().is_some_and(|item| item.starts),
            ends: items.last().is_some_and(|item| item.ends),
            repeats: items.iter().map(|item| item.repeats).max().unwrap_or(1),
            pattern: items.into_iter().map(|item| item.pattern).collect(),
        });
    }

    pub(super) fn into_item(mut self) -> Item {
        self.end_alternative();
        let patterns: Vec<&str> = self.alternatives.iter().map(|one| &*one.pattern).collect();
        Item {
            pattern: format!("(?:{})", patterns.join("|")),
            repeats: self.alternatives.iter().map(|one| one.repeats).max().unwrap_or(1),
            starts: self.alternatives.iter().all(|one| one.starts),
            ends: self.alternatives.iter().all(|one| one.ends),
        }
    }
}
