//! Syft's own JSON (`schema/json`, 16), read by converting it to the equivalent CycloneDX document.

use std::collections::HashMap;

use sealift_model::{Diagnostic, Impact, Purl};
use serde::Deserialize;
use serde_json::value::RawValue;

use crate::document::{Document, DocumentFormat, Lines, PlacedJson, Text, reason_of};
use crate::os_package::MAX_NAME_BYTES;
use crate::{DocumentLimits, Error, cyclonedx};

const FORMAT: &str = "Syft document";
const ORIGIN: &str = "syft";

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", expecting = "an object")]
struct Input<'a> {
    #[serde(borrow)]
    artifacts: Option<Vec<&'a RawValue>>,
    #[serde(borrow)]
    artifact_relationships: Option<Vec<Relationship<'a>>>,
    #[serde(borrow)]
    source: Option<Source<'a>>,
    #[serde(borrow)]
    distro: Option<Distro<'a>>,
    #[serde(borrow)]
    schema: Option<Schema<'a>>,
}

#[derive(Deserialize)]
struct Schema<'a> {
    #[serde(borrow)]
    version: Option<Text<'a>>,
}

#[derive(Deserialize)]
struct Relationship<'a> {
    #[serde(borrow)]
    parent: Option<Text<'a>>,
    #[serde(borrow)]
    child: Option<Text<'a>>,
    #[serde(rename = "type", borrow)]
    kind: Option<Text<'a>>,
}

#[derive(Deserialize)]
struct Source<'a> {
    #[serde(rename = "type", borrow)]
    kind: Option<Text<'a>>,
    #[serde(borrow)]
    name: Option<Text<'a>>,
    #[serde(borrow)]
    version: Option<Text<'a>>,
    /// `target` before version 7 of the schema, of a folder a text.
    #[serde(alias = "target", borrow)]
    metadata: Option<&'a RawValue>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase")]
struct ImageSource<'a> {
    #[serde(borrow)]
    user_input: Option<Text<'a>>,
    #[serde(rename = "imageID", borrow)]
    image_id: Option<Text<'a>>,
    #[serde(borrow)]
    manifest_digest: Option<Text<'a>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Distro<'a> {
    #[serde(borrow)]
    id: Option<Text<'a>>,
    #[serde(borrow)]
    name: Option<Text<'a>>,
    #[serde(rename = "versionID", borrow)]
    version_id: Option<Text<'a>>,
    #[serde(borrow)]
    version_codename: Option<Text<'a>>,
    #[serde(borrow)]
    pretty_name: Option<Text<'a>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", expecting = "an object")]
struct Artifact<'a> {
    #[serde(borrow)]
    id: Option<Text<'a>>,
    #[serde(borrow)]
    name: Option<Text<'a>>,
    #[serde(borrow)]
    version: Option<Text<'a>>,
    #[serde(rename = "type", borrow)]
    kind: Option<Text<'a>>,
    #[serde(borrow)]
    found_by: Option<Text<'a>>,
    #[serde(borrow)]
    locations: Option<Vec<Location<'a>>>,
    #[serde(borrow)]
    licenses: Option<Vec<License<'a>>>,
    #[serde(borrow)]
    purl: Option<Text<'a>>,
    #[serde(borrow)]
    metadata: Option<&'a RawValue>,
}

#[derive(Deserialize)]
struct Location<'a> {
    #[serde(borrow)]
    path: Option<Text<'a>>,
    #[serde(rename = "layerID", borrow)]
    layer_id: Option<Text<'a>>,
}

/// An object since version 7 of the schema.
#[derive(Deserialize)]
#[serde(untagged)]
enum License<'a> {
    Text(#[serde(borrow)] Text<'a>),
    Object {
        #[serde(borrow)]
        value: Option<Text<'a>>,
    },
}

/// What a package database says, by what became of it in documents of other formats.
#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase")]
struct SystemMetadata<'a> {
    #[serde(borrow)]
    source: Option<Text<'a>>,
    #[serde(borrow)]
    source_version: Option<Text<'a>>,
    #[serde(borrow)]
    source_rpm: Option<Text<'a>>,
    #[serde(borrow)]
    origin_package: Option<Text<'a>>,
    #[serde(borrow)]
    maintainer: Option<Text<'a>>,
    #[serde(borrow)]
    modularity_label: Option<Text<'a>>,
}

