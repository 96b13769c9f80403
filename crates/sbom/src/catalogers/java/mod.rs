//! Java: archives, and the dependencies of Maven and Gradle projects.
//!
//! | cataloger | reads | finds |
//! | --- | --- | --- |
//! | `java-archive` | jar, war, ear and their kin | every package in them, nested and shaded ones too |
//! | `java-gradle` | `*gradle.lockfile`, `dependency-locks/*.lockfile` | what is locked |
//! | `java-gradle-catalog` | `gradle/*.versions.toml` | libraries, with versions where one is named |
//! | `java-gradle-verification` | `gradle/verification-metadata.xml` | every module whose files are verified |
//! | `java-pom` | `pom.xml` | dependencies, with properties, parents, management and bills of materials as far as they lie in the tree |
//! | `java-sbt` | `build.sbt.lock` of sbt-dependency-lock | what is locked, with what only tests need |
//!
//! In each archive at any depth, `java-archive` finds the packages named by `pom.properties` and
//! `pom.xml` (several in a shaded archive). If there are none, it finds one package, identified by
//! its known name or guessed from manifest, file name and classes, and reports the guess in
//! [`Package::guessed`](sealift_model::Package::guessed). Licences come from the `pom.xml`, and for
//! the archive itself from `Bundle-License`.
//!
//! It does not find: an archive with neither Maven metadata nor a version in manifest or file name
//! (a problem is reported if it contains classes); code copied into another archive without its
//! metadata; classes outside archives; downloads of a launcher at its start. From a `pom.xml` in an
//! archive only the project is read, not its dependencies, since those that are present are in the
//! archive too. A project's `pom.xml` names only direct requirements; indirect ones are in
//! repositories, and so are parents outside of the tree: a version that they manage is missing,
//! with a note. Profiles count if they are active by default. Plugins and their requirements are
//! left out.

mod file_name;
mod gradle;
mod identity;
mod licenses;
mod manifest;
pub(crate) mod maven;
mod packages;
mod pom;
mod properties;
mod sbt;
#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;
mod walk;
mod well_known;

use sealift_layers::{File, Metadata, TreePath};
use sealift_model::{Ecosystem, Package, Purl, PurlError};

use crate::{Cataloger, Error, Facts};

pub(super) use gradle::{Catalog, Lockfile, Verification};
pub(super) use maven::Pom;
pub(super) use sbt::Sbt;

/// Archives that are there to be run.
#[derive(Debug)]
pub(super) struct Archive;

impl Cataloger for Archive {
    fn name(&self) -> &'static str {
        "java-archive"
    }

    fn names(&self) -> &'static [&'static str] {
        &[
            "*.ear", "*.far", "*.hpi", "*.jar", "*.jpi", "*.kar", "*.lpkg", "*.nar", "*.par",
            "*.rar", "*.sar", "*.war",
        ]
    }

    fn wants(&self, path: TreePath<'_>, _: &Metadata, head: &[u8]) -> bool {
        Kind::of(path).is_some_and(|kind| kind.is_plausible(head))
    }

    fn read(&self, file: &mut File<'_>, facts: &mut Facts) -> Result<(), Error> {
        let path = file.path().to_string();
        let limits = file.limits();
        walk::read(&path, file.bytes()?, limits, facts)
    }
}

/// The package of these coordinates, all of which a repository needs ("Maven Coordinates").
fn package(group: &str, artifact: &str, version: &str) -> Result<Package, PurlError> {
    let kind = Ecosystem::Maven.purl_type();
    if group.is_empty() {
        return Err(PurlError::NamespaceRequired { kind: kind.to_owned(), segments: 1 });
    }
    let purl = Purl::builder(kind, artifact).namespace(group).version(version).build()?;
    Ok(Package::new(Ecosystem::Maven, format!("{group}:{artifact}"), version, purl))
}

/// The kind of a file, by its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    /// A name that only Java gives: anything else under it is a broken archive.
    Java,
    /// A name that other formats have too: only a zip archive under it is meant.
    Shared,
}

/// Extensions, in lower case, and whether other formats use them too: RAR archives, MIDI karaoke,
/// parity files, system activity data.
const EXTENSIONS: &[(&str, Kind)] = &[
    ("ear", Kind::Java),
    ("far", Kind::Shared),
    ("hpi", Kind::Java),
    ("jar", Kind::Java),
    ("jpi", Kind::Java),
    ("kar", Kind::Shared),
    ("lpkg", Kind::Shared),
    ("nar", Kind::Shared),
    ("par", Kind::Shared),
    ("rar", Kind::Shared),
    ("sar", Kind::Shared),
    ("war", Kind::Java),
];

impl Kind {
    fn of(path: TreePath<'_>) -> Option<Self> {
        let extension = path.extension()?;
        let known =
            EXTENSIONS.iter().find(|(name, _)| extension.eq_ignore_ascii_case(name.as_bytes()));
        known.map(|(_, kind)| *kind)
    }

    /// Whether a file of this kind may begin so. An archive may follow a program (a start script),
    /// so that what is surely meant as one need not begin as one.
    fn is_plausible(self, head: &[u8]) -> bool {
        self == Self::Java || head.starts_with(b"PK\x03\x04") || head.starts_with(b"PK\x05\x06")
    }
}
