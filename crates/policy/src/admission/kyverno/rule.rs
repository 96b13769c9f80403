//! A rule, compiled.

use std::collections::BTreeMap;

use serde::Deserialize as _;
use serde_json::Value;

use super::super::cel::{CelRule, Place};
use super::conditions::Conditions;
use super::document::{self, Entry, Extractor, Match, Override, VerifyImage};
use super::pod_security::PodSecurity;
use super::policy::{check_action, enforces};
use super::substitute;

/// A rule that judges.
#[derive(Debug)]
pub(super) struct Rule {
    pub(super) name: String,
    /// The kinds of a generated rule; empty for any.
    pub(super) kinds: Vec<&'static str>,
    pub(super) matches: Match,
    pub(super) exclude: Option<Match>,
    pub(super) context: Vec<Entry>,
    pub(super) preconditions: Option<Conditions>,
    pub(super) body: Body,
    pub(super) message: String,
    pub(super) action: Option<String>,
    pub(super) overrides: Vec<Override>,
    /// Whether an update may keep an old violation.
    pub(super) allows_existing: bool,
}

/// The task of a rule.
#[derive(Debug)]
pub(super) enum Body {
    Check(Check),
    PodSecurity(PodSecurity),
    Cel(Box<CelRule>),
    VerifyImages { images: Vec<VerifyImage>, extractors: BTreeMap<String, Vec<Extractor>> },
}

/// A check of an object, or of an element of a list.
#[derive(Debug)]
pub(super) enum Check {
    Deny(Option<Conditions>),
    Pattern(Pattern),
    AnyPattern(Vec<Pattern>),
    ForEach(Vec<Loop>),
}

/// A pattern, and whether it has variables.
#[derive(Debug)]
pub(super) struct Pattern {
    pub(super) value: Value,
    pub(super) has_variables: bool,
}

/// A check of each element of a list.
#[derive(Debug)]
pub(super) struct Loop {
    pub(super) list: String,
    pub(super) element_scope: Option<bool>,
    pub(super) context: Vec<Entry>,
    pub(super) preconditions: Option<Conditions>,
    pub(super) check: Check,
}

/// A problem with a rule, and its place in it.
pub(super) struct Wrong {
    pub(super) field: String,
    pub(super) problem: String,
}

fn wrong(field: impl Into<String>, problem: impl ToString) -> Wrong {
    Wrong { field: field.into(), problem: problem.to_string() }
}

/// How deep lists may be checked within lists.
const MAX_NESTING: usize = 10;

impl Rule {
    /// Compiles a rule; returns none if it judges nothing.
    pub(super) fn read(value: &Value, kinds: Vec<&'static str>) -> Result<Option<Self>, Wrong> {
        let rule = document::Rule::deserialize(value).map_err(|error| wrong("", error))?;
        if rule.name.is_empty() {
            return Err(wrong("name", "a rule has one"));
        }
        check_parts(&rule)?;
        let preconditions = Conditions::read(&rule.preconditions)
            .map_err(|problem| wrong("preconditions", problem))?;
        let cel_preconditions = Some(&rule.cel_preconditions).filter(|own| !own.is_null());
        let (validate, body) = match (rule.validate, rule.verify_images) {
            (Some(validate), _) => {
                let (validate, body) = of_validate(validate, cel_preconditions, &kinds)?;
                (Some(validate), body)
            }
            (None, images) if !images.is_empty() => {
                let mut extractors = rule.image_extractors.values().flatten();
                if extractors.any(|own| !own.jmes_path.is_empty()) {
                    let problem = "images that are parts of texts are not supported";
                    return Err(wrong("imageExtractors.jmesPath", problem));
                }
                super::verify::check(&images).map_err(|(field, why)| wrong(field, why))?;
                (None, Body::VerifyImages { images, extractors: rule.image_extractors })
            }
            (None, _) => return Ok(None),
        };
        if cel_preconditions.is_some() && !matches!(body, Body::Cel(_)) {
            return Err(wrong("celPreconditions", "conditions of CEL go with validate.cel alone"));
        }
        let (message, action, overrides, allows_existing) = validate.unwrap_or_default();
        Ok(Some(Self {
            name: rule.name,
            kinds,
            matches: rule.matches,
            exclude: rule.exclude,
            context: rule.context,
            preconditions,
            body,
            message,
            action,
            overrides,
            allows_existing,
        }))
    }

    /// Returns the failure action of its images: one that enforces is enough.
    pub(super) fn image_action(&self) -> Option<&str> {
        let Body::VerifyImages { images, .. } = &self.body else { return None };
        let mut actions = images.iter().filter_map(|image| image.failure_action.as_deref());
        let first = actions.clone().next();
        actions.find(|action| enforces(action)).or(first)
    }
}

