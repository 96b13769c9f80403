//! Breaking text into lines of a width.

use std::borrow::Cow;

use unicode_width::UnicodeWidthStr;

use crate::escape;

/// The columns that a text takes.
pub(super) fn width(text: &str) -> usize {
    if is_ascii_print(text) { text.len() } else { UnicodeWidthStr::width(text) }
}

/// Looks at all bytes, and at many at once: texts of a table are short, and most are plain.
fn is_ascii_print(text: &str) -> bool {
    text.bytes().fold(true, |plain, byte| plain & matches!(byte, b' '..=b'~'))
}

/// The columns that a text takes on one line, made safe.
pub(super) fn line_width(text: &str) -> usize {
    wrap(text, usize::MAX).first().map_or(0, |line| width(line))
}

/// `text`, made safe, in lines of at most `most` columns (at least 8). Lines
/// break at spaces; a word that is too long breaks behind punctuation, else anywhere. At least
/// one line.
pub(super) fn wrap(text: &str, most: usize) -> Vec<Cow<'_, str>> {
    let most = most.max(8);
    let safe = || lines(text, most).into_iter().map(Cow::Owned).collect();
    lines_as_they_stand(text, most).unwrap_or_else(safe)
}

/// The lines of a text that is safe as it stands and whose words fit: most are.
fn lines_as_they_stand(text: &str, most: usize) -> Option<Vec<Cow<'_, str>>> {
    let follows = text.bytes().skip(1);
    // What begins a command has one of these twice, as has what is spaced out.
    let repeats = text.bytes().zip(follows).any(|(a, b)| a == b && matches!(a, b' ' | b':' | b'#'));
    if repeats || !is_ascii_print(text) || text.starts_with(' ') || text.ends_with(' ') {
        return None;
    }
    let (mut lines, mut rest) = (Vec::with_capacity(1), text);
    while rest.len() > most {
        let (line, _) = rest.get(..=most)?.rsplit_once(' ')?;
        lines.push(Cow::Borrowed(line));
        rest = rest.get(line.len() + 1..)?;
    }
    lines.push(Cow::Borrowed(rest));
    Some(lines)
}

fn lines(text: &str, most: usize) -> Vec<String> {
    let mut lines = Vec::new();
    let mut line = String::new();
    let mut used = 0;
    for word in text.split_whitespace() {
        // Any word may come to stand at the beginning of a line, where `::` is a command.
        let word = &*escape::terminal(word);
        let taken = width(word);
        let space = usize::from(!line.is_empty());
        if taken.saturating_add(used + space) <= most {
            line.extend((space > 0).then_some(' '));
            line.push_str(word);
            used += space + taken;
            continue;
        }
        if !line.is_empty() {
            lines.push(std::mem::take(&mut line));
        }
        let mut rest = word;
        line = loop {
            // A break may have put a `::` at the beginning of a line.
            let (mark, body) = match rest.strip_prefix(':') {
                Some(after) if after.starts_with(':') => ("\\u{3a}", after),
                _ => ("", rest),
            };
            let at = break_at(body, most - mark.len());
            let Some((head, tail)) = at.and_then(|at| body.split_at_checked(at)) else {
                break format!("{mark}{body}");
            };
            lines.push(format!("{mark}{head}"));
            rest = tail;
        };
        used = width(&line);
    }
    lines.push(line);
    lines
}

/// As much of a text, which is safe already, as fits into `most` columns.
pub(super) fn cut(text: &str, most: usize) -> &str {
    let ends = text.char_indices().map(|(at, c)| at.saturating_add(c.len_utf8()));
    let fits = ends.take_while(|end| text.get(..*end).is_some_and(|head| width(head) <= most));
    fits.last().and_then(|end| text.get(..end)).unwrap_or_default()
}

/// Where to break a word that takes more than `most` columns: behind the last punctuation in the
/// second half, else where it is full. Looks no further than that.
fn break_at(word: &str, most: usize) -> Option<usize> {
    let mut full = 0;
    let mut behind = None;
    for (at, c) in word.char_indices() {
        let end = at + c.len_utf8();
        let used = width(word.get(..end)?);
        if used > most {
            // A first character is always taken, however wide: the word must get shorter.
            return Some(behind.unwrap_or(full).max(word.chars().next()?.len_utf8()));
        }
        full = end;
        if matches!(c, '/' | '-' | '.' | ':' | '_' | '@' | ',' | '+') && used * 2 > most {
            behind = Some(full);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn lines_break_at_spaces_and_long_words_behind_punctuation() {
        for (text, most, lines) in [
            ("", 10, vec![""]),
            ("abc de fgh", 8, vec!["abc de", "fgh"]),
            ("org.example.core:jackson", 18, vec!["org.example.core:", "jackson"]),
            ("aaaaaaaaaa", 8, vec!["aaaaaaaa", "aa"]),
            ("包包包包包", 9, vec!["包包包包", "包"]),
            ("a\n\tb\u{1b}", 20, vec!["a b\\u{1b}"]),
        ] {
            assert_eq!(wrap(text, most), lines, "{text}");
        }
        assert_eq!(wrap(&"x".repeat(1_000_000), 20).len(), 50_000);
    }

    proptest! {
        #[test]
        fn no_line_is_too_wide_and_nothing_is_lost(text in "[^:]{0,60}", most in 8_usize..30) {
            let lines = wrap(&text, most);
            prop_assert_eq!(&lines, &super::lines(&text, most));
            for line in &lines {
                prop_assert!(width(line) <= most, "{:?}", line);
            }
            let bare = |text: &str| text.split_whitespace().collect::<String>();
            let safe: String = text.split_whitespace().map(escape::terminal).collect();
            prop_assert_eq!(bare(&lines.concat()), safe);
        }

        #[test]
        fn what_stands_in_the_text_is_not_made_anew(text in "[a:# ]{0,40}", most in 0_usize..30) {
            prop_assert_eq!(wrap(&text, most), lines(&text, most.max(8)));
        }

        #[test]
        fn no_line_begins_a_command(text in "[a: ]{0,40}", most in 8_usize..30) {
            for line in wrap(&text, most) {
                prop_assert!(!line.starts_with("::"), "{:?}", line);
            }
        }
    }
}
