//! A file as bytes: [`Mapped`] read-only, or [`read`] as far as it may be long.
//!
//! ```
//! # fn main() -> std::io::Result<()> {
//! # let folder = tempfile::tempdir()?;
//! # let path = folder.path().join("advisories.db");
//! std::fs::write(&path, b"all of it")?;
//! let mapped = sealift_mapped::Mapped::open(&path)?;
//! assert_eq!(mapped.as_ref(), b"all of it");
//! assert!(sealift_mapped::read(&path, 9).is_ok());
//! assert!(sealift_mapped::read(&path, 8).is_err());
//! # Ok(())
//! # }
//! ```
//!
//! This is the only crate of the workspace with `unsafe` code, so that the readers of large
//! files can forbid it.
#![expect(unsafe_code, reason = "mapping a file is unsafe by nature: see `Mapped::open`")]

use std::fs::File;
use std::io::{self, Read as _};
use std::path::Path;

use memmap2::Mmap;

/// The bytes of a file that has at most `max` of them. A file that grows while it is read is not
/// read for ever, and a longer one is an error, never cut short.
///
/// # Errors
/// When it cannot be read, or has more than `max` bytes ([`io::ErrorKind::FileTooLarge`]).
pub fn read(path: &Path, max: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    File::open(path)?.take(max.saturating_add(1)).read_to_end(&mut bytes)?;
    if u64::try_from(bytes.len()).is_ok_and(|length| length <= max) {
        return Ok(bytes);
    }
    let reason = format!("it has more than {max} bytes");
    Err(io::Error::new(io::ErrorKind::FileTooLarge, reason))
}

/// The bytes of a file, read by the operating system as they are touched.
///
/// # While it is mapped
///
/// Nobody may cut the file short: touching bytes that are gone ends the process with `SIGBUS`.
/// Replacing the file by renaming another one over its name is safe, and is how sealift writes
/// its files. Whoever writes *into* the file changes the bytes seen here, so a reader checks
/// what it reads before trusting it, as it would with any foreign bytes.
#[derive(Debug)]
pub struct Mapped(Option<Mmap>);

impl Mapped {
    /// Maps a regular file from its first byte to the last one that it has now.
    ///
    /// # Errors
    /// When the file cannot be opened or mapped, or is no regular file: a device or a pipe has
    /// no bytes to map, and a folder has none at all.
    pub fn open(path: &Path) -> io::Result<Self> {
        // Asked before opening, for opening a pipe would wait for a writer.
        require_regular(&std::fs::metadata(path)?)?;
        let file = File::open(path)?;
        let metadata = file.metadata()?;
        require_regular(&metadata)?;
        if metadata.len() == 0 {
            // An empty mapping is an error on some systems.
            return Ok(Self(None));
        }
        // SAFETY: the mapping is read-only and private to this process, of a regular file, and
        // no reference outlives `self`. That nobody truncates or rewrites the file meanwhile
        // cannot be enforced on any of the systems; it is the documented duty of the caller.
        let map = unsafe { Mmap::map(&file) }?;
        Ok(Self(Some(map)))
    }
}

impl AsRef<[u8]> for Mapped {
    fn as_ref(&self) -> &[u8] {
        self.0.as_deref().unwrap_or_default()
    }
}

fn require_regular(metadata: &std::fs::Metadata) -> io::Result<()> {
    match metadata.is_file() {
        true => Ok(()),
        false => Err(io::Error::new(io::ErrorKind::InvalidInput, "not a regular file")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn maps_what_the_file_holds() {
        let folder = tempfile::tempdir().unwrap();
        for content in [&b""[..], b"x", &[7; 100_000]] {
            let path = folder.path().join("file");
            std::fs::write(&path, content).unwrap();
            assert_eq!(Mapped::open(&path).unwrap().as_ref(), content);
        }
    }

    #[test]
    fn a_replaced_file_leaves_the_mapping_whole() {
        let folder = tempfile::tempdir().unwrap();
        let (path, newer) = (folder.path().join("file"), folder.path().join("newer"));
        std::fs::write(&path, b"old").unwrap();
        let mapped = Mapped::open(&path).unwrap();
        std::fs::write(&newer, b"new").unwrap();
        std::fs::rename(&newer, &path).unwrap();
        assert_eq!(mapped.as_ref(), b"old");
    }

    #[test]
    fn refuses_what_is_no_regular_file() {
        let folder = tempfile::tempdir().unwrap();
        let error = Mapped::open(folder.path()).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::InvalidInput);
        let error = Mapped::open(&folder.path().join("missing")).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::NotFound);
        #[cfg(unix)]
        assert!(Mapped::open(Path::new("/dev/zero")).is_err());
    }
}
