#![no_main]

use libfuzzer_sys::fuzz_target;
use sealift_sigstore_verify::{Limits, Statement};

fuzz_target!(|bytes: &[u8]| {
    if let Ok(statement) = Statement::from_json(bytes, &Limits::default()) {
        let _ = statement.predicate();
    }
});
