use super::*;
use crate::tests::{IDS, applied, applied_on, rules, suppressed};
use crate::{Suppressed, UnusedReason};

fn read(format: IgnoreFormat, text: &str) -> Result<IgnoreFile, Error> {
    IgnoreFile::read("x", format, text.as_bytes(), &Limits::default())
}

fn trivy(text: &str) -> crate::Suppressions {
    rules(IgnoreFormat::Trivy, text)
}

#[test]
fn the_form_follows_from_the_name() {
    for (name, format) in [
        (".trivyignore", IgnoreFormat::Trivy),
        ("ignored.txt", IgnoreFormat::Trivy),
        ("a/.trivyignore.yaml", IgnoreFormat::TrivyYaml),
        ("x.yml", IgnoreFormat::TrivyYaml),
        (".grype.yaml", IgnoreFormat::Grype),
        ("osv-scanner.toml", IgnoreFormat::OsvScanner),
    ] {
        assert_eq!(IgnoreFormat::of_name(name), format, "{name}");
    }
}

/// Section 2, `.trivyignore`: lines are trimmed; empty ones and comments count for nothing; the
/// first word is the id, and others mean nothing.
#[test]
fn a_line_of_trivyignore_is_an_id() {
    let text = "\u{feff}# comment\r\n\n  CVE-2030-0001  other words\r\n\tGHSA-dddd-eeee-ffff\n#GO-2030-0001";
    let applied = applied(&trivy(text));
    assert_eq!(suppressed(&applied), ["CVE-2030-0001", "GHSA-dddd-eeee-ffff"]);
    let Suppressed { source, place, .. } = &applied.suppressed[0];
    assert_eq!((source.as_str(), place.as_deref()), ("rules", Some("line 3")));
    assert!(applied.unused.is_empty());
}

/// An id of the vendor's and an alias are ids of the finding, too.
#[test]
fn any_id_of_the_finding_is_meant() {
    for (id, finding) in [
        ("GHSA-aaaa-bbbb-cccc", "CVE-2030-0001"),
        ("DEBIAN-CVE-2030-0002", "CVE-2030-0002"),
        ("GO-2030-0001", "CVE-2030-0003"),
        ("cve-2030-0003", "CVE-2030-0003"),
    ] {
        assert_eq!(suppressed(&applied(&trivy(id))), [finding], "{id}");
    }
    let applied = applied(&trivy("CVE-2030-000"));
    assert!(applied.suppressed.is_empty());
    assert_eq!(applied.unused[0].reason, UnusedReason::NoFinding);
}

/// `exp:` stops at 00:00 UTC of its day.
#[test]
fn an_entry_stops_at_the_start_of_its_day() {
    let entry = trivy("CVE-2030-0001 exp:2030-02-02");
    assert_eq!(suppressed(&applied_on(&entry, "2030-02-01")), ["CVE-2030-0001"]);
    let applied = applied_on(&entry, "2030-02-02");
    assert!(applied.suppressed.is_empty());
    let reason = &applied.unused[0].reason;
    assert!(matches!(reason, UnusedReason::Expired { findings: 1, .. }), "{reason:?}");
    assert!(reason.is_remarkable());
    assert_eq!(
        applied.unused[0].to_string(),
        "rules: line 1: CVE-2030-0001: expired on 2030-02-02, 1 findings show again"
    );
}

/// A day that cannot be read drops the whole entry with a warning.
#[test]
fn a_wrong_day_drops_the_line_and_is_told() {
    for word in ["2030-13-01", "tomorrow", "2030-2-1", ""] {
        let file = read(IgnoreFormat::Trivy, &format!("A\nCVE-2030-0001 exp:{word}\nB")).unwrap();
        assert_eq!(file.rules.len(), 2, "{word}");
        assert!(file.warnings[0].starts_with(&format!("line 2: {word} is no day")), "{word}");
    }
}

