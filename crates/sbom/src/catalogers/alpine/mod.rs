//! Packages that `apk` installed: Alpine, Wolfi, Chainguard images.
//!
//! It finds the packages listed in `lib/apk/db/installed`, or `usr/lib/apk/db/installed` with a
//! merged `/usr`; for each its origin, licences, maintainer, dependencies (shared objects and
//! commands are resolved to the packages that provide them) and files.
//!
//! It leaves out virtual packages (`apk add --virtual .build-deps ...`), which are names for a set
//! of others and have no content. It does not find packages that were removed from the database but
//! not from the disk. A database elsewhere in the tree belongs to another system: a note names it,
//! and its packages are left out.

mod installed;

use std::collections::HashMap;

use sealift_layers::{File, Metadata, TreePath};
use sealift_model::{Ecosystem, Impact};

use crate::{Catalog, Cataloger, Error, Facts, MergedFacts, MergedFile, os_package};

/// Where the database is.
const DATABASES: &[&str] = &["lib/apk/db/installed", "usr/lib/apk/db/installed"];

/// Finds the packages that `apk` installed.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Installed;

impl Cataloger for Installed {
    fn name(&self) -> &'static str {
        "apk-installed"
    }

    fn names(&self) -> &'static [&'static str] {
        &["installed"]
    }

    fn wants(&self, path: TreePath<'_>, _: &Metadata, _: &[u8]) -> bool {
        path.ends_with("lib/apk/db/installed")
    }

    fn fixed_paths(&self) -> &'static [&'static str] {
        DATABASES
    }

    fn read(&self, file: &mut File<'_>, facts: &mut Facts) -> Result<(), Error> {
        let path = file.path();
        let is_elsewhere = DATABASES.iter().all(|known| path != TreePath::from(*known));
        if is_elsewhere && self.wants(path, &file.metadata(), &[]) {
            facts.note(None, "an apk database of another tree, not read");
        } else {
            installed::read(file, facts);
        }
        Ok(())
    }

    fn assemble(&self, merged: &MergedFacts<'_>, catalog: &mut Catalog) {
        os_package::assemble(Ecosystem::Apk, merged, &HashMap::new(), impact_of, catalog);
    }
}

/// Every file is a database: a problem with it means that packages are missing.
fn impact_of(_: &MergedFile<'_>) -> Impact {
    Impact::Incomplete
}
