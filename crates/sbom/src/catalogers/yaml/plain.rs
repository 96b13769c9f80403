//! Whether a text is laid out in lines, so that it means what its lines say one by one.

/// Whether every line is one key with its value, or one item, each level of maps two blanks deeper
/// than the last. The values of the keys `unread` may be collections in flow style, or texts with
/// escapes, on one line.
///
/// What is not certain is not plain: the answer may cost the time of a parser, but no line.
pub(super) fn is_plain(text: &str, unread: &[&str]) -> bool {
    if text.contains(['\t', '\u{85}', '\u{2028}', '\u{2029}', '\u{feff}']) {
        return false;
    }
    let mut layout = Layout { columns: Vec::new(), may_deepen: true };
    let mut has_content = false;
    text.lines().all(|line| {
        if line.contains('\r') {
            return false;
        }
        // A marker before all content is the document's own; others begin another document.
        if line.trim_end() == "---" {
            return !has_content;
        }
        let Some(line) = Written::of(line) else { return true };
        has_content = true;
        line.is_plain(unread) && layout.takes(&line)
    })
}

/// A line with something in it.
struct Written<'t> {
    /// Blanks before the line.
    column: usize,
    is_item: bool,
    /// Without comment.
    content: &'t str,
}

impl<'t> Written<'t> {
    fn of(line: &'t str) -> Option<Self> {
        let content = line.trim_start_matches(' ');
        let column = line.len() - content.len();
        if content.is_empty() || content.starts_with('#') {
            return None;
        }
        let (is_item, content) = match content.strip_prefix("- ") {
            Some(item) => (true, item),
            None => (false, content),
        };
        let content = content.split_once(" #").map_or(content, |(content, _)| content);
        Some(Self { column, is_item, content: content.trim_end() })
    }

    fn is_plain(&self, unread: &[&str]) -> bool {
        match super::key_and_value(self.content) {
            Some((key, value)) => {
                is_key(key)
                    && (value.is_empty()
                        || is_scalar(value)
                        || (unread.contains(&key) && (is_flow(value) || is_text(value))))
            }
            None => self.is_item && is_scalar(self.content),
        }
    }

    /// Whether a map or list may follow as the value.
    fn is_open(&self) -> bool {
        self.content.ends_with(':')
    }
}

/// The columns at which something is open.
struct Layout {
    columns: Vec<Column>,
    may_deepen: bool,
}

#[derive(Clone, Copy, PartialEq, Eq)]
struct Column {
    at: usize,
    is_list: bool,
}

impl Layout {
    /// Whether a line goes on with what the lines before it have begun.
    fn takes(&mut self, line: &Written<'_>) -> bool {
        let Column { at, is_list } = Column { at: line.column, is_list: line.is_item };
        while self.columns.last().is_some_and(|last| last.at > at) {
            self.columns.pop();
            self.may_deepen = false;
        }
        let column = Column { at, is_list };
        let is_next = match self.columns.last() {
            Some(last) if *last == column => true,
            // The items of a list may be as far indented as its key; the next key ends them.
            Some(last) if last.at == at && is_list => self.may_deepen && self.open(column),
            Some(last) if last.at == at => {
                self.columns.pop();
                self.columns.last() == Some(&column)
            }
            Some(last) => self.may_deepen && at == last.at + 2 && self.open(column),
            None => self.may_deepen && at == 0 && self.open(column),
        };
        // What follows a dash is a map two blanks deeper where it has a key.
        let has_key = super::key_and_value(line.content).is_some();
        if is_next && is_list && has_key {
            self.open(Column { at: at + 2, is_list: false });
        }
        self.may_deepen = line.is_open();
        is_next
    }

    fn open(&mut self, column: Column) -> bool {
        self.columns.push(column);
        true
    }
}

/// A key in quotes without escapes, or a plain one.
fn is_key(key: &str) -> bool {
    is_quoted(key) || is_bare(key)
}

