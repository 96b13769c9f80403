//! Files that were good.

use proptest::prelude::*;
use proptest::sample::Index;

/// Most changes of one file: few, so that what is read first does not end it all.
const MAX_CHANGES: usize = 4;

/// A change of a file.
#[derive(Clone, Debug)]
enum Change {
    /// A byte becomes another one.
    Byte(Index, u8),
    /// Bytes are put in between.
    Insert(Index, Vec<u8>),
    /// Bytes are taken out.
    Remove(Index, usize),
    /// A line stands twice.
    Double(Index),
    /// The file ends here.
    Cut(Index),
}

/// The file after some changes; bytes that mean something in some format are put in more often.
pub(crate) fn of(bytes: &[u8]) -> impl Strategy<Value = Vec<u8>> + use<> {
    let bytes = bytes.to_vec();
    prop::collection::vec(change(), 1..=MAX_CHANGES).prop_map(move |changes| {
        changes.into_iter().fold(bytes.clone(), |bytes, change| change.apply(bytes))
    })
}

fn change() -> impl Strategy<Value = Change> {
    let telling = b"\"'[]{}()<>:,;=@/\\#*-+!? \n\r\t0a\0\xff";
    let byte = || prop_oneof![any::<u8>(), prop::sample::select(telling.to_vec())];
    let at = || any::<Index>();
    prop_oneof![
        4 => (at(), byte()).prop_map(|(at, byte)| Change::Byte(at, byte)),
        2 => (at(), prop::collection::vec(byte(), 1..4)).prop_map(|(at, it)| Change::Insert(at, it)),
        2 => (at(), 1_usize..9).prop_map(|(at, count)| Change::Remove(at, count)),
        2 => at().prop_map(Change::Double),
        1 => at().prop_map(Change::Cut),
    ]
}

impl Change {
    fn apply(self, mut bytes: Vec<u8>) -> Vec<u8> {
        if bytes.is_empty() {
            return bytes;
        }
        match self {
            Self::Byte(at, byte) => *at.get_mut(&mut bytes) = byte,
            Self::Insert(at, more) => {
                let at = at.index(bytes.len());
                bytes.splice(at..at, more);
            }
            Self::Remove(at, count) => {
                let at = at.index(bytes.len());
                bytes.drain(at..bytes.len().min(at + count));
            }
            Self::Double(at) => {
                let lines: Vec<&[u8]> = bytes.split_inclusive(|&byte| byte == b'\n').collect();
                let at = at.index(lines.len());
                return [&lines[..=at], &lines[at..]].concat().concat();
            }
            Self::Cut(at) => bytes.truncate(at.index(bytes.len())),
        }
        bytes
    }
}
