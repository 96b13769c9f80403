//! Replaces a file atomically.

use std::fs::File;
use std::io::BufWriter;
use std::path::Path;
use std::time::Duration;

use tempfile::NamedTempFile;

use crate::Error;

const PREFIX: &str = ".sealift-";
const SUFFIX: &str = ".tmp";

/// A file this much older than a new one is not about to be locked by its writer.
const STALE: Duration = Duration::from_secs(60);

/// Writes a file under another name in the same folder, syncs it and renames it to `path`. If
/// anything fails before that, the old file stays and the new one is removed. If a process was
/// killed before it could do so, the next one removes it.
pub(super) fn replace<T>(
    path: &Path,
    write: impl FnOnce(BufWriter<&File>) -> Result<T, Error>,
) -> Result<T, Error> {
    let folder = folder_of(path);
    let temporary = temporary_in(folder).map_err(Error::io(path))?;
    // It is locked while it is written; if locking is not supported, nothing is removed.
    if temporary.as_file().try_lock().is_ok() {
        remove_stale(folder, temporary.as_file());
    }
    let value = write(BufWriter::with_capacity(1 << 20, temporary.as_file()))?;
    temporary.as_file().sync_all().map_err(Error::io(path))?;
    temporary.persist(path).map_err(|failed| Error::io(path)(failed.error))?;
    sync_folder(folder);
    Ok(value)
}

/// The folder of a file.
pub(super) fn folder_of(path: &Path) -> &Path {
    match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    }
}

fn temporary_in(folder: &Path) -> std::io::Result<NamedTempFile> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(PREFIX).suffix(SUFFIX);
    // Readable like any new file: a database is not secret, and often shared.
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        builder.permissions(std::fs::Permissions::from_mode(0o666));
    }
    builder.tempfile_in(folder)
}

/// Removes files of processes that were killed while writing; failures are ignored.
fn remove_stale(folder: &Path, new: &File) {
    let Ok(now) = new.metadata().and_then(|new| new.modified()) else { return };
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let name = entry.file_name();
        let name = name.to_string_lossy();
        let is_stale = || {
            let written = entry.metadata().and_then(|old| old.modified()).ok()?;
            Some(now.duration_since(written).ok()? >= STALE)
        };
        if name.starts_with(PREFIX)
            && name.ends_with(SUFFIX)
            && is_stale() == Some(true)
            && File::open(entry.path()).is_ok_and(|file| file.try_lock().is_ok())
        {
            drop(std::fs::remove_file(entry.path()));
        }
    }
}

/// Makes the new name durable. A file system that cannot sync folders still has the file.
fn sync_folder(folder: &Path) {
    if let Ok(folder) = File::open(folder) {
        drop(folder.sync_all());
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::io::Write as _;

    use super::*;

    #[test]
    fn what_ended_processes_left_is_removed() {
        let folder = tempfile::tempdir().unwrap();
        let file = |name: &str, age: Duration| {
            let file = File::create(folder.path().join(name)).unwrap();
            let written = file.metadata().unwrap().modified().unwrap() - age;
            file.set_modified(written).unwrap();
            file
        };
        let old = 2 * STALE;
        drop(file(".sealift-left.tmp", old));
        drop(file(".sealift-young.tmp", Duration::ZERO));
        drop(file("other.tmp", old));
        let held = file(".sealift-held.tmp", old);
        held.try_lock().unwrap();
        let write = |mut out: BufWriter<&File>| {
            out.write_all(b"new").and_then(|()| out.flush()).map_err(Error::io(Path::new("db")))
        };
        replace(&folder.path().join("db"), write).unwrap();
        let mut names: Vec<String> = fs::read_dir(folder.path())
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        assert_eq!(names, [".sealift-held.tmp", ".sealift-young.tmp", "db", "other.tmp"]);
    }
}
