//! From records written by hand to findings.

use crate::support::{Advisories, ids, of_distribution, package, record, time};
use sealift_matcher::{MatchOptions, Reason, Records, Status};
use sealift_model::{Distribution, Ecosystem, Inventory, Severity, SourcePackage};

const VECTOR: &str = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H";

#[test]
fn an_advisory_of_several_cves_is_a_finding_for_each() {
    let more = r#""upstream": ["CVE-2020-2", "CVE-2020-1"], "summary": "ssl - security update""#;
    let advisories = Advisories::of(&[
        &record("DSA-1-1", "Debian:12", "openssl", "introduced=0 fixed=3.0.1-1", more),
        // Names one of the two, and nothing about this package.
        &record("GHSA-1", "npm", "other", "introduced=0", r#""aliases": ["CVE-2020-1"]"#),
    ]);
    let found = advisories.matches(vec![of_distribution(
        Ecosystem::Deb,
        "debian-12",
        "openssl",
        "3.0.0-1",
    )]);
    assert_eq!(ids(&found.findings), ["CVE-2020-1: DSA-1-1", "CVE-2020-2: DSA-1-1"]);
    let first = &found.findings[0];
    assert_eq!(first.fixed_versions, ["3.0.1-1"]);
    assert_eq!(first.status, Status::Fixed);
    assert_eq!(first.title, "ssl - security update");
    assert_eq!(first.data_source.id, "debian");
    assert!(first.aliases.is_empty());
}

#[test]
fn what_almalinux_fixes_stands_in_related() {
    let related = r#""related": ["CVE-2021-1"], "summary": "Important: curl security update""#;
    let advisories = Advisories::of(&[
        &record("ALSA-2021:1", "AlmaLinux:9", "curl", "introduced=0 fixed=7.76.1-15.el9", related),
        &record("ALBA-2021:2", "AlmaLinux:9", "curl", "introduced=0 fixed=7.76.1-16.el9", ""),
        &record("PYSEC-1", "PyPI", "curl", "introduced=0", r#""related": ["CVE-2021-9"]"#),
    ]);
    let mut inventory = Inventory::default();
    inventory.packages = vec![
        of_distribution(Ecosystem::Rpm, "almalinux-9.2", "curl", "7.76.1-14.el9"),
        package(Ecosystem::Pypi, "curl", "1"),
    ];
    let mut options = MatchOptions::default();
    let found = advisories.matches_of(&inventory, &options);
    assert_eq!(ids(&found.findings), ["CVE-2021-1: ALSA-2021:1", "PYSEC-1: PYSEC-1"]);
    assert_eq!(found.findings[0].severity, Severity::High);
    assert_eq!(found.findings[0].severity_source.as_deref(), Some("alma"));
    options.records = Records::All;
    let all = advisories.matches_of(&inventory, &options);
    assert!(ids(&all.findings).contains(&"ALBA-2021:2: ALBA-2021:2".to_owned()));
}

#[test]
fn records_of_one_vulnerability_are_one_finding() {
    let advisories = Advisories::of(&[
        &record(
            "PYSEC-1",
            "PyPI",
            "a",
            "introduced=0 fixed=1.2",
            r#""aliases": ["CVE-2022-1", "GHSA-1"],
            "details": "First line.\nMore.", "references": [{"type": "WEB", "url": "https://b"}]"#,
        ),
        &record(
            "GHSA-1",
            "PyPI",
            "a",
            "introduced=0 fixed=1.2",
            r#""aliases": ["CVE-2022-1"],
            "summary": "A summary", "references": [{"type": "WEB", "url": "https://a"}, {"type": "FIX", "url": "https://b"}],
            "database_specific": {"severity": "MODERATE", "cwe_ids": ["CWE-79"]}"#,
        ),
        // The third names both a CVE and an id that the others do not have.
        &record(
            "PYSEC-2",
            "PyPI",
            "a",
            "introduced=0 fixed=1.1",
            r#""aliases": ["CVE-2022-2", "GHSA-2"]"#,
        ),
    ]);
    let found = advisories.matches(vec![package(Ecosystem::Pypi, "a", "1.0")]);
    assert_eq!(ids(&found.findings), ["CVE-2022-1: GHSA-1, PYSEC-1", "CVE-2022-2: PYSEC-2"]);
    let first = &found.findings[0];
    assert_eq!(first.aliases, ["GHSA-1", "PYSEC-1"]);
    assert_eq!(first.title, "A summary");
    assert_eq!(&*first.description, "First line.\nMore.");
    assert_eq!(first.references, ["https://a", "https://b"]);
    assert_eq!(first.cwe_ids, ["CWE-79"]);
    assert_eq!(first.severity, Severity::Medium);
}

#[test]
fn an_alias_leads_no_further_through_a_record_of_several() {
    let advisories = Advisories::of(&[
        &record(
            "RUSTSEC-1",
            "crates.io",
            "a",
            "introduced=0",
            r#""aliases": ["CVE-1-1", "CVE-1-2", "GHSA-1"]"#,
        ),
        &record("GHSA-1", "crates.io", "a", "introduced=0", r#""aliases": ["CVE-1-1"]"#),
    ]);
    let found = advisories.matches(vec![package(Ecosystem::Cargo, "a", "1.0.0")]);
    assert_eq!(ids(&found.findings), ["CVE-1-1: GHSA-1, RUSTSEC-1", "CVE-1-2: RUSTSEC-1"]);
    assert_eq!(found.findings[0].aliases, ["GHSA-1"]);
    assert!(found.findings[1].aliases.is_empty());
}

#[test]
fn the_fix_is_one_that_no_record_contradicts() {
    let branches = "introduced=0 fixed=1.2 introduced=2.0 fixed=2.3 introduced=3.0 fixed=3.1";
    let advisories = Advisories::of(&[
        &record("GHSA-1", "PyPI", "a", branches, r#""aliases": ["CVE-1-1"]"#),
        &record("PYSEC-1", "PyPI", "a", "introduced=0 fixed=2.4", r#""aliases": ["CVE-1-1"]"#),
        &record(
            "PYSEC-2",
            "PyPI",
            "a",
            "introduced=0 last_affected=9",
            r#""aliases": ["CVE-1-2"]"#,
        ),
    ]);
    let found = advisories.matches(vec![package(Ecosystem::Pypi, "a", "2.1")]);
    assert_eq!(found.findings[0].fixed_versions, ["2.4", "3.1"]);
    assert!(found.findings[1].fixed_versions.is_empty());
    assert_eq!(found.findings[1].status, Status::Affected);
}

#[test]
fn what_cannot_be_decided_stays_open() {
    let git = r#"{"id": "GIT-1", "affected": [{"package": {"ecosystem": "npm", "name": "a"},
        "ranges": [{"type": "GIT", "repo": "https://r", "events": [{"introduced": "0"}]}]}]}"#;
    let both = r#"{"id": "GIT-2", "affected": [{"package": {"ecosystem": "npm", "name": "a"},
        "ranges": [{"type": "GIT", "events": [{"introduced": "0"}]},
                   {"type": "SEMVER", "events": [{"introduced": "0"}, {"fixed": "1.0.0"}]}]}]}"#;
    let bare = r#"{"id": "BARE-1", "affected": [{"package": {"ecosystem": "npm", "name": "a"}}]}"#;
    let odd = r#"{"id": "ODD-1", "affected": [{"package": {"ecosystem": "npm", "name": "a"},
        "ranges": [{"type": "SEMVER", "events": [{"introduced": "0"}, {"removed": "1.0.0"}]}]}]}"#;
    let broken = r#"{"id": "BROKEN-1", "affected": [{"package": {"ecosystem": "npm", "name": "a"},
        "versions": ["1.0.0", {}]}]}"#;
    let bound = record("BOUND-1", "npm", "a", "introduced=0 fixed=one", "");
    let advisories = Advisories::of(&[git, both, bare, odd, broken, &bound]);
    let found = advisories.matches(vec![package(Ecosystem::Npm, "a", "2.0.0")]);
    assert!(found.findings.is_empty());
    let open: Vec<_> = found.undetermined.iter().map(|open| open.record_id.as_str()).collect();
    assert_eq!(open, ["BARE-1", "BOUND-1", "BROKEN-1", "GIT-1", "ODD-1"]);
    assert_eq!(found.undetermined[3].reason, Reason::OnlyGit);
    assert!(matches!(found.undetermined[1].reason, Reason::UnreadableBound { .. }));
}

