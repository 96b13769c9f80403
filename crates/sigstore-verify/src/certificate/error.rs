//! Why a certificate cannot be read, or is not trusted.

use sealift_model::Timestamp;

use crate::crypto::{KeyError, SignatureError};
use crate::pem::PemError;

use super::Usage;

/// Why a certificate could not be read, names no signer, or has no path to an authority.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CertificateError {
    /// The text is not PEM (RFC 7468), or has too many blocks.
    #[error("not a certificate in PEM")]
    Pem(#[source] PemError),
    /// A PEM block holds something other than a certificate.
    #[error("PEM block of {label:?}, not of a certificate")]
    PemLabel {
        /// The label between `BEGIN` and the dashes.
        label: String,
    },
    /// The certificate is longer than allowed.
    #[error("{bytes} bytes, at most {max} are allowed")]
    TooLong {
        /// Its length.
        bytes: usize,
        /// Bytes allowed.
        max: usize,
    },
    /// A part is not DER as RFC 5280 defines it, or is followed by further bytes.
    #[error("malformed certificate: {part}")]
    Malformed {
        /// The part, as RFC 5280 calls it.
        part: &'static str,
    },
    /// The certificate has another version than 3 (RFC 5280 4.1.2.1).
    #[error("not a certificate of version 3")]
    Version,
    /// The serial number is not positive or has more than 20 octets (RFC 5280 4.1.2.2).
    #[error("the serial number is not a positive number of at most 20 octets")]
    SerialNumber,
    /// The algorithm in the signed part differs from the one beside the signature (RFC 5280
    /// 4.1.1.2).
    #[error("the certificate names two signature algorithms")]
    AlgorithmsDiffer,
    /// The certificate has no issuer (RFC 5280 4.1.2.4).
    #[error("the issuer is empty")]
    EmptyIssuer,
    /// The public key is not one that is accepted.
    #[error("the certificate's public key is refused")]
    PublicKey(#[source] KeyError),
    /// An extension is there twice (RFC 5280 4.2).
    #[error("extension {oid} is there twice")]
    DuplicateExtension {
        /// The object identifier, with dots.
        oid: String,
    },
    /// The certificate has too many extensions.
    #[error("more than {max} extensions")]
    TooManyExtensions {
        /// The limit.
        max: usize,
    },

    /// There is no subject alternative name, or none in it.
    #[error("the certificate has no subject alternative name")]
    NoAlternativeName,
    /// The certificate has several subject alternative names, so the signer is ambiguous.
    #[error("the certificate has several subject alternative names")]
    SeveralAlternativeNames,
    /// The subject alternative name has a form that cannot name a signer.
    #[error("the subject alternative name is a {form}")]
    UnsupportedAlternativeName {
        /// The form, as RFC 5280 4.2.1.6 calls it.
        form: &'static str,
    },
    /// The subject alternative name is empty.
    #[error("the subject alternative name is empty")]
    EmptyAlternativeName,
    /// The subject alternative name has a NUL or another control character.
    #[error("the subject alternative name has a control character")]
    ControlInAlternativeName,
    /// The subject alternative name is a pattern, with `*`.
    #[error("the subject alternative name has a wildcard")]
    WildcardAlternativeName,
    /// An email address without a local part or host, or a URI without a scheme or rest.
    #[error("the subject alternative name is not the {form} that it says it is")]
    InvalidAlternativeName {
        /// The form, as RFC 5280 4.2.1.6 calls it.
        form: &'static str,
    },
    /// An extension of Fulcio does not hold text: UTF-8, from number 8 on as a UTF8String.
    #[error("extension {oid} does not hold text")]
    ExtensionNotText {
        /// The object identifier, with dots.
        oid: String,
    },
    /// The extension for the issuer of the identity is empty.
    #[error("the issuer extension is empty")]
    EmptyIssuerExtension,
    /// The two extensions for the issuer of the identity, 1 and 8, differ.
    #[error("the issuer extensions disagree")]
    IssuersDisagree {
        /// What 1.3.6.1.4.1.57264.1.1 says.
        old: String,
        /// What 1.3.6.1.4.1.57264.1.8 says.
        new: String,
    },

    /// The certificate was not valid yet.
    #[error("at {at} the certificate was not yet valid, but from {not_before}")]
    NotYetValid {
        /// The time at which it should have been.
        at: Timestamp,
        /// The first second at which it was.
        not_before: Timestamp,
    },
    /// The certificate was not valid any more.
    #[error("at {at} the certificate had expired, on {not_after}")]
    Expired {
        /// The time at which it should have been valid.
        at: Timestamp,
        /// The last second at which it was.
        not_after: Timestamp,
    },
    /// A critical extension is not understood (RFC 5280 4.2).
    #[error("critical extension {oid} is not understood")]
    UnknownCriticalExtension {
        /// The object identifier, with dots.
        oid: String,
    },
    /// A precertificate (RFC 6962 3.1), which is only made to be logged.
    #[error("a precertificate stands in for a certificate")]
    Precertificate,
    /// An authority's own certificate was given as the signer's.
    #[error("the certificate of an authority stands where a signer's belongs")]
    AuthorityAsSigner,
    /// The key usage of a signer does not have digital signatures (RFC 5280 4.2.1.3).
    #[error("the key may not be used for digital signatures")]
    NoDigitalSignature,
    /// The signer's certificate has no extended key usage.
    #[error("the certificate does not say that it is for {usage}")]
    NoExtendedKeyUsage {
        /// What it should be for.
        usage: Usage,
    },
    /// The extended key usage, of the signer or of an authority, lacks the required purpose.
    #[error("the extended key usage does not allow {usage}")]
    OtherExtendedKeyUsage {
        /// What it should be for.
        usage: Usage,
    },
    /// The extended key usage of a timestamp signer is not critical (RFC 3161 2.3).
    #[error("the extended key usage of the timestamp signer is not critical")]
    ExtendedKeyUsageNotCritical,
    /// A timestamp signer's certificate has further purposes (RFC 3161 2.3).
    #[error("the certificate of the timestamp signer is for other purposes too")]
    SeveralExtendedKeyUsages,

    /// An authority of the trusted root has no certificate.
    #[error("the authority has no certificate")]
    NoAuthorityCertificate,
    /// A certificate in the chain of an authority is not issued by the next one: the names differ.
    #[error("certificate {position} of the authority's chain is not by the next")]
    BrokenChain {
        /// Its place in the chain, from 0.
        position: usize,
    },
    /// The issuer's certificate is not that of an authority (RFC 5280 4.2.1.9).
    #[error("the issuer is not an authority")]
    NotAnAuthority,
    /// The basic constraints of an authority are not critical (RFC 5280 4.2.1.9).
    #[error("the basic constraints of an authority are not critical")]
    BasicConstraintsNotCritical,
    /// The key usage of an authority is absent or does not have certificate signatures (RFC 5280
    /// 4.2.1.3).
    #[error("the key of the issuer may not sign certificates")]
    NoCertificateSign,
    /// More authorities follow one than it allows (RFC 5280 4.2.1.9).
    #[error("more than {max} authorities follow one that allows no more")]
    PathTooLong {
        /// How many it allows.
        max: u32,
    },
    /// An authority above does not permit a name (RFC 5280 4.2.1.10).
    #[error("the name constraints of an authority do not allow {name:?}")]
    NameOutsideConstraints {
        /// The name.
        name: String,
    },
    /// An authority constrains names of a form that is not understood (RFC 5280 4.2.1.10).
    #[error("an authority constrains names of a form that is not understood")]
    UnsupportedNameConstraint,

    /// No known authority or certificate has the name of the issuer.
    #[error("the issuer is unknown")]
    UnknownIssuer,
    /// An authority has the issuer's name, but not the key that the certificate names.
    #[error("the issuer's key is another than the certificate says")]
    OtherIssuerKey,
    /// The authority is not trusted at that time.
    #[error("at {at} the authority is not trusted")]
    AuthorityNotTrusted {
        /// The time at which it should be.
        at: Timestamp,
    },
    /// The certificate is signed by an algorithm that is not accepted.
    #[error("the certificate is signed by an algorithm that is not accepted")]
    UnsupportedAlgorithm,
    /// The issuer's signature on the certificate does not hold.
    #[error("the issuer's signature on the certificate does not hold")]
    Signature(#[source] SignatureError),
    /// The search was given up because too many certificates could be the issuer.
    #[error("no path was found with {max} signatures looked at")]
    SearchGivenUp {
        /// The limit.
        max: usize,
    },
}

impl CertificateError {
    /// How close a path came: if several fail, the reason with the highest weight is reported.
    pub(super) fn weight(&self) -> u8 {
        match self {
            Self::UnknownIssuer => 0,
            Self::OtherIssuerKey => 1,
            Self::AuthorityNotTrusted { .. } => 2,
            Self::UnsupportedAlgorithm | Self::Signature(_) => 3,
            Self::SearchGivenUp { .. } => u8::MAX,
            _ => 4,
        }
    }
}
