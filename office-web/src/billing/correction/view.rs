//! Before and after (更正前・更正後) as the pages show them.

use backoffice::billing::correction_charges;
use shared::billing::correction::{ChangeRow, Correction};
use shared::billing::{Charge, Explanation, Tariff, explain};

use super::problem;
use crate::config::Office;
use crate::problem::Problem;

/// A claim with its lines and both calculations.
pub(super) struct ClaimView {
    pub title: &'static str,
    pub lines: Vec<ChangeRow>,
    /// What the charges were made by besides the reading.
    pub grounds: Option<[Vec<String>; 2]>,
    /// Several where the period was cut or split.
    pub before: Vec<Explanation>,
    pub after: Vec<Explanation>,
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
            let explained = |parts: &[(Tariff, Charge)]| {
                parts.iter().map(|(tariff, charge)| explain(charge, tariff)).collect()
            };
            ClaimView {
                title: change.claim.japanese(),
                lines: change.rows(),
                grounds: change.grounds(),
                before: explained(&charge.before),
                after: explained(&charge.after),
            }
        });
        Ok(CorrectionView { claims: claims.collect(), total: correction.total_row() })
    }
}
