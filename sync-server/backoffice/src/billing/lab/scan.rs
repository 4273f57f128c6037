//! Reading a year of assessments (1年分の調定の読込み): two connections, one snapshot, slice by slice.
//!
//! Each reader takes the next slice of connections that nobody has, so that both are done at about
//! the same time however the city lies in its numbers. In a slice all rounds are read, and its
//! customers' years are whole when it ends: only one slice of customers is in memory per reader.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

use shared::billing::Claim;
use shared::quantity::Yen;
use sqlx::postgres::PgConnection;
use sqlx::{AssertSqlSafe, Connection, Executor, Row};
use tokio::task::JoinSet;

use super::error::LabError;
use super::pricing::Pricing;
use super::tally::Tally;
use super::year::BilledRound;
use crate::Backoffice;
use crate::bulk::{BulkConnection, BulkTransaction, copy_out};
use crate::jobs::{JobControl, Progress};

/// Connections of a slice.
const SLICE_CONNECTIONS: i64 = 8_192;
/// Readers at a time: more than two would only take the cores from PostgreSQL.
const READERS: usize = 2;
/// Rows between two looks at whether to go on.
const ROWS_BETWEEN_LOOKS: u64 = 1_024;

/// Connections after one and up to another; open where there is no such bound.
#[derive(Debug, Clone, Copy)]
struct Slice {
    after: Option<i64>,
    to: Option<i64>,
}

/// What the readers share.
struct Work {
    office: Backoffice,
    snapshot: String,
    rounds: Vec<BilledRound>,
    slices: Vec<Slice>,
    next_slice: AtomicUsize,
    pricing: Arc<Pricing>,
    control: JobControl,
    rows: AtomicU64,
    rows_total: u64,
}

/// Assessments of periods that were cut by a change of size or class: named, but not priced again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CutPeriods {
    /// What was claimed.
    pub claim: Claim,
    /// How many there are.
    pub assessments: u64,
    /// What was charged for.
    pub usage_m3: u64,
    /// What was charged, tax included.
    pub amount: Yen,
}

/// Reads and sums up all assessments of the rounds.
pub(super) async fn scan(
    office: &Backoffice,
    rounds: &[BilledRound],
    pricing: &Arc<Pricing>,
    control: &JobControl,
) -> Result<(Tally, Vec<CutPeriods>), LabError> {
    // This transaction keeps the snapshot alive for the readers' own.
    let mut db = office.pool.acquire().await?;
    let mut db = db.begin().await?;
    db.execute("set transaction isolation level repeatable read, read only").await?;
    let snapshot = sqlx::query_scalar("select pg_export_snapshot()").fetch_one(&mut *db).await?;
    let cut = cut_periods(&mut db, office.utility.0, rounds).await?;
    let work = Arc::new(Work {
        office: office.clone(),
        snapshot,
        rounds: rounds.to_vec(),
        slices: slices(&mut db, office.utility.0).await?,
        next_slice: AtomicUsize::new(0),
        pricing: pricing.clone(),
        control: control.clone(),
        rows: AtomicU64::new(0),
        rows_total: rounds.iter().map(|round| round.assessments).sum(),
    });
    work.tell(0);
    // Dropped with this future, which ends the readers.
    let mut readers = JoinSet::new();
    for _ in 0..READERS {
        readers.spawn(read(work.clone()));
    }
    let mut tally = Tally::default();
    while let Some(read) = readers.join_next().await {
        tally.merge(read.map_err(|_| sqlx::Error::WorkerCrashed)??);
    }
    db.rollback().await?;
    Ok((tally, cut))
}

async fn cut_periods(
    db: &mut PgConnection,
    utility: i64,
    rounds: &[BilledRound],
) -> sqlx::Result<Vec<CutPeriods>> {
    let rounds: Vec<i64> = rounds.iter().map(|round| round.id.0).collect();
    let rows = sqlx::query(
        "select claim, count(*), sum(usage_m3)::bigint, sum(amount_yen)::bigint
         from billing.assessment
         where utility_id = $1 and round_id = any ($2) and (basis -> 'before') is not null
           and assessment_id not in (
               select assessment_id from billing.reversal where utility_id = $1)
         group by claim order by claim",
    )
    .bind(utility)
    .bind(rounds)
    .fetch_all(db)
    .await?;
    let cut = rows.iter().map(|row| {
        Ok(CutPeriods {
            claim: crate::billing::assessments::claim(row)?,
            assessments: row.try_get::<i64, _>(1)?.unsigned_abs(),
            usage_m3: row.try_get::<i64, _>(2)?.unsigned_abs(),
            amount: Yen(row.try_get(3)?),
        })
    });
    cut.collect()
}

