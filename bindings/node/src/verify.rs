//! Verifying.

use std::collections::BTreeMap;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};

use napi::Env;
use napi::bindgen_prelude::{Buffer, Either, Object, Result};
use napi_derive::napi;
use sealift::verify::{
    Artifact, Bundle, Evidence, Identities, IdentityMatcher, Limits, LogSearch, Policy,
    PredicateType, TextMatcher, TrustedKey, TrustedRoot, Verifier, VerifyOptions, detached,
    public_key, trusted_root,
};
use sealift::{Observer, trust};
use serde::Deserialize;

use crate::call::{Callback, NodeCall, Watch};
use crate::failure::Failure;
use crate::job::promise;
use crate::network::RegistryOptions;
use crate::scan::parse;
use crate::time::{self, Clock};
use crate::{names, target};

type Outcome<T> = std::result::Result<T, Failure>;

/// The required signer, from JavaScript's options.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
struct Options {
    key: Option<PathBuf>,
    certificate_identity: Option<String>,
    certificate_identity_regexp: Option<String>,
    certificate_oidc_issuer: Option<String>,
    certificate_oidc_issuer_regexp: Option<String>,
    trusted_root: Option<PathBuf>,
    rekor_url: Option<String>,
    offline: bool,
    insecure_ignore_tlog: bool,
    insecure_ignore_sct: bool,
    require_signed_timestamps: bool,
    /// Only for attestations, and for bundles that are attestations.
    predicate_type: Option<String>,
    builder: Option<String>,
    /// Only for signatures of images.
    annotations: BTreeMap<String, String>,
    /// Only for images.
    check_content: bool,
    threads: Option<NonZeroUsize>,
    registry: RegistryOptions,
    at: Option<String>,
}

/// What is verified: each kind has options of its own.
#[derive(Clone, Copy, PartialEq)]
enum About {
    Signature,
    Attestation,
    Bundle,
    Blob,
}

impl Options {
    fn parse(json: &str, about: About) -> Outcome<Self> {
        let mut options: Self = parse(json)?;
        let is_image = matches!(about, About::Signature | About::Attestation);
        let is_bundle = about == About::Bundle;
        let may_be_statement = matches!(about, About::Attestation | About::Bundle);
        let given = [
            ("predicateType", options.predicate_type.is_some(), may_be_statement, "attestations"),
            ("builder", options.builder.is_some(), may_be_statement, "attestations"),
            (
                "annotations",
                !options.annotations.is_empty(),
                about == About::Signature,
                "signatures of images",
            ),
            ("checkContent", options.check_content, is_image, "images"),
            ("rekorUrl", options.rekor_url.is_some(), !is_bundle, "images and blobs"),
            ("offline", options.offline, !is_bundle, "images and blobs"),
        ];
        for (name, is_given, has_it, whose) in given {
            if is_given && !has_it {
                return Err(Failure::argument(format!("{name}: that is asked of {whose} alone")));
            }
        }
        // As in cosign: an attestation of any type proves nothing.
        if about == About::Attestation {
            options.predicate_type.get_or_insert_with(|| "custom".to_owned());
        }
        Ok(options)
    }

    fn policy(&self) -> Outcome<Policy> {
        let subject = (&self.certificate_identity, &self.certificate_identity_regexp);
        let issuer = (&self.certificate_oidc_issuer, &self.certificate_oidc_issuer_regexp);
        let names_identity = [subject, issuer].iter().any(|(a, b)| a.is_some() || b.is_some());
        let mut policy = match &self.key {
            Some(_) if names_identity => {
                return Err(Failure::argument("a key and an identity exclude each other"));
            }
            Some(path) => {
                let key =
                    public_key(&read(path)?).map_err(|error| Failure::unusable(path, &error))?;
                Policy::keys([TrustedKey::new(key)])
            }
            None => {
                let subject = matcher("certificateIdentity", subject)?;
                let issuer = matcher("certificateOidcIssuer", issuer)?;
                Policy::identities(Identities::from(IdentityMatcher::new(subject, issuer)))
            }
        };
        if self.require_signed_timestamps {
            policy = policy.require_signed_timestamps(1);
        }
        if self.insecure_ignore_tlog {
            policy = policy.insecure_ignore_tlog();
        }
        if self.insecure_ignore_sct {
            policy = policy.insecure_ignore_sct();
        }
        if let Some(text) = &self.predicate_type {
            let predicate = PredicateType::new(text.as_str());
            let predicate = predicate
                .map_err(|error| Failure::argument(format!("predicateType: {text}: {error}")))?;
            policy = policy.require_predicate_type(predicate);
        }
        if let Some(text) = &self.builder {
            let builder = TextMatcher::exact(text.as_str());
            let builder =
                builder.map_err(|error| Failure::argument(format!("builder: {error}")))?;
            policy = policy.require_builder(builder);
        }
        Ok(policy)
    }

    /// The trusted root that is named, else the built-in one; an empty one if none is needed.
    fn root(&self) -> Outcome<TrustedRoot> {
        let needs_none =
            self.key.is_some() && self.insecure_ignore_tlog && !self.require_signed_timestamps;
        match &self.trusted_root {
            Some(path) => root_in(path),
            None if needs_none => Ok(TrustedRoot::default()),
            None => trusted_root(&trust::embedded().trusted_root).map_err(|_| Failure::bug()),
        }
    }

    fn verifier(&self) -> Outcome<Verifier> {
        let mut options = VerifyOptions::default();
        options.check_content = self.check_content;
        options.threads = self.threads.unwrap_or(options.threads);
        options.log = self.log()?;
        Ok(Verifier::new(self.root()?, self.policy()?).with_options(options))
    }

