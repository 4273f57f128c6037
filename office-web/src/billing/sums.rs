//! A round as assessed, what corrections changed, and what holds now (当初・更正・現在), as lines.

use backoffice::billing::{ClaimTotal, CorrectedTotal, RoundSums};
use shared::quantity::{Yen, grouped};

use crate::format;

/// A claim, or both together, in three lines that add up.
pub(super) struct Step {
    pub title: &'static str,
    pub lines: [SumLine; 3],
}

/// One of them.
pub(super) struct SumLine {
    pub title: &'static str,
    pub count: String,
    pub usage: String,
    pub amount: String,
    pub tax: String,
}

/// Nothing where nothing was corrected: the totals say it all then.
pub(super) fn steps(sums: &RoundSums) -> Vec<Step> {
    if !sums.is_corrected() {
        return Vec::new();
    }
    let now = sums.now();
    let each = sums.assessed.iter().zip(&sums.corrected).zip(&now);
    let mut steps: Vec<Step> = each
        .map(|((assessed, corrected), now)| Step {
            title: assessed.claim.japanese(),
            lines: [total("当初の調定", assessed), change(corrected), total("現在", now)],
        })
        .collect();
    // The volumes of both claims are the same water and are not added.
    let money = |totals: &[ClaimTotal]| {
        let count: u64 = totals.iter().map(|total| total.assessments).sum();
        let amount: Yen = totals.iter().map(|total| total.amount).sum();
        let tax: Yen = totals.iter().map(|total| total.tax).sum();
        (format::number(count), amount.grouped(), tax.grouped())
    };
    let line =
        |title, (count, amount, tax)| SumLine { title, count, usage: String::new(), amount, tax };
    let corrections: u64 = sums.corrected.iter().map(|total| total.corrections).sum();
    let amount: Yen = sums.corrected.iter().map(|total| total.amount).sum();
    let tax: Yen = sums.corrected.iter().map(|total| total.tax).sum();
    let changed = (format::number(corrections), signed(amount.0), signed(tax.0));
    steps.push(Step {
        title: "計",
        lines: [
            line("当初の調定", money(&sums.assessed)),
            line("更正による増減", changed),
            line("現在", money(&now)),
        ],
    });
    steps
}

fn total(title: &'static str, total: &ClaimTotal) -> SumLine {
    SumLine {
        title,
        count: format::number(total.assessments),
        usage: format::number(total.usage_m3),
        amount: total.amount.grouped(),
        tax: total.tax.grouped(),
    }
}

fn change(total: &CorrectedTotal) -> SumLine {
    SumLine {
        title: "更正による増減",
        count: format::number(total.corrections),
        usage: signed(total.usage_m3),
        amount: signed(total.amount.0),
        tax: signed(total.tax.0),
    }
}

fn signed(number: i64) -> String {
    if number > 0 { format!("+{}", grouped(number)) } else { grouped(number) }
}
