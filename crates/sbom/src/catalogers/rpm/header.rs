//! A header in RPM databases (rpm, `docs/manual/format_header.md`): the number of index entries and
//! of data bytes, the entries of tag, type, offset and count, the data. All numbers are big-endian.

use super::bytes::{Order, slice};

/// Entries of one header; `HEADER_TAGS_MAX` of rpm's `lib/header.c`.
const MAX_ENTRIES: usize = 0xffff;
const ENTRY_BYTES: usize = 16;
const INTRO_BYTES: usize = 8;

/// Types of values (`rpmTagType`).
const INT32: u32 = 4;
const STRING: u32 = 6;
const STRING_ARRAY: u32 = 8;
const I18N_STRING: u32 = 9;

/// What an entry is about (`rpmTag`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Tag(pub(super) u32);

impl Tag {
    pub(super) const NAME: Self = Self(1000);
    pub(super) const VERSION: Self = Self(1001);
    pub(super) const RELEASE: Self = Self(1002);
    pub(super) const EPOCH: Self = Self(1003);
    pub(super) const VENDOR: Self = Self(1011);
    pub(super) const LICENSE: Self = Self(1014);
    pub(super) const ARCH: Self = Self(1022);
    pub(super) const OLD_FILE_NAMES: Self = Self(1027);
    pub(super) const SOURCE_RPM: Self = Self(1044);
    pub(super) const PROVIDE_NAME: Self = Self(1047);
    pub(super) const REQUIRE_NAME: Self = Self(1049);
    pub(super) const DIR_INDEXES: Self = Self(1116);
    pub(super) const BASE_NAMES: Self = Self(1117);
    pub(super) const DIR_NAMES: Self = Self(1118);
    pub(super) const MODULARITY_LABEL: Self = Self(5096);
}

/// A header whose index is whole. Values are looked at when they are asked for.
#[derive(Clone, Copy, Debug)]
pub(super) struct Header<'b> {
    index: &'b [u8],
    data: &'b [u8],
}

/// Why a header, or a value of it, cannot be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum HeaderError {
    /// Not even the two lengths.
    #[error("a header of {0} bytes")]
    NoLengths(usize),
    /// More than rpm itself takes.
    #[error("a header with {0} entries, most are {MAX_ENTRIES}")]
    TooManyEntries(usize),
    /// Shorter than it says.
    #[error(
        "a header of {there} bytes that says it has {entries} entries and {data} bytes of data"
    )]
    Cut { entries: usize, data: usize, there: usize },
    /// A value lies outside the data.
    #[error("its tag {0} points outside of its header")]
    Outside(u32),
    /// A value has another type than its tag has.
    #[error("its tag {tag} has type {kind}")]
    Type { tag: u32, kind: u32 },
}

/// Where a value lies.
#[derive(Clone, Copy)]
struct Entry<'b> {
    tag: u32,
    kind: u32,
    count: usize,
    /// The data from the value on.
    data: &'b [u8],
}

impl<'b> Header<'b> {
    /// Reads the two lengths and finds index and data by them.
    pub(super) fn parse(bytes: &'b [u8]) -> Result<Self, HeaderError> {
        let there = bytes.len();
        let lengths = (Order::Big.size(bytes, 0), Order::Big.size(bytes, 4));
        let (Some(entries), Some(data)) = lengths else {
            return Err(HeaderError::NoLengths(there));
        };
        if entries > MAX_ENTRIES {
            return Err(HeaderError::TooManyEntries(entries));
        }
        let index_bytes = entries * ENTRY_BYTES;
        let index = slice(bytes, INTRO_BYTES, index_bytes);
        let values = slice(bytes, INTRO_BYTES + index_bytes, data);
        let (Some(index), Some(values)) = (index, values) else {
            return Err(HeaderError::Cut { entries, data, there });
        };
        Ok(Self { index, data: values })
    }

    /// The text of a tag; the first of several.
    pub(super) fn text(self, tag: Tag) -> Result<Option<&'b [u8]>, HeaderError> {
        let Some(entry) = self.find(tag)? else { return Ok(None) };
        match entry.kind {
            STRING | STRING_ARRAY | I18N_STRING => strings(entry).next().transpose(),
            kind => Err(HeaderError::Type { tag: tag.0, kind }),
        }
    }

    /// All texts of a tag, none where there is no such tag.
    pub(super) fn texts(
        self,
        tag: Tag,
    ) -> Result<impl Iterator<Item = Result<&'b [u8], HeaderError>>, HeaderError> {
        match self.find(tag)? {
            None => Ok(None.into_iter().flatten()),
            Some(entry) if matches!(entry.kind, STRING | STRING_ARRAY) => {
                Ok(Some(strings(entry)).into_iter().flatten())
            }
            Some(Entry { kind, .. }) => Err(HeaderError::Type { tag: tag.0, kind }),
        }
    }

    /// All numbers of a tag, none where there is no such tag.
    pub(super) fn numbers(
        self,
        tag: Tag,
    ) -> Result<impl ExactSizeIterator<Item = u32> + 'b, HeaderError> {
        let numbers: &'b [u8] = match self.find(tag)? {
            None => &[],
            Some(Entry { kind: INT32, count, data, .. }) => {
                let length = count.checked_mul(4);
                length.and_then(|length| data.get(..length)).ok_or(HeaderError::Outside(tag.0))?
            }
            Some(Entry { kind, .. }) => return Err(HeaderError::Type { tag: tag.0, kind }),
        };
        let (numbers, _) = numbers.as_chunks();
        Ok(numbers.iter().map(|number| u32::from_be_bytes(*number)))
    }

    /// The entry of a tag. Of several the last: entries added to a signed header (`dribbles`) come
    /// after it and replace its own.
    fn find(self, tag: Tag) -> Result<Option<Entry<'b>>, HeaderError> {
        let (entries, _) = self.index.as_chunks::<ENTRY_BYTES>();
        let mut tagged = entries.iter().rev();
        let wanted = tag.0.to_be_bytes();
        let Some(entry) = tagged.find(|entry| entry.starts_with(&wanted)) else { return Ok(None) };
        let outside = HeaderError::Outside(tag.0);
        let kind = Order::Big.u32(entry, 4).ok_or(outside)?;
        let offset = Order::Big.size(entry, 8).ok_or(outside)?;
        let count = Order::Big.size(entry, 12).ok_or(outside)?;
        let data = self.data.get(offset..).ok_or(outside)?;
        Ok(Some(Entry { tag: tag.0, kind, count, data }))
    }
}

