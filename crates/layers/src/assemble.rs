//! The caller's own result from a tree.

use sealift_model::Digest;

use crate::{LayerSummary, Tree};

/// Computes the caller's result from the tree of an image. A [`LayerStore`](crate::LayerStore) can
/// store the result; whoever finds it there does not need the tree.
pub trait Assemble<F>: Sync {
    /// The result.
    type Output: Send;

    /// Computes the result. Diagnostics of the image's own documents are not in the tree, since
    /// they differ between images of the same layers.
    fn assemble(&self, tree: &Tree<F>) -> Self::Output;

    /// A digest that changes whenever the same tree could give another result, or the bytes another
    /// meaning: the version of the code and its settings. Without one, nothing is stored.
    fn fingerprint(&self) -> Option<Digest>;

    /// The output as bytes, in pieces that can be decoded in parallel; none if it cannot be stored.
    fn encode(&self, output: &Self::Output) -> Option<Vec<Vec<u8>>>;

    /// Decodes one piece; none if its bytes are damaged or foreign.
    fn decode(&self, piece: &[u8]) -> Option<Self::Output>;

    /// Joins the decoded pieces, in order, into the output.
    fn join(&self, pieces: Vec<Self::Output>) -> Self::Output;
}

/// The result of [`assemble_image`](crate::assemble_image).
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Assembled<T> {
    /// The output of [`Assemble`].
    pub output: T,
    /// The layers from the lowest up.
    pub layers: Vec<LayerSummary>,
}
