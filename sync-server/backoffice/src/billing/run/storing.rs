//! The copying side of a run (調定・請求・仕訳の登録): numbers, then three COPYs a chunk.

use std::sync::Arc;

use jiff_sqlx::ToSqlx;
use shared::billing::Claim;
use shared::ids::UtilityId;
use shared::ledger::assess;
use shared::quantity::Yen;
use sqlx::postgres::PgConnection;
use tokio::sync::mpsc;

use super::order::{BillingOrder, Round, RunProgress, RunSummary};
use super::rating::{RatedBill, RatedClaim};
use super::rows::{AssessmentRow, BillRow, TransferRow};
use crate::billing::ClaimTotal;
use crate::billing::error::BillingError;
use crate::billing::settlement::{self, Pending, Settled};
use crate::bulk::{self, BulkTransaction};
use crate::ledger::{TRANSACTION_NUMBER, reserve_numbers};

const BILL_NUMBER: &str = "billing.bill_number";

/// Numbers that were taken, as few ranges as possible: one, unless somebody else took some between.
#[derive(Debug, Default)]
pub(super) struct Ranges {
    pub(super) first: Vec<i64>,
    pub(super) last: Vec<i64>,
}

impl Ranges {
    fn add(&mut self, first: i64, count: usize) {
        let last = first - 1 + i64::try_from(count).expect("a chunk is in memory");
        match self.last.last_mut() {
            Some(end) if *end + 1 == first => *end = last,
            _ => {
                self.first.push(first);
                self.last.push(last);
            }
        }
    }
}

/// Writes rated bills and counts what it wrote.
pub(super) struct Storing {
    utility: UtilityId,
    order: BillingOrder,
    pending: Arc<Pending>,
    run: i64,
    bills: u64,
    amount: Yen,
    transfers: u64,
    claims: [ClaimTotal; 2],
    bill_numbers: Ranges,
    assessment_numbers: Ranges,
}

impl Storing {
    /// Writes the run itself down.
    pub(super) async fn begin(
        db: &mut PgConnection,
        utility: UtilityId,
        order: &BillingOrder,
        pending: Arc<Pending>,
    ) -> sqlx::Result<Storing> {
        let run = sqlx::query_scalar(
            "insert into billing.billing_run (utility_id, round_id, assessed_on, due_on)
             values ($1, $2, $3, $4) returning run_id",
        )
        .bind(utility.0)
        .bind(order.round.0)
        .bind(order.assessed_on.to_sqlx())
        .bind(order.due_on.to_sqlx())
        .fetch_one(db)
        .await?;
        Ok(Storing {
            utility,
            order: *order,
            pending,
            run,
            bills: 0,
            amount: Yen(0),
            transfers: 0,
            claims: Claim::ALL.map(ClaimTotal::none),
            bill_numbers: Ranges::default(),
            assessment_numbers: Ranges::default(),
        })
    }

    /// Stores chunks until there are no more.
    pub(super) async fn run(
        &mut self,
        db: &mut BulkTransaction<'_>,
        mut chunks: mpsc::Receiver<Vec<RatedBill>>,
        round: Round,
        progress: &mut (dyn FnMut(RunProgress) + Send),
    ) -> Result<(), BillingError> {
        while let Some(chunk) = chunks.recv().await {
            self.store(db, &chunk).await?;
            progress(RunProgress { bills: self.bills, planned: round.planned });
        }
        Ok(())
    }

