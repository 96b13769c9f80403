//! The storage of signatures in a registry: as referrers with a bundle (cosign 3), or in the
//! manifests of the tags `sha256-<hex>.sig` and `.att` (`cosign specs/SIGNATURE_SPEC.md`).

use std::borrow::Cow;
use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use data_encoding::HEXLOWER;
use sealift_model::{Descriptor, Digest, Timestamp};
use sealift_sigstore_verify::{Entry, Message, Provider, PublicKey, Scheme};
use serde_json::Value;

use crate::bundle::{BUNDLE_MEDIA_TYPE, SignatureBundle, SignedPayload, SignerMaterial};
use crate::json::Node;

/// Media type of an OCI image manifest.
pub const OCI_MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";
/// Media type of a Docker image manifest, schema 2.
pub const DOCKER_MANIFEST: &str = "application/vnd.docker.distribution.manifest.v2+json";
const OCI_CONFIG: &str = "application/vnd.oci.image.config.v1+json";
const DOCKER_CONFIG: &str = "application/vnd.docker.container.image.v1+json";
const EMPTY: &str = "application/vnd.oci.empty.v1+json";
const SIMPLE_SIGNING: &str = "application/vnd.dev.cosign.simplesigning.v1+json";
const ENVELOPE: &str = "application/vnd.dsse.envelope.v1+json";

/// Layers that a manifest of signatures may have; no signature is added to a longer one.
const MAX_LAYERS: usize = 1000;

/// A content of a registry: bytes and their media type.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "bytes and what they are")]
pub struct Blob {
    /// The media type.
    pub media_type: String,
    /// The bytes.
    pub bytes: Vec<u8>,
}

impl Blob {
    fn new(media_type: &str, bytes: impl Into<Vec<u8>>) -> Self {
        Self { media_type: media_type.to_owned(), bytes: bytes.into() }
    }

    /// The SHA-256 of its bytes.
    #[must_use]
    pub fn digest(&self) -> Digest {
        Digest::sha256_of(&self.bytes)
    }

    /// Its media type, digest and size.
    #[must_use]
    pub fn descriptor(&self) -> Descriptor {
        let size = u64::try_from(self.bytes.len()).unwrap_or(u64::MAX);
        Descriptor::new(&self.media_type, self.digest(), size)
    }

    fn node(&self) -> Vec<(Cow<'_, str>, Node<'_>)> {
        located(&self.descriptor())
    }
}

/// A manifest with the blobs that must be pushed before it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "a manifest and its blobs")]
pub struct Artifact {
    /// Config and layers.
    pub blobs: Vec<Blob>,
    /// The manifest.
    pub manifest: Blob,
}

/// The manifest with which cosign 3 attaches a bundle to an image: it refers to the image by
/// `subject`.
#[must_use]
pub fn referrer(
    bundle: &SignatureBundle,
    predicate_type: Option<&str>,
    subject: &Descriptor,
    created: Timestamp,
) -> Artifact {
    let config = Blob::new(EMPTY, *b"{}");
    let layer = Blob::new(BUNDLE_MEDIA_TYPE, bundle.to_json());
    let mut of_config = config.node();
    of_config.push(("artifactType".into(), Node::text(BUNDLE_MEDIA_TYPE)));
    let mut annotations = BTreeMap::new();
    let content = match bundle.payload {
        SignedPayload::Envelope { .. } => "dsse-envelope",
        SignedPayload::Message { .. } => "message-signature",
    };
    annotations.insert("dev.sigstore.bundle.content".to_owned(), content.to_owned());
    if let Some(predicate_type) = predicate_type {
        let name = "dev.sigstore.bundle.predicateType".to_owned();
        annotations.insert(name, predicate_type.to_owned());
    }
    let created_name = "org.opencontainers.image.created".to_owned();
    annotations.insert(created_name, created.to_string());
    let manifest = Node::object([
        ("schemaVersion", Some(Node::Number("2".to_owned()))),
        ("mediaType", Some(Node::text(OCI_MANIFEST))),
        ("config", Some(Node::Object(of_config))),
        ("layers", Some(Node::List(vec![Node::Object(layer.node())]))),
        ("annotations", Some(Node::texts(&annotations))),
        ("subject", Some(Node::Object(located(subject)))),
        ("artifactType", Some(Node::text(BUNDLE_MEDIA_TYPE))),
    ]);
    let manifest = Blob::new(OCI_MANIFEST, manifest.compact());
    Artifact { blobs: vec![config, layer], manifest }
}

/// A signature or attestation in the older form: a layer of a tagged manifest.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "a layer and its annotations")]
pub struct TaggedLayer {
    /// Payload or envelope.
    pub blob: Blob,
    /// Signature and evidence.
    pub annotations: BTreeMap<String, String>,
}

impl TaggedLayer {
    /// A signature over a simple signing payload.
    #[must_use]
    pub fn signature(payload: Vec<u8>, bundle: &SignatureBundle) -> Self {
        let annotations = evidence(bundle, STANDARD.encode(&bundle.signature));
        Self { blob: Blob::new(SIMPLE_SIGNING, payload), annotations }
    }

