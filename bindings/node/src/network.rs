//! Access to registries.

use std::path::PathBuf;

use sealift::http::{Client, Config, Proxies, Roots};
use sealift::registry::{Credential, Keychain, Registries};
use sealift::{Reference, RegistryImage};
use serde::Deserialize;

use crate::failure::Failure;

/// The caller's options for the image's own registry.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default, expecting = "an object of options")]
pub(crate) struct RegistryOptions {
    username: Option<String>,
    password: Option<String>,
    token: Option<String>,
    /// What `docker login` wrote: a file with credentials.
    auth_file: Option<PathBuf>,
    /// The proxy for all requests, as `http://proxy.example:3128`.
    proxy: Option<String>,
    /// Hosts, domains and networks that are asked without the proxy, separated by commas.
    no_proxy: String,
    /// Certificate authorities that are trusted beside the system's: a file in PEM.
    ca: Option<PathBuf>,
    /// Weaker: allows requests without TLS, and any certificate.
    insecure: bool,
}

impl RegistryOptions {
    /// The image of a reference, in its registry.
    pub(crate) fn image(&self, reference: Reference) -> Result<RegistryImage, Failure> {
        let host = reference.registry().to_owned();
        let mut config = self.config();
        if self.insecure {
            config.insecure_hosts.insert(host.to_ascii_lowercase());
        }
        if let Some(path) = &self.ca {
            let pem = std::fs::read(path).map_err(|error| Failure::io(path, &error))?;
            config.roots = Roots::SystemAnd(pem);
        }
        let mut keychain = Keychain::default();
        keychain.files.extend(self.auth_file.clone());
        keychain.given.extend(self.credential()?.map(|credential| (host, credential)));
        Ok(RegistryImage::new(Registries::new(made(config)?, keychain), reference))
    }

    /// Access to another image's registry: the password and `insecure` are only for the image's
    /// own.
    pub(crate) fn of_another(&self) -> Self {
        Self { username: None, password: None, token: None, insecure: false, ..self.clone() }
    }

    /// Whether any option is meant for one registry only.
    pub(crate) fn is_for_one(&self) -> bool {
        let Self { username, password, token, insecure, .. } = self;
        *insecure || username.is_some() || password.is_some() || token.is_some()
    }

    /// The client for all other network requests.
    pub(crate) fn client(&self) -> Result<Client, Failure> {
        made(self.config())
    }

    fn config(&self) -> Config {
        let mut config = Config::default();
        config.proxies = Proxies::all(self.proxy.clone(), self.no_proxy.clone());
        config
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

fn made(config: Config) -> Result<Client, Failure> {
    Client::new(config).map_err(|error| Failure::registry(&error))
}
