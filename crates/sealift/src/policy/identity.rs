//! The names by which VEX documents refer to an image.

use std::collections::BTreeSet;

use sealift_model::{Algorithm, Purl, Reference};
use sealift_report::{ArtifactKind, Report};

use crate::Target;

/// The `pkg:oci` purls of an image, by each name and digest that it has (purl type definition
/// `oci`: the name is the last part of the repository, the version the digest).
pub(super) fn purls(report: &Report) -> Vec<Purl> {
    let Some(image) = &report.artifact.image else { return Vec::new() };
    let manifest = image.manifest.as_ref().map(|manifest| &manifest.digest);
    let digests: Vec<String> =
        manifest.into_iter().chain(&image.index).map(ToString::to_string).collect();
    let mut purls = BTreeSet::new();
    for reference in references(report) {
        let name = reference.repository().rsplit('/').next().unwrap_or_default();
        for url in urls(&reference) {
            let builder = |version: Option<&String>| {
                let mut builder = Purl::builder("oci", name).qualifier("repository_url", &*url);
                if let Some(tag) = reference.tag() {
                    builder = builder.qualifier("tag", tag);
                }
                if let Some(version) = version {
                    builder = builder.version(version.as_str());
                }
                builder.build()
            };
            let versions = digests.iter().map(Some).chain(digests.is_empty().then_some(None));
            purls.extend(versions.filter_map(|version| builder(version).ok()));
        }
    }
    purls.into_iter().collect()
}

/// The SHA-256 digests of an image: manifest, index and config.
pub(super) fn digests(report: &Report) -> Vec<String> {
    let Some(image) = &report.artifact.image else { return Vec::new() };
    let manifest = image.manifest.as_ref().map(|manifest| &manifest.digest);
    let all = manifest.into_iter().chain(&image.index).chain([&image.id]);
    all.filter(|digest| digest.algorithm() == Algorithm::Sha256)
        .map(sealift_model::Digest::hex)
        .collect()
}

/// The names of registries by which the image is known. A path is none, and neither is what names a
/// layout or an archive.
fn references(report: &Report) -> Vec<Reference> {
    let tags = report.artifact.image.iter().flat_map(|image| &image.tags);
    // A bare word is a tag of a layout.
    let tags = tags.map(String::as_str).filter(|tag| tag.contains([':', '/']));
    let written = report.artifact.name.as_str();
    let engine = ["docker-daemon:", "podman:"].iter().find_map(|one| written.strip_prefix(one));
    let name = engine.unwrap_or(written);
    let is_name =
        report.artifact.kind == ArtifactKind::ContainerImage && Target::local_image(name).is_none();
    tags.chain(is_name.then_some(name)).filter_map(|text| text.parse().ok()).collect()
}

/// Docker Hub has several names.
fn urls(reference: &Reference) -> Vec<String> {
    let repository = reference.repository();
    match reference.registry() {
        "docker.io" => ["docker.io", "index.docker.io", "registry-1.docker.io"]
            .map(|host| format!("{host}/{repository}"))
            .into(),
        host => vec![format!("{host}/{repository}")],
    }
}
