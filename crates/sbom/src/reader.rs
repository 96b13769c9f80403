//! Runs all catalogers over the files of a tree.

use sealift_layers::{Extract, FactsCodec, File, Metadata, TreePath};
use serde::{Deserialize, Serialize};

use crate::name_index::NameIndex;
use crate::{Cataloger, Error, Facts, Problem};

/// Extracts the facts of several catalogers from a tree's files, reading each file once: an
/// [`Extract`] for `sealift_layers::read_image` or `read_directory`.
#[derive(Clone)]
pub struct Reader<'c> {
    pub(crate) catalogers: &'c [&'c dyn Cataloger],
    index: NameIndex,
    pub(crate) skip: &'c dyn Skip,
}

/// The parts of a tree that a scan leaves out.
pub trait Skip: Sync {
    /// Whether everything below the directory is left out.
    fn skips_directory(&self, path: TreePath<'_>) -> bool;

    /// Whether the file is left out, for itself or because of a directory above it.
    fn skips_file(&self, path: TreePath<'_>) -> bool;

    /// The rules as text, equal for equal rules: facts that were cached under other rules are not
    /// used. If there is none, no cache is used. Default: none.
    fn fingerprint(&self) -> Option<String> {
        None
    }
}

/// Leaves nothing out.
#[derive(Clone, Copy, Debug, Default)]
#[expect(clippy::exhaustive_structs, reason = "there is nothing in it")]
pub struct SkipNothing;

impl Skip for SkipNothing {
    fn skips_directory(&self, _: TreePath<'_>) -> bool {
        false
    }

    fn skips_file(&self, _: TreePath<'_>) -> bool {
        false
    }

    fn fingerprint(&self) -> Option<String> {
        Some(String::new())
    }
}

/// The facts of one file, each with the index of its cataloger in the slice.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileFacts(Vec<(usize, Facts)>);

impl FileFacts {
    /// The facts that the cataloger at `place` took from the file.
    pub(crate) fn of(&self, place: usize) -> Option<&Facts> {
        self.0.iter().find(|(taker, _)| *taker == place).map(|(_, facts)| facts)
    }

    /// What the catalogers took out of the file, each at its place.
    pub(crate) fn by_place(&self) -> impl Iterator<Item = (usize, &Facts)> {
        self.0.iter().map(|(taker, facts)| (*taker, facts))
    }

    /// The places of the catalogers that took something out of the file.
    pub(crate) fn places(&self) -> impl Iterator<Item = usize> {
        self.0.iter().map(|(taker, _)| *taker)
    }

    /// The facts that all catalogers took from the file.
    pub(crate) fn all(&self) -> impl Iterator<Item = &Facts> {
        self.0.iter().map(|(_, facts)| facts)
    }
}

impl<'c> Reader<'c> {
    /// A reader for `catalogers` that leaves out the files which `skip` names.
    #[must_use]
    pub fn new(catalogers: &'c [&'c dyn Cataloger], skip: &'c dyn Skip) -> Self {
        Self { catalogers, index: NameIndex::new(catalogers), skip }
    }

    fn takers(&self, file: &mut File<'_>) -> Vec<usize> {
        let (path, metadata) = (file.path(), file.metadata());
        let head = file.head().to_vec();
        let mut takers: Vec<_> = self.wanting(path, &metadata, &head).collect();
        takers.sort_unstable();
        takers.dedup();
        takers
    }

    /// Reads a file, without the parts that none of its takers needs.
    fn hold(&self, file: &mut File<'_>, takers: &[usize]) -> Result<(), Error> {
        let needless = |start: &[u8]| {
            let takers = takers.iter().filter_map(|place| self.catalogers.get(*place));
            let mut needless = takers.map(|taker| taker.needless(start));
            let first = needless.next().unwrap_or_default();
            if needless.all(|other| other == first) { first } else { Vec::new() }
        };
        file.pieces(&needless)?;
        Ok(())
    }

    /// Whether no cataloger wants a name that it does not state.
    fn names_hold(&self, path: TreePath<'_>, metadata: &Metadata, head: &[u8]) -> bool {
        let named: Vec<_> = self.index.places(path).collect();
        let mut others =
            self.catalogers.iter().zip(0..).filter(|(_, place)| !named.contains(place));
        others.all(|(cataloger, _)| !cataloger.wants(path, metadata, head))
    }

    /// The places of the catalogers that want a file, in no order; one may come twice.
    fn wanting(
        &self,
        path: TreePath<'_>,
        metadata: &Metadata,
        head: &[u8],
    ) -> impl Iterator<Item = usize> {
        self.index.places(path).filter(move |place| {
            let cataloger = self.catalogers.get(*place);
            cataloger.is_some_and(|cataloger| cataloger.wants(path, metadata, head))
        })
    }
}

impl std::fmt::Debug for Reader<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list().entries(self.catalogers.iter().map(|cataloger| cataloger.name())).finish()
    }
}

impl Extract for Reader<'_> {
    type Facts = FileFacts;

    fn enters(&self, directory: TreePath<'_>) -> bool {
        !self.skip.skips_directory(directory)
    }

    fn wants(&self, path: TreePath<'_>, metadata: &Metadata, head: &[u8]) -> bool {
        debug_assert!(self.names_hold(path, metadata, head), "{path} is wanted, but not its name");
        self.wanting(path, metadata, head).next().is_some() && !self.skip.skips_file(path)
    }

    fn fixed_paths(&self) -> Vec<&'static str> {
        self.catalogers.iter().flat_map(|cataloger| cataloger.fixed_paths()).copied().collect()
    }

    fn read(&self, file: &mut File<'_>) -> Option<FileFacts> {
        let takers = self.takers(file);
        let shared = takers.len() > 1;
        let mut taken = FileFacts::default();
        for place in &takers {
            let Some(cataloger) = self.catalogers.get(*place) else { continue };
            let mut facts = Facts::default();
            // A stream can be read only once: what several want is read first.
            let held = if shared { self.hold(file, &takers) } else { Ok(()) };
            if let Err(error) = held.and_then(|()| cataloger.read(file, &mut facts)) {
                facts.problems.push(Problem::from(error));
            }
            if !facts.is_empty() {
                taken.0.push((*place, facts));
            }
            file.rewind();
        }
        (!taken.0.is_empty()).then_some(taken)
    }

    fn codec(&self) -> Option<&dyn FactsCodec<FileFacts>> {
        Some(self)
    }
}
