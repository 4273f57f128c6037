//! A correction in words (更正の内容): for pages, papers and files.

use super::{ClaimChange, ClaimState, ClaimTerms, Correction};
use crate::billing::charge::ChargeInput;
use crate::quantity::{Yen, grouped};

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
        let [was, is] = self.usages().map(|usage| format!("{}m³", usage.0));
        change("水量", was, is);
        change("口径", format!("{}mm", before.size.mm()), format!("{}mm", after.size.mm()));
        change(
            "用途",
            before.use_class.japanese().to_owned(),
            after.use_class.japanese().to_owned(),
        );
        change("戸数", format!("{}戸", before.dwellings), format!("{}戸", after.dwellings));
        if let Some(terms) = &self.terms {
            let [was, is] = [&terms.before, &terms.after].map(|terms| terms.grounds().join("、"));
            change("算定の根拠", was, is);
        }
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

impl ClaimTerms {
    /// What the charge was made by besides its reading, line by line.
    fn grounds(&self) -> Vec<String> {
        let mut lines = self.basis.japanese();
        if self.earlier.is_some() {
            lines.push("新旧の料金表で日割り".to_owned());
        }
        if self.carried.0 > 0 {
            lines.push(format!("次期へのくり越し {}m³", self.carried.0));
        }
        if lines.is_empty() {
            lines.push("検針した水量だけ".to_owned());
        }
        lines
    }
}

/// A row of the table of before and after: what it is, before, after, difference.
pub type ChangeRow = [String; 4];

impl ClaimChange {
    /// What both charges were made by besides the reading, before and after; nothing where the
    /// reading is all there is.
    pub fn grounds(&self) -> Option<[Vec<String>; 2]> {
        let terms = self.terms.as_ref()?;
        Some([terms.before.grounds(), terms.after.grounds()])
    }

    /// The table of this claim, for pages and papers.
    pub fn rows(&self) -> Vec<ChangeRow> {
        let (before, after) = (&self.before, &self.after);
        let (from, to) = (&before.input, &after.input);
        let facts =
            |input: &ChargeInput| format!("{}mm・{}", input.size.mm(), input.use_class.japanese());
        let [was, is] = self.usages().map(|usage| i64::from(usage.0));
        let mut rows = vec![
            facts_row("口径・用途", facts(from), facts(to)),
            ["水量".to_owned(), format!("{was}m³"), format!("{is}m³"), difference(is - was, "m³")],
        ];
        if from.dwellings > 1 || to.dwellings > 1 {
            let dwellings = |input: &ChargeInput| format!("{}戸", input.dwellings);
            rows.push(facts_row("戸数", dwellings(from), dwellings(to)));
        }
        if before.relief.is_some() || after.relief.is_some() {
            let reduction =
                |state: &ClaimState| state.relief.map_or(Yen(0), |relief| relief.amount);
            rows.push(yen_row("料金からの減額", reduction(before), reduction(after)));
        }
        rows.push(yen_row("金額（税込）", before.amount, after.amount));
        rows.push(yen_row("うち消費税", before.tax, after.tax));
        rows
    }
}

fn facts_row(name: &str, before: String, after: String) -> ChangeRow {
    let changed = if before == after { "−" } else { "変更" };
    [name.to_owned(), before, after, changed.to_owned()]
}

fn yen_row(name: &str, before: Yen, after: Yen) -> ChangeRow {
    [
        name.to_owned(),
        format!("{}円", before.grouped()),
        format!("{}円", after.grouped()),
        difference((after - before).0, "円"),
    ]
}

fn difference(difference: i64, unit: &str) -> String {
    match difference {
        0 => "−".to_owned(),
        1.. => format!("+{}{unit}", grouped(difference)),
        _ => format!("{}{unit}", grouped(difference)),
    }
}

impl Correction {
    /// The row of the whole bill.
    pub fn total_row(&self) -> ChangeRow {
        yen_row("請求額", self.before(), self.after())
    }

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
