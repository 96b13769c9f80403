//! Real VEX documents: all are read, and what of them says nothing that could be used is listed.
//!
//! `$SEALIFT_TESTDATA/vex`: documents in any folders below it.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use sealift_policy::{Limits, VexDocument};

#[test]
#[expect(clippy::disallowed_methods, reason = "the suite is told where its data is")]
fn documents_are_read() {
    let Some(data) = std::env::var_os("SEALIFT_TESTDATA").map(PathBuf::from) else {
        eprintln!("skipped: no test data");
        return;
    };
    let mut files = Vec::new();
    documents(&data.join("vex"), &mut files);
    files.sort();
    let mut failures = Vec::new();
    let mut statements = 0;
    for file in &files {
        let name = file.strip_prefix(&data).unwrap().display().to_string();
        let bytes = fs::read(file).unwrap();
        let document = match VexDocument::read(&name, &bytes, &Limits::default()) {
            Ok(document) => document,
            Err(error) => {
                failures.push(format!("{name}: {error}"));
                continue;
            }
        };
        statements += document.statements.len();
        let mut reasons: BTreeMap<&str, usize> = BTreeMap::new();
        for unusable in &document.unusable {
            *reasons.entry(&unusable.reason).or_default() += 1;
        }
        for (reason, count) in reasons {
            println!("{name}: {count} that cannot be used: {reason}");
        }
        let written: serde_json::Value = serde_json::from_slice(&bytes).unwrap();
        let written = written["statements"].as_array().map_or(0, Vec::len);
        let told = document.statements.len() + document.unusable.len();
        if document.statements.is_empty() || told < written {
            failures.push(format!("{name}: {told} of {written} statements are accounted for"));
        }
    }
    println!("{statements} statements can be used");
    let (cases, exact) = (files.len(), files.len() - failures.len());
    println!("dataset vex: {cases} cases, {exact} exact, 0 excepted, 0 skipped");
    assert!(failures.is_empty(), "{failures:#?}");
    assert!(cases > 0, "no documents");
}

fn documents(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            documents(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "json") {
            found.push(path);
        }
    }
}
