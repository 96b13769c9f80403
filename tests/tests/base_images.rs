//! Which packages of real images are from their base, compared with the inventories of both.
//!
//! `$SEALIFT_TESTDATA/images`: every image of the layout `oci/` is tried as the base of every
//! other; `expected/<tag>.tsv` says what is in each, and in which layer a file lies.
#![expect(clippy::indexing_slicing, clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use sealift::{Digest, NamedBase, NoProgress, Report, ScanOptions, Scanner, Target};
use sealift_model::Purl;
use sealift_tests::{Suite, test_data};
use serde_json::Value;

/// A package of the operating system is from the base when the base's inventory lists it too, any
/// other when a layer of the base has it; an image that is no base marks nothing and is told.
#[test]
fn packages_of_the_base_are_exact() {
    let Some(data) = test_data() else { return };
    let images = Images { folder: data.join("images") };
    let mut suite = Suite::new("base-images", "");
    let tags: Vec<(String, Vec<Digest>)> = images
        .tags()
        .into_iter()
        .map(|tag| {
            let report = images.scan(&tag, None);
            (tag, diff_ids(&report))
        })
        .collect();
    for (tag, layers) in &tags {
        let mut others = tags.iter().filter(|(base, _)| base != tag);
        let wrong = others.clone().find(|(_, lowest)| !layers.starts_with(lowest));
        for (base, lowest) in others.by_ref().filter(|(_, lowest)| layers.starts_with(lowest)) {
            let report = images.scan(tag, Some(base));
            suite.case(&format!("{base} of {tag}"), images.compare(tag, base, lowest, &report));
        }
        if let Some((base, _)) = wrong {
            suite.case(&format!("{base} not of {tag}"), is_refused(&images.scan(tag, Some(base))));
        }
    }
    suite.finish();
}

struct Images {
    folder: PathBuf,
}

/// A row of an inventory: the package, and the layer that it is in.
struct Row {
    package: Key,
    layer: String,
}

/// Type, name and version of a package, without regard to case.
type Key = [String; 3];

impl Images {
    fn tags(&self) -> Vec<String> {
        let index = fs::read(self.folder.join("oci/index.json")).unwrap();
        let index: Value = serde_json::from_slice(&index).unwrap();
        let tags = index["manifests"].as_array().unwrap().iter().filter_map(|manifest| {
            manifest["annotations"]["org.opencontainers.image.ref.name"].as_str()
        });
        tags.map(str::to_owned).collect()
    }

    fn scan(&self, tag: &str, base: Option<&str>) -> Report {
        let image = |tag: &str| Target::image_layout(self.folder.join("oci"), Some(tag));
        let mut options = ScanOptions::default();
        options.bases.named = base.map(|base| NamedBase::new(base, image(base)));
        Scanner::without_database().scan(&image(tag), &options, &NoProgress).unwrap()
    }

    fn compare(
        &self,
        tag: &str,
        base: &str,
        lowest: &[Digest],
        report: &Report,
    ) -> Result<(), String> {
        let of_base: BTreeSet<Key> = self.rows(base).into_iter().map(|row| row.package).collect();
        let lowest: BTreeSet<String> = lowest.iter().map(ToString::to_string).collect();
        let is_from_base = |row: &Row| match is_of_system(&row.package) {
            true => of_base.contains(&row.package),
            false => lowest.contains(&row.layer),
        };
        let rows = self.rows(tag);
        let wanted: BTreeSet<&Key> =
            rows.iter().filter(|row| is_from_base(row)).map(|row| &row.package).collect();
        let marked: BTreeSet<Key> = report
            .inventory
            .packages
            .iter()
            .filter(|package| package.from_base.is_some())
            .map(|package| key(&package.purl))
            .collect();
        // Others, as what programs say of themselves, have no such row.
        let installed = rows.iter().map(|row| &row.package);
        let found: BTreeSet<&Key> = installed.filter(|package| marked.contains(*package)).collect();
        let differing: Vec<_> = wanted.symmetric_difference(&found).take(6).collect();
        if differing.is_empty() { Ok(()) } else { Err(format!("not the same: {differing:?}")) }
    }

    /// The installed packages of an image.
    fn rows(&self, tag: &str) -> Vec<Row> {
        let table = read(&self.folder.join("expected").join(format!("{tag}.tsv")));
        let mut lines = table.lines();
        let head: Vec<&str> = lines.next().unwrap().split('\t').collect();
        let column = |name| head.iter().position(|column| *column == name).unwrap();
        let columns = ["purl", "layer_diffid", "evidence"].map(column);
        let rows = lines.filter_map(|line| {
            let cells: Vec<&str> = line.split('\t').collect();
            let [purl, layer, evidence] = columns.map(|column| cells[column]);
            let package = key(&purl.parse().unwrap());
            (evidence == "installed").then(|| Row { package, layer: layer.to_owned() })
        });
        rows.collect()
    }
}

fn is_refused(report: &Report) -> Result<(), String> {
    let mut diagnostics = report.inventory.diagnostics.iter();
    let is_told = diagnostics.any(|it| it.message.contains("is not the base of this image"));
    let is_marked = report.inventory.packages.iter().any(|package| package.from_base.is_some());
    if is_told && !is_marked { Ok(()) } else { Err("taken for the base".to_owned()) }
}

fn diff_ids(report: &Report) -> Vec<Digest> {
    let layers = &report.artifact.image.as_ref().unwrap().layers;
    layers.iter().map(|layer| layer.diff_id.clone()).collect()
}

fn is_of_system(key: &Key) -> bool {
    ["apk", "deb", "rpm"].contains(&key[0].as_str())
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap()
}

fn key(purl: &Purl) -> Key {
    [purl.kind(), purl.name(), purl.version().unwrap_or_default()].map(str::to_lowercase)
}
