//! The parts that differ between operating systems.

use std::ffi::OsStr;
use std::fs::{File, Metadata, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};

use super::Identity;
use super::walk::FoundFile;

/// Opens exactly the file that the walk found: a link or another file that has replaced it since is
/// refused.
pub(super) fn open(root: &Path, file: &FoundFile) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.read(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::custom_flags(
        &mut options,
        libc::O_NOFOLLOW | libc::O_NONBLOCK | libc::O_NOCTTY,
    );
    let opened = options.open(join(root, &file.path))?;
    let metadata = opened.metadata()?;
    if !metadata.is_file() || identity(&metadata) != file.identity {
        return Err(io::Error::other("another file took its place while the folder was read"));
    }
    Ok(opened)
}

#[cfg(unix)]
mod system {
    use std::os::unix::ffi::OsStrExt;
    use std::os::unix::fs::MetadataExt;

    use super::{Identity, Metadata, OsStr};

    pub(in super::super) fn bytes(name: &OsStr) -> Vec<u8> {
        name.as_bytes().to_vec()
    }

    pub(super) fn name(bytes: &[u8]) -> std::borrow::Cow<'_, OsStr> {
        OsStr::from_bytes(bytes).into()
    }

    pub(in super::super) fn mode(metadata: &Metadata) -> u32 {
        metadata.mode() & 0o7777
    }

    pub(in super::super) fn identity(metadata: &Metadata) -> Option<Identity> {
        Some(Identity { device: metadata.dev(), number: metadata.ino() })
    }

    /// Whether the file has further names.
    pub(in super::super) fn is_shared(metadata: &Metadata) -> bool {
        metadata.nlink() > 1
    }
}

#[cfg(not(unix))]
mod system {
    use super::{Identity, Metadata, OsStr};

    pub(in super::super) fn bytes(name: &OsStr) -> Vec<u8> {
        name.to_string_lossy().replace('\\', "/").into_bytes()
    }

    pub(super) fn name(bytes: &[u8]) -> std::borrow::Cow<'_, OsStr> {
        std::borrow::Cow::Owned(String::from_utf8_lossy(bytes).into_owned().into())
    }

    pub(in super::super) fn mode(_: &Metadata) -> u32 {
        0o644
    }

    pub(in super::super) fn identity(_: &Metadata) -> Option<Identity> {
        None
    }

    pub(in super::super) fn is_shared(_: &Metadata) -> bool {
        false
    }
}

pub(super) use system::{bytes, identity, is_shared, mode};

/// The path of a tree path on disk.
pub(super) fn join(root: &Path, path: &[u8]) -> PathBuf {
    if path.is_empty() { root.to_owned() } else { root.join(system::name(path)) }
}
