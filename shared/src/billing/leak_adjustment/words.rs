//! The explanation of a leak adjustment in words (減免の計算根拠): for pages, papers and files.

use super::{ClaimAdjustment, LeakAdjustment, Progression, ReductionBasis, Standard};
use crate::metering::estimate::Fraction;

impl Standard {
    /// B and how it was found, one line each.
    pub fn japanese(&self) -> Vec<String> {
        let mut lines = self.found.inputs.clone();
        lines.push(format!("{}＝{}m³", self.found.method.japanese(), self.found.volume));
        if let Some(raised) = self.raised_to {
            lines.push(format!("基本水量{}m³を下回るため、基本水量とします。", raised.0));
        }
        lines.push(format!("標準水量 B＝{}m³（{}）", self.volume.0, self.rounding.japanese()));
        lines
    }
}

impl ClaimAdjustment {
    /// Each band, the rounding and the amounts, one line each.
    pub fn japanese(&self) -> Vec<String> {
        let reduction = &self.reduction;
        let mut lines = vec![format!("算定した水量 {}m³", self.metered.0)];
        for band in &reduction.bands {
            lines.push(format!(
                "{}m³を超え{}m³まで: {}m³ × {} ＝ {}m³",
                band.from,
                band.to,
                band.to - band.from,
                band.share,
                band.reduced
            ));
        }
        if reduction.progression == Progression::Whole {
            lines.push("届いた段階の割合を全体に用います。".into());
        }
        match reduction.basis {
            ReductionBasis::Volume => {
                let words = reduction.rounding.japanese();
                lines.push(format!("合計 {}m³、{words}", reduction.exact));
                if let Some(cap) = reduction.capped_m3 {
                    lines.push(format!("上限 {cap}m³まで"));
                }
                lines.push(format!(
                    "減じる水量 {}m³、料金を計算する水量 {}m³",
                    reduction.volume.0, self.billed.0
                ));
            }
            ReductionBasis::Charge => {
                let share = reduction.bands.first().map_or(Fraction::ZERO, |band| band.share);
                let article = &reduction.rounding.article;
                lines.push(format!("漏水分の料金（A分 − B分）× {share}、1円未満の端数は{article}"));
            }
        }
        if let Some(cap) = reduction.capped_yen {
            lines.push(format!("上限 {cap}円まで"));
        }
        lines.push(format!(
            "{} 減免前 {}円 → 減免後 {}円（差額 {}円、税込）",
            self.claim.japanese(),
            self.before.grouped(),
            self.after.grouped(),
            self.difference().grouped()
        ));
        lines
    }
}

impl LeakAdjustment {
    /// The whole explanation as text.
    pub fn japanese(&self) -> String {
        let mut lines = vec![
            format!("規程: {}（{}）", self.rule_name, self.rule),
            format!("出典: {}", self.source),
            format!("理由: {}", self.reason),
        ];
        lines.extend(self.standard.japanese());
        lines.extend(self.claims.iter().flat_map(ClaimAdjustment::japanese));
        lines.push(format!("減免額の合計 {}円（税込）", self.difference().grouped()));
        lines.join("\n")
    }
}
