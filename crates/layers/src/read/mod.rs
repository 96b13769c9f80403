//! Reads the layers of an image and merges them.

pub(crate) mod budget;
pub(crate) mod layer;
pub(crate) mod result;

use std::collections::HashMap;
use std::num::NonZeroUsize;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};

use sealift_model::{BlobError, BlobSource, Digest, Impact};

use crate::buffer::Buffers;
use crate::cache::{Cache, LayerKey, Stack};
use crate::content::LayerContent;
use crate::image::{Image, Layer};
use crate::options::{Progress, ReadOptions};
use crate::stream::{BlobStream, LayerStream, Watch, length};
use crate::tree::{LayerSummary, Tree};
use crate::workers::{Halt, Workers, run};
use crate::{Assemble, Assembled, Error, Extract, LimitExceeded};
use budget::Budget;
use layer::{Found, Requests, Shared, first_look, second_look};
use result::Growing;

/// Reads every layer of an image once, verifies it, and merges the facts that `extract` returned.
///
/// A layer whose tar archive is broken although its digests match, or that exceeds a limit, is read
/// as far as possible, with a diagnostic. Layers with files that are only wanted through links are
/// read a second time for those files.
///
/// Content that a [`LayerStore`](crate::LayerStore) in the options has is not read again. Blobs
/// with no other content are not read at all, so missing or changed ones are not noticed.
///
/// # Errors
/// When a layer is missing, cannot be read, or does not match its digests; when its compressed data
/// is corrupt; when limits on the image as a whole are exceeded; when reading is cancelled.
pub fn read_image<E: Extract>(
    source: &dyn BlobSource,
    image: &Image,
    extract: &E,
    options: &ReadOptions<'_>,
) -> Result<Tree<E::Facts>, Error> {
    let mut tree = Reading::of(source, image, extract, options)?.tree()?.tree;
    tree.diagnostics.splice(0..0, image.diagnostics.iter().cloned());
    Ok(tree)
}

/// Reads an image as [`read_image`] does, and lets `maker` compute its result from the tree.
///
/// If a store has the result, neither layers nor tree are read.
///
/// # Errors
/// Those of [`read_image`].
pub fn assemble_image<E: Extract, A: Assemble<E::Facts>>(
    source: &dyn BlobSource,
    image: &Image,
    extract: &E,
    maker: &A,
    options: &ReadOptions<'_>,
) -> Result<Assembled<A::Output>, Error> {
    let reading = Reading::of(source, image, extract, options)?;
    let stack = reading.layers.stack();
    let kept = reading.cache.as_ref().zip(stack.as_ref());
    let known = kept.and_then(|(cache, stack)| cache.assembled(stack, maker, summaries(image)));
    if let Some(known) = known {
        return Ok(known);
    }
    let Read { tree, is_reusable } = reading.tree()?;
    let output = maker.assemble(&tree);
    let assembled = Assembled { output, layers: tree.layers };
    if let Some((cache, stack)) = kept.filter(|_| is_reusable) {
        cache.keep_assembled(stack, maker, &assembled);
    }
    Ok(assembled)
}

/// An image that is being read, with the store's content for it.
struct Reading<'a, E: Extract> {
    source: &'a dyn BlobSource,
    image: &'a Image,
    extract: &'a E,
    options: &'a ReadOptions<'a>,
    layers: Distinct<'a>,
    cache: Option<Cache<'a, E::Facts>>,
}

impl<'a, E: Extract> Reading<'a, E> {
    fn of(
        source: &'a dyn BlobSource,
        image: &'a Image,
        extract: &'a E,
        options: &'a ReadOptions<'a>,
    ) -> Result<Self, Error> {
        let max = options.limits.max_layers;
        if image.layers.len() > max {
            return Err(LimitExceeded::new("max_layers", length(max)).into());
        }
        let layers = Distinct::new(&image.layers);
        Ok(Self { source, image, extract, options, layers, cache: Cache::of(extract, options) })
    }

    /// The tree of the layers, without diagnostics of the image's own documents.
    fn tree(&self) -> Result<Read<E::Facts>, Error> {
        let stack = self.layers.stack();
        let kept = self.cache.as_ref().zip(stack.as_ref());
        let known = kept.and_then(|(cache, stack)| cache.tree(stack, summaries(self.image)));
        if let Some(tree) = known {
            return Ok(Read { tree, is_reusable: true });
        }
        let limits = self.options.limits;
        let shared = &Shared {
            extract: self.extract,
            limits,
            budget: &Budget::new(limits.max_kept_bytes),
            names_bytes: &AtomicU64::new(0),
            buffers: &Buffers::default(),
        };
        let reader = LayerReader {
            source: self.source,
            layers: &self.layers,
            halt: &Halt::new(self.options.cancelled),
            options: self.options,
            shared,
            cache: self.cache.as_ref(),
        };
        let read = reader.read_all(summaries(self.image))?;
        if let (Some((cache, stack)), true) = (kept, read.is_reusable) {
            cache.keep_tree(stack, &read.tree);
        }
        Ok(read)
    }
}

