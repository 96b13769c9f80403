//! Quantities in Kubernetes' notation: `100m`, `1.5Gi`, `2e3`.
//!
//! Kubernetes API conventions, "resource.Quantity": a decimal number and a suffix, compared
//! exactly, written in canonical form.

use std::cmp::Ordering;
use std::fmt;

/// A quantity: `amount` times ten to the power of `exponent`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Quantity {
    amount: i128,
    exponent: i32,
    /// The power of ten of the last digit as written: that of `1.50` is -2, that of `5m` -3.
    scale: i32,
    /// The same, where Kubernetes computes in 64 bits: with few digits, and no fraction before a
    /// binary suffix.
    small: Option<i32>,
    format: Format,
}

/// The notation of a quantity.
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

/// The largest suffix, for writing.
const MAX_EXPONENT: i32 = 18;
/// The most digits in billionths; 10^27 and more are all equal.
const MAX_DIGITS: usize = 36;
const MOST: i128 = 10i128.pow(36);
/// The most digits after the point before a binary suffix; a finer remainder adds one to the last
/// digit.
const FRACTION: usize = 19;

impl Quantity {
    /// Reads a quantity; none if it is invalid. As in Kubernetes, a part finer than a billionth is
    /// rounded away from zero, and a quantity with a binary suffix is at most 2^63-1.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let unsigned = text.strip_prefix(['-', '+']).unwrap_or(text);
        let end = unsigned.find(|next: char| !next.is_ascii_digit() && next != '.');
        let (number, suffix) = unsigned.split_at(end.unwrap_or(unsigned.len()));
        let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
        // Without a digit it is zero: `Mi`, `-`, `.`.
        if text.is_empty() || fraction.contains('.') {
            return None;
        }
        let written = (whole.trim_start_matches('0').len(), fraction.len());
        let fraction = fraction.trim_end_matches('0');
        let negative = text.starts_with('-');
        let (amount, power, format) =
            if let Some((_, exponent)) = DECIMAL.iter().find(|(name, _)| *name == suffix) {
                (billionths(whole, fraction, (*exponent).into()), *exponent, Format::Decimal)
            } else if let Some(power) = BINARY.iter().skip(1).position(|name| *name == suffix) {
                let factor = 1024i128.checked_pow(u32::try_from(power + 1).ok()?)?;
                (binary_billionths(whole, fraction, factor)?, 0, Format::Binary)
            } else {
                let exponent: i64 = suffix.strip_prefix(['e', 'E'])?.parse().ok()?;
                let power = exponent.clamp(-9, 0).try_into().ok()?;
                (billionths(whole, fraction, exponent), power, Format::Exponent)
            };
        let amount = if negative { -amount } else { amount };
        let digits =
            if format == Format::Binary { 0 } else { i32::try_from(fraction.len()).ok()? };
        let scale = power.saturating_sub(digits).max(-9);
        let small = small(written, suffix, format);
        Some(Self { amount, exponent: -9, scale, small, format }.reduced())
    }

    /// Whether it is capped, so that it may equal other large quantities.
    pub(super) fn is_capped(&self) -> bool {
        self.at(-9).is_none_or(|billionths| billionths.abs() >= MOST)
    }

    /// Returns -1, 0 or 1.
    pub(super) fn sign(&self) -> i64 {
        i64::try_from(self.amount.signum()).unwrap_or_default()
    }

    /// Returns the value where Kubernetes stores a 64-bit integer: not for `1.0` and `1000m`.
    pub(super) fn whole(&self) -> Option<i64> {
        self.small.filter(|scale| *scale >= 0)?;
        i64::try_from(self.at(0)?).ok()
    }

    /// Returns another whole value in the same format.
    pub(super) fn with(self, amount: i64) -> Self {
        let (scale, small) = (0, Some(0));
        Self { amount: amount.into(), exponent: 0, scale, small, format: self.format }.reduced()
    }

    pub(super) fn plus(&self, other: &Self) -> Option<Self> {
        let (left, right, exponent) = aligned(self, other)?;
        let format = if self.amount == 0 { other.format } else { self.format };
        let scale = self.scale.min(other.scale);
        let small = match (self.amount, other.amount) {
            (0, _) => self.small.and(other.small),
            (_, 0) => other.small.and(self.small),
            _ => self.small.zip(other.small).map(|(left, right)| left.min(right)),
        };
        let amount = left.checked_add(right)?;
        Some(Self { amount, exponent, scale, small, format }.reduced())
    }

    pub(super) fn minus(&self, other: &Self) -> Option<Self> {
        let negated = Self { amount: other.amount.checked_neg()?, ..*other };
        self.plus(&negated)
    }

    pub(super) fn times(&self, other: &Self) -> Option<Self> {
        let amount = self.amount.checked_mul(other.amount)?;
        let exponent = self.exponent.checked_add(other.exponent)?;
        let scale = self.scale.saturating_add(other.scale);
        Some(Self { amount, exponent, scale, small: None, format: self.format }.reduced())
    }

    /// Divides as Kyverno does: rounded towards zero, at the finer of the two written scales.
    pub(super) fn divided_by(&self, other: &Self) -> Option<Self> {
        let finest = self.scale.min(other.scale).min(0);
        // amount * 10^exponent / (other * 10^e) = result * 10^finest
        let shift = self.exponent.checked_sub(other.exponent)?.checked_sub(finest)?;
        let (mut dividend, mut divisor) = (self.amount, other.amount);
        if shift >= 0 {
            dividend = dividend.checked_mul(power(shift)?)?;
        } else {
            divisor = divisor.checked_mul(power(-shift)?)?;
        }
        let amount = dividend.checked_div(divisor)?;
        let (exponent, scale, format) = (finest, finest, self.format);
        Some(Self { amount, exponent, scale, small: None, format }.reduced())
    }

    #[expect(clippy::as_conversions, reason = "approximate by its name")]
    pub(super) fn approximate(&self) -> f64 {
        // A power of ten is exact, but its inverse is not.
        match self.exponent {
            0.. => self.amount as f64 * 10f64.powi(self.exponent),
            finer => self.amount as f64 / 10f64.powi(-finer),
        }
    }

    /// Removes trailing zeros from the amount, so that equal quantities have equal fields.
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

    /// Returns the amount at an exponent, rounded away from zero where it is finer.
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

