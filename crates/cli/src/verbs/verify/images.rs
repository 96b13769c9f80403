//! `verify` and `verify-attestation`.

use std::path::Path;

use sealift::verify::{
    Attachment, Certificate, KeyAlgorithm, PredicateType, SignedImage, Unverified,
    UnverifiedReason, VerifiedAttached, VerifyOptions, certificate, envelope_json, payload_text,
    signatures_json,
};
use sealift::{NoProgress, Reference, Target};

use super::signer::Trust;
use super::{detached, log, said, set_deadline};
use crate::args::peers;
use crate::args::variables::Peer;
use crate::args::{
    DigestAlgorithm, EvidenceArgs, GlobalArgs, ImagesArgs, PayloadFormat, SignerArgs, VerifyArgs,
    VerifyAttestationArgs,
};
use crate::failure::Failure;
use crate::network::Network;
use crate::progress::Bar;
use crate::{Context, files, output, target};

/// `verify`: the payloads of the signatures that count.
pub(crate) fn verify(mut args: VerifyArgs, context: Context<'_>) -> Result<u8, Failure> {
    args.signer.use_signed_timestamps |= args.evidence.rfc3161_timestamp.is_some();
    let trust = Trust::new(&args.signer, context)?;
    let detached = match &args.signature {
        Some(signature) => Some(Detached {
            signature,
            payload: args.payload.as_deref().map(files::document).transpose()?,
            evidence: &args.evidence,
        }),
        None => None,
    };
    let certificate = match &args.evidence.certificate {
        Some(path) if detached.is_none() => Some(read_certificate(path)?),
        _ => None,
    };
    let request = Request {
        attachment: Attachment::Signatures,
        images: &args.images,
        claims: &args.annotations,
        signer: &args.signer,
        trust,
        detached,
        certificate,
    };
    request.run(context, &|image, signatures, reference| match args.output {
        PayloadFormat::Json => format!("\n{}\n", signatures_json(signatures, image, reference)),
        PayloadFormat::Text => {
            signatures.iter().map(|signature| format!("{}\n", payload_text(signature))).collect()
        }
    })
}

/// `verify-attestation`: the envelopes of the attestations that count.
pub(crate) fn verify_attestation(
    args: VerifyAttestationArgs,
    context: Context<'_>,
) -> Result<u8, Failure> {
    let mut trust = Trust::new(&args.signer, context)?;
    trust.policy = trust.policy.require_predicate_type(predicate_type(&args.predicate.predicate)?);
    let request = Request {
        attachment: Attachment::Attestations,
        images: &args.images,
        claims: &[],
        signer: &args.signer,
        trust,
        detached: None,
        certificate: None,
    };
    request.run(context, &|_, attestations, _| {
        let lines = attestations.iter().filter_map(envelope_json);
        lines.map(|line| line + "\n").collect()
    })
}

fn read_certificate(path: &Path) -> Result<Certificate, Failure> {
    certificate(&files::document(path)?).map_err(|error| Failure::Unusable {
        what: path.display().to_string(),
        error: error.into(),
        hint: "the signer's certificate is needed, in PEM",
    })
}

pub(in crate::verbs) fn predicate_type(name: &str) -> Result<PredicateType, Failure> {
    PredicateType::new(name).map_err(|error| Failure::Unusable {
        what: "--type".to_owned(),
        error: error.into(),
        hint: "types are slsaprovenance, slsaprovenance1, spdx, spdxjson, cyclonedx, vuln, \
               openvex, link, custom and any URI",
    })
}

/// Prints what counts for one image, given its digest and the requested name.
type Print<'p> = &'p dyn Fn(&sealift::Digest, &[VerifiedAttached<'_>], &str) -> String;

struct Request<'r> {
    attachment: Attachment,
    images: &'r ImagesArgs,
    claims: &'r [(String, String)],
    signer: &'r SignerArgs,
    trust: Trust,
    detached: Option<Detached<'r>>,
    /// Replaces the certificates that lie beside the signatures.
    certificate: Option<Certificate>,
}

/// A signature that is not kept beside the image.
struct Detached<'r> {
    signature: &'r str,
    payload: Option<Vec<u8>>,
    evidence: &'r EvidenceArgs,
}

impl Detached<'_> {
    fn open(
        &self,
        written: &str,
        target: &Target,
        options: &VerifyOptions,
    ) -> Result<SignedImage, Failure> {
        let bundle = detached::read(self.signature, self.evidence)?;
        let bundle = bundle.map_err(|error| Failure::Unverified {
            status: 1,
            sentence: format!("{written} is not verified: {}", said::chain(&error)),
            hint: "",
        })?;
        // The name that cosign writes into the payload; a layout has none.
        let name = written.parse().map(|reference: Reference| reference.name().to_owned());
        let name = name.unwrap_or_default();
        let payload = self.payload.clone();
        Ok(SignedImage::open_detached(target, bundle, payload, &name, options)?)
    }
}

