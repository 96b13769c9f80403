//! What a byte inside a field belongs to, so that a list of exceptions can name it.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

use super::place::Place;

/// Names the part of a field that a byte of it belongs to: the element of DER, as its place in
/// each sequence around it (`1.0` is the first of the second); the line of a checkpoint; the
/// scheme of a URL; nothing for what has no parts.
pub(super) fn part(place: &Place, document: &Value, bytes: &[u8], at: usize) -> String {
    match place.name() {
        "signedTimestamp" | "rawBytes" => der(bytes, at),
        "envelope" => line(place, document, bytes, at),
        "baseUrl" if bytes.get(at..).is_some_and(|rest| rest.contains(&b':')) => "scheme".into(),
        _ => String::new(),
    }
}

fn der(bytes: &[u8], at: usize) -> String {
    let mut path = vec![];
    let (mut from, mut to) = (0, bytes.len());
    // The header of an element counts as the element, so it ends where `at` is in no child.
    'deeper: loop {
        let mut start = from;
        for number in 0.. {
            let Some((content, end)) = element(bytes, start, to) else { break 'deeper };
            if at < end {
                path.push(number.to_string());
                let constructed = bytes.get(start).is_some_and(|tag| tag & 0x20 != 0);
                if at < content || !constructed {
                    break 'deeper;
                }
                (from, to) = (content, end);
                continue 'deeper;
            }
            start = end;
        }
    }
    path.join(".")
}

/// Where the content of the element at `start` begins and ends.
fn element(bytes: &[u8], start: usize, limit: usize) -> Option<(usize, usize)> {
    let first = usize::from(*bytes.get(start + 1)?);
    let digits = first.saturating_sub(0x80);
    let content = start + 2 + digits;
    let length = match digits {
        0 => first & 0x7f,
        _ => bytes
            .get(start + 2..content)?
            .iter()
            .fold(0_usize, |length, digit| (length << 8) | usize::from(*digit)),
    };
    let end = content.checked_add(length)?;
    (end <= limit).then_some((content, end))
}

/// A checkpoint's text, the signature of its log, or that of another.
fn line(place: &Place, document: &Value, bytes: &[u8], at: usize) -> String {
    let start = bytes.get(..at).and_then(|head| head.iter().rposition(|byte| *byte == b'\n'));
    let line = bytes.get(start.map_or(0, |end| end + 1)..).unwrap_or_default();
    let line = String::from_utf8_lossy(line);
    let line = line.lines().next().unwrap_or_default();
    let Some(signature) = line.strip_prefix('\u{2014}') else { return "text".into() };
    let id = place.nearest(document, "/logId/keyId").and_then(Value::as_str);
    let hint = signature.split_whitespace().nth(1).and_then(|text| STANDARD.decode(text).ok());
    let id = id.and_then(|id| STANDARD.decode(id).ok());
    let own = match (&hint, &id) {
        (Some(hint), Some(id)) => hint.get(..4) == id.get(..4),
        _ => false,
    };
    if own { "signature".into() } else { "signature of another".into() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_byte_of_der_is_named_by_its_element() {
        let bytes = [0x30, 6, 2, 1, 5, 0x30, 1, 0];
        let parts: Vec<String> = (0..bytes.len()).map(|at| der(&bytes, at)).collect();
        assert_eq!(parts, ["0", "0", "0.0", "0.0", "0.0", "0.1", "0.1", "0.1"]);
    }
}
