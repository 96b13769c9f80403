//! Reads any bytes as a signed timestamp; none of them can be by a trusted authority.
#![no_main]

use libfuzzer_sys::fuzz_target;
use sealift_sigstore_verify::{RustCrypto, TimestampToken};

fuzz_target!(|bytes: &[u8]| {
    let Ok(token) = TimestampToken::from_der(bytes) else { return };
    let _ = token.claimed_time().to_string();
    assert!(token.verify(b"message", &[], &RustCrypto).is_err());
});
