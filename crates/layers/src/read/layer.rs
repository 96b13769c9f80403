//! One layer: verified, decompressed, and its wanted files read while they pass.

use std::collections::{BTreeMap, HashMap};
use std::io::{self, BufRead, Read};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use sealift_model::Impact;

use super::budget::Budget;
use crate::buffer::Buffers;
use crate::content::{LayerContent, ReadFile};
use crate::entry_log::{Change, Position};
use crate::entry_name::{Mark, normalize, split};
use crate::file::Look;
use crate::merge::Name;
use crate::stream::{Failure, LayerStream, length};
use crate::tar::{Entry, Kind, Skip, TarError, TarReader};
use crate::{Error, Extract, File, LimitExceeded, Limits, Metadata, TreePath};

/// Number of first bytes of a file that an extractor sees.
pub(crate) const HEAD_BYTES: usize = 512;

/// The state that all layers share while reading.
pub(crate) struct Shared<'a, E> {
    pub(crate) extract: &'a E,
    pub(crate) limits: &'a Limits,
    pub(crate) budget: &'a Budget,
    /// Total bytes of all change logs.
    pub(crate) names_bytes: &'a AtomicU64,
    pub(crate) buffers: &'a Buffers,
}

impl<E: Extract> Shared<'_, E> {
    /// Counts bytes of a change log.
    pub(crate) fn count_names(&self, bytes: u64) -> Result<(), LimitExceeded> {
        let max = self.limits.max_names_bytes;
        let sum = self.names_bytes.fetch_add(bytes, Ordering::Relaxed).saturating_add(bytes);
        if sum > max { Err(LimitExceeded::new("max_names_bytes", max)) } else { Ok(()) }
    }

    /// Passes a file to the extractor, if it is wanted under one of the names.
    pub(crate) fn read(
        &self,
        path: &[u8],
        metadata: Metadata,
        head: &[u8],
        rest: &mut dyn Read,
        look: Look,
    ) -> ReadFile<E::Facts> {
        let path = TreePath::new(path);
        let bytes = metadata.size.min(self.limits.max_file_bytes);
        let share = self.budget.take(bytes);
        let memory = self.buffers.take(bytes);
        let mut file = File::new(path, metadata, head, rest, self.limits).with_buffer(memory, look);
        let facts = self.extract.read(&mut file).map(Arc::new);
        let lacks = file.lacks();
        self.buffers.give_back(file.into_buffer());
        drop(share);
        let kept = if facts.is_some() || lacks { head } else { &[] };
        ReadFile { path: path.bytes().into(), metadata, head: kept.into(), facts, lacks }
    }

    pub(crate) fn wants(&self, path: &[u8], metadata: Metadata, head: &[u8]) -> bool {
        self.extract.wants(TreePath::new(path), &metadata, head)
    }
}

impl Skip for LayerStream<'_, '_> {
    fn skip(&mut self, bytes: u64) -> io::Result<u64> {
        crate::tar::skip_reading(self, bytes)
    }
}

/// Reads a layer for the first time.
pub(crate) fn first_look<E: Extract>(
    stream: LayerStream<'_, '_>,
    shared: &Shared<'_, E>,
) -> Result<LayerContent<E::Facts>, Error> {
    let mut look = FirstLook {
        tar: TarReader::new(stream),
        shared,
        content: LayerContent::default(),
        path: Vec::new(),
        link: Vec::new(),
        counted: 0,
        sparse_bytes: 0,
    };
    let ended = look.read_all();
    let FirstLook { tar, mut content, .. } = look;
    let mut stream = tar.into_input();
    let end = end_of(ended)?;
    if matches!(end, End::Whole) && has_content(&mut stream) {
        let message = "bytes follow the end of the tar archive; as by engines, they are not read";
        content.notes.add_whole(message, Impact::Note);
    }
    let coding = stream.coding();
    let finished = stream.finish()?;
    content.bytes = finished.bytes;
    content.log.seal();
    let at_limit = finished.stopped.is_some() || matches!(end, End::Limit(_));
    content.is_of_blob = at_limit || finished.trailing > 0;
    let notes = &mut content.notes;
    match (finished.stopped, end) {
        (Some(limit), _) => notes.add_whole(
            format!("{limit}: the rest of the layer is not read and its diff-id not checked"),
            Impact::Incomplete,
        ),
        (None, End::Limit(limit)) => {
            notes.add_whole(
                format!("{limit}: the rest of the layer is not read"),
                Impact::Incomplete,
            );
        }
        (None, End::Malformed(what)) => notes.add_whole(
            format!("the layer is no intact tar archive, its rest is not read: {what}"),
            Impact::Incomplete,
        ),
        (None, End::Whole) => {}
    }
    if finished.trailing > 0 {
        let message = format!("{} bytes follow the {coding} data", finished.trailing);
        notes.add_whole(message, Impact::Note);
    }
    Ok(content)
}