    /// The log to look up entries in; `None` offline.
    fn log(&self) -> Outcome<Option<LogSearch>> {
        if self.offline {
            return Ok(None);
        }
        let search = LogSearch::named(self.registry.client()?, self.rekor_url.as_deref());
        let failed = |error| Failure::argument(format!("rekorUrl: {error}"));
        search.map(Some).map_err(failed)
    }

    fn at(&self, clock: Clock) -> Outcome<sealift::Timestamp> {
        let at = self.at.as_deref().map(|text| time::parse("at", text)).transpose()?;
        Ok(at.unwrap_or_else(|| clock.now()))
    }
}

/// A matcher for the text or the expression, whichever is given.
fn matcher(
    option: &str,
    (text, expression): (&Option<String>, &Option<String>),
) -> Outcome<TextMatcher> {
    let failed = |error: &dyn std::error::Error| Failure::argument(format!("{option}: {error}"));
    match (text, expression) {
        (Some(text), None) => TextMatcher::exact(text.as_str()).map_err(|error| failed(&error)),
        (None, Some(text)) => TextMatcher::expression(text).map_err(|error| failed(&error)),
        (Some(_), Some(_)) => {
            Err(Failure::argument(format!("{option}: give a text or an expression, not both")))
        }
        (None, None) => Err(Failure::argument(format!(
            "{option}: it is not said who must have signed: give a key, or an identity and its \
             issuer"
        ))),
    }
}

/// Reads a trusted root.
pub(crate) fn root_in(path: &Path) -> Outcome<TrustedRoot> {
    trusted_root(&read(path)?).map_err(|error| Failure::unusable(path, &error))
}

/// Reads a file that an option names.
pub(crate) fn read(path: &Path) -> Outcome<Vec<u8>> {
    std::fs::read(path).map_err(|error| Failure::io(path, &error))
}

/// Verifies the signatures of an image, or its attestations. Resolves to the proof, as JSON.
///
/// # Errors
/// No thread can be started.
#[napi]
pub fn verify_image<'env>(
    env: &'env Env,
    image: String,
    is_attestation: bool,
    options: String,
    call: &NodeCall,
    progress: Option<Callback>,
) -> Result<Object<'env>> {
    let (watch, clock) = (Watch::new(call, progress), call.clock);
    let about = if is_attestation { About::Attestation } else { About::Signature };
    promise(env, move || {
        let options = Options::parse(&options, about)?;
        let (verifier, at) = (options.verifier()?, options.at(clock)?);
        let target = target::signed(&image, &options.registry)?;
        let proof = if is_attestation {
            verifier.verify_attestation(&target, at, &watch)?
        } else {
            let claims: Vec<_> = options.annotations.into_iter().collect();
            verifier.verify_image(&target, &claims, at, &watch)?
        };
        Ok(names::to_json(&proof))
    })
}

/// Evidence in files of its own for a signature without a bundle.
#[napi(object)]
#[expect(missing_debug_implementations, reason = "buffers of JavaScript have none")]
#[expect(clippy::exhaustive_structs, reason = "JavaScript makes it")]
pub struct Beside {
    /// The signer's certificate in PEM.
    pub certificate: Option<Buffer>,
    /// An RFC 3161 timestamp in DER.
    pub timestamp: Option<Buffer>,
}

/// Verifies a bundle about bytes, or a signature without one with the evidence `beside` it.
/// Resolves to the proof, as JSON.
///
/// # Errors
/// No thread can be started.
#[napi]
pub fn verify_bytes<'env>(
    env: &'env Env,
    signature: Buffer,
    beside: Option<Beside>,
    artifact: Either<Buffer, String>,
    options: String,
    call: &NodeCall,
) -> Result<Object<'env>> {
    let (watch, clock) = (Watch::new(call, None), call.clock);
    // The bytes are JavaScript's, which may change them meanwhile.
    let signature = signature.to_vec();
    let bytes = |bytes: Option<Buffer>| bytes.map(|bytes| bytes.to_vec());
    let beside = beside.map(|beside| (bytes(beside.certificate), bytes(beside.timestamp)));
    let artifact = match artifact {
        Either::A(bytes) => Either::A(bytes.to_vec()),
        Either::B(path) => Either::B(PathBuf::from(path)),
    };
    let about = if beside.is_some() { About::Blob } else { About::Bundle };
    promise(env, move || {
        let options = Options::parse(&options, about)?;
        let (verifier, at) = (options.verifier()?, options.at(clock)?);
        let bytes = match artifact {
            Either::A(bytes) => bytes,
            Either::B(path) => read(&path)?,
        };
        let evidence = beside.as_ref().map(|(certificate, timestamp)| {
            let mut evidence = Evidence::default();
            evidence.certificate = certificate.as_deref();
            evidence.timestamp = timestamp.as_deref();
            evidence
        });
        let bundle = bundle(&signature, evidence)?;
        if watch.is_cancelled() {
            return Err(Failure::cancelled());
        }
        let artifact = Artifact::Bytes(&bytes);
        let proof = match about {
            About::Blob => verifier.verify_detached(bundle, artifact, at)?,
            _ => verifier.verify_bundle(&bundle, artifact, at)?,
        };
        Ok(names::to_json(&proof))
    })
}

/// The given bundle, or one made from a signature alone.
fn bundle(given: &[u8], evidence: Option<Evidence<'_>>) -> Outcome<Bundle> {
    let failed = |what: &str, error: &(dyn std::error::Error + 'static)| {
        Failure::argument(format!("{what}: {}", sealift::Chain(error)))
    };
    match evidence {
        Some(evidence) => detached(given, evidence).map_err(|error| failed("signature", &error)),
        None => {
            Bundle::from_json(given, &Limits::default()).map_err(|error| failed("bundle", &error))
        }
    }
}
