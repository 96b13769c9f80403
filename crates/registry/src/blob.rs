//! Reading blobs as they arrive.

use std::fmt;
use std::io::{self, Read};

use sealift_http::{ErrorKind as HttpErrorKind, Request, Response};
use sealift_model::{Descriptor, Hasher};

use crate::auth::Action;
use crate::{Error, ErrorKind, Repository};

/// A blob as a stream. When the connection breaks, the rest is requested again (RFC 9110 section
/// 14).
///
/// The errors of [`Read`] hold an [`Error`].
pub struct Blob {
    repository: Repository,
    descriptor: Descriptor,
    response: Response,
    read: u64,
    resumes: u32,
    /// None where the reader compares the digest itself.
    hasher: Option<Hasher>,
}

impl Repository {
    /// Opens a blob. Its size and digest are compared while it is read: when one of them is wrong,
    /// the read at the end fails.
    ///
    /// # Errors
    /// When the registry does not have the blob or refuses it.
    pub fn blob(&self, descriptor: &Descriptor) -> Result<Blob, Error> {
        let hasher = Hasher::new(descriptor.digest.algorithm());
        self.open_blob(descriptor, Some(hasher)).map_err(|kind| self.error(kind))
    }

    /// Reads a whole blob, of at most `max` bytes, and compares its digest.
    ///
    /// # Errors
    /// Those of [`blob`](Self::blob), and when the descriptor states a larger size.
    pub fn blob_bytes(&self, descriptor: &Descriptor, max: u64) -> Result<Vec<u8>, Error> {
        if descriptor.size > max {
            let kind = HttpErrorKind::BodyTooLarge { max };
            let host = self.registry().to_owned();
            return Err(self.error(ErrorKind::Http(sealift_http::Error::new(host, kind))));
        }
        let mut blob = self.blob(descriptor)?;
        let mut bytes = Vec::new();
        blob.read_to_end(&mut bytes).map_err(|error| match error.downcast::<Error>() {
            Ok(error) => error,
            Err(error) => self.error(ErrorKind::Read(error)),
        })?;
        Ok(bytes)
    }

    /// Opens a blob whose digest its reader compares.
    pub(crate) fn open_blob(
        &self,
        descriptor: &Descriptor,
        hasher: Option<Hasher>,
    ) -> Result<Blob, ErrorKind> {
        let response = self.get_blob(descriptor, 0)?;
        if response.status() != 200 {
            let what = descriptor.digest.to_string();
            return Err(ErrorKind::of(response, &what, self.limits()));
        }
        if let Some(length) = response.length()
            && length != descriptor.size
        {
            return Err(wrong_size(descriptor, length));
        }
        let (repository, descriptor) = (self.clone(), descriptor.clone());
        Ok(Blob { repository, descriptor, response, read: 0, resumes: 0, hasher })
    }

    fn get_blob(&self, descriptor: &Descriptor, from: u64) -> Result<Response, ErrorKind> {
        let url = self.blob_url(&descriptor.digest)?;
        let range = format!("bytes={from}-");
        self.ask(Action::Pull, || match from {
            0 => Request::get(&url),
            _ => Request::get(&url).header("range", &range),
        })
    }
}

fn wrong_size(descriptor: &Descriptor, actual: u64) -> ErrorKind {
    let (digest, expected) = (descriptor.digest.clone(), descriptor.size);
    ErrorKind::WrongSize { digest, expected, actual }
}

impl Blob {
    fn next(&mut self, buffer: &mut [u8]) -> Result<usize, ErrorKind> {
        if buffer.is_empty() {
            return Ok(0);
        }
        loop {
            let kind = match self.response.read(buffer) {
                Ok(0) if self.read >= self.descriptor.size => return self.finish(),
                // Closed early, by a server that had not said how much there is.
                Ok(0) => HttpErrorKind::Truncated,
                Ok(read) => {
                    self.read += u64::try_from(read).unwrap_or(u64::MAX);
                    if self.read > self.descriptor.size {
                        return Err(wrong_size(&self.descriptor, self.read));
                    }
                    if let Some(hasher) = &mut self.hasher {
                        hasher.update(buffer.get(..read).unwrap_or_default());
                    }
                    return Ok(read);
                }
                Err(error) => match error.downcast::<sealift_http::Error>() {
                    Ok(error) => error.kind,
                    Err(error) => HttpErrorKind::Broken(error),
                },
            };
            let may_resume = matches!(kind, HttpErrorKind::Truncated | HttpErrorKind::Broken(_));
            if !may_resume || self.resumes >= self.repository.limits().max_resumes {
                let host = self.response.url().authority();
                return Err(ErrorKind::Http(sealift_http::Error::new(host, kind)));
            }
            self.resumes += 1;
            self.resume()?;
        }
    }

    /// Requests the missing rest.
    fn resume(&mut self) -> Result<(), ErrorKind> {
        let response = self.repository.get_blob(&self.descriptor, self.read)?;
        let starts = format!("bytes {}-", self.read);
        let range = response.headers().get("content-range").unwrap_or_default();
        match response.status() {
            206 if range.starts_with(&starts) => self.response = response,
            // Ranges are optional: all of it once more, without what is known.
            200 => {
                self.response = response;
                let skipped = io::copy(&mut (&mut self.response).take(self.read), &mut io::sink());
                // When it breaks again so does the next read.
                if skipped.is_ok_and(|skipped| skipped < self.read) {
                    return Err(wrong_size(&self.descriptor, self.read));
                }
            }
            _ => {
                let what = self.descriptor.digest.to_string();
                return Err(ErrorKind::of(response, &what, self.repository.limits()));
            }
        }
        Ok(())
    }

    fn finish(&mut self) -> Result<usize, ErrorKind> {
        let Some(hasher) = self.hasher.take() else { return Ok(0) };
        let actual = hasher.finish();
        if actual == self.descriptor.digest {
            return Ok(0);
        }
        Err(ErrorKind::WrongDigest { expected: self.descriptor.digest.clone(), actual })
    }
}

impl Read for Blob {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.next(buffer).map_err(|kind| io::Error::other(self.repository.error(kind)))
    }
}

impl fmt::Debug for Blob {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Blob")
            .field("descriptor", &self.descriptor)
            .field("read", &self.read)
            .finish_non_exhaustive()
    }
}
