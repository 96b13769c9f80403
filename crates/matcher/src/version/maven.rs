//! Maven: `ComparableVersion` of maven-artifact 3.9
//! (<https://maven.apache.org/pom.html#version-order-specification>).
//!
//! Any text is a version. Dots separate the items of a list; a hyphen, or a change between digits
//! and letters, starts a list inside the list, which is that list's last item. So a version is a
//! single sequence of items, in which a mark makes the rest a nested list, and nothing here
//! recurses.
//!
//! Known deviations: only ASCII digits count, where Java knows those of all scripts; and ten zeros
//! or more are the number 0, which Java ranks above a shorter 0.
//!
//! It is not an order in the mathematical sense, hence no `Ord`: a qualifier is below any list and
//! `sp` is above the release, but a list with `alpha` is below the release.

use std::cmp::Ordering;

use super::VersionErrorKind;
use super::caseless::Caseless;
use super::number::Number;

#[derive(Clone, Debug)]
pub(super) struct Version<'a> {
    items: Vec<Item<'a>>,
}

/// Of two items of different kinds, the kind that is listed first here is the lower one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Item<'a> {
    Qualifier(Qualifier<'a>),
    /// The items that follow are a list, and this list is the last item of the one around it.
    Nested,
    Number(Number<'a>),
}

/// The known qualifiers in order, and then the others, ordered by their letters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Qualifier<'a> {
    Alpha,
    Beta,
    Milestone,
    ReleaseCandidate,
    Snapshot,
    Release,
    ServicePack,
    Other(Caseless<'a>),
}

impl<'a> Qualifier<'a> {
    fn new(text: &'a str) -> Self {
        const KNOWN: [(&str, Qualifier<'_>); 10] = [
            ("alpha", Qualifier::Alpha),
            ("beta", Qualifier::Beta),
            ("milestone", Qualifier::Milestone),
            ("rc", Qualifier::ReleaseCandidate),
            ("cr", Qualifier::ReleaseCandidate),
            ("snapshot", Qualifier::Snapshot),
            ("ga", Qualifier::Release),
            ("final", Qualifier::Release),
            ("release", Qualifier::Release),
            ("sp", Qualifier::ServicePack),
        ];
        KNOWN
            .iter()
            .find(|(name, _)| name.eq_ignore_ascii_case(text))
            .map_or(Self::Other(Caseless(text)), |(_, known)| *known)
    }

    /// `a`, `b` and `m` are short for qualifiers when a digit follows at once.
    fn before_digit(text: &'a str) -> Self {
        match text {
            "a" | "A" => Self::Alpha,
            "b" | "B" => Self::Beta,
            "m" | "M" => Self::Milestone,
            _ => Self::new(text),
        }
    }
}

impl Item<'_> {
    /// Whether it means the same as the end of its list.
    fn is_null(self) -> bool {
        match self {
            Self::Number(number) => number.is_zero(),
            Self::Qualifier(qualifier) => qualifier == Qualifier::Release,
            Self::Nested => false,
        }
    }

    /// Its order relative to the end of the other version's list.
    fn compare_to_end(self) -> Ordering {
        match self {
            Self::Number(number) if !number.is_zero() => Ordering::Greater,
            Self::Qualifier(qualifier) => qualifier.cmp(&Qualifier::Release),
            Self::Number(_) | Self::Nested => Ordering::Equal,
        }
    }
}

#[expect(clippy::unnecessary_wraps, reason = "every scheme's parse has this signature")]
pub(super) fn parse(text: &str) -> Result<Version<'_>, VersionErrorKind> {
    Ok(Version { items: without_nulls(&Reader::read(text)) })
}

/// Drops items without meaning at the end of each list, and lists that become empty.
fn without_nulls<'a>(items: &[Item<'a>]) -> Vec<Item<'a>> {
    let mut kept = Vec::with_capacity(items.len());
    let mut at_end = true;
    for item in items.iter().rev() {
        if *item == Item::Nested {
            at_end = true;
            if kept.is_empty() {
                continue;
            }
        } else {
            if at_end && item.is_null() {
                continue;
            }
            at_end = false;
        }
        kept.push(*item);
    }
    kept.reverse();
    kept
}

/// Splits a text into items.
struct Reader<'a> {
    text: &'a str,
    /// Start of the item that is being read.
    start: usize,
    /// Whether this item is a number.
    in_number: bool,
    items: Vec<Item<'a>>,
}

impl<'a> Reader<'a> {
    fn read(text: &'a str) -> Vec<Item<'a>> {
        let mut reader = Self { text, start: 0, in_number: false, items: Vec::new() };
        for (at, byte) in text.bytes().enumerate() {
            match byte {
                b'.' | b'-' => reader.separator(at, byte),
                b'0'..=b'9' => reader.digit(at),
                _ => reader.letter(at),
            }
        }
        reader.finish()
    }

    /// The text read since the last item, up to `at`.
    fn pending(&self, at: usize) -> &'a str {
        self.text.get(self.start..at).unwrap_or_default()
    }

    fn push_pending(&mut self, at: usize) {
        let text = self.pending(at);
        self.items.push(if self.in_number || text.is_empty() {
            Item::Number(Number::new(text))
        } else {
            Item::Qualifier(Qualifier::new(text))
        });
        self.start = at;
    }

    fn separator(&mut self, at: usize, byte: u8) {
        self.push_pending(at);
        self.start = at + 1;
        if byte == b'-' {
            self.items.push(Item::Nested);
        }
    }

    fn digit(&mut self, at: usize) {
        if !self.in_number && at > self.start {
            self.nest_unless_first();
            self.items.push(Item::Qualifier(Qualifier::before_digit(self.pending(at))));
            self.items.push(Item::Nested);
            self.start = at;
        }
        self.in_number = true;
    }

    fn letter(&mut self, at: usize) {
        if self.in_number && at > self.start {
            self.push_pending(at);
            self.items.push(Item::Nested);
        }
        self.in_number = false;
    }

    fn finish(mut self) -> Vec<Item<'a>> {
        if self.start < self.text.len() {
            if !self.in_number {
                self.nest_unless_first();
            }
            self.push_pending(self.text.len());
        }
        self.items
    }

    /// `1.x1` and a final `1.x` are read as `1-x1` and `1-x`.
    fn nest_unless_first(&mut self) {
        if !matches!(self.items.last(), None | Some(Item::Nested)) {
            self.items.push(Item::Nested);
        }
    }
}

/// Compares item by item. A list only ends where the version does, so once one has ended, the rest
/// of the other is compared with that end.
pub(super) fn compare(left: &Version<'_>, right: &Version<'_>) -> Ordering {
    let (mut left, mut right) = (left.items.iter(), right.items.iter());
    loop {
        let order = match (left.next(), right.next()) {
            (None, None) => return Ordering::Equal,
            (Some(left), Some(right)) => left.cmp(right),
            (Some(left), None) => left.compare_to_end(),
            (None, Some(right)) => right.compare_to_end().reverse(),
        };
        if order.is_ne() {
            return order;
        }
    }
}
