//! Which records affect which version: every line of
//! `$SEALIFT_TESTDATA/advisories/expected-matches.tsv.gz`, whose answers come from the
//! ecosystems' own tools, asked through a database of the records beside it.
//!
//! Packages whose lines may differ stand with the reason in
//! `tests/expected_matches_exceptions.txt`; one whose lines no longer do must leave it.
#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a suite fails by panicking and prints its figures"
)]

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::Read;
use std::num::NonZero;
use std::path::{Path, PathBuf};
use std::time::Instant;

use sealift_matcher::{
    BuildOptions, Database, MatchOptions, Matches, Records, build_in_memory, match_inventory,
};
use sealift_model::{Distribution, Ecosystem, Family, Inventory, Package, Purl, Timestamp};

#[test]
fn records_affect_the_versions_that_the_ecosystems_tools_say() {
    let Some(folder) = test_data() else {
        eprintln!("skipped: no test data");
        return;
    };
    let text = lines(&folder.join("expected-matches.tsv.gz"));
    let mut suite = Suite::new(&text);
    let database = database(&folder);
    let packages = suite.cases.iter().filter_map(|case| case.package.clone());
    let mut inventory = Inventory::default();
    inventory.packages = packages.collect();
    let mut options = MatchOptions::default();
    options.records = Records::All;
    let start = Instant::now();
    let matches = match_inventory(&database, &inventory, &options).unwrap();
    println!("{} packages matched in {:?}", inventory.packages.len(), start.elapsed());
    suite.judge(&matches);
    suite.close();
}

/// One line of the file.
struct Case<'t> {
    ecosystem: &'t str,
    name: &'t str,
    version: &'t str,
    /// Records that affect the version.
    expected: BTreeSet<&'t str>,
    /// Records of which the ecosystem's tool refuses a version.
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

    /// The package, as exceptions have it.
    fn key(&self) -> String {
        format!("{}\t{}", self.ecosystem, self.name)
    }
}

struct Suite<'t> {
    cases: Vec<Case<'t>>,
    /// Packages whose lines may differ, and whether one did.
    exceptions: BTreeMap<String, bool>,
    /// Exact, excepted, skipped by ecosystem.
    counts: BTreeMap<&'t str, [usize; 3]>,
    failures: Vec<String>,
}

impl<'t> Suite<'t> {
    fn new(text: &'t str) -> Self {
        let lines = text.lines().filter(|line| !line.starts_with('#'));
        let exceptions = include_str!("expected_matches_exceptions.txt").lines();
        Self {
            cases: lines.map(Case::read).collect(),
            exceptions: exceptions
                .filter(|line| !line.starts_with('#') && !line.is_empty())
                .map(|line| (line.rsplit_once('\t').expect("a reason").0.to_owned(), false))
                .collect(),
            counts: BTreeMap::new(),
            failures: Vec::new(),
        }
    }

    fn judge(&mut self, matches: &Matches) {
        let mut found: BTreeMap<usize, BTreeSet<&str>> = BTreeMap::new();
        for finding in &matches.findings {
            let records = finding.record_ids.iter().map(String::as_str);
            found.entry(finding.package).or_default().extend(records);
        }
        let mut open: BTreeMap<usize, BTreeSet<&str>> = BTreeMap::new();
        for undetermined in &matches.undetermined {
            open.entry(undetermined.package).or_default().insert(&undetermined.record_id);
        }
        let mut package = 0;
        for case in &self.cases {
            let base = case.ecosystem.split(':').next().unwrap();
            let counts = self.counts.entry(base).or_default();
            if case.package.is_none() {
                counts[2] += 1;
                continue;
            }
            let found = found.remove(&package).unwrap_or_default();
            let open = open.remove(&package).unwrap_or_default();
            package += 1;
            let difference = difference(case, &found, &open);
            match (difference, self.exceptions.get_mut(&case.key())) {
                (None, _) => counts[0] += 1,
                (Some(_), Some(differs)) => {
                    counts[1] += 1;
                    *differs = true;
                }
                (Some(difference), None) => {
                    self.failures.push(format!("{} {}: {difference}", case.key(), case.version));
                }
            }
        }
        let exact = self.exceptions.iter().filter(|(_, differs)| !**differs);
        self.failures.extend(exact.map(|(key, _)| format!("{key}: excepted, but exact")));
    }

    fn close(self) {
        let mut cases: BTreeMap<&str, usize> = BTreeMap::new();
        for case in &self.cases {
            *cases.entry(case.ecosystem.split(':').next().unwrap()).or_default() += 1;
        }
        for (name, [exact, excepted, skipped]) in &self.counts {
            println!(
                "dataset expected-matches/{name}: {} cases, {exact} exact, {excepted} excepted, \
                 {skipped} skipped",
                cases[name]
            );
        }
        assert!(
            self.failures.is_empty(),
            "{} differ:\n{}",
            self.failures.len(),
            self.failures.join("\n")
        );
    }
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

#[expect(clippy::disallowed_methods, reason = "the suites are told where their data is")]
fn test_data() -> Option<PathBuf> {
    std::env::var_os("SEALIFT_TESTDATA").map(|root| Path::new(&root).join("advisories"))
}
