//! What a correction leads to (更正の試算), from what is stored now. Writes nothing.

use shared::billing::Claim;
use shared::billing::correction::{
    Change, Correction, CorrectionError, EarlierReduction, LeakOutcome, correct,
};
use shared::billing::leak_adjustment::{LeakAdjustment, ReductionBasis};
use shared::ids::ReadingId;
use shared::metering::register::RegisterReading;
use shared::quantity::CubicMeters;
use sqlx::postgres::PgConnection;

use super::anew::{Differing, corrected_anew};
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
    trial(&mut db, office, &bill, new).await
}

pub(super) async fn trial(
    db: &mut PgConnection,
    office: &Backoffice,
    bill: &StoredBill,
    new: &NewCorrection,
) -> Result<CorrectionTrial, CorrectionRefusal> {
    if let Some(by) = bill.replaced_by {
        return Err(CorrectionRefusal::Replaced(by));
    }
    let is_leak = matches!(new.facts, CorrectedFacts::Leak(_));
    if bill.is_reduced() && (is_leak || !says_what_becomes(bill, new.earlier_reduction)) {
        return Err(CorrectionError::ReducedBefore.into());
    }
    let tap = tap(db, office.utility.0, bill, bill.reading.usage).await?;
    let mut differing = Differing { usage: tap, register: None, facts: None };
    let mut measured = None;
    let mut later = None;
    let change = match &new.facts {
        CorrectedFacts::Register(register) => {
            if is_settled(db, office.utility.0, bill.reading.id).await? {
                return Err(CorrectionRefusal::SettlementBelow);
            }
            let usage = usage_to(bill, *register)?;
            measured = Some(usage);
            later = later_period(db, office.utility.0, bill, *register).await?;
            let billed = less_settled(db, office.utility.0, bill.reading.id, usage).await?;
            differing = Differing { usage: billed, register: Some(*register), ..differing };
            Some(Change::Volume(billed))
        }
        CorrectedFacts::Terms { size, use_class, dwellings } => {
            differing.facts = Some((*size, *use_class, *dwellings));
            Some(Change::Facts { size: *size, use_class: *use_class, dwellings: *dwellings })
        }
        CorrectedFacts::Settled { reading, lower_by } => {
            let water = water_of(bill);
            let settled = settlement(&mut *db, office.utility.0, *reading).await?;
            let settled =
                settled.filter(|settled| settled.estimates.iter().any(|(_, _, of)| *of == bill.id));
            let left = settled.ok_or(CorrectionRefusal::NotFound)?.left();
            if *lower_by > left || *lower_by > water {
                let left = left.min(water).0;
                return Err(CorrectionRefusal::AboveSettlement { left });
            }
            differing.usage = CubicMeters(tap.0.saturating_sub(lower_by.0));
            Some(Change::Volume(CubicMeters(water.0 - lower_by.0)))
        }
        CorrectedFacts::Leak(id) => {
            let proposal = crate::billing::leak_adjustment::leak_adjustment(office, *id).await;
            let proposal = proposal.map_err(|_| CorrectionRefusal::NotFound)?;
            Some(leak_change(&proposal.result))
        }
        CorrectedFacts::Registered => None,
    };
    let correction = match change {
        Some(change) if is_leak || (bill.is_plain() && !bill.is_reduced()) => {
            correct(&bill.assessed()?, &change)?
        }
        _ => corrected_anew(db, office, bill, &differing, new.earlier_reduction).await?,
    };
    Ok(CorrectionTrial { correction, measured, later })
}

/// Yen can be taken off of another charge again; a volume that was reduced follows from the old one,
/// and is decided anew.
fn says_what_becomes(bill: &StoredBill, earlier: Option<EarlierReduction>) -> bool {
    match earlier {
        None => false,
        Some(EarlierReduction::Dropped) => true,
        Some(EarlierReduction::Kept) => {
            bill.claims.iter().any(|claim| claim.state.relief.is_some())
        }
    }
}

fn water_of(bill: &StoredBill) -> CubicMeters {
    let water = bill.claims.iter().find(|claim| claim.tariff.claim == Claim::Water);
    water.map_or(CubicMeters(0), |claim| claim.terms.usage)
}

/// What the tap is billed for: the reading, less what it settled, less what settlements took off of
/// it since.
async fn tap(
    db: &mut PgConnection,
    utility: i64,
    bill: &StoredBill,
    measured: CubicMeters,
) -> Result<CubicMeters, CorrectionRefusal> {
    let billed = match settlement(&mut *db, utility, bill.reading.id).await? {
        Some(settled) => settled.true_up.billed,
        None => measured,
    };
    let lowered: i64 = sqlx::query_scalar(
        "select coalesce(sum(coalesce(k.lowered_m3,
                    (k.result #>> '{claims,0,before,input,usage}')::bigint
                    - (k.result #>> '{claims,0,after,input,usage}')::bigint)), 0)::bigint
         from billing.correction k
         join billing.correction_decision d
             on d.utility_id = k.utility_id and d.correction_id = k.correction_id and d.is_approved
         where k.utility_id = $1 and k.round_id = $2 and k.connection_id = $3
           and k.settlement_of is not null",
    )
    .bind(utility)
    .bind(bill.round.0)
    .bind(bill.connection.0)
    .fetch_one(db)
    .await?;
    let lowered = u32::try_from(lowered.max(0)).unwrap_or(u32::MAX);
    Ok(CubicMeters(billed.0.saturating_sub(lowered)))
}

/// What the corrected dials measure since the reading before, with what went through meters that were
/// taken out in between.
fn usage_to(bill: &StoredBill, register: u32) -> Result<CubicMeters, CorrectionRefusal> {
    let before = bill.reading.before;
    let refused = || CorrectionRefusal::Dials { before };
    let dials = |value| RegisterReading::new(value, bill.reading.digits).map_err(|_| refused());
    let through = |value| -> Result<CubicMeters, CorrectionRefusal> {
        dials(before)?.usage_until(dials(value)?).volume().ok_or_else(refused)
    };
    let usage = through(register)?;
    let is_exchanged = bill.claims.iter().any(|claim| !claim.terms.basis.meters.is_empty());
    if !is_exchanged {
        return Ok(usage);
    }
    let removed = bill.reading.usage.0.checked_sub(through(bill.reading.register)?.0);
    let total = removed.and_then(|removed| removed.checked_add(usage.0));
    total.map(CubicMeters).ok_or_else(refused)
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
