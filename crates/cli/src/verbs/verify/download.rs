//! Signatures and attestations as they are kept.

use sealift::verify::{Attachment, VerifyOptions};

use super::set_deadline;
use crate::args::{DownloadArgs, Downloaded, GlobalArgs};
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
