//! Records: columns of values (section 2.1, "Record Format").

use std::ops::Range;

/// A variable-length integer and the place after it (section 1.6): seven bits a byte, the highest
/// first, all eight of a ninth byte.
pub(super) fn varint(bytes: &[u8], at: usize) -> Option<(u64, usize)> {
    let mut number = 0_u64;
    for (index, byte) in bytes.get(at..)?.iter().enumerate().take(9) {
        if index == 8 {
            return Some((number << 8 | u64::from(*byte), at + 9));
        }
        number = number << 7 | u64::from(byte & 0x7f);
        if byte & 0x80 == 0 {
            return Some((number, at + index + 1));
        }
    }
    None
}

/// A value of a record: its type and the bytes that it takes.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Column {
    serial_type: u64,
    range: Range<usize>,
}

/// The column at `index`. Its bytes may lie behind the end of `record`.
fn column(record: &[u8], index: usize) -> Option<Column> {
    let (header, mut at) = varint(record, 0)?;
    let header = usize::try_from(header).ok()?;
    let types = record.get(..header)?;
    let mut start = header;
    for position in 0.. {
        let (serial_type, next) = varint(types, at)?;
        let end = start.checked_add(content_bytes(serial_type)?)?;
        if position == index {
            return Some(Column { serial_type, range: start..end });
        }
        (start, at) = (end, next);
    }
    None
}

fn content_bytes(serial_type: u64) -> Option<usize> {
    let bytes = match serial_type {
        0..=4 => serial_type,
        5 => 6,
        6 | 7 => 8,
        8 | 9 => 0,
        10 | 11 => return None,
        _ => (serial_type - 12) / 2,
    };
    usize::try_from(bytes).ok()
}

/// The blob in the column at `index`.
pub(super) fn blob(record: &[u8], index: usize) -> Option<&[u8]> {
    let column = column(record, index)?;
    let is_blob = column.serial_type >= 12 && column.serial_type.is_multiple_of(2);
    record.get(column.range).filter(|_| is_blob)
}

/// The text in the column at `index`.
pub(super) fn text(record: &[u8], index: usize) -> Option<&[u8]> {
    let column = column(record, index)?;
    let is_text = column.serial_type >= 13 && !column.serial_type.is_multiple_of(2);
    record.get(column.range).filter(|_| is_text)
}

/// The number of a page in the column at `index`.
pub(super) fn page_number(record: &[u8], index: usize) -> Option<u32> {
    let column = column(record, index)?;
    match column.serial_type {
        9 => Some(1),
        1..=6 => {
            let bytes = record.get(column.range)?;
            let number = bytes.iter().fold(0_u64, |number, byte| number << 8 | u64::from(*byte));
            u32::try_from(number).ok()
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variable_length_integers() {
        for (bytes, number) in [
            (&[0x05][..], Some((5, 1))),
            (&[0x81, 0x00], Some((128, 2))),
            (&[0xff; 9], Some((u64::MAX, 9))),
            (&[0xff; 8], None),
            (&[], None),
        ] {
            assert_eq!(varint(bytes, 0), number, "{bytes:?}");
        }
        assert_eq!(varint(&[1], usize::MAX), None);
    }

    #[test]
    fn columns_by_their_types() {
        // NULL, the number 1, the number 0x0203, text, blob.
        let record = [&[6, 0, 9, 2, 17, 16][..], &[2, 3], b"ab", b"\x01\x02"].concat();
        assert_eq!((page_number(&record, 0), page_number(&record, 1)), (None, Some(1)));
        assert_eq!(page_number(&record, 2), Some(0x0203));
        assert_eq!((text(&record, 3), blob(&record, 3)), (Some(&b"ab"[..]), None));
        assert_eq!((blob(&record, 4), text(&record, 4)), (Some(&b"\x01\x02"[..]), None));
        assert_eq!((blob(&record, 5), blob(&record[..9], 4)), (None, None));
    }

    #[test]
    fn lengths_that_no_record_has() {
        for record in [
            &[0xff; 20][..],
            &[3, 0x0a, 0x0b],
            &[11, 0, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff],
        ] {
            assert_eq!(blob(record, 1), None);
        }
    }
}
