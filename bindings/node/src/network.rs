//! How registries are asked.

use std::path::PathBuf;

use sealift::http::{Client, Config, Roots};
use sealift::registry::{Credential, Registries};
use sealift::{Reference, RegistryImage};
use sealift_cli::Environment;
use serde::Deserialize;

use crate::failure::Failure;

/// What a caller may say of the image's own registry.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub(crate) struct RegistryOptions {
    username: Option<String>,
    password: Option<String>,
    token: Option<String>,
    /// Certificate authorities that are trusted beside the system's: a file in PEM.
    ca: Option<PathBuf>,
    /// Weaker: without TLS, too, and any certificate.
    insecure: bool,
}

impl RegistryOptions {
    /// The image of that name, in its registry.
    pub(crate) fn image(&self, reference: Reference) -> Result<RegistryImage, Failure> {
        let host = reference.registry().to_owned();
        let mut config = config();
        if self.insecure {
            config.insecure_hosts.insert(host.to_ascii_lowercase());
        }
        if let Some(path) = &self.ca {
            let pem = std::fs::read(path).map_err(|error| Failure::io(path, &error))?;
            config.roots = Roots::SystemAnd(pem);
        }
        let mut keychain = Environment::of_process().keychain();
        keychain.given.extend(self.credential()?.map(|credential| (host, credential)));
        Ok(RegistryImage::new(Registries::new(made(config)?, keychain), reference))
    }

    fn credential(&self) -> Result<Option<Credential>, Failure> {
        match (&self.username, &self.password, &self.token) {
            (None, None, None) => Ok(None),
            (None, None, Some(token)) => Ok(Some(Credential::RegistryToken(token.clone()))),
            (Some(user), Some(password), None) => {
                Ok(Some(Credential::Basic { user: user.clone(), password: password.clone() }))
            }
            _ => Err(Failure::argument(
                "registry: give a username with its password, or a token alone",
            )),
        }
    }
}

/// The client for what is asked of the network.
pub(crate) fn client() -> Result<Client, Failure> {
    made(config())
}

fn made(config: Config) -> Result<Client, Failure> {
    Client::new(config).map_err(|error| Failure::registry(&error))
}

fn config() -> Config {
    let mut config = Config::default();
    config.proxies = Environment::of_process().proxies();
    config
}