/// Reads a document.
///
/// # Errors
/// It is not of this form, or has more packages than allowed.
pub(crate) fn read(text: &str, limits: &DocumentLimits) -> Result<Document, Error> {
    let input: Input<'_> = serde_json::from_str(text).map_err(|error| Error::Malformed {
        format: FORMAT,
        reason: reason_of(&error),
        line: u64::try_from(error.line()).ok(),
    })?;
    let mut unread = Vec::new();
    let json = to_cyclonedx(text, &input, &mut unread);
    let mut document = cyclonedx::read_json(&json, limits)?;
    document.format = DocumentFormat::Syft;
    let version = input.schema.and_then(|schema| schema.version);
    document.version = version.map(|version| version.to_string()).unwrap_or_default();
    for diagnostic in &mut document.inventory.diagnostics {
        ORIGIN.clone_into(&mut diagnostic.origin);
    }
    document.inventory.diagnose(unread);
    Ok(document)
}

fn to_cyclonedx(text: &str, input: &Input<'_>, unread: &mut Vec<Diagnostic>) -> String {
    let relationships = input.artifact_relationships.as_deref().unwrap_or_default();
    let artifacts = input.artifacts.as_deref().unwrap_or_default();
    let mut owners = owners(artifacts, relationships);
    let mut lines = Lines::new(text);
    let mut json = PlacedJson::new();
    json.object();
    json.field("bomFormat", "CycloneDX");
    json.field("specVersion", "1.6");
    if let Some(source) = &input.source {
        json.key("metadata");
        json.object();
        json.key("component");
        about(source, &mut json);
        json.end();
    }
    json.key("components");
    json.list();
    if let Some(distro) = &input.distro {
        distribution(distro, &mut json);
    }
    for raw in artifacts {
        let line = lines.line_of(raw.get());
        match serde_json::from_str::<Artifact<'_>>(raw.get()) {
            Ok(artifact) => {
                // A line begins with the comma before its value, so only values that are written
                // have one.
                json.on_line(line.unwrap_or_default());
                let owner = artifact.id.as_deref().and_then(|id| owners.remove(id));
                component(&artifact, owner.as_deref(), &mut json);
            }
            Err(error) => {
                let message = format!("an artifact cannot be read: {}", reason_of(&error));
                let mut diagnostic = Diagnostic::new(ORIGIN, message, Impact::Partial);
                diagnostic.line = line;
                unread.push(diagnostic);
            }
        }
    }
    json.end();
    json.key("dependencies");
    json.list();
    for (needed, needing) in related(relationships, "dependency-of") {
        json.object();
        json.field("ref", needing);
        json.key("dependsOn");
        json.list();
        json.string(needed);
        json.end();
        json.end();
    }
    json.end();
    json.end();
    json.finish()
}

/// Parents with their children in relationships of a kind.
fn related<'r>(
    relationships: &'r [Relationship<'_>],
    kind: &'static str,
) -> impl Iterator<Item = (&'r str, &'r str)> {
    let of_kind = relationships.iter().filter(move |it| it.kind.as_deref() == Some(kind));
    of_kind.filter_map(|it| Some((it.parent.as_deref()?, it.child.as_deref()?)))
}

/// The name of the package whose files a package's are, by the latter's id. A short id may stand
/// for a long name any number of times: names that no package of a system can have are passed over.
fn owners<'r>(
    artifacts: &[&'r RawValue],
    relationships: &'r [Relationship<'_>],
) -> HashMap<&'r str, String> {
    let owned: Vec<_> = related(relationships, "ownership-by-file-overlap").collect();
    if owned.is_empty() {
        return HashMap::new();
    }
    let named = artifacts.iter().filter_map(|raw| {
        let artifact: Artifact<'_> = serde_json::from_str(raw.get()).ok()?;
        let name = artifact.name.filter(|name| name.len() <= MAX_NAME_BYTES)?;
        Some((artifact.id?.to_string(), name.to_string()))
    });
    let names: HashMap<String, String> = named.collect();
    let with_name = |(owner, id): (&'r str, &'r str)| Some((id, names.get(owner)?.clone()));
    owned.into_iter().filter_map(with_name).collect()
}

