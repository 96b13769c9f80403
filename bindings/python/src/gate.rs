//! Deciding.

use std::path::PathBuf;

use pyo3::prelude::*;
use pyo3::types::PyDict;
use sealift::policy::{
    FailingSeverities, GateOverrides, Identity, PolicyFiles, SeverityGap, Signer, SignerGap,
};

use crate::arguments::Arguments;
use crate::data::data_class;
use crate::error;
use crate::report::Report;
use crate::scan::{Scan, severities};

data_class! {
    /// A reason for the gate's decision.
    Reason shown(action, text) {
        action: String = "/Action",
        about: String = "/About",
        text: String = "/Text",
    }
}

/// The decision whether an image may pass, with its reasons and the report.
#[pyclass(frozen, module = "sealift._native")]
#[derive(Debug)]
pub(crate) struct Decision {
    json: String,
    text: String,
    value: serde_json::Value,
    report: Option<Py<Report>>,
}

#[pymethods]
impl Decision {
    /// `pass`, `warn`, `fail` or `incomplete`.
    #[getter]
    fn verdict(&self) -> String {
        let verdict = self.value.get("Verdict").and_then(serde_json::Value::as_str);
        verdict.unwrap_or_default().to_owned()
    }

    /// Whether the image may pass, with warnings or without.
    #[getter]
    fn allowed(&self) -> bool {
        ["pass", "warn"].contains(&self.verdict().as_str())
    }

    /// The reasons for the decision.
    #[getter]
    fn reasons(&self) -> Vec<Reason> {
        let reasons = self.value.get("Reasons").and_then(serde_json::Value::as_array);
        reasons.into_iter().flatten().cloned().map(Reason::new).collect()
    }

    /// The report, without suppressed findings; `None` for a decision that was read from JSON.
    #[getter]
    fn report(&self, py: Python<'_>) -> Option<Py<Report>> {
        self.report.as_ref().map(|report| report.clone_ref(py))
    }

    /// The verdict, then the reasons, as the command prints them.
    #[getter]
    fn text(&self) -> String {
        self.text.clone()
    }

    fn to_json(&self) -> String {
        self.json.clone()
    }

    fn to_dict<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        crate::data::to_python(py, &self.value)
    }

    /// Reads what `to_json` returned, with the earlier `text`.
    #[staticmethod]
    #[pyo3(signature = (json, text=String::new()))]
    fn from_json(json: String, text: String) -> PyResult<Self> {
        let value = serde_json::from_str(&json).map_err(|error| error::value(&error))?;
        Ok(Self { json, text, value, report: None })
    }

    fn __bool__(&self) -> bool {
        self.allowed()
    }

    fn __repr__(&self) -> String {
        let verdict = crate::data::quoted(&self.verdict());
        format!("Decision(verdict={verdict}, reasons=<{}>)", self.reasons().len())
    }

    fn __eq__(&self, other: &Bound<'_, PyAny>) -> bool {
        other.cast::<Self>().is_ok_and(|other| other.get().value == self.value)
    }

    fn __hash__(&self) -> u64 {
        crate::data::hash(&self.json)
    }

    fn __reduce__<'py>(slf: &Bound<'py, Self>) -> PyResult<(Bound<'py, PyAny>, (String, String))> {
        let this = slf.get();
        Ok((slf.get_type().getattr("from_json")?, (this.json.clone(), this.text.clone())))
    }
}

/// Decides whether images may pass: a policy, with the files that it names.
#[pyclass(frozen, module = "sealift._native")]
#[derive(Debug)]
pub(crate) struct Gate {
    gate: sealift::policy::Gate,
    offline: bool,
    messages: Vec<String>,
}

#[pymethods]
impl Gate {
    /// Reads the files, and takes the further options.
    #[new]
    #[pyo3(signature = (policy=None, **options))]
    fn new(policy: Option<PathBuf>, options: Option<&Bound<'_, PyDict>>) -> PyResult<Self> {
        let arguments = Arguments::new("Gate", options)?;
        let files = PolicyFiles {
            policy,
            ignore: arguments.take("ignore_files")?.unwrap_or_default(),
            vex: arguments.take("vex_files")?.unwrap_or_default(),
            ..PolicyFiles::default()
        };
        let loaded = files.load().map_err(|error| error::policy(&error))?;
        let loaded = loaded.with(overrides(&arguments)?);
        let weak = loaded.check_requirements().map_err(|error| error::proof(&error))?;
        let (offline, now) = (arguments.flag("offline")?, arguments.time()?);
        arguments.finish()?;
        let messages = loaded.messages.iter().cloned().chain(weak).collect();
        let gate = sealift::policy::Gate::of(loaded, now);
        Ok(Self { gate: gate.map_err(|error| error::policy(&error))?, offline, messages })
    }

