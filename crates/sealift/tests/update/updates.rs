//! What is fetched, and what comes of it.

use std::fs;
use std::time::Duration;

use sealift::update::{Due, ExportOutcome, FolderMirror, UpdateError};

use crate::site::{Bench, START, at, names};

const DAY: Duration = Duration::from_secs(86_400);

#[test]
fn the_first_update_fetches_all_and_the_next_nothing() {
    let (mut bench, _) = Bench::with("npm", 100);
    let report = bench.update(&["npm"]).unwrap();
    assert!(report.is_new && !report.by_another);
    assert_eq!(report.exports[0].records, 100);
    assert!(matches!(report.exports[0].outcome, ExportOutcome::Whole { .. }));
    let asked = bench.site.asked().0;
    assert_eq!(
        asked,
        ["epss_scores-current.csv.gz", "kev.json", "npm/all.zip", "npm/modified_id.csv"]
    );
    let database = bench.database();
    let report = bench.update(&[]).unwrap();
    assert!(!report.is_new);
    assert!(matches!(report.exports[0].outcome, ExportOutcome::Unchanged));
    let (asked, sent) = bench.site.asked();
    assert!(asked.contains(&"npm/modified_id.csv".to_owned()), "{asked:?}");
    assert!(!asked.contains(&"npm/all.zip".to_owned()), "{asked:?}");
    assert_eq!(sent, 0);
    assert_eq!(bench.database(), database);
}

#[test]
fn few_changes_are_fetched_one_by_one() {
    let (mut bench, mut records) = Bench::with("npm", 200);
    bench.update(&["npm"]).unwrap();
    records.insert("X-0007".to_owned(), (9, START + 1_000));
    records.insert("Y-1".to_owned(), (2, START + 1_000));
    records.remove("X-0100");
    bench.site.publish("npm", &records);
    bench.site.asked();
    let report = bench.update(&[]).unwrap();
    assert_eq!(report.exports[0].records, 200);
    let ExportOutcome::Changed { fetched, removed } = report.exports[0].outcome else {
        panic!("{report:?}")
    };
    assert_eq!((fetched, removed), (2, 1));
    let asked = bench.site.asked().0;
    assert!(asked.contains(&"npm/X-0007.json".to_owned()), "{asked:?}");
    assert!(asked.contains(&"npm/Y-1.json".to_owned()), "{asked:?}");
    assert!(!asked.contains(&"npm/all.zip".to_owned()), "{asked:?}");
    assert_eq!(bench.database(), bench.fresh(&["npm"]));
    // What was removed may come back, and what was changed may go.
    records.insert("X-0100".to_owned(), (3, START + 2_000));
    records.remove("X-0007");
    bench.site.publish("npm", &records);
    bench.update(&[]).unwrap();
    assert_eq!(bench.database(), bench.fresh(&["npm"]));
}

#[test]
fn many_changes_are_fetched_as_a_whole() {
    let (mut bench, mut records) = Bench::with("npm", 100);
    bench.update(&["npm"]).unwrap();
    for (version, changed) in records.values_mut() {
        (*version, *changed) = (5, START + 5_000);
    }
    bench.site.publish("npm", &records);
    let report = bench.update(&[]).unwrap();
    assert!(matches!(report.exports[0].outcome, ExportOutcome::Whole { .. }));
    assert_eq!(bench.database(), bench.fresh(&["npm"]));
}

/// The listing is written by another job than the zip, and may be ahead of it.
#[test]
fn what_the_zip_has_not_yet_is_fetched_the_next_time() {
    let (mut bench, mut records) = Bench::with("npm", 200);
    let old = bench.site.file("npm/all.zip");
    records.insert("X-0003".to_owned(), (7, START + 9_000));
    bench.site.publish("npm", &records);
    let new = bench.site.file("npm/all.zip");
    bench.site.put("npm/all.zip", &old);
    bench.update(&["npm"]).unwrap();
    let report = bench.update(&[]).unwrap();
    let ExportOutcome::Changed { fetched: 1, removed: 0 } = report.exports[0].outcome else {
        panic!("{report:?}")
    };
    bench.site.put("npm/all.zip", &new);
    assert_eq!(bench.database(), bench.fresh(&["npm"]));
}

#[test]
fn a_site_without_listing_is_asked_for_zips() {
    let (mut bench, mut records) = Bench::with("npm", 60);
    bench.site.remove("npm/modified_id.csv");
    bench.update(&["npm"]).unwrap();
    let report = bench.update(&[]).unwrap();
    assert!(!report.is_new);
    records.remove("X-0001");
    bench.site.publish("npm", &records);
    bench.site.remove("npm/modified_id.csv");
    let report = bench.update(&[]).unwrap();
    assert!(matches!(report.exports[0].outcome, ExportOutcome::Whole { .. }));
    assert_eq!(report.exports[0].records, 59);
}

