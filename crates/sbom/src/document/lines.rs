//! Converts positions in a document to line numbers.

/// Counts the lines in front of places that mostly come in rising order.
#[derive(Debug)]
pub(crate) struct Lines<'a> {
    text: &'a str,
    /// A place up to which lines are counted, and their number.
    counted: (usize, u64),
}

impl<'a> Lines<'a> {
    pub(crate) fn new(text: &'a str) -> Self {
        Self { text, counted: (0, 1) }
    }

    /// The 1-based line on which `part`, a slice of the text, begins; none when it is no part.
    pub(crate) fn line_of(&mut self, part: &str) -> Option<u64> {
        let at = part.as_ptr().addr().checked_sub(self.text.as_ptr().addr())?;
        let (from, line) = if at < self.counted.0 { (0, 1) } else { self.counted };
        let between = self.text.as_bytes().get(from..at)?;
        let breaks = between.iter().filter(|byte| **byte == b'\n').count();
        self.counted = (at, line + u64::try_from(breaks).ok()?);
        Some(self.counted.1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_count_from_one_in_any_order() {
        let text = String::from("a\nb\n\nc");
        let mut lines = Lines::new(&text);
        for (at, line) in [(0, 1), (2, 2), (5, 4), (2, 2), (6, 4)] {
            assert_eq!(lines.line_of(&text[at..]), Some(line), "{at}");
        }
    }
}
