//! A plain directory, read as if it were one layer.

mod open;
mod walk;

use std::collections::BTreeMap;
use std::io::{self, Read};
use std::path::Path;
use std::sync::OnceLock;
use std::sync::atomic::AtomicU64;

use sealift_model::Impact;

use crate::buffer::Buffers;
use crate::content::ReadFile;
use crate::file::Look;
use crate::notes::Notes;
use crate::options::{Progress, ReadOptions};
use crate::read::budget::Budget;
use crate::read::layer::{Found, HEAD_BYTES, Requests, Shared};
use crate::read::result::Growing;
use crate::tree::{LayerSummary, Tree};
use crate::workers::{Halt, run};
use crate::{Error, Extract, Metadata, TreePath};
use walk::{FoundFile, Walk};

/// Files that a thread takes at once.
const BATCH: usize = 64;

/// Reads the files of a directory that `extract` wants, as a tree of one layer without digests.
///
/// Links are followed inside the directory only, as if it were the root of the file system.
/// FIFOs, sockets and devices are not opened.
///
/// # Errors
/// When the directory itself cannot be read, a limit is exceeded, or reading is cancelled. Folders
/// and files in it that cannot be read are diagnostics.
pub fn read_directory<E: Extract>(
    root: &Path,
    extract: &E,
    options: &ReadOptions<'_>,
) -> Result<Tree<E::Facts>, Error> {
    let limits = options.limits;
    let budget = Budget::new(limits.max_kept_bytes);
    let names_bytes = AtomicU64::new(0);
    let buffers = Buffers::default();
    let shared =
        Shared { extract, limits, budget: &budget, names_bytes: &names_bytes, buffers: &buffers };
    let halt = Halt::new(options.cancelled);
    let Walk { mut content, files, .. } = Walk::run(root, &shared, &halt)?;
    (options.progress)(Progress::DirectoryStarted { files: crate::stream::length(files.len()) });

    let reader = DirectoryReader { root, shared: &shared, options };
    let batches: Vec<_> = files.chunks(BATCH).collect();
    let order: Vec<_> = (0..batches.len()).collect();
    let read = run(options.threads, &order, &halt, |batch, _| {
        Ok(reader.first(batches.get(batch).copied().unwrap_or_default(), &halt))
    })?;
    for (_, Batch { files, notes }) in read {
        content.files.extend(files);
        content.notes.append(notes);
    }
    let contents = [OnceLock::from(content)];
    let mut merged = Growing::new(&contents, &[0], limits).finish(extract)?;
    let contents = contents.map(|content| content.into_inner().unwrap_or_default());
    if let Some(requests) = merged.requests(&contents).remove(&0) {
        merged.add_found(0, reader.second(&files, &requests));
    }
    if halt.is_cancelled() {
        return Err(Error::Cancelled);
    }
    let summary = contents.iter().map(|content| LayerSummary {
        digest: None,
        diff_id: None,
        size_bytes: content.bytes,
        entries: content.entries,
    });
    let mut tree = merged.into_tree(&contents, &[0], summary.collect());
    for file in &mut tree.files {
        file.layer = None;
    }
    Ok(tree)
}

struct DirectoryReader<'a, E> {
    root: &'a Path,
    shared: &'a Shared<'a, E>,
    options: &'a ReadOptions<'a>,
}

struct Batch<F> {
    files: Vec<(crate::entry_log::Position, ReadFile<F>)>,
    notes: Notes,
}

impl<E: Extract> DirectoryReader<'_, E> {
    /// Reads a batch of files. When cancelled, the rest is neither read nor used.
    fn first(&self, files: &[FoundFile], halt: &Halt<'_>) -> Batch<E::Facts> {
        let mut batch = Batch { files: Vec::new(), notes: Notes::default() };
        for file in files {
            if halt.is_cancelled() {
                break;
            }
            let path = &*file.path;
            let metadata = file.metadata;
            let read = self.read(file, |head, rest| {
                let wanted = self.shared.wants(path, metadata, head);
                wanted.then(|| self.shared.read(path, metadata, head, rest, Look::First))
            });
            match read {
                Ok(read) => batch.files.extend(read.map(|read| (file.position, read))),
                Err(error) => {
                    // An extractor that decides by the path alone still knows whether the file is
                    // wanted.
                    let wanted = self.shared.wants(path, metadata, &[]);
                    let impact = if wanted { Impact::Partial } else { Impact::Note };
                    let message = format!("cannot be read: {error}");
                    batch.notes.add(TreePath::new(path).to_string(), message, impact);
                }
            }
            (self.options.progress)(Progress::FileRead);
        }
        batch
    }

    /// Reads the few files that are only wanted through links.
    fn second(&self, files: &[FoundFile], requests: &Requests) -> Found<E::Facts> {
        let mut found = BTreeMap::new();
        for file in files {
            let Some((position, names)) = requests.get(&file.entry) else { continue };
            // Failures were already reported by the first look.
            let _ = self.read(file, |head, rest| {
                let mut names = names.clone();
                names.retain(|name| self.shared.wants(&name.path, file.metadata, head));
                if let Some(name) = names.first() {
                    let read = self.shared.read(&name.path, file.metadata, head, rest, Look::Last);
                    found.insert(*position, (read, names));
                }
            });
        }
        found
    }

    /// Opens a file and reads its first bytes for `look`.
    fn read<T>(
        &self,
        file: &FoundFile,
        look: impl FnOnce(&[u8], &mut dyn Read) -> T,
    ) -> io::Result<T> {
        // There is nothing to open, and some files without size (below /proc) never end.
        if file.metadata.size == 0 {
            return Ok(look(&[], &mut io::empty()));
        }
        let mut opened = open::open(self.root, file)?;
        let mut head = Vec::with_capacity(HEAD_BYTES);
        let head_bytes = crate::stream::length(HEAD_BYTES);
        (&mut opened).take(head_bytes.min(file.metadata.size)).read_to_end(&mut head)?;
        let left = file.metadata.size - crate::stream::length(head.len());
        let mut rest = Whole { file: opened.take(left), cancelled: self.options.cancelled };
        Ok(look(&head, &mut rest))
    }
}

/// A file with the size that it had when it was found: what was appended since is left out, and a
/// shorter file is an error.
struct Whole<'a> {
    file: io::Take<std::fs::File>,
    cancelled: &'a (dyn Fn() -> bool + Sync),
}

impl Read for Whole<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if (self.cancelled)() {
            return Err(io::Error::other("cancelled"));
        }
        match self.file.read(buffer)? {
            0 if self.file.limit() > 0 && !buffer.is_empty() => {
                Err(io::Error::new(io::ErrorKind::UnexpectedEof, "it is shorter than its size"))
            }
            read => Ok(read),
        }
    }
}

/// The identity of a file, from the walk to the reading.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Identity {
    device: u64,
    number: u64,
}

/// Size and permission bits of a file on disk.
fn metadata_of(metadata: &std::fs::Metadata) -> Metadata {
    Metadata::new(metadata.len(), open::mode(metadata))
}
