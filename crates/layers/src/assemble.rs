//! What a caller makes of a tree.

use sealift_model::Digest;

use crate::{LayerSummary, Tree};

/// Makes of the tree of an image what its caller is after, so that a
/// [`LayerStore`](crate::LayerStore) can keep that as well: who has it needs no tree.
pub trait Assemble<F>: Sync {
    /// What is made.
    type Output: Send;

    /// Makes it. Diagnostics of the image's own documents are not in the tree, for images of the
    /// same layers differ in them.
    fn assemble(&self, tree: &Tree<F>) -> Self::Output;

    /// Differs whenever the same tree might give something else than before, or the bytes mean
    /// something else: the version of the code and its settings. Nothing is kept without one.
    fn fingerprint(&self) -> Option<Digest>;

    /// The output as bytes, in pieces that can be read side by side; none when it cannot be kept.
    fn encode(&self, output: &Self::Output) -> Option<Vec<Vec<u8>>>;

    /// What one piece stands for. The bytes may be damaged or foreign: none, then.
    fn decode(&self, piece: &[u8]) -> Option<Self::Output>;

    /// The output whose pieces, in their order, are these.
    fn join(&self, pieces: Vec<Self::Output>) -> Self::Output;
}

/// What was made of an image.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Assembled<T> {
    /// The output of [`Assemble`].
    pub output: T,
    /// The layers from the lowest up.
    pub layers: Vec<LayerSummary>,
}
