//! Packages that `rpm` installed: Red Hat and its derivatives, Fedora, SUSE, Amazon, Azure Linux,
//! Photon.
//!
//! It finds the packages in the database, which has one of three forms: SQLite (rpm since 4.16),
//! `ndb` (SUSE), a hash of Berkeley DB (before 4.16, both byte orders); for each its source RPM,
//! licence, vendor, module label, dependencies and files. A write-ahead log beside an SQLite
//! database is part of it. Images of Azure Linux without a package manager list their packages in
//! `var/lib/rpmmanifest/container-manifest-2`.
//!
//! It leaves out imported public keys (`gpg-pubkey`). It does not find packages whose files were
//! copied without their database, nor the files of a package that are listed in a write-ahead log
//! only. A rollback journal beside an SQLite database is not applied: the scan is then incomplete.
//! A database elsewhere in the tree belongs to another system: a note names it, and its packages
//! are left out.

mod bdb;
mod bytes;
mod files;
mod header;
mod manifest;
mod ndb;
mod package;
mod pair;
mod sqlite;
#[cfg(test)]
mod testing;

use std::collections::HashMap;

use sealift_layers::{File, Metadata, TreePath};
use sealift_model::{Ecosystem, Impact};

use self::package::Packages;
use self::sqlite::{Log, LogTail, Pages};
use crate::{Catalog, Cataloger, Error, Fact, Facts, MergedFacts, MergedFile, os_package};

pub use self::sqlite::DatabasePages;
#[cfg(test)]
pub(crate) use self::testing::database as testing_database;

/// Where rpm keeps its database, by its own name of the format (rpm 4.20, `%_dbpath`), what SQLite
/// keeps beside its own, and the list of images without rpm.
const FILES: &[&str] = &[
    MANIFEST,
    "usr/lib/sysimage/rpm/Packages",
    "usr/lib/sysimage/rpm/Packages.db",
    "usr/lib/sysimage/rpm/rpmdb.sqlite",
    "usr/lib/sysimage/rpm/rpmdb.sqlite-journal",
    "usr/lib/sysimage/rpm/rpmdb.sqlite-wal",
    "usr/share/rpm/Packages",
    "usr/share/rpm/Packages.db",
    "usr/share/rpm/rpmdb.sqlite",
    "usr/share/rpm/rpmdb.sqlite-journal",
    "usr/share/rpm/rpmdb.sqlite-wal",
    "var/lib/rpm/Packages",
    "var/lib/rpm/Packages.db",
    "var/lib/rpm/rpmdb.sqlite",
    "var/lib/rpm/rpmdb.sqlite-journal",
    "var/lib/rpm/rpmdb.sqlite-wal",
];

const MANIFEST: &str = "var/lib/rpmmanifest/container-manifest-2";

/// How the name of a write-ahead log ends, and of a rollback journal, after the database's.
const LOG: &str = "-wal";
const JOURNAL: &str = "-journal";

/// How a rollback journal begins that was not played back (SQLite file format, section 3). One
/// that is done with is empty or begins with zeros.
const JOURNAL_MAGIC: &[u8] = b"\xd9\xd5\x05\xf9\x20\xa1\x63\xd7";

/// Bytes of pages kept of a write-ahead log. SQLite moves pages to the database once there are
/// 4 MB of them; a transaction that installs a whole system has some 100 MB.
const MAX_LOG_BYTES: usize = 256 << 20;

/// Finds the packages that `rpm` installed.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Database;

impl Cataloger for Database {
    fn name(&self) -> &'static str {
        "rpm-database"
    }

    fn names(&self) -> &'static [&'static str] {
        &[
            "Packages",
            "Packages.db",
            "rpmdb.sqlite",
            "rpmdb.sqlite-journal",
            "rpmdb.sqlite-wal",
            "container-manifest-2",
        ]
    }

    fn wants(&self, path: TreePath<'_>, metadata: &Metadata, _: &[u8]) -> bool {
        metadata.size > 0 && FILES.iter().any(|known| path.ends_with(known))
    }

    fn fixed_paths(&self) -> &'static [&'static str] {
        FILES
    }

    fn read(&self, file: &mut File<'_>, facts: &mut Facts) -> Result<(), Error> {
        let path = file.path();
        let is_elsewhere = FILES.iter().all(|known| path != TreePath::from(*known));
        if is_elsewhere && self.wants(path, &file.metadata(), &[]) {
            facts.note(None, "an RPM database of another tree, not read");
            return Ok(());
        }
        if path.ends_with(MANIFEST) {
            manifest::read(file, facts);
            return Ok(());
        }
        let is_journal = path.bytes().ends_with(JOURNAL.as_bytes());
        let is_log = path.bytes().ends_with(LOG.as_bytes());
        match file.bytes()? {
            bytes if is_journal => read_journal(bytes, facts),
            bytes if is_log => read_log(bytes, facts),
            bytes => read_database(bytes, facts)?,
        }
        Ok(())
    }

    fn assemble(&self, merged: &MergedFacts<'_>, catalog: &mut Catalog) {
        let put_together = pair::put_together(merged);
        let merged = MergedFacts {
            cataloger: merged.cataloger,
            files: pair::files(merged, &put_together),
            distribution: merged.distribution,
        };
        os_package::assemble(Ecosystem::Rpm, &merged, &HashMap::new(), impact_of, catalog);
    }
}