/// A licence expression with blanks is one id, up to ` exp:`.
/// Trivy passes over what it does not know: a rule that seems to end would count for ever.
#[test]
fn what_means_nothing_is_told() {
    let file = read(IgnoreFormat::Trivy, "CVE-2030-0001 expires:2020-01-01\nCVE-2030-0002 # old\n");
    let file = file.unwrap();
    assert_eq!(file.rules.len(), 2);
    assert_eq!(file.warnings, ["line 1: expires:2020-01-01 is not known and counts for nothing"]);
    let text = "vulnerabilities:\n- id: CVE-2030-0001\n  expires: 2020-01-01\n  path: usr\n";
    let file = read(IgnoreFormat::TrivyYaml, text).unwrap();
    assert_eq!(
        file.warnings,
        [
            "vulnerabilities[0].expires is not known and counts for nothing",
            "vulnerabilities[0].path is not known and counts for nothing",
        ]
    );
    let file = read(IgnoreFormat::TrivyYaml, "vulnerability:\n- id: CVE-2030-0001\n").unwrap();
    assert_eq!(file.warnings, ["vulnerability is not known and counts for nothing"]);
}

#[test]
fn an_expression_of_licences_is_one_id() {
    for (line, id) in [
        ("Apache-2.0 WITH LLVM-exception", "Apache-2.0 WITH LLVM-exception"),
        ("Apache-2.0 WITH LLVM-exception exp:2030-01-01", "Apache-2.0 WITH LLVM-exception"),
        ("MIT because of this", "MIT"),
        ("CVE-2030-0001 OR so", "CVE-2030-0001"),
    ] {
        let file = read(IgnoreFormat::Trivy, line).unwrap();
        assert_eq!(file.rules[0].id(), Some(id), "{line}");
    }
}

/// `.trivyignore.yaml`: conditions all hold, `paths` against target and path.
#[test]
fn rules_of_trivyignore_yaml() {
    for (entry, ids) in [
        ("{id: CVE-2030-0001}", &["CVE-2030-0001"][..]),
        ("{id: CVE-2030-0001, paths: [Java]}", &["CVE-2030-0001"]),
        ("{id: CVE-2030-0001, paths: ['app/**/core.jar']}", &["CVE-2030-0001"]),
        ("{id: CVE-2030-0001, paths: ['app/*.jar']}", &[]),
        ("{id: CVE-2030-0001, paths: [nowhere, '**']}", &["CVE-2030-0001"]),
        ("{id: CVE-2030-0001, purls: ['pkg:maven/org.example/core']}", &["CVE-2030-0001"]),
        ("{id: CVE-2030-0001, purls: ['pkg:maven/org.example/core@2.14.0']}", &[]),
        ("{id: CVE-2030-0001, purls: ['pkg:npm/left-pad']}", &[]),
        ("{purls: ['pkg:deb/debian/zlib1g@1:1.2.13-1']}", &["CVE-2030-0002"]),
        ("{purls: ['pkg:deb/debian/zlib1g?distro=debian-12']}", &["CVE-2030-0002"]),
        ("{purls: ['pkg:deb/debian/zlib1g?distro=debian-11']}", &[]),
        ("{paths: ['usr/bin/*']}", &["CVE-2030-0003"]),
        ("{id: CVE-2030-0001, expired_at: 2030-02-02}", &["CVE-2030-0001"]),
        ("{id: CVE-2030-0001, expired_at: 2030-02-01}", &[]),
    ] {
        let file = rules(IgnoreFormat::TrivyYaml, &format!("vulnerabilities:\n- {entry}\n"));
        assert_eq!(suppressed(&applied(&file)), ids, "{entry}");
    }
}

#[test]
fn a_rule_of_yaml_says_why() {
    let text = "vulnerabilities:\n  - id: CVE-2030-0001\n    statement: not reachable\n";
    let applied = applied(&rules(IgnoreFormat::TrivyYaml, text));
    assert_eq!(applied.suppressed[0].statement.as_deref(), Some("not reachable"));
}

