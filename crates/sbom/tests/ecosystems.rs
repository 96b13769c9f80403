//! Every ecosystem has a cataloger, or it is written here why not.

use std::collections::BTreeSet;

use sealift_model::Ecosystem;
use sealift_sbom::ALL;

/// The catalogers of an ecosystem by name, or the reason that there is none.
type Row = (Ecosystem, Result<&'static [&'static str], &'static str>);

const TABLE: &[Row] = &[
    (Ecosystem::Apk, Ok(&["apk-installed"])),
    (
        Ecosystem::Bitnami,
        Err("matched from SBOMs alone; its images carry SPDX files, not yet read"),
    ),
    (Ecosystem::Cargo, Ok(&["rust-program"])),
    (Ecosystem::Composer, Err("matched from SBOMs alone; composer.lock is not yet read")),
    (Ecosystem::Deb, Ok(&["dpkg-status"])),
    (Ecosystem::Gem, Err("matched from SBOMs alone; Gemfile.lock and gemspecs are not yet read")),
    (Ecosystem::Golang, Ok(&["go-program"])),
    (Ecosystem::Hex, Err("matched from SBOMs alone; mix.lock is not yet read")),
    (Ecosystem::Maven, Ok(&["java-archive"])),
    (Ecosystem::Npm, Ok(&["npm-installed", "npm-lock"])),
    (Ecosystem::Nuget, Err("matched from SBOMs alone; deps.json and lockfiles are not yet read")),
    (Ecosystem::Pypi, Ok(&["python-installed", "python-poetry", "python-requirements"])),
    (Ecosystem::Rpm, Err("matched from SBOMs alone; RPM databases are not yet read")),
];

#[test]
fn every_ecosystem_has_a_cataloger_or_a_reason() {
    for ecosystem in Ecosystem::all() {
        let rows = TABLE.iter().filter(|(known, _)| *known == ecosystem).count();
        assert_eq!(rows, 1, "{ecosystem} has {rows} rows in this test");
    }
    let there: BTreeSet<&str> = ALL.iter().map(|cataloger| cataloger.name()).collect();
    for (ecosystem, catalogers) in TABLE {
        let lacking = catalogers.iter().copied().flatten().find(|name| !there.contains(*name));
        assert_eq!(lacking, None, "{ecosystem}");
    }
}

#[test]
fn the_table_is_ordered_by_name() {
    let names: Vec<&str> = ALL.iter().map(|cataloger| cataloger.name()).collect();
    assert!(names.windows(2).all(|pair| pair[0] < pair[1]), "{names:?}");
}
