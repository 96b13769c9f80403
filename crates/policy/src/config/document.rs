//! The form of `sealift.toml`.

use std::collections::BTreeMap;

use sealift_model::{Purl, Severity};
use serde::{Deserialize, Deserializer};

use super::admission::Admission;
use super::{Policy, Sources};
use crate::gate::{
    Action, FailingSeverities, ForbiddenLicense, ForbiddenPackage, GatePolicy, Identity,
    Requirement, Signer, SignerGap, Thresholds, Wanted,
};
use crate::ignore::{Condition, IgnoreFile, Rule, Scope};
use crate::ignore::{day_or_time, path_patterns, purl_patterns};
use crate::{Error, Limits};

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "kebab-case", deny_unknown_fields)]
pub(super) struct Document {
    gate: Gate,
    scan: Scan,
    verify: Verify,
    /// The signer whose VEX attestations on images count.
    vex: SignedBy,
    /// The signer of the databases that are pulled.
    db: SignedBy,
    registry: Registry,
    /// The requirements on the images of workloads.
    admission: Admission,
    exceptions: Vec<Exception>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "kebab-case", deny_unknown_fields)]
struct Gate {
    fail_on: Option<Vec<Word<Severity>>>,
    warn_on: Option<Vec<Word<Severity>>>,
    unknown: Option<Word<Action>>,
    fixed_only: bool,
    kev: Option<Word<Action>>,
    epss: Levels,
    cvss: Levels,
    base: Option<Word<Action>>,
    max_age_days: Option<u64>,
    max_base_age_days: Option<u64>,
    end_of_life: Option<Word<Action>>,
    forbidden_packages: Vec<Package>,
    forbidden_licenses: Vec<String>,
    require_justification: bool,
    allow_incomplete: bool,
}

#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Levels {
    fail: Option<f64>,
    warn: Option<f64>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Package {
    purl: String,
    #[serde(default)]
    action: Option<Word<Action>>,
    #[serde(default)]
    reason: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "kebab-case", deny_unknown_fields)]
struct Scan {
    ignore: Vec<String>,
    vex: Vec<String>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "kebab-case", deny_unknown_fields)]
struct Verify {
    trusted_root: Option<String>,
    rekor_url: Option<String>,
    insecure_ignore_tlog: bool,
    key: Option<String>,
    certificate_identity: Option<String>,
    certificate_identity_regexp: Option<String>,
    certificate_oidc_issuer: Option<String>,
    certificate_oidc_issuer_regexp: Option<String>,
    attestations: Vec<Attestation>,
}

/// A table that names the signer of something.
#[derive(Default, Deserialize)]
#[serde(default, rename_all = "kebab-case", deny_unknown_fields)]
struct SignedBy {
    insecure_ignore_tlog: bool,
    key: Option<String>,
    certificate_identity: Option<String>,
    certificate_identity_regexp: Option<String>,
    certificate_oidc_issuer: Option<String>,
    certificate_oidc_issuer_regexp: Option<String>,
}

/// The signer, as it is written in the file.
pub(super) struct SignerKeys {
    pub(super) key: Option<String>,
    pub(super) certificate_identity: Option<String>,
    pub(super) certificate_identity_regexp: Option<String>,
    pub(super) certificate_oidc_issuer: Option<String>,
    pub(super) certificate_oidc_issuer_regexp: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(super) struct Attestation {
    #[serde(rename = "type")]
    predicate: String,
    #[serde(default)]
    builder: Option<String>,
    #[serde(default)]
    key: Option<String>,
    #[serde(default)]
    certificate_identity: Option<String>,
    #[serde(default)]
    certificate_identity_regexp: Option<String>,
    #[serde(default)]
    certificate_oidc_issuer: Option<String>,
    #[serde(default)]
    certificate_oidc_issuer_regexp: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct Exception {
    #[serde(default)]
    id: Option<String>,
    #[serde(default)]
    purls: Vec<String>,
    #[serde(default)]
    paths: Vec<String>,
    #[serde(default)]
    justification: Option<String>,
    #[serde(default)]
    expires: Option<toml::Value>,
}

/// How registries are accessed.
#[derive(Default, Deserialize)]
#[serde(default, rename_all = "kebab-case", deny_unknown_fields)]
struct Registry {
    mirrors: BTreeMap<String, OneOrMore>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum OneOrMore {
    One(String),
    More(Vec<String>),
}

impl From<OneOrMore> for Vec<String> {
    fn from(named: OneOrMore) -> Self {
        match named {
            OneOrMore::One(one) => vec![one],
            OneOrMore::More(more) => more,
        }
    }
}

/// A value that is written as a word.
pub(super) struct Word<T>(pub(super) T);

impl<'de> Deserialize<'de> for Word<Severity> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let word = String::deserialize(deserializer)?;
        word.parse()
            .map(Self)
            .map_err(|error| serde::de::Error::custom(format!("{word:?}: {error}")))
    }
}

impl<'de> Deserialize<'de> for Word<Action> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let word = String::deserialize(deserializer)?;
        Action::from_name(&word).map(Self).ok_or_else(|| {
            serde::de::Error::custom(format!("{word:?} is none of fail, warn and pass"))
        })
    }
}