/// The texts of an entry, each ended by a zero byte.
fn strings(entry: Entry<'_>) -> impl Iterator<Item = Result<&[u8], HeaderError>> {
    // The data ends before a count that is a lie does, and its end is the last item.
    let mut rest = Some(entry.data);
    (0..entry.count).map_while(move |_| {
        let data = rest?;
        let end = data.iter().position(|byte| *byte == 0);
        rest = end.and_then(|end| data.get(end + 1..));
        let text = end.and_then(|end| data.get(..end));
        Some(text.ok_or(HeaderError::Outside(entry.tag)))
    })
}

#[cfg(test)]
mod tests {
    use super::super::testing::HeaderWriter;
    use super::*;

    fn texts(header: Header<'_>, tag: Tag) -> Result<Vec<&[u8]>, HeaderError> {
        header.texts(tag)?.collect()
    }

    #[test]
    fn finds_values_by_tag() {
        let bytes = HeaderWriter::default()
            .text(1000, "bash")
            .texts(1117, &["a", "", "c"])
            .numbers(1116, &[0, 7, u32::MAX])
            .i18n(1004, &["shell", "Schale"])
            .text(1000, "later")
            .bytes();
        let header = Header::parse(&bytes).unwrap();
        assert_eq!(header.text(Tag::NAME), Ok(Some(&b"later"[..])));
        assert_eq!(header.text(Tag(1004)), Ok(Some(&b"shell"[..])));
        assert_eq!(header.text(Tag::VERSION), Ok(None));
        assert_eq!(texts(header, Tag::BASE_NAMES), Ok(vec![&b"a"[..], b"", b"c"]));
        assert_eq!(texts(header, Tag::DIR_NAMES), Ok(vec![]));
        let numbers = header.numbers(Tag::DIR_INDEXES).unwrap();
        assert_eq!(numbers.collect::<Vec<_>>(), [0, 7, u32::MAX]);
    }

    #[test]
    fn types_are_held_against_their_tags() {
        let bytes = HeaderWriter::default().text(1116, "x").numbers(1000, &[1]).bytes();
        let header = Header::parse(&bytes).unwrap();
        assert_eq!(header.text(Tag::NAME), Err(HeaderError::Type { tag: 1000, kind: INT32 }));
        assert_eq!(texts(header, Tag::NAME), Err(HeaderError::Type { tag: 1000, kind: INT32 }));
        let numbers = header.numbers(Tag::DIR_INDEXES).map(|_| ());
        assert_eq!(numbers, Err(HeaderError::Type { tag: 1116, kind: STRING }));
    }

    #[test]
    fn lengths_are_held_against_the_bytes() {
        assert_eq!(Header::parse(&[0; 7]).unwrap_err(), HeaderError::NoLengths(7));
        let many = [0, 1, 0, 0, 0, 0, 0, 0];
        assert_eq!(Header::parse(&many).unwrap_err(), HeaderError::TooManyEntries(65536));
        let bytes = HeaderWriter::default().text(1000, "bash").bytes();
        let cut = Header::parse(&bytes[..bytes.len() - 1]).unwrap_err();
        assert_eq!(cut, HeaderError::Cut { entries: 1, data: 5, there: 28 });
    }

    #[test]
    fn values_end_within_the_data() {
        let entry = |kind: u32, offset: u32, count: u32, data: &[u8]| {
            let numbers = [1, u32::try_from(data.len()).unwrap(), 1000, kind, offset, count];
            let mut bytes: Vec<u8> = numbers.iter().flat_map(|n| n.to_be_bytes()).collect();
            bytes.extend(data);
            bytes
        };
        let outside = HeaderError::Outside(1000);
        for bytes in [entry(STRING, 9, 1, b"a\0"), entry(STRING, 0, 1, b"a")] {
            assert_eq!(Header::parse(&bytes).unwrap().text(Tag::NAME), Err(outside));
        }
        let bytes = entry(STRING_ARRAY, 0, u32::MAX, b"a\0b\0");
        assert_eq!(texts(Header::parse(&bytes).unwrap(), Tag::NAME), Err(outside));
        let bytes = entry(INT32, 0, u32::MAX, b"aaaa");
        assert!(Header::parse(&bytes).unwrap().numbers(Tag::NAME).is_err());
    }
}
