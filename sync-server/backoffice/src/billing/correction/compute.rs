//! What a correction leads to (更正の試算), from what is stored now. Writes nothing.

use shared::billing::Claim;
use shared::billing::correction::{Change, Correction, LeakOutcome, correct};
use shared::billing::leak_adjustment::{LeakAdjustment, ReductionBasis};
use shared::ids::ReadingId;
use shared::metering::register::RegisterReading;
use shared::quantity::CubicMeters;
use sqlx::postgres::PgConnection;

use super::facts::{StoredBill, later_period, stored_bill};
use super::{CorrectedFacts, CorrectionRefusal, LaterPeriod, NewCorrection};
use crate::Backoffice;
use crate::billing::settlement::settlement;

/// What a correction would come to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CorrectionTrial {
    /// Before and after.
    pub correction: Correction,
    /// What the corrected dials measure.
    pub measured: Option<CubicMeters>,
    /// The later period that counts from them.
    pub later: Option<LaterPeriod>,
}

/// Tries a correction out.
pub async fn try_correction(
    office: &Backoffice,
    new: &NewCorrection,
) -> Result<CorrectionTrial, CorrectionRefusal> {
    let mut db = office.pool.acquire().await?;
    let bill = stored_bill(&mut db, office, new.bill, false).await?;
    trial(&mut db, office, &bill, &new.facts).await
}

pub(super) async fn trial(
    db: &mut PgConnection,
    office: &Backoffice,
    bill: &StoredBill,
    facts: &CorrectedFacts,
) -> Result<CorrectionTrial, CorrectionRefusal> {
    if let Some(by) = bill.replaced_by {
        return Err(CorrectionRefusal::Replaced(by));
    }
    let claims = bill.assessed()?;
    let water = claims.iter().find(|claim| claim.tariff.claim == Claim::Water);
    let water = water.map_or(CubicMeters(0), |claim| claim.state.input.usage);
    let mut measured = None;
    let mut later = None;
    let change = match facts {
        CorrectedFacts::Register(register) => {
            if is_settled(db, office.utility.0, bill.reading.id).await? {
                return Err(CorrectionRefusal::SettlementBelow);
            }
            let usage = usage_to(bill, *register)?;
            measured = Some(usage);
            later = later_period(db, office.utility.0, bill, *register).await?;
            Change::Volume(less_settled(db, office.utility.0, bill.reading.id, usage).await?)
        }
        CorrectedFacts::Terms { size, use_class, dwellings } => {
            Change::Facts { size: *size, use_class: *use_class, dwellings: *dwellings }
        }
        CorrectedFacts::Settled { reading, lower_by } => {
            let settled = settlement(&mut *db, office.utility.0, *reading).await?;
            let settled =
                settled.filter(|settled| settled.estimates.iter().any(|(_, _, of)| *of == bill.id));
            let left = settled.ok_or(CorrectionRefusal::NotFound)?.left();
            if *lower_by > left || *lower_by > water {
                let left = left.min(water).0;
                return Err(CorrectionRefusal::AboveSettlement { left });
            }
            Change::Volume(CubicMeters(water.0 - lower_by.0))
        }
        CorrectedFacts::Leak(id) => {
            let proposal = crate::billing::leak_adjustment::leak_adjustment(office, *id).await;
            let proposal = proposal.map_err(|_| CorrectionRefusal::NotFound)?;
            leak_change(&proposal.result)
        }
    };
    Ok(CorrectionTrial { correction: correct(&claims, &change)?, measured, later })
}

/// What the corrected dials measure since the reading before.
fn usage_to(bill: &StoredBill, register: u32) -> Result<CubicMeters, CorrectionRefusal> {
    let before = bill.reading.before;
    let refused = || CorrectionRefusal::Dials { before };
    let dials = |value| RegisterReading::new(value, bill.reading.digits).map_err(|_| refused());
    dials(before)?.usage_until(dials(register)?).volume().ok_or_else(refused)
}

/// A reading that settled estimates is billed less what was estimated, corrected or not.
async fn less_settled(
    db: &mut PgConnection,
    utility: i64,
    reading: ReadingId,
    measured: CubicMeters,
) -> Result<CubicMeters, CorrectionRefusal> {
    let Some(settled) = settlement(db, utility, reading).await? else { return Ok(measured) };
    let taken = settled.true_up.estimated.0 + settled.true_up.carried_in.0;
    let is_exact = settled.true_up.carried_out.0 == 0 && settled.true_up.correction.0 == 0;
    let billed = measured.0.checked_sub(taken).filter(|_| is_exact);
    billed.map(CubicMeters).ok_or(CorrectionRefusal::SettlementBelow)
}

/// Whether a later reading settled this estimate: its volume counts there.
async fn is_settled(db: &mut PgConnection, utility: i64, reading: ReadingId) -> sqlx::Result<bool> {
    sqlx::query_scalar(
        "select exists (select from billing.settled_estimate
                        where utility_id = $1 and estimate_reading_id = $2)",
    )
    .bind(utility)
    .bind(reading.0)
    .fetch_one(db)
    .await
}

/// What a leak adjustment says of each claim.
pub(in crate::billing) fn leak_change(adjustment: &LeakAdjustment) -> Change {
    let outcomes = adjustment.claims.iter().map(|claim| {
        let billed = match claim.reduction.basis {
            ReductionBasis::Volume => claim.billed,
            ReductionBasis::Charge => claim.metered,
        };
        (claim.claim, LeakOutcome { billed, reduction: claim.difference() })
    });
    Change::Leak(outcomes.collect())
}
