//! Which image of an index (`image-spec image-index.md`, version 1.1).

use std::collections::HashSet;

use sealift_model::{BlobError, BlobSource, Descriptor, Digest, Platform};

use super::ImageConfig;
use crate::document::{self, Document};
use crate::error::DocumentProblem;
use crate::media::DocumentKind;
use crate::stream::length;
use crate::{Error, LimitExceeded, Limits};

/// Chooses a manifest from the entries of the index `root`.
pub(super) fn choose(
    source: &dyn BlobSource,
    root: &Descriptor,
    entries: Vec<Descriptor>,
    asked: Option<&Platform>,
    limits: &Limits,
) -> Result<Descriptor, Error> {
    let manifests = manifests(source, root, entries, limits)?;
    let default = Platform::new("linux", "amd64");
    let wanted = asked.unwrap_or(&default);
    let fits = |entry: &&Descriptor| {
        entry.platform.as_ref().is_some_and(|offered| accepts(wanted, offered))
    };
    if let Some(entry) = manifests.iter().find(fits) {
        return Ok(entry.clone());
    }
    if let ([only], None) = (&manifests[..], asked) {
        return Ok(only.clone());
    }
    // The platform of an entry may be left out; then the config says it.
    let mut available = Vec::new();
    for entry in &manifests {
        let offered = match &entry.platform {
            Some(offered) => Some(offered.clone()),
            None => platform_of(source, entry, limits)?,
        };
        match offered {
            Some(offered) if accepts(wanted, &offered) => return Ok(entry.clone()),
            offered => available.extend(offered),
        }
    }
    available.sort();
    available.dedup();
    Err(Error::NoPlatform { asked: asked.cloned(), available })
}

/// Whether an image for `offered` runs where `asked` was asked for. The variants that containerd
/// takes for granted may be written or not.
pub(crate) fn accepts(asked: &Platform, offered: &Platform) -> bool {
    plain(asked).accepts(&plain(offered))
}

fn plain(platform: &Platform) -> Platform {
    let mut plain = platform.clone();
    let usual = match platform.architecture.as_str() {
        "arm64" => Some("v8"),
        "arm" => Some("v7"),
        "amd64" => Some("v1"),
        _ => None,
    };
    plain.variant = plain.variant.filter(|variant| !variant.is_empty());
    if plain.variant.as_deref() == usual {
        plain.variant = None;
    }
    plain
}

fn platform_of(
    source: &dyn BlobSource,
    entry: &Descriptor,
    limits: &Limits,
) -> Result<Option<Platform>, Error> {
    match document::load(source, entry, limits)? {
        Document::Manifest { config, .. } => {
            let config = ImageConfig::load(source, &config, limits, &mut Vec::new())?;
            Ok(config.platform())
        }
        Document::Index(_) => Ok(None),
    }
}

/// All image manifests of an index and the indexes in it, in their order, attestations left out.
fn manifests(
    source: &dyn BlobSource,
    root: &Descriptor,
    entries: Vec<Descriptor>,
    limits: &Limits,
) -> Result<Vec<Descriptor>, Error> {
    let mut found = Vec::new();
    visit(source, Some(root), entries, limits, &mut |entry| {
        if DocumentKind::of(&entry.media_type) == Some(DocumentKind::Manifest)
            && !is_attestation(entry)
        {
            found.push(entry.clone());
        }
        true
    })?;
    Ok(found)
}

/// Whether an entry is what BuildKit attests of another.
pub(crate) fn is_attestation(entry: &Descriptor) -> bool {
    entry.annotations.contains_key("vnd.docker.reference.type")
        || entry
            .platform
            .as_ref()
            .is_some_and(|platform| platform.os == "unknown" && platform.architecture == "unknown")
}

/// Visits the entries of an index and of the indexes in it, until `visitor` has enough.
pub(crate) fn visit(
    source: &dyn BlobSource,
    root: Option<&Descriptor>,
    entries: Vec<Descriptor>,
    limits: &Limits,
    visitor: &mut dyn FnMut(&Descriptor) -> bool,
) -> Result<(), Error> {
    // What is left to visit of each level, and the index it belongs to.
    let root = root.map(|root| root.digest.clone());
    let mut seen: HashSet<Digest> = root.iter().cloned().collect();
    let mut levels = vec![(root, entries.into_iter())];
    while let Some((_, level)) = levels.last_mut() {
        let Some(entry) = level.next() else {
            levels.pop();
            continue;
        };
        if !visitor(&entry) {
            return Ok(());
        }
        if DocumentKind::of(&entry.media_type) != Some(DocumentKind::Index) {
            continue;
        }
        let is_above = levels.iter().any(|(index, _)| index.as_ref() == Some(&entry.digest));
        check(&entry, is_above, levels.len(), seen.len(), limits)?;
        if !seen.insert(entry.digest.clone()) {
            continue;
        }
        match document::load(source, &entry, limits) {
            Ok(Document::Index(entries)) => {
                levels.push((Some(entry.digest), entries.into_iter()));
            }
            // Sources may have a part of what an index lists.
            Ok(Document::Manifest { .. }) | Err(Error::Blob(BlobError::Missing(_))) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

fn check(
    entry: &Descriptor,
    is_above: bool,
    depth: usize,
    indexes: usize,
    limits: &Limits,
) -> Result<(), Error> {
    let Limits { max_index_depth, max_indexes, .. } = *limits;
    if is_above {
        return Err(document::about(&entry.digest, DocumentProblem::Cycle));
    }
    if depth > max_index_depth {
        return Err(LimitExceeded::new("max_index_depth", length(max_index_depth)).into());
    }
    if indexes > max_indexes {
        return Err(LimitExceeded::new("max_indexes", length(max_indexes)).into());
    }
    Ok(())
}
