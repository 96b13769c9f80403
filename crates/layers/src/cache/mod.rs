//! What layers yielded, kept for the next time.
//!
//! Four kinds of entries: what one layer yields, what a second look at it found, the tree that all
//! layers of an image make, and what was made of that, so that a second reading of an image is one
//! entry.

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
/// A key is a digest of everything that its entry depends on, so an entry is never out of date:
/// the digests of blobs with the diff-ids that they unpack to, the fingerprint of the [`FactsCodec`], the [`Limits`], the version of this crate.
/// Entries that are damaged or foreign are told from good ones by chance alone, and whoever can
/// write into a store decides what is found in images: a store checks what it gives out, and its
/// place belongs to the user.
pub trait LayerStore: Sync {
    /// The entry that was put under the key; none when there is none any more.
    fn get(&self, key: &Digest) -> Option<Vec<u8>>;

    /// Keeps an entry, if it can.
    fn put(&self, key: &Digest, entry: &[u8]);
}

/// Changed when the form of entries is.
const FORM: &str = concat!(env!("CARGO_PKG_VERSION"), " form 3");

/// A store as seen by one reading.
pub(crate) struct Cache<'a, F> {
    store: &'a dyn LayerStore,
    codec: &'a dyn FactsCodec<F>,
    limits: &'a Limits,
    threads: NonZeroUsize,
    /// What all keys begin with.
    context: String,
}

/// A layer that was read: what its blob unpacks to is known, so none can lend its contents to
/// another by claiming its diff-id.
#[derive(Clone, Copy)]
pub(crate) struct LayerKey<'a> {
    /// The digest of the blob.
    pub(crate) blob: &'a Digest,
    /// The digest of what it unpacks to.
    pub(crate) diff_id: &'a Digest,
}

/// As it stands in keys.
impl fmt::Debug for LayerKey<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} of {}", self.diff_id, self.blob)
    }
}

/// The layers of an image: for each its key, and which of the layers before it is the same.
pub(crate) struct Stack<'a> {
    /// Without repetitions.
    pub(crate) layers: Vec<LayerKey<'a>>,
    /// The place of each layer among them.
    pub(crate) slots: &'a [usize],
}

impl<'a, F: Send + Sync> Cache<'a, F> {
    /// None when there is no store or nothing to keep in it.
    pub(crate) fn of<E: Extract<Facts = F>>(
        extract: &'a E,
        options: &ReadOptions<'a>,
    ) -> Option<Self> {
        let (store, codec) = (options.store?, extract.codec()?);
        let fingerprint = codec.fingerprint()?;
        let limits = options.limits;
        // All limits: those without influence are rarely changed, and no new one is forgotten.
        let context = format!("{FORM}\n{fingerprint}\n{limits:?}\n");
        Some(Self { store, codec, limits, threads: options.threads, context })
    }

    /// What a layer yielded.
    pub(crate) fn layer(&self, layer: LayerKey<'_>) -> Option<LayerContent<F>> {
        let bytes = self.store.get(&self.layer_key(layer))?;
        entry::read_layer(&bytes, self.codec, self.limits)
    }

    /// Keeps what a layer yielded.
    pub(crate) fn keep_layer(&self, layer: LayerKey<'_>, content: &LayerContent<F>) {
        if let Some(bytes) = entry::write_layer(content, self.codec) {
            self.store.put(&self.layer_key(layer), &bytes);
        }
    }

    /// What a second look at a layer found.
    pub(crate) fn found(&self, layer: LayerKey<'_>, requests: &Requests) -> Option<Found<F>> {
        let bytes = self.store.get(&self.found_key(layer, requests))?;
        entry::read_found(&bytes, self.codec)
    }

    /// Keeps what a second look at a layer found.
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

    /// Keeps the tree of all layers.
    pub(crate) fn keep_tree(&self, stack: &Stack<'_>, tree: &Tree<F>) {
        if let Some(bytes) = entry::write_tree(tree, self.codec) {
            self.store.put(&self.tree_key(stack), &bytes);
        }
    }

    /// What was made of the tree of all layers.
    pub(crate) fn assembled<A: Assemble<F>>(
        &self,
        stack: &Stack<'_>,
        maker: &A,
        layers: Vec<LayerSummary>,
    ) -> Option<Assembled<A::Output>> {
        let bytes = self.store.get(&self.assembled_key(stack, maker)?)?;
        entry::read_assembled(&bytes, maker, layers, self.threads)
    }

    /// Keeps what was made of the tree of all layers.
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

    /// Names differ with the layers above, and with them what is asked for.
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
