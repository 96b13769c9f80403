//! Indexes, manifests and configs, which are fetched, verified, and only then parsed.

use std::fmt;

use sealift_model::{BlobSource, Descriptor, Digest};
use serde::{Deserialize, Deserializer};

use crate::ambiguous_members;
use crate::error::DocumentProblem;
use crate::media::DocumentKind;
use crate::stream::BlobStream;
use crate::{Error, LimitExceeded, Limits};

/// Reads a whole document and checks its size and digest against its descriptor. If they do not
/// match, the document is fetched again from elsewhere, if the source can.
pub(crate) fn fetch(
    source: &dyn BlobSource,
    descriptor: &Descriptor,
    limits: &Limits,
) -> Result<Vec<u8>, Error> {
    let max = limits.max_document_bytes;
    if descriptor.size > max {
        return Err(LimitExceeded::new("max_document_bytes", max).into());
    }
    loop {
        match fetch_once(source, descriptor) {
            Err(error) if error.is_of_bytes() && source.refuse(descriptor) => {}
            fetched => return fetched,
        }
    }
}

fn fetch_once(source: &dyn BlobSource, descriptor: &Descriptor) -> Result<Vec<u8>, Error> {
    let mut stream = BlobStream::open(source, descriptor, ())?;
    let mut bytes = Vec::new();
    loop {
        let chunk = stream.chunk();
        let chunk =
            chunk.map_err(|failure| failure.into_error(&descriptor.digest, descriptor.size))?;
        if chunk.is_empty() {
            break;
        }
        bytes.extend_from_slice(chunk);
        let read = chunk.len();
        stream.consume(read);
    }
    stream.finish()?;
    Ok(bytes)
}

/// A parsed index or manifest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Document {
    Index(Vec<Descriptor>),
    Manifest { config: Descriptor, layers: Vec<Descriptor> },
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Wire {
    schema_version: Option<u64>,
    media_type: Option<String>,
    config: Option<Descriptor>,
    // Go writes empty lists as null.
    #[serde(default, deserialize_with = "present")]
    layers: Option<Option<Vec<Descriptor>>>,
    #[serde(default, deserialize_with = "present")]
    manifests: Option<Option<Vec<Descriptor>>>,
}

fn present<'de, D, T>(deserializer: D) -> Result<Option<Option<T>>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de>,
{
    Option::deserialize(deserializer).map(Some)
}

impl Document {
    /// Parses a document of the declared kind. A document that one reader could take for a manifest
    /// and another for an index is refused (`image-spec manifest.md` and `image-index.md`, version
    /// 1.1, `mediaType`).
    pub(crate) fn parse(bytes: &[u8], kind: DocumentKind) -> Result<Self, DocumentProblem> {
        let wire: Wire = json(bytes, &MANIFEST_NAMES)?;
        match wire.schema_version {
            Some(2) => {}
            Some(other) => return Err(DocumentProblem::SchemaVersion(other)),
            None => return Err(DocumentProblem::Lacks("schemaVersion")),
        }
        if let Some(media_type) = wire.media_type.filter(|media_type| !media_type.is_empty())
            && DocumentKind::of(&media_type) != Some(kind)
        {
            return Err(DocumentProblem::MediaType(media_type));
        }
        match (wire.layers, wire.manifests, kind) {
            (Some(_), Some(_), _) => Err(DocumentProblem::LayersAndManifests),
            (None, None, _) => Err(DocumentProblem::NeitherLayersNorManifests),
            (Some(layers), None, DocumentKind::Manifest) => {
                let config = wire.config.ok_or(DocumentProblem::Lacks("config"))?;
                Ok(Self::Manifest { config, layers: layers.unwrap_or_default() })
            }
            (None, Some(manifests), DocumentKind::Index) => {
                Ok(Self::Index(manifests.unwrap_or_default()))
            }
            (Some(_), None, DocumentKind::Index) => Err(DocumentProblem::Lacks("manifests")),
            (None, Some(_), DocumentKind::Manifest) => Err(DocumentProblem::Lacks("layers")),
        }
    }
}

/// Fetches and parses the document that a descriptor names.
pub(crate) fn load(
    source: &dyn BlobSource,
    descriptor: &Descriptor,
    limits: &Limits,
) -> Result<Document, Error> {
    let Some(kind) = DocumentKind::of(&descriptor.media_type) else {
        let media_type = descriptor.media_type.clone();
        return Err(Error::MediaType { blob: descriptor.digest.clone(), media_type });
    };
    let bytes = fetch(source, descriptor, limits)?;
    Document::parse(&bytes, kind).map_err(|problem| about(&descriptor.digest, problem))
}

/// The member names of manifests, indexes and their parts (`image-spec manifest.md`,
/// `image-index.md` and `descriptor.md`, version 1.1).
pub(crate) const MANIFEST_NAMES: [&str; 18] = [
    "schemaVersion",
    "mediaType",
    "artifactType",
    "config",
    "layers",
    "manifests",
    "subject",
    "annotations",
    "digest",
    "size",
    "urls",
    "data",
    "platform",
    "architecture",
    "os",
    "os.version",
    "os.features",
    "variant",
];

