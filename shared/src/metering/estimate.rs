//! Estimates (認定): the volume of a period that could not be read, by a rule that is data.
//!
//! A rule is an ordered list of strategies; the first one whose conditions hold and whose numbers
//! are known gives the volume. What it was found from stays in the result, and the next real reading
//! settles it ([`true_up`]). `docs/leak-adjustment.md` is the manual.

mod fraction;
mod history;
mod published;
mod strategy;
mod true_up;

use serde::{Deserialize, Serialize};

use crate::metering::no_read::NoReadReason;
use crate::quantity::{CubicMeters, RoundingMode};

pub use fraction::Fraction;
pub use history::{Basis, NextReading, PastPeriod, Stretch};
pub use published::{estimate_rule, estimate_rules};
pub use strategy::{Found, Method, Strategy, find};
pub use true_up::{Negative, TrueUp, true_up};

/// A rounding to whole cubic meters, with the article that names it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct VolumeRounding {
    /// How.
    pub mode: RoundingMode,
    /// Where it stands.
    pub article: String,
}

impl VolumeRounding {
    /// `1m³未満切捨て（第5条）`.
    pub fn japanese(&self) -> String {
        let mode = match self.mode {
            RoundingMode::Floor => "切捨て",
            RoundingMode::HalfUp => "四捨五入",
            RoundingMode::Ceiling => "切上げ",
        };
        format!("1m³未満{mode}（{}）", self.article)
    }
}

/// Why somebody's volume is estimated.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EstimateReason {
    /// `absence`, `obstacle`, `faulty_meter` ….
    pub key: String,
    /// On papers.
    pub name: String,
}

/// One utility's rule (認定の規程).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EstimateRule {
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
    /// Who decides it (認定権者).
    #[serde(default)]
    pub approver: Option<String>,
    /// The grounds that it knows.
    #[serde(rename = "reason")]
    pub reasons: Vec<EstimateReason>,
    /// Tried in this order.
    #[serde(rename = "strategy")]
    pub strategies: Vec<Strategy>,
    /// Of what the strategy gives.
    pub rounding: VolumeRounding,
    /// What becomes of it when the next real reading shows less.
    pub negative: Negative,
}

/// An estimate with its grounds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Estimate {
    /// Of its rule.
    pub rule: String,
    /// Key of the reason.
    pub reason: String,
    /// The strategy that held, and what it was found from.
    pub found: Found,
    /// Before it was rounded.
    pub rounding: VolumeRounding,
    /// 認定水量.
    pub usage: CubicMeters,
}

/// Why no volume can be estimated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum EstimateError {
    /// The rule does not know the reason.
    #[error("the rule does not know this reason")]
    UnknownReason,
    /// None of the strategies has what it needs.
    #[error("no strategy of the rule can be used with what is known")]
    NothingFits,
}

impl EstimateRule {
    /// The rule's reason for what a reader noted in front of the meter, if it has one.
    pub fn reason_of(&self, noted: NoReadReason) -> Option<&EstimateReason> {
        let keys: &[&str] = match noted {
            NoReadReason::Absent | NoReadReason::NoAccess => &["absence"],
            NoReadReason::Snow => &["snow", "obstacle"],
            NoReadReason::Illegible | NoReadReason::Broken => &["faulty_meter", "obstacle"],
            NoReadReason::Gone => &[],
            NoReadReason::Obstructed | NoReadReason::Buried | NoReadReason::Submerged => {
                &["obstacle"]
            }
        };
        keys.iter().find_map(|key| self.reasons.iter().find(|known| known.key == *key))
    }

    /// The name of a reason; its key where a later version of the rule has dropped it.
    pub fn reason_name<'a>(&'a self, key: &'a str) -> &'a str {
        self.reasons.iter().find(|known| known.key == key).map_or(key, |known| &known.name)
    }

    /// The volume of a period, and how it was found.
    pub fn estimate(&self, reason: &str, basis: &Basis) -> Result<Estimate, EstimateError> {
        if !self.reasons.iter().any(|known| known.key == reason) {
            return Err(EstimateError::UnknownReason);
        }
        let found =
            find(&self.strategies, Some(reason), basis).ok_or(EstimateError::NothingFits)?;
        Ok(Estimate {
            rule: self.code.clone(),
            reason: reason.to_owned(),
            rounding: self.rounding.clone(),
            usage: found.volume.rounded(self.rounding.mode),
            found,
        })
    }
}

impl Estimate {
    /// In words, one line each.
    pub fn japanese(&self) -> Vec<String> {
        let mut lines = self.found.inputs.clone();
        lines.push(format!("{}＝{}m³", self.found.method.japanese(), self.found.volume));
        lines.push(format!("認定水量 {}m³（{}）", self.usage.0, self.rounding.japanese()));
        lines
    }
}

#[cfg(test)]
mod tests;
