//! Paths that hold, and those that do not: each differs in one thing.

use sealift_model::Timestamp;

use super::made::{self, Recipe, authority_of, extension, purposes};
use super::{Authority, Certificate, CertificateError as E, Usage, path};
use crate::crypto::{RustCrypto, SignatureError};
use crate::der::made::{sequence, tlv};

const AT: &str = "2025-06-01T12:05:00Z";

fn time(text: &str) -> Timestamp {
    text.parse().unwrap()
}

/// The bytes of the anchor and how far the leaf's issuer is from it.
fn find(leaf: &Recipe, extra: &[&Recipe], authorities: &[Authority], at: &str) -> Result<(), E> {
    find_for(Usage::CodeSigning, &leaf.certificate(), extra, authorities, at)
}

fn find_for(
    usage: Usage,
    leaf: &Certificate,
    extra: &[&Recipe],
    authorities: &[Authority],
    at: &str,
) -> Result<(), E> {
    let extra: Vec<_> = extra.iter().map(|recipe| recipe.certificate()).collect();
    let path = path::verify(leaf, &extra, authorities, time(at), usage, &RustCrypto)?;
    assert!(leaf == path.issuer() || leaf.issuer() == path.issuer().subject());
    assert_eq!(path.check_time(time(at)), Ok(()));
    assert_ne!(path.check_time(time("2026-06-01T12:05:00Z")), Ok(()));
    Ok(())
}

fn whole() -> [Authority; 1] {
    [authority_of(&[&Recipe::intermediate(), &Recipe::root()]).unwrap()]
}

fn root_only() -> [Authority; 1] {
    [authority_of(&[&Recipe::root()]).unwrap()]
}

#[test]
fn the_forms_that_an_authority_has() {
    let (root, intermediate, leaf) = (Recipe::root(), Recipe::intermediate(), Recipe::leaf());
    assert_eq!(find(&leaf, &[], &whole(), AT), Ok(()));
    assert_eq!(find(&leaf, &[&intermediate, &root], &whole(), AT), Ok(()), "sent along as well");
    assert_eq!(find(&leaf, &[&intermediate], &root_only(), AT), Ok(()), "sent along");
    let anchor = [authority_of(&[&intermediate]).unwrap()];
    assert_eq!(find(&leaf, &[], &anchor, AT), Ok(()), "an anchor that did not sign itself");
    let by_root = Recipe { issuer: made::name("root"), signer: 1, ..leaf.clone() };
    assert_eq!(find(&by_root, &[], &root_only(), AT), Ok(()));
    let both = [root_only(), whole()].concat();
    assert_eq!(find(&leaf, &[], &both, AT), Ok(()));
}

/// What an authority of one's own makes, and Fulcio does not.
#[test]
fn an_ordinary_authority_says_less() {
    let usage = Usage::CodeSigning;
    let ordinary = |chain: &[&Recipe]| {
        let chain = chain.iter().map(|recipe| recipe.certificate()).collect();
        Authority::ordinary(chain, made::window(), &RustCrypto).unwrap()
    };
    let plain_root = Recipe::root().without(1);
    assert_eq!(authority_of(&[&plain_root]), Err(E::NoCertificateSign));
    let own = ordinary(&[&Recipe::intermediate(), &plain_root]);
    let stranger =
        Recipe { subject: made::name("other"), issuer: made::name("other"), ..plain_root };
    let beside = [whole().to_vec(), vec![ordinary(&[&stranger])]].concat();
    let leaf = Recipe::leaf;
    for (recipe, by_sigstore, by_own) in [
        (leaf(), Ok(()), Ok(())),
        (leaf().without(0), Err(E::NoDigitalSignature), Ok(())),
        (leaf().without(1), Err(E::NoExtendedKeyUsage { usage }), Ok(())),
        (
            leaf().with(1, purposes(false, &[made::ANY_PURPOSE])),
            Err(E::OtherExtendedKeyUsage { usage }),
            Ok(()),
        ),
        (
            leaf().with(1, purposes(false, &[made::SERVER_AUTHENTICATION])),
            Err(E::OtherExtendedKeyUsage { usage }),
            Err(E::OtherExtendedKeyUsage { usage }),
        ),
        (
            leaf().with(0, made::certificate_sign()),
            Err(E::AuthorityAsSigner),
            Err(E::AuthorityAsSigner),
        ),
    ] {
        assert_eq!(find(&recipe, &[], &whole(), AT), by_sigstore);
        assert_eq!(find(&recipe, &[], &beside, AT), by_sigstore, "Fulcio's, whoever is beside it");
        assert_eq!(find(&recipe, &[], std::slice::from_ref(&own), AT), by_own);
    }
}

