//! Selects one image among several.

use std::fmt;
use std::str::FromStr;

use sealift_model::{BlobSource, Descriptor, Digest, DigestError, Platform};

use super::attached::is_attachment;
use super::{FULL_NAME, REF_NAME};
use crate::image::{Suits, accepts, is_attestation, is_same_platform, visit};
use crate::{Error, Limits};

/// Selects an image of a source: `tag`, a full name, or `@sha256:...`.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "images have names and digests, nothing else")]
pub enum Selector {
    /// By the name in an annotation, or by its tag.
    Name(String),
    /// By the digest of its manifest or index.
    Digest(Digest),
}

impl FromStr for Selector {
    type Err = SelectorError;

    fn from_str(text: &str) -> Result<Self, SelectorError> {
        match text.strip_prefix('@') {
            Some(digest) => Ok(Self::Digest(digest.parse()?)),
            None if text.is_empty() => Err(SelectorError::Empty),
            None => Ok(Self::Name(text.to_owned())),
        }
    }
}

impl fmt::Display for Selector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Name(name) => f.write_str(name),
            Self::Digest(digest) => write!(f, "@{digest}"),
        }
    }
}

/// A text is not a [`Selector`].
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SelectorError {
    /// It is empty.
    #[error("a tag or @digest is missing")]
    Empty,
    /// The text after the `@` is not a digest.
    #[error(transparent)]
    Digest(#[from] DigestError),
}

/// The requested image. If there are several, `choose` decides.
pub(super) fn select(
    source: &dyn BlobSource,
    roots: &[Descriptor],
    selector: Option<&Selector>,
    limits: &Limits,
    choose: impl Fn(&[&Descriptor]) -> Result<Descriptor, Error>,
) -> Result<Descriptor, Error> {
    let found: Vec<_> = match selector {
        None => {
            let is_image = |root: &&Descriptor| !is_attachment(root) && !is_attestation(root);
            let images = roots.iter().filter(is_image).collect::<Vec<_>>();
            if images.is_empty() { roots.iter().collect() } else { images }
        }
        Some(Selector::Name(name)) => roots.iter().filter(|root| is_named(root, name)).collect(),
        Some(Selector::Digest(digest)) => {
            return match find(source, roots, digest, limits)? {
                Some(found) => Ok(found),
                None => Err(no_such(roots, selector)),
            };
        }
    };
    match &found[..] {
        [] => Err(no_such(roots, selector)),
        [first, rest @ ..] if rest.iter().all(|root| root.digest == first.digest) => {
            Ok((*first).clone())
        }
        several => choose(several),
    }
}

/// Refuses to choose one of several.
pub(super) fn ambiguous(several: &[&Descriptor]) -> Result<Descriptor, Error> {
    Err(Error::Ambiguous { available: listed(several.iter().copied()) })
}

/// Chooses by platform if `index.json` itself lists one image's platforms side by side (`image-spec
/// image-layout.md`, version 1.1, "index.json file"): all have the same name or none, and each has
/// a platform.
pub(super) fn by_platform(
    several: &[&Descriptor],
    asked: Option<&Platform>,
) -> Result<Descriptor, Error> {
    let name = |root: &Descriptor| root.annotations.get(REF_NAME).cloned();
    let mut names = several.iter().map(|root| name(root));
    let first = names.next();
    let platforms: Option<Vec<&Platform>> =
        several.iter().map(|root| root.platform.as_ref()).collect();
    let Some(platforms) = platforms.filter(|_| names.all(|name| Some(name) == first)) else {
        return ambiguous(several);
    };
    let default = Platform::new("linux", "amd64");
    let wanted = asked.unwrap_or(&default);
    let mut fitting: Vec<_> =
        several.iter().zip(&platforms).filter(|(_, offered)| accepts(wanted, offered)).collect();
    fitting.sort_by_key(|(_, offered)| Suits::of(wanted, Some(offered)));
    match &fitting[..] {
        [] => Err(Error::NoPlatform {
            asked: asked.cloned(),
            available: platforms.into_iter().cloned().collect(),
        }),
        // Two images for exactly the same platform are different images.
        [(_, first), (_, second), ..] if is_same_platform(first, second) => ambiguous(several),
        [(root, _), ..] => Ok((**root).clone()),
    }
}

/// Whether an entry has the requested name.
pub(super) fn is_named(root: &Descriptor, asked: &str) -> bool {
    let tag = root.annotations.get(REF_NAME);
    let full = root.annotations.get(FULL_NAME);
    let names = || tag.into_iter().chain(full);
    names().any(|name| name == asked || is_same(name, asked))
}

/// Whether two names are the same with the default registry, repository and tag filled in: `nginx`
/// is `docker.io/library/nginx:latest`.
fn is_same(name: &str, asked: &str) -> bool {
    // A bare word is a tag, not a repository.
    name.contains([':', '/']) && asked.contains([':', '/']) && whole(name) == whole(asked)
}

fn whole(name: &str) -> String {
    let path = match name.split_once('/') {
        Some((host, _)) if host.contains(['.', ':']) || host == "localhost" => name.to_owned(),
        Some(_) => format!("docker.io/{name}"),
        None => format!("docker.io/library/{name}"),
    };
    let last = path.rsplit('/').next().unwrap_or_default();
    if last.contains(':') { path } else { path + ":latest" }
}

/// Finds a digest among the roots and in the indexes that they name.
fn find(
    source: &dyn BlobSource,
    roots: &[Descriptor],
    digest: &Digest,
    limits: &Limits,
) -> Result<Option<Descriptor>, Error> {
    if let Some(root) = roots.iter().find(|root| root.digest == *digest) {
        return Ok(Some(root.clone()));
    }
    let mut found = None;
    visit(source, None, roots.to_vec(), limits, &mut |entry| {
        if entry.digest == *digest {
            found = Some(entry.clone());
        }
        found.is_none()
    })?;
    Ok(found)
}

fn no_such(roots: &[Descriptor], selector: Option<&Selector>) -> Error {
    let asked = selector.map(ToString::to_string).unwrap_or_default();
    Error::NoSuchImage { asked, available: listed(roots) }
}

fn listed<'a>(roots: impl IntoIterator<Item = &'a Descriptor>) -> Vec<String> {
    let name = |root: &Descriptor| {
        let name = root.annotations.get(FULL_NAME).or_else(|| root.annotations.get(REF_NAME));
        name.cloned().unwrap_or_else(|| format!("@{}", root.digest))
    };
    roots.into_iter().map(name).collect()
}
