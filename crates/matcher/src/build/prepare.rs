//! Makes database entries from a record's JSON.

use std::collections::BTreeSet;
use std::sync::Arc;

use minicbor::Encode;
use minicbor::bytes::ByteSlice;
use sealift_model::Timestamp;

use crate::database::key::{self, Kind};
use crate::database::list::{List, encoded};
use crate::database::value::{Affected, Event, Mention, Range, Record, Score};
use crate::evaluate::Schemes;
use crate::identity::Names;
use crate::osv::{self, Advisory, AffectedPackage, RecordError, ScoreText};

/// One record, ready for the database.
#[derive(Debug)]
pub(super) struct Prepared {
    pub(super) head: Head,
    pub(super) entries: Vec<PreparedEntry>,
    /// The parts of it that could not be read.
    pub(super) complaints: Vec<String>,
}

/// The data of a record that is kept until all are read; it is small, since there are many.
#[derive(Debug)]
pub(super) struct Head {
    pub(super) id: String,
    pub(super) modified: Option<Timestamp>,
    /// A withdrawn record has no entries, but replaces older copies of itself.
    pub(super) withdrawn: bool,
    /// Ecosystems that it names, with their releases, each once.
    pub(super) ecosystems: Arc<BTreeSet<String>>,
}

/// A key with its value, or with one item of the array that is its value.
#[derive(Debug)]
pub(super) struct PreparedEntry {
    pub(super) key: Vec<u8>,
    pub(super) value: Vec<u8>,
}

impl Prepared {
    /// Approximate number of bytes that it adds to the database.
    pub(super) fn bytes(&self) -> u64 {
        let sizes = self.entries.iter().map(|entry| entry.key.len() + entry.value.len() + 64);
        u64::try_from(sizes.sum::<usize>() + 256).unwrap_or(u64::MAX)
    }
}

/// Sets of ecosystems, each stored once, since few differ.
#[derive(Debug, Default)]
pub(super) struct EcosystemSets(BTreeSet<Arc<BTreeSet<String>>>);

impl EcosystemSets {
    /// Makes the record share its set with others.
    pub(super) fn share(&mut self, head: &mut Head) {
        match self.0.get(&head.ecosystems) {
            Some(known) => head.ecosystems = Arc::clone(known),
            None => drop(self.0.insert(Arc::clone(&head.ecosystems))),
        }
    }
}

/// Reads a record.
pub(super) fn prepare(json: &[u8]) -> Result<Prepared, RecordError> {
    let parsed = osv::parse(json)?;
    let (advisory, mut complaints) = (parsed.advisory, parsed.complaints);
    let modified = advisory.modified.as_deref().map(str::parse);
    if matches!(modified, None | Some(Err(_))) {
        complaints.push("modified: no time that could be compared".to_owned());
    }
    let mut entries = Vec::new();
    let mut ecosystems = BTreeSet::new();
    if !advisory.withdrawn {
        ecosystems = advisory.affected.iter().map(|entry| entry.ecosystem.clone()).collect();
        encode_record(&advisory, &mut entries);
        entries.extend(advisory.affected.iter().map(|entry| encode_affected(&advisory, entry)));
    }
    let head = Head {
        modified: modified.and_then(Result::ok),
        withdrawn: advisory.withdrawn,
        ecosystems: Arc::new(ecosystems),
        id: advisory.id,
    };
    Ok(Prepared { head, entries, complaints })
}

fn encode_record(advisory: &Advisory, entries: &mut Vec<PreparedEntry>) {
    let bases = advisory.affected.iter().map(|entry| key::base(&entry.ecosystem));
    let record = Record {
        id: &advisory.id,
        aliases: strs(&advisory.aliases),
        upstream: strs(&advisory.upstream),
        related: strs(&advisory.related),
        summary: &advisory.summary,
        details: &advisory.details,
        scores: scores(&advisory.scores),
        word: advisory.word.as_deref(),
        published: advisory.published.as_deref(),
        modified: advisory.modified.as_deref(),
        references: strs(&advisory.references),
        cwe_ids: strs(&advisory.cwe_ids),
        ecosystems: bases.collect::<BTreeSet<_>>().into_iter().collect(),
    };
    entries.push(entry(Kind::Record.key(&advisory.id), &record));
    let names = Names::of(&record);
    let mention = mention(advisory, &names);
    let others = names.others.iter().filter(|id| **id != advisory.id);
    for id in names.cves.iter().chain(others) {
        entries.push(entry(Kind::Mention.key(id), &mention));
    }
}

/// The severities that a record gives for the vulnerabilities that it names, including those of
/// single packages.
fn mention<'a>(advisory: &'a Advisory, names: &Names<'_>) -> Mention<'a> {
    let mut all = scores(&advisory.scores);
    if all.is_empty() {
        all = advisory.affected.iter().flat_map(|entry| scores(&entry.scores)).collect();
        all.sort();
        all.dedup();
    }
    let words = advisory.affected.iter().find_map(|entry| entry.word.as_deref());
    Mention {
        record: &advisory.id,
        cves: u32::try_from(names.cves.len()).unwrap_or(u32::MAX),
        word: advisory.word.as_deref().or(words),
        scores: all,
    }
}

fn encode_affected(advisory: &Advisory, package: &AffectedPackage) -> PreparedEntry {
    let same = key::normalised(&package.ecosystem, &package.name) == package.name;
    let events = package.ranges.iter().map(|range| {
        let events = range.events.iter();
        encoded(events.map(|event| Event { kind: event.kind, version: &event.version }))
    });
    let events: Vec<_> = events.collect();
    let ranges = package.ranges.iter().zip(&events);
    let ranges = encoded(
        ranges.map(|(range, events)| Range { kind: range.kind, events: List::filling(events) }),
    );
    let schemes = Schemes::of(&package.ecosystem);
    let versions = package.versions.iter().map(|version| schemes.trim(version).as_bytes());
    let versions = encoded(versions.map(<&ByteSlice>::from));
    let affected = Affected {
        record: &advisory.id,
        name: (!same).then_some(&package.name),
        ranges: List::filling(&ranges),
        versions: List::filling(&versions),
        module: package.module.as_deref(),
        scores: scores(&package.scores),
        word: package.word.as_deref(),
        defect: package.defect.as_deref(),
        extended: false,
    };
    entry(key::package(&package.ecosystem, &package.name), &affected)
}

fn entry(key: Vec<u8>, value: &impl Encode<()>) -> PreparedEntry {
    PreparedEntry { key, value: encode(value) }
}

/// Encodes a value.
pub(super) fn encode(value: &impl Encode<()>) -> Vec<u8> {
    let mut bytes = Vec::new();
    // Writing to memory cannot fail.
    let Ok(()) = minicbor::encode(value, &mut bytes) else { return Vec::new() };
    bytes
}

fn strs(texts: &[String]) -> Vec<&str> {
    texts.iter().map(String::as_str).collect()
}

fn scores(texts: &[ScoreText]) -> Vec<Score<'_>> {
    texts.iter().map(|score| Score { kind: &score.kind, text: &score.text }).collect()
}