#[test]
fn no_path() {
    let (root, intermediate, leaf) = (Recipe::root(), Recipe::intermediate(), Recipe::leaf());
    assert_eq!(find(&leaf, &[], &[], AT), Err(E::UnknownIssuer));
    assert_eq!(find(&leaf, &[], &root_only(), AT), Err(E::UnknownIssuer));
    assert_eq!(find(&leaf, &[&root, &intermediate], &[], AT), Err(E::UnknownIssuer));
    let own = Recipe { issuer: made::name("me"), subject: made::name("me"), signer: 3, ..leaf };
    assert_eq!(find(&own, &[], &whole(), AT), Err(E::UnknownIssuer), "signed by itself");
    assert_eq!(find(&own, &[&own], &whole(), AT), Err(E::UnknownIssuer));
    let imposter = Recipe { signer: 9, ..Recipe::leaf() };
    let mismatch = Err(E::Signature(SignatureError::Mismatch));
    assert_eq!(find(&imposter, &[], &whole(), AT), mismatch);
    let sha1 = tlv(0x06, &[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x01]);
    let mut der = Recipe { algorithm: sequence(&[&sha1]), ..Recipe::leaf() }.der();
    let old = made::ecdsa_sha256();
    let at = der.windows(old.len()).rposition(|window| window == old).unwrap();
    der.splice(at..at + old.len(), sequence(&[&sha1]));
    let length = u16::try_from(der.len() - 4).unwrap().to_be_bytes();
    der[2..4].copy_from_slice(&length);
    let weak = Certificate::from_der(&der).unwrap();
    let found = find_for(Usage::CodeSigning, &weak, &[], &whole(), AT);
    assert_eq!(found, Err(E::UnsupportedAlgorithm));
}

#[test]
fn times_are_inclusive() {
    let leaf = Recipe::leaf();
    for (at, expected) in [
        ("2025-06-01T11:59:59Z", Err(())),
        ("2025-06-01T12:00:00Z", Ok(())),
        ("2025-06-01T12:10:00Z", Ok(())),
        ("2025-06-01T12:10:01Z", Err(())),
    ] {
        assert_eq!(find(&leaf, &[], &whole(), at).map_err(drop), expected, "{at}");
    }
    let at = time("2025-06-01T12:10:01Z");
    let not_after = time("2025-06-01T12:10:00Z");
    let found = find(&leaf, &[], &whole(), "2025-06-01T12:10:01Z");
    assert_eq!(found, Err(E::Expired { at, not_after }));
    let not_before = time("2025-06-01T12:06:00Z");
    let at = time(AT);
    let late = Recipe { times: ["250601120600Z", "251231235959Z"], ..Recipe::intermediate() };
    let found = find(&leaf, &[&late], &root_only(), AT);
    assert_eq!(found, Err(E::NotYetValid { at, not_before }), "sent along");
    let known = [authority_of(&[&late, &Recipe::root()]).unwrap()];
    assert_eq!(find(&leaf, &[], &known, AT), Err(E::NotYetValid { at, not_before }));
    let long = Recipe { times: ["240601120000Z", "260601120000Z"], ..leaf };
    let found = find(&long, &[], &whole(), "2026-01-01T00:00:00Z");
    let at = time("2026-01-01T00:00:00Z");
    assert_eq!(found, Err(E::AuthorityNotTrusted { at }));
}

