//! Deciding on a correction (更正の決裁): approved by a second person and posted in one transaction.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff_sqlx::ToSqlx;
use shared::billing::correction::{Correction, CorrectionReason};
use shared::ids::{BillId, CorrectionId, ReadingId, StaffId};
use sqlx::Row;
use sqlx::postgres::PgConnection;

use super::compute::trial;
use super::facts::{StoredBill, stored_bill};
use super::list::correction_in;
use super::post::{Posting, post};
use super::propose::write;
use super::received::paper_fits;
use super::{CorrectionRefusal, NewCorrection};
use crate::Backoffice;

/// Kind of a reading that the office entered.
const ENTERED_IN_OFFICE: i16 = 3;

/// What somebody decides.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CorrectionDecisionOrder {
    /// Approved and posted, or refused.
    pub is_approved: bool,
    /// In the decider's words.
    pub remark: String,
    /// The day of the posting.
    pub on: Date,
    /// Until when the new bill is to be paid; the old one's day where that is later.
    pub due_on: Date,
}

/// Approves and posts, or refuses. Its proposer may take it back, but not approve it. Tells the
/// new bill.
pub async fn decide_correction(
    office: &Backoffice,
    id: CorrectionId,
    order: &CorrectionDecisionOrder,
    by: StaffId,
    at: Timestamp,
) -> Result<Option<BillId>, CorrectionRefusal> {
    let mut db = office.pool.begin().await?;
    let stored = correction_in(&mut db, office, id).await?;
    if stored.decision.is_some() {
        return Err(CorrectionRefusal::Decided);
    }
    let mut new_bill = None;
    if order.is_approved {
        if stored.proposed_by.0 == by {
            return Err(CorrectionRefusal::SamePerson);
        }
        let bill = stored_bill(&mut db, office, stored.bill, true).await?;
        let new = stored.asked().ok_or(CorrectionRefusal::Changed)?;
        let again = trial(&mut db, office, &bill, &new).await?;
        if again.correction != stored.result {
            return Err(CorrectionRefusal::Changed);
        }
        // Money may have come in since.
        let difference = stored.result.difference();
        paper_fits(&mut db, office.utility.0, &bill, stored.paper, difference).await?;
        let reading = match (stored.reason, stored.register_value, again.measured) {
            (CorrectionReason::Misreading, Some(register), Some(measured)) => {
                replace_reading(&mut db, office.utility.0, &bill, (register, measured.0)).await?
            }
            _ => bill.reading.id,
        };
        let posting = Posting {
            correction: id,
            bill: &bill,
            result: &stored.result,
            paper: stored.paper,
            reading,
            posted_on: order.on,
            due_on: order.due_on.max(bill.due_on),
        };
        new_bill = Some(post(&mut db, office, &posting).await?);
    }
    // The key of the decision stops a second one that came at the same time.
    decide(&mut db, office.utility.0, (id, stored.proposed_by.0), order, by, at).await?;
    db.commit().await?;
    let is_approved = order.is_approved;
    tracing::info!(correction.id = id.0, staff.id = by.0, is_approved, "correction decided");
    Ok(new_bill)
}

/// Proposes and posts what an approved leak adjustment leads to, within the transaction of its
/// approval: the same two people answer for both.
pub(in crate::billing) async fn post_leak_adjustment(
    db: &mut PgConnection,
    office: &Backoffice,
    new: &NewCorrection,
    result: &Correction,
    proposed: (StaffId, Timestamp),
    order: &CorrectionDecisionOrder,
    decided: (StaffId, Timestamp),
) -> Result<BillId, CorrectionRefusal> {
    let bill = stored_bill(db, office, new.bill, true).await?;
    if let Some(by) = bill.replaced_by {
        return Err(CorrectionRefusal::Replaced(by));
    }
    paper_fits(db, office.utility.0, &bill, new.paper, result.difference()).await?;
    let id = write(db, office, &bill, new, result, proposed.0, proposed.1).await?;
    decide(db, office.utility.0, (id, proposed.0), order, decided.0, decided.1).await?;
    let posting = Posting {
        correction: id,
        bill: &bill,
        result,
        paper: new.paper,
        reading: bill.reading.id,
        posted_on: order.on,
        due_on: order.due_on.max(bill.due_on),
    };
    post(db, office, &posting).await
}

async fn decide(
    db: &mut PgConnection,
    utility: i64,
    (id, proposed_by): (CorrectionId, StaffId),
    order: &CorrectionDecisionOrder,
    by: StaffId,
    at: Timestamp,
) -> Result<(), CorrectionRefusal> {
    sqlx::query(
        "insert into billing.correction_decision
             (utility_id, correction_id, proposed_by, is_approved, remark, decided_by, decided_at)
         values ($1, $2, $3, $4, $5, $6, $7)",
    )
    .bind(utility)
    .bind(id.0)
    .bind(proposed_by.0)
    .bind(order.is_approved)
    .bind(order.remark.trim())
    .bind(by.0)
    .bind(at.to_sqlx())
    .execute(db)
    .await?;
    Ok(())
}

/// The corrected reading stands beside the one that it replaces; what follows counts from it.
async fn replace_reading(
    db: &mut PgConnection,
    utility: i64,
    bill: &StoredBill,
    (register, usage): (u32, u32),
) -> Result<ReadingId, CorrectionRefusal> {
    let stored = |number: u32| {
        i32::try_from(number).map_err(|_| CorrectionRefusal::Dials { before: bill.reading.before })
    };
    let row = sqlx::query(
        "insert into metering.reading
             (utility_id, reading_id, connection_id, meter_id, round_id, read_on, register_value,
              usage_m3, kind, replaces)
         values ($1, gen_random_uuid(), $2, $3, $4, $5, $6, $7, $8, $9)
         returning reading_id",
    )
    .bind(utility)
    .bind(bill.connection.0)
    .bind(bill.meter)
    .bind(bill.round.0)
    .bind(bill.reading.read_on.to_sqlx())
    .bind(stored(register)?)
    .bind(stored(usage)?)
    .bind(ENTERED_IN_OFFICE)
    .bind(bill.reading.id.0)
    .fetch_one(db)
    .await?;
    Ok(ReadingId(row.try_get("reading_id")?))
}
