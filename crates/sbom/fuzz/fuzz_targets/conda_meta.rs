#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| sealift_sbom_fuzz::read("conda-meta/a-1-0.json", bytes));
