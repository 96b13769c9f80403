//! The archive of `docker save`: `manifest.json` names config and layers by their paths
//! (`<id>/layer.tar` or links to it in the old form, `blobs/sha256/<hex>` in the new).

use std::collections::{BTreeMap, HashMap};
use std::io::{self, Cursor, Read};

use sealift_model::{Algorithm, BlobError, Descriptor, Digest, Hasher};
use serde::Deserialize;

use super::archive::{Archive, Member};
use super::layout::no_image;
use super::{FULL_NAME, REF_NAME, blob_error};
use crate::document;
use crate::error::SourceProblem;
use crate::media::{OCI_CONFIG, OCI_MANIFEST, oci_layer};
use crate::stream::length;
use crate::{Coding, Error, LimitExceeded, Limits};

/// An archive of `docker save`, and the manifests generated for its images.
#[derive(Debug)]
pub(super) struct DockerArchive {
    archive: Archive,
    blobs: HashMap<Digest, Blob>,
}

#[derive(Debug)]
enum Blob {
    Member(Member),
    /// A generated manifest.
    Made(Vec<u8>),
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Saved {
    config: String,
    repo_tags: Option<Vec<String>>,
    layers: Option<Vec<String>>,
}

#[derive(Deserialize)]
struct Config {
    rootfs: RootFs,
}

#[derive(Deserialize)]
struct RootFs {
    diff_ids: Option<Vec<Digest>>,
}

impl DockerArchive {
    pub(super) fn open(
        archive: Archive,
        limits: &Limits,
    ) -> Result<(Self, Vec<Descriptor>), Error> {
        if !archive.has("manifest.json") {
            return Err(no_image(archive.path(), SourceProblem::NoManifest));
        }
        let bytes = archive.document("manifest.json", limits)?;
        let saved: Vec<Saved> = document::json(&bytes, &document::SAVED_NAMES)
            .map_err(|problem| document::about(&"manifest.json", problem))?;
        let mut maker = Maker {
            archive: &archive,
            limits,
            blobs: HashMap::new(),
            configs: HashMap::new(),
            layers: HashMap::new(),
        };
        let mut roots = Vec::new();
        for saved in &saved {
            let manifest = maker.manifest(saved)?;
            roots.extend(named(&manifest, saved.repo_tags.as_deref().unwrap_or_default()));
        }
        let blobs = maker.blobs;
        Ok((Self { archive, blobs }, roots))
    }

    pub(super) fn blob(&self, digest: &Digest) -> Result<Box<dyn Read + Send + '_>, BlobError> {
        match self.blobs.get(digest) {
            None => Err(BlobError::Missing(digest.clone())),
            Some(Blob::Made(bytes)) => Ok(Box::new(Cursor::new(bytes))),
            Some(Blob::Member(member)) => {
                let opened = self.archive.open_member(*member);
                Ok(Box::new(opened.map_err(|error| blob_error(digest, error))?))
            }
        }
    }
}

/// One descriptor for each name.
fn named(manifest: &Descriptor, names: &[String]) -> Vec<Descriptor> {
    if names.is_empty() {
        return vec![manifest.clone()];
    }
    let name = |full: &String| {
        let mut named = manifest.clone();
        let tag = full.rsplit_once(':').map_or(full.as_str(), |(_, tag)| tag);
        named.annotations = BTreeMap::from([
            (FULL_NAME.to_owned(), full.clone()),
            (REF_NAME.to_owned(), tag.to_owned()),
        ]);
        named
    };
    names.iter().map(name).collect()
}

/// Generates manifests. Members that several images share are read once.
struct Maker<'a> {
    archive: &'a Archive,
    limits: &'a Limits,
    blobs: HashMap<Digest, Blob>,
    configs: HashMap<Member, (Digest, Vec<Digest>)>,
    layers: HashMap<Member, (Coding, Option<Digest>)>,
}

