//! Sorts the entries of a database: in runs, which are written to disk if they are large, and
//! merged. So memory holds only some megabytes of them, however large the database becomes.

use std::cmp::Ordering;
use std::collections::BinaryHeap;
use std::fs::File;
use std::io::{self, BufReader, BufWriter, ErrorKind, Read, Seek, Write};
use std::path::Path;
use std::vec;

use super::prepare::PreparedEntry;

/// Bytes of entries that all threads together hold before they write a run.
const HELD_BYTES: usize = 64 << 20;

/// Smaller runs stay in memory: an export may be small, and there are many.
const SMALL_BYTES: usize = 256 << 10;

/// Approximate memory of an entry beside its key and value.
const ENTRY_BYTES: usize = 64;

/// An entry with the number of its record.
#[derive(Debug)]
pub(super) struct Entry {
    pub(super) key: Vec<u8>,
    pub(super) value: Vec<u8>,
    /// Number of the record among those that were read together.
    pub(super) record: u32,
    /// Number of the entry in its record.
    pub(super) number: u32,
}

/// Sorts the entries that one thread reads.
#[derive(Debug)]
pub(super) struct Sorter<'f> {
    folder: Option<&'f Path>,
    max_bytes: usize,
    entries: Vec<Entry>,
    bytes: usize,
    runs: Vec<Run>,
}

/// Entries in the order of their keys.
#[derive(Debug)]
pub(super) enum Run {
    Memory(Vec<Entry>),
    File(File),
}

impl<'f> Sorter<'f> {
    /// Uses a folder for runs, which are files without names; without a folder, all runs stay in
    /// memory.
    pub(super) fn new(folder: Option<&'f Path>, threads: usize) -> Self {
        let max_bytes = folder.map_or(usize::MAX, |_| HELD_BYTES / threads.max(1));
        Self { folder, max_bytes, entries: Vec::new(), bytes: 0, runs: Vec::new() }
    }

    pub(super) fn add(&mut self, record: u32, entries: Vec<PreparedEntry>) -> io::Result<()> {
        for (number, PreparedEntry { key, value }) in (0..).zip(entries) {
            self.bytes += key.len() + value.len() + ENTRY_BYTES;
            self.entries.push(Entry { key, value, record, number });
        }
        if self.bytes > self.max_bytes { self.end_run() } else { Ok(()) }
    }

    pub(super) fn finish(mut self) -> io::Result<Vec<Run>> {
        self.end_run()?;
        Ok(self.runs)
    }

    fn end_run(&mut self) -> io::Result<()> {
        let mut entries = std::mem::take(&mut self.entries);
        let bytes = std::mem::take(&mut self.bytes);
        entries.sort_by(|a, b| a.key.cmp(&b.key));
        let run = match self.folder {
            Some(folder) if bytes > SMALL_BYTES => Run::File(write(folder, &entries)?),
            _ => Run::Memory(entries),
        };
        self.runs.push(run);
        Ok(())
    }
}

fn write(folder: &Path, entries: &[Entry]) -> io::Result<File> {
    let mut out = BufWriter::with_capacity(256 << 10, tempfile::tempfile_in(folder)?);
    for Entry { key, value, record, number } in entries {
        let length = |bytes: &[u8]| u32::try_from(bytes.len()).map_err(io::Error::other);
        for word in [*record, *number, length(key)?, length(value)?] {
            out.write_all(&word.to_le_bytes())?;
        }
        out.write_all(key)?;
        out.write_all(value)?;
    }
    let mut file = out.into_inner().map_err(io::IntoInnerError::into_error)?;
    file.rewind()?;
    Ok(file)
}

/// A run that is being read.
enum Reader {
    Memory(vec::IntoIter<Entry>),
    File(BufReader<File>),
}

impl Reader {
    fn next(&mut self) -> io::Result<Option<Entry>> {
        match self {
            Self::Memory(entries) => Ok(entries.next()),
            Self::File(file) => read(file),
        }
    }
}

impl From<Run> for Reader {
    fn from(run: Run) -> Self {
        match run {
            Run::Memory(entries) => Self::Memory(entries.into_iter()),
            Run::File(file) => Self::File(BufReader::with_capacity(64 << 10, file)),
        }
    }
}

