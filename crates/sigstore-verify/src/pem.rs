//! Textual encodings (RFC 7468), strictly: blocks with matching labels and no headers, standard
//! base64 with its padding. Lines of text may stand between blocks, as tools write them, unless
//! they look like the border of a block.

use crate::base64::{self, Base64Error};

/// One block: `-----BEGIN label-----`.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Block<'t> {
    /// The label of the block: `CERTIFICATE`, `PUBLIC KEY`.
    pub label: &'t str,
    /// The contents of the block: DER.
    pub contents: Vec<u8>,
}

/// Why text was not accepted as PEM.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PemError {
    /// No block.
    #[error("no PEM block")]
    NoBlock,
    /// More blocks than allowed.
    #[error("more than {max} PEM blocks")]
    TooManyBlocks {
        /// Blocks allowed.
        max: usize,
    },
    /// A line that begins like a border but is malformed, or is a border at the wrong place.
    #[error("line {line}: a PEM border that is malformed or does not fit")]
    Border {
        /// 1-based line.
        line: usize,
    },
    /// A block without end.
    #[error("line {line}: the PEM block has no end")]
    Unfinished {
        /// 1-based line on which the block begins.
        line: usize,
    },
    /// The contents of a block are not base64, or there are none.
    #[error("line {line}: the contents of the PEM block are missing or not base64")]
    Contents {
        /// 1-based line on which the block begins.
        line: usize,
        /// What is wrong with them; `None` if they are missing.
        #[source]
        source: Option<Base64Error>,
    },
    /// Not UTF-8.
    #[error("not PEM, but bytes that are no text")]
    NotText,
}

/// The blocks of a text: at least one, at most `max`.
///
/// # Errors
/// When there is none, there are more, or one is malformed.
pub fn blocks(text: &[u8], max: usize) -> Result<Vec<Block<'_>>, PemError> {
    let text = std::str::from_utf8(text).map_err(|_| PemError::NotText)?;
    let mut lines = text.lines().zip(1..);
    let mut blocks = Vec::new();
    while let Some((line, number)) = lines.next() {
        let line = line.trim_end();
        if !line.starts_with("-----") {
            continue;
        }
        let label = label(line, "-----BEGIN ").ok_or(PemError::Border { line: number })?;
        if blocks.len() == max {
            return Err(PemError::TooManyBlocks { max });
        }
        blocks.push(Block { label, contents: contents(&mut lines, label, number)? });
    }
    if blocks.is_empty() { Err(PemError::NoBlock) } else { Ok(blocks) }
}

/// Reads up to the border that ends the block begun on line `begin`.
fn contents<'t>(
    lines: &mut impl Iterator<Item = (&'t str, usize)>,
    label_of_begin: &str,
    begin: usize,
) -> Result<Vec<u8>, PemError> {
    let mut digits = String::new();
    for (line, number) in lines {
        let line = line.trim_end_matches(|letter: char| letter.is_ascii_whitespace());
        if !line.starts_with("-----") {
            digits.push_str(line);
            continue;
        }
        if label(line, "-----END ") != Some(label_of_begin) {
            return Err(PemError::Border { line: number });
        }
        return match base64::decode(&digits) {
            Ok(bytes) if bytes.is_empty() => Err(PemError::Contents { line: begin, source: None }),
            Ok(bytes) => Ok(bytes),
            Err(error) => Err(PemError::Contents { line: begin, source: Some(error) }),
        };
    }
    Err(PemError::Unfinished { line: begin })
}

fn label<'t>(line: &'t str, start: &str) -> Option<&'t str> {
    let label = line.strip_prefix(start)?.strip_suffix("-----")?;
    let fits = !label.is_empty()
        && label.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b' ');
    fits.then_some(label)
}

/// Writes one block.
#[cfg(test)]
pub(crate) fn encode(label: &str, contents: &[u8]) -> String {
    let digits = base64::encode(contents);
    format!("-----BEGIN {label}-----\n{digits}\n-----END {label}-----\n")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const BLOCK: &str = "-----BEGIN X-----\nAAEC\nAw==\n-----END X-----\n";

    #[test]
    fn blocks_are_read_in_order() {
        let text = format!(
            "subject=a\n{BLOCK}\n{}",
            BLOCK.replace('X', "PUBLIC KEY").replace('\n', " \r\n")
        );
        let read = blocks(text.as_bytes(), 2).unwrap();
        let labels: Vec<_> = read.iter().map(|block| block.label).collect();
        assert_eq!(labels, ["X", "PUBLIC KEY"]);
        assert!(read.iter().all(|block| block.contents == [0, 1, 2, 3]));
        assert_eq!(blocks(text.as_bytes(), 1), Err(PemError::TooManyBlocks { max: 1 }));
    }

    #[test]
    fn what_is_malformed_is_refused() {
        let contents = |source| PemError::Contents { line: 1, source };
        for (text, error) in [
            ("", PemError::NoBlock),
            ("AAEC", PemError::NoBlock),
            ("-----BEGIN X----\nAAEC\n-----END X-----", PemError::Border { line: 1 }),
            ("-----BEGIN -----\nAAEC\n-----END -----", PemError::Border { line: 1 }),
            ("-----END X-----\n", PemError::Border { line: 1 }),
            ("-----BEGIN X-----\nAAEC\n-----END Y-----", PemError::Border { line: 3 }),
            ("-----BEGIN X-----\nAAEC\n-----BEGIN X-----", PemError::Border { line: 3 }),
            ("-----BEGIN X-----\nAAEC\n", PemError::Unfinished { line: 1 }),
            ("-----BEGIN X-----\n\n-----END X-----", contents(None)),
            ("-----BEGIN X-----\nAw=\n-----END X-----", contents(Some(Base64Error::Length))),
            ("-----BEGIN X-----\nAx==\n-----END X-----", contents(Some(Base64Error::TrailingBits))),
            (
                "-----BEGIN X-----\nA: b\n\nAAEC\n-----END X-----",
                contents(Some(Base64Error::Character { at: 1 })),
            ),
        ] {
            assert_eq!(blocks(text.as_bytes(), 4), Err(error), "{text}");
        }
        assert_eq!(blocks(b"\xff", 4), Err(PemError::NotText));
    }

    proptest! {
        #[test]
        fn any_text_gives_an_answer(text in "(-----(BEGIN|END) X-----|[A-D=\n -]){0,9}") {
            let _ = blocks(text.as_bytes(), 2);
        }
    }
}
