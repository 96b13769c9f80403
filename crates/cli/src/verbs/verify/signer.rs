//! The required signer, and the trust material.

use std::path::Path;

use sealift::http::{Request, Url};
use sealift::verify::{
    BundleVerifier, FulcioExtension, Identities, IdentityMatcher, KeyAlgorithm, Limits, LogSearch,
    OwnTrust, Policy, PublicKey, TextMatcher, TrustedKey, TrustedRoot, provider,
};
use sealift::{Timestamp, escape, verify};

use crate::args::{OwnTrustArgs, SignerArgs};
use crate::clock::now;
use crate::failure::Failure;
use crate::key_reference::KeyReference;
use crate::{Context, Environment, files, network, trust};

/// A policy and the trust material to verify with.
pub(super) struct Trust {
    pub(super) policy: Policy,
    /// The key that must have signed, where it is one.
    key: Option<PublicKey>,
    /// The log to look up entries in; `None` if none are looked up.
    pub(super) log: Option<LogSearch>,
    root: TrustedRoot,
    /// Limits on reading signatures.
    pub(super) limits: Limits,
    pub(super) now: Timestamp,
}

impl Trust {
    /// From the flags. The trusted root is needed for certificates and logs.
    pub(super) fn new(args: &SignerArgs, context: Context<'_>) -> Result<Self, Failure> {
        let key = args.key.as_deref().map(|key| public_key(key, args.offline, context.environment));
        let key = key.transpose()?;
        let mut policy = signer(args, key.clone())?;
        if args.wants_timestamps() {
            policy = policy.require_signed_timestamps(1);
        }
        if args.insecure_ignore_tlog {
            policy = policy.insecure_ignore_tlog();
        }
        if args.insecure_ignore_sct {
            policy = policy.insecure_ignore_sct();
        }
        let root = root(args, context)?;
        let url = args.rekor_url.as_deref();
        let client = network::client(context.environment)?;
        let log = LogSearch::named(client, url).map_err(|_| Failure::Value {
            flag: "--rekor-url",
            value: url.unwrap_or_default().to_owned(),
            hint: "a URL is expected, as https://rekor.example",
        })?;
        let log = (!args.offline).then_some(log);
        let mut limits = Limits::default();
        limits.allow_certificate_chain = args.allow_certificate_chain;
        Ok(Self { policy, key, log, root, limits, now: now() })
    }

    /// The algorithm of the key, if a key must have signed.
    pub(super) fn algorithm(&self) -> Option<KeyAlgorithm> {
        self.key.as_ref().map(PublicKey::algorithm)
    }

    /// Whether any timestamp authority is known.
    pub(super) fn knows_stampers(&self) -> bool {
        !self.root.timestamp_authorities().is_empty()
    }

    pub(super) fn verifier(&self) -> BundleVerifier<'_> {
        BundleVerifier::with_provider(&self.root, provider())
    }
}

