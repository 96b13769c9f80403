//! Exports of made records.

use std::collections::BTreeMap;
use std::io::Write;

use flate2::Compression;
use flate2::write::DeflateEncoder;
use rawzip::{CompressionMethod, ZipArchiveWriter};

/// Records by id: the version that has the fix, and the minute in which they were changed.
pub(crate) type Records = BTreeMap<String, (u32, u32)>;

pub(crate) fn records(count: u32) -> Records {
    (0..count).map(|number| (format!("X-{number:05}"), (1, 0))).collect()
}

/// An export as OSV publishes it.
pub(crate) fn export(ecosystem: &str, records: &Records) -> BTreeMap<String, Vec<u8>> {
    let mut files = BTreeMap::new();
    let mut listing = String::new();
    let mut zipped = Vec::new();
    for (id, (fixed, minute)) in records {
        let json = record(ecosystem, id, *fixed, *minute).into_bytes();
        listing.push_str(&format!("{},{id}\n", time(*minute)));
        files.insert(format!("{ecosystem}/{id}.json"), json.clone());
        zipped.push((format!("{id}.json"), json));
    }
    files.insert(format!("{ecosystem}/modified_id.csv"), listing.into_bytes());
    files.insert(format!("{ecosystem}/all.zip"), zip(&zipped));
    files
}

fn time(minute: u32) -> String {
    format!("2026-01-{:02}T{:02}:{:02}:00Z", 1 + minute / 1440, minute / 60 % 24, minute % 60)
}

/// A record with a text that no compression makes much smaller.
fn record(ecosystem: &str, id: &str, fixed: u32, minute: u32) -> String {
    let mut state = id.bytes().fold(7u32, |state, byte| state.wrapping_mul(31) + u32::from(byte));
    let mut text = String::new();
    for _ in 0..250 {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        text.push_str(&format!("{state:08x}"));
    }
    format!(
        r#"{{"id": "{id}", "modified": "{}", "details": "{text}", "affected": [{{
            "package": {{"ecosystem": "{ecosystem}", "name": "left-pad"}},
            "ranges": [{{"type": "SEMVER",
                "events": [{{"introduced": "0"}}, {{"fixed": "{fixed}.0.0"}}]}}]}}]}}"#,
        time(minute)
    )
}

pub(crate) fn zip(files: &[(String, Vec<u8>)]) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut zip = ZipArchiveWriter::new(&mut bytes);
    for (name, content) in files {
        let file = zip.new_file(name).compression_method(CompressionMethod::DEFLATE);
        let (mut entry, config) = file.start().unwrap();
        let mut writer = config.wrap(DeflateEncoder::new(&mut entry, Compression::fast()));
        writer.write_all(content).unwrap();
        let (encoder, descriptor) = writer.finish().unwrap();
        encoder.finish().unwrap();
        entry.finish(descriptor).unwrap();
    }
    zip.finish().unwrap();
    bytes
}
