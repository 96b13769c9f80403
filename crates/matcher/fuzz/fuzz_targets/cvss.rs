//! Scores any text as a CVSS vector.
#![no_main]

use libfuzzer_sys::fuzz_target;
use sealift_matcher::cvss::CvssVector;

fuzz_target!(|text: &str| {
    if let Ok(vector) = CvssVector::parse(text) {
        assert!(vector.score().tenths() <= 100);
    }
});
