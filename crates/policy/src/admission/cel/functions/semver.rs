//! Semantic versions (Kubernetes, semver), and the order that they share with quantities.

use std::cmp::Ordering;
use std::fmt;

use super::{Function, global, member, mismatch, opaque};
use crate::admission::cel::error::{Error, Result};
use crate::admission::cel::value::{Opaque, Value};

pub(super) static FUNCTIONS: &[Function] = &[
    global("isSemver", 1, |_, arguments| match arguments {
        [Value::String(text)] => Ok(Value::Bool(Version::read(text, false).is_ok())),
        [Value::String(text), Value::Bool(lenient)] => {
            Ok(Value::Bool(Version::read(text, *lenient).is_ok()))
        }
        _ => Err(mismatch("isSemver", arguments)),
    })
    .up_to(2),
    global("semver", 1, |_, arguments| match arguments {
        [Value::String(text)] => opaque(Opaque::Semver(Version::read(text, false)?.into())),
        [Value::String(text), Value::Bool(lenient)] => {
            opaque(Opaque::Semver(Version::read(text, *lenient)?.into()))
        }
        _ => Err(mismatch("semver", arguments)),
    })
    .up_to(2),
    member("major", 1, |_, arguments| number("major", arguments, |[major, _, _]| major)),
    member("minor", 1, |_, arguments| number("minor", arguments, |[_, minor, _]| minor)),
    member("patch", 1, |_, arguments| number("patch", arguments, |[_, _, patch]| patch)),
    member("isLessThan", 2, |_, arguments| {
        Ok(Value::Bool(order("isLessThan", arguments)?.is_lt()))
    }),
    member("isGreaterThan", 2, |_, arguments| {
        Ok(Value::Bool(order("isGreaterThan", arguments)?.is_gt()))
    }),
    member("compareTo", 2, |_, arguments| {
        Ok(Value::Int(match order("compareTo", arguments)? {
            Ordering::Less => -1,
            Ordering::Equal => 0,
            Ordering::Greater => 1,
        }))
    }),
];

fn number<'a>(name: &str, arguments: &[Value<'a>], part: fn([u64; 3]) -> u64) -> Result<Value<'a>> {
    match arguments {
        [Value::Opaque(Opaque::Semver(version))] => {
            i64::try_from(part(version.numbers)).map(Value::Int).map_err(|_| Error::Overflow)
        }
        _ => Err(mismatch(name, arguments)),
    }
}

fn order(name: &str, arguments: &[Value<'_>]) -> Result<Ordering> {
    match arguments {
        [Value::Opaque(Opaque::Semver(left)), Value::Opaque(Opaque::Semver(right))] => {
            Ok(left.order(right))
        }
        [Value::Opaque(Opaque::Quantity(left)), Value::Opaque(Opaque::Quantity(right))] => {
            Ok(left.compare(*right))
        }
        _ => Err(mismatch(name, arguments)),
    }
}

/// A version (Semantic Versioning 2.0.0).
#[derive(Clone, Debug, PartialEq, Eq)]
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
    /// Leniently, a `v` before it, missing numbers and zeros before numbers are let pass.
    fn read(text: &str, lenient: bool) -> Result<Self> {
        let text = if lenient { text.trim().trim_start_matches('v') } else { text };
        Self::parts(text, lenient)
            .ok_or_else(|| Error::invalid(format!("{text:?} is no semantic version")))
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

    /// Section 11: a version comes after its pre-releases; what was built does not count.
    fn order(&self, other: &Self) -> Ordering {
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
