//! `action.yml`: its steps, run as the runner runs them.

use std::collections::BTreeMap;
use std::fs;
use std::process::Output;

use sealift_tests::instance::Layout;
use sealift_tests::project;
use sealift_tests::registry::{Options, TestRegistry};
use serde_json::Value;

use crate::shell::{World, are_installed, stderr, stdout, succeeded};

fn action() -> Value {
    let text = fs::read_to_string(project().join("action.yml")).unwrap();
    serde_saphyr::from_str(&text).unwrap()
}

fn step<'a>(action: &'a Value, name: &str) -> &'a Value {
    let steps = action["runs"]["steps"].as_array().unwrap();
    steps.iter().find(|step| step["name"] == name).unwrap()
}

/// Runs the step `Scan` with these inputs, the others as they are by default.
fn scan(world: &World, inputs: &[(&str, &str)]) -> Output {
    scan_under(world, inputs, &[])
}

/// The same with more variables.
fn scan_under(world: &World, inputs: &[(&str, &str)], variables: &[(&str, &str)]) -> Output {
    let action = action();
    let declared = action["inputs"].as_object().unwrap();
    let defaults = declared.iter().map(|(name, input)| {
        (name.as_str(), input["default"].as_str().unwrap_or_default().to_owned())
    });
    let mut values: BTreeMap<&str, String> = defaults.collect();
    for (name, value) in inputs {
        assert!(values.insert(name, (*value).to_owned()).is_some(), "no input {name}");
    }
    let step = step(&action, "Scan");
    let mut command = world.command("bash");
    for (variable, expression) in step["env"].as_object().unwrap() {
        let expression = expression.as_str().unwrap();
        let name = expression.trim_start_matches("${{ inputs.").trim_end_matches(" }}");
        command.env(variable, &values[name]);
    }
    command.args(["-e", "-c", step["run"].as_str().unwrap()]);
    command.env("GITHUB_ACTION_PATH", project());
    command.env("GITHUB_OUTPUT", "outputs").env("GITHUB_STEP_SUMMARY", "summary.md");
    command.envs(variables.iter().copied()).output().unwrap()
}

fn image() -> String {
    format!("oci:{}:demo", project().join("examples/image").display())
}

#[test]
fn a_scan_leaves_report_summary_and_outputs() {
    if !are_installed(&["bash", "jq"]) {
        return;
    }
    let world = World::with_database();
    let inputs = [("image-ref", &*image()), ("db", "advisories.db"), ("severity", "CRITICAL")];
    let sarif = [("format", "sarif"), ("output", "out.sarif"), ("exit-code", "1")];
    let output = scan(&world, &[&inputs[..], &sarif].concat());
    assert_eq!(output.status.code(), Some(1), "{}", stderr(&output));
    let report: Value = serde_json::from_str(&world.read("out.sarif")).unwrap();
    // All severities are in the report, the gate looks at those that were named.
    assert_eq!(report["runs"][0]["results"].as_array().unwrap().len(), 28);
    assert!(world.read("summary.md").contains("CVE-2021-44228"));
    assert!(!world.read("summary.md").contains("CVE-2021-44832"));
    let outputs = world.read("outputs");
    assert!(outputs.starts_with("digest=sha256:") && outputs.contains("\nfindings=7\n"));
    let limited = [&inputs[..], &sarif, &[("limit-severities-for-sarif", "true")]].concat();
    assert_eq!(scan(&world, &limited).status.code(), Some(1));
    let report: Value = serde_json::from_str(&world.read("out.sarif")).unwrap();
    assert_eq!(report["runs"][0]["results"].as_array().unwrap().len(), 7);
    // Without an exit code findings stop nothing.
    let output = scan(&world, &inputs);
    succeeded(&output);
    assert!(stdout(&output).contains("CRITICAL"));
}

#[test]
fn a_tree_is_scanned_and_ignore_files_are_joined() {
    if !are_installed(&["bash", "jq"]) {
        return;
    }
    let world = World::with_database();
    fs::create_dir(world.path().join("tree")).unwrap();
    let lock = r#"{"name": "a", "lockfileVersion": 3, "packages": {
        "node_modules/minimist": {"version": "0.2.0"}, "node_modules/ini": {"version": "1.3.5"}}}"#;
    world.write("tree/package-lock.json", lock);
    let inputs = [("scan-type", "fs"), ("scan-ref", "tree"), ("db", "advisories.db")];
    let gated = [&inputs[..], &[("exit-code", "3"), ("vuln-type", "library")]].concat();
    assert_eq!(scan(&world, &gated).status.code(), Some(3));
    world.write("a", "CVE-2021-44906");
    world.write("b", "CVE-2020-7598\nCVE-2020-7788");
    for list in ["a,b", "a, b", "a\nb\n", "a\r\nb", " a\n, b"] {
        let ignored = [&gated[..], &[("trivyignores", list)]].concat();
        let output = scan(&world, &ignored);
        assert!(output.status.success(), "{list:?}: {}{}", stdout(&output), stderr(&output));
    }
    let ignored = [&gated[..], &[("trivyignores", "\na\n")]].concat();
    assert_eq!(scan(&world, &ignored).status.code(), Some(3));
}

