//! What a scan brings.

use sealift::{BuildOptions, Database, Timestamp};
use sealift_tests::project;
use sealift_tests::registry::{self, Fault};
use serde_json::{Value, json};

use crate::world::{Harbor, NATIVE, SBOM, World};

const LOG4SHELL: &str = "CVE-2021-44228";

#[test]
fn vulnerabilities_are_told_in_harbors_form() {
    let world = World::new(registry::Access::Anybody);
    let harbor = world.serve();
    let id = harbor.scan(&world.request());
    let answer = harbor.report(&id, NATIVE, "");
    assert_eq!((answer.status, answer.header("content-type")), (200, NATIVE));
    let report = answer.json();
    assert_eq!(report["artifact"]["digest"], world.image.to_string());
    assert_eq!(report["artifact"]["tag"], "demo");
    assert_eq!(report["scanner"]["name"], "sealift");
    assert_eq!(report["severity"], "Critical");
    assert_eq!(report["generated_at"], "2026-05-28T20:26:40Z");
    let found = report["vulnerabilities"].as_array().unwrap();
    let log4shell = found.iter().find(|it| it["id"] == LOG4SHELL).unwrap();
    for member in ["package", "version", "fix_version", "severity", "description"] {
        assert!(!log4shell[member].as_str().unwrap().is_empty(), "{member}: {log4shell}");
    }
    assert!(
        log4shell["links"]
            .as_array()
            .unwrap()
            .iter()
            .all(|it| it.as_str().unwrap().starts_with("http"))
    );
    assert!(log4shell["layer"]["diff_id"].as_str().unwrap().starts_with("sha256:"));
    assert!(log4shell["layer"]["digest"].as_str().unwrap().starts_with("sha256:"));
    assert!(log4shell["preferred_cvss"]["score_v3"].as_f64().unwrap() > 9.0, "{log4shell}");
    let words = ["Unknown", "Negligible", "Low", "Medium", "High", "Critical"];
    assert!(found.iter().all(|it| words.contains(&it["severity"].as_str().unwrap())));
    let old = "application/vnd.scanner.adapter.vuln.report.harbor+json; version=1.0";
    let older = harbor.report(&id, old, "");
    assert_eq!((older.header("content-type"), older.json()), (old, report));
    let raw = harbor.report(&id, "application/vnd.scanner.adapter.vuln.report.raw", "").json();
    assert_eq!(raw["SchemaVersion"], 2);
}

/// Harbor would show an image that was not matched as one without vulnerabilities.
#[test]
fn what_was_not_matched_is_not_told_to_be_clean() {
    let world = World::new(registry::Access::Anybody);
    let npm = project().join("examples/advisories/npm");
    let built = BuildOptions::new(Timestamp::from_unix_seconds(1_780_000_000).unwrap());
    Database::build(&npm, &world.folder.path().join("db"), &built).unwrap();
    let harbor = world.serve();
    let id = harbor.scan(&world.request());
    let answer = harbor.report(&id, NATIVE, "");
    assert_eq!(answer.status, 500, "{answer:?}");
    let told = answer.message();
    assert!(told.contains("the scan is incomplete: not matched: "), "{told}");
    let mut request = world.request();
    request["enabled_capabilities"] = json!([{"type": "sbom", "produces_mime_types": [SBOM]}]);
    assert_eq!(harbor.report(&harbor.scan(&request), SBOM, "").status, 200);
    drop(harbor);

    let mut options = world.options();
    options.allow_incomplete = true;
    let harbor = Harbor::before(options);
    assert_eq!(harbor.report(&harbor.scan(&world.request()), NATIVE, "").status, 200);
}

#[test]
fn sboms_are_made_where_they_are_asked_for() {
    let world = World::new(registry::Access::Anybody);
    let harbor = world.serve();
    let mut request = world.request();
    request["enabled_capabilities"] = json!([{
        "type": "sbom",
        "produces_mime_types": [SBOM],
        "parameters": {"sbom_media_types": ["application/spdx+json", "application/vnd.cyclonedx+json"]},
    }]);
    let id = harbor.scan(&request);
    for (media_type, member, value) in [
        ("application/spdx+json", "spdxVersion", "SPDX-2.3"),
        ("application/vnd.cyclonedx+json", "bomFormat", "CycloneDX"),
    ] {
        // With the plus sign as it must be written, and as it often is.
        for written in [media_type.replace('/', "%2F").replace('+', "%2B"), media_type.to_owned()] {
            let answer = harbor.report(&id, SBOM, &format!("?sbom_media_type={written}"));
            assert_eq!((answer.status, answer.header("content-type")), (200, SBOM), "{answer:?}");
            let report = answer.json();
            assert_eq!(report["media_type"], media_type);
            assert_eq!(report["sbom"][member], value);
            assert_eq!(report["artifact"]["repository"], "library/app");
        }
    }
    assert_eq!(harbor.report(&id, SBOM, "").json()["media_type"], "application/spdx+json");
    assert_eq!(harbor.report(&id, NATIVE, "").status, 400);
}

#[test]
fn registries_are_asked_with_what_harbor_gives() {
    let (user, password) = ("robot$scanner".to_owned(), "secret".to_owned());
    let basic = registry::Access::Basic { user: user.clone(), password: password.clone() };
    let token = registry::Access::Token { user, password, pull: false };
    let right = "Basic cm9ib3Qkc2Nhbm5lcjpzZWNyZXQ=";
    for access in [basic, token] {
        let world = World::new(access);
        let harbor = world.serve();
        let asked = |authorization: &str| {
            let mut request = world.request();
            request["registry"]["authorization"] = authorization.into();
            harbor.report(&harbor.scan(&request), NATIVE, "")
        };
        assert_eq!(asked(right).status, 200);
        for wrong in ["", "Basic cm9ib3Q6eA==", "Bearer none"] {
            let answer = asked(wrong);
            assert_eq!(answer.status, 500);
            assert!(
                answer.message().contains("denied") || answer.message().contains("token"),
                "{answer:?}"
            );
            assert!(!answer.message().contains("secret"));
        }
    }
}

#[test]
fn what_is_gone_or_broken_is_said() {
    let world = World::new(registry::Access::Anybody);
    let harbor = world.serve();
    let mut gone = world.request();
    gone["artifact"]["digest"] = format!("sha256:{}", "0".repeat(64)).into();
    let answer = harbor.report(&harbor.scan(&gone), NATIVE, "");
    assert_eq!(answer.status, 500);
    assert!(answer.message().contains("not in the registry"), "{answer:?}");
    world.registry.fail(|asked| asked.path().contains("/blobs/").then_some(Fault::Changed));
    let answer = harbor.report(&harbor.scan(&world.request()), NATIVE, "");
    assert_eq!(answer.status, 500);
    assert!(answer.message().contains("has been changed"), "{answer:?}");
    let report: Value = answer.json();
    assert!(report.get("vulnerabilities").is_none());
}
