//! Builds from any bytes as a record, and matches packages against what comes of it: the
//! database must be whole, whatever the record says.
#![no_main]

use std::fs;

use libfuzzer_sys::fuzz_target;
use sealift_matcher::{BuildOptions, Database, MatchOptions, build_in_memory, match_inventory};
use sealift_model::{Ecosystem, Inventory, Package, Purl, Timestamp};

fuzz_target!(|bytes: &[u8]| {
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(folder.path().join("record.json"), bytes).expect("a file");
    let built = Timestamp::from_unix_seconds(0).expect("a time");
    let (bytes, _) = build_in_memory(folder.path(), &BuildOptions::new(built)).expect("a database");
    let database = Database::open(bytes).expect("a database");
    database.verify().expect("a whole database");
    let mut inventory = Inventory::default();
    for ecosystem in Ecosystem::all() {
        let purl = Purl::builder("generic", "a").qualifier("distro", "debian-12").build();
        inventory.packages.push(Package::new(ecosystem, "a", "1.0.0", purl.expect("a purl")));
    }
    match_inventory(&database, &inventory, &MatchOptions::default()).expect("an answer");
});