    /// Messages for people: each file that was read, and which of its entries do not count.
    #[getter]
    fn messages(&self) -> Vec<String> {
        self.messages.clone()
    }

    /// Scans an image, verifies what the policy requires, and decides. Takes the arguments of
    /// `scan_image` except those that filter findings: the gate decides which of them count.
    #[pyo3(signature = (image, **options))]
    fn admit(
        &self,
        py: Python<'_>,
        image: &str,
        options: Option<&Bound<'_, PyDict>>,
    ) -> PyResult<Decision> {
        let arguments = Arguments::new("admit", options)?;
        let access = arguments.access()?;
        let Scan { scanner, mut options, watcher, .. } = Scan::of_all(&arguments)?;
        options.bases = arguments.bases(&access)?;
        arguments.finish()?;
        let target = arguments.scanned(image, &access)?;
        let mut gate = self.gate.clone();
        if !self.offline {
            gate = gate.asking(access.client()?).map_err(|error| error::policy(&error))?;
        }
        let work = move |observer: &dyn sealift::Observer| {
            gate.admit(&scanner, &target, &options, observer)
        };
        let admission = watcher.run(py, work)?.map_err(error::scan)?;
        let json = admission.outcome.json();
        let value = serde_json::from_str(&json).map_err(|error| error::value(&error))?;
        let text = admission.outcome.text();
        let report = Some(Py::new(py, Report::new(admission.report))?);
        Ok(Decision { json, text, value, report })
    }

    fn __repr__(&self) -> String {
        format!("Gate(messages=<{}>)", self.messages.len())
    }
}

/// The options that override the policy file.
fn overrides(arguments: &Arguments<'_>) -> PyResult<GateOverrides> {
    let mut overrides = GateOverrides::default();
    if let Some(words) = arguments.take::<Vec<String>>("fail_on")? {
        let listed = severities(arguments, "fail_on", &words)?;
        let gap = |gap: SeverityGap| arguments.refused("fail_on", &gap.to_string());
        overrides.fail_on = Some(FailingSeverities::new(listed).map_err(gap)?);
    }
    if let Some(words) = arguments.take::<Vec<String>>("warn_on")? {
        overrides.warn_on = Some(severities(arguments, "warn_on", &words)?);
    }
    overrides.fixed_only = arguments.flag("fixed_only")?;
    overrides.allow_incomplete = arguments.flag("allow_incomplete")?;
    overrides.require_justification = arguments.flag("require_justification")?;
    overrides.max_age_days = arguments.take("max_age_days")?;
    overrides.signer = signer(arguments)?;
    let root = arguments.take::<PathBuf>("trusted_root")?;
    overrides.trusted_root = root.map(|root| root.display().to_string());
    overrides.rekor_url = arguments.take("rekor_url")?;
    overrides.insecure_ignore_tlog = arguments.flag("insecure_ignore_tlog")?;
    Ok(overrides)
}

/// The required signer: the file of a key, or an identity.
fn signer(arguments: &Arguments<'_>) -> PyResult<Option<Signer>> {
    let key = arguments.take::<PathBuf>("key")?;
    let mut identity = Identity::default();
    identity.subject = arguments.take("certificate_identity")?;
    identity.subject_regexp = arguments.take("certificate_identity_regexp")?;
    identity.issuer = arguments.take("certificate_oidc_issuer")?;
    identity.issuer_regexp = arguments.take("certificate_oidc_issuer_regexp")?;
    let key = key.map(|key| key.display().to_string());
    Signer::of(key, identity).map_err(|gap| {
        let argument = match gap {
            SignerGap::Both => "key",
            SignerGap::NoIssuer => "certificate_identity",
            SignerGap::NoSubject => "certificate_oidc_issuer",
        };
        arguments.refused(argument, &gap.to_string())
    })
}
