//! The command from outside: what it prints, where, and how it exits.
//!
//! It scans the image of the quick start against the advisories beside it, so every figure here
//! can be read off those files.
#![expect(clippy::expect_used, clippy::unwrap_used, reason = "a test fails by panicking")]

#[path = "support/archive.rs"]
mod archive;
#[path = "support/command.rs"]
mod command;

use std::collections::BTreeSet;
use std::fs::{self, OpenOptions};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::LazyLock;

use archive::tar;
use sealift_tests::{project, stderr};
use serde_json::Value;
use tempfile::TempDir;

const IMAGE: &str = "oci:examples/image:demo";

/// What `--format` takes.
const FORMATS: [&str; 10] = [
    "table",
    "json",
    "cyclonedx",
    "spdx-json",
    "spdx",
    "sarif",
    "junit",
    "markdown",
    "gitlab",
    "github",
];

/// Package and vulnerability of every finding in the example image.
const FINDINGS: &[(&str, &[&str])] = &[
    ("Django", &["CVE-2021-33203", "CVE-2021-33571", "CVE-2021-35042"]),
    ("axios", &["CVE-2020-28168", "CVE-2021-3749"]),
    ("gzip", &["CVE-2022-1271"]),
    ("libexpat1", &["CVE-2022-40674"]),
    ("liblzma5", &["CVE-2022-1271"]),
    ("libssl1.1", &["CVE-2021-3711", "CVE-2021-3712", "CVE-2021-4160", "CVE-2022-0778"]),
    ("lodash", &["CVE-2020-28500", "CVE-2020-8203", "CVE-2021-23337"]),
    ("minimist", &["CVE-2020-7598", "CVE-2021-44906"]),
    ("openssl", &["CVE-2021-3711", "CVE-2021-3712", "CVE-2021-4160", "CVE-2022-0778"]),
    (
        "org.apache.logging.log4j:log4j-core",
        &["CVE-2021-44228", "CVE-2021-44832", "CVE-2021-45046", "CVE-2021-45105"],
    ),
    ("urllib3", &["CVE-2021-33503"]),
    ("zlib1g", &["CVE-2018-25032", "CVE-2022-37434"]),
];

#[test]
fn every_finding_of_the_example_and_no_other() {
    let report = json(&["image", IMAGE]);
    let found: BTreeSet<(String, String)> = findings(&report)
        .map(|finding| (text(&finding["PkgName"]), text(&finding["VulnerabilityID"])))
        .collect();
    let expected: BTreeSet<(String, String)> = FINDINGS
        .iter()
        .flat_map(|(name, ids)| ids.iter().map(|id| ((*name).to_owned(), (*id).to_owned())))
        .collect();
    assert_eq!(found, expected);
    assert_eq!(findings(&report).count(), expected.len(), "a finding stands there twice");
}

#[test]
fn log4shell_is_told_in_full() {
    let report = json(&["image", IMAGE]);
    let finding = findings(&report)
        .find(|finding| finding["VulnerabilityID"] == "CVE-2021-44228")
        .expect("CVE-2021-44228 is found");
    assert_eq!(finding["InstalledVersion"], "2.14.1");
    assert_eq!(finding["Severity"], "CRITICAL");
    assert!(text(&finding["FixedVersion"]).contains("2.15.0"), "{finding}");
    let path = text(&finding["PkgPath"]);
    assert!(path.contains("shop.jar/") && path.ends_with("/log4j-core-2.14.1.jar"), "{path}");
    let paths = text(&finding["Paths"][0]);
    assert!(paths.contains("shop.jar:") && paths.ends_with("/log4j-core-2.14.1.jar"), "{paths}");
    let package = packages(&report)
        .find(|package| package["Identifier"]["UID"] == finding["PkgIdentifier"]["UID"])
        .expect("the package is found by its UID");
    assert_eq!(package["FilePath"], finding["PkgPath"]);
    assert!(finding["Layer"]["DiffID"].is_string(), "{finding}");
    assert!(!finding["KEV"].is_null(), "{finding}");
    assert_eq!(finding["RecordIDs"], serde_json::json!(["GHSA-jfh8-c2jp-5v3q"]));
}

