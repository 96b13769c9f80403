//! How images are written.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use sealift_layers::Selector;
use sealift_model::{Reference, ReferenceError};

use crate::Target;

/// An image as people write it, and where that says to look for it.
///
/// ```
/// use sealift::{Target, WrittenImage};
///
/// let written = WrittenImage::parse("oci:images:shop")?;
/// assert!(matches!(written, WrittenImage::Local(Target::ImageLayout { .. })));
/// // A folder named `nginx` never stands in for the image `nginx`.
/// assert!(matches!(WrittenImage::parse("nginx")?, WrittenImage::Named(_)));
/// # Ok::<(), sealift::WrittenImageError>(())
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum WrittenImage {
    /// `oci:DIR[:TAG|@DIGEST]`, `oci-archive:FILE[:TAG]`, `docker-archive:FILE[:TAG]`, or a path
    /// that starts with `/`, `./` or `../`.
    Local(Target),
    /// `docker-daemon:NAME`: what Docker's engine has by that name.
    Docker(String),
    /// `podman:NAME`.
    Podman(String),
    /// A name: in whichever engine or registry has it.
    Named(Reference),
}

/// Why something written is no image.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum WrittenImageError {
    /// Nothing stands behind the colon.
    #[error("a path or name is missing behind the colon")]
    Empty,
    /// It is no name of an image.
    #[error(transparent)]
    Name(#[from] ReferenceError),
}

impl WrittenImage {
    /// Reads what is written. The file system is looked at only to tell a path with a colon in it
    /// from a path and a tag.
    ///
    /// # Errors
    /// When nothing stands behind a colon, and when it is neither a path nor a name.
    pub fn parse(text: &str) -> Result<Self, WrittenImageError> {
        Ok(match text.split_once(':') {
            Some((_, "")) => return Err(WrittenImageError::Empty),
            Some(("oci", rest)) => {
                let (folder, selector) = split_selector(rest);
                Self::Local(Target::ImageLayout { folder, selector })
            }
            Some(("oci-archive" | "docker-archive", rest)) => {
                let (file, selector) = split_selector(rest);
                Self::Local(Target::ImageArchive { file, selector })
            }
            Some(("docker-daemon", name)) => Self::Docker(name.to_owned()),
            Some(("podman", name)) => Self::Podman(name.to_owned()),
            _ if is_path(text) => Self::Local(Target::image_at(OsStr::new(text))),
            _ => Self::Named(text.parse()?),
        })
    }
}

impl Target {
    /// An image by its path, `PATH[:TAG|@DIGEST]`: a folder is an OCI layout, anything else an
    /// archive.
    #[must_use]
    pub fn image_at(written: &OsStr) -> Self {
        let (path, selector) = match written.to_str() {
            Some(text) => {
                let (path, selector) = split_selector(text);
                // When nothing is there, the path as written is what a person looks for.
                if path.exists() { (path, selector) } else { (text.into(), None) }
            }
            None => (written.into(), None),
        };
        if path.is_dir() {
            Self::ImageLayout { folder: path, selector }
        } else {
            Self::ImageArchive { file: path, selector }
        }
    }
}

/// Whether a target is written as a path.
fn is_path(text: &str) -> bool {
    ["/", "./", "../"].iter().any(|start| text.starts_with(start)) || [".", ".."].contains(&text)
}

/// Splits `PATH[:TAG|@DIGEST]`. What is there as a whole is a path, colons and all.
fn split_selector(text: &str) -> (PathBuf, Option<Selector>) {
    if Path::new(text).exists() {
        return (text.into(), None);
    }
    if let Some((path, digest)) = text.rsplit_once('@')
        && let Ok(digest) = digest.parse()
    {
        return (path.into(), Some(Selector::Digest(digest)));
    }
    // A tag may itself be a whole reference (`example.org/shop:1.4`): the path is what exists.
    let mut colons = text.match_indices(':').map(|(at, _)| text.split_at(at));
    let known = colons.clone().find(|(path, _)| Path::new(path).exists());
    match known.or_else(|| colons.next_back()) {
        Some((path, tag)) => {
            let tag = tag.trim_start_matches(':').to_owned();
            (path.into(), Some(Selector::Name(tag)))
        }
        None => (text.into(), None),
    }
}
