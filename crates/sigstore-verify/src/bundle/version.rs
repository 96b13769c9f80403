use std::fmt;

use super::BundleError;
use crate::json::{Field, excerpt};

/// Version of the bundle format.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum BundleVersion {
    /// 0.1: a log entry needs an inclusion promise.
    V01,
    /// 0.2: a log entry needs an inclusion proof with a checkpoint.
    V02,
    /// 0.3: in addition, a signer has one certificate and no chain.
    V03,
}

/// Every media type in use: `sigstore_bundle.proto` at `Bundle.media_type` names one, and the
/// previous ones that "clients must be able to accept".
const MEDIA_TYPES: &[(&str, BundleVersion)] = &[
    ("application/vnd.dev.sigstore.bundle.v0.3+json", BundleVersion::V03),
    ("application/vnd.dev.sigstore.bundle+json;version=0.3", BundleVersion::V03),
    ("application/vnd.dev.sigstore.bundle+json;version=0.2", BundleVersion::V02),
    ("application/vnd.dev.sigstore.bundle+json;version=0.1", BundleVersion::V01),
];

impl BundleVersion {
    /// The version that a media type names.
    #[must_use]
    pub fn from_media_type(media_type: &str) -> Option<Self> {
        MEDIA_TYPES.iter().find(|(name, _)| *name == media_type).map(|(_, version)| *version)
    }

    pub(super) fn read(root: Field<'_>) -> Result<Self, BundleError> {
        let media_type = root.get("mediaType")?.string()?;
        Self::from_media_type(media_type)
            .ok_or_else(|| BundleError::MediaType { media_type: excerpt(media_type) })
    }
}

impl fmt::Display for BundleVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::V01 => "0.1",
            Self::V02 => "0.2",
            Self::V03 => "0.3",
        })
    }
}
