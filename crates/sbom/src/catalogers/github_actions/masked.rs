//! Texts within YAML that are not YAML themselves: scripts and quoted sentences.

/// The text with the same lines, but without what block scalars (YAML 1.2.2, 8.1) hold, and with
/// `_` for what stands in quotes unless it may be a key, or an action: those have neither blanks
/// nor brackets.
pub(super) fn masked(text: &str) -> String {
    let mut mask = Mask {
        text,
        at: 0,
        out: String::with_capacity(text.len()),
        depth: 0,
        parent: 0,
        script: None,
    };
    while mask.at < text.len() {
        mask.line();
    }
    mask.out
}

struct Mask<'t> {
    text: &'t str,
    /// Up to here it is read.
    at: usize,
    out: String,
    /// Flow collections that are open.
    depth: usize,
    /// Column of the key or item that a value on this line belongs to: all its lines begin
    /// further to the right.
    parent: usize,
    /// The same of a block scalar that has begun.
    script: Option<usize>,
}

impl<'t> Mask<'t> {
    fn line(&mut self) {
        let line = self.rest().split('\n').next().unwrap_or_default();
        let column = column(line);
        let is_blank = line.trim().is_empty();
        if is_blank || self.script.is_some_and(|parent| column > parent) {
            self.at += line.len();
            return self.end_line();
        }
        self.script = None;
        // A collection that is not closed ends with what it stands in.
        if column <= self.parent && !line.trim_start().starts_with(['}', ']']) {
            self.depth = 0;
        }
        self.copy(column);
        if self.depth == 0 {
            self.parent = column;
            self.dashes();
        }
        self.content();
        self.end_line();
    }

    /// Marks of list items: a value right behind one belongs to it, a key begins behind it.
    fn dashes(&mut self) {
        let start = self.at - self.parent;
        while self.rest().starts_with("- ") {
            self.parent = self.at - start;
            self.copy(1);
            self.copy(column(self.rest()));
        }
    }

    fn content(&mut self) {
        let (begin, key) = (self.at, self.column_of_key());
        // Whether a value or key may begin here.
        let mut starts = true;
        while let Some(next) = self.rest().chars().next().filter(|next| *next != '\n') {
            if next == '#' && (self.at == begin || self.out.ends_with([' ', '\t'])) {
                let comment = self.rest().split('\n').next().unwrap_or_default();
                return self.copy(comment.len());
            }
            starts = match next {
                '"' | '\'' if starts => self.quote(),
                // A tag or an anchor stands before what it is about.
                '!' | '&' if starts => self.word(),
                _ => {
                    let starts = self.mark(next, starts, key);
                    self.copy(next.len_utf8());
                    starts
                }
            };
        }
    }

    /// Takes what is neither quoted nor a word, and says whether a value or key may begin behind it.
    fn mark(&mut self, next: char, starts: bool, key: usize) -> bool {
        let is_in_flow = self.depth > 0;
        match next {
            '|' | '>' if starts && !is_in_flow && is_header(self.rest()) => {
                self.script = Some(self.parent);
                false
            }
            '{' | '[' if starts || is_in_flow => {
                self.depth += 1;
                true
            }
            '}' | ']' if is_in_flow => {
                self.depth -= 1;
                false
            }
            ',' => is_in_flow,
            ':' if is_end(self.rest()) => {
                if !is_in_flow {
                    self.parent = key;
                }
                true
            }
            ' ' | '\t' | '\r' => starts,
            _ => false,
        }
    }

    /// A quoted scalar; one that never ends is none.
    fn quote(&mut self) -> bool {
        match closing(self.rest(), self.parent) {
            Some(length) => self.quoted(length),
            None => self.copy(1),
        }
        // Behind a quoted key of a flow mapping no blank is needed.
        let is_key = self.depth > 0 && self.rest().starts_with(':');
        if is_key {
            self.copy(1);
        }
        is_key
    }

    fn word(&mut self) -> bool {
        let rest = self.rest();
        self.copy(rest.find(char::is_whitespace).unwrap_or(rest.len()));
        true
    }

    /// Column of a key that begins here.
    fn column_of_key(&self) -> usize {
        let before = self.text.get(..self.at).unwrap_or_default();
        let line = before.rsplit('\n').next().unwrap_or_default();
        if self.depth == 0 { line.len() } else { self.parent }
    }

    /// Passes over a quoted scalar of so many bytes. One of several lines becomes one of its first.
    fn quoted(&mut self, length: usize) {
        let scalar = self.rest().get(..length).unwrap_or_default();
        let inner = scalar.get(1..length - 1).unwrap_or_default();
        let is_text = |c: char| c.is_whitespace() || matches!(c, '{' | '}' | '[' | ']' | ',');
        if !inner.contains(is_text) {
            return self.copy(length);
        }
        let quote = scalar.get(..1).unwrap_or_default();
        let mut lines = inner.split('\n');
        let first = lines.next().unwrap_or_default().chars().count();
        let mut masked = format!("{quote}{}{quote}", "_".repeat(first));
        for line in lines {
            masked.push('\n');
            masked.extend(line.chars().map(|_| ' '));
        }
        self.out.push_str(&masked);
        self.at += length;
    }

