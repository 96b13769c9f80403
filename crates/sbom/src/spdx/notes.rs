//! Annotations of the form `Key: value`, for data that has no field in SPDX.

use sealift_model::{BaseEvidence, Distribution, Evidence, Location, Package, Relationship, Scope};

use crate::Subject;
use crate::document::DEVELOPMENT_OR_OPTIONAL;

/// Path of a location; the notes behind it say more of it.
const FILE_PATH: &str = "FilePath";
const LAYER_DIFF_ID: &str = "LayerDiffID";
/// First and last line, `12-16`.
const LINES: &str = "Lines";
const CATALOGER: &str = "Cataloger";
const EVIDENCE: &str = "Evidence";
const RELATIONSHIP: &str = "Relationship";
const SCOPE: &str = "Scope";
const ARCHITECTURE: &str = "Architecture";
const MODULE_LABEL: &str = "Modularitylabel";
const OWNED_BY: &str = "OwnedBy";
const GUESSED: &str = "Guessed";
const BROUGHT_BY: &str = "BroughtBy";
const FROM_BASE: &str = "FromBase";
const HIDDEN: &str = "Hidden";
const VERSION_ID: &str = "VersionID";
const CODENAME: &str = "Codename";
const PRETTY_NAME: &str = "PrettyName";
const IMAGE_ID: &str = "ImageID";
const IMAGE_DIGEST: &str = "ImageDigest";
/// Diff-id of a layer, lowest first; its digest may follow.
const DIFF_ID: &str = "DiffID";
const LAYER_DIGEST: &str = "Digest";

pub(super) fn of_package(package: &Package) -> Vec<String> {
    let mut notes = Notes::default();
    for place in &package.locations {
        notes.add(FILE_PATH, Some(&place.path));
        notes.add(LAYER_DIFF_ID, place.layer.as_ref().map(ToString::to_string));
        notes.add(LINES, place.lines.map(|(first, last)| format!("{first}-{last}")));
    }
    let cataloger = Some(&package.cataloger).filter(|name| !name.is_empty());
    let architecture = package.architecture.as_deref();
    let in_purl = package.purl.qualifier("arch");
    notes.add(CATALOGER, cataloger);
    notes.add(EVIDENCE, (package.evidence == Evidence::Declared).then_some("declared"));
    notes.add(RELATIONSHIP, RELATIONSHIPS.word(package.relationship));
    notes.add(SCOPE, SCOPES.word(package.scope));
    notes.add(ARCHITECTURE, architecture.filter(|_| architecture != in_purl));
    notes.add(MODULE_LABEL, package.module_label.as_ref());
    notes.add(OWNED_BY, package.owned_by.as_ref());
    notes.add(GUESSED, package.guessed.as_ref());
    notes.add(BROUGHT_BY, package.brought_by.as_ref().map(ToString::to_string));
    notes.add(FROM_BASE, package.from_base.map(BaseEvidence::name));
    notes.add(HIDDEN, package.hidden.as_ref().map(ToString::to_string));
    notes.0
}

pub(super) fn of_distribution(distribution: &Distribution) -> Vec<String> {
    let full = distribution.full_version.as_ref();
    let mut notes = Notes::default();
    notes.add(VERSION_ID, distribution.version_id.as_ref().filter(|id| Some(*id) != full));
    notes.add(CODENAME, distribution.codename.as_ref());
    notes.add(PRETTY_NAME, distribution.pretty_name.as_ref());
    notes.0
}

pub(super) fn of_subject(subject: &Subject) -> Vec<String> {
    let mut notes = Notes::default();
    notes.add(IMAGE_ID, subject.image_id.as_ref().map(ToString::to_string));
    notes.add(IMAGE_DIGEST, subject.digest.as_ref().map(ToString::to_string));
    for layer in &subject.layers {
        notes.add(DIFF_ID, Some(layer.diff_id.to_string()));
        notes.add(LAYER_DIGEST, layer.digest.as_ref().map(ToString::to_string));
    }
    notes.0
}

