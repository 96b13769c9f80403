//! RPM package databases: seen, and said to be unread.
//!
//! Finds: that a database is there. Cannot find: the packages in it, in none of its three
//! formats (sqlite, ndb, Berkeley DB hash). A scan of such an image is therefore incomplete and
//! says so.

use sealift_layers::{File, Metadata, TreePath};
use sealift_model::Impact;

use crate::{Catalog, Cataloger, Error, Facts, MergedFacts};

/// Where rpm keeps its database, by its own name of the format (rpm 4.20, `%_dbpath`).
const DATABASES: &[&str] = &[
    "var/lib/rpm/Packages",
    "var/lib/rpm/Packages.db",
    "var/lib/rpm/rpmdb.sqlite",
    "usr/lib/sysimage/rpm/Packages",
    "usr/lib/sysimage/rpm/Packages.db",
    "usr/lib/sysimage/rpm/rpmdb.sqlite",
    "usr/share/rpm/rpmdb.sqlite",
];

/// Says of an RPM database that it is not read.
#[derive(Debug)]
pub(crate) struct Database;

impl Cataloger for Database {
    fn name(&self) -> &'static str {
        "rpm-database"
    }

    fn wants(&self, path: TreePath<'_>, metadata: &Metadata, _: &[u8]) -> bool {
        metadata.size > 0 && DATABASES.iter().any(|known| path.bytes() == known.as_bytes())
    }

    fn fixed_paths(&self) -> &'static [&'static str] {
        DATABASES
    }

    fn read(&self, _: &mut File<'_>, _: &mut Facts) -> Result<(), Error> {
        Err(Error::Unsupported { format: "RPM package database" })
    }

    fn assemble(&self, merged: &MergedFacts<'_>, catalog: &mut Catalog) {
        for file in &merged.files {
            catalog.add_problems(file, merged.cataloger, Impact::Incomplete);
        }
    }
}

#[cfg(test)]
mod tests {
    use sealift_layers::Limits;

    use super::*;

    #[test]
    fn says_that_it_does_not_read() {
        let limits = Limits::default();
        let path = TreePath::from("var/lib/rpm/rpmdb.sqlite");
        let mut file = File::from_bytes(path, b"SQLite format 3\0".to_vec(), &limits);
        assert!(Database.wants(path, &file.metadata(), b""));
        let error = Database.read(&mut file, &mut Facts::default()).unwrap_err();
        assert_eq!(error.to_string(), "RPM package database: not read by this version");
    }
}
