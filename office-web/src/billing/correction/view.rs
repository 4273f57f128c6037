//! Before and after (更正前・更正後) as the pages show them.

use backoffice::billing::correction_charges;
use shared::billing::correction::{ChangeRow, Correction};
use shared::billing::{Explanation, explain};

use super::problem;
use crate::config::Office;
use crate::problem::Problem;

/// A claim with its lines and both calculations.
pub(super) struct ClaimView {
    pub title: &'static str,
    pub lines: Vec<ChangeRow>,
    pub before: Explanation,
    pub after: Explanation,
}

/// The whole bill.
pub(super) struct CorrectionView {
    pub claims: Vec<ClaimView>,
    pub total: ChangeRow,
}

impl CorrectionView {
    pub async fn of(office: &Office, correction: &Correction) -> Result<CorrectionView, Problem> {
        let charges = correction_charges(&office.backoffice, correction).await;
        let charges = charges.map_err(problem)?;
        let claims = correction.claims.iter().zip(&charges).map(|(change, charge)| {
            let (tariff, before, after) = charge;
            ClaimView {
                title: change.claim.japanese(),
                lines: change.rows(),
                before: explain(before, tariff),
                after: explain(after, tariff),
            }
        });
        Ok(CorrectionView { claims: claims.collect(), total: correction.total_row() })
    }
}