/// `ini` is taken away by a whiteout, of `curl` only the configuration is left.
#[test]
fn what_was_removed_is_not_reported() {
    let report = json(&["image", IMAGE]);
    let names: BTreeSet<String> = packages(&report).map(|package| text(&package["Name"])).collect();
    assert!(names.contains("lodash") && names.contains("bash"), "{names:?}");
    assert!(!names.contains("ini") && !names.contains("curl"), "{names:?}");
}

#[test]
fn exit_status_follows_the_findings_that_are_asked_for() {
    let status = |flags: &[&str]| scan(&[&["image", IMAGE], flags].concat()).status.code();
    assert_eq!(status(&[]), Some(0));
    assert_eq!(status(&["--severity", "CRITICAL", "--exit-code", "1"]), Some(1));
    assert_eq!(status(&["--severity", "critical,HIGH", "--exit-code=7"]), Some(7));
    assert_eq!(status(&["--severity", "LOW", "--exit-code", "1"]), Some(0));
    assert_eq!(status(&["--severity", "CRITICAL", "--exit-code", "0"]), Some(0));
}

#[test]
fn severities_are_an_exact_list_and_what_they_hide_is_counted() {
    let output = scan(&["image", IMAGE, "--format", "json", "--severity", "CRITICAL"]);
    let report = parse(&output);
    assert!(findings(&report).count() > 0);
    assert!(findings(&report).all(|finding| finding["Severity"] == "CRITICAL"));
    let said = stderr(&output);
    assert!(said.contains("HIGH") && said.contains("UNKNOWN"), "{said}");
}

#[test]
fn wrong_usage_exits_2_and_names_what_is_wrong() {
    for (arguments, names) in [
        (&["image"][..], "IMAGE"),
        (&["image", IMAGE, "--no-such-flag"], "--no-such-flag"),
        (&["image", IMAGE, "--format", "sausage"], "sausage"),
        (&["image", IMAGE, "--severity", "SEVERE"], "SEVERE"),
        (&["nonsense"], "nonsense"),
    ] {
        let output = sealift(arguments);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        let said = stderr(&output);
        assert!(said.contains(names), "{arguments:?} is not told about {names}:\n{said}");
        assert!(output.stdout.is_empty(), "{arguments:?} prints on stdout");
    }
}

/// What a peer has and this version does not is never passed over in silence.
#[test]
fn a_missing_feature_of_a_peer_is_told() {
    for (arguments, names) in [
        (&["image", IMAGE, "--compliance", "x"][..], "--compliance is not supported"),
        (&["image", IMAGE, "-t", "@x.tpl"], "--template is not supported"),
        (&["image", IMAGE, "--scanners", "vuln,bogus"], "bogus"),
        (&["image", IMAGE, "--format", "template"], "--format template is not supported"),
        (&["image", IMAGE, "--format", "syft-json"], "--format cyclonedx or spdx-json"),
        (&["convert", "x"], "convert is not supported"),
        (&["image", "nginx"], "nginx"),
    ] {
        let output = sealift(&[arguments, &["--quiet"]].concat());
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        assert!(stderr(&output).contains(names), "{arguments:?}: {}", stderr(&output));
    }
    let output =
        command(&["image", IMAGE, "--db", database()]).env("TRIVY_DISTRO", "v").output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(stderr(&output).contains("TRIVY_DISTRO"), "{}", stderr(&output));

    let mut wrong = command(&["image", IMAGE, "--db", database()]);
    let output = wrong.env("TRIVY_FORMAT", "spdx-tag-value").output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    for part in ["set by TRIVY_FORMAT", "--format spdx"] {
        assert!(stderr(&output).contains(part), "{}", stderr(&output));
    }

    let mut wrong = command(&["image", IMAGE, "--db", database()]);
    let output = wrong.env("TRIVY_SEVERITY", "SEVERE").output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(stderr(&output).contains("variable TRIVY_SEVERITY"), "{}", stderr(&output));

    let output = scan(&["image", IMAGE, "--scanners", "vuln,secret", "-f", "json"]);
    assert_eq!(parse(&output)["Notes"], serde_json::json!(["not scanned: secret"]));
    assert!(stderr(&output).contains("not scanned: secret"), "{}", stderr(&output));

    let config = ["--image-config-scanners", "misconfig,secret", "-f", "json"];
    let output = scan(&[&["image", IMAGE], &config[..]].concat());
    let notes =
        ["misconfig", "secret"].map(|it| format!("not scanned: {it} of the image's config"));
    assert_eq!(parse(&output)["Notes"], serde_json::json!(notes));
    let alone = ["--scanners", "secret", "--exit-code", "1"];
    let output = scan(&[&["image", IMAGE], &config[..], &alone].concat());
    assert_eq!(output.status.code(), Some(3), "{}", stderr(&output));

    let folder = TempDir::new().unwrap();
    fs::write(folder.path().join("trivy.yaml"), "severity: [HIGH]\n").unwrap();
    let mut there = command(&["fs", ".", "--db", database()]);
    let output = there.current_dir(folder.path()).output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    assert!(stderr(&output).contains("trivy.yaml"), "{}", stderr(&output));
}

