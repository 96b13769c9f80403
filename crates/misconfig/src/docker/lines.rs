//! Finds the lines with instructions in a file: parser directives, comments, continuations, and the
//! bodies of here-documents.

use crate::Lines;
use crate::docker::heredoc::{Heredoc, heredocs};

/// One instruction as it is written, its continuation lines joined.
#[derive(Debug)]
pub(super) struct Logical {
    pub(super) text: String,
    pub(super) lines: Lines,
    pub(super) heredocs: Vec<Heredoc>,
    /// The here-document that the file ends in.
    pub(super) unterminated: Option<String>,
}

/// The lines of a file.
pub(super) struct Reader<'t> {
    lines: std::str::Lines<'t>,
    /// How many were read.
    read: u32,
    escape: char,
    /// Directives stand before anything else, each once.
    directives_end: bool,
}

impl<'t> Reader<'t> {
    pub(super) fn new(text: &'t str) -> Self {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        Self { lines: text.lines(), read: 0, escape: '\\', directives_end: false }
    }

    /// The character that continues a line and quotes another: `\` or `` ` ``.
    pub(super) fn escape(&self) -> char {
        self.escape
    }

    /// The next instruction's lines. `may_have_heredocs` says whether the instruction of the joined
    /// text may have here-documents.
    pub(super) fn next(&mut self, may_have_heredocs: impl Fn(&str) -> bool) -> Option<Logical> {
        loop {
            let line = self.line()?.trim_start();
            let start = self.read;
            self.directive(line);
            let line = if line.starts_with('#') { "" } else { line };
            let (part, mut more) = without_continuation(line, self.escape);
            if part.is_empty() && !more {
                continue;
            }
            let mut text = part.to_owned();
            while more {
                let Some(line) = self.line() else { break };
                if line.trim_start().is_empty() || line.trim_start().starts_with('#') {
                    continue;
                }
                let (part, goes_on) = without_continuation(line, self.escape);
                text.push_str(part);
                more = goes_on;
            }
            let (mut bodies, mut unterminated) = (Vec::new(), None);
            if text.contains("<<") && may_have_heredocs(&text) {
                (bodies, unterminated) = self.bodies(heredocs(&text));
            }
            let lines = Lines { start, end: self.read };
            return Some(Logical { text, lines, heredocs: bodies, unterminated });
        }
    }

    fn line(&mut self) -> Option<&'t str> {
        let line = self.lines.next()?;
        self.read = self.read.saturating_add(1);
        Some(line.trim_end_matches('\r'))
    }

    /// `# escape=`: reference/dockerfile, Parser directives.
    fn directive(&mut self, line: &str) {
        if self.directives_end {
            return;
        }
        let directive = line.strip_prefix('#').and_then(|rest| rest.trim().split_once('='));
        match directive.map(|(name, value)| (name.trim().to_ascii_lowercase(), value.trim())) {
            Some((name, "`")) if name == "escape" => self.escape = '`',
            Some((name, _)) if ["escape", "syntax", "check"].contains(&name.as_str()) => {}
            _ => self.directives_end = true,
        }
    }

    /// Reads the bodies that a line announces, in their order.
    fn bodies(&mut self, mut heredocs: Vec<Heredoc>) -> (Vec<Heredoc>, Option<String>) {
        for heredoc in &mut heredocs {
            loop {
                let Some(line) = self.line() else {
                    let name = heredoc.name.clone();
                    return (heredocs, Some(name));
                };
                let end = if heredoc.chomp { line.trim_start_matches('\t') } else { line };
                if end == heredoc.name {
                    break;
                }
                heredoc.body.push_str(line);
                heredoc.body.push('\n');
            }
        }
        (heredocs, None)
    }
}

/// The line before the character that continues it, and whether there is one. A doubled one, an
/// escaped escape, continues nothing.
fn without_continuation(line: &str, escape: char) -> (&str, bool) {
    match line.trim_end_matches([' ', '\t']).strip_suffix(escape) {
        Some(part) if !part.ends_with(escape) => (part, true),
        _ => (line, false),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Vec<(String, u32, u32)> {
        let mut reader = Reader::new(text);
        let mut read = Vec::new();
        while let Some(line) = reader.next(|text| text.starts_with("RUN")) {
            read.push((line.text, line.lines.start, line.lines.end));
        }
        read
    }

    #[test]
    fn a_comment_inside_a_continuation_ends_nothing() {
        let text = "RUN a \\\n  # why\n\n  && b\nUSER c\n";
        assert_eq!(read(text), [("RUN a   && b".into(), 1, 4), ("USER c".into(), 5, 5)]);
    }

    #[test]
    fn the_escape_directive_counts_only_at_the_top() {
        assert_eq!(read("# escape=`\nRUN a `\n b"), [("RUN a  b".into(), 2, 3)]);
        let late = read("# a comment\n# escape=`\nRUN a `\nRUN b");
        assert_eq!(late, [("RUN a `".into(), 3, 3), ("RUN b".into(), 4, 4)]);
    }

    #[test]
    fn bodies_of_here_documents_belong_to_their_line() {
        let text = "RUN <<A cat <<-'B'\nx\nA\n\ty\n\tB\nUSER c";
        let mut reader = Reader::new(text);
        let line = reader.next(|_| true).unwrap();
        let bodies: Vec<_> = line.heredocs.iter().map(|heredoc| &*heredoc.body).collect();
        assert_eq!((bodies, line.lines.end), (vec!["x\n", "\ty\n"], 5));
        assert_eq!(reader.next(|_| true).unwrap().text, "USER c");
    }

    #[test]
    fn a_file_may_end_in_a_here_document() {
        let line = Reader::new("RUN <<A\nx").next(|_| true).unwrap();
        assert_eq!(line.unterminated.as_deref(), Some("A"));
    }

    #[test]
    fn marks_of_windows_are_no_text() {
        assert_eq!(read("\u{feff}RUN a \\\r\n b\r\n"), [("RUN a  b".into(), 1, 2)]);
    }
}
