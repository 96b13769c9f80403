//! What a caller takes out of the files of a tree.

use sealift_model::Digest;

use crate::{File, Metadata, TreePath};

/// Takes facts out of the files that stream by.
///
/// `wants` is asked for every regular file, `read` for those wanted. Neither sees anything but
/// the one file, so what a layer yields depends on the layer alone.
pub trait Extract: Sync {
    /// What is kept of one file.
    type Facts: Send + Sync;

    /// Whether a file is worth reading: by its path, its metadata, and up to 512 first bytes.
    ///
    /// Links are asked about, too, and what they lead to may have passed already: then `head` is
    /// empty, and when the answer is yes the question comes again with the first bytes. So what
    /// goes by the path alone should not ask for a head.
    fn wants(&self, path: TreePath<'_>, metadata: &Metadata, head: &[u8]) -> bool;

    /// Paths that are wanted as they stand, also where a folder on the way is a link; `wants` must
    /// say yes to them. They are looked up once the layers lie upon each other. Default: none.
    fn fixed_paths(&self) -> Vec<&'static str> {
        Vec::new()
    }

    /// Reads one wanted file; none when there is nothing in it. What is wrong with the file
    /// belongs into the facts, too.
    fn read(&self, file: &mut File<'_>) -> Option<Self::Facts>;

    /// Whether to go into a folder when a directory is walked. Layers are always read whole,
    /// there `wants` alone decides.
    fn enters(&self, folder: TreePath<'_>) -> bool {
        let _ = folder;
        true
    }

    /// How facts are kept in a [`LayerStore`](crate::LayerStore). Default: they are not.
    fn codec(&self) -> Option<&dyn FactsCodec<Self::Facts>> {
        None
    }
}

/// Facts as bytes, so that what layers yield can be kept for the next time.
pub trait FactsCodec<F>: Sync {
    /// Differs whenever [`Extract::wants`], [`Extract::fixed_paths`] or [`Extract::read`] might
    /// answer otherwise than before, or the bytes mean something else: the version of the code
    /// and its settings. Nothing is kept without one.
    fn fingerprint(&self) -> Option<Digest>;

    /// The facts of one file as bytes; none when they cannot be kept.
    fn encode(&self, facts: &F) -> Option<Vec<u8>>;

    /// The facts that the bytes stand for. The bytes may be damaged or foreign: none, then.
    fn decode(&self, bytes: &[u8]) -> Option<F>;
}
