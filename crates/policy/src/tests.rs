//! Findings and packages for tests.

use std::fs;

use sealift_matcher::{
    BuildOptions, Database, Finding, MatchOptions, build_in_memory, match_inventory,
};
use sealift_model::{
    BaseEvidence, Distribution, Ecosystem, Evidence, Inventory, Location, Package, Relationship,
    SourcePackage, Timestamp,
};

use crate::{Applied, IgnoreFile, IgnoreFormat, Limits, Place, Scanned, Suppressions, VexDocument};

const RECORDS: &[&str] = &[
    r#"{"id": "GHSA-aaaa-bbbb-cccc", "aliases": ["CVE-2030-0001"],
        "modified": "2030-01-03T00:00:00Z",
        "severity": [{"type": "CVSS_V3", "score": "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:C/C:H/I:H/A:H"}],
        "database_specific": {"severity": "CRITICAL"},
        "affected": [{"package": {"ecosystem": "Maven", "name": "org.example:core"},
                      "ranges": [{"type": "ECOSYSTEM",
                                  "events": [{"introduced": "2.0"}, {"fixed": "2.15.0"}]}]}]}"#,
    r#"{"id": "DEBIAN-CVE-2030-0002", "upstream": ["CVE-2030-0002"],
        "modified": "2030-01-03T00:00:00Z",
        "affected": [{"package": {"ecosystem": "Debian:12", "name": "zlib"},
                      "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}]}]}]}"#,
    r#"{"id": "GHSA-dddd-eeee-ffff", "modified": "2030-01-03T00:00:00Z",
        "database_specific": {"severity": "HIGH"},
        "affected": [{"package": {"ecosystem": "npm", "name": "left-pad"},
                      "ranges": [{"type": "SEMVER",
                                  "events": [{"introduced": "0"}, {"fixed": "1.3.1"}]}]}]}"#,
    r#"{"id": "GO-2030-0001", "aliases": ["CVE-2030-0003"], "modified": "2030-01-03T00:00:00Z",
        "affected": [{"package": {"ecosystem": "Go", "name": "example.org/lib"},
                      "ranges": [{"type": "SEMVER", "events": [{"introduced": "0"}]}]}]}"#,
    r#"{"dateReleased": "2030-01-05T00:00:00Z", "count": 1,
        "vulnerabilities": [{"cveID": "CVE-2030-0003", "dateAdded": "2030-01-04"}]}"#,
];

/// Ids of the findings, in their order.
pub(crate) const IDS: [&str; 4] =
    ["CVE-2030-0002", "CVE-2030-0003", "CVE-2030-0001", "GHSA-dddd-eeee-ffff"];

/// An inventory and its findings: a jar, a Debian package of a source with another name, an npm
/// package of two lockfiles, a Go module in the program of a project.
pub(crate) fn scanned() -> (Inventory, Vec<Finding>) {
    let mut inventory = Inventory::default();
    inventory.distribution = Some(Distribution::new("debian", Some("12")));
    inventory.packages = vec![core(), zlib(), left_pad(), library(), program()];
    inventory.sort();
    let folder = tempfile::tempdir().unwrap();
    for (at, record) in RECORDS.iter().enumerate() {
        let name = if record.contains("dateReleased") { "kev".to_owned() } else { at.to_string() };
        fs::write(folder.path().join(format!("{name}.json")), record).unwrap();
    }
    let options = BuildOptions::new(day("2030-01-31"));
    let database = Database::open(build_in_memory(folder.path(), &options).unwrap().0).unwrap();
    let matches = match_inventory(&database, &inventory, &MatchOptions::default()).unwrap();
    let ids: Vec<&str> = matches.findings.iter().map(|finding| finding.id.as_str()).collect();
    assert_eq!(ids, IDS);
    (inventory, matches.findings)
}

pub(crate) fn day(text: &str) -> Timestamp {
    Timestamp::from_day(text).unwrap()
}

/// What becomes of the findings on 2030-02-01.
pub(crate) fn applied(suppressions: &Suppressions) -> Applied {
    applied_on(suppressions, "2030-02-01")
}

