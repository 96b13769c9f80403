//! Walks through a directory.

use std::collections::HashMap;
use std::fs::{DirEntry, Metadata as FileMetadata};
use std::io;
use std::path::Path;

use sealift_model::Impact;

use super::{Identity, metadata_of, open};
use crate::content::LayerContent;
use crate::entry_log::{Change, Position};
use crate::read::layer::Shared;
use crate::stream::length;
use crate::workers::Halt;
use crate::{Error, Extract, LimitExceeded, Limits, Metadata, TreePath};

/// A regular file.
#[derive(Clone, Debug)]
pub(super) struct FoundFile {
    pub(super) path: Box<[u8]>,
    pub(super) metadata: Metadata,
    pub(super) identity: Option<Identity>,
    /// Its entry number and its position in the log.
    pub(super) entry: u64,
    pub(super) position: Position,
}

/// A walk through a directory. Links are noted, never followed.
pub(super) struct Walk<'a, E: Extract> {
    shared: &'a Shared<'a, E>,
    root: &'a Path,
    pub(super) content: LayerContent<E::Facts>,
    pub(super) files: Vec<FoundFile>,
    /// Folders that are still to be entered, the next one last.
    folders: Vec<Vec<u8>>,
    /// Files with several names, with the first name of each.
    names: HashMap<(u64, u64), Vec<u8>>,
}

impl<'a, E: Extract> Walk<'a, E> {
    pub(super) fn run(
        root: &'a Path,
        shared: &'a Shared<'a, E>,
        halt: &Halt<'_>,
    ) -> Result<Self, Error> {
        let mut walk = Self {
            shared,
            root,
            content: LayerContent::default(),
            files: Vec::new(),
            folders: Vec::new(),
            names: HashMap::new(),
        };
        let fail = |source| Error::File { path: root.to_owned(), source };
        let entries = list(root, shared.limits).map_err(fail)?;
        walk.enter(&[], entries)?;
        while let Some(folder) = walk.folders.pop() {
            if halt.is_cancelled() {
                return Err(Error::Cancelled);
            }
            match list(&open::join(root, &folder), shared.limits) {
                Ok(entries) => walk.enter(&folder, entries)?,
                Err(error) => {
                    walk.note(
                        &folder,
                        format!("the folder cannot be read: {error}"),
                        Impact::Partial,
                    );
                }
            }
        }
        walk.content.log.seal();
        Ok(walk)
    }

    fn enter(&mut self, folder: &[u8], entries: Vec<(Vec<u8>, DirEntry)>) -> Result<(), Error> {
        let first = self.folders.len();
        for (name, entry) in entries {
            let mut path = folder.to_vec();
            if !folder.is_empty() {
                path.push(b'/');
            }
            path.extend_from_slice(&name);
            let limits = self.shared.limits;
            if path.len() > limits.max_path_bytes {
                let limit = LimitExceeded::new("max_path_bytes", length(limits.max_path_bytes));
                self.note(&path, format!("{limit}; it is left out"), Impact::Partial);
                continue;
            }
            if self.content.entries >= limits.max_layer_entries {
                let limit = LimitExceeded::new("max_layer_entries", limits.max_layer_entries);
                let message = format!("{limit}: the rest of the directory is not read");
                self.content.notes.add_whole(message, Impact::Incomplete);
                self.folders.clear();
                return Ok(());
            }
            // The metadata of the entry itself, not of a link's target.
            match entry.metadata() {
                Ok(metadata) => self.take(path, &metadata)?,
                Err(error) => {
                    self.note(&path, format!("cannot be read: {error}"), Impact::Partial);
                }
            }
        }
        if let Some(new) = self.folders.get_mut(first..) {
            new.reverse();
        }
        Ok(())
    }

    fn take(&mut self, path: Vec<u8>, metadata: &FileMetadata) -> Result<(), Error> {
        let kind = metadata.file_type();
        if kind.is_dir() {
            if self.shared.extract.enters(TreePath::new(&path)) {
                self.log(&path, Change::Directory)?;
                self.folders.push(path);
            }
        } else if kind.is_symlink() {
            match std::fs::read_link(open::join(self.root, &path)) {
                Ok(target) => {
                    let target = open::bytes(target.as_os_str());
                    self.log(&path, Change::SymbolicLink(&target))?;
                }
                Err(error) => {
                    self.note(&path, format!("the link cannot be read: {error}"), Impact::Partial);
                }
            }
        } else if kind.is_file() {
            self.file(path, metadata)?;
        } else {
            self.log(&path, Change::Special)?;
        }
        Ok(())
    }

    fn file(&mut self, path: Vec<u8>, metadata: &FileMetadata) -> Result<(), Error> {
        let identity = open::identity(metadata);
        if let (Some(Identity { device, number }), true) = (identity, open::is_shared(metadata)) {
            if let Some(first) = self.names.get(&(device, number)) {
                let first = first.clone();
                return self.log(&path, Change::HardLink(&first)).map(drop);
            }
            self.names.insert((device, number), path.clone());
        }
        let entry = self.content.entries;
        let metadata = metadata_of(metadata);
        let Metadata { size, mode } = metadata;
        let position = self.log(&path, Change::File { entry, size, mode })?;
        self.content.bytes = self.content.bytes.saturating_add(size);
        // The list of files holds the path a second time.
        self.shared.count_names(length(path.len()))?;
        self.files.push(FoundFile { path: path.into(), metadata, identity, entry, position });
        Ok(())
    }

    fn log(&mut self, path: &[u8], change: Change<'_>) -> Result<Position, Error> {
        let max = self.shared.limits.max_names_bytes;
        let before = self.content.log.bytes();
        let position = self.content.log.push(path, change);
        self.content.entries += 1;
        self.shared.count_names(self.content.log.bytes() - before)?;
        position.ok_or(LimitExceeded::new("max_names_bytes", max).into())
    }

    fn note(&mut self, path: &[u8], message: String, impact: Impact) {
        self.content.notes.add(TreePath::new(path).to_string(), message, impact);
    }
}

/// The entries of a folder, ordered by name; at most one more than may be read.
fn list(folder: &Path, limits: &Limits) -> io::Result<Vec<(Vec<u8>, DirEntry)>> {
    let mut entries = Vec::new();
    let most = usize::try_from(limits.max_layer_entries).unwrap_or(usize::MAX).saturating_add(1);
    for entry in std::fs::read_dir(folder)?.take(most) {
        let entry = entry?;
        entries.push((open::bytes(&entry.file_name()), entry));
    }
    entries.sort_by(|a, b| a.0.cmp(&b.0));
    Ok(entries)
}