fn read(file: &mut impl Read) -> io::Result<Option<Entry>> {
    let mut words = [[0; 4]; 4];
    match file.read_exact(words.as_flattened_mut()) {
        Err(error) if error.kind() == ErrorKind::UnexpectedEof => return Ok(None),
        read => read?,
    }
    let [record, number, key, value] = words.map(u32::from_le_bytes);
    let mut bytes = |length: u32| {
        let mut bytes = vec![0; usize::try_from(length).map_err(io::Error::other)?];
        file.read_exact(&mut bytes).map(|()| bytes)
    };
    Ok(Some(Entry { key: bytes(key)?, value: bytes(value)?, record, number }))
}

/// The first remaining entry of a run.
struct Head {
    entry: Entry,
    run: usize,
}

impl Ord for Head {
    /// Reversed, since a heap returns the greatest entry first.
    fn cmp(&self, other: &Self) -> Ordering {
        (&other.entry.key, other.run).cmp(&(&self.entry.key, self.run))
    }
}

impl PartialOrd for Head {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Head {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Head {}

/// All runs, merged.
pub(super) struct Merge {
    /// Each run with the number of its batch.
    runs: Vec<(usize, Reader)>,
    heap: BinaryHeap<Head>,
}

impl Merge {
    pub(super) fn new(runs: Vec<(usize, Run)>) -> io::Result<Self> {
        let runs = runs.into_iter().map(|(batch, run)| (batch, run.into())).collect();
        let mut merge = Self { runs, heap: BinaryHeap::new() };
        for run in 0..merge.runs.len() {
            merge.refill(run)?;
        }
        Ok(merge)
    }

    fn refill(&mut self, run: usize) -> io::Result<()> {
        let Some((_, reader)) = self.runs.get_mut(run) else { return Ok(()) };
        self.heap.extend(reader.next()?.map(|entry| Head { entry, run }));
        Ok(())
    }

    /// Reads the entries of the next key, each with the number of its batch; none at the end.
    pub(super) fn group(&mut self, group: &mut Vec<(usize, Entry)>) -> io::Result<()> {
        group.clear();
        while let Some(head) = self.heap.peek()
            && group.first().is_none_or(|(_, first)| first.key == head.entry.key)
        {
            let Some(Head { entry, run }) = self.heap.pop() else { break };
            let batch = self.runs.get(run).map_or(0, |(batch, _)| *batch);
            group.push((batch, entry));
            self.refill(run)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn prepared(key: &str, value: &str) -> PreparedEntry {
        PreparedEntry { key: key.into(), value: value.into() }
    }

    #[test]
    fn runs_on_disk_and_in_memory_are_merged_alike() {
        let folder = tempfile::tempdir().unwrap();
        let value = "v".repeat(1000);
        let mut all = Vec::new();
        for place in [Some(folder.path()), None] {
            let mut runs = Vec::new();
            for source in 0..2 {
                // So many threads that each run is small.
                let mut sorter = Sorter::new(place, HELD_BYTES / SMALL_BYTES / 2);
                for record in 0..2000 {
                    let key = format!("{:04}", record * 7 % 1000);
                    sorter.add(record, vec![prepared(&key, &value), prepared("", "x")]).unwrap();
                }
                runs.extend(sorter.finish().unwrap().into_iter().map(|run| (source, run)));
            }
            assert_eq!(runs.iter().any(|(_, run)| matches!(run, Run::File(_))), place.is_some());
            let mut merge = Merge::new(runs).unwrap();
            let mut groups = Vec::new();
            let mut group = Vec::new();
            loop {
                merge.group(&mut group).unwrap();
                let Some((_, first)) = group.first() else { break };
                let key = String::from_utf8(first.key.clone()).unwrap();
                let mut of: Vec<_> =
                    group.iter().map(|(source, it)| (*source, it.record, it.number)).collect();
                of.sort_unstable();
                groups.push((key, of));
            }
            assert_eq!(groups.len(), 1001);
            assert!(groups.is_sorted_by_key(|(key, _)| key.clone()));
            assert_eq!(groups[0].1.len(), 4000);
            all.push(groups);
        }
        assert!(all[0] == all[1]);
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
    }
}
