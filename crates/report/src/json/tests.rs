use sealift_model::BaseEvidence;
use serde_json::Value;

use super::*;
use crate::example;

fn written(report: &Report, options: &JsonOptions) -> String {
    let mut bytes = Vec::new();
    write(report, options, &mut bytes).unwrap();
    String::from_utf8(bytes).unwrap()
}

#[test]
fn everything_has_its_field() {
    insta::assert_snapshot!(written(&example::report(), &JsonOptions::default()));
}

#[test]
fn what_a_fix_needs_stands_beside_it() {
    let mut report = example::report();
    let finding = report.matches.as_mut().unwrap().findings.first_mut().unwrap();
    finding.fix_needs = Some("Ubuntu Pro");
    let document: Value = serde_json::from_str(&written(&report, &JsonOptions::default())).unwrap();
    let results = document["Results"].as_array().unwrap().iter();
    let findings = results.filter_map(|result| result["Vulnerabilities"].as_array()).flatten();
    let needs: Vec<_> = findings.filter_map(|finding| finding["FixNeeds"].as_str()).collect();
    assert_eq!(needs, ["Ubuntu Pro"]);
}

/// Only what differs from the report without a base is in the snapshot.
#[test]
fn base_age_and_what_is_hidden_have_their_fields() {
    let report = example::report_with_base(BaseEvidence::Guessed);
    let report: Value = serde_json::from_str(&written(&report, &JsonOptions::default())).unwrap();
    let mut metadata = report["Metadata"].clone();
    for known in ["Layers", "DiffIDs", "ImageConfig", "ImageID", "RepoTags", "ManifestDigest"] {
        metadata.as_object_mut().unwrap().remove(known);
    }
    let results = report["Results"].as_array().unwrap();
    let row = |target: &str, list: &str| {
        let result = results.iter().find(|result| result["Target"] == target).unwrap();
        let row = &result[list][0];
        serde_json::json!({"FromBase": row["FromBase"], "Hidden": row["Hidden"],
                           "Layer": row["Layer"]})
    };
    let hidden = "Java (hidden by upper layers)";
    let rows = serde_json::json!([
        metadata,
        row("shop:1.4 (debian 12)", "Packages"),
        row("shop:1.4 (debian 12)", "Vulnerabilities"),
        row(hidden, "Packages"),
        row(hidden, "Vulnerabilities"),
        row("Java", "Vulnerabilities"),
    ]);
    insta::assert_snapshot!(serde_json::to_string_pretty(&rows).unwrap());
}

/// Without packages, what has no findings has no result, but for the operating system.
#[test]
fn packages_can_be_left_out() {
    let options = JsonOptions { list_all_packages: false, ..JsonOptions::default() };
    let report: Value = serde_json::from_str(&written(&example::report(), &options)).unwrap();
    let results = report["Results"].as_array().unwrap();
    let targets: Vec<&str> = results.iter().filter_map(|row| row["Target"].as_str()).collect();
    assert_eq!(targets, ["shop:1.4 (debian 12)", "Java"]);
    assert!(results.iter().all(|result| result["Packages"].is_null()));

    let mut report = example::report();
    report.matches = None;
    let report: Value = serde_json::from_str(&written(&report, &options)).unwrap();
    assert_eq!(report["Results"].as_array().unwrap().len(), 1);
    assert!(report["Coverage"].is_null(), "nobody looked");
}

/// Of what is suppressed only the entry is in the snapshot; the finding is as any other.
#[test]
fn what_is_suppressed_has_its_fields_where_it_is_shown() {
    let mut report = example::report();
    let finding = report.matches.as_mut().unwrap().findings.remove(0);
    let mut modified = crate::Modified::new(finding, "ignored", ".trivyignore");
    modified.statement = "not reachable".to_owned();
    modified.place = "line 3".to_owned();
    modified.expires = Some("2030-03-01T00:00:00Z".parse().unwrap());
    report.suppressed = vec![modified];
    let entry = |report: &Report| {
        let written: Value =
            serde_json::from_str(&written(report, &JsonOptions::default())).unwrap();
        let results = written["Results"].as_array().unwrap().clone();
        results.iter().find_map(|it| it.get("ExperimentalModifiedFindings")?.get(0).cloned())
    };
    assert_eq!(entry(&report), None);
    report.shows_suppressed = true;
    let mut entry = entry(&report).unwrap();
    let finding = entry.as_object_mut().unwrap().remove("Finding").unwrap();
    assert_eq!(finding["VulnerabilityID"], "CVE-2030-0002");
    let expected = serde_json::json!({
        "Type": "vulnerability", "Status": "ignored", "Statement": "not reachable",
        "Source": ".trivyignore", "Place": "line 3", "Expires": "2030-03-01",
    });
    assert_eq!(entry, expected);
}
