//! The path from a signer's certificate to an authority: RFC 5280 6.1, as far as Sigstore uses it.
//!
//! Issuers are found by name and key identifier, first among the certificates of the authorities,
//! then among those that came with the signature, which help but are not trusted. Each certificate
//! is used once, so a path cannot run in circles; the number of signatures looked at is bounded.
//! There are no policies and no revocation in Sigstore: certificates are valid for minutes, and
//! an authority is revoked by its window in the trusted root.

use std::fmt;
use std::slice;

use sealift_model::Timestamp;

use super::error::CertificateError;
use super::{Authority, Certificate, Profile};
use crate::crypto::Provider;

/// Signatures that are checked for one path. An honest search needs one more than the number of
/// certificates that came with the signature; RSA with 8192 bits takes a millisecond.
const MAX_SIGNATURES: usize = 16;

/// What the key of a certificate is used for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Usage {
    /// Signing artifacts.
    CodeSigning,
    /// Signing timestamps.
    TimeStamping,
}

impl fmt::Display for Usage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::CodeSigning => "code signing",
            Self::TimeStamping => "time stamping",
        })
    }
}

/// A valid path: only [`verify`] makes one.
#[derive(Clone, Debug)]
pub(crate) struct Path<'c, 'a> {
    issuer: &'c Certificate,
    /// From the leaf to the anchor.
    certificates: Vec<&'c Certificate>,
    authority: &'a Authority,
}

impl<'c, 'a> Path<'c, 'a> {
    /// The certificate of the leaf's issuer, which its signed certificate timestamps name.
    pub(crate) fn issuer(&self) -> &'c Certificate {
        self.issuer
    }

    /// The authority at which the path ends.
    pub(crate) fn authority(&self) -> &'a Authority {
        self.authority
    }

    /// Checks that the path, which holds at one time, also holds at another. If it does not,
    /// another path may.
    ///
    /// # Errors
    /// For the first certificate that is not valid then, or if the authority is not trusted then.
    pub(crate) fn check_time(&self, at: Timestamp) -> Result<(), CertificateError> {
        if !self.authority.window().contains(at) {
            return Err(CertificateError::AuthorityNotTrusted { at });
        }
        self.certificates.iter().try_for_each(|certificate| certificate.check_time(at))
    }
}

/// Finds a path from `leaf`, by way of certificates in `extra`, to one of `authorities`, on which
/// everything was valid at `at`.
///
/// # Errors
/// The first defect of the leaf itself; otherwise, over all paths, the reason of the one that came
/// furthest.
pub(crate) fn verify<'c, 'a: 'c>(
    leaf: &'c Certificate,
    extra: &'c [Certificate],
    authorities: &'a [Authority],
    at: Timestamp,
    usage: Usage,
    provider: &dyn Provider,
) -> Result<Path<'c, 'a>, CertificateError> {
    let is_ordinary = |one: &Authority| one.profile() == Profile::Ordinary;
    let mildest =
        if authorities.iter().any(is_ordinary) { Profile::Ordinary } else { Profile::Sigstore };
    leaf.check_signer(usage, mildest)?;
    leaf.check_time(at)?;
    let mut search = Search {
        extra,
        authorities,
        at,
        usage,
        mildest,
        provider,
        signatures_left: MAX_SIGNATURES,
        reason: CertificateError::UnknownIssuer,
    };
    search.from(&mut vec![leaf]).ok_or(search.reason)
}

struct Search<'c, 'a, 'p> {
    extra: &'c [Certificate],
    authorities: &'a [Authority],
    at: Timestamp,
    usage: Usage,
    /// The mildest rules of any authority that could be the end; once the end is known, its own
    /// apply.
    mildest: Profile,
    provider: &'p dyn Provider,
    signatures_left: usize,
    /// The best reason so far why there is no path.
    reason: CertificateError,
}

