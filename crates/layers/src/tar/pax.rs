//! pax extended headers (POSIX.1-2017 pax, "pax Extended Header"): the records used here.

use super::Malformed;
use super::sparse::{Map, decimal};

/// The fields of an entry from its extended headers. Buffers are kept from entry to entry.
#[derive(Debug, Default)]
pub(super) struct Extensions {
    /// Its name, from pax or a GNU long-name entry; if empty, the one in its header.
    pub(super) path: Vec<u8>,
    /// Its link target, likewise.
    pub(super) link: Vec<u8>,
    /// GNU long names come after pax ones.
    pub(super) long_path: Vec<u8>,
    pub(super) long_link: Vec<u8>,
    /// Its size in the archive.
    pub(super) size: Option<u64>,
    /// The records about its holes.
    pub(super) sparse: SparseRecords,
}

/// The `GNU.sparse.*` records (GNU tar manual, "PAX Format, Version 0.0" to "1.0").
#[derive(Debug, Default)]
pub(super) struct SparseRecords {
    pub(super) version: Option<(Vec<u8>, Vec<u8>)>,
    pub(super) name: Vec<u8>,
    pub(super) size: Option<u64>,
    pub(super) real_size: Option<u64>,
    pub(super) blocks: Option<u64>,
    /// Offset, length, offset, length, ..
    pub(super) numbers: Option<Map>,
}

impl Extensions {
    /// Forgets everything for the next entry.
    pub(super) fn clear(&mut self) {
        self.clear_pax();
        self.long_path.clear();
        self.long_link.clear();
    }

    fn clear_pax(&mut self) {
        self.path.clear();
        self.link.clear();
        self.size = None;
        self.sparse = SparseRecords::default();
    }

    /// Reads the records of one extended header, which replaces an earlier one.
    pub(super) fn read_pax(&mut self, mut records: &[u8]) -> Result<(), Malformed> {
        self.clear_pax();
        while !records.is_empty() {
            let (key, value, rest) = record(records).ok_or(Malformed::PaxRecord)?;
            self.take(key, value)?;
            records = rest;
        }
        Ok(())
    }

    /// Stores a record; an empty value revokes an earlier record.
    fn take(&mut self, key: &[u8], value: &[u8]) -> Result<(), Malformed> {
        match key {
            b"path" => replace(&mut self.path, value),
            b"linkpath" => replace(&mut self.link, value),
            b"size" => self.size = optional(value)?,
            _ => match key.strip_prefix(b"GNU.sparse.") {
                Some(key) => self.sparse.take(key, value),
                None => Ok(()),
            }?,
        }
        Ok(())
    }
}

impl SparseRecords {
    fn take(&mut self, key: &[u8], value: &[u8]) -> Result<(), Malformed> {
        match key {
            b"major" => self.version.get_or_insert_default().0 = value.to_vec(),
            b"minor" => self.version.get_or_insert_default().1 = value.to_vec(),
            b"name" => replace(&mut self.name, value),
            b"size" => self.size = optional(value)?,
            b"realsize" => self.real_size = optional(value)?,
            b"numblocks" => self.blocks = optional(value)?,
            b"map" => self.numbers = Some(numbers(value)?),
            b"offset" | b"numbytes" => {
                let map = self.numbers.get_or_insert_default();
                // Version 0.0: the two keys alternate.
                if map.is_whole() != (key == b"offset") {
                    return Err(Malformed::SparseMap);
                }
                map.push(decimal(value).ok_or(Malformed::SparseMap)?);
            }
            _ => {}
        }
        Ok(())
    }
}

fn numbers(list: &[u8]) -> Result<Map, Malformed> {
    let mut map = Map::default();
    if !list.is_empty() {
        for number in list.split(|byte| *byte == b',') {
            map.push(decimal(number).ok_or(Malformed::SparseMap)?);
        }
    }
    Ok(map)
}

fn replace(field: &mut Vec<u8>, value: &[u8]) {
    field.clear();
    field.extend_from_slice(value);
}

fn optional(value: &[u8]) -> Result<Option<u64>, Malformed> {
    match value {
        [] => Ok(None),
        digits => decimal(digits).map(Some).ok_or(Malformed::PaxRecord),
    }
}

/// The first record, `<length> <key>=<value>\n`, where the length counts all of it, and the rest.
fn record(records: &[u8]) -> Option<(&[u8], &[u8], &[u8])> {
    let space = records.iter().position(|byte| *byte == b' ')?;
    let bytes = usize::try_from(decimal(records.get(..space)?)?).ok()?;
    let (record, rest) = records.split_at_checked(bytes)?;
    let body = record.get(space + 1..)?.strip_suffix(b"\n")?;
    let equals = body.iter().position(|byte| *byte == b'=')?;
    let (key, value) = (body.get(..equals)?, body.get(equals + 1..)?);
    let is_name = matches!(key, b"path" | b"linkpath" | b"GNU.sparse.name");
    let is_broken = key.is_empty() || key.contains(&0) || is_name && value.contains(&0);
    (!is_broken).then_some((key, value, rest))
}

/// Whether a global header sets values that engines ignore there but other programs use.
pub(super) fn changes_entries(mut records: &[u8]) -> bool {
    while let Some((key, _, rest)) = record(records) {
        if matches!(key, b"path" | b"linkpath" | b"size") || key.starts_with(b"GNU.sparse.") {
            return true;
        }
        records = rest;
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_records_apart() {
        assert_eq!(
            record(b"12 path=a/b\n7 k=v=\n"),
            Some((&b"path"[..], &b"a/b"[..], &b"7 k=v=\n"[..]))
        );
        for broken in [
            &b"13 path=a/b\n"[..],
            b"12 path=a/bX",
            b" path=a\n",
            b"6 =ab\n",
            b"9 path=\0\n",
            b"5 a\n",
        ] {
            assert_eq!(record(broken), None, "{broken:?}");
        }
    }

    #[test]
    fn an_empty_value_takes_back() {
        let mut extensions = Extensions::default();
        extensions.read_pax(b"12 path=a/b\n10 size=7\n8 size=\n").unwrap();
        assert_eq!((extensions.path.as_slice(), extensions.size), (&b"a/b"[..], None));
    }

    #[test]
    fn sparse_numbers_take_turns() {
        let mut extensions = Extensions::default();
        assert!(
            extensions.read_pax(b"25 GNU.sparse.offset=512\n25 GNU.sparse.offset=513\n").is_err()
        );
    }
}
