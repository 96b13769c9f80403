//! A repository as a source of blobs.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Cursor, Read};
use std::sync::{Mutex, PoisonError};

use sealift_model::{BlobError, BlobSource, Descriptor, Digest};

use crate::manifest::ACCEPTED;
use crate::{Error, ErrorKind, Manifest, ManifestName, Repository};

/// The content of a repository, for readers that compare digests themselves.
///
/// Manifests are fetched by digest and kept, so that a tag that moves in the meantime changes
/// nothing, and no manifest is fetched twice.
#[derive(Debug)]
pub struct RepositoryBlobs {
    repository: Repository,
    kept: Mutex<BTreeMap<Digest, Vec<u8>>>,
    /// The last giver of each blob, and those whose bytes were wrong.
    given: Mutex<BTreeMap<Digest, Given>>,
}

#[derive(Debug, Default)]
struct Given {
    last: String,
    refused: BTreeSet<String>,
}

/// More manifests than an image has platforms and signatures are fetched again.
const MAX_KEPT: usize = 64;

impl RepositoryBlobs {
    /// The blobs of a repository.
    #[must_use]
    pub fn new(repository: Repository) -> Self {
        Self { repository, kept: Mutex::default(), given: Mutex::default() }
    }

    /// The repository.
    #[must_use]
    pub fn repository(&self) -> &Repository {
        &self.repository
    }

    /// Fetches the manifest of a tag or digest and keeps it, so that everything else can be opened
    /// from it.
    ///
    /// # Errors
    /// Those of [`Repository::find_manifest`].
    pub fn resolve(&self, name: &ManifestName) -> Result<Option<Descriptor>, Error> {
        let found = self.repository.mirrored(|place| place.fetch_manifest(name));
        let manifest = match found {
            Ok(manifest) => manifest,
            Err(ErrorKind::NotFound { .. }) => return Ok(None),
            Err(kind) => return Err(self.repository.error(kind)),
        };
        let descriptor = manifest.descriptor.clone();
        self.keep(manifest);
        Ok(Some(descriptor))
    }

    fn keep(&self, manifest: Manifest) {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.len() < MAX_KEPT {
            kept.insert(manifest.descriptor.digest, manifest.bytes);
        }
    }

    fn find(&self, digest: &Digest) -> Option<Vec<u8>> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner).get(digest).cloned()
    }
}

impl BlobSource for RepositoryBlobs {
    fn open(&self, blob: &Descriptor) -> Result<Box<dyn Read + Send + '_>, BlobError> {
        if let Some(bytes) = self.find(&blob.digest) {
            return Ok(Box::new(Cursor::new(bytes)));
        }
        let failed = |kind| match kind {
            ErrorKind::NotFound { .. } => BlobError::Missing(blob.digest.clone()),
            kind => BlobError::Io {
                digest: blob.digest.clone(),
                source: io::Error::other(self.repository.error(kind)),
            },
        };
        if ACCEPTED.contains(&blob.media_type.as_str()) {
            let name = ManifestName::Digest(blob.digest.clone());
            let manifest = self.repository.mirrored(|place| place.fetch_manifest(&name));
            let manifest = manifest.map_err(failed)?;
            let bytes = manifest.bytes.clone();
            self.keep(manifest);
            return Ok(Box::new(Cursor::new(bytes)));
        }
        let given = || self.given.lock().unwrap_or_else(PoisonError::into_inner);
        let refused = given().get(&blob.digest).map(|given| given.refused.clone());
        let opened = self.repository.mirrored_but(&refused.unwrap_or_default(), |place| {
            Ok((place.place(), place.open_blob(blob, None)?))
        });
        let (place, opened) = opened.map_err(failed)?;
        given().entry(blob.digest.clone()).or_default().last = place;
        Ok(Box::new(opened))
    }

    /// A blob that a mirror gave wrongly is requested from the next, and at last from the registry
    /// itself.
    fn refuse(&self, blob: &Descriptor) -> bool {
        let mut given = self.given.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(given) = given.get_mut(&blob.digest) else { return false };
        let may_be_elsewhere = given.last != self.repository.place();
        may_be_elsewhere && given.refused.insert(given.last.clone())
    }
}