/// Every file is a database or a part of one: a problem with it means that packages are missing.
fn impact_of(_: &MergedFile<'_>) -> Impact {
    Impact::Incomplete
}

/// Reads a database in the format that its first bytes show; rpm itself goes by the file's name.
fn read_database(bytes: &[u8], facts: &mut Facts) -> Result<(), Error> {
    let malformed =
        |reason: String| Error::Malformed { format: "RPM database", reason, line: None };
    let mut packages = Packages::new(facts);
    if sqlite::is_one(bytes) {
        let tree = sqlite::read(bytes, &mut packages).map_err(|e| malformed(e.to_string()))?;
        let pages = DatabasePages(Pages::Database(tree));
        facts.facts.push(Fact::RpmPages(Box::new(pages)));
    } else if ndb::is_one(bytes) {
        ndb::read(bytes, &mut packages).map_err(|error| malformed(error.to_string()))?;
    } else if bdb::is_one(bytes) {
        bdb::read(bytes, &mut packages).map_err(|error| malformed(error.to_string()))?;
    } else {
        return Err(malformed("neither SQLite nor ndb nor a Berkeley DB hash".to_owned()));
    }
    Ok(())
}

fn read_log(bytes: &[u8], facts: &mut Facts) {
    match Log::read(bytes, MAX_LOG_BYTES) {
        Ok((log, tail)) => {
            if tail == LogTail::Lost {
                facts.note(None, "the log ends in what was never committed or is damaged");
            }
            let pages = log.map(|log| Box::new(DatabasePages(Pages::Log(log))));
            facts.facts.extend(pages.map(Fact::RpmPages));
        }
        Err(error) if error.is_ignored() => facts.note(None, format!("{error}, not used")),
        Err(error) => facts.problem(None, error.to_string()),
    }
}

fn read_journal(bytes: &[u8], facts: &mut Facts) {
    if bytes.starts_with(JOURNAL_MAGIC) {
        let message = "a rollback journal, not played back: the database may hold half a change";
        facts.problem(None, message);
    }
}

#[cfg(test)]
mod tests {
    use sealift_layers::Limits;
    use sealift_model::{Diagnostic, Distribution, Package};

    use super::bytes::Order;
    use super::sqlite::testing::{LogWriter, database};
    use super::testing::{BdbWriter, HeaderWriter, headers};
    use super::*;
    use crate::MergedFile;

    const SQLITE: &str = "var/lib/rpm/rpmdb.sqlite";

    fn read(path: &str, bytes: &[u8]) -> (Result<(), Error>, Facts) {
        let limits = Limits::default();
        let mut file = File::from_bytes(TreePath::from(path), bytes.to_vec(), &limits);
        let mut facts = Facts::default();
        assert!(Database.wants(file.path(), &file.metadata(), &[]), "{path}");
        (Database.read(&mut file, &mut facts), facts)
    }

    fn scan(files: &[(&str, &[u8])]) -> (Vec<Package>, Vec<Diagnostic>) {
        let read = files.iter().map(|(path, bytes)| (*path, read(path, bytes).1));
        let read: Vec<_> = read.collect();
        let files = read.iter().map(|(path, facts)| MergedFile::new(*path, facts)).collect();
        let mut merged = MergedFacts::new("rpm-database", files);
        let distribution = Distribution::new("almalinux", Some("9.0"));
        merged.distribution = Some(&distribution);
        let mut catalog = Catalog::default();
        Database.assemble(&merged, &mut catalog);
        (catalog.packages().to_vec(), catalog.diagnostics().to_vec())
    }

    fn ids(packages: &[Package]) -> String {
        packages.iter().map(Package::id).collect::<Vec<_>>().join(" ")
    }

    fn nodejs() -> Vec<u8> {
        HeaderWriter::package("nodejs", "16.14.0", "4.el9")
            .numbers(1003, &[1])
            .text(1022, "x86_64")
            .text(1044, "nodejs-16.14.0-4.el9.src.rpm")
            .text(5096, "nodejs:16:9000:e1a9e7")
            .texts(1049, &["openssl-libs"])
            .bytes()
    }

