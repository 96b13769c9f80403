//! The signed test data: bundles with their trusted roots, and whether each must verify.
//!
//! The folder that `SEALIFT_TESTDATA` names holds the data; each `cases.tsv` below its `sigstore`
//! is one list of cases.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use crate::crypto::RustCrypto;
use crate::{Bundle, Limits, TrustedRoot};

/// One case whose bundle and trusted root can be read.
pub(crate) struct Case {
    /// Its folder and its name there.
    pub(crate) name: String,
    pub(crate) passes: bool,
    pub(crate) bundle: Bundle,
    pub(crate) root: TrustedRoot,
    pub(crate) artifact: Option<PathBuf>,
    pub(crate) key: Option<PathBuf>,
}

/// Every case with a bundle and a trusted root.
#[derive(Default)]
pub(crate) struct Cases {
    pub(crate) readable: Vec<Case>,
    /// How many have a bundle or a root that cannot be read; other suites say why.
    pub(crate) unreadable: usize,
}

impl Cases {
    /// None without test data.
    pub(crate) fn read() -> Option<Self> {
        let Some(data) = test_data() else {
            eprintln!("skipped: no test data");
            return None;
        };
        let mut cases = Self::default();
        let folders = [subfolders(&data), subfolders(&data.join("extra"))].concat();
        for folder in folders {
            let Ok(table) = fs::read_to_string(folder.join("cases.tsv")) else { continue };
            let mut lines = table.lines();
            let header: Vec<&str> = lines.next().unwrap().split('\t').collect();
            for line in lines {
                let row = header.iter().copied().zip(line.split('\t')).collect();
                cases.add(&data, &folder, &row);
            }
        }
        Some(cases)
    }

    fn add(&mut self, data: &Path, folder: &Path, row: &BTreeMap<&str, &str>) {
        let file = |names: [&str; 2]| {
            let name = names.iter().find_map(|name| row.get(name)).filter(|name| **name != "-");
            name.map(|name| folder.join(name))
        };
        let root = match row.get("trusted_root").copied() {
            Some(name @ ("production" | "staging")) => {
                data.join("trusted-root").join(name.to_owned() + ".json")
            }
            Some(name) => folder.join(name),
            None => folder.join("trusted_root.json"),
        };
        let Some(bundle) = file(["bundle", "path"]) else { return };
        let (Ok(bundle), Ok(root)) = (fs::read(bundle), fs::read(root)) else { return };
        let limits = Limits::default();
        let (Ok(bundle), Ok(root)) = (
            Bundle::from_json(&bundle, &limits),
            TrustedRoot::from_json(&root, &RustCrypto, &limits),
        ) else {
            self.unreadable += 1;
            return;
        };
        self.readable.push(Case {
            name: format!("{}/{}", folder.file_name().unwrap().display(), row["case"]),
            passes: row["expect"] == "pass",
            bundle,
            root,
            artifact: file(["artifact", "subject"]),
            key: file(["key", "key"]),
        });
    }
}

fn subfolders(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let mut folders: Vec<_> = entries.filter(|path| path.is_dir()).collect();
    folders.sort();
    folders
}

/// The folder `sigstore` of the test data.
#[expect(clippy::disallowed_methods, reason = "where the test data is, tests learn this way")]
pub(crate) fn test_data() -> Option<PathBuf> {
    std::env::var_os("SEALIFT_TESTDATA").map(|data| Path::new(&data).join("sigstore"))
}
