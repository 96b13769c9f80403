//! Building a database from what advisory sources publish.

mod archive;
mod assemble;
mod builder;
mod catalogue;
mod limits;
mod log;
mod origins;
mod prepare;
mod runs;
mod save;
mod source;
mod work;

use std::collections::BTreeMap;
use std::io::{Cursor, Seek, Write};
use std::num::NonZero;
use std::path::{Path, PathBuf};

use sealift_model::{Diagnostic, Impact, Timestamp};

pub use builder::{Builder, CatalogueKind, Export, ReadSource, RecordHead, read_record};
pub use limits::Limits;

use crate::Error;
use crate::database::{Info, SourceInfo};
use archive::Archive;
use catalogue::{Catalogue, CatalogueError};
use log::Log;
use origins::Origins;
use runs::Run;
use source::{Source, SourceKind};
use work::{Found, Input};

/// How to build.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct BuildOptions {
    /// The time that the database gives as that of its building.
    pub built: Timestamp,
    /// Threads that read records. The database is the same for any number of them.
    pub threads: NonZero<usize>,
    /// What building may cost.
    pub limits: Limits,
    /// A folder for what is sorted while the database is built, about as large as the database;
    /// files in it have no names. Without one it is held in memory, but for [`build`], which takes
    /// the folder of the database.
    pub spool: Option<PathBuf>,
}

impl BuildOptions {
    /// One thread and the default limits.
    #[must_use]
    pub fn new(built: Timestamp) -> Self {
        Self { built, threads: NonZero::<usize>::MIN, limits: Limits::default(), spool: None }
    }

    /// The same with so many threads.
    #[must_use]
    pub fn threads(mut self, threads: NonZero<usize>) -> Self {
        self.threads = threads;
        self
    }

    /// The same with a folder for what is sorted.
    #[must_use]
    pub fn spool(mut self, folder: impl Into<PathBuf>) -> Self {
        self.spool = Some(folder.into());
        self
    }
}

/// What came of a build.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct BuildReport {
    /// What the database says of itself.
    pub info: Info,
    /// Records in the database: each id once, without those withdrawn.
    pub records: u64,
    /// What could not be read, by source and place in it. [`Impact::Incomplete`] marks a source
    /// that is missing as a whole or in a part of unknown size.
    pub diagnostics: Vec<Diagnostic>,
    /// Diagnostics beyond [`Limits::max_diagnostics`], which are only counted.
    pub diagnostics_left_out: u64,
}

/// Builds a database from a folder and writes it to a file, which is replaced only by a whole
/// new one: the database is written beside it under another name, synced and renamed.
///
/// The folder holds OSV records as OSV publishes them (`<Ecosystem>/all.zip`) or as single files
/// (`*.json` at any depth), and may hold `kev.json` (CISA's catalogue) and `epss*.csv[.gz]`. A
/// record that stands in several places counts once, by its newest copy. Records that are
/// withdrawn are left out.
///
/// # Errors
/// There is nothing to build from, a limit is passed, or a file cannot be written; the old file
/// is then as it was. A record or zip that cannot be read is no error but a diagnostic.
pub fn build(folder: &Path, output: &Path, options: &BuildOptions) -> Result<BuildReport, Error> {
    let options = match &options.spool {
        Some(_) => options.clone(),
        None => options.clone().spool(save::folder_of(output)),
    };
    save::replace(output, |file| {
        build_to(file, folder, &options, Error::io(output)).map(|(_, report)| report)
    })
}

/// Builds a database in memory: the same bytes that [`build`] writes.
///
/// # Errors
/// There is nothing to build from, or a limit is passed.
pub fn build_in_memory(
    folder: &Path,
    options: &BuildOptions,
) -> Result<(Vec<u8>, BuildReport), Error> {
    let (out, report) = build_to(Cursor::new(Vec::new()), folder, options, Error::io("memory"))?;
    Ok((out.into_inner(), report))
}

