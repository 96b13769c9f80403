//! Any bytes as a key: a parsed key is parsed the same again, and the providers agree under it.
#![no_main]

#[path = "../../tests/both/mod.rs"]
mod both;

use both::Both;
use libfuzzer_sys::fuzz_target;
use sealift_sigstore_verify::{Message, PublicKey, Scheme};

fuzz_target!(|bytes: &[u8]| {
    let keys =
        [PublicKey::from_der(bytes), PublicKey::from_pem(bytes), PublicKey::from_pkcs1(bytes)];
    for key in keys.into_iter().flatten() {
        assert_eq!(PublicKey::from_der(key.der()).as_ref(), Ok(&key));
        let candidates = Scheme::candidates(key.algorithm(), None).expect("schemes of the key");
        // 1 and 1 for a curve, as DER; anything that has the length for the others.
        for signature in [&[0x30, 6, 2, 1, 1, 2, 1, 1][..], &[1; 64], &[1; 256]] {
            let verdict = key.verify_any(&Both, candidates, Message::Bytes(b""), signature);
            assert!(verdict.is_err(), "{verdict:?}");
        }
    }
});
