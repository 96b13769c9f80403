//! Exceptions from Kyverno's policies in CEL (`policies.kyverno.io/v1`, PolicyException).

use serde_json::Value as Json;

use super::body::all_hold;
use super::form::{self, FailurePolicy};
use super::subject::Subject;
use crate::Error;
use crate::admission::cel::{Error as CelError, Input, Names, Program, Value};
use crate::admission::{Document, Outcome};

/// An exception.
#[derive(Clone, Debug)]
pub(super) struct Exception {
    name: String,
    namespace: Option<String>,
    form: form::Exception,
    document: Document,
    /// Of several exceptions that apply, the one with the highest priority sets the report's
    /// outcome.
    priority: i64,
}

/// An exception from one policy.
#[derive(Debug)]
pub(super) struct Excepted {
    key: String,
    conditions: Vec<Program>,
    images: Vec<String>,
    values: Vec<String>,
    outcome: Outcome,
    priority: i64,
}

impl Excepted {
    /// Returns the inputs that its conditions use.
    pub(super) fn inputs(&self) -> impl Iterator<Item = Input> {
        self.conditions.iter().flat_map(Program::inputs)
    }
}

impl Exception {
    pub(super) fn read(document: &Document) -> Result<Self, Error> {
        let form: form::Exception = super::spec(document)?;
        if form.policy_refs.is_empty() {
            return Err(document.error("spec.policyRefs", "names no policy"));
        }
        let labels = document.value.pointer("/metadata/labels");
        let priority = labels.and_then(|labels| labels.get("polex.kyverno.io/priority"));
        Ok(Self {
            name: document.name().to_owned(),
            namespace: super::namespace_of(document).map(ToOwned::to_owned),
            form,
            document: document.clone(),
            priority: priority
                .and_then(Json::as_str)
                .and_then(|text| text.parse().ok())
                .unwrap_or(0),
        })
    }

    /// Adds notes on policies that it names and that do not exist.
    pub(super) fn refers(&self, documents: &[Document], notes: &mut Vec<String>) {
        for wanted in &self.form.policy_refs {
            let is_it = |own: &&Document| own.name() == wanted.name && own.kind() == wanted.kind;
            if documents.iter().find(is_it).is_none() {
                let form::PolicyRef { name, kind } = wanted;
                notes.push(format!("PolicyException {}: no {kind} {name} is loaded", self.name));
            }
        }
    }

    /// Returns the exceptions from one policy.
    ///
    /// # Errors
    /// When a condition does not compile.
    pub(super) fn of(
        all: &[Self],
        policy: &Document,
        inputs: &[Input],
    ) -> Result<Vec<Excepted>, Error> {
        let names = Names::new(inputs);
        let refers = |exception: &&Self| {
            let mut refs = exception.form.policy_refs.iter();
            refs.any(|wanted| wanted.name == policy.name() && wanted.kind == policy.kind())
        };
        all.iter().filter(refers).map(|exception| exception.compile(&names)).collect()
    }

    fn compile(&self, names: &Names) -> Result<Excepted, Error> {
        let mut conditions = Vec::new();
        for (index, condition) in self.form.match_conditions.iter().enumerate() {
            let field = format!("spec.matchConditions[{index}].expression");
            let program = names.compile(&condition.expression);
            conditions.push(program.map_err(|error| self.document.error(&field, error))?);
        }
        let namespace = self.namespace.as_ref().map(|namespace| format!("{namespace}/"));
        Ok(Excepted {
            key: namespace.unwrap_or_default() + &self.name,
            conditions,
            images: self.form.images.clone(),
            values: self.form.allowed_values.clone(),
            outcome: match self.form.report_result {
                Some(form::ReportResult::Pass) => Outcome::Pass,
                Some(form::ReportResult::Skip) | None => Outcome::Skip,
            },
            priority: self.priority,
        })
    }
}

/// The effect of exceptions on an object.
pub(super) enum Relief<'e> {
    /// The object is not judged.
    Whole { outcome: Outcome, message: String },
    /// The object is judged, and expressions see the values that are allowed.
    Parts { images: Vec<&'e str>, values: Vec<&'e str> },
}

/// Returns the effect of the exceptions that apply. One without limits exempts the whole object,
/// whatever images and values others allow. One whose conditions have no value does not apply where
/// its policy ignores errors.
pub(super) fn relief<'e>(
    all: &'e [Excepted],
    subject: &Subject<'_>,
    policy: FailurePolicy,
) -> Result<Relief<'e>, CelError> {
    let mut applying: Vec<&Excepted> = Vec::new();
    for exception in all {
        match all_hold(&exception.conditions, &mut subject.run(&[])) {
            Ok(true) => applying.push(exception),
            Ok(false) => {}
            Err(_) if policy == FailurePolicy::Ignore => {}
            Err(error) => return Err(error),
        }
    }
    let whole = applying.iter().any(|one| one.images.is_empty() && one.values.is_empty());
    // The first one with the highest priority.
    let chosen = applying.iter().rev().max_by_key(|one| one.priority);
    match chosen {
        Some(chosen) if whole => {
            let keys: Vec<&str> = applying.iter().map(|one| one.key.as_str()).collect();
            let message = format!("excepted by {}", keys.join(", "));
            Ok(Relief::Whole { outcome: chosen.outcome, message })
        }
        _ => Ok(Relief::Parts {
            images: texts(&applying, |one| &one.images),
            values: texts(&applying, |one| &one.values),
        }),
    }
}

fn texts<'e>(all: &[&'e Excepted], texts: fn(&Excepted) -> &Vec<String>) -> Vec<&'e str> {
    all.iter().flat_map(|one| texts(one)).map(String::as_str).collect()
}

/// Makes `exceptions` for expressions.
pub(super) fn value<'a>(images: &[&'a str], values: &[&'a str]) -> Value<'a> {
    let list = |all: &[&'a str]| Value::list(all.iter().map(|text| Value::text(*text)));
    Value::fields([("allowedImages", list(images)), ("allowedValues", list(values))])
}
