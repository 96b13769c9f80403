//! Quantities as Kubernetes writes them: `100m`, `1.5Gi`, `2e3`.
//!
//! Kubernetes API conventions, "resource.Quantity": a decimal number and a suffix, compared
//! exactly, written in canonical form.

use std::cmp::Ordering;
use std::fmt;

/// A quantity: `amount` times ten to the power of `exponent`.
#[derive(Clone, Copy, Debug)]
pub(super) struct Quantity {
    amount: i128,
    exponent: i32,
    format: Format,
}

/// How a quantity is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Format {
    /// `Ki`, `Mi`.
    Binary,
    /// `k`, `M`, `m`.
    Decimal,
    /// `e3`.
    Exponent,
}

/// Decimal suffixes, with the power of ten.
const DECIMAL: &[(&str, i32)] = &[
    ("n", -9),
    ("u", -6),
    ("m", -3),
    ("", 0),
    ("k", 3),
    ("M", 6),
    ("G", 9),
    ("T", 12),
    ("P", 15),
    ("E", 18),
];

/// Binary suffixes; each is 1024 times the one before.
const BINARY: &[&str] = &["", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei"];

/// Digits that a number may have; it then fits 128 bits with any suffix.
const MAX_DIGITS: usize = 18;
/// Powers of ten that are reckoned with.
const MAX_EXPONENT: i32 = 18;

impl Quantity {
    /// Reads a quantity; none if it is none, or has more digits than can be reckoned with.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let unsigned = text.strip_prefix(['-', '+']).unwrap_or(text);
        let end = unsigned.find(|next: char| !next.is_ascii_digit() && next != '.');
        let (number, suffix) = unsigned.split_at(end.unwrap_or(unsigned.len()));
        let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
        if (whole.is_empty() && fraction.is_empty()) || fraction.contains('.') {
            return None;
        }
        let fraction = fraction.trim_end_matches('0');
        let digits = format!("{whole}{fraction}");
        let digits = digits.trim_start_matches('0');
        if digits.len() > MAX_DIGITS || fraction.len() > MAX_DIGITS {
            return None;
        }
        let amount: i128 = if digits.is_empty() { 0 } else { digits.parse().ok()? };
        let amount = if text.starts_with('-') { -amount } else { amount };
        let shift = i32::try_from(fraction.len()).ok()?;
        let (amount, exponent, format) = with_suffix(amount, suffix)?;
        let exponent = exponent.checked_sub(shift)?;
        Some(Self { amount, exponent, format }.reduced())
    }

    /// The same format, another whole value.
    pub(super) fn with(self, amount: i64) -> Self {
        Self { amount: amount.into(), exponent: 0, format: self.format }.reduced()
    }

    pub(super) fn plus(&self, other: &Self) -> Option<Self> {
        let (left, right, exponent) = aligned(self, other)?;
        let format = if self.amount == 0 { other.format } else { self.format };
        Some(Self { amount: left.checked_add(right)?, exponent, format }.reduced())
    }

    pub(super) fn minus(&self, other: &Self) -> Option<Self> {
        let negated = Self { amount: other.amount.checked_neg()?, ..*other };
        self.plus(&negated)
    }

    pub(super) fn times(&self, other: &Self) -> Option<Self> {
        let amount = self.amount.checked_mul(other.amount)?;
        let exponent = self.exponent.checked_add(other.exponent)?;
        Some(Self { amount, exponent, format: self.format }.reduced())
    }

    /// Rounded towards zero at the finer scale of both, as Kyverno divides.
    pub(super) fn divided_by(&self, other: &Self) -> Option<Self> {
        let finest = self.exponent.min(other.exponent).min(0);
        // amount * 10^exponent / (other * 10^e) = result * 10^finest
        let shift = self.exponent.checked_sub(other.exponent)?.checked_sub(finest)?;
        let (mut dividend, mut divisor) = (self.amount, other.amount);
        if shift >= 0 {
            dividend = dividend.checked_mul(power(shift)?)?;
        } else {
            divisor = divisor.checked_mul(power(-shift)?)?;
        }
        let amount = dividend.checked_div(divisor)?;
        Some(Self { amount, exponent: finest, format: self.format }.reduced())
    }

    #[expect(clippy::as_conversions, reason = "approximate by its name")]
    pub(super) fn approximate(&self) -> f64 {
        self.amount as f64 * 10f64.powi(self.exponent)
    }

    /// No trailing zeros in the amount, so that equal quantities look alike.
    fn reduced(mut self) -> Self {
        if self.amount == 0 {
            self.exponent = 0;
        }
        while self.amount != 0 && self.amount % 10 == 0 {
            self.amount /= 10;
            self.exponent += 1;
        }
        self
    }

    /// The amount at an exponent, rounded away from zero where it is finer.
    fn at(&self, exponent: i32) -> Option<i128> {
        let shift = self.exponent.checked_sub(exponent)?;
        if shift >= 0 {
            return self.amount.checked_mul(power(shift)?);
        }
        let divisor = power(-shift)?;
        let up = if self.amount % divisor == 0 { 0 } else { self.amount.signum() };
        (self.amount / divisor).checked_add(up)
    }
}

