//! `tree`: what is attached to an image.

use std::fmt::{self, Write as _};
use std::io;

use sealift::verify::{AttachedTree, Attachment, ListedManifest, VerifyOptions, attached_tree};
use sealift::{Target, escape};

use super::{not_seen, said, set_deadline};
use crate::args::ArtifactsArgs;
use crate::args::peers;
use crate::args::variables::Peer;
use crate::failure::Failure;
use crate::network::Network;
use crate::{Context, output, target};

pub(crate) fn tree(args: ArtifactsArgs, context: Context<'_>) -> Result<u8, Failure> {
    peers::set_by_variable(Peer::Cosign, context.environment)?;
    set_deadline(&args.out, context.global);
    let target = target::parse_signed(
        &args.image,
        false,
        &Network::new(&args.registry, context.environment),
    )?;
    let tree = attached_tree(&target, &VerifyOptions::default()).map_err(not_seen)?;
    let text = drawn(&tree, &args.image, &repository(&target));
    let text = text.map_err(|error| Failure::Render(io::Error::other(error)))?;
    output::emit(args.out.output_file.as_deref(), |out| out.write_all(text.as_bytes()))?;
    Ok(0)
}

/// The repository of the attachments; `None` for an image in a layout.
fn repository(target: &Target) -> Option<String> {
    let Target::Registry(image) = target else { return None };
    let place = image.signatures();
    Some(format!("{}/{}", place.registry(), place.name()))
}

fn drawn(
    tree: &AttachedTree,
    written: &str,
    repository: &Option<String>,
) -> Result<String, fmt::Error> {
    // An image in a layout has no name.
    let at = |mark: char, name: &str| match repository {
        Some(repository) => format!("{repository}{mark}{name}"),
        None => name.to_owned(),
    };
    let mut text = String::new();
    let (name, digest) = (escape::terminal(written), &tree.image.digest);
    writeln!(text, "📦 Supply Chain Security Related artifacts for an image: {name}")?;
    if tree.manifests.is_empty() {
        writeln!(text, "No Supply Chain Security Related Artifacts found for image {name}")?;
    }
    for manifest in &tree.manifests {
        match manifest.attachment {
            Some(attachment) => {
                let what = match attachment {
                    Attachment::Signatures => "🔐 Signatures",
                    Attachment::Attestations => "💾 Attestations",
                };
                let place = at(':', &attachment.tag(digest));
                writeln!(text, "└── {what} for an image tag: {place}")?;
            }
            None => {
                let kind = manifest.predicate_type.as_deref();
                let kind = kind.or(manifest.artifact_type.as_deref()).unwrap_or("unknown");
                let (kind, place) = (escape::terminal(kind), at('@', &manifest.digest.to_string()));
                writeln!(text, "└── 🔗 {kind} artifacts via OCI referrer: {place}")?;
            }
        }
        layers(manifest, &mut text)?;
    }
    Ok(text)
}

fn layers(manifest: &ListedManifest, text: &mut String) -> fmt::Result {
    match &manifest.layers {
        Ok(layers) => {
            for (index, layer) in layers.iter().enumerate() {
                let branch = if index + 1 == layers.len() { "└──" } else { "├──" };
                writeln!(text, "   {branch} 🍒 {layer}")?;
            }
            Ok(())
        }
        Err(error) => writeln!(text, "   └── cannot be read: {}", said::chain(error)),
    }
}