/// Checks that a rule has one task, and objects that can match. Other parts would be ignored
/// silently.
fn check_parts(rule: &document::Rule) -> Result<(), Wrong> {
    let does = [
        ("validate", rule.validate.is_some()),
        ("verifyImages", !rule.verify_images.is_empty()),
        ("mutate", !rule.mutate.is_null()),
        ("generate", !rule.generate.is_null()),
    ];
    only_one(&does, "")?;
    let within = |what: &'static str| {
        move |(field, problem): (String, String)| {
            let dot = if field.is_empty() { "" } else { "." };
            wrong(format!("{what}{dot}{field}"), problem)
        }
    };
    rule.matches.check_some().map_err(within("match"))?;
    if let Some(exclude) = &rule.exclude {
        exclude.check().map_err(within("exclude"))?;
    }
    for image in &rule.verify_images {
        check_action(image.failure_action.as_deref(), &[])
            .map_err(|problem| wrong("verifyImages.failureAction", problem))?;
    }
    let Some(validate) = &rule.validate else { return Ok(()) };
    check_action(validate.failure_action.as_deref(), &validate.failure_action_overrides)
        .map_err(|problem| wrong("validate.failureAction", problem))?;
    let asks = [
        ("deny", validate.deny.is_some()),
        ("pattern", validate.pattern.is_some()),
        ("anyPattern", validate.any_pattern.is_some()),
        ("foreach", !validate.foreach.is_empty()),
        ("podSecurity", validate.pod_security.is_some()),
        ("cel", validate.cel.is_some()),
        ("manifests", validate.manifests.is_some()),
        ("assert", validate.assert.is_some()),
    ];
    only_one(&asks, "validate.")
}

fn only_one(fields: &[(&str, bool)], within: &str) -> Result<(), Wrong> {
    let mut there = fields.iter().filter(|(_, is_there)| *is_there).map(|(field, _)| field);
    match (there.next(), there.next()) {
        (Some(first), Some(more)) => {
            Err(wrong(format!("{within}{more}"), format!("it does not go with {first}")))
        }
        _ => Ok(()),
    }
}

type Common = (String, Option<String>, Vec<Override>, bool);

fn of_validate(
    validate: document::Validate,
    cel_preconditions: Option<&Value>,
    kinds: &[&str],
) -> Result<(Common, Body), Wrong> {
    let unsupported = [
        ("validate.manifests", validate.manifests.is_some()),
        ("validate.assert", validate.assert.is_some()),
    ];
    if let Some((field, _)) = unsupported.iter().find(|(_, is_there)| *is_there) {
        return Err(wrong(*field, "this check is not supported"));
    }
    let common = (
        validate.message,
        validate.failure_action,
        validate.failure_action_overrides,
        validate.allow_existing_violations.unwrap_or(true),
    );
    if let Some(cel) = validate.cel {
        let place = match kinds {
            [] => Place::Itself,
            kinds if kinds.contains(&"CronJob") => Place::JobTemplate,
            _ => Place::Template,
        };
        let rule = CelRule::read(&cel, cel_preconditions, &common.0, place)
            .map_err(|(field, problem)| wrong(field, problem))?;
        return Ok((common, Body::Cel(Box::new(rule))));
    }
    if let Some(security) = validate.pod_security {
        let security = PodSecurity::read(security)
            .map_err(|(field, problem)| wrong(format!("validate.podSecurity.{field}"), problem))?;
        return Ok((common, Body::PodSecurity(security)));
    }
    let check = check(
        validate.deny,
        validate.pattern,
        validate.any_pattern,
        validate.foreach,
        "validate",
        0,
    )?;
    Ok((common, Body::Check(check)))
}

fn check(
    deny: Option<document::Deny>,
    pattern: Option<Value>,
    any_pattern: Option<Vec<Value>>,
    foreach: Vec<document::ForEach>,
    place: &str,
    nesting: usize,
) -> Result<Check, Wrong> {
    if nesting > MAX_NESTING {
        return Err(wrong(place, format!("more than {MAX_NESTING} levels")));
    }
    let of_pattern = |value: Value| {
        let has_variables = substitute::has_any(&value);
        Pattern { value, has_variables }
    };
    if let Some(deny) = deny {
        let conditions = Conditions::read(&deny.conditions)
            .map_err(|problem| wrong(format!("{place}.deny.conditions"), problem))?;
        return Ok(Check::Deny(conditions));
    }
    if let Some(pattern) = pattern {
        return Ok(Check::Pattern(of_pattern(pattern)));
    }
    if let Some(patterns) = any_pattern {
        return Ok(Check::AnyPattern(patterns.into_iter().map(of_pattern).collect()));
    }
    if foreach.is_empty() {
        return Err(wrong(place, "it asks nothing"));
    }
    let mut loops = Vec::new();
    for (at, foreach) in foreach.into_iter().enumerate() {
        let place = format!("{place}.foreach[{at}]");
        let asks = [
            ("deny", foreach.deny.is_some()),
            ("pattern", foreach.pattern.is_some()),
            ("anyPattern", foreach.any_pattern.is_some()),
            ("foreach", !foreach.foreach.is_empty()),
        ];
        only_one(&asks, &format!("{place}."))?;
        let preconditions = Conditions::read(&foreach.preconditions)
            .map_err(|problem| wrong(format!("{place}.preconditions"), problem))?;
        loops.push(Loop {
            list: foreach.list,
            element_scope: foreach.element_scope,
            context: foreach.context,
            preconditions,
            check: check(
                foreach.deny,
                foreach.pattern,
                foreach.any_pattern,
                foreach.foreach,
                &place,
                nesting + 1,
            )?,
        });
    }
    Ok(Check::ForEach(loops))
}
