//! Which order the versions of an ecosystem have.

use sealift_model::{Ecosystem, Family};

use crate::Scheme;
use crate::database::key;

/// The orders of an ecosystem's versions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Schemes {
    /// Its own, for ranges of type ECOSYSTEM; none when it is not known here.
    pub(crate) own: Option<Scheme>,
    /// For ranges of type SEMVER: its own where that is Semantic Versioning with a few more
    /// spellings, else Semantic Versioning to the letter.
    pub(crate) semver: Scheme,
    /// Whether versions may begin with `v` or `go`, with no difference.
    go: bool,
    /// Whether versions may end in how often they were packed anew.
    pub(crate) has_revisions: bool,
}

impl Schemes {
    /// Those of an OSV ecosystem, given with or without release.
    pub(crate) fn of(ecosystem: &str) -> Self {
        let base = key::base(ecosystem);
        let own = own(base);
        let semver = own.filter(|scheme| {
            matches!(scheme, Scheme::Cargo | Scheme::Go | Scheme::Hex | Scheme::Npm | Scheme::Pub)
        });
        let semver = semver.unwrap_or(Scheme::SemVer);
        Self { own, semver, go: base == "Go", has_revisions: base == "Bitnami" }
    }

    /// A version without what may stand before it: Go writes `v1.2.3` for modules and `go1.22.3`
    /// for itself, its advisories `1.2.3` for both.
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
        // CocoaPods compares as RubyGems does, whose library it uses.
        Ecosystem::Cocoapods => Some(Scheme::RubyGems),
        Ecosystem::Composer => Some(Scheme::Packagist),
        Ecosystem::Conan | Ecosystem::Julia | Ecosystem::Swift => Some(Scheme::SemVer),
        // What Conda's own order adds is for texts that no public advisory names.
        Ecosystem::Conda => Some(Scheme::Pep440),
        Ecosystem::Cran => Some(Scheme::Cran),
        Ecosystem::Deb => Some(Scheme::Debian),
        Ecosystem::Gem => Some(Scheme::RubyGems),
        // Semantic Versioning with a `v` before it, as npm reads it.
        Ecosystem::GithubActions => Some(Scheme::Npm),
        Ecosystem::Golang => Some(Scheme::Go),
        Ecosystem::Hackage => Some(Scheme::Hackage),
        Ecosystem::Hex => Some(Scheme::Hex),
        // LuaRocks orders them otherwise, but no public advisory names a rock.
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
            // Those of operating systems have no name of their own in records: see below.
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
}
