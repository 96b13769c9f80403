//! The trait that every ecosystem implements.

use std::ops::Range;

use sealift_layers::{File, Metadata, TreePath};

use crate::{Catalog, Error, Facts, MergedFacts};

/// Finds the packages of one ecosystem.
pub trait Cataloger: Sync {
    /// Stable name, used in reports and filters: `"apk-installed"`.
    fn name(&self) -> &'static str;

    /// A number that changes whenever the cataloger may want other files or extract other facts
    /// than before, so that cached facts are no longer used. The catalogers of this crate keep the
    /// default, since their sources are hashed when the crate is built.
    fn revision(&self) -> u32 {
        0
    }

    /// The names of files (last path components) that `wants` may accept; it is not called for
    /// others. `package.json` is such a name, and `*.jar` stands for all names with that ending
    /// after their last dot; letter case does not matter. Default: empty, so that any file may be
    /// wanted.
    fn names(&self) -> &'static [&'static str] {
        &[]
    }

    /// Whether a file is worth reading: by its path, its metadata, and up to 512 first bytes
    /// (the names of programs say nothing).
    fn wants(&self, path: TreePath<'_>, metadata: &Metadata, head: &[u8]) -> bool;

    /// Paths that `wants` accepts exactly as written, so that they are also found if a folder on
    /// the way is a link. Most ecosystems have none.
    fn fixed_paths(&self) -> &'static [&'static str] {
        &[]
    }

    /// The parts of a wanted file that `read` does not need, as ordered ranges of bytes, decided by
    /// its first 4096 bytes. If all catalogers that want the file return the same ranges, these are
    /// not held in memory; such a cataloger must read by [`File::pieces`]. Default: all of it is
    /// needed.
    fn needless(&self, start: &[u8]) -> Vec<Range<u64>> {
        let _ = start;
        Vec::new()
    }

    /// Reads one wanted file while its layer streams by: `file.stream()` forward only,
    /// `file.bytes()` whole, or `file.pieces()` without unneeded parts. Only this file is
    /// available; facts belong to the content, and its names (including links) are attached at the
    /// merge.
    ///
    /// # Errors
    /// Only when nothing of the file is usable. One bad record is a problem in `facts`.
    fn read(&self, file: &mut File<'_>, facts: &mut Facts) -> Result<(), Error>;

    /// Turns the facts of the files that remain after the merge into packages: owners, parents,
    /// workspaces. Most ecosystems keep the default, which adds the packages of each file
    /// unchanged.
    fn assemble(&self, merged: &MergedFacts<'_>, catalog: &mut Catalog) {
        catalog.extend(merged);
    }
}
