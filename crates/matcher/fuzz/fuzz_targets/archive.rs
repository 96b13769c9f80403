//! Builds from any bytes as a zip of records.
#![no_main]

use std::fs;

use libfuzzer_sys::fuzz_target;
use sealift_matcher::{BuildOptions, Database, build_in_memory};
use sealift_model::Timestamp;

fuzz_target!(|bytes: &[u8]| {
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(folder.path().join("all.zip"), bytes).expect("a file");
    let built = Timestamp::from_unix_seconds(0).expect("a time");
    let mut options = BuildOptions::new(built);
    options.limits.max_inflated_bytes = 64 << 20;
    let Ok((bytes, _)) = build_in_memory(folder.path(), &options) else { return };
    Database::open(bytes).expect("a database").verify().expect("a whole database");
});
