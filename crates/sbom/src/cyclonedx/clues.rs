//! Properties that describe a component: our own, Trivy's (`aquasecurity:trivy:`) and Syft's
//! (`syft:`).

use std::collections::BTreeMap;

use sealift_layers::LimitExceeded;
use sealift_model::{
    BaseEvidence, Diagnostic, Digest, Evidence, Impact, Location, Package, Relationship,
    SourcePackage,
};

use super::input::Property;
use super::properties::*;
use crate::SubjectLayer;
use crate::document::{DEVELOPMENT_OR_OPTIONAL, Take, Text, source_rpm};

const TRIVY_FILE_PATH: &str = "aquasecurity:trivy:FilePath";
const TRIVY_LAYER: &str = "aquasecurity:trivy:LayerDiffID";
const TRIVY_MODULE_LABEL: &str = "aquasecurity:trivy:Modularitylabel";
const TRIVY_IMAGE_ID: &str = "aquasecurity:trivy:ImageID";
const TRIVY_IMAGE_DIGEST: &str = "aquasecurity:trivy:RepoDigest";
/// Repeated, lowest layer first.
const TRIVY_DIFF_ID: &str = "aquasecurity:trivy:DiffID";
pub(crate) const SYFT_CATALOGER: &str = "syft:package:foundBy";
pub(crate) const SYFT_SOURCE_NAME: &str = "syft:metadata:source";
pub(crate) const SYFT_SOURCE_VERSION: &str = "syft:metadata:sourceVersion";
pub(crate) const SYFT_SOURCE_RPM: &str = "syft:metadata:sourceRpm";
pub(crate) const SYFT_ORIGIN: &str = "syft:metadata:originPackage";
const SYFT_DISTRIBUTION: &str = "syft:distro:id";
const SYFT_VERSION_ID: &str = "syft:distro:versionID";
/// `syft:location:N:path` and `syft:location:N:layerID`.
pub(crate) const SYFT_LOCATION: &str = "syft:location:";

/// The properties that are kept by their name.
const SINGLE: &[&str] = &[
    CATALOGER,
    EVIDENCE,
    RELATIONSHIP,
    SCOPE,
    ARCHITECTURE,
    MODULE_LABEL,
    OWNED_BY,
    GUESSED,
    BROUGHT_BY,
    FROM_BASE,
    HIDDEN,
    SOURCE_NAME,
    SOURCE_VERSION,
    VERSION_ID,
    CODENAME,
    PRETTY_NAME,
    VERSION,
    IMAGE_ID,
    IMAGE_DIGEST,
    TRIVY_FILE_PATH,
    TRIVY_LAYER,
    TRIVY_MODULE_LABEL,
    TRIVY_SOURCE_NAME,
    TRIVY_SOURCE_EPOCH,
    TRIVY_SOURCE_VERSION,
    TRIVY_SOURCE_RELEASE,
    TRIVY_IMAGE_ID,
    TRIVY_IMAGE_DIGEST,
    SYFT_CATALOGER,
    SYFT_SOURCE_NAME,
    SYFT_SOURCE_VERSION,
    SYFT_SOURCE_RPM,
    SYFT_ORIGIN,
    SYFT_DISTRIBUTION,
    SYFT_VERSION_ID,
];

/// The properties of one component.
#[derive(Debug, Default)]
pub(super) struct Clues<'a> {
    single: Vec<(&'static str, Text<'a>)>,
    places: BTreeMap<u32, Place>,
    layers: BTreeMap<u32, (Option<Digest>, Option<Digest>)>,
    diagnostics: Vec<(Impact, Text<'a>)>,
}

#[derive(Debug, Default)]
struct Place {
    path: Option<String>,
    layer: Option<Digest>,
    last_line: Option<u64>,
}

