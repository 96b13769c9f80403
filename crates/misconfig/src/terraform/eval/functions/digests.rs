//! Digests of texts.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use md5::{Digest, Md5};
use sha1::Sha1;
use sha2::{Sha256, Sha512};

use super::super::{Reason, Value};
use super::{Function, text};

pub(super) const TABLE: &[(&str, Function)] = &[
    ("base64sha256", |a| in_base64::<Sha256>(a)),
    ("base64sha512", |a| in_base64::<Sha512>(a)),
    ("md5", |a| in_hex::<Md5>(a)),
    ("sha1", |a| in_hex::<Sha1>(a)),
    ("sha256", |a| in_hex::<Sha256>(a)),
    ("sha512", |a| in_hex::<Sha512>(a)),
];

fn in_hex<D: Digest>(arguments: &[Value]) -> Result<Value, Reason> {
    let digest = D::digest(text(arguments, 0)?.as_bytes());
    Ok(Value::text(digest.iter().map(|byte| format!("{byte:02x}")).collect::<String>()))
}

fn in_base64<D: Digest>(arguments: &[Value]) -> Result<Value, Reason> {
    Ok(Value::text(STANDARD.encode(D::digest(text(arguments, 0)?.as_bytes()))))
}
