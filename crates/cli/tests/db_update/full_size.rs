//! As many records as all of OSV has, made of the outside data's.

use std::collections::BTreeMap;
use std::fs;
use std::io::Read;
use std::time::Instant;

use flate2::read::DeflateDecoder;
use sealift_tests::test_data;
use serde_json::Value;
use wait4::Wait4;

use crate::bench::{Bench, done};
use crate::exports::zip;

const RECORDS: usize = 500_000;

/// Run with `--release -- --ignored --nocapture`, for the figures.
#[test]
#[ignore = "takes minutes"]
fn half_a_million_records() {
    let Some(data) = test_data() else { return };
    let mut exports: Vec<(String, Vec<Value>)> = Vec::new();
    for entry in fs::read_dir(data.join("advisories")).unwrap() {
        let path = entry.unwrap().path();
        if let Ok(bytes) = fs::read(path.join("all.zip")) {
            let name = path.file_name().unwrap().to_str().unwrap().to_owned();
            exports.push((name, records(&bytes)));
        }
    }
    let all: usize = exports.iter().map(|(_, records)| records.len()).sum();
    let copies = RECORDS.div_ceil(all);
    let bench = Bench::new();
    let mut files = BTreeMap::new();
    for (name, records) in &exports {
        let mut zipped = Vec::new();
        let mut listing = String::new();
        for copy in 0..copies {
            for record in records {
                let mut record = record.clone();
                let id = format!("{}-{copy}", record["id"].as_str().unwrap());
                for affected in record["affected"].as_array_mut().into_iter().flatten() {
                    if let Some(package) = affected["package"]["name"].as_str() {
                        affected["package"]["name"] = format!("{package}-{copy}").into();
                    }
                }
                listing.push_str(&format!("{},{id}\n", record["modified"].as_str().unwrap()));
                record["id"] = id.clone().into();
                let json = record.to_string().into_bytes();
                zipped.push((format!("{id}.json"), json));
            }
        }
        files.insert(format!("{name}/modified_id.csv"), listing.into_bytes());
        files.insert(format!("{name}/all.zip"), zip(&zipped));
        // One record more for the incremental update.
        if let Some((file, json)) = zipped.pop() {
            files.insert(format!("{name}/{file}"), json);
        }
    }
    let bytes: usize = files.values().map(Vec::len).sum();
    println!("{} records, {} MiB as zips and listings", all * copies, bytes >> 20);
    bench.server.publish(files.clone());
    let names: Vec<&str> = exports.iter().map(|(name, _)| name.as_str()).collect();
    measured(&bench, "first", &["db", "update", "--timeout", "0", "-e", &names.join(",")]);
    println!("database: {} MiB", fs::metadata(bench.file("sealift.db")).unwrap().len() >> 20);
    measured(&bench, "unchanged", &["db", "update", "--timeout", "0"]);
    let listing = files.get_mut("Debian/modified_id.csv").unwrap();
    let text = String::from_utf8(listing.clone()).unwrap();
    let (rest, last) = text.trim_end().rsplit_once('\n').unwrap();
    let (_, id) = last.split_once(',').unwrap();
    let id = id.to_owned();
    *listing = format!("{rest}\n2027-01-01T00:00:00Z,{id}\n").into_bytes();
    let path = format!("Debian/{id}.json");
    let mut record: Value = serde_json::from_slice(&files[&path]).unwrap();
    record["modified"] = "2027-01-01T00:00:00Z".into();
    files.insert(path, record.to_string().into_bytes());
    bench.server.publish(files);
    measured(&bench, "one record changed", &["db", "update", "--timeout", "0"]);
    done(&bench.run(&["db", "verify"]));
    measured(&bench, "a scan", &["sbom", "sbom.json", "--skip-db-update"]);
}

fn measured(bench: &Bench, name: &str, arguments: &[&str]) {
    let start = Instant::now();
    let mut child =
        bench.command(arguments).stderr(std::process::Stdio::inherit()).spawn().unwrap();
    drop(child.stdout.take());
    let used = child.wait4().unwrap();
    assert!(used.status.success(), "{name}");
    println!(
        "{name}: {} ms, {} ms of processor time, {} MiB at most",
        start.elapsed().as_millis(),
        (used.rusage.utime + used.rusage.stime).as_millis(),
        used.rusage.maxrss >> 20
    );
}

fn records(zip: &[u8]) -> Vec<Value> {
    let archive = rawzip::ZipArchive::from_slice(zip).unwrap();
    let mut records = Vec::new();
    for entry in archive.entries() {
        let entry = entry.unwrap();
        let stored = archive.get_entry(entry.wayfinder()).unwrap();
        let mut json = Vec::new();
        match entry.compression_method() {
            rawzip::CompressionMethod::STORE => json.extend(stored.data()),
            _ => drop(DeflateDecoder::new(stored.data()).read_to_end(&mut json).unwrap()),
        }
        records.push(serde_json::from_slice(&json).unwrap());
    }
    records
}
