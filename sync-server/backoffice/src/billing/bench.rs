//! Benches of billing (性能測定): a run against a plain COPY of the very same rows, and bare charges.
//!
//! Needs an empty database of its own, for it fills and empties tables at will. What is timed
//! holds no preparation: tables are emptied and PostgreSQL is at rest before the watch starts.

mod charges;
mod lab;
mod population;

use std::time::{Duration, Instant};

use futures_util::TryStreamExt;
use jiff::civil::Date;
use sqlx::postgres::PgPoolCopyExt;
use sqlx::{Connection, Executor};

use super::{BillingError, BillingOrder, CancelFlag, run_billing};
use crate::Backoffice;

pub use charges::{ChargeFigures, charges};
pub use lab::{LabFigures, billed_draft, measure_lab, prepare_year, revised_draft};
pub use population::{Prepared, prepare};

/// Rounds of which the middle one counts.
const ROUNDS: usize = 3;

/// Bytes sent at a time, the same as a run sends.
const CHUNK_BYTES: usize = 256 * 1024;

const TABLES: [&str; 3] = ["billing.bill", "billing.assessment", "ledger.transfer"];

/// What was measured.
#[derive(Debug, Clone, Copy)]
pub struct BillingFigures {
    /// Bills of one run.
    pub bills: u64,
    /// Bills, assessments and transfers of one run.
    pub rows: u64,
    /// Whole runs, from the call to the durable commit.
    pub run: Duration,
    /// The same rows by three COPYs in one transaction, to the durable commit.
    pub plain_copy: Duration,
}

impl BillingFigures {
    /// Durable bills a second.
    pub fn bills_per_second(&self) -> f64 {
        per_second(self.bills, self.run)
    }

    /// How many times as long as the plain COPY a run takes.
    pub fn ratio(&self) -> f64 {
        self.run.as_secs_f64() / self.plain_copy.as_secs_f64()
    }
}

/// Runs both ways in turn, each first as often as second, and takes the middle times.
pub async fn compare(
    office: &Backoffice,
    prepared: &Prepared,
) -> Result<BillingFigures, BillingError> {
    let (mut runs, mut copies) = (Vec::new(), Vec::new());
    let (_, bills, rows) = run(office, prepared).await?;
    let files = unload(office).await?;
    for round in 0..ROUNDS {
        if round % 2 == 0 {
            runs.push(run(office, prepared).await?.0);
            copies.push(plain_copy(office, &files).await?);
        } else {
            copies.push(plain_copy(office, &files).await?);
            runs.push(run(office, prepared).await?.0);
        }
    }
    Ok(BillingFigures { bills, rows, run: middle(runs), plain_copy: middle(copies) })
}

fn middle(mut times: Vec<Duration>) -> Duration {
    times.sort_unstable();
    times.get(times.len() / 2).copied().unwrap_or_default()
}

fn per_second(count: u64, time: Duration) -> f64 {
    // Counts of a bench are far below the 52 bits that fit.
    #[expect(clippy::cast_precision_loss, reason = "counts of a bench fit")]
    let count = count as f64;
    count / time.as_secs_f64().max(f64::MIN_POSITIVE)
}

/// One whole run on emptied tables: its time, bills and rows.
pub async fn run(
    office: &Backoffice,
    prepared: &Prepared,
) -> Result<(Duration, u64, u64), BillingError> {
    empty(office).await?;
    let order = BillingOrder {
        round: prepared.round,
        assessed_on: ASSESSED_ON,
        due_on: ASSESSED_ON.saturating_add(jiff::Span::new().days(30)),
    };
    let watch = Instant::now();
    let summary = run_billing(office, &order, &mut |_| {}, &CancelFlag::default()).await?;
    let time = watch.elapsed();
    let assessments: u64 = summary.claims.iter().map(|total| total.assessments).sum();
    Ok((time, summary.bills, summary.bills + assessments + summary.transfers))
}

const ASSESSED_ON: Date = jiff::civil::date(2026, 11, 24);

/// Rows of each table in the form in which they are copied in again.
pub type Files = [Vec<u8>; 3];

/// Reads the rows of the last run out.
pub async fn unload(office: &Backoffice) -> sqlx::Result<Files> {
    let mut files: Files = Default::default();
    for (table, file) in TABLES.into_iter().zip(&mut files) {
        let statement = format!("copy {table} to stdout (format binary)");
        let mut rows = office.pool.copy_out_raw(&statement).await?;
        while let Some(bytes) = rows.try_next().await? {
            file.extend_from_slice(&bytes);
        }
    }
    Ok(files)
}

/// Copies the rows into the same emptied tables, and does nothing else.
pub async fn plain_copy(office: &Backoffice, files: &Files) -> sqlx::Result<Duration> {
    empty(office).await?;
    let mut db = office.pool.acquire().await?;
    let watch = Instant::now();
    let mut db = db.begin().await?;
    for (table, file) in TABLES.into_iter().zip(files) {
        let statement = format!("copy {table} from stdin (format binary)");
        #[expect(clippy::disallowed_methods, reason = "a bench is never dropped half-way")]
        let mut copy = db.copy_in_raw(&statement).await?;
        for chunk in file.chunks(CHUNK_BYTES) {
            copy.send(chunk).await?;
        }
        copy.finish().await?;
    }
    db.commit().await?;
    Ok(watch.elapsed())
}

async fn empty(office: &Backoffice) -> sqlx::Result<()> {
    office
        .pool
        .execute(
            // And what points at bills: corrections, of which a bench has none.
            "truncate billing.bill, billing.assessment, ledger.transfer, billing.run_total,
                 billing.billing_run cascade",
        )
        .await?;
    // Only a superuser may; without it the figures are a little worse, in both ways alike.
    if let Err(refused) = office.pool.execute("checkpoint").await {
        tracing::debug!(%refused, "no checkpoint before the watch starts");
    }
    Ok(())
}
