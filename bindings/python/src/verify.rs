//! Verifying.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use pyo3::exceptions::{PyTypeError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDict};
use sealift::http::Client;
use sealift::verify::{
    Artifact, Bundle, Evidence, Identities, IdentityMatcher, ImageProof, Limits, LogSearch, Policy,
    PredicateType, SignatureProof, TextMatcher, TrustedKey, TrustedRoot, Verifier, VerifyError,
    VerifyOptions, detached, public_key, trusted_root,
};
use sealift::{Observer, Target, Timestamp};

use crate::arguments::Arguments;
use crate::error;
use crate::proof::{Signature, Verified};
use crate::work::Watcher;

/// What is verified: each kind has arguments of its own.
#[derive(Clone, Copy, PartialEq)]
enum About {
    Signature,
    Attestation,
    Bundle,
    Blob,
}

/// A verification, from its keyword arguments.
struct Verification {
    verifier: Verifier,
    watcher: Watcher,
    now: Timestamp,
}

impl Verification {
    /// `client` is for requests to the log, if these are allowed.
    fn of(arguments: &Arguments<'_>, about: About, client: Option<Client>) -> PyResult<Self> {
        let mut policy = signers(arguments)?;
        if arguments.flag("insecure_ignore_tlog")? {
            policy = policy.insecure_ignore_tlog();
        }
        if arguments.flag("insecure_ignore_sct")? {
            policy = policy.insecure_ignore_sct();
        }
        if matches!(about, About::Attestation | About::Bundle) {
            policy = statement(arguments, policy, about)?;
        }
        let mut options = VerifyOptions::default();
        if let Some(client) = client {
            options.log = log(arguments, client)?;
        }
        let root = match arguments.take::<PathBuf>("trusted_root")? {
            Some(path) => read_root(&path)?,
            None => {
                // It trusts no log, so no entry could count.
                options.log = None;
                TrustedRoot::default()
            }
        };
        if matches!(about, About::Signature | About::Attestation) {
            options.threads = arguments.threads()?.unwrap_or(options.threads);
            options.image_limits = arguments.limits()?;
            options.check_content = arguments.flag("check_content")?;
        }
        Ok(Self {
            verifier: Verifier::new(root, policy).with_options(options),
            watcher: Watcher::of(arguments)?,
            now: arguments.time()?,
        })
    }
}

/// The log to look up entries in: `rekor_url`, else the public one; `None` if `offline`.
fn log(arguments: &Arguments<'_>, client: Client) -> PyResult<Option<LogSearch>> {
    let url = arguments.take::<String>("rekor_url")?;
    let search = LogSearch::named(client, url.as_deref());
    let search = search.map_err(|error| arguments.refused("rekor_url", &error.to_string()))?;
    Ok((!arguments.flag("offline")?).then_some(search))
}

/// The requirements on the statement. Only an image's attestations of one type count, as in cosign:
/// an attestation of any type proves nothing.
fn statement(arguments: &Arguments<'_>, policy: Policy, about: About) -> PyResult<Policy> {
    let usual = (about == About::Attestation).then(|| "custom".to_owned());
    let policy = match arguments.take("predicate_type")?.or(usual) {
        Some(name) => policy.require_predicate_type(predicate_type(arguments, &name)?),
        None => policy,
    };
    let Some(builder) = arguments.take::<String>("builder")? else { return Ok(policy) };
    let wrong = |error| arguments.refused("builder", &format!("{error}"));
    Ok(policy.require_builder(TextMatcher::exact(builder).map_err(wrong)?))
}

/// A trusted root in a file.
pub(crate) fn read_root(path: &Path) -> PyResult<TrustedRoot> {
    let json = error::read(path)?;
    trusted_root(&json).map_err(|source| {
        let path = path.to_owned();
        error::policy(&sealift::policy::PolicyFileError::TrustedRoot { path, source })
    })
}

pub(crate) fn predicate_type(arguments: &Arguments<'_>, name: &str) -> PyResult<PredicateType> {
    PredicateType::new(name)
        .map_err(|error| arguments.refused("predicate_type", &format!("{name:?}: {error}")))
}

/// The required signer: `key`, or `certificate_identity` and `certificate_oidc_issuer` (or
/// `..._regexp`).
fn signers(arguments: &Arguments<'_>) -> PyResult<Policy> {
    let key = arguments.object("key")?.map(|key| content(&key)).transpose()?;
    let subject = text(arguments, "certificate_identity", "certificate_identity_regexp")?;
    let issuer = text(arguments, "certificate_oidc_issuer", "certificate_oidc_issuer_regexp")?;
    match (key, subject, issuer) {
        (Some(key), None, None) => {
            let key =
                public_key(&key).map_err(|error| arguments.refused("key", &error.to_string()))?;
            Ok(Policy::keys([TrustedKey::new(key)]))
        }
        (None, Some(subject), Some(issuer)) => {
            Ok(Policy::identities(Identities::from(IdentityMatcher::new(subject, issuer))))
        }
        (Some(_), ..) => Err(PyValueError::new_err("a key and an identity exclude each other")),
        (None, None, None) => Err(PyValueError::new_err(
            "it is not said who must have signed: name a key, or an identity and an issuer",
        )),
        _ => Err(PyValueError::new_err(
            "an identity is a subject and an issuer, and one of them is missing",
        )),
    }
}

