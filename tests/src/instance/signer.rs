//! The certificate of a signer, as Fulcio issues it.

use super::authority::Authority;
use super::certificate::{CODE_SIGNING, DIGITAL_SIGNATURE, Extension, Tbs, empty_name};
use super::ct_log::{CtLog, SctRecipe, embed};
use super::der;
use super::key::SecretKey;

const SUBJECT_ALTERNATIVE_NAME: &str = "2.5.29.17";
const FULCIO: &str = "1.3.6.1.4.1.57264.1";

/// Who a signer is.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Identity {
    /// A person's address.
    Email(String),
    /// A workload's URI.
    Uri(String),
    /// A user's name, which Fulcio puts into an `OtherName`.
    UserName(String),
    /// The DER of the `GeneralName`s, whatever they are.
    Names(Vec<u8>),
    /// No subject alternative name at all.
    None,
}

/// A claim of the identity token, which Fulcio copies into an extension.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Claim {
    /// Last arc of the extension's identifier.
    pub arc: u8,
    /// Its value.
    pub text: String,
    /// Whether the value stands there without DER, as in the extensions 1 to 6.
    pub raw: bool,
}

impl Claim {
    /// A claim in the form that Fulcio gives its extension.
    #[must_use]
    pub fn new(arc: u8, text: &str) -> Self {
        Self { arc, text: text.into(), raw: arc <= 6 }
    }
}

/// A signer's certificate.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct CertificateRecipe {
    /// The subject alternative name.
    pub identity: Identity,
    /// Issuer and other claims.
    pub claims: Vec<Claim>,
    /// Seconds from the start of its validity to the signing.
    pub age: i64,
    /// Seconds that it is valid.
    pub lifetime: i64,
    /// Uses of the key; none leaves the extension out.
    pub uses: Option<Extension>,
    /// Purposes of the key; none leaves the extension out.
    pub purposes: Option<Extension>,
    /// Signed certificate timestamps; with none there is no extension for them.
    pub scts: Vec<SctRecipe>,
    /// Further extensions.
    pub extra: Vec<Extension>,
    /// Whether another authority of the same name issues it.
    pub impostor: bool,
    /// A public key in place of the signer's, DER.
    pub public_key: Option<Vec<u8>>,
}

impl CertificateRecipe {
    /// A certificate as Fulcio issues it to an identity that an issuer vouches for.
    #[must_use]
    pub fn usual(identity: Identity, issuer: &str) -> Self {
        Self {
            identity,
            claims: vec![Claim::new(1, issuer), Claim::new(8, issuer)],
            age: 5,
            lifetime: 600,
            uses: Some(Extension::extended_key_usage(false, &[CODE_SIGNING])),
            purposes: Some(Extension::key_usage(DIGITAL_SIGNATURE)),
            scts: vec![SctRecipe::default()],
            extra: vec![],
            impostor: false,
            public_key: None,
        }
    }

    /// The OIDC issuer that vouches for the signer.
    #[must_use]
    pub fn issuer(&self) -> &str {
        self.claims.iter().find(|claim| claim.arc == 8).map_or("", |claim| &claim.text)
    }

    /// A certificate of a workflow on GitHub, with all its claims.
    #[must_use]
    pub fn workflow(repository: &str, file: &str, reference: &str) -> Self {
        let commit = "89abcdef0123456789abcdef0123456789abcdef";
        let source = format!("https://github.com/{repository}");
        let owner = repository.split('/').next().unwrap_or_default();
        let workflow = format!("{source}/.github/workflows/{file}@{reference}");
        let issuer = "https://token.actions.githubusercontent.com";
        let mut recipe = Self::usual(Identity::Uri(workflow.clone()), issuer);
        let run = format!("{source}/actions/runs/7/attempts/1");
        let owner_url = format!("https://github.com/{owner}");
        let claims = [
            (2, "push"),
            (3, commit),
            (4, "release"),
            (5, repository),
            (6, reference),
            (9, &workflow),
            (10, commit),
            (11, "github-hosted"),
            (12, &source),
            (13, commit),
            (14, reference),
            (15, "4711"),
            (16, &owner_url),
            (17, "815"),
            (18, &workflow),
            (19, commit),
            (20, "push"),
            (21, &run),
            (22, "public"),
        ];
        recipe.claims.extend(claims.map(|(arc, text)| Claim::new(arc, text)));
        recipe
    }

    /// The certificate of a key that signs at a time.
    pub(super) fn issue(
        &self,
        seed: &str,
        key: &SecretKey,
        signed_at: i64,
        authority: &Authority,
        logs: [&CtLog; 2],
    ) -> Vec<u8> {
        let mut tbs = self.precertificate(seed, key, signed_at, authority);
        if !self.scts.is_empty() {
            let [log, unknown] = logs;
            let scts = embed(&self.scts, log, unknown, &tbs, &authority.key);
            tbs.extensions.push(scts);
        }
        tbs.sign(&authority.key)
    }

    fn precertificate(
        &self,
        seed: &str,
        key: &SecretKey,
        signed_at: i64,
        authority: &Authority,
    ) -> Tbs {
        let start = signed_at - self.age;
        let public_key = self.public_key.clone().unwrap_or_else(|| key.public_der());
        let mut extensions: Vec<_> = [&self.purposes, &self.uses]
            .into_iter()
            .flatten()
            .chain(&self.extra)
            .cloned()
            .collect();
        extensions.extend(self.identity.extension());
        extensions.extend(self.claims.iter().map(|claim| {
            let text = if claim.raw { claim.text.clone().into() } else { der::utf8(&claim.text) };
            Extension::new(&format!("{FULCIO}.{}", claim.arc), false, text)
        }));
        authority.leaf(seed, empty_name(), public_key, (start, start + self.lifetime), extensions)
    }
}

impl Identity {
    /// The text that a verifier shows: address, URI or name.
    #[must_use]
    pub fn text(&self) -> &str {
        match self {
            Self::Email(text) | Self::Uri(text) | Self::UserName(text) => text,
            Self::Names(_) | Self::None => "",
        }
    }

    /// Critical, as the subject is empty (RFC 5280 4.2.1.6).
    fn extension(&self) -> Option<Extension> {
        let names = match self {
            Self::Email(address) => der::implicit(1, address.as_bytes()),
            Self::Uri(uri) => der::implicit(6, uri.as_bytes()),
            Self::UserName(name) => {
                let value = der::context(0, &[der::utf8(name)]);
                der::context(0, &[der::oid(&format!("{FULCIO}.7")), value])
            }
            Self::Names(names) => names.clone(),
            Self::None => return None,
        };
        Some(Extension::new(SUBJECT_ALTERNATIVE_NAME, true, der::sequence(&[names])))
    }
}
