//! Detects JSON documents whose member names differ only in case.
//!
//! Go's `encoding/json` matches member names without regard to case, and the last of several
//! matches counts (`encoding/json`, `Unmarshal`). All common container engines read manifests this
//! way, while other readers match exactly. If this makes a difference, a document is a different
//! image for each kind of reader, under the same digest and signature.

use std::borrow::Cow;
use std::collections::HashMap;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};

use crate::error::DocumentProblem;

/// Members whose own members have free names, which every reader compares exactly (`image-spec
/// annotations.md` and `config.md`, version 1.1).
const FREE: [&str; 4] = ["annotations", "Labels", "ExposedPorts", "Volumes"];

/// Refuses a document in which two names of an object differ only in case, or a name differs only
/// in case from one of `known`, the names that readers expect.
pub(crate) fn check(json: &[u8], known: &[&str]) -> Result<(), DocumentProblem> {
    let mut found = None;
    let mut deserializer = serde_json::Deserializer::from_slice(json);
    let names = Names { known, is_free: false, found: &mut found };
    // A parser ignores members that it does not expect, so this check may find more faults.
    match (names.deserialize(&mut deserializer), found) {
        (Ok(()), _) => Ok(()),
        (Err(_), Some((first, second))) => Err(DocumentProblem::AmbiguousName(first, second)),
        (Err(error), None) => Err(DocumentProblem::Json(error.to_string())),
    }
}

struct Names<'a> {
    known: &'a [&'a str],
    is_free: bool,
    /// Two names that some readers treat as equal.
    found: &'a mut Option<(String, String)>,
}

impl Names<'_> {
    /// The name in the form that readers which ignore case compare.
    fn folded<'n>(&self, name: &'n str) -> Cow<'n, str> {
        let is_plain = |letter: char| !letter.is_ascii_uppercase() && fold(letter) == letter;
        if self.is_free || name.chars().all(is_plain) {
            return Cow::Borrowed(name);
        }
        Cow::Owned(name.chars().map(fold).collect())
    }

    /// The other name that this one may be confused with, if any.
    fn twin(&self, name: &str, folded: &str, seen: &HashMap<String, String>) -> Option<String> {
        if let Some(earlier) = seen.get(folded) {
            return Some(earlier.clone());
        }
        let mut known = self.known.iter().filter(|_| !self.is_free);
        known
            .find(|known| **known != name && self.folded(known) == folded)
            .map(|known| (*known).to_owned())
    }
}

/// Lower case of ASCII, and of the two further letters that Unicode folds to an ASCII letter.
fn fold(letter: char) -> char {
    match letter {
        '\u{17f}' => 's',
        '\u{212a}' => 'k',
        _ => letter.to_ascii_lowercase(),
    }
}

impl<'de> DeserializeSeed<'de> for Names<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Names<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any value")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<(), A::Error> {
        let mut seen = HashMap::new();
        while let Some(name) = members.next_key::<String>()? {
            let folded = self.folded(&name).into_owned();
            if let Some(twin) = self.twin(&name, &folded, &seen) {
                *self.found = Some((twin, name));
                return Err(A::Error::custom("ambiguous"));
            }
            let is_free = !self.is_free && FREE.contains(&name.as_str());
            seen.insert(folded, name);
            members.next_value_seed(Names { known: self.known, is_free, found: self.found })?;
        }
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut elements: A) -> Result<(), A::Error> {
        let Self { known, found, .. } = self;
        while elements.next_element_seed(Names { known, is_free: false, found })?.is_some() {}
        Ok(())
    }

    fn visit_bool<E>(self, _: bool) -> Result<(), E> {
        Ok(())
    }

    fn visit_i64<E>(self, _: i64) -> Result<(), E> {
        Ok(())
    }

    fn visit_u64<E>(self, _: u64) -> Result<(), E> {
        Ok(())
    }

    fn visit_f64<E>(self, _: f64) -> Result<(), E> {
        Ok(())
    }

    fn visit_str<E>(self, _: &str) -> Result<(), E> {
        Ok(())
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn twins(json: &str) -> Option<(String, String)> {
        match check(json.as_bytes(), &["layers", "rootfs"]) {
            Ok(()) => None,
            Err(DocumentProblem::AmbiguousName(first, second)) => Some((first, second)),
            Err(problem) => panic!("{problem}"),
        }
    }

    #[test]
    fn finds_names_that_differ_in_case_only() {
        let pair = |first: &str, second: &str| Some((first.to_owned(), second.to_owned()));
        assert_eq!(twins(r#"{"layers":1,"Layers":2}"#), pair("layers", "Layers"));
        assert_eq!(twins(r#"{"x":[{"a":1,"b":2,"A":3}]}"#), pair("a", "A"));
        assert_eq!(twins(r#"{"a":{"x":1,"x":2}}"#), pair("x", "x"));
        assert_eq!(twins(r#"{"LAYERS":1}"#), pair("layers", "LAYERS"));
        assert_eq!(twins("{\"layer\u{17f}\":1}"), pair("layers", "layer\u{17f}"));
        assert_eq!(twins(r#"{"a":{"\u212a":1,"k":2}}"#), pair("\u{212a}", "k"));
        assert_eq!(twins(r#"{"layers":1,"rootfs":{"layers":2},"x":-1.5,"y":null}"#), None);
    }

    #[test]
    fn what_the_user_names_may_differ_in_case_but_not_be_there_twice() {
        let labels = r#"{"annotations":{"a":"1","A":"2"},"config":{"Labels":{"LAYERS":"1"}}}"#;
        assert_eq!(twins(labels), None);
        assert!(twins(r#"{"Labels":{"a":"1","a":"2"}}"#).is_some());
        assert!(twins(r#"{"annotations":{},"Annotations":{}}"#).is_some());
        // Below a value of the user's map names are compared again.
        assert!(twins(r#"{"Volumes":{"annotations":{"a":1,"A":2}}}"#).is_some());
    }

    #[test]
    fn refuses_what_hides_the_rest_from_it() {
        // Parsers pass over a number that is too large where they do not look for it.
        let huge = check(br#"{"x":1e999,"layers":1,"Layers":2}"#, &[]);
        assert!(matches!(huge, Err(DocumentProblem::Json(_))));
        let surrogate = check(br#"{"x":"\ud800","layers":1,"Layers":2}"#, &[]);
        assert!(matches!(surrogate, Err(DocumentProblem::Json(_))));
    }
}
