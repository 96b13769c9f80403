//! What is refused, and that the last good state stays.

use sealift::update::{ExportOutcome, Refusal, UpdateError, UpdateReport};

use crate::site::{Bench, Fault, Records, START, record, zip};

/// A bench with npm and PyPI, in whose next state npm is faulty and PyPI has a record more.
fn bench() -> (Bench, Records) {
    let (mut bench, mut records) = Bench::with("npm", 100);
    bench.site.publish("PyPI", &records);
    bench.update(&["npm", "PyPI"]).unwrap();
    records.insert("Y-1".to_owned(), (1, START + 5_000));
    bench.site.publish("PyPI", &records);
    (bench, records)
}

fn outcome<'r>(report: &'r UpdateReport, name: &str) -> (&'r ExportOutcome, u64) {
    let export = report.exports.iter().find(|export| export.name == name).unwrap();
    (&export.outcome, export.records)
}

/// Changes all of npm, so that its zip is fetched.
fn change_all(bench: &Bench) {
    let mut records = crate::site::records(100);
    records.values_mut().for_each(|(version, changed)| (*version, *changed) = (3, START + 6_000));
    bench.site.publish("npm", &records);
}

#[test]
fn a_bad_zip_is_refused_and_the_others_go_on() {
    let broken = |json: &str| {
        let records = crate::site::records(100);
        let mut all: std::collections::BTreeMap<_, _> =
            records.iter().map(|(id, it)| (id.clone(), record("npm", id, it.0, it.1))).collect();
        all.insert("X-0050".to_owned(), json.to_owned());
        zip(&all)
    };
    let bomb = format!(r#"{{"id": "X-0050", "details": "{}"}}"#, " ".repeat(17 << 20));
    let many: std::collections::BTreeMap<_, _> = (0..12)
        .map(|number| {
            let id = format!("X-{number:04}");
            let json = format!(r#"{{"id": "{id}", "details": "{}"}}"#, " ".repeat(8 << 20));
            (id, json)
        })
        .collect();
    for (name, fault) in [
        ("HTML", Fault::Instead(b"<!doctype html><title>Sign in</title>".to_vec())),
        ("nothing", Fault::Instead(Vec::new())),
        ("a broken record", Fault::Instead(broken("{"))),
        ("a record without id", Fault::Instead(broken(r#"{"modified": "2026-01-01T00:00:00Z"}"#))),
        ("a bomb", Fault::Instead(broken(&bomb))),
        ("many bombs", Fault::Instead(zip(&many))),
        ("a flipped bit", Fault::Flipped(5_000)),
        ("a short zip", Fault::EndsAfter(20_000)),
        ("a connection that breaks", Fault::BreaksAfter(20_000)),
        ("no host", Fault::Down),
    ] {
        let (mut bench, _) = bench();
        change_all(&bench);
        bench.site.fault("npm/all.zip", fault);
        let report = bench.update(&[]).unwrap();
        assert!(report.is_new, "{name}");
        let (refused, records) = outcome(&report, "npm");
        assert!(
            matches!(refused, ExportOutcome::Refused { kept: true, .. }),
            "{name}: {refused:?}"
        );
        assert_eq!(outcome(&report, "PyPI").1, 101, "{name}");
        assert!(records == 100 || records == 0, "{name}");
        let ExportOutcome::Refused { why, .. } = refused else { unreachable!() };
        assert!(!why.to_string().is_empty());
        // Once the site is well, all is as it should be.
        bench.site.mend();
        bench.update(&[]).unwrap();
        assert_eq!(bench.database(), bench.fresh(&["npm", "PyPI"]), "{name}");
    }
}

#[test]
fn without_a_last_good_state_there_is_an_error_that_says_why() {
    let (mut bench, _) = Bench::with("npm", 100);
    bench.site.fault("npm/all.zip", Fault::Down);
    let error = bench.update(&["npm"]).unwrap_err();
    assert!(matches!(error, UpdateError::NothingThere { .. }), "{error}");
    assert_eq!(error.to_string(), "npm: npm/all.zip: no route to the host");
    assert!(!bench.store.database().exists());
    bench.site.mend();
    bench.update(&["npm"]).unwrap();
}

#[test]
fn a_download_is_taken_up_where_it_broke_off() {
    let (mut bench, _) = Bench::with("npm", 100);
    let length = bench.site.file("npm/all.zip").len();
    bench.site.fault("npm/all.zip", Fault::BreaksAfter(length / 3));
    let error = bench.update(&["npm"]).unwrap_err();
    assert!(
        matches!(&error, UpdateError::NothingThere { why: Refusal::BrokeOff { .. }, .. }),
        "{error}"
    );
    // Again and again.
    drop(bench.update(&["npm"]).unwrap_err());
    bench.site.mend();
    bench.site.remove("npm/modified_id.csv");
    bench.site.asked();
    bench.update(&["npm"]).unwrap();
    let sent = usize::try_from(bench.site.asked().1).unwrap();
    assert!(sent <= length - 2 * (length / 3) + 10, "{sent} of {length}");
    assert_eq!(bench.database(), bench.fresh(&["npm"]));
}

#[test]
fn a_download_of_another_state_is_begun_anew() {
    let (mut bench, mut records) = Bench::with("npm", 100);
    bench.site.fault("npm/all.zip", Fault::BreaksAfter(30_000));
    drop(bench.update(&["npm"]).unwrap_err());
    bench.site.mend();
    records.insert("Y-1".to_owned(), (1, START + 5_000));
    bench.site.publish("npm", &records);
    bench.update(&["npm"]).unwrap();
    assert_eq!(bench.database(), bench.fresh(&["npm"]));
}

#[test]
fn a_set_that_shrinks_sharply_is_refused() {
    let (mut bench, _) = bench();
    let few = crate::site::records(40);
    // By its listing, and where there is none by its zip.
    bench.site.publish("npm", &few);
    let report = bench.update(&[]).unwrap();
    let ExportOutcome::Refused { why: Refusal::Shrunk { before: 100, now: 40 }, kept: true } =
        outcome(&report, "npm").0
    else {
        panic!("{report:?}")
    };
    bench.site.remove("npm/modified_id.csv");
    let report = bench.update(&[]).unwrap();
    assert!(matches!(
        outcome(&report, "npm").0,
        ExportOutcome::Refused { why: Refusal::Shrunk { before: 100, now: 40 }, kept: true }
    ));
    let mut request = bench.request(&[]);
    request.reset = true;
    let report = bench.store.update(&bench.site, &request, &|_| {}).unwrap();
    assert_eq!(outcome(&report, "npm").1, 40);
}

/// A zip with a whole directory may yet lack most of what the listing has.
#[test]
fn a_zip_with_far_less_than_its_listing_is_refused() {
    let (mut bench, _) = Bench::with("npm", 100);
    let few = crate::site::records(10);
    let few = few.iter().map(|(id, it)| (id.clone(), record("npm", id, it.0, it.1))).collect();
    bench.site.put("npm/all.zip", &zip(&few));
    let error = bench.update(&["npm"]).unwrap_err();
    assert!(
        matches!(
            error,
            UpdateError::NothingThere { why: Refusal::Shrunk { before: 100, now: 10 }, .. }
        ),
        "{error}"
    );
}

#[test]
fn an_export_that_is_gone_is_kept() {
    let (mut bench, _) = bench();
    bench.site.remove("npm/all.zip");
    bench.site.remove("npm/modified_id.csv");
    let report = bench.update(&[]).unwrap();
    let ExportOutcome::Refused { why: Refusal::Gone { .. }, kept: true } =
        outcome(&report, "npm").0
    else {
        panic!("{report:?}")
    };
}

#[test]
fn a_bad_listing_or_record_is_refused() {
    for (path, instead) in [
        ("npm/modified_id.csv", b"<!doctype html>".to_vec()),
        ("npm/Y-1.json", b"<!doctype html>".to_vec()),
        ("npm/Y-1.json", record("npm", "Z-9", 1, START).into_bytes()),
        ("npm/Y-1.json", vec![b' '; 17 << 20]),
    ] {
        let (mut bench, records) = bench();
        bench.site.publish("npm", &records);
        bench.site.fault(path, Fault::Instead(instead));
        let report = bench.update(&[]).unwrap();
        let (outcome, _) = outcome(&report, "npm");
        assert!(
            matches!(outcome, ExportOutcome::Refused { kept: true, .. }),
            "{path}: {outcome:?}"
        );
        bench.site.mend();
        bench.update(&[]).unwrap();
        assert_eq!(bench.database(), bench.fresh(&["npm", "PyPI"]));
    }
}

#[test]
fn a_bad_catalogue_is_refused() {
    let kev = |cves: u32| {
        let entry = |n| format!(r#"{{"cveID": "CVE-2026-{n:04}", "dateAdded": "2026-01-01"}}"#);
        let entries: Vec<_> = (0..cves).map(entry).collect();
        format!(r#"{{"vulnerabilities": [{}]}}"#, entries.join(",")).into_bytes()
    };
    let (mut bench, _) = bench();
    bench.site.put("kev.json", &kev(100));
    let report = bench.update(&[]).unwrap();
    assert_eq!(outcome(&report, "kev.json").1, 100);
    for bad in [b"<html>".to_vec(), kev(3), b"{}".to_vec()] {
        bench.site.put("kev.json", &bad);
        let report = bench.update(&[]).unwrap();
        let (outcome, records) = outcome(&report, "kev.json");
        assert!(matches!(outcome, ExportOutcome::Refused { kept: true, .. }), "{outcome:?}");
        assert_eq!(records, 100);
    }
}