#[test]
fn a_version_that_cannot_be_read_is_never_not_affected() {
    let advisories = Advisories::of(&[
        &record("X-1", "npm", "a", "introduced=0 fixed=1.0.0", ""),
        // Every version there is.
        &record("MAL-2", "npm", "a", "introduced=0", r#""summary": "Malicious code in a""#),
    ]);
    for version in ["", "latest"] {
        let found = advisories.matches(vec![package(Ecosystem::Npm, "a", version)]);
        assert_eq!(ids(&found.findings), ["MAL-2: MAL-2"]);
        let finding = &found.findings[0];
        assert!(finding.malicious);
        assert_eq!(finding.severity, Severity::Critical);
        assert_eq!(finding.title, "malicious package: Malicious code in a");
        assert_eq!(found.undetermined.len(), 1);
        assert_eq!(found.undetermined[0].record_id, "X-1");
    }
}

#[test]
fn a_limit_and_a_last_affected_version_end_a_range() {
    let advisories = Advisories::of(&[
        &record("X-1", "npm", "a", "introduced=1.0.0 limit=2.0.0", ""),
        &record("X-2", "npm", "a", "introduced=1.0.0 last_affected=1.5.0", ""),
    ]);
    for (version, expected) in [
        ("0.9.0", vec![]),
        ("1.0.0", vec!["X-1: X-1", "X-2: X-2"]),
        ("1.5.0", vec!["X-1: X-1", "X-2: X-2"]),
        ("1.5.1", vec!["X-1: X-1"]),
        ("2.0.0", vec![]),
    ] {
        let found = advisories.matches(vec![package(Ecosystem::Npm, "a", version)]);
        assert_eq!(ids(&found.findings), expected, "{version}");
    }
}

#[test]
fn names_are_compared_as_their_ecosystem_does() {
    let advisories = Advisories::of(&[
        &record("PY-1", "PyPI", "Zope.Interface", "introduced=0", ""),
        &record("NU-1", "NuGet", "jQuery", "introduced=0", ""),
        &record("PA-1", "Packagist", "Acme/Lib", "introduced=0", ""),
        &record("GO-1", "Go", "github.com/Acme/Lib", "introduced=0", ""),
        &record("GO-2", "Go", "stdlib", "introduced=0 fixed=1.22.3", ""),
        &record("NPM-1", "npm", "@Acme/lib", "introduced=0", ""),
    ]);
    for (ecosystem, name, version, expected) in [
        (Ecosystem::Pypi, "zope_interface", "1", Some("PY-1")),
        (Ecosystem::Nuget, "JQUERY", "1.0", Some("NU-1")),
        (Ecosystem::Composer, "acme/lib", "1.0", Some("PA-1")),
        (Ecosystem::Golang, "github.com/acme/lib", "v1.0.0", Some("GO-1")),
        (Ecosystem::Golang, "github.com/Acme/Lib", "v1.0.0", Some("GO-1")),
        (Ecosystem::Golang, "github.com/ACME/lib", "v1.0.0", None),
        (Ecosystem::Golang, "stdlib", "go1.22.2", Some("GO-2")),
        (Ecosystem::Golang, "stdlib", "1.22.3", None),
        (Ecosystem::Npm, "@Acme/lib", "1.0.0", Some("NPM-1")),
        (Ecosystem::Npm, "@acme/lib", "1.0.0", None),
    ] {
        let found = advisories.matches(vec![package(ecosystem, name, version)]);
        let record = found.findings.first().map(|finding| finding.id.as_str());
        assert_eq!(record, expected, "{name}@{version}");
    }
}

#[test]
fn packages_of_a_distribution_are_asked_for_by_release_and_source() {
    let advisories = Advisories::of(&[
        &record("DSA-1", "Debian:11", "openssl", "introduced=0 fixed=1.1.1n", ""),
        &record("DSA-2", "Debian:6.0", "openssl", "introduced=0", ""),
        &record("ALPINE-1", "Alpine:v3.18", "openssl", "introduced=0 fixed=3.1.1-r0", ""),
        &record("ALSA-1", "AlmaLinux:9", "openssl-libs", "introduced=0", ""),
    ]);
    let with_source = |mut package: sealift_model::Package, version| {
        package.source = Some(SourcePackage::new("openssl", version));
        package
    };
    let deb = |distribution| of_distribution(Ecosystem::Deb, distribution, "libssl1.1", "1:9");
    for (package, expected) in [
        (with_source(deb("debian-11"), "1.1.1m"), vec!["DSA-1: DSA-1"]),
        (with_source(deb("debian-11"), "1.1.1n"), vec![]),
        (with_source(deb("debian-6.0"), "0.9"), vec!["DSA-2: DSA-2"]),
        (with_source(deb("debian-12"), "1.1.1m"), vec![]),
        (deb("debian-11"), vec![]),
        (
            with_source(
                of_distribution(Ecosystem::Apk, "alpine-3.18.4", "libssl3", ""),
                "3.1.0-r4",
            ),
            vec!["ALPINE-1: ALPINE-1"],
        ),
        (
            with_source(of_distribution(Ecosystem::Rpm, "almalinux-9", "openssl-libs", "3.0"), "1"),
            vec!["ALSA-1: ALSA-1"],
        ),
    ] {
        let found = advisories.matches(vec![package.clone()]);
        assert_eq!(ids(&found.findings), expected, "{package:?}");
    }
}

#[test]
fn a_list_of_versions_names_releases_in_any_spelling() {
    let advisories = Advisories::of(&[
        r#"{"id": "MAL-1", "affected": [
            {"package": {"ecosystem": "PyPI", "name": "a"}, "versions": ["1.0.0", "2.0rc1"]},
            {"package": {"ecosystem": "npm", "name": "a"}, "versions": ["v1.5.0", "no version"]}]}"#,
        r#"{"id": "X-1", "affected": [{"package": {"ecosystem": "PyPI", "name": "b"},
            "versions": ["1.0.0"], "ranges": [{"type": "ECOSYSTEM",
            "events": [{"introduced": "2"}, {"fixed": "3"}]}]}]}"#,
        r#"{"id": "X-2", "affected": [
            {"package": {"ecosystem": "Maven", "name": "g:a"}, "versions": ["1.0"]}]}"#,
    ]);
    for (ecosystem, name, version, expected) in [
        (Ecosystem::Pypi, "a", "1.0", true),
        (Ecosystem::Pypi, "a", "1.0.0", true),
        (Ecosystem::Pypi, "a", "2.0.rc1", true),
        (Ecosystem::Pypi, "a", "2.0", false),
        (Ecosystem::Pypi, "a", "1.0.0+cu118", true),
        (Ecosystem::Pypi, "a", "1.0.1+cu118", false),
        (Ecosystem::Npm, "a", "1.5.0", true),
        (Ecosystem::Npm, "a", "no version", true),
        (Ecosystem::Npm, "a", "other", false),
        (Ecosystem::Npm, "a", "1.5.0+other", false),
        // Two files, though neither is before the other.
        (Ecosystem::Maven, "g:a", "1.0.Final", false),
        // A range orders them, and says of the rest what it is.
        (Ecosystem::Pypi, "b", "1.0.0", true),
        (Ecosystem::Pypi, "b", "1.0", false),
    ] {
        let found = advisories.matches(vec![package(ecosystem, name, version)]);
        assert_eq!(!found.findings.is_empty(), expected, "{ecosystem} {name} {version}");
        assert!(found.undetermined.is_empty(), "{ecosystem} {name} {version}");
    }
}

