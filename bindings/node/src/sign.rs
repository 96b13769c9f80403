//! Signing.

use std::collections::BTreeMap;
use std::path::PathBuf;

use napi::Env;
use napi::bindgen_prelude::{Buffer, Object, Result};
use napi_derive::napi;
use sealift::sign::{
    IdentityToken, PrivateKey, Services, Session, SignedDigest, SigningServices, ToSign,
};
use sealift::verify::{KeyAlgorithm, PredicateType, TrustedRoot};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::call::NodeCall;
use crate::failure::Failure;
use crate::job::promise;
use crate::network::RegistryOptions;
use crate::scan::parse;
use crate::target;
use crate::time::Clock;
use crate::verify::{read, root_in};

type Outcome<T> = std::result::Result<T, Failure>;

/// The signer and the services that vouch for it, from JavaScript's options.
#[derive(Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
struct Options {
    key: Option<PathBuf>,
    password: Option<String>,
    identity_token: Option<String>,
    /// Services of Sigstore; without them, a signature by a key has no log entry or timestamp.
    signing_config: Option<PathBuf>,
    /// The root that their answers are verified against.
    trusted_root: Option<PathBuf>,
    /// Only for an image.
    annotations: Option<BTreeMap<String, String>>,
    /// Only for an attestation.
    predicate_type: Option<String>,
    registry: RegistryOptions,
}

/// What is signed: each kind has options of its own.
#[derive(Clone, Copy, PartialEq)]
enum About {
    Image,
    Attestation,
    Blob,
}

impl Options {
    fn parse(json: &str, about: About) -> Outcome<Self> {
        let options: Self = parse(json)?;
        let given = [
            ("annotations", options.annotations.is_some(), About::Image, "images"),
            ("predicateType", options.predicate_type.is_some(), About::Attestation, "attestations"),
        ];
        match given.into_iter().find(|(_, is_given, whose, _)| *is_given && *whose != about) {
            None => Ok(options),
            Some((name, _, _, whose)) => {
                Err(Failure::argument(format!("{name}: that is said of {whose} alone")))
            }
        }
    }

    fn session(&self, clock: Clock) -> Outcome<Session> {
        match (&self.key, &self.identity_token) {
            (Some(_), Some(_)) => {
                Err(Failure::argument("a key and an identity token exclude each other"))
            }
            (Some(path), None) => {
                let password = self.password.clone().unwrap_or_default();
                let key = PrivateKey::from_pem(&read(path)?, || Ok(password.into_bytes().into()))?;
                Ok(Session::with_key(key, self.services(clock)?))
            }
            (None, Some(token)) => {
                let token = IdentityToken::new(token).map_err(|error| Failure::signing(&error))?;
                Ok(Session::keyless(&token, self.services(clock)?, &|| clock.now())?)
            }
            (None, None) => {
                Err(Failure::argument("it is not said who signs: give a key, or an identityToken"))
            }
        }
    }

    fn services(&self, clock: Clock) -> Outcome<SigningServices> {
        let services = match &self.signing_config {
            Some(path) => Services::from_signing_config(&read(path)?, clock.now())
                .map_err(|error| Failure::unusable(path, &error))?,
            None if self.key.is_some() => Services::default(),
            None => {
                return Err(Failure::argument(
                    "without a key, name the services that vouch: signingConfig and trustedRoot",
                ));
            }
        };
        let root = match (&self.trusted_root, &self.signing_config) {
            (Some(path), _) => root_in(path)?,
            (None, None) => TrustedRoot::default(),
            (None, Some(_)) => {
                return Err(Failure::argument(
                    "trustedRoot: what the services of signingConfig answer is verified against it",
                ));
            }
        };
        Ok(SigningServices { client: self.registry.client()?, services, root, requires_sct: true })
    }

    fn predicate_type(&self) -> Outcome<PredicateType> {
        let text = self.predicate_type.as_deref().unwrap_or("custom");
        PredicateType::new(text)
            .map_err(|error| Failure::argument(format!("predicateType: {text}: {error}")))
    }
}

fn told(signed: &SignedDigest) -> String {
    let bundle: Value = serde_json::from_slice(&signed.bundle.to_json()).unwrap_or_default();
    json!({
        "digest": signed.digest.to_string(),
        "signature": signed.signature.to_string(),
        "bundle": bundle,
    })
    .to_string()
}

/// Signs an image in its registry. Resolves to what was signed, as JSON.
///
/// # Errors
/// No thread can be started.
#[napi]
pub fn sign_image<'env>(
    env: &'env Env,
    image: String,
    options: String,
    call: &NodeCall,
) -> Result<Object<'env>> {
    let clock = call.clock;
    promise(env, move || {
        let options = Options::parse(&options, About::Image)?;
        let image = target::in_registry(&image, &options.registry)?;
        let session = options.session(clock)?;
        let annotations = options.annotations.unwrap_or_default();
        Ok(told(&session.sign_image(&image, &annotations, &|| clock.now())?))
    })
}

/// Attaches a statement about an image to it. Resolves to what was signed, as JSON.
///
/// # Errors
/// No thread can be started.
#[napi]
pub fn attest<'env>(
    env: &'env Env,
    image: String,
    predicate: String,
    options: String,
    call: &NodeCall,
) -> Result<Object<'env>> {
    let clock = call.clock;
    promise(env, move || {
        let options = Options::parse(&options, About::Attestation)?;
        let image = target::in_registry(&image, &options.registry)?;
        let kind = options.predicate_type()?;
        let session = options.session(clock)?;
        Ok(told(&session.attest(&image, &kind, predicate.as_bytes(), &|| clock.now())?))
    })
}

/// Signs bytes. Resolves to the bundle, as JSON.
///
/// # Errors
/// No thread can be started.
#[napi]
pub fn sign_blob<'env>(
    env: &'env Env,
    content: Buffer,
    options: String,
    call: &NodeCall,
) -> Result<Object<'env>> {
    let clock = call.clock;
    // JavaScript owns the bytes and may change them meanwhile.
    let content = content.to_vec();
    promise(env, move || {
        let options = Options::parse(&options, About::Blob)?;
        let session = options.session(clock)?;
        let bundle = session.sign(ToSign::Message(&content), &|| clock.now())?;
        String::from_utf8(bundle.to_json()).map_err(|_| Failure::bug())
    })
}

/// Makes a key pair: the secret key, encrypted by the password, and the public one, as JSON.
///
/// # Errors
/// No thread can be started.
#[napi]
pub fn generate_key_pair(env: &Env, password: String) -> Result<Object<'_>> {
    promise(env, move || {
        let key = PrivateKey::generate(KeyAlgorithm::EcdsaP256)
            .map_err(|error| Failure::signing(&error))?;
        let secret = key.to_encrypted_pem(password.as_bytes())?;
        Ok(json!({ "privateKey": secret, "publicKey": key.public_pem() }).to_string())
    })
}