    /// An attestation; `None` when the bundle has no envelope.
    #[must_use]
    pub fn attestation(bundle: &SignatureBundle, predicate_type: &str) -> Option<Self> {
        let mut annotations = evidence(bundle, String::new());
        annotations.insert(PREDICATE_TYPE.to_owned(), predicate_type.to_owned());
        Some(Self { blob: Blob::new(ENVELOPE, bundle.envelope_json()?), annotations })
    }
}

/// The annotations that hold the evidence which a bundle would contain.
fn evidence(bundle: &SignatureBundle, signature: String) -> BTreeMap<String, String> {
    let mut annotations = BTreeMap::new();
    let mut put = |name: &str, value| _ = annotations.insert(name.to_owned(), value);
    put(SIGNATURE, signature);
    if let SignerMaterial::Certificate { leaf, chain } = &bundle.signer {
        put("dev.sigstore.cosign/certificate", crate::key::pem_block("CERTIFICATE", leaf));
        // Empty if there is no chain, as cosign writes it.
        let chain = chain.iter().map(|der| crate::key::pem_block("CERTIFICATE", der)).collect();
        put("dev.sigstore.cosign/chain", chain);
    }
    if let Some(entry) = bundle.entries.iter().find_map(promised) {
        put("dev.sigstore.cosign/bundle", entry);
    }
    if let Some(timestamp) = bundle.timestamps.first() {
        put("dev.sigstore.cosign/rfc3161timestamp", timestamp_json(timestamp));
    }
    annotations
}

/// An RFC 3161 response in the JSON in which cosign stores it: in an annotation, or in the file of
/// `--rfc3161-timestamp`.
#[must_use]
pub fn timestamp_json(response: &[u8]) -> String {
    let response = Node::text(STANDARD.encode(response));
    Node::object([("SignedRFC3161Timestamp", Some(response))]).compact()
}

/// The promised data of an entry of Rekor v1, with the promise. Entries of Rekor v2 have no promise
/// and no place in this form.
fn promised(entry: &Entry) -> Option<String> {
    let promise = entry.promise.as_ref()?;
    let time = entry.integrated_time?;
    let payload = Node::object([
        ("body", Some(Node::text(STANDARD.encode(&entry.body)))),
        ("integratedTime", Some(Node::Number(time.unix_seconds().to_string()))),
        ("logIndex", Some(Node::Number(entry.log_index.to_string()))),
        ("logID", Some(Node::text(HEXLOWER.encode(&entry.log_id)))),
    ]);
    let promise = Node::text(STANDARD.encode(promise));
    let document =
        Node::object([("SignedEntryTimestamp", Some(promise)), ("Payload", Some(payload))]);
    Some(document.compact())
}

/// The manifest of a tag `.sig` or `.att`, including the layers that it had before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TaggedManifest {
    is_docker: bool,
    layers: Vec<(Descriptor, BTreeMap<String, String>)>,
    blobs: Vec<Blob>,
}

/// The annotation that holds a signature in base64.
const SIGNATURE: &str = "dev.cosignproject.cosign/signature";
/// The annotation with an attestation's predicate type.
const PREDICATE_TYPE: &str = "predicateType";

impl TaggedManifest {
    /// A manifest without layers. `image_type` is the media type of the signed image: for a Docker
    /// image, cosign writes a Docker manifest.
    #[must_use]
    pub fn new(image_type: &str) -> Self {
        let is_docker = image_type.starts_with("application/vnd.docker.");
        Self { is_docker, layers: Vec::new(), blobs: Vec::new() }
    }

    /// The existing manifest, to which signatures are added.
    ///
    /// # Errors
    /// When it is not a manifest of layers with SHA-256 digests, or has too many layers.
    pub fn existing(manifest: &[u8]) -> Result<Self, TaggedManifestError> {
        let document: Value =
            serde_json::from_slice(manifest).map_err(|_| TaggedManifestError::Malformed)?;
        let media_type = document.get("mediaType").and_then(Value::as_str).unwrap_or(OCI_MANIFEST);
        let layers = document.get("layers").and_then(Value::as_array);
        let layers = layers.ok_or(TaggedManifestError::Malformed)?;
        if layers.len() >= MAX_LAYERS {
            return Err(TaggedManifestError::TooManyLayers { max: MAX_LAYERS });
        }
        let layers = layers.iter().map(layer).collect::<Option<_>>();
        Ok(Self {
            is_docker: media_type == DOCKER_MANIFEST,
            layers: layers.ok_or(TaggedManifestError::Malformed)?,
            blobs: Vec::new(),
        })
    }

    /// Whether it has exactly this layer.
    #[must_use]
    pub fn has(&self, layer: &TaggedLayer) -> bool {
        let descriptor = layer.blob.descriptor();
        self.layers.iter().any(|(there, annotations)| {
            there.digest == descriptor.digest && *annotations == layer.annotations
        })
    }

