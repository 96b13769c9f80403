//! Reading the layers of an image, and what comes of them.

pub(crate) mod budget;
pub(crate) mod layer;
pub(crate) mod result;

use std::collections::HashMap;
use std::sync::atomic::AtomicU64;

use sealift_model::{BlobError, BlobSource, Digest, Impact};

use crate::content::LayerContent;
use crate::image::{Image, Layer};
use crate::options::{Progress, ReadOptions};
use crate::stream::{BlobStream, LayerStream, Watch, length};
use crate::tree::{LayerSummary, Tree};
use crate::workers::{Crew, Halt, run};
use crate::{Error, Extract, LimitExceeded};
use budget::Budget;
use layer::{Found, Requests, Shared, first_look, second_look};
use result::Merged;

/// Reads every layer of an image once, verifies it, and merges what `extract` took out of them.
///
/// A layer whose tar archive is broken though its digests hold, or that passes a bound, is read
/// as far as it goes, and a diagnostic says so. Layers that hold files which only links make
/// wanted are read a second time for those.
///
/// # Errors
/// When a layer is missing, cannot be read, or is not what its digests name; when its compressed
/// data is corrupt; when bounds on the image as a whole are passed; when it is cancelled.
pub fn read_image<E: Extract>(
    source: &dyn BlobSource,
    image: &Image,
    extract: &E,
    options: &ReadOptions<'_>,
) -> Result<Tree<E::Facts>, Error> {
    let limits = options.limits;
    if image.layers.len() > limits.max_layers {
        return Err(LimitExceeded::new("max_layers", length(limits.max_layers)).into());
    }
    let budget = Budget::new(limits.max_kept_bytes);
    let names_bytes = AtomicU64::new(0);
    let shared = Shared { extract, limits, budget: &budget, names_bytes: &names_bytes };
    let layers = Distinct::new(&image.layers);
    let halt = Halt::new(options.cancelled);
    let reader = LayerReader { source, layers: &layers, halt: &halt, options, shared: &shared };

    let contents =
        run(options.threads, &layers.by_size(), &halt, |slot, crew| reader.first(slot, crew))?;
    let contents: Vec<_> = contents.into_iter().map(|(_, content)| content).collect();
    let mut merged = Merged::new(&contents, &layers.stack, extract, limits)?;
    let requests = merged.requests(&contents);
    let slots: Vec<_> =
        layers.by_size().into_iter().filter(|slot| requests.contains_key(slot)).collect();
    let found =
        run(options.threads, &slots, &halt, |slot, crew| reader.second(slot, &requests, crew))?;
    for (slot, found) in found {
        merged.add_found(slot, found);
    }
    let summaries = image.layers.iter().zip(&layers.stack).map(|(layer, slot)| {
        let content = contents.get(*slot);
        LayerSummary {
            digest: Some(layer.descriptor.digest.clone()),
            diff_id: Some(layer.diff_id.clone()),
            size_bytes: content.map_or(0, |content| content.bytes),
            entries: content.map_or(0, |content| content.entries),
        }
    });
    let mut tree = merged.into_tree(&contents, &layers.stack, summaries.collect());
    tree.diagnostics.splice(0..0, image.diagnostics.iter().cloned());
    Ok(tree)
}

/// The layers of an image without repetitions. Each has a slot: its place among them.
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
            // Equal diff-ids in different blobs (another compression) are read each: every blob
            // is verified.
            let slot =
                *slots.entry((&layer.diff_id, &layer.descriptor.digest)).or_insert_with(|| {
                    layers.push((index, layer));
                    layers.len() - 1
                });
            stack.push(slot);
        }
        Self { layers, stack }
    }

    /// The slots, the largest layer first.
    fn by_size(&self) -> Vec<usize> {
        let mut slots: Vec<_> = (0..self.layers.len()).collect();
        let size = |slot: &usize| self.layers.get(*slot).map(|(_, layer)| layer.descriptor.size);
        slots.sort_by_key(|slot| std::cmp::Reverse(size(slot)));
        slots
    }
}

struct LayerReader<'a, E> {
    source: &'a dyn BlobSource,
    layers: &'a Distinct<'a>,
    halt: &'a Halt<'a>,
    options: &'a ReadOptions<'a>,
    shared: &'a Shared<'a, E>,
}

impl<'a, E: Extract> LayerReader<'a, E> {
    fn first(&'a self, slot: usize, crew: &Crew<'a>) -> Result<LayerContent<E::Facts>, Error> {
        let read = self.read(slot, crew, |stream| first_look(stream, self.shared))?;
        Ok(read.unwrap_or_else(|| {
            let mut content = LayerContent::default();
            let message = "the layer is foreign and not here: it lies with its maker, from where \
                           it is not fetched";
            content.notes.add_whole(message, Impact::Incomplete);
            content
        }))
    }

    fn second(
        &'a self,
        slot: usize,
        requests: &HashMap<usize, Requests>,
        crew: &Crew<'a>,
    ) -> Result<Found<E::Facts>, Error> {
        let Some(requests) = requests.get(&slot) else { return Ok(Found::new()) };
        let read = self.read(slot, crew, |stream| second_look(stream, self.shared, requests))?;
        Ok(read.unwrap_or_default())
    }

    /// Opens a layer for `look`; none when it is foreign and not here.
    fn read<T>(
        &'a self,
        slot: usize,
        crew: &Crew<'a>,
        look: impl FnOnce(LayerStream<'_, 'a>) -> Result<T, Error>,
    ) -> Result<Option<T>, Error> {
        let Some((index, layer)) = self.layers.layers.get(slot).copied() else { return Ok(None) };
        let watch = LayerWatch { options: self.options, halt: self.halt, index, slot };
        let blob = match BlobStream::open(self.source, &layer.descriptor, watch) {
            Err(Error::Blob(BlobError::Missing(_))) if layer.is_foreign => return Ok(None),
            blob => blob?,
        };
        let progress = self.options.progress;
        progress(Progress::LayerStarted { layer: index, bytes: layer.descriptor.size });
        let read = look(LayerStream::new(blob, &layer.diff_id, self.shared.limits, crew))?;
        progress(Progress::LayerFinished { layer: index });
        Ok(Some(read))
    }
}

/// Tells how far a layer has been read, and whether to go on.
struct LayerWatch<'a> {
    options: &'a ReadOptions<'a>,
    halt: &'a Halt<'a>,
    index: usize,
    slot: usize,
}

impl Watch for LayerWatch<'_> {
    fn goes_on(&self, bytes: u64) -> bool {
        (self.options.progress)(Progress::LayerRead { layer: self.index, bytes });
        !self.halt.stops(self.slot)
    }
}
