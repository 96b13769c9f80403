//! The user's credentials for a registry: from flags, from the files of Docker and Podman, from
//! their helpers.

mod file;
mod helper;
mod login;

use std::collections::BTreeMap;
use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

use file::ConfigFile;

/// A proof of the user's identity. `Debug` does not show it.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Credential {
    /// A user name and a password.
    Basic {
        /// The user.
        user: String,
        /// The password.
        password: String,
    },
    /// A token that a token service exchanges for others.
    IdentityToken(String),
    /// A token that the registry itself accepts.
    RegistryToken(String),
}

impl fmt::Debug for Credential {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Basic { .. } => "Basic(..)",
            Self::IdentityToken(_) => "IdentityToken(..)",
            Self::RegistryToken(_) => "RegistryToken(..)",
        })
    }
}

/// The sources of credentials: those that the caller gives, then files in their order.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct Keychain {
    /// Credentials by registry, which win over all files.
    pub given: BTreeMap<String, Credential>,
    /// Docker's `config.json`, Podman's `auth.json`. Missing files are skipped. `login` writes the
    /// first.
    pub files: Vec<PathBuf>,
}

/// The key of the public registry in files and helpers, for historical reasons.
const DEFAULT_REGISTRY_KEY: &str = "https://index.docker.io/v1/";

/// The key of a registry in files and helpers.
fn key_of(registry: &str) -> &str {
    if registry == "docker.io" { DEFAULT_REGISTRY_KEY } else { registry }
}

impl Keychain {
    /// The credential for a place, `registry` or `registry/repository`, and its source.
    pub(crate) fn find(
        &self,
        registry: &str,
        place: &str,
    ) -> Result<Option<(Credential, String)>, CredentialError> {
        if let Some(given) = self.given.get(registry) {
            return Ok(Some((given.clone(), "those that were given".to_owned())));
        }
        for path in &self.files {
            let Some(file) = ConfigFile::read(path)? else { continue };
            if let Some(found) = file.find(registry, place)? {
                return Ok(Some((found, format!("those of {}", short(path).display()))));
            }
        }
        Ok(None)
    }
}

/// A file by its folder's name and its own: where it lies concerns nobody who is refused.
fn short(path: &Path) -> PathBuf {
    let mut names: Vec<_> = path.iter().rev().take(2).collect();
    names.reverse();
    names.into_iter().collect()
}

/// Why credentials cannot be read or stored.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CredentialError {
    /// A file cannot be read or written.
    #[error("{}: {source}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// The error of the system.
        source: io::Error,
    },
    /// A file has another form than Docker and Podman write.
    #[error("{} is no file of credentials: {reason}", path.display())]
    Malformed {
        /// The file.
        path: PathBuf,
        /// What is wrong, without the content of the file.
        reason: String,
    },
    /// A file is too large.
    #[error("{} has more than {max} bytes", path.display())]
    TooLarge {
        /// The file.
        path: PathBuf,
        /// The most that is read.
        max: u64,
    },
    /// The name of a helper is invalid.
    #[error("the credential helper {name:?} has a name that is not allowed")]
    HelperName {
        /// The name.
        name: String,
    },
    /// A helper failed.
    #[error("the credential helper docker-credential-{name} fails: {reason}")]
    Helper {
        /// Its name.
        name: String,
        /// Its message, or how it ended.
        reason: String,
    },
    /// There is no file to write to.
    #[error("there is no place for credentials: neither DOCKER_CONFIG nor HOME is set")]
    NoPlace,
}
