//! A small report for tests: an image with packages of three kinds, and advisories for them.

use std::fs;

use sealift_matcher::{BuildOptions, Database, MatchOptions, build_in_memory, match_inventory};
use sealift_model::{
    BaseEvidence, Descriptor, Diagnostic, Digest, Distribution, Ecosystem, Evidence, Hidden,
    HiddenBy, Impact, Inventory, Location, Package, Relationship, SourcePackage,
};

use crate::{Artifact, ArtifactKind, BaseFacts, ImageFacts, LayerFacts, Report};

const RECORDS: &[(&str, &str)] = &[
    (
        "GHSA-1.json",
        r#"{"id": "GHSA-aaaa-bbbb-cccc", "aliases": ["CVE-2030-0001"],
            "summary": "Code injection in core", "details": "It runs <b>code</b>.",
            "published": "2030-01-02T00:00:00Z", "modified": "2030-01-03T00:00:00Z",
            "severity": [{"type": "CVSS_V3",
                          "score": "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:C/C:H/I:H/A:H"}],
            "references": [{"type": "WEB", "url": "https://example.org/core"}],
            "database_specific": {"severity": "CRITICAL", "cwe_ids": ["CWE-94"]},
            "affected": [{"package": {"ecosystem": "Maven", "name": "org.example:core"},
                          "ranges": [{"type": "ECOSYSTEM",
                                      "events": [{"introduced": "2.0"}, {"fixed": "2.15.0"}]}]}]}"#,
    ),
    (
        "DEBIAN-1.json",
        r#"{"id": "DEBIAN-CVE-2030-0002", "upstream": ["CVE-2030-0002"],
            "modified": "2030-01-03T00:00:00Z",
            "affected": [{"package": {"ecosystem": "Debian:12", "name": "zlib"},
                          "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}]}]}]}"#,
    ),
    (
        "kev.json",
        r#"{"dateReleased": "2030-01-05T00:00:00Z", "count": 1,
            "vulnerabilities": [{"cveID": "CVE-2030-0001", "dateAdded": "2030-01-04",
                                 "vulnerabilityName": "Core code injection",
                                 "requiredAction": "Update.", "dueDate": "2030-01-25",
                                 "knownRansomwareCampaignUse": "Known"}]}"#,
    ),
];

/// The report, matched.
pub(crate) fn report() -> Report {
    let [base, app] = layers();
    of_packages(vec![zlib(&base), core(&app), left_pad(&app)])
}

/// The report with a base, of which one package is, and with an older jar that is hidden.
pub(crate) fn report_with_base(evidence: BaseEvidence) -> Report {
    let [base, app] = layers();
    let mut zlib = zlib(&app);
    zlib.brought_by = Some(base.clone());
    zlib.from_base = Some(evidence);
    let mut older = core(&base);
    older.version = "2.14.0".to_owned();
    older.purl = "pkg:maven/org.example/core@2.14.0".parse().unwrap();
    older.hidden = Some(Hidden::new(app.clone(), HiddenBy::Whiteout));
    let mut report = of_packages(vec![zlib, older, core(&app), left_pad(&app)]);
    report.judged_at = Some("2030-02-01T12:00:00Z".parse().unwrap());
    let mut facts = BaseFacts::new(evidence, 1);
    facts.created = Some("2029-12-31T23:00:00Z".parse().unwrap());
    if evidence != BaseEvidence::Guessed {
        facts.name = Some("example.org/base:2".to_owned());
    }
    if let Some(image) = &mut report.artifact.image {
        image.created = Some("2030-01-31T11:00:00Z".parse().unwrap());
        image.base = Some(facts);
    }
    report
}

fn layers() -> [Digest; 2] {
    ["base", "app"].map(|layer| Digest::sha256_of(layer.as_bytes()))
}

