//! Verifies every byte of an image against its digests.

use std::collections::HashSet;

use sealift_model::{BlobError, BlobSource, Descriptor, Digest};

use crate::document::{self, Document};
use crate::image::{ImageConfig, visit};
use crate::media::{DocumentKind, LayerType, is_image_config};
use crate::options::{Progress, ReadOptions};
use crate::stream::{BlobStream, LayerStream, Watch, length};
use crate::workers::{Halt, Workers, run};
use crate::{Error, LimitExceeded, Limits};

/// The counts of [`check_content`]; all digests match.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct CheckedContent {
    /// Image manifests, with their configs.
    pub manifests: usize,
    /// Distinct blobs that were read completely: layers, and configs of other artifacts.
    pub blobs: usize,
    /// Entries of an index that the source does not have, and foreign layers that are stored
    /// elsewhere.
    pub absent: Vec<Descriptor>,
}

/// Reads every blob of an image and compares it with its digests: the manifest, or the index with
/// each manifest that the source has; their configs; their layers, compressed against the
/// descriptor and decompressed against the diff-id.
///
/// Entries of an index may be absent, since a source may hold only a part of it; a missing config
/// or layer is an error.
///
/// # Errors
/// [`Error::BlobDigest`], [`Error::BlobSize`] or [`Error::DiffId`] names the changed blob; other
/// errors are those of [`read_image`](crate::read_image).
pub fn check_content(
    source: &dyn BlobSource,
    root: &Descriptor,
    options: &ReadOptions<'_>,
) -> Result<CheckedContent, Error> {
    let mut survey = Survey::new(source, options);
    survey.root(root)?;
    let Survey { blobs, mut checked, .. } = survey;
    let halt = Halt::new(options.cancelled);
    let ranks: Vec<usize> = (0..blobs.len()).collect();
    let read = run(options.threads, &ranks, &halt, |rank, workers| match blobs.get(rank) {
        Some(blob) => {
            let watch = Passing { rank, halt: &halt, options };
            Ok((blob.check(source, options, watch, workers)?, blob))
        }
        None => Err(Error::Cancelled),
    })?;
    for (_, (presence, blob)) in read {
        match presence {
            Presence::Whole => checked.blobs += 1,
            Presence::Absent => checked.absent.push(blob.descriptor.clone()),
        }
    }
    Ok(checked)
}

/// A blob to read to its end.
struct Blob {
    descriptor: Descriptor,
    /// What it unpacks to, where it is a layer.
    diff_id: Option<Digest>,
    is_foreign: bool,
}

enum Presence {
    Whole,
    Absent,
}

impl Blob {
    /// Checks one blob. If it does not match, it is fetched again from elsewhere, if possible.
    fn check<'env>(
        &'env self,
        source: &'env dyn BlobSource,
        options: &'env ReadOptions<'env>,
        watch: Passing<'env>,
        workers: &Workers<'env>,
    ) -> Result<Presence, Error> {
        loop {
            match self.check_once(source, options, watch, workers) {
                Err(error) if error.is_of_bytes() && source.refuse(&self.descriptor) => {}
                checked => return checked,
            }
        }
    }

    fn check_once<'env>(
        &'env self,
        source: &'env dyn BlobSource,
        options: &'env ReadOptions<'env>,
        watch: Passing<'env>,
        workers: &Workers<'env>,
    ) -> Result<Presence, Error> {
        let layer = watch.rank;
        let stream = match BlobStream::open(source, &self.descriptor, watch) {
            Err(Error::Blob(BlobError::Missing(_))) if self.is_foreign => {
                return Ok(Presence::Absent);
            }
            stream => stream?,
        };
        let bytes = self.descriptor.size;
        (options.progress)(Progress::LayerStarted { layer, bytes });
        match &self.diff_id {
            None => stream.finish()?,
            Some(diff_id) => {
                let finished =
                    LayerStream::new(stream, diff_id, options.limits, workers).finish()?;
                if let Some(limit) = finished.stopped {
                    return Err(limit.into());
                }
            }
        }
        (options.progress)(Progress::LayerFinished { layer });
        Ok(Presence::Whole)
    }
}