impl<'c, 'a: 'c> Search<'c, 'a, '_> {
    /// Completes a path that begins with the leaf. All but its last certificate are already
    /// checked.
    fn from(&mut self, path: &mut Vec<&'c Certificate>) -> Option<Path<'c, 'a>> {
        let last = *path.last()?;
        for authority in self.authorities {
            if self.usage == Usage::TimeStamping && authority.chain() == slice::from_ref(last) {
                match self.alone(last, authority) {
                    Ok(found) => return Some(found),
                    Err(reason) => self.note(reason),
                }
            }
            for (position, issuer) in authority.chain().iter().enumerate() {
                let rest = authority.chain().get(position..).unwrap_or_default();
                if !self.is_by(last, issuer) {
                    continue;
                }
                match self.end(path, last, authority, rest) {
                    Ok(found) => return Some(found),
                    Err(reason) => self.note(reason),
                }
            }
        }
        for issuer in self.extra {
            // A root that came with the signature is not trusted, and leads nowhere else.
            if issuer.is_self_issued() || path.contains(&issuer) || !self.is_by(last, issuer) {
                continue;
            }
            if let Err(reason) = self.check_link(last, issuer) {
                self.note(reason);
                continue;
            }
            path.push(issuer);
            let found = self.from(path);
            path.pop();
            if found.is_some() {
                return found;
            }
        }
        None
    }

    fn is_by(&mut self, certificate: &Certificate, issuer: &Certificate) -> bool {
        let checked = certificate.check_issued_by(issuer);
        checked.map_err(|reason| self.note(reason)).is_ok()
    }

    /// The path of a timestamp signer that is the anchor itself, if it is valid.
    fn alone(
        &self,
        signer: &'c Certificate,
        authority: &'a Authority,
    ) -> Result<Path<'c, 'a>, CertificateError> {
        let path = Path { issuer: signer, certificates: vec![signer], authority };
        path.check_time(self.at).map(|()| path)
    }

