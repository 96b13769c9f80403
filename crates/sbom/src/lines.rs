//! Reads the lines of a streamed file; each is kept up to a limit.

use std::io::{self, BufRead, BufReader, Read};

use crate::Facts;

/// The lines of a reader, one at a time, each in the same buffer.
#[derive(Debug)]
pub(crate) struct Lines<R> {
    reader: BufReader<R>,
    buffer: Vec<u8>,
    number: u64,
    max_line_bytes: usize,
}

/// One line, without what ends it (`\n` or `\r\n`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Line<'l> {
    /// 1-based.
    pub(crate) number: u64,
    /// Its bytes, at most as many as allowed.
    pub(crate) bytes: &'l [u8],
    /// Whether it is longer than allowed; the rest of it is passed over.
    pub(crate) is_cut: bool,
    /// Whether a `\n` ends it; only the last line of a file may lack one.
    pub(crate) is_ended: bool,
}

impl<R: Read> Lines<R> {
    /// The lines of `reader`, of each the first `max_line_bytes`.
    pub(crate) fn new(reader: R, max_line_bytes: usize) -> Self {
        Self { reader: BufReader::new(reader), buffer: Vec::new(), number: 0, max_line_bytes }
    }

    /// The next line; `None` at the end. A read error is a problem of the file and ends it.
    pub(crate) fn next(&mut self, facts: &mut Facts) -> Option<Line<'_>> {
        let number = self.number + 1;
        self.read_line().unwrap_or_else(|error| {
            facts.problem(Some(number), format!("cannot be read on: {error}"));
            None
        })
    }

    fn read_line(&mut self) -> io::Result<Option<Line<'_>>> {
        self.buffer.clear();
        let mut is_cut = false;
        let mut is_ended = false;
        let mut is_empty = true;
        while !is_ended {
            let available = match self.reader.fill_buf() {
                Ok([]) => break,
                Ok(available) => available,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => return Err(error),
            };
            is_empty = false;
            let newline = memchr::memchr(b'\n', available);
            is_ended = newline.is_some();
            let part = available.get(..newline.unwrap_or(available.len())).unwrap_or_default();
            let used = part.len() + usize::from(is_ended);
            let room = self.max_line_bytes.saturating_sub(self.buffer.len());
            is_cut |= part.len() > room;
            self.buffer.extend_from_slice(part.get(..room).unwrap_or(part));
            self.reader.consume(used);
        }
        if is_empty {
            return Ok(None);
        }
        self.number += 1;
        let bytes = match is_ended && !is_cut {
            true => self.buffer.strip_suffix(b"\r").unwrap_or(&self.buffer),
            false => &self.buffer,
        };
        Ok(Some(Line { number: self.number, bytes, is_cut, is_ended }))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn all(text: &[u8], max: usize) -> Vec<(Vec<u8>, bool, bool)> {
        let mut lines = Lines::new(text, max);
        let mut facts = Facts::default();
        let mut all = Vec::new();
        while let Some(line) = lines.next(&mut facts) {
            all.push((line.bytes.to_vec(), line.is_cut, line.is_ended));
        }
        all
    }

    #[test]
    fn ends_lines_as_unix_and_dos_do() {
        let expected = [(b"a".to_vec(), false, true), (b"".to_vec(), false, true)];
        assert_eq!(all(b"a\r\n\n", 9), expected);
        assert_eq!(all(b"a\r", 9), [(b"a\r".to_vec(), false, false)]);
        assert_eq!(all(b"", 9), []);
    }

    #[test]
    fn passes_over_the_rest_of_a_long_line() {
        let expected = [(b"abc".to_vec(), true, true), (b"x".to_vec(), false, false)];
        assert_eq!(all(b"abcdef\nx", 3), expected);
        assert_eq!(all(b"abc\n", 3), [(b"abc".to_vec(), false, true)]);
    }

    #[test]
    fn what_cannot_be_read_is_a_problem_of_the_line_after() {
        struct Broken;
        impl Read for Broken {
            fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
                Err(io::Error::other("no medium"))
            }
        }
        let mut lines = Lines::new(b"a\n".chain(Broken), 9);
        let mut facts = Facts::default();
        assert_eq!(lines.next(&mut facts).unwrap().bytes, b"a");
        assert_eq!(lines.next(&mut facts), None);
        let [problem] = &facts.problems[..] else { panic!("one problem: {facts:?}") };
        assert_eq!(problem.line, Some(2));
        assert_eq!(problem.message, "cannot be read on: no medium");
    }

    proptest! {
        #[test]
        fn is_what_split_says(text in "[ab\n]{0,40}") {
            let mut expected: Vec<_> = text.split('\n').map(|line| line.as_bytes().to_vec()).collect();
            if text.is_empty() || text.ends_with('\n') {
                expected.pop();
            }
            let lines: Vec<_> = all(text.as_bytes(), 100).into_iter().map(|line| line.0).collect();
            prop_assert_eq!(lines, expected);
        }
    }
}
