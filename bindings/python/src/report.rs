//! Reports: the packages of a target, its vulnerabilities and misconfigurations.

use std::collections::BTreeMap;
use std::num::NonZeroUsize;
use std::sync::{Arc, OnceLock};

use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::PyDict;
use sealift::{Format, JsonOptions, render};
use serde_json::{Map, Value};

use crate::arguments::Arguments;
use crate::data::{JsonClass, data_class, json_methods, quoted};
use crate::error;

/// The width of a table in columns.
const WIDTH: usize = 160;

data_class! {
    /// A vulnerability of a package, as Trivy's JSON has it.
    Finding shown(id, package, version, severity) {
        id: String = "/VulnerabilityID",
        package: String = "/PkgName",
        version: String = "/InstalledVersion",
        fixed_version: Option<String> = "/FixedVersion",
        severity: String = "/Severity",
        severity_source: Option<String> = "/SeveritySource",
        status: String = "/Status",
        title: String = "/Title",
        description: String = "/Description",
        purl: Option<String> = "/PkgIdentifier/PURL",
        path: Option<String> = "/PkgPath",
        paths: Vec<String> = "/Paths",
        layer: Option<String> = "/Layer/DiffID",
        base: Option<String> = "/FromBase",
        record_ids: Vec<String> = "/RecordIDs",
        aliases: Vec<String> = "/Aliases",
        cwe_ids: Vec<String> = "/CweIDs",
        references: Vec<String> = "/References",
        primary_url: String = "/PrimaryURL",
        epss: Option<f64> = "/EPSS/Score",
        target: String = "/Target",
    }
}

data_class! {
    /// A package, as Trivy's JSON has it.
    Package shown(name, version, purl) {
        id: String = "/ID",
        name: String = "/Name",
        version: String = "/Version",
        purl: Option<String> = "/Identifier/PURL",
        licenses: Vec<String> = "/Licenses",
        source_name: Option<String> = "/SrcName",
        source_version: Option<String> = "/SrcVersion",
        path: Option<String> = "/FilePath",
        paths: Vec<String> = "/Paths",
        layer: Option<String> = "/Layer/DiffID",
        base: Option<String> = "/FromBase",
        depends_on: Vec<String> = "/DependsOn",
        kind: String = "/Type",
        target: String = "/Target",
    }
}

data_class! {
    /// The result of a check of a configuration file, as Trivy's JSON has it.
    Misconfiguration shown(id, path, severity, message) {
        id: String = "/ID",
        title: String = "/Title",
        description: String = "/Description",
        message: String = "/Message",
        resolution: String = "/Resolution",
        severity: String = "/Severity",
        status: String = "/Status",
        ignored_by: Option<String> = "/IgnoredBy",
        path: String = "/Target",
        kind: String = "/Type",
        start_line: Option<u64> = "/CauseMetadata/StartLine",
        end_line: Option<u64> = "/CauseMetadata/EndLine",
        resource: Option<String> = "/CauseMetadata/Resource",
        url: Option<String> = "/PrimaryURL",
    }
}

data_class! {
    /// Something that could not be read, or is odd.
    Diagnostic shown(message, path, impact) {
        message: String = "/Message",
        path: Option<String> = "/Path",
        line: Option<u64> = "/Line",
        layer: Option<String> = "/Layer",
        impact: String = "/Impact",
    }
}

/// The result of one scan.
#[pyclass(frozen, module = "sealift._native")]
#[derive(Debug)]
pub(crate) struct Report {
    /// The report of a scan in this process; `None` if it was read from JSON.
    scanned: Option<Arc<sealift::Report>>,
    text: OnceLock<String>,
    value: OnceLock<Value>,
}

impl Report {
    pub(crate) fn new(scanned: sealift::Report) -> Self {
        Self { scanned: Some(Arc::new(scanned)), text: OnceLock::new(), value: OnceLock::new() }
    }

    fn written(&self) -> &str {
        self.text.get_or_init(|| {
            let Some(scanned) = &self.scanned else { return String::new() };
            let mut options = JsonOptions::default();
            options.threads = std::thread::available_parallelism().unwrap_or(NonZeroUsize::MIN);
            written(scanned, &Format::Json(options)).unwrap_or_default()
        })
    }