/// Tells how far a blob has been read, and whether to go on.
#[derive(Clone, Copy)]
struct Passing<'a> {
    rank: usize,
    halt: &'a Halt<'a>,
    options: &'a ReadOptions<'a>,
}

impl Watch for Passing<'_> {
    fn has_read(&self, bytes: u64) {
        (self.options.progress)(Progress::LayerRead { layer: self.rank, bytes });
    }

    fn stops(&self) -> bool {
        self.halt.stops(self.rank)
    }
}

/// Finds what there is to read.
struct Survey<'a> {
    source: &'a dyn BlobSource,
    limits: &'a Limits,
    seen: HashSet<(Digest, Option<Digest>)>,
    blobs: Vec<Blob>,
    checked: CheckedContent,
}

impl<'a> Survey<'a> {
    fn new(source: &'a dyn BlobSource, options: &'a ReadOptions<'_>) -> Self {
        let (blobs, checked) = (Vec::new(), CheckedContent::default());
        Self { source, limits: options.limits, seen: HashSet::new(), blobs, checked }
    }

    fn root(&mut self, root: &Descriptor) -> Result<(), Error> {
        match document::load(self.source, root, self.limits)? {
            Document::Manifest { config, layers } => self.manifest(root, config, layers),
            Document::Index(entries) => {
                let mut below = Vec::new();
                let max = self.limits.max_index_manifests;
                visit(self.source, Some(root), entries, self.limits, &mut |entry| {
                    below.push(entry.clone());
                    below.len() <= max
                })?;
                if below.len() > max {
                    return Err(LimitExceeded::new("max_index_manifests", length(max)).into());
                }
                below.into_iter().try_for_each(|entry| self.entry(entry))
            }
        }
    }

    /// An entry of an index. The entries of an index in it follow by themselves.
    fn entry(&mut self, entry: Descriptor) -> Result<(), Error> {
        match self.source.open(&entry) {
            Err(BlobError::Missing(_)) => {
                self.checked.absent.push(entry);
                return Ok(());
            }
            opened => drop(opened?),
        }
        match DocumentKind::of(&entry.media_type) {
            Some(DocumentKind::Index) => {}
            Some(DocumentKind::Manifest) => {
                if let Document::Manifest { config, layers } =
                    document::load(self.source, &entry, self.limits)?
                {
                    self.manifest(&entry, config, layers)?;
                }
            }
            None => self.add(entry, None, false),
        }
        Ok(())
    }

    fn manifest(
        &mut self,
        manifest: &Descriptor,
        config: Descriptor,
        layers: Vec<Descriptor>,
    ) -> Result<(), Error> {
        let max = self.limits.max_layers;
        if layers.len() > max {
            return Err(LimitExceeded::new("max_layers", length(max)).into());
        }
        let types: Vec<_> = layers.iter().map(|layer| LayerType::of(&layer.media_type)).collect();
        let is_image = is_image_config(&config.media_type) && types.iter().any(Option::is_some);
        let mut diff_ids = Vec::new();
        if is_image {
            diff_ids =
                ImageConfig::load(self.source, &config, self.limits, &mut Vec::new())?.diff_ids;
            if diff_ids.len() != layers.len() {
                return Err(Error::LayerCount {
                    manifest: manifest.digest.clone(),
                    layers: layers.len(),
                    diff_ids: diff_ids.len(),
                });
            }
        } else {
            self.add(config, None, false);
        }
        self.checked.manifests += 1;
        let mut diff_ids = diff_ids.into_iter();
        for (layer, layer_type) in layers.into_iter().zip(types) {
            // What is no layer (an encrypted one, an attestation) is compared as it is.
            let diff_id = diff_ids.next().filter(|_| layer_type.is_some());
            self.add(layer, diff_id, layer_type.is_some_and(|layer| layer.is_foreign));
        }
        Ok(())
    }

    fn add(&mut self, descriptor: Descriptor, diff_id: Option<Digest>, is_foreign: bool) {
        if self.seen.insert((descriptor.digest.clone(), diff_id.clone())) {
            self.blobs.push(Blob { descriptor, diff_id, is_foreign });
        }
    }
}
