//! Words for the figures of a trial (試算の表記): the same on the page, in the file and on paper.

use shared::quantity::{Yen, grouped};

use super::histogram::Bin;
use super::tiers::TierKind;

/// What the edges of a histogram count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    /// Yen over the year.
    Yen,
    /// Percent of what the year cost before.
    Percent,
}

impl Unit {
    /// The word behind a number.
    pub fn japanese(self) -> &'static str {
        match self {
            Unit::Yen => "円",
            Unit::Percent => "%",
        }
    }
}

impl Bin {
    /// `500円超〜1,000円の増`.
    pub fn japanese(&self, unit: Unit) -> String {
        let unit = unit.japanese();
        let way = match self.direction {
            0 => return "変わらない".to_owned(),
            1.. => "増",
            _ => "減",
        };
        match self.to {
            None => format!("{}{unit}超の{way}", grouped(self.over)),
            Some(to) if self.over == 0 => format!("{}{unit}までの{way}", grouped(to)),
            Some(to) => format!("{}{unit}超〜{}{unit}の{way}", grouped(self.over), grouped(to)),
        }
    }

    /// The outer edge, short enough for the foot of a bar: `+1千`, `−5万超`.
    pub fn edge(&self) -> String {
        let sign = match self.direction {
            0 => return "±0".to_owned(),
            1.. => "+",
            _ => "−",
        };
        match self.to {
            Some(to) => format!("{sign}{}", short(to)),
            None => format!("{sign}{}超", short(self.over)),
        }
    }
}

fn short(number: i64) -> String {
    match number {
        10_000.. if number % 10_000 == 0 => format!("{}万", number / 10_000),
        1_000.. if number % 1_000 == 0 => format!("{}千", number / 1_000),
        _ => grouped(number),
    }
}

impl TierKind {
    /// `11〜20 m³（1か月）`.
    pub fn japanese(&self) -> String {
        match self {
            TierKind::Service => "基本料金".to_owned(),
            TierKind::Tier { table_months, from_m3, to_m3, .. } => {
                let to = to_m3.map(|to| grouped(i64::from(to))).unwrap_or_default();
                format!("{}〜{to} m³（{table_months}か月）", grouped(i64::from(*from_m3)))
            }
            TierKind::Converted => "日割りで換算した分".to_owned(),
            TierKind::Carried => "次の期に繰り越す水量".to_owned(),
            TierKind::MeterRent => "メーター使用料".to_owned(),
            TierKind::Others => "減免・端数など".to_owned(),
            TierKind::Tax => "消費税".to_owned(),
        }
    }

    /// The price of a m³ where there is one: `148.5`.
    pub fn unit_price(&self) -> Option<String> {
        match self {
            TierKind::Tier { unit_price, .. } => Some(unit_price.to_decimal().to_string()),
            _ => None,
        }
    }
}

/// The change in percent with one decimal, rounded half away from zero: `+12.3%`; `−` without a whole.
pub fn percent(before: Yen, after: Yen) -> String {
    if before.0 <= 0 {
        return "−".to_owned();
    }
    let change = i128::from(after.0) - i128::from(before.0);
    let whole = i128::from(before.0);
    let tenths = (change.abs() * 2_000 + whole) / (whole * 2);
    let sign = match change.signum() {
        0 => "±",
        1 => "+",
        _ => "−",
    };
    format!("{sign}{}.{}%", tenths / 10, tenths % 10)
}

/// A change with its sign: `+1,234`, `−56`, `±0`.
pub fn signed(change: Yen) -> String {
    match change.0 {
        0 => "±0".to_owned(),
        1.. => format!("+{}", change.grouped()),
        _ => format!("−{}", grouped(-change.0)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use shared::quantity::FineYen;

    #[test]
    fn changes_are_written_with_their_sign() {
        assert_eq!(percent(Yen(1_000), Yen(1_123)), "+12.3%");
        assert_eq!(percent(Yen(3), Yen(2)), "−33.3%");
        assert_eq!(percent(Yen(2_000), Yen(2_001)), "+0.1%");
        assert_eq!(percent(Yen(5), Yen(5)), "±0.0%");
        assert_eq!(percent(Yen(0), Yen(5)), "−");
        assert_eq!([1_234, 0, -56].map(|yen| signed(Yen(yen))), ["+1,234", "±0", "−56"]);
    }

    #[test]
    fn ranges_are_named_by_their_edges() {
        let bin = |direction, over, to| Bin { direction, over, to, customers: 0 };
        let words = |bin: Bin, unit| (bin.japanese(unit), bin.edge());
        let both = |one: &str, two: &str| (one.to_owned(), two.to_owned());
        assert_eq!(words(bin(1, 0, Some(500)), Unit::Yen), both("500円までの増", "+500"));
        assert_eq!(
            words(bin(-1, 5_000, Some(10_000)), Unit::Yen),
            both("5,000円超〜10,000円の減", "−1万")
        );
        assert_eq!(words(bin(1, 50, None), Unit::Percent), both("50%超の増", "+50超"));
        assert_eq!(words(bin(0, 0, Some(0)), Unit::Yen), both("変わらない", "±0"));
        let tier = TierKind::Tier {
            table_months: 2,
            from_m3: 11,
            to_m3: None,
            unit_price: FineYen(1_485_000),
        };
        assert_eq!(tier.japanese(), "11〜 m³（2か月）");
        assert_eq!(tier.unit_price().as_deref(), Some("148.5"));
    }
}
