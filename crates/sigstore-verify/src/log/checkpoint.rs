//! Checkpoints: a log's signed statement of its tree.
//!
//! C2SP signed-note defines how text and signatures are written, C2SP tlog-checkpoint the text of a
//! log's note.

use super::merkle::Node;
use crate::base64;
use crate::json::decimal;

/// Longest note that is read. A checkpoint with its witnesses takes well below 4 KiB; the 16
/// signatures that C2SP signed-note asks readers to accept take 80 KiB if they are post-quantum
/// ones.
const MAX_NOTE_BYTES: usize = 128 * 1024;
/// Most signatures of one note, as many as Go's `sumdb/note` reads.
const MAX_SIGNATURES: usize = 100;

/// A parsed checkpoint, whose signatures are not verified yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checkpoint<'a> {
    text: &'a str,
    origin: &'a str,
    tree_size: u64,
    root_hash: Node,
    signatures: Vec<NoteSignature<'a>>,
}

/// One signature line of a note.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct NoteSignature<'a> {
    /// Name of the key.
    pub(crate) name: &'a str,
    /// First bytes of the key's id.
    pub(crate) key_id: [u8; 4],
    /// The signature itself, at least one byte.
    pub(crate) signature: Vec<u8>,
}

/// Why text is not a checkpoint.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CheckpointError {
    /// The note is longer than allowed.
    #[error("a note of {bytes} bytes, at most {max} are allowed")]
    TooLong {
        /// Its length.
        bytes: usize,
        /// Bytes allowed.
        max: usize,
    },
    /// A control character other than a line feed.
    #[error("a control character at byte {at}")]
    ControlCharacter {
        /// 0-based place.
        at: usize,
    },
    /// No blank line after the text, or nothing after that.
    #[error("no signatures after a blank line")]
    NoSignatures,
    /// More signatures than allowed.
    #[error("more than {max} signatures")]
    TooManySignatures {
        /// Signatures allowed.
        max: usize,
    },
    /// A signature that is not written as a dash, a name and the base64 of more than four bytes.
    #[error("signature {number} is malformed")]
    Signature {
        /// 1-based number among the signatures.
        number: usize,
    },
    /// An empty line inside the text; an empty first one leaves the origin out.
    #[error("line {line} is empty")]
    EmptyLine {
        /// 1-based number of the line.
        line: usize,
    },
    /// The second line is not a decimal number of leaves, without sign or leading zero.
    #[error("line 2 is not a tree size")]
    TreeSize,
    /// The third line is missing, or not the base64 of a hash of 32 bytes.
    #[error("line 3 is not a root hash")]
    RootHash,
}

impl<'a> Checkpoint<'a> {
    /// Reads a signed note whose text is a checkpoint.
    ///
    /// # Errors
    /// When the note or its text is malformed, even if only in another key's signature.
    pub fn parse(note: &'a str) -> Result<Self, CheckpointError> {
        let (text, signatures) = split(note)?;
        let signatures = parse_signatures(signatures)?;
        let mut lines = text.split_terminator('\n');
        if let Some(empty) = lines.clone().position(str::is_empty) {
            return Err(CheckpointError::EmptyLine { line: empty + 1 });
        }
        // The split yields at least one line; the lines after the third are extensions.
        let origin = lines.next().ok_or(CheckpointError::EmptyLine { line: 1 })?;
        // "the ASCII decimal representation of the number of leaves in the tree, with no leading
        // zeroes (unless the tree is empty, in which case the tree size is `0`)".
        let tree_size = lines.next().and_then(decimal).ok_or(CheckpointError::TreeSize)?;
        let root_hash = lines.next().and_then(hash).ok_or(CheckpointError::RootHash)?;
        Ok(Self { text, origin, tree_size, root_hash, signatures })
    }

    /// The signed text, including its last line feed.
    #[must_use]
    pub fn text(&self) -> &'a str {
        self.text
    }

    /// The first line, which names the log.
    #[must_use]
    pub fn origin(&self) -> &'a str {
        self.origin
    }

    /// Number of leaves of the tree.
    #[must_use]
    pub fn tree_size(&self) -> u64 {
        self.tree_size
    }

    /// Root of the tree.
    #[must_use]
    pub fn root_hash(&self) -> &[u8; 32] {
        &self.root_hash
    }

    /// The signatures in order, including those of witnesses.
    pub(crate) fn signatures(&self) -> &[NoteSignature<'a>] {
        &self.signatures
    }
}

