//! The packages of a document in the making.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap, HashSet};

use sealift_layers::LimitExceeded;
use sealift_model::{
    Diagnostic, Distribution, Ecosystem, Evidence, Impact, Inventory, Package, Purl, Relationship,
    Scope,
};

use super::clues::Clues;
use super::input::{Component, Dependency};
use super::read::ORIGIN;
use crate::document::{Stated, Take, excerpt, package};

/// Component types that are no packages when they have no purl.
const NO_PACKAGES: &[&str] = &[
    "container",
    "cryptographic-asset",
    "data",
    "device",
    "device-driver",
    "file",
    "firmware",
    "machine-learning-model",
    "platform",
];

/// Packages, their references, and components that are none.
#[derive(Default)]
pub(super) struct Packages<'a> {
    packages: Vec<Package>,
    /// Place of a package by purl, version and evidence.
    known: HashMap<(String, String, Evidence), usize>,
    /// Packages that several components tell of.
    merged: HashSet<usize>,
    /// Place of a package by `bom-ref`; none for what is no package.
    references: HashMap<Cow<'a, str>, Option<usize>>,
    /// How many components there are that are no packages, by what they are.
    others: BTreeMap<String, (Impact, u64)>,
}

impl<'a> Packages<'a> {
    /// Whether the component has a purl of a known ecosystem.
    pub(super) fn knows(&self, component: &Component<'_>) -> bool {
        let purl = component.purl.as_deref().and_then(|purl| Purl::parse_lenient(purl).ok());
        purl.is_some_and(|purl| Ecosystem::from_purl_type(purl.kind()).is_some())
    }

    /// Takes in a component.
    ///
    /// # Errors
    /// The message, and what it means, when a package was expected and is not one.
    pub(super) fn add(
        &mut self,
        component: &Component<'a>,
        relationship: Relationship,
    ) -> Result<(), (Impact, String)> {
        let name = || excerpt(component.name.as_deref().unwrap_or_default());
        let Some(text) = component.purl.as_deref().filter(|purl| !purl.is_empty()) else {
            self.refer(component, None);
            return self.without_purl(component, name);
        };
        let purl = Purl::parse_lenient(text).map_err(|error| {
            let text = excerpt(text);
            (Impact::Partial, format!("component {}: purl {text} is malformed: {error}", name()))
        })?;
        let kind = purl.kind().to_owned();
        let stated = Stated {
            group: component.group.as_deref(),
            name: component.name.as_deref(),
            version: component.version.as_deref(),
        };
        let Some(mut package) = package(purl, stated) else {
            self.refer(component, None);
            self.count(format!("with a purl of type {}", excerpt(&kind)), Impact::Partial);
            return Ok(());
        };
        describe(&mut package, component, text);
        if relationship != Relationship::Unstated {
            package.relationship = relationship;
        }
        let at = self.insert(package);
        self.refer(component, Some(at));
        Ok(())
    }

    fn without_purl(
        &mut self,
        component: &Component<'_>,
        name: impl Fn() -> String,
    ) -> Result<(), (Impact, String)> {
        let kind = component.kind.as_deref().unwrap_or_default();
        let version = component.version.as_deref().unwrap_or_default();
        if NO_PACKAGES.contains(&kind) {
            self.count(format!("of type {kind}"), Impact::Note);
            return Ok(());
        }
        // Trivy writes a lockfile or a program, below which packages hang, as an application.
        if kind == "application" && version.is_empty() {
            return Err((Impact::Note, format!("application {} has no purl", name())));
        }
        let at = if version.is_empty() { "" } else { " at version " };
        let version = if version.is_empty() { String::new() } else { excerpt(version) };
        Err((Impact::Partial, format!("component {}{at}{version} has no purl", name())))
    }

    fn count(&mut self, what: String, impact: Impact) {
        self.others.entry(what).or_insert((impact, 0)).1 += 1;
    }

    /// Notes what the component's reference stands for.
    pub(super) fn refer(&mut self, component: &Component<'a>, at: Option<usize>) {
        if let Some(reference) = &component.bom_ref {
            self.references.entry(reference.0.clone()).or_insert(at);
        }
    }

