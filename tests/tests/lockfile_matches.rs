//! Advisories that affect the packages of real lockfiles, from the file to the findings.
//!
//! `$SEALIFT_TESTDATA/lockfiles`: `<format>/<case>/`; `matches.tsv`, a row for each package and
//! record: case, ecosystem, name, version, record id, by whom. A format without any row was not
//! judged. `$SEALIFT_TESTDATA/advisories`: what to match against.
#![expect(clippy::indexing_slicing, clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use sealift::Timestamp;
use sealift::{BuildOptions, Database, Matching, NoProgress, Report, ScanOptions, Scanner, Target};
use sealift_tests::{Suite, test_data};

const EXCEPTIONS: &str = include_str!("../exceptions/lockfile-matches.txt");

/// Ecosystem, name, version and record of a match, names without regard to case.
type Match = [String; 4];

#[test]
fn matches_are_exact() {
    let Some(data) = test_data() else { return };
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("advisories.db");
    let options = BuildOptions::new(Timestamp::from_unix_seconds(0).unwrap());
    Database::build(&data.join("advisories"), &file, &options).unwrap();
    let scanner = Scanner::new(Database::open(&file).unwrap());

    let wanted = wanted(&data.join("lockfiles/matches.tsv"));
    let judged: BTreeSet<&str> =
        wanted.keys().filter_map(|case| Some(case.split_once('/')?.0)).collect();
    let mut suite = Suite::new("lockfiles/matches", EXCEPTIONS);
    for (name, path) in cases(&data.join("lockfiles"), &judged) {
        let report = scan(&scanner, &path);
        let none = BTreeSet::new();
        let wanted = wanted.get(&name).unwrap_or(&none);
        if report.inventory.packages.is_empty() && !wanted.is_empty() {
            suite.unread(&name, "no package is found");
        } else {
            suite.case(&name, compare(wanted, &found(&report)));
        }
    }
    suite.finish();
}

fn wanted(table: &Path) -> BTreeMap<String, BTreeSet<Match>> {
    let text = fs::read_to_string(table).unwrap();
    let mut cases: BTreeMap<String, BTreeSet<Match>> = BTreeMap::new();
    for line in text.lines().filter(|line| !line.starts_with('#')) {
        let fields: Vec<&str> = line.split('\t').collect();
        let found = matching(fields[1], fields[2], fields[3], fields[4]);
        cases.entry(fields[0].to_owned()).or_default().insert(found);
    }
    cases
}

fn matching(ecosystem: &str, name: &str, version: &str, record: &str) -> Match {
    let version = version.strip_prefix('v').unwrap_or(version);
    [ecosystem, &name.to_lowercase(), version, record].map(str::to_owned)
}

fn cases(lockfiles: &Path, formats: &BTreeSet<&str>) -> Vec<(String, PathBuf)> {
    let mut cases = Vec::new();
    for format in formats {
        for entry in fs::read_dir(lockfiles.join(format)).unwrap() {
            let path = entry.unwrap().path();
            let case = path.file_name().unwrap().to_string_lossy().into_owned();
            cases.push((format!("{format}/{case}"), path));
        }
    }
    cases.sort();
    cases
}

fn scan(scanner: &Scanner, path: &Path) -> Report {
    let mut options = ScanOptions::default();
    options.matching = Some(Matching::All);
    options.development = true;
    options.all_records = true;
    scanner.scan(&Target::Filesystem(path.to_owned()), &options, &NoProgress).unwrap()
}

/// What was found, but for Go's own library: the table does not judge it.
fn found(report: &Report) -> BTreeSet<Match> {
    let mut found = BTreeSet::new();
    for finding in report.findings() {
        let package = report.package_of(finding).unwrap();
        let ecosystem = package.ecosystem.to_string();
        for record in finding.record_ids.iter().filter(|_| package.name != "stdlib") {
            found.insert(matching(&ecosystem, &package.name, &package.version, record));
        }
    }
    found
}

fn compare(wanted: &BTreeSet<Match>, found: &BTreeSet<Match>) -> Result<(), String> {
    let missed: Vec<_> = wanted.difference(found).collect();
    let invented: Vec<_> = found.difference(wanted).collect();
    if missed.is_empty() && invented.is_empty() {
        return Ok(());
    }
    Err(format!("missed {missed:?}, invented {invented:?}"))
}