#[test]
fn what_github_does_not_know_to_be_affected_is_not() {
    let advisories = Advisories::of(&[r#"{"id": "GHSA-1", "affected": [
        {"package": {"ecosystem": "npm", "name": "xlsx"},
        "ranges": [{"type": "SEMVER", "events": [{"introduced": "0"}]}],
        "database_specific": {"last_known_affected_version_range": "< 0.20.2"}},
        {"package": {"ecosystem": "npm", "name": "listed"}, "versions": ["1.0.0"],
        "ranges": [{"type": "SEMVER", "events": [{"introduced": "0"}]}],
        "database_specific": {"last_known_affected_version_range": "< 0.20.2"}}]}"#]);
    let of = |version| advisories.matches(vec![package(Ecosystem::Npm, "xlsx", version)]);
    let found = of("0.18.5");
    assert_eq!(ids(&found.findings), ["GHSA-1: GHSA-1"]);
    assert!(found.findings[0].fixed_versions.is_empty());
    assert_eq!(of("0.20.3"), of("0.20.2"));
    assert!(of("0.20.3").findings.is_empty());
    let listed = advisories.matches(vec![package(Ecosystem::Npm, "listed", "1.1.0")]);
    assert_eq!(ids(&listed.findings), ["GHSA-1: GHSA-1"]);
}

