//! A layout or archive as a source of signatures.

use std::io::Read;

use sealift_layers::ImageSource;
use sealift_model::{BlobError, BlobSource, Descriptor, Digest};
use sealift_sigstore_verify::{Attachment, Listed, SignatureSource, SourceError};

/// Signatures that lie in the layout of their image.
#[derive(Debug)]
pub(super) struct Local(pub(super) ImageSource);

impl BlobSource for Local {
    fn open(&self, blob: &Descriptor) -> Result<Box<dyn Read + Send + '_>, BlobError> {
        self.0.open(blob)
    }
}

impl SignatureSource for Local {
    fn attached(
        &self,
        image: &Digest,
        attachment: Attachment,
    ) -> Result<Vec<Descriptor>, SourceError> {
        Ok(self.0.attached(image, attachment.suffix(), attachment.kind()))
    }

    fn referrers(&self, image: &Digest) -> Result<Listed, SourceError> {
        let found = self.0.referrers(image)?;
        let unreadable = found.unreadable.into_iter();
        Ok(Listed {
            manifests: found.manifests,
            unreadable: unreadable.map(|(digest, error)| (digest, error.into())).collect(),
        })
    }
}
