//! Accepted scans and their results, on disk.
//!
//! ```text
//! ID.accepted            the request; written before it is reported as accepted
//! ID.vulnerabilities ... what was made
//! ID.done                marks that the products are complete, or says why there are none
//! ```
//!
//! Each file is written under another name, synced and renamed. A request contains Harbor's
//! credentials for it, as long as it waits; only the owner can read the folder.

use std::fs::{self, DirBuilder, File, OpenOptions, Permissions};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use data_encoding::HEXLOWER;
use rustls::crypto::aws_lc_rs;
use serde::{Deserialize, Serialize};

use super::media::Product;
use super::request::Asked;

const FOLDER_MODE: u32 = 0o700;
const FILE_MODE: u32 = 0o600;
const OTHERS_MODE: u32 = 0o077;

/// The id of a scan: 32 hexadecimal digits.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct ScanId(String);

impl ScanId {
    /// A new random id.
    fn fresh() -> io::Result<Self> {
        let mut bytes = [0; 16];
        let random = aws_lc_rs::default_provider().secure_random;
        random
            .fill(&mut bytes)
            .map_err(|_| io::Error::other("the system gives no random bytes"))?;
        Ok(Self(HEXLOWER.encode(&bytes)))
    }

    /// The id in a text, which is then safe to use in a path.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let is_digit = |byte: u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
        (text.len() == 32 && text.bytes().all(is_digit)).then(|| Self(text.to_owned()))
    }

    pub(super) fn text(&self) -> &str {
        &self.0
    }
}

/// A request with its number in the queue.
#[derive(Serialize, Deserialize)]
struct Accepted {
    number: u64,
    request: Asked,
}

/// The outcome of a scan.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Done {
    /// Time of the outcome, in Unix seconds.
    pub(super) at: i64,
    /// Why nothing was made.
    #[serde(default)]
    pub(super) error: Option<String>,
}

/// A scan that waits.
#[derive(Clone, Debug)]
pub(super) struct Waiting {
    pub(super) id: ScanId,
    pub(super) request: Asked,
}

/// The contents of a folder when it was opened.
#[derive(Debug, Default)]
pub(super) struct Found {
    /// The waiting scans, in order.
    pub(super) waiting: Vec<Waiting>,
    pub(super) done: Vec<(ScanId, Done)>,
    /// The number of the next request.
    pub(super) next: u64,
}

#[derive(Debug)]
pub(super) struct Store {
    folder: PathBuf,
}

impl Store {
    pub(super) fn open(folder: &Path) -> io::Result<(Self, Found)> {
        DirBuilder::new().recursive(true).mode(FOLDER_MODE).create(folder)?;
        if fs::metadata(folder)?.permissions().mode() & OTHERS_MODE != 0 {
            // A mounted volume belongs to another user, who cannot read the files all the same.
            let _ = fs::set_permissions(folder, Permissions::from_mode(FOLDER_MODE));
        }
        let store = Self { folder: folder.to_owned() };
        let found = store.look()?;
        Ok((store, found))
    }

    fn look(&self) -> io::Result<Found> {
        let mut found = Found::default();
        let (mut accepted, mut unreadable) = (Vec::<(Accepted, ScanId)>::new(), Vec::new());
        for entry in fs::read_dir(&self.folder)? {
            let path = entry?.path();
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            let Some((id, ending)) = name.split_once('.') else { continue };
            let Some(id) = ScanId::parse(id) else { continue };
            match ending {
                "done" => found.done.extend(read(&path)?.map(|done: Done| (id, done))),
                "accepted" => match read(&path)? {
                    Some(it) => accepted.push((it, id)),
                    None => unreadable.push((id, fs::metadata(&path)?.mtime())),
                },
                // Its writer was interrupted.
                ending if ending.ends_with("part") => fs::remove_file(&path)?,
                _ => {}
            }
        }
        // A request for its report gets an error; the credentials in it are deleted.
        for (id, at) in unreadable {
            let done = Done { at, error: Some("the request could not be read again".to_owned()) };
            self.finish(&id, &done)?;
            found.done.retain(|(other, _)| *other != id);
            found.done.push((id, done));
        }
        accepted.sort_by_key(|(accepted, _)| accepted.number);
        found.next = accepted.last().map_or(0, |(last, _)| last.number.saturating_add(1));
        for (Accepted { request, .. }, id) in accepted {
            if found.done.iter().any(|(done, _)| *done == id) {
                self.remove(&id, "accepted");
            } else {
                found.waiting.push(Waiting { id, request });
            }
        }
        Ok(found)
    }

    /// Stores a request so that no crash loses it once this returns.
    pub(super) fn accept(&self, number: u64, request: &Asked) -> io::Result<ScanId> {
        let id = ScanId::fresh()?;
        let accepted = Accepted { number, request: request.clone() };
        self.write(&id, "accepted", &serde_json::to_vec(&accepted)?)?;
        self.sync()?;
        Ok(id)
    }

