//! Packages that `dpkg` installed: Debian, Ubuntu, distroless images.
//!
//! It finds
//! - packages listed in `var/lib/dpkg/status`, in any state in which their files are on the disk:
//!   installed, unpacked, half-installed, half-configured, waiting for triggers (dpkg(1), "Package
//!   states"). `deinstall ok installed` is still there; `config-files` and `not-installed` are not.
//! - packages listed by distroless images below `var/lib/dpkg/status.d/`, where records have no
//!   `Status`.
//! - the source package, the dependencies and the maintainer.
//! - licences, by the short names in `usr/share/doc/NAME/copyright` (Debian copyright format 1.0),
//!   and by the texts in `/usr/share/common-licenses` that an older file refers to. They are those
//!   of the whole source, since Debian records no others.
//! - the files of a package, from `info/NAME.list` and `status.d/NAME.md5sums`.
//!
//! It does not find: packages that were removed from `status` but not from the disk; chiselled
//! Ubuntu slices (they leave no dpkg database); licences described only in free text, and those of
//! a package whose folder in `usr/share/doc` is a link to another's. A database elsewhere in the
//! tree belongs to another system: a note names it, and its packages are left out.

mod control;
mod copyright;
mod owned;
mod relations;
mod status;

use std::collections::HashMap;

use sealift_layers::{File, Metadata, TreePath};
use sealift_model::{Ecosystem, Impact};

use crate::{Catalog, Cataloger, Error, Fact, Facts, MergedFacts, MergedFile, os_package};

/// Finds the packages that `dpkg` installed.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Status;

impl Cataloger for Status {
    fn name(&self) -> &'static str {
        "dpkg-status"
    }

    fn wants(&self, path: TreePath<'_>, _: &Metadata, _: &[u8]) -> bool {
        Place::of(path).is_some()
    }

    fn fixed_paths(&self) -> &'static [&'static str] {
        &["var/lib/dpkg/status"]
    }

    fn read(&self, file: &mut File<'_>, facts: &mut Facts) -> Result<(), Error> {
        let path = file.path();
        match Place::of(path) {
            Some(Place::Copyright(package)) => copyright::read(package, file.stream(), facts),
            Some(Place::List(owner)) => owned::read_list(owner, file.stream(), facts),
            Some(Place::Sums(owner)) => owned::read_sums(owner, file.stream(), facts),
            Some(Place::Elsewhere) => facts.note(None, "a dpkg database of another tree, not read"),
            Some(Place::Folder) => status::read(file, status::Origin::Folder, facts),
            Some(Place::Database) | None => status::read(file, status::Origin::Database, facts),
        }
        Ok(())
    }

    fn assemble(&self, merged: &MergedFacts<'_>, catalog: &mut Catalog) {
        let licenses = licenses_by_package(merged);
        os_package::assemble(Ecosystem::Deb, merged, &licenses, impact_of, catalog);
    }
}

/// The kind of a file for this cataloger, by its path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place<'p> {
    /// `var/lib/dpkg/status`.
    Database,
    /// A file of `var/lib/dpkg/status.d`.
    Folder,
    /// The files of this package, from `var/lib/dpkg/info/NAME.list`.
    List(&'p [u8]),
    /// The files of this package with their checksums, from `status.d/NAME.md5sums`.
    Sums(&'p [u8]),
    /// `usr/share/doc/NAME/copyright` of this package.
    Copyright(&'p [u8]),
    /// A database that is not this tree's.
    Elsewhere,
}

impl<'p> Place<'p> {
    fn of(path: TreePath<'p>) -> Option<Self> {
        let bytes = path.bytes();
        if let Some(below) = bytes.strip_prefix(b"var/lib/dpkg/") {
            let in_folder =
                |folder: &[u8]| below.strip_prefix(folder).filter(|name| !name.contains(&b'/'));
            return match (in_folder(b"status.d/"), in_folder(b"info/")) {
                (Some(name), _) => Some(match name.strip_suffix(b".md5sums") {
                    Some(package) => Self::Sums(package),
                    None => Self::Folder,
                }),
                (None, Some(name)) => name.strip_suffix(b".list").map(Self::List),
                (None, None) => (below == b"status").then_some(Self::Database),
            };
        }
        if let Some(below) = bytes.strip_prefix(b"usr/share/doc/") {
            let package = below.strip_suffix(b"/copyright")?;
            return (!package.contains(&b'/')).then_some(Self::Copyright(package));
        }
        path.ends_with("var/lib/dpkg/status").then_some(Self::Elsewhere)
    }
}

/// Problems with a database mean that packages are missing; with another file, only details.
fn impact_of(file: &MergedFile<'_>) -> Impact {
    let names = std::iter::once(&file.path).chain(&file.aliases);
    let mut places = names.filter_map(|name| Place::of(TreePath::from(name.as_str())));
    if places.any(|place| matches!(place, Place::Database | Place::Folder)) {
        Impact::Incomplete
    } else {
        Impact::Partial
    }
}

fn licenses_by_package<'f>(merged: &MergedFacts<'f>) -> HashMap<&'f str, &'f [String]> {
    let facts = merged.files.iter().flat_map(|file| &file.facts.facts);
    let licenses = facts.filter_map(|fact| match fact {
        Fact::Licenses { package, licenses } => Some((package.as_str(), licenses.as_slice())),
        _ => None,
    });
    licenses.collect()
}
