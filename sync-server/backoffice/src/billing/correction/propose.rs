//! Proposing a correction (更正の起案): with its whole result, so that what is approved is what was seen.

use jiff::Timestamp;
use jiff_sqlx::ToSqlx;
use shared::billing::correction::Correction;
use shared::ids::{CorrectionId, StaffId};
use sqlx::postgres::PgConnection;

use super::compute::trial;
use super::facts::{StoredBill, stored_bill};
use super::received::paper_fits;
use super::{CorrectedFacts, CorrectionRefusal, NewCorrection};
use crate::Backoffice;

/// Computes once more and writes the proposal down with all of it.
pub async fn propose_correction(
    office: &Backoffice,
    new: &NewCorrection,
    by: StaffId,
    at: Timestamp,
) -> Result<CorrectionId, CorrectionRefusal> {
    if new.grounds.trim().is_empty() {
        return Err(CorrectionRefusal::NoGrounds);
    }
    let mut db = office.pool.begin().await?;
    let bill = stored_bill(&mut db, office, new.bill, false).await?;
    let trial = trial(&mut db, office, &bill, new).await?;
    let difference = trial.correction.difference();
    paper_fits(&mut db, office.utility.0, &bill, new.paper, difference).await?;
    let id = write(&mut db, office, &bill, new, &trial.correction, by, at).await?;
    db.commit().await?;
    tracing::info!(correction.id = id.0, staff.id = by.0, "correction proposed");
    Ok(id)
}

pub(super) async fn write(
    db: &mut PgConnection,
    office: &Backoffice,
    bill: &StoredBill,
    new: &NewCorrection,
    result: &Correction,
    by: StaffId,
    at: Timestamp,
) -> Result<CorrectionId, CorrectionRefusal> {
    let register = match new.facts {
        CorrectedFacts::Register(register) => Some(i32::try_from(register).unwrap_or(i32::MAX)),
        _ => None,
    };
    let adjustment = match new.facts {
        CorrectedFacts::Leak(id) => Some(id.0),
        _ => None,
    };
    let (settlement_of, lowered) = match new.facts {
        CorrectedFacts::Settled { reading, lower_by } => {
            (Some(reading.0), Some(i32::try_from(lower_by.0).unwrap_or(i32::MAX)))
        }
        _ => (None, None),
    };
    let id = sqlx::query_scalar(
        "insert into billing.correction
             (utility_id, bill_id, round_id, connection_id, reason, grounds, paper,
              register_value, adjustment_id, settlement_of, result, explanation, difference_yen,
              proposed_by, proposed_at, lowered_m3, earlier_reduction)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11::jsonb, $12, $13, $14, $15, $16, $17)
         returning correction_id",
    )
    .bind(office.utility.0)
    .bind(bill.id.0)
    .bind(bill.round.0)
    .bind(bill.connection.0)
    .bind(i16::from(new.facts.reason().code()))
    .bind(new.grounds.trim())
    .bind(i16::from(new.paper.code()))
    .bind(register)
    .bind(adjustment)
    .bind(settlement_of)
    .bind(serde_json::to_string(result)?)
    .bind(result.japanese())
    .bind(result.difference().0)
    .bind(by.0)
    .bind(at.to_sqlx())
    .bind(lowered)
    .bind(new.earlier_reduction.map(|reduction| i16::from(reduction.code())))
    .fetch_one(db)
    .await?;
    Ok(CorrectionId(id))
}