    async fn store(
        &mut self,
        db: &mut BulkTransaction<'_>,
        chunk: &[RatedBill],
    ) -> sqlx::Result<()> {
        let order = self.order;
        let run = self.run;
        let bill = reserve_numbers(db, BILL_NUMBER, chunk.len()).await?;
        let claims = chunk.iter().map(|bill| bill.claims().count()).sum();
        let assessment = reserve_numbers(db, TRANSACTION_NUMBER, claims).await?;
        self.bill_numbers.add(bill, chunk.len());
        self.assessment_numbers.add(assessment, claims);

        let bills = (bill..).zip(chunk).map(|(id, bill)| BillRow {
            id,
            run,
            agreement: bill.agreement,
            connection: bill.connection,
            amount: bill.amount(),
            issued_on: order.assessed_on,
            due_on: order.due_on,
            payment_method: bill.payment_method,
        });
        bulk::copy(db, self.utility, bills, |_| {}).await?;
        let assessments =
            (assessment..).zip(numbered(bill, chunk)).map(|(id, (bill, of, rated))| {
                AssessmentRow {
                    id,
                    bill,
                    round: order.round,
                    connection: of.connection,
                    reading: of.reading,
                    assessed_on: order.assessed_on,
                    rated,
                }
            });
        bulk::copy(db, self.utility, assessments, |_| {}).await?;
        let transfers =
            (assessment..).zip(numbered(bill, chunk)).flat_map(|(id, (_, _, rated))| {
                let lines = assess(rated.claim, rated.amounts).into_iter().flatten();
                (1_i16..).zip(lines).map(move |(line, transfer)| TransferRow {
                    transaction: id,
                    line,
                    posted_on: order.assessed_on,
                    transfer,
                })
            });
        self.transfers += bulk::copy(db, self.utility, transfers, |_| {}).await?;
        let settled = chunk.iter().filter_map(|bill| {
            let (connection, reading) = (bill.connection, bill.reading);
            Some(Settled { connection, reading, true_up: bill.settlement? })
        });
        settlement::store(db, self.utility.0, order.round, &self.pending, settled).await?;
        self.count(chunk);
        Ok(())
    }

    fn count(&mut self, chunk: &[RatedBill]) {
        for bill in chunk {
            self.bills += 1;
            for rated in bill.claims() {
                self.amount = self.amount + rated.amounts.amount;
                let total = self.claims.iter_mut().find(|total| total.claim == rated.claim);
                total.expect("there is a total for each claim").add(rated);
            }
        }
    }

    /// Adds what was written to the summary.
    pub(super) fn complete(&self, summary: &mut RunSummary) {
        summary.bills = self.bills;
        summary.amount = self.amount;
        summary.transfers = self.transfers;
        summary.claims = self.claims.to_vec();
    }

    /// Which numbers the bills and the assessments of this run have.
    pub(super) fn numbers(&self) -> (&Ranges, &Ranges) {
        (&self.bill_numbers, &self.assessment_numbers)
    }

    /// Writes the totals down: the last step before the commit.
    pub(super) async fn finish(
        &self,
        db: &mut PgConnection,
        summary: &RunSummary,
    ) -> Result<(), BillingError> {
        for total in &summary.claims {
            sqlx::query(
                "insert into billing.run_total
                     (utility_id, run_id, claim, assessments, usage_m3, amount_yen, tax_yen)
                 values ($1, $2, $3, $4, $5, $6, $7)",
            )
            .bind(self.utility.0)
            .bind(self.run)
            .bind(i16::from(total.claim.code()))
            .bind(total.assessments.cast_signed())
            .bind(total.usage_m3.cast_signed())
            .bind(total.amount.0)
            .bind(total.tax.0)
            .execute(&mut *db)
            .await?;
        }
        sqlx::query(
            "update billing.billing_run set finished_at = clock_timestamp(), bills = $3
             where utility_id = $1 and run_id = $2",
        )
        .bind(self.utility.0)
        .bind(self.run)
        .bind(summary.bills.cast_signed())
        .execute(db)
        .await?;
        Ok(())
    }
}

impl ClaimTotal {
    fn add(&mut self, rated: &RatedClaim) {
        self.assessments += 1;
        self.usage_m3 += u64::from(rated.usage.0);
        self.amount = self.amount + rated.amounts.amount;
        self.tax = self.tax + rated.amounts.tax;
    }
}

/// Each claim with its bill and the bill's number, in the order in which assessments are numbered.
fn numbered(
    first: i64,
    chunk: &[RatedBill],
) -> impl Iterator<Item = (i64, &RatedBill, &RatedClaim)> {
    (first..).zip(chunk).flat_map(|(id, bill)| bill.claims().map(move |claim| (id, bill, claim)))
}
