//! The ecosystems that packages come from.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A world of packages with its own names and versions.
///
/// For the packages of an operating system this is the package manager; which advisories count
/// is said by the [`Distribution`](crate::Distribution).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[non_exhaustive]
pub enum Ecosystem {
    /// Alpine package keeper: Alpine, Wolfi, Chainguard.
    Apk,
    /// Bitnami's application images.
    Bitnami,
    /// Rust crates.
    Cargo,
    /// PHP packages of Composer.
    Composer,
    /// Debian packages: Debian, Ubuntu.
    Deb,
    /// Ruby gems.
    Gem,
    /// Go modules.
    Golang,
    /// Erlang and Elixir packages.
    Hex,
    /// Java archives.
    Maven,
    /// JavaScript packages.
    Npm,
    /// .NET packages.
    Nuget,
    /// Python packages.
    Pypi,
    /// RPM packages: Red Hat and its kin, SUSE, Amazon, Azure Linux, Photon.
    Rpm,
}

/// One row of the table: the ecosystem, its purl type and its OSV name.
struct Row(Ecosystem, &'static str, Option<&'static str>);

/// Every ecosystem. Purl types: package-url types index; OSV names: OSV schema, "Defined
/// ecosystems". A package manager has no OSV name of its own: the distribution has.
const TABLE: &[Row] = &[
    Row(Ecosystem::Apk, "apk", None),
    Row(Ecosystem::Bitnami, "bitnami", Some("Bitnami")),
    Row(Ecosystem::Cargo, "cargo", Some("crates.io")),
    Row(Ecosystem::Composer, "composer", Some("Packagist")),
    Row(Ecosystem::Deb, "deb", None),
    Row(Ecosystem::Gem, "gem", Some("RubyGems")),
    Row(Ecosystem::Golang, "golang", Some("Go")),
    Row(Ecosystem::Hex, "hex", Some("Hex")),
    Row(Ecosystem::Maven, "maven", Some("Maven")),
    Row(Ecosystem::Npm, "npm", Some("npm")),
    Row(Ecosystem::Nuget, "nuget", Some("NuGet")),
    Row(Ecosystem::Pypi, "pypi", Some("PyPI")),
    Row(Ecosystem::Rpm, "rpm", None),
];

impl Ecosystem {
    /// All ecosystems, in the order of their purl types.
    pub fn all() -> impl Iterator<Item = Self> {
        TABLE.iter().map(|row| row.0)
    }

    /// The type in a package URL, `pypi`.
    #[must_use]
    pub fn purl_type(self) -> &'static str {
        self.row().map_or("generic", |row| row.1)
    }

    /// The name in OSV records, `PyPI`; none for the package managers of operating systems.
    #[must_use]
    pub fn osv_name(self) -> Option<&'static str> {
        self.row().and_then(|row| row.2)
    }

    /// Whether an operating system's package manager installs these.
    #[must_use]
    pub fn is_operating_system(self) -> bool {
        matches!(self, Self::Apk | Self::Deb | Self::Rpm)
    }

    /// The ecosystem of a purl type, in any case.
    #[must_use]
    pub fn from_purl_type(kind: &str) -> Option<Self> {
        TABLE.iter().find(|row| row.1.eq_ignore_ascii_case(kind)).map(|row| row.0)
    }

    /// The ecosystem of an OSV name without release suffix, as written there.
    #[must_use]
    pub fn from_osv(name: &str) -> Option<Self> {
        TABLE.iter().find(|row| row.2 == Some(name)).map(|row| row.0)
    }

    fn row(self) -> Option<&'static Row> {
        TABLE.iter().find(|row| row.0 == self)
    }
}

impl fmt::Display for Ecosystem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.osv_name().unwrap_or_else(|| self.purl_type()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_leads_back() {
        for ecosystem in Ecosystem::all() {
            assert_eq!(Ecosystem::from_purl_type(ecosystem.purl_type()), Some(ecosystem));
            match ecosystem.osv_name() {
                Some(name) => assert_eq!(Ecosystem::from_osv(name), Some(ecosystem)),
                None => assert!(ecosystem.is_operating_system()),
            }
        }
    }
}
