//! Adds the evidence of services to signatures, and verifies it before a signature is returned.

use std::fmt;

use sealift_http::Client;
use sealift_model::Timestamp;
use sealift_sigstore_verify::{
    Artifact, AwsLc, Bundle, BundleError, Certificate, Identities, IdentityMatcher, KeyAlgorithm,
    Limits, Policy, Scheme, TextMatcher, TimestampToken, TrustedKey, TrustedRoot, Verifier,
};

use super::ask::Asked;
use super::config::Services;
use super::error::{Service, ServiceError};
use super::{fulcio, rekor, timestamp};
use crate::bundle::{SignatureBundle, SignerMaterial};
use crate::key::PrivateKey;
use crate::sign::{Ed25519Form, scheme_of, sign_envelope, sign_message};
use crate::signer::{SignError, Signer};
use crate::token::IdentityToken;

/// The content to sign.
#[derive(Clone, Copy, Debug)]
#[expect(clippy::exhaustive_enums, reason = "the two things that are signed")]
pub enum ToSign<'a> {
    /// A file or payload, unchanged.
    Message(&'a [u8]),
    /// An in-toto statement, in an envelope.
    Statement(&'a [u8]),
}

/// Services that vouch for signatures, and the root that their answers are verified against.
#[expect(clippy::exhaustive_structs, reason = "all of it must be said")]
pub struct ServiceClient<'a> {
    /// The HTTP client.
    pub client: &'a Client,
    /// The services to use. Without any, a signature by a key has no further evidence.
    pub services: &'a Services,
    /// The root that the services' answers are verified against.
    pub root: &'a TrustedRoot,
    /// Whether certificates must be in a log of the trusted root.
    pub requires_sct: bool,
    /// Returns the current time.
    pub clock: &'a dyn Fn() -> Timestamp,
}

impl fmt::Debug for ServiceClient<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ServiceClient").field("services", self.services).finish_non_exhaustive()
    }
}

/// A signer with a certificate that the authority issued to an identity, valid for some minutes.
#[derive(Debug)]
pub struct IssuedSigner {
    key: PrivateKey,
    leaf: Certificate,
    chain: Vec<Vec<u8>>,
    has_detached_timestamp: bool,
}

impl IssuedSigner {
    /// Whether the certificate's timestamp by a log came beside it. It has been verified, but has
    /// no place in a bundle, so verifiers of the signatures must do without it.
    #[must_use]
    pub fn has_detached_timestamp(&self) -> bool {
        self.has_detached_timestamp
    }

    /// The certificate.
    #[must_use]
    pub fn certificate(&self) -> &Certificate {
        &self.leaf
    }
}

