//! Tokens of an authority of the tests' own: a good one, and each with one thing changed.

mod authority;
mod token;

use proptest::prelude::*;

use super::*;
use crate::certificate::CertificateError;
use crate::certificate::made::{key, name, window};
use crate::crypto::{RustCrypto, SignatureError};
use crate::der::made::{algorithm, context, integer, octets, oid, sequence, set, tlv};
use authority::{authority, code_signing_certificate, root_certificate, stamping_certificate};
use token::{
    ECDSA_SHA256, MESSAGE, Parts, SHA256, attribute, full_signing_certificate,
    signing_certificate_v1, signing_certificate_v2,
};

type Outcome = Result<(String, Option<Accuracy>), TimestampError>;

/// Verifies against an authority that lists the certificate of key 2.
fn check(response: &[u8]) -> Outcome {
    check_by(response, &[authority(&[stamping_certificate(2), root_certificate()])])
}

/// Verifies against an authority that is only the issuer.
fn check_by_issuer(response: &[u8]) -> Outcome {
    check_by(response, &[authority(&[root_certificate()])])
}

fn check_by(response: &[u8], authorities: &[Authority]) -> Outcome {
    TimestampToken::from_der(response)?
        .verify(MESSAGE, authorities, &RustCrypto)
        .map(|verified| (verified.time().to_string(), verified.accuracy()))
}

fn changed(change: impl FnOnce(&mut Parts)) -> Vec<u8> {
    Parts::new(2).with(change).response()
}

/// A token whose content is changed, and signed as it then is.
fn with_info(change: impl FnOnce(&mut Vec<Vec<u8>>)) -> Vec<u8> {
    changed(|parts| change(&mut parts.info))
}

fn noon() -> Outcome {
    Ok(("2025-06-01T12:00:00Z".to_owned(), None))
}

fn malformed<T>(part: &'static str) -> Result<T, TimestampError> {
    Err(TimestampError::Malformed { part })
}

#[test]
fn responses_and_tokens_verify() {
    assert_eq!(check(&Parts::new(2).response()), noon());
    assert_eq!(check(&Parts::new(2).token()), noon());
}

#[test]
fn the_status_must_be_granted() {
    let with_status = |status: &[&[u8]]| check(&changed(|parts| parts.status = sequence(status)));
    assert_eq!(with_status(&[&integer(1), &sequence(&[&tlv(0x0c, b"as asked")])]), noon());
    assert_eq!(with_status(&[&integer(2)]), Err(TimestampError::NotGranted { status: 2 }));
    assert_eq!(
        with_status(&[&integer(0), &[0x03, 0x02, 0x05, 0x20]]),
        malformed("TimeStampResp.status")
    );
    assert_eq!(check(&sequence(&[&sequence(&[&integer(0)])])), malformed("TimeStampResp"));
}

#[test]
fn the_certificate_may_be_in_the_token() {
    let with =
        |certificates: &[&[u8]]| changed(|parts| parts.certificates = context(0, certificates));
    let own = stamping_certificate(2);
    let (other, root) = (stamping_certificate(3), root_certificate());
    assert_eq!(check(&with(&[&own])), noon());
    assert_eq!(check(&with(&[&root, &own])), noon());
    assert_eq!(check(&with(&[])), noon());
    assert_eq!(check(&with(&[&other])), Err(TimestampError::OtherCertificate));

    assert_eq!(check_by_issuer(&with(&[&own])), noon());
    assert_eq!(check_by_issuer(&with(&[&root, &own])), noon());
    assert_eq!(check_by_issuer(&with(&[&other])), Err(TimestampError::UnknownAuthority));
    assert_eq!(check_by_issuer(&with(&[])), Err(TimestampError::UnknownAuthority));
    assert_eq!(check_by_issuer(&Parts::new(2).response()), Err(TimestampError::UnknownAuthority));
    assert!(matches!(
        check_by_issuer(&with(&[&sequence(&[])])),
        Err(TimestampError::Certificate(_))
    ));
    let unreadable = sequence(&[]);
    assert_eq!(check_by_issuer(&with(&[&unreadable, &own])), noon());
    assert_eq!(check(&with(&[&set(&[])])), malformed("SignedData.certificates"));
    let many = vec![own.as_slice(); 17];
    assert_eq!(check(&with(&many)), Err(TimestampError::TooManyCertificates { max: 16 }));
}

