//! Authorities of the trusted root.

use super::Certificate;
use super::error::CertificateError;
use crate::crypto::Provider;
use crate::trust::Window;

/// An authority of a trusted root: the chain of its certificates, and when it is trusted.
///
/// The last certificate of the chain is the anchor, self-signed or not: it is trusted because it is
/// in the trusted root. Each other certificate is trusted because the next one issued it. The first
/// certificate of a timestamp authority may be that of the key that signs timestamps
/// (`CertificateAuthority` of Sigstore's protobuf-specs, `sigstore_trustroot.proto`).
#[derive(Clone, Debug, PartialEq)]
pub struct Authority {
    subject: String,
    uri: String,
    chain: Vec<Certificate>,
    window: Window,
    profile: Profile,
}

/// The rules by which an authority issues certificates.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Profile {
    /// The rules of Sigstore's services: Fulcio's certificate specification, and RFC 3161 for
    /// timestamps.
    Sigstore,
    /// The rules of RFC 5280 alone, for a private authority: a signer's certificate may have
    /// several names, including addresses and patterns, and may lack the issuer of the identity and
    /// the purpose of its key.
    Ordinary,
}

impl Authority {
    /// Makes an authority from its chain, ordered from the certificate that signs to the anchor.
    ///
    /// Checks here, once, what does not change with time: that each certificate is issued by the
    /// next, and that the issuing ones may sign others. Their validity depends on the time of what
    /// they signed and is checked together with that.
    ///
    /// # Errors
    /// When the chain is empty, a certificate is not issued by the next, or an issuing certificate
    /// is not that of an authority.
    pub fn new(
        chain: Vec<Certificate>,
        window: Window,
        provider: &dyn Provider,
    ) -> Result<Self, CertificateError> {
        Self::with_profile(Profile::Sigstore, chain, window, provider)
    }

    /// Makes a private authority, which issues by the rules of RFC 5280 alone.
    ///
    /// # Errors
    /// Those of [`Authority::new`].
    pub fn ordinary(
        chain: Vec<Certificate>,
        window: Window,
        provider: &dyn Provider,
    ) -> Result<Self, CertificateError> {
        Self::with_profile(Profile::Ordinary, chain, window, provider)
    }

    fn with_profile(
        profile: Profile,
        chain: Vec<Certificate>,
        window: Window,
        provider: &dyn Provider,
    ) -> Result<Self, CertificateError> {
        let first = chain.first().ok_or(CertificateError::NoAuthorityCertificate)?;
        let signer = usize::from(!first.is_authority());
        for certificate in chain.iter().skip(signer) {
            certificate.check_issuing(profile)?;
        }
        for (position, pair) in chain.windows(2).enumerate() {
            let [certificate, issuer] = pair else { continue };
            match certificate.check_issued_by(issuer) {
                Err(CertificateError::UnknownIssuer) => {
                    return Err(CertificateError::BrokenChain { position });
                }
                checked => checked?,
            }
            certificate.check_signature(issuer, provider)?;
        }
        Ok(Self { subject: String::new(), uri: String::new(), chain, window, profile })
    }

    /// The same authority, with the rules of a private one.
    pub(crate) fn into_ordinary(self) -> Self {
        Self { profile: Profile::Ordinary, ..self }
    }

    /// The same authority with its name in the trusted root.
    #[must_use]
    pub fn with_subject(self, subject: String) -> Self {
        Self { subject, ..self }
    }

    /// The same authority with its URL.
    #[must_use]
    pub fn with_uri(self, uri: String) -> Self {
        Self { uri, ..self }
    }

    /// The name of the authority in the trusted root: organization and common name. For people.
    #[must_use]
    pub fn subject(&self) -> &str {
        &self.subject
    }

    /// The URL of the authority in the trusted root.
    #[must_use]
    pub fn uri(&self) -> &str {
        &self.uri
    }

    /// The certificates, from the one that signs to the anchor.
    #[must_use]
    pub fn chain(&self) -> &[Certificate] {
        &self.chain
    }

    /// The time in which signatures of the authority are trusted.
    #[must_use]
    pub fn window(&self) -> Window {
        self.window
    }

    /// The rules by which it issues.
    #[must_use]
    pub fn profile(&self) -> Profile {
        self.profile
    }

    /// The certificate with which a timestamp authority signs, if the trusted root has it.
    #[must_use]
    pub fn signer(&self) -> Option<&Certificate> {
        self.chain.first().filter(|certificate| !certificate.is_authority())
    }
}

impl Certificate {
    /// Checks that the certificate may sign others, apart from time, names and purpose: RFC 5280
    /// 6.1.4 (k), (m), (n) and (o). Beyond these, Sigstore's authorities must have a key usage and
    /// critical basic constraints, which RFC 5280 4.2.1.3 and 4.2.1.9 demand of issuers.
    pub(super) fn check_issuing(&self, profile: Profile) -> Result<(), CertificateError> {
        self.check_critical()?;
        let constraints = self.extensions.basic_constraints.filter(|c| c.authority);
        let constraints = constraints.ok_or(CertificateError::NotAnAuthority)?;
        let is_ordinary = profile == Profile::Ordinary;
        if !constraints.critical && !is_ordinary {
            return Err(CertificateError::BasicConstraintsNotCritical);
        }
        match self.extensions.key_usage {
            None if is_ordinary => Ok(()),
            Some(usage) if usage.certificate_sign => Ok(()),
            _ => Err(CertificateError::NoCertificateSign),
        }
    }

    /// Checks that every critical extension is understood (RFC 5280 4.2).
    pub(super) fn check_critical(&self) -> Result<(), CertificateError> {
        if self.extensions.poisoned {
            return Err(CertificateError::Precertificate);
        }
        match &self.extensions.unknown_critical {
            Some(oid) => Err(CertificateError::UnknownCriticalExtension { oid: oid.clone() }),
            None => Ok(()),
        }
    }

    /// Checks that `issuer` has the name that this certificate gives for its issuer, and, if both
    /// identify it, the same key: RFC 5280 6.1.3 (a)(4) and 4.2.1.1.
    pub(super) fn check_issued_by(&self, issuer: &Self) -> Result<(), CertificateError> {
        if self.issuer() != issuer.subject() {
            return Err(CertificateError::UnknownIssuer);
        }
        match (self.extensions.authority_key, issuer.extensions.subject_key) {
            (Some(named), Some(key)) if named.of(&self.der) != key.of(&issuer.der) => {
                Err(CertificateError::OtherIssuerKey)
            }
            _ => Ok(()),
        }
    }
}
