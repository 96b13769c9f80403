//! Requests good and bad, statuses, media types.

use sealift_server::harbor::Access;
use sealift_tests::registry;
use serde_json::{Value, json};

use crate::world::{Harbor, NATIVE, SBOM, SCAN, World};

#[test]
fn metadata_says_what_is_scanned_and_made() {
    let world = World::new(registry::Access::Anybody);
    let harbor = world.serve();
    let names = ["1.0", "1.1"]
        .map(|it| format!("application/vnd.scanner.adapter.metadata+json; version={it}"));
    let asked =
        [("", &names[0]), ("*/*", &names[0]), (&*names[0], &names[0]), (&*names[1], &names[1])];
    for (accept, expected) in asked {
        let answer = harbor.get("/api/v1/metadata", accept);
        assert_eq!((answer.status, answer.header("content-type")), (200, expected.as_str()));
    }
    let metadata = harbor.get("/api/v1/metadata", "").json();
    assert_eq!(metadata["scanner"]["name"], "sealift");
    let properties = &metadata["properties"];
    let said = |name: &str| properties[format!("harbor.scanner-adapter/{name}")].as_str().unwrap();
    assert_eq!(said("scanner-type"), "os-package-vulnerability");
    assert_eq!(said("vulnerability-database-updated-at"), "2026-05-28T20:26:40Z");
    assert_eq!(said("vulnerability-database-next-update-at"), "2026-05-29T20:26:40Z");
    let capabilities = metadata["capabilities"].as_array().unwrap();
    let produced = |at: usize| capabilities[at]["produces_mime_types"].as_array().unwrap();
    assert_eq!(capabilities[0]["type"], "vulnerability");
    assert!(produced(0).contains(&json!(NATIVE)));
    assert_eq!((&capabilities[1]["type"], produced(1)), (&json!("sbom"), &vec![json!(SBOM)]));
    assert_eq!(
        capabilities[1]["additional_attributes"]["sbom_media_types"].as_array().unwrap().len(),
        2
    );
}

#[test]
fn bad_requests_are_refused_with_a_reason() {
    let world = World::new(registry::Access::Anybody);
    let harbor = world.serve();
    let with = |pointer: &str, value: Value| {
        let mut request = world.request();
        *request.pointer_mut(pointer).unwrap() = value;
        request.to_string()
    };
    for (media_type, body, status, says) in [
        (SCAN, "{".to_owned(), 400, "no JSON"),
        (SCAN, String::new(), 400, "no JSON"),
        (SCAN, "[]".to_owned(), 422, "request"),
        (SCAN, "{}".to_owned(), 422, "registry.url"),
        (SCAN, with("/registry/url", json!("not a URL")), 422, "registry.url"),
        (SCAN, with("/artifact/repository", json!("")), 422, "artifact.repository"),
        (SCAN, with("/artifact/digest", json!("sha256:0")), 422, "artifact.digest"),
        (SCAN, with("/registry/authorization", json!("Basic :")), 422, "registry.authorization"),
        ("text/plain", world.request().to_string(), 415, "text/plain"),
    ] {
        let answer = harbor.post(media_type, &body);
        assert_eq!(answer.status, status, "{body}: {answer:?}");
        assert!(answer.message().contains(says), "{body}: {answer:?}");
    }
    // The reference adapter's clients leave this and that away.
    for media_type in [
        "application/vnd.scanner.adapter.scan.request+json; version=1.1",
        "application/vnd.scanner.adapter.scan.request+json;version=1.0",
        "application/vnd.scanner.adapter.scan.request",
        "application/json",
    ] {
        assert_eq!(harbor.post(media_type, &world.request().to_string()).status, 202);
    }
}

#[test]
fn places_and_types_that_are_not_there_are_said_to_be() {
    let world = World::new(registry::Access::Anybody);
    let harbor = world.serve();
    let unknown = "0".repeat(32);
    for id in [unknown.as_str(), "x", "..", "%2e%2e"] {
        let answer = harbor.get(&format!("/api/v1/scan/{id}/report"), NATIVE);
        assert_eq!(answer.status, 404, "{id}");
        assert!(!answer.message().is_empty());
    }
    assert_eq!(harbor.get("/api/v1/nowhere", "").status, 404);
    assert_eq!(harbor.get("/api/v1/scan", "").status, 405);
    let id = harbor.scan(&world.request());
    assert_eq!(harbor.report(&id, NATIVE, "").status, 200);
    let path = format!("/api/v1/scan/{id}/report");
    assert_eq!(harbor.get(&path, "text/html").status, 501);
    assert_eq!(harbor.get(&format!("{path}?sbom_media_type=text/xml"), SBOM).status, 400);
    for (place, status) in [("/probe/healthy", 200), ("/probe/ready", 200), ("/metrics", 200)] {
        assert_eq!(harbor.get(place, "").status, status, "{place}");
    }
    assert!(harbor.metrics.text().contains("sealift_scans_total{outcome=\"done\"} 1\n"));
}

#[test]
fn who_asks_must_say_so() {
    let world = World::new(registry::Access::Anybody);
    let basic = || Access::Basic { user: "harbor".to_owned(), password: "p:w".to_owned() };
    let bearer = || Access::Bearer("token".to_owned());
    for (access, said, status) in [
        (basic(), "Basic aGFyYm9yOnA6dw==", 200),
        (basic(), "basic aGFyYm9yOnA6dw==", 200),
        (basic(), "Basic aGFyYm9yOnB3", 401),
        (basic(), "", 401),
        (bearer(), "Bearer token", 200),
        (bearer(), "Bearer tokens", 401),
        (bearer(), "Basic token", 401),
    ] {
        let harbor = Harbor::with_access(world.options(), access, said);
        let answer = harbor.get("/api/v1/metadata", "");
        assert_eq!(answer.status, status, "{said}");
        if status == 401 {
            assert!(answer.header("www-authenticate").contains("realm"));
            assert!(!answer.message().is_empty());
        }
        assert_eq!(harbor.get("/probe/ready", "").status, 200);
        harbor.adapter.end();
    }
}

#[test]
fn without_a_database_it_is_not_ready_and_scans_say_why() {
    let world = World::new(registry::Access::Anybody);
    let mut options = world.options();
    options.database = world.folder.path().join("none");
    let harbor = Harbor::before(options);
    assert_eq!(harbor.get("/probe/healthy", "").status, 200);
    assert_eq!(harbor.get("/probe/ready", "").status, 503);
    assert_eq!(harbor.get("/api/v1/metadata", "").status, 200);
    let failed = harbor.report(&harbor.scan(&world.request()), NATIVE, "");
    assert_eq!(failed.status, 500);
    assert!(failed.message().contains("none"), "{failed:?}");
}
