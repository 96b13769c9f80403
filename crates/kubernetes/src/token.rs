//! Tokens of the user.

use std::fmt;
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use crate::Error;

/// How long a token of a file is used before the file is read again: Kubernetes writes another well
/// before the old one ends (kubernetes.io, projected volumes).
const KEPT: Duration = Duration::from_secs(60);
/// More than any token has.
const MAX_BYTES: u64 = 64 << 10;

/// A bearer token.
pub(crate) enum Token {
    /// There is no token: the user is anonymous, or has a certificate.
    None,
    Fixed(String),
    File(TokenFile),
}

/// A token in a file that is rewritten now and then.
pub(crate) struct TokenFile {
    path: PathBuf,
    read: Mutex<Option<(Instant, String)>>,
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::None => "None",
            Self::Fixed(_) => "Fixed(..)",
            Self::File(_) => "File(..)",
        })
    }
}

impl Token {
    pub(crate) fn of_file(path: PathBuf) -> Self {
        Self::File(TokenFile { path, read: Mutex::default() })
    }

    pub(crate) fn value(&self) -> Result<Option<String>, Error> {
        match self {
            Self::None => Ok(None),
            Self::Fixed(token) => Ok(Some(token.clone())),
            Self::File(file) => file.value().map(Some),
        }
    }

    /// Another token than the one that was refused, where there is one by now.
    pub(crate) fn after(&self, refused: Option<&str>) -> Result<Option<String>, Error> {
        let Self::File(file) = self else { return Ok(None) };
        *file.lock() = None;
        let fresh = file.value()?;
        Ok(Some(fresh).filter(|fresh| Some(fresh.as_str()) != refused))
    }
}

impl TokenFile {
    fn value(&self) -> Result<String, Error> {
        let mut read = self.lock();
        if let Some((_, token)) = read.as_ref().filter(|(since, _)| since.elapsed() < KEPT) {
            return Ok(token.clone());
        }
        let failed = |why: String| Error::Token(format!("{}: {why}", self.path.display()));
        let bytes = sealift_mapped::read(&self.path, MAX_BYTES);
        let bytes = bytes.map_err(|error| failed(error.to_string()))?;
        let text = String::from_utf8(bytes).map_err(|error| failed(error.to_string()))?;
        let token = text.trim();
        if token.is_empty() || token.contains(|next: char| !next.is_ascii_graphic()) {
            return Err(failed("it is no token".to_owned()));
        }
        *read = Some((Instant::now(), token.to_owned()));
        Ok(token.to_owned())
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Option<(Instant, String)>> {
        self.read.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