#[test]
fn candidates_of_go_itself_have_a_place_in_the_order() {
    let advisories = Advisories::of(&[
        &record("GO-1", "Go", "stdlib", "introduced=1.22.0-0 fixed=1.22.0-rc.2", ""),
        &record("GO-2", "Go", "stdlib", "introduced=0 fixed=1.21.0", ""),
    ]);
    let of = |version| advisories.matches(vec![package(Ecosystem::Golang, "stdlib", version)]);
    assert_eq!(ids(&of("1.22rc1").findings), ["GO-1: GO-1"]);
    for version in ["1.22rc1", "1.22rc10"] {
        assert!(of(version).undetermined.is_empty(), "{version}");
    }
    assert!(of("1.22rc10").findings.is_empty());
}

#[test]
fn no_advisories_is_not_no_findings() {
    let advisories = Advisories::of(&[&record("X-1", "npm", "a", "introduced=0", "")]);
    let mut inventory = Inventory::default();
    inventory.distribution = Some(Distribution::new("centos", Some("7")));
    inventory.packages = vec![
        package(Ecosystem::Npm, "b", "1.0.0"),
        package(Ecosystem::Npm, "c", "1.0.0"),
        package(Ecosystem::Gem, "d", "1.0.0"),
        of_distribution(Ecosystem::Deb, "debian-12", "e", "1"),
        package(Ecosystem::Rpm, "f", "1"),
    ];
    let coverage = advisories.matches_of(&inventory, &MatchOptions::default()).coverage;
    assert_eq!(coverage.with.len(), 1);
    assert_eq!((&*coverage.with[0].name, coverage.with[0].packages), ("npm", 2));
    let without: Vec<_> = coverage.without.iter().map(|ecosystem| &*ecosystem.name).collect();
    assert_eq!(without, ["Debian:12", "RubyGems", "centos 7"]);
    inventory.distribution = None;
    let coverage = advisories.matches_of(&inventory, &MatchOptions::default()).coverage;
    let without: Vec<_> = coverage.without.iter().map(|ecosystem| &*ecosystem.name).collect();
    assert_eq!(without, ["Debian:12", "RubyGems", "rpm packages of an unknown distribution"]);
}

