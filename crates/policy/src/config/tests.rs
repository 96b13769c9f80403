use sealift_model::Severity;

use super::*;
use crate::admission::Effect;
use crate::gate::{Action, FailingSeverities, Identity, Signer, Wanted};

fn read(text: &str) -> Result<Policy, Error> {
    Policy::read("sealift.toml", text.as_bytes(), &Limits::default())
}

#[test]
fn nothing_written_is_the_default() {
    let policy = read("").unwrap();
    assert_eq!(policy.gate.fail_on, FailingSeverities::default());
    assert_eq!(policy.gate.warn_on, [Severity::High].into());
    assert_eq!(policy.gate.unknown, Action::Warn);
    assert!(policy.gate.requirements.is_empty() && policy.exceptions.rules.is_empty());
}

#[test]
fn everything_has_its_place() {
    let text = r#"
        [gate]
        fail-on = ["CRITICAL", "high"]
        warn-on = ["MEDIUM"]
        unknown = "fail"
        fixed-only = true
        kev = "fail"
        epss = { fail = 0.5, warn = 0.1 }
        cvss = { fail = 9.0 }
        base = "warn"
        max-age-days = 90
        max-base-age-days = 30
        end-of-life = "fail"
        forbidden-licenses = ["AGPL-3.0*"]
        require-justification = true
        allow-incomplete = true
        [[gate.forbidden-packages]]
        purl = "pkg:npm/event-stream"
        action = "warn"
        reason = "it was taken over"

        [scan]
        ignore = [".grype.yaml"]
        vex = ["shop.openvex.json"]

        [verify]
        certificate-identity = "a@example.org"
        certificate-oidc-issuer-regexp = "^https://example\\.org$"
        trusted-root = "root.json"
        [[verify.attestations]]
        type = "slsaprovenance1"
        builder = "https://example.org/builder"
        [[verify.attestations]]
        type = "vuln"
        key = "cosign.pub"

        [[exceptions]]
        id = "CVE-2030-0001"
        purls = ["pkg:maven/org.example/core"]
        paths = ["app/**"]
        justification = "not reachable"
        expires = 2030-03-01
    "#;
    let policy = read(text).unwrap();
    let gate = &policy.gate;
    let failing = FailingSeverities::new([Severity::Critical, Severity::High]);
    assert_eq!(gate.fail_on, failing.unwrap());
    assert_eq!(gate.warn_on, [Severity::Medium].into());
    assert_eq!(
        (gate.unknown, gate.kev, gate.base, gate.end_of_life),
        (Action::Fail, Action::Fail, Action::Warn, Action::Fail)
    );
    assert_eq!((gate.epss.fail, gate.epss.warn, gate.cvss.fail), (Some(0.5), Some(0.1), Some(9.0)));
    assert_eq!((gate.max_age_days, gate.max_base_age_days), (Some(90), Some(30)));
    assert!(gate.fixed_only && gate.require_justification && gate.allow_incomplete);
    assert_eq!(gate.forbidden_packages[0].action, Action::Warn);
    assert_eq!(gate.forbidden_licenses[0].pattern, "AGPL-3.0*");
    let [signature, provenance, scan] = &gate.requirements[..] else { panic!("three") };
    assert_eq!(signature.wanted, Wanted::Signature);
    let identity = Identity {
        subject: Some("a@example.org".to_owned()),
        issuer_regexp: Some("^https://example\\.org$".to_owned()),
        ..Identity::default()
    };
    assert_eq!(signature.signer, Signer::Identity(identity.clone()));
    assert_eq!(provenance.signer, Signer::Identity(identity));
    assert_eq!(scan.signer, Signer::Key("cosign.pub".to_owned()));
    assert_eq!(policy.sources.ignore, [".grype.yaml"]);
    assert_eq!(policy.sources.vex, ["shop.openvex.json"]);
    assert_eq!(policy.sources.trusted_root.as_deref(), Some("root.json"));
    let exception = &policy.exceptions.rules[0];
    assert_eq!(exception.statement.as_deref(), Some("not reachable"));
    assert_eq!(exception.expires.map(|end| end.day()).as_deref(), Some("2030-03-01"));
    assert_eq!(exception.source, "sealift.toml");
}

