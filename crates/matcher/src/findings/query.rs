//! The names under which the advisories of a package are stored.

use std::borrow::Cow;
use std::rc::Rc;

use sealift_model::{Distribution, Family, Inventory, Package};

use crate::Database;
use crate::database::key;

/// The database lookup for a package.
#[derive(Debug)]
pub(super) struct Query<'p, 'd> {
    /// OSV ecosystems that apply to the package and have records in the database, the preferred one
    /// first. Not empty.
    pub(super) ecosystems: Rc<[&'d str]>,
    pub(super) name: &'p str,
    pub(super) version: &'p str,
}

impl<'d> Query<'_, 'd> {
    /// The preferred one of its ecosystems.
    pub(super) fn first(&self) -> &'d str {
        self.ecosystems.first().copied().unwrap_or_default()
    }
}

/// Makes the lookups of packages, one after another.
#[derive(Debug)]
pub(super) struct Questions<'d> {
    database: &'d Database,
    /// The distribution of the previous package, which is usually also that of the next one.
    last: Option<(Distribution, Rc<[&'d str]>)>,
    /// Likewise the language.
    last_language: Option<(&'static str, Rc<[&'d str]>)>,
}

impl<'d> Questions<'d> {
    pub(super) fn new(database: &'d Database) -> Self {
        Self { database, last: None, last_language: None }
    }

    /// The lookup of a package, or the name of its ecosystem for the report that it has no
    /// advisories.
    pub(super) fn of<'p>(
        &mut self,
        package: &'p Package,
        inventory: &Inventory,
    ) -> Result<Query<'p, 'd>, String> {
        let plain =
            |ecosystems| Query { ecosystems, name: &package.name, version: &package.version };
        let distribution = match Home::of(package, inventory)? {
            Home::Language(name) => {
                let ecosystems = self.repositories(name);
                return match ecosystems.is_empty() {
                    false => Ok(plain(ecosystems)),
                    true => Err(name.to_owned()),
                };
            }
            Home::Distribution(distribution) => distribution,
        };
        let ecosystems = self.ecosystems(&distribution);
        if ecosystems.is_empty() {
            return Err(distribution.osv_ecosystem().unwrap_or_else(|| distribution.to_string()));
        }
        let source = package.source.as_ref().filter(|_| names_sources(&distribution));
        Ok(match source {
            Some(source) => Query { ecosystems, name: &source.name, version: &source.version },
            None => plain(ecosystems),
        })
    }

    /// The ecosystems of a language: its own, then those of other repositories (OSV schema 1.7,
    /// "Defined Ecosystems": `Packagist:https://packages.drupal.org/8`). The repository of a
    /// package is rarely known, and repositories of one kind do not use a name for two projects.
    fn repositories(&mut self, name: &'static str) -> Rc<[&'d str]> {
        match &self.last_language {
            Some((last, ecosystems)) if *last == name => Rc::clone(ecosystems),
            _ => {
                let ecosystems: Rc<[&str]> = self.database.info().releases(name).collect();
                self.last_language = Some((name, Rc::clone(&ecosystems)));
                ecosystems
            }
        }
    }

    fn ecosystems(&mut self, distribution: &Distribution) -> Rc<[&'d str]> {
        if let Some((last, ecosystems)) = &self.last
            && last == distribution
        {
            return Rc::clone(ecosystems);
        }
        let ecosystems: Rc<[&str]> = ecosystems(self.database, distribution).into();
        self.last = Some((distribution.clone(), Rc::clone(&ecosystems)));
        ecosystems
    }
}

/// The ecosystems of a distribution's release with records in the database: its spellings, then its
/// parts.
pub(super) fn ecosystems<'d>(database: &'d Database, distribution: &Distribution) -> Vec<&'d str> {
    let info = database.info();
    let spellings = distribution.osv_ecosystems();
    let known = spellings.iter().filter_map(|name| info.ecosystem(name));
    let mut all: Vec<_> = known.map(|known| known.name.as_str()).collect();
    if let Some(first) = spellings.first() {
        let parts = info.releases(key::base(first));
        all.extend(parts.filter(|name| distribution.has_osv_part(name)));
    }
    all
}

/// The export with the advisories of a package, if OSV has one: `Debian`.
pub(super) fn export(package: &Package, inventory: &Inventory) -> Option<String> {
    let name = match Home::of(package, inventory).ok()? {
        Home::Language(name) => name.to_owned(),
        Home::Distribution(distribution) => distribution.osv_ecosystem()?,
    };
    Some(key::base(&name).to_owned())
}

/// The origin of a package.
enum Home<'p> {
    /// The OSV ecosystem of a language.
    Language(&'static str),
    Distribution(Cow<'p, Distribution>),
}

impl<'p> Home<'p> {
    fn of(package: &Package, inventory: &'p Inventory) -> Result<Self, String> {
        if !package.ecosystem.is_operating_system() {
            let name = package.ecosystem.osv_name();
            return name.map(Self::Language).ok_or_else(|| package.ecosystem.to_string());
        }
        distribution_of(package, inventory.distribution.as_ref())
            .map(Self::Distribution)
            .ok_or_else(|| format!("{} packages of an unknown distribution", package.ecosystem))
    }
}

/// The distribution that an operating system's package is of: that of the inventory, or another one
/// that its purl names.
#[must_use]
pub fn distribution_of<'i>(
    package: &Package,
    whole: Option<&'i Distribution>,
) -> Option<Cow<'i, Distribution>> {
    let own = Distribution::from_purl(&package.purl);
    // What the inventory says of its distribution is more than a purl can: a purl of the same
    // release, or that leaves the release out, is of this one.
    let own = own.filter(|own| whole.is_none_or(|whole| !may_be(own, whole)));
    own.map(Cow::Owned).or(whole.map(Cow::Borrowed))
}

/// Whether all that a purl says of its distribution is true of the inventory's.
fn may_be(own: &Distribution, whole: &Distribution) -> bool {
    let same = match (own.family, whole.family) {
        (None, None) => own.id == whole.id,
        (own, whole) => own == whole,
    };
    same && own.release().is_none_or(|release| whole.release() == Some(release))
}

/// Whether a distribution's advisories name source packages (Debian source, apk origin, source
/// RPM). Those of AlmaLinux and Red Hat name the packages as installed.
fn names_sources(distribution: &Distribution) -> bool {
    !matches!(distribution.family, Some(Family::Alma | Family::RedHat))
}
