//! The compiled expressions of a policy, and their evaluation.

use std::collections::BTreeSet;

use super::autogen::{Own, Place};
use super::form;
use crate::admission::cel::{CompileError, Error, Input, Names, Program, Run, Value, Wanted};

/// The expressions of a policy.
#[derive(Debug)]
pub(super) struct Body {
    conditions: Vec<Program>,
    pub(super) variables: Vec<Program>,
    validations: Vec<Validation>,
    audits: Vec<(String, Program)>,
    inputs: BTreeSet<Input>,
}

#[derive(Debug)]
struct Validation {
    holds: Program,
    message: String,
    message_expression: Option<Program>,
}

/// The parts of a spec that have expressions.
pub(super) struct Parts<'s> {
    pub(super) conditions: &'s [form::Condition],
    pub(super) variables: &'s [form::Variable],
    pub(super) validations: &'s [form::Validation],
    pub(super) audits: &'s [form::AuditAnnotation],
    /// The path of the fields, for errors.
    pub(super) path: &'static str,
    /// The fields that they read of a controller itself.
    pub(super) own: Own,
    /// Whether types are checked at loading, as by the API server for its own policies.
    pub(super) checked: bool,
}

/// A field whose expression does not compile, and the reason.
pub(super) type Mistake = (String, CompileError);

impl Body {
    /// Compiles the expressions; `conditions` are the names for conditions.
    ///
    /// # Errors
    /// The field that does not compile.
    pub(super) fn compile(
        parts: &Parts<'_>,
        place: Place,
        conditions: &[Input],
        inputs: &[Input],
    ) -> Result<Self, Mistake> {
        let path = parts.path;
        let at = |names: &Names, text: &str, field: String, wanted: Wanted| {
            names
                .compile_as(&place.rewrite(text, parts.own), wanted)
                .map_err(|error| (format!("{path}{field}"), error))
        };
        let known = |inputs: &[Input]| match parts.checked {
            true => Names::new(inputs).checked(),
            false => Names::new(inputs),
        };
        let (mut names, in_conditions) = (known(inputs), known(conditions));
        let mut body = Self {
            conditions: Vec::new(),
            variables: Vec::new(),
            validations: Vec::new(),
            audits: Vec::new(),
            inputs: BTreeSet::new(),
        };
        for (index, condition) in parts.conditions.iter().enumerate() {
            let field = format!("matchConditions[{index}].expression");
            let wanted = Wanted::Bool;
            body.conditions.push(at(&in_conditions, &condition.expression, field, wanted)?);
        }
        for (index, variable) in parts.variables.iter().enumerate() {
            let field = format!("variables[{index}].expression");
            let program = at(&names, &variable.expression, field, Wanted::Anything)?;
            names.declare(&variable.name, &program);
            body.variables.push(program);
        }
        // Messages and annotations may not use the authorizer.
        let in_texts = match parts.checked {
            true => names.clone().without(Input::Authorizer),
            false => names.clone(),
        };
        for (index, validation) in parts.validations.iter().enumerate() {
            let field = |name: &str| format!("validations[{index}].{name}");
            let expression = validation.message_expression.trim();
            let message_expression = (!expression.is_empty())
                .then(|| {
                    let field = field("messageExpression");
                    at(&in_texts, &validation.message_expression, field, Wanted::Text)
                })
                .transpose()?;
            body.validations.push(Validation {
                holds: at(&names, &validation.expression, field("expression"), Wanted::Bool)?,
                message: place.rewrite(validation.message.trim(), parts.own),
                message_expression,
            });
        }
        for (index, audit) in parts.audits.iter().enumerate() {
            let field = format!("auditAnnotations[{index}].valueExpression");
            let program = at(&in_texts, &audit.value_expression, field, Wanted::TextOrNull)?;
            body.audits.push((audit.key.clone(), program));
        }
        let messages = body.validations.iter().filter_map(|one| one.message_expression.as_ref());
        body.inputs = body
            .conditions
            .iter()
            .chain(&body.variables)
            .chain(body.validations.iter().map(|one| &one.holds))
            .chain(messages)
            .chain(body.audits.iter().map(|(_, program)| program))
            .flat_map(Program::inputs)
            .collect();
        Ok(body)
    }

    /// Returns the inputs that its expressions use.
    pub(super) fn inputs(&self) -> &BTreeSet<Input> {
        &self.inputs
    }

    /// Whether the conditions hold.
    pub(super) fn applies<'a>(&'a self, run: &mut Run<'a>) -> Result<bool, Error> {
        all_hold(&self.conditions, run)
    }

    /// Evaluates the validations in order: the error is the first that fails or has no value.
    pub(super) fn judge<'a>(&'a self, run: &mut Run<'a>) -> Result<(), Failure> {
        self.failures(run).next().map_or(Ok(()), Err)
    }

    /// Returns all validations that fail or have no value, in order.
    pub(super) fn failures<'a>(&'a self, run: &mut Run<'a>) -> impl Iterator<Item = Failure> {
        self.validations.iter().filter_map(move |validation| match holds(&validation.holds, run) {
            Ok(true) => None,
            Ok(false) => Some(Failure::Says(validation.message(run))),
            Err(error) => Some(Failure::Unknown(validation.why(&error))),
        })
    }

    /// Evaluates the annotations for the audit log, since one without a value is an error of the
    /// policy.
    pub(super) fn audit<'a>(&'a self, run: &mut Run<'a>) -> Result<(), String> {
        for (key, program) in &self.audits {
            match run.value(program) {
                Ok(Value::String(_) | Value::Null) => {}
                Ok(_) => return Err(format!("the audit annotation {key} is no text")),
                Err(error) => {
                    return Err(format!("the audit annotation {key} has no value: {error}"));
                }
            }
        }
        Ok(())
    }
}

/// The most bytes of a message from an expression (`MaxEvaluatedMessageExpressionSizeBytes`).
const MAX_MESSAGE_BYTES: usize = 5 << 10;

/// Why a validation failed.
#[derive(Debug)]
pub(super) enum Failure {
    /// Its value is false.
    Says(String),
    /// It has no value.
    Unknown(String),
}

impl Validation {
    /// Returns the policy's message: the value of its expression, else its text. Kubernetes ignores
    /// an expression's message that is too long, or has several lines.
    fn message<'a>(&'a self, run: &mut Run<'a>) -> String {
        let expression = self.message_expression.as_ref();
        if let Some(Ok(Value::String(text))) = expression.map(|expression| run.value(expression))
            && !text.trim().is_empty()
            && text.trim().len() <= MAX_MESSAGE_BYTES
            && !text.trim().contains('\n')
        {
            return text.trim().to_owned();
        }
        if self.message.is_empty() {
            return format!("does not hold: {}", self.holds.text().trim());
        }
        self.message.clone()
    }

    fn why(&self, error: &Error) -> String {
        format!("{}: {error}", self.holds.text().trim())
    }
}

/// Whether all conditions hold. One that is false decides, even after errors.
pub(super) fn all_hold<'a>(conditions: &'a [Program], run: &mut Run<'a>) -> Result<bool, Error> {
    let mut missing = None;
    for condition in conditions {
        match holds(condition, run) {
            Ok(true) => {}
            Ok(false) => return Ok(false),
            Err(error) => {
                missing.get_or_insert(error);
            }
        }
    }
    missing.map_or(Ok(true), Err)
}

fn holds<'a>(program: &'a Program, run: &mut Run<'a>) -> Result<bool, Error> {
    match run.value(program)? {
        Value::Bool(value) => Ok(value),
        other => Err(Error::overload("condition", &[&other])),
    }
}
