//! Building from sources that are whole, broken, or made to do harm.

use std::fs;
use std::num::NonZero;
use std::path::Path;

use crate::support::{Advisories, ids, package, record, time};
use sealift_matcher::{BuildOptions, BuildReport, Database, Error, build, build_in_memory};
use sealift_model::{Ecosystem, Impact};

fn notes(report: &BuildReport) -> Vec<String> {
    report.diagnostics.iter().map(ToString::to_string).collect()
}

fn options() -> BuildOptions {
    BuildOptions::new(time("2026-01-31T12:00:00Z"))
}

fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap();
    let mut names: Vec<_> =
        entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

/// A record of npm's package `a`, modified on a day of January 2026.
fn npm(id: &str, day: u8, more: &str) -> String {
    record(id, "npm", "a", "introduced=0", more).replace("2026-01-01", &format!("2026-01-{day:02}"))
}

#[test]
fn a_broken_record_does_not_spoil_the_rest() {
    let folder = Advisories::new();
    let good = npm("X-1", 1, "");
    folder.zip(
        "npm/all.zip",
        &[
            ("X-1.json", good.as_bytes()),
            ("X-2.json", b"{\"id\": \"X-2\""),
            ("X-3.json", b"\xff\xfe"),
            (
                "X-4.json",
                br#"{"id": "X-4", "modified": "2026-01-01T00:00:00Z", "severity": "bad"}"#,
            ),
            ("README.md", b"not a record"),
        ],
    );
    let (database, report) = folder.build();
    database.verify().unwrap();
    let notes = notes(&report);
    assert_eq!(notes.len(), 3, "{notes:?}");
    assert!(notes[0].starts_with("npm/all.zip:X-2.json: not an OSV record"));
    assert!(notes[1].starts_with("npm/all.zip:X-3.json: not an OSV record"));
    assert!(notes[2].starts_with("npm/all.zip:X-4.json: severity"));
    let impacts: Vec<_> = report.diagnostics.iter().map(|note| note.impact).collect();
    assert_eq!(impacts, [Impact::Partial, Impact::Partial, Impact::Note]);
    assert_eq!(report.records, 2);
    let found = folder.matches(vec![package(Ecosystem::Npm, "a", "1.0.0")]);
    assert_eq!(ids(&found.findings), ["X-1: X-1"]);
}