impl Document {
    pub(super) fn into_policy(self, name: &str, limits: &Limits) -> Result<Policy, Error> {
        if self.exceptions.len() > limits.max_rules {
            return Err(Error::LimitExceeded { limit: "exceptions", max: limits.max_rules });
        }
        let mut gate = self.gate.into_policy()?;
        gate.requirements = self.verify.requirements()?;
        let mut exceptions = IgnoreFile { name: name.to_owned(), ..IgnoreFile::default() };
        for (at, exception) in self.exceptions.into_iter().enumerate() {
            let mut rule = exception.into_rule(&format!("exceptions[{at}]"))?;
            rule.source = name.to_owned();
            exceptions.rules.push(rule);
        }
        let insecure_ignore_vex_tlog = self.vex.insecure_ignore_tlog;
        let database_ignores_tlog = self.db.insecure_ignore_tlog;
        let mirrors = self.registry.mirrors.into_iter();
        let sources = Sources {
            mirrors: mirrors.map(|(registry, urls)| (registry, urls.into())).collect(),
            database_signer: self.db.signer("db")?,
            database_ignores_tlog,
            ignore: self.scan.ignore,
            vex: self.scan.vex,
            vex_signer: self.vex.signer("vex")?,
            insecure_ignore_vex_tlog,
            trusted_root: self.verify.trusted_root,
            rekor_url: self.verify.rekor_url,
            insecure_ignore_tlog: self.verify.insecure_ignore_tlog,
        };
        let admission = self.admission.into_rules(limits)?;
        Ok(Policy { gate, exceptions, sources, admission })
    }
}

impl Gate {
    fn into_policy(self) -> Result<GatePolicy, Error> {
        let mut policy = GatePolicy::default();
        if let Some(words) = self.fail_on {
            policy.fail_on = failing("gate.fail-on", words)?;
        }
        if let Some(words) = self.warn_on {
            policy.warn_on = words.into_iter().map(|word| word.0).collect();
        }
        // `unknown` in this list means the same as the setting `unknown`.
        if policy.warn_on.contains(&Severity::Unknown) {
            policy.unknown = Action::Warn;
        }
        for (word, action) in [
            (self.unknown, &mut policy.unknown),
            (self.kev, &mut policy.kev),
            (self.base, &mut policy.base),
            (self.end_of_life, &mut policy.end_of_life),
        ] {
            if let Some(word) = word {
                *action = word.0;
            }
        }
        policy.fixed_only = self.fixed_only;
        policy.epss = self.epss.thresholds("gate.epss", 1.0)?;
        policy.cvss = self.cvss.thresholds("gate.cvss", 10.0)?;
        policy.max_age_days = self.max_age_days;
        policy.max_base_age_days = self.max_base_age_days;
        policy.require_justification = self.require_justification;
        policy.allow_incomplete = self.allow_incomplete;
        for (at, package) in self.forbidden_packages.into_iter().enumerate() {
            let purl = Purl::parse_lenient(&package.purl).map_err(|error| {
                Error::rule(format!("gate.forbidden-packages[{at}].purl"), error)
            })?;
            let mut forbidden = ForbiddenPackage::new(purl);
            forbidden.action = package.action.map_or(Action::Fail, |word| word.0);
            forbidden.reason = package.reason;
            policy.forbidden_packages.push(forbidden);
        }
        for (at, license) in self.forbidden_licenses.into_iter().enumerate() {
            let forbidden = ForbiddenLicense::new(license).map_err(|problem| {
                Error::rule(format!("gate.forbidden-licenses[{at}]"), problem)
            })?;
            policy.forbidden_licenses.push(forbidden);
        }
        Ok(policy)
    }
}

/// The severities that fail.
pub(super) fn failing(place: &str, words: Vec<Word<Severity>>) -> Result<FailingSeverities, Error> {
    FailingSeverities::new(words.into_iter().map(|word| word.0))
        .map_err(|gap| Error::rule(place, gap))
}

impl Levels {
    fn thresholds(self, place: &str, most: f64) -> Result<Thresholds, Error> {
        for (key, value) in [("fail", self.fail), ("warn", self.warn)] {
            if let Some(value) = value.filter(|value| !(0.0..=most).contains(value)) {
                let problem = format!("{value} is not between 0 and {most}");
                return Err(Error::rule(format!("{place}.{key}"), problem));
            }
        }
        Ok(Thresholds::new(self.fail, self.warn))
    }
}

