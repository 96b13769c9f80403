//! The store of trust material.

use std::fs::{self, DirBuilder};
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};

use data_encoding::HEXLOWER;
use sealift_model::Timestamp;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use sigstore_tuf::{FileStore, Updater, UpdaterConfig};

use crate::embedded::PUBLIC_ROOT;
use crate::mirror::MAX_ROOT_BYTES;
use crate::ready::ready;
use crate::{Error, InitialRoot, Mirror};

/// The target with the trusted root (Sigstore's `root-signing`).
const TRUSTED_ROOT: &str = "trusted_root.json";

/// The target with the URLs of the services.
const SIGNING_CONFIG: &str = "signing_config.v0.2.json";

/// Largest target; the trusted root of the public-good instance has 10 kB.
const MAX_TARGET_BYTES: u64 = 4 << 20;

/// The trusted root, and the services that sign.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct TrustMaterial {
    /// The trusted root, as Sigstore's JSON.
    pub trusted_root: Vec<u8>,
    /// The signing configuration (v0.2), where the repository has one.
    pub signing_config: Option<Vec<u8>>,
    /// The URL of its repository; none if it is built in.
    pub mirror: Option<String>,
    /// When it was last fetched or found unchanged.
    pub checked: Option<Timestamp>,
    /// When the repository's signature over it expires.
    pub expires: Option<Timestamp>,
}

impl TrustMaterial {
    /// Whether the repository's signature has expired at the time `now`.
    #[must_use]
    pub fn is_expired(&self, now: Timestamp) -> bool {
        self.expires.is_some_and(|expires| expires <= now)
    }
}

/// A folder with the trust material of one instance of Sigstore.
///
/// Anyone who can write there decides whose signatures count, so only its user may. Each refresh
/// verifies the repository's signatures again from the initial root.
#[derive(Clone, Debug)]
pub struct TrustStore {
    folder: PathBuf,
}

/// The data that is kept beside the trusted root.
#[derive(Debug, Serialize, Deserialize)]
struct Note {
    mirror: String,
    /// SHA-256 of the initial root.
    initial_root: String,
    /// SHA-256 of the trusted root.
    trusted_root: String,
    has_signing_config: bool,
    checked: i64,
    expires: i64,
}

impl TrustStore {
    /// The store in a folder, which is created when there is something to keep.
    #[must_use]
    pub fn new(folder: impl Into<PathBuf>) -> Self {
        Self { folder: folder.into() }
    }

    /// The path of the trusted root, if it is kept.
    #[must_use]
    pub fn trusted_root(&self) -> PathBuf {
        self.folder.join(TRUSTED_ROOT)
    }

    /// The kept material; none before the first refresh.
    ///
    /// # Errors
    /// [`Error::Io`] when it cannot be read, [`Error::NotOurs`] when others may write to it,
    /// [`Error::Damaged`] when it differs from what was stored.
    pub fn kept(&self) -> Result<Option<TrustMaterial>, Error> {
        let Some(note) = self.note()? else { return Ok(None) };
        let path = self.trusted_root();
        check_owner(&path)?;
        let trusted_root = fs::read(&path).map_err(Error::io(&path))?;
        if sha256(&trusted_root) != note.trusted_root {
            return Err(Error::Damaged { path });
        }
        let path = self.folder.join(SIGNING_CONFIG);
        let signing_config = match note.has_signing_config {
            true => Some(fs::read(&path).map_err(Error::io(&path))?),
            false => None,
        };
        Ok(Some(TrustMaterial {
            trusted_root,
            signing_config,
            mirror: Some(note.mirror),
            checked: Timestamp::from_unix_seconds(note.checked).ok(),
            expires: Timestamp::from_unix_seconds(note.expires).ok(),
        }))
    }

    /// The repository and the initial root of the kept material, for its next refresh.
    ///
    /// # Errors
    /// [`Error::Io`] when they cannot be read.
    pub fn origin(&self) -> Result<Option<(String, InitialRoot)>, Error> {
        let Some(note) = self.note()? else { return Ok(None) };
        if note.initial_root == PUBLIC_ROOT.1 {
            return Ok(Some((note.mirror, InitialRoot::Public)));
        }
        let path = self.repository(&note.initial_root).join("initial_root.json");
        let root = fs::read(&path).map_err(Error::io(&path))?;
        match sha256(&root) == note.initial_root {
            true => Ok(Some((note.mirror, InitialRoot::Given(root)))),
            false => Err(Error::Damaged { path }),
        }
    }

    /// Fetches the trust material of a repository, as of `now`, and keeps it.
    ///
    /// # Errors
    /// When the repository cannot be reached, or its material does not verify: too few signatures,
    /// expired, older than a version seen before, or with another length or hash than signed.
    pub fn refresh(
        &self,
        mirror: &Mirror,
        initial: &InitialRoot,
        now: Timestamp,
    ) -> Result<TrustMaterial, Error> {
        let root = self.initial_root(mirror, initial)?;
        let digest = sha256(&root);
        let folder = self.repository(&digest);
        self.create(&folder)?;
        check_owner(&self.folder)?;
        write(&folder.join("initial_root.json"), &root)?;
        let failed = |source| Error::Repository {
            mirror: mirror.url().to_owned(),
            source: Box::new(source),
        };
        let fetched = fetch(mirror, &root, &folder, now).map_err(failed)?;
        let (trusted_root, signing_config, expires) = fetched;
        let note = Note {
            mirror: mirror.url().to_owned(),
            initial_root: digest,
            trusted_root: sha256(&trusted_root),
            has_signing_config: signing_config.is_some(),
            checked: now.unix_seconds(),
            expires: expires.as_second(),
        };
        write(&self.trusted_root(), &trusted_root)?;
        if let Some(config) = &signing_config {
            write(&self.folder.join(SIGNING_CONFIG), config)?;
        }
        let json = serde_json::to_vec(&note).unwrap_or_default();
        write(&self.folder.join("trust.json"), &json)?;
        Ok(TrustMaterial {
            trusted_root,
            signing_config,
            mirror: Some(note.mirror),
            checked: Some(now),
            expires: Timestamp::from_unix_seconds(note.expires).ok(),
        })
    }

