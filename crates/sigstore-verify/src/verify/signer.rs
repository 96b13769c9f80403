//! Verifies the signer: a certificate with an accepted identity, or an accepted key.

use sealift_model::Timestamp;

use crate::Error;
use crate::bundle::{Bundle, Material};
use crate::certificate::path::{self, Path, Usage};
use crate::certificate::{Certificate, CertificateError, CertificateIdentity, Profile};
use crate::crypto::PublicKey;
use crate::log::Signatory;
use crate::policy::{Identities, IdentityMismatch, Policy, SctRequirement, Signer, TrustedKey};
use crate::sct::VerifiedSct;
use crate::trust::Window;
use crate::verify::outcome::{Check, Log, Omission, SigningTime, VerifiedSigner};
use crate::verify::{Refusal, Verifier};

/// The possible signers of one bundle by one policy: not yet proved.
#[derive(Debug)]
pub(super) enum Claimed<'b, 'p> {
    Certificate {
        leaf: &'b Certificate,
        intermediates: &'b [Certificate],
        accepted: &'p Identities,
    },
    Keys(Vec<&'p TrustedKey>),
}

impl<'b, 'p> Claimed<'b, 'p> {
    pub(super) fn new(bundle: &'b Bundle, policy: &'p Policy) -> Result<Self, Refusal> {
        match (&policy.signer, bundle.material()) {
            (Signer::Identities(accepted), Material::Certificate { leaf, intermediates }) => {
                Ok(Self::Certificate { leaf, intermediates, accepted })
            }
            (Signer::Identities(_), Material::PublicKey { .. }) => {
                Err(Refusal::CertificateRequired)
            }
            (Signer::Keys(_), Material::Certificate { .. }) => Err(Refusal::KeyRequired),
            (Signer::Keys(keys), Material::PublicKey { hint }) => hinted(keys, hint),
        }
    }

    /// The keys, one of which must have signed.
    pub(super) fn keys(&self) -> Vec<&PublicKey> {
        match self {
            Self::Certificate { leaf, .. } => vec![leaf.public_key()],
            Self::Keys(keys) => keys.iter().map(|trusted| trusted.key()).collect(),
        }
    }

    /// The signer that a log entry must name, if it is the key at `place`.
    pub(super) fn logged(&self, place: usize) -> Result<Signatory<'_>, Refusal> {
        match self {
            Self::Certificate { leaf, .. } => {
                Ok(Signatory::Certificate { der: leaf.der(), key: leaf.public_key() })
            }
            Self::Keys(keys) => match keys.get(place) {
                Some(trusted) => Ok(Signatory::Key(trusted.key())),
                None => Err(Refusal::KeyRequired),
            },
        }
    }

    /// The signer, if it is accepted and was valid at every signing time.
    pub(super) fn verify<'t: 'b>(
        &self,
        verifier: &Verifier<'t>,
        place: usize,
        (times, now): (&[SigningTime], Timestamp),
        requirement: SctRequirement,
        log: &mut Log,
    ) -> Result<(VerifiedSigner<'b>, Vec<VerifiedSct<'t>>), Error> {
        match self {
            Self::Certificate { leaf, intermediates, accepted } => {
                let path = trusted_path(verifier, leaf, intermediates, (times, now), log)?;
                let scts = certificate_timestamps(verifier, leaf, &path, requirement, log)?;
                let authority = path.authority();
                let identity = Box::new(accepted_identity(leaf, authority.profile(), accepted)?);
                log.done(Check::Identity);
                let certificate = *leaf;
                Ok((VerifiedSigner::Certificate { certificate, identity, authority }, scts))
            }
            Self::Keys(keys) => {
                let key = keys.get(place).ok_or(Refusal::KeyRequired)?.key();
                let same = keys.iter().filter(|trusted| trusted.key() == key);
                key_allowed(same.map(|trusted| trusted.window), times, now, log)?;
                Ok((VerifiedSigner::Key(Box::new(key.clone())), Vec::new()))
            }
        }
    }
}

/// The keys that a hint may name: those without a hint, and those with the same hint.
fn hinted<'b, 'p>(keys: &'p [TrustedKey], hint: &str) -> Result<Claimed<'b, 'p>, Refusal> {
    let fits = |trusted: &&TrustedKey| {
        hint.is_empty() || trusted.hint.as_deref().is_none_or(|own| own == hint)
    };
    let fitting: Vec<&TrustedKey> = keys.iter().filter(fits).collect();
    if fitting.is_empty() && !keys.is_empty() {
        return Err(Refusal::KeyHint { found: hint.to_owned() });
    }
    Ok(Claimed::Keys(fitting))
}