fn text(arguments: &Arguments<'_>, exact: &str, regexp: &str) -> PyResult<Option<TextMatcher>> {
    let wrong = |name: &str, error: &dyn std::error::Error| {
        arguments.refused(name, &sealift::Chain(error).to_string())
    };
    match (arguments.take::<String>(exact)?, arguments.take::<String>(regexp)?) {
        (Some(text), None) => {
            TextMatcher::exact(text).map(Some).map_err(|error| wrong(exact, &error))
        }
        (None, Some(text)) => {
            TextMatcher::expression(&text).map(Some).map_err(|error| wrong(regexp, &error))
        }
        (None, None) => Ok(None),
        (Some(_), Some(_)) => Err(arguments.refused(regexp, &format!("{exact} is given, too"))),
    }
}

/// Content given as `bytes`, or by the path of its file.
pub(crate) fn content(given: &Bound<'_, PyAny>) -> PyResult<Vec<u8>> {
    if let Ok(bytes) = given.cast::<PyBytes>() {
        return Ok(bytes.as_bytes().to_vec());
    }
    let path: PathBuf = given.extract().map_err(|_| {
        PyTypeError::new_err(format!("bytes or a path are expected, not {}", given.get_type()))
    })?;
    error::read(&path)
}

/// Verifies that an image is signed and, unless it is in a registry, that its content is complete
/// and unchanged.
#[pyfunction]
#[pyo3(signature = (image, **options))]
pub(crate) fn verify_image(
    py: Python<'_>,
    image: &str,
    options: Option<&Bound<'_, PyDict>>,
) -> PyResult<Verified> {
    let arguments = Arguments::new("verify_image", options)?;
    let claims: BTreeMap<String, String> = arguments.take("annotations")?.unwrap_or_default();
    let claims: Vec<_> = claims.into_iter().collect();
    attached(py, &arguments, About::Signature, image, move |verifier, target, now, observer| {
        verifier.verify_image(target, &claims, now, observer)
    })
}

/// Verifies that an image has an attestation and, unless it is in a registry, that its content is
/// complete and unchanged.
#[pyfunction]
#[pyo3(signature = (image, **options))]
pub(crate) fn verify_attestation(
    py: Python<'_>,
    image: &str,
    options: Option<&Bound<'_, PyDict>>,
) -> PyResult<Verified> {
    let arguments = Arguments::new("verify_attestation", options)?;
    attached(py, &arguments, About::Attestation, image, Verifier::verify_attestation)
}

fn attached<F>(
    py: Python<'_>,
    arguments: &Arguments<'_>,
    about: About,
    image: &str,
    verify: F,
) -> PyResult<Verified>
where
    F: FnOnce(&Verifier, &Target, Timestamp, &dyn Observer) -> Result<ImageProof, VerifyError>
        + Send
        + 'static,
{
    let access = arguments.access()?;
    let client = access.client()?;
    let Verification { verifier, watcher, now } = Verification::of(arguments, about, Some(client))?;
    arguments.finish()?;
    let target = arguments.image(image, &access)?;
    let work = move |observer: &dyn Observer| verify(&verifier, &target, now, observer);
    watcher.run(py, work)?.map(|proof| Verified::of(&proof)).map_err(error::verify)
}

/// Verifies a bundle: a signature of a file, or an attestation about it.
#[pyfunction]
#[pyo3(signature = (artifact, bundle, **options))]
pub(crate) fn verify_bundle(
    py: Python<'_>,
    artifact: &Bound<'_, PyAny>,
    bundle: &Bound<'_, PyAny>,
    options: Option<&Bound<'_, PyDict>>,
) -> PyResult<Signature> {
    let arguments = Arguments::new("verify_bundle", options)?;
    let verification = Verification::of(&arguments, About::Bundle, None)?;
    arguments.finish()?;
    let (artifact, bundle) = (content(artifact)?, content(bundle)?);
    verified(py, verification, move |verifier, now| {
        let bundle = Bundle::from_json(&bundle, &Limits::default());
        let bundle = bundle.map_err(|error| VerifyError::Refused(error.into()))?;
        verifier.verify_bundle(&bundle, Artifact::Bytes(&artifact), now)
    })
}

/// Verifies a detached signature of a file, in base64.
#[pyfunction]
#[pyo3(signature = (artifact, signature, *, certificate=None, timestamp=None, **options))]
pub(crate) fn verify_blob(
    py: Python<'_>,
    artifact: &Bound<'_, PyAny>,
    signature: &Bound<'_, PyAny>,
    certificate: Option<&Bound<'_, PyAny>>,
    timestamp: Option<&Bound<'_, PyAny>>,
    options: Option<&Bound<'_, PyDict>>,
) -> PyResult<Signature> {
    let arguments = Arguments::new("verify_blob", options)?;
    let client = arguments.client()?;
    let verification = Verification::of(&arguments, About::Blob, Some(client))?;
    arguments.finish()?;
    let (artifact, signature) = (content(artifact)?, content(signature)?);
    let certificate = certificate.map(content).transpose()?;
    let timestamp = timestamp.map(content).transpose()?;
    let mut evidence = Evidence::default();
    evidence.certificate = certificate.as_deref();
    evidence.timestamp = timestamp.as_deref();
    let bundle = detached(&signature, evidence).map_err(|error| error::value(&error))?;
    verified(py, verification, move |verifier, now| {
        verifier.verify_detached(bundle, Artifact::Bytes(&artifact), now)
    })
}

fn verified<F>(py: Python<'_>, verification: Verification, verify: F) -> PyResult<Signature>
where
    F: FnOnce(&Verifier, Timestamp) -> Result<SignatureProof, VerifyError> + Send + 'static,
{
    let Verification { verifier, watcher, now } = verification;
    let work = move |_: &dyn Observer| verify(&verifier, now);
    watcher.run(py, work)?.map(|proof| Signature::of(&proof)).map_err(error::verify)
}
