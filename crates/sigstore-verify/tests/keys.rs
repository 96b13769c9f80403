//! Accepted and refused keys, with the reasons.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use sealift_sigstore_verify::{KeyAlgorithm, KeyError, PublicKey};

const EC: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 2, 1];
const P256: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 3, 1, 7];
const SECP256K1: &[u8] = &[0x2b, 0x81, 4, 0, 0x0a];
const RSA: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 1];
const ED25519: &[u8] = &[0x2b, 0x65, 0x70];
const NULL: &[u8] = &[5, 0];

/// The base point of P-256 (SEC 2 2.4.2), uncompressed.
fn p256_point() -> Vec<u8> {
    hex("04\
         6b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296\
         4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5")
}

#[test]
fn a_curve_is_named() {
    let curve = element(6, P256);
    let key = PublicKey::from_der(&spki(EC, &curve, &p256_point())).unwrap();
    assert_eq!(key.algorithm(), KeyAlgorithm::EcdsaP256);

    let missing = PublicKey::from_der(&spki(EC, &[], &p256_point()));
    assert!(matches!(missing, Err(KeyError::Parameters { .. })), "{missing:?}");
    let implicit = PublicKey::from_der(&spki(EC, NULL, &p256_point()));
    assert!(matches!(implicit, Err(KeyError::Parameters { .. })), "{implicit:?}");
    let specified = PublicKey::from_der(&spki(EC, &element(0x30, &[2, 1, 1]), &p256_point()));
    assert!(matches!(specified, Err(KeyError::Parameters { .. })), "{specified:?}");
    let other = PublicKey::from_der(&spki(EC, &element(6, SECP256K1), &p256_point()));
    assert!(matches!(other, Err(KeyError::Curve { .. })), "{other:?}");
}

#[test]
fn a_point_is_uncompressed_and_on_its_curve() {
    let from_point = |point: &[u8]| PublicKey::from_der(&spki(EC, &element(6, P256), point));
    let point = p256_point();
    let mut off_the_curve = point.clone();
    off_the_curve[64] ^= 1;
    let mut hybrid = point.clone();
    hybrid[0] = 7;
    let compressed = [&[3], &point[1..33]].concat();
    let above_the_field = [&[4][..], &[0xff; 32], &point[33..]].concat();
    let infinity: &[u8] = &[0];
    for other in
        [&off_the_curve, &hybrid, &compressed, &above_the_field, infinity, &[], &point[..64]]
    {
        assert_eq!(from_point(other), Err(KeyError::Point), "{other:02x?}");
    }
    assert!(from_point(&point).is_ok());
}

#[test]
fn rsa_is_of_2048_to_8192_bits() {
    for (bytes, first, bits) in [
        (128, 0xff, Err(1024)),
        (256, 0x7f, Err(2047)),
        (256, 0x80, Ok(2048)),
        (512, 0xff, Ok(4096)),
        (1024, 0xff, Ok(8192)),
        (1025, 1, Err(8193)),
        (2048, 0xff, Err(16384)),
    ] {
        let mut modulus = vec![0xff; bytes];
        modulus[0] = first;
        let key = PublicKey::from_pkcs1(&rsa_key(&modulus, &[1, 0, 1]));
        let expected =
            bits.map(|bits| KeyAlgorithm::Rsa { bits }).map_err(|bits| KeyError::RsaBits { bits });
        assert_eq!(key.map(|key| key.algorithm()), expected);
    }
}

#[test]
fn rsa_numbers_are_odd_and_the_exponent_is_small() {
    let mut modulus = vec![0xff; 256];
    for exponent in [&[3][..], &[1, 0, 1], &[1, 0xff, 0xff, 0xff, 0xff]] {
        assert!(PublicKey::from_pkcs1(&rsa_key(&modulus, exponent)).is_ok(), "{exponent:?}");
    }
    for exponent in [&[][..], &[1], &[2], &[1, 0, 0], &[2, 0, 0, 0, 1], &[1; 9], &[0xff; 255]] {
        let key = PublicKey::from_pkcs1(&rsa_key(&modulus, exponent));
        assert_eq!(key, Err(KeyError::RsaExponent), "{exponent:?}");
    }
    modulus[255] = 0xfe;
    assert_eq!(PublicKey::from_pkcs1(&rsa_key(&modulus, &[3])), Err(KeyError::RsaModulus));
}

#[test]
fn rsa_is_der() {
    let modulus = [0xff; 256];
    let key = rsa_key(&modulus, &[3]);
    assert!(PublicKey::from_der(&spki(RSA, NULL, &key)).is_ok());
    let missing = PublicKey::from_der(&spki(RSA, &[], &key));
    assert!(matches!(missing, Err(KeyError::Parameters { .. })), "{missing:?}");

    let negative = element(0x30, &[element(2, &modulus), element(2, &[3])].concat());
    let padded = element(0x30, &[integer(&modulus), element(2, &[0, 3])].concat());
    let third = element(0x30, &[integer(&modulus), integer(&[3]), integer(&[3])].concat());
    let trailing = [&*key, &[0]].concat();
    for other in [&*negative, &*padded, &*third, &*trailing, &key[..200], &[]] {
        assert_eq!(PublicKey::from_pkcs1(other), Err(KeyError::RsaEncoding));
        assert_eq!(PublicKey::from_der(&spki(RSA, NULL, other)), Err(KeyError::RsaEncoding));
    }
}

