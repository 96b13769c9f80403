//! The distribution of a tree.
//!
//! It finds `ID`, `VERSION_ID`, `VERSION_CODENAME` and `PRETTY_NAME` in `etc/os-release`, else
//! `usr/lib/os-release` (os-release(5): the first wins, distroless images have only the second); in
//! older trees, in `etc/lsb-release`, else in the distribution's own file such as
//! `etc/redhat-release` or `etc/debian_version`. That file also has the point release if os-release
//! has only the release: `12.15` for `12`.
//!
//! It does not find a distribution without any of these files, and does not guess one from
//! `ID_LIKE`, since a derived distribution has versions of its own.

mod assignments;
mod identify;
mod release_file;

use std::io::Read;

use sealift_layers::{File, LimitExceeded, Metadata, TreePath};
use sealift_model::Distribution;

use crate::{Catalog, Cataloger, Error, Fact, Facts, MergedFacts};

pub use identify::identify;

/// Bytes of one file that are read; real ones have less than 1 KiB.
const MAX_BYTES: u64 = 64 << 10;

/// Finds the distribution. It has no packages; [`identify`] takes what it finds.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Release;

impl Cataloger for Release {
    fn name(&self) -> &'static str {
        NAME
    }

    fn names(&self) -> &'static [&'static str] {
        &[
            "os-release",
            "lsb-release",
            "almalinux-release",
            "rocky-release",
            "oracle-release",
            "centos-release",
            "fedora-release",
            "redhat-release",
            "system-release",
            "azurelinux-release",
            "mariner-release",
            "photon-release",
            "SuSE-release",
            "alpine-release",
            "debian_version",
            "arch-release",
        ]
    }

    fn wants(&self, path: TreePath<'_>, _: &Metadata, _: &[u8]) -> bool {
        FILES.iter().any(|(known, _)| path.bytes() == known.as_bytes())
    }

    fn fixed_paths(&self) -> &'static [&'static str] {
        &["etc/os-release", "usr/lib/os-release"]
    }

    fn read(&self, file: &mut File<'_>, facts: &mut Facts) -> Result<(), Error> {
        let mut bytes = Vec::new();
        file.stream()
            .take(MAX_BYTES)
            .read_to_end(&mut bytes)
            .map_err(sealift_layers::FileError::from)?;
        if file.metadata().size > MAX_BYTES {
            let limit = LimitExceeded::new("bytes of a release file", MAX_BYTES);
            facts.problem(None, limit.to_string());
        }
        let text = String::from_utf8_lossy(&bytes);
        // A link may lead to a file of any name: those are os-release files.
        let format = format_of(file.path()).unwrap_or(Format::OsRelease);
        if let Some(distribution) = format.read(&text, facts) {
            facts.facts.push(Fact::Distribution(Box::new(distribution)));
        }
        Ok(())
    }

    fn assemble(&self, _: &MergedFacts<'_>, _: &mut Catalog) {}
}

pub(crate) const NAME: &str = "os-release";

/// How a file names the distribution.
#[derive(Clone, Copy, Debug)]
enum Format {
    /// os-release(5).
    OsRelease,
    /// `DISTRIB_ID` and `DISTRIB_RELEASE` of lsb_release(1).
    LsbRelease,
    /// A version alone, of the distribution with this `ID`.
    Version(&'static str),
    /// A sentence, `CentOS Linux release 7.5.1804 (Core)`.
    Sentence,
}

/// The files, best first. Oracle Linux and the rebuilds of Red Hat also have a `redhat-release`,
/// and not all of them write their own name there.
const FILES: &[(&str, Format)] = &[
    ("etc/os-release", Format::OsRelease),
    ("usr/lib/os-release", Format::OsRelease),
    ("etc/lsb-release", Format::LsbRelease),
    ("etc/almalinux-release", Format::Sentence),
    ("etc/rocky-release", Format::Sentence),
    ("etc/oracle-release", Format::Sentence),
    ("etc/centos-release", Format::Sentence),
    ("etc/fedora-release", Format::Sentence),
    ("etc/redhat-release", Format::Sentence),
    ("etc/system-release", Format::Sentence),
    ("etc/azurelinux-release", Format::Sentence),
    ("etc/mariner-release", Format::Sentence),
    ("etc/photon-release", Format::Sentence),
    ("etc/SuSE-release", Format::Sentence),
    ("etc/alpine-release", Format::Version("alpine")),
    ("etc/debian_version", Format::Version("debian")),
    ("etc/arch-release", Format::Version("arch")),
];

fn format_of(path: TreePath<'_>) -> Option<Format> {
    FILES.iter().find(|(known, _)| path == TreePath::from(*known)).map(|(_, format)| *format)
}

impl Format {
    fn read(self, text: &str, facts: &mut Facts) -> Option<Distribution> {
        match self {
            Self::OsRelease => assignments::read_os_release(text, facts),
            Self::LsbRelease => assignments::read_lsb_release(text, facts),
            Self::Version(id) => release_file::read_version(id, text),
            Self::Sentence => release_file::read_sentence(text),
        }
    }
}
