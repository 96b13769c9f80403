//! The trait that every ecosystem implements.

use std::ops::Range;

use sealift_layers::{File, Metadata, TreePath};

use crate::{Catalog, Error, Facts, MergedFacts};

/// Finds the packages of one ecosystem.
pub trait Cataloger: Sync {
    /// Stable name, used in reports and filters: `"apk-installed"`.
    fn name(&self) -> &'static str;

    /// Differs whenever the cataloger may want other files or take other facts out of the same one
    /// than before: what was cached counts no more. Those of this crate keep the default, for
    /// their sources are hashed when it is built.
    fn revision(&self) -> u32 {
        0
    }

    /// The names of files, their last path components, that `wants` may say yes to: of others it is
    /// not asked. `package.json` is such a name, and `*.jar` stands for all with that ending behind
    /// their last dot; letter case does not matter. Default: none is named, and any may be wanted.
    fn names(&self) -> &'static [&'static str] {
        &[]
    }

    /// Whether a file is worth reading: by its path, its metadata, and up to 512 first bytes
    /// (programs have no telling name).
    fn wants(&self, path: TreePath<'_>, metadata: &Metadata, head: &[u8]) -> bool;

    /// Paths that `wants` says yes to as they stand, so that they are also found where a folder on
    /// the way is a link. Most ecosystems have none.
    fn fixed_paths(&self) -> &'static [&'static str] {
        &[]
    }

    /// The byte ranges of a wanted file, in order, that `read` does not need. `start` is the first
    /// 4096 bytes of the file. Where all catalogers that want the file give the same ranges, these
    /// are not held in memory. A cataloger that gives any reads with [`File::pieces`]. Default:
    /// none, the whole file is needed.
    fn needless(&self, start: &[u8]) -> Vec<Range<u64>> {
        let _ = start;
        Vec::new()
    }

    /// Reads one wanted file while its layer streams by: `file.stream()` forward only,
    /// `file.bytes()` whole, or `file.pieces()` but for what is not needed. Sees nothing but this
    /// file; facts belong to the content, and the names it has (links included) are attached at
    /// the merge.
    ///
    /// # Errors
    /// Only when nothing of the file is usable. One bad record is a problem in `facts`.
    fn read(&self, file: &mut File<'_>, facts: &mut Facts) -> Result<(), Error>;

    /// Turns the facts of the files that are left after the merge into packages: owners,
    /// parents, workspaces. Most ecosystems keep the default, which takes each file's as they are.
    fn assemble(&self, merged: &MergedFacts<'_>, catalog: &mut Catalog) {
        catalog.extend(merged);
    }
}