/// The member names of image configs that describe the image and how it runs (`image-spec
/// config.md`, version 1.1).
pub(crate) const CONFIG_NAMES: [&str; 25] = [
    "created",
    "architecture",
    "os",
    "os.version",
    "os.features",
    "variant",
    "config",
    "rootfs",
    "diff_ids",
    "history",
    "created_by",
    "empty_layer",
    "User",
    "ExposedPorts",
    "Env",
    "Entrypoint",
    "Cmd",
    "Volumes",
    "WorkingDir",
    "Labels",
    "StopSignal",
    "Healthcheck",
    "OnBuild",
    "Shell",
    "ArgsEscaped",
];

/// The member names of `manifest.json` in archives of `docker save` (Docker Image Specification
/// 1.2.0, "Combined Image JSON + Filesystem Changeset Format").
pub(crate) const SAVED_NAMES: [&str; 5] =
    ["Config", "RepoTags", "Layers", "Parent", "LayerSources"];

/// Parses JSON. Nesting beyond 128 levels is refused, as are names that differ only in case from
/// each other or from one of `names`.
pub(crate) fn json<'de, T: Deserialize<'de>>(
    bytes: &'de [u8],
    names: &[&str],
) -> Result<T, DocumentProblem> {
    let read =
        serde_json::from_slice(bytes).map_err(|error| DocumentProblem::Json(error.to_string()))?;
    ambiguous_members::check(bytes, names)?;
    Ok(read)
}

/// The error of a document.
pub(crate) fn about(document: &impl fmt::Display, problem: DocumentProblem) -> Error {
    Error::Document { document: document.to_string(), problem }
}

/// The image config (`image-spec config.md`), as far as it is needed here.
#[derive(Deserialize)]
pub(crate) struct Config {
    pub(crate) created: Option<String>,
    pub(crate) architecture: Option<String>,
    pub(crate) os: Option<String>,
    pub(crate) variant: Option<String>,
    pub(crate) rootfs: Option<RootFs>,
    pub(crate) history: Option<Vec<HistoryEntry>>,
}

#[derive(Deserialize)]
pub(crate) struct RootFs {
    pub(crate) diff_ids: Option<Vec<Digest>>,
}

#[derive(Deserialize)]
pub(crate) struct HistoryEntry {
    pub(crate) created: Option<String>,
    pub(crate) created_by: Option<String>,
    pub(crate) comment: Option<String>,
    pub(crate) empty_layer: Option<bool>,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(json: &str, kind: DocumentKind) -> Result<Document, DocumentProblem> {
        Document::parse(json.as_bytes(), kind)
    }

    #[test]
    fn refuses_what_two_readers_could_read_differently() {
        use DocumentKind::{Index, Manifest};
        let both = r#"{"schemaVersion":2,"layers":[],"manifests":[]}"#;
        for kind in [Index, Manifest] {
            assert_eq!(parse(both, kind), Err(DocumentProblem::LayersAndManifests));
        }
        let twice = r#"{"schemaVersion":2,"manifests":[],"manifests":[]}"#;
        assert!(matches!(parse(twice, Index), Err(DocumentProblem::Json(_))));
        let index = r#"{"schemaVersion":2,"manifests":[]}"#;
        assert_eq!(parse(index, Index), Ok(Document::Index(Vec::new())));
        assert_eq!(parse(index, Manifest), Err(DocumentProblem::Lacks("layers")));
        let lying = r#"{"schemaVersion":2,"manifests":[],
            "mediaType":"application/vnd.oci.image.manifest.v1+json"}"#;
        assert!(matches!(parse(lying, Index), Err(DocumentProblem::MediaType(_))));
    }

    #[test]
    fn refuses_what_readers_that_pass_over_case_read_differently() {
        use DocumentKind::{Index, Manifest};
        let is_ambiguous =
            |json: &str, kind| matches!(parse(json, kind), Err(DocumentProblem::AmbiguousName(..)));
        let twice = r#"{"schemaVersion":2,"manifests":[],"Manifests":[]}"#;
        assert!(is_ambiguous(twice, Index));
        let hidden = r#"{"schemaVersion":2,"manifests":[],"Subject":{}}"#;
        assert!(is_ambiguous(hidden, Index));
        let digest = format!("sha256:{}", "0".repeat(64));
        let descriptor =
            format!(r#"{{"mediaType":"x","digest":"{digest}","size":1,"Digest":"{digest}"}}"#);
        let manifest = format!(r#"{{"schemaVersion":2,"config":{descriptor},"layers":[]}}"#);
        assert!(is_ambiguous(&manifest, Manifest));
    }

    #[test]
    fn refuses_other_versions_and_absurd_depth() {
        use DocumentKind::Index;
        let first = r#"{"schemaVersion":1,"manifests":[]}"#;
        assert_eq!(parse(first, Index), Err(DocumentProblem::SchemaVersion(1)));
        let deep = format!("{{\"x\":{}", "[".repeat(1_000_000));
        assert!(matches!(parse(&deep, Index), Err(DocumentProblem::Json(_))));
    }
}
