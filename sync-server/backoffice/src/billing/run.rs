//! The billing run (調定処理): a closed round becomes assessments, ledger transfers and bills.
//!
//! One transaction holds the whole run, so that killing the server in the middle loses nothing and
//! doubles nothing. Two parts work at the same time: [`intake`] reads and rates on one
//! connection, [`storing`] copies finished chunks on another. At most a few chunks are in memory,
//! however large the round is.
//!
//! Most connections depend on nothing but their reading. What the others depend on is loaded page
//! by page ([`terms`]), put together to volumes ([`measured`]) and rated ([`rating`]).

pub(super) mod anew;
mod check;
pub(super) mod hung;
mod intake;
mod measured;
mod order;
mod rating;
mod rows;
mod storing;
pub(super) mod terms;

pub use order::{
    BillingOrder, CancelFlag, Difference, RunProgress, RunSummary, Unbilled, UnbilledReason,
};

use std::sync::Arc;

use sqlx::Row;
use sqlx::postgres::PgConnection;
use tokio::sync::mpsc;
use tokio::task::JoinSet;

use super::error::BillingError;
use super::settlement::Pending;
use super::tariffs::all_tariffs;
use crate::Backoffice;
use crate::bulk::BulkConnection;
use intake::Intake;
use order::Round;
use rating::RatedBill;
use storing::Storing;

/// Connections that are read and rated before they are handed on, at most.
const CHUNK_CONNECTIONS: i64 = 8_192;
/// Chunks that may wait for the copying side.
const CHUNKS_WAITING: usize = 2;

/// Assesses every read connection of a closed round that was not assessed before, posts it and
/// makes its bill. Running again finds nothing left and changes nothing.
///
/// `progress` is told often and must be quick.
pub async fn run_billing(
    office: &Backoffice,
    order: &BillingOrder,
    progress: &mut (dyn FnMut(RunProgress) + Send),
    cancel: &CancelFlag,
) -> Result<RunSummary, BillingError> {
    run_in_chunks(office, order, progress, cancel, CHUNK_CONNECTIONS).await
}

pub(super) async fn run_in_chunks(
    office: &Backoffice,
    order: &BillingOrder,
    progress: &mut (dyn FnMut(RunProgress) + Send),
    cancel: &CancelFlag,
    chunk_connections: i64,
) -> Result<RunSummary, BillingError> {
    if order.due_on < order.assessed_on {
        return Err(BillingError::DueTooEarly);
    }
    let mut db = BulkConnection::open(&office.pool).await?;
    let mut db = db.begin().await?;
    let round = lock_round(&mut db, office.utility.0, order).await?;
    let tariffs = all_tariffs(&mut db, office.utility.0).await?;
    let pending = Pending::of_round(&mut db, office.utility.0, order.round.0).await?;
    let pending = Arc::new(pending);
    let mut storing = Storing::begin(&mut db, office.utility, order, pending.clone()).await?;

    // The reading side begins when the round is locked, so that it sees what earlier runs made. It
    // is a task of its own, so that it uses a second core, and ends when this future is dropped.
    let (send, receive) = mpsc::channel::<Vec<RatedBill>>(CHUNKS_WAITING);
    let mut reading_db = office.pool.acquire().await?;
    let mut intake = Intake::new(office.utility.0, round, tariffs, pending, cancel.clone());
    let mut reading = JoinSet::new();
    reading.spawn(async move {
        intake.run(&mut reading_db, send, chunk_connections).await?;
        Ok::<RunSummary, BillingError>(intake.into_summary())
    });
    storing.run(&mut db, receive, round, progress).await?;
    let taken = reading.join_next().await.and_then(Result::ok);
    let mut summary = taken.ok_or(sqlx::Error::WorkerCrashed)??;
    storing.complete(&mut summary);
    if summary.bills == 0 {
        db.rollback().await?;
        return Ok(summary);
    }
    check::adds_up(&mut db, office.utility.0, &storing, &summary).await?;
    storing.finish(&mut db, &summary).await?;
    if cancel.is_cancelled() {
        return Err(BillingError::Cancelled);
    }
    db.commit().await?;
    tracing::info!(round.id = order.round.0, bills = summary.bills, "round billed");
    Ok(summary)
}

/// Two runs of one round follow each other; uploads and the closing of a round wait as well.
async fn lock_round(
    db: &mut PgConnection,
    utility: i64,
    order: &BillingOrder,
) -> Result<Round, BillingError> {
    let row = sqlx::query(
        "select months, closed_on is null as is_open,
                (select count(*) from metering.planned_reading p
                 where p.utility_id = r.utility_id and p.round_id = r.round_id) as planned
         from metering.reading_round r where utility_id = $1 and round_id = $2 for update",
    )
    .bind(utility)
    .bind(order.round.0)
    .fetch_optional(&mut *db)
    .await?
    .ok_or(BillingError::NoSuchRound)?;
    if row.try_get("is_open")? {
        return Err(BillingError::RoundOpen);
    }
    sqlx::query("select from billing.tariff where utility_id = $1 for share")
        .bind(utility)
        .execute(&mut *db)
        .await?;
    let months: i16 = row.try_get("months")?;
    Ok(Round {
        id: order.round,
        months: u8::try_from(months).map_err(|error| sqlx::Error::Decode(error.into()))?,
        planned: row.try_get::<i64, _>("planned")?.unsigned_abs(),
    })
}
