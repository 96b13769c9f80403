//! Packages, the distribution and the subject as components.

use std::borrow::Cow;

use sealift_model::{
    Algorithm, Digest, Distribution, Ecosystem, Evidence, Package, Relationship, Scope,
    SourcePackage,
};

use super::bom::{self, Component, Hash, LicenseChoice, Occurrence, Organization, Property};
use super::properties::*;
use crate::document::{DEVELOPMENT_OR_OPTIONAL, License, LicenseList, all_of};
use crate::{Subject, SubjectKind};

/// `version` of the schema.
const MAX_VERSION_CHARS: usize = 1_024;

pub(super) fn of_package<'a>(
    package: &'a Package,
    bom_ref: String,
    licenses: &LicenseList,
) -> Component<'a> {
    let (group, name) = group_and_name(package);
    Component {
        bom_ref: Some(bom_ref),
        kind: "library",
        supplier: package.maintainer.as_deref().map(|name| Organization { name }),
        group,
        name,
        version: version(Some(&package.version)),
        scope: match package.scope {
            Scope::Runtime => Some("required"),
            Scope::Optional | Scope::DevelopmentOrOptional => Some("optional"),
            Scope::Development => Some("excluded"),
            _ => None,
        },
        hashes: package.digest.iter().map(hash).collect(),
        licenses: license_choice(package, licenses),
        purl: Some(package.purl.to_string()),
        evidence: evidence(package),
        properties: package_properties(package),
    }
}

pub(super) fn of_distribution(distribution: &Distribution, bom_ref: String) -> Component<'_> {
    let full_version = distribution.full_version.as_ref().or(distribution.version_id.as_ref());
    let version_id = distribution.version_id.as_ref().filter(|id| Some(*id) != full_version);
    let properties = [
        (VERSION_ID, version_id),
        (CODENAME, distribution.codename.as_ref()),
        (PRETTY_NAME, distribution.pretty_name.as_ref()),
    ];
    Component {
        bom_ref: Some(bom_ref),
        kind: "operating-system",
        name: &distribution.id,
        version: version(full_version.map(String::as_str)),
        properties: stated(properties),
        ..Component::default()
    }
}

pub(super) fn of_subject(subject: &Subject, bom_ref: String) -> Component<'_> {
    let mut properties = Vec::new();
    let digests = [(IMAGE_ID, &subject.image_id), (IMAGE_DIGEST, &subject.digest)];
    for (name, digest) in digests {
        properties.extend(digest.iter().map(|digest| Property::new(name, digest.to_string())));
    }
    for (at, layer) in subject.layers.iter().enumerate() {
        let name = format!("{IMAGE_LAYER}{at}");
        properties.push(Property::new(format!("{name}{DIFF_ID}"), layer.diff_id.to_string()));
        if let Some(digest) = &layer.digest {
            properties.push(Property::new(format!("{name}{DIGEST}"), digest.to_string()));
        }
    }
    Component {
        bom_ref: Some(bom_ref),
        kind: match subject.kind {
            SubjectKind::Container => "container",
            SubjectKind::FileSystem => "application",
        },
        name: &subject.name,
        version: version(subject.version.as_deref()),
        hashes: subject.digest.iter().map(hash).collect(),
        purl: subject.purl.as_ref().map(ToString::to_string),
        properties,
        ..Component::default()
    }
}

fn group_and_name(package: &Package) -> (Option<&str>, &str) {
    let name = package.name.as_str();
    let parts = match package.ecosystem {
        Ecosystem::Maven => name.split_once(':'),
        Ecosystem::Npm if name.starts_with('@') => name.split_once('/'),
        Ecosystem::Composer => name.split_once('/'),
        _ => None,
    };
    match parts {
        Some((group, name)) => (Some(group), name),
        None => (None, name),
    }
}

/// A version that the schema has room for.
pub(super) fn version(version: Option<&str>) -> Option<&str> {
    version.filter(|text| !text.is_empty() && text.chars().count() <= MAX_VERSION_CHARS)
}

fn hash(digest: &Digest) -> Hash {
    let alg = match digest.algorithm() {
        Algorithm::Sha512 => "SHA-512",
        _ => "SHA-256",
    };
    Hash { alg, content: digest.hex() }
}

/// The schema has one expression or a list of licences, not both. An expression among identifiers
/// makes all one expression; among names that SPDX does not know it becomes a name itself.
fn license_choice<'a>(package: &'a Package, list: &LicenseList) -> Vec<LicenseChoice<'a>> {
    const DECLARED: &str = "declared";
    let licenses = list.classify_all(&package.licenses);
    let has_name = licenses.iter().any(|license| matches!(license, License::Name(_)));
    let has_expression = licenses.iter().any(|license| matches!(license, License::Expression(_)));
    if has_expression && !has_name {
        let expression = all_of(&licenses, str::to_owned);
        return expression
            .map(|expression| LicenseChoice::Expression { expression, acknowledgement: DECLARED })
            .into_iter()
            .collect();
    }
    let one = |license| {
        let (id, name) = match license {
            License::Id(id) => (Some(id), None),
            License::Expression(text) => (None, Some(Cow::Owned(text))),
            License::Name(text) => (None, Some(Cow::Borrowed(text))),
        };
        LicenseChoice::License(bom::License { id, name, acknowledgement: DECLARED })
    };
    licenses.into_iter().map(one).collect()
}

