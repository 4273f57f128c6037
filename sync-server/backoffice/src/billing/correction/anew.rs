//! Corrections by the billing run's own rating (料金の条件による更正): for bills that depend on more than
//! their input, and for what was registered since.

use shared::billing::correction::{
    ClaimChange, ClaimState, ClaimTerms, Correction, CorrectionError, EarlierReduction,
    TermsChange, reduced,
};
use shared::connection::{MeterSize, UsageClass};
use shared::quantity::CubicMeters;
use sqlx::postgres::PgConnection;

use super::CorrectionRefusal;
use super::facts::{StoredBill, StoredClaim};
use crate::Backoffice;
use crate::billing::explanation::tariffs_by_id;
use crate::billing::run::anew::{AskedAnew, ClaimAnew, rate_anew};

/// What differs from what is stored.
#[derive(Debug, Clone, Copy)]
pub(super) struct Differing {
    /// What the tap gave, less what was settled.
    pub(super) usage: CubicMeters,
    pub(super) register: Option<u32>,
    pub(super) facts: Option<(MeterSize, UsageClass, u16)>,
}

/// The bill as a run would make it now, beside the stored one.
pub(super) async fn corrected_anew(
    db: &mut PgConnection,
    office: &Backoffice,
    bill: &StoredBill,
    differing: &Differing,
    earlier: Option<EarlierReduction>,
) -> Result<Correction, CorrectionRefusal> {
    let carried_in = |place: usize| {
        bill.claims.get(place).map_or(CubicMeters(0), |claim| claim.terms.basis.carried_in)
    };
    let asked = AskedAnew {
        utility: office.utility.0,
        round: bill.round,
        connection: bill.connection,
        agreement: bill.agreement,
        reading: bill.reading.id,
        usage: differing.usage,
        register: differing.register,
        facts: differing.facts,
        carried_in: [carried_in(0), carried_in(1)],
    };
    let claims = rate_anew(db, &asked).await?;
    // A claim that begins or ends with the correction would need an assessment of its own.
    if claims.len() != bill.claims.len() {
        return Err(CorrectionRefusal::OtherAgreement);
    }
    let tariffs = tariffs_by_id(db, office.utility.0).await?;
    let mut changes = Vec::with_capacity(claims.len());
    for (stored, anew) in bill.claims.iter().zip(claims) {
        let tariff = tariffs.get(&anew.tariff).ok_or(CorrectionRefusal::NotFound)?;
        let mut after = ClaimState {
            input: anew.input,
            relief: None,
            amount: anew.amounts.amount,
            tax: anew.amounts.tax,
        };
        if let (Some(relief), Some(EarlierReduction::Kept)) = (stored.state.relief, earlier) {
            after = reduced(&tariff.tariff, after, relief.amount).map_err(CorrectionError::from)?;
        }
        changes.push(change(stored, anew, after)?);
    }
    Ok(Correction::of(changes)?)
}

fn change(
    stored: &StoredClaim,
    anew: ClaimAnew,
    after: ClaimState,
) -> Result<ClaimChange, CorrectionRefusal> {
    if stored.tariff.claim != anew.claim {
        return Err(CorrectionRefusal::OtherAgreement);
    }
    let terms = TermsChange {
        before: stored.terms.clone(),
        after: ClaimTerms {
            tariff: anew.tariff,
            earlier: anew.earlier,
            basis: anew.basis,
            carried: anew.carried,
            usage: anew.usage,
        },
    };
    Ok(ClaimChange {
        claim: anew.claim,
        assessment: stored.assessment,
        tariff: stored.tariff_id,
        before: stored.state,
        after,
        terms: Some(Box::new(terms)),
    })
}
