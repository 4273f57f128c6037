//! Leak adjustments (漏水減免): what is taken off when metered water ran away unused, by a rule that
//! is data.
//!
//! A is the metered volume, B the standard volume. A rule says how B is found, which share of A
//! above B is taken off, and under which conditions; water and sewerage apart. The result explains
//! itself. `docs/leak-adjustment.md` is the manual.

mod bands;
mod case;
mod error;
mod published;
mod words;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::claim::Claim;
use crate::metering::estimate::{Found, Fraction, Strategy, VolumeRounding};
use crate::quantity::{CubicMeters, Yen};

pub use bands::{BandLine, Reduction};
pub use case::{Claims, LeakCase};
pub use error::LeakError;
pub use published::{leak_rule, leak_rules};

/// A ground on which a relief is given.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LeakReason {
    /// `underground`, `ball_tap` ….
    pub key: String,
    /// On papers.
    pub name: String,
    /// What has to be handed in.
    pub evidence: Vec<String>,
    /// Given once to the same user.
    #[serde(default)]
    pub once_per_user: bool,
    /// Known to the rule from this day on.
    #[serde(default)]
    pub valid_from: Option<Date>,
}

/// A ground on which a relief is refused.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RefusedCause {
    /// `negligence` ….
    pub key: String,
    /// Why, as it is told to the user.
    pub words: String,
}

/// How the standard volume is found (標準水量).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StandardRule {
    /// Tried in this order.
    #[serde(rename = "strategy")]
    pub strategies: Vec<Strategy>,
    /// Of what the strategy gives.
    pub rounding: VolumeRounding,
}

/// What the share is taken of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReductionBasis {
    /// Of the volume; what is left is priced.
    Volume,
    /// Of the charge for A, less the charge for B.
    Charge,
}

/// How the bands act.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Progression {
    /// Each cubic meter by the band that it lies in.
    Progressive,
    /// All by the highest band that A reaches.
    Whole,
}

/// A band of A, measured in B.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Band {
    /// Up to so many times B; without end where nothing is said.
    #[serde(default)]
    pub to_times: Option<Fraction>,
    /// What of it is taken off.
    pub share: Fraction,
}

/// A formula and the cases that it holds for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LeakFormula {
    /// Keys of reasons; none: every reason.
    #[serde(default)]
    pub reasons: Vec<String>,
    /// Up to this size of meter.
    #[serde(default)]
    pub to_mm: Option<u16>,
    /// What the share is taken of.
    pub basis: ReductionBasis,
    /// How the bands act.
    pub progression: Progression,
    /// The shares are the most that may be granted: the office says how much it grants.
    #[serde(default)]
    pub at_most: bool,
    /// Rising, the last without end.
    pub bands: Vec<Band>,
    /// Of what is taken off: cubic meters, or yen where the charge is the basis.
    pub rounding: VolumeRounding,
    /// Never more than this is taken off.
    #[serde(default)]
    pub cap_m3: Option<u32>,
    /// Never more than this is taken off.
    #[serde(default)]
    pub cap_yen: Option<i64>,
}

/// Where the formula comes from.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FormulaSource {
    /// It is published.
    #[default]
    Published,
    /// The publication says that leaks are relieved, and not by how much.
    None,
}

/// One utility's rule (漏水減免の規程).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LeakRule {
    /// Unique among the rules.
    pub code: String,
    /// Whose rule it is.
    pub name: String,
    /// Where it was published.
    pub source: String,
    /// What the source says besides.
    #[serde(default)]
    pub notes: Vec<String>,
    /// What the source leaves open, and how it was taken here (想定): shown wherever the rule is.
    #[serde(default)]
    pub assumptions: Vec<String>,
    /// Whether the publication has a formula. Where it has none, the office says which share of the
    /// leak it takes off, and `water` only says of what.
    #[serde(default)]
    pub formula: FormulaSource,
    /// How many billing periods it is given for; no bound where nothing is said.
    #[serde(default)]
    pub periods_max: Option<u8>,
    /// How many where `extended_when` holds.
    #[serde(default)]
    pub periods_extended: Option<u8>,
    /// In words.
    #[serde(default)]
    pub extended_when: Option<String>,
    /// Months that have to lie between two reliefs.
    #[serde(default)]
    pub waiting_months: Option<u16>,
    /// B is at least the volume that the service charge pays for (基本水量).
    #[serde(default)]
    pub minimum_is_included_volume: bool,
    /// How B is found.
    pub standard: StandardRule,
    /// When it is given.
    #[serde(rename = "reason")]
    pub reasons: Vec<LeakReason>,
    /// When it is refused.
    #[serde(rename = "refused", default)]
    pub refused_causes: Vec<RefusedCause>,
    /// The first that holds is used.
    pub water: Vec<LeakFormula>,
    /// The first that holds is used, on what did not enter the sewer; none: sewerage stays.
    #[serde(default)]
    pub sewerage: Vec<LeakFormula>,
}

/// B, and how it was found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Standard {
    /// The strategy and its numbers.
    pub found: Found,
    /// Of what the strategy gave.
    pub rounding: VolumeRounding,
    /// The volume that the service charge pays for, where B was raised to it.
    pub raised_to: Option<CubicMeters>,
    /// B.
    pub volume: CubicMeters,
}

/// What becomes of one claim.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClaimAdjustment {
    /// Which.
    pub claim: Claim,
    /// Code of the tariff that priced it.
    pub tariff: String,
    /// A, or the sewage that was billed.
    pub metered: CubicMeters,
    /// Band by band.
    pub reduction: Reduction,
    /// What is priced; A where the charge itself is reduced.
    pub billed: CubicMeters,
    /// Tax included.
    pub before: Yen,
    /// Tax included.
    pub after: Yen,
}

impl ClaimAdjustment {
    /// What is taken off, tax included.
    pub fn difference(&self) -> Yen {
        self.before - self.after
    }
}

/// A leak adjustment with its grounds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LeakAdjustment {
    /// Code of the rule.
    pub rule: String,
    /// Whose rule it is.
    pub rule_name: String,
    /// Where it was published.
    pub source: String,
    /// The ground.
    pub reason: String,
    /// What it was computed from.
    pub case: LeakCase,
    /// B.
    pub standard: Standard,
    /// Water first.
    pub claims: Vec<ClaimAdjustment>,
}

impl LeakAdjustment {
    /// What is taken off altogether, tax included.
    pub fn difference(&self) -> Yen {
        self.claims.iter().map(ClaimAdjustment::difference).sum()
    }
}

#[cfg(test)]
mod tests;