fn key(layer: &Layer) -> LayerKey<'_> {
    LayerKey { blob: &layer.descriptor.digest, diff_id: &layer.diff_id }
}

/// The summaries of the layers before they are read.
fn summaries(image: &Image) -> Vec<LayerSummary> {
    let summary = |layer: &Layer| LayerSummary {
        digest: Some(layer.descriptor.digest.clone()),
        diff_id: Some(layer.diff_id.clone()),
        size_bytes: 0,
        entries: 0,
    };
    image.layers.iter().map(summary).collect()
}

/// A layer is small if it is less than this fraction of each thread's share.
const SMALL_SHARE: usize = 16;

/// The distinct layers of an image. The slot of a layer is its index among them.
struct Distinct<'a> {
    /// First layer of each slot, and its index in the image.
    layers: Vec<(usize, &'a Layer)>,
    /// Slot of every layer of the image.
    stack: Vec<usize>,
}

impl<'a> Distinct<'a> {
    fn new(all: &'a [Layer]) -> Self {
        let mut slots: HashMap<(&Digest, &Digest), usize> = HashMap::new();
        let mut layers = Vec::new();
        let mut stack = Vec::new();
        for (index, layer) in all.iter().enumerate() {
            // Different blobs with equal diff-ids (another compression) are all read, since every
            // blob is verified.
            let slot =
                *slots.entry((&layer.diff_id, &layer.descriptor.digest)).or_insert_with(|| {
                    layers.push((index, layer));
                    layers.len() - 1
                });
            stack.push(slot);
        }
        Self { layers, stack }
    }

    /// The slots in reading order: the largest first, so that all threads end at about the same
    /// time; then the small ones from the lowest layer up, so that they can be merged while others
    /// are being read.
    fn order(&self, threads: NonZeroUsize) -> Vec<usize> {
        let sizes = self.layers.iter().map(|(_, layer)| layer.descriptor.size);
        let all = sizes.clone().fold(0, u64::saturating_add);
        let small = all / length(threads.get().saturating_mul(SMALL_SHARE));
        let mut slots: Vec<_> = sizes.enumerate().collect();
        slots.sort_by_key(|(_, size)| std::cmp::Reverse(Some(*size).filter(|size| *size > small)));
        slots.into_iter().map(|(slot, _)| slot).collect()
    }

    /// The layers for the cache; none if one is foreign, which may be available or not.
    fn stack(&self) -> Option<Stack<'_>> {
        let layers = self.layers.iter();
        let keys = layers.map(|(_, layer)| (!layer.is_foreign).then_some(key(layer)));
        Some(Stack { layers: keys.collect::<Option<_>>()?, slots: &self.stack })
    }
}

struct LayerReader<'a, E: Extract> {
    source: &'a dyn BlobSource,
    layers: &'a Distinct<'a>,
    halt: &'a Halt<'a>,
    options: &'a ReadOptions<'a>,
    shared: &'a Shared<'a, E>,
    cache: Option<&'a Cache<'a, E::Facts>>,
}

/// The tree of all layers, and whether it depends on their diff-ids alone.
struct Read<F> {
    tree: Tree<F>,
    is_reusable: bool,
}

