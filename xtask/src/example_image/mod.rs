//! The image of the quick start: metadata of packages and no software, made from the lists in
//! [`content`], with the same bytes on every machine.

mod content;
mod debian;
mod jar;
mod layer;

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use sealift_model::Digest;

use self::layer::{Layer, gzip};
use crate::documents::{self, Files, LayerCoding, LayerEntry};
use crate::{Failure, Outcome, root};

/// Makes the image anew.
pub(crate) fn write() -> Outcome {
    let folder = folder();
    if folder.exists() {
        fs::remove_dir_all(&folder)?;
    }
    let files = layout(&content::layers()?)?;
    for (path, bytes) in &files {
        let path = folder.join(path);
        fs::create_dir_all(path.parent().unwrap_or(&folder))?;
        fs::write(path, bytes)?;
    }
    let total: usize = files.values().map(Vec::len).sum();
    println!("{}: {} files, {total} bytes", folder.display(), files.len());
    Ok(())
}

/// Makes the image anew where it is missing or not as it should be.
pub(crate) fn restore() -> Outcome {
    if is_current()? { Ok(()) } else { write() }
}

/// Whether the image in the project is the one that [`write()`] makes.
fn is_current() -> Result<bool, Failure> {
    let folder = folder();
    let found = if folder.is_dir() { read(&folder, &folder)? } else { Files::new() };
    Ok(found == layout(&content::layers()?)?)
}

/// The layout that holds one image of these layers.
fn layout(layers: &[Layer]) -> Result<Files, Failure> {
    let mut blobs = Files::new();
    let mut entries = Vec::new();
    for layer in layers {
        let tar = layer.tar()?;
        let blob = gzip(&tar)?;
        let entry = LayerEntry {
            created_by: layer.created_by,
            coding: LayerCoding::Gzip,
            blob: Digest::sha256_of(&blob),
            blob_bytes: blob.len().try_into()?,
            diff_id: Digest::sha256_of(&tar),
        };
        blobs.insert(documents::blob_path(&entry.blob), blob);
        entries.push(entry);
    }
    blobs.extend(documents::layout("demo", &entries)?.files);
    Ok(blobs)
}

fn read(root: &Path, folder: &Path) -> io::Result<Files> {
    let mut files = Files::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            files.extend(read(root, &path)?);
        } else {
            let name = path.strip_prefix(root).unwrap_or(&path).display().to_string();
            files.insert(name, fs::read(&path)?);
        }
    }
    Ok(files)
}

fn folder() -> PathBuf {
    root().join("examples/image")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn making_it_again_gives_the_committed_bytes() {
        assert!(is_current().unwrap(), "run `cargo xtask example-image` and commit the result");
    }

    #[test]
    fn it_is_small() {
        let files = read(&folder(), &folder()).unwrap();
        let total: usize = files.values().map(Vec::len).sum();
        assert!(total < 300_000, "{total} bytes");
    }
}
