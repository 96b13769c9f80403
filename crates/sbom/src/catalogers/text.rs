//! Text files: their encoding, and the line of a position.

use std::borrow::Cow;

use sealift_layers::TreePath;

use crate::Error;

/// The text of a UTF-8 file, without byte order mark.
pub(crate) fn utf8<'a>(bytes: &'a [u8], format: &'static str) -> Result<&'a str, Error> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    std::str::from_utf8(bytes).map_err(|error| {
        let before = bytes.get(..error.valid_up_to()).unwrap_or_default();
        let newlines = before.iter().filter(|byte| **byte == b'\n').count();
        Error::Malformed {
            format,
            reason: "not UTF-8".to_owned(),
            line: u64::try_from(newlines).ok().map(|newlines| newlines + 1),
        }
    })
}

/// The text of a file that people write with any editor: UTF-16 where its byte order mark says
/// so, else UTF-8, in which a byte that is none becomes U+FFFD.
pub(super) fn any(bytes: &[u8]) -> Cow<'_, str> {
    match bytes {
        [0xff, 0xfe, rest @ ..] => utf16(rest, u16::from_le_bytes),
        [0xfe, 0xff, rest @ ..] => utf16(rest, u16::from_be_bytes),
        [0xef, 0xbb, 0xbf, rest @ ..] | rest => String::from_utf8_lossy(rest),
    }
}

fn utf16(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> Cow<'_, str> {
    let units = bytes.chunks(2).map(|pair| match pair {
        [first, second] => unit([*first, *second]),
        _ => 0xfffd,
    });
    char::decode_utf16(units).map(|each| each.unwrap_or(char::REPLACEMENT_CHARACTER)).collect()
}

/// Where the lines of a text end, to tell the line of any place in it.
#[derive(Debug)]
pub(super) struct LineIndex(Vec<usize>);

impl LineIndex {
    pub(super) fn of(text: &str) -> Self {
        Self(memchr::memchr_iter(b'\n', text.as_bytes()).collect())
    }

    /// The 1-based line of the byte at `offset`.
    pub(super) fn at(&self, offset: usize) -> u64 {
        let newlines = self.0.partition_point(|newline| *newline < offset);
        u64::try_from(newlines).unwrap_or(u64::MAX).saturating_add(1)
    }
}

/// Whether a file belongs to an installed package of a language. The lockfiles and manifests that
/// packages carry (of their own tests and examples, mostly) declare nothing for the tree.
pub(super) fn is_inside_package(path: TreePath<'_>) -> bool {
    path.components().any(|folder| {
        matches!(
            folder,
            b"node_modules" | b"bower_components" | b"site-packages" | b"dist-packages"
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_the_encodings_of_editors() {
        assert_eq!(any(b"\xef\xbb\xbfa"), "a");
        assert_eq!(any(b"\xff\xfea\0\xac\x20"), "a\u{20ac}");
        assert_eq!(any(b"\xfe\xff\0a\x20\xac"), "a\u{20ac}");
        assert_eq!(any(b"\xfe\xff\0a\x20"), "a\u{fffd}");
        assert_eq!(any(b"a\xff"), "a\u{fffd}");
    }

    #[test]
    fn names_the_line_of_a_foreign_byte() {
        assert_eq!(utf8(b"\xef\xbb\xbfa\nb", "text").unwrap(), "a\nb");
        let error = utf8(b"a\n\nb\xff", "text").unwrap_err();
        assert!(matches!(error, Error::Malformed { line: Some(3), .. }), "{error}");
    }

    #[test]
    fn counts_lines_from_one() {
        let lines = LineIndex::of("a\nbc\n\nd");
        assert_eq!([0, 1, 2, 4, 5, 6].map(|offset| lines.at(offset)), [1, 1, 2, 2, 3, 4]);
    }
}
