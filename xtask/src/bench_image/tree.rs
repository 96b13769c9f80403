//! A folder on disk as part of a layer, in the order of its names.

use std::ffi::OsString;
use std::fs::{self, File};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use super::layer::{LayerTar, join};
use crate::{Failure, Outcome};

/// Appends all that is below `folder` at `place`.
pub(super) fn append(folder: &Path, place: &str, tar: &mut LayerTar) -> Outcome {
    tar.folder(place)?;
    let mut entries = fs::read_dir(folder)?.collect::<Result<Vec<_>, _>>()?;
    entries.sort_by_key(fs::DirEntry::file_name);
    for entry in entries {
        let path = join(place, &text(entry.file_name())?);
        let metadata = entry.metadata()?;
        if metadata.is_dir() {
            append(&entry.path(), &path, tar)?;
        } else if metadata.is_symlink() {
            tar.symlink(&path, &text(fs::read_link(entry.path())?.into_os_string())?)?;
        } else {
            let mode = metadata.permissions().mode();
            tar.file(&path, mode, metadata.len(), File::open(entry.path())?)?;
        }
    }
    Ok(())
}

fn text(name: OsString) -> Result<String, Failure> {
    name.into_string().map_err(|name| format!("{} is no UTF-8", name.display()).into())
}
