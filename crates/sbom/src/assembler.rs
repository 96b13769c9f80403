//! The complete inventory of an image, in a form that a cache can store.

use sealift_layers::{Assemble, Tree};
use sealift_model::{BaseEvidence, Diagnostic, Digest, Distribution, Inventory, Package};
use serde::Serialize;

use crate::codec::CODE;
use crate::reader::FileFacts;
use crate::{Cataloger, assemble, hidden_packages, mark_base};

/// Packages of a piece: a few milliseconds to read, and images worth a second thread have many
/// pieces.
const PACKAGES_OF_PIECE: usize = 500;

/// Makes the inventory of an image: an [`Assemble`] for `sealift_layers::assemble_image`, beside a
/// [`Reader`](crate::Reader) with the same catalogers.
#[derive(Clone, Copy)]
pub struct Assembler<'c> {
    catalogers: &'c [&'c dyn Cataloger],
    lists_hidden: bool,
    base: Option<(usize, BaseEvidence)>,
}

impl<'c> Assembler<'c> {
    /// Makes the inventory as [`assemble`](crate::assemble()) does.
    #[must_use]
    pub fn new(catalogers: &'c [&'c dyn Cataloger]) -> Self {
        Self { catalogers, lists_hidden: false, base: None }
    }

    /// Also lists the packages that upper layers hide: see
    /// [`hidden_packages`](crate::hidden_packages).
    #[must_use]
    pub fn with_hidden(mut self) -> Self {
        self.lists_hidden = true;
        self
    }

    /// Also marks the packages of the base, the lowest `layers`: see
    /// [`mark_base`](crate::mark_base).
    #[must_use]
    pub fn with_base(mut self, layers: usize, evidence: BaseEvidence) -> Self {
        self.base = Some((layers, evidence));
        self
    }
}

impl std::fmt::Debug for Assembler<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Assembler")
            .field("lists_hidden", &self.lists_hidden)
            .field("base", &self.base)
            .finish_non_exhaustive()
    }
}

impl Assemble<FileFacts> for Assembler<'_> {
    type Output = Inventory;

    fn assemble(&self, tree: &Tree<FileFacts>) -> Inventory {
        let mut inventory = assemble(tree, self.catalogers);
        if self.lists_hidden {
            let (hidden, unread) = hidden_packages(tree, self.catalogers, &inventory);
            inventory.packages.extend(hidden);
            inventory.diagnostics.extend(unread);
        }
        if let Some((layers, evidence)) = self.base {
            mark_base(&mut inventory.packages, tree, self.catalogers, layers, evidence);
        }
        inventory.sort();
        inventory
    }

    /// The facts of the tree are under the reader's own fingerprint, which names the catalogers.
    fn fingerprint(&self) -> Option<Digest> {
        let Self { lists_hidden, base, .. } = self;
        Some(Digest::sha256_of(format!("{CODE} {lists_hidden} {base:?}").as_bytes()))
    }

    fn encode(&self, inventory: &Inventory) -> Option<Vec<Vec<u8>>> {
        let Inventory { distribution, packages, diagnostics, .. } = inventory;
        let first = Piece { distribution: distribution.as_ref(), packages: &[], diagnostics };
        let rest = packages.chunks(PACKAGES_OF_PIECE);
        let rest = rest.map(|packages| Piece { distribution: None, packages, diagnostics: &[] });
        let pieces = [first].into_iter().chain(rest);
        pieces.map(|piece| postcard::to_stdvec(&piece).ok()).collect()
    }

    fn decode(&self, piece: &[u8]) -> Option<Inventory> {
        let (inventory, rest) = postcard::take_from_bytes(piece).ok()?;
        rest.is_empty().then_some(inventory)
    }

    fn join(&self, pieces: Vec<Inventory>) -> Inventory {
        let mut pieces = pieces.into_iter();
        let mut whole = pieces.next().unwrap_or_default();
        whole.packages.reserve(pieces.as_slice().iter().map(|piece| piece.packages.len()).sum());
        for piece in pieces {
            whole.packages.extend(piece.packages);
            whole.diagnostics.extend(piece.diagnostics);
        }
        whole
    }
}

/// Some of an [`Inventory`], written as one is.
#[derive(Serialize)]
struct Piece<'i> {
    distribution: Option<&'i Distribution>,
    packages: &'i [Package],
    diagnostics: &'i [Diagnostic],
}

#[cfg(test)]
mod tests {
    use sealift_model::{Ecosystem, Impact, Location, Purl};

    use super::*;

    #[test]
    fn an_inventory_is_read_back_as_it_was() {
        let mut inventory = Inventory::default();
        for number in 0..2 * PACKAGES_OF_PIECE + 1 {
            let purl = Purl::builder("npm", &format!("p{number}")).build().unwrap();
            let mut package = Package::new(Ecosystem::Npm, format!("p{number}"), "1", purl);
            package.locations = vec![Location::new("package-lock.json")];
            inventory.packages.push(package);
        }
        inventory.diagnose([Diagnostic::new("x", "y", Impact::Note)]);
        let assembler = Assembler::new(&[]);
        let pieces = assembler.encode(&inventory).unwrap();
        assert_eq!(pieces.len(), 4);
        let read = pieces.iter().map(|piece| assembler.decode(piece).unwrap());
        assert_eq!(assembler.join(read.collect()), inventory);
        assert_eq!(assembler.decode(&pieces[1][1..]), None);
        assert_eq!(assembler.decode(&[&pieces[1][..], b"x"].concat()), None);
    }

    #[test]
    fn what_is_asked_for_besides_has_another_fingerprint() {
        let plain = Assembler::new(&[]);
        let with_base = plain.with_base(1, BaseEvidence::Named);
        let all = [plain, plain.with_hidden(), with_base, plain.with_base(2, BaseEvidence::Named)];
        let distinct: std::collections::BTreeSet<_> =
            all.iter().map(|assembler| assembler.fingerprint()).collect();
        assert_eq!(distinct.len(), all.len());
    }
}
