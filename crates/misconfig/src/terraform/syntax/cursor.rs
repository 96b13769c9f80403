//! A position in the text, and the nesting depth there.

use super::{SyntaxError, SyntaxErrorKind};
use crate::{Limits, Lines};

/// Bytes of a name. Every look-up costs its length; names of resources have no hundred.
pub(super) const MAX_NAME_BYTES: usize = 1024;

/// Where the reader is.
pub(super) struct Cursor<'a> {
    text: &'a str,
    position: usize,
    end: usize,
    /// Byte offsets at which lines begin.
    starts: Vec<usize>,
    depth: usize,
    max_depth: usize,
    nodes: usize,
    max_nodes: usize,
    /// Whether a line's end is white space: between brackets.
    pub(super) lines_are_space: bool,
}

impl<'a> Cursor<'a> {
    pub(super) fn new(text: &'a str, limits: &Limits) -> Self {
        let starts = std::iter::once(0)
            .chain(text.match_indices('\n').map(|(offset, _)| offset + 1))
            .collect();
        Self {
            text,
            // HCL files may begin with a byte order mark.
            position: if text.starts_with('\u{feff}') { 3 } else { 0 },
            end: text.len(),
            starts,
            depth: 0,
            max_depth: limits.max_depth,
            nodes: 0,
            max_nodes: limits.max_nodes,
            lines_are_space: false,
        }
    }

    pub(super) fn rest(&self) -> &'a str {
        self.text.get(self.position..self.end).unwrap_or_default()
    }

    pub(super) fn position(&self) -> usize {
        self.position
    }

    pub(super) fn slice(&self, from: usize) -> &'a str {
        self.text.get(from..self.position).unwrap_or_default()
    }

    pub(super) fn at_end(&self) -> bool {
        self.position >= self.end
    }

    pub(super) fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    pub(super) fn starts_with(&self, text: &str) -> bool {
        self.rest().starts_with(text)
    }

    /// Passes over bytes that the caller has seen.
    pub(super) fn advance(&mut self, bytes: usize) {
        self.position = self.position.saturating_add(bytes).min(self.end);
    }

    pub(super) fn next(&mut self) -> Option<char> {
        let next = self.peek()?;
        self.advance(next.len_utf8());
        Some(next)
    }

    pub(super) fn eat(&mut self, text: &str) -> bool {
        let found = self.starts_with(text);
        if found {
            self.advance(text.len());
        }
        found
    }

    pub(super) fn expect(&mut self, text: &str, expected: &'static str) -> Result<(), SyntaxError> {
        if self.eat(text) { Ok(()) } else { Err(self.expected(expected)) }
    }

    /// Passes over blanks and comments, and over line ends where they are white space.
    pub(super) fn skip_space(&mut self) -> Result<(), SyntaxError> {
        loop {
            let rest = self.rest();
            let blank = |c: char| c == ' ' || c == '\t' || c == '\r';
            let trimmed = if self.lines_are_space {
                rest.trim_start_matches(|c| blank(c) || c == '\n')
            } else {
                rest.trim_start_matches(blank)
            };
            self.advance(rest.len() - trimmed.len());
            if trimmed.starts_with('#') || trimmed.starts_with("//") {
                self.advance(trimmed.find('\n').unwrap_or(trimmed.len()));
                if !self.lines_are_space {
                    return Ok(());
                }
            } else if trimmed.starts_with("/*") {
                let Some(length) = trimmed.find("*/") else {
                    return Err(self.error(SyntaxErrorKind::Unterminated("a comment")));
                };
                self.advance(length + 2);
            } else {
                return Ok(());
            }
        }
    }

    /// The same over line ends too.
    pub(super) fn skip_lines(&mut self) -> Result<(), SyntaxError> {
        let before = std::mem::replace(&mut self.lines_are_space, true);
        let skipped = self.skip_space();
        self.lines_are_space = before;
        skipped
    }

    /// An identifier, which may hold dashes.
    pub(super) fn identifier(&mut self) -> Option<&'a str> {
        let rest = self.rest();
        let first = rest.chars().next()?;
        if !(first.is_alphabetic() || first == '_') {
            return None;
        }
        let length = rest
            .find(|c: char| !(c.is_alphanumeric() || c == '_' || c == '-'))
            .unwrap_or(rest.len());
        if length > MAX_NAME_BYTES {
            return None;
        }
        self.advance(length);
        rest.get(..length)
    }

    /// Reads something one level deeper, and counts it.
    pub(super) fn nested<T>(
        &mut self,
        read: impl FnOnce(&mut Self) -> Result<T, SyntaxError>,
    ) -> Result<T, SyntaxError> {
        if self.depth >= self.max_depth {
            return Err(self.error(SyntaxErrorKind::TooDeep { max: self.max_depth }));
        }
        if self.nodes >= self.max_nodes {
            return Err(self.error(SyntaxErrorKind::TooMany { max: self.max_nodes }));
        }
        self.nodes += 1;
        self.depth += 1;
        let result = read(self);
        self.depth -= 1;
        result
    }

    /// Reads something between brackets, where a line's end is white space or not.
    pub(super) fn with_lines<T>(
        &mut self,
        lines_are_space: bool,
        read: impl FnOnce(&mut Self) -> Result<T, SyntaxError>,
    ) -> Result<T, SyntaxError> {
        let before = std::mem::replace(&mut self.lines_are_space, lines_are_space);
        let result = read(self);
        self.lines_are_space = before;
        result
    }

    /// Reads the next `bytes` as if the text ended there, and goes on after them.
    pub(super) fn within<T>(
        &mut self,
        bytes: usize,
        read: impl FnOnce(&mut Self) -> Result<T, SyntaxError>,
    ) -> Result<T, SyntaxError> {
        let end = self.position.saturating_add(bytes).min(self.end);
        let outer = std::mem::replace(&mut self.end, end);
        let result = read(self);
        self.end = outer;
        result
    }

    /// The 1-based line of a byte offset.
    pub(super) fn line_of(&self, offset: usize) -> u32 {
        let line = self.starts.partition_point(|start| *start <= offset);
        u32::try_from(line).unwrap_or(u32::MAX)
    }

    /// The lines from a byte offset to here; what was read last is not empty.
    pub(super) fn lines_from(&self, start: usize) -> Lines {
        let last = self.position.saturating_sub(1).max(start);
        Lines { start: self.line_of(start), end: self.line_of(last) }
    }

    pub(super) fn error(&self, kind: SyntaxErrorKind) -> SyntaxError {
        SyntaxError { line: self.line_of(self.position), kind }
    }

    pub(super) fn expected(&self, what: &'static str) -> SyntaxError {
        self.error(SyntaxErrorKind::Expected(what))
    }
}
