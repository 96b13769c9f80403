//! Manifests and indexes.

use sealift_http::{Body, Method, Request, Response};
use sealift_model::{Algorithm, Descriptor, Digest, Hasher, Reference};
use serde::Deserialize;

use crate::auth::Action;
use crate::{Error, ErrorKind, Repository};

/// The name of a manifest in a repository.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[expect(clippy::exhaustive_enums, reason = "the specification knows these two")]
pub enum ManifestName {
    /// A tag: the manifest that it names now.
    Tag(String),
    /// A digest: always the same manifest.
    Digest(Digest),
}

impl ManifestName {
    /// The digest of a reference, else its tag.
    #[must_use]
    pub fn of(image: &Reference) -> Self {
        match (image.digest(), image.tag()) {
            (Some(digest), _) => Self::Digest(digest.clone()),
            // A reference without digest has a tag.
            (None, tag) => Self::Tag(tag.unwrap_or("latest").to_owned()),
        }
    }
}

impl std::fmt::Display for ManifestName {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Tag(tag) => f.write_str(tag),
            Self::Digest(digest) => digest.fmt(f),
        }
    }
}

/// A manifest or index from the registry; its digest was compared.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Manifest {
    /// Its media type, digest and size.
    pub descriptor: Descriptor,
    /// Its bytes, from which the digest was computed.
    pub bytes: Vec<u8>,
}

/// A manifest that the registry accepted.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Pushed {
    /// Its media type, digest and size.
    pub descriptor: Descriptor,
    /// Whether the registry lists the manifest among the referrers of its subject. Where it does
    /// not, the fallback tag has been updated.
    pub is_listed: bool,
}

/// The accepted media types: all that may be an image or an artifact.
pub(crate) const ACCEPTED: [&str; 4] = [
    "application/vnd.oci.image.index.v1+json",
    "application/vnd.oci.image.manifest.v1+json",
    "application/vnd.docker.distribution.manifest.list.v2+json",
    "application/vnd.docker.distribution.manifest.v2+json",
];

/// The fields by which a document names its own kind.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Said {
    media_type: Option<String>,
    #[serde(default)]
    manifests: Option<serde::de::IgnoredAny>,
    #[serde(default)]
    subject: Option<Descriptor>,
}

impl Repository {
    /// Fetches a manifest or index.
    ///
    /// # Errors
    /// When there is none ([`ErrorKind::NotFound`]), when the answer is not what was requested, or
    /// no manifest at all.
    pub fn manifest(&self, name: &ManifestName) -> Result<Manifest, Error> {
        self.fetch_manifest(name).map_err(|kind| self.error(kind))
    }

    /// Fetches a manifest or index, if the registry has it.
    ///
    /// # Errors
    /// Those of [`manifest`](Self::manifest), except [`ErrorKind::NotFound`].
    pub fn find_manifest(&self, name: &ManifestName) -> Result<Option<Manifest>, Error> {
        match self.fetch_manifest(name) {
            Ok(manifest) => Ok(Some(manifest)),
            Err(ErrorKind::NotFound { .. }) => Ok(None),
            Err(kind) => Err(self.error(kind)),
        }
    }

    /// The media type, digest and size of a manifest, as the registry states them without sending
    /// the manifest. None of them is verified.
    ///
    /// # Errors
    /// When the registry does not state them.
    pub fn head_manifest(&self, name: &ManifestName) -> Result<Option<Descriptor>, Error> {
        self.head(name).map_err(|kind| self.error(kind))
    }

