//! What is fetched by HTTP, and what is refused.

use std::collections::BTreeMap;
use std::fs;
use std::process::Output;
use std::thread;
use std::time::{Duration, Instant};

use sealift_tests::{Suite, test_data};

use crate::bench::{Bench, done, said};
use crate::exports::{export, records, zip};
use crate::server::Fault;

#[test]
fn first_unchanged_and_few_changes() {
    let bench = Bench::new();
    let mut records = records(500);
    bench.server.publish(export("npm", &records));
    done(&bench.update());
    let asked = bench.server.asked();
    assert!(asked.contains(&"npm/all.zip 200".to_owned()), "{asked:?}");
    let first = bench.database().unwrap();
    done(&bench.update());
    let asked = bench.server.asked();
    assert!(asked.contains(&"npm/modified_id.csv 304".to_owned()), "{asked:?}");
    assert_eq!(bench.database().unwrap(), first);
    records.insert("X-00007".to_owned(), (3, 100));
    records.insert("Y-1".to_owned(), (1, 100));
    records.remove("X-00100");
    bench.server.publish(export("npm", &records));
    let updated = bench.update();
    done(&updated);
    assert!(said(&updated).contains("2 records fetched, 1 removed"), "{}", said(&updated));
    let asked = bench.server.asked();
    assert!(!asked.iter().any(|line| line.starts_with("npm/all.zip")), "{asked:?}");
    assert_eq!(bench.database().unwrap(), bench.fresh());
}

#[test]
fn a_download_that_breaks_is_taken_up() {
    let bench = Bench::new();
    bench.server.publish(export("npm", &records(500)));
    bench.server.fault("npm/all.zip", Fault::Cut(300_000));
    let failed = bench.update();
    assert_eq!(failed.status.code(), Some(2), "{}", said(&failed));
    bench.server.mend();
    bench.server.asked();
    done(&bench.update());
    let asked = bench.server.asked();
    assert!(asked.contains(&"npm/all.zip 206".to_owned()), "{asked:?}");
    assert_eq!(bench.database().unwrap(), bench.fresh());
}

#[test]
fn bad_answers_leave_what_is_there() {
    let bench = Bench::new();
    bench.server.publish(export("npm", &records(200)));
    done(&bench.update());
    let before = bench.database().unwrap();
    let mut changed = records(200);
    changed.values_mut().for_each(|record| *record = (2, 50));
    bench.server.publish(export("npm", &changed));
    let broken = vec![("X-1.json".to_owned(), b"{".to_vec())];
    let few = export("npm", &records(10))["npm/all.zip"].clone();
    for (name, fault, says) in [
        ("HTML", Fault::Instead(b"<!doctype html><p>Sign in".to_vec()), "not a whole zip"),
        ("cut", Fault::Cut(50_000), "not up to date"),
        ("status", Fault::Status(500), "status 500"),
        ("gone", Fault::Status(404), "no longer there"),
        ("a broken record", Fault::Instead(zip(&broken)), "not an OSV record"),
        ("shrunk", Fault::Instead(few), "10 records where there were 200"),
    ] {
        bench.server.fault("npm/all.zip", fault);
        let start = Instant::now();
        let output = bench.update();
        println!("{name}: {:?}, {} ms", output.status.code(), start.elapsed().as_millis());
        assert_eq!(output.status.code(), Some(2), "{name}: {}", said(&output));
        assert!(said(&output).contains(says), "{name}: {}", said(&output));
        assert_eq!(bench.database().unwrap(), before, "{name}");
        bench.server.mend();
    }
    done(&bench.update());
    assert_eq!(bench.database().unwrap(), bench.fresh());
}

#[test]
fn two_at_once() {
    let bench = Bench::new();
    bench.server.publish(export("npm", &records(500)));
    bench.server.slow(Duration::from_millis(20));
    let outputs: Vec<Output> = thread::scope(|scope| {
        let start = |_| scope.spawn(|| bench.update());
        let running: Vec<_> = (0..2).map(start).collect();
        running.into_iter().map(|update| update.join().unwrap()).collect()
    });
    outputs.iter().for_each(done);
    let says = |text: &str| outputs.iter().filter(|output| said(output).contains(text)).count();
    assert_eq!((says("waiting"), says("updated by another process")), (1, 1));
    let zips = bench.server.asked().iter().filter(|line| line.contains("all.zip")).count();
    assert_eq!(zips, 1);
    bench.server.slow(Duration::ZERO);
    assert_eq!(bench.database().unwrap(), bench.fresh());
}

/// The exports of the outside data, from a folder and by HTTP.
#[test]
fn the_shared_exports() {
    let Some(data) = test_data() else { return };
    let folder = data.join("advisories");
    let mut files = BTreeMap::new();
    let mut names = Vec::new();
    for entry in fs::read_dir(&folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        if let Ok(zip) = fs::read(path.join("all.zip")) {
            files.insert(format!("{name}/all.zip"), zip);
            names.push(name);
        }
    }
    names.sort();
    files.insert("kev.json".to_owned(), fs::read(folder.join("kev.json")).unwrap());
    let bytes: usize = files.values().map(Vec::len).sum();
    let bench = Bench::new();
    bench.server.publish(files);
    let update = ["db", "update", "--ecosystem", &names.join(",")];
    let start = Instant::now();
    done(&bench.run(&update));
    println!("{} exports, {bytes} bytes: {} ms", names.len(), start.elapsed().as_millis());
    let start = Instant::now();
    done(&bench.run(&update));
    println!("unchanged: {} ms", start.elapsed().as_millis());
    let by_http = bench.database().unwrap();
    let from_folder = Bench::new();
    let mirror = folder.to_str().unwrap();
    done(&from_folder.run(&[&update[..], &["--mirror", mirror]].concat()));
    assert_eq!(from_folder.database().unwrap(), by_http);
    let built = from_folder.file("built.db");
    let build = ["db", "build", "--from", mirror, "--output", built.to_str().unwrap()];
    done(&from_folder.run(&build));
    assert_eq!(fs::read(built).unwrap(), by_http, "as db build makes it");
    let mut suite = Suite::new("advisories", "");
    names.iter().for_each(|name| suite.case(name, Ok(())));
    suite.finish();
}
