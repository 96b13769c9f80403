//! Packages and where they were found.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::{Digest, DigestError, Ecosystem, Purl};

/// A package at one version, with all places that name it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Package {
    /// The name as its ecosystem writes it: `@scope/name`, `group:artifact`, the module path.
    pub name: String,
    /// The version exactly as found, the epoch of Debian and RPM included (`1:2.3-4`); empty
    /// when the place that names the package gives none.
    pub version: String,
    /// The ecosystem.
    pub ecosystem: Ecosystem,
    /// The package URL.
    pub purl: Purl,
    /// Licences as declared, SPDX expressions where they are such.
    pub licenses: Vec<String>,
    /// What the package was built from, where that has a name of its own: Debian source, apk
    /// origin, RPM source.
    pub source: Option<SourcePackage>,
    /// Architecture in the ecosystem's own word, `amd64`, `x86_64`, `noarch`.
    pub architecture: Option<String>,
    /// Module label of an RPM, `nodejs:16`.
    pub module_label: Option<String>,
    /// The maintainer, for people.
    pub maintainer: Option<String>,
    /// The purpose of the package, where the format says.
    pub scope: Scope,
    /// Whether the project itself requires the package, where the format says.
    pub relationship: Relationship,
    /// Installed, or only declared.
    pub evidence: Evidence,
    /// A part of its identity that was guessed, in words, as a Maven group from a file name.
    pub guessed: Option<String>,
    /// `name@version` of the packages of the same ecosystem that it needs.
    pub depends_on: Vec<String>,
    /// Name of the operating system's package that brought it.
    pub owned_by: Option<String>,
    /// Diff-id of the layer that first brought the package as it is, where its locations are in a
    /// later one: layers rewrite the databases of package managers.
    pub brought_by: Option<Digest>,
    /// The evidence that the package is from the base image; none when it is not, or no base is
    /// known.
    pub from_base: Option<BaseEvidence>,
    /// The layer that hides the package; none for a package that a running container sees.
    pub hidden: Option<Hidden>,
    /// Digest of the package's own file, where it is one file (a jar, a program).
    pub digest: Option<Digest>,
    /// Its locations; never empty in an inventory.
    pub locations: Vec<Location>,
    /// Name of the cataloger that found it, `dpkg-status`.
    pub cataloger: String,
}

impl Package {
    /// An installed package without further facts.
    #[must_use]
    pub fn new(
        ecosystem: Ecosystem,
        name: impl Into<String>,
        version: impl Into<String>,
        purl: Purl,
    ) -> Self {
        Self {
            name: name.into(),
            version: version.into(),
            ecosystem,
            purl,
            licenses: Vec::new(),
            source: None,
            architecture: None,
            module_label: None,
            maintainer: None,
            scope: Scope::Unstated,
            relationship: Relationship::Unstated,
            evidence: Evidence::Installed,
            guessed: None,
            depends_on: Vec::new(),
            owned_by: None,
            brought_by: None,
            from_base: None,
            hidden: None,
            digest: None,
            locations: Vec::new(),
            cataloger: String::new(),
        }
    }

    /// Diff-id of the layer that first brought the package, from the view of one of its locations.
    #[must_use]
    pub fn layer<'p>(&'p self, place: &'p Location) -> Option<&'p Digest> {
        self.brought_by.as_ref().or(place.layer.as_ref())
    }

    /// `name@version`, the form of [`Package::depends_on`].
    #[must_use]
    pub fn id(&self) -> String {
        format!("{}@{}", self.name, self.version)
    }
}

/// The source that a binary package was built from.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[non_exhaustive]
pub struct SourcePackage {
    /// Its name.
    pub name: String,
    /// Its full version, epoch included; the binary's own where none is stated.
    pub version: String,
}

impl SourcePackage {
    /// A source package.
    #[must_use]
    pub fn new(name: impl Into<String>, version: impl Into<String>) -> Self {
        Self { name: name.into(), version: version.into() }
    }
}

/// A place in the tree that names a package.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Location {
    /// Path without leading slash; nested archives as `outer.jar:inner/path.jar`. Bytes that are
    /// not UTF-8 are written `\xNN`.
    pub path: String,
    /// Diff-id of the layer that put the file there; none outside images.
    pub layer: Option<Digest>,
    /// First and last 1-based line of the entry, where there are lines.
    pub lines: Option<(u64, u64)>,
}

impl Location {
    /// A place outside any layer and without a line.
    #[must_use]
    pub fn new(path: impl Into<String>) -> Self {
        Self { path: path.into(), layer: None, lines: None }
    }

    /// The same place on other lines.
    #[must_use]
    pub fn on_lines(mut self, lines: Option<(u64, u64)>) -> Self {
        self.lines = lines;
        self
    }
}

impl fmt::Display for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.path)?;
        match self.lines {
            Some((first, _)) => write!(f, ":{first}"),
            None => Ok(()),
        }
    }
}

