//! Reads a package URL and, when it is one, writes and reads it again.
#![no_main]

use libfuzzer_sys::fuzz_target;
use sealift_model::Purl;

fuzz_target!(|text: &str| {
    if let Ok(purl) = text.parse::<Purl>() {
        assert_eq!(purl.to_string().parse(), Ok(purl));
    }
    if let Ok(purl) = Purl::parse_lenient(text) {
        assert_eq!(Purl::parse_lenient(&purl.to_string()), Ok(purl));
    }
});
