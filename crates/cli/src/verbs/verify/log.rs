//! Log entries that do not lie beside their signatures are looked up, as cosign does.

use sealift::escape;
use sealift::verify::{Artifact, Bundle, Error, Hash, SignedImage};

use super::said;
use super::signer::Trust;
use super::subject::Subject;
use crate::Environment;
use crate::failure::Failure;

const OFFLINE: &str = "no log entry lies beside the signature: without --offline it is looked up in the log; \
                       --insecure-ignore-tlog does without";
const NOT_FOUND: &str = "no log entry lies beside the signature, and the log that was asked has none of it: \
                         --rekor-url names another, --insecure-ignore-tlog does without";

/// No log is asked for the entry of a bundle, which has it where there is one.
pub(super) const NOT_IN_BUNDLE: Hint =
    "the bundle holds no entry of a transparency log; --insecure-ignore-tlog does without";

/// What to do about signatures without entries that are not verified after all.
pub(super) type Hint = &'static str;

/// The bundle of a file's signature, with the entry of the log where verifying fails for want of it.
pub(super) fn completed(
    trust: &Trust,
    bundle: Bundle,
    file: &Subject,
    name: &str,
    environment: &Environment,
) -> Result<(Bundle, Hint), Failure> {
    let artifact = file.artifact();
    let is_wanted = bundle.entries().is_empty()
        && match trust.verifier().verify(&bundle, artifact, &trust.policy, trust.now) {
            Err(Error::Refused(refusal)) => refusal.lacks_entry(),
            _ => false,
        };
    if !is_wanted {
        return Ok((bundle, ""));
    }
    let Some(search) = trust.log(environment)? else { return Ok((bundle, OFFLINE)) };
    let messages: Vec<Hash> = match artifact {
        Artifact::Digest(digest) => vec![*digest],
        Artifact::Bytes(bytes) => {
            search.hashes(&bundle).iter().map(|algorithm| algorithm.hash(bytes)).collect()
        }
        _ => Vec::new(),
    };
    let found = search.entry(&bundle, &messages).map_err(|error| not_asked(name, &error))?;
    Ok(match found {
        Some(entry) => (bundle.with_entry(entry), ""),
        None => (bundle, NOT_FOUND),
    })
}

/// The same for the signatures of an image.
pub(super) fn look_up(
    trust: &Trust,
    image: &mut SignedImage,
    claims: &[(String, String)],
    name: &str,
    environment: &Environment,
) -> Result<Hint, Failure> {
    if !image.lacks_entries(&trust.verifier(), &trust.policy, claims, trust.now) {
        return Ok("");
    }
    let Some(search) = trust.log(environment)? else { return Ok(OFFLINE) };
    let count = image.look_up(&search).map_err(|error| not_asked(name, &error))?;
    Ok(if count == 0 { NOT_FOUND } else { "" })
}

fn not_asked(name: &str, error: &dyn std::error::Error) -> Failure {
    Failure::Unverified {
        status: 1,
        sentence: format!(
            "{} is not verified: no log entry lies beside the signature, and {}",
            escape::terminal(name),
            said::chain(error)
        ),
        hint: "name a log that answers with --rekor-url; --insecure-ignore-tlog does without",
    }
}
