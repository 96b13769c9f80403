//! Collects the packages of a document.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashSet};
use std::hash::{BuildHasher, Hash};

use hashbrown::{DefaultHashBuilder, HashMap, HashTable};
use sealift_layers::LimitExceeded;
use sealift_model::{
    Diagnostic, Distribution, Ecosystem, Evidence, Hidden, Impact, Inventory, Package, Purl,
};

use super::{DocumentLimits, Stated, Text, excerpt, package};
use crate::source_epoch::SourceEpochs;

/// Packages, what refers to them, and what is left out.
pub(crate) struct Packages<'a> {
    origin: &'static str,
    packages: Vec<Package>,
    /// Places of the packages, with the hash of what tells them apart: see [`identity`].
    known: HashTable<(u64, usize)>,
    hasher: DefaultHashBuilder,
    /// Packages that are listed more than once.
    merged: HashSet<usize>,
    /// Place of a package by its reference.
    references: HashMap<Cow<'a, str>, usize>,
    /// How much is left out, by what it is.
    left_out: BTreeMap<String, (Impact, u64)>,
    /// Bytes that the edges of the graph may yet grow to, and at first could.
    link_bytes: (u64, u64),
}

impl<'a> Packages<'a> {
    /// No packages yet; `origin` is that of the diagnostics.
    pub(crate) fn new(origin: &'static str, limits: &DocumentLimits) -> Self {
        Self {
            origin,
            packages: Vec::new(),
            known: HashTable::new(),
            hasher: DefaultHashBuilder::default(),
            merged: HashSet::new(),
            references: HashMap::new(),
            left_out: BTreeMap::new(),
            link_bytes: (limits.max_sbom_bytes, limits.max_sbom_bytes),
        }
    }

    /// Takes in the package of a purl, after `describe` has filled in what else is said of it.
    ///
    /// # Errors
    /// What to say of a purl that cannot be read.
    pub(crate) fn add(
        &mut self,
        reference: Option<&Text<'a>>,
        purl: &str,
        stated: Stated<'_>,
        describe: impl FnOnce(&mut Package),
    ) -> Result<(), String> {
        self.take(reference, named(purl, stated, describe))
    }

    /// Takes in what a purl turned out to name.
    ///
    /// # Errors
    /// What to say of a purl that cannot be read.
    pub(crate) fn take(
        &mut self,
        reference: Option<&Text<'a>>,
        named: Result<Package, NoPackage>,
    ) -> Result<(), String> {
        let package = match named {
            Ok(package) => package,
            Err(NoPackage::Malformed(message)) => return Err(message),
            Err(NoPackage::OtherType(kind)) => {
                self.leave_out(format!("with a purl of type {kind}"), Impact::Partial);
                return Ok(());
            }
        };
        let place = self.insert(package);
        if let Some(reference) = reference {
            self.references.entry(reference.0.clone()).or_insert(place);
        }
        Ok(())
    }

    /// Counts something that is no package.
    pub(crate) fn leave_out(&mut self, what: String, impact: Impact) {
        self.left_out.entry(what).or_insert((impact, 0)).1 += 1;
    }

    /// Notes that one reference needs the other. A short reference may stand for a long name: the
    /// bytes that the edges grow to are bounded.
    pub(crate) fn link(&mut self, from: &str, to: &str) -> Result<(), LimitExceeded> {
        let place = |reference: &str| self.references.get(reference).copied();
        let (Some(from), Some(to)) = (place(from), place(to)) else { return Ok(()) };
        let Some(needed) = self.packages.get(to).filter(|_| from != to) else { return Ok(()) };
        let (ecosystem, id) = (needed.ecosystem, needed.id());
        if let Some(package) = self.packages.get_mut(from).filter(|it| it.ecosystem == ecosystem) {
            let (left, max) = self.link_bytes;
            let bytes = u64::try_from(id.len()).unwrap_or(u64::MAX);
            let exceeded = || LimitExceeded::new("max_sbom_bytes", max);
            self.link_bytes.0 = left.checked_sub(bytes).ok_or_else(exceeded)?;
            package.depends_on.push(id);
        }
        Ok(())
    }

    /// The inventory of all that was taken in.
    pub(crate) fn into_inventory(
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
        complete_sources(&mut self.packages);
        for (what, (impact, count)) in self.left_out {
            let components = if count == 1 { "component" } else { "components" };
            let message = format!("left out {count} {components} {what}");
            diagnostics.push(Diagnostic::new(self.origin, message, impact));
        }
        let mut inventory = Inventory::default();
        inventory.distribution = distribution.or_else(|| agreed(&self.packages));
        inventory.packages = self.packages;
        inventory.diagnostics = diagnostics;
        inventory.sort();
        inventory
    }

