//! Tariffs (料金表): a published schedule as data, parsed once and right from then on.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::connection::{MeterSize, UsageClass};
use crate::quantity::{CubicMeters, FineYen, RoundingMode};

pub use super::tariff_file::TariffError;

/// What is claimed: two claims of their own law, even on one bill (水道料金・下水道使用料).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Claim {
    /// 水道料金, a claim under private law.
    Water,
    /// 下水道使用料, a claim under public law.
    Sewerage,
}

impl Claim {
    /// Both claims.
    pub const ALL: [Claim; 2] = [Claim::Water, Claim::Sewerage];

    /// The number stored and sent.
    pub fn code(self) -> u8 {
        match self {
            Claim::Water => 1,
            Claim::Sewerage => 2,
        }
    }

    /// The claim with this number.
    pub fn from_code(code: u8) -> Option<Self> {
        match code {
            1 => Some(Claim::Water),
            2 => Some(Claim::Sewerage),
            _ => None,
        }
    }

    /// The word in files.
    pub fn key(self) -> &'static str {
        match self {
            Claim::Water => "water",
            Claim::Sewerage => "sewerage",
        }
    }

    /// The word on papers.
    pub fn japanese(self) -> &'static str {
        match self {
            Claim::Water => "水道料金",
            Claim::Sewerage => "下水道使用料",
        }
    }
}

/// Whether the printed prices hold the consumption tax.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TaxBasis {
    /// 税込: the tax is contained in the amount and shown out of it.
    Included,
    /// 税抜: the tax is added to the amount.
    Excluded,
}

/// Where the odd cubic meter goes when a volume is split into months (端数月の扱い).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OddVolume {
    /// To the earlier months.
    First,
    /// To the later months.
    Last,
}

/// How the sum of a claim becomes whole yen, and the words that say so.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rounding {
    /// Floor, half-up or ceiling.
    pub mode: RoundingMode,
    /// Multiples of 1 or 10 yen.
    pub step_yen: i64,
    /// The article or page that rules it.
    pub article: String,
}

/// A price step: volumes up to `up_to` (`None`: without end) cost `unit_price` per m³.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tier {
    /// The last cubic meter that has this price.
    pub up_to: Option<CubicMeters>,
    /// Per m³.
    pub unit_price: FineYen,
}

/// The price of one set of sizes and use classes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rate {
    /// Use classes that it holds for.
    pub use_classes: Vec<UsageClass>,
    /// Sizes that it holds for; empty for all.
    pub sizes: Vec<MeterSize>,
    /// 基本料金 for one table period.
    pub service_charge: FineYen,
    /// 基本水量 for one table period: the service charge pays for it.
    pub included_volume: CubicMeters,
    /// Rising, the last without end. Volumes below `included_volume` are not looked up.
    pub tiers: Vec<Tier>,
}

/// One version of one claim's tariff. Invariants: each pair of size and class finds at most one
/// rate; tiers rise and end open; steps of rounding are 1 or 10 yen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tariff {
    /// Short name in lists and explanations, unique with the date: `takatsuki-water`.
    pub code: String,
    /// The name on papers and pages.
    pub name: String,
    /// Where it was published.
    pub source: String,
    /// What it claims.
    pub claim: Claim,
    /// First day of its validity.
    pub valid_from: Date,
    /// How many months one table period has (1 or 2).
    pub table_months: u8,
    /// Whether prices hold the tax.
    pub tax_basis: TaxBasis,
    /// Percent of consumption tax.
    pub tax_percent: u8,
    /// How the claim's sum becomes whole yen.
    pub rounding: Rounding,
    /// Where odd cubic meters go when the table period is shorter than the billing period.
    pub odd_volume: OddVolume,
    pub(super) rates: Vec<Rate>,
}

impl Tariff {
    /// Reads the text of a tariff file (`docs/tariff.md`).
    pub fn parse(text: &str) -> Result<Tariff, TariffError> {
        super::tariff_file::parse(text)
    }

    /// The rate of this size and class.
    pub fn rate(&self, size: MeterSize, use_class: UsageClass) -> Option<&Rate> {
        self.rates.iter().find(|rate| {
            rate.use_classes.contains(&use_class)
                && (rate.sizes.is_empty() || rate.sizes.contains(&size))
        })
    }

    /// All rates in the order of the file.
    pub fn rates(&self) -> &[Rate] {
        &self.rates
    }
}
