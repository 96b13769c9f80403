//! Signing.

use std::collections::BTreeMap;
use std::path::PathBuf;

use pyo3::prelude::*;
use pyo3::types::PyDict;
use sealift::RegistryImage;
use sealift::sign::{IdentityToken, PrivateKey, Services, Session, SigningServices, ToSign};
use sealift::verify::{KeyAlgorithm, TrustedRoot};

use crate::arguments::{Access, Arguments, now};
use crate::error;
use crate::proof::{KeyPair, SignedImage};
use crate::verify::{content, predicate_type, read_root};
use crate::work::Watcher;

/// The signer, from the keyword arguments: `key` with its `password`, or `identity_token`.
enum Signer {
    Key(Box<PrivateKey>),
    Token(Box<IdentityToken>),
}

/// A signature to be made.
struct Signing {
    signer: Signer,
    services: SigningServices,
    watcher: Watcher,
}

impl Signing {
    fn of(arguments: &Arguments<'_>, access: &Access) -> PyResult<Self> {
        let password: Option<Vec<u8>> = arguments.take("key_password")?;
        let key = arguments.object("key")?.map(|key| content(&key)).transpose()?;
        let token = arguments.take::<String>("identity_token")?;
        let signer = match (key, token) {
            (Some(pem), None) => {
                let password = || Ok(password.unwrap_or_default().into());
                let key = PrivateKey::from_pem(&pem, password);
                Signer::Key(Box::new(key.map_err(|error| error::signing(&error))?))
            }
            (None, Some(token)) => {
                let token = IdentityToken::new(&token);
                Signer::Token(Box::new(token.map_err(|error| error::signing(&error))?))
            }
            _ => return Err(arguments.refused("key", "a key or an identity token is needed")),
        };
        let config = arguments.take::<PathBuf>("signing_config")?;
        let services = match config {
            None => Services::default(),
            Some(path) => Services::from_signing_config(&error::read(&path)?, now())
                .map_err(|error| error::signing(&error))?,
        };
        let root = arguments.take::<PathBuf>("trusted_root")?.map(|path| read_root(&path));
        let root = root.transpose()?.unwrap_or_else(TrustedRoot::default);
        let services =
            SigningServices { client: access.client()?, services, root, requires_sct: true };
        Ok(Self { signer, services, watcher: Watcher::of(arguments)? })
    }

    fn run<T: Send + 'static>(
        self,
        py: Python<'_>,
        work: impl FnOnce(&Session) -> Result<T, PyErr> + Send + 'static,
    ) -> PyResult<T> {
        let Self { signer, services, watcher } = self;
        let signed = move |_: &dyn sealift::Observer| {
            let session = match signer {
                Signer::Key(key) => Session::with_key(*key, services),
                Signer::Token(token) => Session::keyless(&token, services, &now)
                    .map_err(|error| error::service(&error))?,
            };
            work(&session)
        };
        watcher.run(py, signed)?
    }
}

/// Signs an image in a registry, by the digest that its tag has now.
#[pyfunction]
#[pyo3(signature = (image, **options))]
pub(crate) fn sign_image(
    py: Python<'_>,
    image: &str,
    options: Option<&Bound<'_, PyDict>>,
) -> PyResult<SignedImage> {
    let arguments = Arguments::new("sign_image", options)?;
    let claims: BTreeMap<String, String> = arguments.take("annotations")?.unwrap_or_default();
    let (signing, image) = attached(&arguments, image)?;
    let signed = signing.run(py, move |session| {
        session.sign_image(&image, &claims, &now).map_err(error::sign_image)
    });
    signed.map(|signed| SignedImage::of(&signed))
}

/// Attaches a statement to an image in a registry: a predicate (`bytes`, or the path of its file)
/// of a type.
#[pyfunction]
#[pyo3(signature = (image, predicate, predicate_type, **options))]
pub(crate) fn attest(
    py: Python<'_>,
    image: &str,
    predicate: &Bound<'_, PyAny>,
    predicate_type: &str,
    options: Option<&Bound<'_, PyDict>>,
) -> PyResult<SignedImage> {
    let arguments = Arguments::new("attest", options)?;
    let kind = self::predicate_type(&arguments, predicate_type)?;
    let predicate = content(predicate)?;
    let (signing, image) = attached(&arguments, image)?;
    let signed = signing.run(py, move |session| {
        session.attest(&image, &kind, &predicate, &now).map_err(error::sign_image)
    });
    signed.map(|signed| SignedImage::of(&signed))
}

fn attached(arguments: &Arguments<'_>, image: &str) -> PyResult<(Signing, RegistryImage)> {
    let access = arguments.access()?;
    let signing = Signing::of(arguments, &access)?;
    arguments.finish()?;
    Ok((signing, arguments.registry_image(image, &access)?))
}

/// Signs a file (`bytes`, or its path). Returns the bundle, as JSON.
#[pyfunction]
#[pyo3(signature = (artifact, **options))]
pub(crate) fn sign_blob(
    py: Python<'_>,
    artifact: &Bound<'_, PyAny>,
    options: Option<&Bound<'_, PyDict>>,
) -> PyResult<String> {
    let arguments = Arguments::new("sign_blob", options)?;
    let signing = Signing::of(&arguments, &arguments.access()?)?;
    arguments.finish()?;
    let artifact = content(artifact)?;
    let signed = signing.run(py, move |session| {
        let signed = session.sign(ToSign::Message(&artifact), &now);
        signed.map_err(|error| error::service(&error))
    })?;
    Ok(String::from_utf8_lossy(&signed.to_json()).into_owned())
}

/// Makes a key pair, the secret half encrypted with a password.
#[pyfunction]
#[pyo3(signature = (password, *, algorithm="ecdsa-p256"))]
pub(crate) fn generate_key_pair(
    py: Python<'_>,
    password: Vec<u8>,
    algorithm: &str,
) -> PyResult<KeyPair> {
    let algorithm = match algorithm {
        "ecdsa-p256" => KeyAlgorithm::EcdsaP256,
        "ecdsa-p384" => KeyAlgorithm::EcdsaP384,
        "ecdsa-p521" => KeyAlgorithm::EcdsaP521,
        "ed25519" => KeyAlgorithm::Ed25519,
        "rsa-2048" => KeyAlgorithm::Rsa { bits: 2048 },
        "rsa-3072" => KeyAlgorithm::Rsa { bits: 3072 },
        "rsa-4096" => KeyAlgorithm::Rsa { bits: 4096 },
        other => {
            let message = format!("{other:?} is no algorithm of keys");
            return Err(pyo3::exceptions::PyValueError::new_err(message));
        }
    };
    py.detach(|| {
        let key = PrivateKey::generate(algorithm)?;
        let private = key.to_encrypted_pem(&password)?.to_string();
        Ok(KeyPair { private, public: key.public_pem() })
    })
    .map_err(|error: sealift::sign::KeyFileError| error::signing(&error))
}
