//! One policy, and its answers on a request.

use std::borrow::Cow;
use std::cell::OnceCell;
use std::sync::Arc;

use serde::Deserialize as _;
use serde_json::Value;

use super::super::cel::MatchConditions;
use super::super::policies::Policy;
use super::super::{
    Answer, Document, Effect, Given, Operation, Outcome, Request, Surroundings, UserInfo, wildcard,
};
use super::document::{Match, Override, Spec};
use super::exceptions::Exception;
use super::expressions::Expressions;
use super::matching::{Known, Target, applies};
use super::pod_security::PodSecurity;
use super::rule::{Body, Rule};
use super::scope::Scope;
use super::validate::{Asker, Said, enter, look_back, said};
use super::{autogen, verify};
use crate::Error;

/// A `ClusterPolicy` or `Policy`.
#[derive(Debug)]
pub(super) struct KyvernoPolicy {
    name: String,
    /// The namespace; empty for a `ClusterPolicy`.
    namespace: String,
    kind: &'static str,
    rules: Vec<Rule>,
    expressions: Expressions,
    action: Option<String>,
    overrides: Vec<Override>,
    /// Whether only the first rule that applies is evaluated.
    only_one: bool,
    /// Whether it is not evaluated at admission (`admission: false`), but only reported.
    only_reports: bool,
    /// The requests for which Kyverno's webhook would be called.
    conditions: MatchConditions,
    /// Whether a failure to decide these conditions is ignored (`failurePolicy: Ignore`).
    ignores_failures: bool,
    /// Whether its failures count; else they are warnings.
    scored: bool,
    exceptions: Arc<Vec<Exception>>,
}

impl KyvernoPolicy {
    pub(super) fn read(
        document: &Document,
        exceptions: &Arc<Vec<Exception>>,
        notes: &mut Vec<String>,
    ) -> Result<Self, Error> {
        let spec = document.value.get("spec").unwrap_or(&Value::Null);
        let spec = Spec::deserialize(spec).map_err(|error| document.error("spec", error))?;
        check_action(
            spec.validation_failure_action.as_deref(),
            &spec.validation_failure_action_overrides,
        )
        .map_err(|problem| document.error("spec.validationFailureAction", problem))?;
        if spec.rules.is_empty() {
            return Err(document.error("spec.rules", "a policy has some"));
        }
        let webhook = spec.webhook_configuration.unwrap_or_default();
        let conditions = MatchConditions::read(&webhook.match_conditions).map_err(|wrong| {
            let field = format!("spec.webhookConfiguration.matchConditions{}", wrong.0);
            document.error(&field, wrong.1)
        })?;
        // The webhook's own setting has precedence (Kyverno's `Spec.GetFailurePolicy`).
        let failure_policy = match &webhook.failure_policy {
            Value::Null => &spec.failure_policy,
            of_webhook => of_webhook,
        };
        let ignores_failures = failure_policy.as_str() == Some("Ignore");
        let mut parts = Vec::new();
        for (at, rule) in spec.rules.into_iter().enumerate() {
            let read = |field: &str| {
                let value = rule.get(field).filter(|value| !value.is_null());
                value
                    .map(Match::deserialize)
                    .transpose()
                    .map_err(|error| document.error(&format!("spec.rules[{at}].{field}"), error))
            };
            let (matches, exclude) = (read("match")?, read("exclude")?);
            parts.push((rule, matches, exclude));
        }
        let mut rules = Vec::new();
        let mut expressions = Expressions::default();
        for (at, generated) in autogen::rules(&document.value, &parts).into_iter().enumerate() {
            let place = match generated.kinds.is_empty() {
                true => format!("spec.rules[{at}]"),
                false => "spec.rules (generated)".to_owned(),
            };
            let rule = Rule::read(&generated.rule, generated.kinds).map_err(|wrong| {
                let dot = if wrong.field.is_empty() { "" } else { "." };
                document.error(&format!("{place}{dot}{}", wrong.field), wrong.problem)
            })?;
            let Some(rule) = rule else {
                let name = generated.rule.get("name").and_then(Value::as_str).unwrap_or_default();
                let writes = match generated.rule.get("mutate") {
                    None | Some(Value::Null) => "",
                    Some(_) => "; what it writes is not written, and objects are judged without it",
                };
                notes.push(format!("{}: rule {name} judges nothing{writes}", document.name()));
                continue;
            };
            expressions
                .take_in(&generated.rule, &place)
                .map_err(|wrong| document.error(&wrong.place, wrong.problem))?;
            rules.push(rule);
        }
        let metadata = |pointer: &str| {
            let value = document.value.pointer(&format!("/metadata/{pointer}"));
            value.and_then(Value::as_str).unwrap_or_default()
        };
        let is_cluster_wide = document.kind() == "ClusterPolicy";
        let namespace = match (is_cluster_wide, metadata("namespace")) {
            (true, _) => "",
            (false, "") => "default",
            (false, namespace) => namespace,
        };
        Ok(Self {
            name: document.name().to_owned(),
            namespace: namespace.to_owned(),
            kind: if is_cluster_wide { "ClusterPolicy" } else { "Policy" },
            rules,
            expressions,
            action: spec.validation_failure_action,
            overrides: spec.validation_failure_action_overrides,
            only_one: spec.apply_rules.as_deref() == Some("One"),
            only_reports: spec.admission == Value::Bool(false),
            conditions,
            ignores_failures,
            scored: metadata("annotations/policies.kyverno.io~1scored") != "false",
            exceptions: Arc::clone(exceptions),
        })
    }

