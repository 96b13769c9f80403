//! The caller's selection and reading of files.

use sealift_model::Digest;

use crate::{File, Metadata, TreePath};

/// Extracts facts from files while they stream by.
///
/// `wants` is called for every regular file, `read` for the wanted ones. Both see a single file
/// only, so the result for a layer depends on that layer alone.
pub trait Extract: Sync {
    /// The facts kept of one file.
    type Facts: Send + Sync;

    /// Whether a file is worth reading: by its path, its metadata, and up to 512 first bytes.
    ///
    /// `wants` is also called for links, when the target's bytes may have passed already. Then
    /// `head` is empty, and if the answer is yes, `wants` is called again with the first bytes. So
    /// decisions that only need the path should not require a head.
    fn wants(&self, path: TreePath<'_>, metadata: &Metadata, head: &[u8]) -> bool;

    /// Paths that are wanted exactly as written, even if a folder on the way is a link; `wants`
    /// must return true for them. They are resolved after the layers are merged. Default: none.
    fn fixed_paths(&self) -> Vec<&'static str> {
        Vec::new()
    }

    /// Reads one wanted file; none if it contains nothing of interest. Faults of the file belong
    /// into the facts, too.
    fn read(&self, file: &mut File<'_>) -> Option<Self::Facts>;

    /// Whether to enter a folder when a directory is walked. Layers are always read completely, and
    /// only `wants` decides there.
    fn enters(&self, folder: TreePath<'_>) -> bool {
        let _ = folder;
        true
    }

    /// How facts are stored in a [`LayerStore`](crate::LayerStore). Default: they are not stored.
    fn codec(&self) -> Option<&dyn FactsCodec<Self::Facts>> {
        None
    }
}

/// Encodes facts as bytes, so that the facts of a layer can be stored.
pub trait FactsCodec<F>: Sync {
    /// A digest that changes whenever [`Extract::wants`], [`Extract::fixed_paths`] or
    /// [`Extract::read`] could give another result, or the bytes another meaning: the version of
    /// the code and its settings. Without one, nothing is stored.
    fn fingerprint(&self) -> Option<Digest>;

    /// The facts of one file as bytes; none if they cannot be stored.
    fn encode(&self, facts: &F) -> Option<Vec<u8>>;

    /// Decodes facts; none if the bytes are damaged or foreign.
    fn decode(&self, bytes: &[u8]) -> Option<F>;
}
