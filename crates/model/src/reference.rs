//! Names of images, as Docker reads them (distribution's `reference` grammar and Docker's
//! normalisation of it).

use std::fmt;
use std::str::FromStr;

use crate::{Digest, DigestError};

/// The name of an image in a registry: `[registry[:port]/]repository[:tag][@digest]`.
///
/// Without a registry it is in `docker.io`, where a repository of one part is in `library/`. With a
/// tag and a digest, the digest decides and the tag is only information. The printed name is
/// complete: `nginx` is `docker.io/library/nginx:latest`.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Reference {
    registry: String,
    repository: String,
    tag: Option<String>,
    digest: Option<Digest>,
}

/// The registry of names without one, and the older name of it.
const DEFAULT_REGISTRY: &str = "docker.io";
const OLD_DEFAULT_REGISTRY: &str = "index.docker.io";
/// Where that registry keeps what has no other owner.
const OFFICIAL: &str = "library/";
/// The tag of names without tag and digest.
const DEFAULT_TAG: &str = "latest";
/// Most bytes of a repository, and of a tag.
const MAX_REPOSITORY_BYTES: usize = 255;
const MAX_TAG_BYTES: usize = 128;

impl Reference {
    /// The registry's host, with its port where one is written.
    #[must_use]
    pub fn registry(&self) -> &str {
        &self.registry
    }

    /// The repository in the registry, as `library/nginx`.
    #[must_use]
    pub fn repository(&self) -> &str {
        &self.repository
    }

    /// The tag: `latest` where neither tag nor digest is written.
    #[must_use]
    pub fn tag(&self) -> Option<&str> {
        self.tag.as_deref()
    }

    /// The digest, where one is written.
    #[must_use]
    pub fn digest(&self) -> Option<&Digest> {
        self.digest.as_ref()
    }

    /// Registry and repository alone, as `docker.io/library/nginx`.
    #[must_use]
    pub fn name(&self) -> String {
        format!("{}/{}", self.registry, self.repository)
    }

    /// The same repository with this digest and no tag.
    #[must_use]
    pub fn at_digest(&self, digest: Digest) -> Self {
        Self { tag: None, digest: Some(digest), ..self.clone() }
    }

    /// The same name, its tag too, with this digest.
    #[must_use]
    pub fn with_digest(&self, digest: Digest) -> Self {
        Self { digest: Some(digest), ..self.clone() }
    }

    /// The same repository with this tag and no digest.
    ///
    /// # Errors
    /// When the text is no valid tag.
    pub fn at_tag(&self, tag: &str) -> Result<Self, ReferenceError> {
        if !is_tag(tag) {
            return Err(ReferenceError::Tag);
        }
        Ok(Self { tag: Some(tag.to_owned()), digest: None, ..self.clone() })
    }
}

impl FromStr for Reference {
    type Err = ReferenceError;

    fn from_str(text: &str) -> Result<Self, ReferenceError> {
        let (rest, digest) = match text.split_once('@') {
            Some((rest, digest)) => (rest, Some(digest.parse().map_err(ReferenceError::Digest)?)),
            None => (text, None),
        };
        // A colon behind the last slash is before a tag, any other before a port.
        let last = rest.rfind('/').map_or(0, |slash| slash + 1);
        let colon = rest.get(last..).and_then(|part| part.find(':')).map(|colon| last + colon);
        let (name, tag) = match colon.and_then(|colon| rest.split_at_checked(colon)) {
            Some((name, tag)) => (name, tag.strip_prefix(':')),
            None => (rest, None),
        };
        if tag.is_some_and(|tag| !is_tag(tag)) {
            return Err(ReferenceError::Tag);
        }
        // Docker refuses what may be the id of an image, for it would mean something else there.
        if name.len() == 64 && name.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f')) {
            return Err(ReferenceError::IsId);
        }
        let (registry, repository) = split_registry(name);
        if !is_registry(registry) {
            return Err(ReferenceError::Registry);
        }
        let repository = match (registry, repository.contains('/')) {
            (DEFAULT_REGISTRY, false) => format!("{OFFICIAL}{repository}"),
            _ => repository.to_owned(),
        };
        if repository.len() > MAX_REPOSITORY_BYTES {
            return Err(ReferenceError::TooLong { max: MAX_REPOSITORY_BYTES });
        }
        if repository.bytes().any(|byte| byte.is_ascii_uppercase()) {
            return Err(ReferenceError::UpperCase);
        }
        if !repository.split('/').all(is_component) {
            return Err(ReferenceError::Repository);
        }
        let tag = match (tag, &digest) {
            (None, None) => Some(DEFAULT_TAG),
            (tag, _) => tag,
        };
        Ok(Self { registry: registry.to_owned(), repository, tag: tag.map(str::to_owned), digest })
    }
}

