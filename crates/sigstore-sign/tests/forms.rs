//! What is written has cosign's form, to the byte: each document of its own in the shared data is
//! taken apart, and written again from what it says, its time and its signature.
#![expect(clippy::indexing_slicing, clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use sealift_model::{Descriptor, Digest};
use sealift_sigstore_sign::{
    Artifact, SignatureBundle, SignedPayload, SignerMaterial, StatementDraft, StatementSubject,
    TaggedLayer, TaggedManifest, referrer, simple_signing,
};
use sealift_sigstore_verify::{
    Bundle, Certificate, Content, Hash, HashAlgorithm, Limits, Material, PublicKey,
    StatementVersion, decode_base64,
};
use sealift_tests::{Suite, test_data};
use serde_json::Value;

/// What is not in cosign's form, and why.
const EXCEPTIONS: &str = include_str!("exceptions/forms.txt");

/// A layout in memory: the entries of its index, and its blobs.
struct Layout<'a> {
    folder: &'a Path,
    entries: Vec<Value>,
}

impl<'a> Layout<'a> {
    fn open(folder: &'a Path) -> Option<Self> {
        let index: Value =
            serde_json::from_slice(&fs::read(folder.join("index.json")).ok()?).ok()?;
        Some(Self { folder, entries: index["manifests"].as_array()?.clone() })
    }

