//! Walking the folders of a data set.

use std::fs;
use std::path::{Path, PathBuf};

/// The files of a folder whose names end so, sorted.
///
/// # Panics
/// When the folder cannot be read.
#[must_use]
pub fn files(folder: &Path, extension: &str) -> Vec<PathBuf> {
    let is_wanted = |path: &PathBuf| path.extension().is_some_and(|it| it == extension);
    entries(folder).into_iter().filter(is_wanted).collect()
}

/// The folders in a folder, sorted.
///
/// # Panics
/// When the folder cannot be read.
#[must_use]
pub fn folders(folder: &Path) -> Vec<PathBuf> {
    entries(folder).into_iter().filter(|path| path.is_dir()).collect()
}

#[expect(clippy::panic, clippy::unwrap_used, reason = "a test fails by panicking")]
fn entries(folder: &Path) -> Vec<PathBuf> {
    let entries =
        fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let mut paths: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    paths
}
