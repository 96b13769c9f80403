//! `config.json` of Docker and `auth.json` of Podman.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;

use super::{Credential, CredentialError, helper, key_of};

/// Far more than a file with a line for each registry of the world needs.
pub(super) const MAX_BYTES: u64 = 4 << 20;

/// The fields of such a file that are used.
#[derive(Default, Deserialize)]
pub(super) struct ConfigFile {
    #[serde(default)]
    auths: Option<BTreeMap<String, Option<Entry>>>,
    #[serde(default, rename = "credHelpers")]
    helpers: Option<BTreeMap<String, String>>,
    #[serde(default, rename = "credsStore")]
    store: Option<String>,
    #[serde(skip)]
    path: PathBuf,
}

#[derive(Default, Deserialize)]
struct Entry {
    #[serde(default)]
    auth: Option<String>,
    #[serde(default)]
    username: Option<String>,
    #[serde(default)]
    password: Option<String>,
    #[serde(default, rename = "identitytoken")]
    identity_token: Option<String>,
    #[serde(default, rename = "registrytoken")]
    registry_token: Option<String>,
}

impl ConfigFile {
    /// Reads a file, if it is there.
    pub(super) fn read(path: &Path) -> Result<Option<Self>, CredentialError> {
        let Some(bytes) = read(path)? else { return Ok(None) };
        let mut file: Self = serde_json::from_slice(&bytes).map_err(|error| {
            // The error itself might show a part of a password.
            malformed(path, format!("no such JSON at line {}", error.line()))
        })?;
        file.path = path.to_owned();
        Ok(Some(file))
    }

    /// The credential for a place in a registry: of its helper, its entry, or the store.
    pub(super) fn find(
        &self,
        registry: &str,
        place: &str,
    ) -> Result<Option<Credential>, CredentialError> {
        let key = key_of(registry);
        if let Some(name) = self.helper_of(registry) {
            return helper::get(name, key);
        }
        if let Some(found) = self.entry(registry, place)? {
            return Ok(Some(found));
        }
        match self.store() {
            Some(name) => helper::get(name, key),
            None => Ok(None),
        }
    }

    /// The helper that is named for a registry.
    pub(super) fn helper_of(&self, registry: &str) -> Option<&str> {
        let helpers = self.helpers.as_ref()?;
        let named = helpers.get(registry).or_else(|| helpers.get(key_of(registry)));
        named.map(String::as_str).filter(|name| !name.is_empty())
    }

    /// The helper that keeps what no other does.
    pub(super) fn store(&self) -> Option<&str> {
        self.store.as_deref().filter(|name| !name.is_empty())
    }

    /// The entry for a place: the one for the repository, its folders (Podman has such), the
    /// registry.
    fn entry(&self, registry: &str, place: &str) -> Result<Option<Credential>, CredentialError> {
        let Some(auths) = &self.auths else { return Ok(None) };
        let mut name = place;
        loop {
            if let Some(Some(entry)) = auths.get(name)
                && let Some(found) = self.credential(entry)?
            {
                return Ok(Some(found));
            }
            match name.rsplit_once('/') {
                Some((folder, _)) => name = folder,
                None => break,
            }
        }
        // Docker itself has written keys with scheme and path.
        let host = |key: &str| {
            let key = key.strip_prefix("https://").or(key.strip_prefix("http://"))?;
            key.split('/').next().map(str::to_owned)
        };
        let known_as: &[&str] = match registry {
            "docker.io" => &["index.docker.io", "docker.io"],
            _ => &[registry],
        };
        for (key, entry) in auths {
            if let (Some(host), Some(entry)) = (host(key), entry)
                && known_as.contains(&host.as_str())
                && let Some(found) = self.credential(entry)?
            {
                return Ok(Some(found));
            }
        }
        Ok(None)
    }

