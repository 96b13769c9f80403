//! Making hostile text safe for the place where it is printed.

use std::borrow::Cow;
use std::fmt::Write as _;

/// `text` for a terminal or a log: one line, without anything that moves the cursor, hides,
/// reorders or is taken for a command.
///
/// Control and invisible characters and those that change the direction of text are written
/// `\u{1b}`. So is the first colon of a leading `::`, and the second number sign of `##[`: both
/// begin a command in the logs of GitHub Actions.
#[must_use]
pub fn line(text: &str) -> Cow<'_, str> {
    let is_command = text.trim_start().starts_with("::") || text.contains("##[");
    if !is_command && !text.contains(is_unsafe) {
        return Cow::Borrowed(text);
    }
    let mut safe = String::with_capacity(text.len() + 16);
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let leads = safe.trim_start().is_empty() && rest.starts_with("::");
        let commands = safe.ends_with('#') && rest.starts_with("#[");
        if leads || commands || is_unsafe(c) {
            push_code(&mut safe, c);
        } else {
            safe.push(c);
        }
        rest = rest.get(c.len_utf8()..).unwrap_or_default();
    }
    Cow::Owned(safe)
}

/// `text` for a cell of a Markdown table or a paragraph: as [`line()`], and nothing in it is markup
/// (GitHub Flavored Markdown 0.29, 2.4, 4.10 and 6.6).
#[must_use]
pub fn markdown(text: &str) -> String {
    let mut safe = String::with_capacity(text.len() + 16);
    for c in line(text).chars() {
        match c {
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '&' => safe.push_str("&amp;"),
            '\\' | '`' | '*' | '_' | '[' | ']' | '|' | '~' | '#' | '!' => safe.extend(['\\', c]),
            _ => safe.push(c),
        }
    }
    safe
}

/// `url` when it may be a link: `http` or `https`, and printable ASCII alone.
#[must_use]
pub fn link(url: &str) -> Option<&str> {
    // Longer than any browser of the last years takes.
    const MAX_BYTES: usize = 2_083;
    let host = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://"))?;
    let printable = url.bytes().all(|byte| byte.is_ascii_graphic());
    (printable && !host.is_empty() && url.len() <= MAX_BYTES).then_some(url)
}

fn push_code(safe: &mut String, c: char) {
    // Writing to a string does not fail.
    let _ = write!(safe, "\\u{{{:x}}}", u32::from(c));
}

/// Characters that do more than show a glyph: controls (ANSI sequences begin with one), line
/// separators, and the format characters that reorder (Unicode UAX 9) or are not seen.
fn is_unsafe(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}'
            | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}'
            | '\u{fff9}'..='\u{fffb}' | '\u{115f}' | '\u{1160}' | '\u{3164}' | '\u{ffa0}'
            | '\u{e0000}'..='\u{e007f}')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn plain_text_stays_as_it_is() {
        for text in ["", "libc6 2.36-9+deb12u4", "naïve 包 🦀", "a :: b", "C#", "std::fmt"] {
            assert!(matches!(line(text), Cow::Borrowed(same) if same == text), "{text}");
        }
    }

    #[test]
    fn what_acts_is_shown_instead() {
        for (text, safe) in [
            ("\x1b[31mred\x07", "\\u{1b}[31mred\\u{7}"),
            ("a\nb\tc\r\n", "a\\u{a}b\\u{9}c\\u{d}\\u{a}"),
            ("\u{9b}2J", "\\u{9b}2J"),
            ("evil\u{202e}txt.exe", "evil\\u{202e}txt.exe"),
            ("zero\u{200b}width", "zero\\u{200b}width"),
            ("::error::gone", "\\u{3a}:error::gone"),
            ("  ::stop-commands::x", "  \\u{3a}:stop-commands::x"),
            ("see ##[error]x", "see #\\u{23}[error]x"),
        ] {
            assert_eq!(line(text), safe);
        }
    }

    #[test]
    fn nothing_is_markup_in_markdown() {
        assert_eq!(markdown("a|b<img src=x>`c`"), "a\\|b&lt;img src=x&gt;\\`c\\`");
        assert_eq!(markdown("[x](http://y) & *z*"), "\\[x\\](http://y) &amp; \\*z\\*");
    }

    #[test]
    fn only_web_addresses_are_links() {
        assert_eq!(link("https://a.example/b?c#d"), Some("https://a.example/b?c#d"));
        for url in [
            "javascript:alert(1)",
            "file:///etc/passwd",
            "https://",
            "",
            "https://a b",
            "https://a\x1b\\x",
            "https://ä.example",
            "HTTPS//x",
        ] {
            assert_eq!(link(url), None, "{url}");
        }
        assert_eq!(link(&format!("https://{}", "a".repeat(3000))), None);
    }

    proptest! {
        #[test]
        fn nothing_unsafe_is_left(text in "\\PC*|.*") {
            let safe = line(&text);
            prop_assert!(!safe.contains(is_unsafe));
            prop_assert!(!safe.trim_start().starts_with("::") && !safe.contains("##["));
            prop_assert_eq!(line(&safe), &*safe);
        }
    }
}
