//! One layer: a tar and its gzip, without anything that could differ from machine to machine.

use std::collections::{BTreeMap, BTreeSet};
use std::io;

use tar::{Builder, EntryType, Header};

/// 2022-01-01T00:00:00Z, in seconds.
const MODIFIED: u64 = 1_640_995_200;

/// The head of a gzip member (RFC 1952, 2.3) without name and time, of an unknown system.
const GZIP_HEAD: [u8; 10] = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff];

/// The files of one layer.
pub(super) struct Layer {
    /// The command that created it, for the image's history.
    pub(super) created_by: &'static str,
    files: BTreeMap<String, Vec<u8>>,
}

impl Layer {
    pub(super) fn new(created_by: &'static str) -> Self {
        Self { created_by, files: BTreeMap::new() }
    }

    pub(super) fn file(&mut self, path: &str, content: impl Into<Vec<u8>>) {
        self.files.insert(path.to_owned(), content.into());
    }

    /// The layer as tar: folders first, then files, each in the order of their paths.
    pub(super) fn tar(&self) -> io::Result<Vec<u8>> {
        let mut tar = Builder::new(Vec::new());
        for folder in self.folders() {
            let mut header = header(EntryType::Directory, 0o755);
            tar.append_data(&mut header, folder, io::empty())?;
        }
        for (path, content) in &self.files {
            let mut header = header(EntryType::Regular, 0o644);
            header.set_size(content.len().try_into().map_err(io::Error::other)?);
            tar.append_data(&mut header, path, content.as_slice())?;
        }
        tar.into_inner()
    }

    fn folders(&self) -> BTreeSet<String> {
        let ends = |path: &str| path.match_indices('/').map(|(end, _)| end).collect::<Vec<_>>();
        self.files
            .keys()
            .flat_map(|path| ends(path).into_iter().filter_map(|end| path.get(..=end)))
            .map(str::to_owned)
            .collect()
    }
}

fn header(kind: EntryType, mode: u32) -> Header {
    let mut header = Header::new_ustar();
    header.set_entry_type(kind);
    header.set_mode(mode);
    header.set_uid(0);
    header.set_gid(0);
    header.set_mtime(MODIFIED);
    header.set_size(0);
    header
}

/// Compresses as one gzip member.
///
/// By `miniz_oxide`, whose output depends on nothing but its input: faster libraries choose their
/// code by the processor, and other code may find other matches.
pub(super) fn gzip(content: &[u8]) -> io::Result<Vec<u8>> {
    let length: u32 = content.len().try_into().map_err(io::Error::other)?;
    let deflated = miniz_oxide::deflate::compress_to_vec(content, 9);
    let tail = [crc32fast::hash(content).to_le_bytes(), length.to_le_bytes()];
    Ok([&GZIP_HEAD[..], &deflated, &tail.concat()].concat())
}