impl Maker<'_> {
    fn manifest(&mut self, saved: &Saved) -> Result<Descriptor, Error> {
        let (config_bytes, config, diff_ids) = self.config(&saved.config)?;
        let paths = saved.layers.as_deref().unwrap_or_default();
        if paths.len() > self.limits.max_layers {
            let max = length(self.limits.max_layers);
            return Err(LimitExceeded::new("max_layers", max).into());
        }
        if paths.len() != diff_ids.len() {
            return Err(Error::LayerCount {
                manifest: config,
                layers: paths.len(),
                diff_ids: diff_ids.len(),
            });
        }
        let layers = paths
            .iter()
            .zip(&diff_ids)
            .map(|(path, diff_id)| self.layer(path, diff_id))
            .collect::<Result<Vec<_>, _>>()?;
        let manifest = serde_json::json!({
            "schemaVersion": 2,
            "mediaType": OCI_MANIFEST,
            "config": Descriptor::new(OCI_CONFIG, config, config_bytes),
            "layers": layers,
        });
        let bytes = manifest.to_string().into_bytes();
        let digest = Digest::sha256_of(&bytes);
        let descriptor = Descriptor::new(OCI_MANIFEST, digest.clone(), length(bytes.len()));
        self.blobs.insert(digest, Blob::Made(bytes));
        Ok(descriptor)
    }

    /// Size, digest and diff-ids of a config. Its file name is its digest, with `.json` or as a
    /// blob.
    fn config(&mut self, path: &str) -> Result<(u64, Digest, Vec<Digest>), Error> {
        let member = self.member(path)?;
        if let Some((digest, diff_ids)) = self.configs.get(&member) {
            return Ok((member.bytes, digest.clone(), diff_ids.clone()));
        }
        let bytes = self.archive.document(path, self.limits)?;
        let digest = Digest::sha256_of(&bytes);
        if let Some(expected) = digest_in(path).filter(|expected| *expected != digest) {
            return Err(Error::BlobDigest { expected, actual: digest });
        }
        let config: Config = document::json(&bytes, &document::CONFIG_NAMES)
            .map_err(|problem| document::about(&path, problem))?;
        let diff_ids = config.rootfs.diff_ids.unwrap_or_default();
        self.blobs.insert(digest.clone(), Blob::Member(member));
        self.configs.insert(member, (digest.clone(), diff_ids.clone()));
        Ok((member.bytes, digest, diff_ids))
    }

    /// Descriptor of a layer. The digest of an uncompressed layer is its diff-id; that of a
    /// compressed one may be its name, and is computed otherwise.
    fn layer(&mut self, path: &str, diff_id: &Digest) -> Result<Descriptor, Error> {
        let member = self.member(path)?;
        let (coding, named) = match self.layers.get(&member) {
            Some(known) => known.clone(),
            None => {
                let coding = self.coding(member)?;
                let digest = match (coding, path.strip_prefix("blobs/").and(digest_in(path))) {
                    (_, Some(digest)) => Some(digest),
                    (Coding::Plain, None) => None,
                    (_, None) => Some(self.hash(member)?),
                };
                self.layers.insert(member, (coding, digest.clone()));
                (coding, digest)
            }
        };
        let digest = named.unwrap_or_else(|| diff_id.clone());
        self.blobs.insert(digest.clone(), Blob::Member(member));
        Ok(Descriptor::new(oci_layer(coding), digest, member.bytes))
    }

    fn member(&self, path: &str) -> Result<Member, Error> {
        let lacks = || no_image(self.archive.path(), SourceProblem::LacksFile(path.to_owned()));
        self.archive.find(path.as_bytes()).ok_or_else(lacks)
    }

    fn coding(&self, member: Member) -> Result<Coding, Error> {
        let mut head = Vec::new();
        let magic = length(Coding::MAGIC_BYTES);
        let opened = self.archive.open_member(member);
        let read = opened.and_then(|file| file.take(magic).read_to_end(&mut head));
        read.map_err(|source| self.cannot_read(source))?;
        Ok(Coding::of(&head))
    }

    fn hash(&self, member: Member) -> Result<Digest, Error> {
        let mut hasher = Hasher::new(Algorithm::Sha256);
        let mut file =
            self.archive.open_member(member).map_err(|source| self.cannot_read(source))?;
        let mut buffer = vec![0; 128 << 10];
        loop {
            match file.read(&mut buffer).map_err(|source| self.cannot_read(source))? {
                0 => return Ok(hasher.finish()),
                read => hasher.update(buffer.get(..read).unwrap_or_default()),
            }
        }
    }

    fn cannot_read(&self, source: io::Error) -> Error {
        Error::File { path: self.archive.path().to_owned(), source }
    }
}

/// The SHA-256 digest in a file name.
fn digest_in(path: &str) -> Option<Digest> {
    let name = path.rsplit('/').next()?;
    let hex = name.strip_suffix(".json").unwrap_or(name);
    format!("sha256:{hex}").parse().ok()
}
