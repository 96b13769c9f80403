//! One entry of `Packages`.

use sealift_model::{Ecosystem, Package, Relationship, Scope};
use serde::Serialize;

use super::JsonLayer;
use crate::Report;
use crate::sections::Entry;

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct JsonPackage<'r> {
    #[serde(rename = "ID")]
    id: String,
    name: &'r str,
    identifier: Identifier,
    #[serde(skip_serializing_if = "str::is_empty")]
    version: &'r str,
    #[serde(skip_serializing_if = "Option::is_none")]
    release: Option<&'r str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    epoch: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    arch: Option<&'r str>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    dev: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    src_name: Option<&'r str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    src_version: Option<&'r str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    src_release: Option<&'r str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    src_epoch: Option<u64>,
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    licenses: &'r [String],
    #[serde(skip_serializing_if = "Option::is_none")]
    maintainer: Option<&'r str>,
    #[serde(rename = "Modularitylabel", skip_serializing_if = "Option::is_none")]
    module_label: Option<&'r str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    relationship: Option<&'static str>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    indirect: bool,
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    depends_on: &'r [String],
    #[serde(skip_serializing_if = "Option::is_none")]
    layer: Option<JsonLayer<'r>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    file_path: Option<&'r str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    locations: Vec<Lines>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    paths: Vec<&'r str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    owned_by: Option<&'r str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    guessed: Option<&'r str>,
    #[serde(skip_serializing_if = "str::is_empty")]
    analyzed_by: &'r str,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Lines {
    start_line: u64,
    end_line: u64,
}

impl<'r> JsonPackage<'r> {
    pub(super) fn new(report: &'r Report, entry: &Entry<'r>) -> Self {
        let package = entry.package;
        let version = SplitVersion::new(package.ecosystem, &package.version);
        let source = package.source.as_ref();
        let source_version =
            source.map(|source| SplitVersion::new(package.ecosystem, &source.version));
        let place = package.locations.get(entry.location);
        let system = package.ecosystem.is_operating_system();
        Self {
            id: package.id(),
            name: &package.name,
            identifier: Identifier::new(package),
            version: version.version,
            release: version.release,
            epoch: version.epoch,
            arch: package.architecture.as_deref(),
            dev: package.scope == Scope::Development,
            src_name: source.map(|source| source.name.as_str()),
            src_version: source_version.as_ref().map(|version| version.version),
            src_release: source_version.as_ref().and_then(|version| version.release),
            src_epoch: source_version.as_ref().and_then(|version| version.epoch),
            licenses: &package.licenses,
            maintainer: package.maintainer.as_deref(),
            module_label: package.module_label.as_deref(),
            relationship: relationship(package.relationship),
            indirect: package.relationship == Relationship::Indirect,
            depends_on: &package.depends_on,
            layer: place
                .and_then(|place| place.layer.as_ref())
                .map(|layer| JsonLayer::reference(report, layer)),
            file_path: place.map(|place| place.path.as_str()).filter(|_| !system),
            locations: place
                .and_then(|place| place.lines)
                .map(|(start_line, end_line)| Lines { start_line, end_line })
                .into_iter()
                .collect(),
            paths: paths(package),
            owned_by: package.owned_by.as_deref(),
            guessed: package.guessed.as_deref(),
            analyzed_by: &package.cataloger,
        }
    }
}

/// All paths of a package that was found in more than one place.
pub(super) fn paths(package: &Package) -> Vec<&str> {
    match package.locations.as_slice() {
        [] | [_] => Vec::new(),
        many => many.iter().map(|place| place.path.as_str()).collect(),
    }
}

/// The package's identifiers.
#[derive(Serialize)]
pub(super) struct Identifier {
    #[serde(rename = "PURL")]
    purl: String,
}

impl Identifier {
    pub(super) fn new(package: &Package) -> Self {
        Self { purl: package.purl.to_string() }
    }
}

/// A version in the parts that Trivy's report keeps apart: all of Debian's and RPM's.
struct SplitVersion<'r> {
    epoch: Option<u64>,
    version: &'r str,
    release: Option<&'r str>,
}

impl<'r> SplitVersion<'r> {
    fn new(ecosystem: Ecosystem, text: &'r str) -> Self {
        if !matches!(ecosystem, Ecosystem::Deb | Ecosystem::Rpm) {
            return Self { epoch: None, version: text, release: None };
        }
        let epoch =
            text.split_once(':').and_then(|(epoch, rest)| Some((epoch.parse().ok()?, rest)));
        let (epoch, rest) = epoch.map_or((None, text), |(epoch, rest)| (Some(epoch), rest));
        match rest.rsplit_once('-') {
            Some((version, release)) => Self { epoch, version, release: Some(release) },
            None => Self { epoch, version: rest, release: None },
        }
    }
}

fn relationship(relationship: Relationship) -> Option<&'static str> {
    match relationship {
        Relationship::Root => Some("root"),
        Relationship::Workspace => Some("workspace"),
        Relationship::Direct => Some("direct"),
        Relationship::Indirect => Some("indirect"),
        _ => None,
    }
}
