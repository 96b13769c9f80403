//! Text of images and advisories made safe to print: it may be hostile.

use std::borrow::Cow;
use std::fmt::Write;

/// Makes text safe for a terminal: control characters (escape sequences begin with one) and marks
/// that change the direction of text or show nothing are written as `\u{1b}`; line breaks and
/// tabs become blanks.
///
/// ```
/// assert_eq!(sealift_report::escape::terminal("a\u{1b}[31m\nb"), "a\\u{1b}[31m b");
/// ```
#[must_use]
pub fn terminal(text: &str) -> Cow<'_, str> {
    if !text.chars().any(is_unsafe) {
        return Cow::Borrowed(text);
    }
    let mut safe = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '\n' | '\t' => safe.push(' '),
            '\r' => {}
            character if is_unsafe(character) => {
                // Writing to a String cannot fail.
                let _ = write!(safe, "\\u{{{:x}}}", u32::from(character));
            }
            character => safe.push(character),
        }
    }
    Cow::Owned(safe)
}

/// Controls (Unicode category Cc), and of the format characters (Cf) and separators those that
/// reorder, hide or break text: Unicode Standard Annex 9 and Technical Report 36.
fn is_unsafe(character: char) -> bool {
    character.is_control()
        || matches!(
            character,
            '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
                | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}'
                | '\u{e0000}'..='\u{e007f}'
        )
}

/// Whether a link may be offered: http or https, and nothing in it that needs escaping.
#[must_use]
pub fn is_safe_link(link: &str) -> bool {
    (link.starts_with("https://") || link.starts_with("http://"))
        && link.bytes().all(|byte| byte.is_ascii_graphic())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_that_acts_on_a_terminal_is_left() {
        let hostile = "a\u{1b}]8;;x\u{7}b\u{9b}31m\u{202e}c\r\nd";
        let safe = terminal(hostile);
        assert_eq!(safe, "a\\u{1b}]8;;x\\u{7}b\\u{9b}31m\\u{202e}c d");
        assert!(matches!(terminal("größer"), Cow::Borrowed(_)));
    }

    #[test]
    fn only_plain_web_links_are_links() {
        assert!(is_safe_link("https://nvd.nist.gov/vuln/detail/CVE-2021-44228"));
        for link in ["javascript:x", "https://a b", "https://a\u{1b}", "file:///etc"] {
            assert!(!is_safe_link(link), "{link}");
        }
    }
}