/// Text, with its last line feed, and signature lines: "the text is separated from the signatures
/// by the last empty line in the note".
fn split(note: &str) -> Result<(&str, &str), CheckpointError> {
    if note.len() > MAX_NOTE_BYTES {
        return Err(CheckpointError::TooLong { bytes: note.len(), max: MAX_NOTE_BYTES });
    }
    let is_control = |byte: u8| byte < b' ' && byte != b'\n';
    if let Some(at) = note.bytes().position(is_control) {
        return Err(CheckpointError::ControlCharacter { at });
    }
    let blank = note.rfind("\n\n").ok_or(CheckpointError::NoSignatures)?;
    let text = note.get(..=blank).unwrap_or_default();
    let signatures = note.get(blank + 2..).unwrap_or_default();
    if signatures.is_empty() {
        return Err(CheckpointError::NoSignatures);
    }
    Ok((text, signatures))
}

fn parse_signatures(lines: &str) -> Result<Vec<NoteSignature<'_>>, CheckpointError> {
    let mut signatures = Vec::new();
    for line in lines.split_inclusive('\n') {
        if signatures.len() == MAX_SIGNATURES {
            return Err(CheckpointError::TooManySignatures { max: MAX_SIGNATURES });
        }
        let number = signatures.len() + 1;
        signatures.push(signature(line).ok_or(CheckpointError::Signature { number })?);
    }
    Ok(signatures)
}

/// "em dash (U+2014), space (U+0020), key name, space, base64-encoded signature, newline".
fn signature(line: &str) -> Option<NoteSignature<'_>> {
    let (name, encoded) = line.strip_prefix("\u{2014} ")?.strip_suffix('\n')?.split_once(' ')?;
    if name.is_empty() || name.contains('+') || name.contains(char::is_whitespace) {
        return None;
    }
    let bytes = base64::decode(encoded).ok()?;
    let (key_id, signature) = bytes.split_first_chunk()?;
    if signature.is_empty() {
        return None;
    }
    Some(NoteSignature { name, key_id: *key_id, signature: signature.to_vec() })
}

