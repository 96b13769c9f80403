//! Signed timestamps (RFC 3161) over the bytes of a signature.
//!
//! A token is a signed message (CMS, RFC 5652) whose content is a `TSTInfo`: a hash and a time.
//! All of it is read as DER, without copies.

mod attributes;
mod error;
mod fields;
mod gen_time;
mod response;
mod signed_data;
mod signing_certificate;
mod tst_info;
mod verified;

use std::slice;

use sealift_model::Timestamp;

use crate::certificate::{Authority, Certificate, Usage, path};
use crate::crypto::{Message, Provider};

pub use error::TimestampError;
use signed_data::SignedData;
use tst_info::TstInfo;
pub use verified::{Accuracy, TimestampIdentity, VerifiedTimestamp};

/// Longest token that is read. Real ones have 0.5 to 6 KiB; the reference's limit for a whole
/// response is 1 MiB.
const MAX_BYTES: usize = 64 * 1024;

/// A parsed timestamp: nothing in it is verified.
#[derive(Debug)]
pub struct TimestampToken<'a> {
    message: SignedData<'a>,
    info: TstInfo<'a>,
}

impl<'a> TimestampToken<'a> {
    /// Reads the DER of a response (`TimeStampResp`), as in bundles and cosign's annotation, or of
    /// a token alone (`ContentInfo`).
    ///
    /// # Errors
    /// For anything else, including BER.
    pub fn from_der(bytes: &'a [u8]) -> Result<Self, TimestampError> {
        if bytes.len() > MAX_BYTES {
            return Err(TimestampError::TooLarge { bytes: bytes.len(), max: MAX_BYTES });
        }
        let message = SignedData::parse(response::signed_data(bytes)?)?;
        let info = TstInfo::from_der(message.content)?;
        Ok(Self { message, info })
    }

    /// The time in the token, not verified.
    #[must_use]
    pub fn claimed_time(&self) -> Timestamp {
        self.info.time
    }

    /// Proves that one of `authorities` stamped `message`.
    ///
    /// # Errors
    /// The most informative reason why none of them did.
    pub fn verify<'r>(
        &self,
        message: &[u8],
        authorities: &'r [Authority],
        provider: &dyn Provider,
    ) -> Result<VerifiedTimestamp<'r>, TimestampError> {
        let imprint = self.info.imprint;
        if imprint.algorithm().hash(message) != imprint {
            return Err(TimestampError::ImprintMismatch);
        }
        self.message.attributes.check_content(self.message.digest, self.message.content)?;
        let mut reason = TimestampError::UnknownAuthority;
        for authority in authorities {
            match self.signed_by(authority, provider) {
                Ok(verified) => return Ok(verified),
                Err(error) if weight(&error) > weight(&reason) => reason = error,
                Err(_) => {}
            }
        }
        Err(reason)
    }

    /// Proves that this authority signed the token at a time when it is trusted.
    fn signed_by<'r>(
        &self,
        authority: &'r Authority,
        provider: &dyn Provider,
    ) -> Result<VerifiedTimestamp<'r>, TimestampError> {
        match self.listed_signer(authority)? {
            Some(signer) => self.signed_with(signer, &[], authority, provider),
            None => {
                let (signer, others) = self.embedded_signer()?;
                self.signed_with(&signer, &others, authority, provider)
            }
        }
    }

    /// The signer's certificate in the trusted root. `None` if the authority lists no signer, only
    /// the issuers of signers.
    ///
    /// If an authority lists a signer, only that one is trusted, not others by the same issuer; and
    /// if a token contains certificates, the listed one must be among them.
    fn listed_signer<'r>(
        &self,
        authority: &'r Authority,
    ) -> Result<Option<&'r Certificate>, TimestampError> {
        let Some(listed) = authority.chain().iter().find(|one| self.message.signer.names(one))
        else {
            let lists_signer = authority.chain().first().is_some_and(|first| !first.is_authority());
            return if lists_signer { Err(TimestampError::UnknownAuthority) } else { Ok(None) };
        };
        let embedded = &self.message.certificates;
        if embedded.is_empty() || embedded.contains(&listed.der()) {
            Ok(Some(listed))
        } else {
            Err(TimestampError::OtherCertificate)
        }
    }

    /// The signer's certificate in the token, and the other certificates in it that can be read.
    /// Others, such as old roots, are only missed if the path needs them.
    fn embedded_signer(&self) -> Result<(Certificate, Vec<Certificate>), TimestampError> {
        let mut certificates = Vec::with_capacity(self.message.certificates.len());
        let mut reason = TimestampError::UnknownAuthority;
        for der in &self.message.certificates {
            match Certificate::from_der(der) {
                Ok(certificate) => certificates.push(certificate),
                Err(unreadable) => reason = TimestampError::Certificate(unreadable),
            }
        }
        let signer =
            certificates.iter().position(|one| self.message.signer.names(one)).ok_or(reason)?;
        Ok((certificates.swap_remove(signer), certificates))
    }

    fn signed_with<'r>(
        &self,
        signer: &Certificate,
        others: &[Certificate],
        authority: &'r Authority,
        provider: &dyn Provider,
    ) -> Result<VerifiedTimestamp<'r>, TimestampError> {
        let (time, window) = (self.info.time, authority.window());
        if !window.contains(time) {
            return Err(TimestampError::OutsideWindow { time, window });
        }
        let attributes = &self.message.attributes;
        if !attributes.signing_certificates.iter().all(|one| one.identifies(signer)) {
            return Err(TimestampError::SigningCertificateMismatch);
        }
        path::verify(
            signer,
            others,
            slice::from_ref(authority),
            time,
            Usage::TimeStamping,
            provider,
        )
        .map_err(TimestampError::Path)?;
        let signed = attributes.signed_bytes();
        signer
            .public_key()
            .verify(provider, self.message.scheme, Message::Bytes(&signed), self.message.signature)
            .map_err(TimestampError::Signature)?;
        Ok(VerifiedTimestamp::new(&self.info, signer, authority))
    }
}

/// How informative an error is when several authorities fail; "not this authority" is the least so.
fn weight(error: &TimestampError) -> u8 {
    match error {
        TimestampError::UnknownAuthority => 0,
        TimestampError::Path(_) => 1,
        _ => 2,
    }
}

#[cfg(test)]
mod tests;
