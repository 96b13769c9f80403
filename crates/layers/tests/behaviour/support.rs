//! Tar archives, layers and layouts made by hand, so that they can be as wrong as a test needs.

use std::collections::BTreeMap;
use std::fs;
use std::io::Write;
use std::num::NonZeroUsize;

use sealift_layers::{
    Error, Extract, FactsCodec, File, Image, ImageSource, Limits, Metadata, ReadOptions, Tree,
    TreePath, read_image,
};
use sealift_model::{Descriptor, Digest, Impact};
use serde_json::{Value, json};
use tempfile::TempDir;

pub(crate) const MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";
pub(crate) const INDEX: &str = "application/vnd.oci.image.index.v1+json";
pub(crate) const CONFIG: &str = "application/vnd.oci.image.config.v1+json";
pub(crate) const LAYER: &str = "application/vnd.oci.image.layer.v1.tar";

/// A tar archive in the making.
#[derive(Clone, Debug, Default)]
pub(crate) struct Tar(Vec<u8>);

impl Tar {
    pub(crate) fn new() -> Self {
        Self::default()
    }

    /// A ustar header block.
    pub(crate) fn header(flag: u8, name: &[u8], link: &[u8], size: u64) -> [u8; 512] {
        let mut block = [0; 512];
        block[..name.len()].copy_from_slice(name);
        block[100..108].copy_from_slice(b"0000644\0");
        block[108..116].copy_from_slice(b"0000000\0");
        block[116..124].copy_from_slice(b"0000000\0");
        if size < 1 << 33 {
            block[124..136].copy_from_slice(format!("{size:011o}\0").as_bytes());
        } else {
            block[124] = 0x80;
            block[128..136].copy_from_slice(&size.to_be_bytes());
        }
        block[136..148].copy_from_slice(b"00000000000\0");
        block[156] = flag;
        block[157..157 + link.len()].copy_from_slice(link);
        block[257..265].copy_from_slice(b"ustar\x0000");
        seal(&mut block);
        block
    }

    pub(crate) fn raw(mut self, bytes: &[u8]) -> Self {
        self.0.extend_from_slice(bytes);
        self
    }

    pub(crate) fn content(self, content: &[u8]) -> Self {
        let padding = content.len().next_multiple_of(512) - content.len();
        self.raw(content).raw(&vec![0; padding])
    }

    pub(crate) fn entry(self, flag: u8, name: &[u8], link: &[u8], content: &[u8]) -> Self {
        let size = u64::try_from(content.len()).unwrap();
        self.raw(&Self::header(flag, name, link, size)).content(content)
    }

    pub(crate) fn file(self, name: &str, content: &str) -> Self {
        self.entry(b'0', name.as_bytes(), b"", content.as_bytes())
    }

    pub(crate) fn dir(self, name: &str) -> Self {
        self.entry(b'5', name.as_bytes(), b"", b"")
    }

    pub(crate) fn symlink(self, name: &str, target: &str) -> Self {
        self.entry(b'2', name.as_bytes(), target.as_bytes(), b"")
    }

    pub(crate) fn hardlink(self, name: &str, target: &str) -> Self {
        self.entry(b'1', name.as_bytes(), target.as_bytes(), b"")
    }

    /// An extended header with these records.
    pub(crate) fn pax(self, flag: u8, records: &[(&str, &[u8])]) -> Self {
        let mut content = Vec::new();
        for (key, value) in records {
            let body = key.len() + value.len() + 3;
            let mut length = body + 1;
            while length != body + length.to_string().len() {
                length += 1;
            }
            content.extend_from_slice(format!("{length} {key}=").as_bytes());
            content.extend_from_slice(value);
            content.push(b'\n');
        }
        self.entry(flag, b"pax", b"", &content)
    }

    /// The archive with its end mark.
    pub(crate) fn end(self) -> Vec<u8> {
        self.raw(&[0; 1024]).0
    }

    /// The archive as far as it goes.
    pub(crate) fn cut(self) -> Vec<u8> {
        self.0
    }
}