    #[test]
    fn a_package_has_its_distribution_epoch_source_and_module() {
        let openssl = HeaderWriter::package("openssl-libs", "3", "1").bytes();
        let bytes = BdbWriter { order: Order::Big, page_size: 4096 }.write(&[nodejs(), openssl]);
        let (packages, diagnostics) = scan(&[("var/lib/rpm/Packages", &bytes)]);
        assert_eq!(diagnostics, []);
        let nodejs = &packages[0];
        let purl = "pkg:rpm/almalinux/nodejs@16.14.0-4.el9?arch=x86_64&distro=almalinux-9.0&epoch=1\
                    &rpmmod=nodejs:16:9000:e1a9e7&upstream=nodejs-16.14.0-4.el9.src.rpm";
        assert_eq!(nodejs.purl.to_string(), purl);
        assert_eq!(nodejs.version, "1:16.14.0-4.el9");
        assert_eq!(nodejs.module_label.as_deref(), Some("nodejs:16:9000:e1a9e7"));
        assert_eq!(nodejs.depends_on, ["openssl-libs@3-1"]);
        assert_eq!(nodejs.locations[0].path, "var/lib/rpm/Packages");
    }

    #[test]
    fn a_source_has_the_epoch_that_its_file_name_leaves_out() {
        let from = |name, version, epoch| {
            let header = HeaderWriter::package(name, version, "3.el9").numbers(1003, &[epoch]);
            header.text(1044, "lvm2-2.03-3.el9.src.rpm").bytes()
        };
        let all = [from("device-mapper", "1.02", 8), from("lvm2", "2.03", 9)];
        let bytes = BdbWriter { order: Order::Big, page_size: 4096 }.write(&all);
        let (packages, _) = scan(&[("var/lib/rpm/Packages", &bytes)]);
        let sources = packages.iter().map(|it| it.source.as_ref().unwrap().version.as_str());
        assert_eq!(sources.collect::<Vec<_>>(), ["9:2.03-3.el9", "9:2.03-3.el9"]);
    }

    #[test]
    fn a_log_is_part_of_the_database_beside_it() {
        let mut rows: Vec<_> = (1..).zip(headers(&[("a", 0), ("b", 3000), ("c", 0)])).collect();
        let before = database(&[&rows[..2]]);
        rows.remove(0);
        let after = database(&[&rows]);
        let log = LogWriter::new(Order::Little).change(&before, &after);
        let beside = "var/lib/rpm/rpmdb.sqlite-wal";
        assert_eq!(ids(&scan(&[(SQLITE, &before)]).0), "a@1-2 b@1-2");
        let (packages, diagnostics) = scan(&[(SQLITE, &before), (beside, &log.bytes)]);
        assert_eq!((ids(&packages).as_str(), diagnostics), ("b@1-2 c@1-2", vec![]));
        assert_eq!(packages[1].locations[0].path, beside);

        let other = "usr/share/rpm/rpmdb.sqlite-wal";
        let (packages, diagnostics) = scan(&[(SQLITE, &before), (other, &log.bytes)]);
        assert_eq!(ids(&packages), "a@1-2 b@1-2");
        let told =
            "usr/share/rpm/rpmdb.sqlite-wal: a write-ahead log without its database, not used";
        assert_eq!(
            (diagnostics[0].to_string().as_str(), diagnostics[0].impact),
            (told, Impact::Note)
        );
    }

    #[test]
    fn a_log_that_sqlite_would_not_use_is_noted() {
        let before = database(&[&[(1, nodejs())]]);
        let mut log = LogWriter::new(Order::Little).change(&before, &database(&[&[]])).bytes;
        log[24] ^= 1;
        let files: [(_, &[u8]); 2] = [(SQLITE, &before), ("var/lib/rpm/rpmdb.sqlite-wal", &log)];
        let (packages, diagnostics) = scan(&files);
        assert_eq!((packages.len(), diagnostics.len()), (1, 1));
        assert_eq!(diagnostics[0].impact, Impact::Note);
    }

    #[test]
    fn a_hot_journal_leaves_the_inventory_incomplete() {
        let (_, told) = scan(&[("var/lib/rpm/rpmdb.sqlite-journal", JOURNAL_MAGIC)]);
        assert_eq!((told.len(), told[0].impact), (1, Impact::Incomplete));
        let (_, told) = scan(&[("var/lib/rpm/rpmdb.sqlite-journal", &[0; 512])]);
        assert_eq!(told, []);
    }

    #[test]
    fn what_is_no_database_is_told() {
        let (outcome, _) = read("usr/lib/sysimage/rpm/Packages.db", b"rubbish");
        let told = "not a valid RPM database: neither SQLite nor ndb nor a Berkeley DB hash";
        assert_eq!(outcome.unwrap_err().to_string(), told);
    }

    #[test]
    fn databases_elsewhere_are_of_another_system() {
        let (outcome, facts) = read("srv/chroot/var/lib/rpm/Packages", b"rubbish");
        assert!(outcome.is_ok() && facts.facts.is_empty() && facts.problems.is_empty());
        assert_eq!(facts.notes.len(), 1);
    }
}
