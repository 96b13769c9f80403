//! What does not count, and the gate, from outside: the image of the quick start against the
//! advisories beside it.
#![expect(clippy::indexing_slicing, clippy::unwrap_used, reason = "a test fails by panicking")]

#[path = "support/command.rs"]
mod command;

use std::fs;
use std::process::Output;

use sealift_tests::instance::{Instance, KeyKind, Layout, Recipe, SimpleSignature, simple_signing};
use sealift_tests::{project, stderr, stdout};
use serde_json::{Value, json};
use tempfile::TempDir;

/// A folder with a database, in which the command is run.
struct World {
    folder: TempDir,
}

impl World {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let world = Self { folder };
        let project = project();
        let from = project.join("examples/advisories");
        let built = world.run(&["db", "build", "--output", "db", "--from", from.to_str().unwrap()]);
        assert_eq!(built.status.code(), Some(0), "{}", stderr(&built));
        world
    }

    fn write(&self, name: &str, content: &str) -> &Self {
        fs::write(self.folder.path().join(name), content).unwrap();
        self
    }

    fn run(&self, arguments: &[&str]) -> Output {
        command::sealift(&self.folder, arguments).output().unwrap()
    }

    /// Scans, or gates, the image of the quick start.
    fn image(&self, verb: &str, flags: &[&str]) -> Output {
        let image = format!("oci:{}:demo", project().join("examples/image").display());
        let as_of = ["--db", "db", "--as-of", "2022-01-31"];
        self.run(&[&[verb, &image], &as_of[..], flags].concat())
    }

    fn ids(&self, flags: &[&str]) -> Vec<String> {
        let output = self.image("image", &[&["--format", "json"], flags].concat());
        assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
        let report: Value = serde_json::from_slice(&output.stdout).unwrap();
        let results = report["Results"].as_array().unwrap();
        let found = results.iter().flat_map(|it| it["Vulnerabilities"].as_array().into_iter());
        found.flatten().map(|it| it["VulnerabilityID"].as_str().unwrap().to_owned()).collect()
    }
}

const LOG4SHELL: &str = "CVE-2021-44228";

#[test]
fn trivyignore_of_the_working_directory_counts_and_is_named() {
    let world = World::new();
    let all = world.ids(&[]);
    assert!(all.contains(&LOG4SHELL.to_owned()));
    world.write(".trivyignore", &format!("# known\n{LOG4SHELL}\nCVE-1999-0001\n"));
    let left = world.ids(&[]);
    assert_eq!(left.len(), all.len() - 1);
    assert!(!left.contains(&LOG4SHELL.to_owned()));

    let told = stderr(&world.image("image", &[]));
    for line in [
        "ignored by .trivyignore: 2 rules",
        "suppressed: 1, listed with --show-suppressed",
        "1 rules and statements take nothing out, see --debug",
    ] {
        assert!(told.contains(line), "{line}: {told}");
    }
    let all_told = stderr(&world.image("image", &["--debug"]));
    assert!(
        all_told.contains(".trivyignore: line 3: CVE-1999-0001: no such finding"),
        "{all_told}"
    );
    assert_eq!(stderr(&world.image("image", &["--quiet"])), "");
}

#[test]
fn another_file_counts_instead_and_must_be_there() {
    let world = World::new();
    let all = world.ids(&[]).len();
    world.write(".trivyignore", "CVE-2021-45046\n").write("mine", &format!("{LOG4SHELL}\n"));
    assert!(world.ids(&["--ignorefile", "mine"]).contains(&"CVE-2021-45046".to_owned()));
    world.write("mine.yaml", &format!("vulnerabilities:\n- id: {LOG4SHELL}\n"));
    assert_eq!(world.ids(&["--ignorefile", "mine.yaml"]).len(), all - 1);
    for (flags, named) in [
        (&["--ignorefile", "none"][..], "hint: check that the file is there"),
        (&["--vex", "none.json"], "none.json"),
        (&["--vex", "repo"], "--vex repo"),
        (&["--policy-file", "none.toml"], "none.toml"),
    ] {
        let output = world.image("image", flags);
        assert_eq!(output.status.code(), Some(2), "{flags:?}");
        assert!(stderr(&output).contains(named), "{flags:?}: {}", stderr(&output));
    }
}

