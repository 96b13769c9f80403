//! Makes tokens: a good one, and by changing its parts the others.

use p256::ecdsa::signature::Signer as _;
use p256::ecdsa::{DerSignature, SigningKey};
use sha1::Sha1;
use sha2::{Digest as _, Sha256};

use super::authority::stamping_certificate;
use crate::certificate::made::{key, name};
use crate::der::made::{algorithm, context, integer, octets, oid, sequence, set, tlv};

pub(super) const MESSAGE: &[u8] = b"the bytes of a signature";
pub(super) const ECDSA_SHA256: &str = "1.2.840.10045.4.3.2";
pub(super) const SHA256: &str = "2.16.840.1.101.3.4.2.1";
pub(super) const TST_INFO: &str = "1.2.840.113549.1.9.16.1.4";

/// The parts of a response, each the DER of an element.
pub(super) struct Parts {
    pub(super) status: Vec<u8>,
    pub(super) signed_data_version: u8,
    pub(super) digest_algorithms: Vec<u8>,
    pub(super) content_type: Vec<u8>,
    pub(super) info: Vec<Vec<u8>>,
    pub(super) certificates: Vec<u8>,
    pub(super) signer_version: u8,
    pub(super) signer: Vec<u8>,
    pub(super) digest_algorithm: Vec<u8>,
    /// In place of the usual ones.
    pub(super) attributes: Option<Vec<Vec<u8>>>,
    pub(super) signing_certificate: Vec<u8>,
    pub(super) signature_algorithm: Vec<u8>,
    pub(super) key: SigningKey,
    pub(super) further_signers: Vec<u8>,
}

impl Parts {
    /// A good token of the key with this seed, at noon of 2025-06-01, without certificates.
    pub(super) fn new(seed: u8) -> Self {
        Self {
            status: sequence(&[&integer(0)]),
            signed_data_version: 3,
            digest_algorithms: set(&[&algorithm(SHA256)]),
            content_type: oid(TST_INFO),
            info: vec![
                integer(1),
                oid("1.3.6.1.4.1.57264.2"),
                sequence(&[&algorithm(SHA256), &octets(&Sha256::digest(MESSAGE))]),
                integer(42),
                tlv(0x18, b"20250601120000Z"),
            ],
            certificates: Vec::new(),
            signer_version: 1,
            signer: sequence(&[&name("root"), &integer(seed)]),
            digest_algorithm: algorithm(SHA256),
            attributes: None,
            signing_certificate: signing_certificate_v2(&stamping_certificate(seed)),
            signature_algorithm: algorithm(ECDSA_SHA256),
            key: key(seed),
            further_signers: Vec::new(),
        }
    }

    /// The same with a change.
    pub(super) fn with(mut self, change: impl FnOnce(&mut Self)) -> Self {
        change(&mut self);
        self
    }

    pub(super) fn response(&self) -> Vec<u8> {
        sequence(&[&self.status, &self.token()])
    }

    pub(super) fn token(&self) -> Vec<u8> {
        let info: Vec<&[u8]> = self.info.iter().map(Vec::as_slice).collect();
        let info = sequence(&info);
        let attributes = self.attributes.clone().unwrap_or_else(|| self.usual_attributes(&info));
        let attributes: Vec<&[u8]> = attributes.iter().map(Vec::as_slice).collect();
        let signature: DerSignature = self.key.sign(&set(&attributes));
        let signed_attributes =
            if attributes.is_empty() { Vec::new() } else { context(0, &attributes) };
        let signer_info = sequence(&[
            &integer(self.signer_version),
            &self.signer,
            &self.digest_algorithm,
            &signed_attributes,
            &self.signature_algorithm,
            &octets(signature.as_bytes()),
        ]);
        let signed_data = sequence(&[
            &integer(self.signed_data_version),
            &self.digest_algorithms,
            &sequence(&[&self.content_type, &context(0, &[&octets(&info)])]),
            &self.certificates,
            &set(&[&signer_info, &self.further_signers]),
        ]);
        sequence(&[&oid("1.2.840.113549.1.7.2"), &context(0, &[&signed_data])])
    }

    pub(super) fn usual_attributes(&self, info: &[u8]) -> Vec<Vec<u8>> {
        let mut attributes = vec![
            attribute("1.2.840.113549.1.9.3", &oid(TST_INFO)),
            attribute("1.2.840.113549.1.9.4", &octets(&Sha256::digest(info))),
            self.signing_certificate.clone(),
        ];
        attributes.retain(|attribute| !attribute.is_empty());
        attributes.sort();
        attributes
    }
}

pub(super) fn attribute(id: &str, value: &[u8]) -> Vec<u8> {
    sequence(&[&oid(id), &set(&[value])])
}

pub(super) fn signing_certificate_v2(certificate: &[u8]) -> Vec<u8> {
    let id = sequence(&[&octets(&Sha256::digest(certificate))]);
    attribute("1.2.840.113549.1.9.16.2.47", &sequence(&[&sequence(&[&id])]))
}

pub(super) fn signing_certificate_v1(certificate: &[u8]) -> Vec<u8> {
    let id = sequence(&[&octets(&Sha1::digest(certificate))]);
    attribute("1.2.840.113549.1.9.16.2.12", &sequence(&[&sequence(&[&id])]))
}

/// Of the second version, with issuer and serial number.
pub(super) fn full_signing_certificate(certificate: &[u8], serial: u8) -> Vec<u8> {
    let issuer = sequence(&[&sequence(&[&context(4, &[&name("root")])]), &integer(serial)]);
    let hash = octets(&Sha256::digest(certificate));
    let id = sequence(&[&algorithm(SHA256), &hash, &issuer]);
    attribute("1.2.840.113549.1.9.16.2.47", &sequence(&[&sequence(&[&id])]))
}
