//! The content that a timestamp authority signs: `TSTInfo` (RFC 3161 2.4.2).

use sealift_model::Timestamp;

use crate::crypto::Hash;
use crate::der::{context, context_constructed, oid_text, tag};

use super::fields::Fields;
use super::{Accuracy, TimestampError, gen_time};

const PART: &str = "TSTInfo";

/// Longest serial number: "TSA implementations MUST be prepared to accommodate integers up to 160
/// bits", plus a byte for the sign; this is twice as much.
const MAX_SERIAL_BYTES: usize = 40;

/// The used parts of a token's content.
#[derive(Debug)]
pub(super) struct TstInfo<'a> {
    /// The hash of the stamped bytes.
    pub(super) imprint: Hash,
    /// Contents of the `INTEGER`; some authorities have negative ones.
    pub(super) serial: &'a [u8],
    /// The time of the stamp.
    pub(super) time: Timestamp,
    /// The largest deviation of that time.
    pub(super) accuracy: Option<Accuracy>,
}

impl<'a> TstInfo<'a> {
    /// Reads the DER of a `TSTInfo`.
    ///
    /// The nonce binds a response to a request, which is no longer available; the name in `tsa` is
    /// "a hint": the signer is the one that the certificate identifier names (RFC 3161 2.4.2).
    pub(super) fn from_der(bytes: &'a [u8]) -> Result<Self, TimestampError> {
        let mut fields = Fields::of_sequence(bytes, PART)?;
        let version = fields.number()?;
        if version != 1 {
            return Err(TimestampError::Version { part: PART, version });
        }
        // The authority's policy: the trusted root decides which authorities count.
        fields.oid()?;
        let imprint = imprint(&mut fields)?;
        let serial = fields.integer()?;
        if serial.len() > MAX_SERIAL_BYTES {
            return Err(TimestampError::SerialTooLong { max_bytes: MAX_SERIAL_BYTES });
        }
        let time = fields.contents(tag::GENERALIZED_TIME)?;
        let time = gen_time::parse(time).ok_or(TimestampError::Time)?;
        let accuracy = fields.optional(tag::SEQUENCE)?.map(accuracy).transpose()?;
        // Whether tokens of the authority can be ordered even within their accuracy.
        fields.flag()?;
        if fields.peek() == Some(tag::INTEGER) {
            fields.integer()?;
        }
        if let Some(name) = fields.optional(context_constructed(0))? {
            let mut name = Fields::new(name, "TSTInfo.tsa");
            name.any()?;
            name.finish()?;
        }
        if let Some(extensions) = fields.optional(context_constructed(1))? {
            refuse_critical(extensions)?;
        }
        fields.finish()?;
        Ok(Self { imprint, serial, time, accuracy })
    }
}

/// `MessageImprint ::= SEQUENCE { hashAlgorithm, hashedMessage OCTET STRING }`.
fn imprint(fields: &mut Fields<'_>) -> Result<Hash, TimestampError> {
    let mut imprint = fields.sequence("TSTInfo.messageImprint")?;
    let algorithm = imprint.hash_algorithm()?;
    let digest = imprint.contents(tag::OCTET_STRING)?;
    let hash = Hash::new(algorithm, digest).ok_or_else(|| imprint.malformed())?;
    imprint.finish()?;
    Ok(hash)
}

/// `Accuracy ::= SEQUENCE { seconds INTEGER OPTIONAL, millis [0] INTEGER (1..999) OPTIONAL,
/// micros [1] INTEGER (1..999) OPTIONAL }`; what is missing is zero.
fn accuracy(value: &[u8]) -> Result<Accuracy, TimestampError> {
    let mut fields = Fields::new(value, "TSTInfo.accuracy");
    let seconds = fields.optional_number(tag::INTEGER)?.unwrap_or_default();
    let mut thousandths = |number| match fields.optional_number(context(number))? {
        None => Ok(0),
        Some(thousandths @ 1..=999) => Ok(thousandths),
        Some(_) => Err(fields.malformed()),
    };
    let (millis, micros) = (thousandths(0)?, thousandths(1)?);
    fields.finish()?;
    Ok(Accuracy { seconds, microseconds: millis * 1000 + micros })
}

/// No extension is supported, so none may be critical (RFC 3161 2.4.2, RFC 5280 4.2).
fn refuse_critical(extensions: &[u8]) -> Result<(), TimestampError> {
    const PART: &str = "TSTInfo.extensions";
    let mut extensions = Fields::new(extensions, PART);
    if extensions.is_empty() {
        return Err(extensions.malformed());
    }
    while !extensions.is_empty() {
        let mut extension = extensions.sequence(PART)?;
        let id = extension.oid()?;
        if extension.flag()? {
            return Err(TimestampError::CriticalExtension { id: oid_text(id) });
        }
        extension.contents(tag::OCTET_STRING)?;
        extension.finish()?;
    }
    Ok(())
}
