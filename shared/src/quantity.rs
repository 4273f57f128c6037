//! Quantities: yen, unit prices and cubic meters. Integers only; every rounding is named here.

use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// Whole yen (円). The only amount that is ever stored, printed or posted.
#[derive(
    Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct Yen(pub i64);

impl Yen {
    /// With thousands separated, as printed on papers: `12,345`.
    pub fn grouped(self) -> String {
        grouped(self.0)
    }
}

impl std::ops::Add for Yen {
    type Output = Yen;
    fn add(self, other: Yen) -> Yen {
        Yen(self.0 + other.0)
    }
}

impl std::ops::Sub for Yen {
    type Output = Yen;
    fn sub(self, other: Yen) -> Yen {
        Yen(self.0 - other.0)
    }
}

impl std::iter::Sum for Yen {
    fn sum<I: Iterator<Item = Yen>>(amounts: I) -> Yen {
        amounts.fold(Yen(0), std::ops::Add::add)
    }
}

/// Cubic meters of water (m³), whole: the red digits of the dial are not billed.
#[derive(
    Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct CubicMeters(pub u32);

/// An amount in ten-thousandths of a yen: prices per m³ and sums before they are rounded.
///
/// Published tables go down to 銭 (1/100 yen); two more digits leave room for prices that a
/// utility derives. The engine multiplies and adds these exactly and rounds once, by name.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FineYen(pub i64);

/// As yen with decimals where people read it (`"148.5"`), as the integer elsewhere.
impl Serialize for FineYen {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if serializer.is_human_readable() {
            serializer.collect_str(&self.to_decimal())
        } else {
            serializer.serialize_i64(self.0)
        }
    }
}

impl<'de> Deserialize<'de> for FineYen {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        if !deserializer.is_human_readable() {
            return i64::deserialize(deserializer).map(Self);
        }
        let text = String::deserialize(deserializer)?;
        let price = text.parse::<Decimal>().map_err(de::Error::custom)?;
        Self::from_decimal(price).map_err(de::Error::custom)
    }
}

/// How many fine units make one yen.
pub const FINE_PER_YEN: i64 = 10_000;

/// Why a price in a table cannot be taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a price has at most four decimals and lies between 0 and 100,000,000 yen")]
pub struct PriceError;

impl FineYen {
    /// Takes a price as printed in a schedule (`148.5`), exactly or not at all.
    pub fn from_decimal(price: Decimal) -> Result<Self, PriceError> {
        let fine = price.checked_mul(Decimal::from(FINE_PER_YEN)).ok_or(PriceError)?;
        if !fine.fract().is_zero() || fine.is_sign_negative() {
            return Err(PriceError);
        }
        let fine = fine.to_i64().ok_or(PriceError)?;
        if fine > 100_000_000 * FINE_PER_YEN {
            return Err(PriceError);
        }
        Ok(Self(fine))
    }

    /// The exact value in yen, for showing: `148.5`.
    pub fn to_decimal(self) -> Decimal {
        Decimal::new(self.0, 4).normalize()
    }
}

impl std::ops::Add for FineYen {
    type Output = FineYen;
    fn add(self, other: FineYen) -> FineYen {
        FineYen(self.0 + other.0)
    }
}

/// How a sum becomes whole yen (端数処理), in the ordinance's words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum RoundingMode {
    /// 切捨て: the fraction is dropped.
    Floor,
    /// 四捨五入: half and more goes up.
    HalfUp,
    /// 切上げ: any fraction goes up.
    Ceiling,
}

impl RoundingMode {
    /// Rounds a non-negative sum to a multiple of `step_yen` (1 or 10).
    pub fn round(self, sum: FineYen, step_yen: i64) -> Yen {
        let step = step_yen * FINE_PER_YEN;
        let lifted = match self {
            RoundingMode::Floor => sum.0,
            RoundingMode::HalfUp => sum.0 + step / 2,
            RoundingMode::Ceiling => sum.0 + step - 1,
        };
        Yen(lifted.div_euclid(step) * step_yen)
    }
}

/// Groups digits by thousands: `-1,234,567`.
pub fn grouped(number: i64) -> String {
    let digits = number.unsigned_abs().to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3 + 1);
    if number < 0 {
        out.push('-');
    }
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::str::FromStr;

    #[test]
    fn prices_are_taken_exactly_or_refused() {
        let fine = |text| FineYen::from_decimal(Decimal::from_str(text).unwrap());
        assert_eq!(fine("148.5"), Ok(FineYen(1_485_000)));
        assert_eq!(fine("0.00001"), Err(PriceError));
        assert_eq!(fine("-1"), Err(PriceError));
        assert_eq!(fine("99999999999999"), Err(PriceError));
        assert_eq!(FineYen(1_485_000).to_decimal().to_string(), "148.5");
    }

    #[test]
    fn prices_are_written_as_people_read_them() {
        let price = FineYen(1_485_000);
        assert_eq!(serde_json::to_string(&price).unwrap(), "\"148.5\"");
        assert_eq!(serde_json::from_str::<FineYen>("\"148.5\"").unwrap(), price);
        let bytes = postcard::to_stdvec(&price).unwrap();
        assert_eq!(postcard::from_bytes::<FineYen>(&bytes).unwrap(), price);
    }

    #[test]
    fn each_rounding_does_what_its_name_says() {
        let sum = FineYen(1_234_999);
        assert_eq!(RoundingMode::Floor.round(sum, 1), Yen(123));
        assert_eq!(RoundingMode::HalfUp.round(FineYen(1_235_000), 1), Yen(124));
        assert_eq!(RoundingMode::Ceiling.round(FineYen(1_230_001), 1), Yen(124));
        assert_eq!(RoundingMode::Floor.round(sum, 10), Yen(120));
    }

    #[test]
    fn digits_are_grouped_by_thousands() {
        assert_eq!(grouped(0), "0");
        assert_eq!(grouped(999), "999");
        assert_eq!(grouped(-1_234_567), "-1,234,567");
    }
}
