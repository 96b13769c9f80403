//! Builds a database from exports, each of which must be complete.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use sealift_model::Timestamp;

use super::archive::Archive;
use super::catalogue;
use super::log::Log;
use super::runs::Run;
use super::source::SourceKind;
use super::work::{self, Found, Input};
use super::{BuildOptions, BuildReport, Catalogue, Limits, Parts, prepare, save};
use crate::Error;
use crate::database::SourceInfo;

/// Bytes that any zip may have after inflation, however small it is.
const SMALL_BYTES: u64 = 64 << 20;

/// Makes a database from exports, each of which must be complete: a record that cannot be read, or
/// a zip that inflates too far, is an error of its export, and the caller may use an older export
/// instead.
///
/// The same exports give the same bytes. If all are complete, they equal those of
/// [`build`](crate::build).
#[derive(Debug)]
pub struct Builder {
    options: BuildOptions,
    sources: Vec<ReadSource>,
    held_bytes: u64,
}

/// One export: a zip, and the changes since.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Export<'e> {
    /// Its name in the database, `Debian/all.zip`.
    pub name: &'e str,
    /// The zip, with a record `<ID>.json` in each entry.
    pub zip: &'e Path,
    /// Zips with newer copies of some of the records, and new records; the newest last.
    pub changes: Vec<&'e Path>,
    /// Ids of records that are no longer in the export.
    pub removed: BTreeSet<&'e str>,
}

impl<'e> Export<'e> {
    /// An export as it is in its zip.
    #[must_use]
    pub fn new(name: &'e str, zip: &'e Path) -> Self {
        Self { name, zip, changes: Vec::new(), removed: BTreeSet::new() }
    }
}

/// The kind of a catalogue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "there are two")]
pub enum CatalogueKind {
    /// CISA's known exploited vulnerabilities, as JSON.
    Kev,
    /// FIRST's table of EPSS scores, compressed if the file is named `*.gz`.
    Epss,
}

/// An export or catalogue that was read completely.
#[derive(Debug)]
pub struct ReadSource {
    info: SourceInfo,
    kind: SourceKind,
    found: Vec<Found>,
    runs: Vec<Run>,
    bytes: u64,
    catalogue: Catalogue,
    log: Log,
}

/// The id and time of a record.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct RecordHead {
    /// Its id.
    pub id: String,
    /// When it was last changed; none if the record does not say.
    pub modified: Option<Timestamp>,
}

/// Reads one record in the way that building a database does.
///
/// # Errors
/// [`Error::LimitExceeded`] or [`Error::Record`].
pub fn read_record(json: &[u8], limits: &Limits) -> Result<RecordHead, Error> {
    let max = limits.max_record_bytes;
    if u64::try_from(json.len()).is_ok_and(|bytes| bytes > max) {
        return Err(Error::LimitExceeded { limit: "max_record_bytes", max });
    }
    let record =
        prepare::prepare(json).map_err(|error| Error::Record { reason: error.to_string() })?;
    Ok(RecordHead { id: record.head.id, modified: record.head.modified })
}

impl ReadSource {
    /// Number of records, or of entries of the catalogue.
    #[must_use]
    pub fn records(&self) -> u64 {
        self.info.records
    }

    /// The id and time of each record, in no particular order.
    pub fn heads(&self) -> impl Iterator<Item = (&str, Option<Timestamp>)> {
        self.found.iter().map(|found| (found.record.id.as_str(), found.record.modified))
    }
}

impl Builder {
    /// Starts a database.
    #[must_use]
    pub fn new(options: BuildOptions) -> Self {
        Self { options, sources: Vec::new(), held_bytes: 0 }
    }

    /// Reads an export. It becomes part of the database when it is [added](Self::add).
    ///
    /// # Errors
    /// [`Error::NotWhole`] or [`Error::LimitExceeded`] when a part of it cannot be read.
    pub fn read(&self, export: &Export<'_>) -> Result<ReadSource, Error> {
        let mut limits = self.options.limits.clone();
        limits.max_inflated_bytes = max_inflated_bytes(export, &limits)?;
        let mut inputs = Vec::new();
        let mut seen: BTreeSet<String> = export.removed.iter().map(|&id| id.to_owned()).collect();
        for zip in export.changes.iter().rev().chain([&export.zip]) {
            let mut archive = open(export.name, zip, &limits)?;
            let mut own = Vec::new();
            archive.retain(|id| {
                let is_newest = !seen.contains(id);
                if is_newest {
                    own.push(id.to_owned());
                }
                is_newest
            });
            seen.extend(own);
            inputs.push((export.name.to_owned(), Input::Zip(archive)));
        }
        let options = BuildOptions { limits, ..self.options.clone() };
        let mut log = Log::new(&options.limits);
        let work::Read { mut found, runs, bytes } = work::read_all(&inputs, &options, &mut log)?;
        whole(export.name, &log)?;
        // Each id is in one of the zips only, so the zip does not matter.
        for found in &mut found {
            found.source = 0;
        }
        let mut info = SourceInfo { name: export.name.to_owned(), records: 0, newest: None };
        for found in &found {
            info.records += 1;
            info.newest = info.newest.max(found.record.modified);
        }
        let kind = SourceKind::Zip(export.zip.to_owned());
        Ok(ReadSource { info, kind, found, runs, bytes, catalogue: Catalogue::default(), log })
    }

