//! The reading side of a run (検針の読込みと料金計算): rows in, rated bills out, chunk by chunk.

use std::collections::BTreeSet;
use std::sync::Arc;

use futures_util::TryStreamExt;
use jiff::civil::Date;
use shared::billing::{Claim, Supply};
use shared::ids::{ConnectionId, ReadingId, RoundId};
use shared::quantity::{CubicMeters, Yen};
use sqlx::postgres::{PgConnection, PgRow};
use sqlx::{Connection, Row};
use tokio::sync::mpsc;

use super::hung::exchanged_connections;
use super::order::{
    CancelFlag, Difference, NAMED_MAX, Round, RunSummary, Unbilled, UnbilledReason,
};
use super::rating::{RatedBill, Rating, ReadConnection};
use super::terms::{PageRange, PageTerms};
use crate::billing::error::BillingError;
use crate::billing::settlement::Pending;
use crate::billing::tariffs::StoredTariff;
use crate::billing::use_class;

/// The first chunk is small, so that storing begins at once; the next are each twice as large.
const FIRST_CHUNK_CONNECTIONS: i64 = 1_024;

/// Reads what is to be billed and rates it.
pub(super) struct Intake {
    utility: i64,
    round: RoundId,
    rating: Rating,
    needs_supply: bool,
    /// Connections where a meter was taken out lately.
    exchanged: BTreeSet<i64>,
    pending: Arc<Pending>,
    cancel: CancelFlag,
    summary: RunSummary,
}

impl Intake {
    pub(super) fn new(
        utility: i64,
        round: Round,
        tariffs: Vec<StoredTariff>,
        pending: Arc<Pending>,
        cancel: CancelFlag,
    ) -> Self {
        let rating = Rating::new(round.months, tariffs);
        Self {
            utility,
            round: round.id,
            needs_supply: rating.needs_supply(),
            exchanged: BTreeSet::new(),
            rating,
            pending,
            cancel,
            summary: RunSummary::default(),
        }
    }

    /// Sends rated bills in the order of connections until all are sent or nobody listens.
    ///
    /// It goes from page to page, so that the first bills are stored while the next are read: one
    /// statement over the whole round would sort all of it before giving the first row.
    pub(super) async fn run(
        &mut self,
        db: &mut PgConnection,
        send: mpsc::Sender<Vec<RatedBill>>,
        chunk_connections: i64,
    ) -> Result<(), BillingError> {
        let mut db = db.begin().await?;
        // One view of the round for all pages, and a plan for each: pages are of any density.
        for setting in [
            "set transaction isolation level repeatable read, read only",
            "set local plan_cache_mode = force_custom_plan",
        ] {
            sqlx::query(setting).execute(&mut *db).await?;
        }
        self.exchanged = exchanged_connections(&mut db, self.utility, self.round.0).await?;
        let mut after = i64::MIN;
        let mut connections = FIRST_CHUNK_CONNECTIONS.min(chunk_connections);
        while let Some(last) = self.page_end(&mut db, after, connections).await? {
            if self.cancel.is_cancelled() {
                return Err(BillingError::Cancelled);
            }
            let chunk = self.page(&mut db, after, last).await?;
            // Nobody listens any more only when copying failed, which is told over there.
            if !chunk.is_empty() && send.send(chunk).await.is_err() {
                break;
            }
            after = last;
            connections = (connections * 2).min(chunk_connections);
        }
        Ok(())
    }