/// What was not looked for is not told to be clean.
#[test]
fn a_kind_of_packages_that_was_not_looked_for_has_no_section() {
    let targets = |kinds: &str| -> Vec<String> {
        let report = json(&["image", IMAGE, "--pkg-types", kinds]);
        let results = report["Results"].as_array().unwrap().iter();
        results.map(|result| text(&result["Class"])).collect()
    };
    assert!(!targets("library").contains(&"os-pkgs".to_owned()));
    assert_eq!(targets("os"), ["os-pkgs"]);
}

/// Findings decide, whatever is written.
#[test]
fn an_sbom_is_gated_as_a_table_is() {
    for format in ["cyclonedx", "spdx-json"] {
        let gated = scan(&["image", IMAGE, "--format", format, "--exit-code", "4"]);
        assert_eq!(gated.status.code(), Some(4), "{format}");
        assert!(stderr(&gated).contains("lists packages"), "{}", stderr(&gated));
        let listed = sealift(&["image", IMAGE, "--format", format]);
        assert_eq!(listed.status.code(), Some(0), "{format}: {}", stderr(&listed));
        assert_eq!(listed.stdout, gated.stdout);
    }
}

/// What is found stands in every format that can tell of it.
#[test]
fn findings_are_in_the_reports_for_other_programs() {
    let ids: BTreeSet<&str> = FINDINGS.iter().flat_map(|(_, ids)| ids.iter().copied()).collect();
    for format in ["sarif", "junit", "markdown", "gitlab"] {
        let report = scan(&["image", IMAGE, "--format", format]);
        let text = String::from_utf8(report.stdout.clone()).unwrap();
        assert_eq!(report.status.code(), Some(0), "{format}: {}", stderr(&report));
        for id in &ids {
            assert!(text.contains(id), "{id} is not in {format}");
        }
    }
    let document = parse(&scan(&["image", IMAGE, "-f", "cyclonedx", "--scanners", "vuln"]));
    let listed = document["vulnerabilities"].as_array().unwrap();
    let listed: BTreeSet<&str> = listed.iter().map(|it| it["id"].as_str().unwrap()).collect();
    assert_eq!(listed, ids);
    let tags = scan(&["image", IMAGE, "--format", "spdx"]);
    assert!(String::from_utf8(tags.stdout).unwrap().starts_with("SPDXVersion: SPDX-2.3\n"));
}

/// What cosign attests as type `vuln`: the same for the same scan, with its day and its findings.
#[test]
fn a_predicate_for_cosign_is_printed() {
    let how = ["image", IMAGE, "--format", "cosign-vuln", "--as-of", "2026-01-02"];
    let printed = scan(&how);
    let predicate = parse(&printed);
    let day = serde_json::json!("2026-01-02T00:00:00Z");
    assert_eq!(predicate["metadata"]["scanStartedOn"], day);
    assert_eq!(predicate["metadata"]["scanFinishedOn"], day);
    assert!(text(&predicate["scanner"]["uri"]).starts_with("pkg:cargo/sealift@"));
    assert!(text(&predicate["scanner"]["db"]["version"]).starts_with("20"));
    let result = &predicate["scanner"]["result"];
    let report = json(&["image", IMAGE, "--format", "json", "--as-of", "2026-01-02"]);
    assert_eq!(result["SchemaVersion"], 2);
    assert_eq!(findings(result).count(), findings(&report).count());
    assert_ne!(findings(result).count(), 0);
    assert_eq!(scan(&how).stdout, printed.stdout);
}

