//! Every case below `lockfiles/` of the test data, read by whichever catalogers want its files.
//!
//! The rules are those of the data's README: what is expected must be found, what else is found
//! must be allowed, and a case called `_invalid` must give a diagnostic. A case is not read when no
//! cataloger wants a file that a row is expected from; each such case is one of the exceptions.
#![expect(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "a suite stops at what it cannot read"
)]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use sealift_layers::{File, Limits, Metadata, TreePath};
use sealift_model::{Evidence, Package};
use sealift_sbom::{ALL, Catalog, Cataloger, Facts, MergedFacts, MergedFile};
use sealift_suite::{Suite, folders, test_data};

/// "In `poetry-lock`, `uv-lock` and `yarn` only the lockfile itself is judged" (the README).
const ONLY_LOCKFILE: &[(&str, &str)] =
    &[("poetry-lock", "poetry.lock"), ("uv-lock", "uv.lock"), ("yarn", "yarn.lock")];

#[test]
fn every_case_is_exact_or_excepted() {
    let Some(data) = test_data() else { return };
    let formats = folders(&data.join("lockfiles"));
    for folder in &formats {
        let format = file_name(folder);
        let mut suite = suite(&format);
        for case in folders(folder) {
            let name = format!("{format}/{}", file_name(&case));
            match judge(&format, &case) {
                Verdict::Unread => suite.unread(&name, "no cataloger wants its file"),
                Verdict::Exact => suite.case(&name, Ok(())),
                Verdict::Wrong(reasons) => suite.case(&name, Err(reasons.join("\n  "))),
            }
        }
        suite.finish();
    }
    let is_there = |line: &&str| formats.iter().any(|it| is_about(line, &file_name(it)));
    let gone: Vec<_> = exceptions().filter(|line| !is_there(line)).collect();
    assert_eq!(gone, [""; 0], "exceptions about formats that are not there");
    assert!(!formats.is_empty(), "no formats");
}

/// The suite of a format, with the exceptions that are about it.
fn suite(format: &str) -> Suite {
    let lines: Vec<_> = exceptions().filter(|line| is_about(line, format)).collect();
    Suite::new(format!("lockfiles/{format}"), &lines.join("\n"))
}

fn exceptions() -> impl Iterator<Item = &'static str> {
    let lines = include_str!("lockfiles-exceptions.txt").lines();
    lines.filter(|line| !line.is_empty() && !line.starts_with('#'))
}

fn is_about(exception: &str, format: &str) -> bool {
    exception.strip_prefix(format).is_some_and(|rest| rest.starts_with('/'))
}

enum Verdict {
    Exact,
    Unread,
    Wrong(Vec<String>),
}

fn judge(format: &str, case: &Path) -> Verdict {
    let expected = rows(&case.join("expected.tsv"));
    let allowed = rows(&case.join("allowed.tsv"));
    let files = files_of(format, case);
    let is_read = |path: &str| files.iter().any(|file| file.path == path && !file.by.is_empty());
    if !expected.iter().all(|row| is_read(&row[5])) || files.iter().all(|file| file.by.is_empty()) {
        return Verdict::Unread;
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
