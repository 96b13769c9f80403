#![no_main]

use libfuzzer_sys::fuzz_target;
use sealift_policy::{IgnoreFile, IgnoreFormat, Limits};

fuzz_target!(|bytes: &[u8]| {
    let _ = IgnoreFile::read("x", IgnoreFormat::OsvScanner, bytes, &Limits::default());
});
