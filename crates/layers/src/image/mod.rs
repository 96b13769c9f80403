//! A verified manifest and config.

mod choose;

pub(crate) use choose::{Suits, accepts, is_attestation, is_same_platform, visit};

use sealift_model::{BlobSource, Descriptor, Diagnostic, Digest, Impact, Platform, Timestamp};

use crate::document::{self, Config, Document, HistoryEntry};
use crate::error::DocumentProblem;
use crate::media::{self, LayerType};
use crate::{Coding, Error, LimitExceeded, Limits};

/// An image whose manifest and config are verified; its layers are not read yet.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Image {
    /// The index that the image was chosen from, if the caller opened an index.
    pub index: Option<Digest>,
    /// Descriptor of the manifest.
    pub manifest: Descriptor,
    /// The config.
    pub config: ImageConfig,
    /// The layers from the lowest up.
    pub layers: Vec<Layer>,
    /// Diagnostics about the image's documents.
    pub diagnostics: Vec<Diagnostic>,
}

/// An image's config (`image-spec config.md`).
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ImageConfig {
    /// Its digest, which is the image's id.
    pub digest: Digest,
    /// The JSON document, unchanged.
    pub json: Vec<u8>,
    /// When the image was created, if the config says so.
    pub created: Option<Timestamp>,
    /// CPU architecture, a `GOARCH` value; empty if missing.
    pub architecture: String,
    /// Operating system, a `GOOS` value; empty if missing.
    pub os: String,
    /// Variant of the CPU.
    pub variant: Option<String>,
    /// The steps that created it.
    pub history: Vec<History>,
    /// Digests of the decompressed layers, the lowest first.
    pub diff_ids: Vec<Digest>,
}

/// One step in the creation of an image.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct History {
    /// The time of the step.
    pub created: Option<Timestamp>,
    /// The command.
    pub created_by: String,
    /// A remark.
    pub comment: String,
    /// Whether the step created no layer.
    pub empty_layer: bool,
}

/// A layer that is not read yet.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Layer {
    /// Its blob.
    pub descriptor: Descriptor,
    /// Digest that its decompressed bytes must have.
    pub diff_id: Digest,
    /// Compression by its media type; the actual one is detected when it is read.
    pub coding: Coding,
    /// Whether registries do not distribute it (Windows base layers); it is read if the source has
    /// it.
    pub is_foreign: bool,
    /// The command that created it, if the history says so.
    pub created_by: Option<String>,
}

impl Image {
    /// Opens the image that `root` names: a manifest, or an index, from which the image for
    /// `platform` is chosen.
    ///
    /// If no platform is given and there are several, `linux/amd64` is chosen. Attestations in an
    /// index, which have no platform, are ignored. Platforms are compared as containerd does;
    /// several images for exactly the same platform make the result incomplete, unless they are one
    /// image in several compressions.
    ///
    /// # Errors
    /// When a document is missing, has been changed, or does not follow its specification; when
    /// there is no image for the platform; when it is another artifact than an image; when a limit
    /// is exceeded.
    pub fn open(
        source: &dyn BlobSource,
        root: &Descriptor,
        platform: Option<&Platform>,
        limits: &Limits,
    ) -> Result<Self, Error> {
        match document::load(source, root, limits)? {
            Document::Manifest { config, layers } => {
                let image = Self::build(source, root, config, layers, limits)?;
                image.check_platform(platform)?;
                Ok(image)
            }
            Document::Index(entries) => {
                let mut odd = Vec::new();
                let chosen = choose::choose(source, root, entries, platform, limits, &mut odd)?;
                let Document::Manifest { config, layers } =
                    document::load(source, &chosen, limits)?
                else {
                    return Err(document::about(&chosen.digest, DocumentProblem::Lacks("layers")));
                };
                let mut image = Self::build(source, &chosen, config, layers, limits)?;
                image.check_platform(platform)?;
                image.diagnostics.append(&mut odd);
                Ok(Self { index: Some(root.digest.clone()), ..image })
            }
        }
    }

    /// The image's id: the digest of its config.
    #[must_use]
    pub fn id(&self) -> &Digest {
        &self.config.digest
    }

