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

/// Without packages, what has no findings has no result, but for the operating system.
#[test]
fn packages_can_be_left_out() {
    let options = JsonOptions { list_all_packages: false };
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
