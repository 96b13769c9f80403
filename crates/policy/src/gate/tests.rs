use sealift_matcher::Status;
use sealift_model::BaseEvidence;

use super::*;
use crate::tests::{day, rules, scanned};
use crate::{IgnoreFormat, Scanned, SuppressedBy};

/// The decision about the findings of the example.
fn decided(policy: &GatePolicy) -> Decision {
    decided_with(policy, |_| {})
}

fn decided_with(policy: &GatePolicy, change: impl FnOnce(&mut Facts<'_>)) -> Decision {
    let (inventory, findings) = scanned();
    let mut facts = Facts::new(&inventory, &findings, day("2030-02-01"));
    change(&mut facts);
    policy.decide(&facts, &WithoutVerification)
}

fn told(decision: &Decision) -> Vec<String> {
    decision.reasons.iter().map(|reason| format!("{} {}", reason.action, reason.text)).collect()
}

fn failing(severities: &[Severity]) -> FailingSeverities {
    FailingSeverities::new(severities.iter().copied()).unwrap()
}

/// A policy from which nothing follows.
fn lenient() -> GatePolicy {
    GatePolicy {
        fail_on: failing(&[]),
        warn_on: BTreeSet::new(),
        unknown: Action::Pass,
        end_of_life: Action::Pass,
        ..GatePolicy::default()
    }
}

#[test]
fn by_default_critical_fails_and_high_and_unknown_warn() {
    let decision = decided(&GatePolicy::default());
    assert_eq!(decision.verdict, Verdict::Fail);
    assert_eq!(decision.judged_on, "2030-02-01");
    assert_eq!(
        told(&decision),
        [
            "fail CVE-2030-0001 in org.example:core@2.14.1: CRITICAL by ghsa (fixed in 2.15.0)",
            "warn CVE-2030-0002 in zlib1g@1:1.2.13-1: UNKNOWN (no fix yet, from the base image)",
            "warn CVE-2030-0003 in example.org/lib@v1.2.0: UNKNOWN (no fix yet)",
            "warn GHSA-dddd-eeee-ffff in left-pad@1.3.0: HIGH by ghsa (fixed in 1.3.1)",
        ]
    );
}

#[test]
fn what_is_in_no_list_passes() {
    let decision = decided(&lenient());
    assert_eq!((decision.verdict, decision.listed), (Verdict::Pass, 4));
    assert!(decision.reasons.is_empty());
}

#[test]
fn severities_fail_warn_and_pass() {
    let policy = |fail: &[Severity], warn: &[Severity]| GatePolicy {
        fail_on: failing(fail),
        warn_on: warn.iter().copied().collect(),
        ..lenient()
    };
    for (fail, warn, verdict) in [
        (&[Severity::High, Severity::Critical][..], &[][..], Verdict::Fail),
        (&[], &[Severity::High], Verdict::Warn),
        (&[Severity::Critical], &[Severity::High], Verdict::Fail),
        (&[], &[], Verdict::Pass),
        (&[Severity::Unknown], &[], Verdict::Fail),
    ] {
        assert_eq!(decided(&policy(fail, warn)).verdict, verdict, "{fail:?} {warn:?}");
    }
}

#[test]
fn unknown_fails_warns_or_passes() {
    for (unknown, verdict) in [
        (Action::Fail, Verdict::Fail),
        (Action::Warn, Verdict::Warn),
        (Action::Pass, Verdict::Pass),
    ] {
        assert_eq!(decided(&GatePolicy { unknown, ..lenient() }).verdict, verdict);
    }
}

#[test]
fn only_what_has_a_fix_may_count() {
    let unknown = Action::Fail;
    let policy = GatePolicy { unknown, fixed_only: true, ..lenient() };
    assert_eq!(decided(&policy).verdict, Verdict::Pass, "what is unknown has no fix");
    let fixed_only = GatePolicy { fixed_only: true, ..GatePolicy::default() };
    assert_eq!(decided(&fixed_only).reasons.len(), 2);
}

#[test]
fn a_warning_of_one_severity_is_one_of_graver_ones() {
    let policy = GatePolicy { warn_on: [Severity::Medium].into(), ..lenient() };
    let told = told(&decided(&policy));
    assert!(
        told.len() == 2 && told[0].contains("CRITICAL") && told[1].contains("HIGH"),
        "{told:?}"
    );
    let unknown = GatePolicy { warn_on: [Severity::Unknown].into(), ..lenient() };
    assert_eq!(decided(&unknown).verdict, Verdict::Pass, "it is no least severity");
}

/// A malicious package has no fixed version, and waits for none.
#[test]
fn a_malicious_package_decides_without_a_fix() {
    let (inventory, mut findings) = scanned();
    for finding in &mut findings {
        finding.malicious = finding.status != Status::Fixed;
        finding.severity = Severity::Critical;
    }
    let facts = Facts::new(&inventory, &findings, day("2030-02-01"));
    let policy = GatePolicy { fixed_only: true, ..GatePolicy::default() };
    let told = told(&policy.decide(&facts, &WithoutVerification));
    assert_eq!(told.len(), 4);
    assert!(
        told.iter().any(|text| text.ends_with("(a malicious package: take it out)")),
        "{told:?}"
    );
}

#[test]
fn what_is_exploited_may_fail() {
    let decision = decided(&GatePolicy { kev: Action::Fail, ..lenient() });
    assert_eq!(
        told(&decision),
        [
            "fail CVE-2030-0003 in example.org/lib@v1.2.0: known to be exploited since 2030-01-04 (no fix yet)"
        ]
    );
}

#[test]
fn thresholds_are_reached_from_their_value_on() {
    for (fail, warn, action) in [
        (Some(0.5), None, Action::Fail),
        (Some(0.6), Some(0.5), Action::Warn),
        (Some(0.6), Some(0.51), Action::Pass),
        (None, None, Action::Pass),
    ] {
        assert_eq!(Thresholds::new(fail, warn).action(0.5), action);
    }
    let cvss = |fail| GatePolicy { cvss: Thresholds::new(Some(fail), None), ..lenient() };
    assert_eq!(decided(&cvss(10.0)).verdict, Verdict::Fail);
    let text = &told(&decided(&cvss(9.0)))[0];
    assert!(text.contains("CVSS 10.0"), "{text}");
}

#[test]
fn epss_is_a_probability() {
    let (inventory, mut findings) = scanned();
    findings.truncate(1);
    let decide = |fail| {
        let facts = Facts::new(&inventory, &findings, day("2030-02-01"));
        let policy = GatePolicy { epss: Thresholds::new(Some(fail), None), ..lenient() };
        policy.decide(&facts, &WithoutVerification).verdict
    };
    assert_eq!(decide(0.0), Verdict::Pass, "no score is below any threshold");
}

#[test]
fn the_base_image_may_count_less() {
    for (base, verdict) in [
        (Action::Fail, Verdict::Fail),
        (Action::Warn, Verdict::Warn),
        (Action::Pass, Verdict::Pass),
    ] {
        let (inventory, mut findings) = scanned();
        findings.retain(|finding| finding.id == "CVE-2030-0002");
        let facts = Facts::new(&inventory, &findings, day("2030-02-01"));
        let policy = GatePolicy { base, unknown: Action::Fail, ..lenient() };
        assert_eq!(policy.decide(&facts, &WithoutVerification).verdict, verdict, "{base}");
    }
}

/// Whoever made the image wrote the history that the guess follows.
#[test]
fn a_base_that_is_a_guess_excuses_nothing() {
    let policy = GatePolicy { base: Action::Pass, unknown: Action::Fail, ..lenient() };
    let (mut inventory, findings) = scanned();
    for (evidence, failing) in
        [(BaseEvidence::Named, 1), (BaseEvidence::Listed, 1), (BaseEvidence::Guessed, 2)]
    {
        for package in inventory.packages.iter_mut().filter(|it| it.from_base.is_some()) {
            package.from_base = Some(evidence);
        }
        let decision = policy
            .decide(&Facts::new(&inventory, &findings, day("2030-02-01")), &WithoutVerification);
        assert_eq!(decision.reasons.len(), failing, "{evidence:?}: {:?}", told(&decision));
        let is_told =
            told(&decision).iter().any(|text| text.contains("from the base image by a guess"));
        assert_eq!(is_told, evidence == BaseEvidence::Guessed);
    }
}

#[test]
fn an_image_may_be_too_old() {
    let policy = GatePolicy { max_age_days: Some(30), max_base_age_days: Some(90), ..lenient() };
    let aged = |image, base| {
        decided_with(&policy, |facts| (facts.age_days, facts.base_age_days) = (image, base))
    };
    assert_eq!(aged(Some(30), Some(90)).verdict, Verdict::Pass);
    assert_eq!(
        told(&aged(Some(31), Some(1))),
        ["fail the image is 31 days old, and 30 are allowed"]
    );
    assert_eq!(
        told(&aged(Some(1), None)),
        ["fail the age of the base image is not known, and 90 days are allowed"]
    );
}

#[test]
fn an_end_of_life_warns() {
    let policy = GatePolicy { end_of_life: Action::Warn, ..lenient() };
    let decision = decided_with(&policy, |facts| facts.is_past_end_of_life = true);
    assert_eq!(told(&decision), ["warn debian 12 is past its end of life"]);
}

#[test]
fn packages_may_be_forbidden() {
    let mut forbidden = ForbiddenPackage::new("pkg:npm/left-pad".parse().unwrap());
    forbidden.reason = Some("write it yourself".to_owned());
    let policy = GatePolicy { forbidden_packages: vec![forbidden], ..lenient() };
    assert_eq!(told(&decided(&policy)), ["fail left-pad@1.3.0 is forbidden: write it yourself"]);
    let other = ForbiddenPackage::new("pkg:npm/left-pad@2".parse().unwrap());
    let policy = GatePolicy { forbidden_packages: vec![other], ..lenient() };
    assert_eq!(decided(&policy).verdict, Verdict::Pass);
}

#[test]
fn licences_may_be_forbidden_and_accepted_until_a_day() {
    let policy = GatePolicy {
        forbidden_licenses: vec![ForbiddenLicense::new("Zlib").unwrap()],
        ..lenient()
    };
    assert_eq!(
        told(&decided(&policy)),
        ["fail zlib1g@1:1.2.13-1 has the licence Zlib, and Zlib is forbidden"]
    );
    for (line, verdict) in [
        ("Zlib", Verdict::Pass),
        ("Zlib exp:2030-03-01", Verdict::Pass),
        ("Zlib exp:2030-02-01", Verdict::Fail),
    ] {
        let files = rules(IgnoreFormat::Trivy, line).ignore;
        let accepting: Vec<&Rule> = files.iter().flat_map(|file| &file.rules).collect();
        let (inventory, findings) = scanned();
        let mut facts = Facts::new(&inventory, &findings, day("2030-02-01"));
        facts.rules = &accepting;
        assert_eq!(policy.decide(&facts, &WithoutVerification).verdict, verdict, "{line}");
    }
}

#[test]
fn a_suppression_without_a_reason_warns_or_fails() {
    let (inventory, findings) = scanned();
    let scanned = Scanned::new(&inventory, &|_| Vec::new());
    let suppressions = rules(IgnoreFormat::Trivy, "CVE-2030-0001");
    let applied = suppressions.apply(findings, &scanned, day("2030-02-01"));
    assert_eq!(applied.suppressed[0].by, SuppressedBy::Rule);
    for (require_justification, verdict) in [(false, Verdict::Warn), (true, Verdict::Fail)] {
        let mut facts = Facts::new(&inventory, &applied.kept, day("2030-02-01"));
        facts.suppressed = &applied.suppressed;
        let policy = GatePolicy { require_justification, ..lenient() };
        let decision = policy.decide(&facts, &WithoutVerification);
        assert_eq!(decision.verdict, verdict);
        assert_eq!(
            decision.reasons[0].text,
            "CVE-2030-0001 is suppressed by rules without a justification"
        );
    }
}

#[test]
fn what_was_not_seen_does_not_pass_unless_that_is_allowed() {
    let incomplete = ["no advisories for Debian:12".to_owned()];
    let with = |policy: &GatePolicy| {
        let (inventory, findings) = scanned();
        let mut facts = Facts::new(&inventory, &findings, day("2030-02-01"));
        facts.incomplete = &incomplete;
        policy.decide(&facts, &WithoutVerification).verdict
    };
    assert_eq!(with(&lenient()), Verdict::Incomplete);
    assert_eq!(with(&GatePolicy::default()), Verdict::Fail, "what fails, fails in any case");
    assert_eq!(with(&GatePolicy { allow_incomplete: true, ..lenient() }), Verdict::Pass);
}

struct Prover;

impl Verification for Prover {
    fn prove(&self, requirement: &Requirement) -> Result<Proof, NotProved> {
        match requirement.wanted {
            Wanted::Signature => Ok(Proof::new("signed by cosign.pub")),
            Wanted::Attestation { .. } => Err(NotProved::new("there is none")),
        }
    }
}

#[test]
fn what_is_required_must_be_proved() {
    let signer = Signer::Key("cosign.pub".to_owned());
    let signature = Requirement::new(Wanted::Signature, signer.clone());
    let predicate = "slsaprovenance1".to_owned();
    let attestation =
        Requirement::new(Wanted::Attestation { predicate, builder: Some("b".to_owned()) }, signer);
    let (inventory, findings) = scanned();
    let facts = Facts::new(&inventory, &findings, day("2030-02-01"));
    let mut policy = GatePolicy { requirements: vec![signature], ..lenient() };
    let decision = policy.decide(&facts, &Prover);
    assert_eq!(decision.verdict, Verdict::Pass);
    assert_eq!(decision.proofs, [Proof::new("signed by cosign.pub")]);
    let unproved = policy.decide(&facts, &WithoutVerification);
    assert_eq!(
        told(&unproved),
        ["fail a signature is required: what is scanned has no signatures"]
    );
    policy.requirements.push(attestation);
    assert_eq!(
        told(&policy.decide(&facts, &Prover)),
        ["fail an attestation slsaprovenance1 of the builder b is required: there is none"]
    );
}

#[test]
fn what_is_hidden_decides_nothing() {
    let (mut inventory, findings) = scanned();
    for package in &mut inventory.packages {
        let layer = sealift_model::Digest::sha256_of(b"layer");
        let hidden = sealift_model::Hidden::new(layer, sealift_model::HiddenBy::Whiteout);
        package.hidden = Some(hidden);
    }
    let facts = Facts::new(&inventory, &findings, day("2030-02-01"));
    let decision = GatePolicy::default().decide(&facts, &WithoutVerification);
    assert_eq!(decision.verdict, Verdict::Pass);
}
