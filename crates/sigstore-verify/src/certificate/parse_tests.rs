//! Certificates that are read, and those that are not: each differs in one thing.

use proptest::prelude::*;

use super::made::{self, Recipe, extension, key};
use super::{Certificate, CertificateError as E, FulcioExtension};
use crate::crypto::KeyError;
use crate::der::made::{sequence, tlv};

/// 1.3.6.1.4.1.57264.1.
const FULCIO: &[u8] = &[0x2b, 0x06, 0x01, 0x04, 0x01, 0x83, 0xbf, 0x30, 0x01];

fn fulcio(number: u8, value: &[u8]) -> Vec<u8> {
    extension(&[FULCIO, &[number]].concat(), false, value)
}

fn malformed(part: &'static str) -> Result<Certificate, E> {
    Err(E::Malformed { part })
}

#[test]
fn what_is_in_a_certificate() {
    let recipe = Recipe::leaf();
    let leaf = recipe.certificate();
    assert_eq!(leaf.der(), recipe.der());
    assert_eq!(leaf.tbs(), recipe.tbs());
    assert_eq!(leaf.issuer(), made::name("intermediate"));
    assert_eq!(leaf.subject(), [0x30, 0x00]);
    assert_eq!(leaf.not_before().to_string(), "2025-06-01T12:00:00Z");
    assert_eq!(leaf.not_after().to_string(), "2025-06-01T12:10:00Z");
    assert_eq!(leaf.serial_number(), [1]);
    assert!(!leaf.is_authority() && !leaf.is_self_issued());
    assert_eq!(leaf.subject_key_identifier(), None);
    let large = Recipe { serial: vec![0x02, 0x02, 0x00, 0xff], ..recipe }.certificate();
    assert_eq!(large.serial_number(), [0xff]);
    let root = Recipe::root().and(made::subject_key(b"key")).certificate();
    assert!(root.is_authority() && root.is_self_issued());
    assert_eq!(root.subject_key_identifier(), Some(&b"key"[..]));
}

#[test]
fn a_certificate_is_not_longer_than_any_in_use() {
    let max = 128 * 1024;
    let long = Err(E::TooLong { bytes: max + 1, max });
    assert_eq!(Certificate::from_der(&vec![0; max + 1]), long);
    assert_eq!(Certificate::from_der(&vec![0; max]), malformed("certificate"));
}

#[test]
fn parts_that_are_wrong() {
    let leaf = Recipe::leaf;
    let change = |change: fn(&mut Recipe)| {
        let mut recipe = leaf();
        change(&mut recipe);
        recipe.read()
    };
    assert_eq!(change(|r| r.version = vec![]), Err(E::Version), "version 1");
    assert_eq!(change(|r| r.version[4] = 1), Err(E::Version), "version 2");
    assert_eq!(change(|r| r.version[4] = 3), Err(E::Version), "version 4");
    assert_eq!(change(|r| r.version[2] = 4), malformed("version"));
    assert_eq!(change(|r| r.serial = vec![0x02, 0x01, 0x00]), Err(E::SerialNumber));
    assert_eq!(change(|r| r.serial = vec![0x02, 0x02, 0x00, 0x01]), malformed("serialNumber"));
    assert_eq!(change(|r| r.algorithm[11] = 0x03), Err(E::AlgorithmsDiffer));
    assert_eq!(change(|r| r.issuer = vec![0x30, 0x00]), Err(E::EmptyIssuer));
    assert_eq!(change(|r| r.issuer = vec![0x30, 0x02, 0x31, 0x00]), malformed("issuer"));
    assert_eq!(change(|r| r.subject = vec![0x30, 0x02, 0x05, 0x00]), malformed("subject"));
    assert_eq!(change(|r| r.times[0] = "2506011200Z"), malformed("validity"));
    assert_eq!(change(|r| r.extensions = vec![tlv(0x05, &[])]), malformed("extensions"));
    assert!(change(|r| r.extensions.clear()).is_ok());
}

