//! Makes a decision from facts.

use std::cmp::Reverse;

use sealift_matcher::{Finding, Status};
use sealift_model::{BaseEvidence, Package, Severity};

use super::{
    About, Action, Decision, Facts, GatePolicy, Reason, Verdict, Verification, Wanted, licenses,
    told,
};
use crate::pattern::purl_matches;

pub(super) fn decide(
    policy: &GatePolicy,
    facts: &Facts<'_>,
    verification: &dyn Verification,
) -> Decision {
    let mut reasons = Vec::new();
    let mut proofs = Vec::new();
    for (at, requirement) in policy.requirements.iter().enumerate() {
        match verification.prove(requirement) {
            Ok(proof) => proofs.push(proof),
            Err(unproved) => reasons.push(Reason {
                action: Action::Fail,
                about: About::Requirement(at),
                text: format!("{}: {unproved}", wanted(&requirement.wanted)),
            }),
        }
    }
    let before = reasons.len();
    let findings = facts.findings.iter().enumerate();
    reasons.extend(findings.filter_map(|(at, finding)| of_finding(policy, facts, at, finding)));
    let listed = facts.findings.len() - (reasons.len() - before);
    reasons.extend(of_packages(policy, facts));
    reasons.extend(of_image(policy, facts));
    reasons.extend(of_suppressed(policy, facts));
    reasons.sort_by_key(|reason| Reverse(reason.action));
    let worst = reasons.iter().map(|reason| reason.action).max().unwrap_or_default();
    let is_incomplete = !facts.incomplete.is_empty() && !policy.allow_incomplete;
    Decision {
        verdict: match worst {
            Action::Fail => Verdict::Fail,
            _ if is_incomplete => Verdict::Incomplete,
            Action::Warn => Verdict::Warn,
            Action::Pass => Verdict::Pass,
        },
        reasons,
        proofs,
        listed,
        incomplete: facts.incomplete.to_vec(),
        judged_on: facts.now.day(),
    }
}

fn wanted(wanted: &Wanted) -> String {
    match wanted {
        Wanted::Signature => "a signature is required".to_owned(),
        Wanted::Attestation { predicate, builder: None } => {
            format!("an attestation {predicate} is required")
        }
        Wanted::Attestation { predicate, builder: Some(builder) } => {
            format!("an attestation {predicate} of the builder {builder} is required")
        }
    }
}

/// Returns the most severe action for a finding, with all grounds for it.
fn of_finding(
    policy: &GatePolicy,
    facts: &Facts<'_>,
    at: usize,
    finding: &Finding,
) -> Option<Reason> {
    let package = facts.inventory.packages.get(finding.package)?;
    let waits_for_fix = finding.status != Status::Fixed && !finding.malicious;
    // A running container does not see such a package, so it decides nothing.
    if package.hidden.is_some() || (policy.fixed_only && waits_for_fix) {
        return None;
    }
    let mut grounds = vec![(of_severity(policy, finding.severity), severity(finding))];
    if let Some(kev) = &finding.kev {
        grounds.push((policy.kev, format!("known to be exploited since {}", kev.date_added)));
    }
    if let Some(epss) = finding.epss {
        grounds.push((policy.epss.action(epss.score), format!("EPSS {:.3}", epss.score)));
    }
    if let Some(score) = finding.cvss.iter().map(|entry| entry.score).max() {
        let action = policy.cvss.action(f64::from(score.tenths()) / 10.0);
        grounds.push((action, format!("CVSS {score}")));
    }
    let worst = grounds.iter().map(|(action, _)| *action).max().unwrap_or_default();
    // The image's author wrote the history that a guess relies on: it excuses nothing.
    let is_known_base = package.from_base.is_some_and(|by| by != BaseEvidence::Guessed);
    let limited = if is_known_base { worst.min(policy.base) } else { worst };
    if limited == Action::Pass {
        return None;
    }
    let told_grounds: Vec<String> =
        grounds.into_iter().filter(|(action, _)| *action == worst).map(|(_, text)| text).collect();
    let base = match package.from_base {
        None => "",
        Some(BaseEvidence::Guessed) => ", from the base image by a guess",
        Some(_) => ", from the base image",
    };
    let fix = match finding.fixed_versions.as_slice() {
        _ if finding.malicious => "a malicious package: take it out".to_owned(),
        [] => "no fix yet".to_owned(),
        versions => format!("fixed in {}", versions.join(", ")),
    };
    let text =
        format!("{} in {}: {} ({fix}{base})", finding.id, told(package), told_grounds.join(", "));
    Some(Reason { action: limited, about: About::Finding(at), text })
}

