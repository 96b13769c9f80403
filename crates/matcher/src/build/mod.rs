//! Builds a database from published advisories.

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

/// Options for building.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct BuildOptions {
    /// The build time that the database records.
    pub built: Timestamp,
    /// Threads that read records. The database is the same for any number of them.
    pub threads: NonZero<usize>,
    /// Limits on the cost of building.
    pub limits: Limits,
    /// A folder for entries that are sorted during the build, which take about as much space as the
    /// database; the files have no names. Without it, entries are held in memory, except by
    /// [`build`], which uses the folder of the database.
    pub spool: Option<PathBuf>,
}

impl BuildOptions {
    /// One thread and the default limits.
    #[must_use]
    pub fn new(built: Timestamp) -> Self {
        Self { built, threads: NonZero::<usize>::MIN, limits: Limits::default(), spool: None }
    }

    /// Sets the number of threads.
    #[must_use]
    pub fn threads(mut self, threads: NonZero<usize>) -> Self {
        self.threads = threads;
        self
    }

    /// Sets the folder for sorting.
    #[must_use]
    pub fn spool(mut self, folder: impl Into<PathBuf>) -> Self {
        self.spool = Some(folder.into());
        self
    }
}

/// The result of a build.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct BuildReport {
    /// The database's description of itself.
    pub info: Info,
    /// Records in the database: each id once, without withdrawn ones.
    pub records: u64,
    /// What could not be read, by source and place in it. [`Impact::Incomplete`] marks a source
    /// that is missing completely or by an unknown amount.
    pub diagnostics: Vec<Diagnostic>,
    /// Number of diagnostics beyond [`Limits::max_diagnostics`], which are omitted.
    pub diagnostics_left_out: u64,
}

/// Builds a database from a folder and writes it to a file, which is replaced atomically: the
/// database is written beside it under another name, synced and renamed.
///
/// The folder contains OSV records as OSV publishes them (`<Ecosystem>/all.zip`) or as single files
/// (`*.json` at any depth), and may contain `kev.json` (CISA's catalogue) and `epss*.csv[.gz]`. If
/// a record occurs several times, its newest copy counts. Withdrawn records are left out.
///
/// # Errors
/// When the folder has nothing to build from, a limit is exceeded, or a file cannot be written; the
/// old file is then unchanged. A record or zip that cannot be read is not an error but a
/// diagnostic.
pub fn build(folder: &Path, output: &Path, options: &BuildOptions) -> Result<BuildReport, Error> {
    let options = match &options.spool {
        Some(_) => options.clone(),
        None => options.clone().spool(save::folder_of(output)),
    };
    save::replace(output, |file| {
        build_to(file, folder, &options, Error::io(output)).map(|(_, report)| report)
    })
}

/// Builds a database in memory, with the same bytes that [`build`] writes.
///
/// # Errors
/// When the folder has nothing to build from, or a limit is exceeded.
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

/// The parts of a database beside the records.
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

/// Opens a source: its records, still to be read, or a complete catalogue.
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
