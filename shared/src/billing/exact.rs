//! Exact sums (端数処理前の額): fractions of yen that nothing was dropped from.

use std::fmt;
use std::ops::{Add, Neg, Sub};

use rust_decimal::Decimal;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use super::tariff::Ratio;
use crate::quantity::{FINE_PER_YEN, FineYen, RoundingMode, Yen};

/// An exact amount in yen. Sums of prices stay in ten-thousandths; shares make other fractions.
///
/// Bounds: prices to 10⁸ yen in 10⁻⁴, volumes below 2³², 2¹⁶ dwellings and the denominators of
/// days and percents stay far within 128 bits.
#[derive(Debug, Clone, Copy)]
pub struct Exact {
    numerator: i128,
    denominator: i128,
}

impl Exact {
    /// No yen.
    pub const ZERO: Exact = Exact { numerator: 0, denominator: FINE_PER_YEN as i128 };

    /// A quantity at a price.
    pub(super) fn product(quantity: u32, price: FineYen) -> Self {
        Self { numerator: i128::from(quantity) * i128::from(price.0), ..Self::ZERO }
    }

    /// Times a fraction.
    #[must_use]
    pub(super) fn scaled(self, ratio: Ratio) -> Self {
        if ratio == Ratio::ONE {
            return self;
        }
        Self {
            numerator: self.numerator * i128::from(ratio.numerator),
            denominator: self.denominator * i128::from(ratio.denominator),
        }
    }

    /// Rounded to multiples of `step_yen`. A negative amount is rounded by its size, as its
    /// positive twin: what is taken off is rounded as what is charged.
    pub(super) fn rounded(self, mode: RoundingMode, step_yen: i64) -> Self {
        let step = self.denominator * i128::from(step_yen);
        let size = self.numerator.abs();
        let lifted = match mode {
            RoundingMode::Floor => size,
            RoundingMode::HalfUp => size + step / 2,
            RoundingMode::Ceiling => size + step - 1,
        };
        let yen = quotient(lifted, step) * i128::from(step_yen);
        Self { numerator: yen * self.numerator.signum(), denominator: 1 }
    }

    /// The amount, when it is whole.
    pub fn whole_yen(self) -> Option<Yen> {
        // What was rounded has this denominator; a division of 128 bits costs more than a charge.
        let whole = match self.denominator {
            1 => self.numerator,
            denominator if self.numerator % denominator == 0 => self.numerator / denominator,
            _ => return None,
        };
        i64::try_from(whole).ok().map(Yen)
    }

    /// Whether it is below zero.
    pub fn is_negative(self) -> bool {
        self.numerator < 0
    }

    fn lowest(self) -> (i128, i128) {
        let (mut a, mut b) = (self.numerator.abs(), self.denominator);
        while b > 0 {
            (a, b) = (b, a % b);
        }
        (self.numerator / a.max(1), self.denominator / a.max(1))
    }
}

/// Both are not negative. Most amounts fit 64 bits, where machines divide many times faster.
fn quotient(numerator: i128, denominator: i128) -> i128 {
    match (u64::try_from(numerator), u64::try_from(denominator)) {
        (Ok(numerator), Ok(denominator)) => i128::from(numerator / denominator),
        _ => numerator / denominator,
    }
}

impl Default for Exact {
    fn default() -> Self {
        Self::ZERO
    }
}

impl From<FineYen> for Exact {
    fn from(price: FineYen) -> Self {
        Self { numerator: i128::from(price.0), ..Self::ZERO }
    }
}

impl From<Yen> for Exact {
    fn from(yen: Yen) -> Self {
        Self { numerator: i128::from(yen.0), denominator: 1 }
    }
}

impl Add for Exact {
    type Output = Exact;
    fn add(self, other: Exact) -> Exact {
        if self.denominator == other.denominator {
            return Exact { numerator: self.numerator + other.numerator, ..self };
        }
        let (own, others) = (self.lowest(), other.lowest());
        Exact { numerator: own.0 * others.1 + others.0 * own.1, denominator: own.1 * others.1 }
    }
}

