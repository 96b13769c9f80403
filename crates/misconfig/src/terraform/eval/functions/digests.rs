//! Digests of texts.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use md5::{Digest, Md5};
use sha1::Sha1;
use sha2::{Sha256, Sha512};

use super::super::{Reason, Value};
use super::{Function, text};

pub(super) const TABLE: &[(&str, Function)] = &[
    ("base64sha256", |a| of_text(a, in_base64::<Sha256>)),
    ("base64sha512", |a| of_text(a, in_base64::<Sha512>)),
    ("md5", |a| of_text(a, in_hex::<Md5>)),
    ("sha1", |a| of_text(a, in_hex::<Sha1>)),
    ("sha256", |a| of_text(a, in_hex::<Sha256>)),
    ("sha512", |a| of_text(a, in_hex::<Sha512>)),
];

fn of_text(arguments: &[Value], digest: fn(&[u8]) -> String) -> Result<Value, Reason> {
    Ok(Value::text(digest(text(arguments, 0)?.as_bytes())))
}

pub(in super::super) fn in_hex<D: Digest>(bytes: &[u8]) -> String {
    D::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

pub(in super::super) fn in_base64<D: Digest>(bytes: &[u8]) -> String {
    STANDARD.encode(D::digest(bytes))
}
