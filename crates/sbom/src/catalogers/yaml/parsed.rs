//! From the events of a YAML parser (YAML 1.2.2) to lines, whatever the layout of the text.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::ops::Range;

use granit_parser::{Event, Parser, ScalarStyle, Span, StrInput};

use super::Line;
use crate::Facts;
use crate::catalogers::text::LineIndex;

/// Lines of one text, aliases followed. The largest lockfiles known have some 100 000; each takes
/// some 100 bytes.
const MAX_ROWS: usize = 1_000_000;

/// Bytes of texts that aliases repeat: each may become the name or version of a package.
const MAX_REPEATED_BYTES: usize = 16 << 20;

/// Levels of maps and lists. Lockfiles have five.
const MAX_DEPTH: usize = 64;

/// A [`Line`] with texts of its own.
#[derive(Clone, Debug, Default)]
pub(super) struct Row<'t> {
    number: u64,
    indent: usize,
    is_item: bool,
    key: Option<Cow<'t, str>>,
    value: Cow<'t, str>,
    comment: &'t str,
    /// Whether it is said again in the map that takes it by `<<`.
    pub(super) is_merged: bool,
}

impl Row<'_> {
    fn text_bytes(&self) -> usize {
        self.value.len() + self.key.as_ref().map_or(0, |key| key.len())
    }

    pub(super) fn line(&self) -> Line<'_> {
        Line {
            number: self.number,
            indent: self.indent,
            is_item: self.is_item,
            key: self.key.as_deref(),
            value: &self.value,
            comment: self.comment,
        }
    }
}

/// Why a text cannot be read.
#[derive(Debug)]
pub(super) enum Error {
    Syntax { line: u64, reason: String },
    TooLarge { line: u64 },
}

impl Error {
    pub(super) fn report(self, facts: &mut Facts) {
        match self {
            Self::Syntax { line, reason } => {
                facts.problem(Some(line), format!("not valid YAML: {reason}"));
            }
            Self::TooLarge { line } => {
                let bound = "too many lines or bytes of YAML, aliases followed";
                facts.limit(Some(line), bound);
            }
        }
    }
}

/// The lines of a text.
pub(super) fn rows(text: &str) -> Result<Vec<Row<'_>>, Error> {
    let options = granit_parser::options! {
        flow_nesting_limit: MAX_DEPTH,
        block_nesting_limit: MAX_DEPTH,
    };
    let events = Parser::new_from_str_with_options(text, options);
    let reader = Reader {
        text,
        index: LineIndex::of(text),
        rows: Vec::new(),
        open: Vec::new(),
        anchors: HashMap::new(),
        repeated_bytes: 0,
    };
    reader.run(events)
}

struct Reader<'t> {
    text: &'t str,
    index: LineIndex,
    rows: Vec<Row<'t>>,
    /// Collections that are being read, the innermost last.
    open: Vec<Open<'t>>,
    anchors: HashMap<usize, Anchored<'t>>,
    /// Bytes of texts that aliases repeat; merging them into maps at most doubles these.
    repeated_bytes: usize,
}

/// A map or list that is being read.
struct Open<'t> {
    is_map: bool,
    /// Whether it is a key itself.
    is_key: bool,
    /// Column of its entries or items.
    indent: usize,
    /// Whether its first entry begins an item of the list around it.
    begins_item: bool,
    /// Its own line, when it has one: that of the key it is the value of.
    head: Option<usize>,
    /// Where its lines begin.
    start: usize,
    /// The line of the text on which it begins.
    number: u64,
    anchor: usize,
    /// The key that waits for its value, and its line.
    key: Option<(Cow<'t, str>, u64)>,
    /// Whether that key is `<<`.
    is_merge: bool,
    merges: Vec<Range<usize>>,
}

#[derive(Clone)]
enum Anchored<'t> {
    Scalar(Row<'t>),
    Collection { is_map: bool, indent: usize, rows: Range<usize> },
}

