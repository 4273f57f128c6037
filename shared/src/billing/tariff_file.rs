//! The tariff file (料金表ファイル): TOML as a clerk writes it, checked into a [`Tariff`].

use std::collections::BTreeMap;

use jiff::civil::Date;
use rust_decimal::Decimal;
use serde::Deserialize;

use super::tariff::{Claim, OddVolume, Rate, Rounding, Tariff, TaxBasis, Tier};
use crate::connection::{MeterSize, UsageClass};
use crate::quantity::{CubicMeters, FineYen, RoundingMode};

/// Why a tariff file cannot be taken. `Display` names the place for the log.
#[derive(Debug, thiserror::Error)]
pub enum TariffError {
    /// Not TOML, or not of the documented shape.
    #[error("the file is not of the documented form")]
    Form(#[from] toml::de::Error),
    /// A date that no calendar has.
    #[error("`valid_from` is no date: {0}")]
    Date(String),
    /// A size that no meter has.
    #[error("rate {rate}: {size} mm is no meter size")]
    Size {
        /// Number of the rate, from 1.
        rate: usize,
        /// The size.
        size: u16,
    },
    /// A price that is negative, too large or too fine.
    #[error("{place}: {value} is no price")]
    Price {
        /// Where it stands.
        place: String,
        /// What stands there.
        value: String,
    },
    /// A table of tiers that a rate names and the file lacks.
    #[error("rate {rate}: there is no tier table named {name}")]
    UnknownTiers {
        /// Number of the rate, from 1.
        rate: usize,
        /// The missing name.
        name: String,
    },
    /// Tiers that do not rise, or whose last is not open.
    #[error("tier table {name}: row {row} must end above the row before it, the last without end")]
    Tiers {
        /// The table's name.
        name: String,
        /// Number of the row, from 1.
        row: usize,
    },
    /// Two rates for the same size and class.
    #[error("rates {first} and {second} both hold for {size} mm {use_class}")]
    Overlap {
        /// Number of the first rate.
        first: usize,
        /// Number of the second.
        second: usize,
        /// A size both hold for.
        size: u16,
        /// A class both hold for.
        use_class: &'static str,
    },
    /// A number outside of what is supported.
    #[error("{field} must be {expected}")]
    Value {
        /// The field.
        field: &'static str,
        /// What it may be.
        expected: &'static str,
    },
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    code: String,
    name: String,
    source: String,
    claim: Claim,
    valid_from: String,
    table_months: u8,
    tax: TaxBasis,
    tax_percent: u8,
    #[serde(default = "odd_volume_first")]
    odd_volume: OddVolume,
    rounding: RoundingFile,
    tiers: BTreeMap<String, Vec<TierFile>>,
    rate: Vec<RateFile>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RoundingFile {
    mode: RoundingMode,
    step_yen: i64,
    article: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct TierFile {
    to_m3: Option<u32>,
    yen: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RateFile {
    use_classes: Vec<UsageClass>,
    #[serde(default)]
    sizes_mm: Vec<u16>,
    service_yen: String,
    #[serde(default)]
    included_m3: u32,
    tiers: String,
}

fn odd_volume_first() -> OddVolume {
    OddVolume::First
}

pub(super) fn parse(text: &str) -> Result<Tariff, TariffError> {
    let file: File = toml::from_str(text)?;
    if !matches!(file.table_months, 1 | 2) {
        return Err(TariffError::Value { field: "table_months", expected: "1 or 2" });
    }
    if !matches!(file.rounding.step_yen, 1 | 10) {
        return Err(TariffError::Value { field: "rounding.step_yen", expected: "1 or 10" });
    }
    if file.tax_percent > 30 {
        return Err(TariffError::Value { field: "tax_percent", expected: "0 to 30" });
    }
    let valid_from: Date =
        file.valid_from.parse().map_err(|_| TariffError::Date(file.valid_from.clone()))?;
    let tables = tier_tables(&file.tiers)?;
    let mut rates = Vec::with_capacity(file.rate.len());
    for (index, rate) in file.rate.iter().enumerate() {
        rates.push(parse_rate(index + 1, rate, &tables)?);
    }
    refuse_overlap(&rates)?;
    Ok(Tariff {
        code: file.code,
        name: file.name,
        source: file.source,
        claim: file.claim,
        valid_from,
        table_months: file.table_months,
        tax_basis: file.tax,
        tax_percent: file.tax_percent,
        rounding: Rounding {
            mode: file.rounding.mode,
            step_yen: file.rounding.step_yen,
            article: file.rounding.article,
        },
        odd_volume: file.odd_volume,
        rates,
    })
}

fn tier_tables(
    tables: &BTreeMap<String, Vec<TierFile>>,
) -> Result<BTreeMap<&str, Vec<Tier>>, TariffError> {
    let mut parsed = BTreeMap::new();
    for (name, rows) in tables {
        let mut floor = 0;
        let mut tiers = Vec::with_capacity(rows.len());
        for (index, row) in rows.iter().enumerate() {
            let is_last = index + 1 == rows.len();
            let fault = || TariffError::Tiers { name: name.clone(), row: index + 1 };
            match row.to_m3 {
                None if !is_last => return Err(fault()),
                Some(_) if is_last => return Err(fault()),
                Some(to) if to <= floor => return Err(fault()),
                Some(to) => floor = to,
                None => {}
            }
            let place = format!("tier table {name}, row {}", index + 1);
            tiers.push(Tier {
                up_to: row.to_m3.map(CubicMeters),
                unit_price: price(&place, &row.yen)?,
            });
        }
        if tiers.is_empty() {
            return Err(TariffError::Tiers { name: name.clone(), row: 1 });
        }
        parsed.insert(name.as_str(), tiers);
    }
    Ok(parsed)
}

fn parse_rate(
    number: usize,
    rate: &RateFile,
    tables: &BTreeMap<&str, Vec<Tier>>,
) -> Result<Rate, TariffError> {
    let mut sizes = Vec::with_capacity(rate.sizes_mm.len());
    for mm in &rate.sizes_mm {
        let size =
            MeterSize::new(*mm).map_err(|_| TariffError::Size { rate: number, size: *mm })?;
        sizes.push(size);
    }
    let tiers = tables
        .get(rate.tiers.as_str())
        .ok_or_else(|| TariffError::UnknownTiers { rate: number, name: rate.tiers.clone() })?;
    Ok(Rate {
        use_classes: rate.use_classes.clone(),
        sizes,
        service_charge: price(&format!("rate {number}, service_yen"), &rate.service_yen)?,
        included_volume: CubicMeters(rate.included_m3),
        tiers: tiers.clone(),
    })
}

fn price(place: &str, text: &str) -> Result<FineYen, TariffError> {
    let fault = || TariffError::Price { place: place.to_owned(), value: text.to_owned() };
    let decimal: Decimal = text.parse().map_err(|_| fault())?;
    FineYen::from_decimal(decimal).map_err(|_| fault())
}

fn refuse_overlap(rates: &[Rate]) -> Result<(), TariffError> {
    for size in MeterSize::ALL_MM.map(|mm| MeterSize::new(mm).expect("listed sizes exist")) {
        for use_class in UsageClass::ALL {
            let mut holding = rates.iter().enumerate().filter(|(_, rate)| {
                rate.use_classes.contains(use_class)
                    && (rate.sizes.is_empty() || rate.sizes.contains(&size))
            });
            if let (Some((first, _)), Some((second, _))) = (holding.next(), holding.next()) {
                return Err(TariffError::Overlap {
                    first: first + 1,
                    second: second + 1,
                    size: size.mm(),
                    use_class: use_class.key(),
                });
            }
        }
    }
    Ok(())
}