impl<'a> Take<Property<'a>> for Clues<'a> {
    fn take(&mut self, property: Property<'a>) -> Result<(), LimitExceeded> {
        let (Some(name), Some(value)) = (property.name, property.value) else { return Ok(()) };
        if let Some(known) = SINGLE.iter().find(|known| **known == &*name) {
            if self.get(known).is_none() {
                self.single.push((known, value));
            }
        } else if let Some((at, field)) = numbered(&name, LOCATION) {
            let place = self.places.entry(at).or_default();
            match field {
                LAYER_DIFF_ID => place.layer = value.parse().ok(),
                LAST_LINE => place.last_line = value.parse().ok(),
                _ => {}
            }
        } else if let Some((at, field)) = numbered(&name, SYFT_LOCATION) {
            let place = self.places.entry(at).or_default();
            match field {
                ":path" => place.path = Some(value.trim_start_matches('/').to_owned()),
                ":layerID" => place.layer = value.parse().ok(),
                _ => {}
            }
        } else if let Some((at, field)) = numbered(&name, IMAGE_LAYER) {
            let layer = self.layers.entry(at).or_default();
            match field {
                DIFF_ID => layer.0 = value.parse().ok(),
                DIGEST => layer.1 = value.parse().ok(),
                _ => {}
            }
        } else if &*name == TRIVY_DIFF_ID {
            let at = u32::try_from(self.layers.len()).unwrap_or(u32::MAX);
            self.layers.insert(at, (value.parse().ok(), None));
        } else if let Some(word) = name.strip_prefix(DIAGNOSTIC) {
            let impact = match word {
                "incomplete" => Impact::Incomplete,
                "partial" => Impact::Partial,
                _ => Impact::Note,
            };
            self.diagnostics.push((impact, value));
        }
        Ok(())
    }
}

