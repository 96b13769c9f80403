//! What is installed in real images, compared with inventories that no scanner made.
//!
//! `$SEALIFT_TESTDATA/images`: `oci/`, a layout whose tags are cases; `docker-archive/<case>.tar`;
//! `expected/<case>.tsv`, one row for each package with its purl, place and evidence.
#![expect(clippy::indexing_slicing, clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};

use sealift::{Format, JsonOptions, NoProgress, Report, ScanOptions, Scanner, Target};
use sealift_model::Purl;
use sealift_tests::{Suite, test_data};
use serde_json::Value;

const EXCEPTIONS: &str = include_str!("../exceptions/inventories.txt");

/// Every installed package is found, and none that no row tells of.
#[test]
fn packages_are_exact() {
    let Some(data) = test_data() else { return };
    let mut suite = Suite::new("inventories", EXCEPTIONS);
    for case in cases(&data.join("images")) {
        suite.case(&case.name, case.scan().and_then(|report| compare(&case.rows, &report)));
    }
    suite.finish();
}

/// Every installed package is found in its file and layer.
#[test]
fn places_are_exact() {
    let Some(data) = test_data() else { return };
    let mut suite = Suite::new("inventory-places", EXCEPTIONS);
    for case in cases(&data.join("images")) {
        suite.case(&case.name, case.scan().and_then(|report| places(&case.rows, &report)));
    }
    suite.finish();
}

/// Reports are the same bytes on any number of threads, every time.
#[test]
fn reports_do_not_depend_on_threads() {
    let Some(data) = test_data() else { return };
    let mut suite = Suite::new("threads", "");
    for case in cases(&data.join("images")) {
        let one = case.json(1);
        let same = |threads| match case.json(threads) == one {
            true => Ok(()),
            false => Err(format!("another report on {threads} threads")),
        };
        suite.case(&case.name, [1, 2, 2, 8, 8].into_iter().try_for_each(same));
    }
    suite.finish();
}

struct Case {
    name: String,
    target: Target,
    rows: Vec<Row>,
}

/// A package that is expected.
struct Row {
    package: Key,
    path: String,
    layer: String,
    installed: bool,
}

/// Type, namespace, name and version of a package, without regard to case.
type Key = [String; 4];

impl Case {
    fn scan(&self) -> Result<Report, String> {
        Scanner::without_database()
            .scan(&self.target, &ScanOptions::default(), &NoProgress)
            .map_err(|error| error.to_string())
    }

    fn json(&self, threads: usize) -> Vec<u8> {
        let mut options = ScanOptions::default();
        options.threads = NonZeroUsize::new(threads).unwrap();
        let report = Scanner::without_database().scan(&self.target, &options, &NoProgress).unwrap();
        let mut json = Vec::new();
        sealift::render(&report, &Format::Json(JsonOptions::default()), &mut json).unwrap();
        json
    }
}

fn compare(rows: &[Row], report: &Report) -> Result<(), String> {
    let installed = rows.iter().filter(|row| row.installed);
    let wanted: BTreeSet<&Key> = installed.map(|row| &row.package).collect();
    let allowed: BTreeSet<&Key> = rows.iter().map(|row| &row.package).collect();
    let found: BTreeSet<Key> =
        report.inventory.packages.iter().map(|package| key(&package.purl)).collect();
    let missed: Vec<_> = wanted.into_iter().filter(|package| !found.contains(*package)).collect();
    let invented: Vec<_> = found.iter().filter(|package| !allowed.contains(package)).collect();
    none("missed", &missed)?;
    none("invented", &invented)
}

fn places(rows: &[Row], report: &Report) -> Result<(), String> {
    let mut found: BTreeMap<Key, BTreeSet<(String, String)>> = BTreeMap::new();
    for package in &report.inventory.packages {
        found.entry(key(&package.purl)).or_default().extend(package.locations.iter().map(
            |place| {
                let layer = place.layer.as_ref().map(ToString::to_string);
                (place.path.clone(), layer.unwrap_or_default())
            },
        ));
    }
    let misplaced: Vec<_> = rows
        .iter()
        .filter(|row| row.installed)
        .filter(|row| {
            let place = (row.path.trim_start_matches('/').to_owned(), row.layer.clone());
            !found.get(&row.package).is_some_and(|places| places.contains(&place))
        })
        .map(|row| (&row.package, &row.path))
        .collect();
    none("not where they are", &misplaced)
}

/// Fails with the first few of many.
fn none<T: std::fmt::Debug>(what: &str, wrong: &[T]) -> Result<(), String> {
    let shown: Vec<String> = wrong.iter().take(6).map(|item| format!("{item:?}")).collect();
    let count = wrong.len();
    if count == 0 { Ok(()) } else { Err(format!("{count} {what}: {}", shown.join(" "))) }
}

fn cases(images: &Path) -> Vec<Case> {
    let layout = images.join("oci");
    let index: Value =
        serde_json::from_slice(&fs::read(layout.join("index.json")).unwrap()).unwrap();
    let tags = index["manifests"].as_array().unwrap().iter().filter_map(|manifest| {
        let tag = &manifest["annotations"]["org.opencontainers.image.ref.name"];
        tag.as_str().map(str::to_owned)
    });
    let tagged = tags.map(|tag| Case {
        target: Target::image_layout(&layout, Some(&tag)),
        rows: rows(images, &tag),
        name: format!("oci:{tag}"),
    });
    let archived = archives(&images.join("docker-archive")).into_iter().map(|file| {
        let stem = file.file_stem().unwrap().to_string_lossy().into_owned();
        Case {
            target: Target::ImageArchive { file, selector: None },
            rows: rows(images, &stem),
            name: format!("docker-archive:{stem}"),
        }
    });
    tagged.chain(archived).collect()
}

fn archives(folder: &Path) -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> =
        fs::read_dir(folder).into_iter().flatten().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files
}

fn rows(images: &Path, case: &str) -> Vec<Row> {
    let path = images.join("expected").join(format!("{case}.tsv"));
    let table = fs::read_to_string(&path).unwrap();
    let mut lines = table.lines();
    let head: Vec<&str> = lines.next().unwrap().split('\t').collect();
    let column = |name| head.iter().position(|column| *column == name).unwrap();
    let columns = ["purl", "path", "layer_diffid", "evidence"].map(column);
    lines
        .map(|line| {
            let cells: Vec<&str> = line.split('\t').collect();
            let [purl, path, layer, evidence] = columns.map(|column| cells[column]);
            Row {
                package: key(&purl.parse().unwrap()),
                path: path.to_owned(),
                layer: layer.to_owned(),
                installed: evidence == "installed",
            }
        })
        .collect()
}

fn key(purl: &Purl) -> Key {
    let version = purl.version().unwrap_or_default();
    [purl.kind(), purl.namespace().unwrap_or_default(), purl.name(), version].map(str::to_lowercase)
}
