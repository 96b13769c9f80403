//! Charts, rendered by helm itself where it is on the PATH: ours, and those of others.
#![expect(clippy::indexing_slicing, clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use sealift_tests::{Suite, on_path, project, test_data};
use serde_json::{Value, json};

/// Older ones know not all that our chart is made of.
const KUBERNETES: &str = "1.34.0";

fn helm() -> Option<PathBuf> {
    let found = on_path("helm");
    if found.is_none() {
        Suite::skipped("helm", "it is not on the PATH");
    }
    found
}

fn rendered(helm: &Path, values: &Value) -> Output {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("values.json");
    fs::write(&file, values.to_string()).unwrap();
    let mut command = Command::new(helm);
    command.args(["template", "a", "--namespace", "b", "--kube-version", KUBERNETES, "--values"]);
    command.arg(file).arg(project().join("packaging/helm/sealift"));
    command.stdin(Stdio::null()).output().unwrap()
}

fn objects(helm: &Path, values: &Value) -> Vec<Value> {
    let output = rendered(helm, values);
    assert!(output.status.success(), "{values}: {}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout).unwrap();
    let all: Vec<Value> = serde_saphyr::from_multiple(&text).unwrap();
    all.into_iter().filter(|object| !object.is_null()).collect()
}

fn of_kind<'o>(objects: &'o [Value], kind: &str) -> Vec<&'o Value> {
    objects.iter().filter(|object| object["kind"] == kind).collect()
}

#[test]
fn the_chart_gives_rights_in_the_cluster_to_who_asks_for_them() {
    let Some(helm) = helm() else { return };
    let pod =
        |objects: &[Value]| of_kind(objects, "Deployment")[0]["spec"]["template"]["spec"].clone();
    let argument = json!("--cluster=in-cluster");
    let asks = |pod: &Value| pod["containers"][0]["args"].as_array().unwrap().contains(&argument);
    let without = objects(&helm, &json!({}));
    assert!(of_kind(&without, "ClusterRole").is_empty());
    assert!(of_kind(&without, "ClusterRoleBinding").is_empty());
    assert_eq!(pod(&without)["automountServiceAccountToken"], false);
    assert!(!asks(&pod(&without)));
    let rules = json!([{"resources": ["configmaps"], "resourceNames": ["teams"]}]);
    let with = objects(&helm, &json!({"admission": {"cluster": {"read": true, "rules": rules}}}));
    assert_eq!(pod(&with)["automountServiceAccountToken"], true);
    assert!(asks(&pod(&with)));
    let role = of_kind(&with, "ClusterRole")[0];
    let rules = role["rules"].as_array().unwrap();
    assert_eq!(rules[2]["resourceNames"], json!(["teams"]));
    let verbs = rules.iter().flat_map(|rule| rule["verbs"].as_array().unwrap());
    assert!(verbs.into_iter().all(|verb| verb == "get" || verb == "list"), "{role}");
    let binding = of_kind(&with, "ClusterRoleBinding")[0];
    assert_eq!(binding["roleRef"]["name"], role["metadata"]["name"]);
    assert_eq!(binding["subjects"][0]["name"], pod(&with)["serviceAccountName"]);
    let everything = json!([{"apiGroups": ["apps"]}]);
    let refused =
        rendered(&helm, &json!({"admission": {"cluster": {"read": true, "rules": everything}}}));
    assert!(String::from_utf8_lossy(&refused.stderr).contains("each names resources"));
}

#[test]
fn the_chart_is_rendered_in_all_its_values() {
    let Some(helm) = helm() else { return };
    for (values, kind, count) in [
        (json!({"admission": {"enabled": false}}), "Deployment", 0),
        (json!({"harbor": {"enabled": true}}), "StatefulSet", 1),
        (json!({"harbor": {"enabled": true}}), "Certificate", 2),
        (json!({"tls": {"certManager": false, "caBundle": "QUJD"}}), "Certificate", 0),
        (json!({"admission": {"mutate": false}}), "MutatingWebhookConfiguration", 0),
        (json!({"admission": {"policies": {"a.yaml": "a: \"{{ b }}\"\n"}}}), "ConfigMap", 2),
        (json!({"admission": {"files": {"a.pub": "-----\nb: c"}}}), "ConfigMap", 2),
        (json!({"admission": {"database": {"existingClaim": "db"}}}), "Deployment", 1),
        (json!({"admission": {"extraArgs": ["--debug", "a: \"b\""]}}), "Deployment", 1),
        (json!({"admission": {"excludeNamespaces": []}}), "ValidatingWebhookConfiguration", 1),
        (json!({"imagePullSecrets": [{"name": "a"}]}), "Deployment", 1),
        (json!({"image": {"digest": "sha256:ab"}}), "Deployment", 1),
    ] {
        let found = of_kind(&objects(&helm, &values), kind).len();
        assert_eq!(found, count, "{kind}: {values}");
    }
}

/// What is found in charts of others, which `--helm` renders, as in what they were rendered to.
#[test]
fn charts_of_others_are_rendered_and_checked() {
    let (Some(helm), Some(data)) = (helm(), test_data()) else { return };
    let mut suite = Suite::new("charts", "");
    let mut cases: Vec<PathBuf> =
        fs::read_dir(data.join("misconfig/helm")).unwrap().map(|it| it.unwrap().path()).collect();
    cases.sort();
    for case in cases {
        let name = case.file_name().unwrap().to_string_lossy().into_owned();
        let expected = expected(&case.join("expected.tsv"));
        let found = found(&helm, &case);
        let lost: Vec<_> = expected.difference(&found).collect();
        let outcome = if lost.is_empty() { Ok(()) } else { Err(format!("not found: {lost:?}")) };
        suite.case(&name, outcome);
    }
    suite.finish();
}

/// Check, lines and template of a failure.
type Row = (String, String, String, String);

fn expected(file: &Path) -> BTreeSet<Row> {
    let text = fs::read_to_string(file).unwrap();
    let rows = text.lines().map(|line| line.split('\t').collect::<Vec<_>>());
    let rows = rows.filter(|row| row.get(2) == Some(&"fail"));
    let rows = rows.filter(|row| row[5].starts_with("templates/"));
    rows.map(|row| (row[0].into(), row[3].into(), row[4].into(), row[5].into())).collect()
}

fn found(helm: &Path, chart: &Path) -> BTreeSet<Row> {
    let mut command = Command::new(env!("CARGO_BIN_EXE_sealift"));
    command.args(["config", "--helm", "--format", "json"]).arg(chart).env_clear();
    command.env("PATH", helm.parent().unwrap()).env("HOME", "/nonexistent");
    let output = command.stdin(Stdio::null()).output().unwrap();
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    let mut rows = BTreeSet::new();
    for result in report["Results"].as_array().unwrap() {
        let target = result["Target"].as_str().unwrap().to_owned();
        for one in result["Misconfigurations"].as_array().into_iter().flatten() {
            let line = |name: &str| {
                let line = &one["CauseMetadata"][name];
                line.as_u64().filter(|line| *line > 0).map_or("-".to_owned(), |it| it.to_string())
            };
            if one["Status"] == "FAIL" {
                let id = one["ID"].as_str().unwrap().to_owned();
                rows.insert((id, line("StartLine"), line("EndLine"), target.clone()));
            }
        }
    }
    rows
}
