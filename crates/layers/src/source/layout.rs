//! The OCI image layout (`image-spec image-layout.md`, version 1.1), as a folder or an archive.

use std::io::{self, Read};
use std::path::{Path, PathBuf};

use sealift_model::{BlobError, BlobSource, Descriptor, Digest};
use serde::Deserialize;

use super::archive::Archive;
use super::{ALGORITHMS, blob_error, blob_path, both, files, open_regular};
use crate::document::{self, Document};
use crate::error::SourceProblem;
use crate::media::DocumentKind;
use crate::{Error, Limits};

#[derive(Debug)]
pub(super) struct LayoutFolder(PathBuf);

impl LayoutFolder {
    pub(super) fn open(folder: &Path, limits: &Limits) -> Result<(Self, Vec<Descriptor>), Error> {
        let fail = |source| Error::File { path: folder.to_owned(), source };
        if !std::fs::metadata(folder).map_err(fail)?.is_dir() {
            return Err(fail(io::ErrorKind::NotADirectory.into()));
        }
        let read = |name: &'static str| {
            files::read_document(&folder.join(name), limits.max_document_bytes).map_err(|error| {
                match error {
                    Error::File { source, .. } if source.kind() == io::ErrorKind::NotFound => {
                        no_image(folder, SourceProblem::NoLayout(name))
                    }
                    error => error,
                }
            })
        };
        check_version(&read("oci-layout")?, folder)?;
        let roots = parse_index(&read("index.json")?)?;
        Ok((Self(folder.to_owned()), roots))
    }

    pub(super) fn blob(&self, digest: &Digest) -> Result<Box<dyn Read + Send>, BlobError> {
        let file = open_regular(&self.0.join(blob_path(digest)));
        Ok(Box::new(file.map_err(|error| blob_error(digest, error))?))
    }

    /// Blobs with their sizes in bytes, at most `max`; other files are ignored.
    pub(super) fn blobs(&self, max: usize) -> Result<Vec<(Digest, u64)>, Error> {
        let mut blobs = Vec::new();
        for algorithm in ALGORITHMS {
            let folder = self.0.join("blobs").join(algorithm.name());
            let fail = |source| Error::File { path: folder.clone(), source };
            let entries = match std::fs::read_dir(&folder) {
                Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
                entries => entries.map_err(fail)?,
            };
            for entry in entries {
                if blobs.len() >= max {
                    return Ok(blobs);
                }
                let entry = entry.map_err(fail)?;
                let name = entry.file_name();
                let digest = name.to_str().map(|hex| format!("{}:{hex}", algorithm.name()));
                if let Some(Ok(digest)) = digest.map(|digest| digest.parse())
                    && let Ok(metadata) = std::fs::metadata(entry.path())
                {
                    blobs.push((digest, metadata.len()));
                }
            }
        }
        Ok(blobs)
    }
}

#[derive(Debug)]
pub(super) struct LayoutArchive(Archive);

impl LayoutArchive {
    pub(super) fn open(
        archive: Archive,
        limits: &Limits,
    ) -> Result<(Self, Vec<Descriptor>), Error> {
        check_version(&archive.document("oci-layout", limits)?, archive.path())?;
        let roots = parse_index(&archive.document("index.json", limits)?)?;
        let layout = Self(archive);
        if layout.0.has("manifest.json") {
            both::check(&layout, &roots, limits)?;
        }
        Ok((layout, roots))
    }

    pub(super) fn archive(&self) -> &Archive {
        &self.0
    }

    pub(super) fn blob(&self, digest: &Digest) -> Result<Box<dyn Read + Send>, BlobError> {
        let member = self.0.find(blob_path(digest).as_bytes());
        let member = member.ok_or_else(|| BlobError::Missing(digest.clone()))?;
        Ok(Box::new(self.0.open_member(member).map_err(|error| blob_error(digest, error))?))
    }

    /// Blobs with their sizes in bytes, at most `max`.
    pub(super) fn blobs(&self, max: usize) -> Vec<(Digest, u64)> {
        let named = self.0.names().filter_map(|name| {
            let name = std::str::from_utf8(name).ok()?.strip_prefix("blobs/")?;
            let digest = name.replacen('/', ":", 1).parse().ok()?;
            let member = self.0.find(blob_path(&digest).as_bytes())?;
            Some((digest, member.bytes))
        });
        named.take(max).collect()
    }
}

impl BlobSource for LayoutArchive {
    fn open(&self, blob: &Descriptor) -> Result<Box<dyn Read + Send + '_>, BlobError> {
        self.blob(&blob.digest)
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct LayoutFile {
    image_layout_version: String,
}

fn check_version(bytes: &[u8], path: &Path) -> Result<(), Error> {
    let file: LayoutFile = document::json(bytes, &["imageLayoutVersion"])
        .map_err(|problem| document::about(&"oci-layout", problem))?;
    match file.image_layout_version.as_str() {
        "1.0.0" => Ok(()),
        other => Err(no_image(path, SourceProblem::LayoutVersion(other.to_owned()))),
    }
}

fn parse_index(bytes: &[u8]) -> Result<Vec<Descriptor>, Error> {
    match Document::parse(bytes, DocumentKind::Index) {
        Ok(Document::Index(roots)) => Ok(roots),
        Ok(Document::Manifest { .. }) => Ok(Vec::new()),
        Err(problem) => Err(document::about(&"index.json", problem)),
    }
}

pub(super) fn no_image(path: &Path, problem: SourceProblem) -> Error {
    Error::NoImage { path: path.to_owned(), problem }
}
