//! Settings that come before those of a policy file.

use std::collections::BTreeSet;

use sealift_model::Severity;
use sealift_policy::{
    Action, FailingSeverities, ForbiddenLicense, ForbiddenPackage, GatePolicy, Requirement, Signer,
    Sources, Wanted,
};

use super::files::LoadedPolicy;
use super::proof::{ImageVerification, ProofError};

/// The settings of a caller, as the flags of the command: each one that is given comes before the
/// policy file. A setting that is `false` leaves the file's as it is.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct GateOverrides {
    /// Severities that fail.
    pub fail_on: Option<FailingSeverities>,
    /// Severities that are warned of. With `UNKNOWN` among them, findings of unknown severity are
    /// warned of at least.
    pub warn_on: Option<BTreeSet<Severity>>,
    /// Action for findings of unknown severity.
    pub unknown: Option<Action>,
    /// Action for vulnerabilities that CISA lists as exploited (KEV).
    pub kev: Option<Action>,
    /// Action for a distribution that is past its end of life.
    pub end_of_life: Option<Action>,
    /// The most that follows from a finding in a package of the base image.
    pub base: Option<Action>,
    /// Only findings with a fix decide.
    pub fixed_only: bool,
    /// The gate decides by what was seen, even if that is not everything.
    pub allow_incomplete: bool,
    /// A finding may be suppressed only with a justification.
    pub require_justification: bool,
    /// The least EPSS score that fails, from 0 to 1.
    pub epss: Option<f64>,
    /// The least CVSS score that fails, from 0 to 10.
    pub cvss: Option<f64>,
    /// Days after which an image is too old.
    pub max_age_days: Option<u64>,
    /// Days after which the base image is too old.
    pub max_base_age_days: Option<u64>,
    /// Packages that fail, beside those of the file.
    pub forbidden_packages: Vec<ForbiddenPackage>,
    /// Licences that fail, beside those of the file.
    pub forbidden_licenses: Vec<ForbiddenLicense>,
    /// The signer of the image. Attestations that the file requires stay required.
    pub signer: Option<Signer>,
    /// The file of the trusted root.
    pub trusted_root: Option<String>,
    /// URL of the transparency log that is asked for entries.
    pub rekor_url: Option<String>,
    /// Signatures by a key need not be in a transparency log.
    pub insecure_ignore_tlog: bool,
}

impl LoadedPolicy {
    /// The same with settings that come before those of the file.
    #[must_use]
    pub fn with(mut self, overrides: GateOverrides) -> Self {
        overrides.apply(&mut self.policy.gate, &mut self.policy.sources);
        self
    }

    /// Reads the keys and expressions of all requirements, so that what is wrong with them is known
    /// before a scan. Returns what is weaker than it looks.
    ///
    /// # Errors
    /// As of [`ImageVerification::check`].
    pub fn check_requirements(&self) -> Result<Vec<String>, ProofError> {
        let mut warnings = Vec::new();
        for requirement in &self.policy.gate.requirements {
            warnings.extend(ImageVerification::check(requirement)?);
        }
        Ok(warnings)
    }
}

impl GateOverrides {
    fn apply(self, gate: &mut GatePolicy, sources: &mut Sources) {
        if let Some(severities) = self.fail_on {
            gate.fail_on = severities;
        }
        if let Some(severities) = self.warn_on {
            gate.warn_on = severities;
            // To name it among the severities says the same as an action for it.
            if gate.warn_on.contains(&Severity::Unknown) {
                gate.unknown = gate.unknown.max(Action::Warn);
            }
        }
        gate.unknown = self.unknown.unwrap_or(gate.unknown);
        gate.kev = self.kev.unwrap_or(gate.kev);
        gate.end_of_life = self.end_of_life.unwrap_or(gate.end_of_life);
        gate.base = self.base.unwrap_or(gate.base);
        gate.fixed_only |= self.fixed_only;
        gate.allow_incomplete |= self.allow_incomplete;
        gate.require_justification |= self.require_justification;
        gate.epss.fail = self.epss.or(gate.epss.fail);
        gate.cvss.fail = self.cvss.or(gate.cvss.fail);
        gate.max_age_days = self.max_age_days.or(gate.max_age_days);
        gate.max_base_age_days = self.max_base_age_days.or(gate.max_base_age_days);
        gate.forbidden_packages.extend(self.forbidden_packages);
        gate.forbidden_licenses.extend(self.forbidden_licenses);
        if let Some(signer) = self.signer {
            gate.requirements.retain(|known| known.wanted != Wanted::Signature);
            gate.requirements.insert(0, Requirement::new(Wanted::Signature, signer));
        }
        sources.trusted_root = self.trusted_root.or(sources.trusted_root.take());
        sources.rekor_url = self.rekor_url.or(sources.rekor_url.take());
        sources.insecure_ignore_tlog |= self.insecure_ignore_tlog;
    }
}

