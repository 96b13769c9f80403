//! The reports on real images: valid by the official schemas, and as code scanning wants them.
//!
//! `$SEALIFT_TESTDATA/images`: `oci/`, a layout whose tags are cases; `docker-archive/<case>.tar`.
//! `$SEALIFT_TESTDATA/advisories`: what to match against. `$SEALIFT_TESTDATA/schemas`.
#![expect(clippy::indexing_slicing, clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use jsonschema::{Registry, Resource, Validator};
use sealift::{BuildOptions, Database, Format, NoProgress, Report, ScanOptions, Scanner, Target};
use sealift_tests::{Suite, test_data};
use serde_json::Value;

/// The schemas, and the format that each is for.
const FORMATS: [(&str, Format); 3] = [
    ("sarif-2.1.0", Format::Sarif),
    ("cyclonedx-1.6", Format::CycloneDxWithVulnerabilities),
    ("spdx-2.3", Format::SpdxJson),
];

#[test]
fn reports_are_valid_and_fit_for_code_scanning() {
    let Some(data) = test_data() else { return };
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("advisories.db");
    let options = BuildOptions::new("2026-01-31T00:00:00Z".parse().unwrap());
    Database::build(&data.join("advisories"), &file, &options).unwrap();
    let scanner = Scanner::new(Database::open(&file).unwrap());
    let validators =
        FORMATS.map(|(schema, format)| (schema, format, validator(&data.join("schemas"), schema)));

    let mut valid = Suite::new("report-schemas", "");
    let mut sarif = Suite::new("report-sarif", "");
    for (name, target) in cases(&data.join("images")) {
        let report = scanner.scan(&target, &ScanOptions::default(), &NoProgress).unwrap();
        for (schema, format, validator) in &validators {
            valid.case(&format!("{name}/{schema}"), is_valid(validator, &report, format));
        }
        sarif.case(&name, code_scanning(&report));
    }
    valid.finish();
    sarif.finish();
}

/// The validator of one schema, its references answered by the files beside it.
fn validator(folder: &Path, name: &str) -> Validator {
    let json = |file: &str| -> Value {
        serde_json::from_slice(&fs::read(folder.join(file)).unwrap()).unwrap()
    };
    let referred = ["spdx.schema.json", "jsf-0.82.schema.json"].map(|file| {
        let schema = json(file);
        let id = schema["$id"].as_str().unwrap().to_owned();
        (id, Resource::from_contents(schema))
    });
    let registry = Registry::new().extend(referred).unwrap().prepare().unwrap();
    let schema = json(&format!("{name}.json"));
    jsonschema::options().with_registry(&registry).build(&schema).unwrap()
}

fn is_valid(validator: &Validator, report: &Report, format: &Format) -> Result<(), String> {
    let document = written(report, format);
    let mut errors = validator.iter_errors(&document);
    match errors.next() {
        Some(error) => Err(format!("{}: {error}", error.instance_path())),
        None => Ok(()),
    }
}

fn written(report: &Report, format: &Format) -> Value {
    let mut bytes = Vec::new();
    sealift::render(report, format, &mut bytes).unwrap();
    serde_json::from_slice(&bytes).unwrap()
}

/// Rules are unique and each result has its own; fingerprints are unique and stay the same under
/// another tag; every finding is there.
fn code_scanning(report: &Report) -> Result<(), String> {
    let log = written(report, &Format::Sarif);
    let run = &log["runs"][0];
    let rules = run["tool"]["driver"]["rules"].as_array().unwrap();
    let ids: BTreeSet<&str> = rules.iter().map(|rule| rule["id"].as_str().unwrap()).collect();
    if ids.len() != rules.len() {
        return Err("a rule is there twice".to_owned());
    }
    let results = run["results"].as_array().unwrap();
    for result in results {
        let index = usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap();
        if rules[index]["id"] != result["ruleId"] {
            return Err(format!("{} has the rule of another", result["ruleId"]));
        }
    }
    for rule in rules {
        let score = rule["properties"]["security-severity"].as_str().unwrap();
        if !score.parse::<f64>().is_ok_and(|score| (0.0..=10.0).contains(&score)) {
            return Err(format!("{}: a security-severity of {score}", rule["id"]));
        }
    }
    let first = fingerprints(&log);
    if first.len() != results.len() || first.len() < report.findings().len() {
        return Err(format!("{} fingerprints of {} results", first.len(), results.len()));
    }
    let tagged = |tag: &str| {
        let mut other = report.clone();
        other.artifact.name = format!("example.org/shop:{tag}");
        if let Some(image) = &mut other.artifact.image {
            image.tags = vec![other.artifact.name.clone()];
            image.manifest = None;
        }
        fingerprints(&written(&other, &Format::Sarif))
    };
    if tagged("1") != tagged("2") {
        return Err("other fingerprints under another tag".to_owned());
    }
    Ok(())
}

fn fingerprints(log: &Value) -> BTreeSet<String> {
    let results = log["runs"][0]["results"].as_array().unwrap();
    let of = |result: &Value| {
        result["partialFingerprints"]["primaryLocationLineHash"].as_str().unwrap().to_owned()
    };
    results.iter().map(of).collect()
}

/// All tags of the layout, and all archives.
fn cases(images: &Path) -> Vec<(String, Target)> {
    let layout = images.join("oci");
    let index: Value =
        serde_json::from_slice(&fs::read(layout.join("index.json")).unwrap()).unwrap();
    let tags = index["manifests"].as_array().unwrap().iter().filter_map(|manifest| {
        manifest["annotations"]["org.opencontainers.image.ref.name"].as_str()
    });
    let mut cases: Vec<(String, Target)> =
        tags.map(|tag| (format!("oci/{tag}"), Target::image_layout(&layout, Some(tag)))).collect();
    for entry in fs::read_dir(images.join("docker-archive")).unwrap() {
        let file = entry.unwrap().path();
        let name = format!("docker-archive/{}", file.file_stem().unwrap().display());
        cases.push((name, Target::ImageArchive { file, selector: None }));
    }
    cases.sort_by(|(a, _), (b, _)| a.cmp(b));
    cases
}
