//! Media types (`image-spec media-types.md`, version 1.1; Docker's `image-manifest-v2-2.md`).

use crate::Coding;

pub(crate) const OCI_MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";
pub(crate) const OCI_CONFIG: &str = "application/vnd.oci.image.config.v1+json";
const OCI_INDEX: &str = "application/vnd.oci.image.index.v1+json";
const DOCKER_MANIFEST: &str = "application/vnd.docker.distribution.manifest.v2+json";
const DOCKER_LIST: &str = "application/vnd.docker.distribution.manifest.list.v2+json";
const DOCKER_CONFIG: &str = "application/vnd.docker.container.image.v1+json";
/// The config of images pushed by Docker 1.10.
const UNTYPED: &str = "application/octet-stream";

/// The kind of a document.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum DocumentKind {
    Manifest,
    Index,
}

impl DocumentKind {
    pub(crate) fn of(media_type: &str) -> Option<Self> {
        match media_type {
            OCI_MANIFEST | DOCKER_MANIFEST => Some(Self::Manifest),
            OCI_INDEX | DOCKER_LIST => Some(Self::Index),
            _ => None,
        }
    }
}

/// Whether a manifest's config is that of a container image.
pub(crate) fn is_image_config(media_type: &str) -> bool {
    matches!(media_type, OCI_CONFIG | DOCKER_CONFIG | UNTYPED)
}

/// The properties of a layer by its media type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct LayerType {
    pub(crate) coding: Coding,
    /// Whether registries must not distribute it; its content is stored elsewhere.
    pub(crate) is_foreign: bool,
}

impl LayerType {
    pub(crate) fn of(media_type: &str) -> Option<Self> {
        const OCI: &str = "application/vnd.oci.image.layer.";
        const DOCKER: &str = "application/vnd.docker.image.rootfs.";
        let (is_foreign, suffix) = if let Some(rest) = media_type.strip_prefix(OCI) {
            match rest.strip_prefix("nondistributable.v1.tar") {
                Some(suffix) => (true, suffix),
                None => (false, rest.strip_prefix("v1.tar")?),
            }
        } else {
            let rest = media_type.strip_prefix(DOCKER)?;
            match rest.strip_prefix("foreign.diff.tar") {
                Some(suffix) => (true, suffix),
                None => (false, rest.strip_prefix("diff.tar")?),
            }
        };
        let coding = match suffix {
            "" => Coding::Plain,
            "+gzip" | ".gzip" => Coding::Gzip,
            "+zstd" | ".zstd" => Coding::Zstd,
            _ => return None,
        };
        Some(Self { coding, is_foreign })
    }
}

/// The OCI media type of a layer with that coding.
pub(crate) fn oci_layer(coding: Coding) -> String {
    let suffix = match coding {
        Coding::Gzip => "+gzip",
        Coding::Zstd => "+zstd",
        Coding::Plain | Coding::Xz | Coding::Bzip2 => "",
    };
    format!("application/vnd.oci.image.layer.v1.tar{suffix}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn knows_layer_types() {
        for (media_type, expected) in [
            ("application/vnd.oci.image.layer.v1.tar", Some((Coding::Plain, false))),
            ("application/vnd.oci.image.layer.v1.tar+gzip", Some((Coding::Gzip, false))),
            ("application/vnd.oci.image.layer.v1.tar+zstd", Some((Coding::Zstd, false))),
            (
                "application/vnd.oci.image.layer.nondistributable.v1.tar+gzip",
                Some((Coding::Gzip, true)),
            ),
            ("application/vnd.docker.image.rootfs.diff.tar.gzip", Some((Coding::Gzip, false))),
            (
                "application/vnd.docker.image.rootfs.foreign.diff.tar.gzip",
                Some((Coding::Gzip, true)),
            ),
            ("application/vnd.oci.image.layer.v1.tar+gzip+encrypted", None),
            ("application/vnd.in-toto+json", None),
            ("", None),
        ] {
            let found = LayerType::of(media_type);
            assert_eq!(
                found.map(|found| (found.coding, found.is_foreign)),
                expected,
                "{media_type}"
            );
        }
    }
}
