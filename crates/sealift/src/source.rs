//! Opening images, wherever they are.

use std::io::Read;

use sealift_layers::{Error as LayersError, ImageSource, Limits, Selector, SourceKind};
use sealift_model::{BlobError, BlobSource, Descriptor, Digest, Platform, Reference};
use sealift_registry::{ManifestName, RepositoryBlobs};
use sealift_sigstore_verify::{Attachment, Listed, SignatureSource, SourceError};

use crate::{Error, Target};

/// An image that was found, with the blobs of its place.
#[derive(Debug)]
pub(crate) struct Opened {
    place: Place,
    /// Its manifest, or the index that was asked for.
    pub(crate) root: Descriptor,
}

#[derive(Debug)]
enum Place {
    Local(ImageSource),
    Registry { blobs: RepositoryBlobs, signatures: RepositoryBlobs, reference: Reference },
}

impl Opened {
    /// Finds the image of a target. In a registry its tag is resolved here, once.
    pub(crate) fn find(target: &Target, limits: &Limits) -> Result<Self, Error> {
        Self::find_by(target, limits, ImageSource::select)
    }

    /// The same; where several platforms lie side by side, that for `platform`.
    pub(crate) fn find_for(
        target: &Target,
        platform: Option<&Platform>,
        limits: &Limits,
    ) -> Result<Self, Error> {
        Self::find_by(target, limits, |source, selector| source.select_for(selector, platform))
    }

    fn find_by(
        target: &Target,
        limits: &Limits,
        select: impl Fn(&ImageSource, Option<&Selector>) -> Result<Descriptor, LayersError>,
    ) -> Result<Self, Error> {
        let failed = |error: LayersError| Error::layers(target.path(), error);
        let (source, selector) = match target {
            Target::ImageLayout { folder, selector } => {
                (ImageSource::open_layout(folder, limits), selector.as_ref())
            }
            Target::ImageArchive { file, selector } => {
                (ImageSource::open_archive(file, limits), selector.as_ref())
            }
            Target::Engine(image) => (ImageSource::open_archive(image.archive(), limits), None),
            Target::Registry(image) => {
                let reference = image.reference();
                let blobs = RepositoryBlobs::new(image.repository());
                let root = blobs.resolve(&ManifestName::of(reference)).map_err(Box::new)?;
                let Some(root) = root else {
                    return Err(Error::NotInRegistry(Box::new(reference.clone())));
                };
                let signatures = RepositoryBlobs::new(image.signatures());
                let place = Place::Registry { blobs, signatures, reference: reference.clone() };
                return Ok(Self { place, root });
            }
            Target::Rootfs(path)
            | Target::Filesystem(path)
            | Target::Sbom(path)
            | Target::SbomText { name: path, .. } => {
                return Err(Error::NotAnImage { path: path.clone() });
            }
        };
        let source = source.map_err(failed)?;
        let root = select(&source, selector).map_err(failed)?;
        Ok(Self { place: Place::Local(source), root })
    }

    /// Whether all of the image is on this machine, so that reading it costs nobody anything.
    pub(crate) fn is_local(&self) -> bool {
        matches!(self.place, Place::Local(_))
    }

    /// Whether the image's manifest is the one that a registry knows. An archive of `docker save`
    /// has neither manifests nor a registry's blobs.
    pub(crate) fn has_manifests(&self) -> bool {
        match &self.place {
            Place::Local(source) => source.kind() != SourceKind::DockerArchive,
            Place::Registry { .. } => true,
        }
    }

    /// The signatures and attestations of the image.
    pub(crate) fn signatures(&self) -> Signatures<'_> {
        Signatures(self)
    }

    /// Its full names, `registry/repository:tag`.
    pub(crate) fn names(&self) -> Vec<String> {
        match &self.place {
            Place::Local(source) => {
                source.full_names(&self.root.digest).into_iter().map(str::to_owned).collect()
            }
            Place::Registry { reference, .. } => {
                let tag = reference.tag().into_iter();
                tag.map(|tag| format!("{}:{tag}", reference.name())).collect()
            }
        }
    }

    /// The image's name in a registry, with its digest there. When the caller asked for a digest,
    /// the tag is only information.
    pub(crate) fn name_in_registry(&self) -> Option<Reference> {
        let digest = self.root.digest.clone();
        match &self.place {
            Place::Local(_) => None,
            Place::Registry { reference, .. } if reference.digest().is_some() => {
                Some(reference.at_digest(digest))
            }
            Place::Registry { reference, .. } => Some(reference.with_digest(digest)),
        }
    }
}

impl BlobSource for Opened {
    fn open(&self, blob: &Descriptor) -> Result<Box<dyn Read + Send + '_>, BlobError> {
        match &self.place {
            Place::Local(source) => source.open(blob),
            Place::Registry { blobs, .. } => blobs.open(blob),
        }
    }

    fn refuse(&self, blob: &Descriptor) -> bool {
        match &self.place {
            Place::Local(_) => false,
            Place::Registry { blobs, .. } => blobs.refuse(blob),
        }
    }
}

/// What is attached to an image, where that is kept: in a registry perhaps not in the image's own
/// repository.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Signatures<'o>(&'o Opened);

impl Signatures<'_> {
    /// The manifests under the image's tag with this suffix, or of this kind in what cosign saves.
    pub(crate) fn tagged(
        &self,
        image: &Digest,
        suffix: &str,
        kind: &str,
    ) -> Result<Vec<Descriptor>, SourceError> {
        match &self.0.place {
            Place::Local(source) => Ok(source.attached(image, suffix, kind)),
            Place::Registry { signatures, .. } => {
                let tag = format!("{}-{}.{suffix}", image.algorithm().name(), image.hex());
                Ok(signatures.resolve(&ManifestName::Tag(tag))?.into_iter().collect())
            }
        }
    }
}

impl BlobSource for Signatures<'_> {
    fn open(&self, blob: &Descriptor) -> Result<Box<dyn Read + Send + '_>, BlobError> {
        match &self.0.place {
            Place::Local(source) => source.open(blob),
            Place::Registry { signatures, .. } => signatures.open(blob),
        }
    }
}

impl SignatureSource for Signatures<'_> {
    fn attached(
        &self,
        image: &Digest,
        attachment: Attachment,
    ) -> Result<Vec<Descriptor>, SourceError> {
        self.tagged(image, attachment.suffix(), attachment.kind())
    }

    fn referrers(&self, image: &Digest) -> Result<Listed, SourceError> {
        match &self.0.place {
            Place::Local(source) => {
                let found = source.referrers(image)?;
                let unreadable = found.unreadable.into_iter();
                Ok(Listed {
                    manifests: found.manifests,
                    unreadable: unreadable.map(|(digest, error)| (digest, error.into())).collect(),
                })
            }
            Place::Registry { signatures: blobs, .. } => {
                let manifests = blobs.repository().referrers(image)?.manifests;
                Ok(Listed { manifests, unreadable: Vec::new() })
            }
        }
    }
}
