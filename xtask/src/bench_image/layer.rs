//! One layer as a tar on disk, its diff-id taken while it is written.

use std::collections::BTreeSet;
use std::fmt;
use std::fs::File;
use std::io::{self, BufWriter, Read, Write};
use std::path::{Path, PathBuf};

use sealift_model::{Algorithm, Digest, Hasher};
use tar::{Builder, EntryType, Header};

use crate::{Failure, Outcome};

/// 2022-01-01T00:00:00Z, in seconds.
const MODIFIED: u64 = 1_640_995_200;

/// A layer in the making. Paths are without a slash at their start.
pub(super) struct LayerTar {
    path: PathBuf,
    tar: Builder<Hashing<BufWriter<File>>>,
    folders: BTreeSet<String>,
    files: u64,
}

/// A layer whose tar is whole.
pub(super) struct MadeLayer {
    /// Its place in the image, from 0.
    pub(super) place: usize,
    pub(super) created_by: &'static str,
    pub(super) tar: PathBuf,
    pub(super) diff_id: Digest,
    pub(super) bytes: u64,
    pub(super) files: u64,
}

impl fmt::Display for MadeLayer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let megabytes = self.bytes / 1_000_000;
        let (place, files) = (self.place + 1, self.files);
        write!(f, "layer {place:>2}: {megabytes:>5} MB, {files:>6} files: {}", self.created_by)
    }
}

impl LayerTar {
    pub(super) fn create(path: &Path) -> io::Result<Self> {
        let file = BufWriter::with_capacity(1 << 20, File::create(path)?);
        let hashing = Hashing { inner: file, hasher: Hasher::new(Algorithm::Sha256), bytes: 0 };
        let tar = Builder::new(hashing);
        Ok(Self { path: path.to_owned(), tar, folders: BTreeSet::new(), files: 0 })
    }

    /// Adds a folder and its parents, each once.
    pub(super) fn folder(&mut self, path: &str) -> Outcome {
        let path = path.trim_matches('/');
        let ends = path.match_indices('/').map(|(end, _)| end).chain([path.len()]);
        for folder in ends.filter_map(|end| path.get(..end)).filter(|folder| !folder.is_empty()) {
            if self.folders.insert(folder.to_owned()) {
                let mut header = header(EntryType::Directory, 0o755, 0);
                self.tar.append_data(&mut header, format!("{folder}/"), io::empty())?;
            }
        }
        Ok(())
    }

    pub(super) fn file(
        &mut self,
        path: &str,
        mode: u32,
        bytes: u64,
        content: impl Read,
    ) -> Outcome {
        self.folder(folder_of(path))?;
        self.files += 1;
        let mut header = header(EntryType::Regular, mode & 0o7777, bytes);
        Ok(self.tar.append_data(&mut header, path, content)?)
    }

    /// A file of these bytes.
    pub(super) fn text(&mut self, path: &str, content: &[u8]) -> Outcome {
        self.file(path, 0o644, content.len().try_into()?, content)
    }

    pub(super) fn symlink(&mut self, path: &str, target: &str) -> Outcome {
        self.link(EntryType::Symlink, path, target)
    }

    pub(super) fn hard_link(&mut self, path: &str, target: &str) -> Outcome {
        self.link(EntryType::Link, path, target)
    }

    /// Hides what the layers below have at that path (OCI image-spec 1.1: layer.md, Whiteouts).
    pub(super) fn whiteout(&mut self, path: &str) -> Outcome {
        let name = path.rsplit('/').next().unwrap_or(path);
        self.text(&join(folder_of(path), &format!(".wh.{name}")), &[])
    }

    /// Hides all that the layers below have in that folder.
    pub(super) fn opaque(&mut self, folder: &str) -> Outcome {
        self.text(&join(folder, ".wh..wh..opq"), &[])
    }

    pub(super) fn finish(
        self,
        place: usize,
        created_by: &'static str,
    ) -> Result<MadeLayer, Failure> {
        let mut hashing = self.tar.into_inner()?;
        hashing.inner.flush()?;
        let (diff_id, bytes) = (hashing.hasher.finish(), hashing.bytes);
        Ok(MadeLayer { place, created_by, tar: self.path, diff_id, bytes, files: self.files })
    }

    fn link(&mut self, kind: EntryType, path: &str, target: &str) -> Outcome {
        self.folder(folder_of(path))?;
        self.files += 1;
        Ok(self.tar.append_link(&mut header(kind, 0o777, 0), path, target)?)
    }
}

/// The path without its last part.
fn folder_of(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(folder, _)| folder)
}

/// A path below a folder, which may be the root.
pub(super) fn join(folder: &str, name: &str) -> String {
    if folder.is_empty() { name.to_owned() } else { format!("{folder}/{name}") }
}

fn header(kind: EntryType, mode: u32, bytes: u64) -> Header {
    let mut header = Header::new_ustar();
    header.set_entry_type(kind);
    header.set_mode(mode);
    header.set_uid(0);
    header.set_gid(0);
    header.set_mtime(MODIFIED);
    header.set_size(bytes);
    header
}

/// Hashes everything that is written through it.
pub(super) struct Hashing<W> {
    pub(super) inner: W,
    pub(super) hasher: Hasher,
    pub(super) bytes: u64,
}

impl<W: Write> Write for Hashing<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.inner.write(bytes)?;
        self.hasher.update(bytes.get(..written).unwrap_or(bytes));
        self.bytes += u64::try_from(written).map_err(io::Error::other)?;
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}
