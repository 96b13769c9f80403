//! What pipelines that were written for Trivy rely on, from outside.
#![expect(clippy::indexing_slicing, clippy::unwrap_used, reason = "a test fails by panicking")]

#[path = "support/command.rs"]
mod command;

use std::fs;
use std::path::Path;
use std::process::Output;

use sealift_tests::stderr;
use serde_json::Value;
use tempfile::TempDir;

/// A project with a lockfile in which `lodash` is needed to run and `minimist` to develop, and a
/// database of the advisories of the quick start.
struct Project(TempDir);

const LOCKFILE: &str = r#"{
  "name": "shop", "version": "1.0.0", "lockfileVersion": 3,
  "packages": {
    "": {"name": "shop", "version": "1.0.0", "dependencies": {"lodash": "4.17.15"},
         "devDependencies": {"minimist": "1.2.0"}},
    "node_modules/lodash": {"version": "4.17.15"},
    "node_modules/minimist": {"version": "1.2.0", "dev": true}
  }
}"#;

impl Project {
    fn new() -> Self {
        let project = Self(tempfile::tempdir().unwrap());
        fs::create_dir(project.0.path().join("shop")).unwrap();
        project.write("shop/package-lock.json", LOCKFILE);
        let from = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/advisories");
        let built =
            project.run(&["db", "build", "--output", "db", "--from", from.to_str().unwrap()]);
        assert_eq!(built.status.code(), Some(0), "{}", stderr(&built));
        project
    }

    fn write(&self, name: &str, content: &str) {
        fs::write(self.0.path().join(name), content).unwrap();
    }

    fn run(&self, arguments: &[&str]) -> Output {
        self.run_with(arguments, &[])
    }

    fn run_with(&self, arguments: &[&str], variables: &[(&str, &str)]) -> Output {
        let mut command = command::sealift(&self.0, arguments);
        command.envs(variables.iter().copied()).output().unwrap()
    }

    /// Names of the packages with findings, each once.
    fn vulnerable(&self, verb: &str, flags: &[&str]) -> Vec<String> {
        let start = [verb, "./shop", "--db", "db", "--format", "json"];
        let output = self.run(&[&start[..], flags].concat());
        assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
        let results = json(&output)["Results"].as_array().unwrap().clone();
        let found = results.iter().flat_map(|it| it["Vulnerabilities"].as_array().into_iter());
        let mut names: Vec<String> =
            found.flatten().map(|it| it["PkgName"].as_str().unwrap().to_owned()).collect();
        names.dedup();
        names
    }
}

fn json(output: &Output) -> Value {
    serde_json::from_slice(&output.stdout).unwrap()
}

#[test]
fn what_is_needed_to_develop_is_listed_and_matched_only_when_asked() {
    let project = Project::new();
    for verb in ["fs", "repo", "repository"] {
        assert_eq!(project.vulnerable(verb, &[]), ["lodash"], "{verb}");
    }
    assert_eq!(project.vulnerable("fs", &["--include-dev-deps"]), ["lodash", "minimist"]);
    let output = project.run(&["fs", "./shop", "--db", "db", "--format", "json"]);
    assert!(stderr(&output).contains("not matched: 1 package to build or test"));
    let packages = json(&output)["Results"][0]["Packages"].as_array().unwrap().clone();
    let minimist = packages.iter().find(|package| package["Name"] == "minimist").unwrap();
    assert_eq!(minimist["Dev"], true);
    // A document says what it lists, and all of it counts.
    let sbom = project.run(&["fs", "./shop", "--format", "cyclonedx", "--output", "sbom.json"]);
    assert_eq!(sbom.status.code(), Some(0), "{}", stderr(&sbom));
    let output = project.run(&["sbom", "sbom.json", "--db", "db", "--format", "json"]);
    assert!(String::from_utf8(output.stdout).unwrap().contains("CVE-2021-44906"));
}