    fn blob(&self, digest: &Value) -> Vec<u8> {
        let (algorithm, hex) = digest.as_str().unwrap().split_once(':').unwrap();
        fs::read(self.folder.join("blobs").join(algorithm).join(hex)).unwrap()
    }
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

fn texts(value: &Value) -> BTreeMap<String, String> {
    let members = value.as_object().into_iter().flatten();
    members.map(|(name, value)| (name.clone(), text(value).to_owned())).collect()
}

/// The keys that made the data, by the hint that bundles have.
fn keys(data: &Path) -> BTreeMap<Vec<u8>, PublicKey> {
    let folders = ["signed-images/keys", "signed-blobs"];
    let files = folders.iter().flat_map(|folder| fs::read_dir(data.join(folder)).unwrap());
    let files = files.map(|entry| entry.unwrap().path());
    files
        .filter(|path| path.extension().is_some_and(|end| end == "pub"))
        .map(|path| PublicKey::from_pem(&fs::read(path).unwrap()).unwrap())
        .map(|key| (key.id().to_vec(), key))
        .collect()
}

/// The statement written again from what it says.
fn statement(payload: &[u8]) -> StatementDraft {
    let said: Value = serde_json::from_slice(payload).unwrap();
    let version = match text(&said["_type"]) {
        "https://in-toto.io/Statement/v1" => StatementVersion::V1,
        _ => StatementVersion::V01,
    };
    let subjects = said["subject"].as_array().unwrap().iter().map(|subject| {
        let hex = text(&subject["digest"]["sha256"]);
        StatementSubject {
            name: subject.get("name").map(|name| text(name).to_owned()),
            digest: Hash::from_hex(HashAlgorithm::Sha256, hex).unwrap(),
            annotations: subject.get("annotations").map(texts),
        }
    });
    StatementDraft {
        version,
        subjects: subjects.collect(),
        predicate_type: text(&said["predicateType"]).to_owned(),
        predicate: said["predicate"].clone(),
    }
}

/// The bundle written again from what it says.
fn rewritten(json: &[u8], keys: &BTreeMap<Vec<u8>, PublicKey>) -> SignatureBundle {
    let bundle = Bundle::from_json(json, &Limits::default()).unwrap();
    let signer = match bundle.material() {
        Material::PublicKey { hint } => {
            SignerMaterial::Key(Box::new(keys[&decode_base64(hint).unwrap()].clone()))
        }
        Material::Certificate { leaf, .. } => {
            SignerMaterial::Certificate { leaf: leaf.der().to_vec(), chain: Vec::new() }
        }
    };
    let (payload, signature) = match bundle.content() {
        Content::Message { digest, signature } => {
            (SignedPayload::Message { digest: *digest }, signature.clone())
        }
        Content::Envelope(envelope) => {
            let document: Value = serde_json::from_slice(json).unwrap();
            let payload = decode_base64(text(&document["dsseEnvelope"]["payload"])).unwrap();
            let payload = statement(&payload).to_json();
            let payload_type = envelope.payload_type().to_owned();
            let signature = envelope.signatures()[0].signature.clone();
            (SignedPayload::Envelope { payload_type, payload }, signature)
        }
    };
    let (entries, timestamps) = (bundle.entries().to_vec(), bundle.timestamps().to_vec());
    SignatureBundle { signer, entries, timestamps, payload, signature }
}

/// Compares blobs and manifest with what the layout has.
fn same(layout: &Layout<'_>, written: &Artifact, manifest: &[u8]) -> bool {
    let has = |bytes: &[u8]| {
        let digest = Value::String(Digest::sha256_of(bytes).to_string());
        let (algorithm, hex) = text(&digest).split_once(':').unwrap();
        layout.folder.join("blobs").join(algorithm).join(hex).is_file()
    };
    written.manifest.bytes == manifest && written.blobs.iter().all(|blob| has(&blob.bytes))
}

fn descriptor(value: &Value) -> Descriptor {
    let digest = text(&value["digest"]).parse().unwrap();
    Descriptor::new(text(&value["mediaType"]), digest, value["size"].as_u64().unwrap())
}

/// A manifest with a bundle, written again.
fn referrer_again(
    layout: &Layout<'_>,
    manifest: &Value,
    keys: &BTreeMap<Vec<u8>, PublicKey>,
) -> Artifact {
    let annotations = &manifest["annotations"];
    let bundle = rewritten(&layout.blob(&manifest["layers"][0]["digest"]), keys);
    let predicate_type = annotations["dev.sigstore.bundle.predicateType"].as_str();
    let created = text(&annotations["org.opencontainers.image.created"]).parse().unwrap();
    referrer(&bundle, predicate_type, &descriptor(&manifest["subject"]), created)
}

/// The manifest of a tag, written again.
fn tagged_again(
    layout: &Layout<'_>,
    manifest: &Value,
    keys: &BTreeMap<Vec<u8>, PublicKey>,
) -> Artifact {
    let mut written = TaggedManifest::new(text(&manifest["mediaType"]));
    for layer in manifest["layers"].as_array().unwrap() {
        let blob = layout.blob(&layer["digest"]);
        let annotations = &layer["annotations"];
        let pem = annotations["dev.sigstore.cosign/certificate"].as_str();
        let chain = annotations["dev.sigstore.cosign/chain"].as_str();
        // A bare key leaves no trace in the manifest.
        let signer = match pem {
            Some(pem) => SignerMaterial::Certificate {
                leaf: Certificate::from_pem(pem.as_bytes()).unwrap().der().to_vec(),
                chain: chain
                    .iter()
                    .filter(|text| !text.is_empty())
                    .flat_map(|text| certificates(text))
                    .collect(),
            },
            None => SignerMaterial::Key(Box::new(keys.values().next().unwrap().clone())),
        };
        let timestamp = annotations["dev.sigstore.cosign/rfc3161timestamp"].as_str();
        let timestamps = timestamp.map(|json| {
            let document: Value = serde_json::from_str(json).unwrap();
            decode_base64(text(&document["SignedRFC3161Timestamp"])).unwrap()
        });
        let mut bundle = SignatureBundle {
            signer,
            entries: Vec::new(),
            timestamps: timestamps.into_iter().collect(),
            payload: SignedPayload::Message { digest: None },
            signature: Vec::new(),
        };
        let said: Value = serde_json::from_slice(&blob).unwrap();
        if let Some(payload) = said.get("payload") {
            let payload = decode_base64(text(payload)).unwrap();
            let draft = statement(&payload);
            bundle.signature = decode_base64(text(&said["signatures"][0]["sig"])).unwrap();
            let payload_type = text(&said["payloadType"]).to_owned();
            bundle.payload = SignedPayload::Envelope { payload_type, payload: draft.to_json() };
            written.add(TaggedLayer::attestation(&bundle, &draft.predicate_type).unwrap());
        } else {
            let critical = &said["critical"];
            let image = text(&critical["image"]["docker-manifest-digest"]).parse().unwrap();
            let reference = text(&critical["identity"]["docker-reference"]);
            let payload = simple_signing(reference, &image, &texts(&said["optional"]));
            let signature = text(&annotations["dev.cosignproject.cosign/signature"]);
            bundle.signature = decode_base64(signature).unwrap();
            written.add(TaggedLayer::signature(payload, &bundle));
        }
    }
    written.finish()
}

fn certificates(pem: &str) -> Vec<Vec<u8>> {
    let blocks = sealift_sigstore_verify::pem_blocks(pem.as_bytes(), 8).unwrap();
    blocks.into_iter().map(|block| block.contents).collect()
}

/// Compares the manifests of signatures in a layout with what they are written again.
fn compare(folder: &Path, keys: &BTreeMap<Vec<u8>, PublicKey>, suite: &mut Suite) {
    let Some(layout) = Layout::open(folder) else { return };
    let name = folder.file_name().unwrap().to_string_lossy();
    let digests: BTreeSet<&str> =
        layout.entries.iter().map(|entry| text(&entry["digest"])).collect();
    for digest in digests {
        let bytes = layout.blob(&digest.into());
        let manifest: Value = serde_json::from_slice(&bytes).unwrap();
        let kind = text(&manifest["layers"][0]["mediaType"]);
        let is_tagged = kind.contains("simplesigning") || kind.contains("dsse");
        let written = match kind.contains("sigstore.bundle") {
            true => referrer_again(&layout, &manifest, keys),
            // The interim form of OCI 1.1 is read, and never written.
            false if is_tagged && manifest.get("subject").is_none() => {
                tagged_again(&layout, &manifest, keys)
            }
            false => continue,
        };
        let outcome = match same(&layout, &written, &bytes) {
            true => Ok(()),
            false => Err(String::from_utf8_lossy(&written.manifest.bytes).into_owned()),
        };
        let hex = &digest["sha256:".len()..][..8];
        suite.case(&format!("{name}/{hex}"), outcome);
    }
}

#[test]
fn manifests_payloads_and_bundles_are_the_same_as_those_of_cosign() {
    let Some(data) = test_data() else { return };
    let data = data.join("sigstore");
    let keys = keys(&data);
    let mut suite = Suite::new("cosign-manifests", EXCEPTIONS);
    for set in ["signed-images", "keyless-local"] {
        let mut folders: Vec<_> =
            fs::read_dir(data.join(set)).unwrap().map(|entry| entry.unwrap().path()).collect();
        folders.sort();
        for folder in folders.iter().filter(|folder| folder.is_dir()) {
            let name = folder.file_name().unwrap().to_string_lossy();
            if name.starts_with("neg-") {
                suite.skip(&name, "what was tampered with is not in cosign's form");
                continue;
            }
            compare(folder, &keys, &mut suite);
        }
    }
    suite.finish();
}

#[test]
fn bundles_of_files_are_the_same_as_those_of_cosign() {
    let Some(data) = test_data() else { return };
    let data = data.join("sigstore");
    let keys = keys(&data);
    let mut suite = Suite::new("cosign-bundles", "");
    for set in ["signed-blobs", "keyless-local"] {
        let files = fs::read_dir(data.join(set)).unwrap().map(|entry| entry.unwrap().path());
        let mut files: Vec<_> =
            files.filter(|path| path.to_string_lossy().ends_with(".sigstore.json")).collect();
        files.sort();
        for file in files {
            let json = fs::read(&file).unwrap();
            let written = rewritten(&json, &keys).to_json();
            let outcome = match written == json.trim_ascii_end() {
                true => Ok(()),
                false => Err(String::from_utf8_lossy(&written).into_owned()),
            };
            suite.case(&file.file_name().unwrap().to_string_lossy(), outcome);
        }
    }
    suite.finish();
}
