//! Reads any bytes as a trusted root.
#![no_main]

use libfuzzer_sys::fuzz_target;
use sealift_sigstore_verify::{Limits, RustCrypto, TrustedRoot};

fuzz_target!(|bytes: &[u8]| {
    let Ok(root) = TrustedRoot::from_json(bytes, &RustCrypto, &Limits::default()) else { return };
    let ends = root.ends();
    assert!(ends.len() <= root.parts().count());
    assert!(root.newest_start().is_none() == (root.parts().count() == 0));
    for log in root.logs().iter().chain(root.ct_logs()) {
        assert!(log.scheme().fits(log.key().algorithm()));
        assert!(log.base_url().contains(log.origin()));
    }
});
