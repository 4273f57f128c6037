//! What is owed and what was received for a bill (請求の未収と領収), from the ledger and the receipts.
//!
//! Receipts are those that readers wrote at the gate; what comes in through banks and shops is not
//! in the books yet, and so nobody is told that a bill is unpaid.

use shared::billing::correction::{Paper, Received};
use shared::ids::{BillId, ReadingId};
use shared::ledger::Account;
use shared::quantity::Yen;
use sqlx::Row;
use sqlx::postgres::PgConnection;

use super::CorrectionRefusal;
use super::facts::StoredBill;

/// Cash that a reader took at the gate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PaidOnSite {
    /// Number of the receipt.
    pub receipt_number: String,
    /// What was taken.
    pub amount: Yen,
}

/// What the books know of a bill.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReceivedForBill {
    /// In figures.
    pub sums: Received,
    /// The receipt that counts, where there is one.
    pub on_site: Option<PaidOnSite>,
    /// What earlier corrections of it gave back.
    pub given_back: Yen,
}

/// Adds up what the ledger and the receipts say.
pub(super) async fn received_for(
    db: &mut PgConnection,
    utility: i64,
    bill: &StoredBill,
) -> sqlx::Result<ReceivedForBill> {
    let receivable = receivable_of(db, utility, bill).await?;
    let on_site = paid_on_site(db, utility, bill.reading.id).await?;
    let given_back = match &on_site {
        Some(_) => given_back_before(db, utility, bill.id).await?,
        None => Yen(0),
    };
    let taken = on_site.as_ref().map_or(Yen(0), |paid| paid.amount) - given_back;
    let sums = Received { receivable, taken: taken.max(Yen(0)) };
    Ok(ReceivedForBill { sums, on_site, given_back })
}

/// Refuses a paper that the books contradict.
pub(super) async fn paper_fits(
    db: &mut PgConnection,
    utility: i64,
    bill: &StoredBill,
    paper: Paper,
    difference: Yen,
) -> Result<(), CorrectionRefusal> {
    let choice = received_for(db, utility, bill).await?.sums.paper(difference);
    if choice.allows(paper) { Ok(()) } else { Err(CorrectionRefusal::OtherPaper(choice.paper())) }
}

/// What the transactions of its assessments, and those that took them back, leave to be received.
async fn receivable_of(
    db: &mut PgConnection,
    utility: i64,
    bill: &StoredBill,
) -> sqlx::Result<Yen> {
    let assessments: Vec<i64> = bill.claims.iter().map(|claim| claim.assessment.0).collect();
    let sum: i64 = sqlx::query_scalar(
        "select coalesce(sum(p.debit_yen - p.credit_yen), 0)::bigint
         from ledger.posting p
         where p.utility_id = $1 and p.account in ($3, $4)
           and p.transaction_id = any (
               $2 || array(select reversal_id from billing.reversal
                           where utility_id = $1 and assessment_id = any ($2)))",
    )
    .bind(utility)
    .bind(&assessments)
    .bind(i16::from(Account::WaterReceivable.code()))
    .bind(i16::from(Account::SewerageReceivable.code()))
    .fetch_one(db)
    .await?;
    Ok(Yen(sum))
}

/// Credit notes along the bills that this one took the place of.
async fn given_back_before(db: &mut PgConnection, utility: i64, bill: BillId) -> sqlx::Result<Yen> {
    let sum: i64 = sqlx::query_scalar(
        "with recursive chain as (
             select $2::bigint as bill_id
             union all
             select p.replaces from billing.bill_replacement p
             join chain on chain.bill_id = p.bill_id where p.utility_id = $1
         )
         select coalesce(sum(old.amount_yen - new.amount_yen), 0)::bigint
         from billing.bill_replacement p
         join chain on chain.bill_id = p.bill_id
         join billing.bill new on new.utility_id = p.utility_id and new.bill_id = p.bill_id
         join billing.bill old on old.utility_id = p.utility_id and old.bill_id = p.replaces
         where p.utility_id = $1 and p.paper = $3",
    )
    .bind(utility)
    .bind(bill.0)
    .bind(i16::from(Paper::CreditNote.code()))
    .fetch_one(db)
    .await?;
    Ok(Yen(sum))
}

/// The receipt that counts for a stop whose reading was billed.
async fn paid_on_site(
    db: &mut PgConnection,
    utility: i64,
    reading: ReadingId,
) -> sqlx::Result<Option<PaidOnSite>> {
    let row = sqlx::query(
        "with recursive before as (
             select $2::uuid as reading_id
             union all
             select r.replaces from metering.reading r
             join before on before.reading_id = r.reading_id
             where r.utility_id = $1 and r.replaces is not null
         )
         select t.receipt_number, t.amount_yen from metering.cash_receipt t
         join before on before.reading_id = t.stop_id
         where t.utility_id = $1
           and not exists (select from metering.cash_void v
                           where v.utility_id = $1 and v.receipt_id = t.receipt_id)
         limit 1",
    )
    .bind(utility)
    .bind(reading.0)
    .fetch_optional(db)
    .await?;
    row.map(|row| {
        Ok(PaidOnSite {
            receipt_number: row.try_get("receipt_number")?,
            amount: Yen(row.try_get("amount_yen")?),
        })
    })
    .transpose()
}
