//! Who is let in, and to whom credentials go.

use sealift_registry::{Credential, ErrorKind, Keychain};
use sealift_tests::registry::{Access, Fault, Options, TestRegistry};

use crate::pull::tag;
use crate::{name, registries};

const PASSWORD: &str = "open sesame";

fn basic() -> Access {
    Access::Basic { user: "ada".into(), password: PASSWORD.into() }
}

fn token(pull: bool) -> Access {
    Access::Token { user: "ada".into(), password: PASSWORD.into(), pull }
}

fn keychain(registry: &TestRegistry, password: &str) -> Keychain {
    let mut keychain = Keychain::default();
    let credential = Credential::Basic { user: "ada".into(), password: password.into() };
    keychain.given.insert(registry.host(), credential);
    keychain
}

fn start(access: Access) -> TestRegistry {
    let registry = TestRegistry::start(Options { access, ..Options::default() });
    registry.put_manifest(crate::push::MANIFEST, b"{}", Some(("app", "1")));
    registry
}

#[test]
fn lets_in_who_has_the_password() {
    for access in [basic(), token(false)] {
        let registry = start(access);
        let with = registries(keychain(&registry, PASSWORD));
        with.check_login(&registry.host()).unwrap();
        let repository = with.repository(&name(&registry, "app"));
        repository.manifest(&tag("1")).unwrap();
        repository.push_blob("a/b", b"content").unwrap();
        // A token that has expired is replaced.
        registry.forget_tokens();
        repository.manifest(&tag("1")).unwrap();
        let nobody = Keychain::default();
        for (keychain, is_told) in [(nobody, false), (keychain(&registry, "wrong"), true)] {
            let error = registries(keychain)
                .repository(&name(&registry, "app"))
                .manifest(&tag("1"))
                .unwrap_err();
            assert!(!format!("{error} {error:?}").contains("wrong"));
            let ErrorKind::Denied { told, .. } = error.kind else { panic!("{error}") };
            assert_eq!(told.as_deref(), is_told.then_some("those that were given"));
        }
        assert!(registries(keychain(&registry, "wrong")).check_login(&registry.host()).is_err());
    }
}

#[test]
fn asks_for_more_when_more_is_needed() {
    let registry = start(token(true));
    let repository = registries(Keychain::default()).repository(&name(&registry, "app"));
    repository.manifest(&tag("1")).unwrap();
    let error = repository.push_blob("a/b", b"content").unwrap_err();
    assert!(matches!(error.kind, ErrorKind::Denied { .. }), "{error}");
    let with = registries(keychain(&registry, PASSWORD)).repository(&name(&registry, "app"));
    with.manifest(&tag("1")).unwrap();
    with.push_blob("a/b", b"content").unwrap();
}

#[test]
fn a_registry_that_never_is_content_is_asked_three_times() {
    let registry = start(token(true));
    registry.fail(|asked| {
        let challenge = format!(
            r#"Bearer realm="http://{}/token",scope="repository:app:{}""#,
            asked.header("host").unwrap(),
            asked.header("authorization").unwrap_or("none").len()
        );
        let is_it = asked.path().contains("/manifests/");
        is_it.then(|| Fault::answer(401, &[("WWW-Authenticate", &challenge)], ""))
    });
    let repository = registries(Keychain::default()).repository(&name(&registry, "app"));
    let error = repository.manifest(&tag("1")).unwrap_err();
    assert!(matches!(error.kind, ErrorKind::Denied { .. }), "{error}");
    let asked = registry.asked();
    let manifests = asked.iter().filter(|asked| asked.path().contains("/manifests/")).count();
    assert!(manifests <= 3, "{manifests}");
}

#[test]
fn a_redirect_takes_no_credentials_along() {
    let storage = start(Access::Anybody);
    let digest = storage.put_blob(b"content");
    let registry = start(basic());
    let place = format!("http://localhost:{}", storage.host().split_once(':').unwrap().1);
    registry.fail(move |asked| {
        let place = format!("{place}{}", asked.target);
        let is_it = asked.path().contains("/blobs/") && asked.header("authorization").is_some();
        is_it.then(|| Fault::answer(307, &[("Location", &place)], ""))
    });
    let repository = registries(keychain(&registry, PASSWORD)).repository(&name(&registry, "app"));
    repository.manifest(&tag("1")).unwrap();
    let blob = sealift_model::Descriptor::new("a/b", digest, 7);
    assert_eq!(repository.blob_bytes(&blob, 10).unwrap(), b"content");
    assert!(storage.asked().iter().all(|asked| asked.header("authorization").is_none()));
    assert!(!storage.asked().is_empty());
}
