//! A timestamp authority (RFC 3161), which answers with CMS (RFC 5652).

use sha2::{Digest as _, Sha256};

use super::authority::{Authority, AuthorityRecipe};
use super::certificate::{DIGITAL_SIGNATURE, Extension, TIME_STAMPING, Tbs, name};
use super::der;
use super::key::{HashKind, KeyKind, SecretKey};

const TST_INFO: &str = "1.2.840.113549.1.9.16.1.4";
const SIGNED_DATA: &str = "1.2.840.113549.1.7.2";
const CONTENT_TYPE: &str = "1.2.840.113549.1.9.3";
const MESSAGE_DIGEST: &str = "1.2.840.113549.1.9.4";
const SIGNING_CERTIFICATE_V2: &str = "1.2.840.113549.1.9.16.2.47";

/// An authority that signs times.
#[derive(Clone, Debug)]
pub struct TimestampAuthority {
    authority: Authority,
    key: SecretKey,
    certificate: Vec<u8>,
    tbs: Tbs,
}

/// What is unusual about a timestamp authority.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct TimestampAuthorityRecipe {
    /// The two levels above the signer.
    pub authority: AuthorityRecipe,
    /// The kind of the signer's key.
    pub key: KeyKind,
    /// Uses of the signer's key.
    pub uses: Extension,
    /// Validity of the signer's certificate in Unix seconds, inclusive.
    pub validity: (i64, i64),
}

impl TimestampAuthorityRecipe {
    /// As public authorities are.
    #[must_use]
    pub fn usual(validity: (i64, i64)) -> Self {
        Self {
            authority: AuthorityRecipe::usual(TIME_STAMPING, validity),
            key: KeyKind::P256,
            uses: Extension::extended_key_usage(true, &[TIME_STAMPING]),
            validity,
        }
    }
}

/// How a timestamp is made.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct TimestampRecipe {
    /// Seconds after the signing.
    pub offset: i64,
    /// Accuracy in seconds, if the authority states it.
    pub accuracy: Option<u64>,
    /// Whether the token carries the signer's certificate.
    pub embedded: bool,
    /// Whether an unknown authority signs it.
    pub unknown: bool,
    /// Whether another key than the certificate's signs it.
    pub forged: bool,
    /// Whether it is over another signature.
    pub of_another: bool,
    /// What the digest of the signature is made with.
    pub hash: HashKind,
    /// Whether the signed attributes name another certificate.
    pub names_another: bool,
    /// `PKIStatus`: 0 is granted (RFC 3161 2.4.2).
    pub status: u64,
    /// The policy under which it is made.
    pub policy: String,
    /// Whether the answer is the bare token, without a status.
    pub bare: bool,
}

impl Default for TimestampRecipe {
    fn default() -> Self {
        Self {
            offset: 2,
            accuracy: None,
            embedded: true,
            unknown: false,
            forged: false,
            of_another: false,
            hash: HashKind::Sha256,
            names_another: false,
            status: 0,
            policy: "1.3.6.1.4.1.57264.2".into(),
            bare: false,
        }
    }
}

impl TimestampAuthority {
    /// The authority of a recipe.
    #[must_use]
    pub fn new(seed: &str, organization: &str, recipe: &TimestampAuthorityRecipe) -> Self {
        let authority = Authority::new(seed, organization, "tsa", &recipe.authority);
        let key = SecretKey::from_seed(recipe.key, &format!("{seed} tsa"));
        let tbs = authority.leaf(
            &format!("{seed} tsa"),
            name(organization, "tsa"),
            key.public_der(),
            recipe.validity,
            vec![Extension::key_usage(DIGITAL_SIGNATURE), recipe.uses.clone()],
        );
        let certificate = tbs.sign(&authority.key);
        Self { authority, key, certificate, tbs }
    }

    /// The DER of its certificate and of those above it.
    #[must_use]
    pub fn chain(&self) -> Vec<Vec<u8>> {
        [std::slice::from_ref(&self.certificate), self.authority.chain()].concat()
    }

