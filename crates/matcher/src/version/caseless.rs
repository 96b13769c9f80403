//! Text that is compared without regard to case.

use std::cmp::Ordering;

/// Text compared as if it were written in lower case.
#[derive(Clone, Copy, Debug)]
pub(super) struct Caseless<'a>(pub(super) &'a str);

impl Ord for Caseless<'_> {
    fn cmp(&self, other: &Self) -> Ordering {
        lower(self.0).cmp(lower(other.0))
    }
}

fn lower(text: &str) -> impl Iterator<Item = char> {
    text.chars().flat_map(char::to_lowercase)
}

eq_through_ord!(Caseless);
