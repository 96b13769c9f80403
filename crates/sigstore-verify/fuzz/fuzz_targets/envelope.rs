#![no_main]

use libfuzzer_sys::fuzz_target;
use sealift_sigstore_verify::{Envelope, Limits};

fuzz_target!(|bytes: &[u8]| {
    if let Ok(envelope) = Envelope::from_json(bytes, &Limits::default()) {
        let _ = envelope.pae();
    }
});
