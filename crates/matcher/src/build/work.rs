//! Reads all records of all sources on several threads.

use std::fs::File;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};

use sealift_model::Impact;

use super::archive::{Archive, ArchiveError};
use super::log::Log;
use super::prepare::{self, EcosystemSets, Head, Prepared};
use super::runs::{Run, Sorter};
use super::{BuildOptions, Limits};
use crate::Error;

/// Records of one source, by number.
#[derive(Debug)]
pub(super) enum Input {
    Zip(Archive),
    Files(Vec<PathBuf>),
    /// A source without records.
    Nothing,
}

impl Input {
    fn len(&self) -> usize {
        match self {
            Self::Zip(archive) => archive.len(),
            Self::Files(files) => files.len(),
            Self::Nothing => 0,
        }
    }

    fn read(&self, index: usize, limits: &Limits, out: &mut Vec<u8>) -> Result<(), ArchiveError> {
        match self {
            Self::Zip(archive) => archive.read(index, limits, out),
            Self::Files(files) => {
                files.get(index).map_or(Ok(()), |path| read_file(path, limits, out))
            }
            Self::Nothing => Ok(()),
        }
    }
}

/// The path of an item in diagnostics: `Debian/all.zip:DSA-1.json`, `local/X-1.json`.
pub(super) fn path(source: &str, input: &Input, index: usize) -> String {
    match input {
        Input::Zip(archive) => format!("{source}:{}", archive.name(index)),
        Input::Files(files) => {
            let name = files.get(index).and_then(|path| path.file_name());
            let name = name.unwrap_or_default().to_string_lossy();
            if source == "." { name.into_owned() } else { format!("{source}/{name}") }
        }
        Input::Nothing => source.to_owned(),
    }
}

/// A record and where it was found.
#[derive(Debug)]
pub(super) struct Found {
    pub(super) source: usize,
    pub(super) index: usize,
    /// The batch of records that were read together with it.
    pub(super) batch: usize,
    /// The number by which its entries refer to it.
    pub(super) number: u32,
    pub(super) record: Head,
}

/// The results of reading.
#[derive(Debug, Default)]
pub(super) struct Read {
    /// The records, in no particular order.
    pub(super) found: Vec<Found>,
    /// Their entries.
    pub(super) runs: Vec<Run>,
    /// Number of bytes that they add to the database.
    pub(super) bytes: u64,
}

/// Reads every record of `sources`, which are named as in diagnostics.
pub(super) fn read_all(
    sources: &[(String, Input)],
    options: &BuildOptions,
    log: &mut Log,
) -> Result<Read, Error> {
    let shared = Shared {
        sources,
        limits: &options.limits,
        spool: options.spool.as_deref(),
        threads: options.threads.get(),
        ends: sources
            .iter()
            .scan(0, |end, (_, input)| {
                *end += input.len();
                Some(*end)
            })
            .collect(),
        next: AtomicUsize::new(0),
        inflated: AtomicU64::new(0),
        held: AtomicU64::new(0),
        stopped: AtomicBool::new(false),
    };
    let outcomes: Vec<_> = std::thread::scope(|scope| {
        let start = |_| scope.spawn(|| shared.work());
        let workers: Vec<_> = (0..options.threads.get()).map(start).collect();
        workers.into_iter().map(std::thread::ScopedJoinHandle::join).collect()
    });
    let mut all = Read { bytes: shared.held.into_inner(), ..Read::default() };
    for outcome in outcomes {
        let (read, notes) = outcome.unwrap_or_else(|panic| std::panic::resume_unwind(panic))?;
        all.found.extend(read.found);
        all.runs.extend(read.runs);
        log.merge(notes);
    }
    Ok(all)
}

struct Shared<'a> {
    sources: &'a [(String, Input)],
    limits: &'a Limits,
    spool: Option<&'a Path>,
    threads: usize,
    /// For each source, the number of items in it and all earlier ones.
    ends: Vec<usize>,
    next: AtomicUsize,
    inflated: AtomicU64,
    held: AtomicU64,
    stopped: AtomicBool,
}

