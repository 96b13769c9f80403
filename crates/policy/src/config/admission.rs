//! `[admission]`: the requirements on the images of workloads.

use serde::{Deserialize, Deserializer};

use super::document::{Attestation, SignerKeys, Word, failing};
use crate::admission::{Effect, ImagePattern, ImageRule, ImageRules, Wildcard};
use crate::gate::{Action, GatePolicy, Requirement, Wanted};
use crate::{Error, Limits};
use sealift_model::Severity;

/// `[admission]`, for all images, and each of `[[admission.rules]]`, for some of them.
#[derive(Default, Deserialize)]
#[serde(default, rename_all = "kebab-case", deny_unknown_fields)]
pub(super) struct Admission {
    registries: Vec<String>,
    exclude_namespaces: Vec<String>,
    rules: Vec<Admission>,
    name: Option<String>,
    images: Vec<String>,
    on_violation: Option<Word<Effect>>,
    key: Option<String>,
    certificate_identity: Option<String>,
    certificate_identity_regexp: Option<String>,
    certificate_oidc_issuer: Option<String>,
    certificate_oidc_issuer_regexp: Option<String>,
    insecure_ignore_tlog: bool,
    attestations: Vec<Attestation>,
    fail_on: Option<Vec<Word<Severity>>>,
    warn_on: Option<Vec<Word<Severity>>>,
    unknown: Option<Word<Action>>,
    kev: Option<Word<Action>>,
    end_of_life: Option<Word<Action>>,
    fixed_only: bool,
    allow_incomplete: bool,
    max_age_days: Option<u64>,
}

const PLACE: &str = "admission";

impl<'de> Deserialize<'de> for Word<Effect> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let word = String::deserialize(deserializer)?;
        match word.as_str() {
            "deny" => Ok(Self(Effect::Deny)),
            "warn" => Ok(Self(Effect::Warn)),
            "audit" => Ok(Self(Effect::Audit)),
            _ => Err(serde::de::Error::custom(format!("{word:?} is none of deny, warn and audit"))),
        }
    }
}

impl Admission {
    pub(super) fn into_rules(mut self, limits: &Limits) -> Result<ImageRules, Error> {
        let others = std::mem::take(&mut self.rules);
        if others.len() > limits.max_rules {
            return Err(Error::LimitExceeded { limit: "admission.rules", max: limits.max_rules });
        }
        if !self.images.is_empty() {
            let problem = "what is about some images stands in [[admission.rules]]";
            return Err(Error::rule("admission.images", problem));
        }
        let effect = self.on_violation.as_ref().map(|word| word.0);
        let mut rules = ImageRules {
            registries: patterns("admission.registries", &self.registries)?,
            registries_effect: effect.unwrap_or_default(),
            exclude_namespaces: self.exclude_namespaces.iter().map(Wildcard::new).collect(),
            rules: Vec::new(),
        };
        rules.rules.extend(self.into_rule(PLACE.to_owned(), rules.registries_effect)?);
        for (at, other) in others.into_iter().enumerate() {
            let place = format!("admission.rules[{at}]");
            let only_there = !other.rules.is_empty()
                || !other.exclude_namespaces.is_empty()
                || !other.registries.is_empty();
            if only_there {
                let problem = "rules, registries and exclude-namespaces stand in [admission] alone";
                return Err(Error::rule(place, problem));
            }
            let found = other.into_rule(place.clone(), rules.registries_effect)?;
            rules.rules.push(found.ok_or_else(|| Error::rule(place, "it asks for nothing"))?);
        }
        Ok(rules)
    }

    /// Returns the rule, or none where the table requires nothing.
    fn into_rule(self, place: String, usual: Effect) -> Result<Option<ImageRule>, Error> {
        let scans = self.fail_on.is_some()
            || self.warn_on.is_some()
            || self.unknown.is_some()
            || self.kev.is_some()
            || self.end_of_life.is_some();
        let images = patterns(&format!("{place}.images"), &self.images)?;
        let requirements = self.requirements(&place)?;
        if !scans && requirements.is_empty() && self.max_age_days.is_none() {
            return Ok(None);
        }
        let action = |word: Option<Word<Action>>| word.map_or(Action::Pass, |word| word.0);
        let mut gate = GatePolicy {
            fail_on: failing(&format!("{place}.fail-on"), self.fail_on.unwrap_or_default())?,
            warn_on: self.warn_on.into_iter().flatten().map(|word| word.0).collect(),
            unknown: self.unknown.map_or(Action::Warn, |word| word.0),
            kev: action(self.kev),
            end_of_life: action(self.end_of_life),
            fixed_only: self.fixed_only,
            allow_incomplete: self.allow_incomplete,
            max_age_days: self.max_age_days,
            requirements,
            ..GatePolicy::default()
        };
        let unknown = Severity::Unknown;
        for (is_named, follows) in [
            (gate.fail_on.contains(unknown), Action::Fail),
            (gate.warn_on.contains(&unknown), Action::Warn),
        ] {
            if is_named {
                gate.unknown = gate.unknown.max(follows);
            }
        }
        Ok(Some(ImageRule {
            name: self.name.unwrap_or(place),
            images,
            effect: self.on_violation.map_or(usual, |word| word.0),
            gate,
            insecure_ignore_tlog: self.insecure_ignore_tlog,
            scans,
        }))
    }

    /// Returns the requirements; a named signer is enough to require a signature.
    fn requirements(&self, place: &str) -> Result<Vec<Requirement>, Error> {
        let own = SignerKeys {
            key: self.key.clone(),
            certificate_identity: self.certificate_identity.clone(),
            certificate_identity_regexp: self.certificate_identity_regexp.clone(),
            certificate_oidc_issuer: self.certificate_oidc_issuer.clone(),
            certificate_oidc_issuer_regexp: self.certificate_oidc_issuer_regexp.clone(),
        };
        let signer = own.signer(place)?;
        let signature = |signer| Requirement::new(Wanted::Signature, signer);
        let mut all: Vec<Requirement> = signer.clone().into_iter().map(signature).collect();
        for (at, attestation) in self.attestations.iter().enumerate() {
            all.push(attestation.requirement(&format!("{place}.attestations[{at}]"), &signer)?);
        }
        Ok(all)
    }
}

fn patterns(place: &str, texts: &[String]) -> Result<Vec<ImagePattern>, Error> {
    let parsed = texts.iter().map(|text| text.parse());
    parsed.collect::<Result<_, _>>().map_err(|error| Error::rule(place, error))
}
