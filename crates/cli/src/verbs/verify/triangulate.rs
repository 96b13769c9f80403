//! The places of an image's attachments.

use sealift::verify::{Attachment, VerifyOptions, attached_tree};

use super::{not_seen, set_deadline};
use crate::args::{AttachedKind, TriangulateArgs};
use crate::failure::Failure;
use crate::network::Network;
use crate::{Context, network, output, target};

/// `triangulate`: a tag is resolved at the registry, a digest is used as written.
pub(crate) fn triangulate(args: &TriangulateArgs, context: Context<'_>) -> Result<u8, Failure> {
    set_deadline(&args.out, context.global);
    let reference = target::parse_reference(&args.image, "")?;
    let digest = match reference.digest() {
        Some(digest) => digest.clone(),
        None => {
            let network = Network::new(&args.registry, context.environment);
            let image = network.image(reference.clone())?;
            attached_tree(&image, &VerifyOptions::default()).map_err(not_seen)?.image.digest
        }
    };
    let name = match network::signatures(context.environment)? {
        Some(other) if args.kind != AttachedKind::Digest => other.name(),
        _ => reference.name(),
    };
    let place = match args.kind {
        AttachedKind::Signature => format!("{name}:{}", Attachment::Signatures.tag(&digest)),
        AttachedKind::Attestation => format!("{name}:{}", Attachment::Attestations.tag(&digest)),
        AttachedKind::Sbom => format!("{name}:{}-{}.sbom", digest.algorithm().name(), digest.hex()),
        AttachedKind::Digest => format!("{name}@{digest}"),
    };
    let text = format!("{place}\n");
    output::emit(args.out.output_file.as_deref(), |out| out.write_all(text.as_bytes()))?;
    Ok(0)
}