/// Rules about other kinds of findings touch no vulnerability.
#[test]
fn lists_are_about_their_own_kind() {
    for list in ["misconfigurations", "secrets", "licenses"] {
        let file = rules(IgnoreFormat::TrivyYaml, &format!("{list}:\n- id: CVE-2030-0001\n"));
        let applied = applied(&file);
        assert!(applied.suppressed.is_empty() && applied.unused.is_empty(), "{list}");
    }
}

#[test]
fn what_cannot_be_a_rule_of_yaml_is_an_error_that_names_its_place() {
    for (text, place) in [
        ("vulnerabilities:\n- statement: nothing named", "vulnerabilities[0]"),
        ("vulnerabilities:\n- id: A\n- paths: ['a[']", "vulnerabilities[1].paths[0]"),
        ("vulnerabilities:\n- purls: [left-pad]", "vulnerabilities[0].purls[0]"),
        ("vulnerabilities:\n- {id: A, expired_at: soon}", "vulnerabilities[0].expired_at"),
        ("secrets:\n- {id: A, purls: ['pkg:npm/a']}", "secrets[0]"),
    ] {
        match read(IgnoreFormat::TrivyYaml, text) {
            Err(Error::Rule { place: named, .. }) => assert_eq!(named, place),
            other => panic!("{text}: {other:?}"),
        }
    }
    for text in
        ["vulnerabilities: [", "- a", "- id: CVE-2030-0001", "vulnerabilities: 3", "a: &a [*a]"]
    {
        let read = read(IgnoreFormat::TrivyYaml, text);
        assert!(matches!(read, Err(Error::Syntax { .. })), "{text}: {read:?}");
    }
    assert!(read(IgnoreFormat::TrivyYaml, "").unwrap().rules.is_empty());
}

/// A package of two lockfiles is in both: a rule for one of them leaves the finding.
#[test]
fn a_rule_must_hold_in_every_place() {
    let one = "vulnerabilities:\n- {id: GHSA-dddd-eeee-ffff, paths: [a/package-lock.json]}\n";
    let applied_to_one = applied(&rules(IgnoreFormat::TrivyYaml, one));
    assert!(applied_to_one.suppressed.is_empty());
    let other = UnusedReason::SomePlaces { other: "b/package-lock.json".to_owned() };
    assert_eq!(applied_to_one.unused[0].reason, other);
    let both = format!("{one}- {{id: GHSA-dddd-eeee-ffff, paths: ['b/**']}}\n");
    let applied = applied(&rules(IgnoreFormat::TrivyYaml, &both));
    assert_eq!(suppressed(&applied), ["GHSA-dddd-eeee-ffff"]);
    assert!(applied.unused.is_empty());
}

/// Grype's rules: all that is given must hold.
#[test]
fn rules_of_grype() {
    for (entry, ids) in [
        ("{vulnerability: CVE-2030-0001}", &["CVE-2030-0001"][..]),
        ("{vulnerability: GHSA-aaaa-bbbb-cccc}", &["CVE-2030-0001"]),
        ("{vulnerability: CVE-2030-0003, include-aliases: true}", &["CVE-2030-0003"]),
        ("{vulnerability: CVE-2030-0001, reason: accepted}", &["CVE-2030-0001"]),
        ("{vulnerability: CVE-2030-0001, fix-state: not-fixed}", &[]),
        ("{vulnerability: CVE-2030-0001, fix-state: fixed}", &["CVE-2030-0001"]),
        ("{fix-state: not-fixed}", &["CVE-2030-0002", "CVE-2030-0003"]),
        ("{fix-state: wont-fix}", &[]),
        ("{fix-state: unknown}", &[]),
        ("{namespace: 'debian:distro:debian:12'}", &["CVE-2030-0002"]),
        ("{namespace: 'debian:distro:debian:11'}", &[]),
        ("{namespace: 'github:language:java'}", &["CVE-2030-0001"]),
        ("{namespace: 'nvd:cpe'}", &[]),
        ("{match-type: exact-indirect-match}", &["CVE-2030-0002"]),
        ("{match-type: cpe-match}", &[]),
        ("{package: {name: left-pad}}", &["GHSA-dddd-eeee-ffff"]),
        ("{package: {name: 'left-.*'}}", &["GHSA-dddd-eeee-ffff"]),
        ("{package: {name: left}}", &[]),
        ("{package: {name: left-pad, version: 1.3.0}}", &["GHSA-dddd-eeee-ffff"]),
        ("{package: {name: left-pad, version: 1.2.0}}", &[]),
        ("{package: {type: go-module}}", &["CVE-2030-0003"]),
        ("{package: {type: binary}}", &[]),
        ("{package: {language: javascript}}", &["GHSA-dddd-eeee-ffff"]),
        ("{package: {location: '/usr/bin/**'}}", &["CVE-2030-0003"]),
        ("{package: {upstream-name: zlib}}", &["CVE-2030-0002"]),
        ("{vulnerability: CVE-2030-0001, package: {type: npm}}", &[]),
    ] {
        let file =
            rules(IgnoreFormat::Grype, &format!("fail-on-severity: high\nignore:\n- {entry}\n"));
        assert_eq!(suppressed(&applied(&file)), ids, "{entry}");
    }
}