fn with_suffix(amount: i128, suffix: &str) -> Option<(i128, i32, Format)> {
    if let Some((_, exponent)) = DECIMAL.iter().find(|(name, _)| *name == suffix) {
        return Some((amount, *exponent, Format::Decimal));
    }
    if let Some(power) = BINARY.iter().skip(1).position(|name| *name == suffix) {
        let factor = 1024i128.checked_pow(u32::try_from(power + 1).ok()?)?;
        return Some((amount.checked_mul(factor)?, 0, Format::Binary));
    }
    let exponent: i32 = suffix.strip_prefix(['e', 'E'])?.parse().ok()?;
    (exponent.abs() <= MAX_EXPONENT).then_some((amount, exponent, Format::Exponent))
}

fn power(exponent: i32) -> Option<i128> {
    10i128.checked_pow(u32::try_from(exponent).ok()?)
}

fn aligned(left: &Quantity, right: &Quantity) -> Option<(i128, i128, i32)> {
    let exponent = left.exponent.min(right.exponent);
    Some((left.at(exponent)?, right.at(exponent)?, exponent))
}

impl PartialEq for Quantity {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Quantity {}

impl PartialOrd for Quantity {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Quantity {
    fn cmp(&self, other: &Self) -> Ordering {
        match aligned(self, other) {
            Some((left, right, _)) => left.cmp(&right),
            None => self.approximate().total_cmp(&other.approximate()),
        }
    }
}

impl fmt::Display for Quantity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.amount == 0 {
            return f.write_str("0");
        }
        if self.format == Format::Binary
            && let Some(mut amount) = self.at(0)
            && amount.abs() >= 1024
        {
            let mut suffixes = BINARY.iter();
            let mut suffix = suffixes.next();
            while amount % 1024 == 0
                && let Some(larger) = suffixes.next()
            {
                amount /= 1024;
                suffix = Some(larger);
            }
            return write!(f, "{amount}{}", suffix.unwrap_or(&""));
        }
        let exponent = (self.exponent.div_euclid(3) * 3).clamp(-9, MAX_EXPONENT);
        let amount = self.at(exponent).ok_or(fmt::Error)?;
        let suffix = DECIMAL.iter().find(|(_, power)| *power == exponent);
        match (self.format, exponent) {
            (Format::Exponent, 0) => write!(f, "{amount}"),
            (Format::Exponent, exponent) => write!(f, "{amount}e{exponent}"),
            _ => write!(f, "{amount}{}", suffix.map_or("", |(name, _)| name)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn quantity(text: &str) -> Quantity {
        Quantity::parse(text).unwrap()
    }

    #[test]
    fn quantities_are_compared_exactly() {
        let equal =
            [("1024Mi", "1Gi"), ("1000m", "1"), ("1.5", "1500m"), ("1e3", "1k"), ("0.5Ki", "512")];
        for (left, right) in equal {
            assert_eq!(quantity(left), quantity(right), "{left} {right}");
        }
        assert!(quantity("1G") < quantity("1Gi"));
        assert!(quantity("-1") < quantity("100n"));
    }

    #[test]
    fn quantities_are_written_canonically() {
        let written = [
            ("1024Mi", "1Gi"),
            ("1500m", "1500m"),
            ("2000", "2k"),
            ("512Ki", "512Ki"),
            ("0.1", "100m"),
            ("3e6", "3e6"),
            ("0", "0"),
        ];
        for (text, expected) in written {
            assert_eq!(quantity(text).to_string(), expected);
        }
        let sum = quantity("1Gi").plus(&quantity("512Mi")).unwrap();
        assert_eq!(sum.to_string(), "1536Mi");
        assert_eq!(quantity("100m").times(&quantity("3")).unwrap().to_string(), "300m");
        assert_eq!(quantity("10Gi").divided_by(&quantity("4")).unwrap().to_string(), "2560Mi");
    }

    #[test]
    fn what_is_no_quantity() {
        for text in ["", "Mi", "1x", "1.2.3", "1ki", "--1", "1 Gi", "99999999999999999999", "1e99"]
        {
            assert!(Quantity::parse(text).is_none(), "{text}");
        }
    }
}