/// The authority that lists one signer is not trusted for another of the same issuer.
#[test]
fn a_listed_signer_stands_for_itself_alone() {
    let other = Parts::new(3).with(|parts| {
        parts.certificates = context(0, &[&stamping_certificate(3)]);
    });
    assert_eq!(check_by_issuer(&other.response()), noon());
    assert_eq!(check(&other.response()), Err(TimestampError::UnknownAuthority));
}

#[test]
fn one_of_several_authorities_is_enough() {
    let others = authority(&[stamping_certificate(3), root_certificate()]);
    let own = authority(&[stamping_certificate(2), root_certificate()]);
    let response = Parts::new(2).response();
    assert_eq!(check_by(&response, &[others.clone(), own.clone()]), noon());
    assert_eq!(
        check_by(&response, slice::from_ref(&others)),
        Err(TimestampError::UnknownAuthority)
    );
    assert_eq!(check_by(&response, &[]), Err(TimestampError::UnknownAuthority));
    // The reason is that of the authority which has the signer.
    let late = with_info(|info| info[4] = tlv(0x18, b"20260601120000Z"));
    let outside = TimestampError::OutsideWindow {
        time: "2026-06-01T12:00:00Z".parse().unwrap(),
        window: window(),
    };
    assert_eq!(check_by(&late, &[own, others]), Err(outside));
}

#[test]
fn the_window_holds_its_ends() {
    let at = |time: &[u8]| check(&with_info(|info| info[4] = tlv(0x18, time)));
    let is_outside = |outcome| matches!(outcome, Err(TimestampError::OutsideWindow { .. }));
    assert!(at(b"20250101000000Z").is_ok());
    assert!(at(b"20251231235959Z").is_ok());
    assert!(is_outside(at(b"20241231235959.999Z")));
    assert!(is_outside(at(b"20251231235959.001Z")));
    assert_eq!(at(b"20250601120000.0Z"), Err(TimestampError::Time));
    assert_eq!(at(b"20250601140000+0200"), Err(TimestampError::Time));
}

#[test]
fn certificates_are_valid_and_for_stamping_alone() {
    let code_signing = code_signing_certificate(2);
    let response =
        changed(|parts| parts.signing_certificate = signing_certificate_v2(&code_signing));
    let authorities = [authority(&[code_signing, root_certificate()])];
    assert_eq!(
        check_by(&response, &authorities),
        Err(TimestampError::Path(CertificateError::OtherExtendedKeyUsage {
            usage: Usage::TimeStamping
        }))
    );
}

#[test]
fn the_imprint_is_of_the_message() {
    let authorities = [authority(&[stamping_certificate(2), root_certificate()])];
    let response = Parts::new(2).response();
    let token = TimestampToken::from_der(&response).unwrap();
    let outcome = token.verify(b"another", &authorities, &RustCrypto);
    assert_eq!(outcome.unwrap_err(), TimestampError::ImprintMismatch);
    let sha1 = "1.3.14.3.2.26";
    assert_eq!(
        check(&with_info(|info| info[2] = sequence(&[&algorithm(sha1), &octets(&[0; 20])]))),
        Err(TimestampError::UnsupportedAlgorithm { id: sha1.to_owned() })
    );
    assert_eq!(
        check(&with_info(|info| info[2] = sequence(&[&algorithm(SHA256), &octets(&[0; 31])]))),
        malformed("TSTInfo.messageImprint")
    );
}

