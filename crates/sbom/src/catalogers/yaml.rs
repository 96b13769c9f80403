//! The small part of YAML in which tools write lockfiles: maps and lists as indented lines, each
//! value on the line of its key.

/// One line that is neither empty nor a comment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Line<'t> {
    /// 1-based.
    pub(super) number: u64,
    /// Blanks before the line; those behind a `-` count, for what follows it stands in there.
    pub(super) indent: usize,
    /// Whether the line begins an item of a list.
    pub(super) is_item: bool,
    /// The key; none when there is no colon behind it.
    pub(super) key: Option<&'t str>,
    /// What stands behind the colon, or the whole line, without quotes; the comment is apart.
    pub(super) value: &'t str,
    /// What stands behind a `#`.
    pub(super) comment: &'t str,
}

/// The lines of a text.
pub(super) fn lines(text: &str) -> impl Iterator<Item = Line<'_>> {
    text.lines().zip(1..).filter_map(|(line, number)| Line::of(line, number))
}

impl<'t> Line<'t> {
    fn of(line: &'t str, number: u64) -> Option<Self> {
        let mut rest = line.trim_start_matches(' ');
        let mut is_item = false;
        while let Some(item) = rest.strip_prefix("- ").or((rest == "-").then_some("")) {
            is_item = true;
            rest = item.trim_start_matches(' ');
        }
        let indent = line.len() - rest.len();
        let (content, comment) = match rest.strip_prefix('#') {
            Some(comment) => ("", comment),
            None => rest.split_once(" #").unwrap_or((rest, "")),
        };
        let content = content.trim_end();
        if (content.is_empty() && !is_item) || content == "---" {
            return None;
        }
        let (key, value) = match key_and_value(content) {
            Some((key, value)) => (Some(unquoted(key)), unquoted(value)),
            None => (None, unquoted(content)),
        };
        Some(Self { number, indent, is_item, key, value, comment: comment.trim() })
    }
}

/// A colon ends a key at the end of a line or before a blank.
fn key_and_value(content: &str) -> Option<(&str, &str)> {
    if let Some(key) = content.strip_suffix(':') {
        return Some((key, ""));
    }
    let quoted = content.starts_with(['"', '\'']).then(|| content.find("\": ")).flatten();
    let at = quoted.map(|at| at + 1).or_else(|| content.find(": "))?;
    Some((content.get(..at)?, content.get(at + 1..)?.trim()))
}

fn unquoted(text: &str) -> &str {
    let inner = |quote| text.strip_prefix(quote)?.strip_suffix(quote);
    inner('"').or_else(|| inner('\'')).unwrap_or(text)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn tells_keys_items_and_comments() {
        let text = "# head\n---\na:\n  'b': \"c: d\" # e\n  - f: g\n  - \"h (i)\":\n  -\nplain\n";
        let found: Vec<_> = lines(text)
            .map(|it| (it.number, it.indent, it.is_item, it.key, it.value, it.comment))
            .collect();
        assert_eq!(
            found,
            [
                (3, 0, false, Some("a"), "", ""),
                (4, 2, false, Some("b"), "c: d", "e"),
                (5, 4, true, Some("f"), "g", ""),
                (6, 4, true, Some("h (i)"), "", ""),
                (7, 3, true, None, "", ""),
                (8, 0, false, None, "plain", ""),
            ]
        );
    }

    proptest! {
        #[test]
        fn never_panics(text in "[ab:#'\" \n-]{0,40}|\\PC{0,20}") {
            lines(&text).for_each(drop);
        }
    }
}
