//! The changes that may be accepted, each with its reason.

use std::collections::{BTreeMap, BTreeSet};

/// What a file of exceptions says: lines `LABEL [@TAG ...]: reason`.
///
/// A label is what was changed and where, as [`super::Mutation`] gives it; a `*` at its end stands
/// for anything. The tags are those that a bundle must have for the line to count.
#[derive(Debug)]
pub struct Exceptions {
    lines: Vec<Line>,
}

#[derive(Debug)]
struct Line {
    label: String,
    tags: BTreeSet<String>,
}

impl Exceptions {
    /// The project's own, `tests/exceptions/mutations.txt`.
    ///
    /// # Panics
    /// When a line gives no reason.
    #[must_use]
    pub fn checked_in() -> Self {
        Self::new(include_str!("../../exceptions/mutations.txt"))
    }

    /// Reads a file; empty lines and those that begin with `#` count for nothing.
    ///
    /// # Panics
    /// When a line gives no reason.
    #[must_use]
    #[expect(clippy::panic, reason = "a test fails by panicking")]
    pub fn new(text: &str) -> Self {
        let lines = text.lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
        let lines = lines
            .map(|line| match line.split_once(": ") {
                Some((change, reason)) if !reason.trim().is_empty() => Line::new(change),
                _ => panic!("no reason for the exception {line:?}"),
            })
            .collect();
        Self { lines }
    }

    /// The number of the line that lets a change pass.
    pub(super) fn find(&self, label: &str, tags: &BTreeSet<String>) -> Option<usize> {
        self.lines.iter().position(|line| line.fits(label) && line.tags.is_subset(tags))
    }

    /// The lines that no change needed.
    pub(super) fn unused(&self, used: &BTreeMap<usize, usize>) -> Vec<String> {
        let unused = self.lines.iter().enumerate().filter(|(number, _)| !used.contains_key(number));
        unused.map(|(_, line)| line.label.clone()).collect()
    }
}

impl Line {
    fn new(change: &str) -> Self {
        let mut parts = change.split(" @");
        let label = parts.next().unwrap_or_default().to_owned();
        Self { label, tags: parts.map(str::to_owned).collect() }
    }

    fn fits(&self, label: &str) -> bool {
        match self.label.strip_suffix('*') {
            Some(start) => label.starts_with(start),
            None => label == self.label,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_counts_for_bundles_with_its_tags() {
        let exceptions = Exceptions::new("# why\ndrop a @v1 @key: x\nflip b 0.*: y\n");
        let tags = |tags: &[&str]| tags.iter().map(ToString::to_string).collect();
        assert_eq!(exceptions.find("drop a", &tags(&["v1", "key"])), Some(0));
        assert_eq!(exceptions.find("drop a", &tags(&["v1"])), None);
        assert_eq!(exceptions.find("flip b 0.1", &tags(&[])), Some(1));
        assert_eq!(exceptions.unused(&BTreeMap::from([(1, 3)])), ["drop a"]);
    }
}