#[test]
fn the_newest_copy_of_a_record_counts() {
    let folder = Advisories::new();
    let withdrawn = npm("X-2", 3, r#""withdrawn": "2026-01-03T00:00:00Z""#);
    folder.zip(
        "a/all.zip",
        &[
            ("1.json", npm("X-1", 1, r#""summary": "old""#).as_bytes()),
            ("2.json", npm("X-1", 3, r#""summary": "new""#).as_bytes()),
            ("3.json", npm("X-2", 2, "").as_bytes()),
        ],
    );
    folder.zip(
        "b/all.zip",
        &[
            ("1.json", npm("X-1", 2, r#""summary": "between""#).as_bytes()),
            ("2.json", withdrawn.as_bytes()),
        ],
    );
    let (database, report) = folder.build();
    assert_eq!(report.records, 1);
    let expected = "a/all.zip:1.json: X-1 stands here more than once: the newest counts";
    assert_eq!(notes(&report), [expected]);
    let sources: Vec<_> = database
        .info()
        .sources
        .iter()
        .map(|source| (&*source.name, source.records, source.newest.unwrap().to_string()))
        .collect();
    assert_eq!(
        sources,
        [
            ("a/all.zip", 3, "2026-01-03T00:00:00Z".to_owned()),
            ("b/all.zip", 2, "2026-01-03T00:00:00Z".to_owned()),
        ]
    );
    let found = folder.matches(vec![package(Ecosystem::Npm, "a", "1.0.0")]);
    assert_eq!(found.findings[0].title, "new");
    assert_eq!(found.findings.len(), 1);
}

#[test]
fn the_same_input_gives_the_same_bytes() {
    let folder = Advisories::new();
    let mut entries = Vec::new();
    for number in 0..300_u32 {
        let id = format!("X-{}", number % 200);
        let name = format!("name-{}", number % 40);
        let broken = if number % 50 == 0 { "\"severity\": 1" } else { "" };
        let text = record(&id, "npm", &name, "introduced=0", broken);
        entries.push((format!("{number}.json"), text));
    }
    let entries: Vec<_> = entries.iter().map(|(name, text)| (&**name, text.as_bytes())).collect();
    folder.zip("npm/all.zip", &entries);
    folder.file("own/1.json", npm("OWN-1", 1, "").as_bytes());
    let first = folder.bytes(1);
    for threads in [1, 2, 7] {
        assert!(folder.bytes(threads) == first, "{threads} threads");
    }
    let output = folder.path().join("advisories.db");
    let report = build(folder.path(), &output, &options()).unwrap();
    assert_eq!(fs::read(&output).unwrap(), first.0);
    assert_eq!(report, first.1);
    assert_eq!(&report.info, Database::open(first.0).unwrap().info());
}

#[test]
fn a_bomb_in_a_zip_is_left_out() {
    let folder = Advisories::new();
    let mut bomb = br#"{"id": "BOMB-1", "details": ""#.to_vec();
    bomb.resize(17 << 20, b'a');
    let good = npm("X-1", 1, "");
    let entries = [("bomb.json", &*bomb), ("X-1.json", good.as_bytes())];
    let zip = folder.zip("npm/all.zip", &entries);
    assert!(fs::metadata(zip).unwrap().len() < 200_000);
    let (_, report) = folder.build();
    let expected =
        "npm/all.zip:bomb.json: more than 16777216 bytes after inflation (max_record_bytes)";
    assert_eq!(notes(&report), [expected]);
    assert_eq!(report.records, 1);

    let mut options = options();
    options.limits.max_inflated_bytes = 1 << 20;
    let error = build_in_memory(folder.path(), &options).unwrap_err();
    assert!(matches!(error, Error::LimitExceeded { limit: "max_inflated_bytes", max: 1_048_576 }));
    options.limits.max_inflated_bytes = u64::MAX;
    options.limits.max_database_bytes = 100;
    let error = build_in_memory(folder.path(), &options).unwrap_err();
    assert!(matches!(error, Error::LimitExceeded { limit: "max_database_bytes", max: 100 }));
}

#[test]
fn a_zip_of_too_many_entries_is_read_up_to_the_limit() {
    let folder = Advisories::new();
    let records = [npm("X-1", 1, ""), npm("X-2", 1, ""), npm("X-3", 1, "")];
    let entries = [("1.json", &*records[0]), ("2.json", &*records[1]), ("3.json", &*records[2])];
    let entries = entries.map(|(name, text)| (name, text.as_bytes()));
    folder.zip("npm/all.zip", &entries);
    let mut options = options();
    options.limits.max_entries = 2;
    let (_, report) = build_in_memory(folder.path(), &options).unwrap();
    assert_eq!(notes(&report), ["npm/all.zip: more than 2 entries (max_entries)"]);
    assert_eq!(report.diagnostics[0].impact, Impact::Incomplete);
    assert_eq!(report.records, 2);
}

#[test]
fn an_entry_that_claims_another_size_or_method_is_left_out() {
    let folder = Advisories::new();
    let record = npm("X-1", 1, "");
    let zip = folder.zip("npm/all.zip", &[("1.json", record.as_bytes())]);
    let whole = fs::read(&zip).unwrap();
    // APPNOTE 4.3.12: in the central header, the method is at 10 and the size at 24.
    let central = whole.windows(4).position(|bytes| bytes == b"PK\x01\x02").unwrap();
    for (at, value, expected) in
        [(10, 12, "compressed in a way other than deflate"), (24, 1, "damaged")]
    {
        let mut changed = whole.clone();
        changed[central + at] = value;
        fs::write(&zip, changed).unwrap();
        let (_, report) = folder.build();
        assert_eq!(report.records, 0);
        let notes = notes(&report);
        assert!(notes[0].starts_with(&format!("npm/all.zip:1.json: {expected}")), "{notes:?}");
    }
}

#[test]
fn deep_json_and_many_faults_are_bounded() {
    let folder = Advisories::new();
    let deep = format!(r#"{{"id": "D-1", "affected": {}"#, "[".repeat(1 << 20));
    let many = format!(r#"{{"id": "M-1", "aliases": [{}]}}"#, vec!["1"; 10_000].join(","));
    folder.file("1.json", deep.as_bytes());
    folder.file("2.json", many.as_bytes());
    let mut options = options();
    options.limits.max_diagnostics = 5;
    let (_, report) = build_in_memory(folder.path(), &options).unwrap();
    assert_eq!(report.diagnostics.len(), 5);
    assert!(report.diagnostics_left_out > 10);
    assert!(report.diagnostics.iter().all(|note| note.message.len() < 400));
}

#[test]
fn a_zip_cut_off_anywhere_is_told() {
    let folder = Advisories::new();
    let (one, two) = (npm("X-1", 1, ""), npm("X-2", 1, ""));
    let zip = folder.zip("npm/all.zip", &[("1.json", one.as_bytes()), ("2.json", two.as_bytes())]);
    let whole = fs::read(&zip).unwrap();
    for length in 0..whole.len() {
        fs::write(&zip, &whole[..length]).unwrap();
        let (_, report) = folder.build();
        assert!(report.diagnostics.iter().any(|note| note.impact == Impact::Incomplete));
    }
    for at in 0..whole.len() {
        let mut flipped = whole.clone();
        flipped[at] ^= 0x55;
        fs::write(&zip, flipped).unwrap();
        let (database, _) = folder.build();
        database.verify().unwrap();
    }
}

#[test]
fn nothing_to_build_from_is_an_error() {
    let folder = Advisories::new();
    folder.file("README.md", b"nothing");
    let error = build_in_memory(folder.path(), &options()).unwrap_err();
    assert!(matches!(error, Error::NoRecords { .. }));
    let error = build_in_memory(&folder.path().join("missing"), &options()).unwrap_err();
    assert!(matches!(error, Error::Io { .. }));
}

#[test]
fn what_fails_leaves_the_old_file() {
    let folder = Advisories::of(&[&npm("X-1", 1, "")]);
    let output = Advisories::new();
    let path = output.file("advisories.db", b"old");
    let mut options = options();
    options.threads = NonZero::new(2).unwrap();
    options.limits.max_database_bytes = 1;
    build(folder.path(), &path, &options).unwrap_err();
    assert_eq!(fs::read(&path).unwrap(), b"old");
    assert_eq!(names(output.path()), ["advisories.db"]);

    // A folder in the place of the file: only the last step fails.
    let taken = output.path().join("taken");
    fs::create_dir_all(taken.join("by")).unwrap();
    let error = build(folder.path(), &taken, &self::options()).unwrap_err();
    assert!(matches!(error, Error::Io { path, .. } if path == taken));
    assert_eq!(names(output.path()), ["advisories.db", "taken"]);
}

/// `/dev/full` cannot stand in for a full disk, as the new file is made beside the old one. A
/// limit on the size of files fails in the same place, and with the same kind of error.
#[cfg(unix)]
#[test]
fn a_full_disk_leaves_the_old_file() {
    let output = Advisories::new();
    let path = output.file("advisories.db", b"old");
    let folder =
        Advisories::of(&[&npm("X-1", 1, &format!(r#""details": "{}""#, "a".repeat(90_000)))]);
    let script = format!(
        "trap '' XFSZ; ulimit -f 8; exec '{}' --exact building::builds_where_it_is_told --nocapture",
        std::env::current_exe().unwrap().display()
    );
    let status = std::process::Command::new("sh")
        .args(["-c", &script])
        .env("SEALIFT_TEST_BUILD", format!("{}:{}", folder.path().display(), path.display()))
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&status.stdout);
    assert!(said.contains("File too large"), "{said}");
    assert_eq!(fs::read(&path).unwrap(), b"old");
    assert_eq!(names(output.path()), ["advisories.db"]);
}

/// The other side of `a_full_disk_leaves_the_old_file`; nothing when run by itself.
#[cfg(unix)]
#[test]
fn builds_where_it_is_told() {
    #[expect(clippy::disallowed_methods, reason = "told by the test that starts it")]
    let Ok(told) = std::env::var("SEALIFT_TEST_BUILD") else { return };
    let (folder, output) = told.split_once(':').unwrap();
    let outcome = build(Path::new(folder), Path::new(output), &options());
    println!("{}", outcome.unwrap_err());
}
