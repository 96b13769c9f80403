//! Advisory databases and what they are built from.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::case::{Case, Place};
use crate::layout::{Layout, flip};
use crate::tar::Tar;
use crate::zip::Zip;

const RECORD: &str = r#"{"schema_version":"1.6.0","id":"X-1","modified":"2024-01-01T00:00:00Z",
    "summary":"s","affected":[{"package":{"ecosystem":"npm","name":"a"},
    "ranges":[{"type":"SEMVER","events":[{"introduced":"0"}]}]}]}"#;

/// Builds the database of the quick start's advisories.
pub(crate) fn build(command: &Path, folder: &Path) -> PathBuf {
    let database = folder.join("sealift.db");
    let status = Command::new(command)
        .args(["db", "build", "--quiet", "--from"])
        .arg(sealift_tests::project().join("examples/advisories"))
        .arg("--output")
        .arg(&database)
        .status();
    assert!(status.expect("the command runs").success(), "the example advisories build");
    database
}

pub(crate) fn cases() -> Vec<Case> {
    vec![
        broken("database cut in the middle", |bytes| bytes.truncate(bytes.len() / 2)),
        broken("database without its last byte", |bytes| bytes.truncate(bytes.len() - 1)),
        broken("empty database", Vec::clear),
        broken("database of another version", |bytes| {
            bytes[4..32].iter_mut().filter(|byte| **byte < 9).take(4).for_each(|byte| *byte += 99);
        }),
        broken("something else as a database", |bytes| bytes.fill(b'x')),
        Case::new("flipped byte in the database", 2, |place| {
            fs::copy(place.database, place.folder.join("bad.db")).expect("a copy");
            flip(&place.folder.join("bad.db"));
            ["db", "verify", "--db", &place.path("bad.db")].map(str::to_owned).to_vec()
        })
        .says("bad.db"),
        source("broken OSV record", 0, |place| {
            place.write("from/npm/a.json", RECORD);
            place.write("from/npm/b.json", "{\"id\":");
        })
        .says("b.json"),
        source("OSV record of a million brackets", 0, |place| {
            place.write("from/npm/a.json", RECORD);
            place.write(
                "from/npm/b.json",
                format!("{{\"id\":\"b\",\"x\":{}", "[".repeat(1_000_000)),
            );
        })
        .says("b.json"),
        source("bomb in all.zip", 0, |place| {
            let zip = Zip::default().entry("a.json", RECORD.as_bytes());
            place.write("from/npm/all.zip", zip.entry("b.json", &vec![b' '; 2 << 30]).end());
        })
        .says("max_record_bytes"),
        source("20,000 records of 16 MB in all.zip", 2, |place| {
            let bomb = Zip::default().entry("00000.json", &vec![b' '; 16 << 20]);
            let zip = (0..20_000)
                .fold(bomb.clone(), |zip, number| zip.again(&format!("{number:05}.json"), &bomb));
            place.write("from/npm/all.zip", zip.entry("a.json", RECORD.as_bytes()).end());
        })
        .says("max_inflated_bytes"),
        source("cut all.zip", 0, |place| {
            place.write("from/npm/a.json", RECORD);
            let zip = Zip::default().entry("a.json", RECORD.as_bytes()).end();
            place.write("from/npm/all.zip", &zip[..zip.len() - 30]);
        })
        .says("all.zip"),
        source("duplicate ids", 0, |place| {
            place.write("from/npm/a.json", RECORD);
            place.write("from/npm/b.json", RECORD.replace("\"s\"", "\"other\""));
        })
        .says("X-1"),
        source("FIFO in place of a record", 0, |place| {
            place.write("from/npm/a.json", RECORD);
            crate::directories::special("mkfifo", &[&place.path("from/npm/b.json")]);
            crate::directories::special("mkfifo", &[&place.path("from/kev.json")]);
        }),
    ]
}

/// A scan with a changed database.
fn broken(name: &'static str, change: fn(&mut Vec<u8>)) -> Case {
    Case::new(name, 2, move |place| {
        let mut bytes = fs::read(place.database).expect("the database");
        change(&mut bytes);
        place.write("bad.db", bytes);
        let layout = Layout::new(place);
        layout.image(&[layout.gzip(&Tar::default().npm("app", "lodash", "4.17.20").end())]);
        Place { database: &place.folder.join("bad.db"), ..*place }.image()
    })
    .says("bad.db")
}

/// A database built from such advisories.
fn source(name: &'static str, status: i32, make: fn(&Place<'_>)) -> Case {
    Case::new(name, status, move |place| {
        make(place);
        let (from, output) = (place.path("from"), place.path("new.db"));
        ["db", "build", "--from", &from, "--output", &output].map(str::to_owned).to_vec()
    })
}