pub(crate) fn applied_on(suppressions: &Suppressions, today: &str) -> Applied {
    let (inventory, findings) = scanned();
    let places = places(&inventory);
    let mut scanned = Scanned::new(&inventory, &places);
    scanned.purls =
        vec!["pkg:oci/shop@sha256%3A00?repository_url=example.org/shop".parse().unwrap()];
    scanned.digests = vec!["00ff".to_owned()];
    scanned.link = Some("urn:cdx:3e671687-395b-41f5-a30f-a58921a69b79/1".to_owned());
    suppressions.apply(findings, &scanned, day(today))
}

/// The places that a report gives packages: lockfiles are their own, others stand together.
fn places(inventory: &Inventory) -> impl Fn(usize) -> Vec<Place> {
    |package| {
        let package = &inventory.packages[package];
        let places = package.locations.iter();
        match package.evidence {
            Evidence::Declared => {
                places.map(|place| Place::new(&*place.path, &*place.path)).collect()
            }
            Evidence::Installed if package.ecosystem == Ecosystem::Deb => {
                vec![Place::new("shop:1.4 (debian 12)", "")]
            }
            Evidence::Installed => {
                places.take(1).map(|place| Place::new("Java", &*place.path)).collect()
            }
        }
    }
}

pub(crate) fn rules(format: IgnoreFormat, text: &str) -> Suppressions {
    let file = IgnoreFile::read("rules", format, text.as_bytes(), &Limits::default()).unwrap();
    let mut suppressions = Suppressions::default();
    suppressions.ignore.push(file);
    suppressions
}

pub(crate) fn vex(text: &str) -> Suppressions {
    let mut suppressions = Suppressions::default();
    suppressions.vex.push(VexDocument::read("vex", text.as_bytes(), &Limits::default()).unwrap());
    suppressions
}

/// Ids of what is suppressed.
pub(crate) fn suppressed(applied: &Applied) -> Vec<&str> {
    applied.suppressed.iter().map(|it| it.finding.id.as_str()).collect()
}

fn zlib() -> Package {
    let purl = "pkg:deb/debian/zlib1g@1:1.2.13-1?arch=amd64&distro=debian-12".parse().unwrap();
    let mut zlib = Package::new(Ecosystem::Deb, "zlib1g", "1:1.2.13-1", purl);
    zlib.source = Some(SourcePackage::new("zlib", "1:1.2.13-1"));
    zlib.licenses = vec!["Zlib".to_owned()];
    zlib.from_base = Some(BaseEvidence::Named);
    zlib.locations = vec![Location::new("var/lib/dpkg/status")];
    zlib
}

fn core() -> Package {
    let purl = "pkg:maven/org.example/core@2.14.1".parse().unwrap();
    let mut core = Package::new(Ecosystem::Maven, "org.example:core", "2.14.1", purl);
    core.locations = vec![Location::new("app/shop.jar:lib/core.jar")];
    core
}

fn left_pad() -> Package {
    let mut left_pad = Package::new(
        Ecosystem::Npm,
        "left-pad",
        "1.3.0",
        "pkg:npm/left-pad@1.3.0".parse().unwrap(),
    );
    left_pad.evidence = Evidence::Declared;
    left_pad.scope = sealift_model::Scope::Development;
    left_pad.locations = ["a/package-lock.json", "b/package-lock.json"].map(Location::new).into();
    left_pad
}

fn library() -> Package {
    let purl = "pkg:golang/example.org/lib@v1.2.0".parse().unwrap();
    let mut library = Package::new(Ecosystem::Golang, "example.org/lib", "v1.2.0", purl);
    library.locations = vec![Location::new("usr/bin/server")];
    library
}

fn program() -> Package {
    let purl = "pkg:golang/example.org/server@v3.0.0".parse().unwrap();
    let mut program = Package::new(Ecosystem::Golang, "example.org/server", "v3.0.0", purl);
    program.relationship = Relationship::Root;
    program.locations = vec![Location::new("usr/bin/server")];
    program
}
