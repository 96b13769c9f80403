//! The signed test data: bundles with their trusted roots, and whether each must verify.
//!
//! The folder that `SEALIFT_TESTDATA` names holds the data; each `cases.tsv` below its `sigstore`
//! is one list of cases.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use sealift_suite::{Suite, folders, test_data};

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
    /// Names of those with a bundle or a root that cannot be read, and whether they must verify;
    /// other suites say why.
    pub(crate) unreadable: Vec<(String, bool)>,
}

impl Cases {
    /// None without test data.
    pub(crate) fn read() -> Option<Self> {
        let data = test_data()?.join("sigstore");
        let mut cases = Self::default();
        let all = [folders(&data), folders(&data.join("extra"))].concat();
        for folder in all {
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

    /// A suite that has counted those that cannot be read.
    pub(crate) fn suite(&self, name: &str) -> Suite {
        let mut suite = Suite::new(name, "");
        for (case, passes) in &self.unreadable {
            if *passes {
                suite.case(case, Err("cannot be read, and must verify".to_owned()));
            } else {
                suite.skip(case, "cannot be read, and need not verify");
            }
        }
        suite
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
        let name = format!("{}/{}", folder.file_name().unwrap().display(), row["case"]);
        let passes = row["expect"] == "pass";
        let limits = Limits::default();
        let (Ok(bundle), Ok(root)) = (
            Bundle::from_json(&bundle, &limits),
            TrustedRoot::from_json(&root, &RustCrypto, &limits),
        ) else {
            self.unreadable.push((name, passes));
            return;
        };
        self.readable.push(Case {
            name,
            passes,
            bundle,
            root,
            artifact: file(["artifact", "subject"]),
            key: file(["key", "key"]),
        });
    }
}