#[test]
fn the_snapshot_for_github_names_commit_and_job() {
    let project = Project::new();
    let variables = [
        ("GITHUB_REF", "refs/heads/main"),
        ("GITHUB_SHA", "0123abc"),
        ("GITHUB_WORKFLOW", "build"),
        ("GITHUB_JOB", "scan"),
        ("GITHUB_RUN_ID", "42"),
    ];
    // It lists packages: without a database.
    let output = project.run_with(&["fs", "./shop", "-f", "github", "--offline"], &variables);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let snapshot = json(&output);
    assert_eq!(
        (&snapshot["ref"], &snapshot["sha"]),
        (&"refs/heads/main".into(), &"0123abc".into())
    );
    assert_eq!(snapshot["job"], serde_json::json!({"correlator": "build_scan", "id": "42"}));
    let resolved = &snapshot["manifests"]["package-lock.json"]["resolved"];
    assert_eq!(resolved["minimist"]["scope"], "development");
    assert_eq!(resolved["lodash"]["package_url"], "pkg:npm/lodash@4.17.15");
}

#[test]
fn trivys_configuration_file_counts_after_flags_and_variables() {
    let project = Project::new();
    project.write(
        "t.yaml",
        "format: json\nexit-code: 4\nseverity: [HIGH]\npkg:\n  include-dev-deps: true\n",
    );
    let scan = ["fs", "./shop", "--db", "db", "--config", "t.yaml"];
    let output = project.run(&scan);
    assert_eq!(output.status.code(), Some(4), "{}", stderr(&output));
    assert!(json(&output)["Results"].is_array());
    let by_flag = project.run(&[&scan[..], &["--exit-code", "0"]].concat());
    assert_eq!(by_flag.status.code(), Some(0));
    let by_variable = project.run_with(&scan, &[("TRIVY_EXIT_CODE", "5")]);
    assert_eq!(by_variable.status.code(), Some(5));
    let named = project.run_with(&scan[..4], &[("TRIVY_CONFIG", "t.yaml")]);
    assert_eq!(named.status.code(), Some(4), "{}", stderr(&named));
    project.write("t.yaml", "scan:\n  distro: alpine/3.20\n");
    let refused = project.run(&scan);
    assert_eq!(refused.status.code(), Some(2));
    assert!(stderr(&refused).contains("scan.distro in t.yaml"), "{}", stderr(&refused));
}

