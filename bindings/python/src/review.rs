//! Reviewing: what admission policies and image rules say of objects.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use pyo3::exceptions::{PyTypeError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDict, PyMapping, PyString};
use sealift::admission::{
    Files, LoadError, Operation, Others, Reviewed, RootSource, Rules, Sources, World, stand_in,
};
use sealift::{Chain, Reference, RegistryImage, Timestamp, trust};
use serde_json::Value;

use crate::arguments::{Access, Arguments, now};
use crate::checks::{files_or_texts, files_or_texts_in};
use crate::data::{Attribute, Json, data_class, hash, to_python};
use crate::database::Database;
use crate::error;
use crate::work::Watcher;

/// How long registries are waited for unless it is said.
const PATIENCE_SECONDS: f64 = 300.0;

data_class! {
    /// What one rule says of one object.
    ReviewRow shown(policy, rule, outcome, kind, name) {
        policy: String = "/policy",
        policy_kind: String = "/policy_kind",
        rule: String = "/rule",
        outcome: String = "/outcome",
        effect: String = "/effect",
        message: String = "/message",
        api_version: String = "/api_version",
        kind: String = "/kind",
        namespace: String = "/namespace",
        name: String = "/name",
    }
}

/// Admission policies and image rules, loaded once for any number of reviews from any number of
/// threads.
#[pyclass(frozen, module = "sealift._native")]
#[derive(Debug)]
pub(crate) struct AdmissionPolicies {
    rules: Arc<Rules>,
    around: Arc<Files>,
    notes: Vec<String>,
}

#[pymethods]
impl AdmissionPolicies {
    /// Loads policies from files and folders, or from texts by their names; exceptions from them,
    /// the image rules of a `sealift.toml`, and what stands in for a cluster.
    #[new]
    #[pyo3(signature = (policies=None, **options))]
    fn new(
        py: Python<'_>,
        policies: Option<&Bound<'_, PyAny>>,
        options: Option<&Bound<'_, PyDict>>,
    ) -> PyResult<Self> {
        let arguments = Arguments::new("AdmissionPolicies", options)?;
        let mut sources = Sources::default();
        sources.others = Others::Noted;
        if let Some(given) = policies.filter(|given| !given.is_none()) {
            (sources.policies, sources.texts) = files_or_texts_in(&arguments, "policies", given)?;
        }
        let (files, texts) = files_or_texts(&arguments, "exceptions")?;
        sources.policies.extend(files);
        sources.texts.extend(texts);
        sources.rules = arguments.take("image_rules")?;
        sources.database = Database::path_of(&arguments)?;
        sources.root = Some(root(arguments.take("trusted_root")?));
        let as_of: Option<Timestamp> = arguments.as_of()?;
        let now = move || as_of.unwrap_or_else(now);
        let (files, texts) = files_or_texts(&arguments, "cluster")?;
        let registry = Registry::of(&arguments)?;
        arguments.finish()?;
        let load = move || {
            let around = Arc::new(stand_in(now(), &files, &texts)?);
            let world = World::new(registry, now).with_files(around.clone());
            let rules = Rules::new(world);
            let notes = sources.load_into(&rules)?.notes;
            Ok(Self { rules: Arc::new(rules), around, notes })
        };
        py.detach(load).map_err(|error: LoadError| error::load(&error))
    }

    /// What people should know of the policies, as what of them is left out.
    #[getter]
    fn notes(&self) -> Vec<String> {
        self.notes.clone()
    }

    /// Judges an object, or the objects of a text in YAML or JSON; or answers an AdmissionReview.
    #[pyo3(signature = (objects, *, operation=None, timeout=PATIENCE_SECONDS))]
    fn review(
        &self,
        py: Python<'_>,
        objects: &Bound<'_, PyAny>,
        operation: Option<&str>,
        timeout: f64,
    ) -> PyResult<Review> {
        let text = text(objects)?;
        let operation = operation.map(operation_named).transpose()?;
        let patience = Duration::try_from_secs_f64(timeout).ok();
        let until = patience.and_then(|patience| Instant::now().checked_add(patience));
        let until = until.ok_or_else(|| {
            PyValueError::new_err(format!("review(): argument 'timeout': {timeout} is no time"))
        })?;
        let (rules, around) = (Arc::clone(&self.rules), Arc::clone(&self.around));
        let work =
            move |_: &dyn sealift::Observer| rules.review_text(&text, operation, &around, until);
        let reviewed = Watcher::default().run(py, work)?;
        reviewed.map(Review::new).map_err(|error| error::value(&error))
    }

    fn __repr__(&self) -> String {
        format!("AdmissionPolicies(notes=<{}>)", self.notes.len())
    }
}

/// The text of objects: that of a mapping is its JSON.
fn text(objects: &Bound<'_, PyAny>) -> PyResult<Vec<u8>> {
    if let Ok(bytes) = objects.cast::<PyBytes>() {
        return Ok(bytes.as_bytes().to_vec());
    }
    if let Ok(text) = objects.cast::<PyString>() {
        return Ok(text.to_cow()?.as_bytes().to_vec());
    }
    if objects.cast::<PyMapping>().is_ok() {
        let json = objects.py().import("json")?.call_method1("dumps", (objects,))?;
        return Ok(json.extract::<String>()?.into_bytes());
    }
    let kind = objects.get_type();
    Err(PyTypeError::new_err(format!("a mapping, a text or bytes are expected, not {kind}")))
}