    fn head(&self, name: &ManifestName) -> Result<Option<Descriptor>, ErrorKind> {
        let url = self.url(&format!("manifests/{name}"))?;
        let accepted = ACCEPTED.join(", ");
        let response = self
            .ask(Action::Pull, || Request::new(Method::Head, &url).header("accept", &accepted))?;
        match response.status() {
            200 => {
                let digest = said_digest(&response)?;
                let digest = digest.ok_or(ErrorKind::NoHeader("Docker-Content-Digest"))?;
                let size = response.length().ok_or(ErrorKind::NoHeader("Content-Length"))?;
                Ok(Some(Descriptor::new(media_type(&response), digest, size)))
            }
            404 => Ok(None),
            _ => Err(ErrorKind::of(response, &name.to_string(), self.limits())),
        }
    }

    /// Pushes a manifest or index, whose blobs and manifests must be in the repository already.
    ///
    /// When it has a `subject` and the registry does not confirm that it lists it (no `OCI-Subject`
    /// in the answer), the index under the subject's fallback tag is updated (`distribution-spec
    /// 1.1, Pushing Manifests with Subject`).
    ///
    /// # Errors
    /// When the registry refuses the manifest. When the answer is lost, the registry is asked
    /// whether it has the manifest; [`ErrorKind::Unknown`] when that is not answered. The error of
    /// a fallback tag that could not be written comes after the manifest itself has been pushed.
    pub fn push_manifest(
        &self,
        bytes: &[u8],
        media_type: &str,
        name: &ManifestName,
    ) -> Result<Pushed, Error> {
        self.put_manifest(bytes, media_type, name).map_err(|kind| self.error(kind))
    }

    /// Deletes a manifest; with a tag, only the tag where the registry supports that.
    ///
    /// # Errors
    /// When the registry does not delete it; many cannot.
    pub fn delete_manifest(&self, name: &ManifestName) -> Result<(), Error> {
        let delete = || {
            let url = self.url(&format!("manifests/{name}"))?;
            let response = self.send(Action::Delete, || Request::new(Method::Delete, &url))?;
            match response.status() {
                200 | 202 | 204 => Ok(()),
                _ => Err(ErrorKind::of(response, &name.to_string(), self.limits())),
            }
        };
        delete().map_err(|kind| self.error(kind))
    }

    pub(crate) fn fetch_manifest(&self, name: &ManifestName) -> Result<Manifest, ErrorKind> {
        let url = self.url(&format!("manifests/{name}"))?;
        let accepted = ACCEPTED.join(", ");
        let response = self.ask(Action::Pull, || Request::get(&url).header("accept", &accepted))?;
        if response.status() != 200 {
            return Err(ErrorKind::of(response, &name.to_string(), self.limits()));
        }
        let said = said_digest(&response)?;
        let media_type = media_type(&response);
        let bytes = response.bytes(self.limits().max_manifest_bytes)?;
        let digest = match name {
            ManifestName::Digest(digest) => check(digest, &bytes)?,
            ManifestName::Tag(_) => match &said {
                Some(said) => check(said, &bytes)?,
                None => Digest::sha256_of(&bytes),
            },
        };
        let media_type = checked_type(&media_type, &bytes)?;
        let size = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
        Ok(Manifest { descriptor: Descriptor::new(media_type, digest, size), bytes })
    }

    pub(crate) fn put_manifest(
        &self,
        bytes: &[u8],
        media_type: &str,
        name: &ManifestName,
    ) -> Result<Pushed, ErrorKind> {
        let url = self.url(&format!("manifests/{name}"))?;
        let digest = match name {
            ManifestName::Digest(digest) => digest.clone(),
            ManifestName::Tag(_) => Digest::sha256_of(bytes),
        };
        let sent = self.send(Action::Push, || {
            Request::new(Method::Put, &url)
                .header("content-type", media_type)
                .body(Body::Bytes(bytes))
        });
        let is_listed = match sent {
            Ok(response) if response.is_success() => {
                let said = said_digest(&response)?;
                let is_other =
                    |said: &Digest| said.algorithm() == digest.algorithm() && *said != digest;
                if let Some(actual) = said.filter(is_other) {
                    return Err(ErrorKind::WrongDigest { expected: digest, actual });
                }
                response.headers().get("oci-subject").is_some()
            }
            Ok(response) => return Err(ErrorKind::of(response, &name.to_string(), self.limits())),
            Err(ErrorKind::Http(lost)) => {
                self.has_taken(name, &digest, lost)?;
                self.lists(bytes, &digest)
            }
            Err(kind) => return Err(kind),
        };
        let size = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
        let descriptor = Descriptor::new(media_type, digest, size);
        if !is_listed && let Ok(Said { subject: Some(subject), .. }) = serde_json::from_slice(bytes)
        {
            self.list_by_tag(&subject.digest, &descriptor, bytes)?;
        }
        Ok(Pushed { descriptor, is_listed })
    }

