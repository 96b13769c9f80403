//! One header block: fields, numbers, checksum (POSIX.1-2017 pax, "ustar Interchange Format";
//! GNU tar manual, "Basic Tar Format").

use super::Malformed;

/// Bytes of a block.
pub(super) const BLOCK: usize = 512;

/// A header block with a correct checksum.
#[derive(Clone, Copy)]
pub(super) struct Header<'a>(&'a [u8; BLOCK]);

/// The header's fields beyond those of V7.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Format {
    V7,
    Ustar,
    Star,
    Gnu,
}

impl<'a> Header<'a> {
    /// Checks the checksum of a block, which is computed as if its own field were blank; some old
    /// programs summed signed bytes.
    pub(super) fn new(block: &'a [u8; BLOCK]) -> Result<Self, Malformed> {
        let header = Self(block);
        let field = header.field(148, 8);
        let stored = octal(field).ok_or(Malformed::Checksum)?;
        let blank = 8 * u32::from(b' ');
        let unsigned = sum(block) - sum(field) + blank;
        // As a signed number, a byte with the highest bit is 256 less.
        let negative = |bytes: &[u8]| bytes.iter().filter(|byte| !byte.is_ascii()).count();
        let less = || u64::try_from(256 * (negative(block) - negative(field)));
        if stored == u64::from(unsigned)
            || less().is_ok_and(|less| stored.checked_add(less) == Some(unsigned.into()))
        {
            Ok(header)
        } else {
            Err(Malformed::Checksum)
        }
    }

    pub(super) fn name(self) -> &'a [u8] {
        text(self.field(0, 100))
    }

    /// Permission bits.
    pub(super) fn mode(self) -> Result<u32, Malformed> {
        let mode = number(self.field(100, 8)).ok_or(Malformed::Number("mode"))?;
        Ok(u32::try_from(mode & 0o7777).unwrap_or_default())
    }

    pub(super) fn size(self) -> Result<u64, Malformed> {
        number(self.field(124, 12)).ok_or(Malformed::Number("size"))
    }

    pub(super) fn type_flag(self) -> u8 {
        self.field(156, 1).first().copied().unwrap_or_default()
    }

    pub(super) fn link(self) -> &'a [u8] {
        text(self.field(157, 100))
    }

    pub(super) fn format(self) -> Format {
        match (self.field(257, 6), self.field(263, 2)) {
            (b"ustar\0", _) if self.field(508, 4) == b"tar\0" => Format::Star,
            (b"ustar\0", _) => Format::Ustar,
            (b"ustar ", b" \0") => Format::Gnu,
            _ => Format::V7,
        }
    }

    /// The part before the name, to be joined by a slash.
    pub(super) fn prefix(self) -> &'a [u8] {
        match self.format() {
            Format::V7 => &[],
            Format::Ustar => text(self.field(345, 155)),
            Format::Star => text(self.field(345, 131)),
            Format::Gnu => self.misplaced_prefix(),
        }
    }

    /// A GNU header has times in place of ustar's prefix. Go before 1.8 wrote a prefix there
    /// nevertheless, and engines still read it if the times are not numbers (golang/go #21005).
    fn misplaced_prefix(self) -> &'a [u8] {
        let is_time = |field: &[u8]| field.first() == Some(&0) || number(field).is_some();
        let prefix = text(self.field(345, 155));
        if is_time(self.field(345, 12)) && is_time(self.field(357, 12)) || !prefix.is_ascii() {
            return &[];
        }
        prefix
    }

    /// Size of a sparse file with its holes (GNU).
    pub(super) fn real_size(self) -> Result<u64, Malformed> {
        number(self.field(483, 12)).ok_or(Malformed::Number("realsize"))
    }

    /// The first four entries of a sparse map (GNU), and whether blocks with more follow.
    pub(super) fn sparse(self) -> (&'a [u8], bool) {
        (self.field(386, 96), self.field(482, 1) != [0])
    }

    fn field(self, at: usize, bytes: usize) -> &'a [u8] {
        self.0.get(at..at + bytes).unwrap_or_default()
    }
}

/// The sum of at most a block's bytes: pairs of bytes are added in parallel in the 16 bits that
/// their sums need.
fn sum(bytes: &[u8]) -> u32 {
    const LOW: u64 = 0x00ff_00ff_00ff_00ff;
    let (words, rest) = bytes.as_chunks::<8>();
    let pairs = words.iter().map(|word| u64::from_ne_bytes(*word));
    let pairs: u64 = pairs.map(|word| (word & LOW) + ((word >> 8) & LOW)).sum();
    let lanes = [pairs, pairs >> 16, pairs >> 32, pairs >> 48].map(|lane| lane & 0xffff);
    let whole = u32::try_from(lanes.iter().sum::<u64>()).unwrap_or(u32::MAX);
    whole + rest.iter().map(|byte| u32::from(*byte)).sum::<u32>()
}

/// A text field ends with its first zero byte, if it has one.
pub(super) fn text(field: &[u8]) -> &[u8] {
    field.split(|byte| *byte == 0).next().unwrap_or_default()
}

/// A number in octal digits, or, marked by the first bit, in base 256 (GNU); below 2^63.
pub(super) fn number(field: &[u8]) -> Option<u64> {
    match field {
        [0x80, rest @ ..] => rest.iter().try_fold(0_u64, |value, byte| {
            (value < 1 << 55).then_some((value << 8) | u64::from(*byte))
        }),
        // Other values with that bit are negative or have more than 63 bits.
        [0x81..=0xff, ..] => None,
        digits => octal(digits),
    }
}

/// Octal digits among blanks and zero bytes; no digits at all are zero. Everything after the first
/// zero byte behind the digits is ignored.
fn octal(field: &[u8]) -> Option<u64> {
    let blank = |byte: &u8| *byte == b' ' || *byte == 0;
    let start = field.iter().position(|byte| !blank(byte)).unwrap_or(field.len());
    let digits = text(field.get(start..).unwrap_or_default()).trim_ascii_end();
    digits.iter().try_fold(0_u64, |value, digit| match digit {
        b'0'..=b'7' if value < 1 << 60 => Some(value * 8 + u64::from(digit - b'0')),
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_numbers_of_all_kinds() {
        for (field, value) in [
            (&b"0000644\0"[..], Some(0o644)),
            (b"  644 \0\0", Some(0o644)),
            (b"\0\0\0\0", Some(0)),
            (b"77777777777\0", Some(0o77_777_777_777)),
            (b"\x80\0\0\0\0\0\0\0\0\0\x01\0", Some(256)),
            (b"\x80\0\0\0\x10\0\0\0\0\0\0\0", Some(1 << 60)),
            (b"\x80\0\0\0\x80\0\0\0\0\0\0\0", None),
            (b"\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff", None),
            (b"64x\0", None),
            (b"8\0", None),
        ] {
            assert_eq!(number(field), value, "{field:?}");
        }
    }
}
