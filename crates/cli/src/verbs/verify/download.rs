//! `download`: signatures and attestations as they are stored.

use sealift::registry::ManifestName;
use sealift::transfer::Place;
use sealift::verify::{Attachment, VerifyOptions, decode_base64};
use sealift::{Platform, Target};
use serde_json::Value;

use super::{not_seen, predicate_type, set_deadline};
use crate::args::{
    ArtifactsArgs, DownloadArgs, DownloadAttestationArgs, DownloadSbomArgs, Downloaded,
};
use crate::failure::Failure;
use crate::network::Network;
use crate::{Context, output, target};

/// `download`: one document per line; status 1 if there is none.
pub(crate) fn download(args: &DownloadArgs, context: Context<'_>) -> Result<u8, Failure> {
    match &args.what {
        Downloaded::Sbom(args) => sbom(args, context),
        Downloaded::Signature(args) => {
            let target = opened(args, None, context)?;
            let found = kept(&target, Attachment::Signatures)?;
            print(&found, "signatures", args)
        }
        Downloaded::Attestation(args) => attestations(args, context),
    }
}

fn attestations(args: &DownloadAttestationArgs, context: Context<'_>) -> Result<u8, Failure> {
    let wanted = args.predicate_type.as_deref().map(predicate_type).transpose()?;
    let target = opened(&args.image, args.of.platform.as_ref(), context)?;
    let mut found = kept(&target, Attachment::Attestations)?;
    if let Some(wanted) = wanted {
        found.retain(|document| predicate_of(document).as_deref() == Some(wanted.uri()));
    }
    print(&found, "attestations", &args.image)
}

/// The predicate type that a bundle or an envelope states.
fn predicate_of(document: &Value) -> Option<String> {
    let envelope = document.get("dsseEnvelope").unwrap_or(document);
    let payload = decode_base64(envelope.get("payload")?.as_str()?).ok()?;
    let statement: Value = serde_json::from_slice(&payload).ok()?;
    statement.get("predicateType")?.as_str().map(str::to_owned)
}

fn kept(target: &Target, attachment: Attachment) -> Result<Vec<Value>, Failure> {
    sealift::verify::download(target, attachment, &VerifyOptions::default()).map_err(not_seen)
}

fn print(found: &[Value], what: &str, args: &ArtifactsArgs) -> Result<u8, Failure> {
    if found.is_empty() {
        let sentence = format!("no {what} found for {}", args.image);
        return Err(Failure::Unverified { status: 1, sentence, hint: "" });
    }
    let text: String = found.iter().map(|document| format!("{document}\n")).collect();
    output::emit(args.out.output_file.as_deref(), |out| out.write_all(text.as_bytes()))?;
    Ok(0)
}

/// The image, or the one in an index for a platform.
fn opened(
    args: &ArtifactsArgs,
    platform: Option<&Platform>,
    context: Context<'_>,
) -> Result<Target, Failure> {
    set_deadline(&args.out, context.global);
    let network = Network::new(&args.registry, context.environment);
    let target = target::parse_signed(&args.image, false, &network)?;
    let (Some(platform), Target::Registry(image)) = (platform, &target) else {
        return match platform {
            None => Ok(target),
            Some(_) => Err(Failure::NotYet {
                what: "--platform of an image in a layout".to_owned(),
                hint: "name the image itself by its digest: oci:DIR@DIGEST",
            }),
        };
    };
    let failed = |error: sealift::transfer::TransferError| Failure::Unusable {
        what: args.image.clone(),
        error: error.into(),
        hint: "check its name and the platform",
    };
    let place = Place { image: image.repository(), signatures: image.signatures() };
    let name = ManifestName::of(image.reference());
    let index = place.image.manifest(&name).map_err(|error| failed(error.into()))?;
    let found = place.of_platform(&index.descriptor, platform).map_err(failed)?;
    Ok(Target::Registry(image.at_digest(found.digest)))
}

/// `download sbom`: the document as it is stored; status 1 if there is none.
fn sbom(args: &DownloadSbomArgs, context: Context<'_>) -> Result<u8, Failure> {
    let target = opened(&args.image, args.of.platform.as_ref(), context)?;
    let found = sealift::verify::download_sbom(&target, &VerifyOptions::default());
    let (found, args) = (found.map_err(not_seen)?, &args.image);
    if found.is_empty() {
        return Err(Failure::Unverified {
            status: 1,
            sentence: format!("no sbom found for {}", args.image),
            hint: "one that is signed is an attestation: `sealift download attestation`",
        });
    }
    if !context.global.quiet {
        eprintln!("warning: nobody has signed this; attest an SBOM with `sealift attest`");
    }
    output::emit(args.out.output_file.as_deref(), |out| {
        found.iter().try_for_each(|document| out.write_all(document))
    })?;
    Ok(0)
}
