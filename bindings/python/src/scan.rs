//! Scanning.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::Arc;

use pyo3::prelude::*;
use pyo3::types::PyDict;
use sealift::policy::Suppressions;
use sealift::{
    Matching, PackageType, ScanOptions, Scanner, Selection, Severity, SkipRules, Status, Target,
    Timestamp, policy,
};

use crate::arguments::Arguments;
use crate::checks::Checks;
use crate::database::Database;
use crate::error;
use crate::report::Report;
use crate::work::Watcher;

/// A scan, from its keyword arguments.
pub(crate) struct Scan {
    pub(crate) scanner: Arc<Scanner>,
    pub(crate) options: ScanOptions,
    pub(crate) selection: Selection,
    pub(crate) watcher: Watcher,
    suppressions: Suppressions,
    /// The time to judge by.
    now: Timestamp,
}

impl Scan {
    /// Takes the arguments of a scan for packages.
    fn of(arguments: &Arguments<'_>) -> PyResult<Self> {
        let selection = selection(arguments)?;
        Ok(Self { selection, ..Self::of_all(arguments)? })
    }

    /// Takes the arguments of a scan for packages in which all findings count.
    pub(crate) fn of_all(arguments: &Arguments<'_>) -> PyResult<Self> {
        let mut scan = Self::of_nothing(arguments)?;
        let options = &mut scan.options;
        options.judged_at = Some(scan.now);
        options.platform = arguments.parsed("platform", "a platform as linux/arm64")?;
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
        options.cache = arguments.cache()?;
        scan.scanner = scanner(arguments)?;
        Ok(scan)
    }

    /// The same for a folder, whose configuration files may be checked, too.
    fn of_folder(arguments: &Arguments<'_>) -> PyResult<Self> {
        let scan = Self::of(arguments)?;
        if arguments.flag("misconfig")? { scan.with_checks(arguments) } else { Ok(scan) }
    }

    /// Takes the arguments that all scans have; the scan looks for nothing yet.
    fn of_nothing(arguments: &Arguments<'_>) -> PyResult<Self> {
        let mut options = ScanOptions::default();
        options.name = arguments.take("name")?;
        options.threads = arguments.threads()?.unwrap_or(options.threads);
        options.limits = arguments.limits()?;
        let folders: Vec<String> = arguments.take("skip_dirs")?.unwrap_or_default();
        let files: Vec<String> = arguments.take("skip_files")?.unwrap_or_default();
        options.skip = SkipRules::new(&folders, &files).map_err(error::scan)?;
        options.created = arguments.day_or_time("created")?;
        Ok(Self {
            now: arguments.time()?,
            scanner: Arc::new(Scanner::without_database()),
            options,
            selection: Selection::default(),
            watcher: Watcher::of(arguments)?,
            suppressions: Suppressions::default(),
        })
    }

    /// The same with configuration files checked, as further arguments say.
    fn with_checks(mut self, arguments: &Arguments<'_>) -> PyResult<Self> {
        let Checks { options, suppressions } = Checks::of(arguments, self.now)?;
        self.options.configuration = Some(options);
        Ok(Self { suppressions, ..self })
    }

    fn run(self, py: Python<'_>, target: Target) -> PyResult<Report> {
        let Self { scanner, options, selection, watcher, suppressions, now } = self;
        let work = move |observer: &dyn sealift::Observer| {
            let mut report = scanner.scan(&target, &options, observer)?;
            selection.apply(&mut report);
            policy::apply(&mut report, &suppressions, now);
            let rego = options.configuration.iter().flat_map(|checks| &checks.rego);
            report.notes.extend(rego.flat_map(|checks| checks.notes()).cloned());
            Ok(report)
        };
        watcher.run(py, work)?.map(Report::new).map_err(error::scan)
    }
}

/// Which findings count.
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

/// The scanner of the database, which is given as an object or by its path; without one, nothing is
/// matched.
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
/// starts with `/`, `./` or `../`, `docker-daemon:NAME` or `podman:NAME` in an engine, or the name
/// of an image in a registry.
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
    scan.options.bases = arguments.bases(&access)?;
    arguments.finish()?;
    let target = arguments.scanned(image, &access)?;
    scan.run(py, target)
}

/// Scans a source tree, or one file of it, for declared packages.
#[pyfunction]
#[pyo3(signature = (path, **options))]
pub(crate) fn scan_fs(
    py: Python<'_>,
    path: PathBuf,
    options: Option<&Bound<'_, PyDict>>,
) -> PyResult<Report> {
    scan_path(py, "scan_fs", Target::Filesystem(path), options, Scan::of_folder)
}

/// Checks the configuration files of a folder, or one file of it: Dockerfiles, Kubernetes
/// manifests, compose files, Terraform.
#[pyfunction]
#[pyo3(signature = (path, **options))]
pub(crate) fn scan_config(
    py: Python<'_>,
    path: PathBuf,
    options: Option<&Bound<'_, PyDict>>,
) -> PyResult<Report> {
    scan_path(py, "scan_config", Target::Filesystem(path), options, |arguments| {
        let mut scan = Scan::of_nothing(arguments)?;
        if let Some(names) = arguments.take::<Vec<String>>("severities")? {
            scan.selection.severities = severities(arguments, "severities", &names)?;
        }
        scan.options.package_types.clear();
        scan.with_checks(arguments)
    })
}

/// Scans an unpacked root file system for installed packages.
#[pyfunction]
#[pyo3(signature = (path, **options))]
pub(crate) fn scan_rootfs(
    py: Python<'_>,
    path: PathBuf,
    options: Option<&Bound<'_, PyDict>>,
) -> PyResult<Report> {
    scan_path(py, "scan_rootfs", Target::Rootfs(path), options, Scan::of_folder)
}

/// Scans the packages that a CycloneDX or SPDX document lists.
#[pyfunction]
#[pyo3(signature = (path, **options))]
pub(crate) fn scan_sbom(
    py: Python<'_>,
    path: PathBuf,
    options: Option<&Bound<'_, PyDict>>,
) -> PyResult<Report> {
    scan_path(py, "scan_sbom", Target::Sbom(path), options, Scan::of)
}

fn scan_path(
    py: Python<'_>,
    function: &'static str,
    target: Target,
    options: Option<&Bound<'_, PyDict>>,
    how: impl FnOnce(&Arguments<'_>) -> PyResult<Scan>,
) -> PyResult<Report> {
    let arguments = Arguments::new(function, options)?;
    let scan = how(&arguments)?;
    arguments.finish()?;
    scan.run(py, target)
}
