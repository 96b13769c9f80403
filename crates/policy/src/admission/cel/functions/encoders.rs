//! Base64 (cel-go, encoders).

use base64::Engine as _;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

use super::{Function, global, mismatch};
use crate::admission::cel::error::Error;
use crate::admission::cel::value::Value;

pub(super) static FUNCTIONS: &[Function] = &[
    global("base64.encode", 1, |run, arguments| match arguments {
        [Value::Bytes(bytes)] => {
            run.spend_bytes(bytes.len())?;
            Ok(Value::text(base64(bytes)))
        }
        _ => Err(mismatch("base64.encode", arguments)),
    }),
    global("base64.decode", 1, |run, arguments| match arguments {
        [Value::String(text)] => {
            run.spend_bytes(text.len())?;
            let decoded = ENGINE.decode(text.as_bytes());
            let decoded = decoded.map_err(|_| Error::invalid("the text is no base64"))?;
            Ok(Value::Bytes(decoded.into()))
        }
        _ => Err(mismatch("base64.decode", arguments)),
    }),
];

/// Input may omit the padding.
const ENGINE: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// Encodes bytes as base64.
pub(crate) fn base64(bytes: &[u8]) -> String {
    ENGINE.encode(bytes)
}
