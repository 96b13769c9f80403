use sealift_model::{Ecosystem, Inventory, Location, Package, Purl};

use super::*;
use crate::{Artifact, ArtifactKind};

fn report() -> Report {
    let purl = Purl::builder("npm", "lodash").version("4.17.15").build().unwrap();
    let mut package = Package::new(Ecosystem::Npm, "lodash\u{1b}[31m", "4.17.15", purl);
    package.locations.push(Location::new("app/node_modules/lodash/package.json"));
    let mut inventory = Inventory::default();
    inventory.packages.push(package);
    Report::new(Artifact::new("app", ArtifactKind::Filesystem), inventory, "0.0.0")
}

#[test]
fn a_report_without_findings_is_one_line() {
    let mut report = report();
    report.matches = Some(sealift_matcher::Matches::default());
    let mut text = String::new();
    write(&report, &TableStyle::plain(80), &mut text).unwrap();
    assert_eq!(text, "app: no findings, 1 packages\n");
}
