//! In-memory images for the fuzz targets.

use std::collections::HashMap;
use std::io::Read;

use sealift_layers::{Extract, FactsCodec, File, Metadata, TreePath};
use sealift_model::{BlobError, BlobSource, Descriptor, Digest};

/// Blobs by digest.
#[derive(Debug, Default)]
pub struct Memory(HashMap<Digest, Vec<u8>>);

impl Memory {
    /// Adds a blob.
    pub fn add(&mut self, media_type: &str, bytes: &[u8]) -> Descriptor {
        let digest = Digest::sha256_of(bytes);
        self.0.insert(digest.clone(), bytes.to_vec());
        Descriptor::new(media_type, digest, bytes.len().try_into().expect("memory is smaller"))
    }

    /// Adds an image of layers, given with their diff-ids.
    pub fn image(&mut self, layers: &[(&[u8], Digest)]) -> Descriptor {
        let diff_ids: Vec<_> = layers.iter().map(|(_, id)| format!("\"{id}\"")).collect();
        let config = format!("{{\"rootfs\":{{\"diff_ids\":[{}]}}}}", diff_ids.join(","));
        let config = self.add("application/vnd.oci.image.config.v1+json", config.as_bytes());
        let layers: Vec<_> = layers
            .iter()
            .map(|(bytes, _)| entry(&self.add("application/vnd.oci.image.layer.v1.tar", bytes)))
            .collect();
        let manifest = format!(
            "{{\"schemaVersion\":2,\"config\":{},\"layers\":[{}]}}",
            entry(&config),
            layers.join(",")
        );
        self.add("application/vnd.oci.image.manifest.v1+json", manifest.as_bytes())
    }
}

fn entry(Descriptor { media_type, digest, size, .. }: &Descriptor) -> String {
    format!("{{\"mediaType\":\"{media_type}\",\"digest\":\"{digest}\",\"size\":{size}}}")
}

impl BlobSource for Memory {
    fn open(&self, blob: &Descriptor) -> Result<Box<dyn Read + Send + '_>, BlobError> {
        match self.0.get(&blob.digest) {
            Some(bytes) => Ok(Box::new(bytes.as_slice())),
            None => Err(BlobError::Missing(blob.digest.clone())),
        }
    }
}

/// Reads every other file, so that links require a second look.
#[derive(Debug)]
pub struct EveryOther;

impl Extract for EveryOther {
    type Facts = usize;

    fn wants(&self, path: TreePath<'_>, _: &Metadata, _: &[u8]) -> bool {
        path.bytes().last().is_some_and(|byte| byte % 2 == 0)
    }

    fn read(&self, file: &mut File<'_>) -> Option<usize> {
        file.bytes().ok().map(<[u8]>::len)
    }

    fn codec(&self) -> Option<&dyn FactsCodec<usize>> {
        Some(self)
    }
}

impl FactsCodec<usize> for EveryOther {
    fn fingerprint(&self) -> Option<Digest> {
        Some(Digest::sha256_of(b"every other"))
    }

    fn encode(&self, facts: &usize) -> Option<Vec<u8>> {
        Some(facts.to_le_bytes().to_vec())
    }

    fn decode(&self, bytes: &[u8]) -> Option<usize> {
        bytes.try_into().ok().map(usize::from_le_bytes)
    }
}