/// RFC 8032 5.1.3, and no point of small order.
#[test]
fn an_edwards_point_is_canonical_and_of_large_order() {
    let base = hex("5866666666666666666666666666666666666666666666666666666666666666");
    let from_point = |point: &[u8]| PublicKey::from_der(&spki(ED25519, &[], point));
    assert_eq!(from_point(&base).unwrap().algorithm(), KeyAlgorithm::Ed25519);
    let parameters = PublicKey::from_der(&spki(ED25519, NULL, &base));
    assert!(matches!(parameters, Err(KeyError::Parameters { .. })), "{parameters:?}");

    for (point, why) in [
        ("0100000000000000000000000000000000000000000000000000000000000000", "neutral"),
        ("0100000000000000000000000000000000000000000000000000000000000080", "zero x, sign"),
        ("ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f", "order 2"),
        ("0000000000000000000000000000000000000000000000000000000000000000", "order 4"),
        ("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05", "order 8"),
        ("edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f", "y is p"),
        ("f0ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f", "y is p + 3"),
        ("0200000000000000000000000000000000000000000000000000000000000000", "off the curve"),
    ] {
        assert_eq!(from_point(&hex(point)), Err(KeyError::Point), "{why}");
    }
    assert_eq!(from_point(&base[..31]), Err(KeyError::Point));
}

#[test]
fn other_algorithms_and_ber_are_refused() {
    let x25519 = PublicKey::from_der(&spki(&[0x2b, 0x65, 0x6e], &[], &[9; 32]));
    assert!(matches!(x25519, Err(KeyError::Algorithm { .. })), "{x25519:?}");

    let der = spki(EC, &element(6, P256), &p256_point());
    let long_length = [&[0x30, 0x81], &der[1..]].concat();
    let indefinite = [&[0x30, 0x80], &der[2..], &[0, 0]].concat();
    let mut unused_bits = der.clone();
    unused_bits[25] = 1;
    for other in [&*long_length, &indefinite, &unused_bits, &[]] {
        assert_eq!(PublicKey::from_der(other), Err(KeyError::Der), "{other:02x?}");
    }
}

#[test]
fn pem_is_one_block_of_a_public_key() {
    let pem = "-----BEGIN PUBLIC KEY-----\n\
               MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEaxfR8uEsQkf4vOblY6RA8ncDfYEt\n\
               6zOg9KE5RdiYwpZP40Li/hp/m47n60p8D54WK84zV2sxXs7LtkBoN79R9Q==\n\
               -----END PUBLIC KEY-----\n";
    let der = spki(EC, &element(6, P256), &p256_point());
    let key = PublicKey::from_der(&der).unwrap();
    assert_eq!(key.der(), der);
    for form in [pem.to_owned(), pem.replace('\n', "\r\n"), format!("\n{pem}\n\n")] {
        assert_eq!(PublicKey::from_pem(form.as_bytes()).as_ref(), Ok(&key), "{form}");
    }
    for other in [pem.repeat(2), pem.replace('M', "!"), pem[..60].to_owned(), String::new()] {
        let key = PublicKey::from_pem(other.as_bytes());
        assert!(matches!(key, Err(KeyError::Pem(_))), "{key:?}: {other}");
    }
    let label = pem.replace("PUBLIC KEY", "CERTIFICATE");
    assert_eq!(
        PublicKey::from_pem(label.as_bytes()),
        Err(KeyError::PemLabel { label: "CERTIFICATE".into() })
    );
}

fn spki(algorithm: &[u8], parameters: &[u8], key: &[u8]) -> Vec<u8> {
    let algorithm = element(0x30, &[&*element(6, algorithm), parameters].concat());
    element(0x30, &[algorithm, element(3, &[&[0], key].concat())].concat())
}

fn rsa_key(modulus: &[u8], exponent: &[u8]) -> Vec<u8> {
    element(0x30, &[integer(modulus), integer(exponent)].concat())
}

fn integer(number: &[u8]) -> Vec<u8> {
    let pad: &[u8] = if number.first().is_none_or(|&first| first >= 0x80) { &[0] } else { &[] };
    element(2, &[pad, number].concat())
}

fn element(tag: u8, content: &[u8]) -> Vec<u8> {
    let length = u16::try_from(content.len()).unwrap();
    let [high, low] = length.to_be_bytes();
    let head = match length {
        0..0x80 => vec![tag, low],
        0x80..0x100 => vec![tag, 0x81, low],
        _ => vec![tag, 0x82, high, low],
    };
    [&*head, content].concat()
}

fn hex(text: &str) -> Vec<u8> {
    (0..text.len())
        .step_by(2)
        .map(|at| u8::from_str_radix(&text[at..at + 2], 16).unwrap())
        .collect()
}