fn signer(args: &SignerArgs, key: Option<PublicKey>) -> Result<Policy, Failure> {
    let names_identity = args.certificate_identity.is_some()
        || args.certificate_identity_regexp.is_some()
        || args.certificate_oidc_issuer.is_some()
        || args.certificate_oidc_issuer_regexp.is_some()
        || workflow(args).any(|(_, value)| value.is_some());
    match key {
        Some(_) if names_identity => Err(Failure::Signer {
            sentence: "--key and an identity exclude each other",
            hint: "leave out --key, or the flags that begin with --certificate",
        }),
        Some(key) => Ok(Policy::keys([TrustedKey::new(key)])),
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
    let flags = [
        (
            (Extension::GithubWorkflowName, "--certificate-github-workflow-name"),
            &args.certificate_github_workflow_name,
        ),
        (
            (Extension::GithubWorkflowRef, "--certificate-github-workflow-ref"),
            &args.certificate_github_workflow_ref,
        ),
        (
            (Extension::GithubWorkflowRepository, "--certificate-github-workflow-repository"),
            &args.certificate_github_workflow_repository,
        ),
        (
            (Extension::GithubWorkflowSha, "--certificate-github-workflow-sha"),
            &args.certificate_github_workflow_sha,
        ),
        (
            (Extension::GithubWorkflowTrigger, "--certificate-github-workflow-trigger"),
            &args.certificate_github_workflow_trigger,
        ),
    ];
    flags.into_iter().map(|(flag, value)| (flag, value.as_deref()))
}

type Flag<'a> = (&'static str, Option<&'a str>);

/// A matcher for the text or the expression, whichever flag is given.
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

/// A key in a file, a variable or at a URL, PEM or DER.
fn public_key(
    reference: &str,
    offline: bool,
    environment: &Environment,
) -> Result<PublicKey, Failure> {
    let hint = "save the public key in a file and name that";
    let bytes = match KeyReference::parse(reference, environment, hint)? {
        KeyReference::File(path) => files::document(path)?,
        KeyReference::Variable(text) => text.to_vec(),
        KeyReference::Url(_) if offline => {
            return Err(Failure::Signer {
                sentence: "--key names a URL, and --offline asks nothing",
                hint,
            });
        }
        KeyReference::Url(url) => fetched(&url, environment)?,
    };
    verify::public_key(&bytes).map_err(|error| Failure::Unusable {
        what: reference.to_owned(),
        error: error.into(),
        hint: "the key must be a public one, in PEM or DER",
    })
}

/// Fetches a URL. Its server decides who must have signed.
fn fetched(url: &Url, environment: &Environment) -> Result<Vec<u8>, Failure> {
    const MAX_BYTES: u64 = 1 << 20;
    let failed = |error: Box<dyn std::error::Error + Send + Sync>| Failure::Unusable {
        what: url.to_string(),
        error,
        hint: "save the public key in a file and name that",
    };
    let client = network::client(environment)?;
    let response = client.send(Request::get(url).max_bytes(MAX_BYTES));
    let response = response.map_err(|error| failed(error.into()))?;
    match response.status() {
        200 => response.bytes(MAX_BYTES).map_err(|error| failed(error.into())),
        status => Err(failed(format!("the server answers with status {status}").into())),
    }
}

/// The trusted root that is named, else the cached one, with the parts that flags and variables
/// replace; empty if none is needed.
fn root(args: &SignerArgs, context: Context<'_>) -> Result<TrustedRoot, Failure> {
    let own = own_trust(args, context.environment)?;
    let sct_is_known = args.insecure_ignore_sct || !own.certificate_log_keys.is_empty();
    let issuer_is_known = args.key.is_some() || own.names_issuers() && sct_is_known;
    let stamper_is_known = !args.use_signed_timestamps || own.timestamp_chain.is_some();
    let log_is_known = args.insecure_ignore_tlog || !own.log_keys.is_empty();
    let needs_none = issuer_is_known && stamper_is_known && log_is_known;
    let root = match &args.trusted_root {
        // Only for a root that the user names and declares to be their own; the public one is not
        // changed.
        Some(path) if args.allow_certificate_chain => {
            trust::root_in(path)?.with_ordinary_authorities()
        }
        Some(path) => trust::root_in(path)?,
        None if needs_none => TrustedRoot::default(),
        None => trust::root(args.offline, context)?,
    };
    if own.is_empty() {
        return Ok(root);
    }
    own.replace_in(&root).map_err(|error| unusable("a certificate or key to trust", error))
}

/// Parts of the trusted root that are given one by one: by flags, else, unless a whole root is
/// named, by cosign's variables for them.
fn own_trust(args: &SignerArgs, environment: &Environment) -> Result<OwnTrust, Failure> {
    let OwnTrustArgs { certificate_chain, ca_roots, ca_intermediates, timestamp_certificate_chain } =
        &args.own;
    let mut own = OwnTrust::default();
    own.chains.extend(certificate_chain.as_deref().map(files::document).transpose()?);
    own.authorities.extend(ca_roots.as_deref().map(files::document).transpose()?);
    own.intermediates.extend(ca_intermediates.as_deref().map(files::document).transpose()?);
    own.timestamp_chain =
        timestamp_certificate_chain.as_deref().map(files::document).transpose()?;
    if args.trusted_root.is_some() {
        return Ok(own);
    }
    let of_variable = |variable: &str, what: &str| -> Result<Option<Vec<u8>>, Failure> {
        let Some(path) = environment.get(variable) else { return Ok(None) };
        eprintln!("warning: {variable} takes the place of {what} of the trusted root");
        files::document(Path::new(path)).map(Some)
    };
    if !own.names_issuers() && args.key.is_none() {
        own.authorities.extend(of_variable("SIGSTORE_ROOT_FILE", "the authorities")?);
    }
    if own.timestamp_chain.is_none() {
        own.timestamp_chain =
            of_variable("SIGSTORE_TSA_CERTIFICATE_FILE", "the timestamp authorities")?;
    }
    own.log_keys.extend(of_variable("SIGSTORE_REKOR_PUBLIC_KEY", "the logs of signatures")?);
    if args.key.is_none() {
        let keys = of_variable("SIGSTORE_CT_LOG_PUBLIC_KEY_FILE", "the logs of certificates")?;
        own.certificate_log_keys.extend(keys);
    }
    Ok(own)
}
