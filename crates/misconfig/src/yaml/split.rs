//! The starts of the documents in a stream: YAML 1.2.2, 9.1.4.

/// A piece of a file, from a `---` line up to the next.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Piece<'a> {
    /// Its text, the `---` included.
    pub(super) text: &'a str,
    /// Lines of the file before it.
    pub(super) lines_before: usize,
    /// Line of its `---`; 0 where it has none.
    pub(super) marker: usize,
}

/// Cuts a file at the lines that begin with `---`: no scalar can hold one. Directives stay with
/// the document that follows them.
pub(super) fn documents(text: &str) -> Vec<Piece<'_>> {
    let mut pieces = Vec::new();
    let mut start = Start { byte: 0, line: 0, marker: 0, prologue: true, directives: false };
    let mut byte = 0;
    for (line, content) in text.split_inclusive('\n').enumerate() {
        if is_marker(content) {
            if start.directives && start.prologue {
                start.marker = line + 1;
                start.prologue = false;
            } else {
                pieces.extend(start.piece(text, byte));
                start = Start { byte, line, marker: line + 1, prologue: false, directives: false };
            }
        } else if content.starts_with('%') {
            start.directives = true;
        } else if !content.trim().is_empty() && !content.starts_with('#') {
            start.prologue = false;
        }
        byte += content.len();
    }
    pieces.extend(start.piece(text, byte));
    pieces
}

/// Where the piece that is being read began.
struct Start {
    byte: usize,
    line: usize,
    marker: usize,
    /// Only comments and directives so far.
    prologue: bool,
    directives: bool,
}

impl Start {
    fn piece<'a>(&self, text: &'a str, end: usize) -> Option<Piece<'a>> {
        let text = text.get(self.byte..end)?;
        Some(Piece { text, lines_before: self.line, marker: self.marker })
    }
}

fn is_marker(line: &str) -> bool {
    line.strip_prefix("---")
        .is_some_and(|rest| rest.is_empty() || rest.starts_with([' ', '\t', '\r', '\n']))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_know_their_place() {
        let pieces = documents("a: 1\n--- # two\nb: ----\n---x: 1\n%TAG ! x\n---\r\nc: 1");
        let places: Vec<_> =
            pieces.iter().map(|piece| (piece.lines_before, piece.marker)).collect();
        assert_eq!(places, [(0, 0), (1, 2), (5, 6)]);
        assert_eq!(pieces.iter().map(|piece| piece.text.len()).sum::<usize>(), 49);
    }
}