/// An archive of `docker save` has no manifest, so none is named; tags are its own words.
#[test]
fn an_archive_of_docker_save_has_an_id_and_no_digest() {
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("image.tar");
    let layer = tar(&[("etc/os-release", b"ID=debian\nVERSION_ID=11\n")]);
    let diff_id = sealift_model::Digest::sha256_of(&layer);
    let config = serde_json::json!({
        "architecture": "amd64",
        "os": "linux",
        "config": {},
        "rootfs": {"type": "layers", "diff_ids": [diff_id.to_string()]},
    });
    let manifest =
        br#"[{"Config":"config.json","RepoTags":["example.org/a:1"],"Layers":["l.tar"]}]"#;
    let config = config.to_string();
    let files = [("manifest.json", &manifest[..]), ("config.json", config.as_bytes())];
    fs::write(&file, tar(&[&files[..], &[("l.tar", &layer)]].concat())).unwrap();

    let output = scan(&["image", "--input", file.to_str().unwrap(), "--format", "json"]);
    let metadata = &parse(&output)["Metadata"];
    let id = sealift_model::Digest::sha256_of(config.as_bytes()).to_string();
    assert_eq!(metadata["ImageID"], *id);
    assert_eq!(metadata["RepoTags"], serde_json::json!(["example.org/a:1"]));
    assert!(metadata["ManifestDigest"].is_null() && metadata["Layers"][0]["Digest"].is_null());
    assert!(stderr(&output).contains(&format!("scanned the image with id {id}")));

    let metadata = &json(&["image", IMAGE])["Metadata"];
    assert!(metadata["ManifestDigest"].is_string() && metadata["Layers"][0]["Digest"].is_string());
    assert!(metadata["RepoTags"].is_null(), "a layout's tag is no repository's");
}

