//! A timestamp authority of the tests' own: a root, and certificates for stamping by it.

use crate::certificate::made::{self, Recipe, digital_signature, name, purposes, subject_key};
use crate::certificate::{Authority, Certificate};
use crate::crypto::RustCrypto;
use crate::der::made::integer;

pub(super) fn root_certificate() -> Vec<u8> {
    Recipe::root().der()
}

/// The certificate of the key with this seed, for stamping; the serial number is the seed.
pub(super) fn stamping_certificate(seed: u8) -> Vec<u8> {
    certificate(seed, made::TIME_STAMPING)
}

/// A certificate as [`stamping_certificate`], but for signing code.
pub(super) fn code_signing_certificate(seed: u8) -> Vec<u8> {
    certificate(seed, made::CODE_SIGNING)
}

fn certificate(seed: u8, purpose: &[u8]) -> Vec<u8> {
    let extensions = vec![digital_signature(), purposes(true, &[purpose]), subject_key(b"key")];
    Recipe {
        serial: integer(seed),
        subject: name("stamping"),
        key: seed,
        extensions,
        ..Recipe::root()
    }
    .der()
}

/// An authority of these certificates, trusted in 2025.
pub(super) fn authority(chain: &[Vec<u8>]) -> Authority {
    let chain = chain.iter().map(|der| Certificate::from_der(der).unwrap()).collect();
    Authority::new(chain, made::window(), &RustCrypto).unwrap()
}
