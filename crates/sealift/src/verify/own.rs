//! Trust that is given in parts, as by cosign's flags and variables, instead of as one trusted
//! root.

use sealift_model::Timestamp;
use sealift_sigstore_verify::{
    Authority, Certificate, CertificateError, KeyError, Scheme, TransparencyLog, TrustedRoot,
    Window,
};

use super::verifier::{provider, public_key};

/// Parts that replace those of a trusted root; a part that is not given stays as it is in the root.
/// Certificates are PEM, one after the other. Trust in these parts never ends.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct OwnTrust {
    /// Chains of authorities that issue certificates for signing, each from the issuing certificate
    /// to the root.
    pub chains: Vec<Vec<u8>>,
    /// Certificates of such authorities in any order. Self-issued ones are trusted, others where
    /// they lead to a self-issued one.
    pub authorities: Vec<Vec<u8>>,
    /// Certificates that may stand between those and a signer's. A self-issued one is not trusted
    /// for being here.
    pub intermediates: Vec<Vec<u8>>,
    /// The chain of a timestamp authority, usually from the certificate that signs to the root. In
    /// another order, or with several roots, all chains that lead to a root count.
    pub timestamp_chain: Option<Vec<u8>>,
    /// Public keys of logs of signatures.
    pub log_keys: Vec<Vec<u8>>,
    /// Public keys of logs of certificates.
    pub certificate_log_keys: Vec<Vec<u8>>,
}

/// Why a part cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OwnTrustError {
    /// A certificate cannot be read, or was not issued by the next one.
    #[error("the certificates cannot be used")]
    Certificates(#[from] CertificateError),
    /// No certificate is self-issued.
    #[error("none of the certificates is a root: no one issued itself")]
    NoRoot,
    /// A public key of a log cannot be read.
    #[error("the public key cannot be used")]
    Key(#[from] KeyError),
}

impl OwnTrust {
    /// Whether no part is given.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        let Self {
            chains,
            authorities,
            intermediates,
            timestamp_chain,
            log_keys,
            certificate_log_keys,
        } = self;
        chains.is_empty()
            && authorities.is_empty()
            && intermediates.is_empty()
            && timestamp_chain.is_none()
            && log_keys.is_empty()
            && certificate_log_keys.is_empty()
    }

    /// Whether the parts name authorities that issue certificates for signing.
    #[must_use]
    pub fn names_issuers(&self) -> bool {
        !(self.chains.is_empty() && self.authorities.is_empty() && self.intermediates.is_empty())
    }

    /// The root with these parts in place of its own.
    ///
    /// # Errors
    /// When a part cannot be used.
    pub fn replace_in(&self, root: &TrustedRoot) -> Result<TrustedRoot, OwnTrustError> {
        let issuers = match self.names_issuers() {
            true => self.issuers()?,
            false => root.certificate_authorities().to_vec(),
        };
        let stampers = match &self.timestamp_chain {
            None => root.timestamp_authorities().to_vec(),
            Some(pem) => stampers(Certificate::chain_from_pem(pem)?)?,
        };
        let logs = replaced(root.logs(), &self.log_keys)?;
        let certificate_logs = replaced(root.ct_logs(), &self.certificate_log_keys)?;
        let new = TrustedRoot::default();
        let new = issuers.into_iter().fold(new, TrustedRoot::with_certificate_authority);
        let new = stampers.into_iter().fold(new, TrustedRoot::with_timestamp_authority);
        let new = logs.into_iter().fold(new, TrustedRoot::with_log);
        Ok(certificate_logs.into_iter().fold(new, TrustedRoot::with_ct_log))
    }

    fn issuers(&self) -> Result<Vec<Authority>, OwnTrustError> {
        let mut issuers = Vec::new();
        for pem in &self.chains {
            issuers.push(issuing(Certificate::chain_from_pem(pem)?)?);
        }
        if !self.authorities.is_empty() || !self.intermediates.is_empty() {
            let (roots, mut others): (Vec<_>, Vec<_>) =
                read(&self.authorities)?.into_iter().partition(Certificate::is_self_issued);
            others.extend(read(&self.intermediates)?.into_iter().filter(|it| !it.is_self_issued()));
            let found = chains(roots, others, issuing)?;
            if found.is_empty() {
                return Err(OwnTrustError::NoRoot);
            }
            issuers.extend(found);
        }
        Ok(issuers)
    }
}

fn read(files: &[Vec<u8>]) -> Result<Vec<Certificate>, CertificateError> {
    let mut certificates = Vec::new();
    for pem in files {
        certificates.extend(Certificate::chain_from_pem(pem)?);
    }
    Ok(certificates)
}

/// Every chain that leads from one of the others to a root; each certificate is at the beginning of
/// one at most.
fn chains(
    roots: Vec<Certificate>,
    mut others: Vec<Certificate>,
    authority: fn(Vec<Certificate>) -> Result<Authority, CertificateError>,
) -> Result<Vec<Authority>, CertificateError> {
    let mut found = Vec::new();
    for root in roots {
        found.push(authority(vec![root])?);
    }
    // Each round is one step further from the roots; one that adds nothing is the last.
    loop {
        let mut next = Vec::new();
        others.retain(|certificate| {
            let extended = found.iter().find_map(|above: &Authority| {
                let chain = std::iter::once(certificate).chain(above.chain());
                authority(chain.cloned().collect()).ok()
            });
            let is_placed = extended.is_some();
            next.extend(extended);
            !is_placed
        });
        if next.is_empty() {
            return Ok(found);
        }
        found.extend(next);
    }
}

/// Whoever names an authority of their own has certificates of any form, as with cosign: only
/// Fulcio's follow its specification.
fn issuing(chain: Vec<Certificate>) -> Result<Authority, CertificateError> {
    Authority::ordinary(chain, window(), provider())
}

fn stamping(chain: Vec<Certificate>) -> Result<Authority, CertificateError> {
    Authority::new(chain, window(), provider())
}

/// The authorities of a file of certificates: one in the order of a chain, else all that the
/// certificates make, as cosign sorts them into one that signs, those between, and roots.
fn stampers(given: Vec<Certificate>) -> Result<Vec<Authority>, CertificateError> {
    let error = match stamping(given.clone()) {
        Ok(authority) => return Ok(vec![authority]),
        Err(error) => error,
    };
    let signers = given.iter().filter(|certificate| !certificate.is_authority()).count();
    let (roots, others): (Vec<_>, Vec<_>) =
        given.into_iter().partition(Certificate::is_self_issued);
    let mut found = chains(roots, others, stamping).unwrap_or_default();
    if signers > 0 {
        // The one that is named signs; others of the same authority do not.
        found.retain(|authority| authority.signer().is_some());
    }
    if signers > 1 || found.is_empty() { Err(error) } else { Ok(found) }
}

fn window() -> Window {
    Window::since(Timestamp::EPOCH)
}

fn replaced(
    logs: &[TransparencyLog],
    keys: &[Vec<u8>],
) -> Result<Vec<TransparencyLog>, OwnTrustError> {
    if keys.is_empty() {
        return Ok(logs.to_vec());
    }
    let log = |pem: &Vec<u8>| {
        let key = public_key(pem)?;
        let scheme = Scheme::default_for(key.algorithm());
        Ok(TransparencyLog::of_key(key, scheme, window()))
    };
    keys.iter().map(log).collect()
}
