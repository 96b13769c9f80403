//! Scans of small source trees through the public interface: which packages count, which findings
//! are shown, and how old the advisories are.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::fs;
use std::path::Path;

use sealift::{
    BuildOptions, Database, Matching, NoProgress, Report, ScanOptions, Scanner, Selection,
    Severity, Status, Target, old_advisories,
};
use tempfile::TempDir;

/// A record of npm for all versions below `fixed`, or for all.
fn record(package: &str, severity: &str, fixed: Option<&str>) -> String {
    let fixed = fixed.map_or(String::new(), |fixed| format!(r#", {{"fixed": "{fixed}"}}"#));
    format!(
        r#"{{"id": "GHSA-{package}", "modified": "2030-01-10T00:00:00Z",
            "database_specific": {{"severity": "{severity}"}},
            "affected": [{{"package": {{"ecosystem": "npm", "name": "{package}"}},
                           "ranges": [{{"type": "SEMVER",
                                        "events": [{{"introduced": "0"}}{fixed}]}}]}}]}}"#
    )
}

fn scanner(folder: &TempDir) -> Scanner {
    let from = folder.path().join("advisories");
    for (package, severity, fixed) in [
        ("locked", "HIGH", Some("2.0.0")),
        ("stray", "LOW", None),
        ("other", "CRITICAL", Some("1.0.1")),
    ] {
        write(&from, &format!("npm/{package}.json"), &record(package, severity, fixed));
    }
    let file = folder.path().join("advisories.db");
    let options = BuildOptions::new("2030-01-11T00:00:00Z".parse().unwrap());
    Database::build(&from, &file, &options).unwrap();
    Scanner::new(Database::open(&file).unwrap())
}

/// `a` has a lockfile and what it asks for, `b` has installed packages alone.
fn tree(folder: &TempDir) -> std::path::PathBuf {
    let root = folder.path().join("tree");
    let lock = r#"{"name": "a", "lockfileVersion": 3, "packages": {
        "": {"name": "a", "dependencies": {"locked": "1.0.0"}},
        "node_modules/locked": {"version": "1.0.0"}}}"#;
    write(&root, "a/package-lock.json", lock);
    for (path, name) in [("a/node_modules/stray", "stray"), ("b/node_modules/other", "other")] {
        let manifest = format!(r#"{{"name": "{name}", "version": "1.0.0"}}"#);
        write(&root, &format!("{path}/package.json"), &manifest);
    }
    root
}

fn write(root: &Path, path: &str, content: &str) {
    let path = root.join(path);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, content).unwrap();
}

fn found(report: &Report) -> Vec<&str> {
    let mut ids: Vec<&str> = report.findings().iter().map(|finding| finding.id.as_str()).collect();
    ids.sort_unstable();
    ids
}

#[test]
fn a_lockfile_speaks_for_what_is_installed_below_it() {
    let folder = TempDir::new().unwrap();
    let (scanner, root) = (scanner(&folder), tree(&folder));
    let with = |target: Target, matching| {
        let mut options = ScanOptions::default();
        options.matching = matching;
        scanner.scan(&target, &options, &NoProgress).unwrap()
    };
    let fs = || Target::Filesystem(root.clone());
    let by_lockfile = with(fs(), None);
    assert_eq!(found(&by_lockfile), ["GHSA-locked", "GHSA-other"]);
    assert_eq!(by_lockfile.left_to_lockfiles, 1);
    let rootfs = with(Target::Rootfs(root.clone()), None);
    assert_eq!(found(&rootfs), ["GHSA-other", "GHSA-stray"]);
    assert_eq!(rootfs.left_to_lockfiles, 0);
    let all = with(fs(), Some(Matching::All));
    assert_eq!(found(&all), ["GHSA-locked", "GHSA-other", "GHSA-stray"]);
}

/// The project's own manifest and one that asks for less than there is pin nothing.
#[test]
fn a_manifest_speaks_for_nothing_that_is_installed() {
    let folder = TempDir::new().unwrap();
    let scanner = scanner(&folder);
    let manifest = r#"{"name": "app", "version": "1.0.0", "dependencies": {"other": "^1"}}"#;
    let lock = r#"{"name": "app", "version": "1.0.0", "lockfileVersion": 3,
        "packages": {"": {"name": "app", "version": "1.0.0"}}}"#;
    for (name, content) in [("package.json", manifest), ("package-lock.json", lock)] {
        let root = folder.path().join(name);
        write(&root, name, content);
        let other = r#"{"name": "other", "version": "1.0.0"}"#;
        write(&root, "node_modules/other/package.json", other);
        let target = Target::Filesystem(root);
        let report = scanner.scan(&target, &ScanOptions::default(), &NoProgress).unwrap();
        assert_eq!((found(&report), report.left_to_lockfiles), (vec!["GHSA-other"], 0), "{name}");
    }
}

