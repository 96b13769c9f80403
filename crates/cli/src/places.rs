//! Network settings from the environment: proxies and credentials.

use std::path::PathBuf;

use sealift::http::Proxies;
use sealift::registry::Keychain;

use crate::Environment;

impl Environment {
    /// The proxies, from the variables that curl and Go's programs read.
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
        let files = [
            self.docker_folder().map(|folder| folder.join("config.json")),
            folder("REGISTRY_AUTH_FILE"),
            folder("XDG_RUNTIME_DIR").map(|folder| folder.join("containers/auth.json")),
            folder("HOME").map(|folder| folder.join(".config/containers/auth.json")),
        ];
        let mut keychain = Keychain::default();
        keychain.files = files.into_iter().flatten().collect();
        keychain
    }

    /// The folder of Docker's settings.
    pub(crate) fn docker_folder(&self) -> Option<PathBuf> {
        let folder = |name| self.get(name).map(PathBuf::from);
        folder("DOCKER_CONFIG").or_else(|| Some(folder("HOME")?.join(".docker")))
    }

    fn text(&self, name: &str) -> Option<&str> {
        self.get(name)?.to_str()
    }
}
