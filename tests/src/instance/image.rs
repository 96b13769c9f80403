//! OCI image layouts with images and what cosign stores beside them.

use std::collections::BTreeMap;
use std::path::Path;
use std::{fs, io};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::key::{HashKind, pem};
use super::rekor::hex;
use super::{Content, Signed};

const IMAGE_MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";
const IMAGE_INDEX: &str = "application/vnd.oci.image.index.v1+json";
const IMAGE_CONFIG: &str = "application/vnd.oci.image.config.v1+json";
const LAYER: &str = "application/vnd.oci.image.layer.v1.tar";
const EMPTY: &str = "application/vnd.oci.empty.v1+json";
const SIMPLE_SIGNING: &str = "application/vnd.dev.cosign.simplesigning.v1+json";
const SIGNATURE_REFERRER: &str = "application/vnd.dev.cosign.artifact.sig.v1+json";
const ENVELOPE: &str = "application/vnd.dsse.envelope.v1+json";
const BUNDLE: &str = "application/vnd.dev.sigstore.bundle.v0.3+json";
const REF_NAME: &str = "org.opencontainers.image.ref.name";

/// The predicate type of a cosign signature in a bundle.
pub const COSIGN_SIGN: &str = "https://sigstore.dev/cosign/sign/v1";

/// A layout in memory.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct Layout {
    /// By their name in `blobs/sha256`, which a test may give other content.
    pub blobs: BTreeMap<String, Vec<u8>>,
    /// Descriptors of the index.
    pub index: Vec<Value>,
}

/// One signature over an image in the `.sig` form: its payload, and what signs it.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct SimpleSignature {
    /// What is signed.
    pub payload: Vec<u8>,
    /// How, over exactly that payload.
    pub signed: Signed,
}

impl SimpleSignature {
    /// A signature, whose payload is that of the recipe.
    #[must_use]
    pub fn new(payload: Vec<u8>, signed: Signed) -> Self {
        Self { payload, signed }
    }
}

/// The payload of a signature in the `.sig` form.
#[must_use]
pub fn simple_signing(image: &Value, optional: &Value) -> Vec<u8> {
    let payload = json!({
        "critical": {
            "identity": {"docker-reference": "registry.test/app"},
            "image": {"docker-manifest-digest": image["digest"]},
            "type": "cosign container image signature",
        },
        "optional": optional,
    });
    serde_json::to_vec(&payload).unwrap()
}

/// The statement of a signature in the bundle form.
#[must_use]
pub fn signing_statement(image: &Value) -> Content {
    Content::statement_of(digest(image), COSIGN_SIGN, &json!({}))
}