/// Slices of as many connections each, whatever gaps their numbers have.
async fn slices(db: &mut PgConnection, utility: i64) -> sqlx::Result<Vec<Slice>> {
    let bounds: Vec<i64> = sqlx::query_scalar(
        "select connection_id from (
             select connection_id, row_number() over (order by connection_id) as place
             from connection.service_connection where utility_id = $1) numbered
         where place % $2 = 0 order by connection_id",
    )
    .bind(utility)
    .bind(SLICE_CONNECTIONS)
    .fetch_all(db)
    .await?;
    let ends = bounds.iter().copied().map(Some).chain([None]);
    let mut after = None;
    Ok(ends.map(|to| Slice { after: std::mem::replace(&mut after, to), to }).collect())
}

/// One reader: slice after slice until there is none left.
async fn read(work: Arc<Work>) -> Result<Tally, LabError> {
    let mut db = BulkConnection::open(&work.office.pool).await?;
    let mut db = db.begin().await?;
    db.execute("set transaction isolation level repeatable read, read only").await?;
    let snapshot = format!("set transaction snapshot '{}'", work.snapshot);
    db.execute(AssertSqlSafe(snapshot)).await?;
    // The rows of a slice lie together in the index and on disk; no plan that reads the whole table
    // for them is ever better, whatever the statistics of a fresh table say.
    db.execute("set local enable_seqscan = off; set local enable_sort = off").await?;
    let mut tally = Tally::default();
    while let Some(slice) = work.slices.get(work.next_slice.fetch_add(1, Ordering::Relaxed)) {
        for (place, round) in work.rounds.iter().enumerate() {
            work.read_round(&mut db, *slice, place, round, &mut tally).await?;
        }
        tally.end_slice();
    }
    db.rollback().await?;
    Ok(tally)
}

impl Work {
    async fn read_round(
        &self,
        db: &mut BulkTransaction<'_>,
        slice: Slice,
        place: usize,
        round: &BilledRound,
        tally: &mut Tally,
    ) -> Result<(), LabError> {
        let mut rows = 0;
        self.look()?;
        let query = query(self.office.utility.0, round.id.0, slice);
        copy_out(db, &query, |row| {
            rows += 1;
            if rows % ROWS_BETWEEN_LOOKS == 0 {
                self.tell(ROWS_BETWEEN_LOOKS);
                self.look()?;
            }
            tally.row(row, place, &self.pricing)
        })
        .await?;
        self.tell(rows % ROWS_BETWEEN_LOOKS);
        tally.end_bill(&self.pricing)
    }

    fn look(&self) -> Result<(), LabError> {
        if self.control.cancel.is_cancelled() { Err(LabError::Cancelled) } else { Ok(()) }
    }

    fn tell(&self, rows: u64) {
        let done = self.rows.fetch_add(rows, Ordering::Relaxed) + rows;
        self.control.tell(Progress { done, total: self.rows_total });
    }
}

/// COPY takes no parameters; all of these are numbers. The order is that of the index
/// `assessment_once_a_round`; it brings the claims of a bill together. What was taken back is left out
/// by `not in`: PostgreSQL looks each row up in a hash, and keeps the order. Periods that were cut by a
/// change of size or class are left out too, and told by [`cut_periods`]: a draft says nothing of a
/// change on the way.
fn query(utility: i64, round: i64, slice: Slice) -> String {
    let after = slice.after.map(|id| format!(" and connection_id > {id}")).unwrap_or_default();
    let to = slice.to.map(|id| format!(" and connection_id <= {id}")).unwrap_or_default();
    format!(
        "select connection_id, bill_id, amount_yen, tax_yen, tariff_id, charge_input,
                earlier_tariff_id, earlier_charge_input
         from billing.assessment
         where utility_id = {utility} and round_id = {round}{after}{to}
           and (basis -> 'before') is null
           and assessment_id not in (
               select assessment_id from billing.reversal where utility_id = {utility})
         order by connection_id, claim"
    )
}
