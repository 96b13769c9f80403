//! Folders of advisories written by tests, and the findings from them.

use std::fs;
use std::io::Write;
use std::num::NonZero;
use std::path::{Path, PathBuf};

use flate2::Compression;
use flate2::write::DeflateEncoder;
use rawzip::{CompressionMethod, ZipArchiveWriter};
use sealift_matcher::{
    BuildOptions, BuildReport, Database, Finding, MatchOptions, Matches, build_in_memory,
    match_inventory,
};
use sealift_model::{Ecosystem, Inventory, Package, Purl, Timestamp};
use tempfile::TempDir;

/// A folder to build from.
pub(crate) struct Advisories(TempDir);

impl Advisories {
    pub(crate) fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    /// A folder with these records.
    pub(crate) fn of(records: &[&str]) -> Self {
        let folder = Self::new();
        for (number, record) in records.iter().enumerate() {
            folder.file(&format!("{number:03}.json"), record.as_bytes());
        }
        folder
    }

    pub(crate) fn path(&self) -> &Path {
        self.0.path()
    }

    pub(crate) fn file(&self, name: &str, content: &[u8]) -> PathBuf {
        let path = self.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, content).unwrap();
        path
    }

    /// A zip of files with their names.
    pub(crate) fn zip(&self, name: &str, entries: &[(&str, &[u8])]) -> PathBuf {
        let mut bytes = Vec::new();
        let mut zip = ZipArchiveWriter::new(&mut bytes);
        for (name, content) in entries {
            let file = zip.new_file(name).compression_method(CompressionMethod::DEFLATE);
            let (mut entry, config) = file.start().unwrap();
            let encoder = DeflateEncoder::new(&mut entry, Compression::fast());
            let mut writer = config.wrap(encoder);
            writer.write_all(content).unwrap();
            let (encoder, descriptor) = writer.finish().unwrap();
            encoder.finish().unwrap();
            entry.finish(descriptor).unwrap();
        }
        zip.finish().unwrap();
        self.file(name, &bytes)
    }

    pub(crate) fn build(&self) -> (Database, BuildReport) {
        let (bytes, report) = self.bytes(1);
        (Database::open(bytes).unwrap(), report)
    }

    /// The bytes of the database, built with so many threads.
    pub(crate) fn bytes(&self, threads: usize) -> (Vec<u8>, BuildReport) {
        let mut options = BuildOptions::new(time("2026-01-31T12:00:00Z"));
        options.threads = NonZero::new(threads).unwrap();
        build_in_memory(self.path(), &options).unwrap()
    }

    /// What is found for some packages.
    pub(crate) fn matches(&self, packages: Vec<Package>) -> Matches {
        let mut inventory = Inventory::default();
        inventory.packages = packages;
        self.matches_of(&inventory, &MatchOptions::default())
    }

    pub(crate) fn matches_of(&self, inventory: &Inventory, options: &MatchOptions<'_>) -> Matches {
        match_inventory(&self.build().0, inventory, options).unwrap()
    }
}

pub(crate) fn time(text: &str) -> Timestamp {
    text.parse().unwrap()
}

/// A package of a language.
pub(crate) fn package(ecosystem: Ecosystem, name: &str, version: &str) -> Package {
    let purl = Purl::builder("generic", "any").build().unwrap();
    Package::new(ecosystem, name, version, purl)
}

/// A package of a distribution, as `debian-12`.
pub(crate) fn of_distribution(
    ecosystem: Ecosystem,
    distribution: &str,
    name: &str,
    version: &str,
) -> Package {
    let purl = Purl::builder("generic", "any").qualifier("distro", distribution).build().unwrap();
    Package::new(ecosystem, name, version, purl)
}

/// `id: record, record` for each finding.
pub(crate) fn ids(findings: &[Finding]) -> Vec<String> {
    let line = |finding: &Finding| format!("{}: {}", finding.id, finding.record_ids.join(", "));
    findings.iter().map(line).collect()
}

/// A record of one package with one range of ECOSYSTEM versions, `introduced=0 fixed=1.2`, and
/// more fields.
pub(crate) fn record(id: &str, ecosystem: &str, name: &str, events: &str, more: &str) -> String {
    let event = |event: &str| {
        let (kind, version) = event.split_once('=').unwrap();
        format!(r#"{{"{kind}": "{version}"}}"#)
    };
    let events: Vec<_> = events.split_whitespace().map(event).collect();
    let more = if more.is_empty() { String::new() } else { format!(", {more}") };
    format!(
        r#"{{"id": "{id}", "modified": "2026-01-01T00:00:00Z",
            "affected": [{{"package": {{"ecosystem": "{ecosystem}", "name": "{name}"}},
            "ranges": [{{"type": "ECOSYSTEM", "events": [{}]}}]}}]{more}}}"#,
        events.join(", ")
    )
}
