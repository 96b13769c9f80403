//! Files that callers name, and those in folders that they name.

use std::io;
use std::path::{Path, PathBuf};

use crate::Error;

/// More files than any folder has; deeper than any: a loop, or a mistake.
const MAX_FILES: usize = 100_000;
const MAX_DEPTH: usize = 32;

/// A file or folder that cannot be read.
#[derive(Debug)]
pub(crate) struct Unread {
    pub(crate) path: PathBuf,
    pub(crate) source: io::Error,
}

impl From<Unread> for Error {
    fn from(Unread { path, source }: Unread) -> Self {
        Self::Io { path, source }
    }
}

/// A file; one that is longer than any should be is refused, and never cut.
pub(crate) fn read(path: &Path, max_bytes: u64) -> Result<Vec<u8>, Unread> {
    sealift_mapped::read(path, max_bytes).map_err(|source| unread(path, source))
}

/// A file itself, else the files of a folder that end so, sorted by name.
pub(crate) fn listed(path: &Path, endings: &[&str]) -> Result<Vec<PathBuf>, Unread> {
    let mut files = Vec::new();
    collect(path, MAX_DEPTH, endings, &mut files)?;
    Ok(files)
}

fn collect(
    path: &Path,
    depth: usize,
    endings: &[&str],
    files: &mut Vec<PathBuf>,
) -> Result<(), Unread> {
    if !path.is_dir() {
        files.push(path.to_owned());
        return match files.len() {
            0..=MAX_FILES => Ok(()),
            _ => Err(too_much(path, format!("more than {MAX_FILES} files"))),
        };
    }
    let Some(depth) = depth.checked_sub(1) else {
        return Err(too_much(path, format!("more than {MAX_DEPTH} folders in each other")));
    };
    let entries = path.read_dir().map_err(|error| unread(path, error))?;
    let mut paths = Vec::new();
    for entry in entries {
        paths.push(entry.map_err(|error| unread(path, error))?.path());
    }
    paths.sort();
    for path in paths {
        // A mounted ConfigMap keeps its older contents in folders that begin so.
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned());
        let is_hidden = name.is_some_and(|name| name.starts_with('.'));
        let is_wanted = path
            .extension()
            .is_some_and(|it| endings.iter().any(|end| it.eq_ignore_ascii_case(end)));
        if !is_hidden && (path.is_dir() || is_wanted) {
            collect(&path, depth, endings, files)?;
        }
    }
    Ok(())
}

fn unread(path: &Path, source: io::Error) -> Unread {
    Unread { path: path.to_owned(), source }
}

fn too_much(path: &Path, what: String) -> Unread {
    unread(path, io::Error::other(what))
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn folders_are_listed_without_what_is_hidden_or_of_another_kind() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        for name in ["b", "a", "..data"] {
            fs::create_dir(at(name)).unwrap();
        }
        for name in ["b/1.yaml", "a/2.yaml", "..data/3.yaml", "a/4.txt", "5.yaml", ".6.yaml"] {
            fs::write(at(name), "12345").unwrap();
        }
        let found = listed(folder.path(), &["yaml"]).unwrap();
        assert_eq!(found, [at("5.yaml"), at("a/2.yaml"), at("b/1.yaml")]);
        // What is named itself is meant, whatever it is called.
        assert_eq!(listed(&at("a/4.txt"), &["yaml"]).unwrap(), [at("a/4.txt")]);
        assert_eq!(listed(&at("none"), &["yaml"]).unwrap(), [at("none")]);
        assert!(read(&at("none"), 5).is_err());
        assert_eq!(read(&at("5.yaml"), 5).unwrap(), b"12345");
        assert_eq!(read(&at("5.yaml"), 4).unwrap_err().path, at("5.yaml"));
    }

    #[test]
    fn folders_in_each_other_have_an_end() {
        let folder = tempfile::tempdir().unwrap();
        let mut path = folder.path().to_owned();
        for _ in 0..MAX_DEPTH {
            path.push("a");
        }
        fs::create_dir_all(&path).unwrap();
        let error = listed(folder.path(), &["yaml"]).unwrap_err();
        assert_eq!(error.source.to_string(), "more than 32 folders in each other");
    }
}