/// Grype would give another verdict by them.
#[test]
fn settings_that_do_not_count_are_told() {
    let text = "fail-on-severity: high\nonly-fixed: true\nonly-notfixed: false\n\
                exclude: ['./usr/**']\noutput: [json]\nignore-wontfix:\n";
    let file = read(IgnoreFormat::Grype, text).unwrap();
    let told: Vec<_> =
        file.warnings.iter().map(|line| line.split(' ').next().unwrap_or_default()).collect();
    assert_eq!(told, ["fail-on-severity", "only-fixed", "exclude"]);
    let plain = "fail-on-severity: ''\nexclude: []\nignore-wontfix: ''\nonly-fixed: 'false'\n";
    assert!(read(IgnoreFormat::Grype, plain).unwrap().warnings.is_empty());
    let file = read(IgnoreFormat::OsvScanner, "GoVersionOverride = '1.21'\n").unwrap();
    assert_eq!(file.warnings, ["GoVersionOverride does not count: versions are as found"]);
    let file = read(IgnoreFormat::OsvScanner, "ScanGoModVersion = true\n").unwrap();
    assert_eq!(file.warnings, ["ScanGoModVersion does not count: versions are as found"]);
}

/// `ignore-wontfix` is a list of states in one text; the others may be written in more than one way,
/// and what has another type does not take the rules with it.
#[test]
fn settings_that_do_not_count_may_have_any_form() {
    for setting in [
        "ignore-wontfix: wont-fix",
        "ignore-wontfix: unknown,wont-fix",
        "ignore-wontfix: true",
        "only-fixed: 'true'",
        "only-notfixed: 1",
        "exclude: ./usr/**",
        "exclude: {1: [a], [b]: c}",
        "exclude: [1, {a: b}]",
        "fail-on-severity: [high]",
        "fail-on-severity: !severity high",
    ] {
        let text = format!("{setting}\nignore:\n- vulnerability: CVE-2030-0001\n");
        let file = read(IgnoreFormat::Grype, &text).unwrap();
        let (key, _) = setting.split_once(':').unwrap();
        let told = format!("{key} does not count: of this file only ignore does");
        assert_eq!((file.warnings, file.rules.len()), (vec![told], 1), "{setting}");
    }
}

#[test]
fn rules_of_grype_may_ask_for_what_vex_says() {
    let document = r#"{"@context": "https://openvex.dev/ns/v0.2.0", "statements": [
        {"vulnerability": {"name": "CVE-2030-0001"}, "status": "under_investigation",
         "products": [{"@id": "pkg:maven/org.example/core"}]}]}"#;
    for (entry, ids) in [
        ("{vex-status: under_investigation}", &["CVE-2030-0001"][..]),
        ("{vex-status: affected}", &[]),
        ("{vex-justification: component_not_present}", &[]),
    ] {
        let mut suppressions = rules(IgnoreFormat::Grype, &format!("ignore:\n- {entry}\n"));
        suppressions.vex = crate::tests::vex(document).vex;
        assert_eq!(suppressed(&applied(&suppressions)), ids, "{entry}");
    }
}

