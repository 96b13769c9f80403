//! The changes of a document: what they are, how many, and each by its number.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

use super::part::part;
use super::place::Place;

/// Fields of bytes; every other string is text.
const BYTES: &[&str] = &[
    "canonicalizedBody",
    "digest",
    "hashes",
    "keyId",
    "payload",
    "rawBytes",
    "rootHash",
    "sig",
    "signature",
    "signedEntryTimestamp",
    "signedTimestamp",
];

/// Seconds, or places in a log.
const SHIFTS: &[i64] = &[-1, 1, -60, 60, -3600, 3600, -31_622_400, 31_622_400, i64::MIN];

/// A changed document.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Mutation {
    /// What was changed: `flip`, `drop`, `swap` or `shift`, the place and the part of it.
    pub label: String,
    /// The changed document.
    pub document: Value,
}

/// All changes of a document, numbered from zero.
#[derive(Clone, Debug)]
pub struct Changes<'d> {
    document: &'d Value,
    groups: Vec<Group>,
}

#[derive(Clone, Debug)]
struct Group {
    place: Place,
    kind: Kind,
    count: usize,
}

#[derive(Clone, Debug)]
enum Kind {
    /// One bit of each byte, of bytes in base64.
    FlipBytes(Vec<u8>),
    /// One bit of each byte of a text.
    FlipText(String),
    /// Leaves the field or element out.
    Drop,
    /// Takes the value that another document has there.
    Swap(Value),
    /// Adds to a number.
    Shift(i64),
}

impl<'d> Changes<'d> {
    /// The changes of a document. The others lend the values that are swapped in: each field
    /// takes that of the first that has another value there.
    #[must_use]
    pub fn new(document: &'d Value, others: &[&Value]) -> Self {
        let mut groups = vec![];
        for place in Place::all(document) {
            let Some(value) = place.get(document) else { continue };
            let candidates = others.iter().filter_map(|other| place.get(other));
            let mut candidates = candidates.filter(|other| *other != value && !is_default(other));
            let other = candidates.next();
            let kinds = flip(&place, value)
                .into_iter()
                .chain((!is_default(value)).then_some((Kind::Drop, 1)))
                .chain(other.map(|other| (Kind::Swap(other.clone()), 1)))
                .chain(number(value).map(|number| (Kind::Shift(number), SHIFTS.len())));
            groups.extend(kinds.map(|(kind, count)| Group { place: place.clone(), kind, count }));
        }
        Self { document, groups }
    }

    /// How many there are.
    #[must_use]
    pub fn count(&self) -> usize {
        self.groups.iter().map(|group| group.count).sum()
    }

    /// The change of a number, where there is one.
    #[must_use]
    pub fn get(&self, mut number: usize) -> Option<Mutation> {
        let group = self.groups.iter().find(|group| {
            let found = number < group.count;
            if !found {
                number -= group.count;
            }
            found
        })?;
        let mut document = self.document.clone();
        let place = &group.place;
        let label = match &group.kind {
            Kind::FlipBytes(bytes) => {
                let flipped = flipped(bytes, number, mask(number));
                place.set(&mut document, STANDARD.encode(flipped).into());
                format!("flip {place} {}", part(place, self.document, bytes, number))
            }
            Kind::FlipText(text) => {
                // The lowest bit keeps UTF-8 valid, or this is not a JSON document any more.
                let flipped = flipped(text.as_bytes(), number, 1);
                let flipped = String::from_utf8_lossy(&flipped).into_owned();
                place.set(&mut document, flipped.into());
                format!("flip {place} {}", part(place, self.document, text.as_bytes(), number))
            }
            Kind::Drop => {
                place.remove(&mut document);
                format!("drop {place}")
            }
            Kind::Swap(value) => {
                place.set(&mut document, value.clone());
                format!("swap {place}")
            }
            Kind::Shift(from) => {
                let to = from.wrapping_add(*SHIFTS.get(number)?);
                let is_text = place.get(&document).is_some_and(Value::is_string);
                place.set(&mut document, if is_text { to.to_string().into() } else { to.into() });
                format!("shift {place}")
            }
        };
        Some(Mutation { label: label.trim_end().to_owned(), document })
    }
}

fn flip(place: &Place, value: &Value) -> Option<(Kind, usize)> {
    let text = value.as_str()?;
    let bytes = STANDARD.decode(text).ok().filter(|_| BYTES.contains(&place.name()));
    Some(match bytes {
        Some(bytes) => (Kind::FlipBytes(bytes.clone()), bytes.len()),
        None => (Kind::FlipText(text.to_owned()), text.len()),
    })
}

/// Whether a field that is left out means the same (ProtoJSON, Presence).
fn is_default(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.is_empty() || text == "0",
        Value::Array(elements) => elements.is_empty(),
        Value::Number(number) => number.as_u64() == Some(0),
        _ => false,
    }
}

fn number(value: &Value) -> Option<i64> {
    value.as_i64().or_else(|| value.as_str()?.parse().ok())
}

/// Another bit in each byte, so that all of them are tried somewhere.
fn mask(at: usize) -> u8 {
    1 << (at % 8)
}

fn flipped(bytes: &[u8], at: usize, mask: u8) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    if let Some(byte) = bytes.get_mut(at) {
        *byte ^= mask;
    }
    bytes
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn every_byte_field_and_number_is_changed_once() {
        let document = json!({"keyId": "AAAA", "logIndex": "7"});
        let other = json!({"keyId": "AQID"});
        let changes = Changes::new(&document, &[&other]);
        let all: Vec<Mutation> = (0..).map_while(|number| changes.get(number)).collect();
        assert_eq!(all.len(), changes.count());
        let count = |label: &str| all.iter().filter(|change| change.label == label).count();
        assert_eq!([count("flip keyId"), count("drop keyId"), count("swap keyId")], [3, 1, 1]);
        assert_eq!([count("flip logIndex"), count("shift logIndex")], [1, SHIFTS.len()]);
        assert!(all.iter().all(|change| change.document != document));
    }
}
