//! The entries of a store, in the form of `postcard`.
//!
//! An entry may contain anything: it is decoded without panics, in memory that is proportional to
//! its size, and an invalid one counts as absent.

use std::borrow::Cow;
use std::num::NonZeroUsize;
use std::sync::Arc;

use sealift_model::Diagnostic;
use serde::{Deserialize, Serialize};
use serde_bytes::Bytes;

use crate::content::{LayerContent, ReadFile};
use crate::entry_log::{ChangeLog, Position};
use crate::extract::FactsCodec;
use crate::merge::Name;
use crate::notes::Notes;
use crate::read::layer::Found;
use crate::tree::{LayerSummary, Removal, RemovedFile, Tree, TreeFile};
use crate::{Assemble, Assembled, Limits, Metadata};

type Raw<'a> = Cow<'a, [u8]>;

/// The content of a layer.
#[derive(Serialize, Deserialize)]
struct LayerEntry<'a> {
    #[serde(borrow, with = "serde_bytes")]
    log: Raw<'a>,
    #[serde(borrow)]
    files: Vec<(Position, FileEntry<'a>)>,
    #[serde(borrow)]
    notes: Cow<'a, Notes>,
    bytes: u64,
    entries: u64,
}

/// The result of a second look at a layer.
#[derive(Serialize, Deserialize)]
struct FoundEntry<'a> {
    #[serde(borrow)]
    files: Vec<(Position, FileEntry<'a>, Vec<Name>)>,
}

/// A [`ReadFile`].
#[derive(Serialize, Deserialize)]
struct FileEntry<'a> {
    #[serde(borrow, with = "serde_bytes")]
    path: Raw<'a>,
    size: u64,
    mode: u32,
    #[serde(borrow, with = "serde_bytes")]
    head: Raw<'a>,
    #[serde(borrow, with = "serde_bytes")]
    facts: Option<Raw<'a>>,
    lacks: bool,
}

/// A [`Tree`].
#[derive(Serialize, Deserialize)]
struct TreeEntry<'a> {
    #[serde(borrow)]
    files: Vec<TreeFileEntry<'a>>,
    #[serde(borrow)]
    removed: Vec<RemovedEntry<'a>>,
    diagnostics: Cow<'a, [Diagnostic]>,
    /// Decompressed bytes and entries of each layer.
    layers: Vec<(u64, u64)>,
}

/// A [`TreeFile`].
#[derive(Serialize, Deserialize)]
struct TreeFileEntry<'a> {
    path: &'a str,
    aliases: Cow<'a, [String]>,
    layer: Option<usize>,
    size: u64,
    mode: u32,
    #[serde(borrow, with = "serde_bytes")]
    facts: Raw<'a>,
}

/// A [`RemovedFile`].
#[derive(Serialize, Deserialize)]
struct RemovedEntry<'a> {
    path: &'a str,
    layer: usize,
    removed_by: usize,
    removal: Removal,
    #[serde(borrow, with = "serde_bytes")]
    facts: Raw<'a>,
}

/// The assembled result of a tree.
#[derive(Serialize, Deserialize)]
struct AssembledEntry<'a> {
    #[serde(borrow)]
    pieces: Vec<&'a Bytes>,
    /// Decompressed bytes and entries of each layer.
    layers: Vec<(u64, u64)>,
}

pub(super) fn write_layer<F>(
    content: &LayerContent<F>,
    codec: &dyn FactsCodec<F>,
) -> Option<Vec<u8>> {
    let mut files: Vec<_> = content.files.iter().collect();
    files.sort_by_key(|(position, _)| **position);
    let files = files.into_iter().map(|(at, file)| Some((*at, FileEntry::of(file, codec)?)));
    let entry = LayerEntry {
        log: Cow::Borrowed(content.log.as_bytes()),
        files: files.collect::<Option<_>>()?,
        notes: Cow::Borrowed(&content.notes),
        bytes: content.bytes,
        entries: content.entries,
    };
    postcard::to_stdvec(&entry).ok()
}