/// Whether anything but zeros, which pad a last record, is left. A failure is reported again when
/// the stream is finished.
fn has_content(stream: &mut LayerStream<'_, '_>) -> bool {
    while let Ok(chunk) = stream.fill_buf() {
        if chunk.iter().any(|byte| *byte != 0) {
            return true;
        }
        let passed = chunk.len();
        if passed == 0 {
            break;
        }
        stream.consume(passed);
    }
    false
}

/// How reading the entries ended, unless in an error of the image.
enum End {
    Whole,
    Malformed(String),
    Limit(LimitExceeded),
}

/// A failure of the stream is reported again when it is finished.
fn end_of(ended: Result<(), Stop>) -> Result<End, Error> {
    match ended {
        Ok(()) => Ok(End::Whole),
        Err(Stop::Names(limit)) => Err(limit.into()),
        Err(Stop::Entries(limit)) => Ok(End::Limit(limit)),
        Err(Stop::Tar(error @ TarError::Malformed { .. })) => Ok(End::Malformed(error.to_string())),
        Err(Stop::Tar(TarError::Io(error))) => match error.downcast::<Failure>() {
            Ok(Failure::Limit(limit)) => Ok(End::Limit(limit)),
            Ok(failure) => Ok(End::Malformed(failure.to_string())),
            Err(error) => Ok(End::Malformed(error.to_string())),
        },
    }
}

enum Stop {
    Tar(TarError),
    Names(LimitExceeded),
    Entries(LimitExceeded),
}

impl From<TarError> for Stop {
    fn from(error: TarError) -> Self {
        Self::Tar(error)
    }
}

struct FirstLook<'c, 'env, 's, E: Extract> {
    tar: TarReader<LayerStream<'c, 'env>>,
    shared: &'s Shared<'s, E>,
    content: LayerContent<E::Facts>,
    /// Path of the present entry, and its link target.
    path: Vec<u8>,
    link: Vec<u8>,
    /// Bytes of the log that are counted already.
    counted: u64,
    /// Bytes of sparse files that were read.
    sparse_bytes: u64,
}

