//! A tar archive on disk whose members are read in place.

use std::collections::HashMap;
use std::fs::File;
use std::io::{self, BufReader, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

use super::layout::no_image;
use super::open_regular;
use crate::entry_name::{normalize, split};
use crate::error::SourceProblem;
use crate::stream::length;
use crate::tar::{Kind, Skip, TarReader};
use crate::{Coding, Error, LimitExceeded, Limits};

/// The positions of an archive's members.
#[derive(Debug)]
pub(super) struct Archive {
    path: PathBuf,
    members: HashMap<Vec<u8>, Entry>,
    max_hops: u32,
}

#[derive(Debug)]
enum Entry {
    Member(Member),
    /// Another name for the member with this path. `docker save` links equal layers.
    Link(Vec<u8>),
}

/// A range of bytes in an archive.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Member {
    pub(super) start: u64,
    pub(super) bytes: u64,
}

impl Archive {
    pub(super) fn open(path: &Path, limits: &Limits) -> Result<Self, Error> {
        let fail = |source| Error::File { path: path.to_owned(), source };
        let mut file = open_regular(path).map_err(fail)?;
        let mut head = Vec::new();
        let magic = length(Coding::MAGIC_BYTES);
        (&mut file).take(magic).read_to_end(&mut head).map_err(fail)?;
        match Coding::of(&head) {
            Coding::Plain => {}
            coding => return Err(no_image(path, SourceProblem::Compressed(coding))),
        }
        file.rewind().map_err(fail)?;
        let bytes = file.metadata().map_err(fail)?.len();
        let input = Seeking { file: BufReader::new(file), left: bytes };
        let members =
            Members { path, limits, members: HashMap::new(), names_bytes: 0 }.read(input)?;
        Ok(Self { path: path.to_owned(), members, max_hops: limits.max_link_hops })
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    pub(super) fn has(&self, name: &str) -> bool {
        self.find(name.as_bytes()).is_some()
    }

    /// The names of all members, in no order.
    pub(super) fn names(&self) -> impl Iterator<Item = &[u8]> {
        self.members.keys().map(Vec::as_slice)
    }

    /// The member with that name; links are followed.
    pub(super) fn find(&self, name: &[u8]) -> Option<Member> {
        let mut path = Vec::new();
        normalize(name, &mut path).ok()?;
        let mut entry = self.members.get(&path)?;
        for _ in 0..=self.max_hops {
            match entry {
                Entry::Member(member) => return Some(*member),
                Entry::Link(target) => entry = self.members.get(target)?,
            }
        }
        None
    }

    /// Opens a member at its first byte.
    pub(super) fn open_member(&self, member: Member) -> io::Result<io::Take<File>> {
        let mut file = open_regular(&self.path)?;
        file.seek(SeekFrom::Start(member.start))?;
        Ok(file.take(member.bytes))
    }

    /// Reads a member whole.
    pub(super) fn document(&self, name: &str, limits: &Limits) -> Result<Vec<u8>, Error> {
        let lacks = || no_image(&self.path, SourceProblem::LacksFile(name.to_owned()));
        let member = self.find(name.as_bytes()).ok_or_else(lacks)?;
        if member.bytes > limits.max_document_bytes {
            return Err(LimitExceeded::new("max_document_bytes", limits.max_document_bytes).into());
        }
        let mut bytes = Vec::new();
        let read = self.open_member(member).and_then(|mut file| file.read_to_end(&mut bytes));
        read.map_err(|source| Error::File { path: self.path.clone(), source })?;
        Ok(bytes)
    }
}

struct Members<'a> {
    path: &'a Path,
    limits: &'a Limits,
    members: HashMap<Vec<u8>, Entry>,
    names_bytes: u64,
}

impl Members<'_> {
    fn read(mut self, input: Seeking) -> Result<HashMap<Vec<u8>, Entry>, Error> {
        let mut tar = TarReader::new(input);
        let mut entries = 0;
        loop {
            let entry = tar
                .next()
                .map_err(|error| no_image(self.path, SourceProblem::Archive(error.to_string())))?;
            let Some(entry) = entry else { return Ok(self.members) };
            entries += 1;
            if entries > self.limits.max_layer_entries {
                let max = self.limits.max_layer_entries;
                return Err(LimitExceeded::new("max_layer_entries", max).into());
            }
            let mut name = Vec::new();
            if normalize(tar.name(), &mut name).is_err() || name.is_empty() {
                continue;
            }
            match entry.kind {
                Kind::File => {
                    if let Some((start, bytes)) = tar.stored_range() {
                        self.add(name, Entry::Member(Member { start, bytes }))?;
                    }
                }
                Kind::SymbolicLink | Kind::HardLink => {
                    let mut target = match tar.link() {
                        link if link.starts_with(b"/") || entry.kind == Kind::HardLink => {
                            Vec::new()
                        }
                        _ => split(&name).0.to_vec(),
                    };
                    target.push(b'/');
                    target.extend_from_slice(tar.link());
                    let mut path = Vec::new();
                    if normalize(&target, &mut path).is_ok() {
                        self.add(name, Entry::Link(path))?;
                    }
                }
                Kind::Directory | Kind::Special | Kind::GlobalHeader | Kind::Unknown(_) => {}
            }
        }
    }

    fn add(&mut self, name: Vec<u8>, entry: Entry) -> Result<(), Error> {
        let max = self.limits.max_names_bytes;
        let target = if let Entry::Link(target) = &entry { target.len() } else { 0 };
        self.names_bytes = self.names_bytes.saturating_add(length(name.len() + target));
        if self.names_bytes > max {
            return Err(LimitExceeded::new("max_names_bytes", max).into());
        }
        self.members.insert(name, entry);
        Ok(())
    }
}

/// A file in which contents are skipped by seeking.
struct Seeking {
    file: BufReader<File>,
    /// Bytes from the present position to the end.
    left: u64,
}

impl Read for Seeking {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.file.read(buffer)?;
        self.left = self.left.saturating_sub(length(read));
        Ok(read)
    }
}

impl io::BufRead for Seeking {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        self.file.fill_buf()
    }

    fn consume(&mut self, bytes: usize) {
        self.left = self.left.saturating_sub(length(bytes));
        self.file.consume(bytes);
    }
}

impl Skip for Seeking {
    fn skip(&mut self, bytes: u64) -> io::Result<u64> {
        let bytes = bytes.min(self.left);
        self.file.seek_relative(i64::try_from(bytes).unwrap_or(i64::MAX))?;
        self.left -= bytes;
        Ok(bytes)
    }
}
