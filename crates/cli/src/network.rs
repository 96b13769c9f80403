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
    /// The registry that the flags are about; that of each image when none is named.
    about: Option<String>,
    environment: &'n Environment,
}

impl<'n> Network<'n> {
    pub(crate) fn new(access: impl Into<Access>, environment: &'n Environment) -> Self {
        Self { access: access.into(), about: None, environment }
    }

    /// The same, with flags that are about the registry of this image alone: a password is not for
    /// that of its base.
    pub(crate) fn about(self, image: Option<&str>) -> Self {
        let reference = image.and_then(|image| image.parse::<Reference>().ok());
        Self { about: reference.map(|image| image.registry().to_owned()), ..self }
    }

    /// An image in its registry.
    pub(crate) fn image(&self, reference: Reference) -> Result<Target, Failure> {
        Ok(Target::Registry(self.registry_image(reference)?))
    }

    /// The same, with the repository of its signatures: its own, unless `COSIGN_REPOSITORY` names
    /// another.
    pub(crate) fn registry_image(&self, reference: Reference) -> Result<RegistryImage, Failure> {
        let registries = self.registries(reference.registry())?;
        let Some(other) = signatures(self.environment)? else {
            return Ok(RegistryImage::new(registries, reference));
        };
        let repository = if other.registry() == reference.registry() {
            registries.repository(&other)
        } else {
            // What flags say is about the image's registry, and a password for that alone.
            let plain = Self::new(Access::default(), self.environment);
            plain.registries(other.registry())?.repository(&other)
        };
        Ok(RegistryImage::new(registries, reference).with_signatures_in(repository))
    }

    /// Registries, of which one is asked as the flags say.
    pub(crate) fn registries(&self, registry: &str) -> Result<Registries, Failure> {
        let mut config = config(self.environment);
        let is_about = self.about.as_deref().is_none_or(|about| about == registry);
        if self.access.is_insecure && is_about {
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
        keychain.given.extend(given.filter(|_| is_about).map(|given| (registry.to_owned(), given)));
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

/// The repository that `COSIGN_REPOSITORY` names for signatures and attestations.
pub(crate) fn signatures(environment: &Environment) -> Result<Option<Reference>, Failure> {
    let Some(name) = environment.get("COSIGN_REPOSITORY") else { return Ok(None) };
    let name = name.to_string_lossy();
    let reference = name.parse::<Reference>().ok();
    let is_bare = |reference: &Reference| {
        let name = name.as_ref();
        reference.digest().is_none()
            && !reference.tag().is_some_and(|tag| name.ends_with(&format!(":{tag}")))
    };
    reference.filter(is_bare).map(Some).ok_or_else(|| Failure::Value {
        flag: "COSIGN_REPOSITORY",
        value: name.into_owned(),
        hint: "name a repository without a tag, as registry.example/signatures",
    })
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