/// The certificate's path to an authority, which is valid at every signing time.
fn trusted_path<'c, 't: 'c>(
    verifier: &Verifier<'t>,
    leaf: &'c Certificate,
    intermediates: &'c [Certificate],
    (times, now): (&[SigningTime], Timestamp),
    log: &mut Log,
) -> Result<Path<'c, 't>, CertificateError> {
    let authorities = verifier.root.certificate_authorities();
    let find = |at| {
        path::verify(leaf, intermediates, authorities, at, Usage::CodeSigning, verifier.provider)
    };
    let Some((first, others)) = times.split_first() else {
        log.done(Check::CertificatePathNow);
        return find(now);
    };
    let path = find(first.time)?;
    for other in others {
        // The links of the path are valid; another path is needed only if a part of it has expired.
        if path.check_time(other.time).is_err() {
            find(other.time)?;
        }
    }
    log.done(Check::CertificatePath);
    Ok(path)
}

/// The first identity in the certificate that is accepted; otherwise the reason of the one that
/// came furthest.
fn accepted_identity(
    leaf: &Certificate,
    profile: Profile,
    accepted: &Identities,
) -> Result<CertificateIdentity, Error> {
    let mut mismatch = None;
    for identity in leaf.identities(profile)? {
        match accepted.check(&identity) {
            Ok(()) => return Ok(identity),
            Err(why) if matches!(why, IdentityMismatch::Subject { .. }) => {
                mismatch.get_or_insert(why);
            }
            Err(why) => mismatch = Some(why),
        }
    }
    Err(mismatch.map_or_else(
        || CertificateError::NoAlternativeName.into(),
        |why| Refusal::Identity(why).into(),
    ))
}

fn certificate_timestamps<'t>(
    verifier: &Verifier<'t>,
    leaf: &Certificate,
    path: &Path<'_, '_>,
    requirement: SctRequirement,
    log: &mut Log,
) -> Result<Vec<VerifiedSct<'t>>, Error> {
    let omitted = match requirement {
        SctRequirement::AtLeast(required) => {
            let logs = verifier.root.ct_logs();
            let counted = leaf.verify_timestamps(path.issuer(), logs, verifier.provider)?;
            if counted.len() < required {
                let found = counted.len();
                return Err(Refusal::CertificateTimestamps { required, found }.into());
            }
            log.done(Check::CertificateTimestamps);
            return Ok(counted);
        }
        SctRequirement::NoPublicLog => Omission::NoPublicLogs,
        SctRequirement::InsecureIgnored => Omission::Insecure,
    };
    log.not_done(Check::CertificateTimestamps, omitted);
    Ok(Vec::new())
}

/// Checks that the key that signed was valid at every signing time, in one of its windows: it has
/// one for each occurrence in the policy.
fn key_allowed(
    windows: impl Iterator<Item = Option<Window>>,
    times: &[SigningTime],
    now: Timestamp,
    log: &mut Log,
) -> Result<(), Refusal> {
    log.done(Check::Key);
    let mut reason = None;
    for window in windows {
        let Some(window) = window else { return Ok(()) };
        let known = times.iter().map(|known| known.time);
        let mut at = known.chain(times.is_empty().then_some(now));
        match at.find(|&at| !window.contains(at)) {
            Some(at) => _ = reason.get_or_insert(Refusal::KeyNotValid { at }),
            None => {
                log.done(Check::KeyValidity);
                return Ok(());
            }
        }
    }
    Err(reason.unwrap_or(Refusal::KeyRequired))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::certificate::made;
    use crate::trust::TrustedRoot;

    fn time(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    /// The key that signed is in the policy for 2024 and for 2026.
    #[test]
    fn one_key_with_two_windows() {
        let key = PublicKey::from_der(&made::public_key(1)).unwrap();
        let during = |year: &str| {
            let (start, end) =
                (format!("{year}-01-01T00:00:00Z"), format!("{year}-12-31T00:00:00Z"));
            let window = Window::new(time(&start), Some(time(&end))).unwrap();
            TrustedKey::new(key.clone()).valid_in(window)
        };
        let (past, present) = (during("2024"), during("2026"));
        let other = TrustedKey::new(PublicKey::from_der(&made::public_key(2)).unwrap());
        let root = TrustedRoot::default();
        let allowed = |now: &str| {
            let claimed = Claimed::Keys(vec![&past, &present, &other]);
            let (now, log) = (time(now), &mut Log::default());
            let requirement = SctRequirement::AtLeast(1);
            claimed.verify(&Verifier::new(&root), 0, (&[], now), requirement, log).map(|_| ())
        };
        assert_eq!(allowed("2024-06-01T00:00:00Z"), Ok(()));
        assert_eq!(allowed("2026-06-01T00:00:00Z"), Ok(()));
        let at = time("2025-06-01T00:00:00Z");
        assert_eq!(allowed("2025-06-01T00:00:00Z"), Err(Refusal::KeyNotValid { at }.into()));
    }
}
