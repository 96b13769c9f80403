//! Any bytes as facts that a cache kept; what they stand for is read back as it is written.
#![no_main]

use libfuzzer_sys::fuzz_target;
use sealift_layers::FactsCodec;
use sealift_sbom::{ALL, Reader, SkipNothing};

fuzz_target!(|bytes: &[u8]| {
    let reader = Reader::new(ALL, &SkipNothing);
    if let Some(facts) = reader.decode(bytes) {
        let written = reader.encode(&facts).expect("facts can be written");
        assert_eq!(reader.decode(&written), Some(facts));
    }
});
