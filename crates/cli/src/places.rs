//! What the environment says of the network: proxies, credentials, sockets of engines.

use std::path::PathBuf;

use sealift::http::Proxies;
use sealift::registry::{Engine, Keychain};

use crate::Environment;

impl Environment {
    /// The proxies of the variables that curl and Go's programs read, too.
    #[must_use]
    pub fn proxies(&self) -> Proxies {
        let value =
            |names: &[&str]| names.iter().find_map(|name| self.text(name)).map(str::to_owned);
        let mut proxies = Proxies::default();
        proxies.http = value(&["http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"]);
        proxies.https = value(&["https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"]);
        proxies.direct = value(&["no_proxy", "NO_PROXY"]).unwrap_or_default();
        proxies
    }

    /// The files with credentials: Docker's, then those of Podman and its like.
    #[must_use]
    pub fn keychain(&self) -> Keychain {
        let folder = |name| self.get(name).map(PathBuf::from);
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
    #[must_use]
    pub fn docker(&self) -> Vec<Engine> {
        match self.text("DOCKER_HOST") {
            Some(host) => host.strip_prefix("unix://").map(Engine::new).into_iter().collect(),
            None => vec![Engine::docker()],
        }
    }

    /// Podman's service, the user's own before the system's.
    #[must_use]
    pub fn podman(&self) -> Vec<Engine> {
        if let Some(host) = self.text("CONTAINER_HOST") {
            return host.strip_prefix("unix://").map(Engine::new).into_iter().collect();
        }
        let own = self.get("XDG_RUNTIME_DIR").map(PathBuf::from);
        let own = own.map(|folder| Engine::new(folder.join("podman/podman.sock")));
        own.into_iter().chain([Engine::podman()]).collect()
    }

    fn text(&self, name: &str) -> Option<&str> {
        self.get(name)?.to_str()
    }
}