impl<E: Extract> FirstLook<'_, '_, '_, E> {
    fn read_all(&mut self) -> Result<(), Stop> {
        let max = self.shared.limits.max_layer_entries;
        while let Some(entry) = self.tar.next()? {
            if self.content.entries >= max {
                return Err(Stop::Entries(LimitExceeded::new("max_layer_entries", max)));
            }
            let number = self.content.entries;
            self.content.entries += 1;
            self.take(number, entry)?;
        }
        self.count_names(0)
    }

    fn take(&mut self, number: u64, entry: Entry) -> Result<(), Stop> {
        if entry.kind == Kind::GlobalHeader {
            let message = "a global pax header changes names or sizes, which engines ignore";
            self.content.notes.add_whole(message, Impact::Note);
            return Ok(());
        }
        if !self.take_path() {
            return Ok(());
        }
        let path = std::mem::take(&mut self.path);
        let done = self.take_at(number, entry, &path);
        self.path = path;
        done
    }

    /// Normalizes the entry's name. Returns false if the entry is left out.
    fn take_path(&mut self) -> bool {
        let max = self.shared.limits.max_path_bytes;
        let name = self.tar.name();
        if normalize(name, &mut self.path).is_err() {
            let message = "the name leads out of the image; the entry is left out";
            self.content.notes.add(shown(name), message, Impact::Partial);
            return false;
        }
        if self.path.len() > max {
            let limit = LimitExceeded::new("max_path_bytes", length(max));
            let message = format!("{limit}; the entry is left out");
            self.content.notes.add(shown(name), message, Impact::Partial);
            return false;
        }
        // The root itself is not recorded.
        !self.path.is_empty()
    }

    fn take_at(&mut self, number: u64, entry: Entry, path: &[u8]) -> Result<(), Stop> {
        let (folder, name) = split(path);
        match Mark::of(name) {
            Mark::None => {}
            Mark::Bookkeeping => return Ok(()),
            Mark::Opaque => return self.log(folder, Change::Opaque).map(drop),
            Mark::Whiteout(hidden) => {
                let mut hidden_path = folder.to_vec();
                if !folder.is_empty() {
                    hidden_path.push(b'/');
                }
                hidden_path.extend_from_slice(hidden);
                return self.log(&hidden_path, Change::Whiteout).map(drop);
            }
            Mark::Odd => {
                let message = "a whiteout of nothing; it is ignored";
                self.content.notes.add(shown(path), message, Impact::Note);
                return Ok(());
            }
        }
        match entry.kind {
            Kind::File => self.file(number, entry, path),
            Kind::Directory => self.log(path, Change::Directory).map(drop),
            Kind::SymbolicLink | Kind::HardLink => self.link(entry.kind, path),
            Kind::Special => self.log(path, Change::Special).map(drop),
            Kind::Unknown(flag) => {
                let flag = char::from(flag).escape_default();
                let message = format!("an entry of the unknown type '{flag}'; it is left out");
                self.content.notes.add(shown(path), message, Impact::Partial);
                Ok(())
            }
            Kind::GlobalHeader => Ok(()),
        }
    }

    fn link(&mut self, kind: Kind, path: &[u8]) -> Result<(), Stop> {
        let mut link = std::mem::take(&mut self.link);
        link.clear();
        let is_short = self.tar.link().len() <= self.shared.limits.max_path_bytes;
        let fits = if kind == Kind::SymbolicLink {
            // A target that is too long for any system leads nowhere.
            link.extend_from_slice(if is_short { self.tar.link() } else { &[] });
            true
        } else {
            is_short && normalize(self.tar.link(), &mut link).is_ok()
        };
        let done = if !fits {
            let message = "a hard link out of the image; the entry is left out";
            self.content.notes.add(shown(path), message, Impact::Partial);
            Ok(())
        } else if kind == Kind::SymbolicLink {
            self.log(path, Change::SymbolicLink(&link)).map(drop)
        } else {
            self.log(path, Change::HardLink(&link)).map(drop)
        };
        self.link = link;
        done
    }

    fn file(
        &mut self,
        entry: u64,
        Entry { size, mode, .. }: Entry,
        path: &[u8],
    ) -> Result<(), Stop> {
        let metadata = Metadata::new(size, mode);
        let position = self.log(path, Change::File { entry, size, mode })?;
        let peeked = self.tar.peek(HEAD_BYTES);
        let mut is_wanted = peeked.map(|head| self.shared.wants(path, metadata, head));
        if is_wanted == Some(false) {
            return Ok(());
        }
        let mut head = [0; HEAD_BYTES];
        let head = read_head(&mut self.tar, &mut head);
        if !*is_wanted.get_or_insert_with(|| self.shared.wants(path, metadata, head)) {
            return Ok(());
        }
        if let Some(limit) = self.passes_limit(size) {
            let message = format!("{limit}: a file with holes; it is not read");
            self.content.notes.add(shown(path), message, Impact::Incomplete);
            return Ok(());
        }
        let content = &mut self.tar.content();
        let file = self.shared.read(path, metadata, head, content, Look::First);
        self.content.files.insert(position, file);
        Ok(())
    }

    /// Holes take no space in the archive, so their bytes are counted.
    fn passes_limit(&mut self, size: u64) -> Option<LimitExceeded> {
        let Limits { max_file_bytes, max_layer_bytes, .. } = *self.shared.limits;
        if !self.tar.is_sparse() {
            return None;
        }
        self.sparse_bytes = self.sparse_bytes.saturating_add(size);
        if size > max_file_bytes {
            Some(LimitExceeded::new("max_file_bytes", max_file_bytes))
        } else if self.sparse_bytes > max_layer_bytes {
            Some(LimitExceeded::new("max_layer_bytes", max_layer_bytes))
        } else {
            None
        }
    }

    fn log(&mut self, path: &[u8], change: Change<'_>) -> Result<Position, Stop> {
        let max = self.shared.limits.max_names_bytes;
        let position = self.content.log.push(path, change);
        self.count_names(64 << 10)?;
        position.ok_or(Stop::Names(LimitExceeded::new("max_names_bytes", max)))
    }

    /// Counts the log's bytes from time to time.
    fn count_names(&mut self, at_least: u64) -> Result<(), Stop> {
        let new = self.content.log.bytes() - self.counted;
        if new < at_least {
            return Ok(());
        }
        self.counted += new;
        self.shared.count_names(new).map_err(Stop::Names)
    }
}

