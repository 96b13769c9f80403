//! What the environment says of the network: proxies, credentials, sockets of engines.

use std::path::PathBuf;

use sealift::http::Proxies;
use sealift::registry::{Engine, Keychain};

use crate::Environment;

/// An engine that is named at another place than a socket of this machine, which is the only one
/// where engines are asked.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("{variable} is {host}, and an engine is asked at a socket of this machine alone")]
pub(crate) struct EngineElsewhere {
    variable: &'static str,
    host: String,
}

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

    /// Docker's engine, where a socket of it may be. To pass over one that is named elsewhere
    /// would be to scan another image of that name.
    pub(crate) fn docker(&self) -> Result<Vec<Engine>, EngineElsewhere> {
        Ok(vec![self.engine("DOCKER_HOST")?.unwrap_or_else(Engine::docker)])
    }

    /// Podman's service, the user's own before the system's.
    pub(crate) fn podman(&self) -> Result<Vec<Engine>, EngineElsewhere> {
        if let Some(engine) = self.engine("CONTAINER_HOST")? {
            return Ok(vec![engine]);
        }
        let own = self.get("XDG_RUNTIME_DIR").map(PathBuf::from);
        let own = own.map(|folder| Engine::new(folder.join("podman/podman.sock")));
        Ok(own.into_iter().chain([Engine::podman()]).collect())
    }

    /// The engine that a variable names: `unix://PATH`, or the path alone.
    fn engine(&self, variable: &'static str) -> Result<Option<Engine>, EngineElsewhere> {
        let Some(host) = self.get(variable) else { return Ok(None) };
        let host = host.to_string_lossy();
        let path = host.strip_prefix("unix://").unwrap_or(&host);
        match path.starts_with('/') {
            true => Ok(Some(Engine::new(path))),
            false => Err(EngineElsewhere { variable, host: host.into_owned() }),
        }
    }

    fn text(&self, name: &str) -> Option<&str> {
        self.get(name)?.to_str()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_engine_that_is_not_asked_is_never_passed_over() {
        let socket = |host| {
            let engines = Environment::of(&[("DOCKER_HOST", host)]).docker()?;
            Ok(engines[0].socket().display().to_string())
        };
        assert_eq!(socket("unix:///run/user/1/docker.sock"), Ok("/run/user/1/docker.sock".into()));
        assert_eq!(socket("/run/docker.sock"), Ok("/run/docker.sock".into()));
        assert_eq!(socket(""), Ok("/var/run/docker.sock".into()));
        for host in ["tcp://docker:2375", "ssh://me@docker", "unix://", "docker"] {
            let elsewhere = EngineElsewhere { variable: "DOCKER_HOST", host: host.into() };
            assert_eq!(socket(host), Err(elsewhere));
        }
        let podman = Environment::of(&[("CONTAINER_HOST", "ssh://me@podman")]).podman();
        assert!(podman.is_err());
    }
}
