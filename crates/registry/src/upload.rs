//! Pushing blobs (`distribution-spec 1.1, Pushing blobs`).

use std::io::Read;

use sealift_http::{Body, Method, Request, Response, Url};
use sealift_model::{Algorithm, Descriptor, Digest, Hasher};

use crate::auth::Action;
use crate::{Error, ErrorKind, Repository};

/// More than a registry may want at once, and still within memory.
const MAX_CHUNK_BYTES: usize = 128 << 20;

impl Repository {
    /// Whether the repository has a blob.
    ///
    /// # Errors
    /// When the registry does not answer that.
    pub fn has_blob(&self, digest: &Digest) -> Result<bool, Error> {
        self.find_blob(digest).map_err(|kind| self.error(kind))
    }

    /// Pushes a blob, unless the repository has it.
    ///
    /// # Errors
    /// When the registry refuses it.
    pub fn push_blob(&self, media_type: &str, bytes: &[u8]) -> Result<Descriptor, Error> {
        let push = || {
            let digest = Digest::sha256_of(bytes);
            if !self.find_blob(&digest)? {
                self.upload(bytes, &digest)?;
            }
            Ok(Descriptor::new(media_type, digest, length(bytes)))
        };
        push().map_err(|kind| self.error(kind))
    }

    /// Pushes the content of a reader, of which at most a piece of
    /// [`Limits::upload_chunk_bytes`](crate::Limits::upload_chunk_bytes) is in memory.
    ///
    /// # Errors
    /// When the reader fails or the registry refuses the blob.
    pub fn push_blob_from(
        &self,
        media_type: &str,
        reader: &mut dyn Read,
    ) -> Result<Descriptor, Error> {
        let mut push = || {
            let (place, chunk_bytes) = self.start_upload()?;
            let (digest, bytes) = self.upload_pieces(place, chunk_bytes, reader)?;
            Ok(Descriptor::new(media_type, digest, bytes))
        };
        push().map_err(|kind| self.error(kind))
    }

    /// Mounts a blob from another repository of the registry, if the registry supports that and the
    /// blob is there. False when the blob must be pushed.
    ///
    /// # Errors
    /// When the registry does not answer.
    pub fn mount_blob(&self, digest: &Digest, from: &Self) -> Result<bool, Error> {
        let mount = || {
            if self.registry() != from.registry() {
                return Ok(false);
            }
            let query = [("mount", digest.to_string()), ("from", from.name().to_owned())];
            let [mount, from] = query.each_ref().map(|(name, value)| (*name, value.as_str()));
            let url = self.url("blobs/uploads/")?.with_query(&[mount, from]);
            let response = self.send(Action::Push, || {
                Request::new(Method::Post, &url).body(Body::Bytes(b"")).repeatable()
            })?;
            match response.status() {
                201 => Ok(true),
                // An upload has been started instead; it is given up.
                202 => {
                    if let Ok(place) = place(&response, &url) {
                        drop(response);
                        self.cancel(&place);
                    }
                    Ok(false)
                }
                404 | 405 => Ok(false),
                _ => Err(ErrorKind::of(response, &digest.to_string(), self.limits())),
            }
        };
        mount().map_err(|kind| self.error(kind))
    }

    fn find_blob(&self, digest: &Digest) -> Result<bool, ErrorKind> {
        let url = self.blob_url(digest)?;
        let response = self.ask(Action::Push, || Request::new(Method::Head, &url))?;
        match response.status() {
            200 => Ok(true),
            404 => Ok(false),
            _ => Err(ErrorKind::of(response, &digest.to_string(), self.limits())),
        }
    }

    /// Sends bytes at once, or piece by piece where they are many.
    fn upload(&self, bytes: &[u8], digest: &Digest) -> Result<(), ErrorKind> {
        let (place, chunk_bytes) = self.start_upload()?;
        if bytes.len() > chunk_bytes {
            self.upload_pieces(place, chunk_bytes, &mut &*bytes)?;
            return Ok(());
        }
        self.finish_upload(&place, digest, bytes)
    }

    fn start_upload(&self) -> Result<(Url, usize), ErrorKind> {
        let url = self.url("blobs/uploads/")?;
        // A session started twice is forgotten by the registry.
        let response = self.send(Action::Push, || {
            Request::new(Method::Post, &url).body(Body::Bytes(b"")).repeatable()
        })?;
        if response.status() != 202 {
            return Err(ErrorKind::of(response, "the upload", self.limits()));
        }
        let least = response.headers().number("oci-chunk-min-length").unwrap_or_default();
        let least = usize::try_from(least).unwrap_or(usize::MAX).min(MAX_CHUNK_BYTES);
        Ok((place(&response, &url)?, self.limits().upload_chunk_bytes.max(least).max(1)))
    }

    fn upload_pieces(
        &self,
        mut place: Url,
        chunk_bytes: usize,
        reader: &mut dyn Read,
    ) -> Result<(Digest, u64), ErrorKind> {
        let mut hasher = Hasher::new(Algorithm::Sha256);
        let mut sent = 0;
        loop {
            let mut piece = Vec::new();
            let most = u64::try_from(chunk_bytes).unwrap_or(u64::MAX);
            reader.take(most).read_to_end(&mut piece).map_err(ErrorKind::Read)?;
            hasher.update(&piece);
            if piece.len() < chunk_bytes {
                let digest = hasher.finish();
                // The last piece goes with the end where the rest has gone before it.
                if !piece.is_empty() && sent > 0 {
                    place = self.send_piece(&place, sent, &piece)?;
                    sent += length(&piece);
                    piece.clear();
                }
                self.finish_upload(&place, &digest, &piece)?;
                return Ok((digest, sent + length(&piece)));
            }
            place = self.send_piece(&place, sent, &piece)?;
            sent += length(&piece);
        }
    }

    fn send_piece(&self, at: &Url, sent: u64, piece: &[u8]) -> Result<Url, ErrorKind> {
        let range = format!("{sent}-{}", sent + length(piece).saturating_sub(1));
        let response = self.send(Action::Push, || {
            Request::new(Method::Patch, at)
                .header("content-type", "application/octet-stream")
                .header("content-range", &range)
                .body(Body::Bytes(piece))
        })?;
        match response.status() {
            202 => place(&response, at),
            _ => Err(ErrorKind::of(response, "the upload", self.limits())),
        }
    }

    fn finish_upload(&self, at: &Url, digest: &Digest, rest: &[u8]) -> Result<(), ErrorKind> {
        let url = at.with_query(&[("digest", &digest.to_string())]);
        let response = self.send(Action::Push, || {
            Request::new(Method::Put, &url)
                .header("content-type", "application/octet-stream")
                .body(Body::Bytes(rest))
                // After the first time the session is gone.
                .once()
        })?;
        match response.status() {
            201 | 204 => Ok(()),
            _ => Err(ErrorKind::of(response, &digest.to_string(), self.limits())),
        }
    }

    fn cancel(&self, place: &Url) {
        // The registry forgets it by itself, too.
        let _ = self.send(Action::Push, || Request::new(Method::Delete, place).once());
    }
}

/// Where an upload goes on.
fn place(response: &Response, url: &Url) -> Result<Url, ErrorKind> {
    let location = response.headers().get("location").ok_or(ErrorKind::NoHeader("Location"))?;
    ErrorKind::malformed_url(url.join(location))
}

fn length(bytes: &[u8]) -> u64 {
    u64::try_from(bytes.len()).unwrap_or(u64::MAX)
}
