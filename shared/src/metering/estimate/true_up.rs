//! The settlement of estimates (認定の精算): the next real reading settles what was estimated.

use serde::{Deserialize, Serialize};

use crate::quantity::CubicMeters;

/// What happens when more was estimated than was used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Negative {
    /// Nothing is billed now, and the rest is taken off the periods that follow.
    Carry,
    /// The earlier assessment is corrected (減額更正), and the difference paid back or set off.
    CorrectPrevious,
}

/// What the real reading leads to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct TrueUp {
    /// By the dials, from the last real reading to this one.
    pub measured: CubicMeters,
    /// What was estimated and billed between.
    pub estimated: CubicMeters,
    /// What an earlier settlement had left over.
    pub carried_in: CubicMeters,
    /// Billed for the present period.
    pub billed: CubicMeters,
    /// Left over for the next one.
    pub carried_out: CubicMeters,
    /// What the earlier assessments are to be lowered by.
    pub correction: CubicMeters,
}

/// Settles estimates by the next real reading: what was measured over all periods is what is billed
/// over all of them.
///
/// Invariant: measured + carried out + correction = estimated + carried in + billed.
pub fn true_up(
    measured: CubicMeters,
    estimates: &[CubicMeters],
    carried_in: CubicMeters,
    negative: Negative,
) -> TrueUp {
    let estimated = estimates.iter().fold(0_u32, |sum, usage| sum.saturating_add(usage.0));
    let taken = estimated.saturating_add(carried_in.0);
    let left = CubicMeters(taken.saturating_sub(measured.0));
    let (carried_out, correction) = match negative {
        Negative::Carry => (left, CubicMeters(0)),
        Negative::CorrectPrevious => (CubicMeters(0), left),
    };
    TrueUp {
        measured,
        estimated: CubicMeters(estimated),
        carried_in,
        billed: CubicMeters(measured.0.saturating_sub(taken)),
        carried_out,
        correction,
    }
}

impl TrueUp {
    /// In words, one line each.
    pub fn japanese(&self) -> Vec<String> {
        let mut lines = vec![format!(
            "実測{}m³ − 認定済み{}m³ − 前回からの繰越{}m³ → 今回{}m³",
            self.measured.0, self.estimated.0, self.carried_in.0, self.billed.0
        )];
        if self.carried_out.0 > 0 {
            lines.push(format!("差し引ききれない{}m³は次回に繰り越します。", self.carried_out.0));
        }
        if self.correction.0 > 0 {
            lines.push(format!("前回までの調定を{}m³減額更正します。", self.correction.0));
        }
        lines
    }
}