impl<'t> Reader<'t> {
    fn run(mut self, mut events: Parser<'t, StrInput<'t>>) -> Result<Vec<Row<'t>>, Error> {
        while let Some(event) = events.next_event() {
            let (event, span) = event.map_err(|error| Error::Syntax {
                line: self.line(error.marker().byte_offset().unwrap_or(self.text.len())),
                reason: error.kind().to_string(),
            })?;
            self.event(event, span)?;
            if self.rows.len() > MAX_ROWS || self.repeated_bytes > MAX_REPEATED_BYTES {
                return Err(Error::TooLarge { line: self.line_of(span) });
            }
        }
        Ok(self.rows)
    }

    fn event(&mut self, event: Event<'t>, span: Span) -> Result<(), Error> {
        let number = self.line_of(span);
        match event {
            Event::Scalar(value, style, anchor, _) => {
                let is_merge = style == ScalarStyle::Plain && value == "<<";
                let comment = self.comment(style, span);
                // The parser says so of a value that is not there, too.
                let is_nothing = style == ScalarStyle::Plain && value == "~";
                let value = if is_nothing { Cow::default() } else { value };
                let row = Row { number, value, comment, ..Row::default() };
                if anchor != 0 {
                    self.anchors.insert(anchor, Anchored::Scalar(row.clone()));
                }
                self.scalar(row, is_merge);
            }
            Event::MappingStart(_, anchor, _) => self.begin(true, anchor, number),
            Event::SequenceStart(_, anchor, _) => self.begin(false, anchor, number),
            Event::MappingEnd | Event::SequenceEnd => self.end(),
            Event::Alias(anchor) => self.alias(anchor, number)?,
            Event::DocumentEnd => self.anchors.clear(),
            _ => {}
        }
        Ok(())
    }

    /// Adds a line where the next node belongs: a value at its key, an item at its list. None
    /// where the node is a key itself.
    fn place(&mut self, mut row: Row<'t>) -> Option<Row<'t>> {
        let Some(open) = self.open.last_mut() else { return Some(row) };
        row.indent = open.indent;
        if open.is_map {
            let (key, number) = open.key.take()?;
            (row.key, row.number) = (Some(key), number);
            row.is_item = open.begins_item;
            open.begins_item = false;
        } else {
            row.is_item = true;
        }
        Some(row)
    }

    fn scalar(&mut self, row: Row<'t>, is_merge: bool) {
        if self.awaits_key() {
            let Some(open) = self.open.last_mut() else { return };
            open.is_merge = is_merge;
            open.key = Some((row.value, row.number));
        } else if let Some(row) = self.place(row) {
            if !row.comment.is_empty() {
                // It stands behind all that is on its line.
                let same = self.rows.iter_mut().rev().take_while(|it| it.number == row.number);
                same.for_each(|it| it.comment = row.comment);
            }
            self.rows.push(row);
        }
    }

    fn awaits_key(&self) -> bool {
        self.open.last().is_some_and(|open| open.is_map && open.key.is_none())
    }

    fn begin(&mut self, is_map: bool, anchor: usize, number: u64) {
        let within = self.open.last().map(|open| (open.is_map, open.indent));
        let is_key = self.awaits_key();
        let start = self.rows.len();
        let mut open = Open {
            is_map,
            is_key,
            indent: within.map_or(0, |(_, indent)| indent + 2),
            begins_item: false,
            head: None,
            start,
            number,
            anchor,
            key: None,
            is_merge: false,
            merges: Vec::new(),
        };
        match within {
            // A list has its items two columns behind its dashes, wherever it is.
            None if !is_map => open.indent = 2,
            Some((true, _)) if !is_key => {
                let head = self.place(Row { number, ..Row::default() });
                self.rows.extend(head);
                open.head = Some(start);
                open.start = self.rows.len();
            }
            // The first entry of a map stands behind the dash of the item.
            Some((false, indent)) if is_map => (open.indent, open.begins_item) = (indent, true),
            _ => {}
        }
        self.open.push(open);
    }

    fn end(&mut self) {
        let Some(mut open) = self.open.pop() else { return };
        self.merge(&mut open);
        let rows = open.start..self.rows.len();
        if open.is_key {
            // A collection as a key has no name.
            self.rows.truncate(open.start);
            return self.scalar(Row { number: open.number, ..Row::default() }, false);
        }
        if rows.is_empty() {
            self.end_empty(&open);
        }
        let Open { is_map, indent, anchor, .. } = open;
        if anchor != 0 {
            self.anchors
                .insert(anchor, Anchored::Collection { is_map, indent, rows: rows.clone() });
        }
        self.end_merged(rows);
    }

    /// A collection with nothing in it is a value of its own.
    fn end_empty(&mut self, open: &Open<'t>) {
        let value = Cow::Borrowed(if open.is_map { "{}" } else { "[]" });
        match open.head.and_then(|head| self.rows.get_mut(head)) {
            Some(head) => head.value = value,
            None => {
                let row = self.place(Row { number: open.number, value, ..Row::default() });
                self.rows.extend(row);
            }
        }
    }

    /// Keeps what stands behind a `<<` for the end of the map that takes it.
    fn end_merged(&mut self, rows: Range<usize>) {
        let Some(within) = self.open.last_mut().filter(|open| open.is_merge) else { return };
        within.is_merge = false;
        let head = rows.start.saturating_sub(1);
        for row in self.rows.get_mut(head..rows.end).unwrap_or_default() {
            row.is_merged = true;
        }
        within.merges.push(rows);
    }

    /// Adds what the merged maps have and the map has not, the first of them first (YAML merge
    /// key, 2005).
    fn merge(&mut self, open: &mut Open<'t>) {
        if open.merges.is_empty() {
            return;
        }
        let entries = || self.rows.get(open.start..).unwrap_or_default().iter();
        let own = || entries().filter(|row| row.indent == open.indent);
        let known = own().filter(|row| !row.is_merged).filter_map(|row| row.key.clone());
        let mut known: HashSet<Cow<'t, str>> = known.collect();
        let is_item = own().any(|row| row.is_item);
        for rows in std::mem::take(&mut open.merges) {
            let added = self.merged(rows, open.indent, &mut known);
            self.rows.extend(added);
        }
        // The line with the dash may have been that of the `<<`.
        let mut entries = self.rows.get_mut(open.start..).unwrap_or_default().iter_mut();
        if let Some(first) = entries.find(|row| !row.is_merged) {
            first.is_item |= is_item;
        }
    }

    /// The entries of merged maps that are not known by their keys, as those of a map.
    fn merged(
        &self,
        rows: Range<usize>,
        to: usize,
        known: &mut HashSet<Cow<'t, str>>,
    ) -> Vec<Row<'t>> {
        let room = (MAX_ROWS + 1).saturating_sub(self.rows.len());
        let rows = self.rows.get(rows).unwrap_or_default();
        let from = rows.first().map_or(0, |row| row.indent);
        let mut is_new = false;
        let copied = rows.iter().filter(|row| {
            if row.indent == from {
                is_new = row.key.as_ref().is_some_and(|key| known.insert(key.clone()));
            }
            is_new
        });
        let copies = copied.take(room).map(|row| Row {
            is_merged: false,
            is_item: row.is_item && row.indent != from,
            indent: to + row.indent.saturating_sub(from),
            ..row.clone()
        });
        copies.collect()
    }

    /// Repeats what an anchor names, on the line of the alias.
    fn alias(&mut self, anchor: usize, number: u64) -> Result<(), Error> {
        let Some(anchored) = self.anchors.get(&anchor).cloned() else {
            let reason = "an alias inside its own anchor".to_owned();
            return Err(Error::Syntax { line: number, reason });
        };
        let (is_map, from, rows) = match anchored {
            Anchored::Scalar(row) => {
                self.repeated_bytes += row.text_bytes();
                self.scalar(Row { number, ..row }, false);
                return Ok(());
            }
            Anchored::Collection { is_map, indent, rows } => (is_map, indent, rows),
        };
        if self.rows.len() + rows.len() > MAX_ROWS {
            return Err(Error::TooLarge { line: number });
        }
        self.begin(is_map, 0, number);
        let mut copies = self.rows.get(rows).unwrap_or_default().to_vec();
        self.repeated_bytes += copies.iter().map(Row::text_bytes).sum::<usize>();
        if let Some(open) = self.open.last_mut() {
            for row in &mut copies {
                row.indent = open.indent + row.indent.saturating_sub(from);
                row.number = number;
            }
            if let Some(first) = copies.first_mut().filter(|_| is_map) {
                first.is_item = open.begins_item;
            }
        }
        self.rows.append(&mut copies);
        self.end();
        Ok(())
    }

    /// The comment behind a value that is the last on its line.
    fn comment(&self, style: ScalarStyle, span: Span) -> &'t str {
        if matches!(style, ScalarStyle::Literal | ScalarStyle::Folded) {
            return "";
        }
        let end = span.end.byte_offset().unwrap_or(self.text.len());
        let rest = self.text.get(end..).unwrap_or_default();
        // The parser may count the blank before the `#` to the value. Brackets may close after it.
        let comment = rest.trim_start_matches([' ', '\t', ',', ']', '}']).strip_prefix('#');
        comment.and_then(|comment| comment.split('\n').next()).unwrap_or_default().trim()
    }

    fn line_of(&self, span: Span) -> u64 {
        self.line(span.start.byte_offset().unwrap_or(self.text.len()))
    }

    fn line(&self, offset: usize) -> u64 {
        self.index.at(offset.min(self.text.len()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Each line as `NUMBER INDENT[-] KEY=VALUE #COMMENT`.
    fn shown(text: &str) -> Vec<String> {
        let rows = rows(text).unwrap();
        let shown = rows.iter().filter(|row| !row.is_merged).map(|row| {
            let (dash, key) = (if row.is_item { "-" } else { "" }, row.key.as_deref());
            let comment = if row.comment.is_empty() { "" } else { " #" };
            let key = key.map_or(String::new(), |key| format!("{key}="));
            format!(
                "{} {}{dash} {key}{}{comment}{}",
                row.number, row.indent, row.value, row.comment
            )
        });
        shown.collect()
    }

    #[test]
    fn every_layout_gives_the_same_lines() {
        let expected = |numbers: [u64; 6]| {
            let lines =
                ["0 a=", "2 b=1", "2 c=", "4-d=2".replace('-', "- ").as_str(), "4 e=[]", "0 f={}"]
                    .map(str::to_owned);
            numbers
                .iter()
                .zip(lines)
                .map(|(number, line)| format!("{number} {line}"))
                .collect::<Vec<_>>()
        };
        for (text, numbers) in [
            ("a:\n    b: 1\n    c:\n    -   d: 2\n        e: []\nf: {}\n", [1, 2, 3, 4, 5, 6]),
            ("{a: {b: 1, c: [{d: 2, e: []}]}, f: {}}", [1; 6]),
            (
                "{\n\t\"a\": {\n\t\t\"b\": 1,\n\"c\": [{\"d\": 2,\n\"e\": []}]},\n\"f\": {}}",
                [2, 3, 4, 4, 5, 6],
            ),
            ("? a\n: b: '1'\n  c: [d: 2, ]\nf: {}\n", [1, 2, 3, 3, 0, 4]),
        ] {
            let mut expected = expected(numbers);
            expected.retain(|line| !line.starts_with("0 "));
            assert_eq!(shown(text), expected, "{text:?}");
        }
    }

    #[test]
    fn a_comment_belongs_to_the_last_value_of_its_line() {
        let text = "- {a: b, c: \"d # e\"}\n- {f: g, h: i} # j\n";
        assert_eq!(shown(text), ["1 2- a=b", "1 2 c=d # e", "2 2- f=g #j", "2 2 h=i #j"]);
    }

    #[test]
    fn texts_of_several_lines_are_one_value() {
        let text = "a: >-\n  b\n  c\nd:\n  e\nf: |\n  g\nh: \"i\n  j\"\nk: 'it''s #1' # l\n- m\n";
        assert!(rows(text).is_err());
        let text = text.trim_end_matches("- m\n");
        assert_eq!(
            shown(text),
            ["1 0 a=b c", "4 0 d=e", "6 0 f=g\n", "8 0 h=i j", "10 0 k=it's #1 #l"]
        );
    }

    #[test]
    fn aliases_are_followed() {
        let text = "a: &a\n  b: &b !!str 1 # x\n  c: [2]\nd: *a\ne:\n- *a\n- *b\n*b : f\n";
        assert_eq!(
            shown(text),
            [
                "1 0 a=",
                "2 2 b=1 #x",
                "3 2 c=",
                "3 4- 2",
                "4 0 d=",
                "4 2 b=1 #x",
                "4 2 c=",
                "4 4- 2",
                "5 0 e=",
                "6 2- b=1 #x",
                "6 2 c=",
                "6 4- 2",
                "7 2- 1 #x",
                "8 0 1=f",
            ]
        );
        assert!(rows("a: &a [*a]").is_err());
        assert!(rows("a: *b").is_err());
    }

    #[test]
    fn merged_maps_give_what_the_map_has_not() {
        let text = "a: &a {b: 1, c: {d: 2}}\ne: &e {b: 3, f: 4}\ng:\n  b: 5\n  <<: [*a, *e]\nh:\n- <<: *a\n";
        assert_eq!(
            shown(text)[7..],
            [
                "3 0 g=", "4 2 b=5", "5 2 c=", "5 4 d=2", "5 2 f=4", "6 0 h=", "7 2- b=1",
                "7 2 c=", "7 4 d=2",
            ]
        );
    }

    #[test]
    fn a_small_text_gives_no_flood_of_lines() {
        let mut text = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n".to_owned();
        for level in 1..10 {
            let alias = format!("*a{}, ", level - 1).repeat(10);
            text.push_str(&format!("a{level}: &a{level} [{alias}]\n"));
        }
        assert!(matches!(rows(&text), Err(Error::TooLarge { .. })));
        let long = format!("a: &a {}\nb:\n", "x".repeat(1 << 20));
        let text = long + &"- *a\n".repeat(1000);
        assert!(matches!(rows(&text), Err(Error::TooLarge { .. })));
        let merges = "m:\n".to_owned() + &"  <<: *a\n".repeat(100_000);
        assert!(rows(&format!("a: &a {{b: 1}}\n{merges}")).is_ok());
        assert!(matches!(rows(&"[".repeat(1000)), Err(Error::Syntax { .. })));
        assert!(matches!(rows(&"- ".repeat(1000)), Err(Error::Syntax { .. })));
    }
}
