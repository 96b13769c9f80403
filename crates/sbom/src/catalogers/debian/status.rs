//! `var/lib/dpkg/status` and the records below `status.d`.

use std::io::Read;

use sealift_layers::File;
use sealift_model::SourcePackage;

use super::control::{Stanza, read_stanzas};
use super::relations::add_relations;
use crate::Facts;
use crate::os_package::{MAX_DATABASE_BYTES, OsPackage, Records, check_size};

const FIELDS: &[&str] = &[
    "Package",
    "Status",
    "Version",
    "Architecture",
    "Source",
    "Maintainer",
    "Pre-Depends",
    "Depends",
    "Provides",
];

/// The program that wrote the records.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Origin {
    /// `dpkg` itself, which ends every record with an empty line.
    Database,
    /// The builder of an image, one record a file.
    Folder,
}

/// Reads the packages that are on the disk.
pub(super) fn read(file: &mut File<'_>, origin: Origin, facts: &mut Facts) {
    read_records(file.stream().take(MAX_DATABASE_BYTES), origin, facts);
    check_size(file.metadata().size, facts);
}

fn read_records(input: impl Read, origin: Origin, facts: &mut Facts) {
    let mut records = Records::default();
    read_stanzas(input, FIELDS, facts, |stanza, facts| {
        let (first, last) = stanza.lines;
        if origin == Origin::Database && stanza.is_cut {
            facts.problem(Some(last), "the file ends within this line: what followed is lost");
        }
        match package_of(&stanza, facts) {
            Ok(Some(package)) => records.add(package, facts),
            Ok(None) => {}
            Err(message) => facts.problem(Some(first), message),
        }
    });
}

/// The package of a record; none when it is not on the disk.
fn package_of(stanza: &Stanza, facts: &mut Facts) -> Result<Option<OsPackage>, String> {
    let field = |name| stanza.get(name).unwrap_or_default().to_owned();
    if !is_on_disk(stanza, facts) {
        return Ok(None);
    }
    let (name, version) = (field("Package"), field("Version"));
    let mut package = match OsPackage::new(name, version) {
        Ok(package) => package,
        Err(message) => match stanza.get("Package") {
            Some(name) if name.len() < 256 => return Err(format!("{name}: {message}")),
            _ => return Err(message),
        },
    };
    let source = stanza.get("Source").unwrap_or(&package.name);
    package.source = Some(source_package(source, &package.version));
    package.architecture = stanza.get("Architecture").map(str::to_owned);
    package.maintainer = stanza.get("Maintainer").map(str::to_owned);
    for relations in ["Pre-Depends", "Depends"] {
        add_relations(stanza.get(relations).unwrap_or_default(), &mut package.requires);
    }
    add_relations(stanza.get("Provides").unwrap_or_default(), &mut package.provides);
    package.lines = Some(stanza.lines);
    Ok(Some(package))
}

/// Whether files of the package are there, by the third word of `Status: WANT FLAG STATE`. A
/// record without `Status` comes from an image builder and is of an installed package.
fn is_on_disk(stanza: &Stanza, facts: &mut Facts) -> bool {
    let Some(status) = stanza.get("Status") else { return true };
    match status.split_ascii_whitespace().nth(2) {
        Some("not-installed" | "config-files") => false,
        Some(
            "installed" | "unpacked" | "half-installed" | "half-configured" | "triggers-awaited"
            | "triggers-pending",
        ) => true,
        _ => {
            let shown: String = status.chars().take(60).collect();
            let message = format!("status {shown:?} is not known, taken for installed");
            facts.note(Some(stanza.lines.0), message);
            true
        }
    }
}