    fn insert(&mut self, package: Package) -> usize {
        let hash = self.hasher.hash_one(identity(&package));
        let packages = &mut self.packages;
        let found = self.known.find(hash, |(known, at)| {
            let same = |other: &Package| identity(other) == identity(&package);
            *known == hash && packages.get(*at).is_some_and(same)
        });
        if let Some(&(_, at)) = found {
            if let Some(known) = packages.get_mut(at) {
                merge(known, package);
            }
            self.merged.insert(at);
            return at;
        }
        let at = packages.len();
        self.known.insert_unique(hash, (hash, at), |(hash, _)| *hash);
        packages.push(package);
        at
    }
}

/// Why a purl names no package.
#[derive(Debug)]
pub(crate) enum NoPackage {
    /// It cannot be read, for the reason given.
    Malformed(String),
    /// It is of a type that is not known, quoted.
    OtherType(String),
}

/// The package of a purl, after `describe` has filled in what else is said of it.
pub(crate) fn named(
    purl: &str,
    stated: Stated<'_>,
    describe: impl FnOnce(&mut Package),
) -> Result<Package, NoPackage> {
    let parsed = Purl::parse_lenient(purl).map_err(|error| {
        let name = excerpt(stated.name.unwrap_or_default());
        NoPackage::Malformed(format!("{name}: purl {} is malformed: {error}", excerpt(purl)))
    })?;
    let Some(ecosystem) = Ecosystem::from_purl_type(parsed.kind()) else {
        return Err(NoPackage::OtherType(excerpt(parsed.kind())));
    };
    let mut package = package(ecosystem, parsed, stated);
    describe(&mut package);
    Ok(package)
}

/// The identity of a package within the document.
fn identity(package: &Package) -> (&Purl, &str, Evidence, Option<&Hidden>) {
    (&package.purl, &package.version, package.evidence, package.hidden.as_ref())
}

/// Whether a text is the purl of a package of a known ecosystem.
pub(crate) fn names_package(purl: &str) -> bool {
    let purl = Purl::parse_lenient(purl);
    purl.is_ok_and(|purl| Ecosystem::from_purl_type(purl.kind()).is_some())
}

/// Adds the facts of a second mention of a package.
fn merge(known: &mut Package, other: Package) {
    known.locations.extend(other.locations);
    known.licenses.extend(other.licenses);
    known.source = known.source.take().or(other.source);
    known.maintainer = known.maintainer.take().or(other.maintainer);
    known.module_label = known.module_label.take().or(other.module_label);
    known.owned_by = known.owned_by.take().or(other.owned_by);
    known.brought_by = known.brought_by.take().or(other.brought_by);
    // With one copy from elsewhere, it is not from the base alone.
    known.from_base = known.from_base.and(other.from_base);
    known.digest = known.digest.take().or(other.digest);
}

/// Gives source RPMs the epoch that their file names leave out.
fn complete_sources(packages: &mut [Package]) {
    let is_rpm = |package: &&Package| package.ecosystem == Ecosystem::Rpm;
    let told = packages.iter().filter(is_rpm);
    let epochs = SourceEpochs::of(
        told.map(|it| (it.name.as_str(), it.version.as_str(), it.source.as_ref())),
    );
    let rpms = packages.iter_mut().filter(|package| is_rpm(&&**package));
    for source in rpms.filter_map(|package| package.source.as_mut()) {
        epochs.complete(source);
    }
}

/// Keeps the first of equal items.
fn unique<T: Clone + Eq + Hash>(items: &mut Vec<T>) {
    let mut seen = HashSet::new();
    items.retain(|item| seen.insert(item.clone()));
}

/// The distribution that the purls of all operating system packages name, when it is one.
fn agreed(packages: &[Package]) -> Option<Distribution> {
    let of_system = || packages.iter().filter(|package| package.ecosystem.is_operating_system());
    let first = of_system().next()?;
    let same = |other: &Package| {
        other.purl.namespace() == first.purl.namespace()
            && other.purl.qualifier("distro") == first.purl.qualifier("distro")
    };
    if first.purl.qualifier("distro").is_none() || !of_system().all(same) {
        return None;
    }
    Distribution::from_purl(&first.purl)
}
