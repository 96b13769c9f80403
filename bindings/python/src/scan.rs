//! Scanning.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::Arc;

use pyo3::prelude::*;
use pyo3::types::PyDict;
use sealift::{
    Matching, PackageType, ScanOptions, Scanner, Selection, Severity, SkipRules, Status, Target,
};

use crate::arguments::Arguments;
use crate::database::Database;
use crate::error;
use crate::report::Report;
use crate::work::Watcher;

/// A scan as its keyword arguments say.
pub(crate) struct Scan {
    pub(crate) scanner: Arc<Scanner>,
    pub(crate) options: ScanOptions,
    pub(crate) selection: Selection,
    pub(crate) watcher: Watcher,
}

impl Scan {
    /// Takes the arguments of a scan.
    pub(crate) fn of(arguments: &Arguments<'_>) -> PyResult<Self> {
        let mut options = ScanOptions::default();
        options.name = arguments.take("name")?;
        options.platform = arguments.parsed("platform", "a platform as linux/arm64")?;
        options.threads = arguments.threads()?.unwrap_or(options.threads);
        options.limits = arguments.limits()?;
        let folders: Vec<String> = arguments.take("skip_dirs")?.unwrap_or_default();
        let files: Vec<String> = arguments.take("skip_files")?.unwrap_or_default();
        options.skip = SkipRules::new(&folders, &files).map_err(error::scan)?;
        if let Some(kinds) = arguments.take::<Vec<String>>("package_types")? {
            let kinds = kinds.iter().map(|kind| match kind.as_str() {
                "os" => Ok(PackageType::Os),
                "library" => Ok(PackageType::Library),
                _ => Err(arguments.refused("package_types", "there are 'os' and 'library'")),
            });
            options.package_types = kinds.collect::<PyResult<_>>()?;
        }
        options.matching = match arguments.take::<String>("match")?.as_deref() {
            None => None,
            Some("installed") => Some(Matching::Installed),
            Some("declared") => Some(Matching::Declared),
            Some("all") => Some(Matching::All),
            Some(_) => {
                let known = "there are 'installed', 'declared' and 'all'";
                return Err(arguments.refused("match", known));
            }
        };
        options.development = arguments.flag("development")?;
        options.all_records = arguments.flag("all_records")?;
        options.all_layers = arguments.flag("all_layers")?;
        options.judged_at = Some(arguments.time()?);
        options.cache = arguments.cache()?;
        Ok(Self {
            scanner: scanner(arguments)?,
            options,
            selection: selection(arguments)?,
            watcher: Watcher::of(arguments)?,
        })
    }

    fn run(self, py: Python<'_>, target: Target) -> PyResult<Report> {
        let Self { scanner, options, selection, watcher } = self;
        let work = move |observer: &dyn sealift::Observer| {
            let mut report = scanner.scan(&target, &options, observer)?;
            selection.apply(&mut report);
            Ok(report)
        };
        watcher.run(py, work)?.map(Report::new).map_err(error::scan)
    }
}

/// The database that is named, as an object or by its path; none matches nothing.
fn scanner(arguments: &Arguments<'_>) -> PyResult<Arc<Scanner>> {
    let Some(database) = arguments.object("database")? else {
        return Ok(Arc::new(Scanner::without_database()));
    };
    if let Ok(database) = database.cast::<Database>() {
        return Ok(Arc::clone(&database.get().scanner));
    }
    let path: PathBuf = database.extract().map_err(|_| {
        let kind = database.get_type();
        pyo3::exceptions::PyTypeError::new_err(format!(
            "argument 'database': a Database or a path is expected, not {kind}"
        ))
    })?;
    Ok(Database::open_at(&path)?.scanner)
}

fn selection(arguments: &Arguments<'_>) -> PyResult<Selection> {
    let mut selection = Selection::default();
    if let Some(names) = arguments.take::<Vec<String>>("severities")? {
        selection.severities = severities(arguments, "severities", &names)?;
    }
    if arguments.flag("ignore_unfixed")? {
        selection.ignored_statuses.insert(Status::Affected);
    }
    selection.exclude_base = arguments.flag("exclude_base")?;
    Ok(selection)
}

pub(crate) fn severities(
    arguments: &Arguments<'_>,
    name: &str,
    words: &[String],
) -> PyResult<BTreeSet<Severity>> {
    let parsed = words.iter().map(|word| {
        let wrong = |error| arguments.refused(name, &format!("{word:?}: {error}"));
        word.parse::<Severity>().map_err(wrong)
    });
    parsed.collect()
}

/// Scans an image: `oci:DIR[:TAG|@DIGEST]`, `oci-archive:FILE`, `docker-archive:FILE`, a path that
/// starts with `/`, `./` or `../`, what an engine has as `docker-daemon:NAME` or `podman:NAME`, or the
/// name of an image in a registry.
#[pyfunction]
#[pyo3(signature = (image, **options))]
pub(crate) fn scan_image(
    py: Python<'_>,
    image: &str,
    options: Option<&Bound<'_, PyDict>>,
) -> PyResult<Report> {
    let arguments = Arguments::new("scan_image", options)?;
    let access = arguments.access()?;
    let mut scan = Scan::of(&arguments)?;
    arguments.finish()?;
    scan.options.name.get_or_insert_with(|| image.to_owned());
    let target = arguments.scanned(image, &access)?;
    scan.run(py, target)
}

/// Scans a source tree, or one file of it: what is declared is matched.
#[pyfunction]
#[pyo3(signature = (path, **options))]
pub(crate) fn scan_fs(
    py: Python<'_>,
    path: PathBuf,
    options: Option<&Bound<'_, PyDict>>,
) -> PyResult<Report> {
    scan_path(py, "scan_fs", Target::Filesystem(path), options)
}

/// Scans an unpacked root file system: what is installed is matched.
#[pyfunction]
#[pyo3(signature = (path, **options))]
pub(crate) fn scan_rootfs(
    py: Python<'_>,
    path: PathBuf,
    options: Option<&Bound<'_, PyDict>>,
) -> PyResult<Report> {
    scan_path(py, "scan_rootfs", Target::Rootfs(path), options)
}

/// Scans what a CycloneDX or SPDX document lists.
#[pyfunction]
#[pyo3(signature = (path, **options))]
pub(crate) fn scan_sbom(
    py: Python<'_>,
    path: PathBuf,
    options: Option<&Bound<'_, PyDict>>,
) -> PyResult<Report> {
    scan_path(py, "scan_sbom", Target::Sbom(path), options)
}

fn scan_path(
    py: Python<'_>,
    function: &'static str,
    target: Target,
    options: Option<&Bound<'_, PyDict>>,
) -> PyResult<Report> {
    let arguments = Arguments::new(function, options)?;
    let scan = Scan::of(&arguments)?;
    arguments.finish()?;
    scan.run(py, target)
}