#[test]
fn the_signer() {
    let usage = Usage::CodeSigning;
    let leaf = Recipe::leaf;
    let critical = |critical| extension(&[0x2a, 0x03, 0x04], critical, &[]);
    let oid = "1.2.3.4".to_owned();
    let policies = |value: &[u8]| extension(&[0x55, 0x1d, 32], true, value);
    let poison = [0x2b, 0x06, 0x01, 0x04, 0x01, 0xd6, 0x79, 0x02, 0x04, 0x03];
    let constraints = tlv(0x30, &tlv(0xa0, &tlv(0x30, &tlv(0x81, b"example.test"))));
    for (recipe, expected) in [
        (leaf().and(critical(false)), Ok(())),
        (leaf().and(critical(true)), Err(E::UnknownCriticalExtension { oid })),
        (leaf().and(policies(&[0x30, 0x06, 0x30, 0x04, 0x06, 0x02, 0x2a, 0x03])), Ok(())),
        (
            leaf().and(policies(&[])),
            Err(E::UnknownCriticalExtension { oid: "2.5.29.32".to_owned() }),
        ),
        (leaf().and(extension(&poison, true, &[0x05, 0x00])), Err(E::Precertificate)),
        (leaf().and(extension(made::BASIC_CONSTRAINTS, true, &[0x30, 0x00])), Ok(())),
        (leaf().and(made::authority(None)), Err(E::AuthorityAsSigner)),
        (leaf().with(0, made::certificate_sign()), Err(E::AuthorityAsSigner)),
        (
            leaf().and(extension(made::NAME_CONSTRAINTS, true, &constraints)),
            Err(E::AuthorityAsSigner),
        ),
        (leaf().without(0), Err(E::NoDigitalSignature)),
        (
            leaf().with(0, extension(made::KEY_USAGE, true, &[0x03, 0x02, 0x06, 0x40])),
            Err(E::NoDigitalSignature),
        ),
        (leaf().without(1), Err(E::NoExtendedKeyUsage { usage })),
        (
            leaf().with(1, purposes(false, &[made::ANY_PURPOSE])),
            Err(E::OtherExtendedKeyUsage { usage }),
        ),
        (
            leaf().with(1, purposes(false, &[made::SERVER_AUTHENTICATION])),
            Err(E::OtherExtendedKeyUsage { usage }),
        ),
    ] {
        assert_eq!(find(&recipe, &[], &whole(), AT), expected);
    }
    let found = find(&Recipe::intermediate(), &[], &root_only(), AT);
    assert_eq!(found, Err(E::AuthorityAsSigner), "an intermediate");
    assert_eq!(find(&Recipe::root(), &[], &root_only(), AT), Err(E::AuthorityAsSigner), "a root");
}

#[test]
fn the_authorities() {
    let intermediate = Recipe::intermediate;
    let usage = Usage::CodeSigning;
    let oid = "1.2.3.4".to_owned();
    let constraints = |value: &[u8]| extension(made::BASIC_CONSTRAINTS, false, &tlv(0x30, value));
    for (recipe, expected) in [
        (intermediate().without(2), Ok(())),
        (intermediate().with(2, purposes(false, &[made::ANY_PURPOSE])), Ok(())),
        (
            intermediate().with(2, purposes(false, &[made::TIME_STAMPING])),
            Err(E::OtherExtendedKeyUsage { usage }),
        ),
        (intermediate().without(0), Err(E::NotAnAuthority)),
        (intermediate().with(0, constraints(&[])), Err(E::NotAnAuthority)),
        (
            intermediate().with(0, constraints(&[0x01, 0x01, 0xff])),
            Err(E::BasicConstraintsNotCritical),
        ),
        (intermediate().without(1), Err(E::NoCertificateSign)),
        (intermediate().with(1, made::digital_signature()), Err(E::NoCertificateSign)),
        (
            intermediate().and(extension(&[0x2a, 0x03, 0x04], true, &[])),
            Err(E::UnknownCriticalExtension { oid }),
        ),
        (Recipe { signer: 9, ..intermediate() }, Err(E::Signature(SignatureError::Mismatch))),
    ] {
        assert_eq!(find(&Recipe::leaf(), &[&recipe], &root_only(), AT), expected, "sent along");
        let known = authority_of(&[&recipe, &Recipe::root()]);
        let found = known.and_then(|known| find(&Recipe::leaf(), &[], &[known], AT));
        assert_eq!(found, expected, "of the authority");
    }
}

