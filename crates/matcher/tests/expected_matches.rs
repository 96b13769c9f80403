//! Which records affect which version: every line of
//! `$SEALIFT_TESTDATA/advisories/expected-matches.tsv.gz`, whose answers come from the
//! ecosystems' own tools, asked through a database of the records beside it.
//!
//! Packages whose lines may differ stand with the reason in
//! `tests/expected_matches_exceptions.txt`; one whose lines no longer do must leave it.
#![expect(
    clippy::panic,
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a suite fails by panicking and prints its figures"
)]

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::Read;
use std::num::NonZero;
use std::path::Path;
use std::time::Instant;

use sealift_matcher::{
    BuildOptions, Database, MatchOptions, Matches, Records, build_in_memory, match_inventory,
};
use sealift_model::{Distribution, Ecosystem, Family, Inventory, Package, Purl, Timestamp};
use sealift_suite::{Suite, test_data};

const EXCEPTIONS: &str = include_str!("expected_matches_exceptions.txt");

#[test]
fn records_affect_the_versions_that_the_ecosystems_tools_say() {
    let Some(folder) = test_data().map(|data| data.join("advisories")) else { return };
    let text = lines(&folder.join("expected-matches.tsv.gz"));
    let cases: Vec<_> =
        text.lines().filter(|line| !line.starts_with('#')).map(Case::read).collect();
    assert!(!cases.is_empty(), "no cases");
    let database = database(&folder);
    let packages = cases.iter().filter_map(|case| case.package.clone());
    let mut inventory = Inventory::default();
    inventory.packages = packages.collect();
    let mut options = MatchOptions::default();
    options.records = Records::All;
    let start = Instant::now();
    let matches = match_inventory(&database, &inventory, &options).unwrap();
    println!("{} packages matched in {:?}", inventory.packages.len(), start.elapsed());
    judge(&cases, &matches);
}

/// One line of the file.
struct Case<'t> {
    ecosystem: &'t str,
    name: &'t str,
    version: &'t str,
    /// Records that affect the version.
    expected: BTreeSet<&'t str>,
    /// Records with a version that the ecosystem's tool refuses.
    refused: BTreeSet<&'t str>,
    /// None when no reader of ours finds such packages.
    package: Option<Package>,
}

impl<'t> Case<'t> {
    fn read(line: &'t str) -> Self {
        let fields: Vec<_> = line.split('\t').collect();
        let ids = |field: &'t str| field.split(',').filter(|id| *id != "-").collect();
        let [ecosystem, name, version, expected, _, refused] = fields[..] else {
            panic!("not six columns: {line}")
        };
        let package = package(ecosystem, name, version);
        let (expected, refused) = (ids(expected), ids(refused));
        Self { ecosystem, name, version, expected, refused, package }
    }

    /// As exceptions have it.
    fn name(&self) -> String {
        format!("{} {} {}", self.ecosystem, self.name, self.version)
    }
}

/// Compares what was matched with every line, a suite for each ecosystem.
fn judge(cases: &[Case<'_>], matches: &Matches) {
    let mut found: BTreeMap<usize, BTreeSet<&str>> = BTreeMap::new();
    for finding in &matches.findings {
        let records = finding.record_ids.iter().map(String::as_str);
        found.entry(finding.package).or_default().extend(records);
    }
    let mut open: BTreeMap<usize, BTreeSet<&str>> = BTreeMap::new();
    for undetermined in &matches.undetermined {
        open.entry(undetermined.package).or_default().insert(&undetermined.record_id);
    }
    let mut suites: BTreeMap<&str, Suite> = BTreeMap::new();
    let mut package = 0;
    for case in cases {
        let base = case.ecosystem.split(':').next().unwrap();
        let suite = suites.entry(base).or_insert_with(|| suite(base));
        if case.package.is_none() {
            suite.unread(&case.name(), "no reader finds such packages");
            continue;
        }
        let found = found.remove(&package).unwrap_or_default();
        let open = open.remove(&package).unwrap_or_default();
        package += 1;
        suite.case(&case.name(), difference(case, &found, &open).map_or(Ok(()), Err));
    }
    let exceptions = EXCEPTIONS.lines();
    for line in exceptions.filter(|line| !line.is_empty() && !line.starts_with('#')) {
        assert!(suites.keys().any(|base| is_about(line, base)), "no such ecosystem: {line}");
    }
    suites.into_values().for_each(Suite::finish);
}

/// The suite of an ecosystem, with the exceptions that are about it.
fn suite(base: &str) -> Suite {
    let lines: Vec<_> = EXCEPTIONS.lines().filter(|line| is_about(line, base)).collect();
    Suite::new(format!("expected-matches/{base}"), &lines.join("\n"))
}

/// Whether an exception is about an ecosystem, whichever release of it.
fn is_about(exception: &str, base: &str) -> bool {
    exception.strip_prefix(base).is_some_and(|rest| rest.starts_with([':', ' ']))
}

/// How the answer differs. A record with a refused version must stay open, unless it affects
/// every version there is.
fn difference(case: &Case<'_>, found: &BTreeSet<&str>, open: &BTreeSet<&str>) -> Option<String> {
    let missed: Vec<_> = case.expected.difference(found).collect();
    let false_: Vec<_> = found
        .iter()
        .filter(|id| !case.expected.contains(*id) && !case.refused.contains(*id))
        .collect();
    let silent: Vec<_> =
        case.refused.iter().filter(|id| !open.contains(*id) && !found.contains(*id)).collect();
    let exact = missed.is_empty() && false_.is_empty() && silent.is_empty();
    (!exact).then(|| format!("missed {missed:?}, false {false_:?}, neither {silent:?}"))
}

fn package(ecosystem: &str, name: &str, version: &str) -> Option<Package> {
    let (base, release) = ecosystem.split_once(':').unwrap_or((ecosystem, ""));
    if let Some(known) = Ecosystem::from_osv(base) {
        let purl = Purl::builder("generic", name).build().unwrap();
        return Some(Package::new(known, name, version, purl));
    }
    // The names of os-release and of OSV are alike for the distributions in the file.
    let distribution = Distribution::new(base, Some(release.trim_start_matches('v')));
    let packages = distribution.family.and_then(Family::packages)?;
    let purl = Purl::builder("generic", name).qualifier("distro", distribution.qualifier());
    Some(Package::new(packages, name, version, purl.build().unwrap()))
}

fn database(folder: &Path) -> Database {
    let mut options = BuildOptions::new(Timestamp::from_unix_seconds(0).unwrap());
    options.threads = NonZero::new(2).unwrap();
    let start = Instant::now();
    let (bytes, report) = build_in_memory(folder, &options).unwrap();
    println!(
        "{} records in {} bytes, built in {:?}, {} diagnostics",
        report.records,
        bytes.len(),
        start.elapsed(),
        report.diagnostics.len()
    );
    for diagnostic in &report.diagnostics {
        println!("{diagnostic}");
    }
    let start = Instant::now();
    let database = Database::open(bytes).unwrap();
    println!("opened in {:?}", start.elapsed());
    let start = Instant::now();
    let verified = database.verify().unwrap();
    println!("verified in {:?}: {verified:?}", start.elapsed());
    database
}

fn lines(path: &Path) -> String {
    let mut text = String::new();
    let file = File::open(path).unwrap();
    flate2::read::GzDecoder::new(file).read_to_string(&mut text).unwrap();
    text
}
