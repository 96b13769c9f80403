use sealift_model::Severity;
use serde_json::Value;

use super::*;
use crate::example;

fn written(report: &Report) -> Value {
    within(report, MAX_RESULTS)
}

fn within(report: &Report, max_results: usize) -> Value {
    let mut bytes = Vec::new();
    write_within(report, max_results, &mut bytes).unwrap();
    serde_json::from_slice(&bytes).unwrap()
}

fn fingerprints(log: &Value) -> Vec<&str> {
    let results = log["runs"][0]["results"].as_array().unwrap();
    results
        .iter()
        .map(|result| result["partialFingerprints"]["primaryLocationLineHash"].as_str().unwrap())
        .collect()
}

#[test]
fn everything_has_its_field() {
    let mut bytes = Vec::new();
    write(&example::report(), &mut bytes).unwrap();
    insta::assert_snapshot!(String::from_utf8(bytes).unwrap());
}

#[test]
fn fingerprints_change_neither_with_tag_nor_with_digest() {
    let mut report = example::report();
    let log = written(&report);
    let first = fingerprints(&log);
    assert_eq!(first.len(), 2);
    report.artifact.name = "shop:1.5".to_owned();
    let image = report.artifact.image.as_mut().unwrap();
    image.tags = vec!["example.org/shop:1.5".to_owned()];
    image.manifest = None;
    image.id = Digest::sha256_of(b"other");
    assert_eq!(fingerprints(&written(&report)), first);
    report.artifact.image.as_mut().unwrap().tags = vec!["example.org/stall:1.5".to_owned()];
    assert_ne!(fingerprints(&written(&report)), first, "another image is another");
}

#[test]
fn several_versions_at_one_place_are_told_apart() {
    let mut report = example::report();
    let findings = &mut report.matches.as_mut().unwrap().findings;
    let again = findings[0].clone();
    findings.push(again);
    let log = written(&report);
    let mut told = fingerprints(&log);
    told.sort_unstable();
    told.dedup();
    assert_eq!(told.len(), 3, "none is given twice");
    assert_eq!(log["runs"][0]["tool"]["driver"]["rules"].as_array().unwrap().len(), 2);
}

#[test]
fn what_does_not_count_is_a_suppressed_result_where_it_is_shown() {
    let mut report = example::report();
    let findings = &mut report.matches.as_mut().unwrap().findings;
    let mut modified = Modified::new(findings.remove(0), "not_affected", "OpenVEX");
    modified.statement = "component_not_present".to_owned();
    report.suppressed = vec![modified];
    let log = written(&report);
    let results = log["runs"][0]["results"].as_array().unwrap().clone();
    assert!(results.len() == 1 && results[0]["suppressions"].is_null());
    report.shows_suppressed = true;
    let log = written(&report);
    let results = log["runs"][0]["results"].as_array().unwrap();
    let mut suppressions: Vec<_> = results.iter().map(|it| it["suppressions"].clone()).collect();
    suppressions.sort_by_key(|list| list.as_array().unwrap().len());
    let justification = "not_affected (OpenVEX): component_not_present";
    let one = serde_json::json!(
        [{"kind": "external", "status": "accepted", "justification": justification}]
    );
    assert_eq!(suppressions, [serde_json::json!([]), one]);
    let cut = within(&report, 1);
    let results = cut["runs"][0]["results"].as_array().unwrap();
    assert!(results.len() == 1 && results[0]["suppressions"].is_null(), "what counts stays");
}

#[test]
fn what_was_not_looked_for_is_no_success() {
    let mut report = example::report();
    let successful = |report: &Report| {
        written(report)["runs"][0]["invocations"][0]["executionSuccessful"].clone()
    };
    assert_eq!(successful(&report), true);
    report.matches = None;
    assert_eq!(successful(&report), false, "closing every alert");
    report.configuration = Some(crate::Configuration::default());
    assert_eq!(successful(&report), true);
}

#[test]
fn what_is_cut_is_the_least_severe_and_is_said() {
    let report = example::report();
    let log = within(&report, 1);
    let run = &log["runs"][0];
    assert_eq!(run["results"].as_array().unwrap().len(), 1);
    assert_eq!(run["results"][0]["ruleId"], "CVE-2030-0001");
    assert_eq!(run["tool"]["driver"]["rules"].as_array().unwrap().len(), 1);
    let said = run["invocations"][0]["toolExecutionNotifications"][0]["message"]["text"].as_str();
    assert!(said.unwrap().starts_with("1 results of the lowest severities are left out"));
}

#[test]
fn locations_are_cut_at_githubs_limit() {
    let mut report = example::report();
    let package =
        report.inventory.packages.iter_mut().find(|it| it.name == "org.example:core").unwrap();
    let place = package.locations[0].clone();
    for at in 0..MAX_LOCATIONS {
        let mut other = place.clone();
        other.path = format!("opt/{at}.jar");
        package.locations.push(other);
    }
    let log = written(&report);
    let results = log["runs"][0]["results"].as_array().unwrap();
    let most = results.iter().map(|it| it["locations"].as_array().unwrap().len()).max();
    assert_eq!(most, Some(MAX_LOCATIONS));
    let said = &log["runs"][0]["invocations"][0]["toolExecutionNotifications"][0];
    assert!(said["message"]["text"].as_str().unwrap().starts_with("2 locations are left out"));
}

#[test]
fn the_score_of_the_source_is_the_security_severity_else_the_band() {
    let mut report = example::report();
    for finding in &mut report.matches.as_mut().unwrap().findings {
        finding.severity = Severity::Low;
        finding.cvss.clear();
    }
    let log = written(&report);
    let rule = &log["runs"][0]["tool"]["driver"]["rules"][0];
    assert_eq!(rule["properties"]["security-severity"], "2.0");
    assert_eq!(rule["defaultConfiguration"]["level"], "note");
}

#[test]
fn hostile_text_is_no_markup_and_no_link() {
    let mut report = example::report();
    for finding in &mut report.matches.as_mut().unwrap().findings {
        finding.title = "[x](javascript:y) <b>".to_owned();
        finding.description = "# <img src=x>\n::error::[y](1)\u{202e}".into();
    }
    let log = written(&report);
    let rule = &log["runs"][0]["tool"]["driver"]["rules"][0];
    assert_eq!(rule["shortDescription"]["text"], "\\[x\\](javascript:y) <b>");
    let markdown = rule["help"]["markdown"].as_str().unwrap();
    assert!(markdown.contains("\\# &lt;img src=x&gt;"), "{markdown}");
    assert!(!markdown.contains('\u{202e}') && !markdown.contains("\n::error"), "{markdown}");
}
