//! Sessions: one signer, and the services that vouch for it, for any number of images and files.

use std::collections::BTreeMap;

use sealift_http::Client;
use sealift_model::{Descriptor, Digest, Timestamp};
use sealift_registry::ManifestName;
use sealift_sigstore_sign::{
    IdentityToken, IssuedSigner, PredicateError, PrivateKey, ServiceClient, ServiceError, Services,
    SignatureBundle, StatementDraft, ToSign, predicate, referrer,
};
use sealift_sigstore_verify::{Hash, KeyAlgorithm, PredicateType, TrustedRoot};

use super::attach::{AttachError, attach};
use crate::RegistryImage;

/// Returns the current time.
pub type Clock<'c> = &'c dyn Fn() -> Timestamp;

/// Services that vouch for signatures, and the root against which their answers are verified.
/// Without any service a signature by a key stands alone, and no network is used.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_structs, reason = "all of it must be said")]
pub struct SigningServices {
    /// The client that calls them.
    pub client: Client,
    /// The services.
    pub services: Services,
    /// The trusted root that knows them.
    pub root: TrustedRoot,
    /// Whether certificates must be in a log of the trusted root.
    pub requires_sct: bool,
}

/// Signs with one key, or as one identity.
///
/// ```no_run
/// use sealift::http::{Client, Config};
/// use sealift::registry::{Keychain, Registries};
/// use sealift::sign::{PrivateKey, Services, Session, SigningServices};
/// use sealift::{RegistryImage, Timestamp, verify::TrustedRoot};
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let client = Client::new(Config::default())?;
/// let registries = Registries::new(client.clone(), Keychain::default());
/// let image = RegistryImage::new(registries, "localhost:5000/shop:1.4".parse()?);
/// let key = PrivateKey::from_pem(&std::fs::read("cosign.key")?, || Ok(b"password".to_vec().into()))?;
/// let (services, root) = (Services::default(), TrustedRoot::default());
/// let services = SigningServices { client, services, root, requires_sct: true };
/// let now = || Timestamp::from(std::time::SystemTime::now());
/// let signed = Session::with_key(key, services).sign_image(&image, &[].into(), &now)?;
/// println!("signed {}", signed.digest);
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct Session {
    signer: SessionSigner,
    services: SigningServices,
}

#[derive(Debug)]
enum SessionSigner {
    Key(Box<PrivateKey>),
    Issued(Box<IssuedSigner>),
}

/// An image to which a signature or attestation was attached.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct SignedDigest {
    /// The digest that was signed: the one that the tag named.
    pub digest: Digest,
    /// The manifest of the signature, which refers to it.
    pub signature: Digest,
    /// The signature with all evidence for it.
    pub bundle: SignatureBundle,
}

impl Session {
    /// A session with a key that verifiers know.
    #[must_use]
    pub fn with_key(key: PrivateKey, services: SigningServices) -> Self {
        Self { signer: SessionSigner::Key(Box::new(key)), services }
    }

    /// A session for the identity in a token, with a key that is certified now and used for this
    /// session alone.
    ///
    /// # Errors
    /// When the token is invalid, or the authority does not certify the key.
    pub fn keyless(
        token: &IdentityToken,
        services: SigningServices,
        clock: Clock<'_>,
    ) -> Result<Self, ServiceError> {
        Self::keyless_as(token, KeyAlgorithm::EcdsaP256, services, clock)
    }

    /// The same with a key of another kind than one on the curve P-256.
    ///
    /// # Errors
    /// Those of [`Session::keyless`].
    pub fn keyless_as(
        token: &IdentityToken,
        algorithm: KeyAlgorithm,
        services: SigningServices,
        clock: Clock<'_>,
    ) -> Result<Self, ServiceError> {
        let issued = services.client(clock).certify_as(token, algorithm)?;
        Ok(Self { signer: SessionSigner::Issued(Box::new(issued)), services })
    }

    /// Whether the promise of the authority's log came beside the certificate and not in it.
    /// Bundles have no room for it, so verifiers must be told not to require it.
    #[must_use]
    pub fn has_detached_timestamp(&self) -> bool {
        matches!(&self.signer, SessionSigner::Issued(issued) if issued.has_detached_timestamp())
    }