impl<'a, E: Extract> LayerReader<'a, E> {
    fn read_all(&'a self, mut layers: Vec<LayerSummary>) -> Result<Read<E::Facts>, Error> {
        let (threads, stack) = (self.options.threads, &self.layers.stack);
        let slots = self.layers.order(threads);
        let contents: Vec<_> = self.layers.layers.iter().map(|_| OnceLock::new()).collect();
        let growing = Growing::new(&contents, stack, self.shared.limits);
        run(threads, &slots, self.halt, |slot, workers| {
            let content = self.first(slot, workers)?;
            if let Some(place) = contents.get(slot) {
                place.get_or_init(|| content);
            }
            growing.grow();
            Ok(())
        })?;
        // The following steps need other memory.
        self.shared.buffers.clear();
        let mut merged = growing.finish(self.shared.extract)?;
        let contents: Vec<_> = contents.into_iter().filter_map(OnceLock::into_inner).collect();
        let requests = merged.requests(&contents);
        let slots: Vec<_> = slots.into_iter().filter(|slot| requests.contains_key(slot)).collect();
        let again = |slot, workers: &Workers<'a>| match (contents.get(slot), requests.get(&slot)) {
            (Some(content), Some(requests)) => self.second(slot, content, requests, workers),
            _ => Ok(Found::new()),
        };
        for (slot, found) in run(threads, &slots, self.halt, again)? {
            merged.add_found(slot, found);
        }
        for (summary, slot) in layers.iter_mut().zip(stack) {
            if let Some(content) = contents.get(*slot) {
                (summary.size_bytes, summary.entries) = (content.bytes, content.entries);
            }
        }
        let tree = merged.into_tree(&contents, stack, layers);
        Ok(Read { tree, is_reusable: contents.iter().all(|content| !content.is_of_blob) })
    }

    fn first(
        &'a self,
        slot: usize,
        workers: &Workers<'a>,
    ) -> Result<LayerContent<E::Facts>, Error> {
        let kept = self.kept(slot);
        if let Some(content) = kept.and_then(|(cache, key)| cache.layer(key)) {
            self.shared.count_names(content.log.bytes())?;
            return Ok(content);
        }
        let Some(content) = self.read(slot, workers, |stream| first_look(stream, self.shared))?
        else {
            let mut content = LayerContent { is_of_blob: true, ..LayerContent::default() };
            let message = "the layer is foreign and not here: it lies with its maker, from where \
                           it is not fetched";
            content.notes.add_whole(message, Impact::Incomplete);
            return Ok(content);
        };
        if let Some((cache, key)) = kept.filter(|_| !content.is_of_blob) {
            cache.keep_layer(key, &content);
        }
        Ok(content)
    }

    fn second(
        &'a self,
        slot: usize,
        content: &LayerContent<E::Facts>,
        requests: &Requests,
        workers: &Workers<'a>,
    ) -> Result<Found<E::Facts>, Error> {
        let was_whole = !content.is_of_blob;
        let kept = self.kept(slot).filter(|_| was_whole);
        if let Some(found) = kept.and_then(|(cache, key)| cache.found(key, requests)) {
            return Ok(found);
        }
        let read = self
            .read(slot, workers, |stream| second_look(stream, self.shared, requests, was_whole))?;
        let found = read.unwrap_or_default();
        if let Some((cache, key)) = kept {
            cache.keep_found(key, requests, &found);
        }
        Ok(found)
    }

    /// The cache and the key of a layer, if it may be stored: not if it is foreign, since it may
    /// then be available or not.
    fn kept(&self, slot: usize) -> Option<(&Cache<'_, E::Facts>, LayerKey<'_>)> {
        let (_, layer) = self.layers.layers.get(slot)?;
        self.cache.filter(|_| !layer.is_foreign).map(|cache| (cache, key(layer)))
    }

    /// Opens a layer for `look`; none if it is foreign and not available. If the blob does not
    /// match, it is fetched again from elsewhere, if the source can.
    fn read<T>(
        &'a self,
        slot: usize,
        workers: &Workers<'a>,
        look: impl Fn(LayerStream<'_, 'a>) -> Result<T, Error>,
    ) -> Result<Option<T>, Error> {
        let Some((index, layer)) = self.layers.layers.get(slot).copied() else { return Ok(None) };
        loop {
            match self.read_once(slot, index, layer, workers, &look) {
                Err(error) if error.is_of_bytes() && self.source.refuse(&layer.descriptor) => {}
                read => return read,
            }
        }
    }

    fn read_once<T>(
        &'a self,
        slot: usize,
        index: usize,
        layer: &'a Layer,
        workers: &Workers<'a>,
        look: &impl Fn(LayerStream<'_, 'a>) -> Result<T, Error>,
    ) -> Result<Option<T>, Error> {
        let told = AtomicU64::new(0);
        let watch = LayerWatch { options: self.options, halt: self.halt, index, slot, told };
        let blob = match BlobStream::open(self.source, &layer.descriptor, watch) {
            Err(Error::Blob(BlobError::Missing(_))) if layer.is_foreign => return Ok(None),
            blob => blob?,
        };
        let progress = self.options.progress;
        progress(Progress::LayerStarted { layer: index, bytes: layer.descriptor.size });
        let read = look(LayerStream::new(blob, &layer.diff_id, self.shared.limits, workers))?;
        progress(Progress::LayerRead { layer: index, bytes: layer.descriptor.size });
        progress(Progress::LayerFinished { layer: index });
        Ok(Some(read))
    }
}

/// Bytes of a layer between two progress reports: a few thousand reports for the largest images,
/// not one for each piece that is read.
const TOLD_EVERY_BYTES: u64 = 1 << 20;

/// Reports how far a layer has been read, and whether to stop.
struct LayerWatch<'a> {
    options: &'a ReadOptions<'a>,
    halt: &'a Halt<'a>,
    index: usize,
    slot: usize,
    /// Bytes at the last report.
    told: AtomicU64,
}

impl Watch for LayerWatch<'_> {
    fn has_read(&self, bytes: u64) {
        let told = self.told.load(Ordering::Relaxed);
        if bytes >= told.saturating_add(TOLD_EVERY_BYTES) {
            self.told.store(bytes, Ordering::Relaxed);
            (self.options.progress)(Progress::LayerRead { layer: self.index, bytes });
        }
    }

    fn stops(&self) -> bool {
        self.halt.stops(self.slot)
    }
}
