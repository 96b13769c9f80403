use super::*;
use crate::tests::{applied, suppressed, vex};
use crate::{Applied, Scanned, SuppressedBy, UnusedReason};

fn read(text: &str) -> Result<VexDocument, Error> {
    VexDocument::read("x", text.as_bytes(), &Limits::default())
}

fn openvex(statements: &str) -> String {
    format!(
        r#"{{"@context": "https://openvex.dev/ns/v0.2.0", "timestamp": "2030-01-01T00:00:00Z",
             "statements": [{statements}]}}"#
    )
}

/// A statement of OpenVEX with one product.
fn openvex_of(product: &str, status: &str) -> String {
    let id = if product.contains("golang") { "CVE-2030-0003" } else { "CVE-2030-0001" };
    openvex(&format!(
        r#"{{"vulnerability": {{"name": "{id}"}}, "products": [{product}], "status": "{status}"}}"#
    ))
}

fn reason(applied: &Applied) -> &UnusedReason {
    &applied.unused[0].reason
}

#[test]
fn not_affected_and_fixed_take_out_and_other_statuses_do_not() {
    for (status, ids) in [
        ("not_affected", &["CVE-2030-0001"][..]),
        ("fixed", &["CVE-2030-0001"]),
        ("affected", &[]),
        ("under_investigation", &[]),
    ] {
        let document = openvex_of(r#"{"@id": "pkg:maven/org.example/core"}"#, status);
        let applied = applied(&vex(&document));
        assert_eq!(suppressed(&applied), ids, "{status}");
        assert!(applied.unused.is_empty(), "{status}: {:?}", applied.unused);
    }
}

#[test]
fn a_suppression_says_what_it_rests_on() {
    let document = openvex(
        r#"{"vulnerability": {"name": "GHSA-aaaa-bbbb-cccc"}, "status": "not_affected",
            "products": [{"@id": "pkg:maven/org.example/core"}],
            "justification": "vulnerable_code_not_present", "impact_statement": "cut out"}"#,
    );
    let applied = applied(&vex(&document));
    let told = &applied.suppressed[0];
    assert_eq!(told.finding.id, "CVE-2030-0001");
    assert_eq!(told.statement.as_deref(), Some("vulnerable_code_not_present: cut out"));
    assert_eq!((told.source.as_str(), told.place.as_deref()), ("vex", Some("statements[0]")));
    let (status, format) = (VexStatus::NotAffected, VexFormat::OpenVex);
    assert_eq!(told.by, SuppressedBy::Vex { status, format });
}

/// A name or any alias is an id of the vulnerability; texts of older documents are, too.
#[test]
fn a_vulnerability_has_many_names() {
    for vulnerability in [
        r#"{"name": "CVE-2030-0001"}"#,
        r#"{"name": "X-1", "aliases": ["CVE-2030-0001"]}"#,
        r#""CVE-2030-0001""#,
    ] {
        let document = openvex(&format!(
            r#"{{"vulnerability": {vulnerability}, "products": ["pkg:maven/org.example/core"],
                 "status": "fixed"}}"#
        ));
        assert_eq!(suppressed(&applied(&vex(&document))), ["CVE-2030-0001"], "{vulnerability}");
    }
}