    /// From when until when it is valid, in Unix seconds, inclusive.
    #[must_use]
    pub fn validity(&self) -> (i64, i64) {
        self.authority.validity()
    }

    /// The answer to a request for a timestamp over a signature.
    pub(super) fn stamp(
        &self,
        recipe: &TimestampRecipe,
        signature: &[u8],
        signed_at: i64,
        other: &SecretKey,
    ) -> Vec<u8> {
        let message: &[u8] = if recipe.of_another { b"another signature" } else { signature };
        self.stamp_digest(recipe, &recipe.hash.digest(message), signed_at, other)
    }

    /// The answer to a request for a timestamp over what has a digest.
    #[must_use]
    pub fn stamp_digest(
        &self,
        recipe: &TimestampRecipe,
        digest: &[u8],
        signed_at: i64,
        other: &SecretKey,
    ) -> Vec<u8> {
        let info = Self::info(recipe, digest, signed_at);
        let attributes = self.attributes(recipe, &info);
        let signer = if recipe.forged { other } else { &self.key };
        // Signed as the SET that they are, not as the `[0]` that holds them (RFC 5652 5.4).
        let signature = signer.sign(HashKind::Sha256, &der::set(&attributes));
        let signer_info = der::sequence(&[
            der::small(1),
            self.issuer_and_serial(),
            HashKind::Sha256.identifier(),
            relabel(0xa0, der::set(&attributes)),
            self.key.signature_identifier(HashKind::Sha256),
            der::octets(&signature),
        ]);
        let certificates = if recipe.embedded {
            der::context(0, std::slice::from_ref(&self.certificate))
        } else {
            vec![]
        };
        let content = der::sequence(&[der::oid(TST_INFO), der::context(0, &[der::octets(&info)])]);
        let signed_data = der::sequence(&[
            der::small(3),
            der::set(&[HashKind::Sha256.identifier()]),
            content,
            certificates,
            der::set(&[signer_info]),
        ]);
        let token = der::sequence(&[der::oid(SIGNED_DATA), der::context(0, &[signed_data])]);
        if recipe.bare {
            return token;
        }
        der::sequence(&[der::sequence(&[der::small(recipe.status)]), token])
    }

    /// `TSTInfo` (RFC 3161 2.4.2).
    fn info(recipe: &TimestampRecipe, digest: &[u8], signed_at: i64) -> Vec<u8> {
        let accuracy = recipe.accuracy.map(|seconds| der::sequence(&[der::small(seconds)]));
        der::sequence(&[
            der::small(1),
            der::oid(&recipe.policy),
            der::sequence(&[recipe.hash.identifier(), der::octets(digest)]),
            der::unsigned(&Sha256::digest(digest)[..16]),
            der::generalized_time(signed_at + recipe.offset),
            accuracy.unwrap_or_default(),
        ])
    }

    fn attributes(&self, recipe: &TimestampRecipe, info: &[u8]) -> Vec<Vec<u8>> {
        let named: &[u8] = if recipe.names_another { b"another" } else { &self.certificate };
        // `ESSCertIDv2` with its default hash, SHA-256 (RFC 5816 2.2.1).
        let certificate = der::sequence(&[der::octets(&Sha256::digest(named))]);
        let attribute = |oid, value| der::sequence(&[der::oid(oid), der::set(&[value])]);
        vec![
            attribute(CONTENT_TYPE, der::oid(TST_INFO)),
            attribute(MESSAGE_DIGEST, der::octets(&Sha256::digest(info))),
            attribute(SIGNING_CERTIFICATE_V2, der::sequence(&[der::sequence(&[certificate])])),
        ]
    }

    fn issuer_and_serial(&self) -> Vec<u8> {
        der::sequence(&[self.tbs.issuer.clone(), der::unsigned(&self.tbs.serial())])
    }
}

/// `IMPLICIT`: another tag for the same content.
fn relabel(tag: u8, mut value: Vec<u8>) -> Vec<u8> {
    value[0] = tag;
    value
}
