//! GitHub's dependency snapshot, version 0 (GitHub REST API, "Dependency submission").
//!
//! It lists packages, not findings: GitHub matches them itself. The key of a package is its name,
//! with its version where a manifest has several packages of that name.

use std::collections::{BTreeMap, HashMap};
use std::io;

use sealift_model::{Package, Relationship, Scope, Timestamp};
use serde::Serialize;

use crate::place::path_of;
use crate::report::Report;
use crate::sections::{Class, Entry, Section, sections};

/// Stands for a time that is not known; the format demands one.
const UNKNOWN_TIME: &str = "1970-01-01T00:00:00Z";

/// The commit and the job of a snapshot.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct GithubOptions {
    /// The Git reference: `refs/heads/main`.
    pub reference: String,
    /// The commit.
    pub commit: String,
    /// The name of a series of snapshots: a later one replaces an earlier one.
    pub correlator: String,
    /// The run of the job.
    pub run: String,
}

/// Writes the packages of the report as one JSON document, two spaces of indentation, a newline at
/// the end.
///
/// # Errors
/// When `out` fails.
pub fn write<W: io::Write + ?Sized>(
    report: &Report,
    options: &GithubOptions,
    out: &mut W,
) -> io::Result<()> {
    let sections = sections(report);
    let listed = sections.iter().filter(|section| !section.hidden && !section.packages.is_empty());
    let time = report.judged_at.or(report.created);
    let snapshot = Snapshot {
        version: 0,
        detector: Detector {
            name: "sealift",
            version: &report.tool_version,
            url: "https://crates.io/crates/sealift",
        },
        metadata: metadata(report),
        reference: &options.reference,
        sha: &options.commit,
        job: Job { correlator: &options.correlator, id: &options.run },
        scanned: time.map_or(UNKNOWN_TIME.to_owned(), |time: Timestamp| time.to_string()),
        manifests: listed
            .map(|section| (section.target.as_str(), Manifest::new(report, section)))
            .collect(),
    };
    serde_json::to_writer_pretty(&mut *out, &snapshot)?;
    out.write_all(b"\n")
}

/// Names and digests of the image.
fn metadata(report: &Report) -> BTreeMap<&'static str, String> {
    let mut metadata = BTreeMap::new();
    if let Some(image) = &report.artifact.image {
        metadata.insert("sealift:image", report.artifact.name.clone());
        if let Some(manifest) = &image.manifest {
            metadata.insert("sealift:manifest", manifest.digest.to_string());
        }
    }
    metadata
}

#[derive(Serialize)]
struct Snapshot<'r> {
    version: u8,
    detector: Detector<'r>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    metadata: BTreeMap<&'static str, String>,
    #[serde(rename = "ref")]
    reference: &'r str,
    sha: &'r str,
    job: Job<'r>,
    scanned: String,
    manifests: BTreeMap<&'r str, Manifest<'r>>,
}

#[derive(Serialize)]
struct Detector<'r> {
    name: &'static str,
    version: &'r str,
    url: &'static str,
}

#[derive(Serialize)]
struct Job<'r> {
    correlator: &'r str,
    id: &'r str,
}

#[derive(Serialize)]
struct Manifest<'r> {
    name: &'r str,
    #[serde(skip_serializing_if = "Option::is_none")]
    file: Option<File<'r>>,
    resolved: BTreeMap<String, Resolved>,
}

#[derive(Serialize)]
struct File<'r> {
    source_location: &'r str,
}

#[derive(Serialize)]
struct Resolved {
    package_url: String,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    metadata: BTreeMap<&'static str, String>,
    relationship: &'static str,
    scope: &'static str,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    dependencies: Vec<String>,
}

impl<'r> Manifest<'r> {
    fn new(report: &Report, section: &'r Section<'r>) -> Self {
        let packages = || section.packages.iter().map(|entry| entry.package);
        let mut versions: HashMap<&str, usize> = HashMap::new();
        for package in packages() {
            *versions.entry(&package.name).or_default() += 1;
        }
        let purls: HashMap<String, String> =
            packages().map(|package| (package.id(), package.purl.to_string())).collect();
        let key = |package: &Package| match versions.get(package.name.as_str()) {
            Some(1) => package.name.clone(),
            _ => package.id(),
        };
        let is_file = section.class == Class::Language
            && section.packages.iter().all(|entry| path_of(report, entry) == section.target);
        let resolved = section.packages.iter().map(|entry| {
            let path = (section.class == Class::Language && !is_file)
                .then(|| ("path", path_of(report, entry)));
            (key(entry.package), Resolved::new(entry, &purls, path))
        });
        Self {
            name: &section.kind,
            file: is_file.then_some(File { source_location: &section.target }),
            resolved: resolved.collect(),
        }
    }
}

impl Resolved {
    fn new(
        entry: &Entry<'_>,
        purls: &HashMap<String, String>,
        path: Option<(&'static str, String)>,
    ) -> Self {
        let package = entry.package;
        Self {
            package_url: package.purl.to_string(),
            metadata: path.into_iter().collect(),
            relationship: match package.relationship {
                Relationship::Indirect => "indirect",
                _ => "direct",
            },
            scope: match package.scope {
                Scope::Development => "development",
                _ => "runtime",
            },
            dependencies: package
                .depends_on
                .iter()
                .filter_map(|id| purls.get(id).cloned())
                .collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::example;

    #[test]
    fn packages_are_listed_by_manifest() {
        let mut report = example::report();
        let mut tool = report.inventory.packages.last().unwrap().clone();
        tool.version = "0.9.0".to_owned();
        tool.purl = "pkg:npm/left-pad@0.9.0".parse().unwrap();
        tool.scope = Scope::Development;
        tool.depends_on = vec!["left-pad@1.3.0".to_owned()];
        tool.locations.truncate(1);
        report.inventory.packages.push(tool);
        let options = GithubOptions {
            reference: "refs/heads/main".to_owned(),
            commit: "0123abc".to_owned(),
            correlator: "build_scan".to_owned(),
            run: "42".to_owned(),
        };
        let mut bytes = Vec::new();
        write(&report, &options, &mut bytes).unwrap();
        insta::assert_snapshot!(String::from_utf8(bytes).unwrap());
    }
}