fn about(source: &Source<'_>, json: &mut PlacedJson) {
    let is_image = source.kind.as_deref() == Some("image");
    let image = source.metadata.filter(|_| is_image).map(RawValue::get);
    let image: ImageSource<'_> =
        image.and_then(|text| serde_json::from_str(text).ok()).unwrap_or_default();
    json.object();
    json.field("type", if is_image { "container" } else { "application" });
    let name = source.name.as_deref().or(image.user_input.as_deref());
    json.field("name", name.unwrap_or_default());
    optional(json, "version", source.version.as_ref());
    properties(
        json,
        &[
            (cyclonedx::IMAGE_ID, image.image_id.as_deref()),
            (cyclonedx::IMAGE_DIGEST, image.manifest_digest.as_deref()),
        ],
    );
    json.end();
}

fn distribution(distro: &Distro<'_>, json: &mut PlacedJson) {
    // For an image without os-release, the object is empty.
    let Some(id) = distro.id.as_ref().or(distro.name.as_ref()) else { return };
    json.object();
    json.field("type", "operating-system");
    json.field("name", id);
    optional(json, "version", distro.version_id.as_ref());
    properties(
        json,
        &[
            (cyclonedx::CODENAME, distro.version_codename.as_deref()),
            (cyclonedx::PRETTY_NAME, distro.pretty_name.as_deref()),
        ],
    );
    json.end();
}

fn component(artifact: &Artifact<'_>, owner: Option<&str>, json: &mut PlacedJson) {
    let metadata: Option<SystemMetadata<'_>> =
        artifact.metadata.and_then(|raw| serde_json::from_str(raw.get()).ok());
    let metadata = metadata.unwrap_or_default();
    json.object();
    json.field("type", "library");
    optional(json, "bom-ref", artifact.id.as_ref());
    optional(json, "name", artifact.name.as_ref());
    optional(json, "version", artifact.version.as_ref());
    match artifact.purl.as_ref().filter(|purl| !purl.is_empty()) {
        Some(purl) => json.field("purl", purl),
        None => purl_of(artifact).into_iter().for_each(|purl| json.field("purl", &purl)),
    }
    optional(json, "publisher", metadata.maintainer.as_ref());
    licenses(artifact.licenses.as_deref().unwrap_or_default(), json);
    let places = artifact.locations.as_deref().unwrap_or_default();
    let places = places.iter().enumerate().flat_map(|(at, place)| {
        let fields = [(":path", &place.path), (":layerID", &place.layer_id)];
        let stated = fields.into_iter().filter_map(|(field, value)| Some((field, value.as_ref()?)));
        stated
            .map(move |(field, value)| (format!("{}{at}{field}", cyclonedx::SYFT_LOCATION), value))
    });
    let places: Vec<_> = places.collect();
    let mut stated = vec![
        (cyclonedx::SYFT_CATALOGER, artifact.found_by.as_deref()),
        (cyclonedx::SYFT_SOURCE_NAME, metadata.source.as_deref()),
        (cyclonedx::SYFT_SOURCE_VERSION, metadata.source_version.as_deref()),
        (cyclonedx::SYFT_SOURCE_RPM, metadata.source_rpm.as_deref()),
        (cyclonedx::SYFT_ORIGIN, metadata.origin_package.as_deref()),
        (cyclonedx::MODULE_LABEL, metadata.modularity_label.as_deref()),
        (cyclonedx::OWNED_BY, owner),
    ];
    stated.extend(places.iter().map(|(name, value)| (name.as_str(), Some(&***value))));
    properties(json, &stated);
    json.end();
}

/// The purl of a package that has none, where its type, name and version make one.
fn purl_of(artifact: &Artifact<'_>) -> Option<String> {
    let kind = match &**artifact.kind.as_ref()? {
        "gem" => "gem",
        "npm" => "npm",
        "python" => "pypi",
        "rust-crate" => "cargo",
        _ => return None,
    };
    let version = artifact.version.as_ref().filter(|version| !version.is_empty())?;
    let name = artifact.name.as_ref()?;
    let purl = match name.split_once('/').filter(|_| kind == "npm") {
        Some((scope, bare)) => Purl::builder(kind, bare).namespace(scope),
        None => Purl::builder(kind, name),
    };
    Some(purl.version(&**version).build().ok()?.to_string())
}

