//! The advisory database.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::PyDict;
use sealift::http::{Client, Config};
use sealift::update::{DatabaseStore, ExportName, Transport, Upkeep, named_transport};
use sealift::{BuildOptions, Scanner};
use serde_json::{Value, json};

use crate::arguments::{Arguments, now};
use crate::data::to_python;
use crate::error;
use crate::work::Watcher;

/// A database whose last update is older is updated.
const MAX_AGE: Duration = Duration::from_secs(24 * 3600);

/// An advisory database, opened once for any number of scans from any number of threads.
///
/// It does not change when the file is replaced.
#[pyclass(frozen, module = "sealift._native")]
#[derive(Clone, Debug)]
pub(crate) struct Database {
    pub(crate) scanner: Arc<Scanner>,
    path: PathBuf,
}

impl Database {
    pub(crate) fn open_at(path: &Path) -> PyResult<Self> {
        let database = sealift::Database::open(path).map_err(error::scan)?;
        Ok(Self { scanner: Arc::new(Scanner::new(database)), path: path.to_owned() })
    }

    /// The file of the database, which is given as an object or by its path.
    pub(crate) fn path_of(arguments: &Arguments<'_>) -> PyResult<Option<PathBuf>> {
        let Some(database) = arguments.object("database")? else { return Ok(None) };
        if let Ok(database) = database.cast::<Self>() {
            return Ok(Some(database.get().path.clone()));
        }
        let kind = database.get_type();
        let wrong = format!("a Database or a path is expected, not {kind}");
        database.extract().map(Some).map_err(|_| arguments.wrong_type("database", &wrong))
    }

    fn value(&self) -> Value {
        let Some(info) = self.scanner.database().map(sealift::Database::info) else {
            return Value::Null;
        };
        let ecosystems: Vec<Value> = info
            .ecosystems
            .iter()
            .map(|one| json!({ "name": one.name, "records": one.records }))
            .collect();
        json!({ "path": self.path, "built": info.built, "ecosystems": ecosystems })
    }
}

#[pymethods]
impl Database {
    /// Opens the file that `build` wrote.
    #[staticmethod]
    fn open(py: Python<'_>, path: PathBuf) -> PyResult<Self> {
        py.detach(|| Self::open_at(&path))
    }

    /// Builds a database from a folder of OSV exports, and opens it.
    #[staticmethod]
    #[pyo3(signature = (source, output, **options))]
    fn build(
        py: Python<'_>,
        source: PathBuf,
        output: PathBuf,
        options: Option<&Bound<'_, PyDict>>,
    ) -> PyResult<Self> {
        let arguments = Arguments::new("build", options)?;
        let (built, watcher) = (arguments.time()?, Watcher::of(&arguments)?);
        arguments.finish()?;
        let path = output.clone();
        let work = move |_: &dyn sealift::Observer| {
            sealift::Database::build(&source, &output, &BuildOptions::new(built)).map(drop)
        };
        watcher.run(py, work)?.map_err(error::scan)?;
        Self::open_at(&path)
    }

    /// Opens the database in a folder, with the advisories of `ecosystems`. It is first fetched, or
    /// updated if it is old, unless `offline`.
    #[staticmethod]
    #[pyo3(signature = (cache_dir, ecosystems, *, mirror=None, offline=false, **options))]
    fn kept(
        py: Python<'_>,
        cache_dir: PathBuf,
        ecosystems: Vec<String>,
        mirror: Option<String>,
        offline: bool,
        options: Option<&Bound<'_, PyDict>>,
    ) -> PyResult<Self> {
        let arguments = Arguments::new("kept", options)?;
        let (now, watcher) = (now(), Watcher::of(&arguments)?);
        arguments.finish()?;
        let mut needed = BTreeSet::new();
        for name in ecosystems {
            let parsed: Result<ExportName, _> = name.parse();
            let wrong = |_| PyValueError::new_err(format!("{name:?} is no ecosystem"));
            needed.insert(parsed.map_err(wrong)?);
        }
        let transport = (!offline).then(|| transport(mirror.as_deref())).transpose()?;
        let store = DatabaseStore::new(cache_dir.join("db"));
        let path = store.database();
        let work = move |_: &dyn sealift::Observer| {
            let transport = transport.as_deref().map(|transport| -> &dyn Transport { transport });
            let upkeep = Upkeep { transport, max_age: MAX_AGE, now, built: now, step: &|_| {} };
            store.ready(needed, &upkeep)
        };
        let kept = watcher.run(py, work)?.map_err(error::kept)?;
        let Some(database) = kept.database else { return Self::open_at(&path) };
        Ok(Self { scanner: Arc::new(Scanner::new(database)), path })
    }

    /// The file.
    #[getter]
    fn path(&self) -> PathBuf {
        self.path.clone()
    }

    /// The time at which it was built, and its contents.
    fn to_dict<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        to_python(py, &self.value())
    }

    /// The same as JSON.
    fn to_json(&self) -> String {
        self.value().to_string()
    }

    /// Checks every block.
    fn verify(&self, py: Python<'_>) -> PyResult<()> {
        let scanner = Arc::clone(&self.scanner);
        let work = move |_: &dyn sealift::Observer| match scanner.database() {
            Some(database) => database.verify().map(drop),
            None => Ok(()),
        };
        Watcher::default().run(py, work)?.map_err(error::scan)
    }

    fn __repr__(&self) -> String {
        format!("Database({})", crate::data::quoted(&self.path.display().to_string()))
    }

    fn __eq__(&self, other: &Bound<'_, PyAny>) -> bool {
        other.cast::<Self>().is_ok_and(|other| other.get().value() == self.value())
    }

    fn __hash__(&self) -> u64 {
        crate::data::hash(&self.value().to_string())
    }

    fn __reduce__<'py>(slf: &Bound<'py, Self>) -> PyResult<(Bound<'py, PyAny>, (PathBuf,))> {
        Ok((slf.get_type().getattr("open")?, (slf.get().path.clone(),)))
    }
}

fn transport(mirror: Option<&str>) -> PyResult<Box<dyn Transport + Send>> {
    let client = Client::new(Config::default()).map_err(|error| error::value(&error))?;
    named_transport(mirror, client).map_err(|error| error::value(&error))
}
