//! Numbers of any size.

use std::cmp::Ordering;

/// A natural number, kept as its digits without leading zeros: no size overflows.
/// Zero is the empty string.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Number<'a>(&'a str);

impl<'a> Number<'a> {
    /// Takes digits; no digits are zero.
    pub(super) fn new(digits: &'a str) -> Self {
        Self(digits.trim_start_matches('0'))
    }

    pub(super) fn is_zero(self) -> bool {
        self.0.is_empty()
    }

    /// The number, unless it is too large.
    pub(super) fn value(self) -> Option<u64> {
        if self.is_zero() { Some(0) } else { self.0.parse().ok() }
    }

    pub(super) fn is_at_most(self, max: u64) -> bool {
        self.value().is_some_and(|value| value <= max)
    }
}

impl Ord for Number<'_> {
    fn cmp(&self, other: &Self) -> Ordering {
        self.0.len().cmp(&other.0.len()).then_with(|| self.0.cmp(other.0))
    }
}

impl PartialOrd for Number<'_> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn compares_by_value_at_any_size() {
        let huge = "9".repeat(4000);
        assert!(Number::new("10") > Number::new("9"));
        assert_eq!(Number::new("0010"), Number::new("10"));
        assert_eq!(Number::new("000"), Number::new(""));
        assert!(Number::new(&huge) > Number::new("18446744073709551616"));
    }

    #[test]
    fn knows_its_bounds() {
        assert!(Number::new("18446744073709551615").is_at_most(u64::MAX));
        assert!(!Number::new("18446744073709551616").is_at_most(u64::MAX));
        assert!(Number::new("0").is_at_most(0));
    }
}
