//! Bands (減免の段階): which share of A above B is taken off, exactly, and rounded once.

use serde::{Deserialize, Serialize};

use super::{LeakFormula, Progression, ReductionBasis};
use crate::metering::estimate::{Fraction, VolumeRounding};
use crate::quantity::CubicMeters;

/// What one band gave.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BandLine {
    /// Above this volume.
    pub from: Fraction,
    /// Up to this one, A at most.
    pub to: Fraction,
    /// What is taken off of it.
    pub share: Fraction,
    /// Cubic meters that are taken off; of a charge, the cubic meters that the share is for.
    pub reduced: Fraction,
}

/// What is taken off, and how it was found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reduction {
    /// Of what.
    pub basis: ReductionBasis,
    /// How the bands acted.
    pub progression: Progression,
    /// Those that A reaches.
    pub bands: Vec<BandLine>,
    /// Their sum, not rounded.
    pub exact: Fraction,
    /// Of it.
    pub rounding: VolumeRounding,
    /// A bound that was reached, in cubic meters.
    pub capped_m3: Option<u32>,
    /// A bound that was reached, in yen.
    pub capped_yen: Option<i64>,
    /// Whole cubic meters that are taken off (none where the charge is the basis).
    pub volume: CubicMeters,
}

impl LeakFormula {
    /// Whether it holds for a reason and a size.
    pub(super) fn holds_for(&self, reason: &str, size_mm: u16) -> bool {
        (self.reasons.is_empty() || self.reasons.iter().any(|known| known == reason))
            && self.to_mm.is_none_or(|most| size_mm <= most)
    }

    /// What is taken off of A; `granted` takes the place of each share that is an upper bound.
    pub(super) fn reduce(
        &self,
        metered: CubicMeters,
        standard: CubicMeters,
        granted: Option<Fraction>,
    ) -> Reduction {
        let bands = match self.progression {
            Progression::Progressive => self.progressive(metered, standard, granted),
            Progression::Whole => self.whole(metered, standard, granted),
        };
        let exact: Fraction = bands.iter().map(|band| band.reduced).sum();
        let rounded = match self.basis {
            ReductionBasis::Volume => exact.rounded(self.rounding.mode).0,
            ReductionBasis::Charge => 0,
        };
        let capped_m3 = self.cap_m3.filter(|cap| rounded > *cap);
        Reduction {
            basis: self.basis,
            progression: self.progression,
            bands,
            exact,
            rounding: self.rounding.clone(),
            capped_m3,
            capped_yen: None,
            volume: CubicMeters(capped_m3.unwrap_or(rounded).min(metered.0)),
        }
    }

    fn progressive(
        &self,
        metered: CubicMeters,
        standard: CubicMeters,
        granted: Option<Fraction>,
    ) -> Vec<BandLine> {
        let (a, b) = (Fraction::from(metered), Fraction::from(standard));
        let mut lines = Vec::new();
        let mut from = b;
        for band in &self.bands {
            let end = band.to_times.map_or(a, |times| (times * b).min(a));
            if end <= from {
                continue;
            }
            let share = self.share(band.share, granted);
            lines.push(BandLine { from, to: end, share, reduced: (end - from) * share });
            from = end;
        }
        lines
    }

    fn whole(
        &self,
        metered: CubicMeters,
        standard: CubicMeters,
        granted: Option<Fraction>,
    ) -> Vec<BandLine> {
        let (a, b) = (Fraction::from(metered), Fraction::from(standard));
        if a <= b {
            return Vec::new();
        }
        let is_within = |times: Fraction| a <= times * b;
        let reached = self.bands.iter().find(|band| band.to_times.is_none_or(is_within));
        let share = reached.map_or(Fraction::ZERO, |band| self.share(band.share, granted));
        vec![BandLine { from: b, to: a, share, reduced: (a - b) * share }]
    }

    fn share(&self, most: Fraction, granted: Option<Fraction>) -> Fraction {
        match granted {
            Some(granted) if self.at_most => granted.min(most),
            _ => most,
        }
    }

    /// The largest share that any band allows.
    pub(super) fn share_max(&self) -> Fraction {
        self.bands.iter().map(|band| band.share).max().unwrap_or(Fraction::ZERO)
    }
}