/// How a package was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[expect(clippy::exhaustive_enums, reason = "a package is there or it is not")]
pub enum Evidence {
    /// The package is there: a package database, its own metadata, its code.
    Installed,
    /// A lockfile or manifest names the package.
    Declared,
}

/// The evidence for which layers of an image are those of its base.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[non_exhaustive]
pub enum BaseEvidence {
    /// The caller named the base, and its layers are the image's lowest.
    Named,
    /// A list of known bases has one whose layers are the image's lowest.
    Listed,
    /// The image's history suggests it: a guess.
    Guessed,
}

impl BaseEvidence {
    /// The word of reports: `named`, `listed`, `guessed`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Named => "named",
            Self::Listed => "listed",
            Self::Guessed => "guessed",
        }
    }

    /// The evidence for a word of reports.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Named, Self::Listed, Self::Guessed].into_iter().find(|known| known.name() == name)
    }
}

/// The reason why a package of a lower layer is hidden.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Hidden {
    /// Diff-id of the layer that hides it.
    pub by: Digest,
    /// How that layer hides it.
    pub how: HiddenBy,
}

impl Hidden {
    /// Hidden by the layer `by`.
    #[must_use]
    pub fn new(by: Digest, how: HiddenBy) -> Self {
        Self { by, how }
    }
}

impl fmt::Display for Hidden {
    /// `whiteout by sha256:...`, as [`Hidden::from_str`] reads it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} by {}", self.how.name(), self.by)
    }
}

impl FromStr for Hidden {
    type Err = DigestError;

    fn from_str(text: &str) -> Result<Self, DigestError> {
        let (how, by) = text.split_once(" by ").unwrap_or(("", text));
        Ok(Self::new(by.parse()?, HiddenBy::from_name(how).unwrap_or(HiddenBy::Replaced)))
    }
}

/// How a layer hides a file of a lower one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[non_exhaustive]
pub enum HiddenBy {
    /// It removes the file, or a folder above it.
    Whiteout,
    /// It starts a folder above the file anew.
    Opaque,
    /// It replaces the file; for a package database, by one without the package.
    Replaced,
}

impl HiddenBy {
    /// The word of reports: `whiteout`, `opaque`, `replaced`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Whiteout => "whiteout",
            Self::Opaque => "opaque",
            Self::Replaced => "replaced",
        }
    }

    /// The variant for a word of reports.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Whiteout, Self::Opaque, Self::Replaced]
            .into_iter()
            .find(|known| known.name() == name)
    }
}

/// The purpose for which a package is needed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[non_exhaustive]
pub enum Scope {
    /// The format does not say.
    Unstated,
    /// Needed when the software runs.
    Runtime,
    /// Needed only to build or test it.
    Development,
    /// Left out where it cannot be installed.
    Optional,
    /// Needed for development and for something optional: left out only where both are. npm calls
    /// it `devOptional`.
    DevelopmentOrOptional,
}

impl Scope {
    /// The scope of a package that is needed for both, in any order: `Runtime` wins over all
    /// others, then `Unstated`.
    #[must_use]
    pub fn joined(self, other: Self) -> Self {
        let either = |scope| self == scope || other == scope;
        if either(Self::Runtime) {
            Self::Runtime
        } else if either(Self::Unstated) {
            Self::Unstated
        } else if self == other {
            self
        } else {
            Self::DevelopmentOrOptional
        }
    }

    /// Whether the package is needed for development, perhaps not for that alone.
    #[must_use]
    pub fn is_of_development(self) -> bool {
        matches!(self, Self::Development | Self::DevelopmentOrOptional)
    }

    /// Whether the package is optional, perhaps not only that.
    #[must_use]
    pub fn is_optional(self) -> bool {
        matches!(self, Self::Optional | Self::DevelopmentOrOptional)
    }
}

/// The way in which the project requires a package.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[non_exhaustive]
pub enum Relationship {
    /// The format does not say.
    Unstated,
    /// The project itself.
    Root,
    /// Another part of the same project.
    Workspace,
    /// The project requires it.
    Direct,
    /// Another package requires it.
    Indirect,
}

#[cfg(test)]
mod tests {
    use super::Scope;

    #[test]
    fn scopes_join_in_any_order() {
        let [run, unstated] = [Scope::Runtime, Scope::Unstated];
        let [dev, optional, either] =
            [Scope::Development, Scope::Optional, Scope::DevelopmentOrOptional];
        for (one, other, expected) in [
            (run, unstated, run),
            (run, dev, run),
            (run, optional, run),
            (run, either, run),
            (unstated, dev, unstated),
            (unstated, optional, unstated),
            (unstated, either, unstated),
            (dev, optional, either),
            (dev, either, either),
            (optional, either, either),
        ] {
            assert_eq!((one.joined(other), other.joined(one)), (expected, expected));
        }
        for scope in [run, unstated, dev, optional, either] {
            assert_eq!(scope.joined(scope), scope);
        }
    }
}