/// What the documentation shows is read, every line of it.
#[test]
fn the_example_of_the_documentation_is_a_policy() {
    let page = include_str!("../../../../docs/gate.md");
    let example = page.split("```toml\n").nth(1).unwrap().split("```").next().unwrap();
    let policy = read(example).unwrap();
    assert_eq!(policy.gate.requirements.len(), 2);
    assert_eq!(policy.exceptions.rules.len(), 1);
}

/// A key that is not known is named, with its line and the nearest that there is.
#[test]
fn an_unknown_key_is_named_with_the_nearest() {
    for (text, line, key, nearest) in [
        ("[gate]\nfail_on = []", 2, "fail_on", Some("fail-on")),
        ("[gate]\n\nmaxage = 3", 3, "maxage", Some("max-age-days")),
        ("[gates]\n", 1, "gates", Some("gate")),
        ("[gate]\nepss = { fial = 1 }", 2, "fial", Some("fail")),
        ("[[exceptions]]\nid = 'A'\nexpire = 2030-01-01", 3, "expire", Some("expires")),
        ("[verify]\nzzzzzzzzzzz = 1", 2, "zzzzzzzzzzz", None),
    ] {
        let unknown = Error::UnknownKey {
            line: Some(line),
            key: key.to_owned(),
            nearest: nearest.map(str::to_owned),
        };
        assert_eq!(read(text).unwrap_err(), unknown, "{text}");
    }
    let error = read("[gate]\nfail_on = []").unwrap_err();
    assert_eq!(error.to_string(), "line 2: unknown key fail_on; is fail-on meant?");
}

#[test]
fn a_value_that_cannot_be_is_an_error() {
    for (text, told) in [
        ("[gate]\nfail-on = ['SEVERE']", "line 2"),
        ("[gate]\nfail-on = ['HIGH']", "name all of HIGH,CRITICAL"),
        ("[gate]\nfail-on = ['LOW', 'CRITICAL']", "gate.fail-on: LOW fails and HIGH"),
        ("[gate]\nunknown = 'maybe'", "none of fail, warn and pass"),
        ("[gate]\nepss = { fail = 1.5 }", "gate.epss.fail: 1.5 is not between 0 and 1"),
        ("[gate]\ncvss = { warn = -1.0 }", "gate.cvss.warn"),
        ("[gate]\nmax-age-days = -1", "line 2"),
        ("[[gate.forbidden-packages]]\npurl = 'left-pad'", "gate.forbidden-packages[0].purl"),
        ("[gate]\nforbidden-licenses = ['a[']", "gate.forbidden-licenses[0]"),
        ("[[exceptions]]\njustification = 'x'", "exceptions[0]: one of id, purls and paths"),
        ("[[exceptions]]\nid = 'A'\nexpires = 'soon'", "exceptions[0].expires"),
        ("[[exceptions]]\nid = 'A'\npaths = ['a[']", "exceptions[0].paths[0]"),
        ("[verify]\nkey = 'a'\ncertificate-identity = 'b'", "either a key or an identity"),
        ("[verify]\ncertificate-identity = 'b'", "an identity is one of"),
        ("[[verify.attestations]]\ntype = 'vuln'", "verify.attestations[0]"),
        ("[gate", "line 1"),
    ] {
        let error = read(text).unwrap_err().to_string();
        assert!(error.contains(told), "{text}: {error}");
    }
}

mod properties {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn nothing_makes_the_reader_panic(text in "(?s).{0,300}|\\[gate\\]\n[-a-z ={}\\[\\]\"0-9.\n]{0,200}") {
            let _ = read(&text);
        }
    }
}

