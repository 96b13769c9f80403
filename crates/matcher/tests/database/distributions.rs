//! What distributions have of their own: releases under several ecosystems, extended support,
//! modules, packages that others made.

use crate::support::{Advisories, ids, of_distribution, package, record};
use sealift_matcher::{MatchOptions, Matches, Records, ecosystems_of};
use sealift_model::{Distribution, Ecosystem, Inventory, Package, SourcePackage};

fn with_source(mut package: Package, name: &str) -> Package {
    package.source = Some(SourcePackage::new(name, package.version.clone()));
    package
}

/// The findings for one package of a distribution.
fn found(advisories: &Advisories, package: Package) -> Vec<String> {
    ids(&advisories.matches(vec![package]).findings)
}

#[test]
fn what_a_vendor_brings_is_matched_and_what_the_distribution_tracks_is_not() {
    let advisories = Advisories::of(&[
        // Tracked, though nothing is wrong with it in this version.
        &record("DSA-1", "Debian:12", "pyyaml", "introduced=0 fixed=0.5", ""),
        // The distribution's in another release, a vendor's in this one.
        &record("DSA-3", "Debian:10", "nodejs", "introduced=0 fixed=10", ""),
        &record("DSA-2", "Debian:12", "curl", "introduced=0 fixed=1", ""),
        &record("ALSA-1", "AlmaLinux:9", "bash", "introduced=0 fixed=1", ""),
        &record("PYSEC-1", "PyPI", "pyyaml", "introduced=0 fixed=6.0", ""),
    ]);
    let deb =
        |name, source| with_source(of_distribution(Ecosystem::Deb, "debian-12", name, "1"), source);
    let rpm = |vendor: Option<&str>| {
        let mut package = of_distribution(Ecosystem::Rpm, "almalinux-9", "owner", "1");
        package.maintainer = vendor.map(str::to_owned);
        package
    };
    let mut vendors = deb("owner", "datadog-agent");
    vendors.maintainer = Some("Debian Python Team <team@debian.example>".to_owned());
    for (id, version, owners, expected) in [
        ("debian", "12", vec![deb("owner", "pyyaml")], true),
        ("debian", "12", vec![deb("owner", "nodejs")], false),
        ("debian", "12", vec![vendors.clone()], false),
        ("debian", "12", vec![deb("owner", "pyyaml"), vendors], false),
        ("debian", "12", vec![], false),
        // Without advisories for the release, there is no other source.
        ("debian", "13", vec![deb("owner", "pyyaml")], false),
        ("almalinux", "9.4", vec![rpm(Some("AlmaLinux"))], true),
        ("almalinux", "9.4", vec![rpm(Some("Fedora Project"))], false),
        ("almalinux", "9.4", vec![rpm(Some("Datadog, Inc."))], false),
        ("almalinux", "9.4", vec![rpm(None)], false),
    ] {
        let mut inventory = Inventory::default();
        inventory.distribution = Some(Distribution::new(id, Some(version)));
        let mut owned = package(Ecosystem::Pypi, "PyYAML", "5.4");
        owned.owned_by = Some("owner".to_owned());
        inventory.packages = vec![owned];
        inventory.packages.extend(owners.clone());
        let matches = advisories.matches_of(&inventory, &MatchOptions::default());
        let is_left = ids(&matches.findings).is_empty();
        assert_eq!(is_left, expected, "{id} {owners:?}");
    }
}

