//! What somebody types on the page of a correction (更正の入力).

use backoffice::billing::{CorrectedFacts, NewCorrection};
use serde::Deserialize;
use shared::billing::correction::{EarlierReduction, Paper};
use shared::connection::{MeterSize, UsageClass};
use shared::ids::{BillId, ReadingId};
use shared::quantity::CubicMeters;

/// Everything is text: what cannot be read is told, and what was typed stays.
#[derive(Debug, Clone, Default, Deserialize)]
pub(crate) struct Typed {
    #[serde(default)]
    pub bill: String,
    /// `register`, `terms`, `registered` or `settled`.
    #[serde(default)]
    pub kind: String,
    #[serde(default)]
    pub register: String,
    #[serde(default)]
    pub size: String,
    #[serde(default)]
    pub use_class: String,
    #[serde(default)]
    pub dwellings: String,
    /// The reading that settled, and by how much this bill is lowered.
    #[serde(default)]
    pub settlement: String,
    #[serde(default)]
    pub lower_by: String,
    /// What becomes of an earlier leak adjustment.
    #[serde(default)]
    pub earlier_reduction: String,
    #[serde(default)]
    pub paper: String,
    #[serde(default)]
    pub grounds: String,
    /// Set by the button that tries it out.
    #[serde(default)]
    pub tried: String,
}

impl Typed {
    pub fn bill(&self) -> Option<BillId> {
        self.bill.trim().parse().ok().map(BillId)
    }

    /// The correction, or what is wrong with it in plain words.
    pub fn correction(&self, bill: BillId) -> Result<NewCorrection, &'static str> {
        let facts = match self.kind.as_str() {
            "terms" => CorrectedFacts::Terms {
                size: self
                    .size
                    .parse()
                    .ok()
                    .and_then(|mm| MeterSize::new(mm).ok())
                    .ok_or("口径を選んでください。")?,
                use_class: UsageClass::from_key(&self.use_class).ok_or("用途を選んでください。")?,
                dwellings: self
                    .dwellings
                    .parse()
                    .ok()
                    .filter(|dwellings| *dwellings > 0)
                    .ok_or("戸数を1以上の整数で入れてください。")?,
            },
            "settled" => CorrectedFacts::Settled {
                reading: self
                    .settlement
                    .parse()
                    .map(ReadingId)
                    .map_err(|_| "精算を選び直してください。")?,
                lower_by: self
                    .lower_by
                    .parse()
                    .map(CubicMeters)
                    .map_err(|_| "減額する水量を0以上の整数で入れてください。")?,
            },
            "registered" => CorrectedFacts::Registered,
            _ => CorrectedFacts::Register(
                self.register
                    .trim()
                    .parse()
                    .map_err(|_| "正しい指針を0以上の整数で入れてください。")?,
            ),
        };
        let paper = Paper::from_key(&self.paper).unwrap_or(Paper::RevisedBill);
        let earlier_reduction = EarlierReduction::from_key(&self.earlier_reduction);
        Ok(NewCorrection { bill, facts, earlier_reduction, paper, grounds: self.grounds.clone() })
    }
}
