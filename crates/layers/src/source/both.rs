//! An archive that is both an OCI layout and one of `docker save`, as newer engines write it.
//!
//! containerd reads its `index.json` (`archive.ImportIndex` in version 2); Docker's own store,
//! Podman and others read `manifest.json`. Both must name the same images.

use std::collections::{HashMap, HashSet};

use sealift_model::{BlobError, Descriptor, Digest};
use serde::Deserialize;

use super::layout::{LayoutArchive, no_image};
use super::select::is_named;
use crate::document::{self, Document};
use crate::error::SourceProblem;
use crate::image::{is_attestation, visit};
use crate::media::DocumentKind;
use crate::stream::length;
use crate::{Error, LimitExceeded, Limits};

/// An image in `manifest.json`. The names of its layers do not matter: the config determines their
/// content, and every reader compares it.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Saved {
    config: String,
    repo_tags: Option<Vec<String>>,
}

/// Refuses the archive if its `manifest.json` names an image that `index.json`, with the entries
/// `roots`, does not list, or lists under other names.
pub(super) fn check(
    layout: &LayoutArchive,
    roots: &[Descriptor],
    limits: &Limits,
) -> Result<(), Error> {
    let archive = layout.archive();
    let bytes = archive.document("manifest.json", limits)?;
    let saved: Option<Vec<Saved>> = document::json(&bytes, &document::SAVED_NAMES)
        .map_err(|problem| document::about(&"manifest.json", problem))?;
    let saved = saved.unwrap_or_default();
    let names: usize = saved.iter().map(|image| image.names().len().max(1)).sum();
    bounded(names, limits)?;
    let mut configs = HashMap::new();
    for image in &saved {
        let config = Digest::sha256_of(&archive.document(&image.config, limits)?);
        let is_listed = |root: &Descriptor| -> Result<bool, Error> {
            if !configs.contains_key(&root.digest) {
                configs.insert(root.digest.clone(), configs_of(layout, root, limits)?);
            }
            Ok(configs.get(&root.digest).is_some_and(|configs| configs.contains(&config)))
        };
        if !image.is_among(roots, is_listed)? {
            return Err(no_image(archive.path(), SourceProblem::ManifestsDiffer(config)));
        }
    }
    Ok(())
}

impl Saved {
    fn names(&self) -> &[String] {
        self.repo_tags.as_deref().unwrap_or_default()
    }

    /// Whether an entry with one of the image's names lists it. If no entry has such a name,
    /// whether any entry does, since an archive for OCI readers may be without names.
    fn is_among(
        &self,
        roots: &[Descriptor],
        mut is_listed: impl FnMut(&Descriptor) -> Result<bool, Error>,
    ) -> Result<bool, Error> {
        let has_name = |root: &&Descriptor| self.names().iter().any(|name| is_named(root, name));
        let named: Vec<_> = roots.iter().filter(has_name).collect();
        let candidates = if named.is_empty() { roots.iter().collect() } else { named };
        for root in candidates {
            if is_listed(root)? {
                return Ok(true);
            }
        }
        Ok(false)
    }
}

/// The configs of the available images of an entry.
fn configs_of(
    layout: &LayoutArchive,
    root: &Descriptor,
    limits: &Limits,
) -> Result<HashSet<Digest>, Error> {
    let max = limits.max_index_manifests;
    let mut manifests = Vec::new();
    visit(layout, None, vec![root.clone()], limits, &mut |entry| {
        let is_manifest = DocumentKind::of(&entry.media_type) == Some(DocumentKind::Manifest);
        if is_manifest && !is_attestation(entry) {
            manifests.push(entry.clone());
        }
        manifests.len() <= max
    })?;
    bounded(manifests.len(), limits)?;
    let mut configs = HashSet::new();
    for manifest in manifests {
        match document::load(layout, &manifest, limits) {
            Ok(Document::Manifest { config, .. }) => {
                configs.insert(config.digest);
            }
            // An engine may store only one of several platforms.
            Ok(Document::Index(_)) | Err(Error::Blob(BlobError::Missing(_))) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(configs)
}

fn bounded(images: usize, limits: &Limits) -> Result<(), Error> {
    let max = limits.max_index_manifests;
    if images > max {
        return Err(LimitExceeded::new("max_index_manifests", length(max)).into());
    }
    Ok(())
}
