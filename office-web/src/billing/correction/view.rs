//! Before and after (更正前・更正後) as the pages show them.

use backoffice::billing::correction_charges;
use shared::billing::correction::{ClaimState, Correction};
use shared::billing::{Explanation, explain};
use shared::quantity::Yen;

use super::problem;
use crate::config::Office;
use crate::problem::Problem;

/// One line of the table: what it is, before, after, difference.
pub(super) type Line = [String; 4];

/// A claim with its lines and both calculations.
pub(super) struct ClaimView {
    pub title: &'static str,
    pub lines: Vec<Line>,
    pub before: Explanation,
    pub after: Explanation,
}

/// The whole bill.
pub(super) struct CorrectionView {
    pub claims: Vec<ClaimView>,
    pub total: Line,
}

impl CorrectionView {
    pub async fn of(office: &Office, correction: &Correction) -> Result<CorrectionView, Problem> {
        let charges = correction_charges(&office.backoffice, correction).await;
        let charges = charges.map_err(problem)?;
        let claims = correction.claims.iter().zip(&charges).map(|(change, charge)| {
            let (tariff, before, after) = charge;
            ClaimView {
                title: change.claim.japanese(),
                lines: lines(&change.before, &change.after),
                before: explain(before, tariff),
                after: explain(after, tariff),
            }
        });
        Ok(CorrectionView {
            claims: claims.collect(),
            total: yen("請求額", correction.before(), correction.after()),
        })
    }
}

fn lines(before: &ClaimState, after: &ClaimState) -> Vec<Line> {
    let word = |name: &str, was: String, is: String| {
        let changed = if was == is { "" } else { "変更" };
        [name.to_owned(), was, is, changed.to_owned()]
    };
    let (from, to) = (&before.input, &after.input);
    let mut lines = vec![
        word(
            "口径・用途",
            format!("{}mm・{}", from.size.mm(), from.use_class.key()),
            format!("{}mm・{}", to.size.mm(), to.use_class.key()),
        ),
        [
            "水量".to_owned(),
            format!("{}m³", from.usage.0),
            format!("{}m³", to.usage.0),
            signed(i64::from(to.usage.0) - i64::from(from.usage.0), "m³"),
        ],
    ];
    if from.dwellings > 1 || to.dwellings > 1 {
        lines.push(word("戸数", format!("{}戸", from.dwellings), format!("{}戸", to.dwellings)));
    }
    if let Some(relief) = after.relief {
        lines.push(yen("料金からの減額", Yen(0), relief.amount));
    }
    lines.push(yen("金額（税込）", before.amount, after.amount));
    lines.push(yen("うち消費税", before.tax, after.tax));
    lines
}

fn yen(name: &str, before: Yen, after: Yen) -> Line {
    [
        name.to_owned(),
        format!("{}円", before.grouped()),
        format!("{}円", after.grouped()),
        signed((after - before).0, "円"),
    ]
}

fn signed(difference: i64, unit: &str) -> String {
    let number = shared::quantity::grouped(difference);
    match difference {
        0 => "−".to_owned(),
        1.. => format!("+{number}{unit}"),
        _ => format!("{number}{unit}"),
    }
}