    /// The path that ends with `rest`, if it is valid: `rest` is the part of the chain of
    /// `authority` that begins with the issuer of `last`.
    fn end(
        &mut self,
        begun: &[&'c Certificate],
        last: &'c Certificate,
        authority: &'a Authority,
        rest: &'a [Certificate],
    ) -> Result<Path<'c, 'a>, CertificateError> {
        let issuer = rest.first().ok_or(CertificateError::UnknownIssuer)?;
        let certificates: Vec<&Certificate> = begun.iter().copied().chain(rest).collect();
        let issuer_of_leaf = certificates.get(1).copied().unwrap_or(issuer);
        let path = Path { issuer: issuer_of_leaf, certificates, authority };
        path.check_time(self.at)?;
        // Already checked: the links between the authority's own certificates, and that each of
        // them except a signer may sign others.
        if authority.signer() != Some(last) {
            issuer.check_issuing(authority.profile())?;
            self.check_signature(last, issuer)?;
        }
        self.check_profile(begun, authority.profile())?;
        check_issuers(&path.certificates, self.usage)?;
        Ok(path)
    }

    /// Checks a path that was begun by the mildest rules against those of its end.
    fn check_profile(
        &self,
        begun: &[&Certificate],
        profile: Profile,
    ) -> Result<(), CertificateError> {
        let Some((leaf, others)) = begun.split_first().filter(|_| profile != self.mildest) else {
            return Ok(());
        };
        leaf.check_signer(self.usage, profile)?;
        others.iter().try_for_each(|issuer| issuer.check_issuing(profile))
    }

    /// Checks a link between certificates that came with the signature.
    fn check_link(
        &mut self,
        certificate: &Certificate,
        issuer: &Certificate,
    ) -> Result<(), CertificateError> {
        issuer.check_issuing(self.mildest)?;
        issuer.check_time(self.at)?;
        self.check_signature(certificate, issuer)
    }

    fn check_signature(
        &mut self,
        certificate: &Certificate,
        issuer: &Certificate,
    ) -> Result<(), CertificateError> {
        let given_up = CertificateError::SearchGivenUp { max: MAX_SIGNATURES };
        self.signatures_left = self.signatures_left.checked_sub(1).ok_or(given_up)?;
        certificate.check_signature(issuer, self.provider)
    }

    fn note(&mut self, reason: CertificateError) {
        if reason.weight() > self.reason.weight() {
            self.reason = reason;
        }
    }
}

/// Checks the limits that each authority on a path sets for the certificates before it: how many
/// may be authorities (RFC 5280 6.1.4 (l) and (m), also counting the self-signed ones), their
/// purpose, and their names.
fn check_issuers(path: &[&Certificate], usage: Usage) -> Result<(), CertificateError> {
    for (position, issuer) in path.iter().enumerate().skip(1) {
        let constraints = issuer.extensions.basic_constraints;
        if let Some(max) = constraints.and_then(|constraints| constraints.path_length)
            && u32::try_from(position - 1).is_ok_and(|between| between > max)
        {
            return Err(CertificateError::PathTooLong { max });
        }
        if !issuer.allows(usage) {
            return Err(CertificateError::OtherExtendedKeyUsage { usage });
        }
        if let Some(constraints) = &issuer.extensions.name_constraints {
            for certificate in path.iter().take(position) {
                constraints.check(certificate)?;
            }
        }
    }
    Ok(())
}

impl Certificate {
    /// Checks that the certificate may be a signer's, apart from time.
    fn check_signer(&self, usage: Usage, profile: Profile) -> Result<(), CertificateError> {
        self.check_critical()?;
        if self.is_authority() || self.extensions.key_usage.is_some_and(|u| u.certificate_sign) {
            return Err(CertificateError::AuthorityAsSigner);
        }
        if self.extensions.name_constraints.is_some() {
            // RFC 5280 4.2.1.10: "MUST be used only in a CA certificate".
            return Err(CertificateError::AuthorityAsSigner);
        }
        let is_ordinary = profile == Profile::Ordinary;
        match self.extensions.key_usage {
            None if is_ordinary => {}
            Some(usage) if usage.digital_signature => {}
            _ => return Err(CertificateError::NoDigitalSignature),
        }
        // RFC 5280 4.2.1.12: a certificate without the extension, or with anyExtendedKeyUsage in it,
        // does not limit what its key is for.
        let purposes = match self.extensions.extended_key_usage {
            None if is_ordinary && usage == Usage::CodeSigning => return Ok(()),
            purposes => purposes.ok_or(CertificateError::NoExtendedKeyUsage { usage })?,
        };
        match usage {
            Usage::CodeSigning if purposes.code_signing || (is_ordinary && purposes.any) => Ok(()),
            // RFC 3161 2.3: "with KeyPurposeID having value: id-kp-timeStamping. This extension
            // MUST be critical", and it is the only one.
            Usage::TimeStamping if purposes.time_stamping => {
                if purposes.purposes > 1 {
                    Err(CertificateError::SeveralExtendedKeyUsages)
                } else if purposes.critical {
                    Ok(())
                } else {
                    Err(CertificateError::ExtendedKeyUsageNotCritical)
                }
            }
            _ => Err(CertificateError::OtherExtendedKeyUsage { usage }),
        }
    }

    /// Whether an authority's extended key usage, if it has one, permits this usage below it.
    ///
    /// RFC 5280 4.2.1.12 limits only the key of the certificate itself; Fulcio's certificate
    /// specification and Go's `crypto/x509` apply it to the certificates below as well.
    fn allows(&self, usage: Usage) -> bool {
        self.extensions.extended_key_usage.is_none_or(|purposes| {
            let named = match usage {
                Usage::CodeSigning => purposes.code_signing,
                Usage::TimeStamping => purposes.time_stamping,
            };
            named || purposes.any
        })
    }
}
