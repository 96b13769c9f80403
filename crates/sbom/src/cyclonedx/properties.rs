//! Names of the properties for data that has no field in CycloneDX.

/// Name of the cataloger that found the package.
pub(super) const CATALOGER: &str = "sealift:cataloger";
/// `declared` when a lockfile or manifest names the package; it is installed otherwise.
pub(super) const EVIDENCE: &str = "sealift:evidence";
/// A version that is longer than the schema permits.
pub(super) const VERSION: &str = "sealift:version";
/// `development-or-optional`, of which the schema's `scope` has only the second half.
pub(super) const SCOPE: &str = "sealift:scope";
/// How the package came to be asked for: `root`, `workspace`, `direct`, `indirect`.
pub(super) const RELATIONSHIP: &str = "sealift:relationship";
/// The architecture, where the purl has no `arch` qualifier of that value.
pub(super) const ARCHITECTURE: &str = "sealift:architecture";
/// Module label of an RPM.
pub(crate) const MODULE_LABEL: &str = "sealift:moduleLabel";
/// Name of the operating system's package that brought the package.
pub(crate) const OWNED_BY: &str = "sealift:ownedBy";
/// The guessed part of the package's identity, in words.
pub(super) const GUESSED: &str = "sealift:guessed";
/// Diff-id of the layer that first brought the package, where its locations are of a later one.
pub(super) const BROUGHT_BY: &str = "sealift:broughtBy";
/// `named`, `listed` or `guessed`: how it is known that the package is from the base image.
pub(super) const FROM_BASE: &str = "sealift:fromBase";
/// What took the package out of sight, `whiteout by sha256:...`: a running container has it not.
pub(super) const HIDDEN: &str = "sealift:hidden";
/// Name of the source package.
pub(super) const SOURCE_NAME: &str = "sealift:source:name";
/// Full version of the source package.
pub(super) const SOURCE_VERSION: &str = "sealift:source:version";
/// The same for Trivy, which takes a version in parts.
pub(super) const TRIVY_SOURCE_NAME: &str = "aquasecurity:trivy:SrcName";
/// What stands before the colon of a source's version.
pub(super) const TRIVY_SOURCE_EPOCH: &str = "aquasecurity:trivy:SrcEpoch";
/// What stands between epoch and release.
pub(super) const TRIVY_SOURCE_VERSION: &str = "aquasecurity:trivy:SrcVersion";
/// What stands behind the last dash of a Debian source's version or an RPM's.
pub(super) const TRIVY_SOURCE_RELEASE: &str = "aquasecurity:trivy:SrcRelease";
/// `sealift:location:N:layerDiffId` and `sealift:location:N:lastLine` say more of the occurrence
/// that stands Nth, from 0, in the component's evidence.
pub(super) const LOCATION: &str = "sealift:location:";
/// Diff-id of a location's layer, and of a layer of the image.
pub(super) const LAYER_DIFF_ID: &str = ":layerDiffId";
/// Last line of a location, where it is not the first.
pub(super) const LAST_LINE: &str = ":lastLine";

/// `VERSION_ID` of a distribution whose version is given in full.
pub(super) const VERSION_ID: &str = "sealift:distribution:versionId";
/// `VERSION_CODENAME` of a distribution.
pub(crate) const CODENAME: &str = "sealift:distribution:codename";
/// `PRETTY_NAME` of a distribution.
pub(crate) const PRETTY_NAME: &str = "sealift:distribution:prettyName";

/// Digest of an image's config.
pub(crate) const IMAGE_ID: &str = "sealift:image:id";
/// Digest of an image's manifest.
pub(crate) const IMAGE_DIGEST: &str = "sealift:image:digest";
/// `sealift:image:layer:N:diffId` and `sealift:image:layer:N:digest`, lowest layer first, from 0.
pub(super) const IMAGE_LAYER: &str = "sealift:image:layer:";
/// Diff-id of a layer of the image.
pub(super) const DIFF_ID: &str = ":diffId";
/// Digest of a layer of the image as stored.
pub(super) const DIGEST: &str = ":digest";

/// `sealift:diagnostic:note`, `:partial`, `:incomplete`: what could not be read when the document
/// was made.
pub(super) const DIAGNOSTIC: &str = "sealift:diagnostic:";