/// A product is the package, the target, or the project that the package is a part of.
#[test]
fn products_and_their_components() {
    for (product, ids) in [
        (r#""pkg:maven/org.example/core""#, &["CVE-2030-0001"][..]),
        (r#"{"@id": "pkg:maven/org.example/core@2.14.1"}"#, &["CVE-2030-0001"]),
        (
            r#"{"@id": "x", "identifiers": {"purl": "pkg:maven/org.example/core"}}"#,
            &["CVE-2030-0001"],
        ),
        (r#"{"@id": "pkg:oci/shop"}"#, &["CVE-2030-0001"]),
        (r#"{"@id": "pkg:oci/shop?repository_url=example.org/shop"}"#, &["CVE-2030-0001"]),
        (r#"{"@id": "x", "hashes": {"sha-256": "00FF"}}"#, &["CVE-2030-0001"]),
        (
            r#"{"@id": "pkg:oci/shop", "subcomponents": [{"@id": "pkg:maven/org.example/core"}]}"#,
            &["CVE-2030-0001"],
        ),
        (r#"{"@id": "pkg:oci/shop", "subcomponents": [{"@id": "pkg:npm/left-pad"}]}"#, &[]),
        (
            r#"{"@id": "pkg:oci/other", "subcomponents": [{"@id": "pkg:maven/org.example/core"}]}"#,
            &[],
        ),
        (r#"{"@id": "pkg:golang/example.org/server"}"#, &["CVE-2030-0003"]),
        (
            r#"{"@id": "pkg:golang/example.org/server@3.0.0",
                "subcomponents": [{"@id": "pkg:golang/example.org/lib@1.2.0"}]}"#,
            &["CVE-2030-0003"],
        ),
        (
            r#"{"@id": "pkg:golang/example.org/other",
                "subcomponents": [{"@id": "pkg:golang/example.org/lib"}]}"#,
            &[],
        ),
    ] {
        let applied = applied(&vex(&openvex_of(product, "not_affected")));
        assert_eq!(suppressed(&applied), ids, "{product}");
        assert_eq!(applied.unused.is_empty(), !ids.is_empty(), "{product}");
    }
}

/// left-pad is in both lockfiles through widget alone.
#[test]
fn a_part_of_a_dependency() {
    for (product, subcomponents, others, taken_out) in [
        ("pkg:npm/widget@1.0.0", r#"{"@id": "pkg:npm/left-pad@1.3.0"}"#, 0, true),
        ("pkg:npm/widget", r#"{"@id": "pkg:npm/left-pad"}"#, 0, true),
        ("pkg:npm/widget", "", 0, true),
        ("pkg:npm/widget@2.0.0", r#"{"@id": "pkg:npm/left-pad"}"#, 0, false),
        ("pkg:npm/widget", r#"{"@id": "pkg:npm/right-pad"}"#, 0, false),
        ("pkg:npm/gadget", r#"{"@id": "pkg:npm/left-pad"}"#, 0, false),
        // There through gadget, too.
        ("pkg:npm/widget", r#"{"@id": "pkg:npm/left-pad"}"#, 1, false),
    ] {
        let (mut inventory, findings) = crate::tests::scanned();
        let left_pad = inventory.packages.iter().position(|it| it.name == "left-pad").unwrap();
        inventory.packages[left_pad].relationship = sealift_model::Relationship::Indirect;
        for name in ["widget", "gadget"].into_iter().take(1 + others) {
            let purl = format!("pkg:npm/{name}@1.0.0").parse().unwrap();
            let npm = sealift_model::Ecosystem::Npm;
            let mut parent = sealift_model::Package::new(npm, name, "1.0.0", purl);
            parent.relationship = sealift_model::Relationship::Direct;
            parent.depends_on = vec!["left-pad@1.3.0".to_owned()];
            parent.locations = inventory.packages[left_pad].locations.clone();
            inventory.packages.push(parent);
        }
        let document = openvex(&format!(
            r#"{{"vulnerability": {{"name": "GHSA-dddd-eeee-ffff"}}, "status": "not_affected",
                 "products": [{{"@id": "{product}", "subcomponents": [{subcomponents}]}}]}}"#
        ));
        let scanned = Scanned::new(&inventory, &|_| Vec::new());
        let now = crate::tests::day("2030-02-01");
        let applied = vex(&document).apply(findings, &scanned, now);
        assert_eq!(!applied.suppressed.is_empty(), taken_out, "{product} {subcomponents} {others}");
    }
}

/// Every statement that takes nothing out says why.
#[test]
fn near_misses_are_told_with_what_differs() {
    for (product, told) in [
        (
            r#"{"@id": "pkg:maven/org.example/core@2.14.0"}"#,
            "nearly pkg:maven/org.example/core@2.14.0, but the version is 2.14.1 and not 2.14.0",
        ),
        (
            r#"{"@id": "pkg:oci/shop?repository_url=example.com/shop",
                "subcomponents": ["pkg:maven/org.example/core"]}"#,
            "nearly pkg:oci/shop?repository_url=example.com/shop, but of the product the qualifier \
             repository_url is example.org/shop and not example.com/shop",
        ),
        (r#""pkg:maven/org.example/other""#, "found, but not in pkg:maven/org.example/other"),
    ] {
        let applied = applied(&vex(&openvex_of(product, "not_affected")));
        assert_eq!(reason(&applied).to_string(), told);
    }
    let document = openvex(
        r#"{"vulnerability": {"name": "CVE-2030-0002"}, "status": "fixed",
            "products": [{"@id": "pkg:deb/debian/zlib1g?distro=debian-12.5"}]}"#,
    );
    let applied = applied(&vex(&document));
    assert!(reason(&applied).is_remarkable());
    assert!(reason(&applied).to_string().contains("debian-12 and not debian-12.5"));
}

#[test]
fn a_statement_about_something_else_is_no_near_miss() {
    let document = openvex_of(r#""pkg:maven/org.example/core""#, "fixed");
    let document = document.replace("CVE-2030-0001", "CVE-1999-0001");
    let applied = applied(&vex(&document));
    assert_eq!(reason(&applied), &UnusedReason::NoFinding);
    assert!(!reason(&applied).is_remarkable());
}

/// Whoever misspelt a status meant to take something out: nothing else tells them that it does not.
#[test]
fn a_statement_that_says_nothing_of_a_finding_is_remarkable() {
    for (statement, told, is_remarkable) in [
        (
            r#"{"vulnerability": {"name": "CVE-2030-0001"}, "status": "not-affected",
                "products": ["pkg:maven/org.example/core"]}"#,
            "\"not-affected\" is no status",
            true,
        ),
        (
            r#"{"vulnerability": {"name": "CVE-2030-0001"}, "status": "fixed"}"#,
            "it names no product",
            true,
        ),
        (
            r#"{"vulnerability": {"name": "CVE-2030-0001"}, "status": "fixed",
                "products": ["django"]}"#,
            "django has neither purl nor SHA-256",
            true,
        ),
        (
            r#"{"status": "fixed", "products": ["pkg:maven/org.example/core"]}"#,
            "it names no vulnerability",
            true,
        ),
        (
            r#"{"vulnerability": {"name": "CVE-1999-0001"}, "status": "fixed",
                "products": ["django"]}"#,
            "django has neither purl nor SHA-256",
            false,
        ),
    ] {
        let applied = applied(&vex(&openvex(statement)));
        assert_eq!(reason(&applied).to_string(), told);
        assert_eq!(reason(&applied).is_remarkable(), is_remarkable, "{statement}");
    }
}

#[test]
fn a_word_of_no_format_justifies_nothing() {
    let document = openvex(
        r#"{"vulnerability": {"name": "CVE-2030-0001"}, "status": "not_affected",
            "products": [{"@id": "pkg:maven/org.example/core"}], "justification": "foo"}"#,
    );
    let applied = applied(&vex(&document));
    assert_eq!(suppressed(&applied), ["CVE-2030-0001"]);
    assert_eq!(applied.suppressed[0].statement, None);
    assert_eq!(applied.unused[0].place, "statements[0].justification");
    assert_eq!(reason(&applied).to_string(), "\"foo\" is no justification");
    assert!(reason(&applied).is_remarkable());
}

/// What lies in a layout or an archive has no name in a registry, but it has the digest.
#[test]
fn a_product_by_the_digest_of_an_image_without_a_name() {
    let (inventory, findings) = crate::tests::scanned();
    let hex = "ab".repeat(32);
    let document = openvex_of(&format!(r#""pkg:oci/shop@sha256:{hex}""#), "not_affected");
    let places = |_: usize| Vec::new();
    for (own, name, ids) in [
        (hex.as_str(), None, &["CVE-2030-0001"][..]),
        ("cd", None, &[]),
        (&hex, Some("pkg:oci/other@sha256:ef?repository_url=r.example/other"), &[]),
    ] {
        let mut scanned = Scanned::new(&inventory, &places);
        scanned.digests = vec![own.to_owned()];
        scanned.purls = name.map(|name| name.parse().unwrap()).into_iter().collect();
        let now = crate::tests::day("2030-02-01");
        let applied = vex(&document).apply(findings.clone(), &scanned, now);
        assert_eq!(suppressed(&applied), ids, "{own} {name:?}");
    }
}

/// The newest applicable statement wins, of equally new ones the last.
#[test]
fn the_newest_statement_counts() {
    let statement = |status: &str, time: &str| {
        format!(
            r#"{{"vulnerability": {{"name": "CVE-2030-0001"}}, "status": "{status}", {time}
                 "products": ["pkg:maven/org.example/core"]}}"#
        )
    };
    let (old, new) =
        (r#""timestamp": "2029-01-01T00:00:00Z","#, r#""timestamp": "2031-01-01T00:00:00Z","#);
    for (first, second, taken_out) in [
        (statement("not_affected", old), statement("affected", new), false),
        (statement("affected", new), statement("not_affected", old), false),
        (statement("affected", old), statement("not_affected", new), true),
        (statement("affected", ""), statement("not_affected", ""), true),
        (statement("not_affected", ""), statement("under_investigation", ""), false),
        (statement("not_affected", new), statement("affected", ""), true),
    ] {
        let applied = applied(&vex(&openvex(&format!("{first}, {second}"))));
        assert_eq!(!applied.suppressed.is_empty(), taken_out, "{first} {second}");
        assert_eq!(reason(&applied), &UnusedReason::Overruled);
    }
}

#[test]
fn what_openvex_says_and_cannot_be_used_is_told() {
    for (statement, place, told) in [
        (r#"{"status": "fixed", "products": ["pkg:npm/a"]}"#, "statements[0]", "no vulnerability"),
        (
            r#"{"vulnerability": {"name": "A"}, "status": "gone", "products": ["pkg:npm/a"]}"#,
            "statements[0]",
            "no status",
        ),
        (r#"{"vulnerability": {"name": "A"}, "status": "fixed"}"#, "statements[0]", "no product"),
        (
            r#"{"vulnerability": {"name": "A"}, "status": "fixed", "products": ["shop"]}"#,
            "statements[0].products[0]",
            "neither purl",
        ),
        (
            r#"{"vulnerability": {"name": "A"}, "status": "fixed", "products": ["pkg:npm"]}"#,
            "statements[0].products[0]",
            "pkg:npm",
        ),
        (
            r#"{"vulnerability": {"name": "A"}, "status": "fixed",
                "products": [{"@id": "pkg:npm/a", "subcomponents": [{"@id": "b"}]}]}"#,
            "statements[0].products[0].subcomponents[0]",
            "no purl",
        ),
        (
            r#"{"vulnerability": {"name": "A"}, "status": "fixed", "timestamp": "soon",
                "products": ["pkg:npm/a"]}"#,
            "statements[0]",
            "no time",
        ),
    ] {
        let document = read(&openvex(statement)).unwrap();
        assert!(document.statements.is_empty(), "{statement}");
        let unusable = &document.unusable[0];
        assert_eq!(unusable.place, place);
        assert!(unusable.reason.contains(told), "{statement}: {}", unusable.reason);
    }
}

const CSAF: &str = r#"{
  "document": {"category": "csaf_vex",
               "tracking": {"current_release_date": "2030-01-01T00:00:00Z"}},
  "product_tree": {
    "branches": [{"category": "vendor", "name": "Example", "branches": [
      {"category": "product_name", "product": {"name": "Core", "product_id": "core",
        "product_identification_helper": {"purl": "pkg:maven/org.example/core@2.14.1"}}}]}],
    "full_product_names": [
      {"name": "Shop", "product_id": "shop",
       "product_identification_helper": {"purl": "pkg:oci/shop"}},
      {"name": "Left pad", "product_id": "pad",
       "product_identification_helper": {"purl": "pkg:npm/left-pad"}},
      {"name": "Platform", "product_id": "platform",
       "product_identification_helper": {"cpe": "cpe:/o:example:platform"}}],
    "relationships": [
      {"category": "default_component_of", "product_reference": "pad",
       "relates_to_product_reference": "shop",
       "full_product_name": {"name": "Pad of shop", "product_id": "shop:pad"}},
      {"category": "default_component_of", "product_reference": "pad",
       "relates_to_product_reference": "platform",
       "full_product_name": {"name": "Pad of platform", "product_id": "platform:pad"}}],
    "product_groups": [{"group_id": "all", "product_ids": ["core", "shop:pad"]}]},
  "vulnerabilities": [
    {"cve": "CVE-2030-0001", "product_status": {"known_not_affected": ["core"]},
     "flags": [{"label": "vulnerable_code_not_present", "group_ids": ["all"]}],
     "threats": [{"category": "impact", "details": "cut out", "product_ids": ["core"]}]},
    {"ids": [{"system_name": "GitHub", "text": "GHSA-dddd-eeee-ffff"}],
     "product_status": {"fixed": ["shop:pad", "platform:pad", "gone"],
                        "recommended": ["core"]}}]}"#;

#[test]
fn csaf_speaks_of_products_by_their_place_in_a_tree() {
    let applied = applied(&vex(CSAF));
    assert_eq!(suppressed(&applied), ["CVE-2030-0001", "GHSA-dddd-eeee-ffff"]);
    let told: Vec<_> = applied.suppressed.iter().map(|it| it.statement.as_deref()).collect();
    assert_eq!(told, [Some("vulnerable_code_not_present: cut out"), None]);
    let unused: Vec<String> = applied.unused.iter().map(ToString::to_string).collect();
    assert_eq!(
        unused,
        [
            "vex: vulnerabilities[1].product_status.fixed[1]: GHSA-dddd-eeee-ffff: platform has \
             neither purl nor SHA-256",
            "vex: vulnerabilities[1].product_status.fixed[2]: GHSA-dddd-eeee-ffff: gone is not in \
             the product tree",
        ]
    );
}

#[test]
fn the_statuses_of_csaf() {
    for (word, status) in [
        ("known_not_affected", VexStatus::NotAffected),
        ("known_affected", VexStatus::Affected),
        ("first_affected", VexStatus::Affected),
        ("last_affected", VexStatus::Affected),
        ("fixed", VexStatus::Fixed),
        ("first_fixed", VexStatus::Fixed),
        ("under_investigation", VexStatus::UnderInvestigation),
    ] {
        let text = CSAF.replace("known_not_affected", word);
        let read = read(&text).unwrap();
        let of_core = read.statements.iter().find(|it| it.ids == ["CVE-2030-0001"]).unwrap();
        assert_eq!(of_core.status, status, "{word}");
    }
}

#[test]
fn of_two_statuses_of_one_product_affected_counts() {
    let both = r#"{"known_affected": ["core"], "known_not_affected": ["core"]}"#;
    let text = CSAF.replace(r#"{"known_not_affected": ["core"]}"#, both);
    assert_eq!(suppressed(&applied(&vex(&text))), ["GHSA-dddd-eeee-ffff"]);
    // The same CVE twice, in either order.
    let statements =
        r#""vulnerabilities": [{"cve": "CVE-2030-0001", "product_status": {"WORD": ["core"]}},"#;
    for word in ["known_affected", "under_investigation"] {
        let statement = statements.replace("WORD", word);
        let first = CSAF.replace(r#""vulnerabilities": ["#, &statement);
        assert_eq!(suppressed(&applied(&vex(&first))), ["GHSA-dddd-eeee-ffff"], "{word}");
    }
    let again = statements.replace("WORD", "known_not_affected");
    let last = CSAF.replace("known_not_affected", "known_affected");
    let last = last.replace(r#""vulnerabilities": ["#, &again);
    assert_eq!(suppressed(&applied(&vex(&last))), ["GHSA-dddd-eeee-ffff"]);
}

/// A VEX of one product, `core` without a version in its purl, below branches.
fn csaf_below(branches: &[(&str, &str)], status: &str) -> String {
    let product = r#""product": {"name": "Core", "product_id": "core",
        "product_identification_helper": {"purl": "pkg:maven/org.example/core"}}"#;
    let tree = branches.iter().rev().fold(product.to_owned(), |below, (category, name)| {
        format!(r#""branches": [{{"category": "{category}", "name": "{name}", {below}}}]"#)
    });
    format!(
        r#"{{"document": {{"category": "csaf_vex"}}, "product_tree": {{{tree}}},
            "vulnerabilities": [
              {{"cve": "CVE-2030-0001", "product_status": {{"{status}": ["core"]}}}}]}}"#
    )
}

/// The installed version is 2.14.1.
#[test]
fn a_branch_of_csaf_says_which_versions_of_a_product_are_meant() {
    let (one, range, name) = ("product_version", "product_version_range", "product_name");
    for (branches, told) in [
        (&[(name, "Core"), (one, "2.14.1")][..], None),
        (&[(one, "2.14.1"), ("architecture", "amd64")], None),
        (&[(range, "vers:maven/>=2.14.1|<3")], None),
        (&[(range, "vers:maven/<2"), (one, "2.14.1")], None),
        (&[(range, "vers:all/*")], None),
        (&[(name, "Core")], None),
        // The name of the product alone, before the version, and none that is one.
        (&[(one, "core")], None),
        (&[(one, "core-2.14.1")], None),
        (&[(one, "v2.14.1")], None),
        (&[(one, "all")], None),
        (&[(one, "core-2.15.0")], Some("the version is 2.14.1 and not 2.15.0")),
        (&[(one, "2.15.0")], Some("the version is 2.14.1 and not 2.15.0")),
        (
            &[(one, "2.15.0"), ("architecture", "amd64")],
            Some("the version is 2.14.1 and not 2.15.0"),
        ),
        (
            &[(range, "vers:maven/>=2.15.0"), ("architecture", "amd64")],
            Some("the version is 2.14.1 and not in vers:maven/>=2.15.0"),
        ),
        (
            &[(range, "vers:npm/<3.0.0")],
            Some("the version 2.14.1 cannot be compared with vers:npm/<3.0.0"),
        ),
        (&[(range, ">=2.0")], Some("pkg:maven/org.example/core has versions that are not read")),
        (&[(one, "")], Some("pkg:maven/org.example/core has versions that are not read")),
    ] {
        for status in ["fixed", "known_not_affected"] {
            let applied = applied(&vex(&csaf_below(branches, status)));
            assert_eq!(applied.suppressed.is_empty(), told.is_some(), "{branches:?}");
            let unused = applied.unused.first().map_or(String::new(), ToString::to_string);
            assert!(unused.contains(told.unwrap_or_default()), "{branches:?}: {unused}");
            assert!(applied.unused.iter().all(|it| it.reason.is_remarkable()), "{branches:?}");
        }
    }
    let endless = "1".repeat(5000);
    assert!(read(&csaf_below(&[(one, &endless)], "fixed")).unwrap().statements.is_empty());
}

/// The versions of a part, and of what it is a part of.
#[test]
fn versions_of_both_ends_of_a_relationship_of_csaf() {
    for (pad, shop, taken_out) in [
        ("vers:npm/<2.0.0", "vers:all/*", true),
        ("vers:npm/>=2.0.0", "vers:all/*", false),
        ("vers:npm/<2.0.0", "vers:oci/1", false),
    ] {
        let branch = |range: &str, id: &str, purl: &str| {
            format!(
                r#"{{"category": "product_version_range", "name": "{range}",
                     "product": {{"name": "{id}", "product_id": "{id}",
                       "product_identification_helper": {{"purl": "{purl}"}}}}}}"#
            )
        };
        let text = format!(
            r#"{{"document": {{"category": "csaf_vex"}}, "product_tree": {{
                 "branches": [{}, {}],
                 "relationships": [{{"category": "default_component_of",
                   "product_reference": "pad", "relates_to_product_reference": "shop",
                   "full_product_name": {{"name": "x", "product_id": "shop:pad"}}}}]}},
               "vulnerabilities": [{{"ids": [{{"text": "GHSA-dddd-eeee-ffff"}}],
                 "product_status": {{"fixed": ["shop:pad"]}}}}]}}"#,
            branch(pad, "pad", "pkg:npm/left-pad"),
            branch(shop, "shop", "pkg:oci/shop"),
        );
        assert_eq!(!applied(&vex(&text)).suppressed.is_empty(), taken_out, "{pad} {shop}");
    }
}