#[test]
fn what_does_not_count_is_in_sarif_and_cyclonedx_where_it_is_shown() {
    let project = Project::new();
    project.write(".trivyignore", "CVE-2020-8203\n");
    let scan = |flags: &[&str]| {
        let output = project.run(&[&["fs", "./shop", "--db", "db"], flags].concat());
        assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
        json(&output)
    };
    let suppressed = |log: &Value| {
        let results = log["runs"][0]["results"].as_array().unwrap().clone();
        let is_suppressed =
            |it: &&Value| it["suppressions"].as_array().is_some_and(|list| !list.is_empty());
        let found = results.iter().filter(is_suppressed);
        found.map(|it| it["ruleId"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert!(suppressed(&scan(&["-f", "sarif"])).is_empty());
    assert_eq!(suppressed(&scan(&["-f", "sarif", "--show-suppressed"])), ["CVE-2020-8203"]);

    // The gate always tells what does not count.
    let image = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/image");
    let image = format!("oci:{}:demo", image.display());
    let gate = ["gate", &image, "--db", "db", "--as-of", "2022-01-31", "-f", "sarif"];
    assert_eq!(suppressed(&json(&project.run(&gate))), ["CVE-2020-8203"]);

    let listed = ["-f", "cyclonedx", "--scanners", "vuln"];
    let analysis = |document: &Value| {
        let found = document["vulnerabilities"].as_array().unwrap().clone();
        let found = found.into_iter().find(|it| it["id"] == "CVE-2020-8203");
        found.map(|it| it["analysis"]["response"].clone())
    };
    assert_eq!(analysis(&scan(&listed)), None);
    let shown = scan(&[&listed[..], &["--show-suppressed"]].concat());
    assert_eq!(analysis(&shown), Some(serde_json::json!(["will_not_fix"])));
}

#[test]
fn invocations_of_other_scanners_are_told_what_to_do() {
    let project = Project::new();
    for (arguments, said) in [
        (&["scan", "source", "-r", "shop"][..], "sealift fs"),
        (&["image", "dir:./shop"], "sealift fs DIR"),
        (&["alpine:3.9"], "sealift image IMAGE"),
        (&["dir:."], "sealift image IMAGE"),
        (&["db", "status"], "sealift db info"),
        (&["fs", "shop", "-o", "json"], "--format FORMAT --output FILE"),
        (&["image", "sbom:./bom.json"], "sealift sbom FILE"),
        (&["fs", "shop", "-o", "cyclonedx-json=bom.json"], "--format FORMAT --output FILE"),
        (&["fs", "shop", "--only-fixed"], "--ignore-unfixed"),
        (&["image", "x", "--fail-on", "high"], "--exit-code"),
        (&["fs", "shop", "--file-patterns", "pip:lock"], "pip is no kind of files"),
        (&["image", "x", "--file-patterns", "pip:lock"], "packages are read from files"),
        (&["fs", "shop", "--lockfile", "package-lock.json"], "sealift fs FILE"),
    ] {
        let output = project.run(arguments);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        assert!(stderr(&output).contains(said), "{arguments:?}: {}", stderr(&output));
    }
}

#[test]
fn a_gate_that_looks_at_nothing_does_not_open() {
    let project = Project::new();
    let gate = |flags: &[&str]| {
        project.run(&[&["fs", "shop", "-q", "--db", "db", "--exit-code", "5"], flags].concat())
    };
    let output = gate(&["--scanners", "secret,license"]);
    assert_eq!(output.status.code(), Some(3), "{}", stderr(&output));
    assert!(stderr(&output).contains("nothing that --scanners names"), "{}", stderr(&output));
    assert_eq!(gate(&["--scanners", "secret", "--allow-incomplete"]).status.code(), Some(0));
    assert_eq!(gate(&["--scanners", "misconfig"]).status.code(), Some(0));
    assert_eq!(gate(&["--scanners", "vuln,secret"]).status.code(), Some(5));
    assert_eq!(project.run(&["fs", "shop", "--scanners", "secret"]).status.code(), Some(0));
}

/// One job is for many projects, and what it names is not in each.
#[test]
fn an_ignore_file_that_is_there_by_default_need_not_be() {
    let project = Project::new();
    let scan = ["fs", "shop", "--db", "db", "--exit-code", "5", "--ignorefile", ".trivyignore"];
    let output = project.run(&scan);
    assert_eq!(output.status.code(), Some(5), "{}", stderr(&output));
    let told = "warning: .trivyignore is not there and ignores nothing";
    assert!(stderr(&output).contains(told), "{}", stderr(&output));
}

/// Each hint is about what the file is for.
#[test]
fn what_is_not_there_has_a_hint_of_its_own() {
    let project = Project::new();
    for (arguments, hint) in [
        (&["fs", "nope"][..], "check the path; an image is scanned by"),
        (&["config", "nope"], "check the path; an image is scanned by"),
        (&["sbom", "nope"], "from standard input"),
        (&["image", "oci:nope"], "images are named oci:DIR"),
        (&["fs", "shop", "--db", "nope"], "`sealift db build` makes a database"),
        (&["db", "info", "nope"], "`sealift db build` makes a database"),
        (&["fs", "shop", "--vex", "nope"], "check that the file is there"),
        (&["gate", "oci:nope", "--key", "nope"], "check --key"),
        (&["load", "--dir", "nope", "localhost:1/a"], "`sealift save` makes one"),
        (&["admission", "review", "--policy", "nope"], "check that the file is there"),
        (&["admission", "review"], "name policies with --policy"),
    ] {
        let output = project.run(arguments);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        assert!(stderr(&output).contains(hint), "{arguments:?}: {}", stderr(&output));
    }
}

#[test]
fn what_is_required_names_the_better_choice() {
    let project = Project::new();
    for (arguments, told) in [
        (&["login", "-u", "ada"][..], "<--password-stdin[=<BOOL>]|--password <PASSWORD>>"),
        (&["verify-blob", "--key", "k", "f"], "<--bundle <FILE>|--signature <FILE|BASE64>>"),
    ] {
        let output = project.run(arguments);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        assert!(stderr(&output).contains(told), "{arguments:?}: {}", stderr(&output));
    }
}

#[test]
fn a_repository_elsewhere_is_not_cloned() {
    let project = Project::new();
    let output = project.run(&["repo", "https://git.example/shop", "--db", "db"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(stderr(&output).contains("clone it with Git"), "{}", stderr(&output));
}
