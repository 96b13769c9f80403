//! Semantic versions (Semantic Versioning 2.0.0).

mod range;

use std::cmp::Ordering;
use std::fmt;

pub(super) use range::in_range;

/// Returns the order of two versions, if both are valid.
pub(super) fn compare(left: &str, right: &str) -> Option<Ordering> {
    Some(Version::parse(left)?.order(&Version::parse(right)?))
}

/// A version.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Version {
    numbers: [u64; 3],
    before: Vec<Identifier>,
    build: String,
}

/// A part of a pre-release. Numbers come before texts.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Identifier {
    Number(u64),
    Text(String),
}

impl Version {
    /// Reads a version, strictly.
    pub(super) fn parse(text: &str) -> Option<Self> {
        Self::parts(text, false)
    }

    /// Reads a version that may have a `v` before it, missing numbers, and leading zeros.
    pub(super) fn lenient(text: &str) -> Option<Self> {
        Self::parts(text.strip_prefix('v').unwrap_or(text), true)
    }

    /// Makes a version of these numbers.
    fn of(numbers: [u64; 3]) -> Self {
        Self { numbers, ..Self::default() }
    }

    /// Returns major, minor, patch.
    pub(super) fn numbers(&self) -> [u64; 3] {
        self.numbers
    }

    fn parts(text: &str, lenient: bool) -> Option<Self> {
        let (text, build) =
            text.split_once('+').map_or((text, None), |(text, build)| (text, Some(build)));
        let (core, before) =
            text.split_once('-').map_or((text, None), |(core, before)| (core, Some(before)));
        let mut numbers = [0; 3];
        let parts: Vec<&str> = core.split('.').collect();
        if parts.len() > 3 || parts.len() < 3 && !lenient {
            return None;
        }
        for (place, part) in numbers.iter_mut().zip(parts) {
            *place = whole(part, lenient)?;
        }
        let before = before.map(|before| before.split('.').map(identifier).collect::<Option<_>>());
        if build.is_some_and(|build| !build.split('.').all(is_identifier)) {
            return None;
        }
        let build = build.unwrap_or_default().to_owned();
        Some(Self { numbers, before: before.unwrap_or(Some(Vec::new()))?, build })
    }

    /// Section 11: a version comes after its pre-releases; build metadata does not count.
    pub(crate) fn order(&self, other: &Self) -> Ordering {
        let by_number = self.numbers.cmp(&other.numbers);
        by_number.then_with(|| match (self.before.is_empty(), other.before.is_empty()) {
            (true, false) => Ordering::Greater,
            (false, true) => Ordering::Less,
            _ => self.before.cmp(&other.before),
        })
    }
}

fn whole(text: &str, lenient: bool) -> Option<u64> {
    let plain = text.bytes().all(|byte| byte.is_ascii_digit());
    let short = lenient || text == "0" || !text.starts_with('0');
    (plain && short).then(|| text.parse().ok()).flatten()
}

fn is_identifier(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
}

fn identifier(text: &str) -> Option<Identifier> {
    if !is_identifier(text) {
        return None;
    }
    if text.bytes().all(|byte| byte.is_ascii_digit()) {
        return whole(text, false).map(Identifier::Number);
    }
    Some(Identifier::Text(text.to_owned()))
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [major, minor, patch] = self.numbers;
        write!(f, "{major}.{minor}.{patch}")?;
        for (place, part) in self.before.iter().enumerate() {
            f.write_str(if place == 0 { "-" } else { "." })?;
            match part {
                Identifier::Number(number) => write!(f, "{number}")?,
                Identifier::Text(text) => f.write_str(text)?,
            }
        }
        if self.build.is_empty() { Ok(()) } else { write!(f, "+{}", self.build) }
    }
}
