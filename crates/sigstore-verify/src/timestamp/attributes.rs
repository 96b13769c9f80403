//! The signed attributes of a signer (RFC 5652 5.3 and 11).

use crate::crypto::HashAlgorithm;
use crate::der::{Element, tag};

use super::TimestampError;
use super::fields::Fields;
use super::signed_data::TST_INFO;
use super::signing_certificate::SigningCertificate;

/// RFC 5652 11.1: 1.2.840.113549.1.9.3.
const CONTENT_TYPE: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x09, 0x03];
/// RFC 5652 11.2: 1.2.840.113549.1.9.4.
const MESSAGE_DIGEST: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x09, 0x04];
/// RFC 5035 5.4.1: 1.2.840.113549.1.9.16.2.12.
const SIGNING_CERTIFICATE: &[u8] =
    &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x09, 0x10, 0x02, 0x0c];
/// RFC 5035 3: 1.2.840.113549.1.9.16.2.47.
const SIGNING_CERTIFICATE_V2: &[u8] =
    &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x09, 0x10, 0x02, 0x2f];

const PART: &str = "SignerInfo.signedAttrs";

/// The signed attributes: those that are used here, and the bytes that are signed.
#[derive(Debug)]
pub(super) struct SignedAttributes<'a> {
    /// The attributes as in the message, with tag and length.
    whole: &'a [u8],
    message_digest: &'a [u8],
    /// The certificates that the signer claims as its own (RFC 2634 and RFC 5035): at least one.
    pub(super) signing_certificates: Vec<SigningCertificate<'a>>,
}

impl<'a> SignedAttributes<'a> {
    /// Reads the `[0] IMPLICIT SET OF Attribute`.
    pub(super) fn parse(set: Element<'a>) -> Result<Self, TimestampError> {
        let mut attributes = Fields::new(set.bytes(), PART);
        let mut previous: &[u8] = &[];
        let (mut content_type, mut message_digest) = (None, None);
        let mut signing_certificates = Vec::new();
        while !attributes.is_empty() {
            let attribute = attributes.take(tag::SEQUENCE)?;
            // RFC 5652 5.4: the signature is over the DER, in which the elements of a set are in
            // ascending order (X.690 11.6). A repeated attribute is refused below.
            if attribute.encoded() <= previous {
                return Err(attributes.malformed());
            }
            previous = attribute.encoded();
            let mut fields = Fields::new(attribute.bytes(), PART);
            let id = fields.contents(tag::OBJECT_IDENTIFIER)?;
            let mut values = fields.set(PART)?;
            fields.finish()?;
            match id {
                CONTENT_TYPE => once(&mut content_type, &mut values, tag::OBJECT_IDENTIFIER)?,
                MESSAGE_DIGEST => once(&mut message_digest, &mut values, tag::OCTET_STRING)?,
                SIGNING_CERTIFICATE => {
                    signing_certificates.push(SigningCertificate::parse_v1(&mut values)?);
                }
                SIGNING_CERTIFICATE_V2 => {
                    signing_certificates.push(SigningCertificate::parse_v2(&mut values)?);
                }
                _ => continue,
            }
            // All of these have exactly one value (RFC 5652 11.1, 11.2, RFC 5035 3).
            values.finish()?;
        }
        if content_type != Some(TST_INFO) {
            return Err(TimestampError::ContentTypesDiffer);
        }
        let message_digest = message_digest.ok_or(TimestampError::NoMessageDigest)?;
        // RFC 3161 2.4.2, RFC 5816 2.2.1: it "MUST be included as a signerInfo attribute".
        if signing_certificates.is_empty() {
            return Err(TimestampError::NoSigningCertificate);
        }
        Ok(Self { whole: set.encoded(), message_digest, signing_certificates })
    }

    /// Checks the content's digest in the attributes.
    pub(super) fn check_content(
        &self,
        algorithm: HashAlgorithm,
        content: &[u8],
    ) -> Result<(), TimestampError> {
        if algorithm.hash(content).as_bytes() == self.message_digest {
            Ok(())
        } else {
            Err(TimestampError::MessageDigestMismatch)
        }
    }

    /// The signed bytes: the attributes with the tag of a `SET OF` in place of the `[0]` that they
    /// have in the message (RFC 5652 5.4).
    pub(super) fn signed_bytes(&self) -> Vec<u8> {
        let after_tag = self.whole.get(1..).unwrap_or_default();
        [&[tag::SET], after_tag].concat()
    }
}

/// Reads the value of an attribute that may occur only once.
fn once<'a>(
    place: &mut Option<&'a [u8]>,
    values: &mut Fields<'a>,
    tag: u8,
) -> Result<(), TimestampError> {
    match place.replace(values.contents(tag)?) {
        None => Ok(()),
        Some(_) => Err(values.malformed()),
    }
}
