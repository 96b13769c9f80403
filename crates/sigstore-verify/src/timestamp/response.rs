//! The answer of an authority: `TimeStampResp` (RFC 3161 2.4.2).

use crate::der::{context_constructed, tag};

use super::TimestampError;
use super::fields::Fields;

/// `id-signedData`, RFC 5652 5.1: 1.2.840.113549.1.7.2.
const SIGNED_DATA: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07, 0x02];

/// Finds the `SignedData` in a response, or in a token that stands alone: its content, without
/// tag and length.
pub(super) fn signed_data(bytes: &[u8]) -> Result<&[u8], TimestampError> {
    const PART: &str = "TimeStampResp";
    let mut fields = Fields::of_sequence(bytes, PART)?;
    if fields.peek() != Some(tag::SEQUENCE) {
        return content(fields);
    }
    check_status(fields.sequence("TimeStampResp.status")?)?;
    // RFC 3161 2.4.2: "When the status contains the value zero or one, a TimeStampToken MUST be
    // present."
    let token = fields.sequence("ContentInfo")?;
    fields.finish()?;
    content(token)
}

/// `PKIStatusInfo ::= SEQUENCE { status, statusString PKIFreeText OPTIONAL, failInfo OPTIONAL }`.
fn check_status(mut fields: Fields<'_>) -> Result<(), TimestampError> {
    const GRANTED: u32 = 0;
    const GRANTED_WITH_MODS: u32 = 1;
    let status = fields.number()?;
    if !matches!(status, GRANTED | GRANTED_WITH_MODS) {
        return Err(TimestampError::NotGranted { status });
    }
    if let Some(text) = fields.optional(tag::SEQUENCE)? {
        let mut text = Fields::new(text, "TimeStampResp.status.statusString");
        while !text.is_empty() {
            text.contents(tag::UTF8_STRING)?;
        }
    }
    // A failure reason contradicts the status.
    fields.finish()
}

/// `ContentInfo ::= SEQUENCE { contentType, content [0] EXPLICIT }` (RFC 5652 3).
fn content(mut fields: Fields<'_>) -> Result<&[u8], TimestampError> {
    if fields.contents(tag::OBJECT_IDENTIFIER)? != SIGNED_DATA {
        return Err(TimestampError::NotSignedData);
    }
    let content = fields.contents(context_constructed(0))?;
    fields.finish()?;
    let mut content = Fields::new(content, "ContentInfo.content");
    let signed_data = content.contents(tag::SEQUENCE)?;
    content.finish()?;
    Ok(signed_data)
}