    /// Returns the name that exceptions and answers use for it.
    fn full_name(&self) -> String {
        if self.namespace.is_empty() {
            self.name.clone()
        } else {
            format!("{}/{}", self.namespace, self.name)
        }
    }

    /// Returns the effect of a failed rule: the rule's own action has precedence over the policy's
    /// (Kyverno's `failureActionForRule`).
    fn effect(&self, rule: &Rule, namespace: &str, known: &Known<'_>) -> Effect {
        if self.only_reports {
            return Effect::Audit;
        }
        let action = overriding(&rule.overrides, namespace, known)
            .or(rule.action.as_deref())
            .or_else(|| rule.image_action())
            .or_else(|| overriding(&self.overrides, namespace, known))
            .or(self.action.as_deref());
        if action.is_some_and(enforces) { Effect::Deny } else { Effect::Audit }
    }

    /// Whether an update may keep an old violation, which only enforced rules may allow. Actions
    /// for single namespaces do not count here (Kyverno's `validator.validate`).
    fn looks_back(&self, rule: &Rule) -> bool {
        let action = rule.action.as_deref().or(self.action.as_deref());
        rule.allows_existing && !self.only_reports && action.is_some_and(enforces)
    }
}

/// Returns the action for a namespace: that of the first override that applies.
fn overriding<'o>(
    overrides: &'o [Override],
    namespace: &str,
    known: &Known<'_>,
) -> Option<&'o str> {
    let is_about = |one: &&Override| {
        let named = one.namespaces.is_empty() || wildcard::any(&one.namespaces, namespace);
        named
            && one.namespace_selector.as_ref().is_none_or(|own| match known.labels() {
                Ok(labels) => own.fits(labels),
                // Where the labels are not known, the stricter action applies.
                Err(_) => enforces(&one.action),
            })
    };
    overrides.iter().find(is_about).map(|one| one.action.as_str())
}

pub(super) fn enforces(action: &str) -> bool {
    action.eq_ignore_ascii_case("enforce")
}

/// Checks that all actions are known.
pub(super) fn check_action(action: Option<&str>, overrides: &[Override]) -> Result<(), String> {
    const ACTIONS: [&str; 4] = ["Audit", "Enforce", "audit", "enforce"];
    let mut all = action.into_iter().chain(overrides.iter().map(|own| own.action.as_str()));
    match all.find(|own| !ACTIONS.contains(own)) {
        Some(other) => Err(format!("{other:?} is neither Audit nor Enforce")),
        None => Ok(()),
    }
}

/// The request as a policy sees it.
struct Asked<'a> {
    request: &'a Request,
    around: &'a dyn Surroundings,
    known: Known<'a>,
    given: &'a [(String, Value)],
    /// Whether the policy's conditions on requests hold; evaluated on first use.
    holds: OnceCell<Result<bool, String>>,
}