#[test]
fn the_content_has_its_fields() {
    let with = |position: usize, field: Vec<u8>| check(&with_info(|info| info[position] = field));
    let and = |fields: &[Vec<u8>]| check(&with_info(|info| info.extend_from_slice(fields)));
    let version = TimestampError::Version { part: "TSTInfo", version: 2 };
    assert_eq!(with(0, integer(2)), Err(version));
    assert_eq!(with(3, tlv(0x02, &[0x80; 20])), noon());
    assert_eq!(
        with(3, tlv(0x02, &[0x7f; 41])),
        Err(TimestampError::SerialTooLong { max_bytes: 40 })
    );
    let accuracy = |fields: &[&[u8]]| and(&[sequence(fields)]);
    let (millis, micros) = (tlv(0x80, &[0x03, 0xe7]), tlv(0x81, &[1]));
    let exact = |seconds, microseconds| {
        noon().map(|(time, _)| (time, Some(Accuracy { seconds, microseconds })))
    };
    assert_eq!(accuracy(&[&integer(1)]), exact(1, 0));
    assert_eq!(accuracy(&[&integer(1), &millis, &micros]), exact(1, 999_001));
    assert_eq!(accuracy(&[&micros]), exact(0, 1));
    for wrong in [
        tlv(0x80, &[0]),
        tlv(0x80, &[0x03, 0xe8]),
        tlv(0x80, &[0x00, 0x01]),
        [micros, millis].concat(),
    ] {
        assert_eq!(accuracy(&[&wrong]), malformed("TSTInfo.accuracy"));
    }
    let (ordering, nonce) = (vec![0x01, 0x01, 0xff], tlv(0x02, &[0x7f; 16]));
    let tsa = context(0, &[&context(4, &[&name("anyone")])]);
    assert_eq!(and(&[sequence(&[]), ordering.clone(), nonce.clone(), tsa.clone()]), exact(0, 0));
    assert_eq!(and(&[vec![0x01, 0x01, 0x00]]), malformed("TSTInfo"));
    assert_eq!(and(&[nonce, ordering]), malformed("TSTInfo"));
    assert_eq!(and(&[tsa.clone(), tsa]), malformed("TSTInfo"));

    let id = "1.3.6.1.4.1.1";
    let extensions = |extension: &[&[u8]]| and(&[context(1, &[&sequence(extension)])]);
    assert_eq!(extensions(&[&oid(id), &octets(b"")]), noon());
    assert_eq!(
        extensions(&[&oid(id), &[0x01, 0x01, 0xff], &octets(b"")]),
        Err(TimestampError::CriticalExtension { id: id.to_owned() })
    );
    assert_eq!(
        extensions(&[&oid(id), &[0x01, 0x01, 0x00], &octets(b"")]),
        malformed("TSTInfo.extensions")
    );
}

#[test]
fn the_message_is_signed_data_of_a_timestamp() {
    assert_eq!(
        check(&changed(|parts| parts.content_type = oid("1.2.840.113549.1.7.1"))),
        Err(TimestampError::NotTstInfo)
    );
    let version = |part, version| Err(TimestampError::Version { part, version });
    assert_eq!(check(&changed(|parts| parts.signed_data_version = 1)), version("SignedData", 1));
    assert_eq!(check(&changed(|parts| parts.signer_version = 3)), version("SignerInfo", 3));
    assert_eq!(
        check(&changed(|parts| parts.further_signers = sequence(&[]))),
        Err(TimestampError::SeveralSigners)
    );
    assert_eq!(
        check(&sequence(&[&oid("1.2.840.113549.1.7.1"), &context(0, &[&sequence(&[])])])),
        Err(TimestampError::NotSignedData)
    );
}

#[test]
fn the_signer_may_be_named_by_its_key() {
    let by_key = |identifier: &[u8]| {
        check(&changed(|parts| {
            parts.signer = tlv(0x80, identifier);
            parts.signer_version = 3;
        }))
    };
    assert_eq!(by_key(b"key"), noon());
    assert_eq!(by_key(b"kex"), Err(TimestampError::UnknownAuthority));
    let other_serial = sequence(&[&name("root"), &integer(9)]);
    assert_eq!(
        check(&changed(|parts| parts.signer = other_serial)),
        Err(TimestampError::UnknownAuthority)
    );
}

#[test]
fn the_attributes_must_be_there_and_right() {
    let content_type = || attribute("1.2.840.113549.1.9.3", &oid(token::TST_INFO));
    let digest = |digest: &[u8]| attribute("1.2.840.113549.1.9.4", &octets(digest));
    let own = || signing_certificate_v2(&stamping_certificate(2));
    let with =
        |attributes: Vec<Vec<u8>>| check(&changed(|parts| parts.attributes = Some(attributes)));
    assert_eq!(with(vec![]), Err(TimestampError::NoAttributes));
    assert_eq!(with(vec![digest(&[0; 32]), own()]), Err(TimestampError::ContentTypesDiffer));
    assert_eq!(
        with(vec![attribute("1.2.840.113549.1.9.3", &oid("1.2.3")), digest(&[0; 32]), own()]),
        Err(TimestampError::ContentTypesDiffer)
    );
    assert_eq!(with(vec![content_type(), own()]), Err(TimestampError::NoMessageDigest));
    assert_eq!(
        with(vec![content_type(), digest(&[0; 32]), own()]),
        Err(TimestampError::MessageDigestMismatch)
    );
    assert_eq!(
        with(vec![content_type(), digest(&[0; 32])]),
        Err(TimestampError::NoSigningCertificate)
    );
    for attributes in [
        vec![own(), content_type(), digest(&[0; 32])],
        vec![content_type(), content_type(), digest(&[0; 32]), own()],
        vec![content_type(), digest(&[0; 32]), digest(&[1; 32]), own()],
    ] {
        assert_eq!(with(attributes), malformed("SignerInfo.signedAttrs"));
    }
}

