//! Gatekeeper's ConstraintTemplates.

use std::sync::Arc;

use serde_json::Value;

use super::Named;
use crate::Error;
use crate::admission::cel::NativeRule;
use crate::rego::reads::OfNamespace;
use crate::rego::{Program, RegoLimits, Source};

/// Gatekeeper's name for admission by Kubernetes.
const TARGET: &str = "admission.k8s.gatekeeper.sh";

/// A compiled template.
pub(super) struct Template {
    pub(super) kind: String,
    pub(super) engine: Engine,
    /// The schema of the parameters; null where any are allowed.
    pub(super) schema: Value,
}

/// The engine that evaluates a template.
#[derive(Clone)]
pub(super) enum Engine {
    Rego(Rego),
    /// `K8sNativeValidation`, in CEL.
    Native(Arc<NativeRule>),
}

/// A rule of a program.
#[derive(Clone)]
pub(super) struct Rego {
    pub(super) program: Arc<Program>,
    pub(super) rule: String,
    /// Whether it reads more of the object's Namespace than its name.
    pub(super) reads_namespace: bool,
}

impl Template {
    pub(super) fn compile(
        document: &Named<'_>,
        limits: &RegoLimits,
        notes: &mut Vec<String>,
    ) -> Result<Self, Error> {
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
        if document.value.pointer("/spec/targets/0/operations").is_some() {
            notes.push(format!(
                "ConstraintTemplate {}: operations limits the ValidatingAdmissionPolicy that \
                 Gatekeeper may make of it; as by its webhook, all operations are judged",
                document.text("/metadata/name")
            ));
        }
        Ok(Self { kind, engine: engine(document, limits)?, schema: schema(document) })
    }
}

impl Engine {
    /// Whether it needs the whole Namespace of the object.
    pub(super) fn reads_namespace(&self) -> bool {
        matches!(self, Self::Rego(Rego { reads_namespace: true, .. }))
    }
}

/// Returns the engine of the target's code; of several, the one that Gatekeeper prefers: CEL before
/// Rego, which may also be in the target itself.
fn engine(document: &Named<'_>, limits: &RegoLimits) -> Result<Engine, Error> {
    const FIELD: &str = "spec.targets[0].code[].source";
    let target = "/spec/targets/0";
    let code = document.value.pointer(&format!("{target}/code")).and_then(Value::as_array);
    let code = code.map(Vec::as_slice).unwrap_or_default();
    let of = |name: &str| {
        let is_it = |one: &Value| one.get("engine").and_then(Value::as_str) == Some(name);
        code.iter().position(is_it).map(|at| format!("{target}/code/{at}/source"))
    };
    if let Some(at) = of("K8sNativeValidation") {
        let source = document.value.pointer(&at).unwrap_or(&Value::Null);
        let rule = NativeRule::read(source).map_err(|(field, problem)| {
            document.error(format!("{FIELD}.{field}").trim_end_matches('.'), problem)
        })?;
        return Ok(Engine::Native(Arc::new(rule)));
    }
    let is_in_target = code.is_empty() || !document.text(&format!("{target}/rego")).is_empty();
    let (at, field) = match of("Rego") {
        Some(at) => (at, FIELD),
        None if is_in_target => (target.to_owned(), "spec.targets[0]"),
        None => {
            let problem = "no engine of it is Rego or K8sNativeValidation";
            return Err(document.error("spec.targets[0].code", problem));
        }
    };
    Ok(Engine::Rego(Rego::compile(document, &at, field, limits)?))
}

impl Rego {
    /// Compiles the Rego at a place of a template.
    fn compile(
        document: &Named<'_>,
        at: &str,
        field: &str,
        limits: &RegoLimits,
    ) -> Result<Self, Error> {
        let text = document.text(&format!("{at}/rego"));
        if text.is_empty() {
            return Err(document.error(&format!("{field}.rego"), "is missing"));
        }
        let libs = document.value.pointer(&format!("{at}/libs")).and_then(Value::as_array);
        let libs: Vec<&str> = libs.into_iter().flatten().filter_map(Value::as_str).collect();
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
            Some(rule) => {
                let reads_namespace = program.reads(&rule).namespace == OfNamespace::Anything;
                Ok(Self { rule, program: Arc::new(program), reads_namespace })
            }
            None => Err(document.error(&format!("{field}.rego"), "has no rule violation")),
        }
    }
}

/// Returns the schema of the parameters. A template marked as legacy has none, since a server does
/// not enforce its schema.
fn schema(document: &Named<'_>) -> Value {
    let validation = document.value.pointer("/spec/crd/spec/validation");
    let is_legacy = validation.and_then(|own| own.get("legacySchema")) == Some(&Value::Bool(true));
    let schema = validation.and_then(|own| own.get("openAPIV3Schema")).filter(|_| !is_legacy);
    schema.cloned().unwrap_or_default()
}