impl Clues<'_> {
    fn get(&self, name: &str) -> Option<&str> {
        let found = self.single.iter().find(|(known, _)| *known == name);
        found.map(|(_, value)| &**value).filter(|value| !value.is_empty())
    }

    /// Whether what is optional is so for development alone, or else by another way.
    pub(super) fn is_of_development(&self) -> bool {
        self.get(SCOPE) == Some(DEVELOPMENT_OR_OPTIONAL)
    }

    fn owned(&self, names: &[&str]) -> Option<String> {
        names.iter().find_map(|name| self.get(name)).map(str::to_owned)
    }

    /// Adds the facts of the properties to a package.
    pub(super) fn tell(&self, package: &mut Package) {
        if let Some(source) = self.source(&package.version) {
            package.source = Some(source);
        }
        if self.get(EVIDENCE) == Some("declared") {
            package.evidence = Evidence::Declared;
        }
        package.relationship = match self.get(RELATIONSHIP) {
            Some("root") => Relationship::Root,
            Some("workspace") => Relationship::Workspace,
            Some("direct") => Relationship::Direct,
            Some("indirect") => Relationship::Indirect,
            _ => Relationship::Unstated,
        };
        let replace = |field: &mut Option<String>, names: &[&str]| {
            if let Some(value) = self.owned(names) {
                *field = Some(value);
            }
        };
        if package.version.is_empty() {
            package.version = self.owned(&[VERSION]).unwrap_or_default();
        }
        replace(&mut package.architecture, &[ARCHITECTURE]);
        replace(&mut package.module_label, &[MODULE_LABEL, TRIVY_MODULE_LABEL]);
        replace(&mut package.owned_by, &[OWNED_BY]);
        replace(&mut package.guessed, &[GUESSED]);
        package.brought_by = self.get(BROUGHT_BY).and_then(|layer| layer.parse().ok());
        package.from_base = self.get(FROM_BASE).and_then(BaseEvidence::from_name);
        package.hidden = self.get(HIDDEN).and_then(|hidden| hidden.parse().ok());
        package.cataloger = self.owned(&[CATALOGER, SYFT_CATALOGER]).unwrap_or_default();
    }

    /// The source package; Trivy gives its version in parts, and the binary's stands for one that
    /// is not given.
    fn source(&self, version: &str) -> Option<SourcePackage> {
        if let Some(source) = self.get(SYFT_SOURCE_RPM).and_then(source_rpm) {
            return Some(source);
        }
        let own = self.get(SOURCE_NAME).map(|name| (name, self.get(SOURCE_VERSION)));
        let syft = self.get(SYFT_SOURCE_NAME).or(self.get(SYFT_ORIGIN));
        let syft = syft.map(|name| (name, self.get(SYFT_SOURCE_VERSION)));
        if let Some((name, source_version)) = own.or(syft) {
            return Some(SourcePackage::new(name, source_version.unwrap_or(version)));
        }
        let name = self.get(TRIVY_SOURCE_NAME)?;
        let Some(upstream) = self.get(TRIVY_SOURCE_VERSION) else {
            return Some(SourcePackage::new(name, version));
        };
        let epoch = self.get(TRIVY_SOURCE_EPOCH).filter(|epoch| *epoch != "0");
        let mut full = epoch.map_or_else(String::new, |epoch| format!("{epoch}:"));
        full.push_str(upstream);
        if let Some(release) = self.get(TRIVY_SOURCE_RELEASE) {
            full.push('-');
            full.push_str(release);
        }
        Some(SourcePackage::new(name, full))
    }

    /// Where the component was found: its occurrences, with what the properties add to them; else
    /// the paths among the properties; else `reference` stands for a path.
    pub(super) fn locations(&self, occurrences: Vec<Location>, reference: &str) -> Vec<Location> {
        if !occurrences.is_empty() {
            let with_place = |(at, mut location): (u32, Location)| {
                if let Some(place) = self.places.get(&at) {
                    location.layer.clone_from(&place.layer);
                    let last = |first: u64| place.last_line.map_or(first, |last| last.max(first));
                    location.lines = location.lines.map(|(first, _)| (first, last(first)));
                }
                location
            };
            return (0..).zip(occurrences).map(with_place).collect();
        }
        let placed = |place: &Place| {
            let mut location = Location::new(place.path.as_ref()?);
            location.layer.clone_from(&place.layer);
            Some(location)
        };
        let locations: Vec<Location> = self.places.values().filter_map(placed).collect();
        if !locations.is_empty() {
            return locations;
        }
        let mut location = Location::new(self.get(TRIVY_FILE_PATH).unwrap_or(reference));
        location.layer = self.get(TRIVY_LAYER).and_then(|layer| layer.parse().ok());
        vec![location]
    }

    /// `ID`, `VERSION_ID`, `VERSION_CODENAME` and `PRETTY_NAME` of the distribution.
    pub(super) fn distribution(&self) -> [Option<String>; 4] {
        [
            self.owned(&[SYFT_DISTRIBUTION]),
            self.owned(&[VERSION_ID, SYFT_VERSION_ID]),
            self.owned(&[CODENAME]),
            self.owned(&[PRETTY_NAME]),
        ]
    }

    /// Config and manifest digest of the image.
    pub(super) fn image(&self) -> (Option<Digest>, Option<Digest>) {
        let digest = |name| self.get(name)?.rsplit('@').next()?.parse().ok();
        (
            digest(IMAGE_ID).or_else(|| digest(TRIVY_IMAGE_ID)),
            digest(IMAGE_DIGEST).or_else(|| digest(TRIVY_IMAGE_DIGEST)),
        )
    }

    /// The layers of the image.
    pub(super) fn layers(&self) -> Vec<SubjectLayer> {
        let whole = self.layers.values().cloned();
        whole.filter_map(|(diff_id, digest)| Some(SubjectLayer::new(diff_id?, digest))).collect()
    }

    /// What could not be read when the document was made.
    pub(super) fn diagnostics(&self, origin: &str) -> Vec<Diagnostic> {
        let stated = self.diagnostics.iter();
        stated.map(|(impact, message)| Diagnostic::new(origin, &**message, *impact)).collect()
    }
}

/// Number and rest of a name like `sealift:location:3:lastLine`.
fn numbered<'n>(name: &'n str, prefix: &str) -> Option<(u32, &'n str)> {
    let rest = name.strip_prefix(prefix)?;
    let (number, field) = rest.split_at(rest.find(':')?);
    Some((number.parse().ok()?, field))
}
