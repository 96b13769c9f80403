use sealift_model::Timestamp;

use crate::certificate::CertificateError;
use crate::crypto::SignatureError;
use crate::trust::Window;

/// Why a signed timestamp does not prove a time.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TimestampError {
    /// Longer than any token.
    #[error("a timestamp of {bytes} bytes, at most {max} are allowed")]
    TooLarge {
        /// Bytes that are there.
        bytes: usize,
        /// Bytes allowed.
        max: usize,
    },
    /// A part is not DER of the specified structure; BER is refused as well.
    #[error("malformed timestamp: {part}")]
    Malformed {
        /// The ASN.1 structure: `TSTInfo.accuracy`.
        part: &'static str,
    },
    /// A structure has an unknown version.
    #[error("{part} has version {version}, which a timestamp does not have")]
    Version {
        /// The ASN.1 structure: `SignedData`.
        part: &'static str,
        /// The version that it states.
        version: u32,
    },
    /// The authority refused to stamp (RFC 3161 2.4.2: status neither granted nor granted with
    /// modifications).
    #[error("the authority answered with status {status}")]
    NotGranted {
        /// The `PKIStatus`: 2 is rejection.
        status: u32,
    },
    /// The content is of another type than `id-signedData`.
    #[error("the timestamp is not a signed message")]
    NotSignedData,
    /// The signed content is not of the type `id-ct-TSTInfo`.
    #[error("the signed content is not a timestamp")]
    NotTstInfo,
    /// The token has more than one signature.
    #[error("the timestamp has more than one signer")]
    SeveralSigners,
    /// More certificates than allowed.
    #[error("more than {max} certificates in the timestamp")]
    TooManyCertificates {
        /// Certificates allowed.
        max: usize,
    },
    /// There are no signed attributes.
    #[error("the timestamp has no signed attributes")]
    NoAttributes,
    /// The content type among the attributes is missing, or not that of the content.
    #[error("the signed attributes do not have the content's type")]
    ContentTypesDiffer,
    /// The attributes lack the digest of the content.
    #[error("the signed attributes lack the content's digest")]
    NoMessageDigest,
    /// The digest among the attributes is not that of the content.
    #[error("the digest in the signed attributes is not the content's")]
    MessageDigestMismatch,
    /// The attributes do not name the signer's certificate.
    #[error("the signed attributes do not identify the signer's certificate")]
    NoSigningCertificate,
    /// The attributes name another certificate than the signer's.
    #[error("the signed attributes identify another certificate than the signer's")]
    SigningCertificateMismatch,
    /// A hash or signature algorithm that is not supported, such as SHA-1.
    #[error("algorithm {id} is not supported")]
    UnsupportedAlgorithm {
        /// Its object identifier.
        id: String,
    },
    /// The hash of the signature differs from that of the content's digest, or is not listed in the
    /// message.
    #[error("content and attributes are hashed with different algorithms")]
    DigestAlgorithmsDiffer,
    /// RSA-PSS with two hashes, or with a salt of another length than the hash.
    #[error("RSA-PSS parameters other than one hash and a salt of its length")]
    PssParameters,
    /// A serial number longer than allowed.
    #[error("the serial number of the timestamp has more than {max_bytes} bytes")]
    SerialTooLong {
        /// Length allowed.
        max_bytes: usize,
    },
    /// The time is not in the one form that RFC 3161 2.4.2 allows, or not in the calendar.
    #[error("the time of the timestamp is malformed")]
    Time,
    /// A critical extension; none is supported.
    #[error("critical extension {id} is not understood")]
    CriticalExtension {
        /// Its object identifier.
        id: String,
    },
    /// The timestamp is over something other than the signature.
    #[error("stamped is something else than this signature")]
    ImprintMismatch,
    /// No trusted authority lists the signer's certificate or issued the one in the token.
    #[error("no trusted timestamp authority has this signer")]
    UnknownAuthority,
    /// The token contains certificates, but not the one that the trusted root lists.
    #[error("the certificates in the token lack the one in the trusted root")]
    OtherCertificate,
    /// The time is outside of the authority's validity in the trusted root.
    #[error("at {time} the timestamp authority is not trusted, but {window}")]
    OutsideWindow {
        /// The time in the token.
        time: Timestamp,
        /// When the authority is trusted.
        window: Window,
    },
    /// The signature over the attributes does not hold.
    #[error("the signature of the timestamp does not hold")]
    Signature(#[source] SignatureError),
    /// A certificate in the token is malformed.
    #[error("a certificate in the timestamp cannot be read")]
    Certificate(#[source] CertificateError),
    /// The signer's certificate does not lead to the authority, was not valid at the time, or is
    /// not for timestamps alone.
    #[error("the certificate of the timestamp's signer is not trusted")]
    Path(#[source] CertificateError),
}
