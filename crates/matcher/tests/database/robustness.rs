//! Databases that are cut off, changed or foreign: a typed error or the right answer, nothing
//! else.

use crate::support::{Advisories, of_distribution, package, record};
use sealift_matcher::{Database, Error, MatchOptions, Matches, match_inventory};
use sealift_model::{Ecosystem, Inventory};

/// A database of several blocks, and an inventory that touches most of them.
fn small() -> (Vec<u8>, Inventory, Matches) {
    let long = format!(r#""details": "{}""#, "x".repeat(1_600));
    let mut records: Vec<_> = (0..12)
        .map(|number| {
            let more = format!(r#"{long}, "aliases": ["CVE-2020-{number}"]"#);
            record(
                &format!("X-{number}"),
                "npm",
                &format!("n{}", number % 5),
                "introduced=0",
                &more,
            )
        })
        .collect();
    records.push(record("DSA-1", "Debian:12", "curl", "introduced=0 fixed=8", ""));
    let records: Vec<_> = records.iter().map(String::as_str).collect();
    let advisories = Advisories::of(&records);
    advisories.file(
        "kev.json",
        br#"{"vulnerabilities": [{"cveID": "CVE-2020-3", "dateAdded": "2021-12-10"}]}"#,
    );
    let mut inventory = Inventory::default();
    inventory.packages =
        (0..4).map(|n| package(Ecosystem::Npm, &format!("n{n}"), "1.0.0")).collect();
    inventory.packages.push(of_distribution(Ecosystem::Deb, "debian-12", "curl", "7"));
    let matches = advisories.matches_of(&inventory, &MatchOptions::default());
    assert_eq!(matches.findings.len(), 11);
    (advisories.bytes(1).0, inventory, matches)
}

fn ask(bytes: Vec<u8>, inventory: &Inventory) -> Result<Matches, Error> {
    match_inventory(&Database::open(bytes)?, inventory, &MatchOptions::default())
}

fn verify(bytes: Vec<u8>) -> Result<(), Error> {
    Database::open(bytes)?.verify().map(drop)
}

#[test]
fn a_database_cut_off_anywhere_is_refused() {
    let (bytes, ..) = small();
    for length in 0..bytes.len() {
        let error = Database::open(bytes[..length].to_vec()).unwrap_err();
        assert!(
            matches!(error, Error::TooShort { .. } | Error::WrongLength { .. }),
            "{length}: {error}"
        );
    }
    let mut longer = bytes;
    longer.push(0);
    assert!(matches!(Database::open(longer).unwrap_err(), Error::WrongLength { .. }));
}

#[test]
fn a_changed_byte_never_changes_the_answer() {
    let (bytes, inventory, expected) = small();
    verify(bytes.clone()).unwrap();
    let mut refused = 0;
    for at in 0..bytes.len() {
        let mut changed = bytes.clone();
        changed[at] ^= 1 << (at % 8);
        match ask(changed.clone(), &inventory) {
            Ok(found) => assert!(found == expected, "byte {at}"),
            Err(_) => refused += 1,
        }
        let error = verify(changed).unwrap_err();
        assert!(
            !matches!(error, Error::Io { .. } | Error::MalformedValue { .. }),
            "byte {at}: {error}"
        );
    }
    // Blocks with the records of packages that are not looked up are not read.
    assert!(refused > bytes.len() / 2, "{refused} of {}", bytes.len());
}

#[test]
fn other_formats_are_named() {
    let (mut bytes, ..) = small();
    bytes[8] = 255;
    let error = Database::open(bytes.clone()).unwrap_err().to_string();
    assert!(error.contains("format 255") && error.contains("newer"), "{error}");
    bytes[8] = 0;
    let error = Database::open(bytes).unwrap_err().to_string();
    assert!(error.contains("format 0") && error.contains("too old"), "{error}");
    for foreign in [&b"SQLite format 3\0"[..], b"PK\x03\x04", b"{}", &[0; 4096]] {
        assert!(matches!(Database::open(foreign.to_vec()), Err(Error::NotADatabase)));
    }
    assert!(matches!(Database::open(Vec::new()), Err(Error::TooShort { bytes: 0 })));
}