/// A tag may name another image by the time of the further reports.
#[test]
fn the_report_is_of_the_digest_that_was_gated_however_quiet() {
    if !are_installed(&["bash", "jq"]) {
        return;
    }
    let world = World::with_database();
    let registry = TestRegistry::start(Options::default());
    registry.put_layout(&Layout::read(&project().join("examples/image")).unwrap(), "app");
    let name = format!("{}/app:demo", registry.host());
    world.write("quiet.yaml", "quiet: true\n");
    let inputs = [("image-ref", &*name), ("db", "advisories.db"), ("format", "json")];
    let inputs = [&inputs[..], &[("output", "report.json")]].concat();
    let config = [&inputs[..], &[("trivy-config", "quiet.yaml")]].concat();
    for (inputs, variables) in [
        (&inputs, &[][..]),
        (&inputs, &[("TRIVY_QUIET", "true")]),
        (&inputs, &[("SEALIFT_QUIET", "true")]),
        (&config, &[]),
    ] {
        succeeded(&scan_under(&world, inputs, variables));
        let report: Value = serde_json::from_str(&world.read("report.json")).unwrap();
        let artifact = report["ArtifactName"].as_str().unwrap();
        assert!(artifact.contains("@sha256:"), "{artifact} {variables:?}");
    }
}

#[test]
fn configuration_is_checked() {
    if !are_installed(&["bash", "jq"]) {
        return;
    }
    let world = World::new();
    fs::create_dir(world.path().join("infra")).unwrap();
    world.write("infra/Dockerfile", "FROM debian:12\nUSER root\n");
    let inputs = [("scan-type", "config"), ("scan-ref", "infra"), ("exit-code", "3")];
    // A database is no part of it: what is not for this scan is left out, as by Trivy's action.
    let vulnerabilities = [("db", "nowhere.db"), ("vuln-type", "os"), ("ignore-unfixed", "true")];
    let given = [&inputs[..], &vulnerabilities, &[("severity", "HIGH")]].concat();
    let output = scan(&world, &given);
    assert_eq!(output.status.code(), Some(3), "{}{}", stdout(&output), stderr(&output));
    assert!(stdout(&output).contains("DS-0002"), "{}", stdout(&output));
    for (name, _) in vulnerabilities {
        let warning = format!("::warning title=sealift::the input {name} has no effect");
        assert!(stdout(&output).contains(&warning), "{}", stdout(&output));
    }
    assert!(world.read("outputs").contains("findings=1\n"), "{}", world.read("outputs"));
    let policy = "package trivy\nimport rego.v1\nignore if input.ID == \"DS-0002\"\n";
    world.write("ignore.rego", policy);
    world.write("trivy.yaml", "exit-code: 5\n");
    let given = [&given[..], &[("ignore-policy", "ignore.rego"), ("trivy-config", "trivy.yaml")]];
    let output = scan(&world, &given.concat());
    assert!(output.status.success(), "{}{}", stdout(&output), stderr(&output));
}

#[test]
fn a_configuration_file_is_no_gate_of_further_reports() {
    if !are_installed(&["bash", "jq"]) {
        return;
    }
    let world = World::new();
    fs::create_dir(world.path().join("infra")).unwrap();
    world.write("infra/Dockerfile", "FROM debian:12\nUSER root\n");
    world.write("trivy.yaml", "exit-code: 5\nseverity: [HIGH]\n");
    let inputs = [("scan-type", "config"), ("scan-ref", "infra"), ("trivy-config", "trivy.yaml")];
    let scanned = |given: &[(&str, &str)]| {
        let _ = fs::remove_file(world.path().join("summary.md"));
        let _ = fs::remove_file(world.path().join("outputs"));
        let output = scan(&world, &[&inputs[..], given].concat());
        assert!(world.read("summary.md").contains("DS-0002"), "{}", stderr(&output));
        assert!(stdout(&output).contains("DS-0002"), "{}", stdout(&output));
        (output.status.code(), world.read("outputs").contains("findings=1\n"))
    };
    // What the file says of status and severities stands where no input does.
    assert_eq!(scanned(&[]), (Some(5), true));
    assert_eq!(scanned(&[("exit-code", "3")]), (Some(3), true));
    assert_eq!(scanned(&[("exit-code", "0")]), (Some(0), true));
    assert_eq!(scanned(&[("severity", "LOW,HIGH")]), (Some(5), false));
}

#[test]
fn what_would_change_the_outcome_is_refused() {
    if !are_installed(&["bash", "jq"]) {
        return;
    }
    let world = World::new();
    for (inputs, said) in [
        (&[("tf-vars", "a.tfvars"), ("image-ref", "oci:a:1")][..], "tf-vars"),
        (&[("format", "template"), ("template", "@html.tpl")], "@html.tpl"),
        (&[("scan-type", "vm")], "scan-type vm"),
        (&[("scan-type", "repo"), ("scan-ref", "https://example.org/a")], "check it out"),
        (&[], "image-ref"),
    ] {
        let output = scan(&world, inputs);
        assert_eq!(output.status.code(), Some(2), "{said}");
        let line = stdout(&output);
        assert!(line.starts_with("::error title=sealift::") && line.contains(said), "{line}");
        assert_eq!(line.lines().count(), 1, "{line}");
    }
}

#[test]
fn an_input_is_never_run() {
    if !are_installed(&["bash", "jq"]) {
        return;
    }
    let world = World::new();
    let hostile = "$(touch run)`touch run`;touch run\n::error::x";
    for name in ["image-ref", "severity", "output", "skip-dirs", "trivyignores", "timeout", "db"] {
        let mut inputs = vec![("image-ref", "oci:nowhere:1"), ("offline", "true")];
        inputs.retain(|(given, _)| *given != name);
        inputs.push((name, hostile));
        assert!(!scan(&world, &inputs).status.success(), "{name}");
        assert!(!world.path().join("run").exists(), "{name}");
    }
}

#[test]
fn every_input_reaches_a_step() {
    let action = action();
    let steps = action["runs"]["steps"].to_string();
    for name in action["inputs"].as_object().unwrap().keys() {
        assert!(steps.contains(&format!("inputs.{name} ")), "{name}");
    }
}
