//! VEX documents attested on the scanned image.

use sealift::policy::{
    Identity, ImageVerification, LoadedPolicy, Requirement, Signer, Sources, Wanted,
};
use sealift::{NoProgress, Report, Target, escape};

use crate::args::VexSignerArgs;
use crate::failure::Failure;
use crate::{Context, clock, network, suppress, trust};

const WHO: &str = "name a public key with --vex-key, or an identity with \
                   --vex-certificate-identity and --vex-certificate-oidc-issuer";

/// Sets the signer whose attestations count: the one that flags name, else the policy's. `is_asked`
/// says that one is required.
pub(crate) fn set_signer(
    sources: &mut Sources,
    args: &VexSignerArgs,
    is_asked: bool,
) -> Result<(), Failure> {
    sources.insecure_ignore_vex_tlog |= args.insecure_ignore_vex_tlog;
    if let Some(signer) = named(args)? {
        sources.vex_signer = Some(signer);
    }
    let Some(signer) = &sources.vex_signer else {
        return match is_asked {
            false => Ok(()),
            true => Err(Failure::Signer {
                sentence: "it is not said whose VEX attestations count",
                hint: WHO,
            }),
        };
    };
    let requirement = Requirement::new(Wanted::Signature, signer.clone());
    let warnings = ImageVerification::check(&requirement).map_err(|error| {
        let what = "whose VEX attestations count".to_owned();
        Failure::Unusable { what, error: error.into(), hint: "" }
    })?;
    for warning in warnings {
        eprintln!("warning: VEX attestations: {}", escape::terminal(&warning));
    }
    Ok(())
}

/// Adds the VEX documents attested on the image to the suppressions, and prints them.
pub(crate) fn add_attested(
    read: &mut LoadedPolicy,
    target: &Target,
    report: &Report,
    offline: bool,
    context: Context<'_>,
) -> Result<(), Failure> {
    let Some(signer) = read.policy.sources.vex_signer.clone() else { return Ok(()) };
    if report.artifact.image.is_none() {
        return Ok(());
    }
    let root = trust::of_policy(read, offline, context)?;
    let mut verification = ImageVerification::new(target, report, &root, clock::now(), &NoProgress);
    if !offline {
        let log = read.log(network::client(context.environment)?).map_err(suppress::unusable)?;
        verification.options.log = Some(log);
    }
    verification.insecure_ignore_vex_tlog = read.policy.sources.insecure_ignore_vex_tlog;
    let attested = verification.attested_vex(&signer);
    if !context.global.quiet {
        suppress::say(&attested.messages);
    }
    read.suppressions.vex.extend(attested.documents);
    Ok(())
}

/// The signer that flags name.
fn named(args: &VexSignerArgs) -> Result<Option<Signer>, Failure> {
    let mut identity = Identity::default();
    identity.subject.clone_from(&args.vex_certificate_identity);
    identity.subject_regexp.clone_from(&args.vex_certificate_identity_regexp);
    identity.issuer.clone_from(&args.vex_certificate_oidc_issuer);
    identity.issuer_regexp.clone_from(&args.vex_certificate_oidc_issuer_regexp);
    Signer::of(args.vex_key.clone(), identity).map_err(|_| Failure::Signer {
        sentence: "whose VEX attestations count is either a key or an identity with its issuer",
        hint: WHO,
    })
}