    fn note(&self) -> Result<Option<Note>, Error> {
        let path = self.folder.join("trust.json");
        for place in [&self.folder, &path].into_iter().filter(|place| place.exists()) {
            check_owner(place)?;
        }
        let json = match fs::read(&path) {
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            json => json.map_err(Error::io(&path))?,
        };
        serde_json::from_slice(&json).map(Some).map_err(|_| Error::Damaged { path })
    }

    /// The folder with the known state of the repository that begins with this root.
    fn repository(&self, initial_root: &str) -> PathBuf {
        self.folder.join("tuf").join(initial_root.get(..16).unwrap_or("0"))
    }

    fn create(&self, folder: &Path) -> Result<(), Error> {
        let mut builder = DirBuilder::new();
        builder.recursive(true);
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        builder.create(folder).map_err(Error::io(folder))
    }

    /// The initial root of trust: the given one, the one that was fetched before, or the mirror's
    /// pinned one.
    fn initial_root(&self, mirror: &Mirror, initial: &InitialRoot) -> Result<Vec<u8>, Error> {
        if let InitialRoot::Given(root) = initial {
            return Ok(root.clone());
        }
        let (number, expected) = PUBLIC_ROOT;
        let kept = fs::read(self.repository(expected).join("initial_root.json"));
        if let Some(root) = kept.ok().filter(|root| sha256(root) == expected) {
            return Ok(root);
        }
        let name = format!("{number}.root.json");
        let root = mirror
            .file(&name, MAX_ROOT_BYTES)
            .and_then(|root| root.ok_or_else(|| sigstore_tuf::Error::transport("it is not there")))
            .map_err(|source| Error::InitialRoot { name, source: source.into() })?;
        let found = sha256(&root);
        match found == expected {
            true => Ok(root),
            false => Err(Error::OtherRoot { expected: expected.to_owned(), found }),
        }
    }
}

/// Checks that a place belongs to this user, or root, and nobody else may write there: anyone who
/// could would decide whose signatures count.
#[cfg(unix)]
fn check_owner(path: &Path) -> Result<(), Error> {
    use std::os::unix::fs::MetadataExt as _;

    const ROOT: u32 = 0;
    const WRITABLE_BY_OTHERS: u32 = 0o022;

    let metadata = fs::metadata(path).map_err(Error::io(path))?;
    let is_own = [ROOT, rustix::process::geteuid().as_raw()].contains(&metadata.uid());
    match is_own && metadata.mode() & WRITABLE_BY_OTHERS == 0 {
        true => Ok(()),
        false => Err(Error::NotOurs { path: path.to_owned() }),
    }
}

#[cfg(not(unix))]
fn check_owner(_: &Path) -> Result<(), Error> {
    Ok(())
}

/// The trusted root, the signing configuration, and when the repository's signature expires.
type Fetched = (Vec<u8>, Option<Vec<u8>>, jiff::Timestamp);

/// The client's workflow (TUF 1.0.33 section 5): roots, timestamp, snapshot, targets.
fn fetch(
    mirror: &Mirror,
    root: &[u8],
    folder: &Path,
    now: Timestamp,
) -> Result<Fetched, sigstore_tuf::Error> {
    let waits = || sigstore_tuf::Error::transport("the repository was not asked blocking");
    let malformed = |what: &str| sigstore_tuf::Error::Malformed(what.to_owned());
    let now = jiff::Timestamp::from_second(now.unix_seconds())
        .map_err(|_| malformed("the time is none"))?;
    let mut config = UpdaterConfig::default();
    config.target_max_length = MAX_TARGET_BYTES;
    let mut updater =
        Updater::new(mirror.clone(), root)?.with_config(config).with_store(FileStore::new(folder));
    ready(updater.refresh(now)).ok_or_else(waits)??;
    let trusted_root = ready(updater.get_target(TRUSTED_ROOT, now)).ok_or_else(waits)??;
    let signing_config = match ready(updater.get_target(SIGNING_CONFIG, now)).ok_or_else(waits)? {
        Ok(config) => Some(config),
        Err(sigstore_tuf::Error::TargetNotFound(_)) => None,
        Err(error) => return Err(error),
    };
    let trusted = updater.trusted();
    let ends = [
        Some(trusted.root().expires),
        trusted.timestamp().map(|timestamp| timestamp.expires),
        trusted.snapshot().map(|snapshot| snapshot.expires),
        trusted.targets_role("targets").map(|targets| targets.expires),
    ];
    let expires = ends.into_iter().flatten().min().ok_or_else(|| malformed("nothing expires"))?;
    Ok((trusted_root, signing_config, expires))
}

/// Replaces a file atomically.
fn write(path: &Path, bytes: &[u8]) -> Result<(), Error> {
    let folder = path.parent().unwrap_or_else(|| Path::new("."));
    let replace = || -> std::io::Result<()> {
        let mut file = tempfile::Builder::new().prefix(".new-").tempfile_in(folder)?;
        file.write_all(bytes)?;
        file.as_file().sync_all()?;
        file.persist(path)?;
        Ok(())
    };
    replace().map_err(Error::io(path))
}

fn sha256(bytes: &[u8]) -> String {
    HEXLOWER.encode(&Sha256::digest(bytes))
}