    fn credential(&self, entry: &Entry) -> Result<Option<Credential>, CredentialError> {
        let given = |text: &Option<String>| text.clone().filter(|text| !text.is_empty());
        if let Some(token) = given(&entry.identity_token) {
            return Ok(Some(Credential::IdentityToken(token)));
        }
        if let Some(token) = given(&entry.registry_token) {
            return Ok(Some(Credential::RegistryToken(token)));
        }
        // As Docker has it, `auth` comes before the names that older files have.
        let Some(auth) = given(&entry.auth) else {
            let pair = given(&entry.username).zip(given(&entry.password));
            return Ok(pair.map(|(user, password)| Credential::Basic { user, password }));
        };
        let bytes = STANDARD.decode(auth.trim()).ok();
        let text = bytes.and_then(|bytes| String::from_utf8(bytes).ok());
        let pair = text.as_deref().and_then(|text| text.split_once(':'));
        let Some((user, password)) = pair else {
            return Err(malformed(&self.path, "an auth is no user:password in base64".to_owned()));
        };
        // Docker pads with zero bytes at times.
        let password = password.trim_end_matches('\0').to_owned();
        Ok(Some(Credential::Basic { user: user.to_owned(), password }))
    }
}

/// The bytes of a file, if it is there.
pub(super) fn read(path: &Path) -> Result<Option<Vec<u8>>, CredentialError> {
    let failed = |source| CredentialError::File { path: path.to_owned(), source };
    let file = match File::open(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        file => file.map_err(failed)?,
    };
    let mut bytes = Vec::new();
    file.take(MAX_BYTES + 1).read_to_end(&mut bytes).map_err(failed)?;
    if u64::try_from(bytes.len()).unwrap_or(u64::MAX) > MAX_BYTES {
        return Err(CredentialError::TooLarge { path: path.to_owned(), max: MAX_BYTES });
    }
    Ok((!bytes.is_empty()).then_some(bytes))
}

pub(super) fn malformed(path: &Path, reason: String) -> CredentialError {
    CredentialError::Malformed { path: path.to_owned(), reason }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn find(json: &str, place: &str) -> Result<Option<Credential>, CredentialError> {
        let file: ConfigFile = serde_json::from_str(json).unwrap();
        file.find(place.split('/').next().unwrap(), place)
    }

    fn basic(user: &str) -> Option<Credential> {
        Some(Credential::Basic { user: user.to_owned(), password: "p".to_owned() })
    }

    fn auth(user: &str) -> String {
        STANDARD.encode(format!("{user}:p"))
    }

    #[test]
    fn finds_the_nearest_entry() {
        let json = format!(
            r#"{{"auths": {{"r.io": {{"auth": "{}"}}, "r.io/a": {{"auth": "{}"}},
                "https://q.io/v2/": {{"auth": "{}"}}, "e.io": {{}}, "n.io": null,
                "b.io": {{"auth": "{}", "username": "x", "password": "y"}},
                "u.io": {{"username": "u", "password": "p"}},
                "https://index.docker.io/v1/": {{"auth": "{}"}},
                "t.io": {{"identitytoken": "i"}}}}, "other": [1]}}"#,
            auth("r"),
            auth("a"),
            auth("q"),
            auth("b"),
            auth("d")
        );
        for (place, found) in [
            ("r.io/a/b", basic("a")),
            ("r.io/b", basic("r")),
            ("q.io/b", basic("q")),
            ("docker.io/library/x", basic("d")),
            ("b.io/a", basic("b")),
            ("u.io/a", basic("u")),
            ("t.io/a", Some(Credential::IdentityToken("i".to_owned()))),
            ("e.io/a", None),
            ("n.io/a", None),
            ("o.io/a", None),
        ] {
            assert_eq!(find(&json, place).unwrap(), found, "{place}");
        }
    }

    #[test]
    fn names_no_secret_in_errors() {
        let error = find(r#"{"auths": {"r.io": {"auth": "c2VjcmV0"}}}"#, "r.io/a").unwrap_err();
        assert!(!error.to_string().contains("c2VjcmV0"));
    }

    #[test]
    fn helpers_are_programs_of_the_path_alone() {
        for name in ["../evil", "/bin/sh", "a\\b", "a\0b", "-x y"] {
            let json = serde_json::json!({"credHelpers": {"r.io": name}}).to_string();
            let error = find(&json, "r.io/a").unwrap_err();
            assert!(matches!(error, CredentialError::HelperName { .. }), "{error}");
        }
    }
}