    pub(super) fn put(&self, id: &ScanId, product: Product, bytes: &[u8]) -> io::Result<()> {
        self.write(id, product.ending(), bytes)
    }

    /// Stores the outcome of a scan, after its products.
    pub(super) fn finish(&self, id: &ScanId, done: &Done) -> io::Result<()> {
        self.write(id, "done", &serde_json::to_vec(done)?)?;
        self.sync()?;
        self.remove(id, "accepted");
        Ok(())
    }

    pub(super) fn get(&self, id: &ScanId, product: Product) -> io::Result<Vec<u8>> {
        fs::read(self.path(id, product.ending()))
    }

    /// Deletes a scan. Its outcome is deleted last, since the rest is found through it.
    pub(super) fn forget(&self, id: &ScanId) {
        for product in Product::ALL {
            self.remove(id, product.ending());
        }
        self.remove(id, "done");
    }

    fn write(&self, id: &ScanId, ending: &str, bytes: &[u8]) -> io::Result<()> {
        let part = self.path(id, &format!("{ending}.part"));
        let mut options = OpenOptions::new();
        options.write(true).create(true).truncate(true).mode(FILE_MODE);
        let mut file = options.open(&part)?;
        file.write_all(bytes)?;
        file.sync_all()?;
        fs::rename(&part, self.path(id, ending))
    }

    /// Makes the renamings so far durable.
    fn sync(&self) -> io::Result<()> {
        File::open(&self.folder)?.sync_all()
    }

    fn remove(&self, id: &ScanId, ending: &str) {
        // A missing file need not be removed; one that cannot be removed is found again at the next
        // start.
        let _ = fs::remove_file(self.path(id, ending));
    }

    fn path(&self, id: &ScanId, ending: &str) -> PathBuf {
        self.folder.join(format!("{}.{ending}", id.0))
    }
}

/// Reads a document; none if the file is malformed.
fn read<T: for<'de> Deserialize<'de>>(path: &Path) -> io::Result<Option<T>> {
    Ok(serde_json::from_slice(&fs::read(path)?).ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_accepted_is_found_again_in_its_order() {
        let folder = tempfile::tempdir().unwrap();
        let (store, found) = Store::open(folder.path()).unwrap();
        assert_eq!(found.next, 0);
        let request = Asked::default();
        let ids: Vec<ScanId> = (0..5).map(|at| store.accept(at, &request).unwrap()).collect();
        store.put(&ids[1], Product::Raw, b"{}").unwrap();
        store.finish(&ids[1], &Done { at: 7, error: None }).unwrap();
        // One whose result is there, though it was stopped before it tidied up.
        store.write(&ids[3], "done", br#"{"at": 8, "error": "why"}"#).unwrap();
        fs::write(store.path(&ids[0], "raw.part"), "half").unwrap();
        fs::write(folder.path().join("something else"), "").unwrap();
        let (store, found) = Store::open(folder.path()).unwrap();
        let waiting: Vec<&ScanId> = found.waiting.iter().map(|it| &it.id).collect();
        assert_eq!(waiting, [&ids[0], &ids[2], &ids[4]]);
        assert_eq!((found.done.len(), found.next), (2, 5));
        assert!(!store.path(&ids[0], "raw.part").exists());
        assert_eq!(store.get(&ids[1], Product::Raw).unwrap(), b"{}");
        store.forget(&ids[1]);
        assert!(store.get(&ids[1], Product::Raw).is_err());
        fs::write(store.path(&ids[4], "accepted"), "{\"password\": ").unwrap();
        fs::set_permissions(folder.path(), Permissions::from_mode(0o755)).unwrap();
        let (_, found) = Store::open(folder.path()).unwrap();
        let failed = found.done.iter().find(|(id, _)| *id == ids[4]).unwrap();
        assert!(failed.1.error.is_some() && !store.path(&ids[4], "accepted").exists());
        assert_eq!(fs::metadata(folder.path()).unwrap().permissions().mode() & 0o777, FOLDER_MODE);
        let mode = std::os::unix::fs::PermissionsExt::mode;
        let file = fs::metadata(store.path(&ids[0], "accepted")).unwrap();
        assert_eq!(mode(&file.permissions()) & 0o777, FILE_MODE);
    }

    #[test]
    fn ids_are_safe_in_paths() {
        let id = ScanId::fresh().unwrap();
        assert_eq!(ScanId::parse(id.text()), Some(id));
        for text in ["", "..", "../../etc/passwd", &"A".repeat(32), &"a".repeat(33)] {
            assert_eq!(ScanId::parse(text), None, "{text}");
        }
    }
}