/// The registry that a name begins with, or the default one, and the rest.
fn split_registry(name: &str) -> (&str, &str) {
    match name.split_once('/') {
        Some((first, rest)) if is_meant_as_registry(first) => match first {
            OLD_DEFAULT_REGISTRY => (DEFAULT_REGISTRY, rest),
            first => (first, rest),
        },
        _ => (DEFAULT_REGISTRY, name),
    }
}

fn is_meant_as_registry(part: &str) -> bool {
    part.contains(['.', ':'])
        || part == "localhost"
        || part.bytes().any(|byte| byte.is_ascii_uppercase())
}

/// `domain[:port]`; a domain is of labels, or an IPv6 address in brackets.
fn is_registry(text: &str) -> bool {
    let (host, port) = match text.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        Some((address, rest)) => {
            if address.parse::<std::net::Ipv6Addr>().is_err() {
                return false;
            }
            match (rest, rest.strip_prefix(':')) {
                ("", _) => (None, None),
                (_, Some(port)) => (None, Some(port)),
                _ => return false,
            }
        }
        None => match text.split_once(':') {
            Some((host, port)) => (Some(host), Some(port)),
            None => (Some(text), None),
        },
    };
    host.is_none_or(|host| host.len() <= 253 && host.split('.').all(is_label))
        && port.is_none_or(|port| port.parse::<u16>().is_ok_and(|number| number > 0))
}

fn is_label(label: &str) -> bool {
    let is_inner = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
    !label.is_empty()
        && label.bytes().all(is_inner)
        && !label.starts_with('-')
        && !label.ends_with('-')
}

/// A part of a repository: runs of letters and digits, between them `.`, `_`, `__` or dashes.
fn is_component(part: &str) -> bool {
    let is_letter = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit();
    let mut rest = part;
    loop {
        let after = rest.trim_start_matches(is_letter);
        if after.len() == rest.len() {
            return false;
        }
        if after.is_empty() {
            return true;
        }
        rest = after.trim_start_matches(['.', '_', '-']);
        let separator = after.strip_suffix(rest).unwrap_or_default();
        let is_separator =
            matches!(separator, "." | "_" | "__") || separator.bytes().all(|byte| byte == b'-');
        if !is_separator {
            return false;
        }
    }
}

fn is_tag(tag: &str) -> bool {
    let is_word = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    tag.len() <= MAX_TAG_BYTES
        && tag.bytes().next().is_some_and(is_word)
        && tag.bytes().all(|byte| is_word(byte) || matches!(byte, b'.' | b'-'))
}

impl fmt::Display for Reference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.registry, self.repository)?;
        if let Some(tag) = &self.tag {
            write!(f, ":{tag}")?;
        }
        match &self.digest {
            Some(digest) => write!(f, "@{digest}"),
            None => Ok(()),
        }
    }
}

