//! What upper layers hide.

use sealift::{
    BuildOptions, Database, Format, JsonOptions, NamedBase, NoProgress, Package, Report,
    ScanOptions, Scanner,
};
use serde_json::Value;

use crate::{APP, BASE, Images, Layer, ids, messages};

/// Every version of `npm` and `ms` has a vulnerability.
pub(crate) fn scanner(images: &Images) -> Scanner {
    let from = images.path("advisories/npm");
    std::fs::create_dir_all(&from).unwrap();
    for name in ["npm", "ms"] {
        let record = format!(
            r#"{{"id": "CVE-2030-{name}", "modified": "2030-01-10T00:00:00Z",
                "affected": [{{"package": {{"ecosystem": "npm", "name": "{name}"}},
                               "ranges": [{{"type": "SEMVER",
                                            "events": [{{"introduced": "0"}}]}}]}}]}}"#
        );
        std::fs::write(from.join(format!("{name}.json")), record).unwrap();
    }
    let file = images.path("advisories.db");
    let options = BuildOptions::new("2030-01-11T00:00:00Z".parse().unwrap());
    Database::build(&images.path("advisories"), &file, &options).unwrap();
    Scanner::new(Database::open(&file).unwrap())
}

fn all_layers() -> ScanOptions {
    let mut options = ScanOptions::default();
    options.all_layers = true;
    options
}

