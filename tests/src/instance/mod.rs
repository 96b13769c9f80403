//! A Sigstore instance in a value: authority, logs, timestamp authority, and what they sign.
//!
//! Everything comes from a seed and a time, so the same call gives the same bytes. A [`Recipe`]
//! says what is signed and how; each of its fields makes one thing unusual or wrong. What no field
//! can make wrong, a test changes in the JSON that comes out.
//!
//! It shares nothing with the verifier, so that a mistake is not made twice.
#![expect(
    clippy::indexing_slicing,
    clippy::missing_panics_doc,
    clippy::panic,
    clippy::unwrap_used,
    reason = "only tests call it, and they fail by panicking"
)]

mod authority;
mod bundle;
mod certificate;
mod ct_log;
mod der;
mod image;
mod key;
mod merkle;
mod rekor;
mod signer;
mod timestamp_authority;
mod trusted_root;

pub use authority::{Authority, AuthorityRecipe};
pub use bundle::{Content, IN_TOTO, Recipe, Signed, Version};
pub use certificate::{CODE_SIGNING, Extension, SERVER_AUTH, TIME_STAMPING};
pub use ct_log::{CtLog, SctLog, SctRecipe};
pub use image::{
    COSIGN_SIGN, Layout, SimpleSignature, digest, signing_statement, simple_signing, triangulate,
};
pub use key::{HashKind, KeyKind, SecretKey, pem, rsa_of_bits};
pub use rekor::{EntryKind, EntryRecipe, LogKind, RekorLog, hex};
pub use signer::{CertificateRecipe, Claim, Identity};
pub use timestamp_authority::{TimestampAuthority, TimestampAuthorityRecipe, TimestampRecipe};

const YEAR: i64 = 365 * 24 * 60 * 60;

/// An instance: everything that signs, and the same again for forgeries.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Instance {
    /// When things are signed unless a recipe says otherwise, in Unix seconds.
    pub now: i64,
    /// The domain that all names end in.
    pub organization: String,
    /// Issues the signers' certificates.
    pub authority: Authority,
    /// The log of certificates.
    pub ct_log: CtLog,
    /// One log of each kind.
    pub logs: Vec<RekorLog>,
    /// Signs times.
    pub timestamp_authority: TimestampAuthority,
    seed: String,
    /// Start and end of the validity of all of it.
    validity: (i64, i64),
    /// Has the authority's name and not its key.
    impostor: Authority,
    unknown_ct_log: CtLog,
    unknown_timestamp_authority: TimestampAuthority,
    other_key: SecretKey,
}

impl Instance {
    /// The instance of a seed, valid for a year before `now` and ten years after.
    #[must_use]
    pub fn new(seed: &str, now: i64) -> Self {
        let validity = (now - YEAR, now + 10 * YEAR);
        let authority = AuthorityRecipe::usual(CODE_SIGNING, validity);
        let timestamp_authority = TimestampAuthorityRecipe::usual(validity);
        Self::with(seed, now, &authority, &timestamp_authority)
    }

    /// An instance with authorities of its own.
    #[must_use]
    pub fn with(
        seed: &str,
        now: i64,
        authority: &AuthorityRecipe,
        timestamp_authority: &TimestampAuthorityRecipe,
    ) -> Self {
        let organization = "sealift.test";
        let other = format!("{seed} unknown");
        let log = |host: &str, kind| RekorLog::new(seed, &format!("{host}.{organization}"), kind);
        let ct_url = format!("https://ct.{organization}");
        Self {
            now,
            organization: organization.into(),
            authority: Authority::new(seed, organization, "fulcio", authority),
            ct_log: CtLog::new(seed, &ct_url),
            logs: vec![
                log("rekor", LogKind::Rekor1),
                log("log2026-1.rekor", LogKind::Rekor2Ecdsa),
                log("log2026-2.rekor", LogKind::Rekor2Ed25519),
            ],
            timestamp_authority: TimestampAuthority::new(seed, organization, timestamp_authority),
            seed: seed.into(),
            validity: (now - YEAR, now + 10 * YEAR),
            impostor: Authority::new(&other, organization, "fulcio", authority),
            unknown_ct_log: CtLog::new(&other, &ct_url),
            unknown_timestamp_authority: TimestampAuthority::new(
                &other,
                organization,
                timestamp_authority,
            ),
            other_key: SecretKey::from_seed(KeyKind::P256, &other),
        }
    }

    /// The OIDC issuer that vouches for signers.
    #[must_use]
    pub fn issuer(&self) -> String {
        format!("https://oidc.{}", self.organization)
    }

    /// The signer's key of a kind and name.
    #[must_use]
    pub fn key(&self, kind: KeyKind, name: &str) -> SecretKey {
        SecretKey::from_seed(kind, &format!("{} key {name}", self.seed))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: i64 = 1_780_000_000;

    #[test]
    fn a_seed_always_gives_the_same() {
        let sign = |seed| {
            let instance = Instance::new(seed, NOW);
            let recipe = Recipe::keyless_2(&instance, "ada", b"artifact", LogKind::Rekor2Ed25519);
            (instance.trusted_root(), instance.sign(&recipe).json())
        };
        assert_eq!(sign("one"), sign("one"));
        assert_ne!(sign("one"), sign("two"));
    }

    #[test]
    fn each_kind_of_key_signs() {
        let instance = Instance::new("seed", NOW);
        for kind in [KeyKind::P256, KeyKind::P384, KeyKind::P521, KeyKind::Ed25519] {
            for hash in [HashKind::Sha256, HashKind::Sha384, HashKind::Sha512] {
                let mut recipe = Recipe::keyless(&instance, "ada", b"artifact");
                recipe.key.0 = kind;
                recipe.hash = Some(hash);
                assert!(!instance.sign(&recipe).signature.is_empty());
            }
        }
    }

    #[test]
    fn a_layout_lists_what_is_tagged() {
        let instance = Instance::new("seed", NOW);
        let mut layout = Layout::default();
        let image = layout.image(&[b"layer"]);
        layout.tag("latest", &image);
        let payload = simple_signing(&image, &serde_json::Value::Null);
        let signed = instance.sign(&Recipe::keyless(&instance, "ada", &payload));
        layout.sign(&image, &[SimpleSignature::new(payload, signed)]);
        let tags: Vec<_> = layout
            .index
            .iter()
            .map(|entry| entry["annotations"]["org.opencontainers.image.ref.name"].clone())
            .collect();
        assert_eq!(tags, ["latest".into(), format!("{}.sig", triangulate(&image))]);
        assert_eq!(layout.blobs.len(), 6);
    }
}