/// An error is reported again when reading continues.
fn read_head<'h, R: BufRead + Skip>(
    tar: &mut TarReader<R>,
    head: &'h mut [u8; HEAD_BYTES],
) -> &'h [u8] {
    let mut content = tar.content();
    let mut filled = 0;
    while let Some(room) = head.get_mut(filled..).filter(|room| !room.is_empty()) {
        match content.read(room) {
            Ok(0) | Err(_) => break,
            Ok(read) => filled += read,
        }
    }
    head.get(..filled).unwrap_or_default()
}

fn shown(path: &[u8]) -> String {
    TreePath::new(path).to_string()
}

/// By entry number: the position in the log, and the names under which the file may be wanted.
pub(crate) type Requests = HashMap<u64, (Position, Vec<Name>)>;

/// The result of a second look: each file, and the names under which it is wanted.
pub(crate) type Found<F> = BTreeMap<Position, (ReadFile<F>, Vec<Name>)>;

/// Reads a layer again for files that links lead to.
pub(crate) fn second_look<E: Extract>(
    stream: LayerStream<'_, '_>,
    shared: &Shared<'_, E>,
    requests: &Requests,
    first_was_whole: bool,
) -> Result<Found<E::Facts>, Error> {
    let mut tar = TarReader::new(stream);
    let mut found = BTreeMap::new();
    let mut number = 0;
    // The first look already reported how it ends.
    while let (Ok(Some(entry)), true) = (tar.next(), found.len() < requests.len()) {
        let request = requests.get(&number).filter(|_| entry.kind == Kind::File);
        if let Some((position, names)) = request {
            let metadata = Metadata::new(entry.size, entry.mode);
            let mut head = [0; HEAD_BYTES];
            let head = read_head(&mut tar, &mut head);
            let mut names = names.clone();
            names.retain(|name| shared.wants(&name.path, metadata, head));
            let too_large = tar.is_sparse() && entry.size > shared.limits.max_file_bytes;
            if let Some(name) = names.first().filter(|_| !too_large) {
                let content = &mut tar.content();
                let file = shared.read(&name.path, metadata, head, content, Look::Last);
                found.insert(*position, (file, names));
            }
        }
        number += 1;
    }
    match tar.into_input().finish()?.stopped {
        // The first look read a complete layer, so this blob is not the same one.
        Some(limit) if first_was_whole => Err(limit.into()),
        _ => Ok(found),
    }
}