fn build_to<W: Write + Seek>(
    out: W,
    folder: &Path,
    options: &BuildOptions,
    write_error: impl FnOnce(std::io::Error) -> Error,
) -> Result<(W, BuildReport), Error> {
    let mut parts = Parts::new(&options.limits);
    let mut inputs = Vec::new();
    for (number, source) in source::find(folder, &options.limits)?.into_iter().enumerate() {
        let (input, catalogue) = open(number, &source, &options.limits, &mut parts.log);
        let info = SourceInfo {
            name: source.name.clone(),
            records: u64::try_from(catalogue.entries.len()).unwrap_or(u64::MAX),
            newest: catalogue.newest,
        };
        parts.add(info, &source.kind, catalogue);
        inputs.push((source.name, input));
    }
    let work::Read { found, runs, .. } = work::read_all(&inputs, options, &mut parts.log)?;
    let runs = runs.into_iter().map(|run| (0, run)).collect();
    for found in &found {
        if let Some(info) = parts.infos.get_mut(found.source) {
            info.records += 1;
            info.newest = info.newest.max(found.record.modified);
        }
    }
    let path = |found: &Found| match inputs.get(found.source) {
        Some((name, input)) => work::path(name, input, found.index),
        None => String::new(),
    };
    parts.write(out, options.built, (found, runs), path, write_error)
}

/// What goes into a database beside the records.
#[derive(Debug)]
struct Parts {
    infos: Vec<SourceInfo>,
    catalogues: BTreeMap<Vec<u8>, Vec<u8>>,
    origins: Origins,
    log: Log,
}

impl Parts {
    fn new(limits: &Limits) -> Self {
        Self {
            infos: Vec::new(),
            catalogues: BTreeMap::new(),
            origins: Origins::default(),
            log: Log::new(limits),
        }
    }

    fn add(&mut self, info: SourceInfo, kind: &SourceKind, catalogue: Catalogue) {
        self.origins.catalogue(kind, info.records);
        self.infos.push(info);
        self.catalogues.extend(catalogue.entries);
    }

    fn write<W: Write + Seek>(
        mut self,
        out: W,
        built: Timestamp,
        (found, runs): (Vec<Found>, Vec<(usize, Run)>),
        path: impl Fn(&Found) -> String,
        write_error: impl FnOnce(std::io::Error) -> Error,
    ) -> Result<(W, BuildReport), Error> {
        let records = assemble::newest(found, &mut self.log, path);
        let count = u64::try_from(records.len()).unwrap_or(u64::MAX);
        let (infos, origins) = (self.infos, self.origins);
        let written = assemble::write(out, built, infos, records, runs, self.catalogues, origins);
        let (out, info) = written.map_err(write_error)?;
        let (diagnostics, diagnostics_left_out) = self.log.finish();
        Ok((out, BuildReport { info, records: count, diagnostics, diagnostics_left_out }))
    }
}

/// Opens a source: its records, still to be read, or the whole of a catalogue.
fn open(number: usize, source: &Source, limits: &Limits, log: &mut Log) -> (Input, Catalogue) {
    let mut note = |message: String, impact| log.push((number, 0), &source.name, message, impact);
    let mut catalogue = |read: Result<Catalogue, CatalogueError>| {
        let catalogue = read.unwrap_or_else(|error| {
            note(error.to_string(), Impact::Incomplete);
            Catalogue::default()
        });
        if let Some(complaint) = catalogue.complaint() {
            note(complaint, Impact::Partial);
        }
        (Input::Nothing, catalogue)
    };
    match &source.kind {
        SourceKind::Kev(path) => catalogue(catalogue::kev(path, limits)),
        SourceKind::Epss(path) => catalogue(catalogue::epss(path, limits)),
        SourceKind::Files(files) => (Input::Files(files.clone()), Catalogue::default()),
        SourceKind::Zip(path) => {
            let input = match Archive::open(path, limits) {
                Ok((archive, trouble)) => {
                    if let Some(error) = trouble {
                        note(error.to_string(), Impact::Incomplete);
                    }
                    Input::Zip(archive)
                }
                Err(error) => {
                    note(error.to_string(), Impact::Incomplete);
                    Input::Nothing
                }
            };
            (input, Catalogue::default())
        }
    }
}
