//! Which versions a range accepts: the tables of `$SEALIFT_TESTDATA/versions` that the ecosystems'
//! own tools decided.
#![expect(clippy::unwrap_used, reason = "a suite fails by panicking")]

use std::fs;
use std::path::Path;

use sealift_matcher::{NpmRange, Prereleases, Scheme, SpecifierSet};
use sealift_suite::{Suite, files, test_data};

/// Whether a range accepts a version, by default and with pre-releases; none when it is no range.
type Answer = fn(range: &str, version: &str) -> Option<[bool; 2]>;

/// What answers the tables of a name. Of a Python specifier both columns are one answer:
/// `packaging` accepts a pre-release where nothing else is on offer, and on offer is the one version.
fn answer(name: &str) -> Option<Answer> {
    match name {
        "npm-ranges" => Some(npm),
        "pep440-specifiers" => Some(pep440),
        _ => None,
    }
}

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
    let Some(data) = test_data() else { return };
    let folder = data.join("versions");
    let kinds: [(_, _, Check); 2] = [("tsv", "", is_right), ("txt", "-invalid", refused)];
    for (extension, ending, check) in kinds {
        let mut tables = 0;
        for path in files(&folder, extension) {
            let stem = path.file_stem().unwrap().to_string_lossy();
            let name = stem.strip_suffix(ending).unwrap_or(&stem);
            if ["-ranges", "-specifiers"].iter().any(|kind| name.ends_with(kind)) {
                check_table(&path, &stem, answer(name), check);
                tables += 1;
            }
        }
        assert!(tables > 0, "{}: no tables", folder.display());
    }
}

/// Whether the answer to a line is right.
type Check = fn(Answer, line: &str) -> bool;

fn is_right(answer: Answer, line: &str) -> bool {
    let cells: Vec<&str> = line.split('\t').collect();
    let [version, range, by_default, with_prereleases] = cells[..] else { return false };
    answer(range, version) == Some([by_default == "true", with_prereleases == "true"])
}

fn refused(answer: Answer, line: &str) -> bool {
    answer(line, "1.0.0").is_none()
}

fn check_table(path: &Path, stem: &str, answer: Option<Answer>, check: Check) {
    let mut suite = Suite::new(format!("versions/{stem}"), "");
    for (line, number) in fs::read_to_string(path).unwrap().lines().zip(1..) {
        let case = format!("{stem}:{number}");
        match answer.map(|answer| check(answer, line)) {
            Some(true) => suite.case(&case, Ok(())),
            Some(false) => suite.case(&case, Err(format!("{line:?}"))),
            None => suite.unread(&case, "no range is called so"),
        }
    }
    suite.finish();
}