fn operation_named(name: &str) -> PyResult<Operation> {
    serde_json::from_value(name.into()).map_err(|_| {
        let known = "there are CREATE, UPDATE, DELETE and CONNECT";
        PyValueError::new_err(format!("review(): argument 'operation': {name:?}; {known}"))
    })
}

/// The trusted root of a file, else that of the public-good instance that is built in.
fn root(path: Option<PathBuf>) -> Arc<RootSource> {
    Arc::new(move || match &path {
        Some(path) => std::fs::read(path).map_err(|error| format!("{}: {error}", path.display())),
        None => Ok(trust::embedded().trusted_root.to_vec()),
    })
}

/// How registries are asked.
struct Registry {
    offline: bool,
    /// Whose the credentials are, and which may be without TLS.
    host: Option<String>,
    access: Access,
}

impl Registry {
    fn of(arguments: &Arguments<'_>) -> PyResult<Self> {
        let (offline, host) = (arguments.flag("offline")?, arguments.take("registry")?);
        let access = arguments.access()?;
        if host.is_none() && access.is_for_one() {
            let why = "it is not said which registry is meant: objects name any";
            return Err(arguments.refused("registry", why));
        }
        Ok(Self { offline, host, access })
    }
}

impl sealift::admission::Registry for Registry {
    /// What is meant for one registry goes to no other.
    fn image(&self, reference: &Reference) -> Result<RegistryImage, String> {
        if self.offline {
            return Err(format!("{reference}: offline no registry is asked"));
        }
        let asked = reference.registry();
        let is_meant = self.host.as_ref().is_some_and(|host| host.eq_ignore_ascii_case(asked));
        let registries = match is_meant {
            true => self.access.registries(asked),
            false => self.access.of_another().registries(asked),
        };
        let registries = registries.map_err(|error| Chain(&error).to_string())?;
        Ok(RegistryImage::new(registries, reference.clone()))
    }
}

/// What policies and image rules say of objects.
///
/// Equality, hash and pickling are those of its JSON.
#[pyclass(frozen, module = "sealift._native")]
#[derive(Debug)]
pub(crate) struct Review {
    /// None of one that was read from JSON.
    reviewed: Option<Reviewed>,
    value: Value,
}

impl Review {
    fn new(reviewed: Reviewed) -> Self {
        let value = serde_json::to_value(&reviewed).unwrap_or_default();
        Self { reviewed: Some(reviewed), value }
    }

    fn list<T: Attribute>(&self, name: &str) -> Vec<T> {
        Vec::of(self.value.get(name))
    }
}

#[pymethods]
impl Review {
    /// Whether all of it is admitted.
    #[getter]
    fn allowed(&self) -> bool {
        bool::of(self.value.get("allowed"))
    }

    /// What each rule says of each object.
    #[getter]
    fn rows(&self) -> Vec<ReviewRow> {
        self.list("rows")
    }

    /// Why something is refused.
    #[getter]
    fn refusals(&self) -> Vec<String> {
        self.list("refusals")
    }

    /// What the user is warned of.
    #[getter]
    fn warnings(&self) -> Vec<String> {
        self.list("warnings")
    }

    /// The AdmissionReview that answers the one that asked; none where objects were judged.
    fn response<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        to_python(py, self.value.get("response").unwrap_or(&Value::Null))
    }

    /// The review in a format: `table`, `json` (a policy report of `wgpolicyk8s.io`), `junit`. None is
    /// left of one that was unpickled or read from JSON.
    fn render(&self, format: &str) -> PyResult<String> {
        let Some(Reviewed { review, .. }) = &self.reviewed else {
            return Err(PyValueError::new_err(
                "of a review that was read from JSON no more is left",
            ));
        };
        match format {
            "table" => Ok(review.table()),
            "json" => Ok(review.json()),
            "junit" => Ok(review.junit()),
            _ => Err(PyValueError::new_err(format!(
                "{format:?} is no format of reviews; there are table, json, junit"
            ))),
        }
    }

    fn to_json(&self) -> String {
        self.value.to_string()
    }

    fn to_dict<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        to_python(py, &self.value)
    }

    /// What `to_json` gave.
    #[staticmethod]
    fn from_json(text: &str) -> PyResult<Self> {
        let value: Value = serde_json::from_str(text).map_err(|error| error::value(&error))?;
        match value.get("allowed").is_some_and(Value::is_boolean) {
            true => Ok(Self { reviewed: None, value }),
            false => Err(PyValueError::new_err("not a review")),
        }
    }

    fn __bool__(&self) -> bool {
        self.allowed()
    }

    fn __repr__(&self) -> String {
        let allowed = if self.allowed() { "True" } else { "False" };
        format!("Review(allowed={allowed}, rows=<{}>)", self.list::<Json>("rows").len())
    }

    fn __eq__(&self, other: &Bound<'_, PyAny>) -> bool {
        other.cast::<Self>().is_ok_and(|other| other.get().value == self.value)
    }

    fn __hash__(&self) -> u64 {
        hash(&self.value.to_string())
    }

    fn __reduce__<'py>(slf: &Bound<'py, Self>) -> PyResult<(Bound<'py, PyAny>, (String,))> {
        Ok((slf.get_type().getattr("from_json")?, (slf.get().to_json(),)))
    }
}
