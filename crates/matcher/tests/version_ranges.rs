//! Which versions a range accepts: the tables of `$SEALIFT_TESTDATA/versions` that the ecosystems'
//! own tools decided.
#![expect(
    clippy::panic,
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a suite fails by panicking and prints its figures"
)]

use std::fs;
use std::path::Path;

use sealift_matcher::{NpmRange, Prereleases, Scheme, SpecifierSet};

/// Whether a range accepts a version, by default and with pre-releases; none when it is no range.
type Answer = fn(range: &str, version: &str) -> Option<[bool; 2]>;

/// The tables by name. Of a Python specifier both columns are one answer: `packaging` accepts a
/// pre-release where nothing else is on offer, and on offer is the one version.
const TABLES: [(&str, Answer); 2] = [("npm-ranges", npm), ("pep440-specifiers", pep440)];

fn npm(range: &str, version: &str) -> Option<[bool; 2]> {
    let version = Scheme::Npm.parse(version).ok();
    let contains = |prereleases| {
        let range = NpmRange::parse(range, prereleases).ok()?;
        Some(version.as_ref().is_some_and(|version| range.contains(version)))
    };
    Some([contains(Prereleases::Named)?, contains(Prereleases::All)?])
}

fn pep440(range: &str, version: &str) -> Option<[bool; 2]> {
    let range = SpecifierSet::parse(range).ok()?;
    let version = Scheme::Pep440.parse(version).ok();
    Some([version.is_some_and(|version| range.contains(&version)); 2])
}

#[test]
fn tables_of_the_ecosystems_own_tools() {
    #[expect(clippy::disallowed_methods, reason = "tests find the shared data by this variable")]
    let Ok(root) = std::env::var("SEALIFT_TESTDATA") else {
        eprintln!("skipped: no test data");
        return;
    };
    let folder = Path::new(&root).join("versions");
    let mut failures = Vec::new();
    for (name, answer) in TABLES {
        check(&folder, &format!("{name}.tsv"), &mut failures, |line| {
            let cells: Vec<&str> = line.split('\t').collect();
            let [version, range, by_default, with_prereleases] = cells[..] else { return false };
            let wanted = [by_default == "true", with_prereleases == "true"];
            answer(range, version) == Some(wanted)
        });
        check(&folder, &format!("{name}-invalid.txt"), &mut failures, |line| {
            answer(line, "1.0.0").is_none()
        });
    }
    assert!(failures.is_empty(), "{} wrong:\n{}", failures.len(), failures.join("\n"));
}

fn check(folder: &Path, file: &str, failures: &mut Vec<String>, is_right: impl Fn(&str) -> bool) {
    let path = folder.join(file);
    let text =
        fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let before = failures.len();
    for (line, number) in text.lines().zip(1..) {
        if !is_right(line) {
            failures.push(format!("{file}:{number}: {line:?}"));
        }
    }
    let (cases, failed) = (text.lines().count(), failures.len() - before);
    let stem = path.file_stem().unwrap().to_string_lossy();
    let exact = cases - failed;
    println!("dataset versions/{stem}: {cases} cases, {exact} exact, 0 excepted, 0 skipped");
}
