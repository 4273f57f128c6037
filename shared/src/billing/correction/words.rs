//! A correction in words (更正の内容): for pages, papers and files.

use super::{ClaimChange, ClaimState, Correction};
use crate::quantity::Yen;

impl ClaimChange {
    /// What changed, one line each: only what did.
    pub fn japanese(&self) -> Vec<String> {
        let (before, after) = (&self.before.input, &self.after.input);
        let mut lines = Vec::new();
        let mut change = |name: &str, was: String, is: String| {
            if was != is {
                lines.push(format!("{name}: {was} → {is}"));
            }
        };
        let m3 = |state: &ClaimState| format!("{}m³", state.input.usage.0);
        change("水量", m3(&self.before), m3(&self.after));
        change("口径", format!("{}mm", before.size.mm()), format!("{}mm", after.size.mm()));
        change("用途", before.use_class.key().to_owned(), after.use_class.key().to_owned());
        change("戸数", format!("{}戸", before.dwellings), format!("{}戸", after.dwellings));
        if let Some(relief) = self.after.relief {
            lines.push(format!(
                "料金からの減額: {}円（うち消費税 {}円）",
                relief.amount.grouped(),
                relief.tax.grouped()
            ));
        }
        lines.push(format!(
            "{}: {}円 → {}円（差額 {}円、うち消費税 {}円）",
            self.claim.japanese(),
            self.before.amount.grouped(),
            self.after.amount.grouped(),
            signed(self.difference()),
            signed(self.tax_difference()),
        ));
        lines
    }
}

impl Correction {
    /// The whole as text.
    pub fn japanese(&self) -> String {
        let mut lines: Vec<String> = self.claims.iter().flat_map(ClaimChange::japanese).collect();
        lines.push(format!(
            "請求額: {}円 → {}円（差額 {}円）",
            self.before().grouped(),
            self.after().grouped(),
            signed(self.difference())
        ));
        lines.join("\n")
    }
}

/// With its sign, so that nobody takes a refund for a demand.
fn signed(yen: Yen) -> String {
    if yen.0 > 0 { format!("+{}", yen.grouped()) } else { yen.grouped() }
}
