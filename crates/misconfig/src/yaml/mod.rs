//! YAML and JSON as nodes with their lines.
//!
//! The lines are those of Trivy's engine, so that a failure is at the expected place: a mapping
//! that is the value of a key begins on the key's line, any other node where it is written; a block
//! ends on the line on which its last scalar *begins*, so that the text of a block scalar does not
//! count.
//!
//! A file is split at its `---` lines first, so that an unreadable document hides no other.

#[cfg(test)]
mod inputs;
mod node;
mod read;
mod scalar;
mod split;

pub(crate) use node::{Entry, Map, Node, Value};

use crate::Limits;

/// What a file holds.
#[derive(Debug, Default)]
pub(crate) struct Stream {
    /// The documents that could be read, in their order; empty ones left out.
    pub(crate) documents: Vec<Document>,
    /// Why others could not.
    pub(crate) errors: Vec<Error>,
}

/// One document.
#[derive(Debug)]
pub(crate) struct Document {
    /// Its content.
    pub(crate) root: Node,
    /// Line of the `---` before it; 0 for a first document without one.
    pub(crate) marker: u32,
    /// Keys that a mapping has twice: the key and the line of the later one, which counts.
    pub(crate) duplicates: Vec<(String, u32)>,
}

/// Why a document could not be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{kind}")]
pub(crate) struct Error {
    /// 1-based line where reading stopped.
    pub(crate) line: u32,
    /// What is wrong there.
    pub(crate) kind: ErrorKind,
}

/// What is wrong with a document.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum ErrorKind {
    /// The file is longer than [`Limits::max_file_bytes`].
    #[error("longer than {max} bytes")]
    TooLong { max: usize },
    /// Bytes that are no UTF-8.
    #[error("not UTF-8")]
    NotUtf8,
    /// More nodes than [`Limits::max_nodes`], aliases and merges followed.
    #[error("more than {max} nodes, aliases followed")]
    TooManyNodes { max: usize },
    /// Deeper than [`Limits::max_depth`], aliases followed.
    #[error("more than {max} levels deep, aliases followed")]
    TooDeep { max: usize },
    /// An alias inside what it stands for.
    #[error("an alias inside its own anchor")]
    Cycle,
    /// Not YAML.
    #[error("{0}")]
    Syntax(String),
}

impl ErrorKind {
    /// Whether it is one of [`Limits`] that ends it, and no fault of the document.
    pub(crate) fn is_limit(&self) -> bool {
        matches!(self, Self::TooLong { .. } | Self::TooManyNodes { .. } | Self::TooDeep { .. })
    }
}

/// Which plain scalars are conditions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Truth {
    /// `true` and `false` (YAML 1.2.2, 10.3.2).
    Core,
    /// `y`, `yes`, `on` and their opposites, too (the type repository of YAML 1.1).
    Yaml11,
}

/// Reads the documents of a file.
pub(crate) fn parse(bytes: &[u8], limits: &Limits) -> Stream {
    parse_with(bytes, limits, Truth::Core)
}

/// Reads the documents of a file whose conditions are written in a certain way.
pub(crate) fn parse_with(bytes: &[u8], limits: &Limits, truth: Truth) -> Stream {
    let mut stream = Stream::default();
    if bytes.len() > limits.max_file_bytes {
        let kind = ErrorKind::TooLong { max: limits.max_file_bytes };
        stream.errors.push(Error { line: 1, kind });
        return stream;
    }
    let text = match std::str::from_utf8(bytes) {
        Ok(text) => text.strip_prefix('\u{feff}').unwrap_or(text),
        Err(error) => {
            let before = bytes.get(..error.valid_up_to()).unwrap_or_default();
            let line = 1 + before.iter().filter(|byte| **byte == b'\n').count();
            stream.errors.push(Error { line: line_number(line), kind: ErrorKind::NotUtf8 });
            return stream;
        }
    };
    let mut nodes = 0;
    for piece in split::documents(text) {
        read::documents(&piece, limits, truth, &mut nodes, &mut stream);
    }
    stream
}

