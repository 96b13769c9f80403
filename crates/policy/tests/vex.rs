//! Real VEX documents: all are read, and what of them says nothing that could be used is listed.
//!
//! `$SEALIFT_TESTDATA/vex`: documents in any folders below it.
#![expect(
    clippy::indexing_slicing,
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a test fails by panicking and tells what it found"
)]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use sealift_policy::{Limits, VexDocument};
use sealift_suite::{Suite, test_data};

#[test]
fn documents_are_read() {
    let Some(data) = test_data() else { return };
    let mut files = Vec::new();
    documents(&data.join("vex"), &mut files);
    files.sort();
    let mut suite = Suite::new("vex", "");
    for file in &files {
        let name = file.strip_prefix(&data).unwrap().display().to_string();
        suite.case(&name, is_read(&name, &fs::read(file).unwrap()));
    }
    suite.finish();
}

/// Whether every statement is either read or told of; prints why which are not.
fn is_read(name: &str, bytes: &[u8]) -> Result<(), String> {
    let document = VexDocument::read(name, bytes, &Limits::default());
    let document = document.map_err(|error| error.to_string())?;
    let mut reasons: BTreeMap<&str, usize> = BTreeMap::new();
    for unusable in &document.unusable {
        *reasons.entry(&unusable.reason).or_default() += 1;
    }
    for (reason, count) in reasons {
        println!("{name}: {count} that cannot be used: {reason}");
    }
    let written: serde_json::Value = serde_json::from_slice(bytes).unwrap();
    let written = written["statements"].as_array().map_or(0, Vec::len);
    let told = document.statements.len() + document.unusable.len();
    if document.statements.is_empty() || told < written {
        return Err(format!("{told} of {written} statements are accounted for"));
    }
    Ok(())
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
