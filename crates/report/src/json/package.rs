//! One entry of `Packages`.

use std::borrow::Cow;

use sealift_model::{BaseEvidence, Digest, Ecosystem, Evidence, Package, Relationship, Scope};
use serde::Serialize;

use super::layers::{JsonHidden, JsonLayer};
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
    file_path: Option<Cow<'r, str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    digest: Option<&'r Digest>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    locations: Vec<Lines>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    paths: Vec<&'r str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    owned_by: Option<&'r str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    guessed: Option<&'r str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    from_base: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    hidden: Option<JsonHidden<'r>>,
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
        Self {
            id: package.id(),
            name: &package.name,
            identifier: Identifier::new(entry),
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
                .and_then(|place| package.layer(place))
                .map(|layer| JsonLayer::reference(report, layer)),
            file_path: file_path(entry),
            digest: package.digest.as_ref(),
            locations: place
                .and_then(|place| place.lines)
                .map(|(start_line, end_line)| Lines { start_line, end_line })
                .into_iter()
                .collect(),
            paths: paths(package),
            owned_by: package.owned_by.as_deref(),
            guessed: package.guessed.as_deref(),
            from_base: package.from_base.map(BaseEvidence::name),
            hidden: JsonHidden::of(report, package),
            analyzed_by: &package.cataloger,
        }
    }
}

/// The path of a package in its section, written as Trivy does: what lies in an archive follows
/// the archive's name as if that were a folder. Packages of the operating system have none.
pub(crate) fn file_path<'r>(entry: &Entry<'r>) -> Option<Cow<'r, str>> {
    let package = entry.package;
    let place = package.locations.get(entry.location)?;
    match package.ecosystem {
        ecosystem if ecosystem.is_operating_system() => None,
        Ecosystem::Maven => Some(as_folders(&place.path)),
        _ => Some(Cow::Borrowed(&place.path)),
    }
}

/// `outer.jar:lib/x.jar` as `outer.jar/lib/x.jar`. A colon that follows no file extension is part
/// of a name.
fn as_folders(path: &str) -> Cow<'_, str> {
    let mut parts = path.split(':');
    let mut written = Cow::Borrowed(parts.next().unwrap_or_default());
    for part in parts {
        let name = written.rsplit('/').next().unwrap_or_default();
        let is_archive = name.rsplit_once('.').is_some_and(|(_, extension)| {
            !extension.is_empty() && extension.bytes().all(|byte| byte.is_ascii_alphabetic())
        });
        let separator = if is_archive { '/' } else { ':' };
        written.to_mut().push(separator);
        written.to_mut().push_str(part);
    }
    written
}

/// All paths of a package that was found in more than one place or inside an archive. Of one that
/// is declared each file is a result of its own: a thousand of them need not name each other.
pub(super) fn paths(package: &Package) -> Vec<&str> {
    match package.locations.as_slice() {
        _ if package.evidence == Evidence::Declared => Vec::new(),
        [] => Vec::new(),
        [place] if package.ecosystem != Ecosystem::Maven || !place.path.contains(':') => Vec::new(),
        places => places.iter().map(|place| place.path.as_str()).collect(),
    }
}

/// The package's identifiers.
#[derive(Serialize)]
pub(super) struct Identifier {
    #[serde(rename = "PURL")]
    purl: String,
    /// Connects a finding with its package where names are the same.
    #[serde(rename = "UID")]
    uid: String,
}

impl Identifier {
    pub(super) fn new(entry: &Entry<'_>) -> Self {
        const UID_HEX_DIGITS: usize = 16;
        let purl = entry.package.purl.to_string();
        let place = entry.package.locations.get(entry.location);
        let path = place.map_or("", |place| place.path.as_str());
        let mut uid = Digest::sha256_of(format!("{purl}\0{path}").as_bytes()).hex();
        uid.truncate(UID_HEX_DIGITS);
        Self { purl, uid }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn archives_are_written_as_folders() {
        for (path, written) in [
            ("opt/x.jar", "opt/x.jar"),
            ("app/shop.jar:BOOT-INF/lib/x-1.0.jar", "app/shop.jar/BOOT-INF/lib/x-1.0.jar"),
            ("a.ear:b.war:WEB-INF/lib/c.jar", "a.ear/b.war/WEB-INF/lib/c.jar"),
            ("srv/a:b/x.jar:lib/y:1.jar", "srv/a:b/x.jar/lib/y:1.jar"),
            ("srv/v1.2:b/x.jar", "srv/v1.2:b/x.jar"),
            ("", ""),
        ] {
            assert_eq!(as_folders(path), written);
        }
    }

    #[test]
    fn versions_are_split_as_debian_and_rpm_write_them() {
        for (text, epoch, version, release) in [
            ("1:2.3-4", Some(1), "2.3", Some("4")),
            ("2.3-4-5", None, "2.3-4", Some("5")),
            ("2.3", None, "2.3", None),
            ("x:2", None, "x:2", None),
        ] {
            let split = SplitVersion::new(Ecosystem::Deb, text);
            assert_eq!((split.epoch, split.version, split.release), (epoch, version, release));
        }
        let apk = SplitVersion::new(Ecosystem::Apk, "1.2-r3");
        assert_eq!((apk.version, apk.release), ("1.2-r3", None));
    }
}
