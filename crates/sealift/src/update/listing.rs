//! `modified_id.csv`: which records of an export were changed when.

use std::collections::BTreeMap;

use sealift_model::Timestamp;

/// Ids with the time of their last change, to the second.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Listing(BTreeMap<String, i64>);

/// Why bytes are not a listing.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: not <time>,<id>")]
#[non_exhaustive]
pub struct ListingError {
    /// The line, from 1.
    pub line: usize,
}

impl Listing {
    pub(super) fn parse(bytes: &[u8]) -> Result<Self, ListingError> {
        let mut rows = BTreeMap::new();
        for (index, line) in bytes.split(|byte| *byte == b'\n').enumerate() {
            let line = line.strip_suffix(b"\r").unwrap_or(line);
            if line.is_empty() {
                continue;
            }
            let (id, time) = row(line).ok_or(ListingError { line: index + 1 })?;
            // The newest first; whatever the order, the newest counts.
            let known = rows.entry(id.to_owned()).or_insert(time);
            *known = time.max(*known);
        }
        Ok(Self(rows))
    }

    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (&str, i64)> {
        self.0.iter().map(|(id, time)| (id.as_str(), *time))
    }

    pub(super) fn get(&self, id: &str) -> Option<i64> {
        self.0.get(id).copied()
    }

    /// Keeps the rows of which `keep` says so.
    pub(super) fn retain(&mut self, mut keep: impl FnMut(&str, i64) -> bool) {
        self.0.retain(|id, time| keep(id, *time));
    }

    /// As it is read.
    pub(super) fn to_csv(&self) -> String {
        let mut text = String::new();
        for (id, time) in &self.0 {
            if let Ok(time) = Timestamp::from_unix_seconds(*time) {
                text.push_str(&format!("{time},{id}\n"));
            }
        }
        text
    }
}

fn row(line: &[u8]) -> Option<(&str, i64)> {
    let (time, id) = std::str::from_utf8(line).ok()?.split_once(',')?;
    let time: Timestamp = time.parse().ok()?;
    let id = id.trim();
    (!id.is_empty() && !id.contains([',', '"'])).then_some((id, time.unix_seconds()))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn lines_have_a_time_and_an_id() {
        let listing = Listing::parse(
            b"2026-01-02T03:04:05.678901Z,GHSA-1\r\n2026-01-01T00:00:00Z,GHSA-2\n\n",
        )
        .unwrap();
        assert_eq!(listing.len(), 2);
        assert_eq!(listing.to_csv(), "2026-01-02T03:04:05Z,GHSA-1\n2026-01-01T00:00:00Z,GHSA-2\n");
        for (bytes, line) in [
            (&b"<!doctype html>\n"[..], 1),
            (b"2026-01-01T00:00:00Z,A\n2026-01-01T00:00:00Z", 2),
            (b"2026-01-01T00:00:00Z,\n", 1),
            (b"2026-01-01T00:00:00Z,\xff\n", 1),
            (b"2026-01-01T00:00:00Z,A,B\n", 1),
        ] {
            assert_eq!(Listing::parse(bytes), Err(ListingError { line }));
        }
    }

    proptest! {
        #[test]
        fn what_is_written_is_read(rows in proptest::collection::btree_map(
            "[A-Z]{2,5}-[0-9]{1,6}", 0i64..4_000_000_000, 0..50,
        )) {
            let listing = Listing(rows);
            prop_assert_eq!(Listing::parse(listing.to_csv().as_bytes()).unwrap(), listing);
        }

        #[test]
        fn any_bytes_are_read_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            drop(Listing::parse(&bytes));
        }
    }
}