fn evidence(package: &Package) -> Option<bom::Evidence<'_>> {
    let occurrences = package.locations.iter().map(|place| Occurrence {
        location: &place.path,
        line: place.lines.map(|(first, _)| first),
    });
    let occurrences: Vec<Occurrence<'_>> = occurrences.collect();
    (!occurrences.is_empty()).then_some(bom::Evidence { occurrences })
}

fn package_properties(package: &Package) -> Vec<Property<'_>> {
    let architecture = package.architecture.as_ref();
    let in_purl = package.purl.qualifier("arch");
    let source = package.source.as_ref();
    let mut properties = Vec::new();
    if !package.cataloger.is_empty() {
        properties.push(Property::new(CATALOGER, package.cataloger.as_str()));
    }
    if package.evidence == Evidence::Declared {
        properties.push(Property::new(EVIDENCE, "declared"));
    }
    if package.scope == Scope::DevelopmentOrOptional {
        properties.push(Property::new(SCOPE, DEVELOPMENT_OR_OPTIONAL));
    }
    properties.extend(
        relationship_word(package.relationship).map(|word| Property::new(RELATIONSHIP, word)),
    );
    let version_fits = version(Some(&package.version)).is_some() || package.version.is_empty();
    properties.extend(stated([
        (VERSION, Some(&package.version).filter(|_| !version_fits)),
        (ARCHITECTURE, architecture.filter(|word| in_purl != Some(word.as_str()))),
        (MODULE_LABEL, package.module_label.as_ref()),
        (OWNED_BY, package.owned_by.as_ref()),
        (GUESSED, package.guessed.as_ref()),
        (SOURCE_NAME, source.map(|source| &source.name)),
        (SOURCE_VERSION, source.map(|source| &source.version)),
    ]));
    properties.extend(source.iter().flat_map(|source| for_trivy(package.ecosystem, source)));
    let layers = [
        (BROUGHT_BY, package.brought_by.as_ref().map(ToString::to_string)),
        (FROM_BASE, package.from_base.map(|known| known.name().to_owned())),
        (HIDDEN, package.hidden.as_ref().map(ToString::to_string)),
    ];
    let layers = layers.into_iter().filter_map(|(name, value)| Some((name, value?)));
    properties.extend(layers.map(|(name, value)| Property::new(name, value)));
    for (at, place) in package.locations.iter().enumerate() {
        if let Some(layer) = &place.layer {
            let name = format!("{LOCATION}{at}{LAYER_DIFF_ID}");
            properties.push(Property::new(name, layer.to_string()));
        }
        if let Some((_, last)) = place.lines.filter(|(first, last)| first != last) {
            let name = format!("{LOCATION}{at}{LAST_LINE}");
            properties.push(Property::new(name, last.to_string()));
        }
    }
    properties
}

/// The source package as Trivy reads it: without these it takes the binary for its source.
fn for_trivy(ecosystem: Ecosystem, source: &SourcePackage) -> Vec<Property<'_>> {
    let has_parts = matches!(ecosystem, Ecosystem::Deb | Ecosystem::Rpm);
    let whole = source.version.as_str();
    let (epoch, rest) = match whole.split_once(':').filter(|_| has_parts) {
        Some((epoch, rest)) => (Some(epoch), rest),
        None => (None, whole),
    };
    let (upstream, release) = match rest.rsplit_once('-').filter(|_| has_parts) {
        Some((upstream, release)) => (upstream, Some(release)),
        None => (rest, None),
    };
    let parts = [
        (TRIVY_SOURCE_NAME, Some(source.name.as_str())),
        (TRIVY_SOURCE_EPOCH, epoch.filter(|epoch| *epoch != "0")),
        (TRIVY_SOURCE_VERSION, Some(upstream)),
        (TRIVY_SOURCE_RELEASE, release),
    ];
    let stated = parts.into_iter().filter_map(|(name, value)| Some((name, value?)));
    stated.map(|(name, value)| Property::new(name, value)).collect()
}

fn relationship_word(relationship: Relationship) -> Option<&'static str> {
    match relationship {
        Relationship::Root => Some("root"),
        Relationship::Workspace => Some("workspace"),
        Relationship::Direct => Some("direct"),
        Relationship::Indirect => Some("indirect"),
        _ => None,
    }
}

fn stated<'a, const N: usize>(
    values: [(&'static str, Option<&'a String>); N],
) -> Vec<Property<'a>> {
    let present = values.into_iter().filter_map(|(name, value)| Some((name, value?)));
    present.map(|(name, value)| Property::new(name, value.as_str())).collect()
}
