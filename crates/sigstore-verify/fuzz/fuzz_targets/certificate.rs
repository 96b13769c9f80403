//! Reads any bytes as certificates, and takes them for an authority.
#![no_main]

use libfuzzer_sys::fuzz_target;
use sealift_sigstore_verify::{Authority, Certificate, RustCrypto, Window};

fuzz_target!(|bytes: &[u8]| {
    let _ = Certificate::chain_from_pem(bytes);
    let Ok(certificate) = Certificate::from_der(bytes) else { return };
    assert_eq!(certificate.der(), bytes);
    let _ = certificate.identity();
    let window = Window::new(certificate.not_before(), None).expect("a window without end");
    let _ = Authority::new(vec![certificate], window, &RustCrypto);
});