#[test]
fn encodings_that_are_wrong() {
    let der = Recipe::leaf().der();
    assert_eq!(Certificate::from_der(&[&der[..], &[0]].concat()), malformed("certificate"));
    assert_eq!(Certificate::from_der(&der[..der.len() - 1]), malformed("certificate"));
    assert_eq!(Certificate::from_der(&[]), malformed("certificate"));
    let inner = &der[4..];
    let long = [&[0x30, 0x83, 0x00], &der[2..4], inner].concat();
    assert_eq!(Certificate::from_der(&long), malformed("certificate"), "a long length");
    let indefinite = [&[0x30, 0x80], inner, &[0, 0]].concat();
    assert_eq!(Certificate::from_der(&indefinite), malformed("certificate"), "BER");
}

#[test]
fn extensions_that_are_wrong() {
    let leaf = Recipe::leaf;
    let oid = "2.5.29.15".to_owned();
    let twice = leaf().and(made::digital_signature()).read();
    assert_eq!(twice, Err(E::DuplicateExtension { oid }));
    let unknown = |number| extension(&[0x2a, 0x03, number], false, &[]);
    let twice = leaf().and(unknown(1)).and(unknown(1)).read();
    assert_eq!(twice, Err(E::DuplicateExtension { oid: "1.2.3.1".to_owned() }));
    assert!(leaf().and(unknown(1)).and(unknown(2)).read().is_ok());
    let many = |count| (0..count).fold(leaf(), |recipe, number| recipe.and(unknown(number)));
    assert!(many(61).read().is_ok());
    assert_eq!(many(62).read(), Err(E::TooManyExtensions { max: 64 }));
    let mut default = extension(&[0x2a, 0x03, 1], true, &[]);
    default[8] = 0;
    assert_eq!(leaf().and(default).read(), malformed("extensions"), "critical FALSE is written");
    let trailing = extension(made::SUBJECT_KEY, false, &[0x04, 0x01, 0x07, 0x00]);
    assert_eq!(leaf().and(trailing).read(), malformed("subjectKeyIdentifier"));
    let none = extension(made::EXTENDED_KEY_USAGE, false, &[0x30, 0x00]);
    assert_eq!(leaf().with(1, none).read(), malformed("extKeyUsage"));
    let bare = extension(made::AUTHORITY_KEY, false, &tlv(0x30, &tlv(0x04, b"key")));
    assert_eq!(leaf().and(bare).read(), malformed("authorityKeyIdentifier"));
}

#[test]
fn a_key_that_is_not_accepted() {
    let der = Recipe::leaf().der();
    let point = key(3).verifying_key().to_sec1_point(false);
    let point = point.as_bytes();
    let at = der.windows(point.len()).position(|window| window == point).unwrap();
    let mut off_curve = der;
    off_curve[at + 64] ^= 1;
    assert_eq!(Certificate::from_der(&off_curve), Err(E::PublicKey(KeyError::Point)));
}

#[test]
fn the_identity_of_a_signer() {
    let uri = tlv(0x30, &tlv(0x86, b"https://example.test/a"));
    let leaf = Recipe::leaf()
        .with(2, extension(made::ALTERNATIVE_NAME, true, &uri))
        .and(fulcio(24, &tlv(0x0c, b"subject")))
        .and(fulcio(5, b"a/b"))
        .and(fulcio(7, b"\xff"))
        .and(fulcio(25, b"\xff"))
        .and(fulcio(1, b"https://issuer.test"))
        .and(fulcio(8, &tlv(0x0c, b"https://issuer.test")));
    let identity = leaf.certificate().identity().unwrap();
    assert_eq!(identity.subject.to_string(), "https://example.test/a");
    assert_eq!(identity.issuer.as_deref(), Some("https://issuer.test"));
    let named: Vec<_> = identity.extensions.iter().map(|(one, text)| (one.name(), text)).collect();
    assert_eq!(
        named,
        [
            ("Issuer", "https://issuer.test"),
            ("GitHub Workflow Repository", "a/b"),
            ("Issuer (V2)", "https://issuer.test"),
            ("Token Subject", "subject"),
        ]
    );
    assert_eq!(identity.extensions.get(FulcioExtension::TokenSubject), Some("subject"));
    assert_eq!(identity.extensions.get(FulcioExtension::BuildTrigger), None);
}

