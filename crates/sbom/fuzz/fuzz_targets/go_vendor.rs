#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| sealift_sbom_fuzz::read("vendor/modules.txt", bytes));
