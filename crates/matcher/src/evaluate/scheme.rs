//! The orders of an ecosystem's versions.

use std::borrow::Cow;

use sealift_model::{Ecosystem, Family};

use crate::Scheme;
use crate::database::key;

/// The orders of an ecosystem's versions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Schemes {
    /// The ecosystem's own order, for ranges of type ECOSYSTEM; none if it is not known.
    pub(crate) own: Option<Scheme>,
    /// The order for ranges of type SEMVER: the own one if it is Semantic Versioning with some more
    /// spellings, else strict Semantic Versioning.
    pub(crate) semver: Scheme,
    /// Whether a leading `v` or `go` is ignored.
    go: bool,
    /// Whether versions may end in a packaging revision.
    pub(crate) has_revisions: bool,
    /// Whether records may omit the epochs that packages have. Records of AlmaLinux and Red Hat
    /// name packages as installed; others are made from the file names of source RPMs
    /// (openEuler's), which contain no epoch.
    pub(crate) may_lack_epochs: bool,
}

impl Schemes {
    /// The orders of an OSV ecosystem, given with or without release.
    pub(crate) fn of(ecosystem: &str) -> Self {
        let base = key::base(ecosystem);
        let own = own(base);
        let semver = own.filter(|scheme| {
            matches!(scheme, Scheme::Cargo | Scheme::Go | Scheme::Hex | Scheme::Npm | Scheme::Pub)
        });
        let semver = semver.unwrap_or(Scheme::SemVer);
        let as_installed = matches!(base, "AlmaLinux" | "Red Hat");
        Self {
            own,
            semver,
            go: base == "Go",
            has_revisions: base == "Bitnami",
            may_lack_epochs: own == Some(Scheme::Rpm) && !as_installed,
        }
    }

    /// A version without its prefix: Go writes `v1.2.3` for modules and `go1.22.3` for itself, its
    /// advisories `1.2.3` for both.
    pub(crate) fn trim(self, version: &str) -> &str {
        let version = version.trim();
        match self.go {
            true => {
                let bare = version.strip_prefix("go").or_else(|| version.strip_prefix('v'));
                bare.unwrap_or(version)
            }
            false => version,
        }
    }

    /// A version in the spelling of its advisories: Go names a release candidate of its own
    /// `1.22rc1` (Go toolchains, "Go versions"), its advisories `1.22.0-rc.1`.
    pub(crate) fn spelled(self, version: &str) -> Cow<'_, str> {
        let candidate = if self.go { go_candidate(self.trim(version)) } else { None };
        candidate.map_or(Cow::Borrowed(version), Cow::Owned)
    }
}

/// Converts `1.NrcK` to `1.N.0-rc.K`, and likewise `beta` and versions with a patch number.
fn go_candidate(version: &str) -> Option<String> {
    let at = version.find(|c: char| c.is_ascii_lowercase())?;
    let (release, rest) = version.split_at_checked(at)?;
    let mut kinds = ["rc", "beta"].into_iter();
    let (kind, number) = kinds.find_map(|kind| Some((kind, rest.strip_prefix(kind)?)))?;
    let mut numbers = release.split('.').chain([number]);
    let is_number = |part: &str| !part.is_empty() && part.bytes().all(|it| it.is_ascii_digit());
    let patch = match release.split('.').count() {
        2 => ".0",
        3 => "",
        _ => return None,
    };
    numbers.all(is_number).then(|| format!("{release}{patch}-{kind}.{number}"))
}

fn own(base: &str) -> Option<Scheme> {
    Ecosystem::from_osv(base)
        .or_else(|| Family::from_osv(base).and_then(Family::packages))
        .and_then(of_packages)
}

fn of_packages(ecosystem: Ecosystem) -> Option<Scheme> {
    match ecosystem {
        Ecosystem::Apk => Some(Scheme::Alpine),
        Ecosystem::Bitnami => Some(Scheme::SemVer),
        Ecosystem::Cargo => Some(Scheme::Cargo),
        // CocoaPods uses the library of RubyGems to compare versions.
        Ecosystem::Cocoapods => Some(Scheme::RubyGems),
        Ecosystem::Composer => Some(Scheme::Packagist),
        Ecosystem::Conan | Ecosystem::Julia | Ecosystem::Swift => Some(Scheme::SemVer),
        // Conda's own order only differs for versions that no public advisory names.
        Ecosystem::Conda => Some(Scheme::Pep440),
        Ecosystem::Cran => Some(Scheme::Cran),
        Ecosystem::Deb => Some(Scheme::Debian),
        Ecosystem::Gem => Some(Scheme::RubyGems),
        // Semantic Versioning with an optional leading `v`, as npm reads it.
        Ecosystem::GithubActions => Some(Scheme::Npm),
        Ecosystem::Golang => Some(Scheme::Go),
        Ecosystem::Hackage => Some(Scheme::Hackage),
        Ecosystem::Hex => Some(Scheme::Hex),
        // LuaRocks orders them differently, but no public advisory names a rock.
        Ecosystem::Luarocks => Some(Scheme::SemVer),
        Ecosystem::Maven => Some(Scheme::Maven),
        Ecosystem::Npm => Some(Scheme::Npm),
        Ecosystem::Nuget => Some(Scheme::NuGet),
        Ecosystem::Pub => Some(Scheme::Pub),
        Ecosystem::Pypi => Some(Scheme::Pep440),
        Ecosystem::Rpm => Some(Scheme::Rpm),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_ecosystem_has_an_order() {
        for ecosystem in Ecosystem::all() {
            let order = of_packages(ecosystem);
            assert!(order.is_some(), "{ecosystem}");
            // Those of operating systems have no common name in records: see below.
            let own = ecosystem.osv_name().map(|name| Schemes::of(name).own);
            assert!(own.is_none_or(|own| own == order), "{ecosystem}");
        }
    }

    #[test]
    fn a_release_changes_nothing() {
        assert_eq!(Schemes::of("Alpine:v3.20").own, Some(Scheme::Alpine));
        assert_eq!(Schemes::of("AlmaLinux:9").own, Some(Scheme::Rpm));
        assert_eq!(Schemes::of("Ubuntu:22.04:LTS").own, Some(Scheme::Debian));
        assert_eq!(Schemes::of("npm").semver, Scheme::Npm);
        assert_eq!(Schemes::of("Bitnami").semver, Scheme::SemVer);
    }

    #[test]
    fn go_versions_meet_without_their_prefix() {
        let go = Schemes::of("Go");
        assert_eq!(go.trim("v1.2.3"), "1.2.3");
        assert_eq!(go.trim("go1.22.3"), "1.22.3");
        assert_eq!(Schemes::of("npm").trim("v1.2.3"), "v1.2.3");
    }

    #[test]
    fn candidates_of_go_itself_are_spelled_as_its_advisories_spell_them() {
        let go = Schemes::of("Go");
        for (written, spelled) in [
            ("1.22rc1", "1.22.0-rc.1"),
            ("go1.4beta2", "1.4.0-beta.2"),
            ("1.9.2rc2", "1.9.2-rc.2"),
            ("v1.22.0-rc.1", "v1.22.0-rc.1"),
            ("1.22", "1.22"),
            ("1rc1", "1rc1"),
            ("1.22rc", "1.22rc"),
            ("1.22rc1x", "1.22rc1x"),
        ] {
            assert_eq!(go.spelled(written), spelled);
        }
        assert_eq!(Schemes::of("npm").spelled("1.22rc1"), "1.22rc1");
    }
}