/// A line as results hold it.
fn line_number(line: usize) -> u32 {
    u32::try_from(line).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one(text: &str) -> Node {
        let mut stream = parse(text.as_bytes(), &Limits::default());
        assert_eq!(stream.errors, []);
        assert_eq!(stream.documents.len(), 1);
        stream.documents.remove(0).root
    }

    fn lines(node: Option<&Node>) -> (u32, u32) {
        let lines = node.unwrap().lines;
        (lines.start, lines.end)
    }

    fn error(text: &str, limits: &Limits) -> ErrorKind {
        parse(text.as_bytes(), limits).errors.remove(0).kind
    }

    #[test]
    fn a_mapping_begins_on_its_keys_line_and_ends_with_its_last_value() {
        let root = one("# first\na:\n  b:\n    - c: 1\n      d: |\n        x\n        y\n\ne: f\n");
        assert_eq!(lines(Some(&root)), (2, 9));
        assert_eq!(lines(root.get("a")), (2, 5));
        assert_eq!(lines(root.at(&["a", "b"])), (4, 5));
        assert_eq!(lines(root.at(&["a", "b"]).unwrap().items().first()), (4, 5));
    }

    #[test]
    fn an_absent_value_is_on_its_keys_line() {
        let root = one("a:\nb:\n  - \n  - x\nc: ~\n");
        assert_eq!(lines(root.get("a")), (1, 1));
        assert_eq!(lines(root.get("b").unwrap().items().first()), (3, 3));
        assert!(root.get("c").unwrap().is_null());
    }

    #[test]
    fn an_anchor_before_a_mapping_belongs_to_it() {
        let root = one("- &a\n  x: 1\n- !!map\n  x: 1\n");
        assert_eq!(lines(root.items().first()), (1, 2));
        assert_eq!(lines(root.items().get(1)), (3, 4));
    }

    #[test]
    fn json_ends_with_its_brace() {
        let root = one("{\n\t\"a\": {\n\t\t\"b\": [1,\n\t\t\t2\n\t\t]\n\t}\n}\n");
        assert_eq!(lines(Some(&root)), (1, 7));
        assert_eq!(lines(root.get("a")), (2, 6));
        assert_eq!(lines(root.at(&["a", "b"])), (3, 5));
    }

    #[test]
    fn json_without_spaces_and_of_one_line_is_read() {
        let item = r#"{"a":{"b":"http:\/\/x\u00e9\ud83d\ude00"},"c":[1,-2.5e3,true,null],"d":""}"#;
        let text = format!("[{}]", vec![item; 2_000].join(","));
        let root = one(&text);
        assert_eq!(root.items().len(), 2_000);
        let last = root.items().last().unwrap();
        assert_eq!(last.at(&["a", "b"]).and_then(Node::str), Some("http://xé😀"));
        assert_eq!(last.get("c").unwrap().items().len(), 4);
        assert_eq!(last.get("d").and_then(Node::str), Some(""));
        let long = one(&format!("{{\"{}\":1}}", "k".repeat(900)));
        assert_eq!(long.entries().len(), 1);
    }

    #[test]
    fn flow_collections_of_yaml_end_with_their_last_value() {
        let root = one("a: {b: 1,\n  c: 2\n  }\n");
        assert_eq!(lines(root.get("a")), (1, 2));
    }

    #[test]
    fn documents_keep_the_files_lines_and_a_broken_one_hides_no_other() {
        let stream =
            parse(b"---\na: 1\n---\nb: [\n---\n# nothing\n---\nc: 1\n", &Limits::default());
        let markers: Vec<_> = stream
            .documents
            .iter()
            .map(|document| (document.marker, lines(Some(&document.root))))
            .collect();
        assert_eq!(markers, [(1, (2, 2)), (7, (8, 8))]);
        assert_eq!(stream.errors.len(), 1);
        assert!(matches!(stream.errors.first().unwrap().line, 4 | 5));
    }

    #[test]
    fn directives_stay_with_their_document() {
        let root = one("%YAML 1.2\n---\na: 1\n");
        assert_eq!(lines(root.get("a")), (3, 3));
    }

    #[test]
    fn merges_fill_in_what_is_not_there() {
        let root = one("x: &x {a: 1, b: 1}\ny: &y {b: 2, c: 2}\nz:\n  c: 3\n  <<: [*x, *y]\n");
        let z = root.get("z").unwrap();
        let values: Vec<_> = ["a", "b", "c"].map(|key| z.get(key).and_then(Node::int)).into();
        assert_eq!(values, [Some(1), Some(1), Some(3)]);
        assert!(z.get("<<").is_none());
        assert_eq!(one("\"<<\": {a: 1}\n").at(&["<<", "a"]).and_then(Node::int), Some(1));
    }

    #[test]
    fn an_alias_keeps_the_lines_of_its_anchor() {
        let root = one("a: &a\n  b: 1\nc: *a\n");
        assert_eq!(lines(root.get("c")), (1, 2));
    }

    #[test]
    fn the_later_of_two_equal_keys_counts_and_both_are_told() {
        let stream = parse(b"a: 1\nb: 2\na: 3\n", &Limits::default());
        let document = stream.documents.first().unwrap();
        assert_eq!(document.root.get("a").and_then(Node::int), Some(3));
        assert_eq!(document.duplicates, [("a".to_owned(), 3)]);
    }

    #[test]
    fn a_bomb_of_aliases_is_counted() {
        let mut text = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n".to_owned();
        for level in 1..30 {
            let alias = format!("*a{}", level - 1);
            text += &format!("a{level}: &a{level} [{}]\n", vec![alias; 10].join(", "));
        }
        let max = Limits::default().max_nodes;
        assert_eq!(error(&text, &Limits::default()), ErrorKind::TooManyNodes { max });
    }

    #[test]
    fn depth_is_bounded_with_and_without_aliases() {
        let limits = Limits { max_depth: 20, ..Limits::default() };
        let deep = ErrorKind::TooDeep { max: 20 };
        assert_eq!(error(&"[".repeat(100_000), &limits), deep);
        assert_eq!(error(&"- ".repeat(100_000), &limits), deep);
        let mut chain = "- &a0 x\n".to_owned();
        for level in 1..30 {
            chain += &format!("- &a{level} [*a{}]\n", level - 1);
        }
        assert_eq!(error(&chain, &limits), deep);
    }

    #[test]
    fn what_cannot_be_read_says_why() {
        let limits = Limits { max_file_bytes: 50, ..Limits::default() };
        assert_eq!(error(&"a".repeat(51), &limits), ErrorKind::TooLong { max: 50 });
        assert_eq!(error("&a [*a]", &limits), ErrorKind::Cycle);
        assert!(matches!(error("a: *none", &limits), ErrorKind::Syntax(_)));
        assert!(matches!(error("a:\n\t- b\n", &limits), ErrorKind::Syntax(_)));
        let stream = parse(b"a: 1\nb: \xff\n", &limits);
        assert_eq!(stream.errors, [Error { line: 2, kind: ErrorKind::NotUtf8 }]);
    }

    proptest::proptest! {
        #[test]
        fn nothing_that_is_read_panics_or_points_outside_the_file(text in "[a-c:#\\-\\[\\]{}&*<>|!?%,'\" \n\t.~01]{0,120}") {
            let last = line_number(1 + text.lines().count());
            for document in parse(text.as_bytes(), &Limits::default()).documents {
                let mut nodes = vec![document.root];
                while let Some(node) = nodes.pop() {
                    proptest::prop_assert!(1 <= node.lines.start && node.lines.start <= node.lines.end);
                    proptest::prop_assert!(node.lines.end <= last);
                    nodes.extend(node.items().iter().cloned());
                    nodes.extend(node.entries().iter().map(|entry| entry.value.clone()));
                }
            }
        }
    }
}
