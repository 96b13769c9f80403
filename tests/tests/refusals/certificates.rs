//! The signer's certificate and its path.

use sealift_sigstore_verify::Policy;
use sealift_tests::cases::identity;
use sealift_tests::instance::{
    AuthorityRecipe, CODE_SIGNING, CertificateRecipe, Claim, Extension, HashKind, Identity,
    Instance, KeyKind, LogKind, Recipe, SERVER_AUTH, SctLog, SctRecipe, TIME_STAMPING,
    TimestampAuthorityRecipe, rsa_of_bits,
};

use super::{ARTIFACT, Attempt, Cases};

const ISSUER: &str = "https://oidc.sealift.test";

pub(super) fn cases(cases: &mut Cases<'_>) {
    certificate(cases, "as-usual", |_| {});
    certificate(cases, "not-yet-valid", |certificate| certificate.age = -60);
    certificate(cases, "expired", |certificate| certificate.age = 700);
    certificate(cases, "impostor", |certificate| certificate.impostor = true);
    usage(cases);
    names(cases);
    keys(cases);
    certificate_timestamps(cases);
    cases.edit("another-identity", |attempt| {
        attempt.policy = identity("eve@sealift.test", ISSUER);
    });
    cases.edit("another-issuer", |attempt| {
        attempt.policy = identity("ada@sealift.test", "https://other.test");
    });
    issuers(cases);
}

/// A certificate with one thing changed.
fn certificate(cases: &mut Cases<'_>, name: &str, change: impl FnOnce(&mut CertificateRecipe)) {
    cases.recipe(name, |recipe| change(recipe.certificate.as_mut().unwrap()));
}

fn usage(cases: &mut Cases<'_>) {
    certificate(cases, "for-servers", |certificate| {
        certificate.uses = Some(Extension::extended_key_usage(false, &[SERVER_AUTH]));
    });
    certificate(cases, "for-anything", |certificate| {
        certificate.uses = Some(Extension::extended_key_usage(false, &["2.5.29.37.0"]));
    });
    certificate(cases, "without-use", |certificate| certificate.uses = None);
    certificate(cases, "for-signing-certificates", |certificate| {
        certificate.purposes = Some(Extension::key_usage(0x06));
    });
    certificate(cases, "authority", |certificate| {
        certificate.extra = vec![Extension::authority(None)];
    });
    certificate(cases, "unknown-critical-extension", |certificate| {
        certificate.extra = vec![Extension::new("1.3.6.1.4.1.99999.1", true, vec![5, 0])];
    });
    certificate(cases, "repeated-extension", |certificate| {
        certificate.extra = vec![Extension::extended_key_usage(false, &[CODE_SIGNING])];
    });
}

fn names(cases: &mut Cases<'_>) {
    let mut named = |name: &str, identity: Identity| {
        certificate(cases, name, |certificate| certificate.identity = identity);
    };
    named("no-name", Identity::None);
    named("no-names", Identity::Names(vec![]));
    named("empty-email", Identity::Email(String::new()));
    named("email-with-nul", Identity::Email("ada@sealift.test\0.evil.test".into()));
    named("empty-uri", Identity::Uri(String::new()));
    named("wildcard-uri", Identity::Uri("https://*.sealift.test/".into()));
    named("dns-name", Identity::Names(b"\x82\x0csealift.test".to_vec()));
    named("two-names", Identity::Names(b"\x81\x05a@b.c\x81\x05d@e.f".to_vec()));
    certificate(cases, "claims-that-disagree", |certificate| {
        certificate.claims = vec![Claim::new(1, "https://other.test"), Claim::new(8, ISSUER)];
    });
    certificate(cases, "repeated-claim", |certificate| {
        certificate.claims.push(Claim::new(8, ISSUER));
    });
    certificate(cases, "claim-without-der", |certificate| {
        certificate.claims[1].raw = true;
    });
    let mut recipe = Recipe::keyless(cases.instance, "ada", ARTIFACT);
    recipe.certificate.as_mut().unwrap().claims.clear();
    cases.attempt("no-issuer", &recipe, |attempt| {
        attempt.policy = identity("ada@sealift.test", ISSUER);
    });
}