#[test]
fn what_is_not_there_exits_2_and_is_named() {
    let missing = "./no-such-file";
    for arguments in [
        &["image", "oci:./no-such-file"][..],
        &["image", "oci:./no-such-file:latest"],
        &["image", "docker-archive:./no-such-file"],
        &["image", missing],
        &["fs", missing],
        &["rootfs", missing],
        &["sbom", missing],
    ] {
        let output = scan(arguments);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        assert!(stderr(&output).contains("no-such-file"), "{arguments:?}: {}", stderr(&output));
    }
    let output = sealift(&["image", IMAGE, "--db", missing]);
    assert_eq!(output.status.code(), Some(2));
    assert!(stderr(&output).contains(missing), "{}", stderr(&output));
    let output = scan(&["image", "oci:examples/image:no-such-tag"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(stderr(&output).contains("no-such-tag"), "{}", stderr(&output));
}

/// Nothing is looked for on the network or in an engine behind a user's back.
#[test]
fn a_bound_is_told_with_what_to_do() {
    let folder = TempDir::new().unwrap();
    let write = |name: &str, text: &str| fs::write(folder.path().join(name), text).unwrap();
    write("oci-layout", r#"{"imageLayoutVersion":"1.0.0"}"#);
    let digest = "0".repeat(64);
    let manifest = format!(
        r#"{{"mediaType":"application/vnd.oci.image.manifest.v1+json","digest":"sha256:{digest}","size":99999999}}"#
    );
    write("index.json", &format!(r#"{{"schemaVersion":2,"manifests":[{manifest}]}}"#));
    let output = scan(&["image", &format!("oci:{}", folder.path().display())]);
    let said = stderr(&output);
    assert_eq!(output.status.code(), Some(2));
    assert!(said.contains("limit exceeded") && said.contains("hint: the libraries can"), "{said}");
}

#[test]
fn a_bare_name_is_not_a_path() {
    let output = scan(&["image", "examples/image"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(stderr(&output).contains("examples/image"), "{}", stderr(&output));
}

#[test]
fn a_report_can_go_to_a_file() {
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("report.json");
    let path = file.to_str().unwrap();
    let output = scan(&["image", IMAGE, "--format", "json", "--output", path]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    assert!(output.stdout.is_empty());
    assert_eq!(fs::read(&file).unwrap(), scan(&["image", IMAGE, "-f", "json"]).stdout);
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "something else is left behind");

    let nowhere = folder.path().join("none/report.json");
    let output = scan(&["image", IMAGE, "--output", nowhere.to_str().unwrap()]);
    assert_eq!(output.status.code(), Some(2));
    assert!(stderr(&output).contains("none/report.json"), "{}", stderr(&output));
    assert!(!stderr(&output).contains("at path"), "{}", stderr(&output));
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_an_error() {
    let output = scan(&["image", IMAGE, "--output", "/dev/full"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(stderr(&output).contains("/dev/full"), "{}", stderr(&output));

    let full = OpenOptions::new().write(true).open("/dev/full").unwrap();
    let output = command(&["image", IMAGE, "--db", database()])
        .stdout(full)
        .stderr(Stdio::piped())
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(!output.stderr.is_empty());
}

#[test]
fn a_reader_that_has_seen_enough_is_no_error() {
    let mut child = command(&["image", IMAGE, "--format", "json", "--db", database()])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
}

#[cfg(target_os = "linux")]
/// Messages decide nothing: not where nobody can read them, either.
#[test]
fn messages_that_cannot_be_written_change_no_status() {
    for arguments in [&["image", "./nowhere", "--db", "nowhere"][..], &["verify", "--key", "none"]]
    {
        let full = OpenOptions::new().write(true).open("/dev/full").unwrap();
        let status = command(arguments).stderr(full).stdout(Stdio::null()).status().unwrap();
        assert_eq!(status.code(), Some(2), "{arguments:?}");
    }
}

#[test]
fn quiet_says_nothing_on_stderr() {
    let output = scan(&["image", IMAGE, "--quiet"]);
    assert_eq!(stderr(&output), "");
    assert!(!output.stdout.is_empty());
}

#[test]
fn the_same_bytes_whatever_the_number_of_threads() {
    for format in FORMATS {
        let with = |threads| {
            // Some formats say when the scan was.
            let now = ["--as-of", "2026-01-31"];
            let scanned = ["image", IMAGE, "--format", format, "--threads", threads];
            let output = scan(&[&scanned[..], &now].concat());
            assert_eq!(output.status.code(), Some(0), "{format}: {}", stderr(&output));
            output.stdout
        };
        let one = with("1");
        assert!(!one.is_empty(), "{format}");
        for threads in ["1", "2", "5"] {
            assert_eq!(with(threads), one, "{format} with {threads} threads");
        }
    }
}

/// What an image lists is found again in its own SBOM.
#[test]
fn an_sbom_has_the_findings_of_its_image() {
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("sbom.json");
    let path = file.to_str().unwrap();
    let output = scan(&["image", IMAGE, "--format", "cyclonedx", "--output", path]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let ids = |report: &Value| -> BTreeSet<(String, String)> {
        findings(report)
            .map(|finding| (text(&finding["PkgName"]), text(&finding["VulnerabilityID"])))
            .collect()
    };
    assert_eq!(ids(&json(&["sbom", path])), ids(&json(&["image", IMAGE])));
}

#[test]
fn a_distribution_without_advisories_is_told() {
    let root = TempDir::new().unwrap();
    write(root.path(), "etc/os-release", "ID=debian\nVERSION_ID=\"12\"\n");
    write(root.path(), "var/lib/dpkg/status", &paragraph("zlib1g", "1:1.2.13.dfsg-1"));
    let output = scan(&["rootfs", root.path().to_str().unwrap(), "--exit-code", "1"]);
    assert_eq!(output.status.code(), Some(3), "{}", stderr(&output));
    let said = stderr(&output) + &String::from_utf8_lossy(&output.stdout);
    assert!(said.contains("no advisories for Debian:12 in this database"), "{said}");
    assert!(said.contains("not matched: 1 packages of Debian:12: "), "{said}");
    // Where its packages were not to be matched, nothing is missing.
    let path = root.path().to_str().unwrap();
    let left = ["rootfs", path, "--exit-code", "1"];
    for more in ["--allow-incomplete", "--pkg-types=library"] {
        let output = scan(&[&left[..], &[more]].concat());
        assert_eq!(output.status.code(), Some(0), "{more}: {}", stderr(&output));
    }
    write(root.path(), "etc/os-release", "ID=centos\nVERSION_ID=\"7\"\n");
    let report = json(&["rootfs", path]);
    assert!(report["Diagnostics"].to_string().contains("OSV publishes no advisories"), "{report}");
}

/// A release that is not known is none that has no vulnerabilities.
#[test]
fn packages_of_an_unknown_release_are_told_and_gated() {
    let folder = TempDir::new().unwrap();
    let document = r#"{"bomFormat":"CycloneDX","specVersion":"1.6","components":[{"type":"library",
        "name":"expat","version":"2.2.6-r0","purl":"pkg:apk/alpine/expat@2.2.6-r0?arch=x86_64"}]}"#;
    write(folder.path(), "bom.json", document);
    let path = folder.path().join("bom.json");
    let output = scan(&["sbom", path.to_str().unwrap(), "--exit-code", "1"]);
    assert_eq!(output.status.code(), Some(3), "{}", stderr(&output));
    assert!(stderr(&output).contains("its release is not known"), "{}", stderr(&output));
}

/// A database that is cut in the middle is told, what could be read of it is still matched, and a
/// gate does not open for it.
#[test]
fn an_unreadable_package_database_is_told_and_gated() {
    let root = TempDir::new().unwrap();
    write(root.path(), "etc/os-release", "ID=debian\nVERSION_ID=\"11\"\n");
    let status = paragraph("gzip", "1.10-4") + "Package: broken\nStatus: install ok";
    write(root.path(), "var/lib/dpkg/status", &status);
    let path = root.path().to_str().unwrap();
    let output = scan(&["rootfs", path, "--format", "json"]);
    assert_eq!(output.status.code(), Some(0));
    let report = parse(&output);
    assert!(findings(&report).any(|finding| finding["PkgName"] == "gzip"));
    let diagnostics = report["Diagnostics"].as_array().expect("diagnostics");
    assert!(!diagnostics.is_empty());
    assert!(stderr(&output).contains("var/lib/dpkg/status"), "{}", stderr(&output));
}

/// Nothing found and nothing read look the same, and only one of them may pass.
#[test]
fn a_distribution_without_a_package_database_is_incomplete() {
    for (id, reason) in [("debian", "the database of dpkg is missing"), ("arch", "no others")] {
        let root = TempDir::new().unwrap();
        write(root.path(), "etc/os-release", &format!("ID={id}\nVERSION_ID=\"11\"\n"));
        write(root.path(), "var/lib/dpkg/status", "");
        let path = root.path().to_str().unwrap();
        let status = |flags: &[&str]| {
            let output = scan(&[&["rootfs", path], flags].concat());
            (output.status.code(), stderr(&output).contains(reason))
        };
        assert_eq!(status(&[]), (Some(0), true), "{id}");
        assert_eq!(status(&["--exit-code", "1"]), (Some(3), true), "{id}");
        assert_eq!(status(&["--exit-code", "1", "--allow-incomplete"]), (Some(0), true), "{id}");
        let of_languages = status(&["--exit-code", "1", "--pkg-types", "library"]);
        assert_eq!(of_languages, (Some(0), false), "{id}");
    }
    // Made from scratch.
    let root = TempDir::new().unwrap();
    write(root.path(), "app", "");
    let output = scan(&["rootfs", root.path().to_str().unwrap(), "--exit-code", "1"]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
}

#[test]
fn a_file_that_nothing_is_read_from_is_an_error() {
    let root = TempDir::new().unwrap();
    let lock =
        r#"{"lockfileVersion": 3, "packages": {"node_modules/lodash": {"version": "4.17.15"}}}"#;
    write(root.path(), "package-lock.json", lock);
    write(root.path(), "lock.json", lock);
    let fs =
        |name: &str| scan(&["fs", root.path().join(name).to_str().unwrap(), "--exit-code", "1"]);
    assert_eq!(fs("package-lock.json").status.code(), Some(1));
    let output = fs("lock.json");
    assert_eq!(output.status.code(), Some(2));
    assert!(stderr(&output).contains("lock.json: not a file that packages are read from"));
    // To pass for such a file alone would be to say that nothing is in it.
    write(root.path(), "environment.yml", "dependencies:\n- openssl=1.1.1k\n");
    let output = fs("environment.yml");
    assert_eq!(output.status.code(), Some(3), "{}", stderr(&output));
    // pip takes requirements under any name.
    write(root.path(), "pins.txt", "lodash==4.17.15\n-r more.txt\n");
    let pins = root.path().join("pins.txt");
    let output =
        scan(&["fs", pins.to_str().unwrap(), "--list-all-pkgs", "-f", "json", "--skip-files", "x"]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    assert!(String::from_utf8_lossy(&output.stdout).contains("pkg:pypi/lodash@4.17.15"));
    assert!(stderr(&output).contains("\"more.txt\" is included, but not read"));
    assert!(!stderr(&output).contains("left out nothing"));
}

#[test]
fn what_is_skipped_may_be_named_from_the_working_directory() {
    let root = TempDir::new().unwrap();
    let lock =
        r#"{"lockfileVersion": 3, "packages": {"node_modules/lodash": {"version": "4.17.15"}}}"#;
    write(root.path(), "shop/app/package-lock.json", lock);
    let absolute = root.path().join("shop/app/package-lock.json");
    for (flag, pattern, status) in [
        ("--skip-files", "app/package-lock.json", 0),
        ("--skip-files", "shop/app/package-lock.json", 0),
        ("--skip-files", absolute.to_str().unwrap(), 0),
        ("--skip-dirs", "./shop/app", 0),
        ("--skip-dirs", "shop/nothing", 1),
    ] {
        let database = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(database());
        let arguments = ["fs", "shop", "--exit-code", "1", flag, pattern, "--db"];
        let mut command = command(&arguments);
        let output = command.arg(database).current_dir(root.path()).output().unwrap();
        assert_eq!(output.status.code(), Some(status), "{pattern}: {}", stderr(&output));
        let told = stderr(&output).contains("left out nothing that is read");
        assert_eq!(told, status == 1, "{pattern}: {}", stderr(&output));
    }
}

/// Whatever form an SBOM has, it has the same findings, also from standard input.
#[test]
fn an_sbom_is_read_in_each_form_that_is_written() {
    let folder = TempDir::new().unwrap();
    let expected = findings(&json(&["image", IMAGE])).count();
    for format in ["cyclonedx", "spdx-json", "spdx"] {
        let file = folder.path().join(format);
        let path = file.to_str().unwrap();
        let output = scan(&["image", IMAGE, "--format", format, "--output", path]);
        assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
        assert_eq!(findings(&json(&["sbom", path])).count(), expected, "{format}");
        let arguments = ["sbom", "-", "--format", "json", "--db", database()];
        let output = command(&arguments).stdin(fs::File::open(&file).unwrap()).output().unwrap();
        assert_eq!(findings(&parse(&output)).count(), expected, "{format}: {}", stderr(&output));
    }
}

#[test]
fn control_characters_of_a_target_never_reach_a_terminal() {
    let root = TempDir::new().unwrap();
    let folder = "srv/\u{1b}[31mred\u{202e}/node_modules/lodash";
    let manifest = r#"{"name": "lodash", "version": "4.17.15"}"#;
    write(root.path(), &format!("{folder}/package.json"), manifest);
    write(root.path(), "srv/\u{1b}[2J/node_modules/x/package.json", "{ no json");
    let path = root.path().to_str().unwrap();
    for format in FORMATS {
        let output = scan(&["rootfs", path, "--format", format]);
        assert_eq!(output.status.code(), Some(0), "{format}: {}", stderr(&output));
        for (place, bytes) in [("stdout", &output.stdout), ("stderr", &output.stderr)] {
            let said = String::from_utf8_lossy(bytes);
            assert!(!said.contains('\u{1b}'), "{format}: an escape character on {place}");
            assert!(!said.contains('\u{202e}'), "{format}: a bidi mark on {place}");
        }
    }
}

#[test]
fn a_damaged_database_is_an_error() {
    let folder = TempDir::new().unwrap();
    let whole = fs::read(database()).unwrap();
    let file = folder.path().join("damaged.db");
    let path = file.to_str().unwrap();
    let mut flipped = whole.clone();
    let last = flipped.len() - 1;
    flipped[last] ^= 1;
    for (what, bytes) in [
        ("empty", &[][..]),
        ("cut", &whole[..whole.len() / 2]),
        ("foreign", b"SQLite format 3\0 and more"),
        ("flipped", &flipped),
    ] {
        fs::write(&file, bytes).unwrap();
        let output = sealift(&["db", "verify", path]);
        assert_eq!(output.status.code(), Some(2), "{what}: {}", stderr(&output));
        assert!(stderr(&output).contains("damaged.db"), "{what}: {}", stderr(&output));
    }
    assert_eq!(sealift(&["db", "verify", database()]).status.code(), Some(0));
}

#[test]
fn a_database_tells_what_it_holds() {
    let output = sealift(&["db", "info", database()]);
    let said = String::from_utf8(output.stdout).unwrap();
    for ecosystem in ["Debian:11", "Maven", "npm", "PyPI"] {
        assert!(said.contains(ecosystem), "{ecosystem} is not in:\n{said}");
    }
}

/// The same advisories give the same bytes at the same time.
#[test]
fn a_database_is_built_reproducibly() {
    let folder = TempDir::new().unwrap();
    let built = |name: &str, threads: &str| {
        let file = folder.path().join(name);
        build(&file, &["--threads", threads]);
        fs::read(file).unwrap()
    };
    assert_eq!(built("one.db", "1"), built("two.db", "2"));
}

/// A number of the command line's own flags in Go's style, short forms and variables.
#[test]
fn flags_are_read_as_the_peers_write_them() {
    let report = scan(&["image", IMAGE, "-f", "json", "-q=true", "--list-all-pkgs=false"]);
    assert_eq!(stderr(&report), "");
    let with_variable = command(&["image", IMAGE, "--db", database()])
        .env("SEALIFT_FORMAT", "json")
        .output()
        .unwrap();
    assert!(parse(&with_variable)["Results"].is_array());
    let harmless = scan(&["image", IMAGE, "--skip-version-check"]);
    assert_eq!(harmless.status.code(), Some(0));
    assert!(stderr(&harmless).contains("--skip-version-check"));
}

/// The database of the example advisories, built once.
fn database() -> &'static str {
    static DATABASE: LazyLock<PathBuf> = LazyLock::new(|| {
        let file = Path::new(env!("CARGO_TARGET_TMPDIR")).join("example-advisories.db");
        build(&file, &[]);
        file
    });
    DATABASE.to_str().expect("a path of UTF-8")
}

fn build(file: &Path, flags: &[&str]) {
    let output = command(&["db", "build", "--from", "examples/advisories", "--output"])
        .arg(file)
        .args(flags)
        .env("SOURCE_DATE_EPOCH", "1640995200")
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
}

/// Scans against the example advisories.
fn scan(arguments: &[&str]) -> Output {
    sealift(&[arguments, &["--db", database()]].concat())
}

fn json(arguments: &[&str]) -> Value {
    parse(&scan(&[arguments, &["--format", "json"]].concat()))
}

fn sealift(arguments: &[&str]) -> Output {
    command(arguments).output().unwrap()
}

/// The command in the project's root, with no variable but those that a test sets.
fn command(arguments: &[&str]) -> Command {
    command::sealift(project(), arguments)
}

fn parse(output: &Output) -> Value {
    serde_json::from_slice(&output.stdout).unwrap_or_else(|error| {
        assert_eq!(stderr(output), "", "no JSON on stdout: {error}");
        Value::Null
    })
}

fn findings(report: &Value) -> impl Iterator<Item = &Value> {
    each(report, "Vulnerabilities")
}

fn packages(report: &Value) -> impl Iterator<Item = &Value> {
    each(report, "Packages")
}

fn each<'r>(report: &'r Value, field: &'static str) -> impl Iterator<Item = &'r Value> {
    let results = report["Results"].as_array().into_iter().flatten();
    results.flat_map(move |result| result[field].as_array().into_iter().flatten())
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

fn paragraph(name: &str, version: &str) -> String {
    format!(
        "Package: {name}\nStatus: install ok installed\nArchitecture: amd64\nVersion: {version}\n\n"
    )
}

fn write(root: &Path, path: &str, content: &str) {
    let path = root.join(path);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, content).unwrap();
}
