//! Exports as an artifact in a registry: each file is a layer with its path as title, as made by
//! `oras push REFERENCE Debian/all.zip kev.json`.

use std::collections::BTreeMap;
use std::error::Error as StdError;
use std::sync::OnceLock;

use sealift_model::Descriptor;
use sealift_registry::{ManifestName, Repository};
use serde::Deserialize;

use super::transport::{Answer, Ask, Place, Transport, TransportError, Validator};

/// The annotation with a file's path (image-spec 1.1 annotations.md).
const TITLE: &str = "org.opencontainers.image.title";

/// A mirror in a registry. Its tag is resolved once.
#[derive(Debug)]
pub struct RegistryMirror {
    repository: Repository,
    name: ManifestName,
    files: OnceLock<BTreeMap<String, Descriptor>>,
}

#[derive(Deserialize)]
struct Manifest {
    #[serde(default)]
    layers: Vec<Descriptor>,
}

impl RegistryMirror {
    /// The mirror with this name in the repository.
    #[must_use]
    pub fn new(repository: Repository, name: ManifestName) -> Self {
        Self { repository, name, files: OnceLock::new() }
    }

    fn called(&self) -> String {
        let at = if matches!(self.name, ManifestName::Digest(_)) { '@' } else { ':' };
        format!("oci://{}/{}{at}{}", self.repository.registry(), self.repository.name(), self.name)
    }

    fn files(&self) -> Result<&BTreeMap<String, Descriptor>, Box<dyn StdError + Send + Sync>> {
        if let Some(files) = self.files.get() {
            return Ok(files);
        }
        let found = self.repository.manifest(&self.name)?;
        let manifest: Manifest = serde_json::from_slice(&found.bytes)?;
        let titled = manifest.layers.into_iter().filter_map(|layer| {
            let title = layer.annotations.get(TITLE)?.trim_start_matches("./").to_owned();
            Some((title, layer))
        });
        let files: BTreeMap<_, _> = titled.collect();
        if files.is_empty() {
            return Err("it has no files with titles, as <Ecosystem>/all.zip; a database that is \
                        built already is taken by `sealift db pull`"
                .into());
        }
        Ok(self.files.get_or_init(|| files))
    }

    fn answer(
        &self,
        place: &Place<'_>,
        ask: &Ask<'_>,
    ) -> Result<Answer, Box<dyn StdError + Send + Sync>> {
        let Some(file) = self.files()?.get(&place.path()) else { return Ok(Answer::Absent) };
        // Content under its digest is always the same.
        let validator = Validator::ETag(format!("\"{}\"", file.digest));
        if ask.unless == Some(&validator) {
            return Ok(Answer::Unchanged);
        }
        let blob = self.repository.blob(file)?;
        let (total, validator) = (Some(file.size), Some(validator));
        Ok(Answer::Bytes { start: 0, total, validator, bytes: Box::new(blob) })
    }
}

impl Transport for RegistryMirror {
    fn origin(&self, _: &Place<'_>) -> String {
        self.called()
    }

    fn get(&self, place: &Place<'_>, ask: &Ask<'_>) -> Result<Answer, TransportError> {
        self.answer(place, ask).map_err(|source| {
            TransportError::new(format!("{} {}", self.called(), place.path()), source)
        })
    }
}