impl Layout {
    /// Reads a layout in a folder; blobs may have other content than their names say.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn read(folder: &Path) -> io::Result<Self> {
        let index: Value = serde_json::from_slice(&fs::read(folder.join("index.json"))?)?;
        let index = index["manifests"].as_array().cloned().unwrap_or_default();
        let mut blobs = BTreeMap::new();
        for entry in fs::read_dir(folder.join("blobs/sha256"))? {
            let entry = entry?;
            let name = entry.file_name().to_string_lossy().into_owned();
            blobs.insert(name, fs::read(entry.path())?);
        }
        Ok(Self { blobs, index })
    }

    /// Adds a blob; gives its descriptor.
    pub fn blob(&mut self, media_type: &str, bytes: &[u8]) -> Value {
        let name = hex(&HashKind::Sha256.digest(bytes));
        let digest = format!("sha256:{name}");
        self.blobs.insert(name, bytes.to_vec());
        json!({"mediaType": media_type, "digest": digest, "size": bytes.len()})
    }

    /// Adds a manifest, config or index.
    pub fn document(&mut self, media_type: &str, document: &Value) -> Value {
        self.blob(media_type, &serde_json::to_vec(document).unwrap())
    }

    /// Adds an image with layers, which are uncompressed and need not be archives.
    pub fn image(&mut self, layers: &[&[u8]]) -> Value {
        let layers: Vec<Value> = layers.iter().map(|layer| self.blob(LAYER, layer)).collect();
        let ids: Vec<&Value> = layers.iter().map(|layer| &layer["digest"]).collect();
        let config = json!({
            "architecture": "amd64",
            "os": "linux",
            "rootfs": {"type": "layers", "diff_ids": ids},
        });
        let config = self.document(IMAGE_CONFIG, &config);
        self.manifest(json!({"config": config, "layers": layers}))
    }

    /// Adds an index of images for several platforms.
    pub fn multi_platform(&mut self, images: &[(&str, &Value)]) -> Value {
        let manifests: Vec<Value> = images
            .iter()
            .map(|(architecture, image)| {
                let mut image = (*image).clone();
                image["platform"] = json!({"os": "linux", "architecture": architecture});
                image
            })
            .collect();
        let index = json!({
            "schemaVersion": 2,
            "mediaType": IMAGE_INDEX,
            "manifests": manifests,
        });
        self.document(IMAGE_INDEX, &index)
    }

    /// Puts a descriptor into the index, under a tag.
    pub fn tag(&mut self, tag: &str, descriptor: &Value) {
        let mut descriptor = descriptor.clone();
        descriptor["annotations"] = json!({REF_NAME: tag});
        self.index.push(descriptor);
    }

    /// Signs an image in the `.sig` form.
    pub fn sign(&mut self, image: &Value, signatures: &[SimpleSignature]) {
        let layers = self.signature_layers(signatures);
        let manifest = self.artifact(&layers);
        self.tag(&format!("{}.sig", triangulate(image)), &manifest);
    }

    /// Signs an image in the interim form: simple signing in a referrer.
    pub fn sign_referrer(&mut self, image: &Value, signatures: &[SimpleSignature]) -> Value {
        let layers = self.signature_layers(signatures);
        let config = self.document(SIGNATURE_REFERRER, &json!({}));
        self.manifest(json!({
            "config": config,
            "layers": layers,
            "subject": image,
            "artifactType": SIGNATURE_REFERRER,
        }))
    }

    /// Attests an image in the `.att` form, each with its predicate type.
    pub fn attest(&mut self, image: &Value, attestations: &[(&str, Signed)]) {
        let layers: Vec<Value> = attestations
            .iter()
            .map(|(predicate_type, signed)| {
                let (_, envelope) = &signed.content;
                let mut layer = self.document(ENVELOPE, envelope);
                let mut annotations = signed.annotations();
                annotations.insert("dev.cosignproject.cosign/signature".into(), String::new());
                annotations.insert("predicateType".into(), (*predicate_type).into());
                layer["annotations"] = json!(annotations);
                layer
            })
            .collect();
        let manifest = self.artifact(&layers);
        self.tag(&format!("{}.att", triangulate(image)), &manifest);
    }

    /// Adds a manifest that holds a bundle and refers to an image.
    pub fn refer(&mut self, image: &Value, predicate_type: &str, bundle: &[u8]) -> Value {
        let layer = self.blob(BUNDLE, bundle);
        let config = self.document(EMPTY, &json!({}));
        let annotations = json!({
            "dev.sigstore.bundle.content": "dsse-envelope",
            "dev.sigstore.bundle.predicateType": predicate_type,
        });
        let mut descriptor = self.manifest(json!({
            "artifactType": BUNDLE,
            "config": config,
            "layers": [layer],
            "subject": image,
            "annotations": annotations,
        }));
        descriptor["artifactType"] = BUNDLE.into();
        descriptor["annotations"] = annotations;
        descriptor
    }

    /// Lists referrers in the layout's index, as an export of a registry does.
    pub fn list(&mut self, referrers: &[Value]) {
        self.index.extend_from_slice(referrers);
    }

    /// Lists referrers under the fallback tag of an image (distribution-spec, Referrers Tag Schema).
    pub fn list_under_tag(&mut self, image: &Value, referrers: &[Value]) {
        let index = json!({
            "schemaVersion": 2,
            "mediaType": IMAGE_INDEX,
            "manifests": referrers,
        });
        let index = self.document(IMAGE_INDEX, &index);
        self.tag(&triangulate(image), &index);
    }

    /// Writes it into a folder that is there.
    ///
    /// # Errors
    /// As the file system gives them.
    pub fn write(&self, folder: &Path) -> io::Result<()> {
        let blobs = folder.join("blobs/sha256");
        fs::create_dir_all(&blobs)?;
        for (name, bytes) in &self.blobs {
            fs::write(blobs.join(name), bytes)?;
        }
        let index = json!({"schemaVersion": 2, "mediaType": IMAGE_INDEX, "manifests": self.index});
        fs::write(folder.join("index.json"), serde_json::to_vec(&index).unwrap())?;
        fs::write(folder.join("oci-layout"), r#"{"imageLayoutVersion":"1.0.0"}"#)
    }

    fn signature_layers(&mut self, signatures: &[SimpleSignature]) -> Vec<Value> {
        let layer = |signature: &SimpleSignature| {
            let mut layer = self.blob(SIMPLE_SIGNING, &signature.payload);
            layer["annotations"] = json!(signature.signed.annotations());
            layer
        };
        signatures.iter().map(layer).collect()
    }

    /// The manifest that cosign makes of layers under a tag.
    fn artifact(&mut self, layers: &[Value]) -> Value {
        let ids: Vec<&Value> = layers.iter().map(|layer| &layer["digest"]).collect();
        let config = json!({"rootfs": {"type": "layers", "diff_ids": ids}});
        let config = self.document(IMAGE_CONFIG, &config);
        self.manifest(json!({"config": config, "layers": layers}))
    }

    fn manifest(&mut self, mut manifest: Value) -> Value {
        manifest["schemaVersion"] = 2.into();
        manifest["mediaType"] = IMAGE_MANIFEST.into();
        self.document(IMAGE_MANIFEST, &manifest)
    }
}

