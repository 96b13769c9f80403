#![no_main]

use std::collections::HashMap;
use std::io::{Cursor, Read};

use libfuzzer_sys::fuzz_target;
use sealift_model::{BlobError, BlobSource, Descriptor, Digest};
use sealift_sigstore_verify::{
    Attached, Attachment, Limits, Listed, SignatureSource, SignerKind, SimpleSigning, SourceError,
};

/// An image whose signature and manifest are the input, and one whose annotations are.
#[derive(Debug, Default)]
struct Source {
    blobs: HashMap<Digest, Vec<u8>>,
    manifests: Vec<Descriptor>,
}

impl Source {
    fn blob(&mut self, bytes: &[u8]) -> Descriptor {
        let digest = Digest::sha256_of(bytes);
        self.blobs.insert(digest.clone(), bytes.to_vec());
        Descriptor::new("", digest, u64::try_from(bytes.len()).unwrap())
    }

    fn signature(&mut self, media_type: &str, content: &[u8], annotations: &serde_json::Value) {
        let mut layer = serde_json::to_value(self.blob(content)).unwrap();
        layer["mediaType"] = media_type.into();
        layer["annotations"] = annotations.clone();
        let manifest = serde_json::json!({ "layers": [layer] }).to_string();
        let manifest = self.blob(manifest.as_bytes());
        self.manifests.push(manifest);
    }
}

impl BlobSource for Source {
    fn open(&self, blob: &Descriptor) -> Result<Box<dyn Read + Send + '_>, BlobError> {
        let bytes = self.blobs.get(&blob.digest);
        let bytes = bytes.ok_or_else(|| BlobError::Missing(blob.digest.clone()))?;
        Ok(Box::new(Cursor::new(bytes)))
    }
}

impl SignatureSource for Source {
    fn attached(&self, _: &Digest, _: Attachment) -> Result<Vec<Descriptor>, SourceError> {
        Ok(self.manifests.clone())
    }

    fn referrers(&self, _: &Digest) -> Result<Listed, SourceError> {
        Ok(Listed { manifests: self.manifests.clone(), unreadable: Vec::new() })
    }
}

fuzz_target!(|bytes: &[u8]| {
    const SIMPLE: &str = "application/vnd.dev.cosign.simplesigning.v1+json";
    let _ = SimpleSigning::from_json(bytes);
    let text = String::from_utf8_lossy(bytes);
    let image = Digest::sha256_of(b"image");
    let payload = format!(
        r#"{{"critical":{{"image":{{"docker-manifest-digest":"{image}"}},
            "type":"cosign container image signature"}}}}"#
    );
    let mut source = Source::default();
    let manifest = source.blob(bytes);
    source.manifests.push(manifest);
    source.signature(SIMPLE, bytes, &serde_json::json!({}));
    source.signature("application/vnd.dsse.envelope.v1+json", bytes, &serde_json::json!({}));
    let names = ["cosignproject.cosign/signature", "sigstore.cosign/certificate"];
    let others = ["sigstore.cosign/chain", "sigstore.cosign/bundle"];
    for name in names.into_iter().chain(others).chain(["sigstore.cosign/rfc3161timestamp"]) {
        let mut annotations = serde_json::json!({"dev.cosignproject.cosign/signature": "AA=="});
        annotations[format!("dev.{name}")] = text.as_ref().into();
        source.signature(SIMPLE, payload.as_bytes(), &annotations);
    }
    for signer in [SignerKind::Identity, SignerKind::Key] {
        let limits = Limits::default();
        let read = Attached::read(&source, &image, Attachment::Signatures, signer, &limits);
        assert!(read.is_err() || read.unwrap().origins().count() >= 6);
    }
});
