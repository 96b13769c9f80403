//! Texts of advisories as SARIF and GitHub take them.

use crate::escape;

/// GitHub's limit for descriptions of rules and messages of results, in UTF-16 code units.
const MAX_UNITS: usize = 1_024;

/// A text within GitHub's limit, its end marked as cut.
pub(super) fn short(text: &str) -> String {
    within(text, MAX_UNITS)
}

/// A text of at most `most` UTF-16 code units.
pub(super) fn within(text: &str, most: usize) -> String {
    if text.len() <= most || text.encode_utf16().count() <= most {
        return text.to_owned();
    }
    let mut units = 1;
    let kept = text.chars().take_while(|character| {
        units += character.len_utf16();
        units <= most
    });
    let mut cut: String = kept.collect();
    cut.push('…');
    cut
}

/// Plain text in which nothing is an embedded link (SARIF 2.1.0, 3.11.6).
pub(super) fn plain(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for character in escape::terminal(text).chars() {
        if matches!(character, '[' | ']' | '\\') {
            safe.push('\\');
        }
        safe.push(character);
    }
    safe
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_too_long_is_cut_between_characters() {
        assert_eq!(within("abcd", 4), "abcd");
        assert_eq!(within("abcde", 4), "abc…");
        assert_eq!(within("😀😀😀", 4), "😀…");
        assert_eq!(within("😀😀", 4), "😀😀");
        assert_eq!(short(&"é".repeat(2_000)).encode_utf16().count(), MAX_UNITS);
    }

    #[test]
    fn nothing_is_a_link_in_plain_text() {
        assert_eq!(plain("[x](1) \\ \u{1b}"), "\\[x\\](1) \\\\ \\\\u{1b}");
    }
}