impl Neg for Exact {
    type Output = Exact;
    fn neg(self) -> Exact {
        Exact { numerator: -self.numerator, ..self }
    }
}

impl Sub for Exact {
    type Output = Exact;
    fn sub(self, other: Exact) -> Exact {
        self + -other
    }
}

impl std::iter::Sum for Exact {
    fn sum<I: Iterator<Item = Exact>>(amounts: I) -> Exact {
        amounts.fold(Exact::ZERO, Add::add)
    }
}

impl PartialEq for Exact {
    fn eq(&self, other: &Exact) -> bool {
        self.lowest() == other.lowest()
    }
}

impl Eq for Exact {}

impl PartialOrd for Exact {
    fn partial_cmp(&self, other: &Exact) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Exact {
    fn cmp(&self, other: &Exact) -> std::cmp::Ordering {
        (*self - *other).numerator.cmp(&0)
    }
}

/// `2453.5`, or `2453 1/3` where no decimal ends.
impl fmt::Display for Exact {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (numerator, denominator) = self.lowest();
        let scale = (0..=8_u32).find(|scale| 10_i128.pow(*scale) % denominator == 0);
        if let Some(scale) = scale {
            let scaled = numerator * (10_i128.pow(scale) / denominator);
            return match Decimal::try_from_i128_with_scale(scaled, scale) {
                Ok(decimal) => write!(out, "{}", decimal.normalize()),
                Err(_) => write!(out, "{numerator}/{denominator}"),
            };
        }
        let sign = if numerator < 0 { "-" } else { "" };
        let size = numerator.abs();
        write!(out, "{sign}{} {}/{denominator}", size / denominator, size % denominator)
    }
}

impl Serialize for Exact {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let (numerator, denominator) = self.lowest();
        if denominator == 1 {
            serializer.collect_str(&numerator)
        } else {
            serializer.collect_str(&format_args!("{numerator}/{denominator}"))
        }
    }
}

impl<'de> Deserialize<'de> for Exact {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let (numerator, denominator) = text.split_once('/').unwrap_or((&text, "1"));
        match (numerator.parse(), denominator.parse()) {
            (Ok(numerator), Ok(denominator)) if denominator > 0 => {
                Ok(Self { numerator, denominator })
            }
            _ => Err(de::Error::custom("an exact amount is written as 35 or 35/3")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn third() -> Exact {
        Exact::from(Yen(1)).scaled(Ratio { numerator: 1, denominator: 3 })
    }

    #[test]
    fn sums_stay_exact() {
        assert_eq!(third() + third() + third(), Exact::from(Yen(1)));
        assert_eq!((third() - third()).whole_yen(), Some(Yen(0)));
        assert_eq!(third().whole_yen(), None);
        assert!(third() < Exact::from(FineYen(3_334)));
    }

    #[test]
    fn what_is_taken_off_is_rounded_by_its_size() {
        let amount = Exact::from(FineYen(-155_000));
        let rounded = |mode| amount.rounded(mode, 1).whole_yen().unwrap().0;
        assert_eq!(rounded(RoundingMode::Floor), -15);
        assert_eq!(rounded(RoundingMode::HalfUp), -16);
        assert_eq!(rounded(RoundingMode::Ceiling), -16);
        assert_eq!(amount.rounded(RoundingMode::HalfUp, 10), Exact::from(Yen(-20)));
    }

    #[test]
    fn amounts_are_shown_and_read_back() {
        let shown = |amount: Exact| (amount.to_string(), serde_json::to_string(&amount).unwrap());
        assert_eq!(shown(Exact::from(FineYen(24_535_000))), ("2453.5".into(), "\"4907/2\"".into()));
        assert_eq!(shown(third()), ("0 1/3".into(), "\"1/3\"".into()));
        assert_eq!(shown(-third()).0, "-0 1/3");
        let back: Exact = serde_json::from_str("\"4907/2\"").unwrap();
        assert_eq!(back, Exact::from(FineYen(24_535_000)));
        assert!(serde_json::from_str::<Exact>("\"1/0\"").is_err());
    }
}
