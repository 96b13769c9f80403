//! A certificate authority: a root and an intermediate, as Fulcio and timestamp authorities have.

use super::certificate::{CERTIFICATE_SIGNING, Extension, Tbs, name};
use super::key::{KeyKind, SecretKey};

/// An authority of two levels that issues certificates.
#[derive(Clone, Debug)]
pub struct Authority {
    pub(super) key: SecretKey,
    pub(super) subject: Vec<u8>,
    /// Intermediate and root.
    chain: Vec<Vec<u8>>,
    validity: (i64, i64),
}

/// What is unusual about an authority.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct AuthorityRecipe {
    /// The kind of both keys.
    pub key: KeyKind,
    /// Validity of both certificates in Unix seconds, inclusive.
    pub validity: (i64, i64),
    /// The extensions of the intermediate beside the key identifiers.
    pub intermediate: Vec<Extension>,
}

impl AuthorityRecipe {
    /// As public authorities are: P-384, one intermediate that may issue nothing but leaves for
    /// one use.
    #[must_use]
    pub fn usual(usage: &str, validity: (i64, i64)) -> Self {
        let intermediate = vec![
            Extension::key_usage(CERTIFICATE_SIGNING),
            Extension::extended_key_usage(false, &[usage]),
            Extension::authority(Some(0)),
        ];
        Self { key: KeyKind::P384, validity, intermediate }
    }
}

impl Authority {
    /// The authority of a recipe; keys come from the seed, names do not.
    #[must_use]
    pub fn new(seed: &str, organization: &str, service: &str, recipe: &AuthorityRecipe) -> Self {
        let root_key = SecretKey::from_seed(recipe.key, &format!("{seed} {service} root"));
        let key = SecretKey::from_seed(recipe.key, &format!("{seed} {service} intermediate"));
        let root_name = name(organization, &format!("{service} root"));
        let subject = name(organization, &format!("{service} intermediate"));
        let root = Tbs {
            seed: format!("{seed} {service} root"),
            issuer: root_name.clone(),
            subject: root_name.clone(),
            validity: recipe.validity,
            public_key: root_key.public_der(),
            extensions: vec![
                Extension::key_usage(CERTIFICATE_SIGNING),
                Extension::authority(None),
                Extension::subject_key_id(&root_key),
            ],
        };
        let mut extensions = recipe.intermediate.clone();
        extensions.push(Extension::subject_key_id(&key));
        extensions.push(Extension::authority_key_id(&root_key));
        let intermediate = Tbs {
            seed: format!("{seed} {service} intermediate"),
            issuer: root_name,
            subject: subject.clone(),
            validity: recipe.validity,
            public_key: key.public_der(),
            extensions,
        };
        let chain = vec![intermediate.sign(&root_key), root.sign(&root_key)];
        Self { key, subject, chain, validity: recipe.validity }
    }

    /// The DER of the intermediate's and of the root's certificate.
    #[must_use]
    pub fn chain(&self) -> &[Vec<u8>] {
        &self.chain
    }

    /// From when until when it is valid, in Unix seconds, inclusive.
    #[must_use]
    pub fn validity(&self) -> (i64, i64) {
        self.validity
    }

    /// A certificate before it is signed.
    pub(super) fn leaf(
        &self,
        seed: &str,
        subject: Vec<u8>,
        public_key: Vec<u8>,
        validity: (i64, i64),
        mut extensions: Vec<Extension>,
    ) -> Tbs {
        extensions.push(Extension::authority_key_id(&self.key));
        let issuer = self.subject.clone();
        Tbs { seed: seed.into(), issuer, subject, validity, public_key, extensions }
    }
}