#[test]
fn what_cannot_be_a_rule_of_grype_is_an_error() {
    for entry in [
        "{reason: nothing}",
        "{fix-state: broken}",
        "{match-type: exact}",
        "{vex-status: maybe}",
        "{package: {type: floppy}}",
        "{package: {language: latin}}",
        "{package: {name: 'a['}}",
        "{package: {location: 'a['}}",
        "{package: {nmae: a}}",
        "{vulnerabilty: CVE-1}",
    ] {
        let read = read(IgnoreFormat::Grype, &format!("ignore:\n- {entry}\n"));
        assert!(read.is_err(), "{entry}: {read:?}");
    }
}

/// `osv-scanner.toml`: ids with their aliases, until a day; overrides of packages.
#[test]
fn rules_of_osv_scanner() {
    for (text, ids) in [
        ("[[IgnoredVulns]]\nid = 'CVE-2030-0003'", &["CVE-2030-0003"][..]),
        ("[[IgnoredVulns]]\nid = 'GO-2030-0001'\nreason = 'so'", &["CVE-2030-0003"]),
        ("[[IgnoredVulns]]\nid = 'GO-2030-0001'\nignoreUntil = 2030-02-02", &["CVE-2030-0003"]),
        ("[[IgnoredVulns]]\nid = 'GO-2030-0001'\nignoreUntil = 2030-02-01T00:00:00Z", &[]),
        (
            "[[IgnoredVulns]]\nid = 'GO-2030-0001'\nignoreUntil = 2030-02-01T00:00:01",
            &["CVE-2030-0003"],
        ),
        ("[[PackageOverrides]]\nname = 'left-pad'\nignore = true", &["GHSA-dddd-eeee-ffff"]),
        (
            "[[PackageOverrides]]\nname = 'left-pad'\nvulnerability.ignore = true",
            &["GHSA-dddd-eeee-ffff"],
        ),
        ("[[PackageOverrides]]\nname = 'left-pad'\nlicense.ignore = true", &[]),
        (
            "[[PackageOverrides]]\nname = 'left-.+'\nnameIsRegex = true\nignore = true",
            &["GHSA-dddd-eeee-ffff"],
        ),
        ("[[PackageOverrides]]\nname = 'eft'\nnameIsRegex = true\nignore = true", &[]),
        ("[[PackageOverrides]]\nname = 'left-pad'\nversion = '1.2.0'\nignore = true", &[]),
        // Of several entries for one id or package the first counts alone, though it has expired.
        (
            "[[IgnoredVulns]]\nid = 'CVE-2030-0003'\nignoreUntil = 2029-01-01\n\
             [[IgnoredVulns]]\nid = 'CVE-2030-0003'",
            &[],
        ),
        (
            "[[PackageOverrides]]\nname = 'left-pad'\nignore = true\neffectiveUntil = 2029-01-01\n\
             [[PackageOverrides]]\necosystem = 'npm'\nignore = true",
            &[],
        ),
        (
            "[[PackageOverrides]]\nname = 'left-pad'\nignore = true\n\
             [[PackageOverrides]]\necosystem = 'npm'\nignore = true\neffectiveUntil = 2029-01-01",
            &["GHSA-dddd-eeee-ffff"],
        ),
        (
            "[[PackageOverrides]]\nname = 'left-pad'\nignore = true\neffectiveUntil = 2029-01-01\n\
             [[PackageOverrides]]\nname = 'left-pad'\nvulnerability.ignore = true",
            &["GHSA-dddd-eeee-ffff"],
        ),
        ("[[PackageOverrides]]\necosystem = 'npm'\nignore = true", &["GHSA-dddd-eeee-ffff"]),
        ("[[PackageOverrides]]\necosystem = 'Debian:12'\nignore = true", &["CVE-2030-0002"]),
        ("[[PackageOverrides]]\necosystem = 'Debian'\nignore = true", &["CVE-2030-0002"]),
        // zlib1g is built from zlib.
        ("[[PackageOverrides]]\nname = 'zlib'\nignore = true", &["CVE-2030-0002"]),
        (
            "[[PackageOverrides]]\nname = 'zl.+'\nnameIsRegex = true\nignore = true",
            &["CVE-2030-0002"],
        ),
        ("[[PackageOverrides]]\nname = 'zlib1g'\nignore = true", &[]),
        ("[[PackageOverrides]]\necosystem = 'Debian:11'\nignore = true", &[]),
        ("[[PackageOverrides]]\necosystem = 'Ubuntu'\nignore = true", &[]),
        ("[[PackageOverrides]]\necosystem = 'Ubuntu:22.04:LTS'\nignore = true", &[]),
        ("[[PackageOverrides]]\necosystem = 'Echo'\nignore = true", &[]),
        ("[[PackageOverrides]]\ngroup = 'dev'\nignore = true", &["GHSA-dddd-eeee-ffff"]),
        (
            "[[PackageOverrides]]\nname = 'left-pad'\nignore = true\neffectiveUntil = 2030-02-01",
            &[],
        ),
        ("GoVersionOverride = '1.20'", &[]),
    ] {
        let file = rules(IgnoreFormat::OsvScanner, text);
        assert_eq!(suppressed(&applied(&file)), ids, "{text}");
    }
}

