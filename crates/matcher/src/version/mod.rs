//! Versions in the order of their ecosystem.
//!
//! ```
//! use std::cmp::Ordering;
//!
//! use sealift_matcher::Scheme;
//!
//! let candidate = Scheme::Debian.parse("1.0~rc1")?;
//! let release = Scheme::Debian.parse("1.0")?;
//! assert_eq!(candidate.compare(&release), Some(Ordering::Less));
//! # Ok::<(), sealift_matcher::VersionError>(())
//! ```
//!
//! Each scheme compares as the ecosystem's own tool does, in a file of its own that names its
//! specification. Three rules hold for all: numbers may be of any size unless the tool refuses
//! them; an empty text is not a version, although some tools read it as `0`; and neither is a text
//! of more than [`MAX_BYTES`].

use std::cmp::Ordering;

pub use error::{VersionError, VersionErrorKind};
pub use range::{NpmRange, Prereleases, RangeError, SpecifierSet};

/// Implements equality and `PartialOrd` of a type through its `Ord`.
macro_rules! eq_through_ord {
    ($type:ident) => {
        impl PartialEq for $type<'_> {
            fn eq(&self, other: &Self) -> bool {
                self.cmp(other).is_eq()
            }
        }

        impl Eq for $type<'_> {}

        impl PartialOrd for $type<'_> {
            fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
                Some(self.cmp(other))
            }
        }
    };
}

mod alpine;
mod alpm;
mod caseless;
mod cran;
mod cursor;
mod debian;
mod error;
mod go;
mod hackage;
mod hex;
mod maven;
mod npm;
mod nuget;
mod number;
mod numbers;
mod packagist;
mod pep440;
mod portage;
mod pub_semver;
mod range;
mod rpm;
mod rubygems;
mod semver;

/// The longest version in bytes: sixteen times the limit of node-semver, and far more than in any
/// public advisory.
pub const MAX_BYTES: usize = 4096;

/// Defines the schemes: one row for each.
macro_rules! schemes {
    ($($(#[$doc:meta])* $scheme:ident, $name:literal, $module:ident, $version:path, $compare:path;)+) => {
        /// How the versions of an ecosystem are ordered.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum Scheme {
            $($(#[$doc])* $scheme,)+
        }

        impl Scheme {
            /// Every scheme, ordered by its variant's name.
            pub const ALL: &'static [Self] = &[$(Self::$scheme),+];

            /// The scheme's stable name: `"apk"`.
            pub fn name(self) -> &'static str {
                match self {
                    $(Self::$scheme => $name,)+
                }
            }

            fn read(self, text: &str) -> Result<Parsed<'_>, VersionErrorKind> {
                match self {
                    $(Self::$scheme => $module::parse(text).map(Parsed::$scheme),)+
                }
            }
        }

        #[derive(Clone, Debug)]
        enum Parsed<'a> {
            $($scheme($version),)+
        }

        impl Parsed<'_> {
            fn scheme(&self) -> Scheme {
                match self {
                    $(Self::$scheme(_) => Scheme::$scheme,)+
                }
            }

            fn compare(&self, other: &Self) -> Option<Ordering> {
                match (self, other) {
                    $((Self::$scheme(left), Self::$scheme(right)) => Some($compare(left, right)),)+
                    _ => None,
                }
            }
        }
    };
}

schemes! {
    /// apk-tools 3: Alpine, Wolfi, Chainguard.
    Alpine, "apk", alpine, alpine::Version<'a>, Ord::cmp;
    /// libalpm: Arch Linux.
    Alpm, "alpm", alpm, alpm::Version<'a>, alpm::compare;
    /// crates.io.
    Cargo, "cargo", semver, semver::Version<'a>, Ord::cmp;
    /// CRAN: R.
    Cran, "cran", cran, numbers::Version<'a>, Ord::cmp;
    /// dpkg: Debian, Ubuntu.
    Debian, "debian", debian, debian::Version<'a>, Ord::cmp;
    /// Go modules.
    Go, "go", go, semver::Version<'a>, Ord::cmp;
    /// Hackage: Haskell.
    Hackage, "hackage", hackage, numbers::Version<'a>, Ord::cmp;
    /// Hex: Elixir and Erlang.
    Hex, "hex", hex, semver::Version<'a>, Ord::cmp;
    /// Maven's `ComparableVersion`.
    Maven, "maven", maven, maven::Version<'a>, maven::compare;
    /// npm: node-semver, strict.
    Npm, "npm", npm, semver::Version<'a>, Ord::cmp;
    /// NuGet.
    NuGet, "nuget", nuget, nuget::Version<'a>, Ord::cmp;
    /// Packagist: Composer.
    Packagist, "packagist", packagist, packagist::Version<'a>, Ord::cmp;
    /// PyPI: PEP 440.
    Pep440, "pep440", pep440, pep440::Version<'a>, Ord::cmp;
    /// Portage: Gentoo.
    Portage, "portage", portage, portage::Version<'a>, Ord::cmp;
    /// Pub: Dart and Flutter.
    Pub, "pub", pub_semver, pub_semver::Version<'a>, Ord::cmp;
    /// rpm: Red Hat, SUSE, Fedora, Amazon Linux and their kin.
    Rpm, "rpm", rpm, rpm::Version<'a>, Ord::cmp;
    /// RubyGems.
    RubyGems, "rubygems", rubygems, rubygems::Version<'a>, Ord::cmp;
    /// Semantic Versioning 2.0, to the letter.
    SemVer, "semver", semver, semver::Version<'a>, Ord::cmp;
}