    fn rest(&self) -> &'t str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn copy(&mut self, bytes: usize) {
        let end = (self.at + bytes).min(self.text.len());
        self.out.push_str(self.text.get(self.at..end).unwrap_or_default());
        self.at = end;
    }

    fn end_line(&mut self) {
        if self.rest().starts_with('\n') {
            self.copy(1);
        }
    }
}

/// Blanks before a line.
fn column(line: &str) -> usize {
    line.len() - line.trim_start_matches(' ').len()
}

/// Whether a colon ends a key.
fn is_end(rest: &str) -> bool {
    rest.get(1..).is_none_or(|behind| behind.is_empty() || behind.starts_with(char::is_whitespace))
}

/// Whether a block scalar begins: nothing but its indicators is on the line, `|`, `>-`, `|2+`.
fn is_header(rest: &str) -> bool {
    // Not further than the indicators: a line may have as many of these as it is long.
    let behind = rest.get(1..).unwrap_or_default();
    let indicators = behind.chars().take_while(|c| matches!(c, '+' | '-' | '1'..='9')).take(3);
    let count = indicators.count();
    let Some(behind) = behind.get(count..).filter(|_| count <= 2) else { return false };
    let next = behind.trim_start_matches([' ', '\t', '\r']);
    next.is_empty() || next.starts_with('\n') || (next.starts_with('#') && next != behind)
}

/// Bytes of the quoted scalar that a text begins with. None where its end is missing, or lies
/// behind a line that is no more part of what belongs to the column `parent`.
fn closing(text: &str, parent: usize) -> Option<usize> {
    let quote = *text.as_bytes().first()?;
    let mut bytes = text.bytes().enumerate().skip(1).peekable();
    while let Some((at, byte)) = bytes.next() {
        let doubled = bytes.peek().is_some_and(|(_, next)| *next == quote);
        match byte {
            b'\\' if quote == b'"' => _ = bytes.next(),
            b'\'' if quote == b'\'' && doubled => _ = bytes.next(),
            b'\n' => {
                let line = text.get(at + 1..).and_then(|rest| rest.split('\n').next())?;
                if !line.trim().is_empty() && column(line) <= parent {
                    return None;
                }
            }
            _ if byte == quote => return Some(at + 1),
            _ => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn scripts_and_sentences_are_masked() {
        for (text, expected) in [
            ("run: |\n  a: b\n\nuses: c\n", "run: |\n\n\nuses: c\n"),
            ("- run: >-  # x\n    - a\n-   b: c", "- run: >-  # x\n\n-   b: c"),
            ("- |\n  a: b\n- c: d", "- |\n\n- c: d"),
            ("a: \"b: c\" # 'd", "a: \"____\" # 'd"),
            ("a: 'it''s b' # c", "a: '_______' # c"),
            ("a: \"x \\\" y\"\nb: c", "a: \"______\"\nb: c"),
            ("a: \"b\n  c: d\n  e\"\nf: g", "a: \"_\"\n      \n   \nf: g"),
            ("a: it's b\nc: 'd'", "a: it's b\nc: 'd'"),
            ("a: 'b\nc: 'd e'", "a: 'b\nc: '___'"),
            ("a: 'b c", "a: 'b c"),
            ("{a: 'b {c', \"d\":\"e f\"}", "{a: '____', \"d\":\"___\"}"),
            ("a: {\n  b: 'c d'\n}\ne: |\n f", "a: {\n  b: '___'\n}\ne: |\n"),
            ("a: b > c\n  d: e", "a: b > c\n  d: e"),
            ("a: !!str |\n  b", "a: !!str |\n"),
        ] {
            assert_eq!(masked(text), expected, "{text:?}");
        }
    }

    #[test]
    fn a_long_line_takes_no_longer_than_it_is_long() {
        let start = std::time::Instant::now();
        assert_eq!(masked(&"|a: ".repeat(500_000)).len(), 2_000_000);
        assert_eq!(masked(&"- | ".repeat(500_000)).len(), 2_000_000);
        assert!(start.elapsed().as_secs() < 60, "{:?}", start.elapsed());
    }

    proptest! {
        #[test]
        fn lines_stay(text in "([ab:{}\\[\\],#'\"|>\\\\ é-]|\n){0,40}") {
            prop_assert_eq!(masked(&text).matches('\n').count(), text.matches('\n').count());
        }
    }
}