impl Verify {
    /// Returns the requirements; a named signer is enough to require a signature.
    fn requirements(&self) -> Result<Vec<Requirement>, Error> {
        let own = SignerKeys {
            key: self.key.clone(),
            certificate_identity: self.certificate_identity.clone(),
            certificate_identity_regexp: self.certificate_identity_regexp.clone(),
            certificate_oidc_issuer: self.certificate_oidc_issuer.clone(),
            certificate_oidc_issuer_regexp: self.certificate_oidc_issuer_regexp.clone(),
        };
        let signer = own.signer("verify")?;
        let mut requirements: Vec<Requirement> = signer
            .iter()
            .map(|signer| Requirement::new(Wanted::Signature, signer.clone()))
            .collect();
        for (at, attestation) in self.attestations.iter().enumerate() {
            let place = format!("verify.attestations[{at}]");
            requirements.push(attestation.requirement(&place, &signer)?);
        }
        Ok(requirements)
    }
}

impl Attestation {
    /// Returns the requirement, by the signer that it names, else by `usual`.
    pub(super) fn requirement(
        &self,
        place: &str,
        usual: &Option<Signer>,
    ) -> Result<Requirement, Error> {
        let named = self.signer().signer(place)?;
        let signer = named.or_else(|| usual.clone()).ok_or_else(|| {
            Error::rule(place, "neither a key nor an identity says who must have signed it")
        })?;
        let wanted = Wanted::Attestation {
            predicate: self.predicate.clone(),
            builder: self.builder.clone(),
        };
        Ok(Requirement::new(wanted, signer))
    }

    fn signer(&self) -> SignerKeys {
        SignerKeys {
            key: self.key.clone(),
            certificate_identity: self.certificate_identity.clone(),
            certificate_identity_regexp: self.certificate_identity_regexp.clone(),
            certificate_oidc_issuer: self.certificate_oidc_issuer.clone(),
            certificate_oidc_issuer_regexp: self.certificate_oidc_issuer_regexp.clone(),
        }
    }
}

impl SignedBy {
    fn signer(self, place: &str) -> Result<Option<Signer>, Error> {
        let keys = SignerKeys {
            key: self.key,
            certificate_identity: self.certificate_identity,
            certificate_identity_regexp: self.certificate_identity_regexp,
            certificate_oidc_issuer: self.certificate_oidc_issuer,
            certificate_oidc_issuer_regexp: self.certificate_oidc_issuer_regexp,
        };
        keys.signer(place)
    }
}

impl SignerKeys {
    pub(super) fn signer(&self, place: &str) -> Result<Option<Signer>, Error> {
        const HALF: &str = "an identity is one of certificate-identity and \
                            certificate-identity-regexp with one of certificate-oidc-issuer and \
                            certificate-oidc-issuer-regexp";
        let identity = Identity {
            subject: self.certificate_identity.clone(),
            subject_regexp: self.certificate_identity_regexp.clone(),
            issuer: self.certificate_oidc_issuer.clone(),
            issuer_regexp: self.certificate_oidc_issuer_regexp.clone(),
        };
        let names_twice = identity.subject.is_some() && identity.subject_regexp.is_some()
            || identity.issuer.is_some() && identity.issuer_regexp.is_some();
        match Signer::of(self.key.clone(), identity) {
            Err(SignerGap::Both) => {
                Err(Error::rule(place, "either a key or an identity can be given"))
            }
            Err(SignerGap::NoIssuer | SignerGap::NoSubject) => Err(Error::rule(place, HALF)),
            Ok(_) if names_twice => Err(Error::rule(place, HALF)),
            Ok(signer) => Ok(signer),
        }
    }
}

impl Exception {
    fn into_rule(self, place: &str) -> Result<Rule, Error> {
        let mut conditions: Vec<Condition> =
            self.id.filter(|id| !id.is_empty()).map(Condition::AnyId).into_iter().collect();
        if !self.paths.is_empty() {
            conditions.push(Condition::Paths(path_patterns(&self.paths, place)?));
        }
        if !self.purls.is_empty() {
            conditions.push(Condition::Purls(purl_patterns(&self.purls, place)?));
        }
        if conditions.is_empty() {
            return Err(Error::rule(place, "one of id, purls and paths is needed"));
        }
        let mut rule = Rule::new(Scope::Anything, conditions);
        rule.statement = self.justification.filter(|text| !text.trim().is_empty());
        if let Some(value) = self.expires {
            let text = match value {
                toml::Value::String(text) => text,
                toml::Value::Datetime(day) => day.to_string(),
                _ => "a value that is neither text nor a date".to_owned(),
            };
            rule.expires = Some(day_or_time(&text).ok_or_else(|| {
                let problem = format!("{text} is no day, as 2026-01-31");
                Error::rule(format!("{place}.expires"), problem)
            })?);
        }
        Ok(rule)
    }
}
