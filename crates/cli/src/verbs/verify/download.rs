//! Signatures and attestations as they are kept.

use sealift::verify::{Attachment, VerifyOptions};

use super::set_deadline;
use crate::args::{ArtifactsArgs, DownloadArgs, Downloaded, GlobalArgs};
use crate::failure::Failure;
use crate::network::Network;
use crate::{Environment, output, target};

/// `download`: a document a line; status 10 when there is none.
pub(crate) fn download(
    args: &DownloadArgs,
    global: &GlobalArgs,
    environment: &Environment,
) -> Result<u8, Failure> {
    let (attachment, what, args) = match &args.what {
        Downloaded::Sbom(args) => return sbom(args, global, environment),
        Downloaded::Signature(args) => (Attachment::Signatures, "signatures", args),
        Downloaded::Attestation(args) => (Attachment::Attestations, "attestations", args),
    };
    set_deadline(&args.out, global);
    let network = Network::new(&args.registry, environment);
    let image = target::parse_signed(&args.image, false, &network)?;
    let found = sealift::verify::download(&image, attachment, &VerifyOptions::default())?;
    if found.is_empty() {
        let sentence = format!("no {what} found for {}", args.image);
        return Err(Failure::Unverified { status: 10, sentence, hint: "" });
    }
    let text: String = found.iter().map(|document| format!("{document}\n")).collect();
    output::emit(args.out.output_file.as_deref(), |out| out.write_all(text.as_bytes()))?;
    Ok(0)
}

/// `download sbom`: the document as it is kept; status 10 when there is none.
fn sbom(
    args: &ArtifactsArgs,
    global: &GlobalArgs,
    environment: &Environment,
) -> Result<u8, Failure> {
    set_deadline(&args.out, global);
    let network = Network::new(&args.registry, environment);
    let image = target::parse_signed(&args.image, false, &network)?;
    let found = sealift::verify::download_sbom(&image, &VerifyOptions::default())?;
    if found.is_empty() {
        return Err(Failure::Unverified {
            status: 10,
            sentence: format!("no sbom found for {}", args.image),
            hint: "one that is signed is an attestation: `sealift download attestation`",
        });
    }
    if !global.quiet {
        eprintln!("warning: nobody has signed this; attest an SBOM with `sealift attest`");
    }
    output::emit(args.out.output_file.as_deref(), |out| {
        found.iter().try_for_each(|document| out.write_all(document))
    })?;
    Ok(0)
}