#[test]
fn issuers_that_disagree() {
    let with = |extensions: &[Vec<u8>]| {
        let leaf = extensions.iter().cloned().fold(Recipe::leaf(), Recipe::and);
        leaf.certificate().identity().map(|identity| identity.issuer)
    };
    let old = fulcio(1, b"https://a.test");
    let new = |issuer: &str| fulcio(8, &tlv(0x0c, issuer.as_bytes()));
    let issuer = || Some("https://a.test".to_owned());
    assert_eq!(with(&[]), Ok(None));
    assert_eq!(with(std::slice::from_ref(&old)), Ok(issuer()));
    assert_eq!(with(&[new("https://a.test")]), Ok(issuer()));
    assert_eq!(with(&[new("https://a.test"), old.clone()]), Ok(issuer()));
    let disagree =
        E::IssuersDisagree { old: "https://a.test".to_owned(), new: "https://b.test".to_owned() };
    assert_eq!(with(&[old.clone(), new("https://b.test")]), Err(disagree));
    assert_eq!(with(&[new("")]), Err(E::EmptyIssuerExtension));
    let raw = E::ExtensionNotText { oid: "1.3.6.1.4.1.57264.1.8".to_owned() };
    assert_eq!(with(&[old, fulcio(8, b"https://a.test")]), Err(raw));
    let none = Recipe::leaf().without(2).certificate().identity();
    assert_eq!(none, Err(E::NoAlternativeName));
}

#[test]
fn pem_is_certificates_alone() {
    let block = |label: &str, recipe: &Recipe| crate::pem::encode(label, &recipe.der());
    let one = block("CERTIFICATE", &Recipe::leaf());
    let two = format!("{one}\n{}", block("CERTIFICATE", &Recipe::root()));
    let leaf = Recipe::leaf().certificate();
    assert_eq!(Certificate::from_pem(one.as_bytes()), Ok(leaf.clone()));
    let chain = Certificate::chain_from_pem(two.as_bytes()).unwrap();
    assert_eq!(chain, [leaf, Recipe::root().certificate()]);
    assert!(matches!(Certificate::from_pem(two.as_bytes()), Err(E::Pem(_))));
    assert!(matches!(Certificate::chain_from_pem(b""), Err(E::Pem(_))));
    let label = "PUBLIC KEY".to_owned();
    let other = block("PUBLIC KEY", &Recipe::leaf());
    assert_eq!(Certificate::from_pem(other.as_bytes()), Err(E::PemLabel { label }));
    assert!(Certificate::chain_from_pem(one.repeat(32).as_bytes()).is_ok());
    assert!(matches!(Certificate::chain_from_pem(one.repeat(33).as_bytes()), Err(E::Pem(_))));
}

proptest! {
    #[test]
    fn any_bytes_give_an_answer(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        let _ = Certificate::from_der(&bytes);
        let _ = Certificate::from_der(&sequence(&[&tlv(0x30, &bytes), &bytes]));
    }

    #[test]
    fn changed_certificates_give_an_answer(
        at in any::<prop::sample::Index>(),
        value in any::<u8>(),
        cut in any::<prop::sample::Index>(),
    ) {
        let mut der = Recipe::leaf().and(fulcio(9, &tlv(0x0c, b"https://a.test"))).der();
        let at = at.index(der.len());
        der[at] = value;
        if let Ok(certificate) = Certificate::from_der(&der) {
            prop_assert_eq!(certificate.der(), &der);
            let _ = certificate.identity();
        }
        let cut = cut.index(der.len());
        prop_assert!(Certificate::from_der(&der[..cut]).is_err());
    }

    #[test]
    fn any_extension_value_gives_an_answer(
        oid in prop::sample::select(vec![
            made::BASIC_CONSTRAINTS, made::KEY_USAGE, made::EXTENDED_KEY_USAGE,
            made::ALTERNATIVE_NAME, made::NAME_CONSTRAINTS, made::SUBJECT_KEY, made::AUTHORITY_KEY,
        ]),
        value in prop::collection::vec(any::<u8>(), 0..60),
        tag in prop::sample::select(vec![0x03, 0x04, 0x30, 0xa0]),
    ) {
        let recipe = Recipe { extensions: vec![], ..Recipe::leaf() };
        for value in [tlv(tag, &value), value] {
            if let Ok(certificate) = recipe.clone().and(extension(oid, true, &value)).read() {
                let _ = certificate.identity();
            }
        }
    }
}