/// `glibc` or `glibc (2.36-9)`; without a version it is the binary's.
fn source_package(source: &str, version: &str) -> SourcePackage {
    let stated = source.split_once('(').map(|(name, rest)| {
        let version = rest.trim_ascii_end().strip_suffix(')').unwrap_or(rest);
        SourcePackage::new(name.trim_ascii_end(), version.trim_ascii())
    });
    stated
        .filter(|source| !source.version.is_empty())
        .unwrap_or_else(|| SourcePackage::new(source, version))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::Fact;

    fn read_text(text: &str, origin: Origin) -> (Vec<OsPackage>, Facts) {
        let mut facts = Facts::default();
        read_records(text.as_bytes(), origin, &mut facts);
        let packages = facts.facts.iter().filter_map(|fact| match fact {
            Fact::OsPackage(package) => Some((**package).clone()),
            _ => None,
        });
        (packages.collect(), facts)
    }

    fn record(name: &str, status: &str) -> String {
        format!("Package: {name}\nStatus: {status}\nVersion: 1:2-3\n\n")
    }

    #[test]
    fn takes_what_a_record_says() {
        let text = "Package: libc6\nStatus: install ok installed\nArchitecture: amd64\nSource: glibc (2.36-9)\n\
                    Version: 2.36-9+b1\nMaintainer: GNU <g@example.org>\nPre-Depends: a\nDepends: b | c\n\
                    Provides: libc-api (= 1)\n\n";
        let (packages, facts) = read_text(text, Origin::Database);
        let [package] = packages.as_slice() else { panic!("{packages:?}") };
        assert_eq!((package.name.as_str(), package.version.as_str()), ("libc6", "2.36-9+b1"));
        assert_eq!(package.source, Some(SourcePackage::new("glibc", "2.36-9")));
        assert_eq!(package.architecture.as_deref(), Some("amd64"));
        assert_eq!(package.maintainer.as_deref(), Some("GNU <g@example.org>"));
        assert_eq!(package.requires.iter().count(), 2);
        assert_eq!(package.provides.names().collect::<Vec<_>>(), ["libc-api"]);
        assert_eq!(package.lines, Some((1, 9)));
        assert!(facts.problems.is_empty() && facts.notes.is_empty());
    }

    #[test]
    fn takes_what_is_on_the_disk() {
        for (status, is_taken) in [
            ("install ok installed", true),
            ("hold ok installed", true),
            ("deinstall ok installed", true),
            ("install ok unpacked", true),
            ("install reinstreq half-installed", true),
            ("install ok half-configured", true),
            ("install ok triggers-awaited", true),
            ("install ok triggers-pending", true),
            ("deinstall ok config-files", false),
            ("purge ok not-installed", false),
        ] {
            let (packages, facts) = read_text(&record("a", status), Origin::Database);
            assert_eq!(packages.len(), usize::from(is_taken), "{status}");
            assert!(facts.notes.is_empty());
        }
        let (packages, facts) = read_text(&record("a", "install ok"), Origin::Database);
        assert_eq!((packages.len(), facts.notes.len()), (1, 1));
    }

    #[test]
    fn a_source_without_version_has_the_binary_s() {
        for (source, name, version) in [
            ("glibc", "glibc", "1"),
            ("glibc (2:3~x)", "glibc", "2:3~x"),
            ("glibc(2)", "glibc", "2"),
            ("glibc ()", "glibc ()", "1"),
        ] {
            assert_eq!(source_package(source, "1"), SourcePackage::new(name, version));
        }
        let (packages, _) = read_text(&record("a", "install ok installed"), Origin::Database);
        assert_eq!(packages[0].source, Some(SourcePackage::new("a", "1:2-3")));
    }

    #[test]
    fn a_cut_database_names_the_line_and_keeps_what_was_before() {
        let whole = record("a", "install ok installed") + &record("b", "install ok installed");
        let cut = whole.strip_suffix("ed\nVersion: 1:2-3\n\n").unwrap();
        let (packages, facts) = read_text(cut, Origin::Database);
        assert_eq!((packages.len(), facts.problems[0].line), (1, Some(6)));
        assert_eq!(facts.problems[1].message, "b: a package without version");
        let (packages, facts) = read_text("Package: a\nVersion: 1", Origin::Folder);
        assert_eq!((packages.len(), facts.problems.len()), (1, 0));
    }

    #[test]
    fn a_package_listed_twice_is_noted() {
        let text = record("a", "install ok installed").repeat(2);
        let (packages, facts) = read_text(&text, Origin::Database);
        assert_eq!(packages.len(), 1);
        assert_eq!(facts.notes[0].message, "another record of a 1:2-3, as on line 1");
        assert_eq!(facts.notes[0].line, Some(5));
        let (packages, _) =
            read_text(&(text.clone() + &text.replace("1:2-3", "1:3-1")), Origin::Database);
        assert_eq!(packages.len(), 2);
    }

    proptest! {
        #[test]
        fn facts_hold_together(text in "(Package: |Version: |Status: |Source: |[a-z()| ]{0,5}|\n){0,60}") {
            crate::check::holds(&crate::catalogers::debian::Status, "var/lib/dpkg/status", text)?;
        }
    }
}