    /// Reads a catalogue, with its `name` in the database.
    ///
    /// # Errors
    /// [`Error::NotWhole`] when it is not such a catalogue.
    pub fn read_catalogue(
        &self,
        kind: CatalogueKind,
        name: &str,
        path: &Path,
    ) -> Result<ReadSource, Error> {
        let limits = &self.options.limits;
        let (kind, read) = match kind {
            CatalogueKind::Kev => (SourceKind::Kev(path.into()), catalogue::kev(path, limits)),
            CatalogueKind::Epss => (SourceKind::Epss(path.into()), catalogue::epss(path, limits)),
        };
        let catalogue = read.map_err(|error| not_whole(name, &error.to_string()))?;
        let mut log = Log::new(limits);
        if let Some(complaint) = catalogue.complaint() {
            log.push((0, 0), name, complaint, sealift_model::Impact::Note);
        }
        let info = SourceInfo {
            name: name.to_owned(),
            records: u64::try_from(catalogue.entries.len()).unwrap_or(u64::MAX),
            newest: catalogue.newest,
        };
        let (found, runs) = (Vec::new(), Vec::new());
        Ok(ReadSource { info, kind, found, runs, bytes: 0, catalogue, log })
    }

    /// Adds a source to the database.
    ///
    /// # Errors
    /// [`Error::LimitExceeded`] when the database becomes too large.
    pub fn add(&mut self, source: ReadSource) -> Result<(), Error> {
        self.held_bytes = self.held_bytes.saturating_add(source.bytes);
        let max = self.options.limits.max_database_bytes;
        if self.held_bytes > max {
            return Err(Error::LimitExceeded { limit: "max_database_bytes", max });
        }
        self.sources.push(source);
        Ok(())
    }

    /// Writes the database to a file, which is replaced atomically.
    ///
    /// # Errors
    /// [`Error::Io`] when the file cannot be written; the old one is then unchanged.
    pub fn write(mut self, output: &Path) -> Result<BuildReport, Error> {
        self.sources.sort_by(|a, b| a.info.name.cmp(&b.info.name));
        let mut parts = Parts::new(&self.options.limits);
        let (mut found, mut runs) = (Vec::new(), Vec::new());
        for (number, source) in self.sources.into_iter().enumerate() {
            parts.log.merge_as(number, source.log);
            parts.add(source.info, &source.kind, source.catalogue);
            let of_source = |found| Found { source: number, batch: number, ..found };
            found.extend(source.found.into_iter().map(of_source));
            runs.extend(source.runs.into_iter().map(|run| (number, run)));
        }
        let names: Vec<String> = parts.infos.iter().map(|info| info.name.clone()).collect();
        let path = |found: &Found| {
            let name = names.get(found.source).map_or("", String::as_str);
            format!("{name}:{}.json", found.record.id)
        };
        let built = self.options.built;
        save::replace(output, |file| {
            parts
                .write(file, built, (found, runs), path, Error::io(output))
                .map(|(_, report)| report)
        })
    }
}

/// The most bytes that an export may have after inflation.
fn max_inflated_bytes(export: &Export<'_>, limits: &Limits) -> Result<u64, Error> {
    let mut bytes: u64 = 0;
    for zip in export.changes.iter().chain([&export.zip]) {
        bytes = bytes.saturating_add(fs::metadata(zip).map_err(Error::io(*zip))?.len());
    }
    let allowed = bytes.saturating_mul(limits.max_inflate_ratio).max(SMALL_BYTES);
    Ok(allowed.min(limits.max_inflated_bytes))
}

fn open(name: &str, zip: &Path, limits: &Limits) -> Result<Archive, Error> {
    match Archive::open(zip, limits) {
        Ok((archive, None)) => Ok(archive),
        Ok((_, Some(error))) | Err(error) => Err(not_whole(name, &error.to_string())),
    }
}

fn whole(name: &str, log: &Log) -> Result<(), Error> {
    match log.missing() {
        None => Ok(()),
        Some((unreadable, first)) => {
            let (name, first) = (name.to_owned(), first.to_string());
            Err(Error::NotWhole { name, unreadable, first })
        }
    }
}

fn not_whole(name: &str, reason: &str) -> Error {
    Error::NotWhole { name: name.to_owned(), unreadable: 1, first: reason.to_owned() }
}
