//! `verify-blob` and `verify-blob-attestation`.

use std::path::Path;

use sealift::escape;
use sealift::verify::{Artifact, Bundle, Hash, HashAlgorithm};

use super::images::predicate_type;
use super::signer::Trust;
use super::subject::Subject;
use super::{detached, log, said, set_deadline};
use crate::Context;
use crate::args::peers;
use crate::args::variables::Peer;
use crate::args::{
    DigestAlgorithm, EvidenceArgs, GlobalArgs, VerifyBlobArgs, VerifyBlobAttestationArgs,
};
use crate::failure::Failure;
use crate::files;

/// `verify-blob`.
pub(crate) fn verify_blob(mut args: VerifyBlobArgs, context: Context<'_>) -> Result<u8, Failure> {
    peers::set_by_variable(Peer::Cosign, context.environment)?;
    args.signer.use_signed_timestamps |= args.evidence.rfc3161_timestamp.is_some();
    let trust = Trust::new(&args.signer, context)?;
    set_deadline(&args.signer.out, context.global);
    let name = args.file.display().to_string();
    let (bundle, file, hint) = match (&args.bundle, &args.signature) {
        (Some(path), _) => {
            let bundle = bundle(path, &args.evidence, &trust)?;
            let file = Subject::named(&args.file, &bundle, trust.algorithm())?;
            (bundle, file, "")
        }
        (None, signature) => {
            let signature = signature.as_deref().unwrap_or_default();
            let bundle = detached::read(signature, &args.evidence)?;
            let bundle = bundle.map_err(|error| not_verified(&name, &error, ""))?;
            let file = Subject::read(&args.file, &bundle, trust.algorithm())?;
            let (bundle, hint) = log::completed(&trust, bundle, &file, &name)?;
            (bundle, file, hint)
        }
    };
    judge(&trust, &bundle, file.artifact(), &name, hint, context.global)
}

/// `verify-blob-attestation`.
pub(crate) fn verify_blob_attestation(
    mut args: VerifyBlobAttestationArgs,
    context: Context<'_>,
) -> Result<u8, Failure> {
    peers::set_by_variable(Peer::Cosign, context.environment)?;
    args.signer.use_signed_timestamps |= args.evidence.rfc3161_timestamp.is_some();
    let mut trust = Trust::new(&args.signer, context)?;
    trust.policy = trust.policy.require_predicate_type(predicate_type(&args.predicate.predicate)?);
    set_deadline(&args.signer.out, context.global);
    let bundle = match (&args.bundle, &args.signature) {
        (Some(path), _) => bundle(path, &args.evidence, &trust)?,
        (None, path) => {
            let path = path.as_deref().unwrap_or(Path::new(""));
            let bundle = detached::envelope(path, &args.evidence)?;
            bundle.map_err(|error| not_verified(&path.display().to_string(), &error, ""))?
        }
    };
    let (file, name) = match (&args.file, &args.digest) {
        _ if !args.check_claims => (Subject::Unchecked, "the attestation".to_owned()),
        (Some(path), _) => {
            (Subject::read(path, &bundle, trust.algorithm())?, path.display().to_string())
        }
        (None, digest) => {
            let hex = digest.as_deref().unwrap_or_default();
            (Subject::Digest(hash(hex, args.algorithm)?), hex.to_owned())
        }
    };
    let (bundle, hint) = match &args.bundle {
        Some(_) => (bundle, ""),
        None => log::completed(&trust, bundle, &file, &name)?,
    };
    judge(&trust, &bundle, file.artifact(), &name, hint, context.global)
}

/// Reads a bundle, and adds the evidence of other flags that a bundle of its form cannot hold.
fn bundle(path: &Path, evidence: &EvidenceArgs, trust: &Trust) -> Result<Bundle, Failure> {
    if evidence.certificate.is_some() {
        return Err(Failure::Signer {
            sentence: "--certificate is of a signature in a file of its own, and a bundle is named",
            hint: "leave out --certificate: the bundle has its own; or name --signature",
        });
    }
    let name = path.display().to_string();
    let (bytes, limits) = (files::document(path)?, &trust.limits);
    let older = Bundle::from_cosign_json(&bytes, trust.policy.signer_kind(), limits);
    let older = older.map_err(|error| not_verified(&name, &error, ""))?;
    match (older, &evidence.rfc3161_timestamp) {
        (Some(bundle), Some(path)) => {
            let stamped = bundle.with_timestamp_file(&files::document(path)?);
            stamped.map_err(|error| not_verified(&path.display().to_string(), &error, ""))
        }
        (Some(bundle), None) => Ok(bundle),
        (None, Some(_)) => Err(Failure::Signer {
            sentence: "--rfc3161-timestamp is of a signature without a bundle or in one of cosign 2, \
                       and the bundle that is named holds its timestamps itself",
            hint: "leave out --rfc3161-timestamp: --use-signed-timestamps requires one in the bundle",
        }),
        (None, None) => {
            Bundle::from_json(&bytes, limits).map_err(|error| not_verified(&name, &error, ""))
        }
    }
}

fn hash(hex: &str, algorithm: Option<DigestAlgorithm>) -> Result<Hash, Failure> {
    let algorithm = match algorithm {
        Some(DigestAlgorithm::Sha384) => HashAlgorithm::Sha384,
        Some(DigestAlgorithm::Sha512) => HashAlgorithm::Sha512,
        _ => HashAlgorithm::Sha256,
    };
    let hash = Hash::from_hex(algorithm, hex);
    hash.ok_or_else(|| Failure::Value {
        flag: "--digest",
        value: hex.to_owned(),
        hint: "write the digest in hexadecimal, as long as --digestAlg has it",
    })
}

fn judge(
    trust: &Trust,
    bundle: &Bundle,
    artifact: Artifact<'_>,
    name: &str,
    hint: log::Hint,
    global: &GlobalArgs,
) -> Result<u8, Failure> {
    let verified = trust.verifier().verify(bundle, artifact, &trust.policy, trust.now);
    let verified = verified.map_err(|error| not_verified(name, &error, hint))?;
    if !global.quiet {
        said::not_counted(&verified, trust);
        said::checked(name, std::iter::once(&verified), false, None);
        eprintln!("Verified OK");
    }
    Ok(0)
}

fn not_verified(name: &str, error: &dyn std::error::Error, hint: log::Hint) -> Failure {
    let sentence = format!("{} is not verified: {}", escape::terminal(name), said::chain(error));
    Failure::Unverified { status: 1, sentence, hint }
}
