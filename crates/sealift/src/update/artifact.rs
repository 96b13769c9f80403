//! A built database as an OCI artifact.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, BufReader, Read, Write};
use std::path::Path;
use std::time::Duration;

use flate2::Compression;
use flate2::bufread::{GzDecoder, GzEncoder};
use sealift_matcher::Info;
use sealift_model::{Descriptor, Digest, Timestamp};
use sealift_registry::{ManifestName, Repository};
use serde::{Deserialize, Serialize};

use super::lock::Lock;
use super::{DatabaseStore, UpdateStep};
use crate::Database;
use crate::cache::is_own_folder;

/// The type of the artifact (image-spec 1.1, "Guidelines for Artifact Usage").
const ARTIFACT: &str = "application/vnd.sealift.db.v1";

/// The database, compressed with gzip.
const LAYER: &str = "application/vnd.sealift.db.layer.v1+gzip";

/// An empty config.
const EMPTY: &str = "application/vnd.oci.empty.v1+json";

const MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";

/// Largest database that is pulled. That of all of OSV in 2026 has 1 GB.
const MAX_BYTES: u64 = 8 << 30;

/// Why a database could not be pushed or pulled.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ArtifactError {
    /// The registry did not answer, or its answer is wrong.
    #[error(transparent)]
    Registry(Box<sealift_registry::Error>),
    /// The artifact holds no database.
    #[error("{digest}: not an artifact with an advisory database")]
    NoDatabase {
        /// Its digest.
        digest: Box<Digest>,
    },
    /// The database is larger than is allowed.
    #[error("the database has more than {max} bytes")]
    TooLarge {
        /// The most that is taken.
        max: u64,
    },
    /// The database could not be opened, or is damaged.
    #[error(transparent)]
    Database(Box<crate::Error>),
    /// The database in the folder was built later.
    #[error("the database of {offered} is older than the one that is here, of {here}")]
    Older {
        /// When the offered one was built.
        offered: Timestamp,
        /// When the one in the folder was built.
        here: Timestamp,
    },
    /// The folder of the database could not be used.
    #[error(transparent)]
    Store(Box<super::UpdateError>),
}

impl From<sealift_registry::Error> for ArtifactError {
    fn from(error: sealift_registry::Error) -> Self {
        Self::Registry(Box::new(error))
    }
}

impl From<crate::Error> for ArtifactError {
    fn from(error: crate::Error) -> Self {
        Self::Database(Box::new(error))
    }
}

impl From<super::UpdateError> for ArtifactError {
    fn from(error: super::UpdateError) -> Self {
        Self::Store(Box::new(error))
    }
}

#[derive(Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
struct Manifest {
    schema_version: u32,
    media_type: String,
    artifact_type: String,
    config: Content,
    layers: Vec<Content>,
    #[serde(default)]
    annotations: BTreeMap<String, String>,
}

#[derive(Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
struct Content {
    media_type: String,
    digest: Digest,
    size: u64,
}

impl Content {
    fn of(descriptor: &Descriptor) -> Self {
        Self {
            media_type: descriptor.media_type.clone(),
            digest: descriptor.digest.clone(),
            size: descriptor.size,
        }
    }
}

/// Pushes a database, after checking every block of it.
///
/// # Errors
/// When the database is damaged or the registry refuses it.
pub fn push_database(
    repository: &Repository,
    name: &ManifestName,
    path: &Path,
) -> Result<Descriptor, ArtifactError> {
    let database = Database::open(path)?;
    database.verify()?;
    let file = File::open(path).map_err(|source| crate::Error::io(path, source))?;
    let mut packed = GzEncoder::new(BufReader::new(file), Compression::fast());
    let layer = repository.push_blob_from(LAYER, &mut packed)?;
    let config = repository.push_blob(EMPTY, b"{}")?;
    let manifest = Manifest {
        schema_version: 2,
        media_type: MANIFEST.to_owned(),
        artifact_type: ARTIFACT.to_owned(),
        config: Content::of(&config),
        layers: vec![Content::of(&layer)],
        annotations: annotations(database.info()),
    };
    let json = serde_json::to_vec(&manifest).unwrap_or_default();
    Ok(repository.push_manifest(&json, MANIFEST, name)?.descriptor)
}