fn keys(cases: &mut Cases<'_>) {
    for (name, bits) in [("rsa-1024", 1024), ("rsa-8200", 8200)] {
        certificate(cases, name, |certificate| {
            certificate.public_key = Some(rsa_of_bits(bits));
        });
    }
    cases.recipe("p256-with-sha512", |recipe| recipe.hash = Some(HashKind::Sha512));
    cases.recipe("key-of-another", |recipe| {
        let other = recipe.certificate.as_mut().unwrap();
        other.public_key = Some(other_key());
    });
    let key = Recipe::key(cases.instance, KeyKind::P256, "key", ARTIFACT);
    cases.attempt("key-in-no-log", &key, |_| {});
    cases.attempt("key-for-identity", &key, |attempt| {
        attempt.policy = identity("ada@sealift.test", ISSUER);
    });
    cases.attempt("hint-of-another", &key, |attempt| {
        attempt.bundle["verificationMaterial"]["publicKey"]["hint"] = "other".into();
    });
    let policy: Policy = Attempt::new(cases.instance, &key).policy;
    cases.edit("identity-for-key", |attempt| attempt.policy = policy);
}

fn other_key() -> Vec<u8> {
    Instance::new("other", 1_780_000_000).key(KeyKind::P256, "other").public_der()
}

fn certificate_timestamps(cases: &mut Cases<'_>) {
    let sct = SctRecipe::default;
    certificate(cases, "no-sct", |certificate| certificate.scts.clear());
    certificate(cases, "sct-of-unknown-log", |certificate| {
        certificate.scts = vec![with(sct(), |sct| sct.log = SctLog::Unknown)];
    });
    certificate(cases, "forged-sct", |certificate| {
        certificate.scts = vec![with(sct(), |sct| sct.log = SctLog::Forged)];
    });
    certificate(cases, "sct-of-another-certificate", |certificate| {
        certificate.scts = vec![with(sct(), |sct| sct.of_another = true)];
    });
    let mut twice = Recipe::keyless_2(cases.instance, "ada", ARTIFACT, LogKind::Rekor2Ecdsa);
    twice.certificate.as_mut().unwrap().scts = vec![sct(), sct()];
    cases.attempt("repeated-sct", &twice, |attempt| {
        attempt.policy = attempt.policy.clone().require_certificate_timestamps(2);
    });
}

fn with(mut sct: SctRecipe, change: impl FnOnce(&mut SctRecipe)) -> SctRecipe {
    change(&mut sct);
    sct
}

/// What is wrong with the intermediate.
fn issuers(cases: &mut Cases<'_>) {
    let now = cases.instance.now;
    let validity = (now - 1_000_000, now + 1_000_000);
    let tsa = TimestampAuthorityRecipe::usual(validity);
    let mut issued = |name: &str, change: &dyn Fn(&mut AuthorityRecipe)| {
        let mut authority = AuthorityRecipe::usual(CODE_SIGNING, validity);
        change(&mut authority);
        let instance = Instance::with("issuers", now, &authority, &tsa);
        let recipe = Recipe::keyless(&instance, "ada", ARTIFACT);
        cases.add(name, Attempt::new(&instance, &recipe));
    };
    issued("issuer-not-authority", &|authority| drop(authority.intermediate.remove(2)));
    issued("issuer-must-not-sign", &|authority| {
        authority.intermediate[0] = Extension::key_usage(0x80);
    });
    issued("issuer-for-timestamps", &|authority| {
        authority.intermediate[1] = Extension::extended_key_usage(false, &[TIME_STAMPING]);
    });
    issued("issuer-expired", &|authority| authority.validity.1 = now - 100);
}
