//! Reviews of objects by admission policies and image rules.

use std::sync::Arc;
use std::time::{Duration, Instant};

use pyo3::exceptions::{PyTypeError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDict, PyMapping, PyString};
use sealift::admission::{
    Cause, CredentialScope, Operation, Others, Reviewed, Reviewer, ReviewerSources,
    ScopedRegistries, TextError,
};
use sealift::{Reference, RegistryImage, Timestamp};
use serde_json::Value;

use crate::arguments::{Access, Arguments, now};
use crate::checks::{files_or_texts, files_or_texts_in};
use crate::data::{Attribute, Json, JsonClass, data_class, json_methods, to_python};
use crate::database::Database;
use crate::error;
use crate::work::{Cancel, Watcher};

/// How long to wait for registries by default.
const PATIENCE_SECONDS: f64 = 300.0;

data_class! {
    /// The result of one rule for one object.
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
    reviewer: Arc<Reviewer>,
}

#[pymethods]
impl AdmissionPolicies {
    /// Loads policies from files and folders, or from texts by their names; also exceptions from
    /// them, the image rules of a `sealift.toml`, and files that stand in for a cluster.
    #[new]
    #[pyo3(signature = (policies=None, **options))]
    fn new(
        py: Python<'_>,
        policies: Option<&Bound<'_, PyAny>>,
        options: Option<&Bound<'_, PyDict>>,
    ) -> PyResult<Self> {
        let arguments = Arguments::new("AdmissionPolicies", options)?;
        let mut sources = ReviewerSources::default();
        let judged_by = &mut sources.judged_by;
        judged_by.others = Others::Noted;
        if let Some(given) = policies.filter(|given| !given.is_none()) {
            (judged_by.policies, judged_by.texts) =
                files_or_texts_in(&arguments, "policies", given)?;
        }
        let (files, texts) = files_or_texts(&arguments, "exceptions")?;
        judged_by.policies.extend(files);
        judged_by.texts.extend(texts);
        judged_by.rules = arguments.take("image_rules")?;
        judged_by.database = Database::path_of(&arguments)?;
        sources.trusted_root = arguments.take("trusted_root")?;
        (sources.cluster, sources.cluster_texts) = files_or_texts(&arguments, "cluster")?;
        let as_of: Option<Timestamp> = arguments.as_of()?;
        let now = move || as_of.unwrap_or_else(now);
        let (offline, host) = (arguments.flag("offline")?, arguments.take("registry")?);
        let access = arguments.access()?;
        let client = (!offline).then(|| access.client()).transpose()?;
        sources.judged_by.log_client = client;
        let registries =
            ScopedRegistries::new(host, access.is_for_one(), move |image: &Reference, meant| {
                registry_image(&access, image, meant)
            });
        let registries = registries
            .map_err(|error| arguments.refused("registry", &error.to_string()))?
            .offline(offline);
        arguments.finish()?;
        let loaded = py.detach(move || Reviewer::load(sources, registries, now));
        let reviewer = Arc::new(loaded.map_err(|error| error::load(&error))?);
        Ok(Self { reviewer })
    }

    /// Messages for people about the policies, such as which parts are ignored.
    #[getter]
    fn notes(&self) -> Vec<String> {
        self.reviewer.notes().to_vec()
    }

    /// Judges an object or the objects in a YAML or JSON text, or answers an AdmissionReview.
    #[pyo3(signature = (objects, *, operation=None, timeout=PATIENCE_SECONDS, cancel=None))]
    fn review(
        &self,
        py: Python<'_>,
        objects: &Bound<'_, PyAny>,
        operation: Option<&str>,
        timeout: f64,
        cancel: Option<&Bound<'_, Cancel>>,
    ) -> PyResult<Review> {
        let text = text(objects)?;
        let operation = operation.map(operation_named).transpose()?;
        let patience = Duration::try_from_secs_f64(timeout).ok();
        let until = patience.and_then(|patience| Instant::now().checked_add(patience));
        let until = until.ok_or_else(|| {
            PyValueError::new_err(format!("review(): argument 'timeout': {timeout} is no time"))
        })?;
        let reviewer = Arc::clone(&self.reviewer);
        let work = move |observer: &dyn sealift::Observer| {
            reviewer.review(&text, operation, until, observer)
        };
        match Watcher::of_cancel(cancel.map(|cancel| cancel.get().clone())).run(py, work)? {
            Ok(reviewed) => Ok(Review::new(reviewed)),
            Err(TextError::Cancelled) => Err(error::cancelled()),
            Err(error) => Err(error::value(&error)),
        }
    }

    fn __repr__(&self) -> String {
        format!("AdmissionPolicies(notes=<{}>)", self.reviewer.notes().len())
    }
}

/// The text of objects: for a mapping, its JSON.
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

/// The image in its registry, with the access settings meant for that registry.
fn registry_image(
    access: &Access,
    image: &Reference,
    meant: CredentialScope,
) -> Result<RegistryImage, Cause> {
    let registries = match meant {
        CredentialScope::Own => access.registries(image.registry()),
        CredentialScope::Other => access.of_another().registries(image.registry()),
    };
    let registries = registries.map_err(Cause::of)?;
    Ok(RegistryImage::new(registries, image.clone()))
}

/// The result of a review by policies and image rules.
#[pyclass(frozen, module = "sealift._native")]
#[derive(Debug)]
pub(crate) struct Review {
    /// `None` if the review was read from JSON.
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

impl JsonClass for Review {
    fn value(&self) -> &Value {
        &self.value
    }

    fn read(text: String) -> PyResult<Self> {
        let value: Value = serde_json::from_str(&text).map_err(|error| error::value(&error))?;
        match value.get("allowed").is_some_and(Value::is_boolean) {
            true => Ok(Self { reviewed: None, value }),
            false => Err(PyValueError::new_err("not a review")),
        }
    }

    fn shown(&self) -> String {
        let allowed = if self.allowed() { "True" } else { "False" };
        format!("Review(allowed={allowed}, rows=<{}>)", self.list::<Json>("rows").len())
    }
}

json_methods! { Review {
    /// Whether all objects are admitted.
    #[getter]
    fn allowed(&self) -> bool {
        bool::of(self.value.get("allowed"))
    }

    /// The result of each rule for each object.
    #[getter]
    fn rows(&self) -> Vec<ReviewRow> {
        self.list("rows")
    }

    /// The reasons for refusals.
    #[getter]
    fn refusals(&self) -> Vec<String> {
        self.list("refusals")
    }

    /// The warnings for the user.
    #[getter]
    fn warnings(&self) -> Vec<String> {
        self.list("warnings")
    }

    /// The AdmissionReview that answers the request; `None` if objects were judged.
    fn response<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        to_python(py, self.value.get("response").unwrap_or(&Value::Null))
    }

    /// The review in a format: `table`, `json` (a policy report of `wgpolicyk8s.io`), `junit`. A
    /// review that was unpickled or read from JSON has none of them.
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

    fn __bool__(&self) -> bool {
        self.allowed()
    }
} }
