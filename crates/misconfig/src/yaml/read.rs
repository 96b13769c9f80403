//! Makes nodes from the parser's events.

use std::collections::{HashMap, HashSet};
use std::mem;
use std::rc::Rc;

use granit_parser::{Event, Parser, ScalarStyle, ScanError, Span, StrInput, Tag};

use super::split::Piece;
use super::{
    Document, Entry, Error, ErrorKind, Map, Node, Stream, Truth, Value, line_number, scalar,
};
use crate::{Limits, Lines};

/// Reads the documents of a piece into the stream; `nodes` counts those of the whole file.
pub(super) fn documents(
    piece: &Piece<'_>,
    limits: &Limits,
    truth: Truth,
    nodes: &mut usize,
    stream: &mut Stream,
) {
    let options = granit_parser::options! {
        emit_anchor_events: true,
        flow_nesting_limit: limits.max_depth,
        block_nesting_limit: limits.max_depth,
    };
    let reader = Reader {
        events: Parser::new_from_str_with_options(piece.text, options),
        piece,
        limits,
        truth,
        nodes,
        json: piece.text.trim_start().starts_with('{'),
        open: Vec::new(),
        anchors: HashMap::new(),
        duplicates: Vec::new(),
        root: None,
    };
    reader.run(stream);
}

struct Reader<'a, 'p> {
    events: Parser<'a, StrInput<'a>>,
    piece: &'p Piece<'a>,
    limits: &'p Limits,
    truth: Truth,
    nodes: &'p mut usize,
    /// Collections end on the line of their bracket.
    json: bool,
    /// Collections that are being read, the innermost last.
    open: Vec<Open>,
    anchors: HashMap<usize, Node>,
    duplicates: Vec<(String, u32)>,
    root: Option<Node>,
}

/// A collection that is being read.
struct Open {
    lines: Lines,
    anchor: usize,
    size: usize,
    height: usize,
    content: Content,
}

enum Content {
    List(Vec<Node>),
    Map { entries: Vec<Entry>, key: Option<Key>, merges: Vec<Node> },
}

struct Key {
    text: Rc<str>,
    line: u32,
    /// `<<` without quotes.
    merge: bool,
}

