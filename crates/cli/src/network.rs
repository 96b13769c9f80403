//! Access to the network, from flags and the environment.

use sealift::http::{Client, ClientIdentity, Config, Proxies, Roots, Scheme, Url, UrlError};
use sealift::registry::{Credential, Engine, Mirrors, Registries};
use sealift::sign::GOOGLE_HOST;
use sealift::{Reference, RegistryImage, Target, escape};

use crate::Environment;
use crate::args::Access;
use crate::failure::Failure;
use crate::{files, suppress};

/// The client for all network requests.
pub(crate) fn client(environment: &Environment) -> Result<Client, Failure> {
    made(config(environment))
}

/// The same for the metadata server of Google's machines, which has no TLS.
pub(crate) fn google(environment: &Environment) -> Result<Client, Failure> {
    let mut config = config(environment);
    let named = environment.get("GCE_METADATA_HOST").and_then(|host| host.to_str());
    config.plain_hosts.insert(named.unwrap_or(GOOGLE_HOST).to_ascii_lowercase());
    // The server is link-local: no proxy can reach it.
    config.proxies = Proxies::default();
    made(config)
}

pub(crate) fn made(config: Config) -> Result<Client, Failure> {
    Client::new(config).map_err(|error| Failure::Unusable {
        what: "the network".to_owned(),
        error: error.into(),
        hint: "",
    })
}

/// The configuration of the client.
pub(crate) fn config(environment: &Environment) -> Config {
    let mut config = Config::default();
    config.proxies = environment.proxies();
    config
}

/// Access to images in registries and engines.
#[derive(Debug)]
pub(crate) struct Network<'n> {
    access: Access,
    /// The registry that the flags apply to; `None` means that of each image.
    about: Option<String>,
    environment: &'n Environment,
    is_quiet: bool,
}

impl<'n> Network<'n> {
    pub(crate) fn new(access: impl Into<Access>, environment: &'n Environment) -> Self {
        Self { access: access.into(), about: None, environment, is_quiet: false }
    }

    /// The same, with flags that apply only to the registry of this image: a password must not go
    /// to the registry of its base.
    pub(crate) fn about(self, image: Option<&str>) -> Self {
        let reference = image.and_then(|image| image.parse::<Reference>().ok());
        Self { about: reference.map(|image| image.registry().to_owned()), ..self }
    }

    /// The same; prints where an image comes from unless `is_quiet`.
    pub(crate) fn quiet(self, is_quiet: bool) -> Self {
        Self { is_quiet, ..self }
    }

    /// Prints where an image comes from.
    pub(crate) fn say(&self, line: &str) {
        if !self.is_quiet {
            eprintln!("{}", escape::terminal(line));
        }
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
            // Flags apply to the image's registry; a password is for that one only.
            let plain = Self::new(Access::default(), self.environment);
            plain.registries(other.registry())?.repository(&other)
        };
        Ok(RegistryImage::new(registries, reference).with_signatures_in(repository))
    }

    /// The engines of Docker.
    pub(crate) fn docker(&self) -> Result<Vec<Engine>, Failure> {
        self.environment.docker()
    }

    /// The services of Podman.
    pub(crate) fn podman(&self) -> Result<Vec<Engine>, Failure> {
        self.environment.podman()
    }

    /// Access to registries; the flags apply to `registry` only.
    pub(crate) fn registries(&self, registry: &str) -> Result<Registries, Failure> {
        let mut config = config(self.environment);
        let is_about = self.about.as_deref().is_none_or(|about| about == registry);
        if self.access.is_insecure && is_about {
            config.insecure_hosts.insert(registry.to_ascii_lowercase());
        }
        if self.access.is_plain && is_about {
            config.plain_hosts.insert(registry.to_ascii_lowercase());
        }
        if let Some(path) = &self.access.authorities {
            config.roots = Roots::SystemAnd(files::document(path)?);
        }
        if let Some((certificates, key)) = self.access.identity.as_ref().filter(|_| is_about) {
            let host = registry.to_ascii_lowercase();
            let (certificates, key) = (files::document(certificates)?, files::document(key)?);
            config.identity = Some(ClientIdentity { host, certificates, key });
        }
        let mirrors = self.mirrors(registry, &mut config)?;
        let mut keychain = self.environment.keychain();
        let login = self.access.login.clone();
        let login = login.map(|(user, password)| Credential::Basic { user, password });
        let given = login.or_else(|| self.access.token.clone().map(Credential::RegistryToken));
        keychain.given.extend(given.filter(|_| is_about).map(|given| (registry.to_owned(), given)));
        Ok(Registries::with_mirrors(made(config)?, keychain, mirrors))
    }

    /// The mirrors of a registry: those of flags, else those of `sealift.toml`. A mirror named
    /// without TLS is asked without TLS.
    fn mirrors(&self, registry: &str, config: &mut Config) -> Result<Mirrors, Failure> {
        let flags = self.access.mirrors.iter().filter(|(host, _)| host == registry);
        let mut urls: Vec<Url> = flags.map(|(_, url)| url.clone()).collect();
        if urls.is_empty() {
            let named = suppress::sources()?.mirrors.remove(registry).unwrap_or_default();
            for text in named {
                urls.push(text.parse().map_err(|error: UrlError| Failure::Unusable {
                    what: format!("the mirror {text} in sealift.toml"),
                    error: error.into(),
                    hint: "name it as https://HOST",
                })?);
            }
        }
        let mut mirrors = Mirrors::default();
        for url in &urls {
            mirrors.add(registry, url);
            if url.scheme() == Scheme::Http {
                config.plain_hosts.insert(url.authority());
            }
        }
        Ok(mirrors)
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