/// Returns the power of ten of the last written digit, where a value with this many digits before
/// and after the point fits 64 bits (`resource.Quantity`, the fast path of `ParseQuantity`).
fn small((whole, fraction): (usize, usize), suffix: &str, format: Format) -> Option<i32> {
    /// This many decimal digits always fit.
    const DIGITS: usize = 18;
    /// The same before a binary suffix; each suffix needs three digits more.
    const BEFORE_BINARY: usize = 14;
    match format {
        Format::Binary => {
            let place = BINARY.iter().position(|name| *name == suffix)?;
            (fraction == 0 && whole.max(1) + 3 * place <= BEFORE_BINARY).then_some(0)
        }
        Format::Decimal | Format::Exponent => {
            let power = match DECIMAL.iter().find(|(name, _)| *name == suffix) {
                Some((_, power)) => *power,
                None => suffix.get(1..)?.parse().ok()?,
            };
            let scale = power.checked_sub(i32::try_from(fraction).ok()?)?;
            (whole.max(1) + fraction <= DIGITS && scale >= -9).then_some(scale)
        }
    }
}

/// Returns `whole.fraction` times a power of ten, in billionths; a remainder rounds up.
fn billionths(whole: &str, fraction: &str, exponent: i64) -> i128 {
    let digits = format!("{whole}{fraction}");
    let digits = digits.trim_start_matches('0');
    // The number of digits before the point, or of zeros to add.
    let length = |text: &str| i64::try_from(text.len()).unwrap_or(i64::MAX);
    let before = length(digits).saturating_add(exponent.saturating_add(9) - length(fraction));
    match usize::try_from(before) {
        _ if digits.is_empty() => 0,
        Err(_) => 1,
        Ok(before) if before > MAX_DIGITS => MOST,
        Ok(before) => {
            let kept = digits.get(..before).unwrap_or(digits);
            let rest = digits.get(before..).unwrap_or_default();
            let up = rest.bytes().any(|digit| digit != b'0');
            let number: i128 = format!("{kept:0<before$}").parse().unwrap_or(0);
            number.saturating_add(up.into()).min(MOST)
        }
    }
}