    /// Whether the scan looked for anything: vulnerabilities, or failures in configuration files.
    fn was_searched(&self) -> bool {
        match &self.scanned {
            Some(scanned) => scanned.matches.is_some() || scanned.configuration.is_some(),
            None => {
                let results = self.value().get("Results").and_then(Value::as_array);
                let is_check = |result: &Value| result.get("MisconfSummary").is_some();
                self.was_matched() || results.into_iter().flatten().any(is_check)
            }
        }
    }

    fn was_matched(&self) -> bool {
        self.value().get("Coverage").is_some()
    }

    /// The names of ecosystems in a list of `Coverage`.
    fn ecosystems(&self, list: &str) -> Vec<String> {
        let rows = self.value().pointer(&format!("/Coverage/{list}")).and_then(Value::as_array);
        let names = rows.into_iter().flatten().filter_map(|row| row.get("Ecosystem")?.as_str());
        names.map(str::to_owned).collect()
    }

    fn at(&self, place: &str) -> Option<String> {
        self.value().pointer(place).and_then(Value::as_str).map(str::to_owned)
    }

    /// The objects of a list in each result, with the result's name.
    fn rows(&self, list: &str) -> Vec<Value> {
        let results = self.value().pointer("/Results").and_then(Value::as_array);
        let rows = results.into_iter().flatten().flat_map(|result| {
            let about = ["Target", "Class", "Type"].map(|name| (name, result.get(name).cloned()));
            let rows = result.get(list).and_then(Value::as_array).into_iter().flatten();
            rows.map(move |row| {
                let mut row = row.clone();
                if let Some(members) = row.as_object_mut() {
                    join_version(members, ["Epoch", "Version", "Release"]);
                    join_version(members, ["SrcEpoch", "SrcVersion", "SrcRelease"]);
                    for (name, value) in about.clone() {
                        members.extend(value.map(|value| (name.to_owned(), value)));
                    }
                }
                row
            })
        });
        rows.collect()
    }
}

/// Joins a version from its parts, which Trivy's JSON gives separately for system packages.
fn join_version(members: &mut Map<String, Value>, names: [&str; 3]) {
    let [epoch, version, release] = names;
    let Some(text) = members.get(version).and_then(Value::as_str) else { return };
    let mut whole = text.to_owned();
    if let Some(epoch) = members.get(epoch).and_then(Value::as_u64).filter(|epoch| *epoch > 0) {
        whole = format!("{epoch}:{whole}");
    }
    if let Some(release) = members.get(release).and_then(Value::as_str) {
        whole = format!("{whole}-{release}");
    }
    members.insert(version.to_owned(), Value::String(whole));
}

fn written(report: &sealift::Report, format: &Format) -> std::io::Result<String> {
    let mut bytes = Vec::new();
    render(report, format, &mut bytes)?;
    String::from_utf8(bytes).map_err(std::io::Error::other)
}

impl JsonClass for Report {
    fn value(&self) -> &Value {
        self.value.get_or_init(|| serde_json::from_str(self.written()).unwrap_or_default())
    }

    /// Trivy's schema 2.
    fn text(&self) -> String {
        self.written().to_owned()
    }

    fn read(text: String) -> PyResult<Self> {
        let value: Value = serde_json::from_str(&text).map_err(|error| error::value(&error))?;
        if value.get("SchemaVersion").and_then(Value::as_u64) != Some(2) {
            return Err(PyValueError::new_err("not a report of schema 2"));
        }
        Ok(Self { scanned: None, text: OnceLock::from(text), value: OnceLock::from(value) })
    }

    fn shown(&self) -> String {
        let name = quoted(&self.at("/ArtifactName").unwrap_or_default());
        let (packages, findings) =
            (self.rows("Packages").len(), self.rows("Vulnerabilities").len());
        format!("Report({name}, packages=<{packages}>, findings=<{findings}>)")
    }
}