impl fmt::Debug for Reference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// Why a text names no image.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ReferenceError {
    /// The text before the first slash is no host.
    #[error("the registry must be a host, as registry.example:5000")]
    Registry,
    /// The repository has upper-case letters.
    #[error("the repository must be in lower case")]
    UpperCase,
    /// The repository is malformed.
    #[error("the repository must be of letters and digits, divided by '.', '_', '-' and '/'")]
    Repository,
    /// The repository is too long.
    #[error("the repository has more than {max} bytes")]
    TooLong {
        /// The most bytes.
        max: usize,
    },
    /// The tag is malformed.
    #[error(
        "a tag has at most 128 letters, digits, '_', '.' and '-', and begins with none of the last two"
    )]
    Tag,
    /// The digest is malformed.
    #[error("{0}")]
    Digest(DigestError),
    /// The text looks like the id of an image.
    #[error("64 hexadecimal digits are an image id and no name")]
    IsId,
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn reads_names_as_docker_does() {
        let digest = Digest::sha256_of(b"");
        for (text, full) in [
            ("nginx", "docker.io/library/nginx:latest".to_owned()),
            ("nginx:1.27", "docker.io/library/nginx:1.27".to_owned()),
            ("user/nginx", "docker.io/user/nginx:latest".to_owned()),
            ("docker.io/nginx", "docker.io/library/nginx:latest".to_owned()),
            ("index.docker.io/a/b", "docker.io/a/b:latest".to_owned()),
            ("localhost/a", "localhost/a:latest".to_owned()),
            ("localhost:5000/a:b", "localhost:5000/a:b".to_owned()),
            ("[::1]:5000/a", "[::1]:5000/a:latest".to_owned()),
            ("ghcr.io/a/b/c__d--e.f:V1", "ghcr.io/a/b/c__d--e.f:V1".to_owned()),
            ("Host/a", "Host/a:latest".to_owned()),
            (&format!("a@{digest}"), format!("docker.io/library/a@{digest}")),
            (&format!("q.io/a:b@{digest}"), format!("q.io/a:b@{digest}")),
        ] {
            assert_eq!(text.parse::<Reference>().map(|name| name.to_string()), Ok(full));
        }
    }

    #[test]
    fn refuses_what_docker_refuses() {
        use ReferenceError as Error;
        let long = "a".repeat(256);
        for (text, error) in [
            ("", Error::Repository),
            (":a", Error::Repository),
            ("/a", Error::Repository),
            ("a//b", Error::Repository),
            ("a___b", Error::Repository),
            ("a..b", Error::Repository),
            ("-a", Error::Repository),
            ("Nginx", Error::UpperCase),
            ("a/B", Error::UpperCase),
            ("a:", Error::Tag),
            ("a:.b", Error::Tag),
            ("a b", Error::Repository),
            ("-.io/a", Error::Registry),
            ("a.io:x/b", Error::Registry),
            ("a@sha256:0", Error::Digest(DigestError::WrongLength { expected: 64, actual: 1 })),
            (&"ab".repeat(32), Error::IsId),
            (&long, Error::TooLong { max: 255 }),
        ] {
            assert_eq!(text.parse::<Reference>(), Err(error), "{text}");
        }
    }

    #[test]
    fn a_name_is_of_parts() {
        let name: Reference = "localhost:5000/a/b:c".parse().unwrap();
        assert_eq!(
            (name.registry(), name.repository(), name.tag(), name.digest()),
            ("localhost:5000", "a/b", Some("c"), None)
        );
        let digest = Digest::sha256_of(b"");
        assert_eq!(
            name.at_digest(digest.clone()).to_string(),
            format!("localhost:5000/a/b@{digest}")
        );
        assert_eq!(name.at_tag("d").unwrap().to_string(), "localhost:5000/a/b:d");
        assert_eq!(name.at_tag("d e"), Err(ReferenceError::Tag));
    }

    proptest! {
        #[test]
        fn what_is_printed_is_read(text in "[a-zA-Z0-9.:/@_\\[\\]-]{0,60}") {
            if let Ok(name) = text.parse::<Reference>() {
                prop_assert_eq!(name.to_string().parse(), Ok(name));
            }
        }

        #[test]
        fn any_text_is_read_or_refused(text in "\\PC*") {
            _ = text.parse::<Reference>();
        }
    }
}