#[test]
fn whose_vex_attestations_count_is_a_key_or_a_whole_identity() {
    assert_eq!(read("").unwrap().sources.vex_signer, None);
    let policy = read("[vex]\nkey = \"vex.pub\"").unwrap();
    assert_eq!(policy.sources.vex_signer, Some(Signer::Key("vex.pub".to_owned())));
    let half = read("[vex]\ncertificate-identity = \"a@example.org\"").unwrap_err();
    assert!(half.to_string().starts_with("vex: an identity is"), "{half}");
    let unknown = read("[vex]\nkeys = \"vex.pub\"").unwrap_err();
    assert!(unknown.to_string().contains("key"), "{unknown}");
}

#[test]
fn admission_asks_of_all_images_or_of_some() {
    let text = r#"
        [admission]
        registries = ["ghcr.io/your-org/*", "registry.example:5000"]
        exclude-namespaces = ["kube-*"]
        key = "cosign.pub"
        max-age-days = 90
        [[admission.rules]]
        name = "ours"
        images = ["ghcr.io/your-org"]
        on-violation = "warn"
        fail-on = ["CRITICAL", "UNKNOWN"]
        attestations = [{ type = "vuln", key = "other.pub" }]
    "#;
    let admission = read(text).unwrap().admission;
    let image = |text: &str| text.parse().unwrap();
    assert!(admission.allows_registry(&image("registry.example:5000/a")));
    assert!(!admission.allows_registry(&image("nginx")));
    assert!(admission.excludes("kube-system") && !admission.excludes("shop"));
    let [all, ours] = admission.rules.as_slice() else { panic!("{:?}", admission.rules) };
    assert_eq!((all.name.as_str(), all.effect, all.scans), ("admission", Effect::Deny, false));
    assert!(all.gate.fail_on.is_empty() && all.gate.warn_on.is_empty());
    assert_eq!((all.gate.max_age_days, all.gate.requirements.len()), (Some(90), 1));
    assert_eq!((ours.name.as_str(), ours.effect, ours.scans), ("ours", Effect::Warn, true));
    assert_eq!(ours.gate.unknown, Action::Fail);
    assert_eq!(ours.gate.requirements[0].signer, Signer::Key("other.pub".into()));
    assert_eq!(admission.about(&image("nginx")).count(), 1);
    assert_eq!(admission.about(&image("ghcr.io/your-org/app")).count(), 2);
}

#[test]
fn admission_says_what_unknown_severities_are() {
    for (text, expected) in [
        ("unknown = 'fail'", Action::Fail),
        ("unknown = 'pass'\nkev = 'fail'", Action::Pass),
        ("fail-on = ['CRITICAL']", Action::Warn),
        ("unknown = 'pass'\nwarn-on = ['UNKNOWN']", Action::Warn),
        ("unknown = 'warn'\nfail-on = ['UNKNOWN']", Action::Fail),
        ("unknown = 'fail'\nwarn-on = ['UNKNOWN']", Action::Fail),
    ] {
        let admission = read(&format!("[admission]\n{text}")).unwrap().admission;
        let [rule] = admission.rules.as_slice() else { panic!("{text}: {:?}", admission.rules) };
        assert_eq!((rule.gate.unknown, rule.scans), (expected, true), "{text}");
    }
}

#[test]
fn what_admission_cannot_mean_is_refused() {
    for (text, place) in [
        ("[admission]\nregistries = ['nginx']", "admission.registries"),
        ("[admission]\nimages = ['r.example']", "admission.images"),
        ("[[admission.rules]]\nimages = ['r.example']", "admission.rules[0]: it asks for nothing"),
        ("[[admission.rules]]\nregistries = ['r.example']", "admission.rules[0]"),
        ("[admission]\nattestations = [{ type = 'vuln' }]", "admission.attestations[0]"),
        ("[admission]\non-violation = 'shout'", "none of deny, warn and audit"),
        ("[admission]\nregistry = ['r.example']", "unknown key"),
        ("[admission]\nfail-on = ['HIGH']", "admission.fail-on: HIGH fails and CRITICAL"),
    ] {
        let error = read(text).unwrap_err().to_string();
        assert!(error.contains(place), "{text}: {error}");
    }
}
