//! A cache of layer contents.
//!
//! It has four kinds of entries: the content of a layer, the result of a second look at it, the
//! tree of all layers of an image, and the result assembled from that tree, so that reading an
//! image again takes a single entry.

mod entry;

use std::fmt;
use std::num::NonZeroUsize;

use sealift_model::Digest;

use crate::content::LayerContent;
use crate::extract::FactsCodec;
use crate::read::layer::{Found, Requests};
use crate::tree::{LayerSummary, Tree};
use crate::{Assemble, Assembled, Extract, Limits, ReadOptions};

/// Keeps entries under keys, for as long as it likes.
///
/// A key is a digest of everything that its entry depends on: the digests of blobs with the
/// diff-ids that they unpack to, the fingerprint of the [`FactsCodec`], the [`Limits`], and the
/// version of this crate. So an entry is never out of date. Damaged or foreign entries are not
/// reliably detected, and whoever can write into a store decides what is found in images: a store
/// must check what it returns, and must be writable only by the user.
pub trait LayerStore: Sync {
    /// The entry that was stored under the key, if it still exists.
    fn get(&self, key: &Digest) -> Option<Vec<u8>>;

    /// Stores an entry, if possible.
    fn put(&self, key: &Digest, entry: &[u8]);
}

/// Must change whenever the form of entries does.
const FORM: &str = concat!(env!("CARGO_PKG_VERSION"), " form 3");

/// A store during one reading.
pub(crate) struct Cache<'a, F> {
    store: &'a dyn LayerStore,
    codec: &'a dyn FactsCodec<F>,
    limits: &'a Limits,
    threads: NonZeroUsize,
    /// The prefix of all keys.
    context: String,
}

/// A layer that was read and is therefore known to unpack to its diff-id, so that no layer can
/// provide content for another by claiming its diff-id.
#[derive(Clone, Copy)]
pub(crate) struct LayerKey<'a> {
    /// The digest of the blob.
    pub(crate) blob: &'a Digest,
    /// The digest of the unpacked bytes.
    pub(crate) diff_id: &'a Digest,
}

/// The form used in keys.
impl fmt::Debug for LayerKey<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} of {}", self.diff_id, self.blob)
    }
}

/// The layers of an image: the key of each distinct one, and the position of each layer among them.
pub(crate) struct Stack<'a> {
    /// The distinct layers.
    pub(crate) layers: Vec<LayerKey<'a>>,
    /// The index of each layer in `layers`.
    pub(crate) slots: &'a [usize],
}

impl<'a, F: Send + Sync> Cache<'a, F> {
    /// None if there is no store or nothing can be stored in it.
    pub(crate) fn of<E: Extract<Facts = F>>(
        extract: &'a E,
        options: &ReadOptions<'a>,
    ) -> Option<Self> {
        let (store, codec) = (options.store?, extract.codec()?);
        let fingerprint = codec.fingerprint()?;
        let limits = options.limits;
        // All limits are included: those without influence rarely change, and no new one is
        // forgotten.
        let context = format!("{FORM}\n{fingerprint}\n{limits:?}\n");
        Some(Self { store, codec, limits, threads: options.threads, context })
    }

    /// The content of a layer.
    pub(crate) fn layer(&self, layer: LayerKey<'_>) -> Option<LayerContent<F>> {
        let bytes = self.store.get(&self.layer_key(layer))?;
        entry::read_layer(&bytes, self.codec, self.limits)
    }

    /// Stores the content of a layer.
    pub(crate) fn keep_layer(&self, layer: LayerKey<'_>, content: &LayerContent<F>) {
        if let Some(bytes) = entry::write_layer(content, self.codec) {
            self.store.put(&self.layer_key(layer), &bytes);
        }
    }

    /// The result of a second look at a layer.
    pub(crate) fn found(&self, layer: LayerKey<'_>, requests: &Requests) -> Option<Found<F>> {
        let bytes = self.store.get(&self.found_key(layer, requests))?;
        entry::read_found(&bytes, self.codec)
    }

    /// Stores the result of a second look at a layer.
    pub(crate) fn keep_found(&self, layer: LayerKey<'_>, requests: &Requests, found: &Found<F>) {
        if let Some(bytes) = entry::write_found(found, self.codec) {
            self.store.put(&self.found_key(layer, requests), &bytes);
        }
    }

    /// The tree of all layers, whose summaries get their digests from `layers`.
    pub(crate) fn tree(&self, stack: &Stack<'_>, layers: Vec<LayerSummary>) -> Option<Tree<F>> {
        let bytes = self.store.get(&self.tree_key(stack))?;
        entry::read_tree(&bytes, self.codec, layers, self.threads)
    }

    /// Stores the tree of all layers.
    pub(crate) fn keep_tree(&self, stack: &Stack<'_>, tree: &Tree<F>) {
        if let Some(bytes) = entry::write_tree(tree, self.codec) {
            self.store.put(&self.tree_key(stack), &bytes);
        }
    }

    /// The result that was assembled from the tree of all layers.
    pub(crate) fn assembled<A: Assemble<F>>(
        &self,
        stack: &Stack<'_>,
        maker: &A,
        layers: Vec<LayerSummary>,
    ) -> Option<Assembled<A::Output>> {
        let bytes = self.store.get(&self.assembled_key(stack, maker)?)?;
        entry::read_assembled(&bytes, maker, layers, self.threads)
    }

    /// Stores the result that was assembled from the tree of all layers.
    pub(crate) fn keep_assembled<A: Assemble<F>>(
        &self,
        stack: &Stack<'_>,
        maker: &A,
        assembled: &Assembled<A::Output>,
    ) {
        let key = self.assembled_key(stack, maker);
        if let Some((key, bytes)) = key.zip(entry::write_assembled(assembled, maker)) {
            self.store.put(&key, &bytes);
        }
    }

    fn assembled_key<A: Assemble<F>>(&self, stack: &Stack<'_>, maker: &A) -> Option<Digest> {
        let Stack { layers, slots } = stack;
        let fingerprint = maker.fingerprint()?;
        Some(self.key(&format!("assembled {fingerprint} {layers:?} {slots:?}")))
    }

    fn layer_key(&self, layer: LayerKey<'_>) -> Digest {
        self.key(&format!("layer {layer:?}"))
    }

    /// The wanted names depend on the layers above, and the requests with them.
    fn found_key(&self, layer: LayerKey<'_>, requests: &Requests) -> Digest {
        let mut sorted: Vec<_> = requests.iter().collect();
        sorted.sort_by_key(|(entry, _)| **entry);
        self.key(&format!("found {layer:?} {sorted:?}"))
    }

    fn tree_key(&self, Stack { layers, slots }: &Stack<'_>) -> Digest {
        self.key(&format!("tree {layers:?} {slots:?}"))
    }

    fn key(&self, what: &str) -> Digest {
        Digest::sha256_of(format!("{}{what}", self.context).as_bytes())
    }
}
