//! Timestamps that hold, and those that do not: each differs in one thing.

use p256::ecdsa::signature::Signer as _;
use p256::ecdsa::{DerSignature, SigningKey};

use super::SctError as E;
use crate::certificate::made::{self, Recipe, extension, key};
use crate::crypto::{HashAlgorithm, PublicKey, RustCrypto, Scheme, SignatureError};
use crate::der::made::tlv;
use crate::trust::{TransparencyLog, Window};

/// 1.3.6.1.4.1.11129.2.4.2.
const LIST: &[u8] = &[0x2b, 0x06, 0x01, 0x04, 0x01, 0xd6, 0x79, 0x02, 0x04, 0x02];

/// The middle of 2025, in milliseconds since 1970.
const TIME: u64 = 1_751_371_200_000;

fn log(seed: u8, start: &str, end: &str) -> TransparencyLog {
    let window = Window::new(start.parse().unwrap(), Some(end.parse().unwrap())).unwrap();
    let key = PublicKey::from_der(&made::public_key(seed)).unwrap();
    TransparencyLog::new(String::new(), key, Scheme::Ecdsa(HashAlgorithm::Sha256), window)
}

fn trusted(seed: u8) -> TransparencyLog {
    log(seed, "2025-01-01T00:00:00Z", "2025-12-31T00:00:00Z")
}

/// How a timestamp is made.
#[derive(Clone)]
struct Stamp {
    version: u8,
    log: u8,
    time: u64,
    extensions: &'static [u8],
    algorithm: [u8; 2],
    issuer: u8,
}

/// By the log with key 7, of a certificate by key 2.
const GOOD: Stamp =
    Stamp { version: 0, log: 7, time: TIME, extensions: b"", algorithm: [4, 3], issuer: 2 };

fn vector(content: &[u8]) -> Vec<u8> {
    [&u16::try_from(content.len()).unwrap().to_be_bytes()[..], content].concat()
}

impl Stamp {
    /// RFC 6962 3.2, written down once more.
    fn of(&self, tbs: &[u8]) -> Vec<u8> {
        let id = |seed| *PublicKey::from_der(&made::public_key(seed)).unwrap().id();
        let length = u32::try_from(tbs.len()).unwrap().to_be_bytes();
        let signed = [
            &[0, 0],
            &self.time.to_be_bytes()[..],
            &[0, 1],
            &id(self.issuer),
            &length[1..],
            tbs,
            &vector(self.extensions),
        ]
        .concat();
        let signer: SigningKey = key(self.log);
        let signature: DerSignature = signer.sign(&signed);
        [
            &[self.version][..],
            &id(self.log),
            &self.time.to_be_bytes(),
            &vector(self.extensions),
            &self.algorithm,
            &vector(signature.as_bytes()),
        ]
        .concat()
    }
}

/// Puts the timestamps of `logged` into `leaf`, among its extensions.
fn stamped(leaf: &Recipe, logged: &Recipe, stamps: &[Stamp]) -> Recipe {
    let tbs = logged.tbs();
    let list: Vec<u8> = stamps.iter().flat_map(|stamp| vector(&stamp.of(&tbs))).collect();
    let mut leaf = leaf.clone();
    leaf.extensions.insert(1, extension(LIST, false, &tlv(0x04, &vector(&list))));
    leaf
}

fn count(leaf: &Recipe, logs: &[TransparencyLog]) -> Result<usize, E> {
    let issuer = Recipe::intermediate().certificate();
    let scts = leaf.certificate().verify_timestamps(&issuer, logs, &RustCrypto)?;
    Ok(scts.len())
}

fn with(stamps: &[Stamp]) -> Recipe {
    stamped(&Recipe::leaf(), &Recipe::leaf(), stamps)
}

#[test]
fn a_timestamp_holds() {
    let issuer = Recipe::intermediate().certificate();
    let logs = [trusted(7)];
    let scts = with(&[GOOD]).certificate().verify_timestamps(&issuer, &logs, &RustCrypto).unwrap();
    assert_eq!(scts[0].log(), &logs[0]);
    assert_eq!(scts[0].time().to_string(), "2025-07-01T12:00:00Z");
    let extended = Stamp { extensions: b"later", ..GOOD };
    assert_eq!(count(&with(&[extended]), &logs), Ok(1));
}