#[test]
fn a_release_of_red_hat_has_streams() {
    let fixed = "introduced=0 fixed=1:3.0.7-99.el9";
    let advisories = Advisories::of(&[
        &record("RHSA-1", "Red Hat:enterprise_linux:9::baseos", "openssl-libs", fixed, ""),
        &record("RHSA-2", "Red Hat:enterprise_linux:9::appstream", "openssl-libs", fixed, ""),
        &record("RHSA-3", "Red Hat:rhel_eus:9.2::baseos", "openssl-libs", fixed, ""),
        &record("RHSA-4", "Red Hat:enterprise_linux:8::baseos", "openssl-libs", fixed, ""),
        &record("RHSA-5", "Red Hat:enterprise_linux:10.0", "openssl-libs", fixed, ""),
    ]);
    let rpm = |release, version| of_distribution(Ecosystem::Rpm, release, "openssl-libs", version);
    for (release, expected) in [
        ("rhel-9.4", vec!["RHSA-1: RHSA-1", "RHSA-2: RHSA-2"]),
        ("rhel-8.10", vec!["RHSA-4: RHSA-4"]),
        ("rhel-10.1", vec!["RHSA-5: RHSA-5"]),
        ("rhel-9.2+eus", vec!["RHSA-3: RHSA-3"]),
        ("rhel-7.9", vec![]),
    ] {
        assert_eq!(found(&advisories, rpm(release, "1:3.0.7-1.el9")), expected, "{release}");
    }
    assert!(found(&advisories, rpm("rhel-9.4", "1:3.0.7-99.el9")).is_empty());
    let coverage = advisories.matches(vec![rpm("rhel-7.9", "1")]).coverage;
    assert_eq!(coverage.without[0].name, "Red Hat:7");
    let mut inventory = Inventory::default();
    inventory.packages = vec![rpm("rhel-9.4", "1")];
    assert!(ecosystems_of(&inventory, &|_| true).iter().eq(["Red Hat"]));
}

#[test]
fn a_release_of_suse_has_modules_and_long_support() {
    let fixed = "introduced=0 fixed=3.0.99-1";
    let advisories = Advisories::of(&[
        &record(
            "SU-1",
            "SUSE:Linux Enterprise Module for Basesystem 15 SP5",
            "openssl-3",
            fixed,
            "",
        ),
        &record("SU-2", "SUSE:Linux Enterprise Server 15 SP4-LTSS", "openssl-3", fixed, ""),
        &record("SU-3", "SUSE:Linux Micro 6.0", "openssl-3", fixed, ""),
        &record("SU-4", "SUSE:Linux Enterprise Server 16.0", "openssl-3", fixed, ""),
        &record("SU-5", "SUSE:Linux Enterprise Server 15 SP5", "curl", fixed, ""),
    ]);
    for (release, expected) in [
        ("sles-15.5", vec!["SU-1: SU-1"]),
        ("sles-15.4", vec!["SU-2: SU-2"]),
        ("sl-micro-6.0", vec!["SU-3: SU-3"]),
        ("sles-16.0", vec!["SU-4: SU-4"]),
        ("sles-15.6", vec![]),
    ] {
        let package = of_distribution(Ecosystem::Rpm, release, "libopenssl3", "3.0.8-1");
        assert_eq!(found(&advisories, with_source(package, "openssl-3")), expected, "{release}");
    }
}

#[test]
fn an_epoch_counts_where_the_record_states_one() {
    let advisories = Advisories::of(&[
        &record("RLSA-1", "Rocky Linux:9", "openssl", "introduced=0 fixed=1:3.0.1-1", ""),
        &record("RLSA-2", "Rocky Linux:9", "openssl", "introduced=0 fixed=0:3.0.9-1", ""),
        &record("OESA-1", "openEuler:24.03-LTS", "openssl", "introduced=0 fixed=3.0.9-1", ""),
        &record("ALSA-1", "AlmaLinux:9", "openssl", "introduced=0 fixed=3.0.9-1", ""),
        &record(
            "RHSA-1",
            "Red Hat:enterprise_linux:9",
            "openssl",
            "introduced=0 fixed=3.0.9-1",
            "",
        ),
    ]);
    for (release, version, expected) in [
        ("rocky-9.4", "1:3.0.0-1", vec!["RLSA-1: RLSA-1"]),
        ("rocky-9.4", "1:3.0.1-1", vec![]),
        ("openeuler-24.03", "1:3.0.7-1", vec!["OESA-1: OESA-1"]),
        ("openeuler-24.03", "1:3.0.9-1", vec![]),
        ("almalinux-9", "1:3.0.7-1", vec![]),
        ("rhel-9.4", "1:3.0.7-1", vec![]),
        ("rhel-9.4", "3.0.7-1", vec!["RHSA-1: RHSA-1"]),
    ] {
        let package = of_distribution(Ecosystem::Rpm, release, "openssl", version);
        let found = advisories.matches(vec![with_source(package, "openssl")]).findings;
        assert_eq!(ids(&found), expected, "{release} {version}");
        assert!(found.iter().all(|finding| finding.fixed_versions.len() == 1), "{found:?}");
    }
}

