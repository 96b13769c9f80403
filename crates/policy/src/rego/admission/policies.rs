//! All admission policies in Rego.

use std::collections::BTreeMap;

use serde_json::Value;

use super::constraint::Constraint;
use super::opa::Modules;
use super::template::Template;
use super::{Named, message, namespace};
use crate::Error;
use crate::admission::labels::is_namespace;
use crate::admission::{Answer, Operation, Outcome, Request, Surroundings};
use crate::rego::{Input, RegoLimits, Source};

/// The group of Gatekeeper's templates.
const TEMPLATES: &str = "templates.gatekeeper.sh";
/// The group of the constraints that they define.
const CONSTRAINTS: &str = "constraints.gatekeeper.sh";

/// Admission policies in Rego, compiled.
///
/// ```
/// use sealift_policy::admission::{Alone, Outcome, Request};
/// use sealift_policy::rego::{RegoLimits, RegoPolicies, Source};
///
/// let module = r#"package kubernetes.admission
///
/// deny contains msg if {
///     some container in input.request.object.spec.containers
///     not startswith(container.image, "ghcr.io/your-org/")
///     msg := sprintf("%s is not of ours", [container.image])
/// }
/// "#;
/// let limits = RegoLimits::default();
/// let policies = RegoPolicies::load(&[], &[Source::new("ours.rego", module)], &limits)?;
/// let pod = serde_json::json!({"apiVersion": "v1", "kind": "Pod", "spec": {
///     "containers": [{"name": "web", "image": "docker.io/nginx"}]
/// }});
/// let around = Alone("2026-01-31T12:00:00Z".parse()?);
/// let answers = policies.review(&Request::create(pod), &around);
/// assert_eq!(answers[0].outcome, Outcome::Fail);
/// assert_eq!(answers[0].message, "docker.io/nginx is not of ours");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Default)]
pub struct RegoPolicies {
    constraints: Vec<Constraint>,
    modules: Option<Modules>,
    notes: Vec<String>,
    reads_namespaces: Vec<String>,
}

impl RegoPolicies {
    /// Whether an API group is one of Gatekeeper's.
    #[must_use]
    pub fn reads(group: &str) -> bool {
        group == TEMPLATES || group == CONSTRAINTS
    }

    /// Compiles ConstraintTemplates with their Constraints, each with its name in errors, and
    /// modules with admission rules for OPA.
    ///
    /// # Errors
    /// When one has an unsupported field or engine, is not valid Rego, or reads documents that do
    /// not exist here, or when a constraint has no template.
    pub fn load(
        documents: &[(String, Value)],
        modules: &[Source<'_>],
        limits: &RegoLimits,
    ) -> Result<Self, Error> {
        let named = |group: &'static str| {
            documents.iter().filter_map(move |(place, value)| {
                let named = Named { place: place.clone(), value };
                let own = named.text("/apiVersion").split_once('/')?.0 == group;
                own.then_some(named)
            })
        };
        let mut notes = Vec::new();
        let mut reads_namespaces = Vec::new();
        let mut templates = BTreeMap::new();
        for document in named(TEMPLATES) {
            let template = Template::compile(&document, limits, &mut notes)?;
            if templates.contains_key(&template.kind) {
                return Err(document.error("spec.crd.spec.names.kind", "is defined twice"));
            }
            if template.engine.reads_namespace() {
                reads_namespaces.push(format!("{}: spec.targets[0]", document.place));
            }
            templates.insert(template.kind.clone(), template);
        }
        let constraints = named(CONSTRAINTS)
            .map(|document| match templates.get(document.text("/kind")) {
                Some(template) => Constraint::load(&document, template, &mut notes),
                None => Err(document.error("kind", "no ConstraintTemplate defines it")),
            })
            .collect::<Result<_, _>>()?;
        let modules = match modules {
            [] => None,
            modules => Some(Modules::compile(modules, limits, &mut notes)?),
        };
        reads_namespaces.extend(modules.iter().flat_map(Modules::reads_namespaces));
        Ok(Self { constraints, modules, notes, reads_namespaces })
    }

    /// Returns notes for the user on the loaded policies.
    #[must_use]
    pub fn notes(&self) -> &[String] {
        &self.notes
    }

    /// Returns the templates and the rules of modules that read more of the object's Namespace than
    /// its name, each with its file.
    #[must_use]
    pub fn reads_namespaces(&self) -> &[String] {
        &self.reads_namespaces
    }

    /// Returns the number of constraints and of evaluated rules of modules.
    #[must_use]
    pub fn len(&self) -> usize {
        self.constraints.len() + self.modules.as_ref().map_or(0, Modules::len)
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Evaluates each policy that applies to a request: one pass, or one failure for each reason.
    #[must_use]
    pub fn review(&self, request: &Request, around: &dyn Surroundings) -> Vec<Answer> {
        let mut answers = Vec::new();
        let mut matching = Vec::new();
        for constraint in &self.constraints {
            match constraint.applies(request, around) {
                Ok(true) => matching.push(constraint),
                Ok(false) => {}
                Err(answer) => answers.push(answer),
            }
        }
        if !matching.is_empty() {
            let reads_namespace =
                matching.iter().any(|constraint| constraint.engine.reads_namespace());
            let namespace = match reads_namespace {
                true => namespace::whole(request, around),
                false => Ok(namespace::by_name(request)),
            };
            let shown = namespace.clone().unwrap_or_else(|_| namespace::by_name(request));
            let review = Input::new(&reviewed(request, &shown));
            for constraint in matching {
                match &namespace {
                    Err(why) if constraint.engine.reads_namespace() => {
                        answers.push(constraint.error(why))
                    }
                    _ => constraint.review(request, &review, around, &mut answers),
                }
            }
        }
        if let Some(modules) = &self.modules {
            modules.review(request, around, &mut answers);
        }
        answers
    }
}

/// Makes the request in Gatekeeper's form for constraints: at a deletion, the object is the deleted
/// one; the Namespace is added.
fn reviewed(request: &Request, namespace: &Value) -> Value {
    let mut review = serde_json::to_value(request).unwrap_or_default();
    if let Value::Object(fields) = &mut review {
        if request.operation == Operation::Delete {
            fields.insert("object".to_owned(), request.old_object.clone());
        }
        // A server names a Namespace as its own namespace.
        if is_namespace(request) {
            fields.remove("namespace");
        }
    }
    namespace::show(&mut review, namespace);
    review
}

/// Makes answers from a denial: one for each reason, or one pass.
pub(super) fn answers(of: &Answer, denied: Option<Value>, answers: &mut Vec<Answer>) {
    let fail = |message: String| Answer { outcome: Outcome::Fail, message, ..of.clone() };
    let reasons = match denied {
        None | Some(Value::Bool(false)) => Vec::new(),
        Some(Value::Array(reasons)) => reasons,
        Some(other) => vec![other],
    };
    if reasons.is_empty() {
        answers.push(Answer { outcome: Outcome::Pass, ..of.clone() });
    }
    answers.extend(reasons.iter().map(|reason| match (message(reason), reason) {
        (Some(message), _) => fail(message),
        (None, Value::Bool(true)) => fail("denied".to_owned()),
        // A denial counts even where its message has the wrong form.
        (None, reason) => fail(reason.to_string()),
    }));
}