#[cfg(test)]
mod tests {
    use sealift_policy::{Limits, Policy};

    use super::*;

    fn file(text: &str) -> LoadedPolicy {
        let mut loaded = LoadedPolicy::default();
        loaded.policy = Policy::read("sealift.toml", text.as_bytes(), &Limits::default()).unwrap();
        loaded
    }

    const FILE: &str = r#"
        [gate]
        fail-on = ["CRITICAL"]
        unknown = "pass"
        kev = "fail"
        fixed-only = true
        max-age-days = 30
        epss = { fail = 0.5, warn = 0.1 }
        [verify]
        key = "file.pub"
        trusted-root = "root.json"
        [[verify.attestations]]
        type = "vuln"
    "#;

    #[test]
    fn without_settings_the_file_stays_as_it_is() {
        let read = file(FILE);
        let same = read.clone().with(GateOverrides::default());
        assert_eq!(format!("{:?}", same.policy), format!("{:?}", read.policy));
    }

    #[test]
    fn settings_come_before_the_file() {
        let overrides = GateOverrides {
            kev: Some(Action::Warn),
            max_age_days: Some(7),
            epss: Some(0.9),
            trusted_root: Some("other.json".to_owned()),
            ..GateOverrides::default()
        };
        let policy = file(FILE).with(overrides).policy;
        assert_eq!((policy.gate.kev, policy.gate.max_age_days), (Action::Warn, Some(7)));
        assert_eq!((policy.gate.epss.fail, policy.gate.epss.warn), (Some(0.9), Some(0.1)));
        assert_eq!(policy.sources.trusted_root.as_deref(), Some("other.json"));
        assert!(policy.gate.fixed_only);
    }

    #[test]
    fn a_warning_of_unknown_severities_is_an_action_for_them() {
        let warn_on = Some(BTreeSet::from([Severity::High, Severity::Unknown]));
        let mut overrides = GateOverrides { warn_on, ..GateOverrides::default() };
        assert_eq!(file(FILE).with(overrides.clone()).policy.gate.unknown, Action::Warn);
        overrides.unknown = Some(Action::Pass);
        assert_eq!(file(FILE).with(overrides).policy.gate.unknown, Action::Pass);
    }

    #[test]
    fn another_signer_leaves_the_attestations_required() {
        let key = |name: &str| Signer::Key(name.to_owned());
        let signer = Some(key("own.pub"));
        let overrides = GateOverrides { signer, ..GateOverrides::default() };
        let requirements = file(FILE).with(overrides).policy.gate.requirements;
        let [signature, attestation] = &requirements[..] else { panic!("{requirements:?}") };
        assert_eq!((&signature.wanted, &signature.signer), (&Wanted::Signature, &key("own.pub")));
        assert_ne!(attestation.wanted, Wanted::Signature);
        assert_eq!(attestation.signer, key("file.pub"));
    }

    #[test]
    fn a_key_that_cannot_be_read_is_an_error_before_a_scan() {
        assert!(matches!(file(FILE).check_requirements(), Err(ProofError::Key { .. })));
        let anybody = "[verify]\ncertificate-identity-regexp = '.*'\n\
                       certificate-oidc-issuer-regexp = '.*'";
        let warnings = file(anybody).check_requirements().unwrap();
        assert!(warnings[0].contains("ANY IDENTITY"), "{warnings:?}");
    }
}
