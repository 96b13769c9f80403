//! `copy`, `save`, `load`, and `clean` of an image.

use std::io::{BufRead as _, IsTerminal as _, stdin};

use sealift::registry::ManifestName;
use sealift::transfer::{self, Kind, Place, TransferError};
use sealift::{Descriptor, Reference, escape};

use crate::args::peers;
use crate::args::variables::Peer;
use crate::args::{
    Attached, CleanArgs, CleanKind, CopyArgs, GlobalArgs, LoadArgs, RegistryArgs, SaveArgs,
};
use crate::failure::Failure;
use crate::network::Network;
use crate::verbs::verify::set_deadline;
use crate::{Context, Environment, target};

const NAME_HINT: &str = "name an image in a registry, as REGISTRY/REPOSITORY:TAG";

/// `copy`.
pub(crate) fn copy(args: &CopyArgs, context: Context<'_>) -> Result<u8, Failure> {
    peers::set_by_variable(Peer::Cosign, context.environment)?;
    set_deadline(&args.out, context.global);
    let (from, source) = place(&args.from, &args.registry, context.environment)?;
    let (to, destination) = place(&args.to, &args.registry, context.environment)?;
    let mut image = found(&args.from, &from, &source)?;
    if let Some(platform) = &args.platform {
        image = source.of_platform(&image, platform).map_err(failed)?;
    }
    let kinds: Vec<Kind> = match (args.sig_only, args.only.as_slice()) {
        (true, _) => vec![Kind::Signature],
        (false, []) => Kind::ALL.to_vec(),
        (false, only) => only.iter().copied().map(kind).collect(),
    };
    // Attachments alone go to the image by its digest, whatever the tag names at the destination.
    let is_whole = !args.sig_only && args.only.is_empty();
    let tag = to.tag().filter(|_| is_whole);
    transfer::copy(&source, &image, &destination.image, tag, &kinds, args.force).map_err(failed)?;
    say(context.global, &format!("{} copied to {}", image.digest, to.name()));
    Ok(0)
}

/// `save`.
pub(crate) fn save(args: &SaveArgs, context: Context<'_>) -> Result<u8, Failure> {
    peers::set_by_variable(Peer::Cosign, context.environment)?;
    set_deadline(&args.out, context.global);
    let (reference, repository) = place(&args.image, &args.registry, context.environment)?;
    let image = found(&args.image, &reference, &repository)?;
    transfer::save(&repository, &image, &args.dir).map_err(failed)?;
    say(context.global, &format!("{} saved in {}", image.digest, args.dir.display()));
    Ok(0)
}

/// `load`.
pub(crate) fn load(args: &LoadArgs, context: Context<'_>) -> Result<u8, Failure> {
    peers::set_by_variable(Peer::Cosign, context.environment)?;
    set_deadline(&args.out, context.global);
    let (reference, repository) = place(&args.image, &args.registry, context.environment)?;
    let name = ManifestName::of(&reference);
    let image = transfer::load(&args.dir, &repository, &name).map_err(failed)?;
    say(context.global, &format!("{} loaded into {}", image.digest, reference.name()));
    Ok(0)
}

/// `clean` of an image: what is attached to it.
pub(super) fn clean(args: &CleanArgs, image: &str, context: Context<'_>) -> Result<u8, Failure> {
    peers::set_by_variable(Peer::Cosign, context.environment)?;
    let kinds = match args.kind {
        None => {
            return Err(Failure::Signer {
                sentence: "it is not said what is to be taken away",
                hint: "say it with --type signature, attestation, sbom or all",
            });
        }
        Some(CleanKind::All) => Kind::ALL.to_vec(),
        Some(CleanKind::Signature) => vec![Kind::Signature],
        Some(CleanKind::Attestation) => vec![Kind::Attestation],
        Some(CleanKind::Sbom) => vec![Kind::Sbom],
    };
    set_deadline(&args.out, context.global);
    let (reference, repository) = place(image, &args.registry, context.environment)?;
    let found = found(image, &reference, &repository)?;
    if !args.force && !agreed(image) {
        return Err(Failure::Signer {
            sentence: "nothing is taken away: it was not agreed to",
            hint: "agree with --force",
        });
    }
    let count = transfer::remove(&repository.signatures, &found, &kinds).map_err(failed)?;
    say(context.global, &format!("{}: {count} manifests removed", found.digest));
    Ok(0)
}

fn agreed(image: &str) -> bool {
    if !stdin().is_terminal() {
        return false;
    }
    eprint!("Remove what is attached to {}? [y/N] ", escape::terminal(image));
    let mut answer = String::new();
    let read = stdin().lock().read_line(&mut answer);
    read.is_ok() && matches!(answer.trim(), "y" | "Y" | "yes")
}

fn place(
    text: &str,
    args: &RegistryArgs,
    environment: &Environment,
) -> Result<(Reference, Place), Failure> {
    let reference = target::parse_reference(text, NAME_HINT)?;
    let image = Network::new(args, environment).registry_image(reference.clone())?;
    Ok((reference, Place { image: image.repository(), signatures: image.signatures() }))
}

fn found(text: &str, reference: &Reference, place: &Place) -> Result<Descriptor, Failure> {
    let found = place.image.find_manifest(&ManifestName::of(reference));
    let found = found.map_err(|error| failed(error.into()))?;
    found.map(|manifest| manifest.descriptor).ok_or_else(|| Failure::Unverified {
        status: 1,
        sentence: format!("{} is not there", escape::terminal(text)),
        hint: NAME_HINT,
    })
}

fn kind(named: Attached) -> Kind {
    match named {
        Attached::Signature => Kind::Signature,
        Attached::Attestation => Kind::Attestation,
        Attached::Sbom => Kind::Sbom,
    }
}

fn say(global: &GlobalArgs, sentence: &str) {
    if !global.quiet {
        eprintln!("{}", escape::terminal(sentence));
    }
}

fn failed(error: TransferError) -> Failure {
    let hint = match &error {
        TransferError::Exists(_) => "overwrite it with --force",
        TransferError::Occupied(_) => "name another folder with --dir",
        TransferError::NoLayout(_) => "name a folder that `sealift save` or `cosign save` wrote",
        TransferError::Changed(_) => "save the image again",
        TransferError::Registry(_) => {
            "check the name and that you may do this; `sealift login` keeps a password"
        }
        TransferError::File { .. } => "check the folder: `sealift save` makes one, --dir names it",
        _ => "",
    };
    Failure::Unusable { what: "not done".to_owned(), error: error.into(), hint }
}
