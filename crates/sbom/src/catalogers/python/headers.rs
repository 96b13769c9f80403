//! The header fields of core metadata.

use std::iter::Peekable;
use std::str::Lines;

/// Fields in the order of the file, folded lines joined with `\n`. Core metadata specifications:
/// the format is that of RFC 822 messages; the first empty line ends the fields, what follows is
/// the description. Lines that are no field (old tools wrote long values without indenting them)
/// are passed over.
#[derive(Debug)]
pub(super) struct Headers<'a>(Peekable<Lines<'a>>);

impl<'a> Headers<'a> {
    pub(super) fn of(text: &'a str) -> Self {
        Self(text.lines().peekable())
    }
}

impl<'a> Iterator for Headers<'a> {
    /// Name and value.
    type Item = (&'a str, String);

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            let line = self.0.next_if(|line| !line.trim_end().is_empty())?;
            let Some((name, value)) = line.split_once(':').filter(|(name, _)| is_field(name))
            else {
                continue;
            };
            let mut value = value.trim().to_owned();
            while let Some(folded) = self.0.next_if(|line| is_folded(line)) {
                value.push('\n');
                value.push_str(folded.trim());
            }
            return Some((name, value));
        }
    }
}

/// RFC 822 3.1.2: printable characters without space.
fn is_field(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_graphic())
}

/// RFC 822 3.1.1. A line of nothing but blanks is empty and ends the fields: so pip's parser has
/// it, too.
fn is_folded(line: &str) -> bool {
    line.starts_with([' ', '\t']) && !line.trim().is_empty()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fields(text: &str) -> Vec<(&str, String)> {
        Headers::of(text).collect()
    }

    #[test]
    fn stops_at_the_description() {
        let found = fields("Name: a\r\nVersion:1 \r\n\r\nName: b\r\n");
        assert_eq!(found, [("Name", "a".to_owned()), ("Version", "1".to_owned())]);
    }

    #[test]
    fn joins_folded_lines_and_passes_over_what_is_no_field() {
        let found = fields("License: MIT\n  and more\nloose words: here\nName: a");
        assert_eq!(found, [("License", "MIT\nand more".to_owned()), ("Name", "a".to_owned())]);
        assert_eq!(fields("\nName: a"), []);
    }
}
