//! The name of an image in its registry, with its digest there.

use sealift_model::{Purl, Reference};

use crate::ImageFacts;

/// The registry that names without one mean.
const DEFAULT_REGISTRY: &str = "docker.io";
/// Where that registry keeps what has no other owner.
const OFFICIAL: &str = "library/";

impl ImageFacts {
    /// `REPOSITORY@DIGEST`, as Trivy and Docker write it: without the default registry, and without
    /// `library/` in it. None for an image that is not from a registry.
    #[must_use]
    pub fn repo_digest(&self) -> Option<String> {
        let found = self.found.as_ref()?;
        Some(format!("{}@{}", familiar(found), found.digest()?))
    }

    /// The package URL (purl type definition `oci`): the name is the last part of the repository,
    /// the version the digest. None for an image that is not from a registry.
    #[must_use]
    pub fn purl(&self) -> Option<Purl> {
        let found = self.found.as_ref()?;
        let name = found.repository().rsplit('/').next()?;
        let mut purl = Purl::builder("oci", name)
            .version(found.digest()?.to_string())
            .qualifier("repository_url", repository_url(found));
        if let Some(tag) = found.tag() {
            purl = purl.qualifier("tag", tag);
        }
        if let Some(architecture) = self.config.get("architecture").and_then(|it| it.as_str()) {
            purl = purl.qualifier("arch", architecture);
        }
        purl.build().ok()
    }
}

fn familiar(reference: &Reference) -> String {
    let (registry, repository) = (reference.registry(), reference.repository());
    match registry {
        DEFAULT_REGISTRY => repository.strip_prefix(OFFICIAL).unwrap_or(repository).to_owned(),
        _ => format!("{registry}/{repository}"),
    }
}

/// Docker Hub has several names; this is the one in Trivy's SBOMs, by which VEX documents for its
/// users name images.
fn repository_url(reference: &Reference) -> String {
    match reference.registry() {
        DEFAULT_REGISTRY => format!("index.docker.io/{}", reference.repository()),
        _ => reference.name(),
    }
}

#[cfg(test)]
mod tests {
    use sealift_model::Digest;
    use serde_json::json;

    use super::*;
    use crate::{JsonOptions, example, json, sarif};

    fn facts(found: &str) -> ImageFacts {
        let config = json!({"architecture": "arm64", "os": "linux"});
        let mut facts = ImageFacts::new(Digest::sha256_of(b"config"), config);
        let digest = Digest::sha256_of(b"manifest");
        facts.found = Some(found.parse::<Reference>().unwrap().with_digest(digest));
        facts
    }

    #[test]
    fn names_are_those_of_trivy() {
        let digest = Digest::sha256_of(b"manifest");
        for (found, name, url) in [
            ("alpine:3.10", "alpine", "index.docker.io%2Flibrary%2Falpine&tag=3.10"),
            ("me/shop", "me/shop", "index.docker.io%2Fme%2Fshop&tag=latest"),
            ("localhost:5000/a/shop:1", "localhost:5000/a/shop", "localhost:5000%2Fa%2Fshop&tag=1"),
            ("ghcr.io/library/shop:1", "ghcr.io/library/shop", "ghcr.io%2Flibrary%2Fshop&tag=1"),
        ] {
            let facts = facts(found);
            assert_eq!(facts.repo_digest(), Some(format!("{name}@{digest}")));
            let purl = facts.purl().unwrap().to_string();
            let name = name.rsplit('/').next().unwrap();
            let wanted = format!("pkg:oci/{name}@{digest}?arch=arm64&repository_url={url}");
            assert_eq!(purl, wanted);
        }
    }

    #[test]
    fn reports_have_it() {
        let mut report = example::report();
        let image = report.artifact.image.as_mut().unwrap();
        image.found = facts("example.org/shop:1.4").found;
        let name = json!([image.repo_digest().unwrap()]);
        let (mut json, mut sarif) = (Vec::new(), Vec::new());
        json::write(&report, &JsonOptions::default(), &mut json).unwrap();
        sarif::write(&report, &mut sarif).unwrap();
        let [json, sarif] =
            [json, sarif].map(|it| serde_json::from_slice::<serde_json::Value>(&it).unwrap());
        assert_eq!(json["Metadata"]["RepoDigests"], name);
        assert_eq!(sarif["runs"][0]["properties"]["repoDigests"], name);
    }

    #[test]
    fn what_is_not_known_is_not_said() {
        let mut nameless = facts("shop:1");
        let found = nameless.found.take().unwrap();
        assert_eq!((nameless.repo_digest(), nameless.purl()), (None, None));
        nameless.found = Some(found.at_digest(Digest::sha256_of(b"manifest")));
        nameless.config = json!({});
        let purl = nameless.purl().unwrap();
        assert_eq!(purl.qualifiers().map(|(key, _)| key).collect::<Vec<_>>(), ["repository_url"]);
    }
}
