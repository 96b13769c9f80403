//! The ecosystems that packages come from.

use std::borrow::Cow;
use std::fmt;

use serde::{Deserialize, Serialize};

use crate::repository::repository_named;

/// A kind of packages with its own names and versions.
///
/// For the packages of an operating system this is the package manager; the
/// [`Distribution`](crate::Distribution) decides which advisories count.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[non_exhaustive]
pub enum Ecosystem {
    /// Alpine package keeper: Alpine, Wolfi, Chainguard.
    Apk,
    /// Bitnami's application images.
    Bitnami,
    /// Rust crates.
    Cargo,
    /// Swift and Objective-C pods.
    Cocoapods,
    /// PHP packages of Composer.
    Composer,
    /// C and C++ packages of Conan.
    Conan,
    /// Packages of Conda environments.
    Conda,
    /// R packages.
    Cran,
    /// Debian packages: Debian, Ubuntu.
    Deb,
    /// Ruby gems.
    Gem,
    /// Actions and reusable workflows of GitHub.
    GithubActions,
    /// Go modules.
    Golang,
    /// Haskell packages.
    Hackage,
    /// Erlang and Elixir packages.
    Hex,
    /// Julia packages.
    Julia,
    /// Lua rocks.
    Luarocks,
    /// Java archives.
    Maven,
    /// JavaScript packages.
    Npm,
    /// .NET packages.
    Nuget,
    /// Dart packages.
    Pub,
    /// Python packages.
    Pypi,
    /// RPM packages: Red Hat and its kin, SUSE, Amazon, Azure Linux, Photon.
    Rpm,
    /// Packages of the Swift Package Manager, by the address of their repository.
    Swift,
}

/// One row of the table: the ecosystem, its purl type and its name.
struct Row(Ecosystem, &'static str, Name);

/// The name of an ecosystem.
#[derive(Clone, Copy)]
enum Name {
    /// As in OSV records.
    Osv(&'static str),
    /// As it calls itself, for OSV records do not know it: an operating system's package manager,
    /// whose advisories name the distribution, or one without advisories.
    Own(&'static str),
}

use Name::{Osv, Own};

/// Every ecosystem. Purl types: package-url types index; OSV names: OSV schema, "Defined
/// ecosystems". A package manager has no OSV name of its own: the distribution has.
const TABLE: &[Row] = &[
    Row(Ecosystem::Apk, "apk", Own("apk")),
    Row(Ecosystem::Bitnami, "bitnami", Osv("Bitnami")),
    Row(Ecosystem::Cargo, "cargo", Osv("crates.io")),
    Row(Ecosystem::Cocoapods, "cocoapods", Own("CocoaPods")),
    Row(Ecosystem::Composer, "composer", Osv("Packagist")),
    Row(Ecosystem::Conan, "conan", Osv("ConanCenter")),
    Row(Ecosystem::Conda, "conda", Own("conda")),
    Row(Ecosystem::Cran, "cran", Osv("CRAN")),
    Row(Ecosystem::Deb, "deb", Own("deb")),
    Row(Ecosystem::Gem, "gem", Osv("RubyGems")),
    Row(Ecosystem::GithubActions, "github", Osv("GitHub Actions")),
    Row(Ecosystem::Golang, "golang", Osv("Go")),
    Row(Ecosystem::Hackage, "hackage", Osv("Hackage")),
    Row(Ecosystem::Hex, "hex", Osv("Hex")),
    Row(Ecosystem::Julia, "julia", Osv("Julia")),
    Row(Ecosystem::Luarocks, "luarocks", Own("luarocks")),
    Row(Ecosystem::Maven, "maven", Osv("Maven")),
    Row(Ecosystem::Npm, "npm", Osv("npm")),
    Row(Ecosystem::Nuget, "nuget", Osv("NuGet")),
    Row(Ecosystem::Pub, "pub", Osv("Pub")),
    Row(Ecosystem::Pypi, "pypi", Osv("PyPI")),
    Row(Ecosystem::Rpm, "rpm", Own("rpm")),
    Row(Ecosystem::Swift, "swift", Osv("SwiftURL")),
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

    /// The name in OSV records, `PyPI`; none where OSV has no such ecosystem.
    #[must_use]
    pub fn osv_name(self) -> Option<&'static str> {
        self.row().and_then(|row| match row.2 {
            Osv(name) => Some(name),
            Own(_) => None,
        })
    }

    /// Whether an operating system's package manager installs these packages.
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
        TABLE.iter().map(|row| row.0).find(|ecosystem| ecosystem.osv_name() == Some(name))
    }

    /// A package's name in one spelling for all that mean the same package.
    ///
    /// PyPI compares as the packaging specification "Names and normalization" (PEP 503) says. NuGet
    /// and Packagist ignore case, GitHub ignores that of owners and repositories, and Swift that of
    /// addresses (SE-0292, "Package identity"), which are the same with or without scheme, user,
    /// port and `.git` (OSV schema, "SwiftURL": a Git URL). The case of a Go module path counts,
    /// but package URLs have it in lower case: the caller must tell such paths apart.
    #[must_use]
    pub fn folded_name(self, name: &str) -> Cow<'_, str> {
        match self {
            Self::Pypi => {
                let words = name.split(['-', '_', '.']).filter(|word| !word.is_empty());
                Cow::Owned(words.collect::<Vec<_>>().join("-").to_ascii_lowercase())
            }
            Self::Nuget | Self::Composer | Self::GithubActions => Cow::Owned(name.to_lowercase()),
            Self::Swift => Cow::Owned(repository_named(name).to_lowercase()),
            Self::Golang => Cow::Owned(name.to_ascii_lowercase()),
            _ => Cow::Borrowed(name),
        }
    }

    fn row(self) -> Option<&'static Row> {
        TABLE.iter().find(|row| row.0 == self)
    }
}

impl fmt::Display for Ecosystem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.row().map_or("generic", |row| match row.2 {
            Osv(name) | Own(name) => name,
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_meet_as_their_ecosystem_has_it() {
        for (ecosystem, name, folded) in [
            (Ecosystem::Pypi, "Ruamel..yaml_Clib", "ruamel-yaml-clib"),
            (Ecosystem::Nuget, "jQuery", "jquery"),
            (Ecosystem::GithubActions, "TJ-Actions/changed-files", "tj-actions/changed-files"),
            (Ecosystem::Swift, "github.com/Vapor/vapor", "github.com/vapor/vapor"),
            (Ecosystem::Swift, "https://git@github.com/Vapor/vapor.git", "github.com/vapor/vapor"),
            (Ecosystem::Golang, "github.com/Azure/x", "github.com/azure/x"),
            (Ecosystem::Npm, "JSONStream", "JSONStream"),
            (Ecosystem::Deb, "LibX", "LibX"),
        ] {
            assert_eq!(ecosystem.folded_name(name), folded);
        }
    }

    #[test]
    fn every_name_leads_back() {
        for ecosystem in Ecosystem::all() {
            assert_eq!(Ecosystem::from_purl_type(ecosystem.purl_type()), Some(ecosystem));
            match ecosystem.osv_name() {
                Some(name) => assert_eq!(Ecosystem::from_osv(name), Some(ecosystem)),
                None => assert_eq!(Ecosystem::from_osv(&ecosystem.to_string()), None),
            }
        }
    }
}
