//! The advisories of the quick start are OSV records, each where it belongs.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::fs;
use std::path::{Path, PathBuf};

use sealift_matcher::cvss::CvssVector;
use sealift_tests::{Suite, project, test_data};
use serde_json::Value;

#[test]
fn each_record_is_whole() {
    let mut suite = Suite::new("example-advisories", "");
    for path in records() {
        suite.case(&path.display().to_string(), check(&path, &read(&path)));
    }
    suite.finish();
}

#[test]
fn each_record_fits_the_schema() {
    let Some(data) = test_data() else { return };
    let schema = read(&data.join("schemas/osv.json"));
    let validator = jsonschema::validator_for(&schema).unwrap();
    let mut suite = Suite::new("example-advisories-schema", "");
    for path in records() {
        let outcome = validator.validate(&read(&path)).map_err(|error| error.to_string());
        suite.case(&path.display().to_string(), outcome);
    }
    suite.finish();
}

/// A record stands in its ecosystem's folder under its own id, says what it is about and what it
/// affects, and has vectors that can be scored.
fn check(path: &Path, record: &Value) -> Result<(), String> {
    let told = |condition: bool, what: &str| condition.then_some(()).ok_or(what.to_owned());
    told(path.file_stem().unwrap() == text(&record["id"]).as_str(), "another id than the file's")?;
    for field in ["summary", "details", "modified", "published"] {
        told(!text(&record[field]).is_empty(), field)?;
    }
    let folder = path.parent().unwrap().file_name().unwrap().to_str().unwrap();
    let affected = record["affected"].as_array().ok_or("nothing is affected")?;
    told(!affected.is_empty(), "nothing is affected")?;
    for package in affected {
        let ecosystem = package.pointer("/package/ecosystem").map(text).unwrap_or_default();
        let family = ecosystem.split(':').next().unwrap_or_default();
        told(family == folder, "another ecosystem than the folder's")?;
        let ranges = package["ranges"].as_array().ok_or("no ranges")?;
        told(ranges.iter().all(|range| range["events"].is_array()), "a range without events")?;
    }
    for severity in record["severity"].as_array().into_iter().flatten() {
        CvssVector::parse(&text(&severity["score"])).map_err(|error| error.to_string())?;
    }
    let names = ["aliases", "upstream"].into_iter().flat_map(|field| record[field].as_array());
    told(names.flatten().any(|name| text(name).starts_with("CVE-")), "names no CVE")
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

#[test]
fn the_catalogue_names_known_records() {
    let catalogue = read(&folder().join("kev.json"));
    let entries = catalogue["vulnerabilities"].as_array().unwrap();
    assert_eq!(catalogue["count"], entries.len());
    let all: String = records().map(|path| fs::read_to_string(path).unwrap()).collect();
    for entry in entries {
        assert!(all.contains(entry["cveID"].as_str().unwrap()), "{entry}");
    }
}

/// Every record, in the order of the paths.
fn records() -> impl Iterator<Item = PathBuf> {
    let folders = entries(&folder()).into_iter().filter(|path| path.is_dir());
    folders.flat_map(|folder| entries(&folder))
}

fn entries(folder: &Path) -> Vec<PathBuf> {
    let mut paths: Vec<PathBuf> =
        fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    paths
}

fn folder() -> PathBuf {
    project().join("examples/advisories")
}

fn read(path: &Path) -> Value {
    serde_json::from_slice(&fs::read(path).unwrap()).unwrap()
}