#[test]
fn every_distribution_of_osv_is_asked_for() {
    for (ecosystem, kind, distro) in [
        ("Alpaquita:stream", Ecosystem::Apk, "alpaquita-stream"),
        ("BellSoft Hardened Containers:23", Ecosystem::Apk, "bellsoft-hardened-containers-23"),
        ("CleanStart", Ecosystem::Apk, "cleanstart-1"),
        ("Echo", Ecosystem::Deb, "echo-1"),
        ("Mageia:9", Ecosystem::Rpm, "mageia-9"),
        ("MinimOS", Ecosystem::Apk, "minimos-20241031"),
        ("openEuler:24.03-LTS", Ecosystem::Rpm, "openeuler-24.03"),
        ("Debian:13", Ecosystem::Deb, "debian-trixie"),
        ("Ubuntu:22.04:LTS", Ecosystem::Deb, "ubuntu-jammy"),
    ] {
        let advisories = Advisories::of(&[&record(
            "X-1",
            ecosystem,
            "openssl",
            "introduced=0 fixed=3.1-r1",
            "",
        )]);
        let package = of_distribution(kind, distro, "openssl", "3.0-r0");
        assert_eq!(found(&advisories, package), ["X-1: X-1"], "{ecosystem}");
    }
}

#[test]
fn a_purl_says_less_of_the_distribution_than_the_tree() {
    let advisories = Advisories::of(&[
        &record("OESA-1", "openEuler:24.03-LTS-SP1", "openssl", "introduced=0 fixed=9", ""),
        &record("DSA-1", "Debian:14", "openssl", "introduced=0 fixed=9", ""),
        &record("DSA-2", "Debian:13", "openssl", "introduced=0 fixed=9", ""),
    ]);
    let mut euler = Distribution::new("openEuler", Some("24.03"));
    euler.pretty_name = Some("openEuler 24.03 (LTS-SP1)".to_owned());
    let mut testing = Distribution::new("debian", None);
    testing.codename = Some("forky".to_owned());
    for (distribution, kind, distro, expected) in [
        (euler, Ecosystem::Rpm, "openeuler-24.03", "OESA-1: OESA-1"),
        (testing.clone(), Ecosystem::Deb, "debian", "DSA-1: DSA-1"),
        (testing, Ecosystem::Deb, "debian-13", "DSA-2: DSA-2"),
    ] {
        let mut inventory = Inventory::default();
        inventory.distribution = Some(distribution);
        inventory.packages = vec![of_distribution(kind, distro, "openssl", "1")];
        let matches = advisories.matches_of(&inventory, &MatchOptions::default());
        assert_eq!(ids(&matches.findings), [expected]);
    }
}

/// A record of `openssl` with entries of Ubuntu's ecosystems and their events.
fn ubuntu(id: &str, entries: &[(&str, &str)]) -> String {
    let entry = |(ecosystem, fixed): &(&str, &str)| {
        let fixed = match *fixed {
            "" => String::new(),
            fixed => format!(r#", {{"fixed": "{fixed}"}}"#),
        };
        format!(
            r#"{{"package": {{"ecosystem": "{ecosystem}", "name": "openssl"}}, "ranges":
                [{{"type": "ECOSYSTEM", "events": [{{"introduced": "0"}}{fixed}]}}]}}"#
        )
    };
    let entries: Vec<_> = entries.iter().map(entry).collect();
    format!(r#"{{"id": "{id}", "affected": [{}]}}"#, entries.join(", "))
}

#[test]
fn ubuntu_pro_repairs_what_the_release_no_longer_does() {
    let (plain, pro) = ("Ubuntu:16.04:LTS", "Ubuntu:Pro:16.04:LTS");
    let advisories = Advisories::of(&[
        &ubuntu("U-1", &[(pro, "1.0-1ubuntu4+esm2")]),
        &ubuntu("U-2", &[(plain, ""), (pro, "1.0-1ubuntu4+esm1")]),
        &ubuntu("U-3", &[(plain, "1.0-1ubuntu4"), (pro, "1.0-1ubuntu3~esm1")]),
        &ubuntu("U-4", &[(plain, "1.0-1ubuntu2")]),
        &ubuntu("U-5", &[("Ubuntu:Pro:18.04:LTS", "9")]),
    ]);
    let matches = |version| {
        let package = of_distribution(Ecosystem::Deb, "ubuntu-16.04", "openssl", version);
        advisories.matches(vec![package])
    };
    let told = |matches: &Matches| -> Vec<String> {
        let line = |finding: &sealift_matcher::Finding| {
            format!("{} {} {:?}", finding.id, finding.fixed_versions.join(" "), finding.fix_needs)
        };
        matches.findings.iter().map(line).collect()
    };
    assert_eq!(
        told(&matches("1.0-1ubuntu3")),
        [
            r#"U-1 1.0-1ubuntu4+esm2 Some("Ubuntu Pro")"#,
            r#"U-2 1.0-1ubuntu4+esm1 Some("Ubuntu Pro")"#,
            "U-3 1.0-1ubuntu4 None",
        ]
    );
    // Judged by what Pro says: the release itself never repaired U-2.
    assert_eq!(told(&matches("1.0-1ubuntu4+esm1")), ["U-1 1.0-1ubuntu4+esm2 None"]);
    assert!(matches("1.0-1ubuntu4+esm2").findings.is_empty());
}

