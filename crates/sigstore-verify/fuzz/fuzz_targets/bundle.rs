#![no_main]

use libfuzzer_sys::fuzz_target;
use sealift_sigstore_verify::{Bundle, Limits};

fuzz_target!(|bytes: &[u8]| {
    let _ = Bundle::from_json(bytes, &Limits::default());
});
