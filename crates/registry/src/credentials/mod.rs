//! Who the user is at a registry: flags, the files of Docker and Podman, their helpers.

mod file;
mod helper;
mod login;

use std::collections::BTreeMap;
use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

use file::ConfigFile;

/// What proves who asks. `Debug` does not show it.
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
    /// A token that the registry itself takes.
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

/// Where credentials are looked for: those that are given, then files in their order.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct Keychain {
    /// Credentials by registry, which come before all files.
    pub given: BTreeMap<String, Credential>,
    /// Docker's `config.json`, Podman's `auth.json`. Those that are not there are passed over.
    /// `login` writes the first.
    pub files: Vec<PathBuf>,
}

/// The key of the public registry in files and helpers, for historical reasons.
const DEFAULT_REGISTRY_KEY: &str = "https://index.docker.io/v1/";

/// What files and helpers call a registry.
fn key_of(registry: &str) -> &str {
    if registry == "docker.io" { DEFAULT_REGISTRY_KEY } else { registry }
}

impl Keychain {
    /// The credential for a place, `registry` or `registry/repository`, and whose it is.
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

/// Why credentials cannot be read or kept.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CredentialError {
    /// A file cannot be read or written.
    #[error("{}: {source}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// A file is not what Docker or Podman writes.
    #[error("{} is no file of credentials: {reason}", path.display())]
    Malformed {
        /// The file.
        path: PathBuf,
        /// What is wrong, without what is in it.
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
    /// A helper's name is none.
    #[error("the credential helper {name:?} has a name that is not allowed")]
    HelperName {
        /// The name.
        name: String,
    },
    /// A helper does not do its work.
    #[error("the credential helper docker-credential-{name} fails: {reason}")]
    Helper {
        /// Its name.
        name: String,
        /// What it says, or what became of it.
        reason: String,
    },
    /// There is no file to write to.
    #[error("there is no place for credentials: neither DOCKER_CONFIG nor HOME is set")]
    NoPlace,
}
