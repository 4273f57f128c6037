//! Posting a correction (更正の調定): assessments taken back, new ones, the ledger, and the new bill.

use jiff::civil::Date;
use jiff_sqlx::ToSqlx;
use shared::billing::correction::{ClaimChange, ClaimState, Correction, Paper};
use shared::billing::{ChargeAmounts, ChargeInput};
use shared::ids::{BillId, CorrectionId, ReadingId};
use shared::ledger::{Transfer, assess};
use shared::quantity::{CubicMeters, Yen};
use sqlx::postgres::PgConnection;

use super::CorrectionRefusal;
use super::facts::{StoredBill, StoredClaim};
use crate::Backoffice;
use crate::ledger::{KIND_ASSESSMENT, KIND_REVERSAL, TRANSACTION_NUMBER, reserve_numbers};

const BILL_NUMBER: &str = "billing.bill_number";

/// What is posted, and when.
pub(in crate::billing) struct Posting<'a> {
    pub(in crate::billing) correction: CorrectionId,
    pub(in crate::billing) bill: &'a StoredBill,
    pub(in crate::billing) result: &'a Correction,
    pub(in crate::billing) paper: Paper,
    /// The reading that the new assessments go by.
    pub(in crate::billing) reading: ReadingId,
    pub(in crate::billing) posted_on: Date,
    pub(in crate::billing) due_on: Date,
}

/// Writes everything in the caller's transaction and proves that it adds up.
pub(in crate::billing) async fn post(
    db: &mut PgConnection,
    office: &Backoffice,
    posting: &Posting<'_>,
) -> Result<BillId, CorrectionRefusal> {
    let utility = office.utility.0;
    let count = posting.result.claims.len();
    let bill = reserve_numbers(db, BILL_NUMBER, 1).await?;
    let first = reserve_numbers(db, TRANSACTION_NUMBER, 2 * count).await?;
    write_bill(db, utility, bill, posting).await?;
    for (number, change) in (first..).step_by(2).zip(&posting.result.claims) {
        let claim = posting.bill.claims.iter().find(|claim| claim.assessment == change.assessment);
        let claim = claim.ok_or(CorrectionRefusal::Changed)?;
        reverse(db, utility, number, change, posting).await?;
        assess_anew(db, utility, (number + 1, bill), change, claim, posting).await?;
    }
    adds_up(db, utility, first, posting.result).await?;
    Ok(BillId(bill))
}

async fn write_bill(
    db: &mut PgConnection,
    utility: i64,
    bill: i64,
    posting: &Posting<'_>,
) -> sqlx::Result<()> {
    let old = posting.bill;
    sqlx::query(
        "insert into billing.bill
             (utility_id, bill_id, run_id, agreement_id, connection_id, amount_yen, issued_on,
              due_on, payment_method)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
    )
    .bind(utility)
    .bind(bill)
    .bind(old.run)
    .bind(old.agreement)
    .bind(old.connection.0)
    .bind(posting.result.after().0)
    .bind(posting.posted_on.to_sqlx())
    .bind(posting.due_on.to_sqlx())
    .bind(old.payment_method)
    .execute(&mut *db)
    .await?;
    sqlx::query(
        "insert into billing.bill_replacement
             (utility_id, bill_id, replaces, correction_id, paper)
         values ($1, $2, $3, $4, $5)",
    )
    .bind(utility)
    .bind(bill)
    .bind(old.id.0)
    .bind(posting.correction.0)
    .bind(i16::from(posting.paper.code()))
    .execute(db)
    .await?;
    Ok(())
}

async fn reverse(
    db: &mut PgConnection,
    utility: i64,
    number: i64,
    change: &ClaimChange,
    posting: &Posting<'_>,
) -> sqlx::Result<()> {
    sqlx::query(
        "insert into billing.reversal
             (utility_id, reversal_id, assessment_id, correction_id, amount_yen, tax_yen,
              reversed_on)
         values ($1, $2, $3, $4, $5, $6, $7)",
    )
    .bind(utility)
    .bind(number)
    .bind(change.assessment.0)
    .bind(posting.correction.0)
    .bind(change.before.amount.0)
    .bind(change.before.tax.0)
    .bind(posting.posted_on.to_sqlx())
    .execute(&mut *db)
    .await?;
    // The other way round: what was debited is credited.
    let back = assess(change.claim, amounts(&change.before)).map(|line| {
        line.map(|line| Transfer { debit: line.credit, credit: line.debit, amount: line.amount })
    });
    transfer(db, utility, (number, KIND_REVERSAL), posting.posted_on, back).await
}