/// Puts the checksum into a header block.
pub(crate) fn seal(block: &mut [u8; 512]) {
    block[148..156].fill(b' ');
    let sum: u32 = block.iter().map(|byte| u32::from(*byte)).sum();
    block[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
}

pub(crate) fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

pub(crate) fn zstd(bytes: &[u8]) -> Vec<u8> {
    zstd::encode_all(bytes, 1).unwrap()
}

/// A layer as manifest and config name it.
#[derive(Clone, Debug)]
pub(crate) struct LayerOf {
    pub(crate) descriptor: Descriptor,
    pub(crate) diff_id: Digest,
}

/// An image layout in a folder that goes away with it.
#[derive(Debug)]
pub(crate) struct Layout {
    pub(crate) folder: TempDir,
    pub(crate) roots: Vec<Value>,
}

impl Layout {
    pub(crate) fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir_all(folder.path().join("blobs/sha256")).unwrap();
        fs::write(folder.path().join("oci-layout"), r#"{"imageLayoutVersion":"1.0.0"}"#).unwrap();
        Self { folder, roots: Vec::new() }
    }

    pub(crate) fn blob_path(&self, digest: &Digest) -> std::path::PathBuf {
        self.folder.path().join("blobs/sha256").join(digest.hex())
    }

    pub(crate) fn blob(&self, media_type: &str, bytes: &[u8]) -> Descriptor {
        let digest = Digest::sha256_of(bytes);
        fs::write(self.blob_path(&digest), bytes).unwrap();
        Descriptor::new(media_type, digest, u64::try_from(bytes.len()).unwrap())
    }

    pub(crate) fn json(&self, media_type: &str, document: &Value) -> Descriptor {
        self.blob(media_type, document.to_string().as_bytes())
    }

    pub(crate) fn plain(&self, tar: &[u8]) -> LayerOf {
        LayerOf { descriptor: self.blob(LAYER, tar), diff_id: Digest::sha256_of(tar) }
    }

    pub(crate) fn gzip(&self, tar: &[u8]) -> LayerOf {
        let descriptor = self.blob(&format!("{LAYER}+gzip"), &gzip(tar));
        LayerOf { descriptor, diff_id: Digest::sha256_of(tar) }
    }

    pub(crate) fn zstd(&self, tar: &[u8]) -> LayerOf {
        let descriptor = self.blob(&format!("{LAYER}+zstd"), &zstd(tar));
        LayerOf { descriptor, diff_id: Digest::sha256_of(tar) }
    }

    pub(crate) fn config(&self, layers: &[LayerOf]) -> Value {
        let diff_ids: Vec<_> = layers.iter().map(|layer| layer.diff_id.to_string()).collect();
        json!({"architecture": "amd64", "os": "linux",
               "rootfs": {"type": "layers", "diff_ids": diff_ids}})
    }

    pub(crate) fn manifest(&self, config: &Value, layers: &[LayerOf]) -> Value {
        let layers: Vec<_> = layers.iter().map(|layer| layer.descriptor.clone()).collect();
        json!({"schemaVersion": 2, "mediaType": MANIFEST, "config": self.json(CONFIG, config),
               "layers": layers})
    }

    pub(crate) fn image(&self, layers: &[LayerOf]) -> Descriptor {
        self.json(MANIFEST, &self.manifest(&self.config(layers), layers))
    }

    /// Names a manifest or index in `index.json`.
    pub(crate) fn tag(&mut self, name: &str, root: &Descriptor) {
        let mut root = serde_json::to_value(root).unwrap();
        root["annotations"] = json!({"org.opencontainers.image.ref.name": name});
        self.roots.push(root);
    }

    /// Lists a manifest or index in `index.json` without a name.
    pub(crate) fn untagged(&mut self, root: &Descriptor) {
        self.roots.push(serde_json::to_value(root).unwrap());
    }

    pub(crate) fn source(&self) -> ImageSource {
        let index = json!({"schemaVersion": 2, "manifests": self.roots});
        fs::write(self.folder.path().join("index.json"), index.to_string()).unwrap();
        ImageSource::open_layout(self.folder.path(), &Limits::default()).unwrap()
    }

    pub(crate) fn read(&self, root: &Descriptor, wanted: &[&str]) -> Result<Tree<String>, Error> {
        self.read_with(root, wanted, &Limits::default(), 1)
    }

    pub(crate) fn read_with(
        &self,
        root: &Descriptor,
        wanted: &[&str],
        limits: &Limits,
        threads: usize,
    ) -> Result<Tree<String>, Error> {
        let source = self.source();
        let image = Image::open(&source, root, None, limits)?;
        let options = ReadOptions::new(limits).with_threads(NonZeroUsize::new(threads).unwrap());
        read_image(&source, &image, &Texts::of(wanted), &options)
    }

    /// Reads an image of such plain layers.
    pub(crate) fn read_layers(layers: &[Vec<u8>], wanted: &[&str]) -> Tree<String> {
        let layout = Self::new();
        let layers: Vec<_> = layers.iter().map(|tar| layout.plain(tar)).collect();
        layout.read(&layout.image(&layers), wanted).unwrap()
    }
}

/// Takes the text of the files at certain paths; `*` is every path.
#[derive(Clone, Debug)]
pub(crate) struct Texts(Vec<String>);

impl Texts {
    pub(crate) fn of(wanted: &[&str]) -> Self {
        Self(wanted.iter().map(|path| (*path).to_owned()).collect())
    }
}

impl Extract for Texts {
    type Facts = String;

    fn wants(&self, path: TreePath<'_>, _: &Metadata, _: &[u8]) -> bool {
        self.0.iter().any(|wanted| wanted == "*" || *wanted == path.to_string())
    }

    fn fixed_paths(&self) -> Vec<&'static str> {
        vec!["fixed/wanted"]
    }

    fn read(&self, file: &mut File<'_>) -> Option<String> {
        Some(match file.bytes() {
            Ok(bytes) => String::from_utf8_lossy(bytes).into_owned(),
            Err(error) => format!("error: {error}"),
        })
    }

    fn enters(&self, folder: TreePath<'_>) -> bool {
        folder.file_name() != b"skipped"
    }

    fn codec(&self) -> Option<&dyn FactsCodec<String>> {
        Some(self)
    }
}

impl FactsCodec<String> for Texts {
    fn fingerprint(&self) -> Option<Digest> {
        Some(Digest::sha256_of(self.0.join("\n").as_bytes()))
    }

    fn encode(&self, facts: &String) -> Option<Vec<u8>> {
        Some(facts.clone().into_bytes())
    }

    fn decode(&self, bytes: &[u8]) -> Option<String> {
        String::from_utf8(bytes.to_vec()).ok()
    }
}

/// Path and content of the files that are there.
pub(crate) fn texts(tree: &Tree<String>) -> BTreeMap<&str, &str> {
    tree.files.iter().map(|file| (&*file.path, file.facts.as_str())).collect()
}

/// The diagnostics as `impact path: message`.
pub(crate) fn problems(tree: &Tree<String>) -> Vec<String> {
    tree.diagnostics
        .iter()
        .map(|diagnostic| {
            let impact = match diagnostic.impact {
                Impact::Note => "note",
                Impact::Partial => "partial",
                _ => "incomplete",
            };
            format!("{impact} {diagnostic}")
        })
        .collect()
}
