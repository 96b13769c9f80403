//! `sealift config` and `--scanners misconfig` from outside.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

#[path = "support/command.rs"]
mod command;

use std::fs;
use std::path::Path;
use std::process::Output;

use serde_json::Value;
use tempfile::TempDir;

const DOCKERFILE: &str = "FROM alpine:3.22\nUSER root\nHEALTHCHECK NONE\nRUN apk add curl\n";

#[test]
fn what_fails_is_told_with_its_lines() {
    let folder = tree(&[("app/Dockerfile", DOCKERFILE)]);
    let report = json(&folder, &[]);
    let results = report["Results"].as_array().unwrap();
    assert_eq!(results.len(), 1, "{report:#}");
    let result = &results[0];
    assert_eq!(result["Target"], "app/Dockerfile");
    assert_eq!((&result["Class"], &result["Type"]), (&"config".into(), &"dockerfile".into()));
    assert_eq!(result["MisconfSummary"]["Failures"], 2);
    let root = &result["Misconfigurations"][0];
    assert_eq!((&root["ID"], &root["AVDID"]), (&"DS-0002".into(), &"AVD-DS-0002".into()));
    assert_eq!((&root["Status"], &root["Severity"]), (&"FAIL".into(), &"HIGH".into()));
    assert_eq!(root["Namespace"], "builtin.dockerfile.DS002");
    let cause = &root["CauseMetadata"];
    assert_eq!((&cause["StartLine"], &cause["EndLine"]), (&2.into(), &2.into()));
    assert_eq!(cause["Code"]["Lines"][0]["Content"], "USER root");
}

#[test]
fn passes_are_listed_where_they_are_asked_for() {
    let folder = tree(&[("Dockerfile", DOCKERFILE)]);
    let report = json(&folder, &["--include-non-failures"]);
    let result = &report["Results"][0];
    let rows = result["Misconfigurations"].as_array().unwrap();
    let passed = rows.iter().filter(|row| row["Status"] == "PASS").count();
    assert_eq!(result["MisconfSummary"]["Successes"], passed);
    assert_eq!(rows.len(), passed + 2);
}

#[test]
fn severities_and_ignore_files_and_comments_decide_the_exit_status() {
    let folder = tree(&[("Dockerfile", DOCKERFILE), ("ignore", "DS025\nAVD-DS-0002 # why\n")]);
    let status = |flags: &[&str]| {
        run(&folder, &[&["config", ".", "-q", "--exit-code", "7"], flags].concat()).status.code()
    };
    assert_eq!(status(&[]), Some(7));
    assert_eq!(status(&["--severity", "CRITICAL"]), Some(0));
    assert_eq!(status(&["--ignorefile", "ignore"]), Some(0));
    assert_eq!(status(&["--skip-files", "Dockerfile"]), Some(0));
    assert_eq!(status(&["--misconfig-scanners", "kubernetes"]), Some(0));
    assert_eq!(status(&["--misconfig-scanners", "ansible"]), Some(2));
    let commented = DOCKERFILE
        .replace("USER", "# trivy:ignore:DS-0002\nUSER")
        .replace("RUN", "# sealift:ignore:*:exp:2999-01-01\nRUN");
    fs::write(folder.path().join("Dockerfile"), &commented).unwrap();
    assert_eq!(status(&[]), Some(0));
    assert_eq!(status(&["--as-of", "2999-01-01"]), Some(7), "the comment has expired");
}

#[test]
fn a_file_of_another_name_can_be_named() {
    let folder = tree(&[("x/prod.docker", DOCKERFILE)]);
    assert!(json(&folder, &[])["Results"].is_null());
    let report = json(&folder, &["--file-patterns", "dockerfile:[.]docker$"]);
    assert_eq!(report["Results"][0]["Target"], "x/prod.docker");
}

#[test]
fn what_cannot_be_read_is_told() {
    let folder = tree(&[("Dockerfile", "FROM a:1\nRUNN x\nUSER b\nHEALTHCHECK NONE\n")]);
    let output = run(&folder, &["config", ".", "--format", "json"]);
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(report["Diagnostics"][0]["Line"], 2, "{report:#}");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(said.contains("Dockerfile:2: \"RUNN\" is no instruction"), "{said}");
}

/// Trivy checks them, so that a pipeline that was its must not pass for want of checks.
#[test]
fn what_other_tools_check_and_nothing_here_opens_no_gate() {
    let template = "apiVersion: v1\nkind: {{ .Values.kind }}\n";
    for files in [
        &[("Chart.yaml", "name: a\n"), ("templates/a.yaml", template)][..],
        &[("t.yaml", "AWSTemplateFormatVersion: 2010-09-09\nResources: {}\n")],
        &[("site.yml", "- hosts: all\n  roles:\n    - web\n")],
    ] {
        let folder = tree(files);
        let gate =
            |flags: &[&str]| run(&folder, &[&["config", ".", "--exit-code", "1"], flags].concat());
        let output = gate(&[]);
        let said = String::from_utf8_lossy(&output.stdout).into_owned();
        assert_eq!(output.status.code(), Some(3), "{said}");
        assert!(said.contains("Configuration: no file that a check looks at"), "{said}");
        assert_eq!(gate(&["--allow-incomplete"]).status.code(), Some(0));
        assert_eq!(gate(&["--misconfig-scanners", "dockerfile"]).status.code(), Some(0));
    }
}

