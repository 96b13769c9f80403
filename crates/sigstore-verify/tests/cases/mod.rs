//! The lists of cases in the signed test data: each `cases.tsv` below `sigstore` is one.
#![expect(clippy::unwrap_used, reason = "a suite fails by panicking")]

use std::fs;
use std::path::{Path, PathBuf};

/// One row of a `cases.tsv`, by the names of its columns.
pub(crate) struct Case {
    pub(crate) folder: PathBuf,
    columns: Vec<(String, String)>,
}

impl Case {
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.columns.iter().find(|(column, _)| column == name).map(|(_, value)| value.as_str())
    }
}

/// Every row of every list below `sigstore`.
pub(crate) fn cases(sigstore: &Path) -> Vec<Case> {
    let mut cases = Vec::new();
    for folder in
        folders(sigstore).into_iter().flat_map(|one| [vec![one.clone()], folders(&one)].concat())
    {
        let Ok(table) = fs::read_to_string(folder.join("cases.tsv")) else { continue };
        let mut rows = table.lines().map(|line| line.split('\t'));
        let header: Vec<&str> = rows.next().unwrap().collect();
        cases.extend(rows.map(|row| Case {
            folder: folder.clone(),
            columns: header.iter().zip(row).map(|(n, v)| ((*n).to_owned(), v.to_owned())).collect(),
        }));
    }
    cases
}

fn folders(path: &Path) -> Vec<PathBuf> {
    let mut folders: Vec<PathBuf> = fs::read_dir(path)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.is_dir())
        .collect();
    folders.sort();
    folders
}