    /// Signs a file or a statement, and verifies the result.
    ///
    /// # Errors
    /// When signing fails, or a service does not vouch for it.
    pub fn sign(
        &self,
        content: ToSign<'_>,
        clock: Clock<'_>,
    ) -> Result<SignatureBundle, ServiceError> {
        let client = self.services.client(clock);
        match &self.signer {
            SessionSigner::Key(key) => client.sign(key.as_ref(), content),
            SessionSigner::Issued(issued) => client.sign_certified(issued, content),
        }
    }

    /// Whether a timestamp authority is asked for each signature.
    #[must_use]
    pub fn is_stamped(&self) -> bool {
        !self.services.services.timestamps.is_empty()
    }

    /// A timestamp over a signed envelope, as cosign's forms without a bundle have it.
    ///
    /// # Errors
    /// When there is no authority to ask, or its answer does not count.
    pub fn stamp(&self, envelope: &[u8], clock: Clock<'_>) -> Result<Vec<u8>, ServiceError> {
        self.services.client(clock).stamp(envelope)
    }

    /// Signs an image in its registry, as cosign 3 does: with a bundle that refers to it.
    ///
    /// # Errors
    /// When the registry does not have the image or refuses the signature, or a service does not
    /// vouch for it. Then nothing is attached.
    pub fn sign_image(
        &self,
        image: &RegistryImage,
        claims: &BTreeMap<String, String>,
        clock: Clock<'_>,
    ) -> Result<SignedDigest, SignImageError> {
        let found = find(image)?;
        let draft = StatementDraft::signing(hash(&found)?, claims.clone());
        self.attach(image, &found, &draft, clock)
    }

    /// Attests a statement about an image and attaches it. `content` is a predicate of that type,
    /// in the form of a file for `cosign attest`.
    ///
    /// # Errors
    /// Those of [`Session::sign_image`], and when the predicate is not of its type.
    pub fn attest(
        &self,
        image: &RegistryImage,
        predicate_type: &PredicateType,
        content: &[u8],
        clock: Clock<'_>,
    ) -> Result<SignedDigest, SignImageError> {
        let found = find(image)?;
        let value = predicate(predicate_type, content, clock())?;
        let name = image.reference().name();
        let draft = StatementDraft::about(name, hash(&found)?, predicate_type, value);
        self.attach(image, &found, &draft, clock)
    }

    fn attach(
        &self,
        image: &RegistryImage,
        found: &Descriptor,
        draft: &StatementDraft,
        clock: Clock<'_>,
    ) -> Result<SignedDigest, SignImageError> {
        let bundle = self.sign(ToSign::Statement(&draft.to_json()), clock)?;
        // Annotations have whole seconds.
        let now = clock();
        let now = Timestamp::from_unix_seconds(now.unix_seconds()).unwrap_or(now);
        let artifact = referrer(&bundle, Some(&draft.predicate_type), found, now);
        let attached = attach(&image.repository(), &artifact)?;
        Ok(SignedDigest { digest: found.digest.clone(), signature: attached.digest, bundle })
    }
}

impl SigningServices {
    fn client<'v>(&'v self, clock: Clock<'v>) -> ServiceClient<'v> {
        ServiceClient {
            client: &self.client,
            services: &self.services,
            root: &self.root,
            requires_sct: self.requires_sct,
            clock,
        }
    }
}

/// The image that a reference names: its tag is resolved once.
fn find(image: &RegistryImage) -> Result<Descriptor, SignImageError> {
    let reference = image.reference();
    let found = image.repository().find_manifest(&ManifestName::of(reference));
    let found = found.map_err(AttachError::from)?;
    let missing = || SignImageError::NoSuchImage(Box::new(reference.clone()));
    found.map(|manifest| manifest.descriptor).ok_or_else(missing)
}

fn hash(image: &Descriptor) -> Result<Hash, SignImageError> {
    let unknown = || SignImageError::Digest { digest: image.digest.clone() };
    Hash::of_content(&image.digest).ok_or_else(unknown)
}

/// Why an image is not signed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SignImageError {
    /// The registry has no image of that name.
    #[error("{0} is not in the registry")]
    NoSuchImage(Box<sealift_model::Reference>),
    /// The algorithm of the image's digest is unknown to Sigstore.
    #[error("{digest} cannot be signed: its algorithm is not known to Sigstore")]
    Digest {
        /// The digest.
        digest: Digest,
    },
    /// The predicate is not of its type.
    #[error(transparent)]
    Predicate(#[from] PredicateError),
    /// Signing failed, or a service does not vouch for it.
    #[error(transparent)]
    Service(#[from] ServiceError),
    /// The registry does not accept the signature.
    #[error(transparent)]
    Attach(#[from] AttachError),
}
