//! Who must have signed, and what it is verified against.

use std::fs;
use std::path::Path;

use sealift::verify::{
    BundleVerifier, FulcioExtension, Identities, IdentityMatcher, Policy, PublicKey, TextMatcher,
    TrustedKey, TrustedRoot, provider,
};
use sealift::{Timestamp, escape, verify};

use crate::args::{GlobalArgs, SignerArgs};
use crate::clock::now;
use crate::failure::Failure;
use crate::key_reference::KeyReference;
use crate::{Environment, trust};

/// A policy and what it is verified against.
pub(super) struct Trust {
    pub(super) policy: Policy,
    root: TrustedRoot,
    pub(super) now: Timestamp,
}

impl Trust {
    /// By the flags. The trusted root is needed for certificates and logs.
    pub(super) fn new(
        args: &SignerArgs,
        global: &GlobalArgs,
        environment: &Environment,
    ) -> Result<Self, Failure> {
        let mut policy = signer(args, environment)?;
        if args.use_signed_timestamps {
            policy = policy.require_signed_timestamps(1);
        }
        if args.insecure_ignore_tlog {
            policy = policy.insecure_ignore_tlog();
        }
        if args.insecure_ignore_sct {
            policy = policy.insecure_ignore_sct();
        }
        Ok(Self { policy, root: root(args, global, environment)?, now: now() })
    }

    pub(super) fn verifier(&self) -> BundleVerifier<'_> {
        BundleVerifier::with_provider(&self.root, provider())
    }
}

fn signer(args: &SignerArgs, environment: &Environment) -> Result<Policy, Failure> {
    let names_identity = args.certificate_identity.is_some()
        || args.certificate_identity_regexp.is_some()
        || args.certificate_oidc_issuer.is_some()
        || args.certificate_oidc_issuer_regexp.is_some()
        || workflow(args).any(|(_, value)| value.is_some());
    match &args.key {
        Some(_) if names_identity => Err(Failure::Signer {
            sentence: "--key and an identity exclude each other",
            hint: "leave out --key, or the flags that begin with --certificate",
        }),
        Some(key) => Ok(Policy::keys([TrustedKey::new(public_key(key, environment)?)])),
        None if names_identity => Ok(Policy::identities(Identities::from(identity(args)?))),
        None => Err(Failure::Signer {
            sentence: "it is not said who must have signed",
            hint: "name a public key with --key, or an identity with --certificate-identity (or \
                   --certificate-identity-regexp) and --certificate-oidc-issuer (or \
                   --certificate-oidc-issuer-regexp)",
        }),
    }
}

fn identity(args: &SignerArgs) -> Result<IdentityMatcher, Failure> {
    let subject = matcher(
        ("--certificate-identity", args.certificate_identity.as_deref()),
        ("--certificate-identity-regexp", args.certificate_identity_regexp.as_deref()),
    )?;
    let issuer = matcher(
        ("--certificate-oidc-issuer", args.certificate_oidc_issuer.as_deref()),
        ("--certificate-oidc-issuer-regexp", args.certificate_oidc_issuer_regexp.as_deref()),
    )?;
    let (Some(subject), Some(issuer)) = (subject, issuer) else {
        return Err(Failure::Signer {
            sentence: "an identity is a subject and an issuer, and one of them is missing",
            hint: "name the subject with --certificate-identity or --certificate-identity-regexp, \
                   the issuer with --certificate-oidc-issuer or --certificate-oidc-issuer-regexp",
        });
    };
    let mut identity = IdentityMatcher::new(subject, issuer);
    if identity.matches_anything() {
        eprintln!("warning: ANY IDENTITY is accepted: the expressions match everything");
    }
    for (extension, value) in workflow(args) {
        if let (flag, Some(value)) = (extension.1, value) {
            let value = TextMatcher::exact(value).map_err(|error| unusable(flag, error))?;
            identity = identity.with_extension(extension.0, value);
        }
    }
    Ok(identity)
}

/// The extensions that flags ask for.
fn workflow(
    args: &SignerArgs,
) -> impl Iterator<Item = ((FulcioExtension, &'static str), Option<&str>)> {
    use FulcioExtension as Extension;
    [
        (Extension::GithubWorkflowName, "name", &args.certificate_github_workflow_name),
        (Extension::GithubWorkflowRef, "ref", &args.certificate_github_workflow_ref),
        (
            Extension::GithubWorkflowRepository,
            "repository",
            &args.certificate_github_workflow_repository,
        ),
        (Extension::GithubWorkflowSha, "sha", &args.certificate_github_workflow_sha),
        (Extension::GithubWorkflowTrigger, "trigger", &args.certificate_github_workflow_trigger),
    ]
    .into_iter()
    .map(|(extension, name, value)| ((extension, name), value.as_deref()))
}

type Flag<'a> = (&'static str, Option<&'a str>);

/// The text or the expression, whichever flag is given.
fn matcher(text: Flag<'_>, expression: Flag<'_>) -> Result<Option<TextMatcher>, Failure> {
    match (text, expression) {
        ((flag, Some(text)), _) => {
            TextMatcher::exact(text).map(Some).map_err(|error| unusable(flag, error))
        }
        (_, (flag, Some(text))) => {
            let matcher = TextMatcher::expression(text).map_err(|error| unusable(flag, error))?;
            if !matcher.is_anchored() && !matcher.matches_anything() {
                let text = escape::terminal(text);
                eprintln!(
                    "warning: {flag} {text} also matches a part of a text; write ^ and $ around it"
                );
            }
            Ok(Some(matcher))
        }
        _ => Ok(None),
    }
}

fn unusable(
    what: impl Into<String>,
    error: impl std::error::Error + Send + Sync + 'static,
) -> Failure {
    Failure::Unusable { what: what.into(), error: error.into(), hint: "" }
}

/// A key in a file or a variable, PEM or DER.
fn public_key(reference: &str, environment: &Environment) -> Result<PublicKey, Failure> {
    let hint = "save the public key in a file and name that";
    let bytes = match KeyReference::parse(reference, environment, hint)? {
        KeyReference::File(path) => read(path)?,
        KeyReference::Variable(text) => text.to_vec(),
    };
    verify::public_key(&bytes).map_err(|error| Failure::Unusable {
        what: reference.to_owned(),
        error: error.into(),
        hint: "the key must be a public one, in PEM or DER",
    })
}

/// The trusted root that is named, else the one that is kept; none where none is needed.
fn root(
    args: &SignerArgs,
    global: &GlobalArgs,
    environment: &Environment,
) -> Result<TrustedRoot, Failure> {
    let needs_none = args.key.is_some() && args.insecure_ignore_tlog && !args.use_signed_timestamps;
    match &args.trusted_root {
        Some(path) => root_in(path),
        None if needs_none => Ok(TrustedRoot::default()),
        None => trust::root(args.offline, global, environment),
    }
}

/// Reads a trusted root.
pub(in crate::verbs) fn root_in(path: &Path) -> Result<TrustedRoot, Failure> {
    parse_root(&read(path)?, path.display().to_string())
}

fn parse_root(json: &[u8], what: String) -> Result<TrustedRoot, Failure> {
    verify::trusted_root(json).map_err(|error| Failure::Unusable {
        what,
        error: error.into(),
        hint: "the trusted root must be one of Sigstore's, as JSON",
    })
}

/// Reads a file that a flag or argument names.
pub(super) fn read(path: &Path) -> Result<Vec<u8>, Failure> {
    fs::read(path).map_err(|error| Failure::Unusable {
        what: path.display().to_string(),
        error: error.into(),
        hint: "check that the file is there and may be read",
    })
}