    async fn page_end(
        &self,
        db: &mut PgConnection,
        after: i64,
        connections: i64,
    ) -> sqlx::Result<Option<i64>> {
        sqlx::query_scalar(
            "select max(connection_id) from (
                 select connection_id from metering.reading
                 where utility_id = $1 and round_id = $2 and connection_id > $3
                 order by connection_id limit $4) page",
        )
        .bind(self.utility)
        .bind(self.round.0)
        .bind(after)
        .bind(connections)
        .fetch_one(db)
        .await
    }

    async fn page(
        &mut self,
        db: &mut PgConnection,
        after: i64,
        last: i64,
    ) -> Result<Vec<RatedBill>, BillingError> {
        let range = PageRange { utility: self.utility, round: self.round.0, after, last };
        let terms = PageTerms::load(db, range, &self.exchanged).await?;
        let mut rows = sqlx::query(TO_BILL)
            .bind(self.utility)
            .bind(self.round.0)
            .bind(after)
            .bind(last)
            .bind(self.needs_supply || terms.need_supply())
            .fetch(db);
        let mut bills = Vec::new();
        let mut last_connection = None;
        while let Some(row) = rows.try_next().await? {
            let connection: i64 = row.try_get(0)?;
            // Two readings that hold: the later one is billed.
            if last_connection.replace(connection) == Some(connection) {
                continue;
            }
            bills.extend(self.rate(&row, &terms)?);
        }
        Ok(bills)
    }

    /// What was left out, and how slips compare.
    pub(super) fn into_summary(self) -> RunSummary {
        self.summary
    }

    fn rate(&mut self, row: &PgRow, terms: &PageTerms) -> Result<Option<RatedBill>, BillingError> {
        let Some(mut read) = read_connection_of_row(row)? else {
            self.summary.without_agreement += 1;
            return Ok(None);
        };
        if row.try_get(18)? {
            self.leave_out(ConnectionId(read.connection), UnbilledReason::Held);
            return Ok(None);
        }
        match self.pending.settle(read.connection, read.agreement, read.usage) {
            Ok(settlement) => read.settle(settlement),
            Err(reason) => {
                self.leave_out(ConnectionId(read.connection), reason);
                return Ok(None);
            }
        }
        match self.rating.bill(&read, terms)? {
            Ok(bill) => {
                self.compare_with_slip(&read, &bill);
                Ok(Some(bill))
            }
            Err(reason) => {
                self.leave_out(ConnectionId(read.connection), reason);
                Ok(None)
            }
        }
    }

    fn leave_out(&mut self, connection: ConnectionId, reason: UnbilledReason) {
        self.summary.unbilled_count += 1;
        if self.summary.unbilled.len() < NAMED_MAX {
            self.summary.unbilled.push(Unbilled { connection, reason });
        }
    }

    fn compare_with_slip(&mut self, read: &ReadConnection, bill: &RatedBill) {
        let assessed = [Some(&bill.water), bill.sewerage.as_ref()]
            .map(|claim| claim.map_or(Yen(0), |claim| claim.amounts.amount));
        let slips = match read.slip {
            // A slip without sewerage told the resident that there is none to pay.
            [Some(water), None] if bill.sewerage.is_some() => [Some(water), Some(Yen(0))],
            slips => slips,
        };
        for ((claim, slip), assessed) in Claim::ALL.into_iter().zip(slips).zip(assessed) {
            let Some(slip) = slip else { continue };
            self.summary.slips_compared += 1;
            if slip == assessed {
                continue;
            }
            self.summary.slips_different += 1;
            if self.summary.differences.len() < NAMED_MAX {
                let connection = ConnectionId(read.connection);
                self.summary.differences.push(Difference { connection, claim, slip, assessed });
            }
        }
    }
}

/// Readings of a page of the round that hold and were not assessed, in the order of connections, the latest
/// of a connection first. Without an agreement on the day of the reading there is nobody to bill:
/// so it is with a master meter whose submeters are billed.
///
/// Agreements are taken by their range of connections first: the index that guards their days
/// would else be asked once for each reading, which takes three times as long.
macro_rules! to_bill {
    ($which:literal) => {
        concat!(
            "
    with agreement as materialized (
        select connection_id, period, agreement_id, use_class, payment_method
        from connection.service_agreement
        where utility_id = $1 and connection_id > $3 and connection_id <= $4
    )
    select r.connection_id, r.reading_id, r.read_on, r.usage_m3, m.size_mm, c.has_sewerage,
           r.slip_water_yen, r.slip_sewerage_yen, a.agreement_id, a.use_class, a.payment_method,
           c.sewerage_authority, c.charged_dwellings, lower(a.period),
           coalesce(before.read_on, lower(i.period)), r.register_value, m.dial_digits,
           coalesce(before.register_value, i.installed_value), h.reading_id is not null
    from metering.reading r
    join connection.service_connection c
        on c.utility_id = $1 and c.connection_id = r.connection_id
        and c.connection_id > $3 and c.connection_id <= $4
    join metering.meter m on m.utility_id = r.utility_id and m.meter_id = r.meter_id
    left join agreement a on a.connection_id = r.connection_id and a.period @> r.read_on
    left join metering.reading_hold h
        on h.utility_id = r.utility_id and h.reading_id = r.reading_id
    left join metering.meter_installation i
        on $5 and i.utility_id = r.utility_id and i.connection_id = r.connection_id
        and i.meter_id = r.meter_id and i.period @> r.read_on
    left join lateral (
        select p.read_on, p.register_value from metering.current_reading p
        where p.utility_id = r.utility_id and p.connection_id = r.connection_id
          and p.meter_id = r.meter_id and p.read_on <= r.read_on
          and p.round_id is distinct from r.round_id
        order by p.read_on desc limit 1
    ) before on $5
    where r.utility_id = $1 and r.round_id = $2
      and r.connection_id > $3 and r.connection_id <= $4
      and ",
            $which,
            "
    order by r.connection_id, r.read_on desc, r.reading_id desc"
        )
    };
}