    fn insert(&mut self, package: Package) -> usize {
        let key = (package.purl.to_string(), package.version.clone(), package.evidence);
        let next = self.packages.len();
        let at = *self.known.entry(key).or_insert(next);
        match self.packages.get_mut(at) {
            Some(known) => {
                merge(known, package);
                self.merged.insert(at);
            }
            None => self.packages.push(package),
        }
        at
    }

    /// Takes in the dependency graph.
    pub(super) fn links(&mut self, budget: u64) -> Links<'_, 'a> {
        Links { packages: self, max: budget, left: budget }
    }

    /// The inventory of all that was taken in.
    pub(super) fn into_inventory(
        mut self,
        distribution: Option<Distribution>,
        mut diagnostics: Vec<Diagnostic>,
    ) -> Inventory {
        for at in self.merged {
            if let Some(package) = self.packages.get_mut(at) {
                unique(&mut package.locations);
                unique(&mut package.licenses);
            }
        }
        for package in &mut self.packages {
            package.depends_on.sort_unstable();
            package.depends_on.dedup();
        }
        for (what, (impact, count)) in self.others {
            let components = if count == 1 { "component" } else { "components" };
            let message = format!("left out {count} {components} {what}");
            diagnostics.push(Diagnostic::new(ORIGIN, message, impact));
        }
        let mut inventory = Inventory::default();
        inventory.distribution = distribution.or_else(|| agreed(&self.packages));
        inventory.packages = self.packages;
        inventory.diagnostics = diagnostics;
        inventory.sort();
        inventory
    }
}

/// The dependency graph, taken in edge by edge. A short reference may stand for a long name:
/// the bytes that the edges grow to are bounded.
pub(super) struct Links<'p, 'a> {
    packages: &'p mut Packages<'a>,
    max: u64,
    left: u64,
}

impl<'a> Take<Dependency<'a>> for Links<'_, 'a> {
    fn take(&mut self, dependency: Dependency<'a>) -> Result<(), LimitExceeded> {
        let Packages { packages, references, .. } = &mut *self.packages;
        let place = |reference: &str| references.get(reference).copied().flatten();
        let Some(from) = place(&dependency.reference) else { return Ok(()) };
        for reference in dependency.depends_on.unwrap_or_default() {
            let Some(to) = place(&reference).filter(|to| *to != from) else { continue };
            let Some(needed) = packages.get(to) else { continue };
            let (ecosystem, id) = (needed.ecosystem, needed.id());
            let Some(package) = packages.get_mut(from) else { continue };
            if package.ecosystem == ecosystem {
                let bytes = u64::try_from(id.len()).unwrap_or(u64::MAX);
                let exceeded = || LimitExceeded::new("max_sbom_bytes", self.max);
                self.left = self.left.checked_sub(bytes).ok_or_else(exceeded)?;
                package.depends_on.push(id);
            }
        }
        Ok(())
    }
}

/// Fills in what a component says beside its purl.
fn describe(package: &mut Package, component: &Component<'_>, purl: &str) {
    let none = Clues::default();
    let clues = component.properties.as_ref().map_or(&none, |properties| &properties.0);
    clues.tell(package);
    package.scope = match component.scope.as_deref() {
        Some("required") => Scope::Runtime,
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

/// Adds what a second component tells of a package.
fn merge(known: &mut Package, other: Package) {
    known.locations.extend(other.locations);
    known.licenses.extend(other.licenses);
    known.source = known.source.take().or(other.source);
    known.maintainer = known.maintainer.take().or(other.maintainer);
    known.module_label = known.module_label.take().or(other.module_label);
    known.owned_by = known.owned_by.take().or(other.owned_by);
    known.digest = known.digest.take().or(other.digest);
}

/// Keeps the first of equal items.
fn unique<T: Clone + Eq + std::hash::Hash>(items: &mut Vec<T>) {
    let mut seen = HashSet::new();
    items.retain(|item| seen.insert(item.clone()));
}

/// The distribution that the purls of all operating system packages name, when it is one.
fn agreed(packages: &[Package]) -> Option<Distribution> {
    let mut qualifiers = packages
        .iter()
        .filter(|package| package.ecosystem.is_operating_system())
        .map(|package| (package.purl.namespace(), package.purl.qualifier("distro")));
    let first = qualifiers.next()?;
    if first.1.is_none() || qualifiers.any(|other| other != first) {
        return None;
    }
    let package = packages.iter().find(|package| package.ecosystem.is_operating_system())?;
    Distribution::from_purl(&package.purl)
}
