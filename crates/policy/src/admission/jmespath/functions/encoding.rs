//! Encodings, digests, and documents in text.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use data_encoding::HEXLOWER;
use serde_json::Value;
use sha2::Digest as _;

use super::strings::fits;
use super::{Call, Function, Given, Kind, Takes};

pub(super) const FUNCTIONS: &[Function] = &[
    Function { name: "base64_decode", takes: TEXT, run: base64_decode },
    Function {
        name: "base64_encode",
        takes: TEXT,
        run: |call| Ok(STANDARD.encode(call.text(0)).into()),
    },
    Function {
        name: "sha256",
        takes: TEXT,
        run: |call| Ok(HEXLOWER.encode(&sha2::Sha256::digest(call.text(0))).into()),
    },
    Function {
        name: "sha1",
        takes: TEXT,
        run: |call| Ok(HEXLOWER.encode(&sha1::Sha1::digest(call.text(0))).into()),
    },
    Function {
        name: "md5",
        takes: TEXT,
        run: |call| Ok(HEXLOWER.encode(&md5::Md5::digest(call.text(0))).into()),
    },
    Function { name: "parse_json", takes: TEXT, run: parse_json },
    Function { name: "parse_yaml", takes: TEXT, run: parse_yaml },
];

const TEXT: Takes = Takes::Each(&[Kind::Text]);

/// Bytes that are not text are replaced, as where they are written as JSON.
fn base64_decode(call: &Call<'_>) -> Given {
    let text: String = call.text(0).split(['\r', '\n']).collect();
    let bytes = STANDARD.decode(text).map_err(|error| error.to_string())?;
    Ok(String::from_utf8_lossy(&bytes).into_owned().into())
}

/// The memory that a document may take for each of its bytes.
const OF_BYTE: usize = 16;

fn parse_json(call: &Call<'_>) -> Given {
    fits(call.text(0).len().saturating_mul(OF_BYTE))?;
    serde_json::from_str(call.text(0)).map_err(|error| error.to_string())
}

/// Reads the first document of a text as YAML 1.1.
fn parse_yaml(call: &Call<'_>) -> Given {
    fits(call.text(0).len().saturating_mul(OF_BYTE))?;
    let options = serde_saphyr::options! { legacy_octal_numbers: true };
    let documents = serde_saphyr::from_multiple_with_options::<Value>(call.text(0), options)
        .map_err(|error| error.without_snippet().to_string())?;
    Ok(documents.into_iter().next().unwrap_or_default())
}