/// `name@version how layer`, the layer from 1, of every hidden package.
fn hidden(images: &Images, layers: &[Layer<'_>]) -> Vec<String> {
    let diff_ids = images.image("image", layers);
    let report = images.scan("image", &all_layers());
    assert!(messages(&report).is_empty());
    let one = |package: &Package| {
        let hidden = package.hidden.as_ref()?;
        let by = diff_ids.iter().position(|layer| *layer == hidden.by).unwrap();
        let places: Vec<usize> = package
            .locations
            .iter()
            .map(|place| {
                let layer = place.layer.as_ref().unwrap();
                diff_ids.iter().position(|known| known == layer).unwrap() + 1
            })
            .collect();
        Some(format!("{} of {places:?} {} {}", package.id(), hidden.how.name(), by + 1))
    };
    report.inventory.packages.iter().filter_map(one).collect()
}

const MS: (&str, &str) =
    ("srv/node_modules/ms/package.json", r#"{"name": "ms", "version": "2.0.0"}"#);
const WITHOUT_MS: Layer<'_> = &[("srv/node_modules/.wh.ms", "")];
const EMPTY: Layer<'_> = &[];

#[test]
fn nothing_is_hidden_unless_it_is_asked_for() {
    let images = Images::new();
    images.image("image", &[BASE, APP, WITHOUT_MS]);
    let report = images.scan("image", &ScanOptions::default());
    let all = "bash@5.0-4 curl@7.64-2 jq@1.5-1 npm@6.0.0";
    assert_eq!(ids(&report, |_| true), all);
    let report = images.scan("image", &all_layers());
    assert_eq!(ids(&report, |package| package.hidden.is_none()), all);
}

#[test]
fn every_way_of_hiding_is_told_with_its_layers() {
    let images = Images::new();
    let upgraded = ["curl@7.64-1 of [1] replaced 2"];
    assert_eq!(hidden(&images, &[BASE, APP]), upgraded);
    assert_eq!(hidden(&images, &[&[MS], EMPTY, WITHOUT_MS]), ["ms@2.0.0 of [1] whiteout 3"]);
    let opaque: Layer<'_> = &[("srv/.wh..wh..opq", "")];
    assert_eq!(hidden(&images, &[&[MS], opaque]), ["ms@2.0.0 of [1] opaque 2"]);
    let newer: Layer<'_> = &[(MS.0, r#"{"name": "ms", "version": "2.1.0"}"#)];
    assert_eq!(hidden(&images, &[&[MS], newer]), ["ms@2.0.0 of [1] replaced 2"]);
    let file: Layer<'_> = &[("srv/node_modules", "")];
    assert_eq!(hidden(&images, &[&[MS], file]), ["ms@2.0.0 of [1] replaced 2"]);
}

/// The database is written three times; `curl` 7.64-1 leaves it with the last.
#[test]
fn what_a_database_lists_still_is_not_hidden_yet() {
    let images = Images::new();
    let same: Layer<'_> = &[BASE[1], ("again", "")];
    assert_eq!(hidden(&images, &[BASE, same, APP]), ["curl@7.64-1 of [1] replaced 3"]);
    assert_eq!(hidden(&images, &[BASE, same]), [""; 0]);
    let older: Layer<'_> = &[BASE[1]];
    assert_eq!(
        hidden(&images, &[BASE, APP, older]),
        ["curl@7.64-2 of [2] replaced 3", "jq@1.5-1 of [2] replaced 3",]
    );
}

#[test]
fn what_is_there_again_is_not_hidden() {
    let images = Images::new();
    assert_eq!(hidden(&images, &[&[MS], WITHOUT_MS, &[MS]]), [""; 0]);
    let layers: [Layer<'_>; 5] =
        [&[MS], WITHOUT_MS, &[MS, ("x", "")], EMPTY, &[WITHOUT_MS[0], ("y", "")]];
    assert_eq!(hidden(&images, &layers), ["ms@2.0.0 of [3] whiteout 5"]);
    // Another copy is hidden, this one is not.
    let copy = ("opt/node_modules/ms/package.json", MS.1);
    assert_eq!(hidden(&images, &[&[MS, copy], WITHOUT_MS]), ["ms@2.0.0 of [1] whiteout 2"]);
}

#[test]
fn what_is_hidden_is_matched_but_not_seen() {
    let images = Images::new();
    images.image("app", &[BASE, APP, WITHOUT_MS]);
    images.image("base", &[BASE]);
    let mut options = all_layers();
    options.bases.named = Some(NamedBase::new("base", images.target("base")));
    let report = scanner(&images).scan(&images.target("app"), &options, &NoProgress).unwrap();
    let visible: Vec<&str> = report.visible_findings().map(|found| &*found.id).collect();
    assert_eq!(visible, ["CVE-2030-npm"]);
    assert_eq!(report.findings().len(), 2);
    // The older curl is of the base, though it is hidden.
    let of_base = |package: &Package| package.hidden.is_some() && package.from_base.is_some();
    assert_eq!(ids(&report, of_base), "curl@7.64-1");

    let report = json(&report);
    let results = report["Results"].as_array().unwrap();
    let targets: Vec<&str> = results.iter().filter_map(|row| row["Target"].as_str()).collect();
    let name = images.path("app");
    let system = format!("{} (debian 10)", name.display());
    let hidden = format!("{system} (hidden by upper layers)");
    assert_eq!(targets, [&*system, "Node.js", &*hidden, "Node.js (hidden by upper layers)"]);
    let finding = &results[3]["Vulnerabilities"][0];
    assert_eq!(finding["Hidden"]["How"], "whiteout");
    assert_eq!(finding["Hidden"]["By"]["DiffID"], report["Metadata"]["DiffIDs"][2]);
    assert_eq!(results[2]["Packages"][0]["FromBase"], "named");
}

/// A broken database that is hidden does not make the scan incomplete.
#[test]
fn what_cannot_be_read_of_hidden_files_is_a_note() {
    let images = Images::new();
    let broken: Layer<'_> = &[("lib/apk/db/installed", "P:a\nV\n\n")];
    let gone: Layer<'_> = &[("lib/apk/db/.wh.installed", "")];
    let whole: Layer<'_> = &[
        ("etc/os-release", "ID=alpine\nVERSION_ID=3.19.1\n"),
        ("usr/lib/apk/db/installed", "P:b\nV:1-r0\nA:x86_64\n\n"),
    ];
    images.image("image", &[whole, broken, gone]);
    let report = images.scan("image", &all_layers());
    assert!(!report.inventory.is_incomplete());
    assert!(messages(&report).iter().any(|it| it.contains("in a hidden file: ")), "{report:?}");
}

fn json(report: &Report) -> Value {
    let mut bytes = Vec::new();
    sealift::render(report, &Format::Json(JsonOptions::default()), &mut bytes).unwrap();
    serde_json::from_slice(&bytes).unwrap()
}
