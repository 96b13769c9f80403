//! Looks up log entries that do not lie beside their signatures, as cosign does.

use sealift::escape;
use sealift::verify::{Bundle, LookUp, ServiceError, SignedImage, look_up};

use super::said;
use super::signer::Trust;
use super::subject::Subject;
use crate::failure::Failure;

const OFFLINE: &str = "no log entry lies beside the signature: without --offline it is looked up in the log; \
                       --insecure-ignore-tlog does without";
const NOT_FOUND: &str = "no log entry lies beside the signature, and the log that was asked has none of it: \
                         --rekor-url names another, --insecure-ignore-tlog does without";

/// No entry is looked up for a bundle, which contains its entry if there is one.
pub(super) const NOT_IN_BUNDLE: Hint =
    "the bundle holds no entry of a transparency log; --insecure-ignore-tlog does without";

/// What to do if signatures without entries cannot be verified.
pub(super) type Hint = &'static str;

/// Looks up the entry of a file's signature.
pub(super) fn completed(
    trust: &Trust,
    mut bundle: Bundle,
    file: &Subject,
    name: &str,
) -> Result<(Bundle, Hint), Failure> {
    let (artifact, log) = (file.artifact(), trust.log.as_ref());
    let found = look_up(&mut bundle, artifact, log, &trust.verifier(), &trust.policy, trust.now);
    Ok((bundle, hint(found, name)?))
}

/// The same for the signatures of an image.
pub(super) fn of_image(
    trust: &Trust,
    image: &mut SignedImage,
    claims: &[(String, String)],
    name: &str,
) -> Result<Hint, Failure> {
    hint(image.look_up(&trust.verifier(), &trust.policy, claims, trust.now), name)
}

fn hint(found: Result<LookUp, ServiceError>, name: &str) -> Result<Hint, Failure> {
    Ok(match found.map_err(|error| not_asked(name, &error))? {
        LookUp::NotAllowed => OFFLINE,
        LookUp::Absent => NOT_FOUND,
        LookUp::NotNeeded | LookUp::Found => "",
    })
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
