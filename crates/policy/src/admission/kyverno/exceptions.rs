//! `PolicyException`s.

use serde::Deserialize as _;

use super::super::{Document, wildcard};
use super::conditions::Conditions;
use super::document::{Excepted, ExceptionSpec, Exclusion, Match};
use super::matching::{Target, is_excepted};
use super::scope::Scope;
use crate::Error;

/// Objects that are exempt from some rules.
#[derive(Debug)]
pub(super) struct Exception {
    pub(super) name: String,
    matches: Match,
    conditions: Option<Conditions>,
    excepted: Vec<Excepted>,
    pub(super) pod_security: Vec<Exclusion>,
}

impl Exception {
    pub(super) fn read(document: &Document) -> Result<Self, Error> {
        let spec = document.value.get("spec").unwrap_or(&serde_json::Value::Null);
        let spec =
            ExceptionSpec::deserialize(spec).map_err(|error| document.error("spec", error))?;
        let conditions = Conditions::read(&spec.conditions)
            .map_err(|problem| document.error("spec.conditions", problem))?;
        for (at, exclusion) in spec.pod_security.iter().enumerate() {
            super::pod_security::check_exclusion(exclusion)
                .map_err(|why| document.error(&format!("spec.podSecurity[{at}]"), why))?;
        }
        Ok(Self {
            name: document.name().to_owned(),
            matches: spec.matches,
            conditions,
            excepted: spec.exceptions,
            pod_security: spec.pod_security,
        })
    }

    /// Whether it names a rule.
    pub(super) fn names(&self, policy: &str, rule: &str) -> bool {
        self.excepted.iter().any(|excepted| {
            excepted.policy_name == policy && wildcard::any(&excepted.rule_names, rule)
        })
    }

    /// Whether it applies to the request. Conditions that cannot be decided do not hold.
    pub(super) fn fits(&self, target: &Target<'_>, scope: &mut Scope<'_>) -> bool {
        is_excepted(&self.matches, target).is_ok_and(|fits| fits)
            && self
                .conditions
                .as_ref()
                .is_none_or(|conditions| conditions.ask(scope).is_ok_and(|held| held.holds))
    }
}