#[test]
fn severity_is_a_word_else_a_score_else_that_of_another_record() {
    let vector = format!(r#""severity": [{{"type": "CVSS_V3", "score": "{VECTOR}"}}]"#);
    let low =
        format!(r#"{vector}, "aliases": ["CVE-1-1"], "database_specific": {{"severity": "low"}}"#);
    let advisories = Advisories::of(&[
        &record("X-1", "npm", "a", "introduced=0", &low),
        &record("X-2", "npm", "b", "introduced=0", &vector),
        &record("X-3", "npm", "c", "introduced=0", r#""aliases": ["CVE-1-1"]"#),
        &record("X-4", "npm", "d", "introduced=0", r#""aliases": ["CVE-1-2"]"#),
        // Bad in sum, which says nothing of each.
        &record(
            "X-5",
            "npm",
            "e",
            "introduced=0",
            &format!(r#"{vector}, "aliases": ["CVE-1-2", "CVE-1-3"]"#),
        ),
        &record("X-6", "npm", "f", "introduced=0", r#""database_specific": {"cvss_v3": 9.8}"#),
    ]);
    let names = ["a", "b", "c", "d", "f"];
    let packages = names.iter().map(|name| package(Ecosystem::Npm, name, "1.0.0")).collect();
    let found = advisories.matches(packages).findings;
    let said: Vec<_> = found.iter().map(|finding| finding.severity).collect();
    assert_eq!(
        said,
        [Severity::Low, Severity::Critical, Severity::Low, Severity::Unknown, Severity::Critical]
    );
    assert_eq!(found[2].severity_source.as_deref(), Some("x"));
    assert_eq!(found[3].severity_source, None);
    assert_eq!(found[1].cvss[0].vector.as_deref(), Some(VECTOR));
    assert_eq!(found[4].cvss[0].score.to_string(), "9.8");
    assert_eq!(found[0].vendor_severity, [("x".to_owned(), Severity::Low)]);
}

#[test]
fn catalogues_say_what_is_exploited() {
    let advisories = Advisories::of(&[
        &record("X-1", "npm", "a", "introduced=0", r#""aliases": ["CVE-2021-44228"]"#),
        &record("X-2", "npm", "a", "introduced=0", ""),
    ]);
    advisories.file(
        "kev.json",
        br#"{"dateReleased": "2026-01-02T03:04:05.6Z", "vulnerabilities": [{"cveID": "CVE-2021-44228",
            "dateAdded": "2021-12-10", "dueDate": "2021-12-24", "knownRansomwareCampaignUse": "Known"},
            {"cveID": 3}]}"#,
    );
    advisories.file(
        "epss.csv",
        b"#model_version:v1,score_date:2026-01-03T00:00:00+0000\ncve,epss,percentile\n\
          CVE-2021-44228,0.94,0.999\nodd\n",
    );
    let (database, report) = advisories.build();
    let kev = database.info().sources.iter().find(|source| source.name == "kev.json").unwrap();
    assert_eq!((kev.records, kev.newest), (1, Some(time("2026-01-02T03:04:05Z"))));
    let notes: Vec<_> = report.diagnostics.iter().map(ToString::to_string).collect();
    assert_eq!(notes.len(), 2);
    assert!(notes[0].starts_with("epss.csv: 1 rows could not be read"), "{notes:?}");
    let found = advisories.matches(vec![package(Ecosystem::Npm, "a", "1.0.0")]).findings;
    let kev = found[0].kev.as_ref().unwrap();
    assert_eq!((&*kev.date_added, kev.due_date.as_deref()), ("2021-12-10", Some("2021-12-24")));
    assert!(kev.ransomware);
    assert_eq!(found[0].epss.unwrap().percentile, 0.999);
    assert_eq!((found[1].kev.clone(), found[1].epss), (None, None));
}

#[test]
fn a_module_narrows_when_both_sides_state_one() {
    let advisories = Advisories::of(&[
        r#"{"id": "RHSA-1", "affected": [{"package": {"ecosystem": "Red Hat:8", "name": "nodejs",
            "purl": "pkg:rpm/redhat/nodejs?rpmmod=nodejs:16"},
            "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}]}]}]}"#,
    ]);
    for (label, findings) in [(None, 1), (Some("nodejs:16:80:ab"), 1), (Some("nodejs:18"), 0)] {
        let mut package = of_distribution(Ecosystem::Rpm, "rhel-8.6", "nodejs", "1:16.1-1");
        package.module_label = label.map(str::to_owned);
        assert_eq!(advisories.matches(vec![package]).findings.len(), findings, "{label:?}");
    }
}

#[test]
fn what_bitnami_packed_anew_is_the_release_unless_revisions_are_named() {
    let semantic = |id: &str, name: &str, events: &str| {
        record(id, "Bitnami", name, events, "").replace("ECOSYSTEM", "SEMVER")
    };
    let advisories = Advisories::of(&[
        &semantic("BIT-1", "redis", "introduced=7.2.0 fixed=7.2.4"),
        &semantic("BIT-2", "pgpool", "introduced=4.6.0-0 fixed=4.6.0-1"),
    ]);
    for (name, version, is_affected) in [
        ("redis", "7.2.0-1", true),
        ("redis", "7.2.3-9", true),
        ("redis", "7.2.4-3", false),
        ("pgpool", "4.6.0-0", true),
        ("pgpool", "4.6.0-1", false),
    ] {
        let found = advisories.matches(vec![package(Ecosystem::Bitnami, name, version)]);
        assert_eq!(found.findings.len() == 1, is_affected, "{name} {version}");
    }
}

/// OSV schema 1.7, "Defined Ecosystems": Packagist and Maven may name the repository.
#[test]
fn advisories_of_other_repositories_count() {
    let drupal = "Packagist:https://packages.drupal.org/8";
    let maven = "Maven:https://repo.spring.io/release";
    let advisories = Advisories::of(&[
        &record("DRUPAL-1", drupal, "drupal/ctools", "introduced=0 fixed=4.1.0", ""),
        &record("GHSA-1", "Packagist", "drupal/ctools", "introduced=0 fixed=4.0.1", ""),
        &record("GHSA-2", maven, "org.acme:lib", "introduced=0 fixed=2", ""),
    ]);
    let found = advisories.matches(vec![
        package(Ecosystem::Composer, "drupal/ctools", "4.0.0"),
        package(Ecosystem::Maven, "org.acme:lib", "1.0"),
        package(Ecosystem::Maven, "org.acme:lib", "2.0"),
    ]);
    assert_eq!(ids(&found.findings), ["DRUPAL-1: DRUPAL-1", "GHSA-1: GHSA-1", "GHSA-2: GHSA-2"]);
    assert!(found.undetermined.is_empty());
}

#[test]
fn a_listed_version_of_pypi_is_affected_however_it_was_built() {
    let listed = r#"{"id": "PYSEC-1", "modified": "2024-01-01T00:00:00Z", "affected": [
        {"package": {"ecosystem": "PyPI", "name": "torch"}, "versions": ["1.9.0", "2.0.0"]}]}"#;
    let advisories = Advisories::of(&[listed]);
    for (version, found) in [("2.0.0+cu118", 1), ("2.0+cu118", 1), ("2.0.0", 1), ("2.0.1+cu118", 0)]
    {
        let matches = advisories.matches(vec![package(Ecosystem::Pypi, "torch", version)]);
        assert_eq!(matches.findings.len(), found, "{version}");
    }
}
