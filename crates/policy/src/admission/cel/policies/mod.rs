//! The kinds of policies whose conditions are CEL.
//!
//! ```text
//! Document ── form ──> spec ── body (compile) ──> Body ─┐
//! Request ── constraints ── Subject ────────────────────┴─ judge ──> Answer
//! ```
//!
//! `ValidatingPolicy`, `ImageValidatingPolicy` and their kinds for one namespace
//! (`policies.kyverno.io`), with `PolicyException`; `ValidatingAdmissionPolicy` with its bindings
//! (`admissionregistration.k8s.io`); the body of `validate.cel` in a rule of a `ClusterPolicy`, and that of
//! the engine `K8sNativeValidation` in a `ConstraintTemplate`.

mod admission;
mod autogen;
mod body;
mod conditions;
mod constraints;
mod exception;
mod form;
mod image;
mod native;
mod rule;
mod subject;
#[cfg(test)]
mod tests;
mod validating;

use serde_json::Value as Json;

use crate::Error;
use crate::admission::policies::{Family, Loaded, Policy};
use crate::admission::{Document, Effect};

pub(crate) use autogen::Place;
pub(crate) use conditions::MatchConditions;
pub(crate) use native::NativeRule;
pub(crate) use rule::CelRule;

/// Kyverno's policies in CEL, and Kubernetes' own.
pub(crate) const FAMILY: Family = Family { reads, load };

const KYVERNO: &str = "policies.kyverno.io";
const KUBERNETES: &str = "admissionregistration.k8s.io";

/// Kinds of the same groups that judge nothing.
const OTHERS: [&str; 7] = [
    "MutatingPolicy",
    "NamespacedMutatingPolicy",
    "GeneratingPolicy",
    "NamespacedGeneratingPolicy",
    "DeletingPolicy",
    "NamespacedDeletingPolicy",
    "CleanupPolicy",
];

fn reads(group: &str, kind: &str) -> bool {
    match group {
        KYVERNO => {
            let own = [
                "ValidatingPolicy",
                "NamespacedValidatingPolicy",
                "ImageValidatingPolicy",
                "NamespacedImageValidatingPolicy",
                "PolicyException",
            ];
            own.contains(&kind) || OTHERS.contains(&kind)
        }
        KUBERNETES => {
            matches!(kind, "ValidatingAdmissionPolicy" | "ValidatingAdmissionPolicyBinding")
        }
        _ => false,
    }
}

fn load(documents: Vec<Document>, notes: &mut Vec<String>) -> Loaded {
    let of_kind = |kind: &'static str| documents.iter().filter(move |own| own.kind() == kind);
    let exceptions = of_kind("PolicyException")
        .map(exception::Exception::read)
        .collect::<Result<Vec<_>, _>>()?;
    let bindings = of_kind("ValidatingAdmissionPolicyBinding")
        .map(admission::Binding::read)
        .collect::<Result<Vec<_>, _>>()?;
    for document in &documents {
        let says = |part: &str| {
            let policy = document.value.pointer(&format!("/spec/{part}/matchPolicy"));
            policy.and_then(Json::as_str) == Some("Equivalent")
        };
        if says("matchConstraints") || says("matchResources") {
            let (kind, name) = (document.kind(), document.name());
            notes.push(format!(
                "{kind} {name}: matchPolicy Equivalent is not followed; a request matches in the \
                 group and version that it is asked in"
            ));
        }
    }
    let mut policies: Vec<Box<dyn Policy>> = Vec::new();
    for document in &documents {
        match document.kind() {
            "ValidatingPolicy" | "NamespacedValidatingPolicy" => {
                let policy = validating::ValidatingPolicy::read(document, &exceptions, notes)?;
                policies.push(Box::new(policy));
            }
            "ImageValidatingPolicy" | "NamespacedImageValidatingPolicy" => {
                let policy = image::ImagePolicy::read(document, &exceptions, notes)?;
                policies.extend(policy.map(|policy| -> Box<dyn Policy> { Box::new(policy) }));
            }
            "ValidatingAdmissionPolicy" => {
                policies.push(Box::new(admission::AdmissionPolicy::read(document, &bindings)?));
            }
            kind if OTHERS.contains(&kind) => {
                let writes = match kind.ends_with("MutatingPolicy") {
                    true => "; what it writes is not written, and objects are judged without it",
                    false => "",
                };
                notes.push(format!("{kind} {}: judges nothing{writes}", document.name()));
            }
            _ => {}
        }
    }
    for exception in &exceptions {
        exception.refers(&documents, notes);
    }
    for binding in &bindings {
        binding.refers(&documents, notes);
    }
    Ok(policies)
}

/// Reads the spec of a document.
fn spec<T: serde::de::DeserializeOwned>(document: &Document) -> Result<T, Error> {
    let known = ["apiVersion", "kind", "metadata", "spec", "status"];
    let fields = document.value.as_object();
    if let Some((other, _)) =
        fields.into_iter().flatten().find(|(name, _)| !known.contains(&name.as_str()))
    {
        return Err(document.error(other, "there is no such field"));
    }
    let spec = document.value.get("spec").cloned().unwrap_or(Json::Null);
    form::read(spec).map_err(|(field, problem)| document.error(&format!("spec{field}"), problem))
}

/// Returns the name of a policy, with its namespace where it has one.
fn name_of(document: &Document, namespaced: bool) -> String {
    match namespace_of(document).filter(|_| namespaced) {
        Some(namespace) => format!("{namespace}/{}", document.name()),
        None => document.name().to_owned(),
    }
}

fn namespace_of(document: &Document) -> Option<&str> {
    document.value.pointer("/metadata/namespace").and_then(Json::as_str)
}

/// Whether an annotation turns its failures into warnings.
fn is_unscored(document: &Document) -> bool {
    let annotations = document.value.pointer("/metadata/annotations");
    let scored = annotations.and_then(|all| all.get("policies.kyverno.io/scored"));
    scored.and_then(Json::as_str) == Some("false")
}

/// Returns the strictest of the actions for a failure; without any, it refuses.
fn effect_of(actions: &[form::Action]) -> Effect {
    let has = |action: form::Action| actions.contains(&action);
    if actions.is_empty() || has(form::Action::Deny) {
        Effect::Deny
    } else if has(form::Action::Warn) {
        Effect::Warn
    } else {
        Effect::Audit
    }
}
