//! Descriptors and platforms (`image-spec descriptor.md` and `image-index.md`, version 1.1).

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::Digest;

/// The description of a blob: media type, digest and size.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Descriptor {
    /// Media type of the blob, as written.
    pub media_type: String,
    /// Digest of the blob's bytes.
    pub digest: Digest,
    /// Bytes of the blob.
    pub size: u64,
    /// The type of the artifact, for an entry of an image index that is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub artifact_type: Option<String>,
    /// The platform, for an entry of an image index.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub platform: Option<Platform>,
    /// Annotations, `org.opencontainers.image.ref.name` among them.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub annotations: BTreeMap<String, String>,
}

impl Descriptor {
    /// A descriptor without artifact type, platform and annotations.
    #[must_use]
    pub fn new(media_type: impl Into<String>, digest: Digest, size: u64) -> Self {
        Self {
            media_type: media_type.into(),
            digest,
            size,
            artifact_type: None,
            platform: None,
            annotations: BTreeMap::new(),
        }
    }
}

/// The platform that an image runs on: `os/architecture[/variant]`, as in `linux/arm64/v8`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Platform {
    /// Operating system, a `GOOS` value.
    pub os: String,
    /// CPU architecture, a `GOARCH` value.
    pub architecture: String,
    /// Variant of the CPU, as `v7`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub variant: Option<String>,
}

impl Platform {
    /// A platform without variant.
    #[must_use]
    pub fn new(os: impl Into<String>, architecture: impl Into<String>) -> Self {
        Self { os: os.into(), architecture: architecture.into(), variant: None }
    }

    /// Whether an image for `offered` runs on this platform. A platform without a variant accepts
    /// any.
    #[must_use]
    pub fn accepts(&self, offered: &Self) -> bool {
        self.os == offered.os
            && self.architecture == offered.architecture
            && (self.variant.is_none() || self.variant == offered.variant)
    }
}

impl fmt::Display for Platform {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.os, self.architecture)?;
        match &self.variant {
            Some(variant) => write!(f, "/{variant}"),
            None => Ok(()),
        }
    }
}

impl FromStr for Platform {
    type Err = PlatformError;

    fn from_str(text: &str) -> Result<Self, PlatformError> {
        let mut parts = text.split('/');
        let mut next = || parts.next().filter(|part| !part.is_empty()).map(str::to_owned);
        let (Some(os), Some(architecture)) = (next(), next()) else { return Err(PlatformError) };
        let variant = next();
        match parts.next() {
            None => Ok(Self { os, architecture, variant }),
            Some(_) => Err(PlatformError),
        }
    }
}

/// A text is not of the form `os/architecture[/variant]`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a platform is written os/architecture[/variant], as linux/arm64")]
#[non_exhaustive]
pub struct PlatformError;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_and_prints_platforms() {
        for text in ["linux/amd64", "linux/arm/v7"] {
            assert_eq!(text.parse::<Platform>().unwrap().to_string(), text);
        }
        for text in ["", "linux", "linux/", "a/b/c/d"] {
            assert_eq!(text.parse::<Platform>(), Err(PlatformError));
        }
    }

    #[test]
    fn a_variant_not_asked_for_may_be_any() {
        let asked: Platform = "linux/arm64".parse().unwrap();
        let offered: Platform = "linux/arm64/v8".parse().unwrap();
        assert!(asked.accepts(&offered));
        assert!(!offered.accepts(&asked));
    }
}
