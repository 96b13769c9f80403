//! SBOMs in attestations: an in-toto statement, optionally in a DSSE envelope and a Sigstore
//! bundle, one or several. Nothing is verified here.

use base64::Engine as _;
use base64::alphabet::STANDARD;
use base64::engine::DecodePaddingMode;
use base64::engine::general_purpose::{GeneralPurpose, GeneralPurposeConfig};
use sealift_model::{Diagnostic, Impact};
use serde::Deserialize;
use serde_json::value::RawValue;

use super::{Text, excerpt, reason_of};
use crate::Error;

const FORMAT: &str = "attestation";

/// Bundle, envelope and statement, and a bundle more: what is wrapped deeper is no SBOM.
const MAX_WRAPPERS: usize = 4;

/// Statements of a file, of which `cosign download attestation` writes one for each line.
const MAX_STATEMENTS: usize = 1000;

/// Padding where it is right, or none.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// An SBOM that was attested.
#[derive(Debug)]
pub(super) struct Attested {
    /// The document.
    pub(super) document: String,
    /// Diagnostics: that the attestation's signer was not verified, and what else is there.
    pub(super) told: Vec<Diagnostic>,
}

/// Any of the wrappers, as far as it is looked at.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", expecting = "an object")]
struct Wrapper<'a> {
    #[serde(borrow)]
    dsse_envelope: Option<Envelope<'a>>,
    #[serde(borrow)]
    payload: Option<Text<'a>>,
    #[serde(borrow)]
    predicate_type: Option<Text<'a>>,
    #[serde(borrow)]
    predicate: Option<&'a RawValue>,
}

#[derive(Deserialize)]
#[serde(expecting = "an object")]
struct Envelope<'a> {
    #[serde(borrow)]
    payload: Option<Text<'a>>,
}

/// The predicate that cosign makes of a file whose type it does not know.
#[derive(Deserialize)]
struct CosignPredicate<'a> {
    #[serde(rename = "Data", borrow)]
    data: Option<&'a RawValue>,
}

/// What a predicate holds.
enum Held {
    Sbom(String),
    /// Another predicate, of this type.
    Other(String),
}

/// The first SBOM in the attestations that a text holds.
///
/// # Errors
/// None of them holds one, or something before it is no attestation.
pub(super) fn open(text: &str) -> Result<Attested, Error> {
    let mut sbom = None;
    let mut others = Vec::new();
    let mut values = serde_json::Deserializer::from_str(text).into_iter::<&RawValue>();
    for value in values.by_ref().take(MAX_STATEMENTS) {
        let value = value.map_err(|error| malformed(reason_of(&error)))?;
        match (unwrapped(value.get().to_owned())?, &sbom) {
            (Held::Sbom(document), None) => sbom = Some(document),
            (Held::Sbom(_), Some(_)) => others.push("another SBOM".to_owned()),
            (Held::Other(kind), _) => {
                others.push(format!("a predicate of type {}", excerpt(&kind)))
            }
        }
    }
    let Some(document) = sbom else {
        let held = others.first().map_or("nothing", String::as_str);
        return Err(malformed(format!("it holds no SBOM but {held}")));
    };
    let unverified = "taken out of an attestation whose signature was not verified";
    let mut told = vec![Diagnostic::new(FORMAT, unverified, Impact::Note)];
    if let Some(first) = others.first() {
        let count = others.len();
        let message = format!("left out {count} more of the attestations, the first of {first}");
        told.push(Diagnostic::new(FORMAT, message, Impact::Note));
    }
    if values.next().is_some() {
        let message = format!("only the first {MAX_STATEMENTS} attestations were looked at");
        told.push(Diagnostic::new(FORMAT, message, Impact::Note));
    }
    Ok(Attested { document, told })
}

fn malformed(reason: String) -> Error {
    Error::Malformed { format: FORMAT, reason, line: None }
}

/// Takes one wrapper after the other away.
fn unwrapped(mut text: String) -> Result<Held, Error> {
    for _ in 0..MAX_WRAPPERS {
        let wrapper: Wrapper<'_> =
            serde_json::from_str(&text).map_err(|error| malformed(reason_of(&error)))?;
        let payload = wrapper.dsse_envelope.and_then(|envelope| envelope.payload);
        let inner = match (payload.or(wrapper.payload), wrapper.predicate) {
            (Some(payload), _) => decoded(&payload)?,
            (None, Some(predicate)) => {
                let kind = wrapper.predicate_type.as_deref().unwrap_or_default();
                return Ok(held(predicate.get(), kind));
            }
            (None, None) => {
                return Err(malformed("it has neither payload nor predicate".to_owned()));
            }
        };
        text = inner;
    }
    Err(malformed(format!("more than {MAX_WRAPPERS} envelopes within each other")))
}

fn decoded(payload: &str) -> Result<String, Error> {
    let bytes = BASE64.decode(payload).map_err(|error| malformed(format!("payload: {error}")))?;
    String::from_utf8(bytes).map_err(|_| malformed("payload: not UTF-8".to_owned()))
}

/// What a predicate of a type holds: a document as an object, or as text, which cosign may have put
/// into an object of its own.
fn held(predicate: &str, kind: &str) -> Held {
    let cosign: Option<CosignPredicate<'_>> = serde_json::from_str(predicate).ok();
    let data = cosign.and_then(|predicate| predicate.data).map_or(predicate, RawValue::get);
    let text = serde_json::from_str::<String>(data).unwrap_or_else(|_| data.to_owned());
    if super::detect::is_sbom(&text) { Held::Sbom(text) } else { Held::Other(kind.to_owned()) }
}