/// The build time of the database, and the licences under which its content may be passed on.
fn annotations(info: &Info) -> BTreeMap<String, String> {
    let created = ("org.opencontainers.image.created".to_owned(), info.built.to_string());
    let mut licences: Vec<&str> =
        info.origins.iter().filter_map(|origin| origin.license.as_deref()).collect();
    licences.sort_unstable();
    licences.dedup();
    let licences = ("org.opencontainers.image.licenses".to_owned(), licences.join(" AND "));
    [created, licences].into_iter().filter(|(_, value)| !value.is_empty()).collect()
}

impl DatabaseStore {
    /// Pulls the database of the artifact with this digest, and replaces the one in the folder. The
    /// caller has verified that the digest is signed. Updates then leave the database alone:
    /// [`Due::Foreign`](super::Due::Foreign).
    ///
    /// # Errors
    /// When the artifact holds no database, or one that is damaged or older than that in the
    /// folder. The folder is then unchanged.
    pub fn pull(
        &self,
        repository: &Repository,
        digest: &Digest,
        wait: Duration,
        step: &(dyn Fn(UpdateStep<'_>) + Sync),
    ) -> Result<(), ArtifactError> {
        let io = |path: &Path| {
            let path = path.to_owned();
            move |source| ArtifactError::from(super::UpdateError::Io { path, source })
        };
        let none = || ArtifactError::NoDatabase { digest: Box::new(digest.clone()) };
        let folder = self.folder();
        self.layout().create().map_err(io(folder))?;
        if !is_own_folder(folder).map_err(io(folder))? {
            return Err(super::UpdateError::NotOurs { path: folder.to_owned() }.into());
        }
        let bytes = repository.manifest(&ManifestName::Digest(digest.clone()))?.bytes;
        let manifest: Manifest = serde_json::from_slice(&bytes).map_err(|_| none())?;
        let layer = manifest.layers.into_iter().find(|layer| layer.media_type == LAYER);
        let layer = layer.filter(|_| manifest.artifact_type == ARTIFACT).ok_or_else(none)?;
        let layer = Descriptor::new(layer.media_type, layer.digest, layer.size);
        let mut new =
            tempfile::Builder::new().prefix(".pull-").tempfile_in(folder).map_err(io(folder))?;
        let total = Some(layer.size);
        step(UpdateStep::Fetching { what: &digest.to_string(), bytes: 0, total });
        let mut blob = repository.blob(&layer)?;
        let unpacked = GzDecoder::new(BufReader::new(&mut blob));
        let written = io::copy(&mut unpacked.take(MAX_BYTES + 1), &mut new).map_err(io(folder))?;
        if written > MAX_BYTES {
            return Err(ArtifactError::TooLarge { max: MAX_BYTES });
        }
        // The digest is compared at the end of the blob, which the end of gzip need not be.
        io::copy(&mut blob, &mut io::sink()).map_err(io(folder))?;
        new.flush().and_then(|()| new.as_file().sync_all()).map_err(io(folder))?;
        let offered = Database::open(new.path())?;
        offered.verify()?;
        let path = self.layout().lock();
        let held = Lock::take(&path, wait, || step(UpdateStep::Waiting)).map_err(io(&path))?;
        let _held = held.ok_or(super::UpdateError::Busy)?;
        let database = self.database();
        if let Ok(here) = Database::open(&database) {
            let (offered, here) = (offered.info().built, here.info().built);
            if offered < here {
                return Err(ArtifactError::Older { offered, here });
            }
        }
        // Without its state the database is nobody's to update; in between it is the old one.
        let state = self.layout().state();
        match fs::remove_file(&state) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(io(&state)(error)),
            _ => {}
        }
        new.persist(&database).map_err(|error| io(&database)(error.error))?;
        self.layout().sweep(&|_| false);
        Ok(())
    }
}
