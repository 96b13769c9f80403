//! Packages of the operating system that contain language packages which the distribution tracks.

use std::collections::{BTreeMap, BTreeSet};

use sealift_model::{Ecosystem, Family, Inventory, Package};

use super::query;
use crate::database::key;
use crate::{Database, Error};

/// The owners of the inventory's packages that the distribution's advisories cover.
///
/// A vendor's own package is in no distribution's advisories, so its contents are matched as if
/// they had no owner. An RPM names its maker. An `.apk` belongs to the distribution if the database
/// has any record of its source or itself, in any release; a `.deb` only if there is one for its
/// own release, since a package that Debian once had has often been taken over by a vendor.
pub(super) fn tracked<'i>(
    database: &Database,
    inventory: &'i Inventory,
) -> Result<BTreeSet<&'i str>, Error> {
    let packages = &inventory.packages;
    let owners: BTreeSet<_> = packages.iter().filter_map(|it| it.owned_by.as_deref()).collect();
    if owners.is_empty() {
        return Ok(BTreeSet::new());
    }
    let distribution = inventory.distribution.as_ref();
    let known = distribution.map(|distribution| query::ecosystems(database, distribution));
    let known = known.unwrap_or_default();
    let (Some(first), Some(family)) =
        (known.first(), distribution.and_then(|distribution| distribution.family))
    else {
        return Ok(BTreeSet::new());
    };
    let all: Vec<_> = database.info().releases(key::base(first)).collect();
    let mut tracked = BTreeMap::new();
    for package in packages.iter().filter(|it| it.ecosystem.is_operating_system()) {
        let Some(owner) = owners.get(package.name.as_str()) else { continue };
        let releases = if package.ecosystem == Ecosystem::Deb { &known } else { &all };
        let is_tracked = is_tracked(database, releases, family, package)?;
        // If two packages have the same name, either may be the owner.
        tracked.entry(*owner).and_modify(|all| *all &= is_tracked).or_insert(is_tracked);
    }
    Ok(tracked.into_iter().filter_map(|(owner, all)| all.then_some(owner)).collect())
}

fn is_tracked(
    database: &Database,
    releases: &[&str],
    family: Family,
    package: &Package,
) -> Result<bool, Error> {
    if package.ecosystem == Ecosystem::Rpm {
        return Ok(package.maintainer.as_deref().is_some_and(|vendor| family.is_vendor(vendor)));
    }
    let source = package.source.as_ref().map(|source| source.name.as_str());
    for name in source.into_iter().chain([package.name.as_str()]) {
        for release in releases {
            if !database.affected(&mut None, release, name)?.is_empty() {
                return Ok(true);
            }
        }
    }
    Ok(false)
}