#[test]
fn what_cannot_be_a_rule_of_osv_scanner_is_an_error_with_its_line() {
    for (text, line) in [
        ("[[IgnoredVulns]]\nreason = 'so'", None),
        ("[[IgnoredVulns]]\nid = 'A'\nignoreUntil = 'soon'", Some(3)),
        ("[[IgnoredVuln]]\nid = 'CVE-2030-0003'", Some(1)),
        ("[[ignoredVulns]]\nid = 'CVE-2030-0003'", Some(1)),
        ("GoVersionOverride = '1.21'\nignoredVuln = 1", Some(2)),
        ("[[PackageOverrides]]\nignore = true", None),
        ("[[PackageOverrides]]\necosystem = 'Floppy'\nignore = true", None),
        ("[[PackageOverrides]]\necosystem = 'npm:1'\nignore = true", None),
        ("[[PackageOverrides]]\nname = 'a['\nnameIsRegex = true", None),
        ("IgnoredVulns = [", Some(1)),
    ] {
        match read(IgnoreFormat::OsvScanner, text) {
            Err(Error::Syntax { line: told, .. } | Error::Rule { line: told, .. }) => {
                assert_eq!(told, line, "{text}");
            }
            other => panic!("{text}: {other:?}"),
        }
    }
}

#[test]
fn limits_hold() {
    let limits = Limits { max_file_bytes: 8, max_rules: 2, ..Limits::default() };
    let read = |text: &str| IgnoreFile::read("x", IgnoreFormat::Trivy, text.as_bytes(), &limits);
    assert!(read("A\nB").is_ok());
    assert_eq!(read("A\nB\nC").unwrap_err(), Error::LimitExceeded { limit: "rules", max: 2 });
    assert_eq!(read("123456789").unwrap_err(), Error::LimitExceeded { limit: "bytes", max: 8 });
    let bytes = IgnoreFile::read("x", IgnoreFormat::Trivy, b"A\xff", &limits);
    assert_eq!(bytes.unwrap_err(), Error::NotUtf8 { byte: 1 });
    assert_eq!(IDS.len(), 4);
}

mod properties {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn nothing_makes_a_reader_panic(text in "(?s).{0,400}|(vulnerabilities:\n)?([-{} a-z:\\[\\]\"',*&!|>\n]{0,200})") {
            for format in [
                IgnoreFormat::Trivy,
                IgnoreFormat::TrivyYaml,
                IgnoreFormat::Grype,
                IgnoreFormat::OsvScanner,
            ] {
                let _ = read(format, &text);
            }
        }
    }
}
