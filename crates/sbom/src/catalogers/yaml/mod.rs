//! YAML as the lines in which tools write lockfiles: maps and lists are indented, each value is on
//! the line of its key.
//!
//! Most files are laid out that way and are read line by line. One that is not (other indentation,
//! flow style, JSON, anchors, texts of several lines) goes through a YAML parser and comes out in
//! the same lines, so that a cataloger knows one form.

mod parsed;
mod plain;

use super::shape::Kind;
use crate::Facts;
use parsed::Row;

/// One line that is neither empty nor a comment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Line<'t> {
    /// 1-based.
    pub(super) number: u64,
    /// Blanks before the line; those behind a `-` count, for what follows it stands in there.
    /// Two for each level where the text was not laid out in lines.
    pub(super) indent: usize,
    /// Whether the line begins an item of a list.
    pub(super) is_item: bool,
    /// The key; none when there is no colon behind it.
    pub(super) key: Option<&'t str>,
    /// What stands behind the colon, or the whole line, without quotes; the comment is apart.
    /// Empty where a map or list follows, `{}` or `[]` for one that has nothing in it.
    pub(super) value: &'t str,
    /// The text after a `#`.
    pub(super) comment: &'t str,
}

/// A text as lines.
#[derive(Debug)]
pub(super) struct Yaml<'t> {
    text: &'t str,
    /// `None` if the text is itself laid out in lines.
    rows: Option<Vec<Row<'t>>>,
}

impl<'t> Yaml<'t> {
    /// Reads a text, of which the outermost value must be a map. What is no YAML is a problem, and
    /// its lines are taken as they are. What the keys `unread` have is not looked at by the caller:
    /// in a text that is laid out in lines it may be in flow style.
    pub(super) fn read(text: &'t str, unread: &[&str], facts: &mut Facts) -> Self {
        Self::parse(text, unread, facts).unwrap_or_else(|error| {
            error.report(facts);
            Self { text, rows: None }
        })
    }

    /// Reads a text that must be valid YAML; otherwise it is a problem, and nothing of it counts.
    pub(super) fn valid(text: &'t str, facts: &mut Facts) -> Option<Self> {
        Self::parse(text, &[], facts).map_err(|error| error.report(facts)).ok()
    }

    fn parse(text: &'t str, unread: &[&str], facts: &mut Facts) -> Result<Self, parsed::Error> {
        let rows = match plain::is_plain(text, unread) {
            true => None,
            false => Some(parsed::rows(text)?),
        };
        let yaml = Self { text, rows };
        if let Some(first) = yaml.lines().next().filter(|first| first.is_item) {
            facts.problem(Some(first.number), "a list where a map must be");
        }
        Ok(yaml)
    }

    /// The lines of the text.
    pub(super) fn lines(&self) -> impl Iterator<Item = Line<'_>> {
        let written = self.rows.is_none().then(|| lines(self.text));
        let rows = self.rows.iter().flatten().filter(|row| !row.is_merged);
        written.into_iter().flatten().chain(rows.map(Row::line))
    }
}

/// The lines of a text that is laid out in lines.
fn lines(text: &str) -> impl Iterator<Item = Line<'_>> {
    text.lines().zip(1..).filter_map(|(line, number)| Line::of(line, number))
}

impl<'t> Line<'t> {
    /// Whether the value of the key may be of this kind; another value is a problem. An empty one
    /// may be any map or list.
    pub(super) fn expect(&self, kind: Kind, facts: &mut Facts) -> bool {
        let is_right = match kind {
            Kind::Map => matches!(self.value, "" | "{}" | "null"),
            Kind::List => matches!(self.value, "" | "[]" | "null"),
            Kind::Scalar => !matches!(self.value, "" | "{}" | "[]"),
        };
        if !is_right {
            let key = self.key.unwrap_or_default();
            facts.problem(Some(self.number), format!("{key} is not {}", kind.name()));
        }
        is_right
    }

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

/// A colon ends a key at the end of a line or before a blank; within the quotes of a key it is a
/// part of it.
fn key_and_value(content: &str) -> Option<(&str, &str)> {
    let quote = content.chars().next().filter(|first| matches!(first, '"' | '\''));
    let quoted = quote.and_then(|quote| Some(content.get(1..)?.find(quote)? + 2));
    let is_key = |end: &usize| content.get(*end..).is_some_and(|rest| rest.starts_with(':'));
    let from = quoted.filter(is_key).unwrap_or_default();
    let rest = content.get(from..)?;
    let at = from + rest.find(": ").or_else(|| rest.strip_suffix(':').map(str::len))?;
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
        let text = "# head\n---\na:\n  'b': \"c: d\" # e\n  - f: g\n  - \"h (i)\":\n  -\nplain\n\
                    'j: k': l\n\"m: n\"\n";
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
                (9, 0, false, Some("j: k"), "l", ""),
                (10, 0, false, Some("\"m"), "n\"", ""),
            ]
        );
    }

    #[test]
    fn what_is_no_yaml_is_a_problem_and_read_as_it_is() {
        let mut facts = Facts::default();
        let text = "a: 1\nb: [\n";
        let yaml = Yaml::read(text, &[], &mut facts);
        let found: Vec<_> = yaml.lines().map(|it| (it.key, it.value)).collect();
        assert_eq!(found, [(Some("a"), "1"), (Some("b"), "[")]);
        assert_eq!(facts.problems.len(), 1, "{facts:?}");
    }

    /// Lines as keys and values; how far they are indented where there are no lists, which may be
    /// indented in two ways.
    fn shown<'l>(lines: impl Iterator<Item = Line<'l>>, text: &str) -> Vec<String> {
        let indent = |line: &Line<'_>| if text.contains("- ") { 0 } else { line.indent };
        let shown = lines.map(|it| {
            format!("{} {} {} {:?} {:?}", it.number, indent(&it), it.is_item, it.key, it.value)
        });
        shown.collect()
    }

    proptest! {
        #[test]
        fn never_panics(text in "[ab:#'\" \n-]{0,40}|\\PC{0,20}") {
            lines(&text).for_each(drop);
        }

        /// What is taken for laid out in lines says the same to the parser.
        #[test]
        fn plain_texts_are_read_as_the_parser_reads_them(
            text in "( {0,2}| {4}|- |[ab]|['\"]|: |:\n|\n|#| #|\\{\\}|[\\[\\]{},&*!|>?%@`~-]){0,24}"
        ) {
            if plain::is_plain(&text, &[]) && let Ok(rows) = parsed::rows(&text) {
                let parsed = shown(rows.iter().map(Row::line), &text);
                prop_assert_eq!(shown(lines(&text), &text), parsed, "{:?}", text);
            }
        }

        #[test]
        fn any_text_is_read(text in "([ab:#'\" \n\\[\\]{},&*-]|<<: |&a |\\*a|\r){0,60}|\\PC{0,20}") {
            let mut facts = Facts::default();
            let newlines = u64::try_from(text.matches('\n').count()).unwrap();
            for line in Yaml::read(&text, &[], &mut facts).lines() {
                prop_assert!((1..=newlines + 1).contains(&line.number));
            }
        }
    }
}
