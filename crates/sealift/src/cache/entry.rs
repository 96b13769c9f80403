//! An entry as a file: what shows that it is whole and the right one, then its content.

use std::fs::File;
use std::io::Read;
use std::path::Path;
use std::time::SystemTime;

use crc32fast::Hasher;
use sealift_model::Digest;

const MAGIC: &[u8; 8] = b"sealift\x01";
const HEADER_BYTES: usize = MAGIC.len() + SUM_BYTES + LENGTH_BYTES;
const SUM_BYTES: usize = 4;
/// Room for an entry before it is read: large ones grow into theirs.
const FIRST_BYTES: u64 = 64 << 20;
const LENGTH_BYTES: usize = 8;

/// What stands before the content: a magic number, the checksum of key and content, and the bytes
/// of the content, little-endian.
pub(super) fn header(key: &Digest, content: &[u8]) -> [u8; HEADER_BYTES] {
    let mut header = [0; HEADER_BYTES];
    let length = length(content).to_le_bytes();
    let parts = [&MAGIC[..], &sum(key, content).to_le_bytes(), &length];
    for (place, byte) in header.iter_mut().zip(parts.concat()) {
        *place = byte;
    }
    header
}

/// The content of an entry that is whole, and is the one that belongs under the key. It is marked
/// as used at the time `now`.
pub(super) fn read(path: &Path, key: &Digest, max_bytes: u64, now: SystemTime) -> Option<Vec<u8>> {
    // Asked before opening, for opening a pipe would wait for a writer.
    if !path.symlink_metadata().ok()?.is_file() {
        return None;
    }
    let mut file = File::open(path).ok()?;
    let mut header = [0; HEADER_BYTES];
    file.read_exact(&mut header).ok()?;
    let room = file.metadata().ok()?.len().saturating_sub(u64::try_from(HEADER_BYTES).ok()?);
    // Nothing is made ready for bytes that the header does not tell of, or that nobody wrote.
    if room > max_bytes || !header.ends_with(&room.to_le_bytes()) {
        return None;
    }
    let mut content = Vec::with_capacity(usize::try_from(room.min(FIRST_BYTES)).ok()?);
    // Who writes to it meanwhile is none of us.
    (&mut file).take(room).read_to_end(&mut content).ok()?;
    if header != self::header(key, &content) {
        return None;
    }
    // What cannot be marked is only the sooner forgotten.
    drop(file.set_modified(now));
    Some(content)
}

/// Whether a file begins as entries do; one that is not finished may be empty.
pub(super) fn is_begun(path: &Path, is_finished: bool) -> bool {
    let mut begin = Vec::new();
    let read = File::open(path).and_then(|file| file.take(length(MAGIC)).read_to_end(&mut begin));
    read.is_ok() && (begin == MAGIC || begin.is_empty() && !is_finished)
}

fn length(bytes: &[u8]) -> u64 {
    u64::try_from(bytes.len()).unwrap_or(u64::MAX)
}

fn sum(key: &Digest, content: &[u8]) -> u32 {
    let mut sum = Hasher::new();
    sum.update(key.bytes());
    sum.update(content);
    sum.finalize()
}