impl Request<'_> {
    /// Verifies each image. Nothing is printed on stdout unless all of them are verified.
    fn run(&self, context: Context<'_>, print: Print<'_>) -> Result<u8, Failure> {
        peers::set_by_variable(Peer::Cosign, context.environment)?;
        if !self.images.check_claims {
            return Err(Failure::NotYet {
                what: "--check-claims=false".to_owned(),
                hint: "a signature that need not be about the image says nothing of it",
            });
        }
        let natural = match self.trust.algorithm() {
            Some(KeyAlgorithm::EcdsaP384) => DigestAlgorithm::Sha384,
            Some(KeyAlgorithm::EcdsaP521) => DigestAlgorithm::Sha512,
            _ => DigestAlgorithm::Sha256,
        };
        if self.images.signature_digest_algorithm.is_some_and(|named| named != natural) {
            return Err(Failure::NotYet {
                what: "--signature-digest-algorithm other than the key's".to_owned(),
                hint: "leave it out: signatures by any hash that the key can be used with count",
            });
        }
        set_deadline(&self.signer.out, context.global);
        let network = Network::new(&self.images.registry, context.environment);
        let mut text = String::new();
        for written in &self.images.images {
            let target = target::parse_signed(written, self.images.local_image, &network)?;
            text.push_str(&self.image(written, &target, context.global, print)?);
        }
        output::emit(self.signer.out.output_file.as_deref(), |out| out.write_all(text.as_bytes()))?;
        Ok(0)
    }

    fn image(
        &self,
        written: &str,
        target: &Target,
        global: &GlobalArgs,
        print: Print<'_>,
    ) -> Result<String, Failure> {
        let Trust { policy, now, .. } = &self.trust;
        let mut options = VerifyOptions::default();
        options.check_content = self.images.check_content;
        options.log.clone_from(&self.trust.log);
        options.limits.clone_from(&self.trust.limits);
        let mut image = match &self.detached {
            Some(detached) => detached.open(written, target, &options)?,
            None => SignedImage::open(target, self.attachment, policy.signer_kind(), &options)?,
        };
        if let Some(certificate) = &self.certificate {
            image = image.with_certificate(certificate);
        }
        let hint = log::of_image(&self.trust, &mut image, self.claims, written)?;
        let bar = Bar::new(!global.quiet);
        let verified = image.verify(&self.trust.verifier(), policy, self.claims, *now, &bar);
        drop(bar);
        match verified {
            Ok(verified) => {
                if !global.quiet {
                    let each = verified.signatures.iter().map(VerifiedAttached::verified);
                    each.clone().for_each(|one| said::not_counted(one, &self.trust));
                    let doubtful = verified.rejected.iter();
                    said::rejected(doubtful.filter(|one| !one.why.is_of_another_kind()));
                    let name = named(written, verified.image);
                    let has_claims = !self.claims.is_empty();
                    said::checked(&name, each, has_claims, verified.content.as_ref());
                    if verified.content.is_none() {
                        eprintln!(
                            "layers not read: the manifest is what was signed; --check-content reads them, too"
                        );
                    }
                }
                Ok(print(verified.image, &verified.signatures, written))
            }
            Err(error) => {
                said::rejected(&error.rejected);
                Err(failure(self.attachment, written, &error, hint))
            }
        }
    }
}

/// The digest of a target, if a signature on it counts.
pub(in crate::verbs) fn signed_digest(
    written: &str,
    target: &Target,
    signer: &SignerArgs,
    context: Context<'_>,
) -> Result<sealift::Digest, Failure> {
    let trust = Trust::new(signer, context)?;
    let (attachment, mut options) = (Attachment::Signatures, VerifyOptions::default());
    options.log.clone_from(&trust.log);
    options.limits.clone_from(&trust.limits);
    let mut image = SignedImage::open(target, attachment, trust.policy.signer_kind(), &options)?;
    let hint = log::of_image(&trust, &mut image, &[], written)?;
    let verified = image.verify(&trust.verifier(), &trust.policy, &[], trust.now, &NoProgress);
    verified.map(|verified| verified.image.clone()).map_err(|error| {
        said::rejected(&error.rejected);
        failure(attachment, written, &error, hint)
    })
}

/// The failure of an image that does not count as signed, with its exit status. `unlogged` is the
/// hint if a log entry is missing.
fn failure(
    attachment: Attachment,
    written: &str,
    error: &Unverified<'_>,
    unlogged: log::Hint,
) -> Failure {
    let (one, several) = match attachment {
        Attachment::Signatures => ("signature", "signatures"),
        Attachment::Attestations => ("attestation", "attestations"),
    };
    let name = named(written, error.image);
    let lacks_entry = error.rejected.iter().any(|one| one.why.lacks_entry());
    let unlogged = if unlogged.is_empty() && lacks_entry { log::NOT_IN_BUNDLE } else { unlogged };
    let (status, sentence, hint) = match &error.reason {
        UnverifiedReason::Unsigned => (10, format!("no {several} found for {name}"), ""),
        UnverifiedReason::NoCertificate => (
            13,
            format!("no certificate found on the {several} of {name}"),
            "it is signed by a key: name it with --key",
        ),
        UnverifiedReason::Content(source) => (
            1,
            format!("{name} is signed, but not whole: {}", said::chain(source.as_ref())),
            "get the image again: what is here is not what was signed",
        ),
        _ => (12, format!("no matching {one} for {name}"), unlogged),
    };
    // cosign's table has only signatures.
    let status = if attachment == Attachment::Signatures { status } else { 1 };
    Failure::Unverified { status, sentence, hint }
}

/// The image as the user wrote it, with its digest.
fn named(written: &str, image: &sealift::Digest) -> String {
    let digest = image.to_string();
    if written.ends_with(&digest) { written.to_owned() } else { format!("{written}@{digest}") }
}