impl<'a> Reader<'a, '_> {
    fn run(mut self, stream: &mut Stream) {
        while let Some(event) = self.events.next_event() {
            let error = match event {
                Ok((event, span)) => match self.event(event, span, stream) {
                    Ok(()) => continue,
                    Err(kind) => Error { line: self.line(span.start.line()), kind },
                },
                Err(error) => self.syntax(&error),
            };
            stream.errors.push(error);
            return;
        }
    }

    fn event(
        &mut self,
        event: Event<'a>,
        span: Span,
        stream: &mut Stream,
    ) -> Result<(), ErrorKind> {
        match event {
            Event::Scalar(text, style, anchor, tag) => {
                let line = self.scalar_line(&text, style, span);
                let merge = style == ScalarStyle::Plain && text == "<<";
                let value = scalar_value(&text, style, tag.as_deref(), self.truth);
                let node =
                    Node { value, lines: Lines { start: line, end: line }, size: 1, height: 1 };
                self.anchor(anchor, &node);
                self.count(1)?;
                self.add(node, Rc::from(&*text), merge)
            }
            Event::SequenceStart(_, anchor, _) => {
                self.open(anchor, span, Content::List(Vec::new()))
            }
            Event::MappingStart(_, anchor, _) => self.open(
                anchor,
                span,
                Content::Map { entries: Vec::new(), key: None, merges: Vec::new() },
            ),
            Event::SequenceEnd | Event::MappingEnd => self.close(span),
            Event::Anchor(..) => {
                self.begin_at(span);
                Ok(())
            }
            Event::Alias(anchor) => {
                let node = self.anchors.get(&anchor).ok_or(ErrorKind::Cycle)?.clone();
                self.count(node.size)?;
                let key = node.str().map(Rc::from).unwrap_or_default();
                self.add(node, key, false)
            }
            Event::DocumentEnd => {
                self.end_document(stream);
                Ok(())
            }
            _ => Ok(()),
        }
    }

    /// An absent value is where its key is, a block scalar where its `|` is: the parser says
    /// where it noticed them.
    fn scalar_line(&self, text: &str, style: ScalarStyle, span: Span) -> u32 {
        let written = span.start.line();
        match style {
            ScalarStyle::Literal | ScalarStyle::Folded => {
                let above = span.start.byte_offset().map_or(0, |byte| self.lines_to_header(byte));
                self.line(written.saturating_sub(above))
            }
            ScalarStyle::Plain if text.is_empty() => {
                match self.open.last().map(|open| &open.content) {
                    Some(Content::Map { key: Some(key), .. }) => key.line,
                    _ => self.line(written),
                }
            }
            _ => self.line(written),
        }
    }

    /// Lines from the first content of a block scalar up to its header.
    fn lines_to_header(&self, content: usize) -> usize {
        let before = self.piece.text.get(..content).unwrap_or_default();
        let mut lines = before.rsplit('\n');
        if lines.next().is_none_or(|line| !line.trim().is_empty()) {
            return 0;
        }
        1 + lines.take_while(|line| line.trim().is_empty()).count()
    }

    fn open(&mut self, anchor: usize, span: Span, content: Content) -> Result<(), ErrorKind> {
        self.count(1)?;
        if self.open.len() >= self.limits.max_depth {
            return Err(ErrorKind::TooDeep { max: self.limits.max_depth });
        }
        let tag = span.tag_start().map_or(usize::MAX, |tag| tag.line());
        let line = self.line(span.start.line().min(tag));
        let lines = Lines { start: line, end: line };
        self.open.push(Open { lines, anchor, size: 1, height: 1, content });
        Ok(())
    }

    /// The anchor of the collection that was just opened may be on a line before it.
    fn begin_at(&mut self, span: Span) {
        let line = self.line(span.start.line());
        if let Some(open) = self.open.last_mut()
            && open.size == 1
        {
            open.lines.start = open.lines.start.min(line);
        }
    }

    fn close(&mut self, span: Span) -> Result<(), ErrorKind> {
        let Some(mut open) = self.open.pop() else { return Ok(()) };
        if self.json {
            open.lines.end = open.lines.end.max(self.line(span.start.line()));
        }
        let value = match open.content {
            Content::List(items) => Value::List(Rc::new(items)),
            Content::Map { entries, merges, .. } => {
                let mut map = Map { entries: unique(entries, &mut self.duplicates) };
                let merged = merge(&mut map, merges);
                self.count(merged)?;
                open.size += merged;
                Value::Map(Rc::new(map))
            }
        };
        let node = Node { value, lines: open.lines, size: open.size, height: open.height };
        self.anchor(open.anchor, &node);
        self.add(node, Rc::default(), false)
    }

    /// Puts a node where it belongs; `key` is its text in case that it is a key.
    fn add(&mut self, mut node: Node, key: Rc<str>, is_merge: bool) -> Result<(), ErrorKind> {
        let Some(open) = self.open.last_mut() else {
            self.root = Some(node);
            return Ok(());
        };
        open.height = open.height.max(node.height + 1);
        open.size += node.size;
        // What an alias stands for may have any height, however deep it is used.
        if open.height > self.limits.max_depth {
            return Err(ErrorKind::TooDeep { max: self.limits.max_depth });
        }
        match &mut open.content {
            Content::List(items) => {
                open.lines.end = open.lines.end.max(node.lines.end);
                items.push(node);
            }
            Content::Map { entries, key: waiting, merges } => match waiting.take() {
                None => *waiting = Some(Key { text: key, line: node.lines.start, merge: is_merge }),
                Some(key) if key.merge && mergeable(&node) => merges.push(node),
                Some(key) => {
                    if node.is_map() && key.line <= node.lines.end {
                        node.lines.start = key.line;
                    }
                    open.lines.end = open.lines.end.max(node.lines.end);
                    entries.push(Entry { key: key.text, key_line: key.line, value: node });
                }
            },
        }
        Ok(())
    }

    fn anchor(&mut self, anchor: usize, node: &Node) {
        if anchor != 0 {
            self.anchors.insert(anchor, node.clone());
        }
    }

    fn end_document(&mut self, stream: &mut Stream) {
        self.anchors.clear();
        let duplicates = mem::take(&mut self.duplicates);
        if let Some(root) = self.root.take().filter(|root| !root.is_null()) {
            let marker = line_number(self.piece.marker);
            stream.documents.push(Document { root, marker, duplicates });
        }
    }

    fn count(&mut self, nodes: usize) -> Result<(), ErrorKind> {
        *self.nodes = self.nodes.saturating_add(nodes);
        if *self.nodes > self.limits.max_nodes {
            return Err(ErrorKind::TooManyNodes { max: self.limits.max_nodes });
        }
        Ok(())
    }

    fn line(&self, line: usize) -> u32 {
        line_number(line.max(1) + self.piece.lines_before)
    }

    fn syntax(&self, error: &ScanError) -> Error {
        use granit_parser::ErrorKind as Scan;
        let kind = match error.kind() {
            Scan::RecursionLimitExceeded => ErrorKind::TooDeep { max: self.limits.max_depth },
            kind => ErrorKind::Syntax(kind.to_string()),
        };
        Error { line: self.line(error.marker().line()), kind }
    }
}