fn severity(finding: &Finding) -> String {
    match &finding.severity_source {
        Some(source) => format!("{} by {source}", finding.severity),
        None => finding.severity.to_string(),
    }
}

fn of_severity(policy: &GatePolicy, severity: Severity) -> Action {
    let mut warned = policy.warn_on.iter().filter(|one| **one != Severity::Unknown);
    if policy.fail_on.contains(severity) {
        Action::Fail
    } else if severity == Severity::Unknown {
        policy.unknown
    } else if warned.any(|least| severity >= *least) {
        Action::Warn
    } else {
        Action::Pass
    }
}

/// Checks for forbidden packages and licences.
fn of_packages(policy: &GatePolicy, facts: &Facts<'_>) -> Vec<Reason> {
    let mut reasons = Vec::new();
    let accepting = licenses::Accepting {
        rules: facts.rules,
        now: facts.now,
        distribution: facts.inventory.distribution.as_ref(),
    };
    let packages = facts.inventory.packages.iter().enumerate();
    for (at, package) in packages.filter(|(_, package)| package.hidden.is_none()) {
        reasons.extend(forbidden(policy, at, package));
        let worst = licenses::worst(package, &policy.forbidden_licenses, &accepting);
        if let Some((license, rule)) = worst.filter(|(_, rule)| rule.action > Action::Pass) {
            let text = format!(
                "{} has the licence {license}, and {} is forbidden",
                told(package),
                rule.pattern
            );
            reasons.push(Reason { action: rule.action, about: About::Package(at), text });
        }
    }
    reasons
}

fn forbidden(policy: &GatePolicy, at: usize, package: &Package) -> Option<Reason> {
    let rules =
        policy.forbidden_packages.iter().filter(|rule| purl_matches(&rule.purl, &package.purl));
    let rule = rules.max_by_key(|rule| rule.action).filter(|rule| rule.action > Action::Pass)?;
    let why = rule.reason.as_ref().map_or_else(String::new, |reason| format!(": {reason}"));
    let text = format!("{} is forbidden{why}", told(package));
    Some(Reason { action: rule.action, about: About::Package(at), text })
}

/// Checks ages and the end of life. An unknown age fails a limit on it.
fn of_image(policy: &GatePolicy, facts: &Facts<'_>) -> Vec<Reason> {
    let mut reasons = Vec::new();
    let mut add = |action, text| {
        if action > Action::Pass {
            reasons.push(Reason { action, about: About::Image, text });
        }
    };
    for (what, most, days) in [
        ("the image", policy.max_age_days, facts.age_days),
        ("the base image", policy.max_base_age_days, facts.base_age_days),
    ] {
        match (most, days) {
            (Some(most), Some(days)) if days > most => {
                add(Action::Fail, format!("{what} is {days} days old, and {most} are allowed"));
            }
            (Some(most), None) => add(
                Action::Fail,
                format!("the age of {what} is not known, and {most} days are allowed"),
            ),
            _ => {}
        }
    }
    if facts.is_past_end_of_life {
        let name = facts.inventory.distribution.as_ref().map(ToString::to_string);
        let name = name.as_deref().unwrap_or("the distribution");
        add(policy.end_of_life, format!("{name} is past its end of life"));
    }
    reasons
}

/// Reports suppressions without a reason.
fn of_suppressed(policy: &GatePolicy, facts: &Facts<'_>) -> Vec<Reason> {
    let action = if policy.require_justification { Action::Fail } else { Action::Warn };
    let bare = facts.suppressed.iter().enumerate().filter(|(_, suppressed)| {
        suppressed.statement.as_deref().is_none_or(|text| text.trim().is_empty())
    });
    let told = bare.map(|(at, suppressed)| Reason {
        action,
        about: About::Suppressed(at),
        text: format!(
            "{} is suppressed by {} without a justification",
            suppressed.finding.id, suppressed.source
        ),
    });
    told.collect()
}
