//! Puts any values into the extensions that are understood.
#![no_main]

mod made;

use libfuzzer_sys::fuzz_target;
use sealift_sigstore_verify::Certificate;

/// 1.3.6.1.4.1.57264.1.
const FULCIO: &[u8] = &[0x2b, 0x06, 0x01, 0x04, 0x01, 0x83, 0xbf, 0x30, 0x01];

fuzz_target!(|values: Vec<(u8, Vec<u8>)>| {
    let mut extensions = Vec::new();
    for (number, value) in &values {
        let oid = match number {
            // 2.5.29: those of RFC 5280.
            14..=37 => vec![0x55, 0x1d, *number],
            number => [FULCIO, &[number % 128]].concat(),
        };
        extensions.extend(made::extension(&oid, value));
    }
    let der = made::certificate(&extensions);
    let Ok(certificate) = Certificate::from_der(&der) else { return };
    assert_eq!(certificate.der(), der);
    if let Ok(identity) = certificate.identity() {
        let name = identity.subject.as_str();
        assert!(!name.is_empty() && !name.contains(['\0', '*']));
    }
});
