//! Files of kubectl (`v1`, Config).

use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sealift_http::ClientIdentity;
use serde::Deserialize;
use serde_json::Value;

use crate::access::{Access, AccessError, bytes, wrong};
use crate::token::Token;

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
struct Config {
    #[serde(default)]
    current_context: String,
    #[serde(default)]
    contexts: Vec<Named>,
    #[serde(default)]
    clusters: Vec<Named>,
    #[serde(default)]
    users: Vec<Named>,
}

/// An entry of any of the lists, which has its content under the list's name in the singular.
#[derive(Deserialize)]
struct Named {
    name: String,
    #[serde(default, alias = "cluster", alias = "user")]
    context: Value,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
struct Context {
    cluster: String,
    #[serde(default)]
    user: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
struct Cluster {
    server: String,
    certificate_authority: Option<String>,
    certificate_authority_data: Option<String>,
    #[serde(default)]
    insecure_skip_tls_verify: bool,
    #[serde(flatten)]
    more: serde_json::Map<String, Value>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "kebab-case", default)]
struct User {
    token: Option<String>,
    #[serde(rename = "tokenFile")]
    token_file: Option<String>,
    client_certificate: Option<String>,
    client_certificate_data: Option<String>,
    client_key: Option<String>,
    client_key_data: Option<String>,
    #[serde(flatten)]
    more: serde_json::Map<String, Value>,
}

/// Fields that say how to ask in a way that is not done here, and why.
const NOT_DONE: [(&str, &str); 9] = [
    ("exec", "programs that make credentials are not run; name a token or a certificate"),
    ("auth-provider", "Kubernetes took it out; name a token or a certificate"),
    ("username", "Kubernetes took passwords out; name a token or a certificate"),
    ("password", "Kubernetes took passwords out; name a token or a certificate"),
    ("as", "nobody is impersonated"),
    ("as-uid", "nobody is impersonated"),
    ("as-groups", "nobody is impersonated"),
    ("tls-server-name", "the certificate must be for the server's own name"),
    ("proxy-url", "proxies are named by the environment"),
];

pub(crate) fn access(file: &Path, context: Option<&str>) -> Result<Access, AccessError> {
    let refuse = |problem: String| wrong(file, problem);
    let read = bytes(file)?;
    let text = std::str::from_utf8(&read).map_err(|error| refuse(error.to_string()))?;
    let config: Config = serde_saphyr::from_str(text).map_err(|error| refuse(error.to_string()))?;
    let name = context.unwrap_or(&config.current_context);
    if name.is_empty() {
        return Err(refuse("it has no current context; name one".to_owned()));
    }
    let context: Context = entry(&config.contexts, "context", name).map_err(refuse)?;
    let cluster: Cluster = entry(&config.clusters, "cluster", &context.cluster).map_err(refuse)?;
    let user: User = match context.user.as_str() {
        "" => User::default(),
        name => entry(&config.users, "user", name).map_err(refuse)?,
    };
    for fields in [&cluster.more, &user.more] {
        for (field, why) in NOT_DONE {
            if fields.get(field).is_some_and(|value| !value.is_null()) {
                return Err(refuse(format!("{field}: {why}")));
            }
        }
    }
    let server: sealift_http::Url =
        cluster.server.parse().map_err(|error| refuse(format!("server: {error}")))?;
    let authorities = content(
        file,
        "certificate-authority",
        cluster.certificate_authority_data.as_deref(),
        cluster.certificate_authority.as_deref(),
    )?;
    let identity = user.identity(file, format!("{}:{}", server.host(), server.port()))?;
    let token = user.token(file)?;
    let is_insecure = cluster.insecure_skip_tls_verify;
    Ok(Access { server, authorities, token, identity, is_insecure })
}

impl User {
    fn identity(&self, file: &Path, host: String) -> Result<Option<ClientIdentity>, AccessError> {
        let certificates = content(
            file,
            "client-certificate",
            self.client_certificate_data.as_deref(),
            self.client_certificate.as_deref(),
        )?;
        let key = content(
            file,
            "client-key",
            self.client_key_data.as_deref(),
            self.client_key.as_deref(),
        )?;
        match (certificates, key) {
            (Some(certificates), Some(key)) => Ok(Some(ClientIdentity { host, certificates, key })),
            (None, None) => Ok(None),
            _ => Err(wrong(file, "a client's certificate goes with its key".to_owned())),
        }
    }

    fn token(self, file: &Path) -> Result<Token, AccessError> {
        let token = match (self.token, self.token_file) {
            // As kubectl: the file goes before, for it is written anew.
            (_, Some(path)) => Token::of_file(beside(file, &path)),
            (Some(token), None) => Token::Fixed(token),
            (None, None) => Token::None,
        };
        token.value().map_err(|error| wrong(file, error.to_string()))?;
        Ok(token)
    }
}

/// The value of a field: the data themselves, else those in the file that it names.
fn content(
    file: &Path,
    field: &str,
    data: Option<&str>,
    path: Option<&str>,
) -> Result<Option<Vec<u8>>, AccessError> {
    match (data, path) {
        (Some(data), _) => STANDARD
            .decode(data.split_ascii_whitespace().collect::<String>())
            .map(Some)
            .map_err(|error| wrong(file, format!("{field}-data: {error}"))),
        (None, Some(path)) => bytes(&beside(file, path)).map(Some),
        (None, None) => Ok(None),
    }
}

/// Where a file is that another names.
fn beside(file: &Path, path: &str) -> PathBuf {
    file.parent().unwrap_or(Path::new("")).join(path)
}

fn entry<T: serde::de::DeserializeOwned>(
    all: &[Named],
    what: &str,
    name: &str,
) -> Result<T, String> {
    let found = all.iter().find(|entry| entry.name == name);
    let found = found.ok_or_else(|| format!("it has no {what} {name:?}"))?;
    T::deserialize(&found.context).map_err(|error| format!("{what} {name:?}: {error}"))
}