    /// Whether it has a signature of this key over the payload of `layer`, with at least the same
    /// kinds of evidence: an entry of a log, a timestamp. Signatures by certificates do not count,
    /// since each has a key of its own.
    #[must_use]
    pub fn has_signature_by(
        &self,
        key: &PublicKey,
        layer: &TaggedLayer,
        provider: &dyn Provider,
    ) -> bool {
        let descriptor = layer.blob.descriptor();
        let scheme = Scheme::default_for(key.algorithm());
        self.layers.iter().any(|(there, annotations)| {
            let is_alike = there.digest == descriptor.digest
                && there.media_type == descriptor.media_type
                && layer.annotations.keys().all(|name| annotations.contains_key(name));
            let signature = annotations.get(SIGNATURE).map(|text| STANDARD.decode(text));
            let Some(Ok(signature)) = signature.filter(|_| is_alike) else { return false };
            let payload = Message::Bytes(&layer.blob.bytes);
            key.verify(provider, scheme, payload, &signature).is_ok()
        })
    }

    /// Adds a layer after the existing ones.
    pub fn add(&mut self, layer: TaggedLayer) {
        self.layers.push((layer.blob.descriptor(), layer.annotations));
        self.blobs.push(layer.blob);
    }

    /// Adds a layer in place of those with the same predicate type.
    pub fn replace(&mut self, layer: TaggedLayer) {
        let predicate_type = layer.annotations.get(PREDICATE_TYPE);
        self.layers.retain(|(_, there)| there.get(PREDICATE_TYPE) != predicate_type);
        self.add(layer);
    }

    /// The manifest, with the added blobs.
    #[must_use]
    pub fn finish(self) -> Artifact {
        let (manifest_type, config_type) = match self.is_docker {
            true => (DOCKER_MANIFEST, DOCKER_CONFIG),
            false => (OCI_MANIFEST, OCI_CONFIG),
        };
        let config = Blob::new(config_type, config(&self.layers));
        let layers = self.layers.iter().map(|(descriptor, annotations)| {
            let mut node = located(descriptor);
            if !annotations.is_empty() {
                node.push(("annotations".into(), Node::texts(annotations)));
            }
            Node::Object(node)
        });
        let manifest = Node::object([
            ("schemaVersion", Some(Node::Number("2".to_owned()))),
            ("mediaType", Some(Node::text(manifest_type))),
            ("config", Some(Node::Object(config.node()))),
            ("layers", Some(Node::List(layers.collect()))),
        ]);
        let manifest = Blob::new(manifest_type, manifest.compact());
        let blobs = [self.blobs, vec![config]].concat();
        Artifact { blobs, manifest }
    }
}

/// Why signatures cannot be added to a tag's manifest.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TaggedManifestError {
    /// The document is not a manifest with layers.
    #[error("the manifest of the signatures that are there cannot be read")]
    Malformed,
    /// The manifest has too many layers.
    #[error("the manifest has {max} signatures or more")]
    TooManyLayers {
        /// The limit.
        max: usize,
    },
}

fn layer(layer: &Value) -> Option<(Descriptor, BTreeMap<String, String>)> {
    let media_type = layer.get("mediaType")?.as_str()?;
    let digest = layer.get("digest")?.as_str()?.parse().ok()?;
    let annotations = match layer.get("annotations") {
        None | Some(Value::Null) => BTreeMap::new(),
        Some(found) => serde_json::from_value(found.clone()).ok()?,
    };
    Some((Descriptor::new(media_type, digest, layer.get("size")?.as_u64()?), annotations))
}

/// A config as go-containerregistry writes it for layers that are not file systems: the diff-ids
/// are the layers' digests, and the time is unknown.
fn config(layers: &[(Descriptor, BTreeMap<String, String>)]) -> String {
    let never = || Node::text("0001-01-01T00:00:00Z");
    let history = layers.iter().map(|_| Node::object([("created", Some(never()))])).collect();
    let diff_ids = layers.iter().map(|(layer, _)| Node::text(layer.digest.to_string())).collect();
    let rootfs = Node::object([
        ("type", Some(Node::text("layers"))),
        ("diff_ids", Some(Node::List(diff_ids))),
    ]);
    let document = Node::object([
        ("architecture", Some(Node::text(""))),
        ("created", Some(never())),
        ("history", Some(Node::List(history))),
        ("os", Some(Node::text(""))),
        ("rootfs", Some(rootfs)),
        ("config", Some(Node::Object(Vec::new()))),
    ]);
    document.compact()
}

/// The members of a descriptor, in go-containerregistry's order.
fn located<'a>(descriptor: &Descriptor) -> Vec<(Cow<'a, str>, Node<'a>)> {
    vec![
        ("mediaType".into(), Node::text(descriptor.media_type.clone())),
        ("size".into(), Node::Number(descriptor.size.to_string())),
        ("digest".into(), Node::text(descriptor.digest.to_string())),
    ]
}