impl ServiceClient<'_> {
    /// Generates a key for this certificate alone, on the curve P-256, and has it certified.
    ///
    /// # Errors
    /// Those of [`ServiceClient::certify_as`].
    pub fn certify(&self, token: &IdentityToken) -> Result<IssuedSigner, ServiceError> {
        self.certify_as(token, KeyAlgorithm::EcdsaP256)
    }

    /// Generates a key of this kind for this certificate alone, and has it certified.
    ///
    /// # Errors
    /// When the token has expired, or the authority does not return a valid certificate.
    pub fn certify_as(
        &self,
        token: &IdentityToken,
        algorithm: KeyAlgorithm,
    ) -> Result<IssuedSigner, ServiceError> {
        token.check((self.clock)())?;
        let service = Service::Authority;
        let Some(url) = &self.services.authority else {
            return Err(ServiceError::NotConfigured { service });
        };
        let key = PrivateKey::generate(algorithm)
            .map_err(|error| SignError::Unusable(Box::new(error)))?;
        let asked = Asked { client: self.client, service };
        let fulcio::Issued { leaf, chain, detached } =
            fulcio::certificate(asked, url, token, &key)?;
        if let Some(sct) = detached.as_ref().filter(|_| self.requires_sct) {
            leaf.verify_detached_timestamp(sct, self.root.ct_logs(), &AwsLc).map_err(unproved)?;
        }
        let has_detached_timestamp = detached.is_some();
        let issued = IssuedSigner { key, leaf, chain, has_detached_timestamp };
        self.for_signer(&issued).check_certificate(&issued)?;
        Ok(issued)
    }

    /// Signs with a key that verifiers know.
    ///
    /// # Errors
    /// When signing fails, or a service does not vouch for it.
    pub fn sign(
        &self,
        signer: &dyn Signer,
        content: ToSign<'_>,
    ) -> Result<SignatureBundle, ServiceError> {
        let (bundle, scheme) = self.signed(signer, content)?;
        self.vouch(bundle, scheme, content)
    }

    /// Signs with a certified key.
    ///
    /// # Errors
    /// When signing fails, or a service does not vouch for it.
    pub fn sign_certified(
        &self,
        signer: &IssuedSigner,
        content: ToSign<'_>,
    ) -> Result<SignatureBundle, ServiceError> {
        let (mut bundle, scheme) = self.signed(&signer.key, content)?;
        bundle.signer = SignerMaterial::Certificate {
            leaf: signer.leaf.der().to_vec(),
            chain: signer.chain.clone(),
        };
        self.for_signer(signer).vouch(bundle, scheme, content)
    }

    /// Returns a timestamp over an envelope. cosign's forms without a bundle have it instead of one
    /// over the signature.
    ///
    /// # Errors
    /// When no authority is configured, or its answer is not valid.
    pub fn stamp(&self, envelope: &[u8]) -> Result<Vec<u8>, ServiceError> {
        let service = Service::Timestamps;
        let Some(url) = self.services.timestamps.first() else {
            return Err(ServiceError::NotConfigured { service });
        };
        let asked = Asked { client: self.client, service };
        let response = timestamp::stamp(asked, url, envelope)?;
        let token = TimestampToken::from_der(&response).map_err(unproved)?;
        token.verify(envelope, self.root.timestamp_authorities(), &AwsLc).map_err(unproved)?;
        Ok(response)
    }

    /// A timestamp beside the certificate is verified once, together with it, and not required
    /// again.
    fn for_signer(&self, signer: &IssuedSigner) -> Self {
        Self { requires_sct: self.requires_sct && !signer.has_detached_timestamp, ..*self }
    }

    fn signed(
        &self,
        signer: &dyn Signer,
        content: ToSign<'_>,
    ) -> Result<(SignatureBundle, Scheme), ServiceError> {
        let is_message = matches!(content, ToSign::Message(_));
        let form = match rekor::takes_digests(&self.services.logs, is_message) {
            true => Ed25519Form::Prehashed,
            false => Ed25519Form::Pure,
        };
        let bundle = match content {
            ToSign::Message(message) => sign_message(signer, message, form)?,
            ToSign::Statement(payload) => sign_envelope(signer, payload.to_vec(), form)?,
        };
        Ok((bundle, scheme_of(signer, form)))
    }

    /// Adds timestamps and log entries, and verifies the result.
    fn vouch(
        &self,
        mut bundle: SignatureBundle,
        scheme: Scheme,
        content: ToSign<'_>,
    ) -> Result<SignatureBundle, ServiceError> {
        let stamps = Asked { client: self.client, service: Service::Timestamps };
        for url in &self.services.timestamps {
            bundle.timestamps.push(timestamp::stamp(stamps, url, &bundle.signature)?);
        }
        let logs = Asked { client: self.client, service: Service::Log };
        for log in &self.services.logs {
            bundle.entries.push(rekor::enter(logs, log, &bundle, scheme)?);
        }
        self.verify(&bundle, content)?;
        Ok(bundle)
    }

    /// Checks that verifiers accept the certificate, before anything is signed with it.
    fn check_certificate(&self, issued: &IssuedSigner) -> Result<(), ServiceError> {
        let probe = ToSign::Message(b"");
        let mut bundle = sign_message(&issued.key, b"", Ed25519Form::Pure)?;
        bundle.signer = SignerMaterial::Certificate {
            leaf: issued.leaf.der().to_vec(),
            chain: issued.chain.clone(),
        };
        // Checked at the certificate's own start, since clocks differ by seconds.
        let policy = self.identity_policy(&issued.leaf)?.insecure_ignore_tlog();
        self.check(&bundle, probe, &policy, issued.leaf.not_before())
    }

    fn verify(&self, bundle: &SignatureBundle, content: ToSign<'_>) -> Result<(), ServiceError> {
        let policy = match &bundle.signer {
            SignerMaterial::Key(key) => Policy::keys([TrustedKey::new((**key).clone())]),
            SignerMaterial::Certificate { leaf, .. } => {
                let leaf = Certificate::from_der(leaf).map_err(unproved)?;
                self.identity_policy(&leaf)?
            }
        };
        let policy = match self.services.logs.len() {
            0 => policy.insecure_ignore_tlog(),
            logs => policy.require_log_entries(logs),
        };
        let policy = policy.require_signed_timestamps(self.services.timestamps.len());
        self.check(bundle, content, &policy, (self.clock)())
    }

    /// A policy for exactly the identity in a certificate, which was compared with the token
    /// before.
    fn identity_policy(&self, leaf: &Certificate) -> Result<Policy, ServiceError> {
        let identity = leaf.identity().map_err(unproved)?;
        let exact = |text: &str| {
            TextMatcher::exact(text).map_err(|_| ServiceError::OtherCertificate {
                host: String::new(),
                what: "identity",
            })
        };
        let subject = exact(identity.subject.as_str())?;
        let issuer = exact(identity.issuer.as_deref().unwrap_or_default())?;
        let policy = Policy::identities(Identities::from(IdentityMatcher::new(subject, issuer)));
        Ok(if self.requires_sct { policy } else { policy.insecure_ignore_sct() })
    }

    /// Reads and verifies the written bundle, as any verifier does.
    fn check(
        &self,
        bundle: &SignatureBundle,
        content: ToSign<'_>,
        policy: &Policy,
        now: Timestamp,
    ) -> Result<(), ServiceError> {
        let read = Bundle::from_json(&bundle.to_json(), &Limits::default());
        let read = read.map_err(|error: BundleError| unproved(error))?;
        let artifact = match content {
            ToSign::Message(message) => Artifact::Bytes(message),
            ToSign::Statement(_) => Artifact::InsecureUnchecked,
        };
        let verifier = Verifier::with_provider(self.root, &AwsLc);
        verifier.verify(&read, artifact, policy, now).map_err(unproved)?;
        Ok(())
    }
}

fn unproved(error: impl Into<sealift_sigstore_verify::Error>) -> ServiceError {
    ServiceError::Unproved(Box::new(error.into()))
}
