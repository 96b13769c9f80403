//! Patterns of image names.

use std::fmt;
use std::str::FromStr;

use sealift_model::Reference;

use crate::admission::wildcard;

/// A pattern of images: `HOST`, `HOST/REPOSITORY`, in which `*` matches any letters and `?` one.
///
/// The host is compared with the host alone: `*.example/*` never matches `evil.test/x.example/y`.
/// Without a repository the pattern matches all of the registry's images; a repository without `*`
/// also matches those below it. Names are compared in full: `nginx` is `docker.io/library/nginx`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImagePattern {
    text: String,
    host: Wildcard,
    repository: Option<Wildcard>,
}

/// Why a text is not an image pattern.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ImagePatternError {
    /// The text is empty, or has an empty part.
    #[error("{0:?} has an empty part")]
    Empty(String),
    /// The text does not begin with a host.
    #[error("{0:?} begins with no registry: write docker.io/{0} for an image of Docker Hub")]
    MissingHost(String),
    /// The text names a tag or a digest.
    #[error("{0:?} names a tag or digest: a pattern is about repositories")]
    Tag(String),
}

impl ImagePattern {
    /// Whether the pattern matches an image.
    #[must_use]
    pub fn matches(&self, image: &Reference) -> bool {
        if !self.host.matches(image.registry()) {
            return false;
        }
        let Some(pattern) = &self.repository else { return true };
        let repository = image.repository();
        if pattern.has_wildcard() {
            return pattern.matches(repository);
        }
        let below = repository.strip_prefix(pattern.0.as_str());
        below.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    }
}

impl FromStr for ImagePattern {
    type Err = ImagePatternError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let trimmed = text.strip_suffix('/').unwrap_or(text);
        let (host, repository) = match trimmed.split_once('/') {
            Some((host, repository)) => (host, Some(repository)),
            None => (trimmed, None),
        };
        let parts = trimmed.split('/');
        if parts.clone().any(str::is_empty) {
            return Err(ImagePatternError::Empty(text.to_owned()));
        }
        if !host.contains(['.', ':', '*']) && host != "localhost" {
            return Err(ImagePatternError::MissingHost(text.to_owned()));
        }
        if repository.is_some_and(|repository| repository.contains([':', '@'])) {
            return Err(ImagePatternError::Tag(text.to_owned()));
        }
        let host = if host == "index.docker.io" { "docker.io" } else { host };
        Ok(Self {
            text: text.to_owned(),
            host: Wildcard(host.to_ascii_lowercase()),
            repository: repository.map(|repository| Wildcard(repository.to_owned())),
        })
    }
}

impl fmt::Display for ImagePattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// A text in which `*` matches any letters, also none, and `?` one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wildcard(String);

impl Wildcard {
    /// Makes a pattern of a text.
    #[must_use]
    pub fn new(pattern: impl Into<String>) -> Self {
        Self(pattern.into())
    }

    fn has_wildcard(&self) -> bool {
        wildcard::has_wildcard(&self.0)
    }

    /// Whether the pattern matches a text: takes at most the product of both lengths in steps.
    #[must_use]
    pub fn matches(&self, text: &str) -> bool {
        wildcard::matches(&self.0, text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_are_compared_with_hosts() {
        for (pattern, image, expected) in [
            ("ghcr.io/your-org/*", "ghcr.io/your-org/app:1", true),
            ("ghcr.io/your-org/*", "ghcr.io/your-org/team/app", true),
            ("ghcr.io/your-org/*", "ghcr.io/your-org-evil/app", false),
            ("ghcr.io/your-org/*", "ghcr.io.evil.test/your-org/app", false),
            ("ghcr.io/your-org/*", "evil.test/ghcr.io/your-org/app", false),
            ("ghcr.io/your-org", "ghcr.io/your-org/app", true),
            ("ghcr.io/your-org/", "ghcr.io/your-org/app", true),
            ("ghcr.io/your-org", "ghcr.io/your-orgs/app", false),
            ("*.example/*", "r.example/app", true),
            ("*.example/*", "evil.test/x.example/app", false),
            ("registry.example:5000", "registry.example:5000/app", true),
            ("registry.example:5000", "registry.example/app", false),
            ("docker.io", "nginx", true),
            ("docker.io/library/nginx", "nginx:1.29", true),
            ("docker.io/library/*", "someone/nginx", false),
            ("index.docker.io/library", "nginx", true),
            ("localhost", "localhost/app", true),
            ("r.example/a?c/*x", "r.example/abc/yx", true),
        ] {
            let parsed: ImagePattern = pattern.parse().unwrap();
            assert_eq!(parsed.matches(&image.parse().unwrap()), expected, "{pattern} {image}");
        }
    }

    #[test]
    fn what_could_be_meant_otherwise_is_refused() {
        for text in [
            "",
            "/",
            "nginx",
            "library/nginx",
            "r.example//a",
            "r.example/a:1",
            "r.example/a@sha256:0",
        ] {
            assert!(text.parse::<ImagePattern>().is_err(), "{text}");
        }
    }

    #[test]
    fn wildcards_end_soon() {
        let pattern = Wildcard::new("*a".repeat(50));
        assert!(!pattern.matches(&"a".repeat(49)));
        assert!(!pattern.matches(&format!("{}b", "a".repeat(5000))));
        assert!(Wildcard::new("*").matches(""));
        assert!(!Wildcard::new("?").matches(""));
    }
}