fn of_packages(packages: Vec<Package>) -> Report {
    let [base, app] = layers();
    let mut inventory = Inventory::default();
    inventory.distribution = Some(Distribution::new("debian", Some("12")));
    inventory.packages = packages;
    inventory.diagnostics =
        vec![Diagnostic::new("npm-lock", "not valid JSON", Impact::Partial).at("x.json", None)];
    inventory.sort();
    let matches = match_inventory(&database(), &inventory, &MatchOptions::default()).unwrap();

    let config = serde_json::json!({"architecture": "amd64", "os": "linux"});
    let mut image = ImageFacts::new(Digest::sha256_of(b"config"), config);
    let manifest = Digest::sha256_of(b"manifest");
    image.manifest = Some(Descriptor::new("application/json", manifest, 8));
    image.tags = vec!["example.org/shop:1.4".to_owned()];
    image.layers = vec![
        LayerFacts::new(Some(Digest::sha256_of(b"base.gz")), base, 1024),
        LayerFacts::new(Some(Digest::sha256_of(b"app.gz")), app, 2048),
    ];
    let mut artifact = Artifact::new("shop:1.4", ArtifactKind::ContainerImage);
    artifact.image = Some(image);
    let mut report = Report::new(artifact, inventory, "0.0.0");
    report.matches = Some(matches);
    report.created = Some("2030-02-01T00:00:00Z".parse().unwrap());
    report.notes = vec!["not scanned: secret".to_owned()];
    report
}

fn database() -> Database {
    let folder = tempfile::tempdir().unwrap();
    for (name, record) in RECORDS {
        fs::write(folder.path().join(name), record).unwrap();
    }
    let options = BuildOptions::new("2030-01-31T00:00:00Z".parse().unwrap());
    Database::open(build_in_memory(folder.path(), &options).unwrap().0).unwrap()
}

/// A binary package that is built from a source of another name.
fn zlib(layer: &Digest) -> Package {
    let purl = "pkg:deb/debian/zlib1g@1:1.2.13-1?arch=amd64&distro=debian-12".parse().unwrap();
    let mut zlib = Package::new(Ecosystem::Deb, "zlib1g", "1:1.2.13-1", purl);
    zlib.source = Some(SourcePackage::new("zlib", "1:1.2.13-1"));
    zlib.architecture = Some("amd64".to_owned());
    zlib.licenses = vec!["Zlib".to_owned()];
    zlib.cataloger = "dpkg-status".to_owned();
    zlib.locations = vec![at("var/lib/dpkg/status", layer).on_lines(Some((1, 9)))];
    zlib
}

/// A jar in a jar, and another copy of it.
fn core(layer: &Digest) -> Package {
    let purl = "pkg:maven/org.example/core@2.14.1".parse().unwrap();
    let mut core = Package::new(Ecosystem::Maven, "org.example:core", "2.14.1", purl);
    core.digest = Some(Digest::sha256_of(b"core.jar"));
    core.cataloger = "java-archive".to_owned();
    let paths = ["app/shop.jar:lib/core.jar", "opt/core.jar"];
    core.locations = paths.map(|path| at(path, layer)).into();
    core
}

/// What two lockfiles declare.
fn left_pad(layer: &Digest) -> Package {
    let purl = "pkg:npm/left-pad@1.3.0".parse().unwrap();
    let mut left_pad = Package::new(Ecosystem::Npm, "left-pad", "1.3.0", purl);
    left_pad.evidence = Evidence::Declared;
    left_pad.relationship = Relationship::Indirect;
    left_pad.depends_on = vec!["pad@1.0.0".to_owned()];
    left_pad.cataloger = "npm-lock".to_owned();
    let paths = ["a/package-lock.json", "b/package-lock.json"];
    left_pad.locations = paths.map(|path| at(path, layer)).into();
    left_pad
}

fn at(path: &str, layer: &Digest) -> Location {
    let mut location = Location::new(path);
    location.layer = Some(layer.clone());
    location
}
