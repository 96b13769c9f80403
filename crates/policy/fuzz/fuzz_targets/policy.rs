#![no_main]

use libfuzzer_sys::fuzz_target;
use sealift_policy::{Limits, Policy};

fuzz_target!(|bytes: &[u8]| {
    let _ = Policy::read("x", bytes, &Limits::default());
});
