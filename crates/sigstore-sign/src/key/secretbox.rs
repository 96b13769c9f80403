//! NaCl's `crypto_secretbox`: XSalsa20 and Poly1305. The first 32 bytes of the key stream are the
//! key of the authenticator, the rest encrypts the message, and the tag comes first in the output
//! ("Cryptography in NaCl", sections 9 and 10).

use poly1305::Poly1305;
use poly1305::universal_hash::KeyInit as _;
use salsa20::XSalsa20;
use salsa20::cipher::{KeyIvInit as _, StreamCipher as _};
use zeroize::Zeroizing;

pub(super) const KEY_BYTES: usize = 32;
pub(super) const NONCE_BYTES: usize = 24;
const TAG_BYTES: usize = 16;

/// Encrypts and authenticates.
pub(super) fn seal(message: &[u8], nonce: &[u8; NONCE_BYTES], key: &[u8; KEY_BYTES]) -> Vec<u8> {
    let (mut stream, authenticator) = start(nonce, key);
    let mut sealed = message.to_vec();
    stream.apply_keystream(&mut sealed);
    let tag = authenticator.compute_unpadded(&sealed);
    [tag.as_slice(), &sealed].concat()
}

/// Decrypts an authentic message; `None` for any other.
pub(super) fn open(
    sealed: &[u8],
    nonce: &[u8; NONCE_BYTES],
    key: &[u8; KEY_BYTES],
) -> Option<Zeroizing<Vec<u8>>> {
    let (tag, sealed) = sealed.split_at_checked(TAG_BYTES)?;
    let (mut stream, authenticator) = start(nonce, key);
    let expected = authenticator.compute_unpadded(sealed);
    aws_lc_rs::constant_time::verify_slices_are_equal(&expected, tag).ok()?;
    let mut message = Zeroizing::new(sealed.to_vec());
    stream.apply_keystream(&mut message);
    Some(message)
}

fn start(nonce: &[u8; NONCE_BYTES], key: &[u8; KEY_BYTES]) -> (XSalsa20, Poly1305) {
    let mut stream = XSalsa20::new(key.into(), nonce.into());
    let mut first = Zeroizing::new([0; KEY_BYTES]);
    stream.apply_keystream(first.as_mut());
    let authenticator = Poly1305::new((&*first).into());
    (stream, authenticator)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The example of NaCl's own documentation and tests (tests/secretbox.c), its first and last
    /// bytes.
    #[test]
    fn seals_as_nacl_does() {
        let key = hex("1b27556473e985d462cd51197a9a46c76009549eac6474f206c4ee0844f68389");
        let nonce = hex("69696ee955b62b73cd62bda875fc73d68219e0036b7a0b37");
        let message = hex("be075fc53c81f2d5cf141316ebeb0c7b5228c52a4c62cbd44b66849b64244ffc\
                           e5ecbaaf33bd751a1ac728d45e6c61296cdc3c01233561f41db66cce314adb31\
                           0e3be8250c46f06dceea3a7fa1348057e2f6556ad6b1318a024a838f21af1fde\
                           048977eb48f59ffd4924ca1c60902e52f0a089bc76897040e082f93776384864\
                           5e0705");
        let sealed = seal(
            &message,
            nonce.as_slice().try_into().unwrap(),
            key.as_slice().try_into().unwrap(),
        );
        assert_eq!(sealed[..16], hex("f3ffc7703f9400e52a7dfb4b3d3305d9"));
        assert_eq!(sealed[sealed.len() - 3..], hex("e355a5"));
    }

    fn hex(digits: &str) -> Vec<u8> {
        let digits: Vec<_> = digits.bytes().filter(|digit| !digit.is_ascii_whitespace()).collect();
        let byte = |pair: &[u8]| u8::from_str_radix(str::from_utf8(pair).unwrap(), 16).unwrap();
        digits.chunks(2).map(byte).collect()
    }

    proptest! {
        #[test]
        fn what_is_sealed_is_opened(
            message in proptest::collection::vec(any::<u8>(), 0..100),
            nonce: [u8; 24], key: [u8; 32], place: prop::sample::Index, bit in 0..8,
        ) {
            let mut sealed = seal(&message, &nonce, &key);
            prop_assert_eq!(open(&sealed, &nonce, &key).unwrap().to_vec(), message);
            let place = place.index(sealed.len());
            sealed[place] ^= 1_u8 << bit;
            prop_assert!(open(&sealed, &nonce, &key).is_none());
        }

        #[test]
        fn any_bytes_give_an_answer(sealed in proptest::collection::vec(any::<u8>(), 0..40)) {
            prop_assert!(open(&sealed, &[0; 24], &[0; 32]).is_none());
        }
    }
}
