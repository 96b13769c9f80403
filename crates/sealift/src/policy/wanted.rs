//! Verifying the signatures that admission policies require, in registries.

use sealift_http::UrlError;
use sealift_model::Timestamp;
use sealift_policy::admission::{
    Attestor, KeylessIdentity, SignatureFormat, TextMatch, VerifiedImage, WantedImage,
};
use serde_json::Value;

use super::images::{asking, is_unanswered};
use crate::verify::{
    ExpressionError, Identities, IdentityMatcher, KeyError, LogSearch, Policy, PredicateType,
    TextMatcher, TrustedKey, TrustedRoot, Verifier, VerifyError, public_key,
};
use crate::{Observer, RegistryImage, Target};

/// Why an image is not signed as a policy requires, or why that is undecided.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum WantedError {
    /// The policy requires something that is not supported.
    #[error("{0} is not supported")]
    Unsupported(&'static str),
    /// A key cannot be read.
    #[error("the public key cannot be read")]
    Key(#[source] KeyError),
    /// An expression cannot be read.
    #[error("{what} cannot be used")]
    Expression {
        /// Its purpose.
        what: &'static str,
        /// What is wrong with it.
        source: ExpressionError,
    },
    /// The name of a predicate type is invalid.
    #[error("{0:?} is no type of attestations")]
    PredicateType(String),
    /// The policy names a transparency log by something that is no URL.
    #[error("the URL of the transparency log cannot be used")]
    Log(#[source] UrlError),
    /// The image is not signed as required.
    #[error(transparent)]
    Unverified(Box<VerifyError>),
}

impl WantedError {
    /// Whether the result is undecided, so that another attempt may help.
    #[must_use]
    pub fn is_open(&self) -> bool {
        match self {
            Self::Unverified(error) => match error.as_ref() {
                VerifyError::Open(error) => is_unanswered(error),
                VerifyError::Cancelled | VerifyError::Log(_) => true,
                _ => false,
            },
            _ => false,
        }
    }
}

/// Verifies that an image is signed, or attested, as a policy requires. Certificates and logs are
/// those of the trusted root. Missing log entries of signatures are looked up in `log`, or where
/// the policy says; without `log` they are not.
///
/// # Errors
/// When the image is not signed so, or when that cannot be decided.
pub fn verify_wanted(
    wanted: &WantedImage,
    image: &RegistryImage,
    root: &TrustedRoot,
    log: Option<&LogSearch>,
    now: Timestamp,
    observer: &dyn Observer,
) -> Result<VerifiedImage, WantedError> {
    let claims: Vec<_> = wanted.annotations.clone().into_iter().collect();
    let log = log.map(|log| search(wanted, log)).transpose()?;
    let mut options = asking(log);
    options.bundles_only = wanted.format == SignatureFormat::SigstoreBundle;
    let verifier = Verifier::new(root.clone(), policy(wanted)?).with_options(options);
    let target = Target::Registry(image.clone());
    let proof = match &wanted.attestation {
        None => verifier.verify_image(&target, &claims, now, observer),
        Some(_) if !claims.is_empty() => {
            return Err(WantedError::Unsupported("annotations of an attestation"));
        }
        Some(_) => verifier.verify_attestation(&target, now, observer),
    };
    let proof = proof.map_err(|error| WantedError::Unverified(Box::new(error)))?;
    let statements = match &wanted.attestation {
        None => Vec::new(),
        Some(_) => {
            let payloads = proof.signatures.into_iter().filter_map(|it| it.payload);
            payloads.collect::<Vec<Value>>()
        }
    };
    Ok(VerifiedImage::new(proof.digest.to_string(), statements))
}

/// The log that the policy names, else the usual one.
fn search(wanted: &WantedImage, usual: &LogSearch) -> Result<LogSearch, WantedError> {
    let Some(url) = &wanted.log.url else { return Ok(usual.clone()) };
    LogSearch::named(usual.client.clone(), Some(url)).map_err(WantedError::Log)
}

fn policy(wanted: &WantedImage) -> Result<Policy, WantedError> {
    let log = &wanted.log;
    if log.key.is_some() || log.certificate_log_key.is_some() {
        return Err(WantedError::Unsupported("a key of a transparency log in the policy"));
    }
    let mut policy = match &wanted.attestor {
        Attestor::Key { key, digest } => {
            if !digest.as_deref().is_none_or(|name| name.eq_ignore_ascii_case("sha256")) {
                return Err(WantedError::Unsupported(
                    "a signature over another digest than SHA-256",
                ));
            }
            let keys = keys(key)?;
            Policy::keys(keys)
        }
        Attestor::Keyless(who) => Policy::identities(Identities::from(identity(who)?)),
        _ => return Err(WantedError::Unsupported("an attestor by a certificate of its own")),
    };
    if log.no_entry {
        policy = policy.insecure_ignore_tlog();
    }
    if log.no_certificate_timestamp {
        policy = policy.insecure_ignore_sct();
    }
    if let Some(attestation) = &wanted.attestation {
        let name = attestation.predicate_type.as_str();
        let kind =
            PredicateType::new(name).map_err(|_| WantedError::PredicateType(name.to_owned()))?;
        policy = policy.require_predicate_type(kind);
    }
    Ok(policy)
}

const BEGIN: &str = "-----BEGIN ";

/// The keys in a text, any of which may have signed.
fn keys(text: &str) -> Result<Vec<TrustedKey>, WantedError> {
    if !text.contains(BEGIN) {
        return Err(WantedError::Unsupported("a key that is kept elsewhere"));
    }
    let starts: Vec<usize> = text.match_indices(BEGIN).map(|(at, _)| at).collect();
    let ends = starts.iter().copied().skip(1).chain([text.len()]);
    let blocks = starts.iter().zip(ends).filter_map(|(start, end)| text.get(*start..end));
    let keys = blocks.map(|block| Ok(TrustedKey::new(public_key(block.as_bytes())?)));
    keys.collect::<Result<_, _>>().map_err(WantedError::Key)
}

fn identity(who: &KeylessIdentity) -> Result<IdentityMatcher, WantedError> {
    if who.roots.is_some() {
        return Err(WantedError::Unsupported("roots in the policy"));
    }
    if !who.extensions.is_empty() {
        return Err(WantedError::Unsupported("a further extension of the certificate"));
    }
    if who.subject.is_none() && who.issuer.is_none() {
        return Err(WantedError::Unsupported("an identity without an issuer and a subject"));
    }
    let subject = matcher("the subject", who.subject.as_ref())?;
    let issuer = matcher("the issuer", who.issuer.as_ref())?;
    Ok(IdentityMatcher::new(subject, issuer))
}

/// A text that is not given matches any.
fn matcher(what: &'static str, text: Option<&TextMatch>) -> Result<TextMatcher, WantedError> {
    let matcher = match text {
        None => TextMatcher::expression(".*"),
        Some(TextMatch::Expression(text)) => TextMatcher::expression(text),
        Some(TextMatch::Wildcard(text)) if !text.contains(['*', '?']) => {
            TextMatcher::exact(text.as_str())
        }
        Some(TextMatch::Wildcard(text)) => TextMatcher::expression(&as_expression(text)),
        Some(_) => return Err(WantedError::Unsupported(what)),
    };
    matcher.map_err(|source| WantedError::Expression { what, source })
}

/// The expression of a text with `*` and `?`, whole.
fn as_expression(wildcard: &str) -> String {
    let mut expression = String::from("^");
    for letter in wildcard.chars() {
        match letter {
            '*' => expression.push_str("(?s:.*)"),
            '?' => expression.push_str("(?s:.)"),
            letter => expression.push_str(&regex::escape(letter.encode_utf8(&mut [0; 4]))),
        }
    }
    expression.push('$');
    expression
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wildcards_mean_whole_texts() {
        let of = |text: &str| {
            let text = TextMatch::Wildcard(text.to_owned());
            matcher("the subject", Some(&text)).unwrap()
        };
        let workflow = of("https://github.com/org/*/.github/workflows/release.yml@refs/tags/v?");
        let right = "https://github.com/org/app/.github/workflows/release.yml@refs/tags/v1";
        assert!(workflow.matches(right));
        assert!(!workflow.matches(&format!("{right}0")));
        assert!(!workflow.matches(&format!("https://evil.test/?{right}")));
        assert!(!of("a.c*").matches("abc"));
        assert!(of("exact").matches("exact") && !of("exact").matches("exactly"));
        assert!(of("*<a@b>").matches("Someone <a@b>") && !of("<a>*").matches("a"));
        assert!(identity(&KeylessIdentity::default()).is_err());
        assert!(matcher("the issuer", None).unwrap().matches("anybody"));
    }
}