#[test]
fn one_lockfile_is_a_target() {
    let folder = TempDir::new().unwrap();
    let (scanner, root) = (scanner(&folder), tree(&folder));
    let target = Target::Filesystem(root.join("a/package-lock.json"));
    let report = scanner.scan(&target, &ScanOptions::default(), &NoProgress).unwrap();
    assert_eq!(found(&report), ["GHSA-locked"]);
    let places = report.inventory.packages.iter().flat_map(|package| &package.locations);
    assert!(places.into_iter().all(|place| place.path == "package-lock.json"));
}

#[test]
fn a_file_that_is_known_by_its_folder_is_a_target() {
    let folder = TempDir::new().unwrap();
    let (root, options) = (folder.path(), ScanOptions::default());
    let scan = |path: &str| {
        let target = Target::Filesystem(root.join(path));
        Scanner::without_database().scan(&target, &options, &NoProgress)
    };
    for (path, content) in [
        ("a/gradle/libs.versions.toml", "[libraries]\ncore = \"org.example:core:2.14.1\"\n"),
        ("a/vendor/modules.txt", "# example.org/core v1.0.0\n## explicit\nexample.org/core\n"),
        ("a/.github/workflows/ci.yml", "jobs: {b: {steps: [{uses: example/core@v1.2.3}]}}\n"),
    ] {
        write(root, path, content);
        write(root, &path.replace("a/", "a/other/"), content);
        let report = scan(path).unwrap();
        let packages = &report.inventory.packages;
        let places = packages.iter().flat_map(|package| &package.locations);
        let places: Vec<&str> = places.map(|place| place.path.as_str()).collect();
        assert_eq!(places, [path.strip_prefix("a/").unwrap()]);
    }
    write(root, "a/gradle/other.toml", "");
    assert!(matches!(scan("a/gradle/other.toml"), Err(sealift::Error::NotRead { .. })));
}

#[test]
fn results_serialise() {
    let folder = TempDir::new().unwrap();
    let (scanner, root) = (scanner(&folder), tree(&folder));
    let target = Target::Filesystem(root.join("a"));
    let report = scanner.scan(&target, &ScanOptions::default(), &NoProgress).unwrap();
    let document = serde_json::to_value(&report).unwrap();
    let finding = &document["matches"]["findings"][0];
    assert_eq!(finding["id"], "GHSA-locked");
    assert_eq!((&finding["severity"], &finding["status"]), (&"HIGH".into(), &"fixed".into()));
    let package = usize::try_from(finding["package"].as_u64().unwrap()).unwrap();
    assert_eq!(document["inventory"]["packages"][package]["name"], "locked");
}

#[test]
fn a_selection_counts_what_it_hides() {
    let folder = TempDir::new().unwrap();
    let (scanner, root) = (scanner(&folder), tree(&folder));
    let mut options = ScanOptions::default();
    options.matching = Some(Matching::All);
    let scan = || scanner.scan(&Target::Filesystem(root.clone()), &options, &NoProgress).unwrap();

    let mut report = scan();
    let hidden = Selection::default().apply(&mut report);
    assert_eq!((found(&report).len(), hidden.by_severity.total(), hidden.by_status), (3, 0, 0));

    let mut selection = Selection::default();
    selection.severities = [Severity::Low, Severity::Critical].into();
    selection.ignored_statuses = [Status::Affected].into();
    let hidden = selection.apply(&mut report);
    assert_eq!(found(&report), ["GHSA-other"]);
    assert_eq!(hidden.by_severity.get(Severity::High), 1);
    assert_eq!((hidden.by_severity.total(), hidden.by_status), (1, 1));

    // A malicious package has no fix, and waits for none.
    let mut report = scan();
    for finding in &mut report.matches.as_mut().unwrap().findings {
        finding.malicious = true;
    }
    let mut selection = Selection::default();
    selection.ignored_statuses = [Status::Affected].into();
    assert_eq!((selection.apply(&mut report).by_status, found(&report).len()), (0, 3));
}

#[test]
fn advisories_are_old_after_a_week_without_a_new_one() {
    let folder = TempDir::new().unwrap();
    let (scanner, root) = (scanner(&folder), tree(&folder));
    let report =
        scanner.scan(&Target::Filesystem(root), &ScanOptions::default(), &NoProgress).unwrap();
    let coverage = &report.matches.as_ref().unwrap().coverage;
    let info = scanner.database().unwrap().info();
    let old = |day: &str| old_advisories(info, coverage, day.parse().unwrap());
    assert!(old("2030-01-17T23:00:00Z").is_empty());
    assert!(old("2029-01-01T00:00:00Z").is_empty(), "a clock that is behind");
    let [npm] = &old("2030-01-18T00:00:00Z")[..] else { panic!("npm is old") };
    assert_eq!((npm.ecosystem.as_str(), npm.days), ("npm", 8));
}