    /// Whether the registry tells of a manifest when it is asked for what refers to its subject.
    fn lists(&self, bytes: &[u8], digest: &Digest) -> bool {
        let Ok(Said { subject: Some(subject), .. }) = serde_json::from_slice(bytes) else {
            return false;
        };
        self.list_referrers(&subject.digest).is_ok_and(|found| {
            found.is_supported && found.manifests.iter().any(|one| one.digest == *digest)
        })
    }

    /// That the registry has a manifest under this name although the answer to its push is lost;
    /// else the error that is to be told.
    fn has_taken(
        &self,
        name: &ManifestName,
        digest: &Digest,
        lost: sealift_http::Error,
    ) -> Result<(), ErrorKind> {
        match self.head(name) {
            Ok(Some(there)) if there.digest == *digest => Ok(()),
            Ok(_) => Err(ErrorKind::Http(lost)),
            Err(_) => Err(ErrorKind::Unknown { what: name.to_string(), source: lost }),
        }
    }
}

fn said_digest(response: &Response) -> Result<Option<Digest>, ErrorKind> {
    let said = response.headers().get("docker-content-digest").map(str::trim);
    said.map(str::parse).transpose().map_err(ErrorKind::Digest)
}

/// The digest, which is that of the bytes.
fn check(expected: &Digest, bytes: &[u8]) -> Result<Digest, ErrorKind> {
    let actual = digest_of(expected.algorithm(), bytes);
    if actual == *expected {
        return Ok(actual);
    }
    Err(ErrorKind::WrongDigest { expected: expected.clone(), actual })
}

fn digest_of(algorithm: Algorithm, bytes: &[u8]) -> Digest {
    let mut hasher = Hasher::new(algorithm);
    hasher.update(bytes);
    hasher.finish()
}

/// The media type in the header, without parameters.
pub(crate) fn media_type(response: &Response) -> String {
    let said = response.headers().get("content-type").unwrap_or_default();
    said.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
}

/// The media type of a document that the header says to be of type `said`: that of the document
/// where it names one (`image-spec manifest.md`, `mediaType`), which must not be another one.
fn checked_type(said: &str, bytes: &[u8]) -> Result<String, ErrorKind> {
    let is_manifest = |media_type: &str| ACCEPTED.contains(&media_type);
    // Old and simple registries say no more than that it is JSON, or nothing.
    let is_vague = matches!(
        said,
        "" | "application/json" | "application/octet-stream" | "text/plain" | "binary/octet-stream"
    );
    if !is_manifest(said) && !is_vague {
        return Err(ErrorKind::NotAManifest { media_type: said.to_owned() });
    }
    let document: Said = serde_json::from_slice(bytes).map_err(ErrorKind::Malformed)?;
    match document.media_type {
        Some(is) if is_vague && is_manifest(&is) => Ok(is),
        Some(is) if is == said => Ok(is),
        Some(is) => Err(ErrorKind::MediaType { said: said.to_owned(), is }),
        None if !is_vague => Ok(said.to_owned()),
        None => {
            let [index, manifest, ..] = ACCEPTED;
            Ok(if document.manifests.is_some() { index } else { manifest }.to_owned())
        }
    }
}
