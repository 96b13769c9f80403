//! Making text of images and advisories safe to print: it may be hostile.

use std::borrow::Cow;
use std::fmt::Write;

/// Makes text safe for a terminal or a log: one line, with nothing in it that moves the cursor,
/// hides or reorders text, or acts as a command.
///
/// Control characters (escape sequences begin with one) and marks that change the direction of
/// text or show nothing are written as `\u{1b}`; line breaks and tabs become blanks. So are the
/// first colon of a leading `::` and the second number sign of `##[`: both begin a command in the
/// logs of GitHub Actions.
///
/// ```
/// assert_eq!(sealift_report::escape::terminal("a\u{1b}[31m\nb"), "a\\u{1b}[31m b");
/// ```
#[must_use]
pub fn terminal(text: &str) -> Cow<'_, str> {
    let is_command = text.trim_start().starts_with("::") || text.contains(COMMAND);
    if !is_command && !text.contains(is_unsafe) {
        return Cow::Borrowed(text);
    }
    let mut safe = String::with_capacity(text.len() + 16);
    let mut leads = true;
    let mut rest = text.chars();
    while let Some(character) = rest.next() {
        let next = rest.as_str();
        let is_command = (leads && character == ':' && next.starts_with(':'))
            || begins_command(&safe, character, next);
        match character {
            '\n' | '\t' => safe.push(' '),
            '\r' => {}
            character if is_command || is_unsafe(character) => push_code(&mut safe, character),
            character => safe.push(character),
        }
        leads = leads && character.is_whitespace();
    }
    Cow::Owned(safe)
}

/// Makes a JSON document safe for a terminal or a log. Characters that act on one, as in
/// [`terminal`], are written as `\u202e`, which means the same. Only strings have such characters.
///
/// ```
/// assert_eq!(sealift_report::escape::json("[\"a\u{202e}b\"]"), r#"["a\u202eb"]"#);
/// ```
#[must_use]
pub fn json(document: &str) -> Cow<'_, str> {
    let command = document.find(COMMAND);
    let first = first_acting(document).into_iter().chain(command).min();
    let Some((plain, rest)) = first.and_then(|at| document.split_at_checked(at)) else {
        return Cow::Borrowed(document);
    };
    let mut safe = String::with_capacity(document.len() + 16);
    safe.push_str(plain);
    let mut rest = rest.chars();
    while let Some(character) = rest.next() {
        if acts(character) || begins_command(&safe, character, rest.as_str()) {
            for unit in character.encode_utf16(&mut [0; 2]) {
                // Writing to a String cannot fail.
                let _ = write!(safe, "\\u{unit:04x}");
            }
        } else {
            safe.push(character);
        }
    }
    Cow::Owned(safe)
}

/// Begins a command in the logs of GitHub Actions wherever it stands in a line.
const COMMAND: &str = "##[";

/// Whether a character between those texts is the second of [`COMMAND`].
fn begins_command(before: &str, character: char, next: &str) -> bool {
    character == '#' && next.starts_with('[') && before.ends_with('#')
}

/// Whether a character of a JSON document acts on a terminal; line breaks between values do not.
fn acts(character: char) -> bool {
    is_unsafe(character) && (!character.is_ascii() || character == '\u{7f}')
}

/// Where the first character is that acts. Reports are large, and most of their text is ASCII,
/// which is passed over many bytes at a time.
fn first_acting(document: &str) -> Option<usize> {
    const BYTES_AT_ONCE: usize = 256;
    let is_plain = |bytes: &[u8]| bytes.is_ascii() && !bytes.contains(&0x7f);
    let boundary = |at: usize| (at..document.len()).find(|at| document.is_char_boundary(*at));
    let pieces = document.as_bytes().chunks(BYTES_AT_ONCE).enumerate();
    pieces.filter(|(_, bytes)| !is_plain(bytes)).find_map(|(number, bytes)| {
        let start = boundary(number * BYTES_AT_ONCE)?;
        let end = boundary(number * BYTES_AT_ONCE + bytes.len()).unwrap_or(document.len());
        let at = document.get(start..end)?.find(acts)?;
        Some(start + at)
    })
}

