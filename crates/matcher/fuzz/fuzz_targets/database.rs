//! Opens any bytes as a database, checks all of it and asks about a package. Checksums are not
//! compared here; a file of `sealift db build` in the corpus folder is where to start from.
#![no_main]

use libfuzzer_sys::fuzz_target;
use sealift_matcher::{Database, MatchOptions, match_inventory};
use sealift_model::{Ecosystem, Inventory, Package, Purl};

fuzz_target!(|bytes: &[u8]| {
    let Ok(database) = Database::open(bytes.to_vec()) else { return };
    let _ = database.verify();
    let purl = Purl::builder("npm", "a").build().expect("a purl");
    let mut inventory = Inventory::default();
    inventory.packages.push(Package::new(Ecosystem::Npm, "a", "1.0.0", purl));
    let _ = match_inventory(&database, &inventory, &MatchOptions::default());
});
