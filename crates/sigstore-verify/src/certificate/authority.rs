//! Authorities of the trusted root.

use super::Certificate;
use super::error::CertificateError;
use crate::crypto::Provider;
use crate::trust::Window;

/// An authority of a trusted root: the chain of its certificates, and when it is trusted.
///
/// The last certificate of the chain is the anchor, whether or not it signed itself: it is trusted
/// because it is in the trusted root. Each other one is by the next. The first one of a timestamp
/// authority may be that of the key that signs timestamps (`CertificateAuthority` of Sigstore's
/// protobuf-specs, `sigstore_trustroot.proto`).
#[derive(Clone, Debug, PartialEq)]
pub struct Authority {
    subject: String,
    uri: String,
    chain: Vec<Certificate>,
    window: Window,
    profile: Profile,
}

/// By which rules an authority issues certificates.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Profile {
    /// Those of Sigstore's services: Fulcio's certificate specification, and RFC 3161 for timestamps.
    Sigstore,
    /// Those of RFC 5280 alone, as an authority of one's own has them: a signer's certificate may have
    /// several names, addresses and patterns among them, and say neither who vouches for them nor
    /// what its key is for.
    Ordinary,
}

impl Authority {
    /// An authority by its chain, from the certificate that signs to the anchor.
    ///
    /// What does not change with time is looked at here, once: that each certificate is by the
    /// next, and that those that sign others may. Their validity depends on the time of what they
    /// signed and is looked at with that.
    ///
    /// # Errors
    /// When the chain is empty, a certificate is not by the next, or one that should be an
    /// authority's is not.
    pub fn new(
        chain: Vec<Certificate>,
        window: Window,
        provider: &dyn Provider,
    ) -> Result<Self, CertificateError> {
        Self::with_profile(Profile::Sigstore, chain, window, provider)
    }

    /// An authority of one's own, which issues by the rules of RFC 5280 alone.
    ///
    /// # Errors
    /// As of [`Authority::new`].
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

    /// The same authority, judged as one of the user's own.
    pub(crate) fn into_ordinary(self) -> Self {
        Self { profile: Profile::Ordinary, ..self }
    }

    /// The same authority with the name that the trusted root has for it.
    #[must_use]
    pub fn with_subject(self, subject: String) -> Self {
        Self { subject, ..self }
    }

    /// The same authority with the address at which it is.
    #[must_use]
    pub fn with_uri(self, uri: String) -> Self {
        Self { uri, ..self }
    }

    /// What the trusted root calls the authority: organization and common name. For people.
    #[must_use]
    pub fn subject(&self) -> &str {
        &self.subject
    }

    /// Where the authority is, as in the trusted root.
    #[must_use]
    pub fn uri(&self) -> &str {
        &self.uri
    }

    /// The certificates, from the one that signs to the anchor.
    #[must_use]
    pub fn chain(&self) -> &[Certificate] {
        &self.chain
    }

    /// When what the authority signs is trusted.
    #[must_use]
    pub fn window(&self) -> Window {
        self.window
    }

    /// By which rules it issues.
    #[must_use]
    pub fn profile(&self) -> Profile {
        self.profile
    }

    /// The certificate with which a timestamp authority signs, where the trusted root has it.
    #[must_use]
    pub fn signer(&self) -> Option<&Certificate> {
        self.chain.first().filter(|certificate| !certificate.is_authority())
    }
}

impl Certificate {
    /// Whether the certificate is one that may sign others, apart from time, names and purpose:
    /// RFC 5280 6.1.4 (k), (m), (n) and (o). More than it asks, Sigstore's key usage must be there, and
    /// the basic constraints critical, as its 4.2.1.3 and 4.2.1.9 tell authorities to do.
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

    /// Whether all that must be understood is (RFC 5280 4.2).
    pub(super) fn check_critical(&self) -> Result<(), CertificateError> {
        if self.extensions.poisoned {
            return Err(CertificateError::Precertificate);
        }
        match &self.extensions.unknown_critical {
            Some(oid) => Err(CertificateError::UnknownCriticalExtension { oid: oid.clone() }),
            None => Ok(()),
        }
    }

    /// Whether `issuer` has the name, and where both tell it the key, of who signed this
    /// certificate: RFC 5280 6.1.3 (a)(4) and 4.2.1.1.
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
