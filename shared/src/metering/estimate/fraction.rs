//! Exact fractions (分数): volumes and shares of which nothing was dropped yet.

use std::cmp::Ordering;
use std::fmt;
use std::ops::{Add, Mul, Sub};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use crate::quantity::{CubicMeters, RoundingMode};

/// A fraction in lowest terms with a positive denominator.
///
/// Bounds: volumes lie below 2³², days and shares below 2¹⁶, and no sum has more than a few of them,
/// so that every product stays far within 128 bits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Fraction {
    numerator: i128,
    denominator: i128,
}

/// A rule's own numbers have at most this many digits, so that nothing overflows.
const DIGITS_MAX: usize = 9;

impl Fraction {
    /// Nothing.
    pub const ZERO: Fraction = Fraction { numerator: 0, denominator: 1 };

    /// A whole number.
    pub fn whole(number: u32) -> Self {
        Self { numerator: i128::from(number), denominator: 1 }
    }

    /// One number over another; a denominator of 0 counts as 1, since no caller has one.
    pub fn of(numerator: u64, denominator: u64) -> Self {
        Self::lowest(i128::from(numerator), i128::from(denominator.max(1)))
    }

    fn lowest(numerator: i128, denominator: i128) -> Self {
        let (mut a, mut b) = (numerator.abs(), denominator);
        while b > 0 {
            (a, b) = (b, a % b);
        }
        Self { numerator: numerator / a.max(1), denominator: denominator / a.max(1) }
    }

    /// Whether it is below zero.
    pub fn is_negative(self) -> bool {
        self.numerator < 0
    }

    /// Whole cubic meters; what is below zero counts as none.
    pub fn rounded(self, mode: RoundingMode) -> CubicMeters {
        CubicMeters(u32::try_from(self.rounded_whole(mode)).unwrap_or(u32::MAX))
    }

    /// A whole number; what is below zero counts as none.
    pub fn rounded_whole(self, mode: RoundingMode) -> u64 {
        let numerator = self.numerator.max(0);
        let whole = match mode {
            RoundingMode::Floor => numerator / self.denominator,
            RoundingMode::HalfUp => (numerator * 2 + self.denominator) / (self.denominator * 2),
            RoundingMode::Ceiling => (numerator + self.denominator - 1) / self.denominator,
        };
        u64::try_from(whole).unwrap_or(u64::MAX)
    }

    /// Reads `3`, `6.5` or `1/3`.
    pub fn parse(text: &str) -> Option<Self> {
        let number = |text: &str| -> Option<i128> {
            let is_plain = !text.is_empty() && text.len() <= DIGITS_MAX;
            (is_plain && text.bytes().all(|byte| byte.is_ascii_digit()))
                .then(|| text.parse().ok())
                .flatten()
        };
        if let Some((over, under)) = text.split_once('/') {
            let under = number(under).filter(|under| *under > 0)?;
            return Some(Self::lowest(number(over)?, under));
        }
        let Some((whole, decimals)) = text.split_once('.') else {
            return Some(Self { numerator: number(text)?, denominator: 1 });
        };
        let scale = 10_i128.pow(u32::try_from(decimals.len().min(DIGITS_MAX)).ok()?);
        Some(Self::lowest(number(whole)? * scale + number(decimals)?, scale))
    }
}

impl From<CubicMeters> for Fraction {
    fn from(volume: CubicMeters) -> Self {
        Self::whole(volume.0)
    }
}

impl Add for Fraction {
    type Output = Fraction;
    fn add(self, other: Fraction) -> Fraction {
        let numerator = self.numerator * other.denominator + other.numerator * self.denominator;
        Self::lowest(numerator, self.denominator * other.denominator)
    }
}

impl Sub for Fraction {
    type Output = Fraction;
    fn sub(self, other: Fraction) -> Fraction {
        self + Fraction { numerator: -other.numerator, ..other }
    }
}

impl Mul for Fraction {
    type Output = Fraction;
    fn mul(self, other: Fraction) -> Fraction {
        Self::lowest(self.numerator * other.numerator, self.denominator * other.denominator)
    }
}

impl std::iter::Sum for Fraction {
    fn sum<I: Iterator<Item = Fraction>>(parts: I) -> Fraction {
        parts.fold(Fraction::ZERO, Add::add)
    }
}

impl PartialOrd for Fraction {
    fn partial_cmp(&self, other: &Fraction) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Fraction {
    fn cmp(&self, other: &Fraction) -> Ordering {
        (*self - *other).numerator.cmp(&0)
    }
}

/// `40`, or `33 1/3` where something is left over.
impl fmt::Display for Fraction {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.is_negative() { "-" } else { "" };
        let size = self.numerator.abs();
        match (size / self.denominator, size % self.denominator) {
            (whole, 0) => write!(out, "{sign}{whole}"),
            (0, rest) => write!(out, "{sign}{rest}/{}", self.denominator),
            (whole, rest) => write!(out, "{sign}{whole} {rest}/{}", self.denominator),
        }
    }
}

impl Serialize for Fraction {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&format_args!("{}/{}", self.numerator, self.denominator))
    }
}

impl<'de> Deserialize<'de> for Fraction {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Fraction::parse(&text).ok_or_else(|| de::Error::custom("written as 3, 6.5 or 1/3"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fractions_are_read_exactly_and_shown() {
        let shown = |text| Fraction::parse(text).map(|fraction| fraction.to_string());
        assert_eq!(shown("100/3").as_deref(), Some("33 1/3"));
        assert_eq!(shown("6.5").as_deref(), Some("6 1/2"));
        assert_eq!(shown("40").as_deref(), Some("40"));
        for wrong in ["", "1/0", "-1", "1.", "1.0000000000", "x"] {
            assert_eq!(Fraction::parse(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn roundings_do_what_their_names_say() {
        let third = Fraction::parse("100/3").unwrap();
        assert_eq!(third.rounded(RoundingMode::Floor), CubicMeters(33));
        assert_eq!(third.rounded(RoundingMode::Ceiling), CubicMeters(34));
        assert_eq!(Fraction::parse("5.5").unwrap().rounded(RoundingMode::HalfUp), CubicMeters(6));
        assert_eq!((Fraction::ZERO - third).rounded(RoundingMode::HalfUp), CubicMeters(0));
    }
}