fn optional(json: &mut PlacedJson, key: &str, value: Option<&Text<'_>>) {
    if let Some(value) = value.filter(|value| !value.is_empty()) {
        json.field(key, value);
    }
}

fn licenses(licenses: &[License<'_>], json: &mut PlacedJson) {
    json.key("licenses");
    json.list();
    for license in licenses {
        let (License::Text(text) | License::Object { value: Some(text) }) = license else {
            continue;
        };
        json.object();
        json.key("license");
        json.object();
        json.field("name", text);
        json.end();
        json.end();
    }
    json.end();
}

fn properties(json: &mut PlacedJson, stated: &[(&str, Option<&str>)]) {
    json.key("properties");
    json.list();
    for (name, value) in stated {
        if let Some(value) = value.filter(|value| !value.is_empty()) {
            json.object();
            json.field("name", name);
            json.field("value", value);
            json.end();
        }
    }
    json.end();
}

#[cfg(test)]
mod tests {
    use sealift_model::SourcePackage;

    use super::*;
    use crate::SubjectKind;

    const DOCUMENT: &str = r#"{
        "artifacts": [
            {"id": "1", "name": "libssl3", "version": "3.0-2", "type": "deb", "foundBy": "dpkg-db-cataloger",
             "locations": [{"path": "/var/lib/dpkg/status", "layerID": "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"}],
             "licenses": [{"value": "Apache-2.0", "spdxExpression": "Apache-2.0", "type": "declared"}],
             "purl": "pkg:deb/debian/libssl3@3.0-2?arch=amd64&distro=debian-12&upstream=openssl",
             "metadataType": "dpkg-db-entry", "metadata": {"source": "openssl", "sourceVersion": "3.0-1", "maintainer": "A <a@example.org>"}},
            {"id": "2", "name": "requests", "version": "2.0", "licenses": ["MIT"], "purl": "pkg:pypi/requests@2.0", "metadata": {"files": []}},
            {"id": 3},
            {"id": "4", "name": "nameless", "version": "1"},
            {"id": "5", "name": "libc6", "version": "2.36-9", "purl": "pkg:deb/debian/libc6@2.36-9?distro=debian-12"}
        ],
        "artifactRelationships": [
            {"parent": "1", "child": "2", "type": "ownership-by-file-overlap"},
            {"parent": "5", "child": "1", "type": "dependency-of"},
            {"parent": "9", "child": "f", "type": "contains"}
        ],
        "source": {"id": "9", "name": "shop", "version": "1.0", "type": "image",
            "metadata": {"userInput": "shop:1.0", "imageID": "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"}},
        "distro": {"prettyName": "Debian 12", "id": "debian", "versionID": "12", "versionCodename": "bookworm"},
        "schema": {"version": "16.0.0"}
    }"#;

    #[test]
    fn artifacts_are_packages_with_source_owner_and_place() {
        let document = read(DOCUMENT, &DocumentLimits::default()).unwrap();
        assert_eq!((document.format, document.version.as_str()), (DocumentFormat::Syft, "16.0.0"));
        let subject = document.subject.unwrap();
        assert_eq!((subject.name.as_str(), subject.kind), ("shop", SubjectKind::Container));
        assert!(subject.image_id.is_some());
        let inventory = document.inventory;
        let distribution = inventory.distribution.unwrap();
        assert_eq!(
            (distribution.id.as_str(), distribution.codename.as_deref()),
            ("debian", Some("bookworm"))
        );
        let [_, libssl, requests] = &inventory.packages[..] else {
            panic!("{:?}", inventory.packages)
        };
        assert_eq!(libssl.source, Some(SourcePackage::new("openssl", "3.0-1")));
        assert_eq!(libssl.maintainer.as_deref(), Some("A <a@example.org>"));
        assert_eq!(libssl.licenses, ["Apache-2.0"]);
        assert_eq!(libssl.locations[0].path, "var/lib/dpkg/status");
        assert!(libssl.locations[0].layer.is_some());
        assert_eq!(requests.owned_by.as_deref(), Some("libssl3"));
        assert_eq!(libssl.depends_on, ["libc6@2.36-9"]);
        let told: Vec<_> =
            inventory.diagnostics.iter().map(|it| (it.line, it.message.as_str())).collect();
        assert_eq!(
            told,
            [
                (
                    Some(9),
                    "an artifact cannot be read: invalid type: integer `3`, expected a string"
                ),
                (Some(10), "component \"nameless\" at version \"1\" has no purl"),
            ]
        );
    }

    #[test]
    fn a_purl_that_is_missing_is_made_where_the_type_tells() {
        let artifact = |kind: &str, name: &str, purl: &str| {
            format!(r#"{{"name":"{name}","version":"1.0","type":"{kind}","purl":{purl}}}"#)
        };
        let artifacts = [
            artifact("npm", "ini", r#""""#),
            artifact("npm", "@s/a", "null"),
            artifact("python", "Foo", r#""""#),
            artifact("npm", "named", r#""pkg:npm/other@2""#),
            artifact("deb", "libc6", r#""""#),
            r#"{"name":"versionless","type":"npm"}"#.to_owned(),
        ];
        let text = format!(r#"{{"artifacts":[{}]}}"#, artifacts.join(","));
        let inventory = read(&text, &DocumentLimits::default()).unwrap().inventory;
        let mut purls: Vec<_> = inventory.packages.iter().map(|it| it.purl.to_string()).collect();
        purls.sort_unstable();
        let expected =
            ["pkg:npm/%40s/a@1.0", "pkg:npm/ini@1.0", "pkg:npm/other@2", "pkg:pypi/foo@1.0"];
        assert_eq!(purls, expected);
        let told: Vec<_> = inventory
            .diagnostics
            .iter()
            .map(|it| (it.origin.as_str(), it.message.as_str()))
            .collect();
        assert_eq!(
            told,
            [
                ("syft", "component \"libc6\" at version \"1.0\" has no purl"),
                ("syft", "component \"versionless\" has no purl"),
            ]
        );
    }

    #[test]
    fn an_artifact_that_cannot_be_read_hides_no_other_wherever_it_stands() {
        let (good, bad) = (r#"{"name":"a","purl":"pkg:npm/a@1"}"#, r#"{"name":"b","version":7}"#);
        for (artifacts, line) in
            [([bad, good, good], 2), ([good, bad, good], 3), ([good, good, bad], 4)]
        {
            let text = format!("{{\"artifacts\":[\n{}]}}", artifacts.join(",\n"));
            let inventory = read(&text, &DocumentLimits::default()).unwrap().inventory;
            assert_eq!(inventory.packages.len(), 1, "{text}");
            let lines: Vec<_> = inventory.diagnostics.iter().map(|it| it.line).collect();
            assert_eq!(lines, [Some(line)], "{text}");
        }
    }

    #[test]
    fn an_owner_is_written_once_an_id_and_never_a_long_name() {
        let written = |name: &str| {
            let artifact = r#"{"id":"c","name":"c","purl":"pkg:npm/c@1"}"#;
            let owned = r#"{"parent":"o","child":"c","type":"ownership-by-file-overlap"}"#;
            let text = format!(
                r#"{{"artifacts":[{{"id":"o","name":"{name}"}},{artifact},{artifact}],
                "artifactRelationships":[{owned},{owned}]}}"#
            );
            let input: Input<'_> = serde_json::from_str(&text).unwrap();
            to_cyclonedx(&text, &input, &mut Vec::new()).matches(cyclonedx::OWNED_BY).count()
        };
        assert_eq!(written(&"x".repeat(255)), 1);
        assert_eq!(written(&"x".repeat(256)), 0);
    }

    #[test]
    fn old_forms_of_the_source_are_read_and_other_forms_refused() {
        let old = r#"{"artifacts":[],"source":{"type":"image","target":{"userInput":"a:1"}},"distro":{}}"#;
        let document = read(old, &DocumentLimits::default()).unwrap();
        assert_eq!(document.subject.unwrap().name, "a:1");
        assert_eq!(document.inventory.distribution, None);
        let folder = r#"{"artifacts":[],"source":{"type":"directory","target":"./shop"}}"#;
        assert_eq!(read(folder, &DocumentLimits::default()).unwrap().subject.unwrap().name, "");
        let error = read(r#"{"artifacts":{}}"#, &DocumentLimits::default()).unwrap_err();
        let told = "not a valid Syft document: invalid type: map, expected a sequence";
        assert_eq!(error.to_string(), told);
    }
}
