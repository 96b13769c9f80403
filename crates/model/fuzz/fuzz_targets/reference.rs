//! Reads the name of an image and, when it is one, writes and reads it again.
#![no_main]

use libfuzzer_sys::fuzz_target;
use sealift_model::Reference;

fuzz_target!(|text: &str| {
    if let Ok(name) = text.parse::<Reference>() {
        assert_eq!(name.to_string().parse(), Ok(name));
    }
});