    fn build(
        source: &dyn BlobSource,
        manifest: &Descriptor,
        config: Descriptor,
        layers: Vec<Descriptor>,
        limits: &Limits,
    ) -> Result<Self, Error> {
        if !media::is_image_config(&config.media_type) {
            let manifest = manifest.digest.clone();
            return Err(Error::NotAnImage { manifest, media_type: config.media_type });
        }
        if layers.len() > limits.max_layers {
            let max = u64::try_from(limits.max_layers).unwrap_or(u64::MAX);
            return Err(LimitExceeded::new("max_layers", max).into());
        }
        let mut diagnostics = Vec::new();
        let config = ImageConfig::load(source, &config, limits, &mut diagnostics)?;
        if layers.len() != config.diff_ids.len() {
            return Err(Error::LayerCount {
                manifest: manifest.digest.clone(),
                layers: layers.len(),
                diff_ids: config.diff_ids.len(),
            });
        }
        let layers = layers
            .into_iter()
            .zip(&config.diff_ids)
            .zip(config.commands(config.diff_ids.len()))
            .map(|((descriptor, diff_id), created_by)| Layer::new(descriptor, diff_id, created_by))
            .collect::<Result<_, _>>()?;
        Ok(Self { index: None, manifest: manifest.clone(), config, layers, diagnostics })
    }

    fn check_platform(&self, asked: Option<&Platform>) -> Result<(), Error> {
        let Some(own) = self.config.platform() else { return Ok(()) };
        match asked {
            Some(asked) if !choose::accepts(asked, &own) => {
                Err(Error::NoPlatform { asked: Some(asked.clone()), available: vec![own] })
            }
            _ => Ok(()),
        }
    }
}

impl Layer {
    fn new(
        descriptor: Descriptor,
        diff_id: &Digest,
        created_by: Option<String>,
    ) -> Result<Self, Error> {
        let Some(LayerType { coding, is_foreign }) = LayerType::of(&descriptor.media_type) else {
            let Descriptor { digest, media_type, .. } = descriptor;
            return Err(Error::MediaType { blob: digest, media_type });
        };
        Ok(Self { descriptor, diff_id: diff_id.clone(), coding, is_foreign, created_by })
    }
}

impl ImageConfig {
    pub(crate) fn load(
        source: &dyn BlobSource,
        descriptor: &Descriptor,
        limits: &Limits,
        diagnostics: &mut Vec<Diagnostic>,
    ) -> Result<Self, Error> {
        let json = document::fetch(source, descriptor, limits)?;
        let wire: Config = document::json(&json, &document::CONFIG_NAMES)
            .map_err(|problem| document::about(&descriptor.digest, problem))?;
        let lacks = |field| document::about(&descriptor.digest, DocumentProblem::Lacks(field));
        let diff_ids = wire.rootfs.ok_or_else(|| lacks("rootfs"))?.diff_ids.unwrap_or_default();
        let created = time(wire.created.as_deref());
        if created.is_none() && wire.created.is_some_and(|text| !text.is_empty()) {
            let message = "the time of creation in the image config is no RFC 3339 time";
            diagnostics.push(Diagnostic::new("layers", message, Impact::Note));
        }
        Ok(Self {
            digest: descriptor.digest.clone(),
            created,
            architecture: wire.architecture.unwrap_or_default(),
            os: wire.os.unwrap_or_default(),
            variant: wire.variant.filter(|variant| !variant.is_empty()),
            history: wire.history.unwrap_or_default().into_iter().map(History::from).collect(),
            diff_ids,
            json,
        })
    }

    /// The platform of the image, if the config names one.
    #[must_use]
    pub fn platform(&self) -> Option<Platform> {
        if self.os.is_empty() || self.architecture.is_empty() {
            return None;
        }
        let mut platform = Platform::new(self.os.as_str(), self.architecture.as_str());
        platform.variant.clone_from(&self.variant);
        Some(platform)
    }

    /// The commands that created the layers; none if the history does not match them.
    fn commands(&self, layers: usize) -> Vec<Option<String>> {
        let steps = self.history.iter().filter(|step| !step.empty_layer);
        let commands: Vec<_> = steps.map(|step| Some(step.created_by.clone())).collect();
        if commands.len() == layers { commands } else { vec![None; layers] }
    }
}

impl From<HistoryEntry> for History {
    fn from(entry: HistoryEntry) -> Self {
        Self {
            created: time(entry.created.as_deref()),
            created_by: entry.created_by.unwrap_or_default(),
            comment: entry.comment.unwrap_or_default(),
            empty_layer: entry.empty_layer.unwrap_or_default(),
        }
    }
}

fn time(text: Option<&str>) -> Option<Timestamp> {
    text?.parse().ok()
}
