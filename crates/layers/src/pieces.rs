//! A file of which only parts are kept.

use std::cell::Cell;
use std::fmt;
use std::ops::Range;

use crate::stream::length;

/// The kept parts of a file that [`File::pieces`](crate::File::pieces) read, accessed by position
/// in the file.
#[derive(Clone, Copy)]
pub struct Pieces<'f> {
    /// The kept parts, one after another.
    held: &'f [u8],
    /// The ranges left out between them, in order.
    gaps: &'f [Range<u64>],
    /// Set when a part is requested that was left out.
    lacks: Option<&'f Cell<bool>>,
}

/// A file that is kept whole.
impl<'f> From<&'f [u8]> for Pieces<'f> {
    fn from(bytes: &'f [u8]) -> Self {
        Self { held: bytes, gaps: &[], lacks: None }
    }
}

impl<'f> Pieces<'f> {
    pub(crate) fn new(held: &'f [u8], gaps: &'f [Range<u64>], lacks: &'f Cell<bool>) -> Self {
        Self { held, gaps, lacks: Some(lacks) }
    }

    /// Size of the file in bytes, including the parts left out.
    #[must_use]
    pub fn size(&self) -> u64 {
        self.gaps.iter().fold(length(self.held.len()), |sum, gap| sum + (gap.end - gap.start))
    }

    /// The bytes of a range; none if it exceeds the file, or parts of it are left out.
    #[must_use]
    pub fn get(&self, place: Range<u64>) -> Option<&'f [u8]> {
        let place = (place.start <= place.end && place.end <= self.size()).then_some(place)?;
        if place.is_empty() {
            return Some(&[]);
        }
        let meets = |gap: &Range<u64>| gap.start < place.end && place.start < gap.end;
        if self.gaps.iter().any(meets) {
            if let Some(lacks) = self.lacks {
                lacks.set(true);
            }
            return None;
        }
        let before = self.gaps.iter().take_while(|gap| gap.end <= place.start);
        let before = before.fold(0, |sum, gap| sum + (gap.end - gap.start));
        let index = |at: u64| usize::try_from(at - before).ok();
        self.held.get(index(place.start)?..index(place.end)?)
    }

    /// The whole file; none if parts are left out.
    #[must_use]
    pub fn whole(&self) -> Option<&'f [u8]> {
        self.get(0..self.size())
    }
}

impl fmt::Debug for Pieces<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pieces").field("size", &self.size()).field("gaps", &self.gaps).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_those_in_the_file() {
        let lacks = Cell::new(false);
        let gaps = [2..5, 7..8];
        let pieces = Pieces::new(b"abfgi", &gaps, &lacks);
        assert_eq!(pieces.size(), 9);
        assert_eq!(pieces.get(0..2), Some(&b"ab"[..]));
        assert_eq!(pieces.get(5..7), Some(&b"fg"[..]));
        assert_eq!(pieces.get(8..9), Some(&b"i"[..]));
        assert_eq!((pieces.get(3..3), pieces.get(9..9)), (Some(&[][..]), Some(&[][..])));
        assert_eq!((pieces.get(9..10), pieces.get(0..u64::MAX)), (None, None));
        assert!(!lacks.get(), "what is beyond the file is not left out");
        for place in [0..3, 4..6, 6..9, 7..8] {
            lacks.set(false);
            assert_eq!(pieces.get(place), None);
            assert!(lacks.get());
        }
        lacks.set(false);
        assert_eq!(pieces.whole(), None);
        assert!(lacks.get());
        assert_eq!(Pieces::from(&b"ab"[..]).whole(), Some(&b"ab"[..]));
    }
}