impl Policy for KyvernoPolicy {
    fn review(&self, request: &Request, around: &dyn Surroundings, answers: &mut Vec<Answer>) {
        let given = around.given(&self.name, &request.name);
        let request = if given.is_empty() {
            Cow::Borrowed(request)
        } else {
            Cow::Owned(as_given(request, around, &given, &self.expressions))
        };
        let namespace = request.object_namespace();
        if !self.namespace.is_empty() && self.namespace != namespace {
            return;
        }
        let known = Known::new(&request, around);
        let asked =
            Asked { request: &request, around, known, given: &given, holds: OnceCell::new() };
        let mut scope = None;
        for rule in &self.rules {
            let Some(said) = self.ask(rule, &asked, &mut scope) else { continue };
            let outcome = match said.outcome {
                Outcome::Fail if !self.scored => Outcome::Warn,
                outcome => outcome,
            };
            answers.push(Answer {
                policy: self.full_name(),
                policy_kind: self.kind,
                rule: rule.name.clone(),
                outcome,
                effect: self.effect(rule, namespace, &asked.known),
                message: said.message,
            });
            if self.only_one && matches!(outcome, Outcome::Pass | Outcome::Fail | Outcome::Warn) {
                break;
            }
        }
    }
}

/// Returns the request with the values that are given for it.
fn as_given(
    request: &Request,
    around: &dyn Surroundings,
    given: &[(String, Value)],
    expressions: &Expressions,
) -> Request {
    let operation = given.iter().find(|(path, _)| path == "request.operation");
    let operation = operation.and_then(|(_, value)| Operation::deserialize(value).ok());
    let mut request = request.clone();
    // Where an update is given so, its old object counts as real and equal, as in Kyverno's own
    // command.
    request.old_object_is_assumed &= operation != Some(Operation::Update);
    if let Some(operation) = operation.filter(|own| *own != request.operation) {
        let object = request.judged().clone();
        request.operation = operation;
        request.old_object = match operation {
            Operation::Create | Operation::Connect => Value::Null,
            Operation::Update | Operation::Delete => object.clone(),
        };
        request.object = if operation == Operation::Delete { Value::Null } else { object };
    }
    let mut scope = Scope::new(&request, around, expressions, "");
    for (path, value) in given {
        scope.set_path(path, value.clone());
    }
    let (object, old) = (scope.object("/request/object"), scope.object("/request/oldObject"));
    request.object = if request.object.is_null() { Value::Null } else { object };
    request.old_object = if request.old_object.is_null() { Value::Null } else { old };
    request
}

