//! Writes DER (X.690), as little of it as certificates and timestamps need.
//!
//! By hand, so that the tests can also write what a library refuses to.

/// `INTEGER` etc. with any content.
pub(super) fn value(tag: u8, content: &[u8]) -> Vec<u8> {
    let mut bytes = vec![tag];
    match content.len() {
        length @ 0..0x80 => bytes.push(u8::try_from(length).unwrap()),
        length => {
            let digits = length.to_be_bytes();
            let start = digits.iter().position(|digit| *digit != 0).unwrap();
            bytes.push(0x80 | u8::try_from(digits.len() - start).unwrap());
            bytes.extend(&digits[start..]);
        }
    }
    bytes.extend(content);
    bytes
}

pub(super) fn sequence(parts: &[Vec<u8>]) -> Vec<u8> {
    value(0x30, &parts.concat())
}

/// `SET OF`, whose elements DER orders (X.690 11.6).
pub(super) fn set(parts: &[Vec<u8>]) -> Vec<u8> {
    let mut parts = parts.to_vec();
    parts.sort();
    value(0x31, &parts.concat())
}

/// A context-specific constructed value, `[n]`.
pub(super) fn context(number: u8, parts: &[Vec<u8>]) -> Vec<u8> {
    value(0xa0 | number, &parts.concat())
}

/// A context-specific primitive value, `[n] IMPLICIT`.
pub(super) fn implicit(number: u8, content: &[u8]) -> Vec<u8> {
    value(0x80 | number, content)
}

/// A non-negative `INTEGER` from its big-endian digits.
pub(super) fn unsigned(digits: &[u8]) -> Vec<u8> {
    let start = digits.iter().position(|digit| *digit != 0).unwrap_or(digits.len());
    let digits = &digits[start..];
    // The first bit is the sign (X.690 8.3.3); zero is one byte.
    let pad = digits.first().is_none_or(|first| *first >= 0x80);
    value(0x02, &[if pad { &[0][..] } else { &[] }, digits].concat())
}

pub(super) fn small(number: u64) -> Vec<u8> {
    unsigned(&number.to_be_bytes())
}

/// An `OBJECT IDENTIFIER` from its dotted form.
pub(super) fn oid(dotted: &str) -> Vec<u8> {
    let arcs: Vec<u64> = dotted.split('.').map(|arc| arc.parse().unwrap()).collect();
    let mut content = base_128(arcs[0] * 40 + arcs[1]);
    content.extend(arcs[2..].iter().flat_map(|arc| base_128(*arc)));
    value(0x06, &content)
}

fn base_128(mut arc: u64) -> Vec<u8> {
    let mut digits = vec![];
    loop {
        let more = if digits.is_empty() { 0 } else { 0x80 };
        digits.insert(0, more | u8::try_from(arc % 128).unwrap());
        arc /= 128;
        if arc == 0 {
            return digits;
        }
    }
}

pub(super) fn octets(content: &[u8]) -> Vec<u8> {
    value(0x04, content)
}

/// A `BIT STRING` of whole bytes.
pub(super) fn bits(content: &[u8]) -> Vec<u8> {
    value(0x03, &[&[0], content].concat())
}

pub(super) fn boolean_true() -> Vec<u8> {
    value(0x01, &[0xff])
}

pub(super) fn null() -> Vec<u8> {
    value(0x05, &[])
}

pub(super) fn utf8(text: &str) -> Vec<u8> {
    value(0x0c, text.as_bytes())
}

/// `UTCTime` before 2050 (RFC 5280 4.1.2.5).
pub(super) fn utc_time(at: i64) -> Vec<u8> {
    value(0x17, format(at, "%y%m%d%H%M%SZ").as_bytes())
}

pub(super) fn generalized_time(at: i64) -> Vec<u8> {
    value(0x18, format(at, "%Y%m%d%H%M%SZ").as_bytes())
}

fn format(at: i64, format: &str) -> String {
    jiff::Timestamp::from_second(at).unwrap().strftime(format).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_take_as_few_bytes_as_they_can() {
        assert_eq!(octets(&[7; 127])[..2], [4, 0x7f]);
        assert_eq!(octets(&[7; 128])[..3], [4, 0x81, 0x80]);
        assert_eq!(octets(&[7; 256])[..4], [4, 0x82, 1, 0]);
    }

    #[test]
    fn numbers_are_never_negative() {
        assert_eq!(small(0), [2, 1, 0]);
        assert_eq!(small(127), [2, 1, 127]);
        assert_eq!(small(128), [2, 2, 0, 128]);
    }

    #[test]
    fn arcs_are_in_base_128() {
        assert_eq!(oid("1.2.840.113549"), [6, 6, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d]);
    }

    #[test]
    fn times_are_in_utc() {
        assert_eq!(&utc_time(1_748_779_200)[2..], b"250601120000Z");
        assert_eq!(&generalized_time(1_748_779_200)[2..], b"20250601120000Z");
    }
}