#[test]
fn the_signing_certificate_is_the_signers() {
    let with = |attribute: Vec<u8>| check(&changed(|parts| parts.signing_certificate = attribute));
    let (own, other) = (stamping_certificate(2), stamping_certificate(3));
    let mismatch = Err(TimestampError::SigningCertificateMismatch);
    assert_eq!(with(signing_certificate_v1(&own)), noon());
    assert_eq!(with(signing_certificate_v1(&other)), mismatch);
    assert_eq!(with(signing_certificate_v2(&other)), mismatch);
    assert_eq!(with(full_signing_certificate(&own, 2)), noon());
    assert_eq!(with(full_signing_certificate(&own, 3)), mismatch);
}

#[test]
fn the_signature_is_over_the_attributes_by_the_signer() {
    assert_eq!(
        check(&changed(|parts| parts.key = key(3))),
        Err(TimestampError::Signature(SignatureError::Mismatch))
    );
    let differ = Err(TimestampError::DigestAlgorithmsDiffer);
    let sha512 = algorithm("2.16.840.1.101.3.4.2.3");
    assert_eq!(check(&changed(|parts| parts.digest_algorithm = sha512.clone())), differ);
    assert_eq!(check(&changed(|parts| parts.digest_algorithms = set(&[&sha512]))), differ);
    let with = |algorithm: Vec<u8>| check(&changed(|parts| parts.signature_algorithm = algorithm));
    assert_eq!(with(algorithm("1.2.840.10045.4.3.4")), differ);
    assert_eq!(
        with(algorithm("1.2.840.10045.4.1")),
        Err(TimestampError::UnsupportedAlgorithm { id: "1.2.840.10045.4.1".to_owned() })
    );
    // ECDSA has no parameters, not even NULL (RFC 5754 3.3).
    assert_eq!(
        with(sequence(&[&oid(ECDSA_SHA256), &[0x05, 0x00]])),
        malformed("AlgorithmIdentifier")
    );
    assert!(matches!(
        with(algorithm("1.2.840.113549.1.1.11")),
        Err(TimestampError::Signature(SignatureError::SchemeDoesNotFitKey { .. }))
    ));
}

#[test]
fn copies_have_one_identity() {
    let authorities = [authority(&[stamping_certificate(2), root_certificate()])];
    let identity = |response: &[u8]| {
        let token = TimestampToken::from_der(response).unwrap();
        token.verify(MESSAGE, &authorities, &RustCrypto).unwrap().identity().clone()
    };
    let one = identity(&Parts::new(2).response());
    assert_eq!(one.serial(), [42]);
    assert_eq!(one, identity(&Parts::new(2).token()));
    assert_eq!(one, identity(&changed(|parts| parts.status = sequence(&[&integer(1)]))));
    assert_ne!(one, identity(&with_info(|info| info[3] = integer(43))));
}

#[test]
fn a_long_input_is_not_read() {
    let long = vec![0x30; MAX_BYTES + 1];
    let error = TimestampError::TooLarge { bytes: MAX_BYTES + 1, max: MAX_BYTES };
    assert_eq!(check(&long), Err(error));
}

/// In a token that has nothing unsigned every byte counts, but that one status is as good as the
/// other.
#[test]
fn each_flipped_bit_is_noticed() {
    let authorities = [authority(&[stamping_certificate(2), root_certificate()])];
    let response = Parts::new(2).response();
    for position in 0..response.len() {
        for bit in 0..8 {
            let mut flipped = response.clone();
            flipped[position] ^= 1 << bit;
            let outcome = check_by(&flipped, &authorities);
            let is_other_status = (position, bit) == (8, 0);
            assert_eq!(outcome.is_ok(), is_other_status, "byte {position} bit {bit}: {outcome:?}");
        }
    }
}

proptest! {
    #[test]
    fn anything_is_read_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        let _ = TimestampToken::from_der(&bytes);
    }

    #[test]
    fn a_damaged_token_is_refused(
        position in 0_usize..600,
        bytes in proptest::collection::vec(any::<u8>(), 0..8),
        removed in 0_usize..8,
    ) {
        let mut response = Parts::new(2).response();
        let start = position.min(response.len());
        let end = (start + removed).min(response.len());
        let old: Vec<u8> = response.splice(start..end, bytes.iter().copied()).collect();
        // Of the two statuses one may have become the other.
        prop_assert!(check(&response).is_err() || old == bytes || start <= 8);
    }
}
