//! Decimal numbers, so that the equations give the same results on every machine.

use std::ops::{Add, Mul, Sub};

use super::score::CvssScore;

/// A decimal number with 18 places, for products below 100.
///
/// The constants of the specifications are decimals of up to four places. Their products are exact,
/// except for the powers of version 3 and the adjusted impact of version 2, which deviate by less
/// than 10^-15. So a score that is a tenth or halfway between two is exact, which binary floating
/// point cannot guarantee.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Decimal(i128);

const ONE: i128 = 10_i128.pow(18);

/// The decimal `digits * 10^-places`.
pub(super) const fn dec(digits: i128, places: u32) -> Decimal {
    Decimal(digits * (ONE / 10_i128.pow(places)))
}

impl Decimal {
    pub(super) const ZERO: Self = dec(0, 0);
    pub(super) const ONE: Self = dec(1, 0);
    pub(super) const TEN: Self = dec(10, 0);

    /// The `count`th power.
    pub(super) fn power(self, count: usize) -> Self {
        std::iter::repeat_n(self, count).fold(Self::ONE, Mul::mul)
    }

    /// The nearest tenth; halves are rounded away from zero.
    pub(super) fn round(self) -> Self {
        let magnitude = (self.0.abs() + ONE / 20) / (ONE / 10);
        dec(self.0.signum() * magnitude, 1)
    }

    /// The smallest tenth that is not below the number.
    pub(super) fn round_up(self) -> Self {
        dec(-(-self.0).div_euclid(ONE / 10), 1)
    }

    /// The nearest hundred-thousandth.
    pub(super) fn to_five_places(self) -> Self {
        dec((self.0 + ONE / 200_000).div_euclid(ONE / 100_000), 5)
    }

    /// The score, for a number of whole tenths.
    pub(super) fn to_score(self) -> CvssScore {
        CvssScore::clamped(self.0 / (ONE / 10))
    }
}

impl Add for Decimal {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self(self.0 + other.0)
    }
}

impl Sub for Decimal {
    type Output = Self;

    fn sub(self, other: Self) -> Self {
        Self(self.0 - other.0)
    }
}

impl Mul for Decimal {
    type Output = Self;

    fn mul(self, other: Self) -> Self {
        Self(self.0 * other.0 / ONE)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rounding() {
        assert_eq!(dec(425, 2).round(), dec(43, 1));
        assert_eq!(dec(-15, 2).round(), dec(-2, 1));
        assert_eq!(dec(402, 2).round_up(), dec(41, 1));
        assert_eq!(dec(400, 2).round_up(), dec(40, 1));
        assert_eq!(dec(4_000_004, 6).to_five_places(), dec(4, 0));
        assert_eq!(dec(4_000_006, 6).to_five_places(), dec(400_001, 5));
    }
}