fn hash(line: &str) -> Option<Node> {
    base64::decode(line).ok()?.try_into().ok()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{Checkpoint, CheckpointError, MAX_NOTE_BYTES, base64};

    const ROOT: [u8; 32] = [0xa5; 32];

    fn line(name: &str, bytes: &[u8]) -> String {
        format!("\u{2014} {name} {}\n", base64::encode(bytes))
    }

    fn note(text: &str) -> String {
        text.to_owned() + "\n" + &line("log.example", b"hint and signature")
    }

    fn text() -> String {
        format!("log.example\n7\n{}\n", base64::encode(&ROOT))
    }

    fn error(note: &str) -> CheckpointError {
        Checkpoint::parse(note).unwrap_err()
    }

    #[test]
    fn text_and_signatures() {
        let note = note(&text()) + &line("witness.example/1", &[1, 2, 3, 4, 5]);
        let checkpoint = Checkpoint::parse(&note).unwrap();
        assert_eq!(checkpoint.text(), text());
        assert_eq!(checkpoint.origin(), "log.example");
        assert_eq!((checkpoint.tree_size(), checkpoint.root_hash()), (7, &ROOT));
        let [first, second] = checkpoint.signatures() else { panic!("two signatures") };
        assert_eq!((first.name, first.key_id), ("log.example", *b"hint"));
        assert_eq!(first.signature, b" and signature");
        assert_eq!((second.name, second.key_id), ("witness.example/1", [1, 2, 3, 4]));
        assert_eq!(second.signature, [5]);
    }

    #[test]
    fn extension_lines_and_shards_are_kept() {
        let text =
            format!("log.example - 12\n0\n{}\nTimestamp: 1\n\u{e9}\n", base64::encode(&ROOT));
        let note = note(&text);
        let checkpoint = Checkpoint::parse(&note).unwrap();
        assert_eq!((checkpoint.text(), checkpoint.origin()), (text.as_str(), "log.example - 12"));
    }

    #[test]
    fn the_last_blank_line_separates() {
        let twice = note(&note(&text()));
        assert_eq!(error(&twice), CheckpointError::EmptyLine { line: 4 });
        assert_eq!(error(&note(&(text() + "\n"))), CheckpointError::EmptyLine { line: 4 });
        assert_eq!(error(&(note(&text()) + "\n")), CheckpointError::NoSignatures);
    }

    #[test]
    fn without_signatures() {
        for note in ["", "\n", "\n\n", "a\n", &text(), &(text() + "\n")] {
            assert_eq!(error(note), CheckpointError::NoSignatures, "{note:?}");
        }
    }

    #[test]
    fn text_that_is_no_checkpoint() {
        let root = base64::encode(&ROOT);
        let short = base64::encode(&ROOT[1..]);
        for (text, expected) in [
            (format!("7\n{root}\n"), CheckpointError::TreeSize),
            ("log.example\n".to_owned(), CheckpointError::TreeSize),
            (format!("log.example\n07\n{root}\n"), CheckpointError::TreeSize),
            (format!("log.example\n+7\n{root}\n"), CheckpointError::TreeSize),
            (format!("log.example\n-7\n{root}\n"), CheckpointError::TreeSize),
            (format!("log.example\n7 \n{root}\n"), CheckpointError::TreeSize),
            (format!("log.example\n18446744073709551616\n{root}\n"), CheckpointError::TreeSize),
            ("log.example\n7\n".to_owned(), CheckpointError::RootHash),
            (format!("log.example\n7\n{short}\n"), CheckpointError::RootHash),
            (format!("log.example\n7\n{root}=\n"), CheckpointError::RootHash),
            (format!("\n7\n{root}\n"), CheckpointError::EmptyLine { line: 1 }),
            (format!("log.example\n\n{root}\n"), CheckpointError::EmptyLine { line: 2 }),
        ] {
            assert_eq!(error(&note(&text)), expected, "{text:?}");
        }
    }

    #[test]
    fn malformed_signatures_of_anyone() {
        let good = line("a", &[0; 5]);
        for bad in [
            line("a", &[0; 4]),
            line("", &[0; 5]),
            line("a+b", &[0; 5]),
            line("a\u{a0}b", &[0; 5]),
            line("a b", &[0; 5]),
            good.replace('\u{2014}', "-"),
            good.replace('\n', ""),
            good.replace('\n', " \n"),
            good.replace('=', ""),
            format!(" {good}"),
        ] {
            let note = note(&text()) + &bad;
            assert_eq!(error(&note), CheckpointError::Signature { number: 2 }, "{bad:?}");
        }
    }

    #[test]
    fn bounds() {
        let signatures = |count| text() + "\n" + &line("a", &[0; 5]).repeat(count);
        assert!(Checkpoint::parse(&signatures(100)).is_ok());
        assert_eq!(error(&signatures(101)), CheckpointError::TooManySignatures { max: 100 });
        let long = "a".repeat(MAX_NOTE_BYTES + 1);
        let expected = CheckpointError::TooLong { bytes: long.len(), max: MAX_NOTE_BYTES };
        assert_eq!(error(&long), expected);
        assert_eq!(error("a\r\n"), CheckpointError::ControlCharacter { at: 1 });
        assert_eq!(error("\0"), CheckpointError::ControlCharacter { at: 0 });
    }

    proptest! {
        #[test]
        fn never_panics(note in "(\u{2014} |[ a-z0-9+/=\n]|\n\n|\\PC){0,60}") {
            let _ = Checkpoint::parse(&note);
        }

        #[test]
        fn what_is_written_is_read(size: u64, root: [u8; 32], bytes in prop::collection::vec(any::<u8>(), 5..80)) {
            let text = format!("o\n{size}\n{}\n", base64::encode(&root));
            let note = format!("{text}\n{}", line("o", &bytes));
            let checkpoint = Checkpoint::parse(&note).unwrap();
            prop_assert_eq!((checkpoint.tree_size(), checkpoint.root_hash()), (size, &root));
            prop_assert_eq!(checkpoint.signatures()[0].signature.as_slice(), &bytes[4..]);
        }
    }
}
