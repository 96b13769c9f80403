//! Finds the known name that is most similar to an unknown one.

use crate::Error;

/// Makes an error about an unknown key from the reader's message: "unknown field `x`, expected one
/// of `a`, `b`".
pub(super) fn unknown_key(message: &str, line: Option<u64>) -> Option<Error> {
    let rest = message.strip_prefix("unknown field `")?;
    let (key, rest) = rest.split_once('`')?;
    let known: Vec<&str> = rest.split('`').skip(1).step_by(2).collect();
    let nearest = nearest(key, &known).map(str::to_owned);
    Some(Error::UnknownKey { line, key: key.to_owned(), nearest })
}

/// Returns the known name that begins with this one, else the one with the fewest changes, when
/// those are at most half of its letters.
fn nearest<'n>(name: &str, known: &[&'n str]) -> Option<&'n str> {
    /// Fewer letters are the beginning of too many names.
    const TELLING: usize = 3;
    let begun = known.iter().find(|other| {
        let (name, other) = (letters(name), letters(other));
        name.len() >= TELLING && other.starts_with(&name)
    });
    if let Some(begun) = begun {
        return Some(begun);
    }
    let changes = known.iter().map(|other| (distance(name, other), *other));
    let (fewest, nearest) = changes.min()?;
    (fewest <= nearest.chars().count().max(name.chars().count()) / 2).then_some(nearest)
}

/// Letters to add, remove or change (Levenshtein).
fn distance(a: &str, b: &str) -> usize {
    let (a, b) = (letters(a), letters(b));
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (at, letter) in a.iter().enumerate() {
        let mut diagonal = at;
        let mut left = at + 1;
        if let Some(first) = row.first_mut() {
            *first = left;
        }
        for (cell, other) in row.iter_mut().skip(1).zip(&b) {
            let changed = diagonal + usize::from(letter != other);
            diagonal = *cell;
            left = changed.min(left + 1).min(*cell + 1);
            *cell = left;
        }
    }
    row.last().copied().unwrap_or_default()
}

/// Returns the letters that matter in a name: neither case nor the separators of words do.
fn letters(name: &str) -> Vec<char> {
    /// A longer name is not a misspelling.
    const MOST: usize = 64;
    let letters = name.chars().filter(|letter| !matches!(letter, '-' | '_')).take(MOST);
    letters.map(|letter| letter.to_ascii_lowercase()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distances_are_those_of_levenshtein() {
        for (a, b, changes) in [
            ("", "", 0),
            ("abc", "", 3),
            ("", "ab", 2),
            ("kitten", "sitting", 3),
            ("a_b", "A-b", 0),
        ] {
            assert_eq!(distance(a, b), changes, "{a} {b}");
            assert_eq!(distance(b, a), changes, "{b} {a}");
        }
    }

    #[test]
    fn only_what_is_near_is_meant() {
        let known = ["fail-on", "warn-on", "fixed-only"];
        assert_eq!(nearest("fail_onn", &known), Some("fail-on"));
        assert_eq!(nearest("fixed", &known), Some("fixed-only"));
        assert_eq!(nearest("zzzzzz", &known), None);
    }
}