#[test]
fn a_fix_of_one_module_says_nothing_of_another() {
    let alma = |id: &str, name: &str, fix: &str, summary: &str| {
        let more = format!(r#""summary": "{summary}", "related": ["CVE-2025-1"]"#);
        record(id, "AlmaLinux:8", name, &format!("introduced=0 fixed={fix}"), &more)
    };
    let advisories = Advisories::of(&[
        &alma("ALSA-2025:1", "perl-libs", "4:5.26.3-423.el8_10", "Moderate: perl security update"),
        &alma(
            "ALSA-2025:2",
            "perl-libs",
            "4:5.32.1-474.module_el8.10.0+4162+0a",
            "Moderate: perl:5.32 security update",
        ),
        &alma(
            "ALSA-2025:3",
            "nodejs",
            "1:18.20.4-1.module_el8.10.0+3890+5a",
            "Important: nodejs:18 security update",
        ),
        &alma(
            "ALSA-2025:4",
            "nodejs",
            "1:16.20.2-9.module_el8.10.0+3890+5a",
            "Important: nodejs:16 security update",
        ),
    ]);
    let perl = |version| of_distribution(Ecosystem::Rpm, "almalinux-8.10", "perl-libs", version);
    let node = |version, label: Option<&str>| {
        let mut package = of_distribution(Ecosystem::Rpm, "almalinux-8.10", "nodejs", version);
        package.module_label = label.map(str::to_owned);
        package
    };
    let build = "1:16.20.2-8.module_el8.10.0+3703+1";
    for (package, records, fixes) in [
        (perl("4:5.26.3-422.el8_10"), vec!["ALSA-2025:1"], "4:5.26.3-423.el8_10"),
        (perl("4:5.26.3-423.el8_10"), vec![], ""),
        (
            perl("4:5.32.1-473.module_el8.10.0+1+2"),
            vec!["ALSA-2025:2"],
            "4:5.32.1-474.module_el8.10.0+4162+0a",
        ),
        (node(build, None), vec!["ALSA-2025:4"], "1:16.20.2-9.module_el8.10.0+3890+5a"),
        (
            node(build, Some("nodejs:16:8:a")),
            vec!["ALSA-2025:4"],
            "1:16.20.2-9.module_el8.10.0+3890+5a",
        ),
        (
            node("1:18.1.0-8.module_el8.10.0+3703+1", None),
            vec!["ALSA-2025:3"],
            "1:18.20.4-1.module_el8.10.0+3890+5a",
        ),
        (node("1:14.1.0-8.el8", None), vec![], ""),
    ] {
        let findings = advisories.matches(vec![package.clone()]).findings;
        let found: Vec<_> = findings.iter().flat_map(|it| &it.record_ids).collect();
        assert_eq!(found, records, "{package:?}");
        let fixed: Vec<_> = findings.iter().flat_map(|it| &it.fixed_versions).collect();
        assert_eq!(fixed, Vec::from_iter((!fixes.is_empty()).then_some(fixes)), "{package:?}");
    }
    // All records are listed on demand, and still do not spoil the fix.
    let mut options = MatchOptions::default();
    options.records = Records::All;
    let mut inventory = Inventory::default();
    inventory.packages = vec![perl("4:5.26.3-422.el8_10")];
    let all = advisories.matches_of(&inventory, &options).findings;
    assert_eq!(ids(&all), ["CVE-2025-1: ALSA-2025:1, ALSA-2025:2"]);
    assert_eq!(all[0].fixed_versions, ["4:5.26.3-423.el8_10"]);
}