pub(super) fn read_layer<F>(
    bytes: &[u8],
    codec: &dyn FactsCodec<F>,
    limits: &Limits,
) -> Option<LayerContent<F>> {
    let entry: LayerEntry<'_> = whole(bytes)?;
    let files = entry.files.iter().map(|(at, file)| Some((*at, file.read(codec)?)));
    Some(LayerContent {
        files: files.collect::<Option<_>>()?,
        log: ChangeLog::from_bytes(entry.log.into_owned(), limits.max_path_bytes)?,
        notes: entry.notes.into_owned(),
        bytes: entry.bytes,
        entries: entry.entries,
        is_of_blob: false,
    })
}

pub(super) fn write_found<F>(found: &Found<F>, codec: &dyn FactsCodec<F>) -> Option<Vec<u8>> {
    let files = found
        .iter()
        .map(|(at, (file, names))| Some((*at, FileEntry::of(file, codec)?, names.clone())));
    postcard::to_stdvec(&FoundEntry { files: files.collect::<Option<_>>()? }).ok()
}

pub(super) fn read_found<F>(bytes: &[u8], codec: &dyn FactsCodec<F>) -> Option<Found<F>> {
    let entry: FoundEntry<'_> = whole(bytes)?;
    let files = entry.files.into_iter();
    files.map(|(at, file, names)| Some((at, (file.read(codec)?, names)))).collect()
}

pub(super) fn write_tree<F>(tree: &Tree<F>, codec: &dyn FactsCodec<F>) -> Option<Vec<u8>> {
    let files = tree.files.iter().map(|file| TreeFileEntry::of(file, codec));
    let removed = tree.removed.iter().map(|file| RemovedEntry::of(file, codec));
    let entry = TreeEntry {
        files: files.collect::<Option<_>>()?,
        removed: removed.collect::<Option<_>>()?,
        diagnostics: Cow::Borrowed(&tree.diagnostics),
        layers: sizes(&tree.layers),
    };
    postcard::to_stdvec(&entry).ok()
}

/// Reads a tree, with the digests of `layers`, whose number must match the entry.
pub(super) fn read_tree<F: Send + Sync>(
    bytes: &[u8],
    codec: &dyn FactsCodec<F>,
    mut layers: Vec<LayerSummary>,
    threads: NonZeroUsize,
) -> Option<Tree<F>> {
    let entry: TreeEntry<'_> = whole(bytes)?;
    set_sizes(&mut layers, &entry.layers)?;
    let files = side_by_side(&entry.files, MIN_FILES_PER_THREAD, threads, |file| {
        file.read(codec, layers.len())
    });
    let removed = entry.removed.into_iter().map(|file| file.read(codec, layers.len()));
    Some(Tree {
        files: files?,
        removed: removed.collect::<Option<_>>()?,
        diagnostics: entry.diagnostics.into_owned(),
        layers,
    })
}

pub(super) fn write_assembled<F, A: Assemble<F>>(
    assembled: &Assembled<A::Output>,
    maker: &A,
) -> Option<Vec<u8>> {
    let pieces = maker.encode(&assembled.output)?;
    let entry = AssembledEntry {
        pieces: pieces.iter().map(|piece| Bytes::new(piece)).collect(),
        layers: sizes(&assembled.layers),
    };
    postcard::to_stdvec(&entry).ok()
}

/// Reads the assembled result of a tree, with the digests of `layers`.
pub(super) fn read_assembled<F, A: Assemble<F>>(
    bytes: &[u8],
    maker: &A,
    mut layers: Vec<LayerSummary>,
    threads: NonZeroUsize,
) -> Option<Assembled<A::Output>> {
    let entry: AssembledEntry<'_> = whole(bytes)?;
    set_sizes(&mut layers, &entry.layers)?;
    let pieces = side_by_side(&entry.pieces, 1, threads, |piece| maker.decode(piece))?;
    Some(Assembled { output: maker.join(pieces), layers })
}

fn sizes(layers: &[LayerSummary]) -> Vec<(u64, u64)> {
    layers.iter().map(|layer| (layer.size_bytes, layer.entries)).collect()
}

/// Sets the sizes of the layers; none if their numbers differ.
fn set_sizes(layers: &mut [LayerSummary], sizes: &[(u64, u64)]) -> Option<()> {
    for (layer, size) in layers.iter_mut().zip(sizes) {
        (layer.size_bytes, layer.entries) = *size;
    }
    (layers.len() == sizes.len()).then_some(())
}