/// Returns `whole.fraction` times a power of two, in billionths.
fn binary_billionths(whole: &str, fraction: &str, factor: i128) -> Option<i128> {
    let most = i128::from(i64::MAX).checked_mul(1_000_000_000)?;
    let whole = whole.trim_start_matches('0');
    if whole.len() > FRACTION {
        return Some(most);
    }
    let whole: i128 = if whole.is_empty() { 0 } else { whole.parse().ok()? };
    let Some(whole) = whole.checked_mul(factor)?.checked_mul(1_000_000_000) else {
        return Some(most);
    };
    let kept = fraction.get(..FRACTION).unwrap_or(fraction);
    let part: i128 = format!("{kept:0<FRACTION$}").parse().ok()?;
    let part = part.checked_add((fraction.len() > FRACTION).into())?.checked_mul(factor)?;
    let finest = power(i32::try_from(FRACTION).ok()? - 9)?;
    let up = i128::from(part % finest != 0);
    Some(whole.checked_add(part / finest)?.checked_add(up)?.min(most))
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
        // A fraction would be lost with a binary suffix.
        if self.format == Format::Binary
            && self.exponent >= 0
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
    fn large_and_fine_quantities_are_capped_and_rounded() {
        let ascending = [
            "-1e99",
            "-1n",
            "0",
            "0.0000000001",
            "2n",
            "1Gi",
            "1.0000000000000000000000001Gi",
            "1e18",
            "9223372036854775807",
            "9223372036854775808",
            "9999999999999999999",
            "1e19",
            "1e99",
        ];
        for pair in ascending.windows(2) {
            assert!(quantity(pair[0]) < quantity(pair[1]), "{pair:?}");
        }
        assert_eq!(quantity("0.0000000001"), quantity("1n"));
        assert_eq!(quantity("99999999999999999999Gi"), quantity("9223372036854775807"));
        assert_eq!(quantity("16Ei"), quantity("9223372036854775807"));
        assert_eq!(quantity("1e-9999999999"), quantity("1n"));
        let long = format!("1{}", "0".repeat(100_000));
        assert_eq!(quantity(&long), quantity("1e99"));
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
        let sum = quantity("1Gi").plus(&quantity("500m")).unwrap();
        assert_eq!(sum.to_string(), "1073741824500m");
        let quotients = [
            ("500m", "3", "166m"),
            ("1.5", "7", "200m"),
            ("30m", "2.5", "12m"),
            ("1k", "3", "333"),
            ("1", "0.7", "1400m"),
            ("1Gi", "2.5", "429496729600m"),
            ("100n", "3", "33n"),
        ];
        for (dividend, divisor, quotient) in quotients {
            let given = quantity(dividend).divided_by(&quantity(divisor)).unwrap().to_string();
            assert_eq!(given, quotient, "{dividend} {divisor}");
        }
    }

    /// The values are those of `kube-apiserver` 1.35.
    #[test]
    fn only_what_is_kept_in_64_bits_is_an_integer() {
        for text in ["Mi", ".", "-k", "5.k", "E3", "00001", "123456789012345678", "1Ti", "k", "-5"]
        {
            assert!(quantity(text).whole().is_some(), "{text}");
        }
        for text in ["m", "1.0", "1000m", "0.0", "2.50Gi", "1234567890123456789", "100Ti", "1.5Gi"]
        {
            assert_eq!(quantity(text).whole(), None, "{text}");
        }
        assert_eq!(quantity("1Gi").plus(&quantity("512Mi")).unwrap().whole(), Some(1_610_612_736));
        assert_eq!(quantity("500m").plus(&quantity("500m")).unwrap().whole(), None);
        assert_eq!(quantity("2k").with(5).whole(), Some(5));
    }

    #[test]
    fn what_is_no_quantity() {
        for text in ["", "1x", "1.2.3", "1ki", "--1", "1 Gi", "1e", "1e1.5"] {
            assert!(Quantity::parse(text).is_none(), "{text}");
        }
    }
}
