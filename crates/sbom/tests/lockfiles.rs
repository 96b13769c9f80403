//! Every case below `lockfiles/` of the test data, read by whichever catalogers want its files.
//!
//! The rules are those of the data's README: what is expected must be found, what else is found
//! must be allowed, and a case called `_invalid` must give a diagnostic. A case is skipped when no
//! cataloger wants a file that a row is expected from.
#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a suite stops at what it cannot read"
)]

use std::collections::BTreeMap;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use sealift_layers::{File, Limits, Metadata, TreePath};
use sealift_model::{Evidence, Package};
use sealift_sbom::{ALL, Catalog, Cataloger, Facts, MergedFacts, MergedFile};

/// "In `poetry-lock`, `uv-lock` and `yarn` only the lockfile itself is judged" (the README).
const ONLY_LOCKFILE: &[(&str, &str)] =
    &[("poetry-lock", "poetry.lock"), ("uv-lock", "uv.lock"), ("yarn", "yarn.lock")];

#[test]
fn every_case_is_exact_or_excepted() {
    #[expect(clippy::disallowed_methods, reason = "where the test data lies is the caller's word")]
    let Some(root) = std::env::var_os("SEALIFT_TESTDATA") else {
        say("skipped: no test data");
        return;
    };
    let exceptions = exceptions();
    let (mut tallies, mut wrong) = (Vec::new(), Vec::new());
    for folder in folders(&Path::new(&root).join("lockfiles")) {
        let mut tally = Tally::of(&folder);
        for case in folders(&folder) {
            let name = format!("{}/{}", tally.format, file_name(&case));
            match (judge(&tally.format, &case), exceptions.contains_key(&name)) {
                (Verdict::Skipped, _) => tally.skipped += 1,
                (Verdict::Exact, false) => tally.exact += 1,
                (Verdict::Exact, true) => wrong.push(format!("{name}: excepted, but exact")),
                (Verdict::Wrong(_), true) => tally.excepted.push(name),
                (Verdict::Wrong(reasons), false) => {
                    wrong.push(format!("{name}:\n  {}", reasons.join("\n  ")));
                }
            }
        }
        tally.say_dataset();
        tallies.push(tally);
    }
    say_table(&tallies, &exceptions);
    assert!(wrong.is_empty(), "{} cases are wrong:\n{}", wrong.len(), wrong.join("\n"));
}

/// What became of the cases of a format.
struct Tally {
    format: String,
    cases: usize,
    exact: usize,
    /// Their names.
    excepted: Vec<String>,
    skipped: usize,
}

impl Tally {
    fn of(folder: &Path) -> Self {
        let (format, cases) = (file_name(folder), folders(folder).len());
        Self { format, cases, exact: 0, excepted: Vec::new(), skipped: 0 }
    }

    fn say_dataset(&self) {
        let Self { format, cases, exact, excepted, skipped } = self;
        let excepted = excepted.len();
        say(&format!(
            "dataset lockfiles/{format}: {cases} cases, {exact} exact, {excepted} excepted, \
             {skipped} skipped"
        ));
    }
}

/// Prints a row for each format that is read, the reason of each exception, and what is not read.
fn say_table(tallies: &[Tally], exceptions: &BTreeMap<String, String>) {
    let (read, unread): (Vec<_>, Vec<_>) = tallies.iter().partition(|it| it.skipped < it.cases);
    say("\n| format | cases | exact | excepted | not read |\n| --- | ---: | ---: | ---: | ---: |");
    for Tally { format, cases, exact, excepted, skipped } in &read {
        say(&format!("| {format} | {cases} | {exact} | {} | {skipped} |", excepted.len()));
    }
    let sum = |of: fn(&Tally) -> usize| read.iter().map(|it| of(it)).sum::<usize>();
    let (cases, exact) = (sum(|it| it.cases), sum(|it| it.exact));
    let (excepted, skipped) = (sum(|it| it.excepted.len()), sum(|it| it.skipped));
    say(&format!("| all | {cases} | {exact} | {excepted} | {skipped} |\n"));
    for name in read.iter().flat_map(|it| &it.excepted) {
        say(&format!("excepted: {name}: {}", exceptions[name]));
    }
    let unread: Vec<&str> = unread.iter().map(|it| it.format.as_str()).collect();
    say(&format!("formats that are not read: {}", unread.join(", ")));
}

/// Prints past the test harness, which swallows what a test that passes prints with the macros.
fn say(line: &str) {
    writeln!(std::io::stderr(), "{line}").expect("stderr is open");
}

enum Verdict {
    Exact,
    Skipped,
    Wrong(Vec<String>),
}

fn judge(format: &str, case: &Path) -> Verdict {
    let expected = rows(&case.join("expected.tsv"));
    let allowed = rows(&case.join("allowed.tsv"));
    let files = files_of(format, case);
    let is_read = |path: &str| files.iter().any(|file| file.path == path && !file.by.is_empty());
    if !expected.iter().all(|row| is_read(&row[5])) || files.iter().all(|file| file.by.is_empty()) {
        return Verdict::Skipped;
    }

    let (packages, diagnostics) = catalog(&files);
    let found = found(&packages);
    let mut reasons = Vec::new();
    for row in &expected {
        let [ecosystem, name, version, dev] = [&row[0], &row[1], &row[2], &row[3]];
        let mut matching = found.iter().filter(|(identity, _)| matches(row, identity)).peekable();
        if matching.peek().is_none() {
            reasons.push(format!("missed: {ecosystem} {name} {version}"));
        }
        if dev != "-" && matching.any(|(_, is_dev)| *dev != is_dev.to_string()) {
            reasons.push(format!("dev is not {dev}: {ecosystem} {name} {version}"));
        }
    }
    for identity in found.keys() {
        if !expected.iter().chain(&allowed).any(|row| matches(row, identity)) {
            let (ecosystem, name, version) = identity;
            reasons.push(format!("not there: {ecosystem} {name} {version}"));
        }
    }
    if file_name(case).ends_with("_invalid") && diagnostics.is_empty() {
        reasons.push("nothing is said about what is malformed".to_owned());
    }
    if reasons.is_empty() {
        return Verdict::Exact;
    }
    reasons.extend(diagnostics.into_iter().map(|diagnostic| format!("({diagnostic})")));
    Verdict::Wrong(reasons)
}