/// Makes text safe for a cell of a Markdown table or a paragraph: safe for a terminal, and without
/// any markup (GitHub Flavored Markdown 0.29, 2.4, 4.10 and 6.6).
#[must_use]
pub fn markdown(text: &str) -> String {
    let mut safe = String::with_capacity(text.len() + 16);
    for c in terminal(text).chars() {
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

/// Makes text of several lines safe as Markdown: [`markdown`] on each line.
#[must_use]
pub fn markdown_lines(text: &str) -> String {
    text.lines().map(markdown).collect::<Vec<_>>().join("\n")
}

/// Whether a link may be shown: http or https, with nothing in it that needs escaping.
#[must_use]
pub fn is_safe_link(link: &str) -> bool {
    // More than any browser of the last years takes.
    const MAX_BYTES: usize = 2_083;
    (link.starts_with("https://") || link.starts_with("http://"))
        && link.len() <= MAX_BYTES
        && link.bytes().all(|byte| byte.is_ascii_graphic())
}

fn push_code(safe: &mut String, character: char) {
    // Writing to a String cannot fail.
    let _ = write!(safe, "\\u{{{:x}}}", u32::from(character));
}

/// Controls (Unicode category Cc), and of the format characters (Cf), separators and letters those
/// that reorder, hide or break text: Unicode Standard Annex 9 and Technical Report 36.
fn is_unsafe(character: char) -> bool {
    character.is_control()
        || matches!(
            character,
            '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
                | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}'
                | '\u{115f}' | '\u{1160}' | '\u{3164}' | '\u{ffa0}'
                | '\u{e0000}'..='\u{e007f}'
        )
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn nothing_that_acts_on_a_terminal_is_left() {
        let hostile = "a\u{1b}]8;;x\u{7}b\u{9b}31m\u{202e}c\r\nd";
        let safe = terminal(hostile);
        assert_eq!(safe, "a\\u{1b}]8;;x\\u{7}b\\u{9b}31m\\u{202e}c d");
        assert!(matches!(terminal("größer"), Cow::Borrowed(_)));
    }

    #[test]
    fn json_says_the_same_and_does_nothing() {
        let text = "a\u{1b}[2J\u{7f}\u{9b}31m\u{202e}\u{e0041}größer\n";
        let document = serde_json::to_string_pretty(&[text]).expect("a string");
        let safe = json(&document);
        assert!(!safe.replace('\n', "").contains(is_unsafe), "{safe}");
        assert_eq!(serde_json::from_str::<[String; 1]>(&safe).expect("JSON"), [text]);
        assert!(matches!(json("[\n\"größer\"]"), Cow::Borrowed(_)));
    }

    #[test]
    fn nothing_in_json_is_a_command_in_a_log() {
        let texts = ["##[error]x", "a\u{7f}###[group]", "## [x] #["];
        let document = serde_json::to_string(&texts).expect("strings");
        let safe = json(&document);
        assert_eq!(safe, r###"["#\u0023[error]x","a\u007f##\u0023[group]","## [x] #["]"###);
        assert_eq!(serde_json::from_str::<[String; 3]>(&safe).expect("JSON"), texts);
        assert_eq!(json(r###"["##[a] ##[b]"]"###), r###"["#\u0023[a] #\u0023[b]"]"###);
    }

    #[test]
    fn nothing_is_a_command_in_a_log() {
        for (text, safe) in [
            ("::error::gone", "\\u{3a}:error::gone"),
            ("  ::stop-commands::x", "  \\u{3a}:stop-commands::x"),
            ("\n::x", " \\u{3a}:x"),
            ("see ##[error]x", "see #\\u{23}[error]x"),
            ("std::fmt", "std::fmt"),
            ("C# [x] :: y", "C# [x] :: y"),
        ] {
            assert_eq!(terminal(text), safe);
        }
    }

    #[test]
    fn nothing_is_markup_in_markdown() {
        assert_eq!(markdown("a|b<img src=x>`c`"), "a\\|b&lt;img src=x&gt;\\`c\\`");
        assert_eq!(markdown("[x](http://y) & *z*"), "\\[x\\](http://y) &amp; \\*z\\*");
        assert_eq!(markdown_lines("# a\r\n::b\n"), "\\# a\n\\\\u{3a}:b");
    }

    #[test]
    fn only_plain_web_links_are_links() {
        assert!(is_safe_link("https://nvd.nist.gov/vuln/detail/CVE-2021-44228"));
        let long = format!("https://{}", "a".repeat(3000));
        for link in ["javascript:x", "https://a b", "https://a\u{1b}", "file:///etc", &long] {
            assert!(!is_safe_link(link), "{link}");
        }
    }

    proptest! {
        #[test]
        fn what_acts_is_found_wherever_it_stands(text in "[ -~äö\u{7f}\u{202e}€]{0,900}") {
            prop_assert_eq!(first_acting(&text), text.find(acts));
        }

        #[test]
        fn nothing_unsafe_is_left(text in "\\PC*|.*|[:# \\[\n]*") {
            let safe = terminal(&text);
            prop_assert!(!safe.contains(is_unsafe));
            prop_assert!(!safe.trim_start().starts_with("::") && !safe.contains("##["));
            prop_assert_eq!(terminal(&safe), &*safe);
        }
    }
}
