//! How registries are asked.

use std::path::PathBuf;

use sealift::http::{Client, Config, Proxies, Roots};
use sealift::registry::{Credential, Engine, Keychain, Registries};
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
        let mut keychain = keychain();
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
    let environment = Environment::of_process();
    let value = |names: &[&str]| {
        let value = names.iter().find_map(|name| environment.get(name))?;
        value.to_str().map(str::to_owned)
    };
    let mut proxies = Proxies::default();
    proxies.http = value(&["http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"]);
    proxies.https = value(&["https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"]);
    proxies.direct = value(&["no_proxy", "NO_PROXY"]).unwrap_or_default();
    let mut config = Config::default();
    config.proxies = proxies;
    config
}

/// The files with credentials: Docker's, then those of Podman and its like.
fn keychain() -> Keychain {
    let environment = Environment::of_process();
    let folder = |name| environment.get(name).map(PathBuf::from);
    let docker = folder("DOCKER_CONFIG").or_else(|| Some(folder("HOME")?.join(".docker")));
    let files = [
        docker.map(|folder| folder.join("config.json")),
        folder("REGISTRY_AUTH_FILE"),
        folder("XDG_RUNTIME_DIR").map(|folder| folder.join("containers/auth.json")),
        folder("HOME").map(|folder| folder.join(".config/containers/auth.json")),
    ];
    let mut keychain = Keychain::default();
    keychain.files = files.into_iter().flatten().collect();
    keychain
}

/// Docker's engine, where a socket of it may be.
pub(crate) fn docker() -> Vec<Engine> {
    let environment = Environment::of_process();
    match environment.get("DOCKER_HOST").and_then(|host| host.to_str()) {
        Some(host) => host.strip_prefix("unix://").map(Engine::new).into_iter().collect(),
        None => vec![Engine::new("/var/run/docker.sock")],
    }
}

/// Podman's service, the user's own before the system's.
pub(crate) fn podman() -> Vec<Engine> {
    let environment = Environment::of_process();
    if let Some(host) = environment.get("CONTAINER_HOST").and_then(|host| host.to_str()) {
        return host.strip_prefix("unix://").map(Engine::new).into_iter().collect();
    }
    let own = environment.get("XDG_RUNTIME_DIR").map(PathBuf::from);
    let own = own.map(|folder| Engine::new(folder.join("podman/podman.sock")));
    own.into_iter().chain([Engine::new("/run/podman/podman.sock")]).collect()
}