/// Takes in a note about a package; a location without a path means one that is not named.
pub(super) fn tell_package(package: &mut Package, note: &str) {
    let Some((key, value)) = note.split_once(": ") else { return };
    let text = || Some(value.to_owned());
    match key {
        FILE_PATH => package.locations.push(Location::new(value)),
        // Trivy gives no path for the packages of an operating system.
        LAYER_DIFF_ID if package.locations.is_empty() => {
            let mut place = Location::new("");
            place.layer = value.parse().ok();
            package.locations.push(place);
        }
        LAYER_DIFF_ID => {
            if let Some(place) = package.locations.last_mut() {
                place.layer = value.parse().ok();
            }
        }
        LINES => {
            if let Some(place) = package.locations.last_mut() {
                let ends = value.split_once('-');
                place.lines = ends.and_then(|(a, b)| Some((a.parse().ok()?, b.parse().ok()?)));
            }
        }
        CATALOGER => value.clone_into(&mut package.cataloger),
        EVIDENCE if value == "declared" => package.evidence = Evidence::Declared,
        RELATIONSHIP => package.relationship = RELATIONSHIPS.value(value, Relationship::Unstated),
        SCOPE => package.scope = SCOPES.value(value, Scope::Unstated),
        ARCHITECTURE => package.architecture = text(),
        MODULE_LABEL => package.module_label = text(),
        OWNED_BY => package.owned_by = text(),
        GUESSED => package.guessed = text(),
        BROUGHT_BY => package.brought_by = value.parse().ok(),
        FROM_BASE => package.from_base = BaseEvidence::from_name(value),
        HIDDEN => package.hidden = value.parse().ok(),
        _ => {}
    }
}

/// Takes in a note about the distribution.
pub(super) fn tell_distribution(distribution: &mut Distribution, note: &str) {
    match note.split_once(": ") {
        Some((VERSION_ID, value)) => distribution.version_id = Some(value.to_owned()),
        Some((CODENAME, value)) => distribution.codename = Some(value.to_owned()),
        Some((PRETTY_NAME, value)) => distribution.pretty_name = Some(value.to_owned()),
        _ => {}
    }
}

/// Takes in a note about the subject.
pub(super) fn tell_subject(subject: &mut Subject, note: &str) {
    match note.split_once(": ") {
        Some((IMAGE_ID, value)) => subject.image_id = value.parse().ok(),
        Some((IMAGE_DIGEST, value)) => subject.digest = value.parse().ok(),
        Some((DIFF_ID, value)) => {
            let diff_id = value.parse().ok();
            subject.layers.extend(diff_id.map(|it| crate::SubjectLayer::new(it, None)));
        }
        Some((LAYER_DIGEST, value)) => {
            if let Some(layer) = subject.layers.last_mut() {
                layer.digest = value.parse().ok();
            }
        }
        _ => {}
    }
}

#[derive(Default)]
struct Notes(Vec<String>);

impl Notes {
    fn add(&mut self, key: &str, value: Option<impl AsRef<str>>) {
        self.0.extend(value.map(|value| format!("{key}: {}", value.as_ref())));
    }
}

/// The words for the values of an enumeration.
struct Words<T: 'static>(&'static [(&'static str, T)]);

impl<T: Copy + PartialEq> Words<T> {
    fn word(&self, value: T) -> Option<&'static str> {
        self.0.iter().find(|(_, known)| *known == value).map(|(word, _)| *word)
    }

    fn value(&self, word: &str, other: T) -> T {
        self.0.iter().find(|(known, _)| *known == word).map_or(other, |(_, value)| *value)
    }
}

const RELATIONSHIPS: Words<Relationship> = Words(&[
    ("root", Relationship::Root),
    ("workspace", Relationship::Workspace),
    ("direct", Relationship::Direct),
    ("indirect", Relationship::Indirect),
]);

const SCOPES: Words<Scope> = Words(&[
    ("runtime", Scope::Runtime),
    ("development", Scope::Development),
    ("optional", Scope::Optional),
    (DEVELOPMENT_OR_OPTIONAL, Scope::DevelopmentOrOptional),
]);
