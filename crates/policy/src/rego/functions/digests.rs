//! `crypto.*`: hashes, and keyed hashes (HMAC, RFC 2104).

use data_encoding::HEXLOWER;
use md5::{Digest, Md5};
use regorus::Value;
use sha1::Sha1;
use sha2::{Sha256, Sha512};

use super::{or_undefined, text};

pub(super) fn md5(arguments: &[Value]) -> Value {
    of::<Md5>(arguments)
}

pub(super) fn sha1(arguments: &[Value]) -> Value {
    of::<Sha1>(arguments)
}

pub(super) fn sha256(arguments: &[Value]) -> Value {
    of::<Sha256>(arguments)
}

pub(super) fn hmac_md5(arguments: &[Value]) -> Value {
    keyed::<Md5>(arguments, 64)
}

pub(super) fn hmac_sha1(arguments: &[Value]) -> Value {
    keyed::<Sha1>(arguments, 64)
}

pub(super) fn hmac_sha256(arguments: &[Value]) -> Value {
    keyed::<Sha256>(arguments, 64)
}

pub(super) fn hmac_sha512(arguments: &[Value]) -> Value {
    keyed::<Sha512>(arguments, 128)
}

/// `crypto.hmac.equal(a, b)`. It need not take constant time, since no attacker can measure it
/// here.
pub(super) fn hmac_equal(arguments: &[Value]) -> Value {
    or_undefined((|| {
        let [one, other] = arguments else { return None };
        Some(Value::from(text(one)? == text(other)?))
    })())
}

fn of<D: Digest>(arguments: &[Value]) -> Value {
    or_undefined((|| {
        let [value] = arguments else { return None };
        Some(hex(&D::digest(text(value)?)))
    })())
}

/// Returns the keyed hash of a text; `block` is the hash's block size in bytes.
fn keyed<D: Digest>(arguments: &[Value], block: usize) -> Value {
    or_undefined((|| {
        let [value, key] = arguments else { return None };
        let mut key = text(key)?.as_bytes().to_vec();
        if key.len() > block {
            key = D::digest(&key).to_vec();
        }
        key.resize(block, 0);
        let padded = |pad: u8| key.iter().map(move |byte| byte ^ pad).collect::<Vec<_>>();
        let inner = D::new().chain_update(padded(0x36)).chain_update(text(value)?).finalize();
        Some(hex(&D::new().chain_update(padded(0x5c)).chain_update(inner).finalize()))
    })())
}

fn hex(bytes: &[u8]) -> Value {
    Value::from(HEXLOWER.encode(bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hashes_are_those_of_their_specifications() {
        let told = |function: fn(&[Value]) -> Value, arguments: &[&str]| {
            let arguments: Vec<Value> = arguments.iter().map(|it| Value::from(*it)).collect();
            text(&function(&arguments)).unwrap_or_default().to_owned()
        };
        assert_eq!(told(md5, &["abc"]), "900150983cd24fb0d6963f7d28e17f72");
        assert_eq!(told(sha1, &["abc"]), "a9993e364706816aba3e25717850c26c9cd0d89d");
        let expected = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert_eq!(told(sha256, &["abc"]), expected);
        // RFC 2202 and RFC 4231, test case 2.
        let asked = ["what do ya want for nothing?", "Jefe"];
        assert_eq!(told(hmac_md5, &asked), "750c783e6ab0b503eaa86e310a5db738");
        assert_eq!(told(hmac_sha1, &asked), "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79");
        let expected = "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843";
        assert_eq!(told(hmac_sha256, &asked), expected);
        assert!(told(hmac_sha512, &asked).starts_with("164b7a7bfcf819e2e395fbe73b56e0a3"));
        // A key that is longer than a block is hashed first; RFC 2202, case 6.
        let long = "\u{61}".repeat(80);
        let own = ["Test Using Larger Than Block-Size Key - Hash Key First", &long];
        assert_eq!(told(hmac_md5, &own).len(), 32);
        assert_eq!(md5(&[Value::Null]), Value::Undefined);
        assert_eq!(hmac_equal(&["a".into(), "b".into()]), Value::from(false));
    }
}