#[test]
fn what_cannot_be_read_of_a_file_is_told_with_its_place() {
    let world = World::new();
    world.write(".trivyignore", &format!("{LOG4SHELL} exp:2030-13-01\n"));
    assert!(world.ids(&[]).contains(&LOG4SHELL.to_owned()), "it shows again");
    let told = stderr(&world.image("image", &[]));
    assert!(told.contains("warning: .trivyignore: line 1: 2030-13-01 is no day"), "{told}");
    world.write("bad.yaml", "vulnerabilities:\n- purls: [x]\n");
    let output = world.image("image", &["--ignorefile", "bad.yaml"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(
        stderr(&output).contains("bad.yaml: vulnerabilities[0].purls[0]"),
        "{}",
        stderr(&output)
    );
}

#[test]
fn an_expired_rule_counts_no_more_and_says_so() {
    let world = World::new();
    world.write(".trivyignore", &format!("{LOG4SHELL} exp:2022-01-31\n"));
    assert!(world.ids(&[]).contains(&LOG4SHELL.to_owned()));
    let told = stderr(&world.image("image", &[]));
    assert!(told.contains("expired on 2022-01-31, 1 findings show again"), "{told}");
}

/// CycloneDX, "BOM-Link": a statement about an element of one SBOM says nothing of another that
/// lists the same package.
#[test]
fn a_link_to_a_document_counts_where_that_document_is_scanned() {
    let world = World::new();
    let purl = "pkg:maven/org.apache.logging.log4j/log4j-core@2.14.1";
    let serial = "3e671687-395b-41f5-a30f-a58921a69b79";
    let sbom = json!({"bomFormat": "CycloneDX", "specVersion": "1.5", "version": 2,
        "serialNumber": format!("urn:uuid:{serial}"),
        "components": [{"type": "library", "name": "log4j-core", "purl": purl}]});
    world.write("own.cdx.json", &sbom.to_string());
    for (link, counts) in [
        (format!("urn:cdx:{serial}/2"), true),
        (format!("urn:cdx:{serial}/1"), false),
        ("urn:cdx:00000000-395b-41f5-a30f-a58921a69b79/2".to_owned(), false),
    ] {
        let vex = json!({"bomFormat": "CycloneDX", "specVersion": "1.5", "version": 1,
            "vulnerabilities": [{"id": LOG4SHELL, "analysis": {"state": "not_affected"},
                                 "affects": [{"ref": format!("{link}#{purl}")}]}]});
        world.write("vex.json", &vex.to_string());
        let flags = ["--db", "db", "--as-of", "2022-01-31", "--vex", "vex.json"];
        let output = world.run(&[&["sbom", "own.cdx.json"], &flags[..]].concat());
        assert_eq!(!stdout(&output).contains(LOG4SHELL), counts, "{link}: {}", stderr(&output));
        assert!(world.ids(&["--vex", "vex.json"]).contains(&LOG4SHELL.to_owned()));
    }
}

#[test]
fn a_vex_document_takes_out_what_it_is_about_and_near_misses_are_told() {
    let world = World::new();
    let statement = |version: &str| {
        json!({"@context": "https://openvex.dev/ns/v0.2.0", "timestamp": "2022-01-01T00:00:00Z",
               "statements": [{"vulnerability": {"name": LOG4SHELL}, "status": "not_affected",
                               "justification": "vulnerable_code_not_present",
                               "products": [format!("pkg:maven/org.apache.logging.log4j/log4j-core@{version}")]}]})
        .to_string()
    };
    world.write("vex.json", &statement("2.14.1")).write("near.json", &statement("2.14.0"));
    assert!(!world.ids(&["--vex", "vex.json"]).contains(&LOG4SHELL.to_owned()));
    assert!(world.ids(&["--vex", "near.json"]).contains(&LOG4SHELL.to_owned()));
    let told = stderr(&world.image("image", &["--vex", "near.json"]));
    assert!(told.contains("but the version is 2.14.1 and not 2.14.0"), "{told}");

    let shown = world.image("image", &["-f", "json", "--vex", "vex.json", "--show-suppressed"]);
    let report: Value = serde_json::from_slice(&shown.stdout).unwrap();
    let results = report["Results"].as_array().unwrap();
    let entry = results.iter().find_map(|it| it.get("ExperimentalModifiedFindings")?.get(0));
    let entry = entry.unwrap();
    assert_eq!(entry["Type"], "vulnerability");
    assert_eq!(entry["Status"], "not_affected");
    assert_eq!(entry["Source"], "OpenVEX");
    assert_eq!(entry["Statement"], "vulnerable_code_not_present");
    assert_eq!(entry["Finding"]["VulnerabilityID"], LOG4SHELL);
    let table = stdout(&world.image("image", &["--vex", "vex.json", "--show-suppressed"]));
    assert!(table.contains("Suppressed: 1"), "{table}");
}

#[test]
fn what_is_suppressed_fails_no_build() {
    let world = World::new();
    let flags = ["--severity", "CRITICAL", "--exit-code", "5"];
    assert_eq!(world.image("image", &flags).status.code(), Some(5));
    let critical = world.ids(&["--severity", "CRITICAL"]);
    world.write(".trivyignore", &critical.join("\n"));
    let output = world.image("image", &flags);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
}

/// A list without findings needs no rules.
#[test]
fn an_sbom_reads_no_ignore_file() {
    let world = World::new();
    world.write(".trivyignore", LOG4SHELL);
    let told = stderr(&world.image("image", &["--format", "cyclonedx"]));
    assert!(!told.contains("ignored by"), "{told}");
}

#[test]
fn the_policy_of_the_working_directory_has_exceptions_and_names_files() {
    let world = World::new();
    let all = world.ids(&[]).len();
    world.write(
        "sealift.toml",
        &format!(
            "[scan]\nignore = ['.grype.yaml']\n[[exceptions]]\nid = '{LOG4SHELL}'\n\
             justification = 'not reachable'\nexpires = 2030-01-01\n"
        ),
    );
    world.write(".grype.yaml", "ignore:\n- vulnerability: CVE-2021-45046\n");
    assert_eq!(world.ids(&[]).len(), all - 2);
    let told = stderr(&world.image("image", &[]));
    assert!(told.contains("policy: sealift.toml"), "{told}");
    assert!(told.contains("ignored by .grype.yaml: 1 rules"), "{told}");
}

#[test]
fn the_gate_says_no_first_and_then_why() {
    let world = World::new();
    let output = world.image("gate", &[]);
    assert_eq!(output.status.code(), Some(1), "{}", stderr(&output));
    let said = stdout(&output);
    let mut lines = said.lines();
    assert!(lines.next().unwrap().starts_with("FAIL: "), "{said}");
    assert!(said.contains("judged on 2022-01-31"), "{said}");
    assert!(
        said.contains(
            "fail CVE-2021-44228 in org.apache.logging.log4j:log4j-core@2.14.1: CRITICAL"
        ),
        "{said}"
    );
    assert!(said.contains("warn "), "{said}");
}

#[test]
fn flags_of_the_gate_come_before_the_policy() {
    let world = World::new();
    world.write("sealift.toml", "[gate]\nfail-on = []\nwarn-on = []\nunknown = 'pass'\n");
    let open = world.image("gate", &[]);
    assert_eq!(open.status.code(), Some(0), "{}{}", stdout(&open), stderr(&open));
    assert!(stdout(&open).starts_with("PASS: "), "{}", stdout(&open));
    for (flags, reason) in [
        (&["--fail-on", "CRITICAL"][..], "CRITICAL"),
        (&["--unknown", "fail"], "UNKNOWN"),
        (&["--kev", "fail"], "known to be exploited"),
        (&["--cvss", "9"], "CVSS 10.0"),
        (&["--forbid-package", "pkg:npm/lodash"], "lodash@4.17.15 is forbidden"),
        (&["--key", "none.pub", "--insecure-ignore-tlog"], ""),
    ] {
        let output = world.image("gate", flags);
        let status = if reason.is_empty() { 2 } else { 1 };
        assert_eq!(output.status.code(), Some(status), "{flags:?}: {}", stderr(&output));
        assert!(stdout(&output).contains(reason), "{flags:?}: {}", stdout(&output));
    }
    for warned in ["CRITICAL", "LOW"] {
        let warned = world.image("gate", &["--warn-on", warned]);
        assert_eq!(warned.status.code(), Some(0));
        assert!(stdout(&warned).starts_with("WARN: "), "{}", stdout(&warned));
        assert!(stdout(&warned).contains(LOG4SHELL), "{}", stdout(&warned));
    }
}

/// Nobody means a gate that stays shut for what is high and opens for what is critical.
#[test]
fn a_severity_does_not_fail_without_the_graver_ones() {
    let world = World::new();
    let told = "--fail-on: HIGH fails and CRITICAL, which is graver, would pass: name all of \
                HIGH,CRITICAL";
    let refused = world.image("gate", &["--fail-on", "HIGH"]);
    assert_eq!(refused.status.code(), Some(2));
    assert!(stderr(&refused).contains(told), "{}", stderr(&refused));
    world.write("sealift.toml", "[gate]\nfail-on = ['HIGH']\n");
    let refused = world.image("gate", &[]);
    assert_eq!(refused.status.code(), Some(2));
    assert!(stderr(&refused).contains("gate.fail-on: HIGH fails"), "{}", stderr(&refused));
}

#[test]
fn the_gate_lists_each_suppression_with_reason_and_end() {
    let world = World::new();
    world.write(
        "sealift.toml",
        &format!(
            "[gate]\nfail-on = []\nwarn-on = []\nunknown = 'pass'\n[[exceptions]]\nid = \
             '{LOG4SHELL}'\njustification = 'not reachable'\nexpires = 2030-01-01\n"
        ),
    );
    let said = stdout(&world.image("gate", &[]));
    let line = "CVE-2021-44228 in org.apache.logging.log4j:log4j-core@2.14.1 is ignored by \
                sealift.toml until 2030-01-01: not reachable";
    assert!(said.contains(line), "{said}");
    world.write(".trivyignore", "CVE-2021-45046\n");
    let warned = world.image("gate", &[]);
    assert_eq!(warned.status.code(), Some(0));
    let bare = "CVE-2021-45046 is suppressed by .trivyignore without a justification";
    assert!(stdout(&warned).contains(bare), "{}", stdout(&warned));
    let required = world.image("gate", &["--require-justification"]);
    assert_eq!(required.status.code(), Some(1));

    let outcome: Value =
        serde_json::from_slice(&world.image("gate", &["--format", "json"]).stdout).unwrap();
    assert_eq!(outcome["Verdict"], "warn");
    assert_eq!(outcome["JudgedOn"], "2022-01-31");
    assert_eq!(outcome["Suppressed"].as_array().unwrap().len(), 2);
}

#[test]
fn an_unknown_key_of_the_policy_is_named_with_the_nearest() {
    let world = World::new();
    world.write("sealift.toml", "[gate]\nfail_on = ['LOW']\n");
    let output = world.image("gate", &[]);
    assert_eq!(output.status.code(), Some(2));
    let told = stderr(&output);
    assert!(
        told.contains("sealift.toml: line 2: unknown key fail_on; is fail-on meant?"),
        "{told}"
    );
}

/// `--severity` filters what is listed; what decides is `--fail-on`.
#[test]
fn severity_does_not_decide_in_the_gate() {
    let world = World::new();
    assert_eq!(world.image("gate", &["--severity", "LOW"]).status.code(), Some(1));
    let report = world.image("gate", &["--severity", "LOW", "--format", "sarif"]);
    assert_eq!(report.status.code(), Some(1));
    assert!(stderr(&report).contains("FAIL: "), "{}", stderr(&report));
    let log: Value = serde_json::from_slice(&report.stdout).unwrap();
    assert!(!log["runs"][0]["results"].to_string().contains(LOG4SHELL));
}

#[test]
fn what_was_not_seen_does_not_pass() {
    let world = World::new();
    let layout = Layout::default();
    let (status, release) = (
        "Package: zlib1g\nStatus: install ok installed\nArchitecture: amd64\nVersion: 1\n\n",
        "ID=debian\nVERSION_ID=\"99\"\n",
    );
    write_image(
        &world,
        layout,
        &[("etc/os-release", release), ("var/lib/dpkg/status", status)],
        None,
    );
    let gate =
        |flags: &[&str]| world.run(&[&["gate", "oci:own:1.0", "--db", "db"], flags].concat());
    let output = gate(&[]);
    assert_eq!(output.status.code(), Some(3), "{}", stdout(&output));
    assert!(
        stdout(&output).contains("not seen: not matched: 1 packages of Debian:99: "),
        "{}",
        stdout(&output)
    );
    assert_eq!(gate(&["--allow-incomplete"]).status.code(), Some(0));
}

#[test]
fn a_signature_is_required_as_soon_as_a_key_is_given() {
    let world = World::new();
    let instance = Instance::new("gate", 1_780_000_000);
    write_image(&world, Layout::default(), &[("etc/hostname", "shop")], Some(&instance));
    for (file, name) in [("ada.pub", "ada"), ("eve.pub", "eve")] {
        world.write(file, &instance.key(KeyKind::P256, name).public_pem());
    }
    let gate = |key: &str| {
        let flags = ["--key", key, "--insecure-ignore-tlog"];
        world.run(&[&["gate", "oci:own:1.0", "--db", "db"], &flags[..]].concat())
    };
    let proved = gate("ada.pub");
    assert_eq!(proved.status.code(), Some(0), "{}{}", stdout(&proved), stderr(&proved));
    assert!(stdout(&proved).contains("is signed by the key"), "{}", stdout(&proved));
    let other = gate("eve.pub");
    assert_eq!(other.status.code(), Some(1));
    assert!(stdout(&other).contains("fail a signature is required"), "{}", stdout(&other));
}

/// Writes a layout `own` with an image of one layer, tagged 1.0, and signed where somebody can.
fn write_image(world: &World, mut layout: Layout, files: &[(&str, &str)], by: Option<&Instance>) {
    let mut archive = tar::Builder::new(Vec::new());
    for (name, content) in files {
        let mut header = tar::Header::new_ustar();
        header.set_size(u64::try_from(content.len()).unwrap());
        header.set_mode(0o644);
        archive.append_data(&mut header, name, content.as_bytes()).unwrap();
    }
    let layer = archive.into_inner().unwrap();
    let image = layout.image(&[&layer]);
    layout.tag("1.0", &image);
    if let Some(instance) = by {
        let payload = simple_signing(&image, &json!({}));
        let recipe = Recipe::key(instance, KeyKind::P256, "ada", &payload);
        let signature = SimpleSignature::new(payload.clone(), instance.sign(&recipe));
        layout.sign(&image, &[signature]);
    }
    let path = world.folder.path().join("own");
    fs::create_dir(&path).unwrap();
    layout.write(&path).unwrap();
}

#[test]
fn what_a_build_sets_for_its_reports_does_not_turn_back_the_gates_clock() {
    let world = World::new();
    let policy = "[[exceptions]]\nid = 'CVE-2021-44228'\njustification = 'gone soon'\n\
                  expires = 2024-01-01\n";
    world.write("sealift.toml", policy);
    let image = format!("oci:{}:demo", project().join("examples/image").display());
    for verb in ["gate", "image"] {
        let mut command = command::sealift(&world.folder, &[verb, &image, "--db", "db"]);
        let output = command.env("SOURCE_DATE_EPOCH", "1500000000").output().unwrap();
        assert!(stdout(&output).contains(LOG4SHELL), "{verb}: {}", stdout(&output));
        assert!(!stderr(&output).contains("suppressed: 1"), "{verb}: {}", stderr(&output));
    }
}

#[test]
fn a_signer_by_flag_keeps_the_attestations_of_the_policy() {
    let world = World::new();
    let instance = Instance::new("gate", 1_780_000_000);
    write_image(&world, Layout::default(), &[("etc/hostname", "shop")], Some(&instance));
    world.write("ada.pub", &instance.key(KeyKind::P256, "ada").public_pem());
    let policy = "[verify]\nkey = 'ada.pub'\ninsecure-ignore-tlog = true\n\
                  [[verify.attestations]]\ntype = 'vuln'\n";
    world.write("sealift.toml", policy);
    let gate = ["gate", "oci:own:1.0", "--db", "db"];
    for flags in [&[][..], &["--key", "ada.pub"]] {
        let output = world.run(&[&gate[..], flags].concat());
        assert_eq!(output.status.code(), Some(1), "{}", stdout(&output));
        assert!(stdout(&output).contains("an attestation vuln is required"), "{}", stdout(&output));
        let weaker = "warning: sealift.toml: signatures by a key need not be in";
        assert!(stderr(&output).contains(weaker), "{}", stderr(&output));
    }
}

#[test]
fn what_the_gate_did_not_look_at_is_told() {
    let world = World::new();
    let output = world.image("gate", &["--skip-dirs", "opt", "--pkg-types", "library"]);
    let told = stdout(&output);
    assert!(told.contains("note: not looked at: opt (--skip-dirs)"), "{told}");
    assert!(told.contains("note: not looked at: packages of the operating system"), "{told}");
}

#[test]
fn an_ignore_policy_takes_out_what_it_says_and_is_named() {
    let world = World::new();
    let all = world.ids(&[]);
    let policy = "package trivy\n\nimport data.lib.trivy\n\ndefault ignore = false\n\n\
                  ignore { input.VulnerabilityID == \"CVE-2021-44228\"; input.Severity == \"CRITICAL\" }\n";
    world.write("ignore.rego", policy);
    let flags = ["--ignore-policy", "ignore.rego"];
    let left = world.ids(&flags);
    assert_eq!(left.len(), all.len() - 1);
    assert!(!left.contains(&LOG4SHELL.to_owned()));
    let shown = world.image("image", &[&flags[..], &["--show-suppressed"]].concat());
    assert!(stdout(&shown).contains("ignore.rego"), "{}", stdout(&shown));

    world.write("ignore.rego", "package trivy\nignore := 1 if true\nignore := 2 if true\n");
    let undecided = world.image("image", &flags);
    assert!(stderr(&undecided).contains("not decided: "), "{}", stderr(&undecided));
    assert_eq!(world.ids(&flags).len(), all.len());

    world.write("ignore.rego", "package trivy\nignore if http.send({})\n");
    let refused = world.image("image", &flags);
    assert_eq!(refused.status.code(), Some(2));
    assert!(stderr(&refused).contains("no function http.send"), "{}", stderr(&refused));
}

#[test]
fn checks_in_rego_are_asked_beside_ours_and_an_ignore_policy_takes_them_out() {
    let world = World { folder: tempfile::tempdir().unwrap() };
    let folder = world.folder.path();
    fs::create_dir_all(folder.join("checks/lib")).unwrap();
    fs::create_dir_all(folder.join("app")).unwrap();
    let check = "# METADATA\n# title: Words\n# custom:\n#   id: OWN-0001\n#   severity: HIGH\n\
                 #   input:\n#     selector:\n#       - type: dockerfile\n\
                 package user.words\nimport data.lib.ours\n\
                 deny[res] { c := ours.labels[_]; c.Value[1] == data.words.bad; \
                 res := result.new(sprintf(\"%s is bad\", [c.Value[1]]), c) }\n";
    let library = "package lib.ours\n\
                   labels[c] { c := input.Stages[_].Commands[_]; c.Cmd == \"label\" }\n";
    world
        .write("checks/words.rego", check)
        .write("checks/lib/ours.rego", library)
        .write(
            "checks/broken.rego",
            &check.replace("OWN-0001", "OWN-0002").replace("words", "x(1)"),
        )
        .write("data.yaml", "words:\n  bad: worse\n")
        .write("app/Dockerfile", "FROM alpine:3.22\nLABEL a=worse\nUSER me\n");
    let run = |more: &[&str]| {
        let flags = ["config", "app", "--policy", "checks", "--config-data", "data.yaml"];
        world.run(&[&flags[..], more].concat())
    };
    let found = run(&["--format", "json", "--severity", "HIGH"]);
    assert_eq!(found.status.code(), Some(0), "{}", stderr(&found));
    let report: Value = serde_json::from_slice(&found.stdout).unwrap();
    let rows = report["Results"][0]["Misconfigurations"].as_array().unwrap();
    let rows: Vec<_> = rows
        .iter()
        .map(|row| (&row["ID"], &row["Message"], &row["CauseMetadata"]["StartLine"]))
        .collect();
    assert_eq!(rows, [(&json!("OWN-0001"), &json!("worse is bad"), &json!(2))]);
    assert!(report["Diagnostics"].to_string().contains("did not run"), "{report}");

    let ignore = "package trivy\nignore { input.ID == \"OWN-0001\"; input.Type == \"Dockerfile Security Check\" }";
    world.write("ignore.rego", ignore);
    let gate = ["--severity", "HIGH", "--exit-code", "3", "--allow-incomplete"];
    assert_eq!(run(&gate).status.code(), Some(3));
    let ignored = run(&[&gate[..], &["--ignore-policy", "ignore.rego"]].concat());
    assert_eq!(ignored.status.code(), Some(0), "{}", stdout(&ignored));
}