#[test]
fn the_chain_of_an_authority() {
    let (root, intermediate) = (Recipe::root(), Recipe::intermediate());
    assert_eq!(authority_of(&[]).err(), Some(E::NoAuthorityCertificate));
    let broken = authority_of(&[&root, &intermediate]);
    assert_eq!(broken.err(), Some(E::BrokenChain { position: 0 }));
    let other = Recipe { key: 9, signer: 9, ..Recipe::root() };
    let broken = authority_of(&[&intermediate, &other]);
    assert_eq!(broken.err(), Some(E::Signature(SignatureError::Mismatch)));
    let leaf_as_root = authority_of(&[&Recipe::leaf(), &intermediate.without(0)]);
    assert_eq!(leaf_as_root.err(), Some(E::NotAnAuthority));
}

#[test]
fn path_lengths() {
    // intermediate -> second -> leaf
    let second = |constraint| Recipe {
        subject: made::name("second"),
        key: 4,
        issuer: made::name("intermediate"),
        signer: 2,
        ..Recipe::intermediate().with(0, made::authority(constraint))
    };
    let leaf = Recipe { issuer: made::name("second"), signer: 4, ..Recipe::leaf() };
    let above = |length| Recipe::intermediate().with(0, made::authority(length));
    let find = |above: &Recipe, root: &Recipe| {
        let authorities = [authority_of(&[root]).unwrap()];
        find(&leaf, &[above, &second(Some(0))], &authorities, AT)
    };
    let root = |length| Recipe::root().with(0, made::authority(length));
    assert_eq!(find(&above(Some(1)), &root(None)), Ok(()));
    assert_eq!(find(&above(None), &root(Some(2))), Ok(()));
    assert_eq!(find(&above(Some(0)), &root(None)), Err(E::PathTooLong { max: 0 }));
    assert_eq!(find(&above(None), &root(Some(1))), Err(E::PathTooLong { max: 1 }));
}

#[test]
fn key_identifiers() {
    let root = Recipe::root().and(made::subject_key(b"one"));
    let leaf = |key: &[u8]| Recipe {
        issuer: made::name("root"),
        signer: 1,
        ..Recipe::leaf().and(made::authority_key(key))
    };
    let known = [authority_of(&[&root]).unwrap()];
    assert_eq!(find(&leaf(b"one"), &[], &known, AT), Ok(()));
    assert_eq!(find(&leaf(b"two"), &[], &known, AT), Err(E::OtherIssuerKey));
    assert_eq!(find(&leaf(b"two"), &[], &root_only(), AT), Ok(()), "the authority names none");
    let other = Recipe { key: 9, signer: 9, ..Recipe::root().and(made::subject_key(b"nine")) };
    let both = [authority_of(&[&other]).unwrap(), authority_of(&[&root]).unwrap()];
    assert_eq!(find(&leaf(b"one"), &[], &both, AT), Ok(()), "two of one name");
}

#[test]
fn name_constraints() {
    let constrained = |value: Vec<u8>| {
        let constraints = extension(made::NAME_CONSTRAINTS, true, &tlv(0x30, &value));
        let root = Recipe::root().and(constraints);
        [authority_of(&[&Recipe::intermediate(), &root]).unwrap()]
    };
    let subtree = |list: u8, tag: u8, base: &str| tlv(list, &tlv(0x30, &tlv(tag, base.as_bytes())));
    let refused = || Err(E::NameOutsideConstraints { name: "a@example.test".to_owned() });
    for (value, expected) in [
        (subtree(0xa0, 0x81, "example.test"), Ok(())),
        (subtree(0xa0, 0x81, "other.test"), refused()),
        (subtree(0xa0, 0x86, "other.test"), Ok(())),
        (subtree(0xa1, 0x81, "other.test"), Ok(())),
        (subtree(0xa1, 0x81, "example.test"), refused()),
        // CA/Browser Forum, Baseline Requirements 7.1.5: all addresses are excluded.
        (subtree(0xa1, 0x87, "\0\0\0\0\0\0\0\0"), Ok(())),
        (subtree(0xa1, 0x88, "\x2a"), Ok(())),
        (subtree(0xa0, 0xa4, "\x30\0"), Err(E::UnsupportedNameConstraint)),
    ] {
        assert_eq!(find(&Recipe::leaf(), &[], &constrained(value), AT), expected);
    }
    let at = |address: &[u8]| {
        let names = tlv(0x30, &tlv(0x87, address));
        Recipe::leaf().with(2, extension(made::ALTERNATIVE_NAME, true, &names))
    };
    let refused = |name: &str| Err(E::NameOutsideConstraints { name: name.to_owned() });
    let none = || constrained(subtree(0xa1, 0x87, "\0\0\0\0\0\0\0\0"));
    assert_eq!(find(&at(&[10, 0, 0, 1]), &[], &none(), AT), refused("10.0.0.1"));
    let some = || constrained(tlv(0xa0, &tlv(0x30, &tlv(0x87, &[10, 0, 0, 0, 255, 0, 0, 0]))));
    assert_eq!(find(&at(&[10, 0, 0, 1]), &[], &some(), AT), Ok(()));
    assert_eq!(find(&at(&[192, 0, 0, 1]), &[], &some(), AT), refused("192.0.0.1"));
}