fn scalar_value(text: &str, style: ScalarStyle, tag: Option<&Tag>, truth: Truth) -> Value {
    match tag.map(|tag| tag.core_suffix()) {
        None if style == ScalarStyle::Plain => match scalar::condition_of_1_1(text) {
            Some(condition) if truth == Truth::Yaml11 => Value::Bool(condition),
            _ => scalar::plain(text),
        },
        Some(Some(kind)) => scalar::tagged(kind, text),
        // A tag of the user's own means nothing here, `!` is a string.
        None | Some(None) => Value::String(Rc::from(text)),
    }
}

/// Each key once, the last value in the place of the first.
fn unique(entries: Vec<Entry>, duplicates: &mut Vec<(String, u32)>) -> Vec<Entry> {
    let mut places: HashMap<Rc<str>, usize> = HashMap::with_capacity(entries.len());
    let mut kept: Vec<Entry> = Vec::with_capacity(entries.len());
    for entry in entries {
        let place = *places.entry(Rc::clone(&entry.key)).or_insert(kept.len());
        match kept.get_mut(place) {
            Some(earlier) => {
                duplicates.push((entry.key.to_string(), entry.key_line));
                *earlier = entry;
            }
            None => kept.push(entry),
        }
    }
    kept
}

/// What `<<` takes: a mapping, or a list of mappings.
fn mergeable(node: &Node) -> bool {
    node.is_map() || (node.is_list() && node.items().iter().all(Node::is_map))
}

/// Adds what the merged mappings have and the mapping has not, the first of them first (YAML
/// merge key, 2005); how many nodes that adds.
fn merge(map: &mut Map, merges: Vec<Node>) -> usize {
    if merges.is_empty() {
        return 0;
    }
    let mut keys: HashSet<Rc<str>> =
        map.entries.iter().map(|entry| Rc::clone(&entry.key)).collect();
    let mut added = 0;
    for node in &merges {
        let sources = if node.is_map() { std::slice::from_ref(node) } else { node.items() };
        for entry in sources.iter().flat_map(Node::entries) {
            if keys.insert(Rc::clone(&entry.key)) {
                added += entry.value.size;
                map.entries.push(entry.clone());
            }
        }
    }
    added
}