async fn assess_anew(
    db: &mut PgConnection,
    utility: i64,
    (number, bill): (i64, i64),
    change: &ClaimChange,
    claim: &StoredClaim,
    posting: &Posting<'_>,
) -> Result<(), CorrectionRefusal> {
    let after = &change.after;
    let [_, usage] = change.usages();
    let volume =
        |volume: CubicMeters| i32::try_from(volume.0).map_err(|_| CorrectionRefusal::Changed);
    let packed = |input: &ChargeInput| {
        postcard::to_stdvec(input).map_err(|error| sqlx::Error::Encode(error.into()))
    };
    let terms = change.terms.as_ref().map(|terms| &terms.after);
    let earlier = terms.and_then(|terms| terms.earlier);
    let basis = match terms {
        None => claim.basis.clone(),
        Some(terms) if terms.basis.is_empty() => None,
        Some(terms) => Some(serde_json::to_string(&terms.basis)?),
    };
    let carried = terms.map(|terms| terms.carried).filter(|carried| carried.0 > 0);
    sqlx::query(
        "insert into billing.assessment
             (utility_id, assessment_id, bill_id, round_id, connection_id, tariff_id, amount_yen,
              tax_yen, reading_id, usage_m3, assessed_on, claim, charge_input, basis, revision,
              relief_yen, relief_tax_yen, earlier_tariff_id, earlier_charge_input, carried_m3)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14::json, $15, $16, $17,
                 $18, $19, $20)",
    )
    .bind(utility)
    .bind(number)
    .bind(bill)
    .bind(posting.bill.round.0)
    .bind(posting.bill.connection.0)
    .bind(terms.map_or(change.tariff, |terms| terms.tariff).0)
    .bind(after.amount.0)
    .bind(after.tax.0)
    .bind(posting.reading.0)
    .bind(volume(usage)?)
    .bind(posting.posted_on.to_sqlx())
    .bind(i16::from(change.claim.code()))
    .bind(packed(&after.input)?)
    .bind(basis)
    .bind(claim.revision.checked_add(1).ok_or(CorrectionRefusal::Changed)?)
    .bind(after.relief.map(|relief| relief.amount.0))
    .bind(after.relief.map(|relief| relief.tax.0))
    .bind(earlier.map(|(tariff, _)| tariff.0))
    .bind(earlier.map(|(_, input)| packed(&input)).transpose()?)
    .bind(carried.map(volume).transpose()?)
    .execute(&mut *db)
    .await?;
    let lines = assess(change.claim, amounts(after));
    transfer(db, utility, (number, KIND_ASSESSMENT), posting.posted_on, lines).await?;
    Ok(())
}

fn amounts(state: &ClaimState) -> ChargeAmounts {
    ChargeAmounts { amount: state.amount, tax: state.tax }
}

async fn transfer(
    db: &mut PgConnection,
    utility: i64,
    (transaction, kind): (i64, i16),
    posted_on: Date,
    lines: [Option<Transfer>; 2],
) -> sqlx::Result<()> {
    for (line, transfer) in (1_i16..).zip(lines.into_iter().flatten()) {
        sqlx::query(
            "insert into ledger.transfer
                 (utility_id, transaction_id, amount_yen, posted_on, line, kind, debit, credit)
             values ($1, $2, $3, $4, $5, $6, $7, $8)",
        )
        .bind(utility)
        .bind(transaction)
        .bind(transfer.amount.0)
        .bind(posted_on.to_sqlx())
        .bind(line)
        .bind(kind)
        .bind(i16::from(transfer.debit.code()))
        .bind(i16::from(transfer.credit.code()))
        .execute(&mut *db)
        .await?;
    }
    Ok(())
}

/// Looks at the rows themselves: what was taken back and what was put beside it, in the ledger and
/// in the assessments, are what was approved.
async fn adds_up(
    db: &mut PgConnection,
    utility: i64,
    first: i64,
    result: &Correction,
) -> Result<(), CorrectionRefusal> {
    let last = first - 1 + i64::try_from(2 * result.claims.len()).unwrap_or(0);
    let stored: (i64, i64, i64, i64) = sqlx::query_as(
        "select
             (select coalesce(sum(amount_yen) filter (where kind = 2), 0)::bigint
              from ledger.transfer t
              where t.utility_id = $1 and t.transaction_id between $2 and $3),
             (select coalesce(sum(amount_yen) filter (where kind = 1), 0)::bigint
              from ledger.transfer t
              where t.utility_id = $1 and t.transaction_id between $2 and $3),
             (select coalesce(sum(amount_yen), 0)::bigint from billing.reversal r
              where r.utility_id = $1 and r.reversal_id between $2 and $3),
             (select coalesce(sum(amount_yen), 0)::bigint from billing.assessment a
              where a.utility_id = $1 and a.assessment_id between $2 and $3)",
    )
    .bind(utility)
    .bind(first)
    .bind(last)
    .fetch_one(db)
    .await?;
    let (Yen(before), Yen(after)) = (result.before(), result.after());
    if stored == (before, after, before, after) {
        Ok(())
    } else {
        Err(CorrectionRefusal::DoesNotAddUp(format!("{before}, {after}: stored {stored:?}")))
    }
}