impl Shared<'_> {
    fn work(&self) -> Result<(Read, Log), Error> {
        let read = self.read();
        if read.is_err() {
            self.stopped.store(true, Ordering::Relaxed);
        }
        read
    }

    fn read(&self) -> Result<(Read, Log), Error> {
        let (mut found, mut log) = (Vec::new(), Log::new(self.limits));
        let mut sorter = Sorter::new(self.spool, self.threads);
        let spooled = |error| Error::io(self.spool.unwrap_or(Path::new("memory")))(error);
        let mut sets = EcosystemSets::default();
        let mut buffer = Vec::new();
        while !self.stopped.load(Ordering::Relaxed) {
            let Some((item, (source, index))) = self.take() else { break };
            let Some(mut record) = self.item(source, index, &mut buffer, &mut log)? else {
                continue;
            };
            let max = u64::from(u32::MAX);
            let too_many = |_| Error::LimitExceeded { limit: "max_entries", max };
            let number = u32::try_from(item).map_err(too_many)?;
            sets.share(&mut record.head);
            sorter.add(number, record.entries).map_err(spooled)?;
            found.push(Found { source, index, batch: 0, number, record: record.head });
        }
        let runs = sorter.finish().map_err(spooled)?;
        Ok((Read { found, runs, bytes: 0 }, log))
    }

    /// Takes the next item: its number, its source and its place there.
    fn take(&self) -> Option<(usize, (usize, usize))> {
        let item = self.next.fetch_add(1, Ordering::Relaxed);
        let source = self.ends.partition_point(|end| *end <= item);
        let before = source.checked_sub(1).and_then(|before| self.ends.get(before));
        (source < self.ends.len()).then_some((item, (source, item - before.unwrap_or(&0))))
    }

    fn item(
        &self,
        source: usize,
        index: usize,
        buffer: &mut Vec<u8>,
        log: &mut Log,
    ) -> Result<Option<Prepared>, Error> {
        let Some((name, input)) = self.sources.get(source) else { return Ok(None) };
        let mut note = |message: String, impact| {
            log.push((source, index), &path(name, input, index), message, impact);
        };
        let read = input.read(index, self.limits, buffer);
        let bytes = u64::try_from(buffer.len()).unwrap_or(u64::MAX);
        spend(&self.inflated, bytes, "max_inflated_bytes", self.limits.max_inflated_bytes)?;
        if let Err(error) = read {
            note(error.to_string(), Impact::Partial);
            return Ok(None);
        }
        let mut record = match prepare::prepare(buffer) {
            Ok(record) => record,
            Err(error) => {
                note(error.to_string().chars().take(300).collect(), Impact::Partial);
                return Ok(None);
            }
        };
        for complaint in record.complaints.drain(..) {
            note(complaint, Impact::Note);
        }
        let held = record.bytes();
        spend(&self.held, held, "max_database_bytes", self.limits.max_database_bytes)?;
        Ok(Some(record))
    }
}

/// Adds to a sum, within a limit.
fn spend(sum: &AtomicU64, bytes: u64, limit: &'static str, max: u64) -> Result<(), Error> {
    match sum.fetch_add(bytes, Ordering::Relaxed).saturating_add(bytes) <= max {
        true => Ok(()),
        false => Err(Error::LimitExceeded { limit, max }),
    }
}

fn read_file(path: &Path, limits: &Limits, out: &mut Vec<u8>) -> Result<(), ArchiveError> {
    out.clear();
    let max = limits.max_record_bytes;
    let file = File::open(path).map_err(ArchiveError::Open)?;
    file.take(max.saturating_add(1)).read_to_end(out).map_err(ArchiveError::Damaged)?;
    match u64::try_from(out.len()).is_ok_and(|bytes| bytes <= max) {
        true => Ok(()),
        false => Err(ArchiveError::TooLarge(max)),
    }
}
