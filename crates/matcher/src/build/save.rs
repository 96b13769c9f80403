//! Replacing a file by a whole new one.

use std::fs::File;
use std::io::BufWriter;
use std::path::Path;

use tempfile::NamedTempFile;

use crate::Error;

/// Writes a file under another name in the same folder, syncs it and renames it over `path`.
/// Whatever fails before that, the old file stays and the new one is removed.
pub(super) fn replace<T>(
    path: &Path,
    write: impl FnOnce(BufWriter<&File>) -> Result<T, Error>,
) -> Result<T, Error> {
    let folder = folder_of(path);
    let temporary = temporary_in(folder).map_err(Error::io(path))?;
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
    builder.prefix(".sealift-").suffix(".tmp");
    // Readable as any new file is: a database is no secret, and often shared.
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        builder.permissions(std::fs::Permissions::from_mode(0o666));
    }
    builder.tempfile_in(folder)
}

/// Makes the new name last. A file system that cannot do so for folders still has the file.
fn sync_folder(folder: &Path) {
    if let Ok(folder) = File::open(folder) {
        drop(folder.sync_all());
    }
}
