//! Certificates, paths and certificate timestamps of the test data.

use std::fs;

use sealift_model::Timestamp;
use sealift_suite::test_data;

use super::{Authority, Certificate, CertificateError, Usage, path};
use crate::cases::Cases;
use crate::crypto::RustCrypto;
use crate::sct::SctError;
use crate::trust::{TrustedRoot, Window};
use crate::{Bundle, Material};

/// What stands against the certificate of a bundle in the first second of its validity.
#[derive(Debug, PartialEq)]
enum Found {
    Trusted,
    Certificate(CertificateError),
    Sct(SctError),
}

fn judge(bundle: &Bundle, root: &TrustedRoot) -> Option<Found> {
    let Material::Certificate { leaf, intermediates } = bundle.material() else { return None };
    let authorities = root.certificate_authorities();
    let at = leaf.not_before();
    let path = path::verify(leaf, intermediates, authorities, at, Usage::CodeSigning, &RustCrypto);
    let path = match path {
        Ok(path) => path,
        Err(error) => return Some(Found::Certificate(error)),
    };
    path.check_time(leaf.not_after()).unwrap();
    if let Err(error) = leaf.identity() {
        return Some(Found::Certificate(error));
    }
    let scts = leaf.verify_timestamps(path.issuer(), root.ct_logs(), &RustCrypto);
    Some(scts.map_or_else(Found::Sct, |_| Found::Trusted))
}

#[test]
fn certificates_of_the_cases() {
    let Some(cases) = Cases::read() else { return };
    let mut suite = cases.suite("sigstore/certificates");
    for case in &cases.readable {
        match judge(&case.bundle, &case.root) {
            None => suite.skip(&case.name, "it has a key and no certificate"),
            // What is wrong with a bundle that must fail may lie elsewhere.
            Some(found) if case.passes && found != Found::Trusted => {
                suite.case(&case.name, Err(format!("{found:?}")));
            }
            Some(_) => suite.case(&case.name, Ok(())),
        }
    }
    suite.finish();
}

/// Certificates of which each lacks one thing: `extra/sigstore-python/x509`.
#[test]
fn wrong_key_usages() {
    let Some(sigstore) = test_data().map(|data| data.join("sigstore")) else { return };
    let read = |name: &str| {
        let file = sigstore.join("extra/sigstore-python/x509").join(name);
        Certificate::from_pem(&fs::read(file).unwrap()).unwrap()
    };
    let at: Timestamp = "2024-01-01T00:00:00Z".parse().unwrap();
    let window = Window::new(at, None).unwrap();
    let authority = |name: &str| Authority::new(vec![read(name)], window, &RustCrypto).err();
    let usage = Usage::CodeSigning;
    let signer =
        |name: &str| path::verify(&read(name), &[], &[], at, usage, &RustCrypto).unwrap_err();
    use CertificateError as E;
    for (name, expected) in [
        ("bogus-root.pem", None),
        ("bogus-intermediate.pem", None),
        ("bogus-intermediate-with-eku.pem", None),
        ("bogus-root-noncritical-bc.pem", Some(E::BasicConstraintsNotCritical)),
        ("bogus-root-invalid-ku.pem", Some(E::NoCertificateSign)),
        ("bogus-root-missing-ku.pem", Some(E::NoCertificateSign)),
    ] {
        assert_eq!(authority(name), expected, "{name}");
        assert_eq!(signer(name), E::AuthorityAsSigner, "{name}");
    }
    for (name, expected) in [
        // Nothing is wrong with this one but that no one vouches for it.
        ("bogus-leaf.pem", E::UnknownIssuer),
        ("bogus-leaf-invalid-eku.pem", E::OtherExtendedKeyUsage { usage }),
        ("bogus-leaf-missing-eku.pem", E::NoExtendedKeyUsage { usage }),
        ("bogus-leaf-invalid-ku.pem", E::NoDigitalSignature),
    ] {
        assert_eq!(signer(name), expected, "{name}");
    }
}
