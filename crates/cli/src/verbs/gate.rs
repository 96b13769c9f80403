//! `gate`: scan, verify and decide.

use std::num::NonZeroUsize;

use sealift::policy::{
    Action, FailingSeverities, ForbiddenLicense, ForbiddenPackage, Gate, GateOverrides, Identity,
    LoadedPolicy, Outcome, Requirement, Signer, SignerGap, Verdict, Wanted,
};
use sealift::{NoProgress, escape};

use super::scan;
use crate::args::{DecideArgs, GateArgs, PackageKind, ReportFormat, ScanArgs, SignedArgs};
use crate::failure::Failure;
use crate::scan_plan::{Purpose, ScanPlan};
use crate::{Context, Environment, clock, network, output, summary, suppress, trust};

/// Exit status when the gate says no, unless `--exit-code` names another.
const NO: u8 = 1;

pub(crate) fn gate(args: GateArgs, context: Context<'_>) -> Result<u8, Failure> {
    if args.image.scan.download_db_only {
        return Err(Failure::NotYet {
            what: "gate --download-db-only".to_owned(),
            hint: "leave it out; `sealift db update` fetches advisories",
        });
    }
    let no = args.image.scan.exit_code.filter(|code| *code != 0).unwrap_or(NO);
    let selection = scan::selection(&args.image.scan)?;
    let mut read = suppress::load(&args.image.scan.suppress)?.with(overrides(&args)?);
    require(&mut read, &args.signed)?;
    let requires_signatures = !read.policy.gate.requirements.is_empty();
    let purpose = Purpose::Gate { exit_code: no, requires_signatures };
    let plan = ScanPlan::of_image(&args.image, purpose);
    let (target, mut options) = scan::image_target(&args.image, &plan, context)?;
    // `SOURCE_DATE_EPOCH` is for reports: the gate decides as of today.
    let now = args.image.scan.as_of.unwrap_or_else(clock::now);
    options.judged_at = Some(now);
    // Cached layers were verified earlier, from another blob.
    options.cache = None;
    let root = trust::of_policy(&read, args.image.scan.offline, context)?;
    if !context.global.quiet {
        suppress::say(&read.messages);
    }
    let (mut report, _, notes) = scan::scanned(&target, &options, &plan, context)?;
    report.notes = scan::not_scanned(&plan, false);
    report.notes.extend(notes);
    report.notes.extend(left_out(&args.image.scan));
    let gate = Gate::new(read.policy, read.suppressions, now);
    let mut gate = gate.with_trusted_root(root).verified_at(clock::now());
    if !args.image.scan.offline {
        gate = gate.asking(network::client(context.environment)?).map_err(suppress::unusable)?;
    }
    let outcome = gate.decide(&target, &mut report, &NoProgress)?;
    if !context.global.quiet {
        suppress::say(&outcome.messages);
    }
    let hidden = selection.apply(&mut report);
    // What is suppressed is a part of the decision, in every format.
    report.shows_suppressed = true;
    write(&outcome, &report, &args, options.threads, context.environment)?;
    if !context.global.quiet {
        summary::print(&report, &hidden, context.global.debug);
        suppress::say_unused(&outcome.unused, context.global.debug);
    }
    scan::say_not_applied(args.image.scan.config.as_deref());
    if let Some(status) = end_of_life_status(&args.image.scan) {
        if !context.global.quiet {
            summary::end_of_life(&report, true);
        }
        if report.is_past_end_of_life() {
            return Ok(status);
        }
    }
    Ok(match outcome.decision.verdict {
        Verdict::Pass | Verdict::Warn => 0,
        Verdict::Fail => no,
        Verdict::Incomplete => scan::INCOMPLETE,
    })
}

/// The status that `--exit-on-eol` asks for; as in a scan, 0 asks for none.
fn end_of_life_status(args: &ScanArgs) -> Option<u8> {
    args.exit_on_eol.filter(|code| *code != 0)
}

/// Writes the outcome as text or JSON; in another format, the report, with the outcome on stderr.
fn write(
    outcome: &Outcome,
    report: &sealift::Report,
    args: &GateArgs,
    threads: NonZeroUsize,
    environment: &Environment,
) -> Result<(), Failure> {
    let scan = &args.image.scan;
    let text = match scan.format {
        ReportFormat::Table => outcome.text(),
        ReportFormat::Json => outcome.json(),
        _ => {
            for line in outcome.text().lines() {
                eprintln!("{}", escape::terminal(line));
            }
            let format = scan::format(scan, threads, environment);
            return output::emit(scan.shown.output.as_deref(), |out| {
                sealift::render(report, &format, out)
            });
        }
    };
    output::emit(scan.shown.output.as_deref(), |out| out.write_all(text.as_bytes()))
}

/// What flags exclude from the scan.
fn left_out(args: &ScanArgs) -> Vec<String> {
    let mut told = Vec::new();
    for (flag, paths) in
        [("--skip-dirs", &args.skip.skip_dirs), ("--skip-files", &args.skip.skip_files)]
    {
        if !paths.is_empty() {
            told.push(format!("not looked at: {} ({flag})", paths.join(", ")));
        }
    }
    for (kind, what) in [
        (PackageKind::Os, "packages of the operating system"),
        (PackageKind::Library, "packages of languages"),
    ] {
        if !args.pkg_types.contains(&kind) {
            told.push(format!("not looked at: {what} (--pkg-types)"));
        }
    }
    told
}