#[test]
fn timestamp_signers() {
    let usage = Usage::TimeStamping;
    let stamping = |critical, named: &[&[u8]]| Recipe::leaf().with(1, purposes(critical, named));
    let issuer = Recipe::intermediate().with(2, purposes(false, &[made::TIME_STAMPING]));
    let chain = |signer: &Recipe| authority_of(&[signer, &issuer, &Recipe::root()]);
    let find =
        |signer: &Recipe, authority| find_for(usage, &signer.certificate(), &[], &[authority], AT);
    let good = stamping(true, &[made::TIME_STAMPING]);
    assert_eq!(find(&good, chain(&good).unwrap()), Ok(()), "listed");
    let unlisted = authority_of(&[&issuer, &Recipe::root()]).unwrap();
    assert_eq!(find(&good, unlisted.clone()), Ok(()), "not listed");
    let alone = authority_of(&[&good]).unwrap();
    assert_eq!(find(&good, alone.clone()), Ok(()), "the anchor itself");
    let another = stamping(true, &[made::TIME_STAMPING]).and(made::subject_key(b"another"));
    assert_eq!(find(&another, alone.clone()), Err(E::UnknownIssuer));
    let signing = authority_of(&[&Recipe::leaf()]).unwrap();
    assert_eq!(
        super::path_tests::find(&Recipe::leaf(), &[], &[signing], AT),
        Err(E::UnknownIssuer)
    );
    for (signer, expected) in [
        (stamping(false, &[made::TIME_STAMPING]), E::ExtendedKeyUsageNotCritical),
        (stamping(true, &[made::TIME_STAMPING, made::CODE_SIGNING]), E::SeveralExtendedKeyUsages),
        (stamping(true, &[made::CODE_SIGNING]), E::OtherExtendedKeyUsage { usage }),
    ] {
        assert_eq!(find(&signer, unlisted.clone()), Err(expected.clone()));
        assert_eq!(find(&signer, chain(&signer).unwrap()), Err(expected));
    }
    // The same name and time, by someone else.
    let forged = Recipe { signer: 9, ..good.clone() };
    assert!(find(&forged, chain(&good).unwrap()).is_err());
    let found = find_for(Usage::CodeSigning, &good.certificate(), &[], &[unlisted], AT);
    let usage = Usage::CodeSigning;
    assert_eq!(found, Err(E::OtherExtendedKeyUsage { usage }));
}

#[test]
fn a_search_ends() {
    // Intermediates of one name that sign each other lead nowhere, in every order.
    let ring: Vec<Recipe> = (10..40)
        .map(|key| Recipe {
            subject: made::name(if key % 2 == 0 { "even" } else { "odd" }),
            key,
            issuer: made::name(if key % 2 == 0 { "odd" } else { "even" }),
            signer: 11,
            ..Recipe::intermediate().with(0, made::authority(None))
        })
        .collect();
    let leaf = Recipe { issuer: made::name("odd"), signer: 11, ..Recipe::leaf() };
    let ring: Vec<&Recipe> = ring.iter().collect();
    assert_eq!(find(&leaf, &ring, &whole(), AT), Err(E::SearchGivenUp { max: 16 }));
    assert_eq!(find(&leaf, &ring[..4], &whole(), AT), Err(E::Signature(SignatureError::Mismatch)));
}
