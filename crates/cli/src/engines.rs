//! The container engines that the environment names.

use std::path::{Path, PathBuf};

use sealift::http::{Client, ClientIdentity, Config, Retry, Roots, Scheme, Url};
use sealift::registry::Engine;

use crate::failure::Failure;
use crate::{Environment, files, network};

/// Why an engine cannot be used. A named engine is never skipped, since another source might have a
/// different image of that name.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
enum EngineElsewhere {
    #[error(
        "{variable} is {host}: an engine is asked at a socket (unix://PATH) or a server (tcp://HOST:PORT)"
    )]
    Scheme { variable: &'static str, host: String },
    #[error("{variable} is {host}: {reason}")]
    Address { variable: &'static str, host: String, reason: String },
}

impl Environment {
    /// Docker's engine, where one may listen.
    pub(crate) fn docker(&self) -> Result<Vec<Engine>, Failure> {
        let named = self.engine("DOCKER_HOST", Self::docker_certificates)?;
        Ok(vec![named.unwrap_or_else(Engine::docker)])
    }

    /// Podman's service, the user's own before the system's.
    pub(crate) fn podman(&self) -> Result<Vec<Engine>, Failure> {
        if let Some(engine) = self.engine("CONTAINER_HOST", |_| Ok(None))? {
            return Ok(vec![engine]);
        }
        let own = self.get("XDG_RUNTIME_DIR").map(PathBuf::from);
        let own = own.map(|folder| Engine::new(folder.join("podman/podman.sock")));
        Ok(own.into_iter().chain([Engine::podman()]).collect())
    }

    /// The folder of certificates for an engine with TLS, if the variables of Docker's own programs
    /// ask for TLS.
    fn docker_certificates(&self) -> Result<Option<PathBuf>, Failure> {
        if let Some(named) = self.get("DOCKER_CERT_PATH") {
            return Ok(Some(named.into()));
        }
        let asks = |variable: &&str| self.get(variable).is_some();
        let Some(variable) = ["DOCKER_TLS_VERIFY", "DOCKER_TLS"].into_iter().find(asks) else {
            return Ok(None);
        };
        // Without TLS, anybody on the network path could answer.
        self.docker_folder().map(Some).ok_or_else(|| Failure::Unusable {
            what: "the engine is not asked".to_owned(),
            error: format!("{variable} is set, and nothing says where its certificates are").into(),
            hint: "name their folder with DOCKER_CERT_PATH",
        })
    }

    /// The engine that a variable names: a socket as `unix://PATH` or the path alone, a server as
    /// `tcp://HOST[:PORT]`.
    fn engine(
        &self,
        variable: &'static str,
        certificates: impl Fn(&Self) -> Result<Option<PathBuf>, Failure>,
    ) -> Result<Option<Engine>, Failure> {
        let Some(host) = self.get(variable) else { return Ok(None) };
        let host = host.to_string_lossy();
        match host.split_once("://") {
            Some(("tcp" | "http", place)) => {
                let certificates = certificates(self)?;
                let url = address(place, certificates.is_some()).map_err(|reason| {
                    elsewhere(EngineElsewhere::Address { variable, host: host.to_string(), reason })
                })?;
                Ok(Some(Engine::server(self.engine_client(&url, certificates.as_deref())?, url)))
            }
            Some(("unix", path)) if path.starts_with('/') => Ok(Some(Engine::new(path))),
            None if host.starts_with('/') => Ok(Some(Engine::new(&*host))),
            _ => Err(elsewhere(EngineElsewhere::Scheme { variable, host: host.into_owned() })),
        }
    }

    fn engine_client(&self, url: &Url, certificates: Option<&Path>) -> Result<Client, Failure> {
        let mut config = patient(network::config(self));
        let host = format!("{}:{}", url.host(), url.port());
        match certificates {
            Some(folder) => {
                config.roots = Roots::Pem(files::document(&folder.join("ca.pem"))?);
                let (certificate, key) = (folder.join("cert.pem"), folder.join("key.pem"));
                if certificate.exists() || key.exists() {
                    let certificates = files::document(&certificate)?;
                    let key = files::document(&key)?;
                    config.identity = Some(ClientIdentity { host, certificates, key });
                }
            }
            None => {
                config.plain_hosts.insert(host);
            }
        }
        network::made(config)
    }
}

/// A client that waits for an engine to pack an image, and does not retry.
fn patient(mut config: Config) -> Config {
    config.timeouts.answer = Engine::SILENCE;
    config.timeouts.idle = Engine::SILENCE;
    config.timeouts.window = Engine::SILENCE;
    config.retry = Retry::default();
    config.retry.attempts = 1;
    config
}

/// The URL of `HOST[:PORT][/PATH]`. The ports are those of Docker's programs.
fn address(place: &str, has_tls: bool) -> Result<Url, String> {
    let (scheme, port) = if has_tls { (Scheme::Https, 2376) } else { (Scheme::Http, 2375) };
    let end = place.find('/').unwrap_or(place.len());
    let (authority, path) = place.split_at(end);
    let behind_host = authority.rsplit(']').next().unwrap_or_default();
    let authority = match behind_host.contains(':') {
        true => authority.to_owned(),
        false => format!("{authority}:{port}"),
    };
    let url: Result<Url, _> = format!("{}://{authority}{path}", scheme.name()).parse();
    url.map_err(|error| error.to_string())
}

fn elsewhere(error: EngineElsewhere) -> Failure {
    Failure::Unusable {
        what: "the engine is not asked".to_owned(),
        error: error.into(),
        hint: "save the image there and scan the file with --input FILE, or ask its registry with \
               --image-src remote",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_engine_that_is_not_asked_is_never_passed_over() {
        let place = |host| {
            let engines = Environment::of(&[("DOCKER_HOST", host)]).docker();
            engines.map(|engines| engines[0].to_string()).map_err(|failure| match failure {
                Failure::Unusable { error, .. } => error.to_string(),
                other => panic!("{other:?}"),
            })
        };
        for (host, expected) in [
            ("unix:///run/user/1/docker.sock", "/run/user/1/docker.sock"),
            ("/run/docker.sock", "/run/docker.sock"),
            ("", "/var/run/docker.sock"),
            ("tcp://docker", "http://docker:2375/"),
            ("tcp://[::1]", "http://[::1]:2375/"),
            ("tcp://docker:80/below", "http://docker/below"),
        ] {
            assert_eq!(place(host).as_deref(), Ok(expected), "{host}");
        }
        for host in ["ssh://me@docker", "unix://", "docker", "tcp://", "tcp://me@docker", "fd://"] {
            let told = place(host).unwrap_err();
            assert!(told.contains(&format!("DOCKER_HOST is {host}")), "{told}");
        }
        let podman = Environment::of(&[("CONTAINER_HOST", "ssh://me@podman")]).podman();
        assert!(podman.is_err());
    }

    #[test]
    fn tls_is_used_where_docker_is_told_to() {
        let asks =
            |variables: &[(&str, &str)]| Environment::of(variables).docker_certificates().unwrap();
        assert_eq!(asks(&[("HOME", "/h")]), None);
        assert_eq!(asks(&[("DOCKER_CERT_PATH", "/c")]), Some("/c".into()));
        let verify = ("DOCKER_TLS_VERIFY", "1");
        assert_eq!(asks(&[verify, ("DOCKER_CERT_PATH", "/c")]), Some("/c".into()));
        assert_eq!(asks(&[verify, ("HOME", "/h")]), Some("/h/.docker".into()));
        assert_eq!(asks(&[verify, ("DOCKER_CONFIG", "/d")]), Some("/d".into()));
        for variable in ["DOCKER_TLS_VERIFY", "DOCKER_TLS"] {
            let nowhere = [("DOCKER_HOST", "tcp://docker"), (variable, "1")];
            assert!(Environment::of(&nowhere).docker().is_err(), "{variable}");
            // A socket needs none.
            assert!(Environment::of(&nowhere[1..]).docker().is_ok());
        }
        assert_eq!(address("docker", true).unwrap().to_string(), "https://docker:2376/");
        let without = [("DOCKER_HOST", "tcp://docker"), ("DOCKER_CERT_PATH", "/nowhere")];
        assert!(Environment::of(&without).docker().is_err());
    }
}