#[test]
fn lengths_of_every_size_are_made_anew() {
    // Around the sizes from which on a length takes another byte, for each of the three lengths.
    for size in (0..=200).chain(60_000..60_001) {
        let filler = extension(&[0x2a, 0x03], false, &vec![7; size]);
        let leaf = Recipe::leaf().and(filler);
        assert_eq!(count(&stamped(&leaf, &leaf, &[GOOD]), &[trusted(7)]), Ok(1), "{size}");
    }
    let small = Recipe { extensions: vec![made::digital_signature()], ..Recipe::leaf() };
    assert_eq!(count(&stamped(&small, &small, &[GOOD]), &[trusted(7)]), Ok(1));
}

#[test]
fn a_timestamp_of_something_else() {
    let mismatch = || Err(E::Signature(SignatureError::Mismatch));
    let logs = [trusted(7)];
    let other = Recipe { serial: vec![0x02, 0x01, 0x02], ..Recipe::leaf() };
    assert_eq!(count(&stamped(&Recipe::leaf(), &other, &[GOOD]), &logs), mismatch());
    let mut order = Recipe::leaf();
    order.extensions.reverse();
    assert_eq!(count(&stamped(&Recipe::leaf(), &order, &[GOOD]), &logs), mismatch());
    assert_eq!(count(&with(&[Stamp { issuer: 1, ..GOOD }]), &logs), mismatch());
    let precertificate = Recipe::leaf().and(extension(LIST, false, &[]));
    assert_eq!(count(&stamped(&Recipe::leaf(), &precertificate, &[GOOD]), &logs), mismatch());
}

#[test]
fn one_log_counts_once() {
    let later = Stamp { time: TIME + 1, ..GOOD };
    let other = Stamp { log: 8, ..GOOD };
    let logs = [trusted(7), trusted(7).with_id(vec![1]), trusted(8)];
    assert_eq!(count(&with(&[GOOD, GOOD, later]), &logs), Ok(1));
    assert_eq!(count(&with(&[GOOD, other.clone()]), &logs), Ok(2));
    assert_eq!(count(&with(&[GOOD, other.clone()]), &logs[..1]), Ok(1), "one is not trusted");
    let wrong = Stamp { issuer: 1, ..GOOD };
    assert_eq!(count(&with(&[wrong, GOOD, other]), &logs), Ok(2), "a wrong one harms no other");
}

#[test]
fn what_does_not_count() {
    let logs = [trusted(7)];
    assert_eq!(count(&Recipe::leaf(), &logs), Err(E::None));
    assert_eq!(count(&with(&[]), &logs), Err(E::None));
    assert_eq!(count(&with(&[GOOD]), &[]), Err(E::UnknownLog));
    assert_eq!(count(&with(&[GOOD]), &[trusted(8)]), Err(E::UnknownLog));
    assert_eq!(
        count(&with(&[GOOD]), &[trusted(8).with_id(trusted(7).id().to_vec())]),
        Err(E::UnknownLog)
    );
    assert_eq!(
        count(&with(&[Stamp { version: 1, ..GOOD }]), &logs),
        Err(E::Version { version: 1 })
    );
    let algorithm = |algorithm| count(&with(&[Stamp { algorithm, ..GOOD }]), &logs);
    assert_eq!(algorithm([2, 3]), Err(E::UnsupportedAlgorithm { hash: 2, signature: 3 }));
    assert_eq!(algorithm([5, 3]), Err(E::Signature(SignatureError::Mismatch)));
    assert!(matches!(
        algorithm([4, 1]),
        Err(E::Signature(SignatureError::SchemeDoesNotFitKey { .. }))
    ));
    assert!(matches!(
        algorithm([8, 7]),
        Err(E::Signature(SignatureError::SchemeDoesNotFitKey { .. }))
    ));
    assert_eq!(count(&with(&[Stamp { time: u64::MAX, ..GOOD }]), &logs), Err(E::Malformed));
}

#[test]
fn the_window_of_a_log_is_inclusive() {
    let leaf = with(&[Stamp { time: TIME + 500, ..GOOD }]);
    let time = "2025-07-01T12:00:00.5Z".parse().unwrap();
    for (start, end, inside) in [
        ("2025-07-01T12:00:00.5Z", "2025-12-31T00:00:00Z", true),
        ("2025-07-01T12:00:00.501Z", "2025-12-31T00:00:00Z", false),
        ("2025-01-01T00:00:00Z", "2025-07-01T12:00:00.5Z", true),
        ("2025-01-01T00:00:00Z", "2025-07-01T12:00:00Z", false),
    ] {
        let log = log(7, start, end);
        let window = log.window();
        let expected = if inside { Ok(1) } else { Err(E::OutsideWindow { time, window }) };
        assert_eq!(count(&leaf, std::slice::from_ref(&log)), expected, "{start} {end}");
        assert_eq!(count(&leaf, &[log, trusted(7)]), Ok(1), "another window of the same log");
    }
}