#[test]
fn exports_are_added_to_those_that_are_there() {
    let (mut bench, records) = Bench::with("npm", 60);
    bench.site.publish("PyPI", &records);
    let store = bench.store.clone();
    let due = |needed: &[&str], now| store.due(&names(needed), DAY, at(now)).unwrap();
    assert_eq!(due(&["npm"], START), Due::Missing);
    bench.update(&["npm"]).unwrap();
    let checked = START + 86_400;
    assert_eq!(due(&["npm"], checked + 10), Due::No);
    assert_eq!(due(&["npm"], checked + 86_400), Due::Old(at(checked)));
    assert_eq!(due(&["npm"], checked - 10), Due::Old(at(checked)), "a clock that was wrong");
    assert_eq!(due(&["npm", "PyPI"], checked + 10), Due::Lacks(names(&["PyPI"])));
    bench.site.asked();
    let mut request = bench.request(&["PyPI"]);
    request.fresh_for = DAY;
    bench.store.update(&bench.site, &request, &|_| {}).unwrap();
    let asked = bench.site.asked().0;
    assert!(!asked.iter().any(|path| path.starts_with("npm/")), "{asked:?}");
    assert_eq!(due(&["npm", "PyPI"], checked + 10), Due::No);
    assert_eq!(bench.database(), bench.fresh(&["npm", "PyPI"]));
}

#[test]
fn an_export_that_is_nowhere_is_not_asked_for_again() {
    let (mut bench, _) = Bench::with("npm", 60);
    let report = bench.update(&["npm", "ConanCenter"]).unwrap();
    assert!(matches!(report.exports[0].outcome, ExportOutcome::Absent));
    let needed = names(&["npm", "ConanCenter"]);
    assert_eq!(bench.store.due(&needed, DAY, at(START + 86_400)).unwrap(), Due::No);
    // It may come into being.
    bench.site.publish("ConanCenter", &crate::site::records(10));
    let report = bench.update(&[]).unwrap();
    assert_eq!(report.exports[0].records, 10);
}

#[test]
fn another_database_in_the_place_is_left_alone() {
    let (mut bench, _) = Bench::with("npm", 60);
    bench.update(&["npm"]).unwrap();
    let now = at(START + 30 * 86_400);
    fs::remove_file(bench.path("state.json")).unwrap();
    assert_eq!(bench.store.due(&names(&["PyPI"]), DAY, now).unwrap(), Due::Foreign);
}

/// Between the new database and the new state an update can be killed, too.
#[test]
fn a_database_without_its_state_is_made_anew() {
    let (mut bench, mut records) = Bench::with("npm", 60);
    bench.update(&["npm"]).unwrap();
    let state = fs::read(bench.path("state.json")).unwrap();
    records.insert("Y-1".to_owned(), (2, START + 1_000));
    bench.site.publish("npm", &records);
    bench.update(&[]).unwrap();
    let swept: Vec<_> = fs::read_dir(bench.path("exports")).unwrap().collect();
    assert!(swept.len() <= 3, "{swept:?}");
    fs::write(bench.path("state.json"), state).unwrap();
    let now = at(START + 2 * 86_400);
    assert!(matches!(bench.store.due(&names(&["npm"]), DAY, now).unwrap(), Due::Old(_)));
    bench.update(&[]).unwrap();
    assert_eq!(bench.database(), bench.fresh(&["npm"]));
}

#[test]
fn a_state_or_file_that_is_damaged_is_fetched_again() {
    let (mut bench, _) = Bench::with("npm", 60);
    bench.update(&["npm"]).unwrap();
    let whole = bench.database();
    fs::write(bench.path("state.json"), "{").unwrap();
    bench.update(&["npm"]).unwrap();
    assert_eq!(bench.database(), whole);
    for entry in fs::read_dir(bench.path("exports")).unwrap() {
        fs::write(entry.unwrap().path(), "damaged").unwrap();
    }
    fs::remove_file(bench.path("sealift.db")).unwrap();
    drop(bench.update(&["npm"]));
    bench.update(&["npm"]).unwrap();
    assert_eq!(bench.database(), whole);
}

#[test]
fn nothing_wanted_is_an_error() {
    let mut bench = Bench::new();
    assert!(matches!(bench.update(&[]), Err(UpdateError::NothingWanted)));
}

#[test]
fn a_folder_is_a_mirror() {
    let (bench, records) = Bench::with("GitHub Actions", 60);
    let mirror = tempfile::TempDir::new().unwrap();
    fs::create_dir(mirror.path().join("GitHub Actions")).unwrap();
    for path in ["GitHub Actions/all.zip", "GitHub Actions/modified_id.csv"] {
        fs::write(mirror.path().join(path), bench.site.file(path)).unwrap();
    }
    fs::write(
        mirror.path().join("epss_scores-2026-01-02.csv"),
        "#model_version:v1,score_date:2026-01-02T00:00:00Z\ncve,epss,percentile\nCVE-2021-44228,0.9,0.99\n",
    )
    .unwrap();
    let transport = FolderMirror::new(mirror.path());
    let request = bench.request(&["GitHub Actions"]);
    let report = bench.store.update(&transport, &request, &|_| {}).unwrap();
    let told: Vec<_> =
        report.exports.iter().map(|export| (export.name.as_str(), export.records)).collect();
    let count = u64::try_from(records.len()).unwrap();
    assert_eq!(told, [("GitHub Actions", count), ("epss", 1)]);
    assert!(!bench.store.update(&transport, &request, &|_| {}).unwrap().is_new);
    let nowhere = FolderMirror::new(mirror.path().join("nowhere"));
    assert!(bench.store.update(&nowhere, &request, &|_| {}).unwrap().refused().next().is_some());
}
