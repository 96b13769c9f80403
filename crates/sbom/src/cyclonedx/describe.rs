//! Reads packages, the distribution and the subject from components.

use sealift_model::{Distribution, Package, Purl, Scope};

use super::clues::Clues;
use super::input::Component;
use crate::{Subject, SubjectKind};

/// Fills in what a component says beside its purl.
pub(super) fn package(package: &mut Package, component: &Component<'_>, purl: &str) {
    let none = Clues::default();
    let clues = component.properties.as_ref().map_or(&none, |properties| &properties.0);
    clues.tell(package);
    package.scope = match component.scope.as_deref() {
        Some("required") => Scope::Runtime,
        Some("optional") if clues.is_of_development() => Scope::DevelopmentOrOptional,
        Some("optional") => Scope::Optional,
        Some("excluded") => Scope::Development,
        _ => Scope::Unstated,
    };
    let supplier = component.supplier.as_ref().and_then(|supplier| supplier.name.as_ref());
    let maintainer = supplier.or(component.publisher.as_ref());
    package.maintainer = maintainer.map(|name| name.to_string()).filter(|name| !name.is_empty());
    package.digest = component.hashes.as_ref().and_then(|hashes| hashes.0.0.clone());
    package.licenses =
        component.licenses.as_ref().map_or_else(Vec::new, |licenses| licenses.0.0.clone());
    let occurrences = component.evidence.as_ref().and_then(|it| it.occurrences.as_ref());
    let occurrences = occurrences.map_or_else(Vec::new, |places| places.0.0.clone());
    let reference = component.bom_ref.as_deref().filter(|reference| !reference.is_empty());
    package.locations = clues.locations(occurrences, reference.unwrap_or(purl));
}

/// What a document is about, of which `component` tells.
pub(super) fn subject(component: &Component<'_>) -> Subject {
    let kind = match component.kind.as_deref() {
        Some("container") => SubjectKind::Container,
        _ => SubjectKind::FileSystem,
    };
    let name = component.name.as_deref().unwrap_or_default();
    let group = component.group.as_deref().filter(|group| !group.is_empty());
    let name = group.map_or_else(|| name.to_owned(), |group| format!("{group}/{name}"));
    let mut subject = Subject::new(kind, name);
    subject.version = component.version.as_deref().map(str::to_owned);
    subject.purl = component.purl.as_deref().and_then(|it| Purl::parse_lenient(it).ok());
    if let Some(clues) = component.properties.as_ref().map(|properties| &properties.0) {
        (subject.image_id, subject.digest) = clues.image();
        subject.layers = clues.layers();
    }
    subject
}

/// The distribution that an operating system component names; none without a name.
pub(super) fn distribution(component: &Component<'_>) -> Option<Distribution> {
    let name = component.name.as_deref().filter(|name| !name.is_empty())?;
    let version = component.version.as_deref().filter(|version| !version.is_empty());
    let none = Clues::default();
    let clues = component.properties.as_ref().map_or(&none, |properties| &properties.0);
    let [id, version_id, codename, pretty_name] = clues.distribution();
    let name = id.as_deref().unwrap_or(name);
    let mut distribution = Distribution::from_name(name, version_id.as_deref().or(version));
    distribution.full_version = version.map(str::to_owned).or(distribution.full_version);
    distribution.codename = codename;
    distribution.pretty_name = pretty_name;
    Some(distribution)
}
