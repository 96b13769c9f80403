//! How the network is asked, by flags and the environment.

use std::fs;
use std::path::PathBuf;

use sealift::http::{Client, Config, Proxies, Roots};
use sealift::registry::{Credential, Engine, Keychain, Registries};
use sealift::{Reference, RegistryImage, Target};

use crate::Environment;
use crate::args::Access;
use crate::failure::Failure;

/// The client for all that is asked of the network.
pub(crate) fn client(environment: &Environment) -> Result<Client, Failure> {
    made(config(environment))
}

fn made(config: Config) -> Result<Client, Failure> {
    Client::new(config).map_err(|error| Failure::Unusable {
        what: "the network".to_owned(),
        error: error.into(),
        hint: "",
    })
}

fn config(environment: &Environment) -> Config {
    let mut config = Config::default();
    config.proxies = proxies(environment);
    config
}

/// The variables that curl and Go's programs read, too; `HTTP_PROXY` in capitals is not read by
/// curl, for a web server could be made to set it.
fn proxies(environment: &Environment) -> Proxies {
    let value = |names: &[&str]| {
        let value = names.iter().find_map(|name| environment.get(name))?;
        value.to_str().map(str::to_owned)
    };
    let mut proxies = Proxies::default();
    proxies.http = value(&["http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"]);
    proxies.https = value(&["https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"]);
    proxies.direct = value(&["no_proxy", "NO_PROXY"]).unwrap_or_default();
    proxies
}

/// How images in registries and engines are asked for.
#[derive(Debug)]
pub(crate) struct Network<'n> {
    access: Access,
    environment: &'n Environment,
}

impl<'n> Network<'n> {
    pub(crate) fn new(access: impl Into<Access>, environment: &'n Environment) -> Self {
        Self { access: access.into(), environment }
    }

    /// An image in its registry. The flags are about that registry and no other.
    pub(crate) fn image(&self, reference: Reference) -> Result<Target, Failure> {
        let registries = self.registries(reference.registry())?;
        Ok(Target::Registry(RegistryImage::new(registries, reference)))
    }

    /// Registries, of which one is asked as the flags say.
    pub(crate) fn registries(&self, registry: &str) -> Result<Registries, Failure> {
        let mut config = config(self.environment);
        if self.access.is_insecure {
            config.insecure_hosts.insert(registry.to_ascii_lowercase());
        }
        if let Some(path) = &self.access.authorities {
            let pem = fs::read(path).map_err(|error| Failure::Unusable {
                what: path.display().to_string(),
                error: error.into(),
                hint: "check that the file is there and may be read",
            })?;
            config.roots = Roots::SystemAnd(pem);
        }
        let mut keychain = keychain(self.environment);
        let login = self.access.login.clone();
        let login = login.map(|(user, password)| Credential::Basic { user, password });
        let given = login.or_else(|| self.access.token.clone().map(Credential::RegistryToken));
        keychain.given.extend(given.map(|given| (registry.to_owned(), given)));
        Ok(Registries::new(made(config)?, keychain))
    }

    /// Docker's engine, where a socket of it may be.
    pub(crate) fn docker(&self) -> Vec<Engine> {
        match self.variable("DOCKER_HOST") {
            Some(host) => host.strip_prefix("unix://").map(Engine::new).into_iter().collect(),
            None => vec![Engine::new("/var/run/docker.sock")],
        }
    }

    /// Podman's service, the user's own before the system's.
    pub(crate) fn podman(&self) -> Vec<Engine> {
        if let Some(host) = self.variable("CONTAINER_HOST") {
            return host.strip_prefix("unix://").map(Engine::new).into_iter().collect();
        }
        let own = self.variable("XDG_RUNTIME_DIR").map(PathBuf::from);
        let own = own.map(|folder| Engine::new(folder.join("podman/podman.sock")));
        own.into_iter().chain([Engine::new("/run/podman/podman.sock")]).collect()
    }

    fn variable(&self, name: &str) -> Option<&str> {
        self.environment.get(name)?.to_str()
    }
}

/// The files with credentials: Docker's, then those of Podman and its like.
pub(crate) fn keychain(environment: &Environment) -> Keychain {
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