impl Scheme {
    /// The scheme with this name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|scheme| scheme.name() == name)
    }

    /// Reads a version, once, for any number of comparisons.
    ///
    /// # Errors
    /// When the ecosystem's own tool refuses the text, or when it is empty or longer than
    /// [`MAX_BYTES`].
    pub fn parse(self, text: &str) -> Result<Version<'_>, VersionError> {
        self.read_bounded(text)
            .map(|parsed| Version { text, parsed })
            .map_err(|kind| VersionError { scheme: self, kind })
    }

    fn read_bounded(self, text: &str) -> Result<Parsed<'_>, VersionErrorKind> {
        check_length(text, MAX_BYTES)?;
        if text.trim().is_empty() {
            return Err(VersionErrorKind::Empty);
        }
        self.read(text)
    }
}

/// A version of one scheme, with its text.
///
/// There is no `Ord`: versions of different schemes have no order, and two tools compare odd
/// versions inconsistently, see [`Version::compare`].
#[derive(Clone, Debug)]
pub struct Version<'a> {
    text: &'a str,
    parsed: Parsed<'a>,
}

impl<'a> Version<'a> {
    /// The scheme of the version.
    pub fn scheme(&self) -> Scheme {
        self.parsed.scheme()
    }

    /// The original text.
    pub fn text(&self) -> &'a str {
        self.text
    }

    /// Compares as the ecosystem's own tool does; `None` for versions of different schemes.
    ///
    /// The order is always antisymmetric, and also transitive except for [`Scheme::Maven`]
    /// (`1.sp.1` > `1` > `1-alpha` > `1.sp.1`) and [`Scheme::Alpm`] (`1-1` = `1` = `1-2`, though
    /// `1-1` < `1-2`). The sorts of the standard library may panic on such an order, and hostile
    /// advisories can contain these versions: insert at a `partition_point` instead, which never
    /// panics.
    pub fn compare(&self, other: &Version<'_>) -> Option<Ordering> {
        self.parsed.compare(&other.parsed)
    }

    /// Compares with a version in a record, which is one of a list or the last of a range. PEP 440,
    /// "Version matching" and "Inclusive ordered comparison": if that version has no local label,
    /// the label of the candidate is ignored; `2.0+cu118` is a build of `2.0`.
    pub(crate) fn compare_to_named(&self, named: &Version<'_>) -> Option<Ordering> {
        match (&self.parsed, &named.parsed) {
            (Parsed::Pep440(own), Parsed::Pep440(named)) if !named.has_local() => {
                Some(own.clone().without_local().cmp(named))
            }
            _ => self.compare(named),
        }
    }
}

fn check_length(text: &str, max_bytes: usize) -> Result<(), VersionErrorKind> {
    let length_bytes = text.len();
    if length_bytes > max_bytes {
        return Err(VersionErrorKind::TooLong { length_bytes, max_bytes });
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_lead_back_to_their_schemes() {
        for &scheme in Scheme::ALL {
            assert_eq!(Scheme::from_name(scheme.name()), Some(scheme));
        }
        assert_eq!(Scheme::from_name("Debian"), None);
    }

    #[test]
    fn schemes_are_listed_by_name() {
        let names = Scheme::ALL.iter().map(|scheme| format!("{scheme:?}"));
        assert!(names.is_sorted());
    }

    #[test]
    fn a_version_keeps_its_text_and_scheme() {
        let version = Scheme::Npm.parse(" v1.2.3 ").unwrap();
        assert_eq!((version.text(), version.scheme()), (" v1.2.3 ", Scheme::Npm));
    }

    #[test]
    fn versions_of_two_schemes_have_no_order() {
        let cargo = Scheme::Cargo.parse("1.0.0").unwrap();
        let npm = Scheme::Npm.parse("1.0.0").unwrap();
        assert_eq!(cargo.compare(&npm), None);
    }

    #[test]
    fn no_scheme_reads_an_empty_or_an_endless_text() {
        let endless = format!("1.{}", "0".repeat(MAX_BYTES));
        for &scheme in Scheme::ALL {
            for empty in ["", " ", "\n"] {
                assert_eq!(scheme.parse(empty).unwrap_err().kind, VersionErrorKind::Empty);
            }
            assert!(matches!(
                scheme.parse(&endless).unwrap_err().kind,
                VersionErrorKind::TooLong { length_bytes: 4098, .. }
            ));
        }
    }

    #[test]
    fn an_error_says_what_and_where() {
        let error = Scheme::SemVer.parse("1.02.3").unwrap_err();
        assert_eq!(error.to_string(), "no semver version: leading zero in the number at byte 2");
    }
}
