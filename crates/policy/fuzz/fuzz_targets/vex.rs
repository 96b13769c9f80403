#![no_main]

use libfuzzer_sys::fuzz_target;
use sealift_policy::{Limits, VexDocument};

fuzz_target!(|bytes: &[u8]| {
    let _ = VexDocument::read("x", bytes, &Limits::default());
});