fn is_scalar(value: &str) -> bool {
    is_quoted(value) || is_bare(value) || matches!(value, "{}" | "[]")
}

/// Quotes around a text with neither such quotes nor escapes.
fn is_quoted(text: &str) -> bool {
    ['"', '\''].into_iter().any(|quote| {
        let inner = text.strip_prefix(quote).and_then(|rest| rest.strip_suffix(quote));
        inner.is_some_and(|inner| !inner.contains(quote) && !inner.contains('\\'))
    })
}

/// A scalar without quotes: YAML 1.2.2, 7.3.3 "Plain Style", without what begins with an indicator,
/// and without the key of a merge.
fn is_bare(text: &str) -> bool {
    let indicators = [
        '-', '?', ':', ',', '[', ']', '{', '}', '#', '&', '*', '!', '|', '>', '\'', '"', '%', '@',
        '`', '~',
    ];
    let is_mark = text.starts_with("...") || text == "<<";
    // A dash with more behind it is a text, as is the minus of a number.
    let begins_well = match text.strip_prefix('-') {
        Some(rest) => !rest.is_empty() && !rest.starts_with([' ', '-']),
        None => !text.starts_with(indicators),
    };
    let is_other = is_mark || text.contains(": ") || text.ends_with([':', ' ']);
    !text.is_empty() && begins_well && !is_other
}

/// Quotes around a text that ends on its line, escapes or not.
fn is_text(value: &str) -> bool {
    let inner = |quote| value.strip_prefix(quote)?.strip_suffix(quote);
    match (inner('\''), inner('"')) {
        (Some(inner), _) => !inner.replace("''", "").contains('\''),
        (_, Some(inner)) => !inner.replace("\\\\", "").replace("\\\"", "").contains(['"', '\\']),
        _ => false,
    }
}

/// One collection that ends where it begins, without another in it.
fn is_flow(value: &str) -> bool {
    let inner = |open, close| value.strip_prefix(open)?.strip_suffix(close);
    let inner = inner('{', '}').or_else(|| inner('[', ']'));
    inner.is_some_and(|inner| {
        let quotes = |quote| inner.matches(quote).count() % 2 == 0;
        !inner.contains(['{', '}', '[', ']', '\\', '&', '*']) && quotes('\'') && quotes('"')
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_tools_write_is_plain() {
        for text in [
            "",
            "---\n# a\na: 1\n\nb:\n  c: \"d e\"\n  'f': {}\n  g@1:\n    h: x # y\ni: z\n",
            "a:\n  - b (1):\n    - c\n    - \"d (2)\"\n  - e\nf:\n- g: 1\n  h: 2\n- i\nj: -1\r\n",
            "a:\n  resolution: {integrity: x==}\n  cpu: [x, '!y']\n",
        ] {
            assert!(is_plain(text, &["resolution", "cpu"]), "{text:?}");
        }
    }

    #[test]
    fn other_layouts_are_not() {
        for text in [
            "a:\n    b: 1\n",
            "a:\n\tb: 1\n",
            "a: {b: 1}\n",
            "a: [\n",
            "{\"a\": 1}\n",
            "a: &b c\n",
            "a: *b\n",
            "a: !!str b\n",
            "a: |\n  b\n",
            "a: >-\n  b\n",
            "a:\n  b\n",
            "a: b\n  c\n",
            "a: b\n  c: d\n",
            "? a\n: b\n",
            "a: 'it''s'\n",
            "a: \"\\x41\"\n",
            "a: \"b #c\"\n",
            "a:\n  - - b\n",
            "a:\n  -\n    b: 1\n",
            "a:\n  -   b: 1\n      c: 2\n",
            "a: 1\n---\nb: 2\n",
            "a:\n  <<: b\n",
            "a: b\rc: d\n",
            "a: ~\n",
            "a:\n    b: 1\n  c: 1\n",
            "a:\n  b:\n    c: 1\n   d: 1\n",
        ] {
            assert!(!is_plain(text, &["b"]), "{text:?}");
        }
    }
}