#[rustfmt::skip]
const TO_BILL: &str = to_bill!("not exists (
          select from metering.reading later
          where later.utility_id = r.utility_id and later.replaces = r.reading_id)
      and not exists (
          select from billing.assessment done
          where done.utility_id = $1 and done.round_id = $2
            and done.connection_id = r.connection_id)");

/// The one reading that a bill was made of.
#[rustfmt::skip]
const BILLED: &str = to_bill!("r.reading_id = $6");

/// A reading that was billed, as a run would take it up today; `None` where nobody has agreed to pay
/// any more.
pub(super) async fn billed_reading(
    db: &mut PgConnection,
    page: PageRange,
    reading: ReadingId,
) -> sqlx::Result<Option<ReadConnection>> {
    let row = sqlx::query(BILLED)
        .bind(page.utility)
        .bind(page.round)
        .bind(page.after)
        .bind(page.last)
        .bind(true)
        .bind(reading.0)
        .fetch_optional(db)
        .await?;
    row.as_ref().map_or(Ok(None), read_connection_of_row)
}

/// `None` when nobody has agreed to pay. Columns go by their place: this runs once per bill.
fn read_connection_of_row(row: &PgRow) -> sqlx::Result<Option<ReadConnection>> {
    let Some(agreement) = row.try_get(8)? else { return Ok(None) };
    let date = |place: usize| -> sqlx::Result<Option<Date>> {
        Ok(row.try_get::<Option<jiff_sqlx::Date>, _>(place)?.map(jiff_sqlx::Date::to_jiff))
    };
    let read_on = row.try_get::<jiff_sqlx::Date, _>(2)?.to_jiff();
    let (started_on, read_before_on) = (date(13)?, date(14)?);
    let from = started_on.max(read_before_on).unwrap_or(read_on).min(read_on);
    Ok(Some(ReadConnection {
        connection: row.try_get(0)?,
        reading: row.try_get(1)?,
        usage: CubicMeters(row.try_get::<i32, _>(3)?.unsigned_abs()),
        size_mm: row.try_get(4)?,
        has_sewerage: row.try_get(5)?,
        slip: [
            row.try_get::<Option<i64>, _>(6)?.map(Yen),
            row.try_get::<Option<i64>, _>(7)?.map(Yen),
        ],
        agreement,
        use_class: use_class::of_row(row, 9)?,
        payment_method: row.try_get(10)?,
        sewerage_authority: row.try_get(11)?,
        dwellings: u16::try_from(row.try_get::<i32, _>(12)?)
            .map_err(|error| sqlx::Error::Decode(error.into()))?,
        supply: Supply { from, to: read_on, started_on },
        dials: dials_of_row(row)?,
        settlement: None,
    }))
}

/// Dials before and now with their digits; `None` where those before were not asked for.
fn dials_of_row(row: &PgRow) -> sqlx::Result<Option<(u32, u32, u8)>> {
    let Some(before) = row.try_get::<Option<i32>, _>(17)? else { return Ok(None) };
    let digits = u8::try_from(row.try_get::<i16, _>(16)?)
        .map_err(|error| sqlx::Error::Decode(error.into()))?;
    Ok(Some((before.unsigned_abs(), row.try_get::<i32, _>(15)?.unsigned_abs(), digits)))
}
