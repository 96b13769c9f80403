//! Assembles one sorted database from records in any order.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};
use std::io::{Seek, Write};

use sealift_model::{Impact, Timestamp};

use super::log::Log;
use super::origins::Origins;
use super::prepare::encode;
use super::runs::{Entry, Merge, Run};
use super::work::Found;
use crate::database::key::Kind;
use crate::database::{EcosystemInfo, Info, SourceInfo, TreeWriter};

/// Selects the newest of the records with the same id; of equally new ones, the first by source and
/// place in it. Withdrawn records take part and are left out at the end.
///
/// `path` names a record in diagnostics.
pub(super) fn newest(
    mut found: Vec<Found>,
    log: &mut Log,
    path: impl Fn(&Found) -> String,
) -> Vec<Found> {
    found.sort_by(|a, b| order(a).cmp(&order(b)));
    let mut kept: Vec<Found> = Vec::new();
    let mut seen_in = BTreeSet::new();
    for record in found {
        let again = kept.last().is_some_and(|last| last.record.id == record.record.id);
        if !again {
            seen_in.clear();
        }
        if !seen_in.insert(record.source) {
            let message =
                format!("{} stands here more than once: the newest counts", record.record.id);
            log.push((record.source, record.index), &path(&record), message, Impact::Note);
        }
        if !again {
            kept.push(record);
        }
    }
    kept.retain(|found| !found.record.withdrawn);
    kept
}

fn order(found: &Found) -> impl Ord {
    let record = &found.record;
    (&record.id, Reverse(record.modified), record.withdrawn, found.source, found.index)
}

/// Writes a database of records, which are sorted by id, and of catalogues.
pub(super) fn write<W: Write + Seek>(
    out: W,
    built: Timestamp,
    sources: Vec<SourceInfo>,
    records: Vec<Found>,
    mut runs: Vec<(usize, Run)>,
    catalogues: BTreeMap<Vec<u8>, Vec<u8>>,
    mut origins: Origins,
) -> std::io::Result<(W, Info)> {
    for found in &records {
        origins.record(&found.record.id, &found.record.ecosystems);
    }
    let mut ecosystems = BTreeMap::<String, EcosystemInfo>::new();
    for name in records.iter().flat_map(|found| found.record.ecosystems.iter()) {
        let new = || EcosystemInfo { name: name.clone(), records: 0, packages: 0 };
        ecosystems.entry(name.clone()).or_insert_with(new).records += 1;
    }
    let ranks = Ranks::new(&records);
    drop(records);
    let single = catalogues.into_iter();
    let single = single.map(|(key, value)| Entry { key, value, record: 0, number: 0 });
    runs.push((CATALOGUES, Run::Memory(single.collect())));

    let mut tree = TreeWriter::new(out)?;
    let (mut merge, mut group) = (Merge::new(runs)?, Vec::new());
    loop {
        merge.group(&mut group)?;
        if group.is_empty() {
            break;
        }
        // Entries of rejected records are dropped.
        group.retain(|(batch, entry)| ranks.of(*batch, entry.record).is_some());
        // Entries with the same key are ordered by their records.
        group.sort_by_key(|(batch, entry)| (ranks.of(*batch, entry.record), entry.number));
        let Some((_, Entry { key, value, .. })) = group.first() else { continue };
        match Kind::of(key) {
            Some(Kind::Package) => {
                if let Some(ecosystem) = ecosystem_of(key).and_then(|name| ecosystems.get_mut(name))
                {
                    ecosystem.packages += 1;
                }
                tree.add(key, &array(&group))?;
            }
            Some(Kind::Mention) => tree.add(key, &array(&group))?,
            _ => tree.add(key, value)?,
        }
    }
    let ecosystems = ecosystems.into_values().collect();
    let info = Info::new(built, sources, ecosystems, origins.finish());
    let out = tree.finish(&encode(&info.to_value()))?;
    Ok((out, info))
}

/// The batch of the catalogues, whose entries all count.
const CATALOGUES: usize = usize::MAX;

/// The ranks of the records that count, by batch and number.
struct Ranks(BTreeMap<usize, Vec<u32>>);

/// The rank of a record that does not count.
const NONE: u32 = u32::MAX;

impl Ranks {
    fn new(records: &[Found]) -> Self {
        let mut ranks = BTreeMap::<usize, Vec<u32>>::new();
        for (rank, found) in (0..NONE).zip(records) {
            let Ok(number) = usize::try_from(found.number) else { continue };
            let of = ranks.entry(found.batch).or_default();
            if of.len() <= number {
                of.resize(number + 1, NONE);
            }
            if let Some(place) = of.get_mut(number) {
                *place = rank;
            }
        }
        Self(ranks)
    }

    fn of(&self, batch: usize, record: u32) -> Option<u32> {
        if batch == CATALOGUES {
            return Some(0);
        }
        let rank = self.0.get(&batch)?.get(usize::try_from(record).ok()?)?;
        (*rank != NONE).then_some(*rank)
    }
}

/// The values of several entries as one CBOR array.
fn array(entries: &[(usize, Entry)]) -> Vec<u8> {
    let items = entries.iter().map(|(_, entry)| entry.value.len()).sum::<usize>();
    let mut bytes = Vec::with_capacity(items + 9);
    let count = u64::try_from(entries.len()).unwrap_or(u64::MAX);
    // Writing to memory cannot fail.
    let Ok(_) = minicbor::Encoder::new(&mut bytes).array(count) else { return Vec::new() };
    for (_, entry) in entries {
        bytes.extend(&entry.value);
    }
    bytes
}

/// The ecosystem in the key of a package.
fn ecosystem_of(key: &[u8]) -> Option<&str> {
    let (_, subject) = key.split_first()?;
    std::str::from_utf8(subject.split(|byte| *byte == 0).next()?).ok()
}
