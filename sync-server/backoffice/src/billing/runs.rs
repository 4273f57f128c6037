//! Runs that were made (調定処理の記録).

use jiff::civil::Date;
use shared::ids::RoundId;
use sqlx::Row;
use sqlx::postgres::PgRow;

use crate::Backoffice;

/// A run that was kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BillingRun {
    /// Key.
    pub id: i64,
    /// The round that it billed.
    pub round: RoundId,
    /// 調定日.
    pub assessed_on: Date,
    /// 納期限.
    pub due_on: Date,
    /// How many bills it made.
    pub bills: u64,
}

/// All runs, the newest first.
pub async fn runs(office: &Backoffice) -> sqlx::Result<Vec<BillingRun>> {
    sqlx::query(
        "select run_id, round_id, assessed_on, due_on, bills from billing.billing_run
         where utility_id = $1 and finished_at is not null order by run_id desc",
    )
    .bind(office.utility.0)
    .fetch_all(&office.pool)
    .await?
    .iter()
    .map(run_of_row)
    .collect()
}

/// The newest run.
pub async fn last_run(office: &Backoffice) -> sqlx::Result<Option<BillingRun>> {
    sqlx::query(
        "select run_id, round_id, assessed_on, due_on, bills from billing.billing_run
         where utility_id = $1 and finished_at is not null order by run_id desc limit 1",
    )
    .bind(office.utility.0)
    .fetch_optional(&office.pool)
    .await?
    .as_ref()
    .map(run_of_row)
    .transpose()
}

fn run_of_row(row: &PgRow) -> sqlx::Result<BillingRun> {
    Ok(BillingRun {
        id: row.try_get("run_id")?,
        round: RoundId(row.try_get("round_id")?),
        assessed_on: row.try_get::<jiff_sqlx::Date, _>("assessed_on")?.to_jiff(),
        due_on: row.try_get::<jiff_sqlx::Date, _>("due_on")?.to_jiff(),
        bills: row.try_get::<i64, _>("bills")?.unsigned_abs(),
    })
}
