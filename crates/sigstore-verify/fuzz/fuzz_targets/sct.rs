//! Reads any bytes as the signed certificate timestamps in a certificate, by a log that is trusted.
#![no_main]

mod made;

use libfuzzer_sys::fuzz_target;
use sealift_sigstore_verify::{
    Certificate, HashAlgorithm, RustCrypto, Scheme, TransparencyLog, Window,
};

/// 1.3.6.1.4.1.11129.2.4.2.
const LIST: &[u8] = &[0x2b, 0x06, 0x01, 0x04, 0x01, 0xd6, 0x79, 0x02, 0x04, 0x02];

fuzz_target!(|bytes: &[u8]| {
    let read =
        |value: &[u8]| Certificate::from_der(&made::certificate(&made::extension(LIST, value)));
    let plain = read(&[]).expect("a certificate");
    let window = Window::new(plain.not_before(), None).expect("a window without end");
    let key = plain.public_key().clone();
    let scheme = Scheme::Ecdsa(HashAlgorithm::Sha256);
    let logs = [TransparencyLog::new(String::new(), key.clone(), scheme, window)];
    let check = |value: &[u8]| {
        let Ok(certificate) = read(value) else { return };
        assert!(certificate.verify_timestamps(&plain, &logs, &RustCrypto).is_err());
    };
    check(bytes);
    // A list of one timestamp of that log, so that its signature is reached.
    let (time, rest) = bytes.split_at(bytes.len().min(6));
    let timestamp = [&[0][..], key.id(), &[0, 0], time, rest].concat();
    let vector = |content: &[u8]| {
        let length = u16::try_from(content.len()).unwrap_or(u16::MAX);
        [&length.to_be_bytes()[..], content].concat()
    };
    check(&made::tlv(0x04, &vector(&vector(&timestamp))));
});