/// A file of a case, and who wants it.
struct CaseFile {
    path: String,
    bytes: Vec<u8>,
    by: Vec<&'static dyn Cataloger>,
}

fn files_of(format: &str, case: &Path) -> Vec<CaseFile> {
    let only = ONLY_LOCKFILE.iter().find(|(name, _)| *name == format).map(|(_, file)| *file);
    let mut files = Vec::new();
    for file in files_below(case) {
        let path = file.strip_prefix(case).unwrap().to_str().unwrap().to_owned();
        if matches!(path.as_str(), "expected.tsv" | "allowed.tsv" | "NOTES")
            || only.is_some_and(|only| file_name(&file) != only)
        {
            continue;
        }
        let bytes = fs::read(&file).unwrap();
        let metadata = Metadata::new(bytes.len().try_into().unwrap(), 0o644);
        let head = &bytes[..bytes.len().min(512)];
        let tree_path = TreePath::from(path.as_str());
        let wants = |by: &&dyn Cataloger| by.wants(tree_path, &metadata, head);
        let by = ALL.iter().copied().filter(wants).collect();
        files.push(CaseFile { path, bytes, by });
    }
    files
}

/// What all catalogers make of the files, each seeing only those that it wants.
fn catalog(files: &[CaseFile]) -> (Vec<Package>, Vec<String>) {
    let limits = Limits::default();
    let (mut packages, mut diagnostics) = (Vec::new(), Vec::new());
    for cataloger in ALL {
        let mut read = Vec::new();
        for file in files.iter().filter(|f| f.by.iter().any(|by| by.name() == cataloger.name())) {
            let path = TreePath::from(file.path.as_str());
            let mut facts = Facts::default();
            let mut content = File::from_bytes(path, file.bytes.clone(), &limits);
            match cataloger.read(&mut content, &mut facts) {
                Ok(()) => {}
                Err(error) => diagnostics.push(format!("{}: {error}", file.path)),
            }
            read.push((file.path.clone(), facts));
        }
        let merged = read.iter().map(|(path, facts)| MergedFile::new(path, facts)).collect();
        let mut catalog = Catalog::default();
        cataloger.assemble(&MergedFacts::new(cataloger.name(), merged), &mut catalog);
        packages.extend_from_slice(catalog.packages());
        diagnostics.extend(catalog.diagnostics().iter().map(ToString::to_string));
    }
    (packages, diagnostics)
}

/// Ecosystem, name and version in the form in which they are compared.
type Identity = (String, String, String);

/// Each package once, and whether every mention says that only development needs it.
fn found(packages: &[Package]) -> BTreeMap<Identity, bool> {
    let mut found = BTreeMap::new();
    for package in packages {
        let declared = package.evidence == Evidence::Declared;
        let is_dev = declared && package.scope.is_of_development();
        let ecosystem = package.ecosystem.to_string();
        let identity = identity(&ecosystem, &package.name, &package.version);
        *found.entry(identity).or_insert(is_dev) &= is_dev;
    }
    found
}

fn matches(row: &[String], found: &Identity) -> bool {
    let (ecosystem, name, version) = identity(&row[0], &row[1], &row[2]);
    ecosystem == found.0 && name == found.1 && (version == "*" || version == found.2)
}

fn identity(ecosystem: &str, name: &str, version: &str) -> Identity {
    let name = match ecosystem {
        "PyPI" => {
            let parts = name.split(['-', '_', '.']).filter(|part| !part.is_empty());
            parts.collect::<Vec<_>>().join("-").to_lowercase()
        }
        "NuGet" => name.to_lowercase(),
        _ => name.to_owned(),
    };
    let version = match version {
        "-" => "",
        version if ecosystem == "Go" => version.strip_prefix('v').unwrap_or(version),
        version => version,
    };
    (ecosystem.to_owned(), name, version.to_owned())
}

/// The rows of a table without its comments; none when there is no such file.
fn rows(path: &Path) -> Vec<Vec<String>> {
    let text = fs::read_to_string(path).unwrap_or_default();
    let lines = text.lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
    lines.map(|line| line.split('\t').map(str::to_owned).collect()).collect()
}

/// The cases that are excepted, each with its reason.
fn exceptions() -> BTreeMap<String, String> {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/lockfiles-exceptions.tsv");
    let rows = rows(Path::new(path));
    assert!(rows.iter().all(|row| row.len() == 2), "a case without a reason, or more than that");
    rows.into_iter().map(|row| (row[0].clone(), row[1].clone())).collect()
}

fn folders(path: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let paths = entries.map(|entry| entry.unwrap().path()).filter(|path| path.is_dir());
    let mut paths: Vec<_> = paths.collect();
    paths.sort();
    paths
}

fn files_below(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files.extend(files_below(&path));
        } else {
            files.push(path);
        }
    }
    files.sort();
    files
}

fn file_name(path: &Path) -> String {
    path.file_name().unwrap().to_str().unwrap().to_owned()
}