#[test]
fn another_profile_of_csaf_is_no_vex() {
    let text = CSAF.replace("csaf_vex", "csaf_security_advisory");
    let error = read(&text).unwrap_err();
    assert!(error.to_string().contains("csaf_security_advisory"), "{error}");
    let limits = Limits { max_depth: 1, ..Limits::default() };
    let deep = VexDocument::read("x", CSAF.as_bytes(), &limits).unwrap_err();
    assert_eq!(deep, Error::LimitExceeded { limit: "levels", max: 1 });
}

fn cyclonedx(vulnerability: &str) -> String {
    format!(
        r#"{{"bomFormat": "CycloneDX", "specVersion": "1.6",
             "metadata": {{"timestamp": "2030-01-01T00:00:00Z"}},
             "components": [{{"bom-ref": "c1", "purl": "pkg:maven/org.example/core@2.14.1",
                              "components": [{{"bom-ref": "c2", "purl": "pkg:npm/left-pad"}}]}},
                            {{"bom-ref": "c3"}}],
             "vulnerabilities": [{vulnerability}]}}"#
    )
}

#[test]
fn the_states_of_cyclonedx() {
    for (state, taken_out) in [
        ("resolved", Some("fixed")),
        ("resolved_with_pedigree", Some("fixed")),
        ("not_affected", Some("not_affected")),
        ("false_positive", Some("not_affected")),
        ("exploitable", None),
        ("in_triage", None),
    ] {
        let document = cyclonedx(&format!(
            r#"{{"id": "CVE-2030-0001", "affects": [{{"ref": "c1"}}],
                 "analysis": {{"state": "{state}", "justification": "code_not_present"}}}}"#
        ));
        let applied = applied(&vex(&document));
        let told = applied.suppressed.first().map(|it| it.by.status());
        assert_eq!(told, taken_out, "{state}");
    }
}

