//! Gatekeeper's ConstraintTemplates.

use std::sync::Arc;

use serde_json::Value;

use super::Named;
use crate::Error;
use crate::rego::{Program, RegoLimits, Source};

/// What Gatekeeper calls admission by Kubernetes.
const TARGET: &str = "admission.k8s.gatekeeper.sh";

/// A compiled template.
pub(super) struct Template {
    pub(super) kind: String,
    pub(super) program: Arc<Program>,
    pub(super) rule: String,
    /// Whether it looks at the object's namespace.
    pub(super) names_namespace: bool,
}

/// Where Gatekeeper shows constraints the namespace of what they review.
pub(super) const NAMESPACE: &str = "_unstable";

impl Template {
    pub(super) fn compile(document: &Named<'_>, limits: &RegoLimits) -> Result<Self, Error> {
        document.only("/spec", &["crd", "targets"])?;
        let kind = document.text("/spec/crd/spec/names/kind").to_owned();
        if kind.is_empty() {
            return Err(document.error("spec.crd.spec.names.kind", "is missing"));
        }
        match document.value.pointer("/spec/targets").and_then(Value::as_array).map(Vec::as_slice) {
            Some([_]) => {}
            _ => return Err(document.error("spec.targets", "is not one target")),
        }
        let read = ["target", "rego", "libs", "code", "operations"];
        document.only("/spec/targets/0", &read)?;
        if document.text("/spec/targets/0/target") != TARGET {
            return Err(document.error("spec.targets[0].target", format!("is not {TARGET}")));
        }
        let (at, field) = source(document)?;
        let text = document.text(&format!("{at}/rego"));
        if text.is_empty() {
            return Err(document.error(&format!("{field}.rego"), "is missing"));
        }
        let libs = document.value.pointer(&format!("{at}/libs")).and_then(Value::as_array);
        let libs: Vec<&str> = libs.into_iter().flatten().filter_map(Value::as_str).collect();
        let names_namespace =
            text.contains(NAMESPACE) || libs.iter().any(|lib| lib.contains(NAMESPACE));
        let main = format!("{}: {field}.rego", document.place);
        let lib = format!("{}: {field}.libs", document.place);
        let modules: Vec<Source<'_>> = std::iter::once(Source::new(&main, text))
            .chain(libs.into_iter().map(|text| Source::new(&lib, text)))
            .collect();
        let compiled = Program::compile(&modules, &serde_json::json!({}), &[], limits);
        let program = compiled.map_err(|error| document.error(field, error))?;
        if let Some((missing, at)) = program.missing_documents().next() {
            let problem = format!("{at}nothing gives {missing} here");
            return Err(document.error(field, problem));
        }
        let rule = program
            .rules()
            .find(|rule| rule.ends_with(".violation") && !rule.starts_with("data.lib."));
        match rule.map(str::to_owned) {
            Some(rule) => Ok(Self { kind, rule, program: Arc::new(program), names_namespace }),
            None => Err(document.error(&format!("{field}.rego"), "has no rule violation")),
        }
    }
}

/// Where the Rego stands: in the target itself, or among its engines' code.
fn source(document: &Named<'_>) -> Result<(String, &'static str), Error> {
    let target = "/spec/targets/0";
    let code = document.value.pointer(&format!("{target}/code")).and_then(Value::as_array);
    let Some(code) = code.filter(|code| !code.is_empty()) else {
        return Ok((target.to_owned(), "spec.targets[0]"));
    };
    let rego =
        code.iter().position(|one| one.get("engine").and_then(Value::as_str) == Some("Rego"));
    match rego {
        Some(at) => Ok((format!("{target}/code/{at}/source"), "spec.targets[0].code[].source")),
        None => Err(document.error("spec.targets[0].code", "no engine of it is Rego")),
    }
}