/// The settings from flags; each comes before the policy's.
fn overrides(args: &GateArgs) -> Result<GateOverrides, Failure> {
    let GateArgs { image, decide, signed } = args;
    let mut overrides = GateOverrides::default();
    if let Some(severities) = &decide.fail_on {
        let failing = FailingSeverities::new(severities.iter().copied());
        overrides.fail_on = Some(failing.map_err(|gap| Failure::Unusable {
            what: "--fail-on".to_owned(),
            error: gap.into(),
            hint: "name every severity from the lowest that fails up: --fail-on HIGH,CRITICAL",
        })?);
    }
    overrides.warn_on = decide.warn_on.as_ref().map(|list| list.iter().copied().collect());
    overrides.unknown = decide.unknown.map(Action::from);
    overrides.kev = decide.kev.map(Action::from);
    overrides.end_of_life = end_of_life_status(&image.scan).map(|_| Action::Fail);
    overrides.base = image.scan.exclude_base.then_some(Action::Pass);
    overrides.fixed_only = decide.fixed_only || image.scan.ignore_unfixed;
    overrides.allow_incomplete = image.scan.allow_incomplete;
    overrides.require_justification = decide.require_justification;
    overrides.epss = within("--epss", decide.epss, 1.0)?;
    overrides.cvss = within("--cvss", decide.cvss, 10.0)?;
    overrides.max_age_days = decide.max_age_days;
    overrides.max_base_age_days = decide.max_base_age_days;
    overrides.forbidden_packages = forbidden_packages(decide)?;
    overrides.forbidden_licenses = forbidden_licenses(decide)?;
    overrides.signer = signer(signed)?;
    overrides.trusted_root = signed.trusted_root.as_ref().map(|root| root.display().to_string());
    overrides.rekor_url.clone_from(&signed.rekor_url);
    overrides.insecure_ignore_tlog = signed.insecure_ignore_tlog;
    Ok(overrides)
}

fn forbidden_packages(args: &DecideArgs) -> Result<Vec<ForbiddenPackage>, Failure> {
    let purls = args.forbid_package.iter().map(|text| text.parse().map(ForbiddenPackage::new));
    purls.collect::<Result<_, _>>().map_err(|error| unusable("--forbid-package", error))
}

fn forbidden_licenses(args: &DecideArgs) -> Result<Vec<ForbiddenLicense>, Failure> {
    let forbidden = |pattern: &String| {
        ForbiddenLicense::new(pattern.as_str()).map_err(|_| Failure::Value {
            flag: "--forbid-license",
            value: pattern.clone(),
            hint: "name an SPDX id, in which * stands for anything",
        })
    };
    args.forbid_license.iter().map(forbidden).collect()
}

fn within(flag: &'static str, value: Option<f64>, most: f64) -> Result<Option<f64>, Failure> {
    match value {
        Some(value) if !(0.0..=most).contains(&value) => Err(Failure::Value {
            flag,
            value: value.to_string(),
            hint: "EPSS scores are from 0 to 1, CVSS scores from 0 to 10",
        }),
        value => Ok(value),
    }
}

/// Adds the attestations that flags require, by the signer of the image, and checks whether all that
/// is required can be verified.
fn require(read: &mut LoadedPolicy, args: &SignedArgs) -> Result<(), Failure> {
    let requirements = &mut read.policy.gate.requirements;
    let own = requirements.first().map(|known| known.signer.clone());
    for predicate in &args.attestation {
        let signer = own.clone().ok_or(Failure::Signer {
            sentence: "it is not said who must have made the attestation",
            hint: "name a public key with --key, or an identity with --certificate-identity and \
                   --certificate-oidc-issuer",
        })?;
        let (predicate, builder) = (predicate.clone(), args.builder.clone());
        let wanted = Wanted::Attestation { predicate, builder };
        requirements.push(Requirement::new(wanted, signer));
    }
    let warnings = read.check_requirements().map_err(|error| Failure::Unusable {
        what: "what must be proved".to_owned(),
        error: error.into(),
        hint: "check --key, --certificate-* and --attestation, and [verify] of sealift.toml",
    })?;
    for warning in warnings {
        eprintln!("warning: {}", escape::terminal(&warning));
    }
    Ok(())
}

fn signer(args: &SignedArgs) -> Result<Option<Signer>, Failure> {
    let mut identity = Identity::default();
    identity.subject.clone_from(&args.certificate_identity);
    identity.subject_regexp.clone_from(&args.certificate_identity_regexp);
    identity.issuer.clone_from(&args.certificate_oidc_issuer);
    identity.issuer_regexp.clone_from(&args.certificate_oidc_issuer_regexp);
    Signer::of(args.key.clone(), identity).map_err(|gap| match gap {
        SignerGap::Both => Failure::Signer {
            sentence: "--key and an identity exclude each other",
            hint: "leave out --key, or the flags that begin with --certificate",
        },
        SignerGap::NoIssuer | SignerGap::NoSubject => Failure::Signer {
            sentence: "an identity is a subject and an issuer, and one of them is missing",
            hint: "name the subject with --certificate-identity or --certificate-identity-regexp, \
                   the issuer with --certificate-oidc-issuer or --certificate-oidc-issuer-regexp",
        },
    })
}

fn unusable(what: &str, error: impl std::error::Error + Send + Sync + 'static) -> Failure {
    Failure::Unusable { what: what.to_owned(), error: error.into(), hint: "" }
}