impl KyvernoPolicy {
    /// Returns the answer of a rule; none where it does not apply.
    fn ask<'r>(
        &'r self,
        rule: &'r Rule,
        asked: &'r Asked<'r>,
        scope: &mut Option<Scope<'r>>,
    ) -> Option<Said> {
        let request = asked.request;
        let target = Target::of(request, request.judged(), &asked.known);
        if !rule.kinds.is_empty() && !rule.kinds.contains(&target.kind.kind.as_str()) {
            return None;
        }
        match applies(&rule.matches, rule.exclude.as_ref(), &target) {
            Ok(true) => {}
            Ok(false) => return None,
            Err(why) => return Some(said(Outcome::Error, why.to_string())),
        }
        match asked.holds.get_or_init(|| self.conditions.hold(request, asked.around)) {
            Ok(true) => {}
            Ok(false) => return None,
            Err(_) if self.ignores_failures => return None,
            Err(why) => return Some(said(Outcome::Error, why.clone())),
        }
        let scope = scope.get_or_insert_with(|| {
            let mut scope = Scope::new(request, asked.around, &self.expressions, &self.namespace);
            for (path, value) in asked.given {
                scope.set_path(path, value.clone());
            }
            scope
        });
        let given = asked.around.given_to_rule(&self.name, &rule.name);
        scope.begin();
        let mark = scope.mark();
        let said = self.ask_in(rule, asked, &target, &given, scope);
        scope.return_to(&mark);
        said
    }

    fn ask_in<'r>(
        &'r self,
        rule: &'r Rule,
        asked: &'r Asked<'r>,
        target: &Target<'_>,
        given: &[(String, Given)],
        scope: &mut Scope<'r>,
    ) -> Option<Said> {
        scope.give(given, 0);
        match enter(&rule.context, rule.preconditions.as_ref(), scope) {
            Err(said) | Ok(Some(said)) => return Some(said),
            Ok(None) => {}
        }
        let name = self.full_name();
        let mut excepting = Vec::new();
        for exception in self.exceptions.iter().filter(|own| own.names(&name, &rule.name)) {
            if exception.fits(target, scope) {
                excepting.push(exception);
            }
        }
        let is_whole = |own: &&&Exception| {
            own.pod_security.is_empty() || !matches!(rule.body, Body::PodSecurity(_))
        };
        if let Some(exception) = excepting.iter().find(is_whole) {
            let message = format!("the exception {} leaves it out", exception.name);
            return Some(said(Outcome::Skip, message));
        }
        let said = judge(rule, asked.request.judged(), given, &excepting, scope)?;
        if said.outcome == Outcome::Fail
            && self.was_so_before(rule, asked, given, &excepting, scope)
        {
            let message = "the object failed before it was changed, which is allowed";
            return Some(super::validate::said(Outcome::Skip, message));
        }
        Some(said)
    }

    /// Whether an update is allowed because the old object failed, too.
    fn was_so_before<'r>(
        &'r self,
        rule: &'r Rule,
        asked: &'r Asked<'r>,
        given: &[(String, Given)],
        excepting: &[&Exception],
        scope: &mut Scope<'r>,
    ) -> bool {
        let request = asked.request;
        if request.operation != Operation::Update
            || !self.looks_back(rule)
            || request.old_object.is_null()
            || request.old_object_is_assumed
            || matches!(rule.body, Body::VerifyImages { .. } | Body::Cel(_))
        {
            return false;
        }
        // The creator is not known: conditions on the user do not hold.
        let nobody = UserInfo { username: "-".to_owned(), ..UserInfo::default() };
        let target = Target {
            operation: Operation::Create,
            user: &nobody,
            has_roles: false,
            ..Target::of(request, &request.old_object, &asked.known)
        };
        if applies(&rule.matches, rule.exclude.as_ref(), &target) != Ok(true) {
            return false;
        }
        let mark = scope.mark();
        look_back(scope, &request.old_object);
        let held = rule.preconditions.as_ref().map(|own| own.ask(scope));
        let before = match held {
            Some(Err(_)) => None,
            Some(Ok(held)) if !held.holds => None,
            _ => judge(rule, &request.old_object, given, excepting, scope),
        };
        scope.return_to(&mark);
        before.is_some_and(|said| said.outcome == Outcome::Fail)
    }
}

fn judge<'r>(
    rule: &'r Rule,
    object: &Value,
    given: &[(String, Given)],
    excepting: &[&Exception],
    scope: &mut Scope<'r>,
) -> Option<Said> {
    match &rule.body {
        Body::Check(check) => {
            Asker { scope, object, rule: &rule.name, message: &rule.message, given }.ask(check)
        }
        Body::PodSecurity(security) if !scope.is_deletion() => {
            Some(pod_security(security, rule, object, excepting))
        }
        Body::Cel(cel) => {
            let (outcome, message) = cel.judge(scope.request(), scope.around());
            Some(said(outcome, message))
        }
        Body::PodSecurity(_) => None,
        Body::VerifyImages { images, extractors } => verify::ask(images, extractors, object, scope),
    }
}

fn pod_security(
    security: &PodSecurity,
    rule: &Rule,
    object: &Value,
    excepting: &[&Exception],
) -> Said {
    let violations = match security.violations(object) {
        Ok(violations) => violations,
        Err(why) => return said(Outcome::Error, why),
    };
    if violations.is_empty() {
        return said(Outcome::Pass, format!("rule {} passed", rule.name));
    }
    let exclude: Vec<_> =
        excepting.iter().flat_map(|own| own.pod_security.iter().cloned()).collect();
    let left = match security.excepted(violations, &exclude, object) {
        Ok(left) => left,
        Err(why) => return said(Outcome::Error, why),
    };
    if left.is_empty() {
        let names: Vec<&str> = excepting.iter().map(|own| own.name.as_str()).collect();
        return said(Outcome::Skip, format!("exceptions leave it out: {}", names.join(", ")));
    }
    let told: Vec<String> =
        left.iter().map(|own| format!("{} ({})", own.field, own.control())).collect();
    let told = told.join(", ");
    if rule.message.is_empty() {
        return said(Outcome::Fail, format!("rule {} failed: {told}", rule.name));
    }
    said(Outcome::Fail, format!("{} ({told})", rule.message))
}