json_methods! { Report {
    /// The name of the target.
    #[getter]
    fn artifact_name(&self) -> String {
        self.at("/ArtifactName").unwrap_or_default()
    }

    /// The kind of the target: `container_image`, `filesystem`, `cyclonedx`, `spdx`.
    #[getter]
    fn artifact_type(&self) -> String {
        self.at("/ArtifactType").unwrap_or_default()
    }

    /// The digest of the image's manifest, if it has one.
    #[getter]
    fn digest(&self) -> Option<String> {
        self.at("/Metadata/ManifestDigest")
    }

    /// The vulnerabilities.
    #[getter]
    fn findings(&self, py: Python<'_>) -> Vec<Finding> {
        py.detach(|| self.rows("Vulnerabilities").into_iter().map(Finding::new).collect())
    }

    /// The results of checks of configuration files: failures, and all others if asked for.
    #[getter]
    fn misconfigurations(&self, py: Python<'_>) -> Vec<Misconfiguration> {
        py.detach(|| {
            self.rows("Misconfigurations").into_iter().map(Misconfiguration::new).collect()
        })
    }

    /// The packages.
    #[getter]
    fn packages(&self, py: Python<'_>) -> Vec<Package> {
        py.detach(|| self.rows("Packages").into_iter().map(Package::new).collect())
    }

    /// What could not be read, or is odd.
    #[getter]
    fn diagnostics(&self) -> Vec<Diagnostic> {
        let all = self.value().pointer("/Diagnostics").and_then(Value::as_array);
        all.into_iter().flatten().cloned().map(Diagnostic::new).collect()
    }

    /// What was requested but not done.
    #[getter]
    fn notes(&self) -> Vec<String> {
        let all = self.value().pointer("/Notes").and_then(Value::as_array);
        all.into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect()
    }

    /// Whether packages were matched: without a database, nothing is known about vulnerabilities.
    #[getter]
    fn matched(&self) -> bool {
        self.was_matched()
    }

    /// Whether the scan saw all that it should; false if nothing was matched or checked.
    #[getter]
    fn complete(&self) -> bool {
        self.was_searched() && self.diagnostics().iter().all(|it| it.impact() != "incomplete")
    }

    /// Ecosystems for which the database has advisories (`with`) and for which it has none
    /// (`without`); `None` if nothing was matched.
    #[getter]
    fn coverage(&self) -> Option<BTreeMap<&'static str, Vec<String>>> {
        let lists = [("with", "With"), ("without", "Without")];
        let named = lists.map(|(name, list)| (name, self.ecosystems(list)));
        self.was_matched().then(|| named.into())
    }

    /// The number of records for which it is unknown whether a package is affected.
    #[getter]
    fn undetermined(&self) -> usize {
        self.value().get("Undetermined").and_then(Value::as_array).map_or(0, Vec::len)
    }

    /// The number of findings by severity, without severities that have none.
    #[getter]
    fn counts(&self) -> BTreeMap<String, usize> {
        let mut counts = BTreeMap::new();
        for row in self.rows("Vulnerabilities") {
            let severity = row.get("Severity").and_then(Value::as_str).unwrap_or_default();
            *counts.entry(severity.to_owned()).or_default() += 1;
        }
        counts
    }

    /// The report in a format: `json`, `table`, `cyclonedx`, `cyclonedx-vuln`, `spdx-json`, `spdx`,
    /// `sarif`, `junit`, `markdown`, `gitlab`. A report that was unpickled or read from JSON has
    /// only `json`. For `github`, `sha` and `ref` give the commit, and `correlator` and `job_id`
    /// the job, which replaces its earlier snapshots.
    #[pyo3(signature = (format, **options))]
    fn render(
        &self,
        py: Python<'_>,
        format: &str,
        options: Option<&Bound<'_, PyDict>>,
    ) -> PyResult<String> {
        let arguments = Arguments::new("render", options)?;
        let mut format = Format::named(format, WIDTH).ok_or_else(|| {
            let known = Format::NAMES.join(", ");
            PyValueError::new_err(format!("{format:?} is no format of reports; there are {known}"))
        })?;
        if let Format::GitHub(github) = &mut format {
            github.commit = arguments.needed("sha")?;
            github.reference = arguments.needed("ref")?;
            github.correlator = arguments.needed("correlator")?;
            github.run = arguments.needed("job_id")?;
        }
        arguments.finish()?;
        if matches!(format, Format::Json(_)) {
            return Ok(self.text());
        }
        let Some(scanned) = &self.scanned else {
            return Err(PyValueError::new_err(
                "of a report that was read from JSON, only JSON is left",
            ));
        };
        py.detach(|| written(scanned, &format)).map_err(|error| error::value(&error))
    }
} }
