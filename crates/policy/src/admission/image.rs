//! Parses image references as Kyverno does.

use std::fmt;

use serde_json::{Map, Value};

/// An image reference. Without a registry it means Docker Hub's, and its path is kept: `nginx` is
/// `docker.io/nginx`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Image {
    pub(super) registry: String,
    pub(super) path: String,
    pub(super) tag: String,
    pub(super) digest: String,
}

/// A text that is not an image reference.
#[derive(Debug, thiserror::Error)]
#[error("{0:?} is no image reference")]
pub(super) struct NoImage(String);

const DEFAULT_REGISTRY: &str = "docker.io";

impl Image {
    pub(super) fn parse(text: &str) -> Result<Self, NoImage> {
        let first = text.split_once('/').map(|(first, _)| first);
        let is_registry = |first: &str| {
            first.contains(['.', ':']) || first == "localhost" || first.to_lowercase() != first
        };
        let (registry, rest) = match first {
            Some(first) if is_registry(first) => (first, text.get(first.len() + 1..)),
            _ => (DEFAULT_REGISTRY, Some(text)),
        };
        let rest = rest.unwrap_or_default();
        let (rest, digest) = rest.split_once('@').unwrap_or((rest, ""));
        let (path, tag) = match rest.rsplit_once(':') {
            Some((path, tag)) if !tag.contains('/') => (path, tag),
            _ => (rest, ""),
        };
        let image = Self {
            registry: registry.to_owned(),
            path: path.to_owned(),
            tag: if tag.is_empty() && digest.is_empty() { "latest" } else { tag }.to_owned(),
            digest: digest.to_owned(),
        };
        let has_colon_without_tag = rest.ends_with(':') || text.ends_with('@');
        if is_path(path) && is_tag(&image.tag) && is_digest(digest) && !has_colon_without_tag {
            Ok(image)
        } else {
            Err(NoImage(text.to_owned()))
        }
    }

    /// Returns the last part of the path.
    pub(super) fn name(&self) -> &str {
        self.path.rsplit('/').next().unwrap_or_default()
    }

    pub(super) fn with_tag(&self) -> String {
        format!("{}/{}:{}", self.registry, self.path, self.tag)
    }

    /// Returns the variable `images.containers.NAME`.
    pub(super) fn variable(&self) -> Map<String, Value> {
        let mut fields = Map::new();
        let mut put = |key: &str, value: String| {
            if !value.is_empty() {
                fields.insert(key.to_owned(), value.into());
            }
        };
        put("registry", self.registry.clone());
        put("name", self.name().to_owned());
        put("path", self.path.clone());
        put("tag", self.tag.clone());
        put("digest", self.digest.clone());
        put("reference", self.to_string());
        put("referenceWithTag", self.with_tag());
        fields
    }
}

impl fmt::Display for Image {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { registry, path, tag, digest } = self;
        if digest.is_empty() {
            write!(f, "{registry}/{path}:{tag}")
        } else {
            write!(f, "{registry}/{path}@{digest}")
        }
    }
}

/// distribution-spec, "Pulling manifests": parts of lower-case letters and digits, with
/// separators between them.
fn is_path(path: &str) -> bool {
    let is_part = |part: &str| {
        let plain = |next: char| next.is_ascii_lowercase() || next.is_ascii_digit();
        part.starts_with(plain)
            && part.ends_with(plain)
            && part.chars().all(|next| plain(next) || matches!(next, '.' | '_' | '-'))
    };
    path.len() <= 255 && path.split('/').all(is_part)
}

fn is_tag(tag: &str) -> bool {
    let word = |next: char| next.is_ascii_alphanumeric() || next == '_';
    tag.is_empty()
        || (tag.len() <= 128
            && tag.starts_with(word)
            && tag.chars().all(|next| word(next) || matches!(next, '.' | '-')))
}

fn is_digest(digest: &str) -> bool {
    digest.is_empty()
        || digest.split_once(':').is_some_and(|(algorithm, hex)| {
            !algorithm.is_empty() && hex.len() >= 32 && hex.chars().all(|c| c.is_ascii_hexdigit())
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_are_taken_apart() {
        let whole = [
            ("nginx", "docker.io/nginx:latest"),
            ("bitnami/nginx:1.2", "docker.io/bitnami/nginx:1.2"),
            ("localhost/a", "localhost/a:latest"),
            ("registry:5000/a/b:c", "registry:5000/a/b:c"),
        ];
        for (text, expected) in whole {
            assert_eq!(Image::parse(text).unwrap().to_string(), expected);
        }
        let digest = format!("ghcr.io/a/b:1@sha256:{}", "a".repeat(64));
        let image = Image::parse(&digest).unwrap();
        assert_eq!((image.tag.as_str(), image.name()), ("1", "b"));
        for text in ["", "a:", "Nginx", "a//b", "a@", "a@sha256:1", "a b"] {
            assert!(Image::parse(text).is_err(), "{text}");
        }
    }
}