#[test]
fn references_of_cyclonedx() {
    for (affected, id, ids) in [
        (r#"{"ref": "c2"}"#, "GHSA-dddd-eeee-ffff", &["GHSA-dddd-eeee-ffff"][..]),
        (r#"{"ref": "pkg:npm/left-pad@1.3.0"}"#, "GHSA-dddd-eeee-ffff", &["GHSA-dddd-eeee-ffff"]),
        (
            r#"{"ref": "urn:cdx:3e671687-395b-41f5-a30f-a58921a69b79/1#pkg%3Anpm%2Fleft-pad%401.3.0"}"#,
            "GHSA-dddd-eeee-ffff",
            &["GHSA-dddd-eeee-ffff"],
        ),
        (
            r#"{"ref": "urn:cdx:3e671687-395b-41f5-a30f-a58921a69b79/1#c2"}"#,
            "GHSA-dddd-eeee-ffff",
            &[],
        ),
        (r#"{"ref": "c3"}"#, "GHSA-dddd-eeee-ffff", &[]),
        (
            r#"{"ref": "c2", "versions": [{"version": "1.3.0", "status": "unaffected"}]}"#,
            "GHSA-dddd-eeee-ffff",
            &["GHSA-dddd-eeee-ffff"],
        ),
        (r#"{"ref": "c2", "versions": [{"version": "1.2.0"}]}"#, "GHSA-dddd-eeee-ffff", &[]),
        (r#"{"ref": "c2", "versions": [{"range": "vers:npm/<2"}]}"#, "GHSA-dddd-eeee-ffff", &[]),
    ] {
        let document = cyclonedx(&format!(
            r#"{{"id": "{id}", "affects": [{affected}], "analysis": {{"state": "not_affected"}}}}"#
        ));
        let applied = applied(&vex(&document));
        assert_eq!(suppressed(&applied), ids, "{affected}");
        assert_eq!(applied.unused.is_empty(), !ids.is_empty(), "{affected}");
    }
    for (document, told) in [
        ("urn:cdx:00000000-395b-41f5-a30f-a58921a69b79/1", "nearly pkg:npm/left-pad@1.3.0, but it"),
        ("urn:cdx:3e671687-395b-41f5-a30f-a58921a69b79/2", "is in the document urn:cdx:3e671687"),
        ("urn:cdx:3E671687-395B-41F5-A30F-A58921A69B79/1", ""),
    ] {
        let document = cyclonedx(&format!(
            r#"{{"id": "GHSA-dddd-eeee-ffff", "affects": [{{"ref": "{document}#pkg:npm/left-pad@1.3.0"}}],
                 "analysis": {{"state": "not_affected"}}}}"#
        ));
        let applied = applied(&vex(&document));
        assert_eq!(applied.suppressed.is_empty(), !told.is_empty(), "{document}");
        let unused = applied.unused.first().map_or(String::new(), ToString::to_string);
        assert!(unused.contains(told), "{unused}");
    }
    let other_name = cyclonedx(
        r#"{"id": "X-1", "references": [{"id": "CVE-2030-0001"}], "affects": [{"ref": "c1"}],
            "analysis": {"state": "not_affected"}}"#,
    );
    assert_eq!(suppressed(&applied(&vex(&other_name))), ["CVE-2030-0001"]);
}

#[test]
fn what_cyclonedx_says_and_cannot_be_used_is_told() {
    for (vulnerability, told) in [
        (r#"{"affects": [{"ref": "c1"}], "analysis": {"state": "resolved"}}"#, "no vulnerability"),
        (r#"{"id": "A", "affects": [{"ref": "c1"}]}"#, "no analysis"),
        (r#"{"id": "A", "affects": [{"ref": "c1"}], "analysis": {"state": "x"}}"#, "no state"),
        (r#"{"id": "A", "analysis": {"state": "resolved"}}"#, "no product"),
    ] {
        let document = read(&cyclonedx(vulnerability)).unwrap();
        assert!(document.statements.is_empty(), "{vulnerability}");
        let reason = &document.unusable[0].reason;
        assert!(reason.contains(told), "{vulnerability}: {reason}");
    }
}

#[test]
fn what_is_no_vex_is_an_error() {
    assert_eq!(read("{}").unwrap_err(), Error::UnknownDocument);
    assert_eq!(read(r#"{"@context": "https://x"}"#).unwrap_err(), Error::UnknownDocument);
    assert_eq!(read(r#"{"bomFormat": "SPDX"}"#).unwrap_err(), Error::UnknownDocument);
    assert!(matches!(read("{\n\n["), Err(Error::Syntax { line: Some(3), .. })));
    let limits = Limits { max_statements: 1, ..Limits::default() };
    let many =
        r#"{"vulnerability": "A", "status": "fixed", "products": ["pkg:npm/a", "pkg:npm/b"]}"#;
    let read = VexDocument::read("x", openvex(many).as_bytes(), &limits).unwrap_err();
    assert_eq!(read, Error::LimitExceeded { limit: "statements", max: 1 });
}

mod properties {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn nothing_makes_a_reader_panic(text in "(?s).{0,300}") {
            let _ = read(&text);
            for document in [openvex(&text), cyclonedx(&text)] {
                let _ = read(&document);
            }
        }

        #[test]
        fn no_change_of_a_document_makes_a_reader_panic(at in 0..CSAF.len(), byte in 32_u8..127) {
            let mut bytes = CSAF.as_bytes().to_vec();
            bytes[at] = byte;
            if let Ok(document) = VexDocument::read("x", &bytes, &Limits::default()) {
                let mut suppressions = crate::Suppressions::default();
                suppressions.vex.push(document);
                let (inventory, findings) = (Default::default(), Vec::new());
                let scanned = crate::Scanned::new(&inventory, &|_| Vec::new());
                let today = crate::tests::day("2030-01-01");
                assert!(suppressions.apply(findings, &scanned, today).suppressed.is_empty());
            }
        }
    }
}