impl Signed {
    /// What cosign writes beside a signature in the `.sig` and `.att` forms.
    #[must_use]
    pub fn annotations(&self) -> BTreeMap<String, String> {
        let signature = STANDARD.encode(&self.signature);
        let mut annotations =
            BTreeMap::from([("dev.cosignproject.cosign/signature".to_owned(), signature)]);
        if let Some(certificate) = &self.certificate {
            let chain: String = self.chain.iter().map(|der| pem("CERTIFICATE", der)).collect();
            annotations
                .insert("dev.sigstore.cosign/certificate".into(), pem("CERTIFICATE", certificate));
            annotations.insert("dev.sigstore.cosign/chain".into(), chain);
        }
        if let Some(bundle) = self.entries.iter().find_map(promised) {
            annotations.insert("dev.sigstore.cosign/bundle".into(), bundle.to_string());
        }
        if let Some(stamp) = self.timestamps.first() {
            let stamp = json!({"SignedRFC3161Timestamp": STANDARD.encode(stamp)});
            annotations.insert("dev.sigstore.cosign/rfc3161timestamp".into(), stamp.to_string());
        }
        annotations
    }
}

/// An entry with a promise, in cosign's older form.
fn promised(entry: &Value) -> Option<Value> {
    let promise = entry["inclusionPromise"]["signedEntryTimestamp"].as_str()?;
    let number = |name: &str| entry[name].as_str().unwrap().parse::<u64>().unwrap();
    let id = STANDARD.decode(entry["logId"]["keyId"].as_str().unwrap()).unwrap();
    Some(json!({
        "SignedEntryTimestamp": promise,
        "Payload": {
            "body": entry["canonicalizedBody"],
            "integratedTime": number("integratedTime"),
            "logIndex": number("logIndex"),
            "logID": hex(&id),
        },
    }))
}

/// The tag that belongs to an image: `sha256-<hex>`.
#[must_use]
pub fn triangulate(image: &Value) -> String {
    format!("sha256-{}", digest(image))
}

/// The hexadecimal digest of a descriptor.
#[must_use]
pub fn digest(descriptor: &Value) -> &str {
    descriptor["digest"].as_str().unwrap().split_once(':').unwrap().1
}
