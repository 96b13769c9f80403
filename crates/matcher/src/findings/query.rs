//! Under which names the advisories of a package stand.

use sealift_model::{Distribution, Family, Inventory, Package};

use crate::Database;

/// What to ask the database about a package.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Query<'p> {
    /// OSV ecosystems whose records count for the package, the most telling first; the same
    /// release is not always written in the same way.
    pub(super) ecosystems: Vec<String>,
    pub(super) name: &'p str,
    pub(super) version: &'p str,
}

impl<'p> Query<'p> {
    /// The question about a package, or the name under which it is told that there is none.
    pub(super) fn of(package: &'p Package, inventory: &Inventory) -> Result<Self, String> {
        let plain =
            |ecosystems| Self { ecosystems, name: &package.name, version: &package.version };
        if !package.ecosystem.is_operating_system() {
            return match package.ecosystem.osv_name() {
                Some(name) => Ok(plain(vec![name.to_owned()])),
                None => Err(package.ecosystem.to_string()),
            };
        }
        let own = Distribution::from_purl(&package.purl);
        let whole = inventory.distribution.as_ref();
        // A purl that names the distribution alone leaves its release to the inventory.
        let own = own.as_ref().filter(|own| {
            own.version_id.is_some() || whole.is_none_or(|whole| whole.family != own.family)
        });
        let Some(distribution) = own.or(whole) else {
            return Err(format!("{} packages of an unknown distribution", package.ecosystem));
        };
        let ecosystems = ecosystems(distribution);
        if ecosystems.is_empty() {
            return Err(distribution.to_string());
        }
        let source = package.source.as_ref().filter(|_| names_sources(distribution));
        Ok(match source {
            Some(source) => Self { ecosystems, name: &source.name, version: &source.version },
            None => plain(ecosystems),
        })
    }

    /// The first of its ecosystems with advisories.
    pub(super) fn known<'d>(&self, database: &'d Database) -> Option<&'d str> {
        let infos = self.ecosystems.iter().map(|name| database.info().ecosystem(name));
        infos.flatten().next().map(|info| info.name.as_str())
    }
}

/// The OSV ecosystems of a distribution: with its release as OSV writes it; with the whole
/// version, as Debian's releases were counted until 6.0; without any, for records that make no
/// difference between releases.
pub(super) fn ecosystems(distribution: &Distribution) -> Vec<String> {
    let Some(first) = distribution.osv_ecosystem() else { return Vec::new() };
    let base = crate::database::key::base(&first).to_owned();
    let whole = distribution.version_id.as_ref().map(|version| format!("{base}:{version}"));
    let mut all = vec![first];
    for name in whole.into_iter().chain([base]) {
        if !all.contains(&name) {
            all.push(name);
        }
    }
    all
}

/// Whether a distribution's advisories name source packages (Debian source, apk origin, source
/// RPM). Those of AlmaLinux and Red Hat name the packages as installed.
fn names_sources(distribution: &Distribution) -> bool {
    !matches!(distribution.family, Some(Family::Alma | Family::RedHat))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn releases_are_asked_for_in_all_their_spellings() {
        for (qualifier, expected) in [
            ("debian-12", vec!["Debian:12", "Debian"]),
            ("debian-6.0", vec!["Debian:6", "Debian:6.0", "Debian"]),
            ("alpine-3.20.1", vec!["Alpine:v3.20", "Alpine:3.20.1", "Alpine"]),
            ("wolfi", vec!["Wolfi"]),
            ("debian", vec![]),
        ] {
            assert_eq!(ecosystems(&Distribution::from_qualifier(qualifier)), expected);
        }
    }
}