/// One line that cannot be read would else switch off every check of its file.
#[test]
fn what_cannot_be_read_opens_no_gate() {
    for (name, text) in [
        ("main.tf", "resource \"a\" \"b\" {\n  acl =\n"),
        ("pod.yaml", "apiVersion: v1\nkind: Pod\nmetadata: {name: [\n"),
        ("compose.yaml", "services: {a: [\n"),
        ("Dockerfile", "FROM alpine:3.22\nUSER 65532\nRUNN x\n"),
    ] {
        let folder = tree(&[(name, text)]);
        let config = ["config", ".", "-q", "--exit-code", "1", "--severity", "CRITICAL"];
        let status = |flags: &[&str]| run(&folder, &[&config, flags].concat()).status.code();
        assert_eq!(status(&[]), Some(3), "{name}");
        assert_eq!(status(&["--allow-incomplete"]), Some(0), "{name}");
    }
}

#[test]
fn a_check_of_ones_own_that_does_not_run_opens_no_gate() {
    let sound = "FROM alpine:3.22\nUSER me\nHEALTHCHECK NONE\n";
    let refused = "package user.own\ndeny contains http.send({})\n";
    for check in ["package user.own\n\ndeny contains x if {\n", refused] {
        let folder = tree(&[("Dockerfile", sound), ("own.rego", check)]);
        for verb in [&["config"][..], &["fs", "--scanners", "misconfig"]] {
            let flags = [verb, &[".", "--config-check", "own.rego", "--exit-code", "1"]].concat();
            let output = run(&folder, &flags);
            let said = String::from_utf8_lossy(&output.stderr);
            assert_eq!(output.status.code(), Some(3), "{said}");
            assert!(said.contains("check user.own did not run"), "{said}");
            let accepted = run(&folder, &[&flags[..], &["--allow-incomplete"]].concat());
            assert_eq!(accepted.status.code(), Some(0));
            let junit = run(&folder, &[&flags[..], &["--format", "junit"]].concat());
            let junit = String::from_utf8_lossy(&junit.stdout).into_owned();
            assert!(junit.contains(r#"errors="1""#) && junit.contains(r#"skipped="1""#), "{junit}");
            let sarif = run(&folder, &[&flags[..], &["--format", "sarif"]].concat());
            let sarif: Value = serde_json::from_slice(&sarif.stdout).unwrap();
            assert_eq!(sarif["runs"][0]["invocations"][0]["executionSuccessful"], false);
        }
    }
}

#[test]
fn the_interpreter_prints_nothing() {
    let words = "package user.own\nimport input\ndeny contains x if { x := }\n";
    let redundant = "package user.own\nimport input\ndeny[x] { input.none; x := 1 }\n";
    for check in [words, redundant] {
        let folder = tree(&[("Dockerfile", DOCKERFILE), ("own.rego", check)]);
        let output = run(&folder, &["config", ".", "-q", "--config-check", "own.rego"]);
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!((output.status.code(), &*said), (Some(0), ""));
    }
}

#[test]
fn a_format_without_place_for_failures_is_refused() {
    let folder = tree(&[("Dockerfile", DOCKERFILE)]);
    let flags = ["fs", ".", "--scanners", "misconfig", "--format", "gitlab"];
    let output = run(&folder, &flags);
    assert_eq!(output.status.code(), Some(2));
    assert!(output.stdout.is_empty());
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(said.contains("no place for what checks of configuration files say"), "{said}");
}

#[test]
fn settings_of_trivy_that_do_not_count_are_told_with_quiet_too() {
    let folder = tree(&[("trivy.yaml", "exit-code: 1\n"), ("Dockerfile", DOCKERFILE)]);
    for flags in [&[][..], &["-q"]] {
        let output = run(&folder, &[&["config", "."], flags].concat());
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(said.contains("trivy.yaml is there and not applied"), "{said}");
    }
}

#[test]
fn a_scan_for_packages_checks_files_too_where_it_is_asked() {
    let folder = tree(&[("Dockerfile", DOCKERFILE)]);
    for verb in ["fs", "rootfs"] {
        let flags = [verb, ".", "--scanners", "misconfig", "--format", "json"];
        let output = run(&folder, &flags);
        let report: Value = serde_json::from_slice(&output.stdout).unwrap();
        let results = report["Results"].as_array().unwrap();
        assert!(results.iter().any(|result| result["Class"] == "config"), "{report:#}");
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(!said.contains("not scanned"), "{said}");
    }
}

#[test]
fn nothing_of_a_file_acts_on_a_terminal() {
    let hostile =
        "FROM a\u{1b}[31m:latest\nMAINTAINER \u{202e}x ::error::y\nBAD\u{1b}]8;;x\u{7} z\n";
    let folder = tree(&[("a\u{1b}[2J/Dockerfile", hostile), ("::error::b.dockerfile", hostile)]);
    for format in ["table", "json", "sarif", "junit", "markdown"] {
        let output = run(&folder, &["config", ".", "--format", format]);
        assert_eq!(output.status.code(), Some(0), "{format}");
        for bytes in [&output.stdout, &output.stderr] {
            let said = String::from_utf8_lossy(bytes);
            let acts = ['\u{1b}', '\u{202e}', '\u{7}'].iter().any(|c| said.contains(*c));
            assert!(!acts, "{format}: {said}");
            assert!(
                !said.lines().any(|line| line.trim_start().starts_with("::")),
                "{format}: {said}"
            );
        }
    }
}

/// A link that leads out of the folder is not followed.
#[test]
fn what_lies_outside_is_not_read() {
    let outside = tree(&[("Dockerfile", DOCKERFILE)]);
    let folder = tree(&[("x", "")]);
    let link = |to: &Path, name: &str| {
        std::os::unix::fs::symlink(to, folder.path().join(name)).unwrap();
    };
    link(&outside.path().join("Dockerfile"), "Dockerfile");
    link(outside.path(), "inner");
    assert!(json(&folder, &[])["Results"].is_null());
}

#[test]
fn sarif_has_a_rule_for_each_check_and_a_place_for_each_failure() {
    let folder = tree(&[("Dockerfile", DOCKERFILE)]);
    let output = run(&folder, &["config", ".", "--format", "sarif"]);
    let log: Value = serde_json::from_slice(&output.stdout).unwrap();
    let rules = log["runs"][0]["tool"]["driver"]["rules"].as_array().unwrap();
    let results = log["runs"][0]["results"].as_array().unwrap();
    assert_eq!((rules.len(), results.len()), (2, 2), "{log:#}");
    for result in results {
        let index = usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap();
        assert_eq!(rules[index]["id"], result["ruleId"]);
    }
    let place = &results[1]["locations"][0]["physicalLocation"];
    assert_eq!(place["artifactLocation"]["uri"], "Dockerfile");
    assert_eq!(place["region"]["startLine"], 4);
}

#[test]
fn charts_are_rendered_where_that_is_asked_for() {
    let chart = [
        ("shop/Chart.yaml", "apiVersion: v2\nname: shop\n"),
        ("shop/templates/pod.yaml", "apiVersion: v1\nkind: {{ .Values.kind }}\n"),
        (
            "bin/helm",
            "#!/bin/sh\necho ---\necho '# Source: shop/templates/pod.yaml'\n\
             echo 'apiVersion: v1'\necho 'kind: Pod'\necho 'metadata: {name: a}'\n\
             echo \"spec: {hostNetwork: true, containers: [{name: b, image: $4}]}\"\n",
        ),
    ];
    let folder = tree(&chart);
    let program = folder.path().join("bin/helm");
    fs::set_permissions(&program, std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
    let run = |flags: &[&str]| {
        let args = [&["config", ".", "--format", "json"], flags].concat();
        let path = format!("{}:/bin:/usr/bin", folder.path().join("bin").display());
        let mut command = command::sealift(&folder, &args);
        let output = command.env("PATH", path).output().unwrap();
        serde_json::from_slice::<Value>(&output.stdout).unwrap()
    };
    let report = run(&[]);
    assert_eq!(report["Diagnostics"][0]["Path"], "shop/Chart.yaml", "{report:#}");
    let report = run(&["--helm", "--helm-set", "a=1"]);
    assert!(report["Diagnostics"].is_null(), "{report:#}");
    let result = &report["Results"][0];
    assert_eq!(result["Target"], "shop/templates/pod.yaml");
    assert_eq!(result["Type"], "helm");
    let rows = result["Misconfigurations"].as_array().unwrap();
    assert!(rows.iter().any(|row| row["ID"] == "KSV-0009"), "{report:#}");
}

fn tree(files: &[(&str, &str)]) -> TempDir {
    let folder = TempDir::new().unwrap();
    for (path, text) in files {
        let path = folder.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    folder
}

fn json(folder: &TempDir, flags: &[&str]) -> Value {
    let output = run(folder, &[&["config", ".", "--format", "json"], flags].concat());
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

fn run(folder: &TempDir, args: &[&str]) -> Output {
    command::sealift(folder, args).output().unwrap()
}