/// Fewer files are not worth a thread of their own.
const MIN_FILES_PER_THREAD: usize = 500;

/// Reads all on several threads, each `least` of them or more, in their order; none when one
/// cannot be read.
fn side_by_side<T: Sync, U: Send>(
    all: &[T],
    least: usize,
    threads: NonZeroUsize,
    read: impl Fn(&T) -> Option<U> + Sync,
) -> Option<Vec<U>> {
    let share = all.len().div_ceil(threads.get()).max(least);
    let read_share = |files: &[T]| files.iter().map(&read).collect::<Option<Vec<U>>>();
    let read_share = &read_share;
    std::thread::scope(|scope| {
        let (first, rest) = all.split_at_checked(share).unwrap_or((all, &[]));
        let rest = rest.chunks(share).map(|files| scope.spawn(move || read_share(files)));
        let rest: Vec<_> = rest.collect();
        let mut read = read_share(first)?;
        for thread in rest {
            read.extend(thread.join().ok()??);
        }
        Some(read)
    })
}

/// Decodes an entry from exactly its bytes.
fn whole<'a, T: Deserialize<'a>>(bytes: &'a [u8]) -> Option<T> {
    let (entry, rest) = postcard::take_from_bytes(bytes).ok()?;
    rest.is_empty().then_some(entry)
}

impl<'a> FileEntry<'a> {
    fn of<F>(file: &'a ReadFile<F>, codec: &dyn FactsCodec<F>) -> Option<Self> {
        let facts = file.facts.as_ref().map(|facts| codec.encode(facts).map(Cow::Owned));
        Some(Self {
            path: Cow::Borrowed(&file.path),
            size: file.metadata.size,
            mode: file.metadata.mode,
            head: Cow::Borrowed(&file.head),
            facts: match facts {
                Some(encoded) => Some(encoded?),
                None => None,
            },
            lacks: file.lacks,
        })
    }

    fn read<F>(&self, codec: &dyn FactsCodec<F>) -> Option<ReadFile<F>> {
        Some(ReadFile {
            path: Box::from(&*self.path),
            metadata: Metadata::new(self.size, self.mode),
            head: Box::from(&*self.head),
            facts: match &self.facts {
                Some(facts) => Some(Arc::new(codec.decode(facts)?)),
                None => None,
            },
            lacks: self.lacks,
        })
    }
}

impl<'a> TreeFileEntry<'a> {
    fn of<F>(file: &'a TreeFile<F>, codec: &dyn FactsCodec<F>) -> Option<Self> {
        Some(Self {
            path: &file.path,
            aliases: Cow::Borrowed(&file.aliases),
            layer: file.layer,
            size: file.metadata.size,
            mode: file.metadata.mode,
            facts: Cow::Owned(codec.encode(&file.facts)?),
        })
    }

    fn read<F>(&self, codec: &dyn FactsCodec<F>, layers: usize) -> Option<TreeFile<F>> {
        let facts = codec.decode(&self.facts)?;
        self.layer.is_none_or(|layer| layer < layers).then(|| TreeFile {
            path: self.path.to_owned(),
            aliases: self.aliases.to_vec(),
            layer: self.layer,
            metadata: Metadata::new(self.size, self.mode),
            facts: Arc::new(facts),
        })
    }
}

impl<'a> RemovedEntry<'a> {
    fn of<F>(file: &'a RemovedFile<F>, codec: &dyn FactsCodec<F>) -> Option<Self> {
        Some(Self {
            path: &file.path,
            layer: file.layer,
            removed_by: file.removed_by,
            removal: file.removal,
            facts: Cow::Owned(codec.encode(&file.facts)?),
        })
    }

    fn read<F>(self, codec: &dyn FactsCodec<F>, layers: usize) -> Option<RemovedFile<F>> {
        let facts = codec.decode(&self.facts)?;
        (self.layer < layers && self.removed_by < layers).then(|| RemovedFile {
            path: self.path.to_owned(),
            layer: self.layer,
            removed_by: self.removed_by,
            removal: self.removal,
            facts: Arc::new(facts),
        })
    }
}
