//! What a file of a format must look like where it is read: the types of its known keys, and the
//! versions of the format.
//!
//! The readers of a format take a value of another type for none at all. Checking its shape first
//! reports a file with such a value, instead of taking it for empty.

use std::borrow::Cow;
use std::collections::HashSet;

use crate::Facts;

/// Characters of a version that is shown.
const MAX_VERSION: usize = 40;

/// The types that values have in JSON, TOML and YAML alike.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Map,
    List,
    /// Text, a number or whatever else is no collection.
    Scalar,
}

impl Kind {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Map => "a map",
            Self::List => "a list",
            Self::Scalar => "a single value",
        }
    }
}

/// A value in a file.
#[derive(Clone, Debug)]
pub(super) struct Found<'f> {
    pub(super) kind: Kind,
    /// Of a scalar, without quotes.
    pub(super) text: Cow<'f, str>,
    /// 1-based.
    pub(super) line: u64,
}

/// What is known of a format.
#[derive(Debug)]
pub(super) struct Shape {
    /// Where the version stands, and the newest major one that is known.
    pub(super) version: Option<(&'static str, u32)>,
    /// Keys, those within maps behind dots, with the types of their values.
    pub(super) keys: &'static [(&'static str, Kind)],
}

impl Shape {
    /// Adds a problem for each known key whose value is of another type, and for a version that is
    /// not known: what is in the file is read as the newest that is.
    pub(super) fn check<'f>(&self, find: impl Fn(&[&str]) -> Option<Found<'f>>, facts: &mut Facts) {
        let mut wrong: HashSet<&str> = HashSet::new();
        for (path, kind) in self.keys {
            for (path, kind) in steps(path, *kind) {
                let keys: Vec<&str> = path.split('.').collect();
                let other = find(&keys).filter(|found| found.kind != kind);
                if let Some(found) = other.filter(|_| wrong.insert(path)) {
                    let problem = format!("{path} is {}, not {}", found.kind.name(), kind.name());
                    facts.problem(Some(found.line), problem);
                }
            }
        }
        if let Some((path, newest)) = self.version {
            let keys: Vec<&str> = path.split('.').collect();
            if let Some(found) = find(&keys) {
                check_version(path, &found.text, newest, found.line, facts);
            }
        }
    }
}

/// The maps that lead to a value, then the value itself.
fn steps(path: &str, kind: Kind) -> impl Iterator<Item = (&str, Kind)> {
    let maps = path.match_indices('.').filter_map(|(dot, _)| Some((path.get(..dot)?, Kind::Map)));
    maps.chain([(path, kind)])
}

/// Adds a problem for a version of a format whose major part is not known.
pub(super) fn check_version(key: &str, version: &str, newest: u32, line: u64, facts: &mut Facts) {
    let major = version.split('.').next().and_then(|major| major.parse::<u32>().ok());
    if major.is_none_or(|major| major > newest) {
        let version: String = version.chars().take(MAX_VERSION).collect();
        let problem = format!("{key} {version:?} is not known; read as version {newest}");
        facts.problem(Some(line), problem);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SHAPE: Shape = Shape {
        version: Some(("version", 2)),
        keys: &[("a.b", Kind::Map), ("a.c", Kind::List), ("d", Kind::Scalar)],
    };

    fn problems(values: &[(&str, Kind, &str)]) -> Vec<String> {
        let mut facts = Facts::default();
        let find = |keys: &[&str]| {
            let path = keys.join(".");
            let (_, kind, text) = values.iter().find(|(key, _, _)| *key == path)?;
            Some(Found { kind: *kind, text: Cow::Borrowed(text), line: 1 })
        };
        SHAPE.check(find, &mut facts);
        facts.problems.into_iter().map(|problem| problem.message).collect()
    }

    #[test]
    fn each_wrong_value_is_a_problem_once() {
        assert_eq!(problems(&[]), [""; 0]);
        assert_eq!(problems(&[("a", Kind::List, "")]), ["a is a list, not a map"]);
        let right = [("a", Kind::Map, ""), ("a.b", Kind::Map, ""), ("a.c", Kind::List, "")];
        assert_eq!(problems(&right), [""; 0]);
        let wrong = [("a.b", Kind::Scalar, "7"), ("a.c", Kind::Map, ""), ("d", Kind::List, "")];
        let expected = [
            "a.b is a single value, not a map",
            "a.c is a map, not a list",
            "d is a list, not a single value",
        ];
        assert_eq!(problems(&wrong), expected);
    }

    #[test]
    fn a_major_version_that_is_not_known_is_a_problem() {
        for known in ["0", "1", "2", "2.9", "1.0.0"] {
            assert_eq!(problems(&[("version", Kind::Scalar, known)]), [""; 0]);
        }
        for unknown in ["3", "10.0", "x", ""] {
            let expected = format!("version {unknown:?} is not known; read as version 2");
            assert_eq!(problems(&[("version", Kind::Scalar, unknown)]), [expected]);
        }
    }
}
