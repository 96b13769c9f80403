//! Storing credentials, as `docker login` does.

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value, json};

use super::file::{self, ConfigFile, malformed};
use super::{CredentialError, Keychain, helper, key_of};

impl Keychain {
    /// Stores a user name and a password for a registry: with the helper that the first file names
    /// for it, else in that file, which only its owner may read. Returns the place.
    ///
    /// The file is replaced as a whole; everything else in it stays.
    ///
    /// # Errors
    /// When there is no file to write, or it cannot be read or written.
    pub fn store(
        &self,
        registry: &str,
        user: &str,
        password: &str,
    ) -> Result<String, CredentialError> {
        let path = self.files.first().ok_or(CredentialError::NoPlace)?;
        let key = key_of(registry);
        if let Some(name) = helper_in(path, registry)? {
            helper::store(&name, key, user, password)?;
            return Ok(format!("docker-credential-{name}"));
        }
        let auth = STANDARD.encode(format!("{user}:{password}"));
        change(path, |auths| {
            auths.insert(key.to_owned(), json!({ "auth": auth }));
            true
        })?;
        Ok(path.display().to_string())
    }

    /// Removes the credentials of a registry. False when the first file had none.
    ///
    /// # Errors
    /// Those of [`store`](Self::store).
    pub fn erase(&self, registry: &str) -> Result<bool, CredentialError> {
        let path = self.files.first().ok_or(CredentialError::NoPlace)?;
        let key = key_of(registry);
        let by_helper = helper_in(path, registry)?;
        if let Some(name) = &by_helper {
            helper::erase(name, key)?;
        }
        let in_file = path.exists() && change(path, |auths| auths.remove(key).is_some())?;
        Ok(in_file || by_helper.is_some())
    }
}

fn helper_in(path: &Path, registry: &str) -> Result<Option<String>, CredentialError> {
    let file = ConfigFile::read(path)?;
    Ok(file.and_then(|file| file.helper_of(registry).or_else(|| file.store()).map(str::to_owned)))
}

/// Changes the entries of a file; writes it when they have changed.
fn change(
    path: &Path,
    edit: impl FnOnce(&mut Map<String, Value>) -> bool,
) -> Result<bool, CredentialError> {
    let mut document = match file::read(path)? {
        Some(bytes) => serde_json::from_slice(&bytes)
            .map_err(|error| malformed(path, format!("no JSON at line {}", error.line())))?,
        None => json!({}),
    };
    let no_object = || malformed(path, "it is no object of objects".to_owned());
    let root = document.as_object_mut().ok_or_else(no_object)?;
    let auths = root.entry("auths").or_insert_with(|| json!({}));
    if auths.is_null() {
        *auths = json!({});
    }
    let changed = edit(auths.as_object_mut().ok_or_else(no_object)?);
    if changed {
        let text = serde_json::to_vec_pretty(&document)
            .map_err(|_| malformed(path, "it cannot be written again".to_owned()))?;
        replace(path, &text)?;
    }
    Ok(changed)
}

/// Puts a file in place of another, whole or not at all. It is the owner's alone, as temporary
/// files are; a link stays one.
fn replace(path: &Path, text: &[u8]) -> Result<(), CredentialError> {
    let failed = |source| CredentialError::File { path: path.to_owned(), source };
    let place: PathBuf = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let folder = match place.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    fs::create_dir_all(folder).map_err(failed)?;
    let mut file = tempfile::NamedTempFile::new_in(folder).map_err(failed)?;
    file.write_all(text).map_err(failed)?;
    file.write_all(b"\n").map_err(failed)?;
    file.as_file().sync_all().map_err(failed)?;
    file.persist(&place).map_err(|error| failed(error.error))?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Credential;

    #[test]
    fn keeps_and_forgets() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("new/config.json");
        let mut keychain = Keychain::default();
        keychain.files.push(path.clone());
        keychain.store("r.io:5000", "u", "p:q").unwrap();
        let found = keychain.find("r.io:5000", "r.io:5000/a").unwrap();
        let found = found.map(|(credential, _)| credential);
        let expected = Credential::Basic { user: "u".to_owned(), password: "p:q".to_owned() };
        assert_eq!(found, Some(expected));
        assert!(keychain.erase("r.io:5000").unwrap());
        assert!(!keychain.erase("r.io:5000").unwrap());
        assert_eq!(keychain.find("r.io:5000", "r.io:5000/a").unwrap(), None);
    }

    #[test]
    fn all_else_in_the_file_stays() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("config.json");
        fs::write(&path, r#"{"HttpHeaders": {"a": "b"}, "auths": {"x": {"auth": "y"}}}"#).unwrap();
        let mut keychain = Keychain::default();
        keychain.files.push(path.clone());
        keychain.store("docker.io", "u", "p").unwrap();
        let document: Value = serde_json::from_slice(&fs::read(&path).unwrap()).unwrap();
        assert_eq!(document["HttpHeaders"]["a"], "b");
        assert_eq!(document["auths"]["x"]["auth"], "y");
        assert_eq!(document["auths"]["https://index.docker.io/v1/"]["auth"], "dTpw");
        fs::write(&path, "[]").unwrap();
        assert!(keychain.store("r.io", "u", "p").is_err());
        assert_eq!(fs::read(&path).unwrap(), b"[]");
    }

    #[cfg(unix)]
    #[test]
    fn nobody_else_may_read_it() {
        use std::os::unix::fs::PermissionsExt as _;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("config.json");
        let mut keychain = Keychain::default();
        keychain.files.push(path.clone());
        keychain.store("r.io", "u", "p").unwrap();
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    }
}
