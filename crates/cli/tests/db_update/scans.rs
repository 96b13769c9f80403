//! Scans that bring their database, do without, or run while another process brings it.

use std::fs;
use std::time::Duration;

use crate::bench::{Bench, done, findings, said};
use crate::exports::{export, records};
use crate::server::Fault;

#[test]
fn a_scan_on_a_fresh_machine_fetches_what_it_needs() {
    let bench = Bench::new();
    let mut files = export("npm", &records(60));
    files.extend(export("PyPI", &records(60)));
    bench.server.publish(files);
    let scan = bench.scan(&[]);
    done(&scan);
    assert_eq!(findings(&scan), 60);
    let asked = bench.server.asked();
    assert!(asked.contains(&"npm/all.zip 200".to_owned()), "{asked:?}");
    assert!(!asked.iter().any(|line| line.contains("PyPI")), "{asked:?}");
    // Now it is there.
    assert_eq!(findings(&bench.scan(&[])), 60);
    assert_eq!(bench.server.asked(), [""; 0]);
    // A day later it is looked up again.
    bench.age();
    done(&bench.scan(&[]));
    assert!(bench.server.asked().contains(&"npm/modified_id.csv 304".to_owned()));
    assert_eq!(findings(&bench.scan(&[])), 60);
    assert_eq!(bench.server.asked(), [""; 0]);
}

#[test]
fn what_is_fetched_ahead_on_a_fresh_machine_serves_the_scans_after_it() {
    let bench = Bench::new();
    let ahead = ["image", "--download-db-only", "--no-progress"];
    let none = bench.run(&ahead);
    assert_eq!(none.status.code(), Some(2), "a mirror that has nothing: {}", said(&none));
    let bench = Bench::new();
    bench.server.publish(export("npm", &records(60)));
    let fetched = bench.run(&ahead);
    done(&fetched);
    assert!(said(&fetched).contains("npm; `sealift db update"), "{}", said(&fetched));
    bench.server.asked();
    assert_eq!(findings(&bench.scan(&["--skip-db-update"])), 60);
    assert_eq!(bench.server.asked(), [""; 0]);
    // From now on it is what is there that is updated.
    let again = bench.run(&ahead);
    done(&again);
    assert!(!said(&again).contains("usual"), "{}", said(&again));

    let bench = Bench::new();
    bench.server.publish(export("npm", &records(60)));
    bench.server.fault("npm/all.zip", Fault::Status(500));
    let failed = bench.run(&ahead);
    assert_eq!(failed.status.code(), Some(2), "{}", said(&failed));
}

#[test]
fn who_must_not_ask_does_not() {
    let bench = Bench::new();
    bench.server.publish(export("npm", &records(60)));
    for flag in ["--offline", "--skip-db-update"] {
        let scan = bench.scan(&[flag]);
        assert_eq!(scan.status.code(), Some(2));
        assert!(said(&scan).contains("sealift db update"), "{}", said(&scan));
    }
    assert_eq!(bench.server.asked(), [""; 0]);
    done(&bench.update());
    bench.age();
    bench.server.asked();
    for flag in ["--offline", "--skip-db-update"] {
        assert_eq!(findings(&bench.scan(&[flag])), 60);
    }
    // A database that is named is used as it is.
    let named = bench.file("named.db");
    fs::copy(bench.file("sealift.db"), &named).unwrap();
    assert_eq!(findings(&bench.scan(&["--db", named.to_str().unwrap()])), 60);
    assert_eq!(bench.server.asked(), [""; 0]);
}

#[test]
fn when_updating_fails_the_last_good_database_is_used() {
    let bench = Bench::new();
    bench.server.publish(export("npm", &records(60)));
    bench.server.fault("npm/modified_id.csv", Fault::Status(500));
    let scan = bench.scan(&[]);
    assert_eq!(scan.status.code(), Some(2));
    let error = said(&scan);
    assert!(error.contains("status 500") && error.contains("sealift db update"), "{error}");
    bench.server.mend();
    done(&bench.update());
    bench.age();
    bench.server.fault("npm/modified_id.csv", Fault::Status(500));
    let scan = bench.scan(&[]);
    done(&scan);
    assert_eq!(findings(&scan), 60);
    let warning = said(&scan);
    assert!(warning.contains("warning") && warning.contains("status 500"), "{warning}");
}

#[test]
fn scans_in_the_middle_of_updates_see_whole_databases() {
    let bench = Bench::new();
    bench.server.publish(export("npm", &records(60)));
    done(&bench.update());
    bench.server.slow(Duration::from_millis(5));
    let mut seen = Vec::new();
    for round in 1..6u32 {
        bench.server.publish(export("npm", &records(60 + round)));
        let mut update = bench.command(&["db", "update"]).spawn().unwrap();
        while update.try_wait().unwrap().is_none() {
            let scan = bench.scan(&["--skip-db-update"]);
            done(&scan);
            seen.push((round, findings(&scan)));
        }
        let now = usize::try_from(60 + round).unwrap();
        assert_eq!(findings(&bench.scan(&["--skip-db-update"])), now);
    }
    for (round, found) in &seen {
        let now = usize::try_from(60 + *round).unwrap();
        assert!(*found == now || *found == now - 1, "{found} in round {round}");
    }
    println!("{} scans in the middle of 5 updates", seen.len());
}

#[test]
fn cleaning_takes_all_of_it_away() {
    let bench = Bench::new();
    bench.server.publish(export("npm", &records(60)));
    done(&bench.update());
    done(&bench.run(&["clean", "--vuln-db"]));
    for name in ["sealift.db", "state.json", "exports"] {
        assert!(!bench.file(name).exists(), "{name}");
    }
}

#[test]
fn a_database_says_who_publishes_it() {
    let bench = Bench::new();
    let mut records = records(60);
    records.insert("GHSA-aaaa-bbbb-cccc".to_owned(), (1, 0));
    bench.server.publish(export("npm", &records));
    done(&bench.update());
    let info = bench.run(&["db", "info"]);
    let said = String::from_utf8(info.stdout).unwrap();
    assert!(said.contains("GitHub Advisory Database"), "{said}");
    assert!(said.contains("CC-BY-4.0"), "{said}");
}
